"""Fields of loss: nearness to a ring, and contrast of cells of a class with those around them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

from landuse.align.offset import Field
from landuse.align.sampling import Shapes, along
from landuse.core.grid import Grid

Floats = NDArray[np.float64]

_RING_STEP_M = 10.0
_MOST_RING_POINTS = 100_000
_LATTICE_M = 50.0
_BANDS = 64

Share = Callable[[Any], NDArray[np.float32]]
"""From some cells of a grid, as an array is indexed, to how much of each is of a class."""


def ring_field(rings: Shapes, *, cap_m: float) -> Field:
    """Return the distance to rings, metres, at most ``cap_m``.

    The cap makes it robust: what has no counterpart costs the same wherever it lies.
    """
    points = along(rings, step_m=_RING_STEP_M, most=_MOST_RING_POINTS)
    tree = scipy.spatial.KDTree(points)

    def exact(places: Floats) -> Floats:
        distance, _ = tree.query(places, distance_upper_bound=cap_m)
        return np.asarray(np.minimum(distance, cap_m))

    low = points.min(axis=0) - cap_m - _LATTICE_M
    cells = np.floor((points - low) / _LATTICE_M).astype(np.intp)
    shape = np.ceil((np.ptp(points, axis=0) + 2 * cap_m) / _LATTICE_M).astype(np.intp) + 3
    free = np.ones((shape[1], shape[0]), dtype=bool)
    free[cells[:, 1], cells[:, 0]] = False
    distance = scipy.ndimage.distance_transform_edt(free) * _LATTICE_M
    coarse = np.minimum(distance, cap_m).astype(np.float32)
    return Field((float(low[0]), float(low[1])), _LATTICE_M, coarse, cap_m, exact)


def cell_field(share: Share, grid: Grid, *, window_m: float) -> Field:
    """Return minus the contrast of cells: their share less the mean of the window around them.

    Where everything around is of the class, or nothing is, the contrast is 0: a layer in the
    middle of a city cannot lie better or worse there.

    Parameters
    ----------
    share : how much of the cells of ``grid`` is of the class, 0 to 1; NaN unknown, which costs 0.
        Asked for some rows at a time: a county of shares is never held.
    """
    factor = max(1, round(_LATTICE_M / grid.resolution_m))
    weight, total = _coarsened(share, grid, factor)
    cell_m = grid.resolution_m * factor
    size = 2 * max(1, round(window_m / cell_m / 2)) + 1
    around, seen = (
        scipy.ndimage.uniform_filter(part, size, mode="constant") for part in (total, weight)
    )
    mean = np.divide(around, seen, out=np.zeros_like(around), where=seen > 1e-6)
    x0, _, _, y1 = grid.bounds

    def exact(places: Floats) -> Floats:
        column = np.floor((places[:, 0] - x0) / grid.resolution_m).astype(np.intp)
        row = np.floor((y1 - places[:, 1]) / grid.resolution_m).astype(np.intp)
        rows, columns = grid.shape
        within = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
        row, column = np.clip(row, 0, rows - 1), np.clip(column, 0, columns - 1)
        loss = mean[row // factor, column // factor] - share((row, column))
        return np.asarray(np.where(within & ~np.isnan(loss), loss, 0.0), dtype=np.float64)

    # Counted from the north as the grid is: whole lattice cells, the last one may be cut.
    coarse = np.ascontiguousarray((mean * weight - total)[::-1])
    south = y1 - coarse.shape[0] * cell_m
    return Field((x0, south), cell_m, coarse, 0.0, exact)


def _coarsened(share: Share, grid: Grid, factor: int) -> list[NDArray[np.float32]]:
    """Return block means of what is known and of shares; what fills no block counts as 0."""
    rows, columns = grid.shape
    banded = np.empty((2, -(-rows // factor), columns), dtype=np.float32)
    for first in range(0, rows, _BANDS * factor):
        part = share(slice(first, first + _BANDS * factor))
        known, band = ~np.isnan(part), slice(first // factor, first // factor + _BANDS)
        banded[0, band] = _added(known, factor)
        banded[1, band] = _added(np.where(known, part, np.float32(0.0)), factor)
    return [_added(one.T, factor).T / np.float32(factor**2) for one in banded]


def _added(values: NDArray[Any], factor: int) -> NDArray[np.float32]:
    """Return the sums of every ``factor`` rows, one row after the other."""
    total = np.zeros((-(-len(values) // factor), values.shape[1]), dtype=np.float32)
    for k in range(factor):
        part = values[k::factor]
        total[: len(part)] += part
    return total
