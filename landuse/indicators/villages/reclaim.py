"""What the ground of a village would be as farmland: slope, fields joined, water, forest about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from scipy import ndimage

from landuse.core.layers import Layer
from landuse.core.settings import Settings
from landuse.core.side_by_side import nearest_m, side_by_side
from landuse.core.units import m2_to_ha
from landuse.indicators.measured import Limit, Measured, absent
from landuse.indicators.villages.ground import as_parcels, start
from landuse.indicators.zonal import Zones, mean

STAGE = "village_reclaim"
CROP, FOREST = "crop", "tree"
_ROWS = 512
_CORNERS = 6
"""Corners to a quarter circle: 200 m away the ring ends at most 1.7 m early, a sixth of a cell."""


class ReclaimSettings(Settings):
    """How near fields count as joined, and what counts as around."""

    gap_m: Limit = Limit(value=20, unit="m", source="domain.md §3.6", mark="V")
    around_m: Limit = Limit(value=200, unit="m", source="proposed here", mark="P")


def join_fields(
    *, landcover: Layer | None, legend: Mapping[int, str] | None, settings: ReclaimSettings
) -> dict[str, Any]:
    """Join fields less than ``gap_m`` apart, once for all outlines that will be asked about.

    Returns
    -------
    ``cells`` : for each crop cell, the number of crop cells of the field it is part of; 0 for
    other ground. Nothing without land cover. ``findings`` : none.
    """
    if landcover is None or not legend:
        return {"findings": []}
    crop = _mask(landcover, _code(legend, CROP))
    reach = max(1, round(settings.gap_m.value / landcover.grid.resolution_m / 2))
    field, count = ndimage.label(_widened(crop, reach), structure=np.ones((3, 3), dtype=int))
    sizes = _sizes(field, crop, count).astype("int32")
    for first in range(0, len(field), _ROWS):
        rows = slice(first, first + _ROWS)
        field[rows] = np.where(crop[rows], sizes[field[rows]], 0)
    return {"cells": Layer(landcover.grid, field, year=landcover.year), "findings": []}


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
    fields : of `join_fields` with the same land cover.
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
            table[name] = mean(ring, _layer(landcover, _mask(landcover, _code(legend, key))))
    if water is None:
        findings.append(absent(STAGE, "water", ["water_distance_m"]))
    elif len(water):
        table["water_distance_m"] = nearest_m(
            np.asarray(ground.geometry.array), np.asarray(water.geometry.array)
        )
    return {"table": table, "findings": findings}


def _code(legend: Mapping[int, str], key: str) -> int | None:
    return next((code for code, name in legend.items() if name == key), None)


def _mask(layer: Layer, code: int | None) -> np.ndarray:
    return np.zeros(layer.values.shape, dtype=bool) if code is None else layer.values == code


def _layer(layer: Layer, mask: np.ndarray) -> Layer:
    """Return 1 for the cells of a mask, 0 for others, 2 for unknown ones."""
    return Layer(layer.grid, np.where(layer.known(), mask, np.uint8(2)), nodata=2)


def _ring(ground: gpd.GeoDataFrame, reach_m: float) -> np.ndarray:
    def ring(shapes: np.ndarray) -> np.ndarray:
        around = shapely.buffer(shapes, reach_m, quad_segs=_CORNERS)
        return np.asarray(shapely.difference(around, shapes))

    return side_by_side(ring, np.asarray(ground.geometry.array))


def _widened(mask: np.ndarray, reach: int) -> np.ndarray:
    """Return the cells with one of the mask at most ``reach`` rows and columns away."""
    tall = mask.copy()
    for step in range(1, reach + 1):
        tall[step:] |= mask[:-step]
        tall[:-step] |= mask[step:]
    wide = tall.copy()
    for step in range(1, reach + 1):
        wide[:, step:] |= tall[:, :-step]
        wide[:, :-step] |= tall[:, step:]
    return wide


def _joined_ha(ground: gpd.GeoDataFrame, fields: Layer, *, gap_m: float) -> np.ndarray:
    """Return the area of the largest joined field within the gap of each outline."""
    shapes = side_by_side(
        lambda part: shapely.buffer(part, gap_m), np.asarray(ground.geometry.array)
    )
    cells, most = fields.values.ravel(), np.zeros(len(ground))
    for some in Zones(ground.assign(geometry=shapes)).cover(fields.grid).each_part():
        np.maximum.at(most, some.zone, cells[some.cell])
    return np.asarray(m2_to_ha(most * fields.grid.cell_area_m2))


def _sizes(field: np.ndarray, crop: np.ndarray, count: int) -> np.ndarray:
    """Return how many crop cells each field holds, counted some rows at a time."""
    sizes = np.zeros(count + 1, dtype=np.int64)
    for first in range(0, len(field), _ROWS):
        rows = slice(first, first + _ROWS)
        sizes += np.bincount(field[rows][crop[rows]], minlength=count + 1)
    return sizes
