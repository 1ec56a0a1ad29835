"""Geometries as quantised Web Mercator deltas."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from landuse.products.webmap.pack import Payload

QUANTUM_M = 0.25
"""Step of a stored coordinate, metres of EPSG:3857; a vertex moves by half of it at most."""
SIMPLIFY_M = 0.5
"""Tolerance of Douglas-Peucker for parcels, metres of EPSG:3857."""
CONTEXT_SIMPLIFY_M = 2.0
"""The same for layers that are only looked at."""
WEB_MERCATOR = "EPSG:3857"

Geometries = NDArray[np.object_]
POLYGONS = (3, 6)
LINES = (1, 5)


def web_shapes(frame: gpd.GeoDataFrame, *, crs: str, simplify_m: float) -> Geometries:
    """Return the geometries in EPSG:3857, simplified; null and empty ones as empty polygons.

    ``crs`` is taken where the frame names none.
    """
    placed = frame.geometry if frame.crs is not None else frame.geometry.set_crs(crs)
    shapes = placed.to_crs(WEB_MERCATOR).to_numpy()
    shapes = np.where(shapely.is_missing(shapes), shapely.Polygon(), shapes)
    simple = shapely.simplify(shapes, simplify_m, preserve_topology=True)
    kept: Geometries = np.where(shapely.is_empty(simple), shapes, simple)
    return kept


def add_polygons(payload: Payload, shapes: Geometries) -> dict[str, Any]:
    """Add one shape an object; parts that are no polygons are left out."""
    return _add(payload, *_rings(shapes), count=len(shapes), closed=True)


def add_lines(payload: Payload, shapes: Geometries) -> dict[str, Any]:
    """Add one line or set of lines an object; polygons give their outlines."""
    kind = shapely.get_type_id(shapes)
    edges = np.where(np.isin(kind, POLYGONS), shapely.boundary(shapes), shapes)
    lines, owner = shapely.get_parts(edges, return_index=True)
    plain = (shapely.get_type_id(lines) == LINES[0]) & ~shapely.is_empty(lines)
    return _add(payload, lines[plain], owner[plain], count=len(shapes), closed=False)


def _rings(shapes: Geometries) -> tuple[Geometries, NDArray[np.int64]]:
    parts, owner = shapely.get_parts(shapes, return_index=True)
    flat, inner = shapely.get_parts(parts, return_index=True)  # a collection may hold multiparts
    owner = owner[inner]
    polygon = (shapely.get_type_id(flat) == POLYGONS[0]) & ~shapely.is_empty(flat)
    rings, of_polygon = shapely.get_rings(flat[polygon], return_index=True)
    return rings, owner[polygon][of_polygon]


def _add(
    payload: Payload, rings: Geometries, owner: NDArray[np.int64], *, count: int, closed: bool
) -> dict[str, Any]:
    """Write rings as deltas that run on from ring to ring; a closing vertex is not stored."""
    points, ring = shapely.get_coordinates(rings, return_index=True)
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
        "sizes": payload.varints(np.bincount(ring, minlength=len(rings)).astype(np.int64)),
        "x": payload.varints(deltas[:, 0]),
        "y": payload.varints(deltas[:, 1]),
    }


def _distinct(
    steps: NDArray[np.int64], ring: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Drop a vertex equal to the one before it in the same ring."""
    if len(steps) < 2:
        return steps, ring
    same = (np.diff(steps, axis=0) == 0).all(axis=1) & (np.diff(ring) == 0)
    kept = np.append(True, ~same)
    return steps[kept], ring[kept]
