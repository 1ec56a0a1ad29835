"""Precision and recall from a stratified sample: design-weighted, with honest intervals.

Every checked parcel of stratum h speaks for N_h / n_h parcels, n_h = checked ones: a parcel that
was drawn but not checked is taken as missing at random within its stratum. Precision, recall and
prevalence are combined ratio estimators R = sum w y / sum w x with the Taylor-linearised variance
(z = y - R x)

.. math:: v = \\sum_h N_h^2 (1 - n_h / N_h) s_{zh}^2 / n_h \\; / \\; (\\sum w x)^2

Source: Cochran (1977), Sampling Techniques, 5.6 and 6.11. Intervals are Clopper-Pearson, within
a stratum on its counts, for weighted figures on the effective sample size R (1 - R) / v: Korn and
Graubard (1998), Survey Methodology 24:193.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import beta

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
FEW = 10
"""Below this many checks a stratum says little (P)."""
LEVEL = 0.95


@dataclass(frozen=True)
class Estimate:
    """A share with its 95 % interval; ``checks`` = checked parcels that it rests on."""

    value: float
    low: float
    high: float
    checks: int


NOTHING = Estimate(float("nan"), float("nan"), float("nan"), 0)


def clopper_pearson(hits: float, n: float) -> tuple[float, float]:
    """Return the exact 95 % interval of a share; hits and n may be fractions of a count."""
    if n <= 0:
        return float("nan"), float("nan")
    tail = (1 - LEVEL) / 2
    low = 0.0 if hits <= 0 else float(beta.ppf(tail, hits, n - hits + 1))
    high = 1.0 if hits >= n else float(beta.ppf(1 - tail, hits + 1, n - hits))
    return low, high


def share(truth: Flags, *, population: float = float("inf")) -> Estimate:
    """Return the share that is true within one stratum; a stratum checked whole is exact."""
    n, hits = len(truth), int(truth.sum())
    if not n:
        return NOTHING
    if n >= population:
        return Estimate(hits / n, hits / n, hits / n, n)
    return Estimate(hits / n, *clopper_pearson(hits, n), n)


def ratio(y: Floats, x: Floats, sample: pd.DataFrame) -> Estimate:
    """Return the weighted ratio of y to x (0 or 1 each, y <= x) over a stratified sample.

    ``sample`` holds ``stratum`` and ``population`` of each checked parcel. A stratum with a
    single check takes its residual about zero, the mean of the residuals over the county.
    """
    size = sample.groupby("stratum")["stratum"].transform("size").to_numpy("float64")
    population = sample["population"].to_numpy("float64")
    weight = population / size
    base = float(weight @ x)
    if base <= 0:
        return NOTHING
    value = float(weight @ y) / base
    variance = _variance(y - value * x, sample, size=size, population=population) / base**2
    checks = int((x > 0).sum())
    whole = bool((size[x > 0] >= population[x > 0]).all())
    if variance <= 0 and whole:
        return Estimate(value, value, value, checks)
    effective = value * (1 - value) / variance if variance > 0 and 0 < value < 1 else checks
    effective = min(effective, _most(checks, size, population, x))
    return Estimate(value, *clopper_pearson(value * effective, effective), checks)


def _most(checks: int, size: Floats, population: Floats, x: Floats) -> float:
    """Return the largest effective size allowed: checks, raised by how much of the whole they are.

    Checking 40 of 50 leaves 10 unknown: worth more than 40 draws out of an endless population.
    """
    part = size[x > 0] / population[x > 0]
    return checks / max(1.0 - float(part.mean()), 1e-9)


def _variance(z: Floats, sample: pd.DataFrame, *, size: Floats, population: Floats) -> float:
    grouped = pd.Series(z, index=sample.index).groupby(sample["stratum"])
    mean = grouped.transform("mean").to_numpy("float64")
    alone = size == 1
    centred = np.where(alone, z, z - mean)
    spread = centred**2 / np.where(alone, 1.0, size - 1)
    terms = population**2 * (1 - size / population) * spread / size
    return float(terms.sum())


def by_stratum(sample: pd.DataFrame, design: pd.DataFrame) -> pd.DataFrame:
    """Return one row a stratum of the design: what was checked and the share found true.

    Parameters
    ----------
    sample : checked parcels: ``stratum, population, flag, truth``.
    design : ``stratum, population, sample`` and what else describes a stratum.

    Returns
    -------
    The design with ``checks, flagged, true, share, low, high, few``. In a stratum of flagged
    parcels the share is its precision, in another the share that the list missed.
    """
    rows = []
    for stratum, population in zip(design["stratum"], design["population"], strict=True):
        mine = sample[sample["stratum"] == stratum]
        found = share(mine["truth"].to_numpy(bool), population=int(population))
        rows.append(
            {
                "checks": found.checks, "flagged": int(mine["flag"].sum()),
                "true": int(mine["truth"].sum()), "share": found.value, "low": found.low,
                "high": found.high, "few": found.checks < min(FEW, int(population)),
            }
        )  # fmt: skip
    return pd.concat([design.reset_index(drop=True), pd.DataFrame(rows)], axis=1)


def precision_recall(sample: pd.DataFrame, domain: Flags | None = None) -> dict[str, Estimate]:
    """Return design-weighted precision, recall and prevalence, of all or of a domain.

    ``sample`` as in `by_stratum`; ``domain`` tells which rows belong to, say, one peer group.
    """
    inside = np.ones(len(sample), dtype=bool) if domain is None else domain
    flag, truth = sample["flag"].to_numpy(bool) & inside, sample["truth"].to_numpy(bool) & inside
    hit, flagged, true = ((part).astype("float64") for part in (flag & truth, flag, truth))
    return {
        "precision": ratio(hit, flagged, sample),
        "recall": ratio(hit, true, sample),
        "prevalence": ratio(true, inside.astype("float64"), sample),
    }


def reliability(
    chance: Floats, truth: Flags, weight: Floats | None = None, *, bins: int = 10
) -> tuple[pd.DataFrame, float]:
    """Return a calibration table of a probability against truth, and its Brier score.

    .. math:: Brier = \\sum w (p - y)^2 / \\sum w

    Columns: ``low, high`` (bin limits; the last bin includes 1), ``count, mean_chance,
    share_true``. Parcels without a probability are left out. Source: Brier (1950).
    """
    known = ~np.isnan(chance)
    p, y = chance[known], truth[known].astype("float64")
    w = np.ones(len(p)) if weight is None else weight[known]
    place = np.minimum((p * bins).astype("int64"), bins - 1)
    count = np.bincount(place, minlength=bins)
    mass = np.bincount(place, weights=w, minlength=bins)
    means = [np.bincount(place, weights=w * part, minlength=bins) for part in (p, y)]
    with np.errstate(invalid="ignore"):
        mean_chance, share_true = (part / mass for part in means)
    table = pd.DataFrame(
        {
            "low": np.arange(bins) / bins, "high": np.arange(1, bins + 1) / bins, "count": count,
            "mean_chance": mean_chance, "share_true": share_true,
        }
    )  # fmt: skip
    brier = float(w @ (p - y) ** 2 / w.sum()) if len(p) else float("nan")
    return table, brier
