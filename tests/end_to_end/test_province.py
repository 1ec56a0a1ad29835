"""Counties on a cluster: the bytes of a run alone, also when a worker is killed half-way."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from landuse.store import file_digest
from tests.made import DEMO_STUDY, Made

WORKER = ("--nthreads", "1", "--no-nanny", "--no-dashboard")


def products(out: Path) -> dict[str, str]:
    """Return digests of what a run wrote; GDAL leaves notes (.aux.xml) beside what it reads."""
    files = [path for path in out.rglob("*") if path.is_file() and path.suffix != ".xml"]
    return {path.relative_to(out).as_posix(): file_digest(path) for path in files}


def start(*words: str | Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@pytest.fixture
def running() -> Iterator[list[subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []
    yield started
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def scheduler(tmp_path: Path, running: list[subprocess.Popen[bytes]]) -> Path:
    """Start a scheduler; return the file that tells its address."""
    note = tmp_path / "scheduler.json"
    running.append(
        start("dask", "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
              "--scheduler-file", note)
    )  # fmt: skip
    while not note.exists():
        assert running[-1].poll() is None, running[-1].communicate()[1]
        time.sleep(0.05)
    return note


@pytest.fixture
def counties(demo: Made, tmp_path: Path) -> list[Path]:
    """Return two studies: the demo county, and one whose raw folder is empty."""
    text = DEMO_STUDY.read_text(encoding="utf-8")
    bad = tmp_path / "坏县 bad.toml"
    bad.write_text(text.replace('name = "demo"', 'name = "bad"'), encoding="utf-8")
    raw = tmp_path / "全省 数据"
    (raw / "bad").mkdir(parents=True)
    (raw / "demo").symlink_to(demo.raw, target_is_directory=True)
    return [DEMO_STUDY, bad]


def test_a_killed_worker_changes_nothing_and_a_failing_county_stops_no_other(
    demo: Made,
    counties: list[Path],
    scheduler: Path,
    running: list[subprocess.Popen[bytes]],
    tmp_path: Path,
) -> None:
    """The only worker is killed after 12 stages; another goes on where the first was stopped."""
    out = tmp_path / "成果 全省"
    address = json.loads(scheduler.read_text(encoding="utf-8"))["address"]
    words = ("landuse.cli", "province", *counties, "--raw", tmp_path / "全省 数据", "--out", out,
             "--scheduler", address, "--json")  # fmt: skip
    first = start("dask", "worker", address, *WORKER)
    province = start(*words)
    running += [first, province]
    store = out / ".store" / "demo"
    while len(list(store.glob("[!.]*/*/record.json"))) < 12:
        assert province.poll() is None, province.communicate()[1].decode()
        time.sleep(0.01)
    first.send_signal(signal.SIGKILL)
    first.wait()
    before = len(list(store.glob("[!.]*/*/record.json")))
    running.append(start("dask", "worker", address, *WORKER))
    stdout, stderr = province.communicate()

    assert products(out / "demo") == products(demo.out)
    told = json.loads(stdout)
    states = {item["county"]: item["state"] for item in told["counties"]}
    assert states == {"bad": "failed", "demo": "done"}
    redone = {item["county"]: item["redone"] for item in told["counties"]}
    assert redone["demo"] <= len(demo.outcome.steps) - before
    assert province.returncode in {3, 4}, stderr.decode()
    assert "Traceback" not in stderr.decode()
    check_merge(out / "province", demo)

    again = start("landuse.cli", "province", counties[0], "--raw", tmp_path / "全省 数据",
                  "--out", out, "--scheduler", address, "--json", "--name", "again")  # fmt: skip
    running.append(again)
    stdout, stderr = again.communicate()
    assert again.returncode == 0, stderr.decode()
    assert json.loads(stdout)["counties"][0]["redone"] == 0


def check_merge(folder: Path, demo: Made) -> None:
    """The province of one finished county holds what that county holds, and names the other."""
    table = pd.read_csv(folder / "counties.csv", dtype="str", encoding="utf-8-sig")
    assert table["county"].tolist() == ["demo", "bad"]
    assert table["state"].tolist() == ["done", "failed"]
    parcels = pd.read_parquet(demo.out / "tables" / "parcels.parquet")
    assert int(table["all_count"][0]) == len(parcels)
    villages = pd.read_parquet(demo.out / "tables" / "villages.parquet")["kind_en"].value_counts()
    for column, kind in (("relocation_count", "mountain relocation"),
                         ("hollow_count", "hollow village"),
                         ("scattered_count", "scattered hamlet")):  # fmt: skip
        assert int(table[column][0]) == villages.get(kind, 0)
    merged = pd.read_parquet(folder / "tables" / "parcels.parquet")
    assert merged["parcel_id"].tolist() == parcels["parcel_id"].tolist()
    listed = pd.read_parquet(folder / "tables" / "candidates.parquet")
    assert listed["province_rank"].tolist() == listed["rank"].tolist()
    for name in ("map.html", "report.html"):
        page = (folder / name).read_text(encoding="utf-8")
        assert "未完成的县 1 个" in page
        assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert [item["county"] for item in manifest["failed"]] == ["bad"]
    held = {name for name in os.listdir(folder) if name != "tables"}  # noqa: PTH208
    assert held - {"manifest.json"} <= set(manifest["products"])


def test_local_workers_are_the_default(demo: Made, tmp_path: Path) -> None:
    """Nothing but a finished store is reached by the local worker: nothing is redone."""
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "demo").symlink_to(demo.raw, target_is_directory=True)
    done = subprocess.run(
        [sys.executable, "-m", "landuse.cli", "province", DEMO_STUDY, "--raw", raw,
         "--out", demo.out.parent, "--workers", "1", "--name", tmp_path / "merged", "--json"],
        capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["counties"][0]["redone"] == 0
    assert (tmp_path / "merged" / "map.html").is_file()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([DEMO_STUDY, DEMO_STUDY], "两个研究同名"),
        ([DEMO_STUDY, "--scheduler", "tcp://127.0.0.1:9"], "连不上调度器"),
        ([DEMO_STUDY, "--scheduler", "nonsense://x"], "连不上调度器"),
    ],
)
def test_a_wrong_argument_is_told_without_a_traceback(words: list[object], said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "landuse.cli", "province", *map(str, words)],
        capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
