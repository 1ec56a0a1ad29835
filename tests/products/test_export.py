from __future__ import annotations

import json
from dataclasses import replace

import geopandas as gpd
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landuse.core.errors import LanduseError
from landuse.products import dkbh
from landuse.products.columns import column_names, describe
from landuse.products.dkbh import ListFacts, dkbh_table
from landuse.products.export import SUFFIXES, ListLook, write_selection
from landuse.products.selection import Choice, select
from landuse.products.shapefile import NAME_LENGTH, TEXT_BYTES, field_names
from landuse.products.styles import parcel_style
from landuse.products.zhejiang import CODES, FILLED, write_zhejiang, zhejiang_rows
from tests.products import county

GRADES = [("I", "Ⅰ 重点"), ("II", "Ⅱ 一般"), ("III", "Ⅲ 关注")]
LOOK = ListLook(
    layer="parcels", sheet="地块", title="示例", names=column_names(), grades=("I", "II", "III"),
    style=lambda aliases: parcel_style(GRADES, aliases=aliases), style_needs=("grade", "flag"),
)  # fmt: skip


@pytest.fixture(scope="module")
def table():
    return county.run(200)[1]


def test_every_format_holds_the_same_parcels(table, tmp_path):
    kept = ["grade", "flag", "zone_in", "group", "town_code", "area_mu"]
    chosen = select(table, Choice(grade=["II"], columns=kept))
    ids = chosen["parcel_id"].tolist()
    found = {}
    for suffix in SUFFIXES:
        found[suffix] = tmp_path / f"列表 甲{suffix}"
        write_selection(chosen, found[suffix], LOOK)
    assert pd.read_csv(found[".csv"], dtype=str)["parcel_id"].tolist() == ids
    rows = list(openpyxl.load_workbook(found[".xlsx"])["地块"].values)
    assert [row[0] for row in rows[2:]] == ids
    assert gpd.read_file(found[".gpkg"], layer="parcels")["parcel_id"].tolist() == ids
    content = json.loads(found[".geojson"].read_text(encoding="utf-8"))
    assert [item["properties"]["parcel_id"] for item in content["features"]] == ids
    lon, lat = content["features"][0]["geometry"]["coordinates"][0][0][:2]
    assert (int(lon), int(lat)) == (119, 29)
    for suffix in (".parquet", ".shp", ".gpkg"):
        layer = {"layer": "parcels"} if suffix == ".gpkg" else {}
        read = gpd.read_parquet if suffix == ".parquet" else gpd.read_file
        back = read(found[suffix], **layer)
        assert back.crs.to_epsg() == 4549
        assert back.geometry.area.sum() == pytest.approx(chosen.geometry.area.sum())
    assert {path.name for path in tmp_path.iterdir()} == {
        *(f"列表 甲{suffix}" for suffix in SUFFIXES), "列表 甲.shx", "列表 甲.dbf", "列表 甲.prj",
        "列表 甲.cpg", "列表 甲.字段对照.csv",
    }  # fmt: skip


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_formats_are_the_same_twice(table, tmp_path, suffix):
    chosen = select(table, Choice(grade=["II"]))
    files = [tmp_path / folder / f"x{suffix}" for folder in ("甲", "b")]
    for file in files:
        write_selection(chosen, file, LOOK)
    for file in files[0].parent.iterdir():
        assert file.read_bytes() == (files[1].parent / file.name).read_bytes(), file.name


def test_other_endings_and_tables_without_shape_are_refused(table, tmp_path):
    with pytest.raises(LanduseError, match=r"\.kml"):
        write_selection(table, tmp_path / "x.kml", LOOK)
    plain = pd.DataFrame(table.drop(columns="geometry"))
    for suffix in (".geojson", ".shp", ".gpkg"):
        with pytest.raises(LanduseError, match="geometry"):
            write_selection(plain, tmp_path / f"x{suffix}", LOOK)
    assert list(tmp_path.iterdir()) == []


