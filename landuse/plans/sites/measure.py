"""What the ground of a site tells: shape, lines, slope, roads, earthwork, homes near by."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from landuse.core.layers import Layer
from landuse.indicators.access import AccessSettings, measure_access
from landuse.indicators.overlay import overlap_area_m2
from landuse.indicators.planning import PlanningSettings, measure_planning
from landuse.indicators.terrain import TerrainSettings, measure_terrain
from landuse.indicators.zonal import Zones
from landuse.plans.sites.assemblies import closed
from landuse.plans.sites.settings import GroundSettings

LINES = ("eco_redline", "prime_farmland", "growth_boundary", "hazard", "heritage", "water")
_PLANE_CELLS = 6
_CIRCLE_STEPS = 200
_FLAT = 1e-12
_FIRST_REACH_M, _WIDER, _CLOSE = 25.0, 4.0, 1e-9
Shapes = NDArray[np.object_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Layers = Mapping[str, gpd.GeoDataFrame | None]


def shape_of(outline: gpd.GeoDataFrame, *, seam_m: float) -> pd.DataFrame:
    """Measure how a site could be built on.

    Returns
    -------
    ``rect_length_m, rect_width_m, rect_area_m2`` (largest rectangle inside, any rotation),
    ``rect_angle`` (radians), ``rect_x_m, rect_y_m`` (its centre), ``min_width_m``: diameter of the
    largest circle inside; nowhere is the site wider in every direction. Both on the outline with
    seams closed.
    """
    shapes = closed(np.asarray(outline.geometry.array), seam_m=seam_m)
    from landuse.plans.sites.rectangle import (
        largest_rectangles,
    )  # the compiler takes a second to import

    found = largest_rectangles(shapes)
    step = np.maximum(np.sqrt(shapely.area(shapes)) / _CIRCLE_STEPS, 0.01)
    wide = 2 * shapely.length(_circles(shapes, step))
    names = ["rect_x_m", "rect_y_m", "rect_length_m", "rect_width_m", "rect_angle",
             "rect_area_m2", "min_width_m"]  # fmt: skip
    rows = np.column_stack([found, found[:, 2] * found[:, 3], wide])
    return pd.DataFrame(rows, columns=names, index=outline.index).round(3)


def _circles(shapes: Shapes, step: Floats, *, threads: int = 2) -> Shapes:
    """Return a radius of the largest circle inside each shape, to a step; shapely lets go the lock.

    Shapes are taken in turn by the threads, since sizes differ; each is measured by itself.
    """
    made = np.empty(len(shapes), dtype=object)

    def work(one: int) -> None:
        made[one::threads] = shapely.maximum_inscribed_circle(shapes[one::threads],
                                                              step[one::threads])  # fmt: skip

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, range(threads)))
    return made


def ground_of(
    outline: gpd.GeoDataFrame, layers: Layers, *, elevation: Layer | None, settings: GroundSettings
) -> pd.DataFrame:
    """Measure lines, slope, roads and earthwork of each site.

    Parameters
    ----------
    outline : ``site_id`` and polygons. ``layers`` : role -> layer or None.

    Returns
    -------
    ``<line>_share`` (0-1) of each line that is there, ``water_source_share``, ``slope_deg``
    (P50), ``road_m`` (to a road of ``arterial_classes``), ``ramp_m``, ``earthwork_m``; a column
    whose layer is absent is null.
    """
    as_parcels = outline.rename(columns={"site_id": "parcel_id"})
    lines = {name: layers.get(name) for name in LINES}
    shares = measure_planning(parcels=as_parcels, settings=PlanningSettings(), **lines)
    terrain = measure_terrain(parcels=as_parcels, elevation=elevation, settings=TerrainSettings())
    made = pd.DataFrame(index=outline.index)
    for part in (shares["table"], terrain["table"]):
        made = made.join(part.drop(columns="parcel_id"))
    source = layers.get("water_source")
    if source is not None:
        area = np.maximum(shapely.area(np.asarray(outline.geometry.array)), 1e-9)
        made["water_source_share"] = np.minimum(overlap_area_m2(outline, source) / area, 1.0)
    made["road_m"] = _road(as_parcels, layers.get("roads"), settings.arterial_classes)
    made["ramp_m"] = _road(as_parcels, layers.get("roads"), settings.ramp_classes)
    made["earthwork_m"] = earthwork(outline, elevation)
    wanted = [f"{name}_share" for name in LINES] + ["water_source_share", "slope_deg"]
    return made.reindex(columns=[*dict.fromkeys([*made.columns, *wanted])])


def _road(
    parcels: gpd.GeoDataFrame, roads: gpd.GeoDataFrame | None, classes: tuple[str, ...]
) -> pd.Series:
    """Return the distance to roads of some classes; null without roads or without such classes."""
    nothing = pd.Series(np.nan, index=parcels.index)
    if roads is None or "road_class" not in roads:
        return nothing
    chosen = roads[roads["road_class"].isin(classes)]
    if not len(chosen):
        return nothing
    settings = AccessSettings(road_classes=classes)
    found = measure_access(parcels=parcels, roads=chosen, zones=None, towns=None, settings=settings)
    return found["table"]["road_distance_m"].round(3)


def earthwork(outline: gpd.GeoDataFrame, elevation: Layer | None) -> pd.Series:
    """Return the mean absolute height of the ground above or below its fitted plane, metres.

    .. math:: \\sum_c f_c |z_c - (a + b x_c + c y_c)| / \\sum_c f_c

    a, b, c by least squares over the cells of the site, weighted by the part inside. A proxy of
    cut and fill for one level platform: the elevation model is a surface model and coarse. Null
    with fewer than six known cells. Source: domain.md §4.3.
    """
    result = pd.Series(np.nan, index=outline.index)
    if elevation is None:
        return result
    cover = Zones(outline).cover(elevation.grid).cells()
    count = np.bincount(cover.zone, elevation.known().ravel()[cover.cell], len(outline))
    known = elevation.known().ravel()[cover.cell] & (count >= _PLANE_CELLS)[cover.zone]
    zone, cell, weight = cover.zone[known], cover.cell[known], cover.fraction[known]
    height = elevation.values.ravel()[cell].astype("float64")
    row, column = np.divmod(cell, elevation.grid.shape[1])
    off = _off_plane(zone, row, column, height, weight, count=len(outline))
    return result.where(count < _PLANE_CELLS, off).round(3)


def _off_plane(
    zone: Ints, row: Ints, column: Ints, height: Floats, weight: Floats, *, count: int
) -> Floats:
    """Return the weighted mean distance of the heights of each zone from its plane.

    The plane comes from the normal equations about each zone's middle, where they are well
    conditioned; cells that all lie on one line have no plane of their own and take the flattest.
    """
    total = np.bincount(zone, weight, count)
    total = np.where(total > 0, total, np.nan)

    def about_mean(values: NDArray[Any]) -> Floats:
        mean = np.bincount(zone, weight * values, count) / total
        return np.asarray(values - mean[zone])

    down, across, up = (about_mean(values) for values in (row, column, height))

    def summed(one: Floats, other: Floats) -> Floats:
        return np.asarray(np.bincount(zone, weight * one * other, count), dtype="float64")

    gram = np.stack([summed(down, down), summed(down, across), summed(down, across),
                     summed(across, across)], axis=1).reshape(-1, 2, 2)  # fmt: skip
    right = np.stack([summed(down, up), summed(across, up)], axis=1)
    tilt = np.einsum("nij,nj->ni", np.linalg.pinv(gram, rcond=_FLAT, hermitian=True), right)[zone]
    off = np.abs(up - tilt[:, 0] * down - tilt[:, 1] * across)
    return np.asarray(np.bincount(zone, weight * off, count) / total)


def nearest_homes(
    outline: gpd.GeoDataFrame, sites: pd.DataFrame, *, homes: gpd.GeoDataFrame,
    water_source: gpd.GeoDataFrame | None, homes_known: bool,
) -> pd.Series:  # fmt: skip
    """Return the distance to the nearest home that is no part of the site, or water source.

    Parameters
    ----------
    homes : parcels that are homes, by ``parcel_id``; ``homes_known`` False = the run cannot tell.

    Returns
    -------
    Metres, null where neither is known.
    """
    shapes = np.asarray(outline.geometry.array)
    found = np.full(len(outline), np.inf)
    if homes_known and len(homes):
        found = np.minimum(found, _to_others(shapes, sites["members"], homes))
    if water_source is not None and len(water_source):
        tree = shapely.STRtree(np.asarray(water_source.geometry.array))
        (at, _), near = tree.query_nearest(shapes, return_distance=True, all_matches=False)
        found[at] = np.minimum(found[at], near)
    return pd.Series(np.where(np.isinf(found), np.nan, found), index=outline.index).round(3)


def _to_others(shapes: Shapes, members: pd.Series, homes: gpd.GeoDataFrame) -> Floats:
    """Return the distance to the nearest home that is not among the members; inf if there is none.

    Homes within a reach are all looked at, and where none of them is a stranger to the site, within
    a wider one.
    """
    place = np.asarray(homes.geometry.array)
    tree, own = shapely.STRtree(place), _own_homes(members, homes["parcel_id"])
    result, open_sites, reach = np.full(len(shapes), np.inf), np.arange(len(shapes)), _FIRST_REACH_M
    (nearest, _), gap = tree.query_nearest(shapes, return_distance=True, all_matches=False)
    reaches = np.full(len(shapes), reach)
    reaches[nearest] = np.maximum(reach, gap * (1 + _CLOSE))
    while len(open_sites):
        at, home = tree.query(shapes[open_sites], predicate="dwithin", distance=reaches[open_sites])
        site = open_sites[at]
        other = ~np.isin(site * len(place) + home, own)
        near = shapely.distance(shapes[site[other]], place[home[other]])
        np.minimum.at(result, site[other], near)
        seen = np.bincount(site, minlength=len(shapes))
        open_sites = open_sites[np.isinf(result[open_sites]) & (seen[open_sites] < len(place))]
        reaches[open_sites] *= _WIDER
    return result


def _own_homes(members: pd.Series, ids: pd.Series) -> Ints:
    """Return the homes among the members of each site, as site times homes plus home."""
    number = pd.Series(np.arange(len(ids)), index=pd.Index(ids))
    parts = members.reset_index(drop=True).str.split(";").explode()
    found = parts.map(number)
    held = found.notna().to_numpy()
    return np.asarray(parts.index[held] * len(ids) + found[held].astype("int64"), dtype="int64")
