"""Accuracy as text and as plain data: strata, weighted figures, the calibration table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from landuse.products.words import GROUPS
from landuse.scores.design_accuracy import FEW, Estimate
from landuse.scores.held_out import Comparison
from landuse.scores.model import ScoreModel, ScoreName


def shown(item: Estimate) -> str:
    """Return an estimate as text: share, interval, checks."""
    if not item.checks:
        return "—"
    return f"{item.value:.3f} [{item.low:.3f}, {item.high:.3f}] (n={item.checks})"


def stratum_lines(strata: pd.DataFrame) -> list[str]:
    """Return one line a stratum of `design_accuracy.by_stratum`, few checks marked."""
    lines = ["各层属实率，95 % Clopper-Pearson 区间 / share true by stratum:"]
    for row in strata.to_dict("records"):
        found = Estimate(row["share"], row["low"], row["high"], row["checks"])
        warn = f"  ⚠ 少于 fewer than {FEW}" if row["few"] else ""
        lines.append(
            f"  {row['stratum']}  {GROUPS.get(row['group'], row['group'])} {row['zone_zh']}  "
            f"{row['population']:.0f} 宗，核 {row['checks']}，其中列入 flagged {row['flagged']}  "
            f"{shown(found)}{warn}"
        )
    gone = int(strata.loc[strata["checks"] == 0, "population"].sum())
    if gone:
        lines.append(
            f"  无核实的层共 {gone} 宗，不在下列估计之内 / strata without a check: not covered"
        )
    return lines


def estimate_lines(named: Mapping[str, Mapping[str, Estimate]]) -> list[str]:
    """Return one line for each name: precision, recall and prevalence."""
    return [
        f"  {name}  精确率 precision {shown(found['precision'])}  召回率 recall "
        f"{shown(found['recall'])}  真值占比 prevalence {shown(found['prevalence'])}"
        for name, found in named.items()
    ]


def reliability_lines(table: pd.DataFrame, brier: float) -> list[str]:
    """Return the calibration table of P(flag) as text."""
    lines = [f"P(flag) 与真值 calibration，Brier {brier:.4f}:"]
    lines += [
        f"  {row['low']:.1f}–{row['high']:.1f}  n={row['count']}  均值 mean "
        f"{row['mean_chance']:.3f}  为真 true {row['share_true']:.3f}"
        for row in table.to_dict("records")
        if row["count"]
    ]
    return lines


def estimate_data(found: Mapping[str, Estimate]) -> dict[str, dict[str, float | int | None]]:
    """Return estimates as plain data; nothing known is null."""
    return {
        name: {
            "value": _number(one.value), "low": _number(one.low), "high": _number(one.high),
            "checks": one.checks,
        }
        for name, one in found.items()
    }  # fmt: skip


def _number(value: float) -> float | None:
    return None if np.isnan(value) else value


def plain_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as plain data; missing is null."""
    records = table.astype("object").where(table.notna(), None).to_dict("records")
    return [{str(key): value for key, value in row.items()} for row in records]


def comparison_lines(compared: Sequence[Comparison]) -> list[str]:
    """Return the metrics of held-out blocks before and after calibration as text."""
    lines = ["仅未参与学习的分块，95 % 区间按分块重抽样 / held-out blocks, intervals over blocks:"]
    for item in compared:
        pairs = (("前 before", item.before), ("后 after", item.after), ("差 gain", item.gain))
        parts = [f"{word} {one.value:.3f} [{one.low:.3f}, {one.high:.3f}]" for word, one in pairs]
        lines.append(f"  {item.name:<18} {item.after.zh:<6} " + "  ".join(parts))
    return lines


def comparison_data(compared: Sequence[Comparison]) -> dict[str, dict[str, Any]]:
    """Return the metrics of held-out blocks before and after calibration as plain data."""
    return {
        item.name: {
            name: {"value": one.value, "low": one.low, "high": one.high}
            for name, one in (("before", item.before), ("after", item.after), ("gain", item.gain))
        }
        for item in compared
    }


def weight_lines(old: ScoreModel, new: ScoreModel, *, score: ScoreName) -> list[str]:
    """Return the weights of one score before and after, the heaviest first, and what is gone."""
    before, kept = {item.code: item.weight for item in old.criteria}, new.of_score(score)
    first = {item.code: item.code for item in kept}
    first |= {item.code: item.code.removesuffix(f"-{one}") for item in kept for one in item.groups}
    lines = ["权重 weights 前 before → 后 after:"]
    lines += [
        f"  {item.code} {item.zh} {item.en}  {before.get(first[item.code], 0):.3f} → "
        f"{item.weight:.3f}"
        for item in sorted(kept, key=lambda item: -item.weight)
    ]
    codes = set(first.values())
    gone = [item.code for item in old.of_score(score) if item.code not in codes]
    return lines + ([f"  去掉 left out: {', '.join(gone)}"] if gone else [])
