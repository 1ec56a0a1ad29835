"""The demo county's ledger, dirt included: laws that hold of what was planted."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from landuse.align.tables import TableAlign, align_table
from landuse.indicators.ledger_rules import LedgerLimits
from landuse.indicators.ledger_states import ledger_states
from landuse.sources.spec import TableSource
from tests.made import Made

AS_OF = date(2024, 12, 31)
FIELDS = {
    "parcel_id": "地块编号",
    "supervision_no": "DZJGH",
    "area_ha": "面积(公顷)",
    "contract_date": "HTQDRQ",
    "delivery_date": "YDJDSJ",
    "start_due_date": "约定动工日期",  # another name of 约定开工时间
    "finish_due_date": "YDJGSJ",
    "start_date": "SJKGSJ",
    "finish_date": "SJJGSJ",
}
NEVER_BUILT = ("never_built_grass", "never_built_crop", "cleared_bare")


@pytest.fixture(scope="module")
def judged(demo: Made) -> pd.DataFrame:
    """Return the rows of the ledger with their states and the planted causes."""
    raw = demo.raw
    source = TableSource.model_validate({"path": "x", "encoding": "GBK", "fields": FIELDS})
    ledger = align_table(file=raw / "ledger.csv", settings=TableAlign.for_role("ledger", source))
    table = ledger["table"]
    truth = pd.read_csv(raw / "truth" / "parcels_truth.csv", dtype="str")
    said = table.join(ledger_states(table, as_of=AS_OF, limits=LedgerLimits()))
    return said.merge(truth, left_on="parcel_id", right_on="BSM", how="left")


def test_every_row_has_a_state_and_every_parcel_one_row(judged: pd.DataFrame) -> None:
    assert judged["land_state"].notna().all()
    assert judged["parcel_id"].is_unique
    assert judged["cause"].notna().all()


def test_a_plot_never_built_has_no_proof_of_use(judged: pd.DataFrame) -> None:
    never = judged[judged["cause"].isin(NEVER_BUILT)]
    assert len(never)
    assert not never["ledger_idle"].eq(0).any()


def test_a_completion_or_a_start_on_record_is_never_idle(judged: pd.DataFrame) -> None:
    begun = judged[["start_date", "finish_date"]].le(pd.Timestamp(AS_OF)).any(axis=1)
    assert judged.loc[begun, "ledger_idle"].eq(0).all()
    idle = judged["ledger_idle"].eq(1)
    assert not (idle & begun).any()
    late = judged["start_due_date"] + pd.DateOffset(years=1) <= pd.Timestamp(AS_OF)
    assert (idle == (~begun & late)).all()


def test_a_finished_work_without_a_start_is_read_as_started(judged: pd.DataFrame) -> None:
    lag = judged["start_date"].isna() & judged["finish_date"].notna()
    assert lag.any()
    assert judged.loc[lag, "ledger_rule"].eq("DONE").all()
    assert judged.loc[lag, "doubts"].str.contains("FINISH_WITHOUT_START").all()
