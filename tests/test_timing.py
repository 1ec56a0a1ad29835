"""--profile: times of what ran beside the reading, in outcome and manifest, only if asked."""

from __future__ import annotations

import json
import shutil

import pytest

from landuse.runner import Step
from landuse.tasks import run_study
from landuse.timing import Profile
from tests.made import Made, silent


def step(name: str, seconds: float, *, ran: bool = True) -> Step:
    return Step(name, f"步骤{name}", ran, seconds, ("x",) if ran else ())


def test_multiples_of_the_reading_by_hand() -> None:
    """Reading 2 s: a stage of 6 s is 3 times it, a run of 7.5 s 3.75 times; kept ones are named."""
    made = Profile((step("a", 1.5), step("b", 6.0), step("c", 0.0, ran=False)), 7.5, 2.0)
    data = made.data()
    assert list(data["stages"]) == ["b", "a"]
    assert data["stages"]["b"] == {"seconds": 6.0, "times_reading": 3.0}
    assert data["run_times_reading"] == 3.75
    assert data["kept"] == ["c"]
    lines = made.lines()
    assert len(lines) == 4
    assert "80.0%" in lines[1]
    assert "步骤b (b)" in lines[1]


def test_a_profile_is_kept_only_when_asked(
    demo: Made, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("用时 一")
    shutil.copytree(demo.out.parents[1], folder, dirs_exist_ok=True)
    made = Made(folder / demo.raw.name, folder / "成果 目录" / "demo", demo.outcome)
    before = (made.out / "manifest.json").read_bytes()
    assert b'"profile"' not in before
    shutil.rmtree(made.out.parent / ".store" / "demo" / "parcels_csv")
    timed = run_study(made.open(), progress=silent, profile=True)
    assert timed.redone == ["parcels_csv"]
    held = json.loads((made.out / "manifest.json").read_text(encoding="utf-8"))["profile"]
    assert held == timed.data()["profile"]
    assert list(held["stages"]) == ["parcels_csv"]
    assert held["reading_seconds"] > 0
    again = run_study(made.open(), progress=silent)
    assert again.profile is None
    assert (made.out / "manifest.json").read_bytes() == before
