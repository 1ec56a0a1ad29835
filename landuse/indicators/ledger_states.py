"""The legal state of each row of the supply ledger, by its dates alone."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from landuse.indicators.ledger_rows import calendar_years, complete
from landuse.indicators.ledger_rules import (
    DECLARED,
    DOUBTS,
    IDLE,
    IDLE_1Y,
    IDLE_2Y,
    IDLE_RULES,
    IDLE_STOP,
    IN_USE,
    LAND_STATES,
    PROVES_USE,
    STATE_OF,
    UNFINISHED,
    LedgerLimits,
)

_CONTRACTUAL = ("contract_date", "delivery_date", "start_due_date", "finish_due_date")
_ACTUAL = ("start_date", "finish_date", "stopped_on")


def ledger_states(rows: pd.DataFrame, *, as_of: date, limits: LedgerLimits) -> pd.DataFrame:
    """Say of each row which of the eight states its dates prove, by which rule.

    No date is made up: where the agreed start is missing nothing is decided, nor where the ledger
    has no column of actual starts, since then none can be missing. A start later than ``as_of``
    has not happened; a completion or a stop of works implies a start. A year is full on its
    anniversary.

    Parameters
    ----------
    rows : the dates, numbers and texts of a ledger (see `ledger_rows`), all optional;
        ``built_share`` (0 to 1) is what imagery shows of the parcel: it adds doubts and words, and
        moves neither a state nor ``ledger_idle``.
    as_of : the analysis date.

    Returns
    -------
    With the index of the rows: ``land_state`` (one of eight, or null), ``dates_state`` (what the
    dates say where the bureau wrote another), ``ledger_rule``, ``ledger_idle_years`` (years past
    the agreed start without a start; null when there is a start or no agreed one),
    ``stop_years``, ``invested_share``, ``ledger_idle`` (1 an idle rule fires, 0 use is proven,
    null otherwise), ``doubts`` (codes of ``DOUBTS`` joined by ";").

    Source: domain.md §1.1, I-1 to I-5.
    """
    given = complete(rows)
    day = pd.Timestamp(as_of)
    facts = _facts(given, day, limits).assign(start_kept="start_date" in rows)
    rule = pd.Series(_rules(given, facts, day, limits), index=rows.index, dtype="str")
    by_dates = rule.map(STATE_OF).astype("str")
    by_dates = by_dates.mask(by_dates == "")
    said = given["declared_state"].str.normalize("NFKC").str.strip()
    declared = said.where(said.isin(list(LAND_STATES)))
    differs = declared.notna() & (declared != by_dates.fillna(""))
    idle = _idle(rule).mask(differs, _declared_idle(declared))
    built = given["built_share"] >= limits.stop_built_share.value
    doubts = _doubts(given, facts, day) | {
        "SEEN_UNBUILT": facts["little_seen"] & _may_have_stopped(facts, limits),
        "BUILT_WITHOUT_START": built & rule.isin([IDLE_1Y, IDLE_2Y, "SUPPLIED_NOT_STARTED"]),
        "DECLARED_DIFFERS": differs,
        "DECLARED_UNKNOWN": said.notna() & (said != "") & declared.isna(),
    }
    return pd.DataFrame(
        {
            "land_state": declared.fillna(by_dates),
            "dates_state": by_dates,
            "ledger_rule": rule.mask(differs, DECLARED),
            "ledger_idle_years": facts["late_years"],
            "stop_years": facts["stop_years"],
            "invested_share": facts["invested_share"],
            "ledger_idle": idle,
            "doubts": _joined(doubts, rows.index),
        },
        index=rows.index,
    )


def _facts(rows: pd.DataFrame, day: pd.Timestamp, limits: LedgerLimits) -> pd.DataFrame:
    """Return what holds on the analysis date: contracts and works that were there by then."""
    start, finish, stop = (rows[name].where(rows[name] <= day) for name in _ACTUAL)
    stop = stop.mask(start > stop)
    started = start.notna() | finish.notna() | stop.notna()
    total, invested = rows["total_investment_10k_yuan"], rows["invested_10k_yuan"]
    share = (invested / total.where(total > 0)).where(invested >= 0)
    tested = day - pd.Timedelta(days=limits.grace_days.value)
    due = rows["start_due_date"]
    return pd.DataFrame(
        {
            "contract": rows[[*_CONTRACTUAL, *_ACTUAL]].notna().any(axis=1),
            "in_force": ~(rows["contract_date"] > day),
            "started": started,
            "finished": finish.notna(),
            "late_years": calendar_years(due, day).where(~started),
            "tested_years": calendar_years(due, tested).where(~started),
            "worked_years": calendar_years(start, day),
            "stop_years": calendar_years(stop, day).where(finish.isna()),
            "approved_years": calendar_years(rows["approved_on"], day),
            "invested_share": share,
            "overdue": rows["finish_due_date"] < tested,
            "little_paid": share < limits.stop_invested_share.value,
            "little_seen": rows["built_share"] < limits.stop_built_share.value,
        }
    )


def _rules(
    rows: pd.DataFrame, facts: pd.DataFrame, day: pd.Timestamp, limits: LedgerLimits
) -> np.ndarray:
    """Return the rule of each row: the first that holds."""
    supplied = facts["contract"] & facts["in_force"]
    approved = ~supplied & facts["approved_years"].notna()
    idle = facts["started"] & ~facts["finished"]
    long_stop = idle & (facts["stop_years"] >= limits.stop_years.value)
    may_have_stopped = _may_have_stopped(facts, limits)
    cases = {
        "APPROVED_NOT_SUPPLIED": approved
        & (facts["approved_years"] >= limits.approved_years.value),
        "APPROVED": approved,
        "AFTER_AS_OF": ~facts["in_force"] | (~facts["contract"] & (rows["approved_on"] > day)),
        "DONE": facts["finished"],
        IDLE_STOP: long_stop & facts["little_paid"],
        "STOP_SEEN": long_stop & facts["little_seen"],
        "STOPPED": long_stop,
        "STOP_TO_CHECK": may_have_stopped & facts["little_paid"],
        "OVERDUE": facts["started"] & facts["overdue"],
        "IN_TIME": facts["started"] & rows["finish_due_date"].notna(),
        "STARTED": facts["started"],
        "DATES_INCOMPLETE": rows["start_due_date"].isna() | ~facts["start_kept"],
        IDLE_2Y: facts["tested_years"] >= limits.long_idle_years.value,
        IDLE_1Y: facts["tested_years"] >= limits.idle_years.value,
        "SUPPLIED_NOT_STARTED": rows["start_due_date"] <= day,
    }
    return np.select([case.to_numpy() for case in cases.values()], list(cases), "NOT_YET_DUE")


def _may_have_stopped(facts: pd.DataFrame, limits: LedgerLimits) -> pd.Series:
    """Tell where works began a year ago or more and neither a stop nor a completion is known."""
    going = facts["started"] & ~facts["finished"] & facts["stop_years"].isna()
    return going & (facts["worked_years"] >= limits.stop_years.value)


def _idle(rule: pd.Series) -> pd.Series:
    known = dict.fromkeys(PROVES_USE, 0.0) | dict.fromkeys(IDLE_RULES, 1.0)
    return rule.map(known).astype("float64")


def _declared_idle(declared: pd.Series) -> pd.Series:
    return declared.map({IDLE: 1.0, IN_USE: 0.0, UNFINISHED: 0.0}).astype("float64")


def _doubts(rows: pd.DataFrame, facts: pd.DataFrame, day: pd.Timestamp) -> dict[str, pd.Series]:
    contract, due = rows["contract_date"], rows["start_due_date"]
    start, finish, stop = (rows[name].where(rows[name] <= day) for name in _ACTUAL)
    invested, total = rows["invested_10k_yuan"], rows["total_investment_10k_yuan"]
    no_start = rows["start_date"].isna()
    return {
        "START_BEFORE_CONTRACT": start < contract,
        "DUE_BEFORE_CONTRACT": due < contract,
        "DUE_BEFORE_DELIVERY": due < rows["delivery_date"],
        "FINISH_DUE_BEFORE_START_DUE": rows["finish_due_date"] < due,
        "FINISH_WITHOUT_START": no_start & finish.notna(),
        "STOP_WITHOUT_START": no_start & stop.notna() & finish.isna(),
        "FINISH_BEFORE_START": finish < rows["start_date"],
        "STOP_BEFORE_START": start > stop,
        "AFTER_AS_OF": rows[list(_ACTUAL)].gt(day).any(axis=1) & facts["in_force"],
        "INVESTMENT_UNREADABLE": (invested < 0) | (total <= 0),
    }


def _joined(doubts: dict[str, pd.Series], index: pd.Index) -> pd.Series:
    """Return the codes of the doubts of each row, joined by ";"."""
    out = pd.Series("", index=index, dtype="str")
    for code in DOUBTS:
        hit = doubts[code].fillna(False).astype(bool)
        out = out.mask(hit, out + ";" + code)
    return out.str.removeprefix(";")
