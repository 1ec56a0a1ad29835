"""The 189 genuine land grants: read as a study reads them, counted by hand on five days."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import shapely

from landuse.align.tables import TableAlign, align_table
from landuse.indicators.ledger import LedgerSettings, measure_ledger
from landuse.indicators.ledger_rules import LedgerLimits
from landuse.indicators.ledger_states import ledger_states
from landuse.sources.spec import TableSource
from tests.indicators.ground import X, Y, assert_measured, polygons

FILE = (
    Path(__file__).resolve().parents[2].parent
    / "shared/data/landchina/landchina_beijing_2019H1_189.csv"
)
pytestmark = pytest.mark.skipif(
    not FILE.is_file(), reason="the genuine land grants in ../shared/data are not on this machine"
)
FIELDS = {
    "parcel_id": "Electronic supervision number",
    "area_ha": "Area (hectare)",
    "far_min": "Agreed floor area ratio lower limit",
    "far_max": "Agreed floor area ratio upper limit",
    "contract_date": "Contract signing date",
    "delivery_date": "Agreed land delivery time",
    "start_due_date": "Agreed start time",
    "finish_due_date": "Agreed completion time",
    "start_date": "Actual start time",
    "finish_date": "Actual completion time",
}


@pytest.fixture(scope="module")
def ledger() -> pd.DataFrame:
    source = TableSource.model_validate({"path": FILE.name, "fields": FIELDS})
    done = align_table(file=FILE, settings=TableAlign.for_role("ledger", source))
    assert done["findings"] == []
    table: pd.DataFrame = done["table"]
    return table


def test_the_table_is_what_the_counts_below_rest_on(ledger: pd.DataFrame) -> None:
    assert len(ledger) == 189
    assert ledger["parcel_id"].is_unique
    # 123 sales of buildings that stand (现状) agree on no start; nothing has begun in any row.
    assert ledger["start_due_date"].isna().sum() == 123
    assert ledger[["start_date", "finish_date"]].isna().all(axis=None)


# 66 rows agree on a start: 26 from 2019-01-24 to 2019-06-27, 40 from 2019-12-01 to 2020-06-12.
# 2019-03-01: 27 contracts are signed by then, 12 of them without an agreed start; of the other 15,
# 10 starts lie by 2019-02-28 and 5 later. 27 + 162 = 189.
# 2019-07-01: all signed; 26 due, 40 not yet. 2020-06-30: 26 are a year late (the last was due on
# 2019-06-27), 40 due within the year. 2021-06-30: 26 two years, 40 (the first due on 2019-12-01,
# the last on 2020-06-12) one. 2022-06-12 is the second anniversary of the last: all 66.
COUNTS: dict[date, dict[str, int]] = {
    date(2019, 3, 1): {
        "AFTER_AS_OF": 162,
        "DATES_INCOMPLETE": 12,
        "NOT_YET_DUE": 5,
        "SUPPLIED_NOT_STARTED": 10,
    },
    date(2019, 7, 1): {"DATES_INCOMPLETE": 123, "NOT_YET_DUE": 40, "SUPPLIED_NOT_STARTED": 26},
    date(2020, 6, 30): {"DATES_INCOMPLETE": 123, "SUPPLIED_NOT_STARTED": 40, "LEDGER_IDLE_1Y": 26},
    date(2021, 6, 30): {"DATES_INCOMPLETE": 123, "LEDGER_IDLE_1Y": 40, "LEDGER_IDLE_2Y": 26},
    date(2022, 6, 11): {"DATES_INCOMPLETE": 123, "LEDGER_IDLE_1Y": 5, "LEDGER_IDLE_2Y": 61},
    date(2022, 6, 12): {"DATES_INCOMPLETE": 123, "LEDGER_IDLE_2Y": 66},
}
WORDS = {
    "DATES_INCOMPLETE": "供地",
    "NOT_YET_DUE": "供地",
    "SUPPLIED_NOT_STARTED": "供而未用",
    "LEDGER_IDLE_1Y": "闲置土地",
    "LEDGER_IDLE_2Y": "闲置土地",
}


@pytest.mark.parametrize("as_of", COUNTS)
def test_states_on_a_day(ledger: pd.DataFrame, as_of: date) -> None:
    said = ledger_states(ledger, as_of=as_of, limits=LedgerLimits())
    assert said["ledger_rule"].value_counts().to_dict() == COUNTS[as_of]
    pd.testing.assert_series_equal(
        said["land_state"], said["ledger_rule"].map(WORDS).astype("str"), check_names=False
    )
    assert (said["doubts"] == "").all()


def test_one_row_by_hand(ledger: pd.DataFrame) -> None:
    # Agreed start 2019-12-01: on 2021-06-30 one year is full (2020-12-01) and 211 of 365 days.
    said = ledger_states(ledger, as_of=date(2021, 6, 30), limits=LedgerLimits())
    years = said.loc[ledger["start_due_date"] == pd.Timestamp(2019, 12, 1), "ledger_idle_years"]
    assert years.tolist() == pytest.approx([1 + 211 / 365])


def test_parcels_of_the_same_area_get_a_sentence_each(ledger: pd.DataFrame) -> None:
    side = (ledger["area_ha"] * 10_000) ** 0.5
    boxes = [shapely.box(X, Y, X + one, Y + one) for one in side]
    ground = polygons(*boxes, parcel_id=ledger["parcel_id"])
    chosen = LedgerSettings(as_of=date(2021, 6, 30))
    done = measure_ledger(parcels=ground, ledger=ledger, built=None, settings=chosen)
    table = assert_measured(done, ground)
    idle = table["ledger_idle"].eq(1)
    assert idle.sum() == 66
    assert table.loc[idle, "ledger_zh"].str.contains("闲置土地线索").all()
    assert not table.loc[~idle, "ledger_zh"].str.contains("闲置|收回").any()
    # 123 without an agreed start; and not one start in 189 rows: the table is that of the sales.
    assert [finding.value for finding in done["findings"]] == ["189", "123 / 189"]
