"""A run killed at any moment leaves whole products or none, and the next run resumes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from landuse.store import file_digest
from tests.made import DEMO_STUDY, Made


def command(*words: str | Path) -> list[str]:
    return [sys.executable, "-m", "landuse.cli", *map(str, words)]


def products(out: Path) -> dict[str, str]:
    """Return digests of what a run wrote; GDAL leaves notes (.aux.xml) beside what it reads."""
    files = [path for path in out.rglob("*") if path.is_file() and path.suffix != ".xml"]
    return {path.relative_to(out).as_posix(): file_digest(path) for path in files}


def wait_until_gone(others: list[psutil.Process]) -> None:
    """Wait until no second process is left; half a minute at most."""
    _, left = psutil.wait_procs(others, timeout=30)
    assert not left, "the second process outlived the run"


@pytest.mark.parametrize(
    ("stages_done", "processes"), [(3, "1"), (20, "1"), (40, "1"), (12, "2"), (40, "2")]
)
def test_killed_run_leaves_whole_files_and_resumes(
    demo: Made, tmp_path: Path, stages_done: int, processes: str
) -> None:
    out = tmp_path / "断电 测试" / "demo"
    store = out.parent / ".store" / "demo"
    words = command("run", DEMO_STUDY, "--raw", demo.raw, "--out", out, "--json")
    env = os.environ | {"LANDUSE_PROCESSES": processes}
    nothing = subprocess.DEVNULL
    with subprocess.Popen(words, stdout=nothing, stderr=nothing, env=env) as run:
        while run.poll() is None and len(list(store.glob("[!.]*/*/record.json"))) < stages_done:
            time.sleep(0.005)
        others = psutil.Process(run.pid).children()
        assert len(others) == int(processes) - 1
        run.send_signal(signal.SIGKILL)
    assert run.returncode == -signal.SIGKILL
    wait_until_gone(others)
    whole = products(demo.out)
    assert products(out).items() <= whole.items()
    kept = len(list(store.glob("[!.]*/*/record.json")))
    again = subprocess.run(words, capture_output=True, check=True, encoding="utf-8", env=env)
    told = json.loads(again.stdout)
    assert len(told["kept"]) == kept >= stages_done
    assert products(out) == whole
    assert not list(out.parent.rglob(".part-*"))
