"""The field-check loop on the small demo county: sample, fill, read back, estimate."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from landuse.core.errors import LanduseError
from landuse.fieldwork import sample_study, validate_checks
from landuse.products.field_sheet import read_field_workbook
from landuse.products.words import SUSPECTED
from landuse.scores.sampling import SampleSettings
from landuse.study import OpenStudy
from tests.made import Made, silent
from tests.products.filled import fill, seen

TODAY = date(2026, 6, 1)
SETTINGS = SampleSettings(size=200, seed=3, per_stratum_minimum=8)


@pytest.fixture(scope="module")
def study(demo: Made) -> OpenStudy:
    return demo.open()


@pytest.fixture(scope="module")
def workbook(study: OpenStudy, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("外业") / "抽样.xlsx"
    sample_study(study, file, settings=SETTINGS, progress=silent)
    return file


@pytest.fixture(scope="module")
def run(study: OpenStudy, workbook: Path) -> pd.DataFrame:
    assert workbook.is_file()
    return pd.read_parquet(study.out / "tables" / "parcels.parquet").set_index("parcel_id")


def test_the_sample_holds_parcels_that_were_not_flagged(workbook: Path, run: pd.DataFrame) -> None:
    rows = read_field_workbook(workbook, today=TODAY).rows
    assert len(rows) == SETTINGS.size
    assert set(run.loc[rows["parcel_id"], "flag"]) >= {*SUSPECTED, "none", "vetoed"}


def test_same_run_and_seed_give_the_same_bytes(
    study: OpenStudy, workbook: Path, tmp_path: Path
) -> None:
    sample_study(study, tmp_path / "again.xlsx", settings=SETTINGS, progress=silent)
    assert (tmp_path / "again.xlsx").read_bytes() == workbook.read_bytes()


def test_a_list_that_is_right_everywhere_is_told_so(
    study: OpenStudy, workbook: Path, run: pd.DataFrame, tmp_path: Path
) -> None:
    """The crew sees just what the run says: precision and recall are 1 for each kind."""
    words = run["flag"].map({SUSPECTED[0]: "闲置", SUSPECTED[1]: "低效"}).fillna("正常使用")
    full = fill(workbook, tmp_path / "full.xlsx", lambda parcel: seen(words[parcel]))
    lines, data = validate_checks(study, full, today=TODAY, progress=silent)
    assert data["same_run"]
    assert data["checked"] == data["matched"] == SETTINGS.size
    for kind in ("either", "idle", "les"):
        assert data["county"][kind]["precision"]["value"] == 1.0
        assert data["county"][kind]["recall"]["value"] == pytest.approx(1.0)
    assert any("设计加权" in line for line in lines)


def test_weights_bring_the_county_back(
    study: OpenStudy, workbook: Path, run: pd.DataFrame, tmp_path: Path
) -> None:
    """Flagged strata are over-sampled: unweighted, the share flagged would be far too high."""
    words = run["flag"].isin(SUSPECTED).map({True: "低效", False: "正常使用"})
    full = fill(workbook, tmp_path / "w.xlsx", lambda parcel: seen(words[parcel]))
    _, data = validate_checks(study, full, today=TODAY, progress=silent)
    share = run["flag"].isin(SUSPECTED).mean()
    assert data["county"]["either"]["prevalence"]["value"] == pytest.approx(share)


def test_few_checks_and_lost_ids_are_said(
    study: OpenStudy, workbook: Path, run: pd.DataFrame, tmp_path: Path
) -> None:
    rows = read_field_workbook(workbook, today=TODAY).rows
    some = set(rows["parcel_id"].head(40))
    gone = rows["parcel_id"].iloc[0]
    part = fill(
        workbook, tmp_path / "p.xlsx",
        lambda p: (seen("正常使用") | ({"地块编号": "没有-001"} if p == gone else {}))
        if p in some else {},
    )  # fmt: skip
    lines, data = validate_checks(study, part, today=TODAY, progress=silent)
    assert data["lost"] == ["没有-001"]
    assert data["matched"] == 39
    assert any(row["few"] for row in data["strata"])
    assert any("⚠" in line for line in lines)
    assert any("previous_parcels" in line for line in lines)


def test_nothing_checked_is_no_accuracy(study: OpenStudy, workbook: Path) -> None:
    with pytest.raises(LanduseError) as caught:
        validate_checks(study, workbook, today=TODAY, progress=silent)
    assert caught.value.exit_code == 4


@pytest.mark.parametrize(
    ("name", "size"), [("t.xlsx", 10), ("t.csv", 200)], ids=["too small", "no xlsx"]
)
def test_a_sample_that_cannot_be_is_refused(
    study: OpenStudy, tmp_path: Path, name: str, size: int
) -> None:
    settings = SETTINGS.model_copy(update={"size": size})
    with pytest.raises(LanduseError) as caught:
        sample_study(study, tmp_path / name, settings=settings, progress=silent)
    assert caught.value.exit_code == 2
    assert not (tmp_path / name).exists()


def test_a_workbook_that_may_hold_answers_is_not_overwritten(
    study: OpenStudy, workbook: Path
) -> None:
    before = workbook.read_bytes()
    with pytest.raises(LanduseError):
        sample_study(study, workbook, settings=SETTINGS, progress=silent)
    assert workbook.read_bytes() == before


def test_the_class_of_a_stratum_is_for_the_office_only(study: OpenStudy, tmp_path: Path) -> None:
    lines, data = sample_study(
        replace(study), tmp_path / "b.xlsx", settings=SETTINGS, progress=silent
    )
    assert data["blind"]
    assert any("勿交外业" in line for line in lines)
