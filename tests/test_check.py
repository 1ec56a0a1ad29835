"""`check`: all faults at once, what absences cost, what the sources are, how they drifted."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landuse.check import check_study
from landuse.check.drift import DriftLimits, drift_from
from landuse.check.lines import HEADS, check_lines
from landuse.check.mend import open_what_holds
from landuse.check.study import objects_of
from landuse.core.errors import LanduseError
from landuse.scores.cost import cost_of
from landuse.sources.remote.fetched import RECORD, write_record
from landuse.sources.remote.spec import Fetched
from tests.made import DEMO_STUDY, Made, silent

KEYS = {"file", "study", "as_of", "exit_code", "faults", "absences", "partly", "coverage",
        "sources", "unread", "drift", "findings"}  # fmt: skip
WORLDCOVER = "ESA_WorldCover_10m_2021_v200_N27E117_Map.tif"
URL = "https://example.org/worldcover.tif"


@dataclass(frozen=True)
class Place:
    """A copy of the demo's raw folder and study file that a test may change."""

    raw: Path
    study: Path
    out: Path

    def write(self, *changes: tuple[str, str]) -> None:
        text = DEMO_STUDY.read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new, 1)
        self.study.write_text(text, encoding="utf-8")

    def without(self, *roles: str) -> None:
        """Take whole sections out of the study file."""
        parts = DEMO_STUDY.read_text(encoding="utf-8").split("\n[")
        gone = {f"sources.{role}]" for role in roles}
        kept = [part for part in parts if not any(part.startswith(name) for name in gone)]
        assert len(kept) == len(parts) - len(roles)
        self.study.write_text("\n[".join(kept), encoding="utf-8")

    def check(self):
        return check_study(self.study, raw=self.raw, out=self.out, progress=silent)


@pytest.fixture
def place(demo: Made, tmp_path: Path) -> Place:
    made = Place(tmp_path / "原始 数据", tmp_path / "核对.toml", tmp_path / "成果" / "demo")
    shutil.copytree(demo.raw, made.raw, copy_function=os.link)
    shutil.copytree(demo.out.parent / ".store", made.out.parent / ".store", copy_function=os.link)
    made.write()
    return made


@pytest.fixture(scope="module")
def told(demo: Made):
    return check_study(DEMO_STUDY, raw=demo.raw, out=demo.out, progress=silent)


def test_a_whole_study_has_no_fault_and_every_key(told):
    lines, data, faults = told
    assert set(data) == KEYS
    assert (faults, data["faults"], data["exit_code"]) == ((), [], 0)
    assert json.loads(json.dumps(data, allow_nan=False)) == data
    assert lines[0].startswith("研究文件与全部图层可用")
    assert len(lines) < 200


def test_every_file_has_digest_size_age_licence_and_overlap(told, demo):
    rows = {row["key"]: row for row in told[1]["sources"]}
    cover = rows["landcover"]
    assert cover["digest"] == hashlib.sha256((demo.raw / WORLDCOVER).read_bytes()).hexdigest()
    assert cover["size_bytes"] == (demo.raw / WORLDCOVER).stat().st_size
    assert (cover["licence"], cover["mark"], cover["overlap"]) == ("CC BY 4.0", "V", 1.0)
    assert cover["age_years"] == 3.5  # 1 July 2021 to 31 December 2024
    assert cover["defects"] > 0
    assert rows["towns"]["overlap_kind"] == "area"
    assert rows["parcels"]["features"] > 100
    assert rows["parcels"]["dropped"] >= 1
    assert rows["enterprises"]["overlap"] is None
    assert {row["local"] for row in rows.values()} == {True}


def test_only_the_newest_year_of_a_series_can_be_too_old(told):
    rows = [row for row in told[1]["sources"] if row["role"] == "night_light"]
    assert len(rows) == 10
    assert [row["doubts"] for row in rows if row["year"] == "2014"] == [[]]


def test_a_terminal_shows_faults_absences_sources_and_findings_in_this_order(told):
    text = "\n".join(told[0])
    marks = ["缺项与代价", "资料 Sources", "与上次运行", "发现 Findings"]
    assert [text.index(mark) for mark in marks] == sorted(text.index(mark) for mark in marks)
    assert all(head in text for head in HEADS)
    assert "© ESA WorldCover project 2021 / Contains modified Copernicus" in text


def test_nothing_drifts_where_nothing_changed(told):
    drift = told[1]["drift"]
    assert (drift["state"], drift["changes"]) == ("compared", [])
    assert any("没有变化" in line for line in told[0])


def test_without_an_earlier_run_this_is_said(place):
    lines, data, _ = place.check()
    assert data["drift"] == {"state": "none", "run_code": "", "changes": []}
    assert any("没有上次运行 / Against the last run: no earlier run" in line for line in lines)
    assert not place.out.exists()


