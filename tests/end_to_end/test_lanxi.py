"""The real frame of Lanxi: county, 16 towns, 360 villages, census; no raster, no cadastre."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from tests.end_to_end.broken import call
from tests.made import ROOT

SHARED = ROOT.parent / "shared" / "data"
LANXI, STUDY = SHARED / "lanxi", ROOT / "studies" / "lanxi.toml"
pytestmark = pytest.mark.skipif(
    not LANXI.is_dir(), reason="the genuine layers in ../shared/data are not on this machine"
)
EDITED = {"town_code", "town_name", "fields", "village_code", "village_name", "population",
          "rural_population", "households", "share_65_plus_pct", "year"}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a working folder with the frame's files under the names of the study."""
    made = tmp_path / "兰溪 一"
    raw = made / "data" / "raw" / "lanxi"
    raw.mkdir(parents=True)
    for name, source in {
        "towns.geojson": LANXI / "lanxi_towns_wgs84.geojson",
        "village_list.csv": LANXI / "lanxi_villages_codes_china_division.csv",
        "census.csv": SHARED / "zhejiang" / "zhejiang_census_county_2020_leiii.csv",
    }.items():
        shutil.copyfile(source, raw / name)
        (raw / name).chmod(0o644)
    monkeypatch.chdir(made)
    return made


def new(capsys: pytest.CaptureFixture[str], *words: str) -> None:
    told = call(["new", "330781", "--name", "lanxi", "--as-of", "2026-11-24", *words], capsys)
    assert (told.code, told.err) == (0, "")


def test_the_shipped_study_is_what_new_writes_but_for_three_lists_of_fields(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new(capsys)
    made = (folder / "studies" / "lanxi.toml").read_text(encoding="utf-8").splitlines()
    shipped = STUDY.read_text(encoding="utf-8").splitlines()
    differing = {line.split(" = ")[0] for line in set(made) ^ set(shipped)}
    assert differing <= EDITED, differing
    county = gpd.read_file(folder / "data" / "raw" / "lanxi" / "county.gpkg", layer="county")
    ring = gpd.read_file(LANXI / "lanxi_county_amap_wgs84.geojson")
    both, either = (
        county.geometry.iloc[0].intersection(ring.geometry.iloc[0]).area,
        county.geometry.iloc[0].union(ring.geometry.iloc[0]).area,
    )
    assert both / either == pytest.approx(1, abs=1e-6)


def test_the_frame_passes_check_and_the_run_says_that_evidence_is_insufficient(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new(capsys, "--county", str(LANXI / "lanxi_county_amap_wgs84.geojson"), "--datum", "WGS84")
    told = call(["check", str(STUDY), "--raw", "data/raw/lanxi", "--json"], capsys)
    assert told.code == 0
    checked = json.loads(told.out)
    absent = {item["role"] for item in checked["absences"]}
    assert {"landcover", "built_surface", "parcels", "zones", "hazard", "ledger"} <= absent
    assert not [item for item in checked["findings"] if item["kind"] == "doubt"
                and item["stage"] == "align.datum_guard"]  # fmt: skip
    told = call(["run", str(STUDY), "--raw", "data/raw/lanxi", "--out", "成果/lanxi"], capsys)
    assert (told.code, told.err) == (0, "")
    out = folder / "成果" / "lanxi"
    for name in ("map.html", "report.html"):
        assert "证据不足" in (out / name).read_text(encoding="utf-8"), name
    parcels = pd.read_csv(out / "parcels.csv", encoding="utf-8-sig")
    assert parcels.empty
    towns = pd.read_parquet(out / "tables" / "frame.parquet")
    assert (len(towns), int(towns["villages_count"].sum())) == (16, 360)
    facts = (out / "report.html").read_text(encoding="utf-8")
    for figure in ("574,801", "256,636", "224,501", "19.84", "360"):
        assert figure in facts, figure


def test_the_towns_of_the_products_tile_the_county(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new(capsys)
    told = call(["run", str(STUDY), "--raw", "data/raw/lanxi", "--out", "成果/lanxi"], capsys)
    assert (told.code, told.err) == (0, "")
    towns = gpd.read_file(folder / "成果" / "lanxi" / "candidates.gpkg", layer="districts")
    county = gpd.read_file(folder / "data" / "raw" / "lanxi" / "county.gpkg").to_crs(towns.crs)
    shapes = towns.geometry.to_numpy()
    assert len(towns) == 16
    assert shapely.coverage_is_valid(shapes)
    assert towns.area.sum() == pytest.approx(county.area.sum(), rel=1e-9)


def test_a_town_file_in_gcj02_declared_wgs84_is_named_with_its_offset(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new(capsys)
    raw = folder / "data" / "raw" / "lanxi"
    (raw / "towns.geojson").unlink()
    shutil.copyfile(LANXI / "lanxi_towns_echarts_gcj02_RAW.json", raw / "towns.json")
    text = STUDY.read_text(encoding="utf-8")
    old = 'fields = { town_code = "town_code?", town_name = "town_name" }'
    assert old in text
    verdicts = {}
    for datum in ("WGS84", "GCJ02"):
        study = folder / f"{datum.lower()}.toml"
        fields = f'datum = "{datum}"\nfields = {{ town_name = "name" }}'
        study.write_text(text.replace(old, fields), encoding="utf-8")
        told = call(["check", str(study), "--raw", str(raw), "--json"], capsys)
        assert told.code == 0
        found = json.loads(told.out)["findings"]
        verdicts[datum] = [row for row in found if row["stage"] == "align.datum_guard"]
        whole = [row for row in found if row["object_id"] == "兰溪市"]
        assert [row["kind"] for row in whole] == ["dropped"]
    doubts = [row for row in verdicts["WGS84"] if row["kind"] == "doubt"]
    assert any("GCJ02" in row["message_en"] for row in doubts)
    assert not [row for row in verdicts["GCJ02"] if row["kind"] == "doubt"]
