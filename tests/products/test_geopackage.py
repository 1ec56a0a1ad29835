from __future__ import annotations

import shutil
import sqlite3
import time
from contextlib import closing
from xml.etree import ElementTree as Xml

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
from shapely import box

from landuse.products.columns import column_names, describe, stored_heading
from landuse.products.evidence_words import P_CLASSES
from landuse.products.geopackage import (
    LayerLabels,
    NamedStyle,
    shape_of,
    storable,
    write_geopackage,
)
from landuse.products.styles import (
    district_style,
    parcel_style,
    robustness_style,
    table_style,
    village_style,
)
from tests.products import county


@pytest.fixture(scope="module")
def parts():
    facts, ground = county.run(80)
    frame = county.districts(ground)
    districts = pd.concat(
        [
            frame["towns"].assign(level="town", name=frame["towns"]["town_name"]),
            frame["zones"].assign(level="zone", name=frame["zones"]["zone_name"]),
        ]
    )[["level", "name", "geometry"]]
    names = column_names(facts.known_names())
    columns = [name for name in ground.columns if name != "geometry"]
    aliases = {name: stored_heading(describe(name, names)) for name in columns}
    grades = [(grade.code, grade.zh) for grade in facts.model.grades]
    return {
        "layers": {
            "parcels": ground,
            "opportunities": None,
            "districts": gpd.GeoDataFrame(districts, crs=ground.crs),
            "findings": facts.findings,
        },
        "styles": {
            "parcels": parcel_style(grades, aliases=aliases),
            "districts": district_style(aliases={"name": "名称"}),
            "findings": table_style(aliases={"kind": "类别"}),
        },
        "labels": {
            "parcels": LayerLabels("参评地块", "疑似", aliases),
            "districts": LayerLabels("乡镇与开发区", "", {"name": "名称", "level": "名称"}),
        },
        "metadata": {"run": "3f9c1a20"},
        "more_styles": (NamedStyle("parcels", "稳健性", robustness_style(aliases=aliases)),),
    }


@pytest.fixture(scope="module")
def file(parts, tmp_path_factory):
    layers = dict(parts)
    path = tmp_path_factory.mktemp("成果 甲") / "candidates.gpkg"
    return write_geopackage(layers.pop("layers"), path, **layers)


def query(file, sql: str):
    with closing(sqlite3.connect(file)) as base:
        return base.execute(sql).fetchall()


def test_only_layers_that_exist_are_written(file):
    names = [name for name, _ in pyogrio.list_layers(file)]
    assert names == ["parcels", "districts", "findings", "layer_styles"]


def test_layers_come_back_as_they_were(parts, file):
    wanted = parts["layers"]["parcels"]
    back = gpd.read_file(file, layer="parcels")
    assert back.crs.to_epsg() == 4549
    assert back["town_code"].tolist() == wanted["town_code"].tolist()
    assert back["land_use"].tolist() == wanted["land_use"].tolist()
    assert back["zone_in"].astype(bool).tolist() == wanted["zone_in"].tolist()
    assert back["rank"].isna().tolist() == wanted["rank"].isna().tolist()
    assert back["score"].isna().tolist() == wanted["score"].isna().tolist()
    assert back.geometry.area.sum() == pytest.approx(wanted.geometry.area.sum())
    findings = pyogrio.read_dataframe(file, layer="findings")
    assert not isinstance(findings, gpd.GeoDataFrame)
    assert len(findings) == len(parts["layers"]["findings"])


