"""What polygons cover of a whole grid: traced once, then asked for any number of layers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from landuse.indicators.engine.codes import Codes, slots_of
from landuse.indicators.engine.rings import index_of
from landuse.indicators.engine.stats import (
    LEAST,
    MOST,
    add_classes,
    add_numbers,
    fill_medians,
    mark,
    most_cells,
)
from landuse.indicators.engine.trace import Floats, Frame, Ints, Rings, Runs
from landuse.indicators.engine.tracing import runs_of

TOGETHER = 1024
"""Zones traced in one call; a number of its own, so that threads cannot change a digit."""


class Cells(NamedTuple):
    """One row for each (zone, cell) pair: by zone, then by cell.

    Attributes
    ----------
    zone : position of the polygon, 0 to n - 1.
    cell : row-major position of the cell in the grid.
    fraction : part of the cell inside the polygon, 0 to 1.
    """

    zone: Ints
    cell: Ints
    fraction: Floats


@dataclass(frozen=True, eq=False)
class Cover:
    """Which cells of a grid each zone covers, as runs of neighbouring cells.

    Attributes
    ----------
    zones : how many zones there are, n.
    parts : runs of ``TOGETHER`` zones each, in order.
    """

    zones: int
    parts: tuple[Runs, ...]
    threads: int = 2

    def classes(self, values: NDArray[Any], codes: Codes) -> Floats:
        """Return the covered cells of each class, (n, classes + 2): see ``Codes``."""
        cells, slot = slots_of(values.ravel(), codes)
        out = np.zeros((self.zones, codes.columns))
        self._each(lambda runs, rows: add_classes(runs, cells, slot, out[rows]))
        return out

    def numbers(self, values: NDArray[Any], nodata: float | None) -> Floats:
        """Return the sums of each zone over known cells, (n, 6): see ``stats``."""
        out, given = np.zeros((self.zones, 6)), measures(values, nodata)
        self._each(lambda runs, rows: add_numbers(runs, *given, out[rows]))
        return out

    def medians(self, values: NDArray[Any], nodata: float | None) -> Floats:
        """Return the area-weighted median of each zone; NaN where nothing is known."""
        out, given = np.empty(self.zones), measures(values, nodata)

        def fill(runs: Runs, rows: slice) -> None:
            most = most_cells(runs)
            fill_medians(runs, *given, np.empty(most), np.empty(most), out[rows])

        self._each(fill)
        return out

    def cells(self) -> Cells:
        """Return every covered cell of every zone: memory grows with the area covered."""
        parts = [Cells(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))]
        columns = zip(*parts, *self.each_part(), strict=True)
        return Cells(*(np.concatenate(column) for column in columns))

    def touched(self, size: int) -> Ints:
        """Return the positions, rising, of the cells of a grid of ``size`` that a zone touches."""
        seen = np.zeros(size, dtype=bool)
        for runs in self.parts:
            mark(runs, seen)
        return np.flatnonzero(seen)

    def packed(self, cells: Ints) -> Cover:
        """Return the same cover of a row of cells that holds those ``touched``, in their order.

        Cells that neighbour each other in a run do so among those touched, so runs stay whole.
        """
        parts = [runs._replace(cell=np.searchsorted(cells, runs.cell)) for runs in self.parts]
        return Cover(self.zones, tuple(parts), self.threads)

    def each_part(self) -> Iterator[Cells]:
        """Yield the covered cells of ``TOGETHER`` zones at a time."""
        for number, runs in enumerate(self.parts):
            yield _spelt_out(runs, number * TOGETHER)

    def _each(self, work: Callable[[Runs, slice], Any]) -> None:
        """Call ``work`` for each part with the rows of its zones, on several threads."""
        rows = [slice(at, at + TOGETHER) for at in range(0, self.zones, TOGETHER)]
        with ThreadPoolExecutor(self.threads) as pool:
            list(pool.map(work, self.parts, rows))


def cover_of(rings: Rings, frame: Frame, *, threads: int = 2) -> Cover:
    """Return the cells each polygon covers, traced on ``threads`` threads.

    Every covered fraction is exact to about 1e-10 (coordinates of millions of metres hold no
    more); what is below 1e-11 of a cell counts as nothing. Each zone is traced by itself, so the
    number of threads changes no bit.
    """
    zones = len(rings.box)
    index, window = index_of(rings, frame), (0, frame.rows, 0, frame.columns)

    def traced(start: int) -> Runs:
        some = np.arange(start, min(start + TOGETHER, zones))
        return runs_of(rings, index, some, frame=frame, window=window)

    with ThreadPoolExecutor(threads) as pool:
        return Cover(zones, tuple(pool.map(traced, range(0, zones, TOGETHER))), threads)


def measures(values: NDArray[Any], nodata: float | None) -> tuple[NDArray[Any], Any, bool]:
    """Return cells as floats, nodata as one of them, and whether there is one.

    Two loops serve every layer: up to two bytes go into float32 exactly, longer integers into
    float64 (exactly up to 2^53).
    """
    small = values.dtype.kind == "b" or (values.dtype.kind in "iuf" and values.dtype.itemsize <= 2)
    kind = np.float32 if small or values.dtype == np.float32 else np.float64
    cells = values.ravel().astype(kind, copy=False)
    if nodata is None or np.isnan(nodata):
        return cells, kind(0), False
    with np.errstate(over="ignore"):
        return cells, kind(nodata), True


def statistics(sums: Floats) -> dict[str, Floats]:
    """Return count, sum, mean, stdev, min and max of number sums; NaN where nothing is known.

    .. math:: n = \\sum_c f_c, \\quad \\bar v = o + S / n, \\quad s^2 = Q / n - (S / n)^2

    ``stdev`` is that of the population, as exactextract gives it.
    """
    count, origin, total, squares = sums[:, :4].T
    known = count > 0
    n = np.where(known, count, np.nan)
    away = total / n
    variance = np.maximum(squares / n - away * away, 0.0)
    return {
        "count": count,
        "sum": origin * n + total,
        "mean": origin + away,
        "stdev": np.sqrt(variance),
        "min": np.where(known, sums[:, LEAST], np.nan),
        "max": np.where(known, sums[:, MOST], np.nan),
    }


def _spelt_out(runs: Runs, first_zone: int) -> Cells:
    length = runs.length.astype(np.int64)
    zone = np.repeat(np.arange(len(runs.of) - 1), np.diff(runs.of)) + first_zone
    before = np.cumsum(length) - length
    cell = np.repeat(runs.cell - before, length) + np.arange(length.sum())
    return Cells(np.repeat(zone, length), cell, np.repeat(runs.weight, length))