def test_a_workbook_of_a_few_columns_needs_no_other(table, tmp_path):
    chosen = select(table, Choice(columns=["area_mu"]))
    path = tmp_path / "few.xlsx"
    write_selection(chosen, path, LOOK)
    rows = list(openpyxl.load_workbook(path)["地块"].values)
    assert rows[1] == ("parcel_id", "area_mu")
    assert len(rows) == 2 + len(table)


def test_a_shapefile_says_what_its_short_names_mean(table, tmp_path):
    path = write_selection(table, tmp_path / "甲 乙.shp", LOOK)
    assert path.with_suffix(".cpg").read_text() == "UTF-8"
    back = pyogrio.read_dataframe(path)
    told = pd.read_csv(path.with_suffix(".字段对照.csv"), dtype=str).set_index("column")
    assert told["field"].tolist() == [name for name in back.columns if name != "geometry"]
    assert told.loc["parcel_id", "field"] == "DKBH"
    assert told.loc["area_mu", "zh"] == "面积（亩）"
    assert told.loc["coverage", "zh"] == "证据覆盖（0–1）"
    assert back["DKBH"].tolist() == table["parcel_id"].tolist()
    assert back["XZQMC"].tolist() == table["town_name"].tolist()
    assert back["XZQDM"].tolist() == table["town_code"].tolist(), "codes stay text"
    assert back["RANK"].isna().tolist() == table["rank"].isna().tolist()
    assert back["ZONE_IN"].tolist() == table["zone_in"].astype(int).tolist()
    # A text as the field holds it: the whole sentence, or its start and an ellipsis; counted.
    cut = 0
    for ours, theirs in zip(table["evidence_zh"], back["EVID"], strict=True):
        whole = ours == theirs
        cut += not whole
        assert whole or (theirs.endswith("…") and ours.startswith(theirs[:-1]))
        assert len(theirs.encode()) <= TEXT_BYTES
    assert cut == int(told.loc["evidence_zh", "texts_cut"]) > 0


@given(st.lists(st.text(max_size=14), unique=True, max_size=60))
def test_field_names_are_short_plain_and_each_once(columns):
    names = field_names(columns)
    assert list(names) == columns
    assert len(set(names.values())) == len(names)
    for name in names.values():
        assert 0 < len(name) <= NAME_LENGTH
        assert name.isascii()
        assert name == name.upper()


def test_geoparquet_says_where_it_lies_and_what_columns_mean(table, tmp_path):
    path = write_selection(table, tmp_path / "甲.parquet", LOOK)
    schema = pq.read_schema(path)
    geo = json.loads(schema.metadata[b"geo"])
    assert geo["version"] == "1.1.0"
    column = geo["columns"][geo["primary_column"]]
    assert column["encoding"] == "WKB"
    assert column["geometry_types"] == ["Polygon"]
    assert column["crs"]["id"] == {"authority": "EPSG", "code": 4549}
    assert column["bbox"] == pytest.approx(table.total_bounds.tolist())
    assert schema.metadata[b"title"].decode() == "示例"
    assert schema.field("coverage").metadata[b"title"].decode() == "证据覆盖（0–1）"
    back = gpd.read_parquet(path)
    assert back.drop(columns="geometry").isna().sum().to_dict() == {
        name: int(table[name].isna().sum()) for name in table.columns if name != "geometry"
    }
    assert back["score"].tolist() == pytest.approx(table["score"].tolist(), nan_ok=True)
    assert back.geometry.geom_equals(table.geometry).all()


def test_aliases_of_shares_name_the_unit_the_file_holds(table):
    aliases = LOOK.aliases(table)
    shares = [name for name in aliases if describe(name, LOOK.names).unit == "%"]
    assert "p_flag" in shares
    assert all(aliases[name].endswith("（0–1）") for name in shares)
    assert not any("%" in alias for alias in aliases.values())