@pytest.mark.parametrize("spatial", [True, False])
def test_columns_written_at_once_hold_what_they_hold_written_cell_by_cell(tmp_path, spatial):
    table = pd.DataFrame(
        {
            "text": ["中文 ㎡", None, ""], "kind": pd.Categorical(["a", None, "a"]),
            "mixed": ["x", 3, None], "none": pd.Series([None] * 3, dtype=object),
            "real": [0.1, float("nan"), -1e300], "short": pd.Series([1.5, 2, 3], dtype="float32"),
            "whole": [1, 2**53 + 1, -5], "null_whole": pd.array([1, None, -3], dtype="Int64"),
            "yes": [True, False, True], "null_yes": pd.array([True, None, False], dtype="boolean"),
        }
    )  # fmt: skip
    if spatial:
        squares = [box(i, 0, i + 1, 1) for i in range(2)]
        table = gpd.GeoDataFrame(table, geometry=[*squares, None], crs="EPSG:4549")
    written = tmp_path / "at_once.gpkg"
    write_geopackage({"t": table}, written, styles={}, labels={}, metadata={})
    plain = tmp_path / "by_cell.gpkg"
    options = {"FID": "fid"} | ({"GEOMETRY_NAME": "geom"} if spatial else {})
    shape = shape_of(table) if spatial else {}
    pyogrio.write_dataframe(
        storable(table), plain, layer="t", driver="GPKG", layer_options=options, **shape
    )
    for sql in ("SELECT * FROM t", "SELECT name, type FROM pragma_table_info('t')"):
        assert query(written, sql) == query(plain, sql)


def test_codes_are_text_and_shapes_are_indexed(file):
    info = pyogrio.read_info(file, layer="parcels")
    kinds = dict(zip(info["fields"], info["dtypes"], strict=True))
    assert {kinds[name] for name in ("parcel_id", "town_code", "land_use")} == {"object"}
    assert info["geometry_type"] == "MultiPolygon"
    extensions = query(file, "SELECT table_name, extension_name FROM gpkg_extensions")
    indexed = {table for table, name in extensions if name == "gpkg_rtree_index"}
    assert indexed == {"parcels", "districts"}


def test_columns_carry_chinese_names_that_differ_within_a_layer(file):
    rows = query(file, "SELECT table_name, column_name, name, title FROM gpkg_data_columns")
    names = {(table, column): name for table, column, name, _ in rows}
    assert names["parcels", "parcel_id"] == "地块编号"
    assert names["parcels", "area_mu"] == "面积（亩）"
    assert names["districts", "name"] == "名称 name"
    assert names["districts", "level"] == "名称 level"
    extensions = query(file, "SELECT table_name, extension_name FROM gpkg_extensions")
    assert ("gpkg_data_columns", "gpkg_schema") in extensions


def test_styles_are_found_the_way_qgis_looks_for_them(parts, file):
    # The statement of QGIS's OGR provider, with its columns and its ordering.
    sql = (
        "SELECT styleQML FROM layer_styles WHERE f_table_schema='' AND f_table_name='{}' "
        "AND f_geometry_column='{}' ORDER BY CASE WHEN useAsDefault THEN 1 ELSE 2 END, "
        "update_time DESC LIMIT 1"
    )
    for layer, column in (("parcels", "geom"), ("districts", "geom"), ("findings", "")):
        assert query(file, sql.format(layer, column)) == [(parts["styles"][layer],)]


def test_every_flag_has_a_rule_and_doubt_is_hatched(parts):
    qml = parts["styles"]["parcels"]
    root = Xml.fromstring(qml.split("\n", 1)[1])
    rules = {rule.get("label"): rule for rule in root.iter("rule")}
    assert list(rules) == [
        "Ⅰ 重点", "Ⅱ 一般", "Ⅲ 关注", "疑似，未分级", "证据不足，不评级", "否决（见原因）",
        "未列入",
    ]  # fmt: skip
    symbols = {symbol.get("name"): symbol for symbol in root.find("renderer-v2/symbols")}
    hatched = {
        label: sum(layer.get("class") == "LinePatternFill" for layer in symbols[rule.get("symbol")])
        for label, rule in rules.items()
    }
    assert {label for label, lines in hatched.items() if lines} == {
        "证据不足，不评级",
        "否决（见原因）",
    }
    fill = symbols["0"].find("layer/Option/Option[@name='color']")
    assert fill.get("value") == "140,45,4,255"  # 8C2D04


def test_a_second_style_waits_to_be_chosen_and_the_first_opens(file):
    rows = query(file, "SELECT styleName, useAsDefault FROM layer_styles ORDER BY id")
    assert rows == [("parcels", 1), ("districts", 1), ("findings", 1), ("稳健性", 0)]


