"""Bilinear resampling beside unknown cells: the known ones of the four around a place.

GDAL takes twice as long where it must ask of every cell whether it is known. So it is told that
all are: not-a-number then spoils what it touches, and only that is worked out here.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from affine import Affine
from numpy.typing import NDArray

from landuse.compiled import inner, kept
from landuse.core.grid import Grid
from landuse.core.side_by_side import each_part
from landuse.sources.read_raster import between

Floats = NDArray[np.float64]
_KNOT_CELLS = 32
_ROWS = 128
"""Rows of one call; every row is worked by itself, so that threads cannot change a digit."""


class Knots(NamedTuple):
    """Where the centres of some cells of a grid lie, in source cells from its first centre.

    ``across`` and ``down``: (rows, columns) at the cells ``row`` and ``column``.
    """

    row: NDArray[np.int64]
    column: NDArray[np.int64]
    across: Floats
    down: Floats


def fill_beside_unknown(
    out: NDArray[np.float32], values: NDArray[np.float32], *, transform: Affine, crs: str,
    grid: Grid, threads: int = 2,
) -> None:  # fmt: skip
    """Fill the cells that are NaN from the known ones of the four source cells around them.

    .. math:: v = \\sum_k w_k v_k / \\sum_k w_k

    w the bilinear weights; NaN stays where the source cell that holds the centre is not known.
    Where the centres lie is computed at every 32nd and by straight lines between them: 2 mm at
    10 m cells (see `conserve`).

    Parameters
    ----------
    out : cells of the grid, bilinear already where all four source cells are known.
    values : source cells (rows, columns), NaN where not known; ``transform``, ``crs``: theirs,
        north-up; not smaller than the grid's.
    """
    knots = _knots(transform, crs=crs, grid=grid)

    def work(first: int) -> None:
        fill_unknown(values, knots, first, min(first + _ROWS, len(out)), out)

    each_part(work, len(out), together=_ROWS, threads=threads)


def source_cells(transform: Affine, *, crs: str, grid: Grid) -> float:
    """Return how many source cells lie along one cell of a grid, where they are most."""
    knots = _knots(transform, crs=crs, grid=grid)
    wide, high = np.diff(knots.column), np.diff(knots.row)
    along = np.abs(np.diff(knots.across, axis=1)) / wide
    return float(max(along.max(initial=0.0), (np.diff(knots.down, axis=0) / high[:, None]).max(
        initial=0.0)))  # fmt: skip


def _knots(transform: Affine, *, crs: str, grid: Grid) -> Knots:
    row, column = (_every(cells) for cells in grid.shape)
    x = grid.transform.c + (column + 0.5) * grid.resolution_m
    y = grid.transform.f - (row + 0.5) * grid.resolution_m
    east, north = between(grid.crs, crs).transform(*np.meshgrid(x, y))
    across, down = (east - transform.c) / transform.a, (north - transform.f) / transform.e
    return Knots(row, column, across - 0.5, down - 0.5)


def _every(cells: int) -> NDArray[np.int64]:
    """Return the cells 0, 32, 64 … and the last one."""
    return np.unique(np.append(np.arange(0, cells, _KNOT_CELLS), cells - 1)).astype(np.int64)


def _weighed(values: Any, x: float, y: float) -> float:
    """Return the weighted mean of the known cells around a place; NaN if its own is not known."""
    rows, columns = values.shape
    left, top = int(np.floor(x)), int(np.floor(y))
    dx, dy, total, weight = x - left, y - top, 0.0, 0.0
    row, column = int(np.floor(y + 0.5)), int(np.floor(x + 0.5))
    if row < 0 or row >= rows or column < 0 or column >= columns:
        return np.nan
    if np.isnan(values[row, column]):
        return np.nan
    for k in range(4):
        at_row, at_column = top + k // 2, left + k % 2
        if at_row < 0 or at_row >= rows or at_column < 0 or at_column >= columns:
            continue
        found = values[at_row, at_column]
        if found == found:
            part = (dy if k // 2 else 1.0 - dy) * (dx if k % 2 else 1.0 - dx)
            total, weight = total + part * found, weight + part
    return float(total / weight) if weight > 0.0 else np.nan


def _fill_unknown(values: Any, knots: Any, first: int, last: int, out: Any) -> None:
    """Fill what is NaN in rows ``first .. last - 1`` of ``out``."""
    row_at, column_at, across, down = knots.row, knots.column, knots.across, knots.down
    knot = 0
    for row in range(first, last):
        while knot + 2 < row_at.shape[0] and row_at[knot + 1] <= row:
            knot += 1
        after = min(knot + 1, row_at.shape[0] - 1)
        high = max(1, row_at[after] - row_at[knot])
        part = (row - row_at[knot]) / high
        for piece in range(max(1, column_at.shape[0] - 1)):
            right = min(piece + 1, column_at.shape[0] - 1)
            wide = max(1, column_at[right] - column_at[piece])
            x0 = across[knot, piece] + part * (across[after, piece] - across[knot, piece])
            x1 = across[knot, right] + part * (across[after, right] - across[knot, right])
            y0 = down[knot, piece] + part * (down[after, piece] - down[knot, piece])
            y1 = down[knot, right] + part * (down[after, right] - down[knot, right])
            end = column_at[right] + 1 if right == column_at.shape[0] - 1 else column_at[right]
            for column in range(column_at[piece], end):
                if out[row, column] == out[row, column]:
                    continue
                share = (column - column_at[piece]) / wide
                x, y = x0 + share * (x1 - x0), y0 + share * (y1 - y0)
                out[row, column] = weighed(values, x, y)


weighed = inner(_weighed)
fill_unknown = kept(_fill_unknown)
