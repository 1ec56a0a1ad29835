"""Evidence sentences in Chinese and English, made from the criteria that decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from landuse.scores.engine import CLOSE, Evaluation
from landuse.scores.model import Criterion, ScoreModel
from landuse.scores.ramps import rises, value_at
from landuse.scores.words import (
    FLAG_WORDS,
    PEER_GROUPS,
    STABILITY_WORDS,
    family_names,
    named,
    shown,
    with_unit,
)

__all__ = ["FLAG_WORDS", "close_with_robustness", "sentences", "shown"]

SIGNS_SHOWN = 3
LONGEST = 220
"""Characters of a Chinese sentence that people still read to its end."""
TAIL_ROOM = 24
"""Characters kept free for what `close_with_robustness` adds."""
_DETAIL = ((3, 9, 9), (3, 3, 9), (3, 2, 1), (2, 2, 1), (2, 1, 1), (1, 1, 1))
"""(signs, missing criteria, contradictions) named, from the fullest sentence to the shortest."""
_FIELD = ("须实地核实。", "to be checked in the field.")
_FACTS = ("group", "ledger_zh", "ledger_en", "contradictions_zh", "contradictions_en")


@dataclass(frozen=True, kw_only=True)
class _Told:
    """What the sentence of one parcel is made of; pairs are (zh, en)."""

    flag: str
    facts: Mapping[str, str]
    signs: list[tuple[str, str]]
    families: list[tuple[str, str]]
    coverage: str
    missing: list[Criterion]


def sentences(
    evaluation: Evaluation,
    *,
    flags: pd.Series[str],
    model: ScoreModel,
    years: Mapping[str, str],
    facts: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return ``evidence_zh`` and ``evidence_en`` for the rows flagged by this evaluation.

    A sentence says, in this order: what the ledger says; the suspicion and the peer group; the
    strongest signs, each with value, years, limit, mark and how far past the limit; the families
    that agree, by name; coverage and what is missing; contradictions. Where it would become
    longer than ``LONGEST`` characters it names fewer signs and counts the rest; both languages
    name and count the same.

    Parameters
    ----------
    evaluation : the score that decided these rows.
    flags : flag of every row; rows whose flag is not a suspicion get "".
    years : role of a source -> the years of its data, as text.
    facts : same rows, any of ``group, ledger_zh, ledger_en, contradictions_zh,
        contradictions_en``; a column that is not there adds nothing.
    """
    given = pd.DataFrame(index=flags.index) if facts is None else facts
    texts = given.reindex(columns=list(_FACTS)).astype("object")
    texts = texts.where(texts.notna(), "")
    columns = {name: texts[name].tolist() for name in texts.columns}
    order = np.argsort(-evaluation.points, axis=1, kind="stable")
    agreeing = np.nan_to_num(evaluation.deficit, nan=-1.0) >= model.agree_at - CLOSE
    missing = evaluation.applies & np.isnan(evaluation.deficit)
    limits = [float(value_at(item, model.agree_at)) for item in evaluation.criteria]
    names = family_names(model)
    rows: list[tuple[str, str]] = []
    for row, flag in enumerate(flags.tolist()):
        if flag not in FLAG_WORDS:
            rows.append(("", ""))
            continue
        best = [column for column in order[row] if agreeing[row, column]]
        told = _Told(
            flag=flag,
            facts={name: str(values[row]) for name, values in columns.items()},
            signs=[
                _sign(evaluation.values[row, at], evaluation.criteria[at], limits[at], years=years)
                for at in _by_family(evaluation.criteria, best)[:SIGNS_SHOWN]
            ],
            families=[names[code] for code in _families(evaluation.criteria, best)],
            coverage=f"{evaluation.coverage[row] * 100:.0f}%",
            missing=[evaluation.criteria[at] for at in np.flatnonzero(missing[row])],
        )
        rows.append(_pair(told))
    made = pd.DataFrame(rows, columns=["evidence_zh", "evidence_en"], index=flags.index)
    return made.astype("str")


def close_with_robustness(texts: pd.DataFrame, robust: pd.DataFrame) -> pd.DataFrame:
    """Return the sentences with how often the parcel is listed, before the call for a check.

    Parameters
    ----------
    texts : ``evidence_zh``, ``evidence_en``.
    robust : same rows, ``p_flag`` (0 to 1, null = unknown) and ``stability``; rows whose sentence
        does not end in a call for a check stay as they are.
    """
    p = robust["p_flag"].astype("float64").to_numpy()
    words = [STABILITY_WORDS.get(str(code), ("", "")) for code in robust["stability"]]
    result = texts.copy()
    for place, column in enumerate(("evidence_zh", "evidence_en")):
        end = _FIELD[place]
        result[column] = [
            f"{text.removesuffix(end)}{_robust(share, word[place], place)}{end}"
            if text.endswith(end) and not np.isnan(share)
            else text
            for text, share, word in zip(texts[column].tolist(), p.tolist(), words, strict=True)
        ]
    return result


