"""What the ground of a site tells: shape, lines, slope, roads, earthwork, homes near by."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from landuse.core.findings import Finding
from landuse.core.layers import Layer
from landuse.indicators.access import AccessSettings, measure_access
from landuse.indicators.overlay import overlap_area_m2
from landuse.indicators.planning import PlanningSettings, measure_planning
from landuse.indicators.terrain import TerrainSettings, measure_terrain
from landuse.indicators.zonal import Zones
from landuse.plans.sites.assemblies import closed
from landuse.plans.sites.rectangle import largest_rectangle
from landuse.plans.sites.settings import SiteLimits

LINES = ("eco_redline", "prime_farmland", "growth_boundary", "hazard", "heritage", "water")
_PLANE_CELLS = 6
_CIRCLE_STEPS = 200
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
    rows = []
    for shape in closed(np.asarray(outline.geometry.array), seam_m=seam_m):
        found = largest_rectangle(shape)
        step = max(float(np.sqrt(shape.area)) / _CIRCLE_STEPS, 0.01)
        wide = (
            2 * shapely.length(shapely.maximum_inscribed_circle(shape, step)) if shape.area else 0
        )
        rows.append((*found, found.area_m2, float(wide)))
    names = ["rect_x_m", "rect_y_m", "rect_length_m", "rect_width_m", "rect_angle",
             "rect_area_m2", "min_width_m"]  # fmt: skip
    return pd.DataFrame(rows, columns=names, index=outline.index).round(3)


def ground_of(
    outline: gpd.GeoDataFrame, layers: Layers, *, elevation: Layer | None, limits: SiteLimits
) -> tuple[pd.DataFrame, list[Finding]]:
    """Measure lines, slope, roads and earthwork of each site.

    Parameters
    ----------
    outline : ``site_id`` and polygons. ``layers`` : role -> layer or None.

    Returns
    -------
    ``<line>_share`` (0-1) of each line that is there, ``water_source_share``, ``slope_deg``
    (P50), ``road_m`` (to a road of ``arterial_classes``), ``ramp_m``, ``earthwork_m``; a column
    whose layer is absent is null. ``findings`` of the measuring.
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
    made["road_m"] = _road(as_parcels, layers.get("roads"), limits.arterial_classes)
    made["ramp_m"] = _road(as_parcels, layers.get("roads"), limits.ramp_classes)
    made["earthwork_m"] = earthwork(outline, elevation)
    found = [item for item in terrain["findings"] if item.kind != "absent"]
    wanted = [f"{name}_share" for name in LINES] + ["water_source_share", "slope_deg"]
    return made.reindex(columns=[*dict.fromkeys([*made.columns, *wanted])]), found


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
    known = elevation.known().ravel()[cover.cell]
    zone, cell, weight = cover.zone[known], cover.cell[known], cover.fraction[known]
    height = elevation.values.ravel()[cell].astype("float64")
    row, column = np.divmod(cell, elevation.grid.shape[1])
    edges = np.searchsorted(zone, np.arange(len(outline) + 1))
    for place, (begin, end) in enumerate(pairwise(edges.tolist())):
        if end - begin >= _PLANE_CELLS:
            part = slice(begin, end)
            result.iloc[place] = _off_plane(row[part], column[part], height[part], weight[part])
    return result.round(3)


def _off_plane(
    row: NDArray[np.int64], column: NDArray[np.int64], height: NDArray[np.float64],
    weight: NDArray[np.float64],
) -> float:  # fmt: skip
    base = np.column_stack([np.ones(len(row)), row - row.mean(), column - column.mean()])
    root = np.sqrt(weight)
    plane, *_ = np.linalg.lstsq(base * root[:, None], height * root, rcond=None)
    off = np.abs(height - base @ plane)
    return float((off * weight).sum() / weight.sum())


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


def _to_others(
    shapes: NDArray[np.object_], members: pd.Series, homes: gpd.GeoDataFrame
) -> NDArray[np.float64]:
    """Return the distance to the nearest home that is not among the members."""
    ids, place = homes["parcel_id"].to_numpy(), np.asarray(homes.geometry.array)
    tree = shapely.STRtree(place)
    result = np.full(len(shapes), np.inf)
    own = [set(text.split(";")) for text in members]
    (at, home), near = tree.query_nearest(shapes, return_distance=True)
    for site, one, distance in zip(at, home, near, strict=True):
        if ids[one] not in own[site]:
            result[site] = min(result[site], distance)
    for site in np.flatnonzero(np.isinf(result)):
        others = place[~np.isin(ids, list(own[site]))]
        if len(others):
            result[site] = float(shapely.distance(others, shapes[site]).min())
    return result
