"""A model with other weights, and what they change on the list.

A score depends on the ratios of its weights alone, so weights are handed over in any scale.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from landuse.core.errors import Fault, LanduseError, study_fault
from landuse.core.settings import Mark
from landuse.scores.engine import Floats
from landuse.scores.listing import listing
from landuse.scores.model import Criterion, ScoreModel, ScoreName

MARKS: tuple[Mark, ...] = ("V", "V-weak", "M", "P")
"""From the best known to the least."""


def with_weights(
    model: ScoreModel, score: ScoreName, weights: Mapping[str, float], *, source: str, mark: Mark
) -> ScoreModel:
    """Return the model with the weights of one score, or of some of its criteria, replaced.

    The criteria named share the sum of the weights they had, in the new ratios, so those not named
    keep their say. A weight of 0 takes its criterion out: it then counts neither for coverage nor
    for families. Where a weight would pass 1, all of the score are scaled down together, which
    changes no score. Each source names both, the mark is the weaker of the two.

    Raises
    ------
    LanduseError
        A code that is no criterion of the score; a weight that is negative or not a number; all
        of them 0.
    """
    own = {item.code: item for item in model.of_score(score)}
    faults = _weight_faults(weights, own)
    if faults:
        raise LanduseError(faults)
    kept = sum(own[code].weight for code in weights)
    scale = kept / sum(weights.values())
    values = {code: item.weight for code, item in own.items()}
    values |= {code: weight * scale for code, weight in weights.items()}
    largest = max(1.0, *values.values())
    criteria = [
        _reweighed(item, values[item.code] / largest, item.code in weights, source, mark)
        if item.code in own
        else item
        for item in model.criteria
        if values.get(item.code, 1.0) > 0
    ]
    return ScoreModel.model_validate(
        {name: getattr(model, name) for name in ScoreModel.model_fields}
        | {"criteria": tuple(criteria)}
    )


def compare_weights(table: pd.DataFrame, models: Mapping[str, ScoreModel]) -> pd.DataFrame:
    """Compare what models with other weights make of the same parcels; the first is the measure.

    Returns
    -------
    One row a model, in the order given: ``weights`` (its name); ``parcels`` with a score under
    both; ``spearman`` between their deciding scores (null where one of them is constant);
    ``listed``; ``kept`` of the first model's list; ``share_kept`` (null where that list is empty);
    ``added``.
    """
    rows, base = [], None
    for name, model in models.items():
        run = listing(table, model)
        base = base or run
        both = run.assessed & base.assessed
        kept, before = int((run.listed & base.listed).sum()), int(base.listed.sum())
        rows.append(
            {
                "weights": name,
                "parcels": int(both.sum()),
                "spearman": _spearman(base.deciding[both], run.deciding[both]),
                "listed": int(run.listed.sum()),
                "kept": kept,
                "share_kept": kept / before if before else np.nan,
                "added": int((run.listed & ~base.listed).sum()),
            }
        )
    columns = ["weights", "parcels", "spearman", "listed", "kept", "share_kept", "added"]
    return pd.DataFrame(rows, columns=columns)


def _spearman(one: Floats, two: Floats) -> float:
    ranks = [rankdata(values) for values in (one, two)]
    if len(one) < 2 or min(np.ptp(rank) for rank in ranks) == 0:
        return float("nan")
    return float(np.corrcoef(*ranks)[0, 1])


def _reweighed(item: Criterion, weight: float, named: bool, source: str, mark: Mark) -> Criterion:
    changes: dict[str, object] = {"weight": weight}
    if named:
        weaker = max(item.mark, mark, key=MARKS.index)
        changes |= {"source": f"{item.source}; weight: {source}", "mark": weaker}
    return item.model_copy(update=changes)


def _weight_faults(weights: Mapping[str, float], own: Mapping[str, Criterion]) -> list[Fault]:
    faults = [
        study_fault(
            "评分中没有该指标", "the score has no such criterion", field="weights", found=code,
            todo_zh="可用：" + "、".join(own), todo_en="there are: " + ", ".join(own),
        )
        for code in weights
        if code not in own
    ]  # fmt: skip
    faults += [
        study_fault(
            "权重须为不小于 0 的数", "a weight must be a number of at least 0",
            field=f"weights.{code}", found=str(weight),
        )
        for code, weight in weights.items()
        if not (np.isfinite(weight) and weight >= 0)
    ]  # fmt: skip
    if not faults and not sum(weights.values()) > 0:
        faults = [
            study_fault("权重不能全为 0", "at least one weight must be over 0", field="weights")
        ]
    return faults
