"""What-if: the browser scores as Python does, shares its model, and leaves the baseline alone."""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from landuse.scores.assess import AssessSettings, assess
from landuse.scores.model import ScoreModel
from landuse.tasks import run_study
from tests.browser.conftest import Opened
from tests.made import Made, silent

pytestmark = pytest.mark.browser
Opener = Callable[..., Opened]
AGREE = 1e-9
FLAGS = ["none", "suspected_idle", "suspected_low_efficiency", "insufficient_evidence", "vetoed"]


@pytest.fixture(scope="module")
def table(demo: Made) -> pd.DataFrame:
    return pd.read_parquet(demo.out / "tables" / "parcels.parquet")


def trials(model: ScoreModel, *, count: int) -> list[dict[str, Any]]:
    """Return the baseline, one change of each kind, and random mixtures of all kinds."""
    codes, draw = [item.code for item in model.criteria], random.Random(7)
    first = model.criteria[0]
    made: list[dict[str, Any]] = [
        {}, {"w": {codes[0]: 0.0}}, {"w": {codes[3]: 2.5}}, {"c": 0.9}, {"c": 0.0},
        {"f": {"les": 20, "idle": 70}}, {"g": {"I": 60}}, {"r": {first.code: 0.3}},
    ]  # fmt: skip
    for _ in range(count):
        chosen = draw.sample(codes, 9)
        made.append({
            "w": {code: draw.choice([0.0, draw.random()]) for code in chosen},
            "f": {"les": draw.randint(30, 60), "idle": draw.randint(30, 60)},
            "c": draw.randint(30, 90) / 100, "r": {first.code: draw.uniform(0.4, 1.4)},
        })  # fmt: skip
    return made


def judged(table: pd.DataFrame, model: ScoreModel) -> pd.DataFrame:
    scores: pd.DataFrame = assess(
        table=table, settings=AssessSettings(score_model=model, absent={}, zones_known=True)
    )["scores"]
    return scores.set_index("parcel_id")


def apart(ours: Any, theirs: list[float | None]) -> float:
    """Return the largest difference; infinite where one side has a number and the other none."""
    other = np.array([np.nan if value is None else value for value in theirs], dtype=float)
    mine = np.asarray(ours, dtype=float)
    if (np.isnan(mine) != np.isnan(other)).any():
        return float("inf")
    return float(np.nanmax(np.abs(mine - other), initial=0.0))


def test_browser_and_python_agree_on_every_parcel(
    open_map: Opener, demo: Made, table: pd.DataFrame
) -> None:
    opened = open_map(demo.out / "map.html")
    for trial in trials(demo.open().model, count=12):
        opened.ask("trial => { landuse.setTrial(trial); }", trial)
        model = ScoreModel.model_validate(json.loads(opened.ask("landuse.trialJson()")))
        found = json.loads(opened.ask("JSON.stringify(landuse.judged())"))
        ours = judged(table, model).loc[found["ids"]]
        for name, column in (("les", "les"), ("idle", "idle_score"), ("coverage", "coverage")):
            assert apart(ours[column], found[name]) <= AGREE, (trial, name)
        listed = ours["rank"].notna().to_numpy()
        assert apart(ours["score"][listed], np.array(found["score"])[listed].tolist()) <= AGREE
        assert ours["flag"].tolist() == [FLAGS[code] for code in found["flag"]], trial
        assert ours["rank"].fillna(0).astype(int).tolist() == found["rank"], trial
    assert opened.errors == []


def test_the_exported_model_runs_and_gives_the_list_of_the_screen(
    open_map: Opener, demo: Made, tmp_path: Path
) -> None:
    opened = open_map(demo.out / "map.html")
    opened.page.click("#weights")
    opened.page.fill("[data-row='w-A02'] input[type=number]", "35")
    opened.page.press("[data-row='w-A02'] input[type=number]", "Enter")
    opened.page.fill("[data-row='w-c'] input[type=number]", "70")
    opened.page.press("[data-row='w-c'] input[type=number]", "Enter")
    opened.page.wait_for_function("landuse.trial().c === 0.7")
    with opened.page.expect_download() as waiting:
        opened.page.click("#w-export")
    file = tmp_path / "试算 模型.json"
    shutil.copy(waiting.value.path(), file)
    out = tmp_path / "成果"
    shutil.copytree(demo.out.parent / ".store", tmp_path / ".store", copy_function=os.link)
    study = demo.open(out=out, model=file)
    assert study.model.minimum_coverage == 0.7
    assert study.model.title_zh.endswith("（试算）")
    assert {item.mark for item in study.model.criteria if item.code == "A02"} == {"P"}
    run_study(study, progress=silent)
    rerun = pd.read_parquet(out / "tables" / "parcels.parquet")
    ranked = rerun[rerun["rank"].notna()].sort_values("rank")["parcel_id"].tolist()
    assert opened.ask("landuse.ids()") == ranked