def test_robustness_rules_meet_every_parcel_exactly_once(parts, file):
    qml = parts["more_styles"][0].qml
    root = Xml.fromstring(qml.split("\n", 1)[1])
    tests = [rule.get("filter") for rule in root.iter("rule")]
    # SQL of the file itself reads the filters as QGIS does.
    hits = " + ".join(f"coalesce(({test}), 0)" for test in tests)
    assert query(file, f"SELECT DISTINCT {hits} FROM parcels") == [(1,)]
    fills = {
        option.get("value")
        for option in root.iterfind("renderer-v2/symbols/symbol/layer/Option/Option[@name='color']")
    }
    assert len(fills) == len(P_CLASSES) + 2, "one colour a class, white and grey"


def test_evidence_columns_carry_chinese_names(file):
    rows = query(file, "SELECT column_name, name FROM gpkg_data_columns")
    names = dict(rows)
    assert names["p_flag"] == "入选概率（0–1）"
    assert names["whynot_zh"] == "未列入原因"
    assert names["cluster_area_mu"] == "成片面积（亩）"


def test_no_name_says_percent_of_a_share_stored_as_0_to_1(file):
    """A column named in percent would be read a hundred times too small."""
    rows = query(file, "SELECT table_name, column_name, name FROM gpkg_data_columns")
    assert not [row for row in rows if "（%）" in row[2]]
    shares = [row for row in rows if "（0–1）" in row[2]]
    assert len(shares) > 5
    for table, column, _ in shares:
        ((low, high),) = query(file, f'SELECT min("{column}"), max("{column}") FROM "{table}"')
        assert low is None or -1 <= low <= high <= 1.0 + 1e-9, column


def test_same_layers_give_same_bytes_in_another_folder_a_second_later(parts, file, tmp_path):
    time.sleep(1.1)
    again = dict(parts)
    path = write_geopackage(again.pop("layers"), tmp_path / "b" / "candidates.gpkg", **again)
    assert path.read_bytes() == file.read_bytes()
    assert [item.name for item in path.parent.iterdir()] == ["candidates.gpkg"]
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") is None


def test_hostile_names_and_values_stay_text(tmp_path):
    facts, ground = county.run(90)
    hostile = county.with_hostile(facts)
    table = gpd.GeoDataFrame(hostile.parcels, geometry=ground.geometry)
    aliases = {"town_name": "'; DROP TABLE parcels; --", "zone_name": '<script>"&</script>'}
    path = write_geopackage(
        {"parcels": table},
        tmp_path / "h.gpkg",
        styles={"parcels": parcel_style([("I'", "<b>&"), ("II", "")], aliases=aliases)},
        labels={"parcels": LayerLabels("</x>", "'", aliases)},
        metadata=hostile.study.manifest,
    )
    back = gpd.read_file(path, layer="parcels")
    assert len(back) == 90
    assert "=1+1" in set(back["town_name"])
    assert not any("\x00" in text or "\u202e" in text for text in back["town_name"])
    qml = query(path, "SELECT styleQML FROM layer_styles")[0][0]
    assert "<script" not in qml
    Xml.fromstring(qml.split("\n", 1)[1])


@pytest.mark.skipif(shutil.which("ogrinfo") is None, reason="ogrinfo is not installed")
def test_another_reader_opens_it(file):
    import subprocess

    done = subprocess.run(
        ["ogrinfo", "-ro", "-so", str(file), "parcels"], capture_output=True, text=True, check=True
    )
    assert "Feature Count: 80" in done.stdout
    assert "Warning" not in done.stderr


def test_villages_without_outlines_are_drawn_as_points():
    root = Xml.fromstring(village_style(aliases={}, points=True).split("\n", 1)[1])
    assert root.findtext("layerGeometryType") == "0"
    assert {symbol.get("type") for symbol in root.iter("symbol")} == {"marker"}
    sizes = [
        float(option.get("value"))
        for option in root.iterfind("renderer-v2/symbols/symbol/layer/Option/Option[@name='size']")
    ]
    assert sizes == sorted(sizes, reverse=True)
    assert len(sizes) == len([*root.iter("rule")]) == 4