def test_study_file_missing_files_and_data_are_told_at_once(place):
    """An unknown key, a missing table, a field that is not there and a broken raster: four."""
    place.write(
        ('[sources.zones]\npath = "zones.gpkg"', '[sources.zones]\nfoo = 1\npath = "zones.gpkg"'),
        ('town_name = "XZQMC"', 'town_name = "XZQMZ"'),
        ('path = "ledger.csv"', 'path = "ledgers.csv"'),
    )
    raster = place.raw / WORLDCOVER
    data = raster.read_bytes()
    raster.unlink()
    raster.write_bytes(data[:20_000])
    lines, told, faults = place.check()
    text = "\n".join(fault.text() for fault in faults)
    for word in ("sources.zones.foo", "XZQMZ", "ledgers.csv", WORLDCOVER):
        assert word in text
    assert len(faults) == 4
    assert {fault.exit_code for fault in faults} == {2, 3, 4}
    assert told["exit_code"] == 2
    assert lines[0].startswith("有 4 处问题须先改正")
    assert {row["role"] for row in told["sources"]} >= {"parcels", "roads"}
    assert told["coverage"] is not None


def test_a_missing_outline_does_not_hide_what_else_is_wrong(place):
    """County, towns and villages lie in one missing file; parcels then tell where the study is."""
    (place.raw / "admin.gpkg").unlink()
    place.write(('zone_name = "KFQMC"', 'zone_name = "KFQ"'))
    faults = place.check()[2]
    assert sorted(fault.exit_code for fault in faults) == [2, 3, 3, 3]


def test_a_study_file_that_cannot_be_parsed_is_one_fault_and_nothing_else(place):
    place.study.write_text("[study", encoding="utf-8")
    lines, data, faults = place.check()
    assert (len(faults), data["exit_code"], data["sources"]) == (1, 2, [])
    assert set(data) == KEYS
    assert data["coverage"] is None
    assert "代价未知" in "\n".join(lines)


def test_no_such_study_is_raised(tmp_path):
    with pytest.raises(LanduseError) as error:
        check_study(Path("nowhere"), raw=tmp_path, progress=silent)
    assert error.value.exit_code == 2


def test_a_role_that_is_wrong_twice_over_is_left_out_to_read_the_rest(place):
    place.write(('class_system = "SD3"', 'class_system = "SD9"'))
    study, faults = open_what_holds(place.study, raw=place.raw, out=place.out)
    assert [fault.field for fault in faults] == ["sources.parcels.class_system"]
    assert study is not None
    assert study.study.sources.parcels is None
    assert study.study.sources.roads is not None


def test_absences_are_no_fault_and_cost_what_the_model_says(place):
    place.without("buildings", "enterprises", "eco_redline", "night_light")
    lines, data, faults = place.check()
    assert (faults, data["exit_code"]) == ((), 0)
    rows = {row["role"]: row for row in data["absences"]}
    assert [item["code"] for item in rows["enterprises"]["criteria"]] == ["A08", "A09", "I08"]
    assert rows["eco_redline"]["vetoes"][0]["code"] == "V01"
    assert rows["enterprises"]["families_lost"] == ["economy"]
    model = open_what_holds(place.study, raw=place.raw, out=place.out)[0].model
    alone = cost_of({"enterprises"}, model)
    assert rows["enterprises"]["coverage"]["les"] == alone.coverage("les")
    together = {(r["score"], r["group"]): r["coverage"] for r in data["coverage"]["reach"]}
    for row in rows.values():
        for one in row["reach"]:
            assert together[one["score"], one["group"]] <= one["coverage"]
    assert data["coverage"]["can_flag"]
    assert any("A08 亩均税收 13%" in line for line in lines)


def test_too_little_evidence_is_said_before_a_run(place):
    place.without("landcover", "built_surface", "landcover_series", "built_height",
                  "buildings", "vegetation_series")  # fmt: skip
    lines, data, faults = place.check()
    assert faults == ()
    assert data["coverage"]["can_flag"] is False
    assert any("证据不足：不会有任何疑似" in line for line in lines)


def test_a_study_without_a_cadastre_passes_with_a_named_absence(place):
    place.without("parcels", "enterprises", "ledger")
    _, data, faults = place.check()
    assert (faults, data["exit_code"]) == ((), 0)
    assert "parcels" in {row["role"] for row in data["absences"]}


def test_a_study_with_nothing_to_assess_says_that_every_list_is_empty(place):
    place.without("parcels", "enterprises", "ledger", "landcover", "built_surface")
    _, data, faults = place.check()
    assert faults == ()
    assert data["coverage"]["can_flag"] is False
    assert "没有可评价的地块" in data["coverage"]["verdict_zh"]


