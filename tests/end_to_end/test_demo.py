"""The demo county from raw layers to products: what is promised is there, and only that."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest

from landuse.check import check_study
from landuse.explain import explain_parcel
from landuse.lists import export_list
from landuse.products.checks import CHECK_FIELDS
from landuse.products.columns import CONTRACT
from landuse.products.selection import Choice
from landuse.store import file_digest
from landuse.study import open_study
from landuse.tasks import run_study, study_status
from landuse.validation import Truth, validate_study
from tests.made import DEMO_STUDY, Made, make, silent

PRODUCTS = (
    "map.html", "candidates.gpkg", "candidates.xlsx", "parcels.csv", "report.html",
    "manifest.json",
)  # fmt: skip
SAME_BYTES = ("*.parquet", "*.csv", "*.gpkg", "*.tif", "map.html", "report.html")


def parcels(made: Made) -> pd.DataFrame:
    return pd.read_parquet(made.out / "tables" / "parcels.parquet")


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): file_digest(path)
        for pattern in SAME_BYTES
        for path in folder.rglob(pattern)
    }


def test_products_promised_are_made(demo: Made) -> None:
    assert all((demo.out / name).stat().st_size > 1000 for name in PRODUCTS)
    assert not list(demo.out.rglob(".part-*"))


def test_parcel_table_keeps_the_contract(demo: Made) -> None:
    table = parcels(demo)
    # Field checks join in the products, so that the run code does not change with them.
    contract = [column.name for column in CONTRACT if column.name not in CHECK_FIELDS]
    assert contract == list(table.columns[: len(contract)])
    assert not set(CHECK_FIELDS) & set(table.columns)
    assert table["parcel_id"].is_unique
    assert table["parcel_id"].is_monotonic_increasing
    insufficient = table["flag"] == "insufficient_evidence"
    both_null = table["idle_score"].isna() & table["les"].isna()
    assert (
        both_null[~table["flag"].eq("vetoed")] == insufficient[~table["flag"].eq("vetoed")]
    ).all()
    flagged = table["flag"].isin(["suspected_idle", "suspected_low_efficiency"])
    assert sorted(table.loc[flagged, "rank"]) == list(range(1, flagged.sum() + 1))
    assert table.loc[~flagged, "rank"].isna().all()
    assert table.loc[flagged, "families"].ge(2).all()
    assert table.loc[flagged, "coverage"].ge(0.6).all()
    assert table[["idle_score", "les"]].stack().dropna().between(0, 100).all()


def test_every_parcel_of_the_layer_is_accounted_for(demo: Made) -> None:
    """DLTB rows = parcels in the list + parcels that a finding says were dropped."""
    rows = pyogrio.read_info(demo.raw / "DLTB.shp")["features"]
    findings = pd.read_parquet(demo.out / "tables" / "findings.parquet")
    dropped = findings[findings["kind"].eq("dropped") & findings["stage"].str.contains("parcels")]
    assert rows == len(parcels(demo)) + dropped["value"].astype(int).sum()


def test_dirt_is_repaired_and_told(demo: Made) -> None:
    """Zone-prefixed eastings, GBK names, GCJ-02, bow-ties, 1900-01-01: right place, said so."""
    table = parcels(demo)
    assert table["lon"].between(119.3, 119.8).all()
    assert table["lat"].between(28.9, 29.5).all()
    assert table["town_name"].str.endswith(("镇", "乡", "街道")).all()
    findings = pd.read_parquet(demo.out / "tables" / "findings.parquet")
    text = "\n".join(findings["message_zh"])
    for word in ("GCJ02", "环无效已修复", "1900-01-01", "空白"):
        assert word in text, word


def test_csv_opens_with_codes_as_text(demo: Made) -> None:
    raw = (demo.out / "parcels.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    table = pd.read_csv(demo.out / "parcels.csv", dtype={"parcel_id": "str"})
    assert table["parcel_id"].tolist() == parcels(demo)["parcel_id"].tolist()


def test_geopackage_has_layers_and_styles(demo: Made) -> None:
    file = demo.out / "candidates.gpkg"
    names = {name for name, _ in pyogrio.list_layers(file)}
    assert {"parcels", "districts", "findings"} <= names
    layer = gpd.read_file(file, layer="parcels")
    assert len(layer) == len(parcels(demo))
    assert layer.crs.to_epsg() == 4549
    with sqlite3.connect(file) as base:
        styled = {row[0] for row in base.execute("select f_table_name from layer_styles")}
    base.close()
    assert {"parcels", "districts"} <= styled


def test_manifest_names_every_input_and_product(demo: Made) -> None:
    manifest = json.loads((demo.out / "manifest.json").read_text(encoding="utf-8"))
    files = {row["file"] for row in manifest["sources"]}
    assert {"DLTB.shp", "osm.gpkg", "enterprises.csv"} <= files
    assert manifest["zonal_engine"].startswith("landuse")
    for name, digest in manifest["products"].items():
        assert file_digest(demo.out / name) == digest
    assert str(demo.raw) not in (demo.out / "manifest.json").read_text(encoding="utf-8")


def test_two_folders_have_the_same_bytes(demo: Made, tmp_path: Path) -> None:
    other = make(tmp_path / "另一 处")
    ours, theirs = digests(demo.out), digests(other.out)
    assert ours == theirs
    assert digests(demo.raw) == digests(other.raw)
    stored = [digests(made.out.parent / ".store") for made in (demo, other)]
    assert stored[0] == stored[1]


def test_second_run_redoes_nothing_and_says_so(demo: Made) -> None:
    before = digests(demo.out)
    again = run_study(demo.open(), progress=silent)
    assert again.redone == []
    assert study_status(demo.open())[0][0].startswith("没有变化")
    assert digests(demo.out) == before


def copied(demo: Made, tmp_path: Path) -> Made:
    """Return a copy of a made county, store included, that a test may change."""
    target = tmp_path / "副本 一"
    shutil.copytree(demo.out.parents[1], target, symlinks=True)
    return Made(target / "原始 数据", target / "成果 目录" / "demo", demo.outcome)


def test_touched_file_redoes_nothing(demo: Made, tmp_path: Path) -> None:
    made = copied(demo, tmp_path)
    for file in made.raw.iterdir():
        file.touch()
    assert run_study(made.open(), progress=silent).redone == []


def test_changed_threshold_redoes_only_its_readers(demo: Made, tmp_path: Path) -> None:
    made = copied(demo, tmp_path)
    model = tmp_path / "china.toml"
    text = (DEMO_STUDY.parents[1] / "landuse/scores/models/china.toml").read_text(encoding="utf-8")
    changed = text.replace("flag_minimum = { les = 45, idle = 45 }",
                           "flag_minimum = { les = 50, idle = 45 }")  # fmt: skip
    assert changed != text
    model.write_text(changed, encoding="utf-8")
    study = open_study(DEMO_STUDY, raw=made.raw, out=made.out, model=model)
    _lines, data = study_status(study)
    redo = {item["stage"]: item for item in data["stages"] if item["state"] == "redo"}
    assert {"robustness", "tipping"} <= set(redo)
    assert any("flag_minimum.les 45" in reason for reason in redo["robustness"]["reasons"])
    redone = run_study(study, progress=silent).redone
    kept = {"sources", "grid", "parcels", "surface", "built", "trend", "planning", "table"}
    kept |= {"map_ground"}
    assert kept.isdisjoint(redone)
    assert not [name for name in redone if name.startswith("align_")]
    assert {"scores", "results", "map"} <= set(redone)
    # Sites keep what was measured of their outlines before: the bytes are those of a run without.
    after = digests(made.out)
    for kept_result in (made.out.parent / ".store" / "demo" / "site_ground").iterdir():
        shutil.rmtree(kept_result)
    assert run_study(study, progress=silent).redone == ["site_ground"]
    assert digests(made.out) == after


def test_changed_byte_redoes_only_what_rests_on_it(demo: Made, tmp_path: Path) -> None:
    made = copied(demo, tmp_path)
    file = made.raw / "enterprises.csv"
    text = file.read_text(encoding="utf-8-sig").splitlines()
    file.write_text("\n".join(text[: len(text) // 2]) + "\n", encoding="utf-8-sig")
    redone = set(run_study(made.open(), progress=silent).redone)
    assert {"align_enterprises", "economy", "scores"} <= redone
    assert redone.isdisjoint({"align_landcover", "surface", "built", "trend", "parcels"})


def test_truth_is_read_by_no_stage(demo: Made, tmp_path: Path) -> None:
    made = copied(demo, tmp_path)
    shutil.rmtree(made.raw / "truth")
    shutil.rmtree(made.out.parent / ".store")
    before = digests(demo.out)
    run_study(made.open(), progress=silent, processes=2)
    assert digests(made.out) == before, "nor do two processes make another byte than one"


def test_missing_layers_are_named_and_lower_coverage(demo: Made, tmp_path: Path) -> None:
    """Without tax, buildings and red lines: still runs, says what is not known and not checked."""
    text = DEMO_STUDY.read_text(encoding="utf-8")
    for role in ("enterprises", "buildings", "eco_redline"):
        start = text.index(f"[sources.{role}]")
        end = text.find("\n[", start + 1)
        text = text[:start] + (text[end + 1 :] if end > 0 else "")
    study_file = tmp_path / "缺 层.toml"
    study_file.write_text(text, encoding="utf-8")
    study = open_study(study_file, raw=demo.raw, out=tmp_path / "成果 缺" / "demo")
    outcome = run_study(study, progress=silent)
    assert any("亩均效益表" in note for note in outcome.notes)
    table = pd.read_parquet(study.out / "tables" / "parcels.parquet")
    whole = parcels(demo)
    assert (table["les_coverage"] <= whole["les_coverage"] + 1e-12).all()
    assert "building_coverage" not in table or table["building_coverage"].isna().all()
    assert "未核对" in (study.out / "map.html").read_text(encoding="utf-8")
    findings = pd.read_parquet(study.out / "tables" / "findings.parquet")
    assert findings["object_id"].isin(["eco_redline"]).any()
    assert "未提供亩均效益表" in (study.out / "report.html").read_text(encoding="utf-8")


def test_check_tells_findings_and_changes_no_product(demo: Made, tmp_path: Path) -> None:
    before = digests(demo.out)
    lines, data, faults = check_study(DEMO_STUDY, raw=demo.raw, progress=silent, out=demo.out)
    assert faults == ()
    assert lines[0].startswith("研究文件与全部图层可用")
    assert {row["role"] for row in data["absences"]} >= {"lights"}
    assert digests(demo.out) == before


def test_explain_adds_up(demo: Made) -> None:
    table = parcels(demo)
    worst = table.loc[table["rank"] == 1].iloc[0]
    lines, data = explain_parcel(demo.open(), worst["parcel_id"])
    for score, column in (("idle", "idle_score"), ("les", "les")):
        points = [row["contribution"] for row in data["criteria"] if row["score"] == score]
        assert sum(points) == pytest.approx(worst[column])
    assert worst["evidence_zh"] in lines
    assert all(word in "\n".join(lines) for word in ("门槛", "权重", "[P]"))


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".gpkg", ".geojson"])
def test_export_writes_what_was_asked(demo: Made, tmp_path: Path, suffix: str) -> None:
    table = parcels(demo)
    wanted = table[table["grade"].isin(["I", "II"]) & (table["area_mu"] >= 2)]
    file = tmp_path / f"清单 一{suffix}"
    count = export_list(demo.open(), file, choice=Choice(grade=["I", "II"], min_mu=2.0))
    assert count == len(wanted) > 0
    if suffix == ".csv":
        listed = pd.read_csv(file, dtype={"parcel_id": "str"})["parcel_id"]
    elif suffix == ".xlsx":
        listed = pd.read_excel(file, header=1, dtype="str")["parcel_id"].iloc[:count]
    else:
        layer = "parcels" if suffix == ".gpkg" else None
        listed = gpd.read_file(file, layer=layer)["parcel_id"]
    assert set(listed) == set(wanted["parcel_id"])


def test_validate_reports_every_measure(demo: Made) -> None:
    truth = Truth(demo.raw / "truth" / "parcels_truth.csv", "truth", "BSM", "idle")
    _lines, data = validate_study(demo.open(), truth, score="idle_score", progress=silent)
    assert data["joined"] == len(parcels(demo))
    for name in ("AUC", "average_precision", "precision_at_n", "precision", "recall", "f1"):
        measured = data["measures"][name]
        assert measured["low"] <= measured["value"] <= measured["high"]
    assert len(data["worst"]) == 10
    assert data["measures"]["AUC"]["value"] > 0.75
