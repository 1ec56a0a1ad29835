"""What the ground of a village would be as farmland: slope, fields joined, water, forest about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from landuse.core.layers import Layer
from landuse.core.side_by_side import nearest_m, side_by_side
from landuse.core.units import m2_to_ha
from landuse.indicators.measured import Limit, Measured, absent
from landuse.indicators.villages.fields import CROP, FieldSettings
from landuse.indicators.villages.ground import as_parcels, start
from landuse.indicators.villages.stairs import filled_stairs
from landuse.indicators.zonal import Zones, codes_share

STAGE = "village_reclaim"
FOREST = "tree"
_WIDER, _SURELY = 1.01, 0.99
"""Times the gap: corners of 16 pieces end a thousandth of it early at most."""
_CORNERS = 6
"""Corners to a quarter circle: 200 m away the ring ends at most 1.7 m early, a sixth of a cell; for
filled stairs it ends a third of a metre late at most."""


class ReclaimSettings(FieldSettings):
    """How near fields count as joined, and what counts as around."""

    around_m: Limit = Limit(value=200, unit="m", source="proposed here", mark="P")


def measure_village_reclaim(
    *,
    settlements: gpd.GeoDataFrame,
    landcover: Layer | None,
    fields: Layer | None,
    water: gpd.GeoDataFrame | None,
    legend: Mapping[int, str] | None,
    settings: ReclaimSettings,
) -> Measured:
    """Measure what speaks for and against turning a village's ground to farmland.

    Parameters
    ----------
    landcover : class codes with ``legend`` {code: key}; ``crop`` and ``tree`` are read.
    fields : of `fields.join_fields` with the same land cover.
    water : polygons.

    Returns
    -------
    ``crop_joined_ha`` : the largest field, of fields less than ``gap_m`` apart, that comes within
        ``gap_m`` of the outline. ``forest_around_share``, ``crop_around_share`` : of the known land
        within ``around_m``. ``water_distance_m`` : to the nearest water.

    Source: domain.md §3.6, §8 D02, D04, D07.
    """
    table, findings = start(settlements), []
    ground = as_parcels(settlements)
    if landcover is None or fields is None or not legend:
        names = ["crop_joined_ha", "forest_around_share", "crop_around_share"]
        findings.append(absent(STAGE, "landcover", names))
    else:
        ring = Zones(ground.assign(geometry=_ring(ground, settings.around_m.value)))
        table["crop_joined_ha"] = _joined_ha(ground, fields, gap_m=settings.gap_m.value)
        for name, key in (("crop_around_share", CROP), ("forest_around_share", FOREST)):
            codes = tuple(code for code, listed in legend.items() if listed == key)
            table[name] = codes_share(ring, landcover, codes=codes)
    if water is None:
        findings.append(absent(STAGE, "water", ["water_distance_m"]))
    elif len(water):
        table["water_distance_m"] = nearest_m(
            np.asarray(ground.geometry.array), np.asarray(water.geometry.array)
        )
    return {"table": table, "findings": findings}


def _ring(ground: gpd.GeoDataFrame, reach_m: float) -> np.ndarray:
    def ring(shapes: np.ndarray) -> np.ndarray:
        around = shapely.buffer(filled_stairs(shapes, reach_m), reach_m, quad_segs=_CORNERS)
        return np.asarray(shapely.difference(around, shapes))

    return side_by_side(ring, np.asarray(ground.geometry.array))


def _joined_ha(ground: gpd.GeoDataFrame, fields: Layer, *, gap_m: float) -> np.ndarray:
    """Return the area of the largest joined field within the gap of each outline.

    A hull grows at a tenth of the cost of an outline. Where a cell of the largest field about the
    hull is surely within the gap of the outline, that field is the answer; else the outline grows.
    """
    shapes = np.asarray(ground.geometry.array)
    hulls = shapely.buffer(shapely.convex_hull(shapes), gap_m * _WIDER)
    most, nearest = _largest(hulls, shapes, fields, crs=ground.crs)
    unsure = ~shapely.dwithin(nearest, shapes, gap_m * _SURELY)
    grown = shapely.buffer(shapes[unsure], gap_m)
    most[unsure], _ = _largest(grown, shapes[unsure], fields, crs=ground.crs)
    return np.asarray(m2_to_ha(most * fields.grid.cell_area_m2))


def _largest(
    zones: np.ndarray, shapes: np.ndarray, fields: Layer, *, crs: Any
) -> tuple[np.ndarray, np.ndarray]:
    """Return the cells of the largest field each zone touches, and where one of those lies.

    The one nearest to the middle of the shape; an empty point where a zone touches no cell.
    """
    cells, columns, place = fields.values.ravel(), fields.grid.shape[1], fields.grid.transform
    middle = shapely.bounds(shapes).reshape(-1, 2, 2).mean(axis=1)
    most, least_m = np.zeros(len(zones)), np.full(len(zones), np.inf)
    next_to = np.full((len(zones), 2), np.nan)
    for some in Zones(gpd.GeoSeries(zones, crs=crs)).cover(fields.grid).each_part():
        found = cells[some.cell]
        first = np.flatnonzero(np.diff(some.zone, prepend=-1))
        most[some.zone[first]] = np.maximum.reduceat(found, first)
        top = found == most[some.zone]
        zone, (row, column) = some.zone[top], np.divmod(some.cell[top], columns)
        x, y = place.c + place.a * (column + 0.5), place.f + place.e * (row + 0.5)
        away_m = np.hypot(x - middle[zone, 0], y - middle[zone, 1])
        np.minimum.at(least_m, zone, away_m)
        near = away_m == least_m[zone]
        next_to[zone[near]] = np.stack([x[near], y[near]], axis=1)
    return most, shapely.points(next_to, handle_nan="skip")
