"""Which area an object lies in, by overlap: exact areas, no loop over rows."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from landuse.core.crs import CGCS2000_GEOGRAPHIC, GRS80

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Overlaps:
    """Pairs (object position, area position) that share area, and how much, square metres."""

    objects: NDArray[np.intp]
    areas: NDArray[np.intp]
    shared_m2: Floats


def overlaps(objects: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> Overlaps:
    """Return every pair that shares area, with the exact shared area.

    Raises
    ------
    ValueError
        If the CRS differ.
    """
    same_crs(objects, areas)
    ours, theirs = objects.geometry.to_numpy(), areas.geometry.to_numpy()
    tree = shapely.STRtree(ours)
    whole_area, whole = tree.query(theirs, predicate="covers")
    any_area, any_object = tree.query(theirs, predicate="intersects")
    inside = _keys(whole, whole_area, len(theirs))
    cut = ~np.isin(_keys(any_object, any_area, len(theirs)), inside)
    pairs = any_object[cut], any_area[cut]
    parts = shapely.area(shapely.intersection(ours[pairs[0]], theirs[pairs[1]]))
    some = parts > 0
    return Overlaps(
        np.concatenate([whole, pairs[0][some]]),
        np.concatenate([whole_area, pairs[1][some]]),
        np.concatenate([shapely.area(ours[whole]), parts[some]]),
    )


def _keys(objects: NDArray[np.intp], areas: NDArray[np.intp], count: int) -> NDArray[np.int64]:
    return np.asarray(objects.astype(np.int64) * count + areas)


def largest(found: Overlaps, *, count: int) -> NDArray[np.intp]:
    """Return for each of ``count`` objects the area it shares most with; -1 for none.

    Of equals the first area wins, so sort areas by code for a stable answer.
    """
    order = np.lexsort((found.areas, -found.shared_m2, found.objects))
    owners, first = np.unique(found.objects[order], return_index=True)
    out = np.full(count, -1, dtype=np.intp)
    out[owners] = found.areas[order][first]
    return out


def shared_area(found: Overlaps, *, count: int) -> Floats:
    """Return the area each of ``count`` objects shares with all areas together, square metres."""
    total = np.bincount(found.objects, weights=found.shared_m2, minlength=count)
    return np.asarray(total, dtype=np.float64)


def same_crs(one: gpd.GeoDataFrame, other: gpd.GeoDataFrame) -> None:
    """Raise ValueError unless two layers are in one CRS: geopandas only warns."""
    if one.crs is None or CRS(one.crs) != CRS(other.crs):
        msg = f"layers in different CRS: {one.crs} and {other.crs}"
        raise ValueError(msg)


def geodesic_area_m2(layer: gpd.GeoDataFrame) -> Floats:
    """Return the area of polygons on the GRS80 ellipsoid, square metres, holes taken out.

    Rings are taken as geodesic polygons (Karney 2013, through pyproj.Geod).
    """
    shapes = layer.to_crs(CGCS2000_GEOGRAPHIC).geometry.to_numpy()
    parts, owner = shapely.get_parts(shapes, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    hole = np.r_[False, part[1:] == part[:-1]]
    points, ring = shapely.get_coordinates(rings, return_index=True)
    starts = np.searchsorted(ring, np.arange(len(rings) + 1))
    ring_m2 = np.array([_ring_area_m2(points[start:end]) for start, end in pairwise(starts)])
    signed = np.where(hole, -ring_m2, ring_m2)
    total = np.bincount(owner[part], weights=signed, minlength=len(layer))
    return np.asarray(total, dtype=np.float64)


def _ring_area_m2(lonlat: Floats) -> float:
    area, _ = GRS80.polygon_area_perimeter(lonlat[:, 0], lonlat[:, 1])
    return abs(float(area))
