"""Points that stand for a layer: inside its polygons, along its lines. No chance is involved."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Shapes = NDArray[np.object_]

_POLYGONS, _POINTS = (3, 6), (0, 4)
_FINE_M, _ROUND = 5.0, 4
# 1 / the plastic number and its square: Roberts' R2 sequence, which spreads evenly in a square.
_SPREAD = np.array([0.7548776662466927, 0.5698402909980532])


def points_of(layer: gpd.GeoDataFrame, *, most: int) -> Floats:
    """Return up to ``most`` points (n, 2) that stand for a layer, in its CRS.

    Polygons: points inside, evenly by area; lines: evenly by length; points: themselves, evenly
    left out where there are more. The order of the rows does not matter.
    """
    parts = _sorted(shapely.get_parts(layer.geometry.to_numpy()))
    types = shapely.get_type_id(parts)
    if np.isin(types, _POLYGONS).any():
        return _inside(parts[np.isin(types, _POLYGONS)], most=most)
    if np.isin(types, _POINTS).all():
        drawn = parts[_even(np.ones(len(parts)), most=most)]
        return np.asarray(shapely.get_coordinates(drawn))
    return along(parts, step_m=0.0, most=most)


def outline(layer: gpd.GeoDataFrame, *, close_m: float) -> Shapes:
    """Return the outer rings of the union of polygons; holes and gaps within are left out.

    Slits narrower than twice ``close_m``, as lie between towns drawn one by one, are closed
    first: their banks are no boundary of the whole.
    """
    whole = shapely.union_all(layer.geometry.to_numpy())
    grown = shapely.buffer(shapely.simplify(whole, _FINE_M), close_m, quad_segs=_ROUND)
    closed = shapely.buffer(grown, -close_m, quad_segs=_ROUND)
    rings = shapely.get_exterior_ring(shapely.get_parts(closed))
    return _sorted(rings[shapely.length(rings) > 0])


def along(lines: Shapes, *, step_m: float, most: int) -> Floats:
    """Return points (n, 2) along lines, every ``step_m`` metres or as far as ``most`` allow."""
    corners, line = shapely.get_coordinates(lines, return_index=True)
    starts = np.flatnonzero(line[1:] == line[:-1])
    sides = corners[starts + 1] - corners[starts]
    length = np.hypot(*sides.T)
    total = float(length.sum())
    count = most if step_m <= 0 else min(most, int(total // step_m))
    if count < 1 or total == 0:
        return np.empty((0, 2))
    ends = np.cumsum(length)
    at = (np.arange(count) + 0.5) * total / count
    side = np.minimum(np.searchsorted(ends, at, side="right"), len(ends) - 1)
    share = 1.0 - (ends[side] - at) / length[side]
    return np.asarray(corners[starts[side]] + share[:, None] * sides[side])


def _sorted(shapes: Shapes) -> Shapes:
    """Return shapes in the order of their places."""
    box = shapely.bounds(shapes)
    return np.asarray(shapes[np.lexsort((box[:, 3], box[:, 2], box[:, 1], box[:, 0]))])


def _even(weight: Floats, *, most: int) -> NDArray[np.intp]:
    """Return positions drawn evenly by weight: all once where few and equal, else ``most``."""
    count = min(most, len(weight)) if np.ptp(weight) == 0 else most
    ends = np.cumsum(weight)
    at = (np.arange(count) + 0.5) * ends[-1] / count
    drawn = np.searchsorted(ends, at, side="right")
    return np.asarray(np.minimum(drawn, len(weight) - 1), dtype=np.intp)


def _inside(polygons: Shapes, *, most: int) -> Floats:
    """Return points inside polygons, evenly by area, through triangles of those drawn."""
    chosen, times = np.unique(_even(shapely.area(polygons), most=most), return_counts=True)
    meshes = shapely.constrained_delaunay_triangles(polygons[chosen])
    points, owner = shapely.get_coordinates(meshes, return_index=True)
    corners, owner = points.reshape(-1, 4, 2)[:, :3], owner[::4]
    area = triangle_areas(corners)
    share = area / np.bincount(owner, weights=area, minlength=len(chosen))[owner]
    drawn = _even(share * times[owner], most=most)
    corners = corners[drawn]
    place = np.mod(0.5 + np.arange(1, len(drawn) + 1)[:, None] * _SPREAD, 1.0)
    place = np.where(place.sum(axis=1, keepdims=True) > 1, 1 - place, place)
    sides = corners[:, 1:] - corners[:, :1]
    return np.asarray(corners[:, 0] + np.einsum("nk,nkd->nd", place, sides))


def triangle_areas(corners: Floats) -> Floats:
    """Return the areas of triangles (n, 3, 2), to the digit what shapely tells of each."""
    (x, y), x0 = corners.transpose(2, 1, 0), corners[:, 0, 0]
    return np.asarray(np.abs((x[1] - x0) * (y[0] - y[2]) + (x[2] - x0) * (y[1] - y[0])) / 2)
