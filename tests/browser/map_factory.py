"""A made-up county for the map: a grid of square parcels on EPSG:4549 with every state in it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from affine import Affine

from landuse.core.grid import Grid
from landuse.products.webmap import MapInput, hillshade_picture

CRS = "EPSG:4549"
EAST, NORTH = 450_000.0, 3_230_000.0
STEP_M, SIDE_M = 200.0, 120.0
HOSTILE = (
    "<script>window.hacked=1</script><img src=x onerror=window.hacked=2>\"'&</title>"
    "{{ 7 * 7 }}{% endraw %}"
)
FORMULA = "=1+1"
GRADES = (
    {"code": "I", "zh": "Ⅰ 重点", "en": "Ⅰ Priority", "minimum": 75},
    {"code": "II", "zh": "Ⅱ 一般", "en": "Ⅱ General", "minimum": 60},
    {"code": "III", "zh": "Ⅲ 关注", "en": "Ⅲ Watch", "minimum": 45},
)
CRITERIA = (
    {"code": "L1", "score": "les", "zh": "容积率", "en": "Floor-area ratio", "unit": "–",
     "decimals": 2, "family": "form", "weight": 0.5, "threshold_zh": "<0.60",
     "threshold_en": "<0.60", "source": "made up", "mark": "V", "year": "2018"},
    {"code": "L2", "score": "les", "zh": "建筑密度", "en": "Building coverage", "unit": "%",
     "decimals": 1, "family": "form", "weight": 0.3, "threshold_zh": "<30%",
     "threshold_en": "<30%", "source": "made up", "mark": "V-weak", "year": "2023"},
    {"code": "L3", "score": "les", "zh": "亩均税收", "en": "Tax per mu", "unit": "万元/亩",
     "decimals": 1, "family": "economy", "weight": 0.2, "threshold_zh": "<5",
     "threshold_en": "<5", "source": "made up", "mark": "P", "year": ""},
    {"code": "I1", "score": "idle", "zh": "不透水率", "en": "Built share", "unit": "%",
     "decimals": 1, "family": "surface", "weight": 1.0, "threshold_zh": "<33.3%",
     "threshold_en": "<33.3%", "source": "made up", "mark": "M", "year": "2021"},
)  # fmt: skip
RULES = (
    {"code": "heritage", "zh": "文保与历史村落", "en": "Heritage", "layer": "heritage 2024",
     "limit": 0.05, "unit": "%", "mark": "P", "area_mu_removed": 41.7, "checked": True,
     "column": "heritage_share"},
    {"code": "slope", "zh": "坡度大于 25°", "en": "Slope over 25°", "layer": "GLO-30",
     "limit": 25, "unit": "°", "mark": "V", "area_mu_removed": 96.4, "checked": True,
     "column": "slope_deg"},
    {"code": "eco_redline", "zh": "生态保护红线", "en": "Eco red line", "layer": "eco_redline",
     "limit": 0, "unit": "%", "mark": "P", "area_mu_removed": None, "checked": False},
)  # fmt: skip


def parcel_table(count: int) -> gpd.GeoDataFrame:
    """Return parcels in a square grid; states repeat every ten: 6 suspected, then the others."""
    place = np.arange(count)
    side = int(np.ceil(np.sqrt(count)))
    column, row = place % side, place // side
    x, y = EAST + column * STEP_M, NORTH + row * STEP_M
    turn = place % 10
    flag = np.select(
        [turn < 3, turn < 6, turn == 6, turn == 7],
        ["suspected_low_efficiency", "suspected_idle", "insufficient_evidence", "vetoed"],
        default="none",
    )
    suspected = turn < 6
    score = np.where(suspected, 95.0 - (place * 7919 % 500) / 10, np.where(turn > 7, 30.0, np.nan))
    grade = np.select([score >= 75, score >= 60, score >= 45], ["I", "II", "III"], default="")
    rank = pd.Series(np.nan, index=place)
    order = np.argsort(-np.where(suspected, score, -1), kind="stable")[: suspected.sum()]
    rank.iloc[order] = np.arange(1, suspected.sum() + 1)
    town = row * 3 // side
    table = pd.DataFrame({
        "parcel_id": [f"990781-{t + 1:03d}-{p:06d}" for t, p in zip(town, place, strict=True)],
        "town_code": [f"99078110{t}" for t in town],
        "town_name": np.array(["甲山镇", "乙溪街道", HOSTILE])[town],
        "zone_in": column < side / 2,
        "zone_name": np.where(column < side / 2, "示例开发区", ""),
        "land_use": "0601", "land_use_zh": "工业用地", "land_use_en": "Industrial",
        "group": np.where(column < side / 2, "IND_IN", "IND_OUT"),
        "area_m2": SIDE_M**2, "area_mu": SIDE_M**2 * 15 / 10_000,
        "idle_score": np.where(flag == "suspected_idle", score, np.where(suspected, 20.0, np.nan)),
        "les": np.where(flag == "suspected_idle", 40.0, score), "score": score,
        "grade": np.where(suspected, grade, ""), "flag": flag,
        "coverage": np.where(turn == 6, 0.3, 0.75), "families": 2, "families_available": 2,
        "evidence_zh": "该地块建筑密度 6.9%，容积率约 0.20。须经实地核实。",
        "evidence_en": "Building coverage is 6.9 %, floor-area ratio 0.20. Needs a field check.",
        "veto": np.where(flag == "vetoed", "heritage", ""), "veto_zh": "", "veto_en": "",
        "veto_share": np.where(flag == "vetoed", 0.184, np.nan),
        "heritage_share": np.where(flag == "vetoed", 0.184, 0.0), "slope_deg": 2.1,
        "suggestion": "现场核实", "rank": rank.astype("Int64"),
        "rank_p10": pd.array([pd.NA] * count, dtype="Int64"),
        "rank_p90": pd.array([pd.NA] * count, dtype="Int64"),
    })  # fmt: skip
    table.loc[table["parcel_id"] == table["parcel_id"].iloc[0], "suggestion"] = FORMULA
    return gpd.GeoDataFrame(table, geometry=shapely.box(x, y, x + SIDE_M, y + SIDE_M), crs=CRS)


def contribution_table(parcels: pd.DataFrame) -> pd.DataFrame:
    """Return one row a parcel and criterion; tax (L3) is missing everywhere, with its reason."""
    frames = []
    for criterion in CRITERIA:
        code, missing = criterion["code"], criterion["code"] == "L3"
        share = {"L1": 0.6, "L2": 0.4, "L3": 0.0, "I1": 1.0}[str(code)]
        score = parcels["les" if criterion["score"] == "les" else "idle_score"].to_numpy()
        frames.append(pd.DataFrame({
            "parcel_id": parcels["parcel_id"].to_numpy(), "score": criterion["score"],
            "criterion": code, "value": np.nan if missing else 0.069,
            "deficit": np.nan if missing else 0.9, "weight_effective": criterion["weight"],
            "contribution": np.nan if missing else score * share, "available": not missing,
            "reason_zh": "未提供亩均税收表" if missing else "",
            "reason_en": "No tax table supplied" if missing else "",
        }))  # fmt: skip
    return pd.concat(frames, ignore_index=True)


def frame(shapes: list[Any], **columns: list[Any]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS)


def map_input(count: int = 60, **changes: Any) -> MapInput:
    """Return a full input of ``count`` parcels; ``changes`` replace single fields."""
    parcels = parcel_table(count)
    x0, y0, x1, y1 = (float(v) for v in parcels.total_bounds)
    whole = shapely.box(x0 - 500, y0 - 500, x1 + 500, y1 + 500)
    thirds = np.linspace(y0 - 500, y1 + 500, 4)
    towns = [shapely.box(x0 - 500, a, x1 + 500, b) for a, b in pairwise(thirds)]
    middle = (y0 + y1) / 2
    road = shapely.LineString([(x0 - 500, middle), (x1 + 500, middle + 300)])
    shape = (64, 64)
    grid = Grid(CRS, Affine(100, 0, x0 - 1000, 0, -100, y1 + 1000), shape)
    relief = np.add.outer(np.sin(np.arange(64) / 4) * 60, np.cos(np.arange(64) / 5) * 60)
    inputs = MapInput(
        title_zh="示例县存量用地研判", title_en="Demo county land review",
        subtitle_zh="2026 年第 1 版・示例数据", subtitle_en="2026 v1 · sample data",
        crs=CRS, run_code="3f9c1a", result_date="2026-11-23", parcels=parcels,
        data_note_zh="数据 GHSL 2018・WorldCover 2021",
        data_note_en="Data GHSL 2018 · WorldCover 2021",
        attribution=("WorldCover: CC BY 4.0", HOSTILE),
        contributions=contribution_table(parcels), criteria=CRITERIA, grades=GRADES,
        veto_rules=RULES,
        absences=(
            {"zh": "未提供亩均税收表", "en": "No tax table",
             "cost_zh": "L3 缺失", "cost_en": "L3 missing"},
        ),
        county=frame([whole]),
        towns=frame(towns, town_code=["990781100", "990781101", "990781102"],
                    town_name=["甲山镇", "乙溪街道", HOSTILE]),
        zones=frame([shapely.box(x0 - 60, y0 - 60, (x0 + x1) / 2, y1 + 60)],
                    zone_name=["示例开发区"]),
        roads=frame([road], highway=["primary"]),
        water=frame([shapely.box(x1 + 100, y0, x1 + 300, y1)]),
        buildings=frame([shapely.box(x0 + 20, y0 + 20, x0 + 60, y0 + 60)]),
        control_lines={
            "eco_redline": None, "prime_farmland": None, "heritage": frame([road.buffer(60)]),
            "growth_boundary": frame([shapely.box(x0 - 100, y0 - 100, x1 + 100, y1 + 100)]),
        },
        hillshade=hillshade_picture(relief, grid=grid),
    )  # fmt: skip
    return replace(inputs, **changes)
