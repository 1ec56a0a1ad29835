"""The flag rule of one parcel line by line: vetoes, evidence, limits, contradictions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from landuse.scores.bars import Bar, bar_code
from landuse.scores.derivation import SCORES, Origins, Row
from landuse.scores.engine import CLOSE
from landuse.scores.model import ScoreModel, ScoreName, Veto
from landuse.scores.vetoes import NOT_ASSESSED, TOO_SMALL
from landuse.scores.words import FLAG_OF, SCORE_WORDS


def derive_vetoes(row: Row, model: ScoreModel, *, origins: Origins) -> list[dict[str, Any]]:
    """Return every veto with value and limit: hit, passed, or not checked and why.

    ``state`` is hit, passed, not_checked (no layer or no value) or other_group; ``decided`` marks
    the first that hit.
    """
    rules = [_scope(row, model), _size(row, model)]
    rules += [_veto(row, veto, origins) for veto in model.vetoes]
    made = [rule for rule in rules if rule]
    return [rule | {"decided": rule["code"] == row["veto"]} for rule in made]


def _scope(row: Row, model: ScoreModel) -> dict[str, Any]:
    if not all(item.groups for item in model.criteria):
        return {}
    hit = row["veto"] == NOT_ASSESSED
    return {
        "code": NOT_ASSESSED, "zh": "该地类不在评价范围", "en": "land use not assessed",
        "value": row.get("group", ""), "limit": None, "unit": "", "mark": model.mark,
        "state": "hit" if hit else "passed",
    }  # fmt: skip


def _size(row: Row, model: ScoreModel) -> dict[str, Any]:
    if model.minimum_area_m2 <= 0:
        return {}
    area = float(row["area_m2"])
    return {
        "code": TOO_SMALL, "zh": "面积过小", "en": "too small", "value": area,
        "limit": model.minimum_area_m2, "unit": "m²", "mark": model.mark,
        "state": "hit" if area < model.minimum_area_m2 else "passed",
    }  # fmt: skip


def _veto(row: Row, veto: Veto, origins: Origins) -> dict[str, Any]:
    value = row.get(veto.column)
    known = value is not None and not pd.isna(value)
    if veto.groups and row.get("group") not in veto.groups:
        state = "other_group"
    elif not known:
        state = "not_checked"
    else:
        state = "hit" if float(str(value)) > veto.limit else "passed"
    reason = ("图层没有导入", "layer not supplied") if veto.column not in row else ("", "")
    if not known and not reason[0]:
        reason = ("该地块无此值", "no value for this parcel")
    return {
        "code": veto.code, "zh": veto.zh, "en": veto.en, "column": veto.column,
        "value": float(str(value)) if known else None, "limit": veto.limit, "unit": veto.unit,
        "mark": veto.mark, "source": veto.source, "state": state,
        "reason_zh": reason[0], "reason_en": reason[1],
    } | origins.of(veto.data)  # fmt: skip


def derive_contradictions(row: Row, bars: Sequence[Bar]) -> list[dict[str, Any]]:
    """Return each contradiction that the run found, with the flag it bars and its values."""
    by_code = {bar.code: bar for bar in bars}
    codes = [code for code in str(row.get("contradictions") or "").split(";") if code]
    return [_contradiction(code, by_code.get(code), row) for code in codes]


def _contradiction(code: str, bar: Bar | None, row: Row) -> dict[str, Any]:
    if bar is None:
        return {"code": code, "zh": code, "en": code, "against": "", "when": []}
    return {
        "code": code, "zh": bar.zh, "en": bar.en, "against": bar.against,
        "when": [
            {"column": column, "op": op, "limit": limit, "value": row.get(column)}
            for column, op, limit in getattr(bar, "when", ())
        ],
    }  # fmt: skip


def derive_rule(
    row: Row,
    scores: dict[str, dict[str, Any]],
    model: ScoreModel,
    *,
    vetoes: Sequence[Row],
    bars: Sequence[Bar],
) -> list[dict[str, Any]]:
    """Return the conditions of the flag rule in their order, each with value, limit, passed.

    ``score`` is "" for the vetoes; a flag is raised where all conditions of its score pass and
    no veto hits.
    """
    hits = [veto["code"] for veto in vetoes if veto["state"] == "hit"]
    lines = [_line("", "没有否决", "no veto hits", value="、".join(hits), passed=not hits)]
    for score in SCORES:
        lines += _conditions(row, scores[score], model, score=score, bars=bars)
    return lines


def _conditions(
    row: Row, facts: dict[str, Any], model: ScoreModel, *, score: ScoreName, bars: Sequence[Bar]
) -> list[dict[str, Any]]:
    codes = pd.Series([str(row.get("contradictions") or "")])
    bar = bar_code(codes, bars, score=score).iloc[0]
    limit, least = model.flag_minimum[score], model.minimum_families
    known, agreeing = len(facts["families_known"]), len(facts["families_agreeing"])
    points = facts["score"]
    return [
        _line(score, "证据覆盖", "coverage", value=facts["coverage"], limit=model.minimum_coverage,
              passed=facts["coverage"] >= model.minimum_coverage - CLOSE),
        _line(score, "可用独立证据", "families known", value=known, limit=least,
              passed=known >= least),
        _line(score, "得分", "score", value=points, limit=limit,
              passed=points is not None and points >= limit - CLOSE),
        _line(score, "一致的独立证据", "families agreeing", value=agreeing, limit=least,
              passed=agreeing >= least),
        _line(score, "没有矛盾排除", "no contradiction bars it", value=bar, passed=not bar),
    ]  # fmt: skip


def _line(score: str, zh: str, en: str, *, value: Any, passed: bool, limit: Any = None) -> Any:
    return {"score": score, "zh": zh, "en": en, "value": value, "limit": limit, "passed": passed}


def flag_by_rule(rule: Sequence[Row]) -> str:
    """Return the flag that the conditions make: the rule applied to its own lines.

    Evidence suffices where coverage and families known pass; idle comes before low efficiency.
    """
    if not rule[0]["passed"]:
        return "vetoed"
    by_score = {score: [line for line in rule if line["score"] == score] for score in SCORES}
    if not any(all(line["passed"] for line in lines[:2]) for lines in by_score.values()):
        return "insufficient_evidence"
    raised = [score for score in SCORES if all(line["passed"] for line in by_score[score])]
    return FLAG_OF[raised[0]] if raised else "none"


def score_words(score: ScoreName) -> str:
    """Return the name of a score in both languages."""
    return " ".join(SCORE_WORDS[score])
