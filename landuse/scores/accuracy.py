"""How well a score ranks and a flag decides, against truth, with bootstrap intervals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Metric = Callable[[Floats, Flags, Flags], float]


@dataclass(frozen=True)
class Measure:
    """A metric with its 95 % bootstrap interval."""

    name: str
    zh: str
    value: float
    low: float
    high: float


def auc(score: Floats, truth: Flags, _flag: Flags) -> float:
    """Return the area under the ROC curve, ties counted half (Mann-Whitney U / (P N))."""
    positives, negatives = int(truth.sum()), int((~truth).sum())
    if not positives or not negatives:
        return float("nan")
    ranks = rankdata(score)
    return float((ranks[truth].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def average_precision(score: Floats, truth: Flags, _flag: Flags) -> float:
    """Return sum over distinct thresholds of (recall step) * precision; ties enter together."""
    if not truth.any():
        return float("nan")
    order = np.argsort(-score, kind="stable")
    hits = np.cumsum(truth[order])
    ends = np.append(np.flatnonzero(np.diff(score[order])), len(score) - 1)
    precision = hits[ends] / (ends + 1)
    recall = hits[ends] / hits[-1]
    return float(np.sum(np.diff(recall, prepend=0.0) * precision))


def precision_at_n(score: Floats, truth: Flags, _flag: Flags) -> float:
    """Return the precision among the n best, n = number of positives; ties count in expectation."""
    n = int(truth.sum())
    if n == 0:
        return float("nan")
    cut = np.partition(score, len(score) - n)[len(score) - n]
    above, at = score > cut, score == cut
    share = (n - above.sum()) / at.sum()
    return float((truth[above].sum() + share * truth[at].sum()) / n)


def precision(_score: Floats, truth: Flags, flag: Flags) -> float:
    """Return the share of flagged parcels that are true."""
    return _ratio(int((truth & flag).sum()), int(flag.sum()))


def recall(_score: Floats, truth: Flags, flag: Flags) -> float:
    """Return the share of true parcels that are flagged."""
    return _ratio(int((truth & flag).sum()), int(truth.sum()))


def f1(_score: Floats, truth: Flags, flag: Flags) -> float:
    """Return the harmonic mean of precision and recall: 2 TP / (flagged + true)."""
    return _ratio(2 * int((truth & flag).sum()), int(flag.sum()) + int(truth.sum()))


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")


METRICS: tuple[tuple[str, str, Metric], ...] = (
    ("AUC", "曲线下面积", auc),
    ("average_precision", "平均精度", average_precision),
    ("precision_at_n", "前 n 精度", precision_at_n),
    ("precision", "标记精确率", precision),
    ("recall", "标记召回率", recall),
    ("f1", "标记 F1", f1),
)


def measure(
    score: Floats, truth: Flags, flag: Flags, *, draws: int = 500, seed: int = 20260101
) -> list[Measure]:
    """Return every metric with a percentile interval over seeded resamples of the parcels.

    A parcel without a score ranks behind every parcel with one.
    """
    ranked = np.where(np.isnan(score), -np.inf, score)
    _, ranked = np.unique(ranked, return_inverse=True)
    ranked = ranked.astype("float64")
    generator = np.random.default_rng(seed)
    samples = [generator.integers(0, len(ranked), len(ranked)) for _ in range(draws)]
    results = []
    for name, zh, metric in METRICS:
        drawn = np.array([metric(ranked[s], truth[s], flag[s]) for s in samples])
        drawn = drawn[~np.isnan(drawn)]
        low, high = np.percentile(drawn, [2.5, 97.5]) if len(drawn) else (np.nan, np.nan)
        value = metric(ranked, truth, flag)
        results.append(Measure(name, zh, value, float(low), float(high)))
    return results


def worst_errors(joined: pd.DataFrame, *, score: str, each: int = 5) -> pd.DataFrame:
    """Return the highest-scored parcels that are false and the lowest-scored that are true.

    ``joined`` holds ``parcel_id, truth, flag, veto`` and the score column. Five of each make the
    ten worst errors; a true parcel without a score counts as scored lowest. A vetoed parcel is
    never flagged, so its high score misleads nobody: it is no error of the first kind.
    """
    ranked = joined.assign(order=joined[score].fillna(-1.0))
    misleading = ranked[~ranked["truth"] & ranked["veto"].eq("")]
    high = misleading.sort_values(["order", "parcel_id"], ascending=[False, True])
    low = ranked[ranked["truth"]].sort_values(["order", "parcel_id"])
    worst = [
        high.head(each).assign(error="scored high, not true / 高分但不属实"),
        low.head(each).assign(error="true, scored low / 属实但低分"),
    ]
    return pd.concat(worst, ignore_index=True).drop(columns="order")
