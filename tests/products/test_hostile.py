"""Every hostile string through every list and layer: it stays text and starts nothing."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import sqlite3
import subprocess
import zipfile
from contextlib import closing
from dataclasses import replace
from xml.etree import ElementTree as Xml

import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
import pytest

from landuse.products.columns import ColumnName
from landuse.products.export import SUFFIXES, ListLook, write_selection
from landuse.products.report import render_report
from landuse.products.report_map import Ground
from landuse.products.safety import FORMULA_STARTS, plain_text
from landuse.products.styles import (
    district_style,
    move_style,
    parcel_style,
    robustness_style,
    site_style,
    table_style,
    village_style,
)
from landuse.products.village_lists import village_sheets
from landuse.products.workbook import write_sheets, write_workbook
from landuse.products.zhejiang import write_zhejiang
from landuse.scores.villages import KINDS
from tests.products import county
from tests.products.hostile import HOSTILE

TEXTS = [text for text in HOSTILE if not re.search("[\ud800-\udfff]", text)]
"""A table column can hold all but halves of a surrogate pair, which are tested as labels."""
CELL = 32_767


@pytest.fixture(scope="module")
def made():
    facts, ground = county.run(300)
    assert len(facts.parcels) >= len(TEXTS) > 200
    hostile = county.with_hostile(facts)
    return hostile, gpd.GeoDataFrame(hostile.parcels, geometry=ground.geometry, crs=ground.crs)


def look(text: str = TEXTS[0]) -> ListLook:
    """A look whose every label is hostile."""
    names = {"town_name": ColumnName("town_name", text, text, text)}
    return ListLook(
        layer="parcels", sheet="地块", title=text, names=names, grades=(text, "II"),
        style=lambda aliases: parcel_style([(text, text), ("II", "")], aliases=aliases),
        style_needs=("grade", "flag"),
    )  # fmt: skip


@pytest.fixture(scope="module")
def files(made, tmp_path_factory):
    folder = tmp_path_factory.mktemp("成果 甲")
    return {suffix: write_selection(made[1], folder / f"x{suffix}", look()) for suffix in SUFFIXES}


def as_held(text: str) -> str:
    """What a file that holds any text should give back."""
    return plain_text(text)


def test_csv_text_starts_no_formula_and_stays_in_its_cell(made, files):
    text = files[".csv"].read_text(encoding="utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert {len(row) for row in rows} == {len(made[1].columns) - 1}
    assert len(rows) == len(made[1]) + 1
    table = pd.DataFrame(rows[1:], columns=rows[0])
    for name in made[1].columns.drop("geometry"):
        if made[1][name].dtype != object:
            continue
        for ours, theirs in zip(made[1][name].fillna(""), table[name], strict=True):
            assert theirs.removeprefix("'") in {as_held(ours), as_held(ours).removeprefix("'")}
            assert theirs.lstrip()[:1] not in {*FORMULA_STARTS}, repr(ours)


def xml_of(file):
    with zipfile.ZipFile(file) as book:
        return {name: book.read(name).decode() for name in book.namelist()}


def test_workbook_holds_no_formula_no_link_and_no_program(made, files, tmp_path):
    whole = write_workbook(made[0], tmp_path / "candidates.xlsx")
    form = write_zhejiang(pd.DataFrame(made[1]), tmp_path / "zj.xlsx", title=TEXTS[0])
    for file in (files[".xlsx"], whole, form):
        parts = xml_of(file)
        assert not [
            name for name in parts if re.search("external|vba|connection|embed", name, re.I)
        ]
        for name, text in parts.items():
            Xml.fromstring(text)
            if "/worksheets/sheet" in name:
                assert "<f>" not in text
                assert "<f " not in text
                assert "hyperlink" not in text
        cells = [cell for sheet in openpyxl.load_workbook(file) for row in sheet for cell in row]
        assert {cell.data_type for cell in cells} <= {"s", "n", "inlineStr"}
        risky = [cell for cell in cells if str(cell.value)[:1] in FORMULA_STARTS
                 and isinstance(cell.value, str) and cell.value]  # fmt: skip
        assert len(risky) > 30
        assert all(cell.quotePrefix for cell in risky)


def test_workbook_gives_every_string_back(made, files):
    rows = list(
        openpyxl.load_workbook(files[".xlsx"])["地块"].iter_rows(min_row=3, values_only=True)
    )
    place = list(made[1].columns).index("town_name")
    for ours, row in zip(made[1]["town_name"], rows, strict=True):
        wanted = as_held(ours) or None
        if wanted is not None and len(wanted) > CELL:
            wanted = wanted[: CELL - 1] + "…"
        assert row[place] == wanted


@pytest.mark.parametrize("suffix", [".gpkg", ".parquet", ".shp"])
def test_layers_give_every_string_back(made, files, suffix):
    if suffix == ".parquet":
        back = gpd.read_parquet(files[suffix])
    else:
        layer = {"layer": "parcels"} if suffix == ".gpkg" else {}
        back = pyogrio.read_dataframe(files[suffix], **layer)
    column = "XZQMC" if suffix == ".shp" else "town_name"
    assert len(back) == len(made[1])
    for ours, theirs in zip(made[1]["town_name"], back[column].fillna(""), strict=True):
        wanted = as_held(ours)
        if suffix != ".shp":
            assert theirs == wanted
        else:  # Readers of DBF strip blanks, and a field holds 254 bytes.
            start = theirs.removesuffix("…")
            assert theirs == wanted.strip(" ") or (start and wanted.lstrip(" ").startswith(start))


def test_geojson_gives_every_string_back_as_a_string(made, files):
    data = json.loads(files[".geojson"].read_text(encoding="utf-8"))
    assert set(data) <= {"type", "features", "bbox", "xy_coordinate_resolution"}
    held = [item["properties"]["town_name"] for item in data["features"]]
    assert held == [as_held(text) for text in made[1]["town_name"]]


@pytest.mark.parametrize("style", [
    lambda text, names: parcel_style([(text, text), ("II", text)], aliases=names),
    lambda _text, names: robustness_style(aliases=names),
    lambda _text, names: district_style(aliases=names),
    lambda _text, names: village_style(aliases=names),
    lambda _text, names: site_style(aliases=names),
    lambda _text, names: move_style(aliases=names),
    lambda _text, names: table_style(aliases=names),
])  # fmt: skip
def test_styles_stay_well_formed_under_every_string(style):
    for text in HOSTILE:
        short = text[:500]
        qml = style(short, {"town_name": short, short: "x"})
        root = Xml.fromstring(qml.split("\n", 1)[1])
        aliases = {alias.get("field"): alias.get("name") for alias in root.iter("alias")}
        # XML gives tabs and line ends of an attribute back when they are written as references.
        assert aliases["town_name"] == plain_text(short)


def test_labels_of_a_geopackage_stay_labels(made, tmp_path):
    ground = made[1].head(3)[["parcel_id", "town_name", "grade", "flag", "geometry"]]
    for number, text in enumerate(HOSTILE[::7]):
        path = write_selection(ground, tmp_path / f"{number}.gpkg", look(text[:200]))
        with closing(sqlite3.connect(path)) as base:
            told = base.execute("SELECT identifier FROM gpkg_contents").fetchall()
            names = base.execute("SELECT name FROM gpkg_data_columns").fetchall()
            tables = {name for (name,) in base.execute("SELECT name FROM sqlite_master")}
        assert (plain_text(text[:200]) or "parcels",) in told
        assert len(names) == 4
        assert {"parcels", "layer_styles", "gpkg_contents"} <= tables


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_an_office_program_computes_nothing(files, tmp_path, suffix):
    source = shutil.copy(files[suffix], tmp_path / f"甲{suffix}")
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless",
         "--convert-to", "fods", "--outdir", str(tmp_path), str(source)],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    sheet = (tmp_path / "甲.fods").read_text(encoding="utf-8")
    assert sheet.count("<table:table-row") > 200
    assert "table:formula" not in sheet
    # A link of the sheet would be an element; the corpus only holds the word as text.
    assert "<text:a" not in sheet
    assert "<office:event-listeners" not in sheet


def hostile_villages() -> pd.DataFrame:
    """Villages whose every text is from the corpus."""
    count = len(TEXTS)
    kinds = [zh for zh, _ in KINDS.values()]
    texts = ("name", "town_code", "town_name", "village_name", "village_code", "evidence_zh",
             "evidence_en", "basis_zh", "basis_en", "suggestion_zh", "suggestion_en",
             "households_basis", "kinds")  # fmt: skip
    table = pd.DataFrame({
        "village_id": [f"990781-001-Z{number:04d}" for number in range(count)],
        "kind": [kinds[number % len(kinds)] for number in range(count)],
        "kind_en": "x", "grade": "I", "rank": range(1, count + 1), "score": 50.0, "coverage": 0.7,
        "area_mu": 3.0, "households_est": 4.0, "lon": 119.5, "lat": 29.2,
    })  # fmt: skip
    return table.assign(**{name: pd.Series(TEXTS, dtype=object) for name in texts})


def test_villages_stay_text_in_workbook_and_report(made, tmp_path):
    villages = hostile_villages()
    path = write_sheets(village_sheets(villages), tmp_path / "villages.xlsx", title=TEXTS[1])
    cells = [cell for sheet in openpyxl.load_workbook(path) for row in sheet for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "inlineStr"}
    assert all(cell.hyperlink is None for cell in cells)
    ground = Ground(parcels=made[1][["parcel_id", "geometry"]], **county.districts(made[1]))
    html = render_report(replace(made[0], villages=villages), ground)
    assert "<script" not in html.lower()
    assert html.count('<svg class="map"') == 2
    body = html[html.index("<main>") :]
    assert not re.search(r"<[^>]*\son\w+\s*=", body)
    assert not set(re.findall(r"<([a-z]+)", body)) & {
        "img", "iframe", "object", "embed", "form", "link", "base", "meta", "video", "math",
        "details", "marquee", "template", "noscript", "style", "x",
    }  # fmt: skip
