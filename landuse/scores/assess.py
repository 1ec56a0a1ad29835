"""From indicators to flag, grade and rank: the whole judgement of one county, in numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.extensions import ExtensionArray

from landuse.core.findings import Finding
from landuse.scores.engine import Evaluation, Floats
from landuse.scores.listing import Listing, listing
from landuse.scores.model import Criterion, ScoreModel
from landuse.scores.texts import SUSPECTED, AssessSettings
from landuse.scores.vetoes import unchecked
from landuse.scores.waterfall import waterfall

__all__ = ["SUSPECTED", "AssessSettings", "assess"]
UNJUDGED = ("vetoed", "insufficient_evidence")


def assess(
    *,
    table: pd.DataFrame,
    robust: pd.DataFrame | None = None,
    tipping: pd.DataFrame | None = None,
    settings: AssessSettings,
) -> dict[str, Any]:
    """Judge every parcel.

    Parameters
    ----------
    table : one row a parcel, sorted by ``parcel_id``: ``parcel_id, group, area_m2, area_mu,
        zone_in`` and the indicator columns. What is not there lowers the coverage.
    robust, tipping : tables of `robustness.robustness` and `tipping.tipping` in the order of
        ``table``; without them their columns are empty.

    Returns
    -------
    ``scores``, one row a parcel in the same order, without words (`texts.tell`);
    ``contributions``, one row a parcel, score and applicable criterion; ``waterfall``, from all
    land down to the list; ``findings``.
    """
    model = settings.score_model
    run = listing(table, model)
    table, idle, les = run.table, run.idle, run.les
    headline = _headline(idle, les, table=table)
    parts = [table[["parcel_id"]], headline, run.vetoes, run.contradictions]
    scores = pd.concat(parts, axis=1)
    scores["flag"] = _flags(run)
    scores = pd.concat([scores, _decide(scores, idle, les)], axis=1)
    scores["grade"] = _grades(scores, model)
    scores["rank"] = _ranks(scores, table)
    scores = pd.concat([scores, _stability(scores, robust, tipping)], axis=1)
    return {
        "scores": scores,
        "contributions": _contributions(table["parcel_id"], idle, les, settings=settings),
        "derived": table[["parcel_id", *(item.column for item in model.derived)]],
        "waterfall": waterfall(
            scores,
            idle=idle,
            les=les,
            area_mu=table["area_mu"],
            zone_in=table["zone_in"],
            model=model,
            contradictions=model.contradictions,
            zones_known=settings.zones_known,
        ),
        "findings": [*unchecked(table, model), *_share_flagged(scores, table)],
    }


def _stability(
    scores: pd.DataFrame, robust: pd.DataFrame | None, tipping: pd.DataFrame | None
) -> pd.DataFrame:
    """Return how sure each place on the list is; empty where it was not computed."""
    empty = pd.Series("", index=scores.index, dtype="str")
    unknown = pd.array([pd.NA] * len(scores), dtype="Int64")
    columns: dict[str, Any] = {
        "p_flag": np.nan, "rank_p10": unknown, "rank_p90": unknown, "stability": empty,
        "tipping_code": empty, "tipping_zh": empty, "tipping_en": empty,
    }  # fmt: skip
    for part in (robust, tipping):
        if part is None:
            continue
        if part["parcel_id"].tolist() != scores["parcel_id"].tolist():
            msg = "the draws do not hold the parcels in their order"
            raise ValueError(msg)
        columns |= {name: part[name].to_numpy() for name in columns if name in part}
    made = pd.DataFrame(columns, index=scores.index)
    # What was vetoed or cannot be judged has no chance of being listed that would mean anything.
    made["p_flag"] = made["p_flag"].where(~scores["flag"].isin(UNJUDGED))
    return made.astype({"p_flag": "float64", "stability": "str"})


def _headline(idle: Evaluation, les: Evaluation, *, table: pd.DataFrame) -> pd.DataFrame:
    columns = {
        "idle_score": idle.score,
        "les": les.score,
        "idle_coverage": idle.coverage,
        "les_coverage": les.coverage,
    }
    return pd.DataFrame(columns, index=table.index)


def _flags(run: Listing) -> pd.Series[str]:
    """Return the flag of every parcel: the rule of `listing`, as a word."""
    unknown = ~run.idle.sufficient & ~run.les.sufficient
    choices = np.select(
        [run.vetoed, unknown, run.stands_idle, run.stands_les],
        ["vetoed", "insufficient_evidence", *SUSPECTED],
        default="none",
    )
    return pd.Series(choices, index=run.table.index, dtype="str")


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


def _contributions(
    parcel_id: pd.Series[str], idle: Evaluation, les: Evaluation, *, settings: AssessSettings
) -> pd.DataFrame:
    """Return the long table of what each applicable criterion adds, in order of its texts."""
    asked = [
        (score, criterion, np.flatnonzero(evaluation.applies[:, at]), evaluation, at)
        for score, evaluation in (("idle", idle), ("les", les))
        for at, criterion in enumerate(evaluation.criteria)
    ]
    row = np.concatenate([rows for _, _, rows, _, _ in asked])
    block = np.repeat(np.arange(len(asked)), [len(rows) for _, _, rows, _, _ in asked])
    keys = [(score, criterion.code) for score, criterion, *_ in asked]
    by_words = {key: place for place, key in enumerate(sorted(set(keys)))}
    parcel = pd.factorize(parcel_id, sort=True)[0]
    order = np.lexsort((np.array([by_words[key] for key in keys])[block], parcel[row]))
    row, block = row[order], block[order]

    def column(name: str) -> Floats:
        return np.concatenate([getattr(found, name)[rows, at] for _, _, rows, found, at in asked])

    deficit = column("deficit")[order]
    known = ~np.isnan(deficit)
    reasons = [_reason(criterion, settings) for _, criterion, *_ in asked]
    reason = np.where(known, 0, block + 1)
    return pd.DataFrame(
        {
            "parcel_id": parcel_id.array.take(row),
            "score": _spread([score for score, _ in keys], block),
            "criterion": _spread([code for _, code in keys], block),
            "value": column("values")[order],
            "deficit": deficit,
            "contribution": column("points")[order],
            "available": known,
            "reason_zh": _spread(["", *(zh for zh, _ in reasons)], reason),
            "reason_en": _spread(["", *(en for _, en in reasons)], reason),
        }
    )


def _reason(criterion: Criterion, settings: AssessSettings) -> tuple[str, str]:
    own = (criterion.missing_zh or "无数据", criterion.missing_en or "no data")
    return settings.absent.get(criterion.data, own)


def _spread(words: list[str], place: NDArray[np.intp]) -> ExtensionArray:
    """Return the word at each place as a column of texts; each word is made but once."""
    return pd.array(words, dtype="str").take(place)


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