def _robust(share: float, word: str, place: int) -> str:
    if place == 0:
        return f"扰动推演 {share:.0%} 列入{f'（{word}）' if word else ''}；"
    return f"listed in {share:.0%} of draws{f' ({word})' if word else ''}; "


def _by_family(criteria: tuple[Criterion, ...], best: list[int]) -> list[int]:
    """Return the strongest sign of each family first, so that a reader sees independent ones."""
    first = list({criteria[at].family: at for at in reversed(best)}.values())
    return [at for at in best if at in first] + [at for at in best if at not in first]


def _families(criteria: tuple[Criterion, ...], best: list[int]) -> list[str]:
    """Return the families of these criteria, each once, in the model's order of criteria."""
    return list(dict.fromkeys(criteria[at].family for at in sorted(best)))


def _pair(told: _Told) -> tuple[str, str]:
    """Return both sentences in the fullest detail that keeps the Chinese one from being too long.

    One detail serves both, so that neither names a sign or counts a rest the other does not.
    """
    zh, detail = "", _DETAIL[-1]
    for detail in _DETAIL:
        zh = _zh(told, *detail)
        if len(zh) <= LONGEST - TAIL_ROOM:
            break
    return zh, _english(told, *detail)


def _zh(told: _Told, signs: int, gaps: int, against: int) -> str:
    facts, count = told.facts, len(told.families)
    law = f"{facts['ledger_zh'].rstrip('。')}。" if facts["ledger_zh"] else ""
    group = PEER_GROUPS[facts["group"]][0] if facts["group"] in PEER_GROUPS else ""
    peers = f"按{group}同类组，" if group else ""
    families = "、".join(zh for zh, _ in told.families)
    gap = named([item.zh for item in told.missing], most=gaps, language="zh")
    return (
        f"{law}{FLAG_WORDS[told.flag][0]}：{peers}{'；'.join(zh for zh, _ in told.signs[:signs])}。"
        f"{count} 类独立证据一致（{families}），证据覆盖 {told.coverage}"
        f"{f'，缺{gap}' if gap else ''}；"
        f"{_against(facts['contradictions_zh'], most=against, language='zh')}{_FIELD[0]}"
    )


def _english(told: _Told, signs: int, gaps: int, against: int) -> str:
    facts, count = told.facts, len(told.families)
    law = f"{facts['ledger_en'].rstrip('.')}. " if facts["ledger_en"] else ""
    group = PEER_GROUPS[facts["group"]][1] if facts["group"] in PEER_GROUPS else ""
    peers = f"among {group}: " if group else ""
    families = ", ".join(en for _, en in told.families)
    gap = named([item.en for item in told.missing], most=gaps, language="en")
    return (
        f"{law}{FLAG_WORDS[told.flag][1]}: {peers}{'; '.join(en for _, en in told.signs[:signs])}. "
        f"{count} independent families agree ({families}), coverage {told.coverage}"
        f"{f', missing: {gap}' if gap else ''}; "
        f"{_against(facts['contradictions_en'], most=against, language='en')}{_FIELD[1]}"
    )


def _against(text: str, *, most: int, language: str) -> str:
    """Return the contradictions as one part of the sentence, "" where there are none."""
    parts = [part.strip() for part in text.replace("；", ";").split(";") if part.strip()]
    if not parts:
        return ""
    rest = len(parts) - most
    if language == "zh":
        return f"但{'，且'.join(parts[:most])}{f'（另有 {rest} 处矛盾）' if rest > 0 else ''}；"
    return f"but {' and '.join(parts[:most])}{f' (and {rest} more)' if rest > 0 else ''}; "


def _sign(
    value: float, criterion: Criterion, limit: float, *, years: Mapping[str, str]
) -> tuple[str, str]:
    year = years.get(criterion.data, "")
    notes_zh = [part for part in (year, criterion.limit_zh, criterion.mark) if part]
    notes_en = [part for part in (year, criterion.limit_en, criterion.mark) if part]
    zh, en = shown(value, criterion), shown(value, criterion, unit=criterion.unit_en or None)
    past_zh, past_en = past_limit(value, criterion, limit)
    return (
        f"{criterion.zh} {zh}（{'，'.join(notes_zh)}）{past_zh}",
        f"{criterion.en} {en} ({', '.join(notes_en)}){past_en}",
    )


def past_limit(value: float, criterion: Criterion, limit: float) -> tuple[str, str]:
    """Return how far a value lies past the one from which it agrees, in the unit shown.

    "" for ranks (a whole number without unit), whose distance is no quantity, and where the
    distance vanishes in the digits shown.
    """
    rank = criterion.decimals == 0 and criterion.unit in {"", "–"}
    number = shown(abs(value - limit), criterion, unit="")
    if rank or not any(sign in "123456789" for sign in number):
        return ("", "")
    points = criterion.unit == "%"
    unit_zh = " 个百分点" if points else with_unit(criterion.unit)
    unit_en = " points" if points else with_unit(criterion.unit_en or criterion.unit)
    zh, en = ("高", "above") if rises(criterion) else ("低", "below")
    return (f"{zh} {number}{unit_zh}", f", {number}{unit_en} {en}")
