"""Where the cells of a grid lie in a source: placed exactly at knots, on straight lines between.

Cells are placed to a thousandth of a source cell, where GDAL's default allows itself an eighth, and
where they lie is worked out once for all years on one lattice.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from affine import Affine
from numpy.typing import NDArray

from landuse.core.crs import between
from landuse.core.grid import Grid

Floats = NDArray[np.float64]
KNOT_CELLS = 32
"""Most cells of a grid from one knot to the next."""
_KNOT_ERROR = 1e-3
"""Most that straight lines between knots may err, in source cells."""
_FEWEST_KNOTS = 4


class Knots(NamedTuple):
    """Where the centres of some cells of a grid lie, in source cells from its first centre.

    ``across`` and ``down``: (rows, columns) at the cells ``row`` and ``column``.
    """

    row: NDArray[np.int64]
    column: NDArray[np.int64]
    across: Floats
    down: Floats


@lru_cache(maxsize=2)
def knots_of(transform: Affine, crs: str, grid: Grid) -> Knots:
    """Return knots so close that straight lines between them err by `_KNOT_ERROR` at most.

    A line between knots errs by an eighth of their second difference, along each of both axes.
    Every 32nd cell of 10 m: 2 mm (see `conserve`).
    """
    apart = min(KNOT_CELLS, max(1, min(grid.shape) // _FEWEST_KNOTS))
    while True:
        knots = _knots_every(apart, transform, crs=crs, grid=grid)
        if apart == 1 or _bend(knots) / 8 <= _KNOT_ERROR:
            return knots
        apart //= 2


def _knots_every(apart: int, transform: Affine, *, crs: str, grid: Grid) -> Knots:
    row, column = (_every(apart, cells) for cells in grid.shape)
    x = grid.transform.c + (column + 0.5) * grid.resolution_m
    y = grid.transform.f - (row + 0.5) * grid.resolution_m
    east, north = between(grid.crs, crs).transform(*np.meshgrid(x, y))
    across, down = (east - transform.c) / transform.a, (north - transform.f) / transform.e
    return Knots(row, column, across - 0.5, down - 0.5)


def _every(apart: int, cells: int) -> NDArray[np.int64]:
    """Return the cells 0, ``apart``, 2 ``apart`` … and the last one."""
    return np.unique(np.append(np.arange(0, cells, apart), cells - 1)).astype(np.int64)


def _bend(knots: Knots) -> float:
    """Return the largest second difference of places between knots, both axes together."""
    regular = knots.across[:-1, :-1], knots.down[:-1, :-1]  # the last knots may lie closer
    return max(
        sum(float(np.abs(np.diff(at, 2, axis=axis)).max(initial=0.0)) for axis in (0, 1))
        for at in regular
    )
