"""Field checks and scores never meet: no stage that scores takes them, no byte of a score moves."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from landuse.fieldwork import sample_study
from landuse.pipeline import stages
from landuse.products.field_workbook import FIELD_SHEET
from landuse.scores.sampling import SampleSettings
from landuse.store import file_digest
from landuse.study import OpenStudy, open_study
from landuse.tasks import run_study
from tests.made import DEMO_STUDY, Made, silent
from tests.products.filled import fill, seen

SECTION = f"""
[sources.field_checks]
path = "field_checks.xlsx"
sheet = "{FIELD_SHEET}"
fields = {{ parcel_id = "地块编号", check_status = "核实状态", checked_by = "核实人?", checked_on = "核实日期?", check_note = "备注?" }}
"""  # noqa: E501 - one TOML line
JUDGES = ("table", "scores", "robustness", "tipping")


@pytest.fixture(scope="module")
def checked(demo: Made, tmp_path_factory: pytest.TempPathFactory) -> OpenStudy:
    """Return the demo study with a filled workbook among its raw layers, run."""
    folder = tmp_path_factory.mktemp("核实")
    raw = folder / "raw"
    shutil.copytree(demo.raw, raw)
    settings = SampleSettings(size=200, per_stratum_minimum=5)
    blank = folder / "抽样.xlsx"
    sample_study(demo.open(), blank, settings=settings, progress=silent)
    fill(blank, raw / "field_checks.xlsx", lambda parcel: seen("闲置" if parcel[-1] in "13579"
                                                               else "正常使用"))  # fmt: skip
    file = folder / "demo.toml"
    file.write_text(DEMO_STUDY.read_text(encoding="utf-8") + SECTION, encoding="utf-8")
    study = open_study(file, raw=raw, out=folder / "out")
    run_study(study, progress=silent)
    return study


def test_no_stage_that_judges_reads_a_check(checked: OpenStudy) -> None:
    """From the checks no path leads to a score: they reach products and findings only."""
    plan = stages(checked)
    tainted = {"align_field_checks"}
    for stage in plan:
        if stage.upstream() & tainted:
            tainted.add(stage.name)
    names = {stage.name for stage in plan}
    assert {"align_field_checks", "scores", "table"} <= names
    assert not tainted & {name for name in names if name.startswith(JUDGES)}


@pytest.mark.parametrize("name", ["contributions", "waterfall"])
def test_scores_are_the_same_bytes_with_and_without(
    demo: Made, checked: OpenStudy, name: str
) -> None:
    one, two = (out / "tables" / f"{name}.parquet" for out in (demo.out, checked.out))
    assert file_digest(one) == file_digest(two)


def test_flag_rank_and_score_do_not_move(demo: Made, checked: OpenStudy) -> None:
    tables = [
        pd.read_parquet(out / "tables" / "parcels.parquet") for out in (demo.out, checked.out)
    ]
    wanted = ["parcel_id", "flag", "rank", "idle_score", "les", "score", "grade"]
    pd.testing.assert_frame_equal(tables[0][wanted], tables[1][wanted])


def test_the_aligned_checks_are_the_filled_ones(checked: OpenStudy) -> None:
    from landuse.align.tables import TableAlign, align_table
    from landuse.products.checks import join_checks

    source = checked.study.sources.field_checks
    assert source is not None
    table = align_table(
        file=checked.raw / "field_checks.xlsx", settings=TableAlign.for_role("field_checks", source)
    )["table"]
    parcels = pd.read_parquet(checked.out / "tables" / "parcels.parquet")
    columns, findings = join_checks(parcels, table, as_of=date(2025, 12, 31))
    assert (columns["check_status"] != "未核").sum() == 200
    assert set(columns.loc[columns["check_status"] != "未核", "checked_on"]) == {"2025-03-01"}
    assert findings == []
    odd = columns["parcel_id"].str[-1].isin(list("13579")) & columns["check_status"].ne("未核")
    assert set(columns.loc[odd, "check_status"]) == {"属实"}


def test_a_check_survives_the_rerun_by_id(checked: OpenStudy, tmp_path: Path) -> None:
    """Run again into an empty folder, the same checks meet the same parcels."""
    run_study(open_study(checked.file, raw=checked.raw, out=tmp_path / "out"), progress=silent)
    one, two = (
        set(pd.read_parquet(out / "tables" / "parcels.parquet")["parcel_id"])
        for out in (checked.out, tmp_path / "out")
    )
    assert one == two
