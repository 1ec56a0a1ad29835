"""Outlines of cells with their stairs filled: for growing far, the inner corners do not matter."""

from __future__ import annotations

import math

import numpy as np
import shapely
from numpy.typing import NDArray

_LATE_M = 1 / 3
"""Most that a grown outline ends later for its filled stairs; corners let it end five times as
early."""


def filled_stairs(shapes: NDArray[np.object_], reach_m: float) -> NDArray[np.object_]:
    """Return polygons without the inner corners that growing them by ``reach_m`` all but closes.

    An inner corner goes where its neighbours, both outer corners, lie at most ``d`` apart: what
    is within reach r of the line between them is within ``sqrt(r**2 + d**2 / 4)`` of one of them,
    a third of a metre more at most. Stairs of many inner corners are what growing an outline of
    cells takes its time for. Parts with holes, and shapes that filling would make invalid, come
    back as they were.
    """
    most_m = 2 * math.sqrt((reach_m + _LATE_M) ** 2 - reach_m**2)
    parts, owner = shapely.get_parts(shapes, return_index=True)
    holes = shapely.get_num_interior_rings(parts)
    plain = np.flatnonzero((holes == 0) & ~shapely.is_empty(parts))
    if not len(plain):
        return shapes
    parts[plain] = _filled(parts[plain], most_m)
    whole, (present, place) = np.array(shapes), np.unique(owner, return_inverse=True)
    whole[present] = shapely.multipolygons(parts, indices=place)
    return np.where(shapely.is_valid(whole), whole, shapes)


def _filled(parts: NDArray[np.object_], most_m: float) -> NDArray[np.object_]:
    """Return polygons without holes, less the inner corners between near outer ones."""
    rings = shapely.get_exterior_ring(parts)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    closing = np.append(ring[1:] != ring[:-1], True)
    xy, ring = xy[~closing], ring[~closing]
    first = np.searchsorted(ring, np.arange(len(parts)))
    last = np.append(first[1:], len(ring)) - 1
    at = np.arange(len(ring))
    before = np.where(at == first[ring], last[ring], at - 1)
    after = np.where(at == last[ring], first[ring], at + 1)
    inner = _turn(xy, before, after) * np.where(shapely.is_ccw(rings), 1, -1)[ring] < 0
    chord_m = np.hypot(*(xy[after] - xy[before]).T)
    kept = ~(inner & (chord_m <= most_m) & ~inner[before] & ~inner[after])
    return np.asarray(shapely.polygons(shapely.linearrings(xy[kept], indices=ring[kept])))


def _turn(
    xy: NDArray[np.float64], before: NDArray[np.int64], after: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return at each corner a number above 0 where the ring turns left, below where right."""
    into, out = xy - xy[before], xy[after] - xy
    return np.asarray(into[:, 0] * out[:, 1] - into[:, 1] * out[:, 0])
