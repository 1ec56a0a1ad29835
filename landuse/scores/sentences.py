"""Evidence sentences in Chinese and English, made from the criteria that decided."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from landuse.scores.engine import Evaluation
from landuse.scores.model import Criterion, ScoreModel

SIGNS_SHOWN = 3
FLAG_WORDS = {
    "suspected_idle": ("疑似闲置", "Suspected idle"),
    "suspected_low_efficiency": ("疑似低效", "Suspected low efficiency"),
}


def shown(value: float, criterion: Criterion, *, unit: str | None = None) -> str:
    """Return a value as people read it: shares as percent, a real minus sign, unit behind."""
    factor = 100.0 if criterion.unit == "%" else 1.0
    number = f"{value * factor:,.{criterion.decimals}f}".replace("-", "\N{MINUS SIGN}")
    return f"{number}{_unit(criterion.unit if unit is None else unit)}"


def _unit(unit: str) -> str:
    return unit if unit in {"%", "°", ""} else ("" if unit == "–" else f" {unit}")


def sentences(
    evaluation: Evaluation, *, flags: pd.Series[str], model: ScoreModel, years: Mapping[str, str]
) -> pd.DataFrame:
    """Return ``evidence_zh`` and ``evidence_en`` for the rows flagged by this evaluation.

    Parameters
    ----------
    evaluation : the score that decided these rows.
    flags : flag of every row; rows whose flag is not a suspicion get "".
    years : role of a source -> the years of its data, as text.
    """
    order = np.argsort(-evaluation.points, axis=1, kind="stable")
    agreeing = np.nan_to_num(evaluation.deficit, nan=-1.0) >= model.agree_at
    rows = [
        _sentence(row, evaluation, ranked=order[row], agrees=agreeing[row], flag=flag, years=years)
        if flag in FLAG_WORDS
        else ("", "")
        for row, flag in enumerate(flags)
    ]
    return pd.DataFrame(rows, columns=["evidence_zh", "evidence_en"], index=flags.index)


def _sentence(
    row: int,
    evaluation: Evaluation,
    *,
    ranked: np.ndarray,
    agrees: np.ndarray,
    flag: str,
    years: Mapping[str, str],
) -> tuple[str, str]:
    best = [column for column in ranked if agrees[column]][:SIGNS_SHOWN]
    signs = [
        _sign(evaluation.values[row, column], evaluation.criteria[column], years=years)
        for column in best
    ]
    zh, en = FLAG_WORDS[flag]
    families = int(evaluation.families_agreeing[row])
    coverage = f"{evaluation.coverage[row] * 100:.0f}%"
    missing = [
        criterion
        for column, criterion in enumerate(evaluation.criteria)
        if evaluation.applies[row, column] and np.isnan(evaluation.deficit[row, column])
    ]
    gap_zh = "缺" + "、".join(item.zh for item in missing) + "，" if missing else ""
    gap_en = "missing: " + ", ".join(item.en for item in missing) + "; " if missing else ""
    return (
        f"{zh}：{'；'.join(sign[0] for sign in signs)}。{families} 类独立证据一致，"
        f"证据覆盖 {coverage}；{gap_zh}须实地核实。",
        f"{en}: {'; '.join(sign[1] for sign in signs)}. {families} independent families agree, "
        f"coverage {coverage}; {gap_en}to be checked in the field.",
    )


def _sign(value: float, criterion: Criterion, *, years: Mapping[str, str]) -> tuple[str, str]:
    year = years.get(criterion.data, "")
    notes_zh = [part for part in (year, criterion.limit_zh, criterion.mark) if part]
    notes_en = [part for part in (year, criterion.limit_en, criterion.mark) if part]
    zh, en = shown(value, criterion), shown(value, criterion, unit=criterion.unit_en or None)
    return (
        f"{criterion.zh} {zh}（{'，'.join(notes_zh)}）",
        f"{criterion.en} {en} ({', '.join(notes_en)})",
    )
