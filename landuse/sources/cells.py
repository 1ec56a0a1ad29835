"""Cells of layers as they lie on disk between stages: not packed, mapped where they are asked for.

Measures with their noise hardly shrink when packed, and packing, unpacking and holding them was
what a large county spent its time and memory on. A file is one line of JSON, filled with spaces
to a whole page, then the cells of one layer after the other, little-endian, row by row.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from affine import Affine
from numpy.typing import NDArray

from landuse.core.grid import Grid
from landuse.core.layers import Layer, LayerAside
from landuse.sources.files import write_in_parts

CELLS = ".cells"
"""How the name of such a file ends."""
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
    if any(layer.grid != layers[0].grid for layer in layers):
        msg = "the layers of a stack lie on different grids"
        raise ValueError(msg)
    written = _written(layers)
    if written:
        _link(written, file)
        return
    kind = layers[0].values.dtype.newbyteorder("<")
    with file.open("wb") as stream:
        stream.write(_head(layers[0], kind, [layer.year for layer in layers]))
        for layer in layers:
            if isinstance(layer, CellsOnDisk) and layer.place.kind == kind:
                layer.place.copy_to(stream)
            else:
                _write(layer.values, kind, stream)


def _head(first: Layer, kind: np.dtype[Any], years: Sequence[int | None]) -> bytes:
    head = {
        "crs": first.grid.crs, "transform": list(first.grid.transform)[:6],
        "shape": list(first.grid.shape), "dtype": kind.str,
        "nodata": None if first.nodata is None else float(first.nodata), "years": list(years),
    }  # fmt: skip
    line = json.dumps(head, sort_keys=True, default=float).encode()
    return line.ljust(-(-(len(line) + 1) // _PAGE) * _PAGE - 1) + b"\n"


@dataclass(frozen=True)
class Place:
    """Where the cells of a layer lie: file, first byte, type of cell, rows and columns."""

    file: Path
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
        with self.file.open("rb") as own:
            own.seek(self.offset)
            while left:
                part = own.read(min(left, _TOGETHER))
                if not part:
                    msg = f"{left} bytes of cells are missing"
                    raise EOFError(msg)
                left -= stream.write(part)


class CellsOnDisk(LayerAside):
    """A layer whose cells lie in a file; ``aside``: the unfinished stack that owns the file."""

    def __init__(
        self, grid: Grid, place: Place, nodata: float | None, year: int | None,
        *, aside: Aside | None = None,
    ) -> None:  # fmt: skip
        super().__init__(grid, place.mapped, nodata, year)
        object.__setattr__(self, "place", place)
        object.__setattr__(self, "aside", aside)

    place: Place
    aside: Aside | None


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


_FOLDER: ContextVar[Path | None] = ContextVar("folder of what is set aside", default=None)


@contextmanager
def aside_in(folder: Path) -> Iterator[None]:
    """Set layers aside in a folder, by files ``.part-…``; else where the system has such files.

    Where it is on the disk of the file that is written at the end, nothing is copied.
    """
    before = _FOLDER.set(folder)
    try:
        yield
    finally:
        _FOLDER.reset(before)


class Aside:
    """A stack in the making, whose layers leave memory one by one.

    The file is that of `write_cells`, and goes with the last of the layers.
    """

    def __init__(self, years: Sequence[int | None]) -> None:
        self.years = list(years)
        self.places: list[Place] = []
        self._grid: Grid | None = None
        folder = tempfile.mkdtemp(prefix=".part-", dir=_FOLDER.get())
        self._file = Path(folder) / f"stack{CELLS}"
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)

    def add(self, layer: Layer) -> CellsOnDisk:
        """Return the layer with none of its cells in memory.

        Raises
        ------
        ValueError
            If it has another grid or type of cell than the first.
        """
        values = layer.values
        kind = values.dtype.newbyteorder("<")
        if self.places and (self.places[0].kind, self._grid) != (kind, layer.grid):
            msg = "a layer of another grid or type of cell cannot join the stack"
            raise ValueError(msg)
        self._grid = layer.grid
        with self._file.open("ab") as stream:
            if not self.places:
                stream.write(_head(layer, kind, self.years))
            place = Place(self._file, stream.tell(), kind, layer.grid.shape)
            _write(values, kind, stream)
        self.places.append(place)
        return CellsOnDisk(layer.grid, place, layer.nodata, layer.year, aside=self)


def _written(layers: Sequence[Layer]) -> Path | None:
    """Return the file that holds these layers and nothing else, if there is one."""
    aside = layers[0].aside if isinstance(layers[0], CellsOnDisk) else None
    if aside is None or aside.years != [layer.year for layer in layers]:
        return None
    places = [layer.place if isinstance(layer, CellsOnDisk) else None for layer in layers]
    return aside.places[0].file if aside.places == places else None


def _link(written: Path, file: Path) -> None:
    """Give a file that nobody writes any more a second name."""
    try:
        os.link(written, file)
    except OSError:  # another disk, or one that knows no second names
        shutil.copyfile(written, file)


def _write(values: NDArray[Any], kind: np.dtype[Any], stream: IO[bytes]) -> None:
    write_in_parts(stream, np.ascontiguousarray(values, dtype=kind).data.cast("B"))
