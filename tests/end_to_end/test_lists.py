"""The lists of a run, read back by libraries that did not write them, cell by cell with Parquet."""

from __future__ import annotations

import csv
import math
import shutil
import sqlite3
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
import pytest
from shapely import box

from landuse.core.errors import LanduseError
from landuse.lists import export_list
from landuse.products.evidence_words import HOT_SPOTS, SIGNALS, STABILITY
from landuse.products.geopackage import LayerLabels, write_geopackage
from landuse.products.numbers import GRADE_SIGNS
from landuse.products.selection import Choice
from landuse.products.words import FLAGS, GROUPS, KINDS, SCORES
from landuse.scores.villages import KINDS as VILLAGE_KINDS
from tests.made import Made

DIGITS = 6
"""Decimals that a cell keeps of a number."""
WORDS: Mapping[str, Callable[[object], object]] = {
    "zone_in": lambda inside: "区内" if inside else "区外",
    "flag": lambda code: FLAGS[code][0],
    "grade": lambda code: GRADE_SIGNS.get(code, code),
    "group": lambda code: GROUPS[code],
    "decided_by": lambda code: SCORES[code][0] if code in SCORES else code,
    "stability": lambda code: STABILITY[code][0] if code else code,
    "signal": lambda code: SIGNALS[code][0] if code else code,
    "hot_spot": lambda code: HOT_SPOTS[code][0] if code else code,
}
"""What a person reads in a cell instead of the code in the table."""


def parquet(demo: Made, name: str) -> pd.DataFrame:
    return pd.read_parquet(demo.out / "tables" / f"{name}.parquet")


def parcels(demo: Made) -> pd.DataFrame:
    return parquet(demo, "parcels").merge(parquet(demo, "checks"), on="parcel_id", validate="1:1")


def read_sheet(file: Path, name: str) -> pd.DataFrame:
    rows = list(openpyxl.load_workbook(file)[name].iter_rows(min_row=2, values_only=True))
    return pd.DataFrame(rows[1:], columns=rows[0], dtype=object)


def same(held: object, value: object) -> bool:
    """Tell whether a cell holds a value: empty for missing, six decimals, text as it is."""
    if value is None or value is pd.NA or value == "" or (
        isinstance(value, float) and not math.isfinite(value)
    ):  # fmt: skip
        return held is None
    if isinstance(value, (bool, str)):
        return held == value
    return isinstance(held, (int, float)) and abs(held - float(value)) <= 0.5 * 10**-DIGITS + 1e-12


def compare(sheet: pd.DataFrame, table: pd.DataFrame, words=WORDS) -> int:
    """Compare every cell whose column the table has, rows in order; return how many cells."""
    assert len(sheet) == len(table)
    shared = [code for code in sheet.columns if code in table.columns]
    for code in shared:
        word = words.get(code, lambda value: value)
        for held, value in zip(sheet[code], table[code].astype(object), strict=True):
            known = value is not None and value is not pd.NA and value == value
            wanted = word(value) if known else value
            assert same(held, wanted), (code, held, value)
    return len(shared) * len(sheet)


def test_candidates_equal_the_parquet_table_cell_by_cell(demo: Made) -> None:
    table = parcels(demo)
    listed = table[table["rank"].notna()].sort_values(["rank", "parcel_id"])
    sheet = read_sheet(demo.out / "candidates.xlsx", "候选地块")
    assert compare(sheet, listed) > 3000
    told = {"veto", "veto_zh", "veto_en", "veto_share", "veto_limit", "veto_layer", "whynot_zh",
            "whynot_en"}  # fmt: skip
    assert set(table.columns) - set(sheet.columns) == told, "only why-not columns stand elsewhere"


def test_parcels_not_listed_equal_the_parquet_table(demo: Made) -> None:
    table = parcels(demo)
    out = table[table["flag"].isin(["vetoed", "insufficient_evidence"])]
    out = out.sort_values(["flag", "veto", "parcel_id"], ascending=[False, True, True])
    layer = {"veto_layer"}  # the sheet names the layer of the rule, the table what was measured
    sheet = read_sheet(demo.out / "candidates.xlsx", "未列入原因")
    assert compare(sheet.drop(columns=layer), out) > 500


def test_sources_and_findings_equal_their_tables(demo: Made) -> None:
    book = demo.out / "candidates.xlsx"
    sources = parquet(demo, "sources")
    sheet = read_sheet(book, "数据来源")
    assert compare(sheet[["role", "year", "file", "digest", "licence"]], sources) > 50


@pytest.mark.parametrize(
    ("book", "beyond"),
    [("candidates.xlsx", "town_centres"), ("villages.xlsx", "projects"),
     ("opportunities.xlsx", "")],
)  # fmt: skip
def test_each_book_tells_the_findings_of_what_it_rests_on(
    demo: Made, book: str, beyond: str
) -> None:
    every = parquet(demo, "findings")
    findings = every[: every["stage"].eq(beyond).idxmax()] if beyond else every
    sheet = read_sheet(demo.out / book, "缺失与发现")
    told = sheet[sheet["stage"] != "inputs"].reset_index(drop=True)
    assert len(told) == len(findings)
    words = {"kind": lambda kind: KINDS.get(kind, (kind, kind))[0]}
    assert compare(told, findings, words) > 100
    notes = read_sheet(demo.out / book, "说明")
    assert notes["zh"].str.contains("只列本册内容所依据").any() == bool(beyond)


