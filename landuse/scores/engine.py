"""One score over a table: deficits, coverage, families, contributions.

score = 100 * sum(w_j d_j) / sum(w_j) over the criteria that apply and are known;
coverage = sum of known weights / sum of applicable weights (`domain.md` §2.6).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from landuse.scores.model import Criterion, Derived, ScoreModel, ScoreName

Floats = NDArray[np.float64]
CLOSE = 1e-9
"""Sums of weights that are equal on paper differ by less than this; a limit met is met."""
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Evaluation:
    """One score of n parcels by k criteria; arrays are n or n x k.

    ``deficit`` is NaN where a criterion does not apply or is not known; ``points`` sum to
    ``score`` along a row. ``score`` is NaN where evidence is insufficient.
    """

    criteria: tuple[Criterion, ...]
    values: Floats
    applies: Flags
    deficit: Floats
    points: Floats
    coverage: Floats
    families_known: NDArray[np.int64]
    families_agreeing: NDArray[np.int64]
    score: Floats

    @property
    def sufficient(self) -> Flags:
        """Return where the evidence suffices for a score."""
        return ~np.isnan(self.score)


def add_derived(table: pd.DataFrame, derived: tuple[Derived, ...]) -> pd.DataFrame:
    """Return the table with the model's derived columns; null where any part is null or absent."""
    made: dict[str, pd.Series[float]] = {}
    for item in derived:
        parts = table.reindex(columns=list(item.of)).astype("float64")
        made[item.column] = getattr(parts, item.operation)(axis=1, skipna=False)
    return table.assign(**made)


def evaluate(table: pd.DataFrame, model: ScoreModel, *, score: ScoreName) -> Evaluation:
    """Evaluate one score of a model on a table that holds its columns and ``group``.

    A column that the table lacks counts as unknown for every parcel: it lowers the coverage and
    never becomes zero.
    """
    criteria = model.of_score(score)
    names = [criterion.column for criterion in criteria]
    values = table.reindex(columns=list(dict.fromkeys(names)))[names].to_numpy("float64")
    applies = applying(table["group"], criteria)
    deficit = np.where(applies, deficits(values, criteria), np.nan)
    return _weigh(values, applies, deficit, model=model, criteria=criteria)


def deficits(values: Floats, criteria: tuple[Criterion, ...]) -> Floats:
    """Map values (n x k) to deficits in [0, 1] by each criterion's ramp; NaN stays NaN."""
    result = np.full(values.shape, np.nan)
    for column, criterion in enumerate(criteria):
        at, worth = np.array(criterion.ramp, dtype="float64").T
        result[:, column] = np.interp(values[:, column], at, worth)
    return result


def applying(groups: pd.Series[str], criteria: tuple[Criterion, ...]) -> Flags:
    """Return where each criterion applies (n x k): everywhere, or in its peer groups."""
    everyone = np.ones(len(groups), dtype=bool)
    code, names = pd.factorize(groups)  # -1, the last place, of none
    masks = [
        np.array([*(name in criterion.groups for name in names), False])[code]
        if criterion.groups
        else everyone
        for criterion in criteria
    ]
    return np.column_stack(masks) if masks else np.zeros((len(groups), 0), dtype=bool)


def _weigh(
    values: Floats,
    applies: Flags,
    deficit: Floats,
    *,
    model: ScoreModel,
    criteria: tuple[Criterion, ...],
) -> Evaluation:
    weights = np.array([criterion.weight for criterion in criteria], dtype="float64")
    known = ~np.isnan(deficit)
    known_weight, asked_weight = (known * weights).sum(axis=1), (applies * weights).sum(axis=1)
    coverage = np.divide(
        known_weight, asked_weight, out=np.zeros(len(values)), where=asked_weight > 0
    )
    families_known = count_families(known, criteria)
    enough = (coverage >= model.minimum_coverage - CLOSE) & (
        families_known >= model.minimum_families
    )
    share = np.divide(
        weights, known_weight[:, None], out=np.zeros(values.shape), where=known_weight[:, None] > 0
    )
    points = np.where(known, 100.0 * share * np.nan_to_num(deficit), 0.0)
    return Evaluation(
        criteria=criteria,
        values=values,
        applies=applies,
        deficit=deficit,
        points=points,
        coverage=coverage,
        families_known=families_known,
        families_agreeing=count_families(known & (deficit >= model.agree_at - CLOSE), criteria),
        score=np.where(enough, points.sum(axis=1), np.nan),
    )


def count_families(mask: Flags, criteria: tuple[Criterion, ...]) -> NDArray[np.int64]:
    """Count, for each row, the evidence families with at least one True criterion."""
    families = np.array([criterion.family for criterion in criteria])
    counts = np.zeros(len(mask), dtype="int64")
    for family in dict.fromkeys(families.tolist()):
        counts += mask[:, families == family].any(axis=1)
    return counts
