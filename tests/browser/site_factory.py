"""Made-up sites for the map: a group of three ways to cut it, lone plots, and refusals."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from landuse.products.webmap import MapInput, SiteInput
from tests.browser.map_factory import CRS, EAST, HOSTILE, NORTH, map_input

USES = ({"code": "industry", "zh": "工业（整片招引项目）", "en": "industry, one project"},
        {"code": "reclaim", "zh": "复垦为耕地", "en": "reclaim to farmland"},
        {"code": "keep", "zh": "保留现状", "en": "keep"})  # fmt: skip
GRADES = ({"code": "I", "zh": "Ⅰ 优先", "en": "Ⅰ first", "minimum": 75},
          {"code": "II", "zh": "Ⅱ 较好", "en": "Ⅱ good", "minimum": 60},
          {"code": "III", "zh": "Ⅲ 一般", "en": "Ⅲ fair", "minimum": 0})  # fmt: skip
LONE = 40


def site_table() -> gpd.GeoDataFrame:
    """Return an assembly of two plots, its plots, ``LONE`` lone plots and one in the red line."""
    lone = [f"P{k:03d}" for k in range(10, 10 + LONE)]
    members = ["P001;P002", "P001", "P002", *lone, "P900"]
    place = np.arange(len(members))
    ids = ["A-P001-beef", *(f"S-{name}" for name in members[1:])]
    x = EAST + (place * 37 % 23) * 60.0
    y = NORTH + 60 + (place * 53 % 17) * 70.0
    shapes = shapely.box(x, y, x + 50, y + 40)
    corner = np.array([EAST + 500, NORTH + 300] * 2)
    group = np.array([(0, 0, 100, 40), (0, 0, 50, 40), (50, 0, 100, 40)]) + corner
    shapes[:3] = shapely.box(*group.T)
    grade = np.select([place <= 15, place <= 30], ["I", "II"], "III")
    veto = np.where(place == len(members) - 1, "V01", "")
    table = pd.DataFrame({
        "site_id": ids, "members": members, "plots": [2] + [1] * (len(members) - 1),
        "town_code": [f"99078110{p % 2}" for p in place], "town_name": "甲山镇", "zone_name": "",
        "area_m2": shapely.area(shapes), "area_mu": shapely.area(shapes) * 15 / 10_000,
        "merge_mu": 6.0, "first_choice": ~np.isin(place, [1, 2]) & (veto == ""),
        "ops": np.where(veto == "", 90.0 - place, np.nan),
        "grade": np.where(veto != "", "", grade),
        "coverage": 0.9, "owners": np.where(place == 3, np.nan, 1.0), "veto": veto,
        "best_use": np.where(veto != "", "", np.where(place % 2, "industry", "reclaim")),
        "uses": np.where(veto != "", "", np.where(place % 2, "industry;keep", "reclaim;keep")),
        "use_fits": "80;20", "group_id": ["G-P001"] * 3 + [f"G-{name}" for name in members[3:]],
        "overlaps": ["S-P001;S-P002", "A-P001-beef", "A-P001-beef"] + [""] * (LONE + 1),
        "unchecked": "未核对三区三线（缺城镇开发边界）", "unchecked_en": "three lines not checked",
        "advice_zh": "拆除复垦，纳入增减挂钩", "advice_en": "reclaim",
        "advice_basis_zh": "条例 第28条",
        "advice_basis_en": "article 28", "advice_mark": "V", "first_check_zh": "先核实权属",
        "first_check_en": "first check rights", "evidence_zh": "机会分 90.0",
        "evidence_en": "score 90.0",
        "rect_length_m": 50.0, "rect_width_m": 40.0, "rect_angle": 0.0, "min_width_m": 40.0,
        "rect_x_m": shapely.get_x(shapely.centroid(shapes)),
        "rect_y_m": shapely.get_y(shapely.centroid(shapes)), "growth_share": np.nan,
        "slope_deg": 2.0, "road_m": 120.0, "ramp_m": np.nan, "zone_distance_m": 0.0,
        "earthwork_m": 0.3, "sensitive_m": 60.0, "need": 0.7, "rsi": 66.0,
    })  # fmt: skip
    table.loc[4, "evidence_zh"] = HOSTILE
    return gpd.GeoDataFrame(table, geometry=shapes, crs=CRS)


def refused_table() -> pd.DataFrame:
    """Return a red line and two plots that a river parts: no one site, so no row of its own."""
    return pd.DataFrame({
        "site_id": ["S-P900", "A-P010-cafe"], "members": ["P900", "P010;P011"],
        "rule": ["V01", "parted"], "town_name": "甲山镇", "area_mu": [3.0, 6.0],
        "reason_zh": ["否决：位于生态保护红线内 100.0%", "被河流隔成 2 片，不合并"],
        "reason_en": ["vetoed: red line 100.0%", "a river parts them"],
    })  # fmt: skip


def site_map() -> MapInput:
    given = SiteInput(sites=site_table(), refused=refused_table(), uses=USES, grades=GRADES)
    return replace(map_input(60), opportunities=given)
