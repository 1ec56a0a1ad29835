"""The consolidation plan as layers: receiving sites as areas, moves as lines."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from landuse.products.facts import PlanFacts
from landuse.products.plan_lists import used_sites

SITE_NAMES = {
    "site_id": "地块编号", "area_m2": "面积（m²）", "area_mu": "面积（亩）",
    "capacity_households": "可安置户数（按户均用地）", "used_households": "方案用去户数（估）",
    "villages": "方案来村（个）", "unchecked": "未核对",
}  # fmt: skip
MOVE_NAMES = {
    "step": "预算阶梯（步）", "village_id": "候选自然村", "name": "名称", "town_name": "乡镇",
    "kind": "类别", "site_id": "可能的安置点", "way_m": "直线距离（m）",
    "households": "户数（估）", "quota_mu": "节余指标（亩）", "cost": "费用（万元，估）",
}  # fmt: skip
MOVES_NOTE = "征询意愿的候选：农户自愿后可能的去向，连线不是决定"


def site_layer(proposal: PlanFacts, parcels: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the screened receiving sites with their outlines and what the plan uses of each."""
    sites = used_sites(proposal).reindex(columns=list(SITE_NAMES))
    shape = parcels.set_index("parcel_id").geometry.reindex(sites["site_id"])
    return gpd.GeoDataFrame(sites, geometry=shape.to_numpy(), crs=parcels.crs)


def move_layer(
    proposal: PlanFacts, villages: gpd.GeoDataFrame, parcels: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Return a straight line from each village of the plan to the site its people could go to."""
    plan = proposal.plan.reindex(columns=list(MOVE_NAMES))
    ends = [
        shapely.get_coordinates(
            frame.set_index(key).geometry.reindex(plan[column]).representative_point()
        )
        for frame, key, column in (
            (villages, "village_id", "village_id"), (parcels, "parcel_id", "site_id"),
        )
    ]  # fmt: skip
    lines = shapely.linestrings(np.stack(ends, axis=1)) if len(plan) else []
    return gpd.GeoDataFrame(plan, geometry=lines, crs=villages.crs)


def with_plan(villages: gpd.GeoDataFrame, plan: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return the villages with the step of the ladder they are in; null = not in the plan."""
    step = plan.set_index("village_id")["step"].astype("float64")
    return villages.assign(plan_step=villages["village_id"].map(step))