def test_villages_equal_their_tables_cell_by_cell(demo: Made) -> None:
    book = demo.out / "villages.xlsx"
    villages = parquet(demo, "villages")
    order = {zh: place for place, (zh, _) in enumerate(VILLAGE_KINDS.values())}
    listed = villages[villages["kind"].isin(order)]
    listed = listed.assign(_kind=listed["kind"].map(order)).sort_values(
        ["_kind", "rank", "village_id"]
    )
    plain: Mapping[str, Callable[[object], object]] = {}
    assert compare(read_sheet(book, "村庄候选"), listed, plain) > 300
    names = villages[["village_id", "name", "town_name"]]
    pairs = {
        "整合方案": parquet(demo, "plan"),
        "预算阶梯": parquet(demo, "plan_ladder"),
        "未通过的安置点": parquet(demo, "receiving_refused"),
        "潜力与复垦": parquet(demo, "village_potential")
        .merge(parquet(demo, "reclaim"), on="village_id")
        .merge(names, on="village_id")
        .sort_values("village_id"),
    }
    for name, table in pairs.items():
        assert compare(read_sheet(book, name), table, plain) > 10, name
    quota = parquet(demo, "quota").merge(names, on="village_id").sort_values("village_id")
    sheet = read_sheet(book, "指标台账").iloc[:-1]  # the last row is the total
    words = {"year": lambda year: str(year) if year else "未安排",
             "project": lambda name: name or "未列入方案"}  # fmt: skip
    assert compare(sheet, quota, words) > 100


@pytest.mark.parametrize(
    ("file", "name"), [("parcels.csv", "parcels"), ("villages.csv", "villages")]
)
def test_csv_equals_the_parquet_table_cell_by_cell(demo: Made, file: str, name: str) -> None:
    table = parcels(demo) if name == "parcels" else parquet(demo, name)
    csv.field_size_limit(sys.maxsize)
    with (demo.out / file).open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert set(rows[0]) == set(table.columns)
    assert len(rows) == len(table)
    for row, values in zip(rows, table.astype(object).to_dict("records"), strict=True):
        for code, value in values.items():
            held: object = row[code] or None
            if held is not None and isinstance(value, (int, float)) and not isinstance(value, bool):
                held = float(row[code])
            elif isinstance(value, bool):
                held = row[code] == "True"
            elif isinstance(value, str):
                held = row[code].removeprefix("'") if not value.startswith("'") else row[code]
                held = held or None
            assert same(held, value), (code, row[code], value)


@pytest.mark.parametrize(("layer", "key"), [("parcels", "parcel_id"), ("villages", "village_id")])
def test_layers_equal_the_parquet_table_cell_by_cell(demo: Made, layer: str, key: str) -> None:
    table = parcels(demo) if layer == "parcels" else parquet(demo, layer)
    back = pyogrio.read_dataframe(demo.out / "candidates.gpkg", layer=layer)
    assert back[key].tolist() == table[key].tolist()
    for code in table.columns:
        for held, value in zip(back[code].astype(object), table[code].astype(object), strict=True):
            missing = held == "" or (isinstance(held, float) and not math.isfinite(held))
            assert same(None if missing else held, value), (code, held, value)


def test_every_column_of_every_layer_has_a_chinese_name_with_the_unit_it_holds(demo: Made) -> None:
    file = demo.out / "candidates.gpkg"
    with closing(sqlite3.connect(file)) as base:
        rows = base.execute(
            "SELECT table_name, column_name, name FROM gpkg_data_columns"
        ).fetchall()
        styled = {name for (name,) in base.execute("SELECT f_table_name FROM layer_styles")}
    names = {(table, column): name for table, column, name in rows}
    layers = {str(name) for name, _ in pyogrio.list_layers(file)} - {"layer_styles"}
    assert styled == layers
    for layer in layers:
        fields = [str(name) for name in pyogrio.read_info(file, layer=layer)["fields"]]
        assert {(layer, name) for name in fields} <= set(names), layer
    assert not [name for name in names.values() if "%" in name], "shares are stored as 0 to 1"
    assert names["parcels", "coverage"] == "证据覆盖（0–1）"
    assert names["villages", "resident_ratio"].endswith("（0–1）")


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".gpkg", ".parquet", ".shp", ".geojson"])
@pytest.mark.parametrize("preset", ["", "dkbh"])
def test_villages_are_exported_by_kind(
    demo: Made, tmp_path: Path, suffix: str, preset: str
) -> None:
    villages = parquet(demo, "villages")
    wanted = villages.loc[villages["kinds"].str.split(";").map(lambda held: "空心村" in held)]
    file = tmp_path / f"空心 村{suffix}"
    count = export_list(demo.open(), file, layer="villages", preset=preset,
                        choice=Choice(kind=["空心村"]))  # fmt: skip
    assert count == len(wanted) > 0
    key = "DKBH" if preset or suffix == ".shp" else "village_id"
    if suffix == ".csv":
        back = pd.read_csv(file, dtype=str)
    elif suffix == ".xlsx":
        back = pd.read_excel(file, header=1, dtype=str)
    elif suffix == ".parquet":
        back = gpd.read_parquet(file)
    else:
        layer = {"layer": "villages"} if suffix == ".gpkg" else {}
        back = gpd.read_file(file, **layer)
    assert set(back[key]) == set(wanted["village_id"])


