"""From indicators to flag, grade, rank and evidence: the whole judgement of one county."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from pydantic import Field

from landuse.core.findings import Finding
from landuse.core.settings import Settings
from landuse.scores.engine import Evaluation, Flags, add_derived, evaluate
from landuse.scores.model import ScoreModel
from landuse.scores.sentences import sentences
from landuse.scores.vetoes import apply_vetoes, unchecked, waterfall

SUSPECTED = ("suspected_idle", "suspected_low_efficiency")


class AssessSettings(Settings):
    """What the judgement reads: the model, and what the study lacks."""

    score_model: ScoreModel
    years: dict[str, str] = Field(default_factory=dict, description="role = years of its data")
    absent: dict[str, tuple[str, str]] = Field(
        default_factory=dict, description="role = (zh, en) reason why it is absent"
    )


def assess(*, table: pd.DataFrame, settings: AssessSettings) -> dict[str, Any]:
    """Judge every parcel.

    Parameters
    ----------
    table : one row a parcel, sorted by ``parcel_id``: ``parcel_id, group, area_m2, area_mu,
        zone_in`` and the indicator columns. What is not there lowers the coverage.

    Returns
    -------
    ``scores``, one row a parcel in the same order; ``contributions``, one row a parcel, score and
    applicable criterion; ``waterfall``, area taken out per veto; ``findings``.
    """
    model = settings.score_model
    table = add_derived(table, model.derived)
    idle, les = evaluate(table, model, score="idle"), evaluate(table, model, score="les")
    vetoed = apply_vetoes(table, model)
    scores = pd.concat([table[["parcel_id"]], _headline(idle, les, table=table), vetoed], axis=1)
    scores["flag"] = _flags(idle, les, vetoed["veto"] != "", model=model)
    decided = _decide(scores, idle, les)
    scores = pd.concat([scores, decided], axis=1)
    scores["grade"] = _grades(scores, model)
    scores["rank"] = _ranks(scores, table)
    scores["rank_p10"] = scores["rank_p90"] = pd.array([pd.NA] * len(scores), dtype="Int64")
    scores = pd.concat([scores, _texts(scores, table, idle, les, settings=settings)], axis=1)
    return {
        "scores": scores,
        "contributions": _contributions(table["parcel_id"], idle, les, settings=settings),
        "derived": table[["parcel_id", *(item.column for item in model.derived)]],
        "waterfall": waterfall(vetoed, table["area_mu"], model),
        "findings": [*unchecked(table, model), *_share_flagged(scores, table)],
    }


def _headline(idle: Evaluation, les: Evaluation, *, table: pd.DataFrame) -> pd.DataFrame:
    columns = {
        "idle_score": idle.score,
        "les": les.score,
        "idle_coverage": idle.coverage,
        "les_coverage": les.coverage,
    }
    return pd.DataFrame(columns, index=table.index)


def _stands(evaluation: Evaluation, minimum: float, *, model: ScoreModel) -> Flags:
    """Tell where a score is high and at least two independent families carry it."""
    high = np.nan_to_num(evaluation.score, nan=-1.0) >= minimum
    return np.asarray(high & (evaluation.families_agreeing >= model.minimum_families))


def _flags(
    idle: Evaluation, les: Evaluation, vetoed: pd.Series[bool], *, model: ScoreModel
) -> pd.Series[str]:
    unknown = ~idle.sufficient & ~les.sufficient
    choices = np.select(
        [
            vetoed.to_numpy(),
            unknown,
            _stands(idle, model.flag_minimum["idle"], model=model),
            _stands(les, model.flag_minimum["les"], model=model),
        ],
        ["vetoed", "insufficient_evidence", *SUSPECTED],
        default="none",
    )
    return pd.Series(choices, index=vetoed.index, dtype="str")


def _decide(scores: pd.DataFrame, idle: Evaluation, les: Evaluation) -> pd.DataFrame:
    """Return the score that speaks for each parcel, with its coverage and families."""
    idle_score, les_score = idle.score, les.score
    larger = np.nan_to_num(idle_score, nan=-1.0) >= np.nan_to_num(les_score, nan=-1.0)
    neither = np.isnan(idle_score) & np.isnan(les_score)
    larger = np.where(neither, idle.coverage >= les.coverage, larger)
    flag = scores["flag"].to_numpy()
    by_idle = np.where(flag == SUSPECTED[0], True, np.where(flag == SUSPECTED[1], False, larger))
    return pd.DataFrame(
        {
            "decided_by": pd.Series(np.where(by_idle, "idle", "les"), dtype="str").to_numpy(),
            "score": np.where(by_idle, idle_score, les_score),
            "coverage": np.where(by_idle, idle.coverage, les.coverage),
            "families": np.where(by_idle, idle.families_agreeing, les.families_agreeing),
            "families_available": np.where(by_idle, idle.families_known, les.families_known),
        },
        index=scores.index,
    )


def _grades(scores: pd.DataFrame, model: ScoreModel) -> pd.Series[str]:
    grades = sorted(model.grades, key=lambda grade: -grade.minimum)
    score, listed = scores["score"].to_numpy(), scores["flag"].isin(SUSPECTED).to_numpy()
    chosen = np.select(
        [listed & (score >= grade.minimum) for grade in grades],
        [grade.code for grade in grades],
        default="",
    )
    return pd.Series(chosen, index=scores.index, dtype="str")


def _ranks(scores: pd.DataFrame, table: pd.DataFrame) -> pd.Series[int]:
    """Rank the flagged parcels: score, then area, then id; others have no rank."""
    order = scores.assign(area_m2=table["area_m2"])[scores["flag"].isin(SUSPECTED)].sort_values(
        ["score", "area_m2", "parcel_id"], ascending=[False, False, True]
    )
    ranks = pd.Series(np.arange(1, len(order) + 1), index=order.index, dtype="Int64")
    return ranks.reindex(scores.index)


def _texts(
    scores: pd.DataFrame,
    table: pd.DataFrame,
    idle: Evaluation,
    les: Evaluation,
    *,
    settings: AssessSettings,
) -> pd.DataFrame:
    model, flags = settings.score_model, scores["flag"]
    by_idle = sentences(
        idle, flags=flags.where(flags == SUSPECTED[0], ""), model=model, years=settings.years
    )
    by_les = sentences(
        les, flags=flags.where(flags == SUSPECTED[1], ""), model=model, years=settings.years
    )
    texts = by_idle.where(flags == SUSPECTED[0], by_les)
    for flag, (zh, en) in _plain(scores, model).items():
        texts.loc[flags == flag, "evidence_zh"] = zh[flags == flag]
        texts.loc[flags == flag, "evidence_en"] = en[flags == flag]
    return texts.assign(**_suggestions(flags, table["zone_in"], model))


def _plain(
    scores: pd.DataFrame, model: ScoreModel
) -> dict[str, tuple[pd.Series[str], pd.Series[str]]]:
    """Return the sentence of each flag that is no suspicion, for every row."""
    coverage = (scores["coverage"] * 100).round().astype(int).astype("str")
    families = scores["families_available"].astype("str")
    least = f"{model.minimum_coverage * 100:.0f}%"
    return {
        "vetoed": (
            "否决：" + scores["veto_zh"] + "；不评级、不排位。",
            "Vetoed: " + scores["veto_en"] + "; no grade, no rank.",
        ),
        "insufficient_evidence": (
            "证据不足，不评级：证据覆盖 " + coverage + f"%（须 ≥{least}），可用独立证据 "
            + families + f" 类（须 ≥{model.minimum_families}）。",
            "Not graded, evidence insufficient: coverage " + coverage + f"% (needs {least}), "
            + families + f" independent families (needs {model.minimum_families}).",
        ),
        "none": (
            "未列入：各项证据未共同达到门槛（证据覆盖 " + coverage + "%）。",
            "Not listed: the evidence does not jointly reach the limits (coverage "
            + coverage + "%).",
        ),
    }  # fmt: skip


def _suggestions(
    flags: pd.Series[str], zone_in: pd.Series[bool], model: ScoreModel
) -> dict[str, pd.Series[str]]:
    zh, en = (pd.Series("", index=flags.index, dtype="str") for _ in range(2))
    for item in reversed(model.suggestions):
        hit = flags == item.flag
        if item.zone_in is not None:
            hit &= zone_in == item.zone_in
        zh[hit], en[hit] = item.zh, item.en
    return {"suggestion": zh, "suggestion_en": en}


def _contributions(
    parcel_id: pd.Series[str], idle: Evaluation, les: Evaluation, *, settings: AssessSettings
) -> pd.DataFrame:
    """Return the long table of what each applicable criterion adds."""
    parts = []
    for score, evaluation in (("idle", idle), ("les", les)):
        for column, criterion in enumerate(evaluation.criteria):
            rows = np.flatnonzero(evaluation.applies[:, column])
            known = ~np.isnan(evaluation.deficit[rows, column])
            zh, en = settings.absent.get(
                criterion.data,
                (criterion.missing_zh or "无数据", criterion.missing_en or "no data"),
            )
            part = {
                "parcel_id": parcel_id.to_numpy()[rows],
                "score": score,
                "criterion": criterion.code,
                "value": evaluation.values[rows, column],
                "deficit": evaluation.deficit[rows, column],
                "contribution": evaluation.points[rows, column],
                "available": known,
                "reason_zh": np.where(known, "", zh),
                "reason_en": np.where(known, "", en),
            }
            parts.append(pd.DataFrame(part))
    table = pd.concat(parts, ignore_index=True)
    return table.sort_values(["parcel_id", "score", "criterion"], kind="stable", ignore_index=True)


def _share_flagged(scores: pd.DataFrame, table: pd.DataFrame) -> list[Finding]:
    """Say so when the share of assessed land that is flagged is outside 3 to 20 %.

    Source: plausibility range of `domain.md` §10.2 (P).
    """
    assessed = ~scores["flag"].isin(["vetoed"])
    area = float(table.loc[assessed, "area_m2"].sum())
    if area == 0:
        return []
    share = float(table.loc[scores["flag"].isin(SUSPECTED), "area_m2"].sum()) / area
    if 0.03 <= share <= 0.20:
        return []
    return [
        Finding(
            stage="scores", kind="doubt", value=f"{share:.4f}",
            message_zh=f"疑似用地占参评用地 {share:.1%}，超出 3%–20% 的合理区间，请核对数据与门槛",
            message_en=f"{share:.1%} of the assessed land is flagged, outside the plausible "
            "3 to 20 %: check the data and the limits",
        )
    ]  # fmt: skip
