"""One sentence for each row of the ledger: its dates, the rule, the source and the mark.

Words of the law stand here only, and only beside the dates of a row.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from landuse.indicators.ledger_rules import (
    DECLARED,
    DOUBTS,
    EXEMPT_CAUSES,
    IDLE,
    IDLE_1Y,
    IDLE_2Y,
    IDLE_STOP,
    LedgerLimits,
)
from landuse.indicators.measured import Limit

Words = tuple[str, str]
Row = Mapping[str, Any]


@dataclass(frozen=True)
class _Says:
    as_of: str
    limits: LedgerLimits


def ledger_sentences(rows: pd.DataFrame, *, as_of: date, limits: LedgerLimits) -> pd.DataFrame:
    """Return ``ledger_zh`` and ``ledger_en``, a sentence for each row, with the index of the rows.

    Parameters
    ----------
    rows : the columns of `ledger_rows.complete` and of `ledger_states` together.
    """
    says = _Says(as_of.isoformat(), limits)
    text = rows.assign(**{
        name: column.dt.strftime("%Y-%m-%d") for name, column in rows.items() if _is_date(column)
    })  # fmt: skip
    told = [_sentence(row, says) for row in text.astype("object").to_dict("records")]
    return pd.DataFrame(told, columns=["ledger_zh", "ledger_en"], index=rows.index, dtype="str")


def _is_date(column: pd.Series) -> bool:
    return bool(pd.api.types.is_datetime64_any_dtype(column.dtype))


def _sentence(row: Row, says: _Says) -> Words:
    rule = str(row["ledger_rule"])
    told = _declared(row) if rule == DECLARED else _TOLD[rule](row, says)
    contract = _opening(row)
    codes = str(row["doubts"]).split(";")
    doubts = [DOUBTS[code] for code in codes if code and code != "DECLARED_DIFFERS"]
    zh = f"{contract[0]}：{told[0]}"
    en = f"{contract[1]}: {told[1]}"
    if doubts:
        zh += "；存疑：" + "，".join(doubt.zh for doubt in doubts)
        en += "; in doubt: " + ", ".join(doubt.en for doubt in doubts)
    return f"{zh}。", f"{en}."


def _opening(row: Row) -> Words:
    number, contract = _known(row["supervision_no"]), _known(row["contract_date"])
    zh = [f"电子监管号 {number}"] if number else []
    en = [f"no. {number}"] if number else []
    if contract:
        zh.append(f"合同 {contract}")
        en.append(f"contract {contract}")
    more_zh, more_en = "，".join(zh), ", ".join(en)
    return (f"台账（{more_zh}）", f"Ledger ({more_en})") if zh else ("台账", "Ledger")


def _known(value: Any) -> str:
    return "" if pd.isna(value) else str(value)


def _years(value: float) -> str:
    """Write years to two decimals, rounded down: 1.999 years are not two."""
    return f"{math.floor(value * 100 + 1e-6) / 100:.2f}"


def _cited(limit: Limit) -> Words:
    return f"{limit.source}，标记 {limit.mark}", f"{limit.source}, mark {limit.mark}"


def _declared(row: Row) -> Words:
    state, dates = row["land_state"], _known(row["dates_state"])
    return (
        f"登记状态为{state}" + (f"，由日期推得{dates}" if dates else "，日期不能推出状态"),
        f"the bureau wrote {state}"
        + (f", the dates alone say {dates}" if dates else ", the dates say nothing"),
    )


def _after(_row: Row, says: _Says) -> Words:
    return (
        f"合同或批准晚于分析日 {says.as_of}，当时尚无此记录，不判断状态",
        f"signed or approved after the analysis date {says.as_of}: no state then",
    )


def _approved(row: Row, says: _Says) -> Words:
    limit = says.limits.approved_years
    state, cited = row["dates_state"], _cited(limit)
    return (
        f"{row['approved_on']} 批准农转用，至 {says.as_of} 无供地合同，{state}"
        f"（界线 {limit.value:g} 年：{cited[0]}）",
        f"conversion approved on {row['approved_on']}, no supply contract by {says.as_of}: {state} "
        f"(the line is {limit.value:g} years: {cited[1]})",
    )


def _incomplete(row: Row, _says: _Says) -> Words:
    due = _known(row["start_due_date"])
    if due:
        return (
            f"约定开工 {due}，台账没有实际开工一列，不判断是否按期",
            f"start agreed for {due}; no column of actual starts, so nothing is decided",
        )
    return (
        "缺约定开工时间，也无实际开工、竣工记录，不推定日期，不判断是否按期",
        "no agreed start and no actual start or completion; no date is made up, nothing is decided",
    )


def _not_due(row: Row, says: _Says) -> Words:
    return (
        f"约定开工 {row['start_due_date']}，分析日 {says.as_of} 尚未到期",
        f"start agreed for {row['start_due_date']}, not yet due on {says.as_of}",
    )


def _not_started(row: Row, says: _Says) -> Words:
    zh, en = _late(row, says)
    return (
        f"{zh}，未满 {says.limits.idle_years.value:g} 年，供而未用",
        f"{en}; less than {says.limits.idle_years.value:g} year(s): supplied, not used",
    )


def _late(row: Row, says: _Says) -> Words:
    years = _years(row["ledger_idle_years"])
    return (
        f"约定开工 {row['start_due_date']}，至 {says.as_of} 已过 {years} 年，无开工、竣工记录",
        f"start agreed for {row['start_due_date']}, {years} years past on {says.as_of}, "
        "no start or completion on record",
    )


def _idle(limit_name: str) -> Callable[[Row, _Says], Words]:
    def told(row: Row, says: _Says) -> Words:
        limit: Limit = getattr(says.limits, limit_name)
        (zh, en), cited, next_step = _late(row, says), _cited(limit), _consequence(row)
        return (
            f"{zh}，满 {limit.value:g} 年（{cited[0]}），{IDLE}线索；{next_step[0]}",
            f"{en}; {limit.value:g} year(s) are full ({cited[1]}): a lead of idle land ({IDLE}); "
            f"{next_step[1]}",
        )

    return told


def _consequence(row: Row) -> Words:
    """Return what may follow; I-5 excludes the charge and the taking back of land."""
    cause = _known(row["cause"])
    if any(word in cause for word in EXEMPT_CAUSES):
        return (
            f"台账原因：{cause}，可研究延长动工期、调整条件或置换（I-5），须调查认定",
            f"cause on record: {cause}; a longer term, other conditions or an exchange may be "
            "studied (I-5) after investigation",
        )
    known = f"台账原因：{cause}" if cause else "原因未登记，先查明是否政府原因"
    known_en = (
        f"cause on record: {cause}" if cause else "no cause on record: rule out a public cause"
    )
    if row["ledger_rule"] == IDLE_2Y:
        return (
            f"收回线索（I-4），{known}，须调查认定",
            f"a lead for taking it back (收回, I-4), {known_en}; to be proven",
        )
    if row["ledger_rule"] == IDLE_1Y:
        return (
            f"闲置费线索（I-3），{known}，须调查认定",
            f"a lead for the idle-land charge (闲置费, I-3), {known_en}; to be proven",
        )
    return f"{known}，须调查认定", f"{known_en}; to be proven"


def _little_paid(row: Row, says: _Says) -> Words:
    """Return which share of the investment is too small, with its bar (I-2)."""
    paid, bar = row["invested_share"], says.limits.stop_invested_share
    return (
        f"已投资额占比 {paid:.0%} 低于 {bar.value:.0%}（{_cited(bar)[0]}）",
        f"invested share {paid:.0%} below {bar.value:.0%} ({_cited(bar)[1]})",
    )


def _little_seen(row: Row, says: _Says) -> Words:
    """Return that little built land is seen, with its bar: what I-2 asks is land developed."""
    built, bar = row["built_share"], says.limits.stop_built_share
    return (
        f"影像建成占比 {built:.0%} 低于 {bar.value:.0%}（{_cited(bar)[0]}），"
        "开发建设面积须实测，影像不能认定",
        f"built share seen from above {built:.0%}, below {bar.value:.0%} ({_cited(bar)[1]}); the "
        "land developed is to be surveyed, imagery proves nothing",
    )


def _stop(row: Row, says: _Says) -> Words:
    little, next_step = _little_paid(row, says), _consequence(row)
    stopped = f"{row['stopped_on']}", _years(row["stop_years"])
    return (
        f"{stopped[0]} 中止开发，至 {says.as_of} 已 {stopped[1]} 年，{little[0]}，{IDLE}线索；"
        f"{next_step[0]}",
        f"works stopped on {stopped[0]}, {stopped[1]} years by {says.as_of}; {little[1]}: a lead "
        f"of idle land ({IDLE}); {next_step[1]}",
    )


def _stop_to_check(row: Row, says: _Says) -> Words:
    little = _little_paid(row, says)
    return (
        f"实际开工 {row['start_date']}，无竣工记录，{little[0]}；"
        "台账无中止时间，须实地核查中止时间",
        f"started on {row['start_date']}, no completion; {little[1]}; the ledger holds no date of "
        "a stop: to be checked in the field",
    )


def _stopped(row: Row, says: _Says) -> Words:
    stopped = f"{row['stopped_on']}", _years(row["stop_years"])
    return (
        f"{stopped[0]} 中止开发，至 {says.as_of} 已 {stopped[1]} 年，无竣工记录",
        f"works stopped on {stopped[0]}, {stopped[1]} years by {says.as_of}, no completion",
    )


def _stop_seen(row: Row, says: _Says) -> Words:
    stopped, seen = _stopped(row, says), _little_seen(row, says)
    return f"{stopped[0]}；{seen[0]}", f"{stopped[1]}; {seen[1]}"


def _overdue(row: Row, says: _Says) -> Words:
    return (
        f"{_began(row)[0]}，约定竣工 {row['finish_due_date']}，"
        f"至 {says.as_of} 无竣工记录，逾期竣工",
        f"{_began(row)[1]}, completion agreed for {row['finish_due_date']}, none on record by "
        f"{says.as_of}: overdue",
    )


def _began(row: Row) -> Words:
    start = _known(row["start_date"])
    return (f"实际开工 {start}", f"started on {start}") if start else ("已开工", "started")


def _in_time(row: Row, says: _Says) -> Words:
    return (
        f"{_began(row)[0]}，约定竣工 {row['finish_due_date']}，分析日 {says.as_of} 未到期",
        f"{_began(row)[1]}, completion agreed for {row['finish_due_date']}, not yet due on "
        f"{says.as_of}",
    )


def _started(row: Row, _says: _Says) -> Words:
    return (
        f"{_began(row)[0]}，缺约定竣工时间，不判断是否逾期",
        f"{_began(row)[1]}; no agreed completion, so nothing is said of delay",
    )


def _done(row: Row, _says: _Says) -> Words:
    began = _began(row) if _known(row["start_date"]) else ("无开工记录", "no start on record")
    return (
        f"{began[0]}，实际竣工 {row['finish_date']}",
        f"{began[1]}, completed {row['finish_date']}",
    )


_TOLD: dict[str, Callable[[Row, _Says], Words]] = {
    "AFTER_AS_OF": _after,
    "APPROVED": _approved,
    "APPROVED_NOT_SUPPLIED": _approved,
    "DATES_INCOMPLETE": _incomplete,
    "NOT_YET_DUE": _not_due,
    "SUPPLIED_NOT_STARTED": _not_started,
    IDLE_1Y: _idle("idle_years"),
    IDLE_2Y: _idle("long_idle_years"),
    IDLE_STOP: _stop,
    "STOP_SEEN": _stop_seen,
    "STOP_TO_CHECK": _stop_to_check,
    "STOPPED": _stopped,
    "OVERDUE": _overdue,
    "IN_TIME": _in_time,
    "STARTED": _started,
    "DONE": _done,
}
