"""What absences cost in words, and that the tables behind the words fit the pipeline."""

from __future__ import annotations

from itertools import combinations

import geopandas as gpd
import numpy as np
import pytest
from shapely import box

from landuse.core.grid import Grid
from landuse.core.layers import Layer
from landuse.indicators.built import BuiltSettings, measure_built
from landuse.pipeline import stages
from landuse.products.absence_cost import GIVEN_BY, absence_bill, coverage_words
from landuse.products.emptied import EMPTIED, NOTHING, emptied
from landuse.sources.roles import ROLE_NAMES
from landuse.study import open_study
from tests.made import DEMO_STUDY
from tests.products.county import model

NOT_GIVEN = ("未提供", "not supplied")
GRID = Grid.covering((500_000, 3_200_000, 500_100, 3_200_100), resolution_m=10, crs="EPSG:4549")


def bill(*roles, **more):
    return absence_bill(
        dict.fromkeys(roles, NOT_GIVEN), model=model(), role_names=ROLE_NAMES, **more
    )


def words(role):
    return next(item for item in bill(role).roles if item.role == role).words()


def test_criteria_coverage_family_and_columns_of_one_role():
    """A08 13.04 % and A09 4.35 % of the weights asked of industry: 83 % stay within reach."""
    zh, en = words("enterprises")
    assert "疑似低效少 A08 亩均税收 13%、A09 亩均等级 4%" in zh
    assert "工业（区内）/工业（区外） 83%" in zh
    assert "疑似闲置 100%" not in zh
    assert "失去证据类：效益" in zh
    assert zh.endswith("效益列为空")
    assert "families lost: economy" in en


def test_a_veto_is_not_checked_and_a_role_nothing_reads_says_so():
    assert words("eco_redline")[0].startswith("未核对 V01 位于生态保护红线内")
    assert words("village_list")[0] == "不能核对村名录"


def test_every_criterion_of_the_shipped_model_has_a_source_in_this_version():
    assert bill().rows() == []


def test_too_little_is_said_in_plain_words():
    whole = bill()
    assert whole.can_flag
    assert whole.verdict[0].startswith("各组都可判定")
    poor = bill(
        "built_surface",
        "landcover",
        "surfaces",
        "landcover_series",
        "buildings",
        "built_height",
        "vegetation_series",
    )
    assert not poor.can_flag
    assert poor.verdict[0].startswith("证据不足：不会有任何疑似（须 ≥60%、≥2 类）")
    assert poor.data()["can_flag"] is False
    assert "no parcel can be flagged" in poor.verdict[1]


def test_without_parcels_nothing_can_be_flagged_whatever_the_coverage():
    empty = bill(parcels=False)
    assert empty.together.can_flag
    assert not empty.can_flag
    assert empty.data()["can_flag"] is False
    assert "没有可评价的地块" in empty.verdict[0]


def test_coverage_is_told_once_where_all_groups_agree():
    zh, en = coverage_words(bill("eco_redline").together)
    assert "疑似闲置 100%" in zh
    assert "idle 100%" in en


def test_every_text_is_in_both_languages():
    rows = bill(*ROLE_NAMES).rows()
    assert len(rows) == len(ROLE_NAMES)
    for row in rows:
        for name in ("name", "reason", "cost", "emptied"):
            assert row[f"{name}_zh"]
            assert row[f"{name}_en"].isascii(), row


def readers():
    """Return the roles whose aligned layer a stage beyond alignment takes, in the whole demo."""
    plan = stages(open_study(DEMO_STUDY))
    sources = {
        source.split(".")[0]
        for stage in plan
        if not stage.name.startswith(("align_", "grid", "overlap", "findings"))
        for source in stage.takes.values()
        if source and not source.endswith(".findings")
    }
    taken = {name.removeprefix("align_") for name in sources if name.startswith("align_")}
    return taken | {name.removesuffix("_latest") for name in sources if name.endswith("_latest")}


def test_the_table_of_empty_products_knows_every_role_that_is_read():
    read = readers()
    assert read >= {"roads", "towns", "elevation", "night_light"}
    assert read <= set(EMPTIED)
    assert set(EMPTIED) <= set(ROLE_NAMES)
    assert emptied("no_such_role") == NOTHING


def cells(value):
    return Layer(GRID, np.full(GRID.shape, value, dtype="float32"))


LAYERS = {
    "buildings": gpd.GeoDataFrame(
        {"height_m": [9.0], "levels": [3.0]},
        geometry=[box(500_000, 3_200_000, 500_100, 3_200_050)], crs=GRID.crs,
    ),
    "built_surface": cells(50.0),
    "built_height": cells(9.0),
}  # fmt: skip


@pytest.mark.parametrize("size", range(4))
def test_what_is_said_of_footprints_and_heights_is_what_is_measured(size):
    """For each set of absent layers: a column is lost exactly where every way lacks a layer."""
    parcels = gpd.GeoDataFrame(
        {"parcel_id": ["1"], "group": ["IND_IN"], "town_code": ["t"]},
        geometry=[box(*GRID.bounds)], crs=GRID.crs,
    )  # fmt: skip
    for gone in combinations(LAYERS, size):
        there = {name: None if name in gone else layer for name, layer in LAYERS.items()}
        table = measure_built(parcels=parcels, **there, settings=BuiltSettings())["table"]
        for column in ("far", "building_coverage"):
            known = column in table and table[column].notna().all()
            ways = [not set(roles) & set(gone) for roles in GIVEN_BY[column]]
            assert known == any(ways), (column, gone)


def test_what_villages_lose_is_told_beside_the_parcels():
    """Without services B08 (10 % of hollowness) drops out; without them no veto of parcels."""
    model_ = open_study(DEMO_STUDY).village_model
    item = next(iter(bill("services", village_model=model_).roles))
    assert "空心村少 B08 1 公里内服务点 10%" in item.words()[0] or "B08" in item.words()[0]
    assert "hollow village loses B08" in item.words()[1]
    assert not item.empties_only
    assert bill("services").roles[0].empties_only


def test_a_height_list_of_villages_spares_the_elevation_model():
    model_ = open_study(DEMO_STUDY).village_model
    lost = bill("elevation", village_model=model_).roles[0].village
    assert "C02" not in {one.code for one in lost.criteria}
    both = bill("elevation", "settlements", village_model=model_)
    assert "C01" in {one.code for one in both.roles[0].village.criteria}