def test_a_trial_never_overwrites_the_baseline(open_map: Opener, demo: Made) -> None:
    opened = open_map(demo.out / "map.html")
    ids, csv = opened.ask("landuse.ids()"), opened.ask("landuse.csv()")
    opened.page.click("#weights")
    slider = opened.page.locator("[data-row='w-A02'] input[type=range]")
    slider.focus()
    for _ in range(3):
        opened.page.keyboard.press("PageUp")
    opened.page.wait_for_selector("body.trial")
    assert "试算，非基线" in opened.page.inner_text("#note")
    assert "试算，非基线" in opened.page.inner_text("#status")
    assert opened.ask("landuse.ids()") != ids
    text = opened.ask("landuse.csv()")
    assert "基线位次" in text.splitlines()[0]
    assert all("试算，非基线" in line for line in text.splitlines()[1:])
    assert "试算，非基线" in opened.page.inner_text("#note")
    fragment = "#" + opened.ask(
        "new Promise(r => setTimeout(() => r(location.hash.slice(1)), 300))"
    )
    again = open_map(demo.out / "map.html", fragment=fragment)
    assert again.ask("landuse.ids()") == opened.ask("landuse.ids()")
    assert again.ask("landuse.trial()") == opened.ask("landuse.trial()")
    slider.focus()
    opened.page.keyboard.press("r")
    opened.page.wait_for_selector("body:not(.trial)")
    assert opened.ask("landuse.ids()") == ids
    assert opened.ask("landuse.csv()") == csv


def test_no_weight_undoes_a_veto(open_map: Opener, demo: Made, table: pd.DataFrame) -> None:
    opened = open_map(demo.out / "map.html")
    opened.ask("landuse.setTrial({c: 0, f: {les: 0, idle: 0}})")
    vetoed = set(table.loc[table["flag"] == "vetoed", "parcel_id"])
    assert vetoed
    assert not vetoed & set(opened.ask("landuse.ids()"))


def test_moves_are_counted_and_named(open_map: Opener, demo: Made) -> None:
    opened = open_map(demo.out / "map.html", fragment="#l=en")
    before = opened.ask("landuse.ids()")
    opened.page.click("#weights")
    opened.ask("landuse.setTrial({w: {A02: 0.9}, f: {les: 55}})")
    after = opened.ask("landuse.ids()")
    enter, leave = len(set(after) - set(before)), len(set(before) - set(after))
    assert opened.page.inner_text("#w-list") == f"{enter} enter, {leave} leave"
    top = len(set(after[:20]) - set(before[:20])), len(set(before[:20]) - set(after[:20]))
    assert f"{top[0]} in / {top[1]} out" in opened.page.inner_text("#w-figures")
    rows = opened.page.locator("#w-moves tbody tr").all_inner_texts()
    assert len(rows) == 5
    gaps = [int(row.replace("▲", "▼").split("▼")[1]) for row in rows]
    assert gaps == sorted(gaps, reverse=True)
    assert all(" by " in f" {row} " or "\tby " in row for row in rows)
    assert opened.errors == []


def test_a_link_from_a_stranger_takes_only_what_the_model_knows(
    open_map: Opener, demo: Made
) -> None:
    evil = json.dumps({"w": {"__proto__": 1, "A02": 1e9, "<b>": 1}, "c": "x", "f": {"les": -4}})
    opened = open_map(demo.out / "map.html", fragment=f"#x={evil}")
    assert opened.ask("landuse.trial()") == {"w": {}, "r": {}, "f": {}, "g": {}}
    assert opened.errors == []
