"""What is written about every parcel: why it is listed, why it is not, what to look into first."""

from __future__ import annotations

from typing import Any

import pandas as pd
from pydantic import Field

from landuse.core.settings import Settings
from landuse.scores.engine import Evaluation
from landuse.scores.listing import listing
from landuse.scores.model import ScoreModel
from landuse.scores.sentences import close_with_robustness, sentences
from landuse.scores.veto_words import veto_sentences
from landuse.scores.whynot import whynot

SUSPECTED = ("suspected_idle", "suspected_low_efficiency")


class AssessSettings(Settings):
    """What the judgement reads: the model, and what the study lacks."""

    score_model: ScoreModel
    years: dict[str, str] = Field(default_factory=dict, description="role = years of its data")
    absent: dict[str, tuple[str, str]] = Field(
        default_factory=dict, description="role = (zh, en) reason why it is absent"
    )
    role_names: dict[str, tuple[str, str]] = Field(
        default_factory=dict, description="role = (zh, en) name of the layer"
    )
    zones_known: bool = Field(True, description="False: no layer of zones, no inside/outside split")


def tell(*, table: pd.DataFrame, scores: pd.DataFrame, settings: AssessSettings) -> dict[str, Any]:
    """Say of every parcel why it is listed or not, and what to look into first.

    Parameters
    ----------
    table : as `assess.assess` takes it. ``scores`` : what it made of this table.

    Returns
    -------
    ``texts``: ``parcel_id, evidence_zh, evidence_en, suggestion, suggestion_en, whynot_zh,
    whynot_en``, in the order of the scores.

    Raises
    ------
    ValueError
        If the scores do not hold the parcels in their order.
    """
    if table["parcel_id"].tolist() != scores["parcel_id"].tolist():
        msg = "the scores do not hold the parcels in their order"
        raise ValueError(msg)
    run = listing(table, settings.score_model)
    told = _texts(scores, run.table, run.idle, run.les, settings=settings)
    return {"texts": pd.concat([scores[["parcel_id"]], told], axis=1)}


def _texts(
    scores: pd.DataFrame,
    table: pd.DataFrame,
    idle: Evaluation,
    les: Evaluation,
    *,
    settings: AssessSettings,
) -> pd.DataFrame:
    """Return evidence, why-not and suggestion of every parcel in both languages."""
    model, flags = settings.score_model, scores["flag"]
    facts = pd.concat([table, scores.drop(columns=[c for c in scores if c in table])], axis=1)
    by_idle = sentences(
        idle,
        flags=flags.where(flags == SUSPECTED[0], ""),
        model=model,
        years=settings.years,
        facts=facts,
    )
    by_les = sentences(
        les,
        flags=flags.where(flags == SUSPECTED[1], ""),
        model=model,
        years=settings.years,
        facts=facts,
    )
    told = by_idle.where(flags == SUSPECTED[0], by_les)
    vetoed = veto_sentences(
        scores, table=table, model=model, years=settings.years, layers=settings.role_names
    )
    told = close_with_robustness(told, scores[["p_flag", "stability"]])
    told = told.where(flags != "vetoed", vetoed)
    for flag, (zh, en) in _plain(scores, model).items():
        told.loc[flags == flag, "evidence_zh"] = zh[flags == flag]
        told.loc[flags == flag, "evidence_en"] = en[flags == flag]
    why = whynot(
        idle,
        les,
        scores,
        model=model,
        absent=settings.absent,
        contradictions=model.contradictions,
        layers=settings.role_names,
    )
    return told.assign(**_suggestions(flags, table["zone_in"], model), **why)


def _plain(
    scores: pd.DataFrame, model: ScoreModel
) -> dict[str, tuple[pd.Series[str], pd.Series[str]]]:
    """Return the sentence of each flag that is no suspicion, for every row."""
    coverage = (scores["coverage"] * 100).round().astype(int).astype("str")
    families = scores["families_available"].astype("str")
    least = f"{model.minimum_coverage * 100:.0f}%"
    return {
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
