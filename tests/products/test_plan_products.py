"""The plan in lists, layers and report: one set of figures, lines that join the two ends."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point, box

from landuse.indicators.measured import limits
from landuse.plans.potential import PotentialSettings
from landuse.plans.proposal import ProposalSettings
from landuse.plans.quota import QuotaSettings
from landuse.plans.receiving import ReceivingSettings
from landuse.products.facts import PlanFacts
from landuse.products.plan_layers import MOVE_NAMES, SITE_NAMES, move_layer, site_layer, with_plan
from landuse.products.plan_lists import plan_sheets, used_sites
from landuse.products.plan_page import front_chart, plan_page
from landuse.products.plan_rules import NAMES, plan_rule_table

CRS = "EPSG:4549"


def facts() -> PlanFacts:
    """Two villages go to S1 (12 and 8 households), nobody to S2."""
    plan = pd.DataFrame({
        "village_id": ["V1", "V2"], "site_id": ["S1", "S1"], "step": [1, 2],
        "way_m": [500.0, 900.0], "households": [12.0, 8.0], "quota_mu": [6.0, 3.0],
        "cost": [300.0, 200.0], "kind": "空心村", "name": ["上塘", ""], "town_name": "甲镇",
    })  # fmt: skip
    ladder = pd.DataFrame({
        "step": [1, 2], "budget": [300.0, 600.0], "villages": [1, 2], "quota_mu": [6.0, 9.0],
        "cost": [300.0, 500.0], "households": [12.0, 20.0], "next_quota_mu": [6.0, 3.0],
        "next_cost_per_mu": [50.0, 66.7], "free_worth": [6.0, 9.5], "nesting_price": [0.0, 0.5],
        "unit_zh": "亩", "unit_en": "mu",
    })  # fmt: skip
    front = pd.DataFrame({"households": [12.0, 20.0], "quota_mu": [6.0, 9.0]})
    sites = pd.DataFrame({
        "site_id": ["S1", "S2"], "x": 0.0, "y": 0.0, "area_m2": [20_000.0, 4_000.0],
        "capacity_households": [100, 20], "unchecked": "未核对：坡度",
    })  # fmt: skip
    refused = pd.DataFrame({"site_id": ["S3"], "rule_zh": "坡度过大", "rule_en": "too steep",
                            "value": [9.0], "limit": [8.0]})  # fmt: skip
    relax = pd.DataFrame(columns=["option", "rule", "zh", "en", "limit", "needed", "by"])
    reach = pd.DataFrame({"candidates": [5], "useful": [3], "with_site": [2],
                          "longest_m": [5_000.0], "longest_mountain_m": [20_000.0]})  # fmt: skip
    return PlanFacts(reach=reach, plan=plan, ladder=ladder, front=front, relax=relax, sites=sites,
                     refused=refused)  # fmt: skip


def outlines() -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    villages = gpd.GeoDataFrame(
        {"village_id": ["V1", "V2", "V3"]},
        crs=CRS,
        geometry=[Point(k, 0).buffer(9) for k in (0, 300, 600)],
    )
    parcels = gpd.GeoDataFrame(
        {"parcel_id": ["S1", "S2"]},
        crs=CRS,
        geometry=[box(0, 500, 200, 600), box(300, 500, 340, 600)],
    )
    return villages, parcels


def test_what_the_plan_uses_of_a_site_is_the_sum_of_its_villages() -> None:
    sites = used_sites(facts()).set_index("site_id")
    assert sites["used_households"].to_dict() == {"S1": 20.0, "S2": 0.0}
    assert sites["villages"].to_dict() == {"S1": 2.0, "S2": 0.0}
    assert sites["area_mu"].tolist() == pytest.approx([30.0, 6.0])  # 20,000 m2 / 666.67


def test_lines_run_from_the_village_to_the_site() -> None:
    villages, parcels = outlines()
    moves = move_layer(facts(), villages, parcels)
    assert list(moves.columns) == [*MOVE_NAMES, "geometry"]
    for line, village, site in zip(
        moves.geometry, moves["village_id"], moves["site_id"], strict=True
    ):
        start, end = line.boundary.geoms
        assert villages.set_index("village_id").geometry[village].contains(start)
        assert parcels.set_index("parcel_id").geometry[site].contains(end)
    sites = site_layer(facts(), parcels)
    assert list(sites.columns) == [*SITE_NAMES, "geometry"]
    steps = with_plan(villages, facts().plan)["plan_step"]
    assert steps[:2].tolist() == [1.0, 2.0]
    assert steps.isna().tolist() == [False, False, True]


def test_sheets_and_report_say_the_same() -> None:
    sheets = {sheet.name: sheet for sheet in plan_sheets(facts())}
    assert list(sheets) == ["整合方案", "预算阶梯", "可能的安置点", "未通过的安置点"]
    page = plan_page(facts())
    assert page is not None
    assert page["villages"] == len(sheets["整合方案"].rows) == 2
    assert page["capacity"] == 120
    assert page["unchecked"] == ["未核对：坡度"]
    assert plan_page(None) is None
    assert plan_sheets(None) == ()


@given(st.lists(st.floats(0.1, 1e5), min_size=1, max_size=12, unique=True))
def test_every_point_of_the_chart_lies_inside_its_axes(households: list[float]) -> None:
    front = pd.DataFrame({"households": sorted(households)})
    chart = front_chart(front.assign(quota_mu=front["households"] * 0.7))
    assert chart is not None
    xs = [float(point["x"]) for point in chart["points"]]
    assert xs == sorted(xs)
    assert all(chart["left"] <= x <= chart["right"] + 0.06 for x in xs)
    assert all(chart["top"] - 0.06 <= float(p["y"]) <= chart["bottom"] for p in chart["points"])
    assert len(chart["x"]) <= 7
    assert front_chart(front.iloc[:0].assign(quota_mu=[])) is None


def test_every_limit_of_a_plan_is_told_with_source_and_mark() -> None:
    """The names cover exactly the limits of the four sections, so that none can be left out."""
    sections = {"potential": PotentialSettings(), "quota": QuotaSettings(),
                "receiving": ReceivingSettings(), "plan": ProposalSettings()}  # fmt: skip
    rules = {f"{section}.{name}": limit for section, given_ in sections.items()
             for name, limit in limits(given_).items()}  # fmt: skip
    assert set(rules) == set(NAMES)
    table = plan_rule_table(rules).set_index("code")
    assert table.loc["plan.longest_m", ["limit", "mark"]].tolist() == ["5000 m", "P（本方案建议）"]
    assert table["source"].str.len().gt(0).all()
