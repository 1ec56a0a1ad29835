"""What the ground of a village would be as farmland: slope, fields joined, water, forest about."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from landuse.core.layers import Layer, known_cells
from landuse.core.side_by_side import nearest_m, side_by_side
from landuse.core.units import m2_to_ha
from landuse.indicators.measured import Limit, Measured, absent
from landuse.indicators.villages.fields import CROP, FieldSettings, code_of
from landuse.indicators.villages.ground import as_parcels, start
from landuse.indicators.zonal import PackedZones, Zones, mean

STAGE = "village_reclaim"
FOREST = "tree"
_CORNERS = 6
"""Corners to a quarter circle: 200 m away the ring ends at most 1.7 m early, a sixth of a cell."""


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
        around = _shares(ring, landcover, legend, keys=(CROP, FOREST))
        table["crop_around_share"], table["forest_around_share"] = around
    if water is None:
        findings.append(absent(STAGE, "water", ["water_distance_m"]))
    elif len(water):
        table["water_distance_m"] = nearest_m(
            np.asarray(ground.geometry.array), np.asarray(water.geometry.array)
        )
    return {"table": table, "findings": findings}


def _shares(
    zones: Zones, landcover: Layer, legend: Mapping[int, str], *, keys: tuple[str, ...]
) -> list[pd.Series]:
    """Return the share of the known land of each zone that is of each class, 0 to 1."""
    packed = PackedZones(zones, landcover.grid)  # a zone sees but few cells of the county
    codes = landcover.values.ravel()[packed.touched]
    known = known_cells(codes, landcover.nodata)
    return [
        mean(packed, packed.layer(np.where(known, codes == code_of(key, legend), np.nan)))
        for key in keys
    ]


def _ring(ground: gpd.GeoDataFrame, reach_m: float) -> np.ndarray:
    def ring(shapes: np.ndarray) -> np.ndarray:
        around = shapely.buffer(shapes, reach_m, quad_segs=_CORNERS)
        return np.asarray(shapely.difference(around, shapes))

    return side_by_side(ring, np.asarray(ground.geometry.array))


def _joined_ha(ground: gpd.GeoDataFrame, fields: Layer, *, gap_m: float) -> np.ndarray:
    """Return the area of the largest joined field within the gap of each outline."""
    shapes = side_by_side(
        lambda part: shapely.buffer(part, gap_m), np.asarray(ground.geometry.array)
    )
    cells, most = fields.values.ravel(), np.zeros(len(ground))
    for some in Zones(ground.assign(geometry=shapes)).cover(fields.grid).each_part():
        np.maximum.at(most, some.zone, cells[some.cell])
    return np.asarray(m2_to_ha(most * fields.grid.cell_area_m2))
