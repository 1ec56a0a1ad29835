"""Resampling onto a grid: by the source cell that holds each centre, or by the four around it.

Compiled loops call loops of their own file only (`landuse.compiled`): so both stand here.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from affine import Affine
from numpy.typing import NDArray

from landuse.align.knots import KNOT_CELLS, knots_of
from landuse.compiled import inner, kept
from landuse.core.grid import Grid
from landuse.core.side_by_side import each_part

_ROWS = 128
"""Rows of one call; every row is worked by itself, so that threads cannot change a digit."""


def bilinear(
    values: NDArray[np.float32], *, transform: Affine, crs: str, grid: Grid, threads: int = 2,
    out: NDArray[np.float32] | None = None,
) -> NDArray[np.float32]:  # fmt: skip
    """Return on a grid the weighted mean of the known ones of the four source cells around.

    .. math:: v = \\sum_k w_k v_k / \\sum_k w_k

    w the bilinear weights; NaN where the source cell that holds the centre is not known. Centres
    are placed to a thousandth of a source cell, where GDAL's default allows itself an eighth.

    Parameters
    ----------
    values : source cells (rows, columns), NaN where not known; ``transform``, ``crs``: theirs,
        north-up; not smaller than the grid's.
    out : where to write, of ``grid.shape``; None = a new array.
    """
    out = np.empty(grid.shape, dtype=np.float32) if out is None else out
    cells, knots = np.ascontiguousarray(values), knots_of(transform, crs, grid)

    def work(first: int) -> None:
        last = min(first + _ROWS, len(out))
        fill_rows(cells, cells.ravel(), knots, first, last, _scratch(), out)

    each_part(work, len(out), together=_ROWS, threads=threads)
    return out


def source_cells(transform: Affine, *, crs: str, grid: Grid) -> float:
    """Return how many source cells lie along one cell of a grid, where they are most."""
    knots = knots_of(transform, crs, grid)
    wide, high = np.diff(knots.column), np.diff(knots.row)
    along = np.abs(np.diff(knots.across, axis=1)) / wide
    return float(max(along.max(initial=0.0), (np.diff(knots.down, axis=0) / high[:, None]).max(
        initial=0.0)))  # fmt: skip


def nearest(
    codes: NDArray[np.uint8], *, transform: Affine, crs: str, grid: Grid, nodata: int,
    threads: int = 2,
) -> NDArray[np.uint8]:  # fmt: skip
    """Return the code of the source cell that holds each centre of a grid, ``nodata`` beyond all.

    Parameters
    ----------
    codes : source cells (rows, columns); ``transform``, ``crs``: theirs, north-up.

    Returns
    -------
    uint8, of ``grid.shape``; centres are placed to a thousandth of a source cell (`align.knots`).
    """
    out = np.empty(grid.shape, dtype=np.uint8)
    cells, knots = np.ascontiguousarray(codes), knots_of(transform, crs, grid)

    def work(first: int) -> None:
        last = min(first + _ROWS, len(out))
        fill_nearest(cells, knots, first, last, np.uint8(nodata), out)

    each_part(work, len(out), together=_ROWS, threads=threads)
    return out


class _Scratch(NamedTuple):
    """For the cells of one piece: the source cell up left of each, and how far beyond its centre.

    Finding places and fetching what lies there, each in a loop of its own, takes two thirds of the
    time of one loop for both.
    """

    here: NDArray[np.int64]
    across: NDArray[np.float32]
    down: NDArray[np.float32]


def _scratch() -> _Scratch:
    most = KNOT_CELLS + 1
    across, down = np.empty((2, most), dtype=np.float32)
    return _Scratch(np.empty(most, dtype=np.int64), across, down)


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


def _fill_rows(
    values: Any, flat: Any, knots: Any, first: int, last: int, scratch: Any, out: Any
) -> None:
    """Fill rows ``first .. last - 1`` of ``out``.

    ``flat``: the values as one row.
    """
    for row, start, end, apart, at in pieces(knots, first, last):
        mean_piece(flat, values.shape, at, apart, scratch, out[row, start:end])
        fill_piece(values, at, apart, out[row, start:end])


def _fill_piece(values: Any, at: Any, apart: int, line: Any) -> None:
    """Fill what is NaN in a piece of a row, whose ends lie ``apart`` cells from each other."""
    x0, x1, y0, y1 = at
    for k in range(line.shape[0]):
        if line[k] == line[k]:
            continue
        share = k / apart
        line[k] = weighed(values, x0 + share * (x1 - x0), y0 + share * (y1 - y0))


def _mean_piece(flat: Any, shape: Any, at: Any, apart: int, scratch: Any, line: Any) -> None:
    """Fill a piece of a row as if all source cells were known; NaN where one beyond is asked."""
    rows, columns = shape
    x0, x1, y0, y1 = at
    inside = min(x0, x1) >= 0.0 and min(y0, y1) >= 0.0
    # A thousandth short of the last centre: rounding may carry a place beyond the ends.
    if not inside or max(x0, x1) > columns - 1.001 or max(y0, y1) > rows - 1.001:
        line[:] = np.nan
        return
    step_x, step_y = (x1 - x0) / apart, (y1 - y0) / apart
    for k in range(line.shape[0]):
        x, y = x0 + k * step_x, y0 + k * step_y
        # Places of 32 bits are found several at once.
        left, top = np.int32(x), np.int32(y)
        scratch.across[k], scratch.down[k] = np.float32(x - left), np.float32(y - top)
        scratch.here[k] = np.int64(top) * columns + left
    for k in range(line.shape[0]):
        # Unsigned: numba need not ask whether the place is counted from the end.
        here = np.uint64(scratch.here[k])
        below = np.uint64(here + np.uint64(columns))
        one, other = flat[here], flat[below]
        one += scratch.across[k] * (flat[here + np.uint64(1)] - one)
        other += scratch.across[k] * (flat[below + np.uint64(1)] - other)
        line[k] = one + scratch.down[k] * (other - one)


def _ends(knots: Any, row: int, knot: int, piece: int) -> Any:
    """Return where the first and last cell of a piece of a row lie: x, x, y, y.

    ``knot``: the last one not below the row. The piece reaches from its knot to the next.
    """
    across, down = knots.across, knots.down
    after = min(knot + 1, knots.row.shape[0] - 1)
    right = min(piece + 1, knots.column.shape[0] - 1)
    part = (row - knots.row[knot]) / max(1, knots.row[after] - knots.row[knot])
    x0 = across[knot, piece] + part * (across[after, piece] - across[knot, piece])
    x1 = across[knot, right] + part * (across[after, right] - across[knot, right])
    y0 = down[knot, piece] + part * (down[after, piece] - down[knot, piece])
    y1 = down[knot, right] + part * (down[after, right] - down[knot, right])
    return x0, x1, y0, y1


def _pieces(knots: Any, first: int, last: int) -> Any:
    """Yield the pieces of rows ``first .. last - 1``, each from a knot's column to the next.

    Row; first cell, and the one after the last; cells between its ends; where those lie. The last
    piece of a row holds its right end too.
    """
    knot, pieces = 0, max(1, knots.column.shape[0] - 1)
    for row in range(first, last):
        while knot + 2 < knots.row.shape[0] and knots.row[knot + 1] <= row:
            knot += 1
        for piece in range(pieces):
            start, right = knots.column[piece], min(piece + 1, knots.column.shape[0] - 1)
            end = knots.column[right] + (1 if piece == pieces - 1 else 0)
            apart, at = max(1, knots.column[right] - start), ends(knots, row, knot, piece)
            yield row, start, end, apart, at


def _fill_nearest(values: Any, knots: Any, first: int, last: int, nodata: Any, out: Any) -> None:
    """Fill rows ``first .. last - 1`` of ``out``."""
    rows, columns = values.shape
    for row, start, end, apart, (x0, x1, y0, y1) in pieces(knots, first, last):
        step_x, step_y = (x1 - x0) / apart, (y1 - y0) / apart
        for k in range(end - start):
            # A place counts from the first centre, a cell from its edge half a cell before.
            x, y = x0 + 0.5 + k * step_x, y0 + 0.5 + k * step_y
            if x >= 0.0 and y >= 0.0 and x < columns and y < rows:
                out[row, start + k] = values[np.uint64(y), np.uint64(x)]
            else:
                out[row, start + k] = nodata


ends = inner(_ends)
pieces = inner(_pieces)
weighed = inner(_weighed)
fill_piece = inner(_fill_piece)
mean_piece = inner(_mean_piece)
fill_rows = kept(_fill_rows)
fill_nearest = kept(_fill_nearest)
