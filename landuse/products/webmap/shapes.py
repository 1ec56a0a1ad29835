"""Geometries as quantised Web Mercator deltas."""

from __future__ import annotations

from functools import partial
from itertools import combinations
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from landuse.core.crs import between
from landuse.products.webmap.pack import Payload

QUANTUM_M = 0.25
"""Step of a stored coordinate, metres of EPSG:3857; a vertex moves by half of it at most."""
SIMPLIFY_M = 0.5
"""Tolerance of Douglas-Peucker for parcels, metres of EPSG:3857."""
CONTEXT_SIMPLIFY_M = 2.0
"""The same for layers that are only looked at."""
WEB_MERCATOR = "EPSG:3857"

Geometries = NDArray[np.object_]
Floats = NDArray[np.float64]
Places = NDArray[np.int64]
POLYGONS = (3, 6)
LINES = (1, 5)
_CLOSED = 5
"""Vertices of a four-cornered ring, the first one twice."""


def web_shapes(
    frame: gpd.GeoDataFrame | gpd.GeoSeries, *, crs: str, simplify_m: float
) -> Geometries:
    """Return the geometries in EPSG:3857, simplified; null and empty ones as empty polygons.

    ``crs`` is taken where the frame names none.
    """
    placed = _placed(frame, crs)
    shapes = shapely.transform(placed.to_numpy(), partial(_to_web, crs=placed.crs))
    shapes = np.where(shapely.is_missing(shapes), shapely.Polygon(), shapes)
    simple = shapely.simplify(shapes, simplify_m, preserve_topology=True)
    kept: Geometries = np.where(shapely.is_empty(simple), shapes, simple)
    return kept


def web_points(frame: gpd.GeoDataFrame | gpd.GeoSeries, *, crs: str) -> tuple[Floats, Places]:
    """Return every vertex in EPSG:3857, shape (n, 2), and the row it belongs to."""
    placed = _placed(frame, crs)
    points, row = shapely.get_coordinates(placed.to_numpy(), return_index=True)
    return _to_web(points, crs=placed.crs), row


def _to_web(points: Floats, *, crs: CRS) -> Floats:
    return np.stack(between(crs, WEB_MERCATOR).transform(*points.T), axis=1)


def add_inner_points(
    payload: Payload, frame: gpd.GeoDataFrame | gpd.GeoSeries, *, crs: str
) -> list[dict[str, Any]]:
    """Add a point inside each object, EPSG:3857 metres: the places of x and y."""
    inside = web_shapes(_placed(frame, crs).representative_point(), crs=crs, simplify_m=0)
    axes = shapely.get_x(inside), shapely.get_y(inside)
    return [payload.numbers(axis, decimals=1) for axis in axes]


def _placed(frame: gpd.GeoDataFrame | gpd.GeoSeries, crs: str) -> gpd.GeoSeries:
    return frame.geometry if frame.crs is not None else frame.geometry.set_crs(crs)


def add_polygons(payload: Payload, shapes: Geometries) -> dict[str, Any]:
    """Add one shape an object; parts that are no polygons are left out."""
    points, ring, owner = _rings(shapes)
    return _add(payload, points, ring, owner, count=len(shapes), closed=True)


def add_outlines(
    payload: Payload, frame: gpd.GeoDataFrame, *, crs: str, simplify_m: float
) -> dict[str, Any]:
    """Add the polygons of a layer: what `add_polygons` adds of its `web_shapes`.

    Plain four-cornered outlines from which simplifying takes nothing, which most buildings are,
    stay numbers; only the others are made into geometries.
    """
    plain = np.flatnonzero(_four_cornered(frame.geometry.to_numpy()))
    corners = web_points(frame.geometry.iloc[plain], crs=crs)[0].reshape(-1, _CLOSED, 2)
    stays = keeps_corners(corners, simplify_m)
    others = np.delete(np.arange(len(frame)), plain[stays])
    shapes = web_shapes(frame.geometry.iloc[others], crs=crs, simplify_m=simplify_m)
    points, ring, owner = _rings(shapes)
    owners = np.concatenate([others[owner], plain[stays]])
    order = np.argsort(owners, kind="stable")
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))  # of each ring among all
    own = len(owner) + np.repeat(np.arange(int(stays.sum())), _CLOSED)
    rings_of = place[np.concatenate([ring, own])]
    by_ring = np.argsort(rings_of, kind="stable")
    every = np.concatenate([points, corners[stays].reshape(-1, 2)])
    return _add(
        payload, every[by_ring], rings_of[by_ring], owners[order], count=len(frame), closed=True
    )