def test_the_list_of_land_offices_has_its_columns_in_order(table, tmp_path):
    facts = ListFacts(class_system="三调", source_years="2015–2024", parameters="3f9c1a20")
    listed = dkbh_table(table, facts)
    # domain.md 9.1, in its order.
    wanted = [
        "DKBH",
        "XZQDM",
        "XZQMC",
        "ZLDWDM",
        "ZLDWMC",
        "DKLX",
        "ZONE_IN",
        "KFQMC",
        "DLBM",
        "CLASS_SYS",
        "MJ_M2",
        "MJ_MU",
        "MJ_HM2",
        "RJL",
        "JZMD",
        "BTS_L",
        "LES",
        "GRADE",
        "CONF",
        "EVID",
        "VETO",
        "SUGG",
        "RANK",
        "RK_P10",
        "RK_P90",
        "SRC_YR",
        "PARAM_HASH",
        "CX",
        "CY",
        "HSZT",
        "HSR",
        "HSRQ",
        "BZ",
    ]
    assert [name for name in listed.columns if name != "geometry"] == wanted
    assert set(listed["DKLX"]) <= {"疑似闲置", "疑似低效", "未列入", "证据不足，不评级",
                                   "否决（见原因）"}  # fmt: skip
    # 1 hm2 = 15 mu.
    assert (listed["MJ_HM2"] * 15).tolist() == pytest.approx(listed["MJ_MU"].tolist())
    assert set(listed["ZONE_IN"]) == {"区内", "区外"}
    path = write_selection(listed, tmp_path / "甲.shp", replace(LOOK, names=dkbh.NAMES, style=None))
    back = pyogrio.read_dataframe(path)
    assert [name for name in back.columns if name != "geometry"] == wanted
    assert set(back["CLASS_SYS"]) == {"三调"}


def test_villages_fit_the_same_list():
    villages = pd.DataFrame({
        "village_id": ["a"], "kind": ["空心村"], "area_m2": [20_000.0], "area_mu": [30.0],
        "suggestion_zh": ["征询意愿"], "village_name": ["甲村"],
    })  # fmt: skip
    row = dkbh_table(villages, ListFacts()).iloc[0]
    assert (row["DKBH"], row["DKLX"], row["MJ_HM2"]) == ("a", "空心村", 2.0)
    assert (row["SUGG"], row["ZLDWMC"], row["ZONE_IN"]) == ("征询意愿", "甲村", "")
    assert pd.isna(row["LES"])


def test_the_zhejiang_form_is_filled_only_where_we_know(table):
    rows = zhejiang_rows(table)
    assert len(rows) == len(table)
    assert {len(row) for row in rows} == {39} == {len(CODES)}
    for row, parcel in zip(rows, table.to_dict("records"), strict=True):
        cells = dict(enumerate(row, start=1))
        assert {place for place, value in cells.items() if value is not None} <= set(FILLED)
        assert cells[2] == parcel["town_name"]
        assert cells[5] == round(parcel["area_m2"] / 666.6667, 4)
        assert cells[30] == parcel["land_use"]
        if cells[35] is not None:
            assert cells[35] == round(parcel["building_coverage"] * 100, 2)
        state, flag = parcel["check_status"], parcel["flag"]
        low = state == "属实" and flag == "suspected_low_efficiency"
        assert cells[12] == ("否" if state == "不属实" else "是" if low else None)
    # By hand: 10,000 m2 are 10000 / 666.6667 = 14.99999925 mu, with four decimals 15.0.
    one = table.head(1).assign(area_m2=10_000.0).drop(columns=["far", "check_status"])
    assert zhejiang_rows(one)[0][4] == 15.0
    assert zhejiang_rows(one)[0][33] is None
    assert zhejiang_rows(one)[0][11] is None


def test_the_zhejiang_form_begins_at_row_six(table, tmp_path):
    path = write_zhejiang(table, tmp_path / "表 甲.xlsx", title="示例")
    sheet = openpyxl.load_workbook(path)["表1-2"]
    assert [cell.value for cell in sheet[5]] == list(CODES)
    assert sheet["B6"].value == table["town_name"].iloc[0]
    assert sheet["AD6"].value == table["land_use"].iloc[0]
    assert sheet["AD6"].number_format == "@"
    assert sheet.max_row == 5 + len(table)
    assert sheet.max_column == 39
    assert "不公开" in sheet["A2"].value
