"""Nearest resampling: the source cell that holds the centre of each cell of a grid."""

from __future__ import annotations

from typing import Any

import numpy as np
from affine import Affine
from numpy.typing import NDArray

from landuse.align.knots import ends, knots_of, piece_of
from landuse.compiled import kept
from landuse.core.grid import Grid
from landuse.core.side_by_side import each_part

_ROWS = 128
"""Rows of one call; every row is worked by itself, so that threads cannot change a cell."""


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


def _fill_nearest(values: Any, knots: Any, first: int, last: int, nodata: Any, out: Any) -> None:
    """Fill rows ``first .. last - 1`` of ``out``."""
    rows, columns = values.shape
    knot = 0
    for row in range(first, last):
        while knot + 2 < knots.row.shape[0] and knots.row[knot + 1] <= row:
            knot += 1
        for piece in range(max(1, knots.column.shape[0] - 1)):
            start, end, apart = piece_of(knots.column, piece)
            x0, x1, y0, y1 = ends(knots, row, knot, piece)
            step_x, step_y = (x1 - x0) / apart, (y1 - y0) / apart
            for k in range(end - start):
                # A place counts from the first centre, a cell from its edge half a cell before.
                x, y = x0 + 0.5 + k * step_x, y0 + 0.5 + k * step_y
                if x >= 0.0 and y >= 0.0 and x < columns and y < rows:
                    out[row, start + k] = values[np.uint64(y), np.uint64(x)]
                else:
                    out[row, start + k] = nodata


fill_nearest = kept(_fill_nearest)
