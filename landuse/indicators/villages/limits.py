"""Ground and limits of a natural village: slope, height, hazard, red line, water source, plans."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from pydantic import Field

from landuse.core.layers import Layer
from landuse.core.settings import Settings
from landuse.indicators.measured import Limit, Measured, absent
from landuse.indicators.overlay import overlap_area_m2
from landuse.indicators.planning import PlanningSettings, measure_planning
from landuse.indicators.villages.ground import (
    SPOT_RADIUS_M,
    VillageGroundSettings,
    as_parcels,
    join,
    measure_village_ground,
    of_villages,
    rank_of,
    start,
)

STAGE = "village_limits"
SHARES = (
    "hazard_share",
    "eco_redline_share",
    "prime_farmland_share",
    "heritage_share",
    "growth_boundary_share",
)
_POINT = 0


class VillageLimitSettings(Settings):
    """How near a hazard counts."""

    hazard_near_m: Limit = Limit(value=200, unit="m", source="domain.md §8 C03", mark="P")
    elevation_classes: dict[str, float] = Field(
        default={}, description="class of the bureau's list = metres"
    )
    planning: PlanningSettings = PlanningSettings()
    ground: VillageGroundSettings = VillageGroundSettings()


def measure_village_limits(
    *,
    settlements: gpd.GeoDataFrame,
    elevation: Layer | None,
    hazard: gpd.GeoDataFrame | None,
    eco_redline: gpd.GeoDataFrame | None,
    heritage: gpd.GeoDataFrame | None,
    growth_boundary: gpd.GeoDataFrame | None,
    water_source: gpd.GeoDataFrame | None,
    settings: VillageLimitSettings,
    prime_farmland: gpd.GeoDataFrame | None = None,
) -> Measured:
    """Measure the ground a village stands on and the lines that touch it.

    Parameters
    ----------
    settlements : outlines or points; ``elevation_m`` of the bureau's list serves where there is
        no elevation model. Layers are polygons in the same CRS.

    Returns
    -------
    The columns of `measure_village_ground`, ``hazard_near`` (1 within ``hazard_near_m`` of a
    hazard area, else 0), ``SHARES`` and ``water_source_share`` (0 to 1; of a point, 1 inside and
    0 outside). A layer that is None has no column and a finding; of prime farmland the parcels'
    planning stage already gives it.

    Source: domain.md §3.4, §8 C01-C03, C07.
    """
    ground = as_parcels(settlements, radius_m=SPOT_RADIUS_M)
    terrain = measure_village_ground(
        settlements=settlements, elevation=elevation, settings=settings.ground
    )
    if elevation is None:
        terrain = _listed_height(terrain, settlements, settings)
    lines = measure_planning(
        parcels=ground, settings=settings.planning, hazard=hazard, eco_redline=eco_redline,
        heritage=heritage, growth_boundary=growth_boundary, prime_farmland=prime_farmland,
    )  # fmt: skip
    lines["findings"] = [item for item in lines["findings"]
                         if item.object_id not in {"prime_farmland", "water"}]  # fmt: skip
    shares = of_villages(lines, columns={name: name for name in SHARES})
    water = _water_source(settlements, ground, water_source)
    shares, water = (_whole_at_points(part, settlements) for part in (shares, water))
    return join(terrain, shares, _near(settlements, hazard, settings), water)


def _whole_at_points(part: Measured, settlements: gpd.GeoDataFrame) -> Measured:
    """Return shares that are 1 for a point inside or on a line's edge, else 0."""
    point = shapely.get_dimensions(np.asarray(settlements.geometry.array)) == _POINT
    table = part["table"].copy()
    for name in table.columns.drop("settlement_id"):
        share = table[name].to_numpy("float64")
        table[name] = np.where(point & (share >= _HALF), 1.0, np.where(point, share * 0, share))
    return {"table": table, "findings": part["findings"]}


_HALF = 0.49
"""A point on a straight edge has half of its disc inside, short of rounding."""


def _listed_height(
    terrain: Measured, settlements: gpd.GeoDataFrame, settings: VillageLimitSettings
) -> Measured:
    """Return the heights of the bureau's list: metres, or the middle of a class."""
    table = terrain["table"]
    if "elevation_m" in settlements:
        height = settlements["elevation_m"].astype("float64")
        table = table.assign(elevation_m=height, elevation_rank=rank_of(height))
        return {"table": table, "findings": terrain["findings"]}
    if "elevation_class" in settlements and settings.elevation_classes:
        height = settlements["elevation_class"].map(settings.elevation_classes)
        height = height.astype("float64")
        table = table.assign(elevation_m=height, elevation_rank=rank_of(height))
    return {"table": table, "findings": terrain["findings"]}


def _near(
    settlements: gpd.GeoDataFrame, hazard: gpd.GeoDataFrame | None, settings: VillageLimitSettings
) -> Measured:
    table = start(settlements)
    if hazard is None:
        return {"table": table, "findings": []}
    near = np.zeros(len(table))
    tree = shapely.STRtree(np.asarray(hazard.geometry.array))
    shapes = np.asarray(settlements.geometry.array)
    hit, _ = tree.query(shapes, predicate="dwithin",
                        distance=settings.hazard_near_m.value)  # fmt: skip
    near[np.unique(hit)] = 1.0
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    return {"table": table.assign(hazard_near=np.where(empty, np.nan, near)), "findings": []}


def _water_source(
    settlements: gpd.GeoDataFrame, ground: gpd.GeoDataFrame, layer: gpd.GeoDataFrame | None
) -> Measured:
    table = start(settlements)
    if layer is None:
        found = absent(STAGE, "water_source", ["water_source_share"])
        return {"table": table, "findings": [found]}
    area = ground.geometry.area.to_numpy()
    share = overlap_area_m2(ground, layer) / np.where(area > 0, area, np.nan)
    return {"table": table.assign(water_source_share=np.minimum(share, 1.0)), "findings": []}
