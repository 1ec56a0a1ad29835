"""The supply ledger: a state for each row of dates, and the laws that hold whatever the dates."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from landuse.indicators.ledger import LedgerSettings, measure_ledger
from landuse.indicators.ledger_rows import DATES, NUMBERS, calendar_years
from landuse.indicators.ledger_rules import IDLE_RULES, LAND_STATES, LedgerLimits
from landuse.indicators.ledger_states import ledger_states
from landuse.indicators.measured import Measured
from tests.indicators.ground import assert_measured, parcels, rect

AS_OF = date(2021, 6, 30)
LIMITS = LedgerLimits()
GROUND = parcels(*(rect(200 * k, 0, 200 * k + 100, 100) for k in range(4)))
LEGAL = ("闲置土地", "收回", "闲置费")
Row = dict[str, Any]


def rows(*given: Row) -> pd.DataFrame:
    """Return rows as the aligner gives them: dates, numbers and texts."""
    names = sorted({"start_due_date", "start_date"} | {name for one in given for name in one})
    columns = {name: [one.get(name) for one in given] for name in names}
    kinds = dict.fromkeys(DATES, "datetime64[us]") | dict.fromkeys(NUMBERS, "float64")
    return pd.DataFrame(
        {name: pd.Series(values, dtype=kinds.get(name, "str")) for name, values in columns.items()}
    )


def state(as_of: date = AS_OF, limits: LedgerLimits = LIMITS, **row: Any) -> pd.Series:
    return ledger_states(rows(row), as_of=as_of, limits=limits).iloc[0]


def measured(*given: Row, built: float | None = None, as_of: date = AS_OF) -> Measured:
    share = None
    if built is not None:
        share = pd.DataFrame({"parcel_id": GROUND["parcel_id"], "built_share": built})
    chosen = LedgerSettings(as_of=as_of)
    done = measure_ledger(parcels=GROUND, ledger=rows(*given), built=share, settings=chosen)
    assert_measured(done, GROUND)
    return done


# Contract 2019-01-10, start agreed for 2019-06-30: on 2021-06-30 two years are just full.
SOLD: Row = {"contract_date": "2019-01-10", "start_due_date": "2019-06-30"}
CASES: list[tuple[Row, str, str]] = [
    (SOLD, "LEDGER_IDLE_2Y", "闲置土地"),
    (SOLD | {"start_due_date": "2019-07-01"}, "LEDGER_IDLE_1Y", "闲置土地"),  # a day is lacking
    (SOLD | {"start_due_date": "2020-06-30"}, "LEDGER_IDLE_1Y", "闲置土地"),
    (SOLD | {"start_due_date": "2020-07-01"}, "SUPPLIED_NOT_STARTED", "供而未用"),
    (SOLD | {"start_due_date": "2021-06-30"}, "SUPPLIED_NOT_STARTED", "供而未用"),
    (SOLD | {"start_due_date": "2021-07-01"}, "NOT_YET_DUE", "供地"),
    ({"contract_date": "2019-01-10"}, "DATES_INCOMPLETE", "供地"),
    ({"contract_date": "2019-01-10", "delivery_date": "2019-02-01"}, "DATES_INCOMPLETE", "供地"),
    (SOLD | {"start_date": "2019-08-01"}, "STARTED", "已供已用"),
    (SOLD | {"start_date": "2021-07-01"}, "LEDGER_IDLE_2Y", "闲置土地"),  # not yet happened
    (
        SOLD | {"start_date": "2019-08-01", "finish_due_date": "2021-06-30"},
        "IN_TIME",
        "已供已用",
    ),
    (SOLD | {"start_date": "2019-08-01", "finish_due_date": "2021-06-29"}, "OVERDUE", "用而未尽"),
    (SOLD | {"start_date": "2019-08-01", "finish_date": "2021-01-01"}, "DONE", "已供已用"),
    (SOLD | {"finish_date": "2021-01-01"}, "DONE", "已供已用"),  # the register lags
    (SOLD | {"start_date": "2019-08-01", "built_share": 0.3}, "STARTED", "已供已用"),
    (
        SOLD
        | {
            "start_date": "2019-08-01",
            "invested_10k_yuan": 24.0,
            "total_investment_10k_yuan": 100.0,
        },
        "STOP_TO_CHECK",
        "用而未尽",
    ),
    (SOLD | {"stopped_on": "2020-06-30", "built_share": 0.3}, "STOP_SEEN", "用而未尽"),
    (SOLD | {"stopped_on": "2020-06-30", "built_share": 0.4}, "STOPPED", "用而未尽"),
    (SOLD | {"stopped_on": "2020-06-30"}, "STOPPED", "用而未尽"),  # share not known
    (SOLD | {"stopped_on": "2020-07-01", "built_share": 0.3}, "STARTED", "已供已用"),
    (
        # 24 of 100 is under 25 %.
        SOLD
        | {
            "stopped_on": "2020-06-30",
            "invested_10k_yuan": 24.0,
            "total_investment_10k_yuan": 100.0,
        },
        "LEDGER_IDLE_STOP",
        "闲置土地",
    ),
    (
        SOLD
        | {
            "stopped_on": "2020-06-30",
            "invested_10k_yuan": 25.0,
            "total_investment_10k_yuan": 100.0,
        },
        "STOPPED",
        "用而未尽",
    ),
    ({"approved_on": "2019-06-30"}, "APPROVED_NOT_SUPPLIED", "批而未供"),
    ({"approved_on": "2019-07-01"}, "APPROVED", "农转用"),
    (SOLD | {"approved_on": "2018-01-01"}, "LEDGER_IDLE_2Y", "闲置土地"),
    ({"contract_date": "2021-07-01", "approved_on": "2021-01-01"}, "APPROVED", "农转用"),
    ({"contract_date": "2021-07-01"}, "AFTER_AS_OF", ""),
    ({"approved_on": "2021-07-01"}, "AFTER_AS_OF", ""),
    ({}, "DATES_INCOMPLETE", "供地"),
    (SOLD | {"declared_state": "已供已用"}, "DECLARED", "已供已用"),
    (SOLD | {"declared_state": "闲置土地"}, "LEDGER_IDLE_2Y", "闲置土地"),
    (SOLD | {"declared_state": "低效用地"}, "DECLARED", "低效用地"),
    (SOLD | {"declared_state": "在建"}, "LEDGER_IDLE_2Y", "闲置土地"),
]


@pytest.mark.parametrize(("row", "rule", "word"), CASES)
def test_dates_lead_to_one_rule_and_one_state(row: Row, rule: str, word: str) -> None:
    said = state(**{"parcel_id": "P0"} | row)
    assert said["ledger_rule"] == rule
    assert (said["land_state"] if word else pd.isna(said["land_state"])) == (word or True)


def test_years_are_counted_by_the_calendar() -> None:
    since = pd.Series(
        pd.to_datetime(["2020-02-29", "2019-12-31", "2021-06-30", "2021-07-01", None])
    ).astype("datetime64[us]")
    years = calendar_years(since, pd.Timestamp(2021, 6, 30))
    # 29 February: 1 year on 2021-02-28, then 122 of the 365 days to 2022-02-28. 31 December: 1 year
    # on 2020-12-31, then 181 of 365 days.
    assert years.iloc[:3].tolist() == pytest.approx([1 + 122 / 365, 1 + 181 / 365, 0.0])
    assert years.iloc[3:].isna().all()


def test_grace_moves_every_bar() -> None:
    month = LedgerLimits(grace_days=LIMITS.grace_days.set_to(30))
    assert state(**SOLD)["ledger_rule"] == "LEDGER_IDLE_2Y"
    assert state(limits=month, **SOLD)["ledger_rule"] == "LEDGER_IDLE_1Y"
    assert state(date(2021, 7, 30), month, **SOLD)["ledger_rule"] == "LEDGER_IDLE_2Y"


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"start_date": "2019-01-01"}, "START_BEFORE_CONTRACT"),
        ({"start_due_date": "2019-01-01"}, "DUE_BEFORE_CONTRACT"),
        ({"delivery_date": "2019-09-01"}, "DUE_BEFORE_DELIVERY"),
        ({"finish_due_date": "2019-03-01"}, "FINISH_DUE_BEFORE_START_DUE"),
        ({"finish_date": "2020-03-01"}, "FINISH_WITHOUT_START"),
        ({"stopped_on": "2020-03-01"}, "STOP_WITHOUT_START"),
        ({"start_date": "2020-04-01", "finish_date": "2020-03-01"}, "FINISH_BEFORE_START"),
        ({"start_date": "2020-04-01", "stopped_on": "2020-03-01"}, "STOP_BEFORE_START"),
        ({"start_date": "2022-04-01"}, "AFTER_AS_OF"),
        (
            {"invested_10k_yuan": 1.0, "total_investment_10k_yuan": 0.0},
            "INVESTMENT_UNREADABLE",
        ),
        ({"built_share": 0.34}, "BUILT_WITHOUT_START"),
        ({"declared_state": "供而未用"}, "DECLARED_DIFFERS"),
        ({"declared_state": "闲置"}, "DECLARED_UNKNOWN"),
    ],
)
def test_what_cannot_be_right_is_told(row: Row, code: str) -> None:
    assert state(**SOLD)["doubts"] == ""
    assert state(**SOLD | row)["doubts"] == code
    built = row.get("built_share")
    (told,) = measured({"parcel_id": "P1"} | SOLD | row, built=built)["findings"]
    assert told.object_id == "P1"
    assert told.kind in {"doubt", "note"}


def test_the_most_recent_contract_decides_and_the_earlier_is_listed() -> None:
    old = {"parcel_id": "P0", "supervision_no": "A1"} | SOLD
    new = old | {
        "supervision_no": "A2",
        "contract_date": "2020-09-01",
        "start_due_date": "2021-06-01",
    }
    later = old | {"supervision_no": "A3", "contract_date": "2022-01-01"}
    done = measured(new, old, later, old)
    said = done["table"].iloc[0]
    assert (said["ledger_rule"], said["ledger_rows"]) == ("SUPPLIED_NOT_STARTED", 4)
    told = {finding.kind: finding.value for finding in done["findings"]}
    assert told == {"dropped": "1 / 4", "note": "2019-01-10 A1; 2022-01-01 A3"}


def test_of_contracts_of_one_day_the_one_that_was_used_decides() -> None:
    idle = {"parcel_id": "P0", "supervision_no": "Z"} | SOLD
    used = idle | {"supervision_no": "A", "start_date": "2019-07-01"}
    assert measured(idle, used)["table"]["ledger_idle"].iloc[0] == 0.0


def test_rows_that_name_no_parcel_are_counted() -> None:
    stray = [SOLD | {"parcel_id": None}, SOLD | {"parcel_id": "Q"}, SOLD | {"parcel_id": "P2"}]
    done = measured(*stray)
    assert [finding.value for finding in done["findings"]] == ["1 / 3", "1 / 3"]
    assert done["table"]["ledger_rows"].tolist() == [0, 0, 1, 0]


def test_an_area_more_than_a_fifth_off_is_in_doubt() -> None:
    # Parcels are of 1 ha: 1.2 ha is within a fifth, 1.21 ha is not; 0.6 + 0.4 ha make the whole.
    half = SOLD | {"parcel_id": "P2", "area_ha": 0.6}
    other = half | {"area_ha": 0.4, "contract_date": "2018-01-01"}
    done = measured(
        SOLD | {"parcel_id": "P0", "area_ha": 1.2},
        SOLD | {"parcel_id": "P1", "area_ha": 1.21},
        half,
        other,
    )
    doubts = {one.object_id: one.value for one in done["findings"] if one.kind == "doubt"}
    assert doubts == {"P1": "1.2100 / 1.0000 ha"}


def test_a_public_cause_speaks_of_neither_charge_nor_taking_back() -> None:
    plain, public = (
        measured({"parcel_id": "P0"} | SOLD | more)["table"].iloc[0]
        for more in ({}, {"cause": "政府原因"})
    )
    assert "收回" in plain["ledger_zh"]
    assert not any(word in public["ledger_zh"] + public["ledger_en"] for word in LEGAL[1:])
    assert public["ledger_cause"] == "政府原因"
    assert public["land_state"] == "闲置土地"


def test_works_that_may_have_stopped_are_to_be_checked_not_idle() -> None:
    paid = {"invested_10k_yuan": 24.0, "total_investment_10k_yuan": 100.0}
    row = {"parcel_id": "P0", "start_date": "2019-08-01"} | SOLD
    said = measured(row | paid)["table"].iloc[0]
    assert (said["land_state"], said["ledger_rule"]) == ("用而未尽", "STOP_TO_CHECK")
    assert pd.isna(said["ledger_idle"])
    assert "中止时间" in said["ledger_zh"]
    assert not any(word in said["ledger_zh"] + said["ledger_en"] for word in LEGAL)
    assert measured(row)["table"]["ledger_rule"].iloc[0] == "STARTED"


def test_little_built_land_seen_from_above_is_a_doubt_and_no_state() -> None:
    """2019-08-01 to 2021-06-30 is over a year; 10 % is under a third, 40 % is not."""
    row = {"parcel_id": "P0", "start_date": "2019-08-01"} | SOLD
    bare, built = (measured(row, built=share) for share in (0.1, 0.4))
    for done in (bare, built):
        assert done["table"].iloc[0]["land_state"] == "已供已用"
    assert "可能已中止" in bare["table"].iloc[0]["ledger_zh"]
    assert "可能已中止" not in built["table"].iloc[0]["ledger_zh"]
    stopped = measured({"parcel_id": "P0", "stopped_on": "2020-06-30"} | SOLD, built=0.1)
    said = stopped["table"].iloc[0]
    assert (said["land_state"], said["ledger_rule"]) == ("用而未尽", "STOP_SEEN")
    assert "影像不能认定" in said["ledger_zh"]
    assert not any(word in said["ledger_zh"] + said["ledger_en"] for word in LEGAL)


def test_no_ledger_is_one_absence() -> None:
    done = measure_ledger(
        parcels=GROUND, ledger=None, built=None, settings=LedgerSettings(as_of=AS_OF)
    )
    assert list(assert_measured(done, GROUND)) == ["parcel_id"]
    (told,) = done["findings"]
    assert (told.kind, told.object_id) == ("absent", "ledger")
    assert not any(word in told.message_zh + told.message_en + told.value for word in LEGAL)


@pytest.mark.parametrize("column", ["start_due_date", "start_date"])
def test_a_ledger_without_a_decisive_column_decides_nothing_and_says_so(column: str) -> None:
    ledger = rows({"parcel_id": "P0"} | SOLD).drop(columns=column)
    done = measure_ledger(
        parcels=GROUND, ledger=ledger, built=None, settings=LedgerSettings(as_of=AS_OF)
    )
    assert done["table"]["ledger_rule"].iloc[0] == "DATES_INCOMPLETE"
    assert [f.value for f in done["findings"]] == [column, "1 / 1"]


days = st.integers(0, 3000).map(lambda count: date(2015, 1, 1) + timedelta(days=count))
a_day = st.one_of(st.none(), days)
share = st.one_of(st.none(), st.floats(0, 1))
ledger_rows = st.fixed_dictionaries(
    {
        "parcel_id": st.sampled_from([None, "P0", "P1", "P2", "Q"]),
        "supervision_no": st.sampled_from([None, "A", "B"]),
        "declared_state": st.sampled_from([None, None, *LAND_STATES, "在建"]),
        "cause": st.sampled_from([None, "政府原因", "企业原因"]),
        "area_ha": st.sampled_from([None, 1.0, 3.0]),
        "built_share": share,
        "invested_10k_yuan": share,
        "total_investment_10k_yuan": st.sampled_from([None, 0.0, 1.0]),
        **dict.fromkeys(DATES, a_day),
    }
)
many_rows = st.lists(ledger_rows, min_size=4, max_size=12)
LAW = settings(max_examples=25, deadline=None)


def states(given: list[Row], as_of: date, **same: Any) -> pd.DataFrame:
    return ledger_states(rows(*(row | same for row in given)), as_of=as_of, limits=LIMITS)


@LAW
@drawn(many_rows, days, st.integers(0, 2000))
def test_idleness_never_goes_back_as_time_passes(given: list[Row], as_of: date, wait: int) -> None:
    now, then = states(given, as_of), states(given, as_of + timedelta(days=wait))
    after = ["SUPPLIED_NOT_STARTED", "NOT_YET_DUE"]
    two, one = now["ledger_rule"] == "LEDGER_IDLE_2Y", now["ledger_rule"] == "LEDGER_IDLE_1Y"
    assert not then.loc[two, "ledger_rule"].isin(["LEDGER_IDLE_1Y", *after]).any()
    assert not then.loc[one, "ledger_rule"].isin(after).any()
    assert not (then["ledger_idle_years"] < now["ledger_idle_years"]).any()


@LAW
@drawn(many_rows, days, days)
def test_an_actual_start_never_makes_a_row_idle(given: list[Row], as_of: date, begun: date) -> None:
    before, after = states(given, as_of, start_date=None), states(given, as_of, start_date=begun)
    assert not (after["ledger_idle"].eq(1) & before["ledger_idle"].ne(1)).any()
    idle_then, idle_now = (one["land_state"].eq("闲置土地") for one in (before, after))
    assert not (idle_now & ~idle_then).any()


@LAW
@drawn(many_rows, days)
def test_a_state_is_one_of_eight_and_idleness_follows_it(given: list[Row], as_of: date) -> None:
    said = states(given, as_of)
    assert said["land_state"].dropna().isin(list(LAND_STATES)).all()
    by_rule = said["ledger_rule"].isin(IDLE_RULES)
    assert (said["land_state"].eq("闲置土地") == said["ledger_idle"].eq(1)).all()
    assert said.loc[by_rule, "land_state"].eq("闲置土地").all()
    assert not (said["ledger_idle_years"] < 0).any()


@LAW
@drawn(many_rows, days, share)
def test_no_state_is_invented_from_imagery(
    given: list[Row], as_of: date, seen: float | None
) -> None:
    """Whatever is seen from above, state, idleness and years are those of the dates alone."""
    blind, sighted = (states(given, as_of, built_share=one) for one in (None, seen))
    proven = ["land_state", "dates_state", "ledger_idle", "ledger_idle_years", "stop_years"]
    pd.testing.assert_frame_equal(blind[proven], sighted[proven])


@LAW
@drawn(st.lists(ledger_rows, min_size=1, max_size=6), days, st.randoms())
def test_the_order_of_rows_does_not_matter(given: list[Row], as_of: date, chance: Any) -> None:
    shuffled = list(given)
    chance.shuffle(shuffled)
    one, other = measured(*given, as_of=as_of), measured(*shuffled, as_of=as_of)
    pd.testing.assert_frame_equal(one["table"], other["table"])
    assert one["findings"] == other["findings"]


@LAW
@drawn(st.lists(ledger_rows, min_size=1, max_size=5), days)
def test_without_a_row_there_is_no_state_and_no_word_of_the_law(
    given: list[Row], as_of: date
) -> None:
    table = measured(*given, as_of=as_of)["table"]
    silent = table[table["ledger_rows"] == 0]
    assert "P3" in silent["parcel_id"].tolist()
    assert silent["land_state"].isna().all()
    assert silent["ledger_idle"].isna().all()
    assert (silent[["ledger_rule", "ledger_zh", "ledger_en", "ledger_cause"]] == "").all(axis=None)
    spoken = table[table["ledger_rows"] > 0]
    assert spoken["ledger_zh"].ne("").all()
    lawful = spoken["ledger_zh"].str.contains("|".join(LEGAL[1:]))
    assert spoken.loc[lawful, "land_state"].eq("闲置土地").all()
