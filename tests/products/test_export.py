from __future__ import annotations

import json

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest

from landuse.core.errors import LanduseError
from landuse.products.export import parse_condition, select, write_selection
from tests.products import county

GRADES = [("I", "Ⅰ 重点"), ("II", "Ⅱ 一般"), ("III", "Ⅲ 关注")]


@pytest.fixture(scope="module")
def table():
    return county.run(200)[1]


def test_choices_are_all_met(table):
    chosen = select(
        table, town=["甲山街道", "990781102"], grade=["I", "II"], min_mu=5.0,
        where=[parse_condition("far < 0.6")],
    )  # fmt: skip
    by_hand = table[
        table["town_name"].isin(["甲山街道", "乙溪镇"])
        & table["grade"].isin(["I", "II"])
        & (table["area_mu"] >= 5)
        & (table["far"] < 0.6)
    ]
    assert len(by_hand) > 0
    assert set(chosen["parcel_id"]) == set(by_hand["parcel_id"])
    assert chosen["rank"].is_monotonic_increasing


def test_no_choice_takes_every_parcel_ranked_first(table):
    chosen = select(table)
    assert sorted(chosen["parcel_id"]) == table["parcel_id"].tolist()
    ranks = chosen["rank"].tolist()
    assert ranks[0] == 1
    assert pd.isna(ranks[-1])


@pytest.mark.parametrize("sign", ["<", "!=", ">=", "="])
def test_a_missing_value_meets_no_condition(table, sign):
    chosen = select(table, where=[parse_condition(f"far {sign} 0.5")])
    assert chosen["far"].notna().all()


def test_flag_zone_text_and_boolean_conditions(table):
    vetoed = select(table, flag=["vetoed"], columns=["parcel_id", "veto"])
    assert list(vetoed.columns) == ["parcel_id", "veto", "geometry"]
    assert (vetoed["veto"] != "").all()
    assert select(table, where=[parse_condition("zone_in = 区内")])["zone_in"].all()
    assert set(select(table, zone=["示例高新园"])["zone_name"]) == {"示例高新园"}
    assert set(select(table, where=[parse_condition("land_use = '0601'")])["land_use"]) == {"0601"}


@pytest.mark.parametrize(
    ("choice", "hint"),
    [
        ({"town": ["甲山街"]}, "甲山街道"),
        ({"flag": ["suspected"]}, "suspected_idle"),
        ({"columns": ["ares_mu"]}, "area_mu"),
        ({"zone": ["高新园"]}, "示例高新园"),
    ],
)
def test_an_unknown_choice_names_the_near_ones(table, choice, hint):
    with pytest.raises(LanduseError, match=hint) as caught:
        select(table, **choice)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    "text", ["far", "far <", "< 5", "far ~ 5", "__import__('os').system('x')", "a.b < 1", ""]
)
def test_a_condition_is_a_comparison_and_no_program(text):
    with pytest.raises(LanduseError):
        parse_condition(text)


def test_a_number_column_refuses_text(table):
    with pytest.raises(LanduseError, match="far"):
        select(table, where=[parse_condition("far < high")])


def test_every_format_holds_the_same_parcels(table, tmp_path):
    chosen = select(table, grade=["II"], columns=["parcel_id", "grade", "flag", "zone_in", "group"])
    ids = chosen["parcel_id"].tolist()
    found = {}
    for suffix in (".csv", ".xlsx", ".gpkg", ".geojson"):
        path = tmp_path / f"列表 甲{suffix}"
        write_selection(chosen, path, names={}, grades=GRADES, title="示例")
        found[suffix] = path
    assert pd.read_csv(found[".csv"], dtype=str)["parcel_id"].tolist() == ids
    rows = list(openpyxl.load_workbook(found[".xlsx"])["地块"].values)
    assert [row[0] for row in rows[2:]] == ids
    assert gpd.read_file(found[".gpkg"], layer="parcels")["parcel_id"].tolist() == ids
    content = json.loads(found[".geojson"].read_text(encoding="utf-8"))
    assert [item["properties"]["parcel_id"] for item in content["features"]] == ids
    lon, lat = content["features"][0]["geometry"]["coordinates"][0][0][:2]
    assert (int(lon), int(lat)) == (119, 29)


def test_formats_are_the_same_twice(table, tmp_path):
    chosen = select(table, grade=["II"])
    for suffix in (".csv", ".xlsx", ".gpkg", ".geojson"):
        files = [tmp_path / folder / f"x{suffix}" for folder in ("甲", "b")]
        for file in files:
            write_selection(chosen, file, names={}, grades=GRADES, title="示例")
        assert files[0].read_bytes() == files[1].read_bytes(), suffix


def test_other_endings_and_tables_without_shape_are_refused(table, tmp_path):
    with pytest.raises(LanduseError, match="shp"):
        write_selection(table, tmp_path / "x.shp", names={}, grades=GRADES, title="")
    plain = pd.DataFrame(table.drop(columns="geometry"))
    with pytest.raises(LanduseError, match="geojson"):
        write_selection(plain, tmp_path / "x.geojson", names={}, grades=GRADES, title="")
    assert list(tmp_path.iterdir()) == []


def test_a_workbook_of_a_few_columns_needs_no_other(table, tmp_path):
    chosen = select(table, columns=["parcel_id", "area_mu"])
    path = tmp_path / "few.xlsx"
    write_selection(chosen, path, names={}, grades=GRADES, title="示例")
    rows = list(openpyxl.load_workbook(path)["地块"].values)
    assert rows[1] == ("parcel_id", "area_mu")
    assert len(rows) == 2 + len(table)
