"""The source sheet of the report: sources, credits, absences and coverage, for one page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from landuse.products.absence_cost import AbsenceBill, RoleCost, Words, coverage_words, joined
from landuse.products.emptied import NOTHING
from landuse.products.facts import RunFacts, SourceFact
from landuse.products.numbers import MISSING, number, percent
from landuse.products.source_sheet import LOCAL, SheetLimits, doubts, host, merged, size_text

_SHARES: Final[dict[str, Words]] = {
    "known": ("有值", "known"),
    "area": ("覆盖", "covered"),
    "inside": ("在内", "inside"),
}
_DIGEST_SHOWN = 8
_LONG_LICENCE = 24
_SEE_CREDITS = "见署名 see credits"


def source_page(run: RunFacts, *, limits: SheetLimits | None = None) -> dict[str, Any]:
    """Return what the sheet shows: rows, credits, absences with cost, coverage and verdict."""
    sources, bill = merged(run.sources), run.bill
    return {
        "rows": [_row(fact, limits or SheetLimits()) for fact in sources],
        "credits": _credits(run.sources),
        "absences": absence_rows(bill) if bill else [],
        "coverage": coverage_words(bill.together) if bill else None,
        "verdict": bill.verdict if bill else None,
        "can_flag": bill is None or bill.can_flag,
    }


def _row(fact: SourceFact, limits: SheetLimits) -> dict[str, Any]:
    zh, en = joined(doubts(fact, limits))
    return {
        "role": fact.role,
        "title_zh": fact.title_zh,
        "title_en": fact.title_en,
        "file": fact.file,
        "digest": fact.digest[:_DIGEST_SHOWN],
        "size": size_text(fact.size_bytes) if fact.size_bytes else "",
        "year": fact.year or MISSING,
        "age": number(fact.age_years, 1),
        "licence": _licence(fact),
        "mark": fact.mark,
        "overlap": overlap_words(fact)[0],
        "features": "" if fact.features is None else number(fact.features),
        "origin": f"下载 {host(fact.url)}" if fact.url else LOCAL[0],
        "doubt_zh": zh,
        "doubt_en": en,
    }


def _licence(fact: SourceFact) -> str:
    """Return a licence as a narrow column holds it; a long one stands with the credit line."""
    long = len(fact.licence) > _LONG_LICENCE and fact.attribution
    return _SEE_CREDITS if long else fact.licence or MISSING


def overlap_words(fact: SourceFact) -> Words:
    """Return the overlap of a source with the study area, and what was compared."""
    if fact.overlap is None:
        return (MISSING, MISSING)
    zh, en = _SHARES[fact.overlap_kind]
    # 99.97 % of the cells is not all of them: only a whole share is written as 100 %.
    shown = percent(fact.overlap, 0 if fact.overlap in (0, 1) else 1)
    shown = "99.9%" if shown == "100.0%" else shown
    return (f"{zh} {shown}", f"{shown} {en}")


def _credits(sources: Iterable[SourceFact]) -> list[dict[str, str]]:
    """Return every credit line once, as given, with the layers it stands for and its licence."""
    held: dict[tuple[str, str], dict[str, None]] = {}
    for fact in sources:
        if fact.attribution:
            names = held.setdefault((fact.attribution, fact.licence), {})
            names[fact.product or fact.title_zh] = None
    return [
        {"names": "、".join(names), "text": text, "licence": licence}
        for (text, licence), names in held.items()
    ]


def absence_rows(bill: AbsenceBill) -> list[dict[str, str]]:
    """Return a row for each absent role that a score or a veto feels; the others share rows.

    Of those, the roles that nothing rests on come last, by name only.
    """
    felt = [item for item in bill.roles if not item.empties_only]
    light = [item for item in bill.roles if item.empties_only]
    free = [item.name for item in light if item.words() == NOTHING]
    rows = [_gap(item.name, (_reason(item), item.reason[1]), item.words()) for item in felt]
    told = [_named(item) for item in light if item.words() != NOTHING]
    if told:
        rows.append(_gap(_NO_SCORE, ("", ""), joined(told)))
    if free:
        rows.append(_gap(joined(free, comma=("、", ", ")), ("", ""), NOTHING))
    return rows


_NO_SCORE: Final[Words] = ("其余（评分与否决不受影响）", "others (no score or veto feels them)")


def _named(item: RoleCost) -> Words:
    """Return a role with what stays empty, and why it is absent where that is known."""
    zh = f"{item.name[0]}（{_reason(item)}）" if _reason(item) else item.name[0]
    return f"{zh}：{item.words()[0]}", f"{item.name[1]}: {item.words()[1]}"


def _gap(name: Words, reason: Words, cost: Words) -> dict[str, str]:
    parts = {"name": name, "reason": reason, "cost": cost}
    return {f"{key}_{tongue}": text for key, pair in parts.items()
            for tongue, text in zip(("zh", "en"), pair, strict=True)}  # fmt: skip


def _reason(item: RoleCost) -> str:
    """Return why a role is absent, where that is more than that nobody gave it."""
    return "" if item.reason[0] == f"未提供{item.name[0]}" else item.reason[0]
