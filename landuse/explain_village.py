"""The whole derivation of one natural village, as text and as data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from landuse.explain import plain_data, product_table, read_product
from landuse.plans.quota import AREAS, NAMES
from landuse.scores.engine import Evaluation, evaluate
from landuse.scores.model import ScoreModel
from landuse.scores.villages import KINDS, OUTLINE, POINT
from landuse.scores.words import shown
from landuse.study import OpenStudy

CAUTION = (
    "候选只是征询意愿的理由；是否搬迁由农户自愿决定 a reason to ask; moving is for its households"
)
DISAGREE = (
    "实地核实房屋与居住情况，补充户籍、意愿调查后重新运行；规则与权重在评价模型文件中，可复制修改",
    "check houses and residents in the field, supply register and consent survey, run again; "
    "rules and weights stand in the score model, which can be copied and changed",
)


def village_ids(study: OpenStudy) -> list[str]:
    """Return the ids of the villages of a finished run; none where it judged no village."""
    folder = product_table(study, "parcels").parent
    file = folder / "villages.parquet"
    return pd.read_parquet(file, columns=["village_id"])["village_id"].tolist() if file.is_file() \
        else []  # fmt: skip


def explain_village(study: OpenStudy, village_id: str) -> tuple[list[str], dict[str, Any]]:
    """Return how one village came to its kind, as lines and as the same data.

    Returns
    -------
    lines, and data: ``village`` (its row); ``scores``: by name ``score, coverage, minimum, stands``
    and ``criteria`` with ``value, deficit, weight_share, points``; ``vetoes``; ``quota`` and
    ``plan`` (None = not in the ledger, not in the plan); ``disagree``.
    """
    table = read_product(study, "villages")
    row = table[table["village_id"] == village_id].iloc[[0]].reset_index(drop=True)
    facts = row.iloc[0].to_dict()
    model = study.village_model
    given = row.assign(group=np.where(row["area_m2"].fillna(0) > 0, OUTLINE, POINT))
    scores = {
        name: score_facts(evaluate(given, model, score=name), model.flag_minimum[name])
        for name in KINDS
    }
    data = {
        "village": facts,
        "scores": scores,
        "vetoes": _vetoes(facts, model),
        "quota": _one(study, "quota", village_id),
        "plan": _one(study, "plan", village_id),
        "disagree": dict(zip(("zh", "en"), DISAGREE, strict=True)),
    }
    return _lines(data), plain_data(data)


def score_facts(found: Evaluation, minimum: float) -> dict[str, Any]:
    """Return one score with its criteria; points sum to the score."""
    weights = np.array([item.weight for item in found.criteria])
    known = found.applies[0] & ~np.isnan(found.deficit[0])
    whole = float(weights[known].sum()) or 1.0
    criteria = [
        {
            "code": item.code, "zh": item.zh, "en": item.en, "limit_zh": item.limit_zh,
            "value": float(found.values[0, at]), "shown": shown(found.values[0, at], item),
            "deficit": float(found.deficit[0, at]),
            "weight_share": float(item.weight / whole) if known[at] else None,
            "points": float(found.points[0, at]) if known[at] else None,
            "data": item.data, "mark": item.mark, "source": item.source,
        }
        for at, item in enumerate(found.criteria)
        if found.applies[0, at]
    ]  # fmt: skip
    score = float(found.score[0])
    return {
        "score": score, "coverage": float(found.coverage[0]), "minimum": minimum,
        "stands": bool(score >= minimum - 1e-9), "criteria": criteria,
    }  # fmt: skip


def _vetoes(row: Mapping[str, Any], model: ScoreModel) -> list[dict[str, Any]]:
    return [
        {
            "code": veto.code, "zh": veto.zh, "en": veto.en, "limit": veto.limit,
            "value": row.get(veto.column), "hit": row["veto"] == veto.code,
            "checked": not pd.isna(row.get(veto.column, np.nan)), "mark": veto.mark,
        }
        for veto in model.vetoes
    ]  # fmt: skip


def _one(study: OpenStudy, name: str, village_id: str) -> dict[str, Any] | None:
    table = read_product(study, name)
    found = table[table["village_id"] == village_id]
    return None if found.empty else dict(found.iloc[0].to_dict())


def _lines(data: Mapping[str, Any]) -> list[str]:
    row = data["village"]
    name = " ".join(str(row[key]) for key in ("name", "town_name", "village_name") if row.get(key))
    lines = [
        f"{row['village_id']}  {name}",
        f"类别 kind {row['kind']} {row['kind_en']}  得分 score {_text(row['score'])}  "
        f"类内位次 rank {_text(row['rank'], 0)}  证据覆盖 coverage {_share(row['coverage'])}",
        CAUTION,
        *(text for text in (row["evidence_zh"], row["evidence_en"]) if text),
        *(f"! {text}" for text in (row["basis_zh"], row["basis_en"]) if text),
    ]
    for score, (zh, en) in KINDS.items():
        lines += score_lines(data["scores"][score], f"{zh} {en}")
    lines += ["", "【否决 vetoes】", *(_veto_line(item) for item in data["vetoes"])]
    lines += ["", "【指标台账 quota ledger】", *_quota_lines(data["quota"], data["plan"])]
    return [*lines, "", "【如何提出异议 how to disagree】", *(f"  {text}" for text in DISAGREE)]


def score_lines(facts: Mapping[str, Any], title: str) -> list[str]:
    """Return a score as lines: each criterion with its points, their sum, the limit."""
    lines = ["", f"【{title}】"]
    for item in facts["criteria"]:
        head = f"  {item['code']} {item['zh']} {item['en']}："
        if item["points"] is None:
            lines.append(f"{head}— 缺 missing")
            continue
        lines.append(
            f"{head}{item['shown']}  门槛 limit {item['limit_zh'] or '—'}  "
            f"100 × {item['weight_share']:.4f} × {item['deficit']:.4f} = {item['points']:.2f} "
            f"[{item['mark']}] {item['source']}"
        )
    if np.isnan(facts["score"]):
        end = "证据不足，不评分 not enough evidence for a score"
    else:
        sign = "≥ 成立 stands" if facts["stands"] else "< 不成立 does not stand"
        end = f"合计 sum {facts['score']:.2f}  门槛 limit {facts['minimum']:g}  {sign}"
    return [*lines, f"  {end}  证据覆盖 coverage {facts['coverage']:.0%}"]


def _veto_line(item: Mapping[str, Any]) -> str:
    state = "✗ 否决 hit" if item["hit"] else "✓ 通过 passed" if item["checked"] else \
        "— 未核对 not checked"  # fmt: skip
    return f"  {item['code']} {item['zh']} {item['en']}：{state}"


def _quota_lines(quota: Mapping[str, Any] | None, plan: Mapping[str, Any] | None) -> list[str]:
    if quota is None:
        return ["  不是候选，或缺面积、户数、复垦方向 not a candidate, or a figure is missing"]
    lines = [f"  {NAMES[name]} {quota[name]:.2f}" for name in AREAS]
    if plan is None:
        return [*lines, "  未列入整合方案 not in the plan"]
    return [*lines, f"  整合方案第 {plan['step']:.0f} 步，可能去向 {plan['site_id']} "
            f"step {plan['step']:.0f} of the plan, {plan['way_m']:.0f} m"]  # fmt: skip


def _text(value: Any, digits: int = 1) -> str:
    return "—" if pd.isna(value) else f"{value:.{digits}f}"


def _share(value: Any) -> str:
    return "—" if pd.isna(value) else f"{value:.0%}"
