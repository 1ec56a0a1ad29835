"""Cells of layers as they lie on disk between stages: not packed, mapped where they are asked for.

Measures with their noise hardly shrink when packed, and packing, unpacking and holding them was
what a large county spent its time and memory on. A file is one line of JSON, filled with spaces
to a whole page, then the cells of one layer after the other, little-endian, row by row.
"""

from __future__ import annotations

import json
import tempfile
import weakref
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from affine import Affine
from numpy.typing import NDArray

from landuse.core.grid import Grid
from landuse.core.layers import Layer, LayerAside

_PAGE = 4096
_TOGETHER = 1 << 20
"""Bytes copied at once: as many as stay near the processor."""


def write_cells(layers: Sequence[Layer], file: Path) -> None:
    """Write layers of one grid; the first tells their type of cell and what nodata means.

    Raises
    ------
    ValueError
        If they lie on different grids.
    """
    first = layers[0]
    kind = first.values.dtype.newbyteorder("<")
    if any(layer.grid != first.grid for layer in layers):
        msg = "the layers of a stack lie on different grids"
        raise ValueError(msg)
    head = {
        "crs": first.grid.crs, "transform": list(first.grid.transform)[:6],
        "shape": list(first.grid.shape), "dtype": kind.str,
        "nodata": None if first.nodata is None else float(first.nodata),
        "years": [layer.year for layer in layers],
    }  # fmt: skip
    line = json.dumps(head, sort_keys=True, default=float).encode()
    with file.open("wb") as stream:
        stream.write(line.ljust(-(-(len(line) + 1) // _PAGE) * _PAGE - 1) + b"\n")
        for layer in layers:
            if isinstance(layer, CellsOnDisk) and layer.place.kind == kind:
                layer.place.copy_to(stream)
            else:
                _write(layer.values, kind, stream)


@dataclass(frozen=True)
class Place:
    """Where the cells of a layer lie: file, first byte, type of cell, rows and columns."""

    file: Path | IO[bytes]
    offset: int
    kind: np.dtype[Any]
    shape: tuple[int, int]

    def mapped(self) -> NDArray[Any]:
        """Return the cells; whoever writes into them writes into pages of his own."""
        cells = np.memmap(self.file, self.kind, mode="c", offset=self.offset, shape=self.shape)
        return np.asarray(cells)

    def copy_to(self, stream: IO[bytes]) -> None:
        """Write the cells behind what a stream holds."""
        left = self.shape[0] * self.shape[1] * self.kind.itemsize
        with self.file.open("rb") if isinstance(self.file, Path) else nullcontext(self.file) as own:
            own.seek(self.offset)
            while left:
                part = own.read(min(left, _TOGETHER))
                if not part:
                    msg = f"{left} bytes of cells are missing"
                    raise EOFError(msg)
                left -= stream.write(part)


class CellsOnDisk(LayerAside):
    """A layer whose cells lie in a file."""

    def __init__(self, grid: Grid, place: Place, nodata: float | None, year: int | None) -> None:
        super().__init__(grid, place.mapped, nodata, year)
        object.__setattr__(self, "place", place)

    place: Place


def read_cells(file: Path) -> list[CellsOnDisk]:
    """Return the layers of a file; their cells stay on disk until they are asked for."""
    with file.open("rb") as stream:
        line = stream.readline()
    head = json.loads(line)
    grid = Grid(head["crs"], Affine(*head["transform"]), tuple(head["shape"]))
    kind = np.dtype(head["dtype"])
    size = grid.shape[0] * grid.shape[1] * kind.itemsize
    return [
        CellsOnDisk(
            grid, Place(file, len(line) + number * size, kind, grid.shape), head["nodata"], year
        )
        for number, year in enumerate(head["years"])
    ]


def set_aside(layer: Layer) -> CellsOnDisk:
    """Move the cells of a layer out of memory, into a file that is gone when the layer is."""
    values = layer.values
    file = tempfile.TemporaryFile()  # noqa: SIM115  closed with the layer
    _write(values, values.dtype, file)
    file.flush()
    place = Place(file, 0, values.dtype, layer.grid.shape)
    moved = CellsOnDisk(layer.grid, place, layer.nodata, layer.year)
    weakref.finalize(moved, file.close)
    return moved


def _write(values: NDArray[Any], kind: np.dtype[Any], stream: IO[bytes]) -> None:
    stream.write(np.ascontiguousarray(values, dtype=kind).data)
