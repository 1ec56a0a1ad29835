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
from landuse.indicators.terrain import TerrainSettings, measure_terrain
from landuse.indicators.villages.ground import as_parcels, join, of_villages, start

STAGE = "village_limits"
SHARES = ("hazard_share", "eco_redline_share", "heritage_share", "growth_boundary_share")


class VillageLimitSettings(Settings):
    """How near a hazard counts."""

    hazard_near_m: Limit = Limit(value=200, unit="m", source="domain.md §8 C03", mark="P")
    elevation_classes: dict[str, float] = Field(
        default={}, description="class of the bureau's list = metres"
    )
    planning: PlanningSettings = PlanningSettings()
    terrain: TerrainSettings = TerrainSettings()


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
) -> Measured:
    """Measure the ground a village stands on and the lines that touch it.

    Parameters
    ----------
    settlements : outlines or points; ``elevation_m`` of the bureau's list serves where there is
        no elevation model. Layers are polygons in the same CRS.

    Returns
    -------
    ``slope_deg``, ``elevation_m`` (P50), ``elevation_rank`` (share of the villages that lie
    lower), ``hazard_near`` (1 within ``hazard_near_m`` of a hazard area, else 0), ``SHARES`` and
    ``water_source_share`` (0 to 1). A layer that is None has no column and a finding.

    Source: domain.md §3.4, §8 C01-C03, C07.
    """
    ground = as_parcels(settlements)
    terrain = of_villages(
        measure_terrain(parcels=ground, elevation=elevation, settings=settings.terrain),
        columns={"slope_deg": "slope_deg", "elevation_m": "elevation_m"},
    )
    if elevation is None:
        terrain = _listed_height(terrain, settlements, settings)
    if "elevation_m" in terrain["table"]:
        height = terrain["table"]["elevation_m"]
        known = height.notna().sum()
        terrain["table"]["elevation_rank"] = (height.rank(method="min") - 1) / max(known - 1, 1)
    lines = measure_planning(
        parcels=ground, settings=settings.planning, hazard=hazard, eco_redline=eco_redline,
        heritage=heritage, growth_boundary=growth_boundary,
    )  # fmt: skip
    lines["findings"] = [item for item in lines["findings"]
                         if item.object_id not in {"prime_farmland", "water"}]  # fmt: skip
    shares = of_villages(lines, columns={name: name for name in SHARES})
    return join(terrain, shares, _near(settlements, ground, hazard, settings),
                _water_source(settlements, ground, water_source))  # fmt: skip


def _listed_height(
    terrain: Measured, settlements: gpd.GeoDataFrame, settings: VillageLimitSettings
) -> Measured:
    """Return the heights of the bureau's list: metres, or the middle of a class."""
    table = terrain["table"]
    if "elevation_m" in settlements:
        height = settlements["elevation_m"].astype("float64")
        return {"table": table.assign(elevation_m=height), "findings": terrain["findings"]}
    if "elevation_class" in settlements and settings.elevation_classes:
        height = settlements["elevation_class"].map(settings.elevation_classes)
        table = table.assign(elevation_m=height.astype("float64"))
    return {"table": table, "findings": terrain["findings"]}


def _near(
    settlements: gpd.GeoDataFrame, ground: gpd.GeoDataFrame, hazard: gpd.GeoDataFrame | None,
    settings: VillageLimitSettings,
) -> Measured:  # fmt: skip
    table = start(settlements)
    if hazard is None:
        return {"table": table, "findings": []}
    near = np.zeros(len(table))
    tree = shapely.STRtree(np.asarray(hazard.geometry.array))
    hit, _ = tree.query(np.asarray(ground.geometry.array), predicate="dwithin",
                        distance=settings.hazard_near_m.value)  # fmt: skip
    near[np.unique(hit)] = 1.0
    empty = shapely.is_empty(np.asarray(ground.geometry.array))
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