def test_presets_and_layers_that_do_not_fit_are_refused_at_once(demo: Made, tmp_path: Path) -> None:
    study = demo.open()
    cases = [
        ({"layer": "parcel"}, "parcels villages opportunities"),
        ({"preset": "zj"}, "dkbh zhejiang"),
        ({"preset": "zhejiang"}, "表1-2"),
        ({"preset": "zhejiang", "layer": "villages"}, "表1-2"),
        ({"preset": "dkbh", "choice": Choice(columns=["far"])}, "--column"),
    ]
    for more, words in cases:
        with pytest.raises(LanduseError, match=words) as caught:
            export_list(study, tmp_path / "x.csv", **more)
        assert caught.value.exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_the_zhejiang_form_of_a_run(demo: Made, tmp_path: Path) -> None:
    file = tmp_path / "表 1-2.xlsx"
    count = export_list(demo.open(), file, preset="zhejiang", choice=Choice(grade=["I", "II"]))
    rows = list(openpyxl.load_workbook(file)["表1-2"].iter_rows(min_row=6, values_only=True))
    table = parcels(demo)
    table = table[table["grade"].isin(["I", "II"])].sort_values(["rank", "parcel_id"])
    assert count == len(rows) == len(table) > 0
    for row, parcel in zip(rows, table.to_dict("records"), strict=True):
        assert row[4] == round(parcel["area_m2"] / 666.6667, 4)
        assert row[11] is None, "nothing was checked in the field, so nothing is confirmed"
        assert row[29] == parcel["land_use"]


def test_a_layer_only_the_geopackage_holds_is_exported_with_its_names(demo: Made, tmp_path: Path):
    """A run that has the layer can export it; one whose GeoPackage lacks it says so."""
    bare = tmp_path / "成果 一" / "demo"
    (bare / "tables").mkdir(parents=True)
    shutil.copy(demo.out / "tables" / "parcels.parquet", bare / "tables")
    towns = gpd.GeoDataFrame({"town_code": ["1"]}, geometry=[box(0, 0, 9, 9)], crs="EPSG:4549")
    write_geopackage({"districts": towns}, bare / "candidates.gpkg", styles={},
                     labels={"districts": LayerLabels(title="乡镇", aliases={})},
                     metadata={})  # fmt: skip
    study = demo.open(out=bare)
    with pytest.raises(LanduseError, match="opportunities") as caught:
        export_list(study, tmp_path / "x.csv", layer="opportunities")
    assert caught.value.exit_code == 3
    out = tmp_path / "成果 二" / "demo"
    (out / "tables").mkdir(parents=True)
    shutil.copy(demo.out / "tables" / "parcels.parquet", out / "tables")
    sites = gpd.GeoDataFrame(
        {"site_id": ["S2", "S1"], "kind": ["plot", "assembly"], "town_code": ["1", "1"],
         "town_name": ["甲", "甲"], "zone_in": pd.array([True, None], dtype="boolean"),
         "zone_name": ["园", ""], "grade": ["I", "II"], "area_mu": [3.0, 12.0],
         "ops": [70.0, 80.0]},
        geometry=[box(0, 0, 50, 40), box(100, 0, 200, 80)], crs="EPSG:4549",
    )  # fmt: skip
    labels = LayerLabels(title="机会地块", aliases={"ops": "机会得分", "site_id": "地块编号"})
    write_geopackage({"opportunities": sites}, out / "candidates.gpkg", styles={},
                     labels={"opportunities": labels}, metadata={})  # fmt: skip
    study = demo.open(out=out)
    for choice, wanted in (
        (Choice(zone=["in"]), ["S2"]),
        (Choice(kind=["assembly"]), ["S1"]),
        (Choice(min_mu=5, grade=["II"]), ["S1"]),
        (Choice(), ["S1", "S2"]),
    ):
        file = tmp_path / "机会.xlsx"
        export_list(study, file, layer="opportunities", choice=choice)
        rows = list(openpyxl.load_workbook(file)["机会地块"].values)
        assert [row[0] for row in rows[2:]] == wanted
        assert dict(zip(rows[1], rows[0], strict=True))["ops"] == "机会得分"


def test_the_geopackage_tells_which_run_it_is_of(demo: Made) -> None:
    info = pyogrio.read_info(demo.out / "candidates.gpkg", layer="parcels")
    held = info["dataset_metadata"]
    assert {"landuse", "run code", "score model", "zonal engine", "parcels"} <= set(held)
    assert held["parcels"] == str(len(parcels(demo)))
    assert info["layer_metadata"]["IDENTIFIER"] == "参评地块"
