"""Exact areas of polygons inside polygons, overlaps counted once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from landuse.core.findings import Finding
from landuse.core.settings import Settings
from landuse.core.side_by_side import side_by_side

_MAXIMUM_VERTICES = 512
_ROUNDING = 1e-9
_POLYGON, _POLYGON_DIMENSION = 3, 2
Boxes = NDArray[np.float64]


def require_same_crs(left: gpd.GeoDataFrame, right: gpd.GeoDataFrame) -> None:
    """Raise ValueError when two layers are not in the same CRS: numbers would be nonsense."""
    if left.crs is None or right.crs is None or left.crs != right.crs:
        msg = f"layers in {left.crs} and {right.crs}: align them first"
        raise ValueError(msg)


def split_lines(
    *, settings: Settings, **layers: gpd.GeoDataFrame | None
) -> dict[str, gpd.GeoDataFrame | list[Finding]]:
    """Split lines of control of many vertices, once for all that is held against them.

    Returns
    -------
    By the names of the layers that are there: the same ground in polygons of at most 512 vertices,
    in the order of the polygons they come from, without attributes. ``findings`` : none.
    """
    made: dict[str, gpd.GeoDataFrame | list[Finding]] = {"findings": []}
    for name, layer in layers.items():
        if layer is not None:
            parts, rows = _subdivide(np.asarray(layer.geometry.array))
            order = np.argsort(rows, kind="stable")
            made[name] = gpd.GeoDataFrame(geometry=parts[order], crs=layer.crs)
    return made


def overlap_pieces(
    parcels: gpd.GeoDataFrame, layer: gpd.GeoDataFrame
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[Any]]:
    """Cut a polygon layer by the parcels.

    Returns
    -------
    Position of the parcel, position of the layer row, and the piece (polygonal, m2 > 0), sorted
    by both positions.
    """
    require_same_crs(parcels, layer)
    outlines = np.asarray(parcels.geometry.array)
    parts, part_row = _subdivide(np.asarray(layer.geometry.array))
    tree = shapely.STRtree(parts)
    parcel, part = tree.query(outlines, predicate="intersects")
    order = np.lexsort((part_row[part], parcel))
    parcel, part = parcel[order], part[order]
    within = _plain(parts)[part]
    held, holds = tree.query(outlines, predicate="contains_properly")
    within &= np.isin(parcel * len(parts) + part, held * len(parts) + holds)
    shapely.prepare(parts)
    inside = shapely.covers(parts[part], outlines[parcel])
    pieces = outlines[parcel].copy()
    pieces[within] = as_cut(parts[part[within]])
    cut = ~inside & ~within
    pieces[cut] = side_by_side(shapely.intersection, outlines[parcel[cut]], parts[part[cut]])
    real = shapely.area(pieces) > 0
    return parcel[real], part_row[part[real]], pieces[real]


def as_cut(polygons: NDArray[Any]) -> NDArray[Any]:
    """Return what cutting plain polygons by an area around them leaves: themselves.

    They turn and begin as GEOS lets them, so that what is summed from them has the same last digit.
    """
    cut = shapely.orient_polygons(polygons, exterior_cw=True)
    points, of = shapely.get_coordinates(cut, return_index=True)
    first = np.flatnonzero(np.diff(of, prepend=-1))
    after = np.arange(1, len(points) + 1)
    after[np.append(first[1:], len(points))[: len(first)] - 1] = first + 1  # ends where it begins
    made: NDArray[Any] = shapely.set_coordinates(cut, points[after])
    return made


def _plain(parts: NDArray[Any]) -> NDArray[np.bool_]:
    """Return which geometries are one ring without heights."""
    one = (shapely.get_type_id(parts) == _POLYGON) & (shapely.get_num_interior_rings(parts) == 0)
    return np.asarray(one & ~shapely.has_z(parts))


def overlap_area_m2(parcels: gpd.GeoDataFrame, layer: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Return the area of each parcel under a polygon layer, m2, overlapping polygons once."""
    parcel, _, pieces = overlap_pieces(parcels, layer)
    return union_area_m2(parcel, pieces, outlines=np.asarray(parcels.geometry.array))


