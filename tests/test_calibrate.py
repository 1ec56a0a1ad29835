"""Calibrating a study: refusals, a file beside the old model, weights and no label in it."""

from __future__ import annotations

import dataclasses
import shutil
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from landuse.calibrate import CalibrateChoice, calibrate_study
from landuse.core.errors import LanduseError
from landuse.scores.calibration import CalibrationSettings
from landuse.study import SHIPPED_MODELS, OpenStudy, open_study
from landuse.validation import Truth, validate_study
from tests.made import DEMO_STUDY, Made, silent

TODAY = date(2026, 6, 1)
QUICK = CalibrationSettings(score="les", shrink=(3.0,), folds=4, inner_folds=2, ramps=False)


@pytest.fixture(scope="module")
def study(demo: Made, tmp_path_factory: pytest.TempPathFactory) -> OpenStudy:
    """Return the demo study from a copy of its file, so that models land beside the copy."""
    folder = tmp_path_factory.mktemp("标定 研究")
    file = folder / "demo.toml"
    shutil.copy(DEMO_STUDY, file)
    return open_study(file, raw=demo.raw, out=demo.out)


@pytest.fixture(scope="module")
def truth(study: OpenStudy, tmp_path_factory: pytest.TempPathFactory) -> Truth:
    """Return labels made from the run: the least built third, one label in ten turned around."""
    parcels = pd.read_parquet(study.out / "tables" / "parcels.parquet")
    random = np.random.default_rng(2)
    built = parcels["built_share"].fillna(parcels["built_share"].median())
    label = (built < built.quantile(1 / 3)) ^ (random.random(len(parcels)) < 0.1)
    file = tmp_path_factory.mktemp("真值") / "truth.csv"
    pd.DataFrame(
        {"BSM": parcels["parcel_id"], "low": label, "block": parcels["parcel_id"].str[-2:]}
    ).to_csv(file, index=False)
    return Truth(file, "low", "BSM")


def choice(truth: Truth, tmp_path: Path, **more: object) -> CalibrateChoice:
    given: dict[str, object] = {
        "truth": truth, "settings": QUICK, "old": SHIPPED_MODELS / "china.toml",
        "to": tmp_path / "new.toml",
    }  # fmt: skip
    return CalibrateChoice(**(given | more))  # type: ignore[arg-type]


def test_the_new_model_lies_beside_and_can_be_used(
    study: OpenStudy, truth: Truth, tmp_path: Path
) -> None:
    lines, data = calibrate_study(study, choice(truth, tmp_path, to=None), today=TODAY,
                                  progress=silent)  # fmt: skip
    file = study.file.parent / "china_calibrated.toml"
    assert data["file"] == str(file)
    assert any("held-out" in line for line in lines)
    again = open_study(study.file, raw=study.raw, out=tmp_path / "out", model=file)
    made, old = again.model, study.model
    for group in ("IND_IN", "COMM", "URBAN_RES", "VILLAGE"):
        weights = [item.weight for item in made.of_score("les") if group in item.groups]
        assert sum(weights) == pytest.approx(1, abs=0.01)
    assert made.of_score("idle") == old.of_score("idle")
    assert made.vetoes == old.vetoes
    weights = {item.code: item.weight for item in old.criteria}
    changed = [item for item in made.of_score("les") if item.weight != weights[item.code]]
    assert changed
    assert all("calibrated on" in item.source and item.mark == "P" for item in changed)
    assert min(grade.minimum for grade in made.grades) <= made.flag_minimum["les"]
    _, measured = validate_study(again, truth, score="les", progress=silent, strata=True)
    _, before = validate_study(study, truth, score="les", progress=silent)
    name = "average_precision"
    assert measured["measures"][name]["value"] > before["measures"][name]["value"]
    assert {"zone:in", "zone:out"} & set(measured["strata"])
    with pytest.raises(LanduseError) as caught:
        calibrate_study(study, choice(truth, tmp_path, to=None), today=TODAY, progress=silent)
    assert caught.value.exit_code == 2