def test_an_optional_file_that_is_not_there_is_named_not_a_fault(place):
    place.write((f'path = "{WORLDCOVER}"', 'path = "not_yet.tif"\noptional = true'))
    _, data, faults = place.check()
    assert faults == ()
    row = next(row for row in data["absences"] if row["role"] == "landcover")
    assert "not_yet.tif" in row["reason_zh"]


def test_a_downloaded_file_names_where_it_came_from(place):
    digest = hashlib.sha256((place.raw / WORLDCOVER).read_bytes()).hexdigest()
    known = Fetched(name=WORLDCOVER, url=URL, file_sha256=digest, file_bytes=1, received_bytes=1,
                    requests=1)  # fmt: skip
    write_record(place.raw, {WORLDCOVER: known})
    lines, data, _ = place.check()
    row = next(row for row in data["sources"] if row["role"] == "landcover")
    assert (row["url"], row["local"]) == (URL, False)
    assert row["origin_en"] == f"fetched from {URL}"
    assert sum("下载 fetched example.org" in line for line in lines) == 1


def test_a_spoilt_record_of_downloads_is_a_fault_of_the_data(place):
    (place.raw / RECORD).write_text("{", encoding="utf-8")
    _, data, faults = place.check()
    assert [fault.file for fault in faults] == [RECORD]
    assert data["exit_code"] == 4


def row(key, size, digest, **more):
    return {"key": key, "file": f"{key}.gpkg", "sha256": digest, "size_bytes": size} | more


def compare(folder, before, now, *, layers=(), counted=()):
    file = folder / "manifest.json"
    manifest = {"run_code": "abcd", "sources": before, "layers": list(layers)}
    file.write_text(json.dumps(manifest), encoding="utf-8")
    found = drift_from(file, sources=pd.DataFrame(now), overlap=pd.DataFrame(list(counted)),
                       limits=DriftLimits())  # fmt: skip
    return {(change.key, change.what): change for change in found.changes}


def test_sizes_counts_and_cells_are_compared(tmp_path):
    """100 to 130 bytes: +30 % is in doubt; 200 to 220 objects: +10 % is not."""
    found = compare(
        tmp_path,
        [row("roads", 100, "a"), row("dem", 9, "b", cells="3 x 4"), row("old", 1, "c"),
         row("same", 5, "d"), row("other", 5, "e")],
        [row("roads", 130, "x"), row("dem", 9, "y", cells="3 x 5"), row("new", 1, "z"),
         row("same", 5, "d"), row("other", 5, "f")],
        layers=[{"key": "roads", "features": 200}, {"key": "dem", "features": None}],
        counted=[{"key": "roads", "features": 220}, {"key": "dem", "features": np.nan}],
    )  # fmt: skip
    assert set(found) == {("roads", "bytes"), ("roads", "features"), ("dem", "content"),
                          ("dem", "cells"), ("old", "removed"), ("new", "new"),
                          ("other", "content")}  # fmt: skip
    assert found["roads", "bytes"].share == pytest.approx(0.3)
    assert found["roads", "bytes"].doubt
    assert found["roads", "features"].share == pytest.approx(0.1)
    assert not found["roads", "features"].doubt
    assert found["dem", "cells"].doubt


@given(st.integers(1, 10**9), st.integers(0, 10**9))
def test_doubt_begins_beyond_the_limit(tmp_path_factory, before, now):
    folder = tmp_path_factory.mktemp("m")
    found = compare(folder, [row("a", before, "1")], [row("a", now, "2")])
    change = found.get(("a", "bytes"))
    assert (change is None) == (before == now)
    if change:
        assert change.doubt == (abs(now - before) / before > 0.2)


@pytest.mark.parametrize("text", ["{", "[]", '{"sources": 3}', '{"sources": [{}]}'])
def test_a_spoilt_manifest_is_no_earlier_run_and_no_crash(tmp_path, text):
    (tmp_path / "manifest.json").write_text(text, encoding="utf-8")
    found = drift_from(tmp_path / "manifest.json", sources=pd.DataFrame(),
                       overlap=pd.DataFrame(), limits=DriftLimits())  # fmt: skip
    assert found.state == "unreadable"


def test_findings_are_counted_by_the_objects_they_speak_of():
    """One row of 12 objects and one that names none: 13."""
    table = pd.DataFrame({"kind": ["dropped", "dropped", "note"], "value": ["12", "x", "7"]})
    assert objects_of(table, "dropped") == 13
    assert objects_of(table, "doubt") == 0


def test_many_findings_of_a_kind_take_two_lines(told):
    data = told[1]
    finding = {"kind": "doubt", "stage": "align.roads", "value": "", "object_id": "",
               "message_zh": "甲", "message_en": "a"}  # fmt: skip
    crowded = data | {"findings": [finding] * 5000}
    lines = check_lines(crowded)
    start = next(at for at, line in enumerate(lines) if line.startswith("发现"))
    assert lines[start + 1 :] == ["  存疑 doubt align.roads ×5000", "      例 e.g. 甲 / a"]
