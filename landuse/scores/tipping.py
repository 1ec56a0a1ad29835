"""The smallest change of one weight that takes a parcel off the list, in closed form.

With all weights but one fixed, the score of a parcel is a ratio of two straight lines in that
weight, and so is its evidence coverage; where either crosses its limit follows without a search.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from landuse.core.settings import Settings
from landuse.scores.engine import Evaluation, Flags, Floats
from landuse.scores.listing import listing
from landuse.scores.model import Criterion, ScoreModel, ScoreName

STEP = 1000
"""Weights are told in thousandths: a weight that planners would write down."""
MARGIN = 1e-9
NONE_ZH, NONE_EN = "没有哪一项权重单独改变即可使其不列入", "no single weight takes it off the list"


Ints = NDArray[np.intp]
Texts = NDArray[np.object_]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Told:
    """The columns of the answer, n each: criterion, its weight, that off the list, the words."""

    code: Texts
    old: Floats
    new: Floats
    zh: Texts
    en: Texts


class TippingSettings(Settings):
    """The model whose weights are moved, one at a time, within (0, 1]."""

    score_model: ScoreModel


def tipping(
    *,
    table: pd.DataFrame,
    settings: TippingSettings,
) -> dict[str, Any]:
    """Find the one weight that takes a listed parcel off the list with the least change.

    A parcel that both scores list stays listed whatever one weight does. Families do not depend on
    weights. With K and Q the known and applicable weights of the others, S their points, d the
    deficit of the criterion moved, m and c the limits of score and coverage, the parcel leaves at

    - ``w = (m K - S) / (100 d - m)``: lowered where 100 d > m, raised where 100 d < m;
    - ``w = (c Q - K) / (1 - c)``, lowered, where the criterion is known;
    - ``w = K / c - Q``, raised, where it applies but is not known.

    Parameters
    ----------
    table : one row a parcel: ``parcel_id, group, area_m2`` and the indicator columns.

    Returns
    -------
    ``table``, same rows: ``parcel_id``; ``tipping_code``, ``tipping_from``, ``tipping_to``: the
    criterion, its weight and the nearest thousandth at which the parcel is not listed (all other
    weights as they are); ``tipping_zh``, ``tipping_en``. Texts are "" for parcels not listed.
    """
    model = settings.score_model
    run = listing(table, model)
    told = _Told(
        code=np.full(len(table), "", dtype=object),
        old=np.full(len(table), np.nan),
        new=np.full(len(table), np.nan),
        zh=np.where(run.listed, NONE_ZH, "").astype(object),
        en=np.where(run.listed, NONE_EN, "").astype(object),
    )
    alone: tuple[tuple[ScoreName, Evaluation, Flags], ...] = (
        ("idle", run.idle, run.stands_idle & ~run.stands_les),
        ("les", run.les, run.stands_les & ~run.stands_idle),
    )
    for score, evaluation, rows in alone:
        _tell(told, np.flatnonzero(rows), nearest_weights(evaluation, model, score=score))
    columns = {
        "parcel_id": table["parcel_id"].to_numpy(),
        "tipping_code": pd.array(told.code, dtype="str"),
        "tipping_from": told.old,
        "tipping_to": told.new,
        "tipping_zh": pd.array(told.zh, dtype="str"),
        "tipping_en": pd.array(told.en, dtype="str"),
    }
    return {"table": pd.DataFrame(columns, index=table.index), "findings": []}


def nearest_weights(
    evaluation: Evaluation, model: ScoreModel, *, score: ScoreName
) -> list[tuple[Criterion, Floats]]:
    """Return, for each criterion, the nearest weight at which the score no longer stands.

    n values each, in thousandths within (0, 1]; NaN where no weight does. Meant for the rows where
    the score stands.
    """
    weights = np.array([item.weight for item in evaluation.criteria])
    known = ~np.isnan(evaluation.deficit)
    known_weight = (known * weights).sum(axis=1)
    asked_weight = (evaluation.applies * weights).sum(axis=1)
    points = (np.nan_to_num(evaluation.deficit) * 100 * weights * known).sum(axis=1)
    result = []
    for place, item in enumerate(evaluation.criteria):
        here, deficit = known[:, place], np.nan_to_num(evaluation.deficit[:, place])
        others = known_weight - here * item.weight
        asked = asked_weight - evaluation.applies[:, place] * item.weight
        rest = points - here * 100 * deficit * item.weight
        below, above = _crossings(
            deficit, others, asked, rest, limit=model.flag_minimum[score],
            coverage=model.minimum_coverage,
        )  # fmt: skip
        lost = others / max(model.minimum_coverage, MARGIN) - asked
        missing = evaluation.applies[:, place] & ~here
        below = np.where(here, below, -np.inf)
        above = np.where(here, above, np.where(missing, lost, np.inf))
        result.append((item, _nearest(item.weight, below, above)))
    return result


def _crossings(
    deficit: Floats, others: Floats, asked: Floats, rest: Floats, *, limit: float, coverage: float
) -> tuple[Floats, Floats]:
    """Return below and above which weight of a known criterion the score does not stand."""
    slope = 100 * deficit - limit
    with np.errstate(divide="ignore", invalid="ignore"):
        at = (limit * others - rest) / slope
    below = np.where(slope > MARGIN, at, -np.inf)
    above = np.where(slope < -MARGIN, at, np.inf)
    if coverage < 1:
        below = np.fmax(below, (coverage * asked - others) / (1 - coverage))
    return below, above


def _nearest(weight: float, below: Floats, above: Floats) -> Floats:
    """Return the nearest thousandth in (0, 1] past a crossing; NaN where there is none."""
    lower = np.minimum(np.ceil((below - MARGIN) * STEP) - 1, np.ceil(weight * STEP - MARGIN) - 1)
    upper = np.maximum(np.floor((above + MARGIN) * STEP) + 1, np.floor(weight * STEP + MARGIN) + 1)
    lower = np.where(lower >= 1, lower / STEP, np.nan)
    upper = np.where(upper <= STEP, upper / STEP, np.nan)
    nearer_up = np.nan_to_num(upper - weight, nan=np.inf) < np.nan_to_num(
        weight - lower, nan=np.inf
    )
    return np.where(nearer_up, upper, lower)


def _tell(told: _Told, rows: Ints, found: list[tuple[Criterion, Floats]]) -> None:
    """Write the least change of each row; of equal changes the first in the model's order."""
    if not len(rows) or not found:
        return
    to = np.column_stack([weights[rows] for _, weights in found])
    change = np.abs(to - np.array([item.weight for item, _ in found]))
    best = np.argmin(np.nan_to_num(change, nan=np.inf), axis=1)
    chosen = to[np.arange(len(rows)), best]
    for place, (item, _) in enumerate(found):
        hit = (best == place) & ~np.isnan(chosen)
        values, which = np.unique(chosen[hit], return_inverse=True)
        texts = np.array([_sentence(item, value) for value in values], dtype=object).reshape(-1, 2)
        at = rows[hit]
        told.code[at], told.old[at], told.new[at] = item.code, item.weight, chosen[hit]
        told.zh[at], told.en[at] = texts[which].T


def _sentence(item: Criterion, value: float) -> tuple[str, str]:
    down = value < item.weight
    old, new = _written(item.weight), _written(value)
    return (
        f"{item.zh}（{item.code}）的权重由 {old} {'降' if down else '升'}到 {new} 即不列入",
        f"off the list once the weight of {item.en} ({item.code}) "
        f"{'falls' if down else 'rises'} from {old} to {new}",
    )


def _written(weight: float) -> str:
    text = f"{weight:.3f}"
    return text.removesuffix("0")
