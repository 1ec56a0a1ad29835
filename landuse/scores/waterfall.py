"""From all construction land down to the list: what each rule took out, inside and outside zones.

Every parcel stands in one step only, so the steps sum to the first row.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from landuse.scores.bars import Bar, bar_code, codes_of
from landuse.scores.engine import Evaluation, Flags
from landuse.scores.listing import stands
from landuse.scores.model import ScoreModel, ScoreName
from landuse.scores.vetoes import NOT_ASSESSED, TOO_SMALL
from landuse.scores.words import FLAG_WORDS

COLUMNS = (
    "kind", "veto", "veto_zh", "veto_en", "parcels", "area_mu",
    "parcels_in", "area_mu_in", "parcels_out", "area_mu_out",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Step:
    """One row: the kind of step, its code and words, and the parcels that stand in it."""

    kind: str
    code: str
    zh: str
    en: str
    rows: Flags


def waterfall(
    scores: pd.DataFrame,
    *,
    idle: Evaluation,
    les: Evaluation,
    area_mu: pd.Series[float],
    zone_in: pd.Series[bool],
    model: ScoreModel,
    contradictions: Sequence[Bar] = (),
    zones_known: bool = True,
) -> pd.DataFrame:
    """Return the steps from all construction land to the list.

    The order: all land; use not assessed; too small; vetoes, the largest area first;
    insufficient evidence; each contradiction that barred a flag that would have stood, under the
    first that did; scores or families below the limits; listed as idle; listed as of low
    efficiency.

    Parameters
    ----------
    scores : one row a parcel: ``flag, veto, veto_zh, veto_en`` and, where computed,
        ``contradictions`` (codes joined by ";").
    idle, les : the evaluations that made the flags.
    contradictions : the model's, in its order.
    zones_known : False = no layer of zones, the split is null.

    Returns
    -------
    ``kind`` (all, veto, evidence, contradiction, score, listed), ``veto`` (code of the veto or
    contradiction, or the flag), ``veto_zh``, ``veto_en``, ``parcels``, ``area_mu`` and the split
    ``parcels_in, area_mu_in, parcels_out, area_mu_out``. The rows after the first sum to it.
    Rules that took nothing stay, with zero. Areas do not depend on the order of the parcels.
    """
    area = area_mu.to_numpy("float64")
    inside = zone_in.astype("boolean").fillna(value=False).to_numpy(dtype=bool)
    vetoes = _vetoes(scores, model)
    vetoes.sort(key=lambda step: (_first(step.code), -math.fsum(area[step.rows]), step.code))
    steps = [
        _Step("all", "", "全部建设用地", "all construction land", np.ones(len(scores), dtype=bool)),
        *vetoes,
        *_judged(scores, idle, les, model, contradictions),
    ]
    table = pd.DataFrame([_row(step, area, inside) for step in steps], columns=list(COLUMNS))
    split = {name: "Int64" if name.startswith("parcels") else "Float64" for name in COLUMNS[6:]}
    return table if zones_known else table.assign(**dict.fromkeys(split, pd.NA)).astype(split)


def _first(code: str) -> int:
    return {NOT_ASSESSED: 0, TOO_SMALL: 1}.get(code, 2)


def _row(step: _Step, area: np.ndarray, inside: Flags) -> tuple[object, ...]:
    def taken(rows: Flags) -> tuple[int, float]:
        return int(rows.sum()), math.fsum(area[rows])

    return (
        step.kind, step.code, step.zh, step.en,
        *taken(step.rows), *taken(step.rows & inside), *taken(step.rows & ~inside),
    )  # fmt: skip


def _vetoes(scores: pd.DataFrame, model: ScoreModel) -> list[_Step]:
    hit = scores.loc[scores["veto"] != "", ["veto", "veto_zh", "veto_en"]].drop_duplicates("veto")
    rules = {veto.code: (veto.zh, veto.en) for veto in model.vetoes}
    rules |= {row.veto: (row.veto_zh, row.veto_en) for row in hit.itertuples(index=False)}
    return [
        _Step("veto", code, zh, en, (scores["veto"] == code).to_numpy(dtype=bool))
        for code, (zh, en) in rules.items()
    ]


def _judged(
    scores: pd.DataFrame,
    idle: Evaluation,
    les: Evaluation,
    model: ScoreModel,
    contradictions: Sequence[Bar],
) -> list[_Step]:
    flag = scores["flag"]
    barring = _barring(scores, idle, les, model, contradictions)
    steps = [
        _Step("evidence", "", "证据不足，不评级", "not graded: evidence insufficient",
              (flag == "insufficient_evidence").to_numpy(dtype=bool))
    ]  # fmt: skip
    steps += [
        _Step("contradiction", bar.code, bar.zh, bar.en, barring == bar.code)
        for bar in contradictions
        if bar.against
    ]
    below = (flag == "none").to_numpy(dtype=bool) & (barring == "")
    steps.append(_Step("score", "", "得分或独立证据未达要求", "scores or families too low", below))
    steps += [
        _Step("listed", code, f"{zh}清单", f"listed: {en.lower()}", (flag == code).to_numpy(bool))
        for code, (zh, en) in FLAG_WORDS.items()
    ]
    return steps


def _barring(
    scores: pd.DataFrame,
    idle: Evaluation,
    les: Evaluation,
    model: ScoreModel,
    contradictions: Sequence[Bar],
) -> np.ndarray:
    """Return the contradiction without which an unlisted parcel would stand on the list."""
    codes, unlisted = codes_of(scores), (scores["flag"] == "none").to_numpy(dtype=bool)
    result = np.full(len(scores), "", dtype=object)
    both: tuple[tuple[ScoreName, Evaluation], ...] = (("les", les), ("idle", idle))
    for score, evaluation in both:
        found = bar_code(codes, contradictions, score=score).to_numpy()
        rows = unlisted & stands(evaluation, model, score)
        result = np.where(rows & (found != ""), found, result)
    return result