def test_the_file_holds_weights_and_no_label(
    study: OpenStudy, truth: Truth, tmp_path: Path
) -> None:
    calibrate_study(study, choice(truth, tmp_path), today=TODAY, progress=silent)
    text = (tmp_path / "new.toml").read_text(encoding="utf-8")
    ids = pd.read_csv(truth.file, dtype="str")["BSM"]
    assert not [parcel for parcel in ids if parcel in text]
    assert str(truth.file.parent) not in text
    assert "sha256" in text


def test_same_labels_give_the_same_file(study: OpenStudy, truth: Truth, tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("a.toml", "b.toml")]
    for file in files:
        calibrate_study(study, choice(truth, tmp_path, to=file), today=TODAY, progress=silent)
    assert files[0].read_bytes() == files[1].read_bytes()


@pytest.mark.parametrize("block", ["block", "town_name", "400"])
def test_blocks_come_from_truth_from_parcels_or_from_a_grid(
    study: OpenStudy, truth: Truth, tmp_path: Path, block: str
) -> None:
    folds = 2 if block == "town_name" else 4
    settings = QUICK.model_copy(update={"folds": folds})
    _, data = calibrate_study(
        study, choice(truth, tmp_path, block=block, settings=settings), today=TODAY, progress=silent
    )
    assert data["blocks"] >= folds


def test_a_column_on_trial_joins_with_a_name(
    study: OpenStudy, truth: Truth, tmp_path: Path
) -> None:
    add = ("elevation_m:form",) if "form" in {f.code for f in study.model.families} else ()
    calibrate_study(study, choice(truth, tmp_path, add=add), today=TODAY, progress=silent)
    open_study(study.file, raw=study.raw, out=study.out, model=tmp_path / "new.toml")


@pytest.mark.parametrize(
    ("more", "found"),
    [({"add": ("nothing:form",)}, "nothing"), ({"add": ("slope_deg:magic",)}, "magic"),
     ({"block": "99999999"}, "1 <"), ({"block": "无此列"}, "无此列")],
)  # fmt: skip
def test_wrong_words_are_refused(
    study: OpenStudy, truth: Truth, tmp_path: Path, more: dict[str, object], found: str
) -> None:
    with pytest.raises(LanduseError) as caught:
        calibrate_study(study, choice(truth, tmp_path, **more), today=TODAY, progress=silent)
    assert caught.value.exit_code == 2
    assert found in str(caught.value)
    assert not (tmp_path / "new.toml").exists()


def test_fewer_than_200_labels_teach_nothing(
    study: OpenStudy, truth: Truth, tmp_path: Path
) -> None:
    few = tmp_path / "few.csv"
    pd.read_csv(truth.file, dtype="str").head(199).to_csv(few, index=False)
    with pytest.raises(LanduseError) as caught:
        calibrate_study(study, choice(dataclasses.replace(truth, file=few), tmp_path), today=TODAY,
                        progress=silent)  # fmt: skip
    assert caught.value.exit_code == 2
    assert "200" in str(caught.value)
    assert "199" in str(caught.value)


def test_by_group_every_peer_group_of_the_file_has_weights_of_its_own(
    study: OpenStudy, truth: Truth, tmp_path: Path
) -> None:
    """Each criterion is for one group, each group's weights sum to 1, and the file can be used."""
    calibrate_study(study, choice(truth, tmp_path, by_group=True), today=TODAY, progress=silent)
    made = open_study(
        study.file, raw=study.raw, out=tmp_path / "out", model=tmp_path / "new.toml"
    ).model
    own = made.of_score("les")
    assert all(len(item.groups) == 1 for item in own)
    parcels = pd.read_parquet(study.out / "tables" / "parcels.parquet")
    for group in ("IND_OUT", "VILLAGE"):
        assert group in set(parcels["group"])
        weights = [item.weight for item in own if item.groups == (group,)]
        assert sum(weights) == pytest.approx(1, abs=0.01)
    assert made.of_score("idle") == study.model.of_score("idle")
