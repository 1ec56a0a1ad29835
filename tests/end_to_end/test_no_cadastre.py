"""The demo county without its cadastre: parcels from an open map, or from built-up cells."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest

from landuse.study import OpenStudy, open_study
from landuse.tasks import run_study
from tests.made import DEMO_STUDY, Made, silent

MAP = """[sources.land_use_map]
path = "osm.gpkg"
layer = "landuse"
datum = "WGS84"
fields = { land_use = "landuse" }
"""


def variant(folder: Path, *, source: str, more: str = "") -> Path:
    """Write the demo study without parcels and without what speaks of them by id."""
    text = DEMO_STUDY.read_text(encoding="utf-8")
    for role in ("parcels", "enterprises", "ledger"):
        text = re.sub(rf"(?ms)^\[sources\.{role}\]$.*?(?=^\[|^# ---)", "", text)
    study = folder / "无 地籍.toml"
    study.write_text(text + "\n" + source + more, encoding="utf-8")
    return study


def ran(study: Path, raw: Path, out: Path) -> OpenStudy:
    opened = open_study(study, raw=raw, out=out)
    run_study(opened, progress=silent)
    return opened


@pytest.mark.parametrize("source", [MAP, ""], ids=["open map", "built cells"])
def test_parcels_are_drawn_and_said_to_be_no_cadastre(
    demo: Made, tmp_path: Path, source: str
) -> None:
    study = variant(tmp_path, source=source)
    opened = ran(study, demo.raw, tmp_path / "成果 一")
    out = opened.out
    parcels = pd.read_csv(out / "parcels.csv", encoding="utf-8-sig", dtype="str")
    assert len(parcels) > 0
    assert parcels["parcel_id"].str.fullmatch(r"990781-\d{3}-\d{4,}").all()
    assert parcels["parcel_id"].is_unique
    assert "不是地籍" in (out / "report.html").read_text(encoding="utf-8")
    sheet = openpyxl.load_workbook(out / "candidates.xlsx")["说明"]
    assert any("不是地籍" in str(row[1].value) for row in sheet.iter_rows())
    villages = gpd.read_file(out / "candidates.gpkg", layer="villages")
    assert len(villages) > 0
    assert villages["village_id"].str.fullmatch(r"990781-\d{3}-Z\d{4,}").all()
    if source:
        assert (parcels["flag"] != "insufficient_evidence").any()
    else:  # nobody told their use
        assert not parcels["flag"].str.startswith("suspected").any()
        assert (parcels["flag"] == "insufficient_evidence").any()
    assert not run_study(opened, progress=silent).redone
    again = ran(study, demo.raw, tmp_path / "成果 二")
    for name in ("parcels.csv", "map.html", "tables/parcels.parquet"):
        assert (again.out / name).read_bytes() == (out / name).read_bytes(), name


def test_ids_of_an_earlier_run_are_kept(demo: Made, tmp_path: Path) -> None:
    first = ran(variant(tmp_path, source=MAP), demo.raw, tmp_path / "成果 一")
    raw = tmp_path / "原始 数据"
    shutil.copytree(demo.raw, raw)
    before = gpd.read_file(first.out / "candidates.gpkg", layer="parcels")
    renamed = before.assign(parcel_id=before["parcel_id"] + "9")[["parcel_id", "geometry"]]
    renamed.to_file(raw / "previous.gpkg", layer="previous")
    more = (
        '[sources.previous_parcels]\npath = "previous.gpkg"\nfields = { parcel_id = "parcel_id" }\n'
    )
    second = ran(variant(tmp_path, source=MAP, more=more), raw, tmp_path / "成果 二")
    after = gpd.read_file(second.out / "candidates.gpkg", layer="parcels")
    assert set(after["parcel_id"]) == set(renamed["parcel_id"])