def _four_cornered(shapes: Geometries) -> NDArray[np.bool_]:
    """Return which geometries are one ring of four corners without heights."""
    return np.asarray(
        (shapely.get_type_id(shapes) == POLYGONS[0])
        & (shapely.get_num_coordinates(shapes) == _CLOSED)
        & (shapely.get_num_interior_rings(shapes) == 0)
        & ~shapely.has_z(shapes)
    )


def keeps_corners(corners: Floats, tolerance_m: float) -> NDArray[np.bool_]:
    """Return from which closed rings of four corners, shape (n, 5, 2), simplifying takes nothing.

    A corner goes only where it lies within the tolerance of a piece between two others, whichever
    those are. Rings that are near it count as taken from: a thousandth stands for rounding.
    """
    kept = np.ones(len(corners), dtype=np.bool_)
    for corner in range(_CLOSED - 1):
        others = [item for item in range(_CLOSED - 1) if item != corner]
        for start, end in combinations(others, 2):
            kept &= _apart(corners, corner, start, end) > tolerance_m * 1.001
    return kept


def _apart(corners: Floats, corner: int, start: int, end: int) -> Floats:
    """Return the distance of a corner from the piece between two others, metres."""
    along, off = (corners[:, item] - corners[:, start] for item in (end, corner))
    square = np.einsum("ij,ij->i", along, along)
    part = np.einsum("ij,ij->i", along, off) / np.where(square > 0, square, 1.0)
    rest = off - np.clip(part, 0.0, 1.0)[:, None] * along
    return np.asarray(np.hypot(rest[:, 0], rest[:, 1]))


def add_lines(payload: Payload, shapes: Geometries) -> dict[str, Any]:
    """Add one line or set of lines an object; polygons give their outlines."""
    kind = shapely.get_type_id(shapes)
    edges = np.where(np.isin(kind, POLYGONS), shapely.boundary(shapes), shapes)
    lines, owner = shapely.get_parts(edges, return_index=True)
    plain = (shapely.get_type_id(lines) == LINES[0]) & ~shapely.is_empty(lines)
    points, line = shapely.get_coordinates(lines[plain], return_index=True)
    return _add(payload, points, line, owner[plain], count=len(shapes), closed=False)


def _rings(shapes: Geometries) -> tuple[Floats, Places, Places]:
    """Return every vertex of the polygons, its ring, and the row that each ring belongs to.

    Only rings of polygons with holes are made into geometries: they alone tell where they end.
    """
    parts, owner = shapely.get_parts(shapes, return_index=True)
    flat, inner = shapely.get_parts(parts, return_index=True)  # a collection may hold multiparts
    polygon = (shapely.get_type_id(flat) == POLYGONS[0]) & ~shapely.is_empty(flat)
    flat, owner = flat[polygon], owner[inner][polygon]
    holes = shapely.get_num_interior_rings(flat)
    sizes = np.repeat(shapely.get_num_coordinates(flat), holes + 1)
    cut = holes > 0
    rings = shapely.get_rings(flat[cut])
    sizes[np.repeat(cut, holes + 1)] = shapely.get_num_coordinates(rings)
    ring = np.repeat(np.arange(len(sizes)), sizes)
    return shapely.get_coordinates(flat), ring, np.repeat(owner, holes + 1)


def _add(
    payload: Payload, points: Floats, ring: Places, owner: Places, *, count: int, closed: bool
) -> dict[str, Any]:
    """Write rings as deltas that run on from ring to ring; a closing vertex is not stored."""
    if closed and len(points):
        last = np.append(ring[1:] != ring[:-1], True)
        points, ring = points[~last], ring[~last]
    steps = np.round(points / QUANTUM_M).astype(np.int64)
    origin = steps.min(axis=0) if len(steps) else np.zeros(2, dtype=np.int64)
    steps, ring = _distinct(steps - origin, ring)
    deltas = np.diff(steps, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    return {
        "count": count,
        "quantum": QUANTUM_M,
        "origin": (origin * QUANTUM_M).tolist(),
        "rings": payload.varints(np.bincount(owner, minlength=count).astype(np.int64)),
        "sizes": payload.varints(np.bincount(ring, minlength=len(owner)).astype(np.int64)),
        "x": payload.varints(deltas[:, 0]),
        "y": payload.varints(deltas[:, 1]),
    }


def _distinct(steps: Places, ring: Places) -> tuple[Places, Places]:
    """Drop a vertex equal to the one before it in the same ring."""
    if len(steps) < 2:
        return steps, ring
    same = (np.diff(steps, axis=0) == 0).all(axis=1) & (np.diff(ring) == 0)
    kept = np.append(True, ~same)
    return steps[kept], ring[kept]
