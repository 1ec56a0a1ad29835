"""Made-up candidate villages and a plan for the map: every third village moves, in three steps."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from landuse.products.webmap import MapInput, VillageInput
from tests.browser.map_factory import CRS, EAST, HOSTILE, NORTH, map_input

VILLAGES, SITES, STEPS, EVERY = 60, 4, 3, 200
KINDS = ({"zh": "下山搬迁村", "en": "mountain relocation"},
         {"zh": "空心村", "en": "hollow village"},
         {"zh": "零星自然村", "en": "scattered hamlet"})  # fmt: skip
CRITERIA = (
    {"code": "C01", "score": "mrs", "column": "slope_deg", "zh": "聚落坡度", "en": "Slope",
     "unit": "°", "decimals": 1, "mark": "P", "limit_zh": ">15", "limit_en": ">15", "year": "2014",
     "groups": ("SETTLEMENT",), "source": "made up"},
    {"code": "C03", "score": "mrs", "column": "hazard_near", "zh": "地质灾害", "en": "Hazard",
     "unit": "", "decimals": 0, "mark": "V", "limit_zh": "是", "limit_en": "yes", "year": "",
     "groups": ("SETTLEMENT",), "source": "made up"},
    {"code": "C08", "score": "mrs", "column": "hamlet_density", "zh": "村庄密度", "en": "Density",
     "unit": "", "decimals": 1, "mark": "P", "limit_zh": "", "limit_en": "", "year": "",
     "groups": ("SETTLEMENT_POINT",), "source": "made up"},
)  # fmt: skip


NOBODY = 6
"""The village of the plan in which no home is estimated."""


def village_table() -> gpd.GeoDataFrame:
    """Return 20 villages of each kind in the order of the list, ranked within their kind."""
    place = np.arange(VILLAGES)
    kind = place // (VILLAGES // 3)
    cents = 300 + place * 7
    x, y = EAST - 200 + (place * 37 % 23) * 80.0, NORTH - 200 + (place * 53 % 29) * 60.0
    table = pd.DataFrame({
        "village_id": [f"990781-001-Z{p:04d}" for p in place],
        "name": np.where(place % 2, "", [f"上塘{p}" for p in place]),
        "village_name": "上塘村", "town_code": [f"99078110{p % 2}" for p in place],
        "kind": [KINDS[k]["zh"] for k in kind], "score": 90.0 - place, "coverage": 0.9,
        "grade": "I", "rank": place % (VILLAGES // 3) + 1, "area_mu": 10.0 + place,
        "mrs": 90.0 - place, "hvs": 40.0, "scattered": 50.0, "slope_deg": 20.0,
        "households_est": 5.0 + place % 7, "population_est": 12.0,
        "hazard_near": np.nan, "hamlet_density": np.nan,
        "evidence_zh": "候选：坡度 20.0°", "evidence_en": "candidate: slope 20.0°",
        "basis_zh": "无户籍数据，仅为相对排序", "basis_en": "no register of people",
        "suggestion_zh": "建议先做意愿调查", "suggestion_en": "ask the village first",
        "cleared_mu": (cents + 200) / 100, "reclaimed_cropland_mu": (cents + 100) / 100,
        "reclaimed_paddy_mu": 0.5, "reclaimed_other_mu": 0.0, "resettlement_mu": 0.75,
        "reserved_mu": 0.25, "net_quota_mu": cents / 100, "net_cropland_mu": cents / 200,
    })  # fmt: skip
    table.loc[table.index[2], "name"] = HOSTILE
    shapes = shapely.box(x, y, x + 50, y + 40)
    return gpd.GeoDataFrame(table, geometry=shapes, crs=CRS)


def village_input() -> VillageInput:
    """Return every third village moving to one of four sites, in three steps of the ladder."""
    villages = village_table()
    villages.loc[NOBODY, "households_est"] = 0.0
    moved = villages.iloc[::3]
    moves = pd.DataFrame({
        "village_id": moved["village_id"], "step": np.arange(len(moved)) * STEPS // len(moved) + 1,
        "site_id": [f"S{k % SITES}" for k in range(len(moved))], "way_m": 800.0,
        "households": moved["households_est"], "quota_mu": moved["net_quota_mu"],
    })  # fmt: skip
    sums = moves.groupby("step")["quota_mu"].sum().cumsum()
    ladder = pd.DataFrame({
        "step": range(1, STEPS + 1), "budget": [1_000.0, 2_000.0, 3_000.0],
        "quota_mu": sums.to_numpy(), "nesting_price": [0.0, 0.5, 0.25],
        "unit_zh": "亩", "unit_en": "mu",
    })  # fmt: skip
    x = EAST + np.arange(SITES) * 300.0
    sites = gpd.GeoDataFrame(
        {"site_id": [f"S{k}" for k in range(SITES)], "capacity_households": 60, "area_mu": 18.0,
         "unchecked": "未核对：坡度", "town_name": "甲山镇"},
        geometry=shapely.box(x, NORTH - 400, x + 80, NORTH - 320), crs=CRS,
    )  # fmt: skip
    contributions = pd.DataFrame({"village_id": villages["village_id"], "mrs_C01": 30.0,
                                  "mrs_C03": np.nan, "mrs_C08": np.nan})  # fmt: skip
    return VillageInput(
        villages=villages, kinds=KINDS, criteria=CRITERIA, contributions=contributions,
        every=EVERY, moves=moves, sites=sites, ladder=ladder,
        reach={"candidates": 60, "useful": 50, "with_site": 40, "longest_m": 5_000.0,
               "longest_mountain_m": 20_000.0},
    )  # fmt: skip


def village_map() -> MapInput:
    return replace(map_input(60), villages=village_input())
