"""The whole derivation of one site for better use, as text and as data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from landuse.explain import plain_data, product_table, read_product
from landuse.explain_village import score_facts, score_lines
from landuse.plans.sites.judge import with_facts
from landuse.plans.sites.rules import all_hold, holds
from landuse.plans.sites.settings import Advice, Condition
from landuse.scores.engine import evaluate
from landuse.scores.model import ScoreModel
from landuse.study import OpenStudy

DISAGREE = (
    "实地核实利用状况，补充权利人表、管控线后重新运行；权重在机会评分模型、规则在规则文件中，可复制修改",
    "check the use in the field, supply owners and control lines, run again; weights stand in the "
    "model, rules in the file of rules, and both can be copied and changed",
)


def site_ids(study: OpenStudy) -> list[str]:
    """Return the ids of the sites of a finished run; none where it found none."""
    file = product_table(study, "parcels").parent / "sites.parquet"
    return pd.read_parquet(file, columns=["site_id"])["site_id"].tolist() if file.is_file() else []


def explain_site(study: OpenStudy, site_id: str) -> tuple[list[str], dict[str, Any]]:
    """Return how one site came to its score, uses and advice, as lines and as the same data.

    Returns
    -------
    lines, and data: ``site`` (its row); ``score``: as of a village; ``vetoes``; ``advice``: every
    rule in order with its conditions, the value found and whether it holds; ``overlaps``;
    ``disagree``.
    """
    table = read_product(study, "sites")
    row = table[table["site_id"] == site_id].iloc[[0]].reset_index(drop=True)
    model = study.opportunity_model
    found = evaluate(row.assign(group="SITE"), model, score="ops")
    made = row.assign(buildable=float(row["veto"].iloc[0] == ""))
    facts = with_facts(row, made)
    site = row.iloc[0].to_dict()
    data = {
        "site": site,
        "score": score_facts(found, model.flag_minimum["ops"]),
        "vetoes": _vetoes(site, model),
        "advice": [_rule(facts, rule) for rule in study.site_rules.advice],
        "disagree": dict(zip(("zh", "en"), DISAGREE, strict=True)),
    }
    return _lines(data), plain_data(data)


def _vetoes(row: Mapping[str, Any], model: ScoreModel) -> list[dict[str, Any]]:
    return [
        {
            "code": veto.code, "zh": veto.zh, "en": veto.en, "limit": veto.limit,
            "value": None if pd.isna(row.get(veto.column)) else float(row[veto.column]),
            "hit": row["veto"] == veto.code, "mark": veto.mark,
        }
        for veto in model.vetoes
    ]  # fmt: skip


def _rule(facts: pd.DataFrame, rule: Advice) -> dict[str, Any]:
    met = bool(all_hold(facts, rule.when)[0])
    if rule.either:
        met = met and any(bool(holds(facts, one)[0]) for one in rule.either)
    return {
        "code": rule.code, "zh": rule.zh, "en": rule.en, "basis_zh": rule.basis_zh,
        "mark": rule.mark, "holds": met,
        "when": [_condition(facts, one) for one in rule.when],
        "either": [_condition(facts, one) for one in rule.either],
    }  # fmt: skip


def _condition(facts: pd.DataFrame, condition: Condition) -> dict[str, Any]:
    column, comparison, limit = condition
    value = facts.reindex(columns=[column])[column].astype("float64").iloc[0]
    return {
        "column": column, "comparison": comparison, "limit": limit,
        "value": None if pd.isna(value) else float(value),
        "holds": bool(holds(facts, condition)[0]),
    }  # fmt: skip


def _lines(data: Mapping[str, Any]) -> list[str]:
    site = data["site"]
    chosen = "入选 chosen" if site["first_choice"] else "未列为首选 not chosen"
    lines = [
        f"{site['site_id']}  {site['town_name']}  {site['plots']} 宗 plots  "
        f"{site['area_mu']:.1f} 亩 mu  {chosen}",
        f"所含地块 plots {site['members']}",
        *(text for text in (site["evidence_zh"], site["evidence_en"]) if text),
        *(f"! {text}" for text in site["unchecked"].split(";") if text),
        *score_lines(data["score"], "机会分 opportunity"),
        "", "【否决 vetoes】", *(_veto_line(item) for item in data["vetoes"]),
    ]  # fmt: skip
    if site["veto"]:
        lines.append(
            f"  {site['veto']}：{site['veto_share']:g}（门槛 limit {site['veto_limit']:g}）"
        )
    lines += [
        "",
        "【用途 uses】",
        f"  {site['uses'] or '—'}  适合度 fit % {site['use_fits'] or '—'}",
    ]
    lines += ["", "【处置建议 advice】", f"  {site['advice_zh']} / {site['advice_en']}",
              f"  依据 basis {site['advice_basis_zh']} [{site['advice_mark']}]",
              f"  首先核实 check first：{site['first_check_zh']}"]  # fmt: skip
    lines += [f"  {_rule_line(rule)}" for rule in data["advice"]]
    if site["overlaps"]:
        lines += ["", f"【重叠的备选 overlapping alternatives】 {site['overlaps']}"]
    return [*lines, "", "【如何提出异议 how to disagree】", *(f"  {text}" for text in DISAGREE)]


def _veto_line(item: Mapping[str, Any]) -> str:
    state = "— 未核对 not checked" if item["value"] is None else "✗ 否决 hit" if item["hit"] else \
        f"✓ 通过 passed（{item['value']:g}，门槛 limit {item['limit']:g}）"  # fmt: skip
    return f"  {item['code']} {item['zh']} {item['en']}：{state}"


def _rule_line(rule: Mapping[str, Any]) -> str:
    told = [_condition_text(one) for one in rule["when"]]
    if rule["either"]:
        told.append(f"（{' 或 or '.join(_condition_text(one) for one in rule['either'])}）")
    sign = "✓" if rule["holds"] else "✗"
    return f"{sign} {rule['code']}：{'，'.join(told) or '无条件 always'}"


def _condition_text(one: Mapping[str, Any]) -> str:
    value = "未知 unknown" if one["value"] is None else f"{one['value']:.4g}"
    return f"{one['column']} {value} {one['comparison']} {one['limit']:g}"