def union_area_m2(
    parcel: NDArray[np.int64], pieces: NDArray[Any], *, outlines: NDArray[Any]
) -> NDArray[np.float64]:
    """Return the area of the union of each parcel's pieces, m2; ``parcel`` must be sorted.

    Pieces are summed. Only where pieces of a parcel meet are they merged, since that is a hundred
    times as slow; a piece as large as its parcel settles the matter at once.
    """
    whole = np.nan_to_num(shapely.area(outlines))
    part = shapely.area(pieces)
    area = np.bincount(parcel, weights=part, minlength=len(outlines)).astype(float)
    full = np.zeros(len(outlines), dtype=bool)
    full[parcel[part >= whole[parcel]]] = True
    area[full] = whole[full]
    for one in _meeting(parcel, pieces, open_question=~full):
        start, stop = np.searchsorted(parcel, [one, one + 1])
        area[one] = shapely.area(shapely.union_all(pieces[start:stop]))
    return area


def _meeting(
    parcel: NDArray[np.int64], pieces: NDArray[Any], *, open_question: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Return the parcels in question that have two pieces which touch or overlap."""
    several = np.flatnonzero((np.bincount(parcel)[parcel] > 1) & open_question[parcel])
    some, owner = pieces[several], parcel[several]
    mine, other = shapely.STRtree(some).query(some)
    near = (mine < other) & (owner[mine] == owner[other])
    mine, other = mine[near], other[near]
    return np.unique(owner[mine[shapely.intersects(some[mine], some[other])]])


def _subdivide(polygons: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Split polygons of many vertices into boxes' worth, so that one cut stays cheap.

    GEOS clips to a box in a seventh of the time of an intersection, but does not promise that the
    parts are valid: polygons whose parts are not, or do not add up, are split by intersections.
    """
    size = shapely.get_num_coordinates(polygons)
    small = np.flatnonzero((size > 0) & (size <= _MAXIMUM_VERTICES))
    large = np.flatnonzero(size > _MAXIMUM_VERTICES)
    parts, rows = _split(polygons[large], _clipped)
    area = shapely.area(polygons[large])
    wrong = np.abs(np.bincount(rows, shapely.area(parts), len(large)) - area) > _ROUNDING * area
    wrong[rows[~shapely.is_valid(parts)]] = True
    more, more_rows = _split(polygons[large[wrong]], _intersected)
    right = ~wrong[rows]
    return (
        np.concatenate([polygons[small], parts[right], more]),
        np.concatenate([small, large[rows[right]], large[wrong][more_rows]]),
    )


def _split(
    polygons: NDArray[Any], cut: Callable[[NDArray[Any], Boxes], NDArray[Any]]
) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Halve polygons until none has too many vertices; return the parts and whose they are."""
    parts, rows = polygons, np.arange(len(polygons))
    done, done_rows = [parts[:0]], [rows[:0]]
    while len(parts):
        small = shapely.get_num_coordinates(parts) <= _MAXIMUM_VERTICES
        done.append(parts[small])
        done_rows.append(rows[small])
        parts, rows = _halve(parts[~small], rows[~small], cut)
    return np.concatenate(done), np.concatenate(done_rows)


def _halve(
    parts: NDArray[Any], rows: NDArray[np.int64],
    cut: Callable[[NDArray[Any], Boxes], NDArray[Any]],
) -> tuple[NDArray[Any], NDArray[np.int64]]:  # fmt: skip
    """Cut each polygon across the longer side of its bounding box."""
    x0, y0, x1, y1 = shapely.bounds(parts).T
    wide = (x1 - x0) >= (y1 - y0)
    xm, ym = np.where(wide, (x0 + x1) / 2, x1), np.where(wide, y1, (y0 + y1) / 2)
    xs, ys = np.where(wide, xm, x0), np.where(wide, y0, ym)
    both = [cut(parts, np.stack(box, axis=1)) for box in ((x0, y0, xm, ym), (xs, ys, x1, y1))]
    flat, source = shapely.get_parts(np.concatenate(both), return_index=True)
    polygonal = shapely.get_dimensions(flat) == _POLYGON_DIMENSION
    return flat[polygonal], np.concatenate([rows, rows])[source[polygonal]]


def _clipped(parts: NDArray[Any], boxes: Boxes) -> NDArray[Any]:
    halves = np.empty(len(parts), dtype=object)
    for place, box in enumerate(boxes.tolist()):  # shapely clips to one box a call
        halves[place] = shapely.clip_by_rect(parts[place], *box)
    return halves


def _intersected(parts: NDArray[Any], boxes: Boxes) -> NDArray[Any]:
    return np.asarray(shapely.intersection(parts, shapely.box(*boxes.T)))
