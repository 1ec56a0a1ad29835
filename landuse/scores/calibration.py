"""Weights and ramps learnt from labels, in the family the engine can run and a planner can read.

A calibrated score is still the renormalised weighted mean of monotone deficits. With basis ramps
phi_k in [0, 1], all of one criterion turned the same way, and beta_k >= 0,

.. math:: w_j = \\sum_{k \\in j} \\beta_k, \\quad d_j = \\sum_{k \\in j} \\beta_k \\phi_k / w_j,
    \\quad S = \\sum_{known} w_j d_j / \\sum_{known} w_j

and logit P(label) = a + (sum of all w) S: the very score that the engine computes, missing values
included. The fit minimises the log loss plus shrink/2 * |beta - beta_0|^2, where beta_0 is the
model as it stands, so that few labels change little. Source: a generalised additive model with
monotone pieces; penalised likelihood after Hastie, Tibshirani, Friedman (2009), ch. 5 and 9.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field
from scipy.optimize import minimize
from scipy.special import expit
from scipy.stats import rankdata

from landuse.core.settings import Settings
from landuse.scores.by_group import group_keys
from landuse.scores.engine import applying, evaluate
from landuse.scores.model import Criterion, ScoreModel, ScoreName

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]
LEAST_WEIGHT = 0.002
"""A criterion below this share of all weight is left out: it could not move a score by a point."""
_SLOPES = (0.5, 60.0)


class CalibrationSettings(Settings):
    """How much may be learnt; every default is proposed here (P)."""

    score: ScoreName
    by_group: tuple[str, ...] = Field(
        (), description="peer groups that learn weights and ramps of their own; empty = all as one"
    )
    ramps: bool = Field(True, description="fit the ramps too, else the weights only")
    quantiles: tuple[float, ...] = Field((0.2, 0.5, 0.8), description="ramp knots")
    shrink: tuple[float, ...] = Field(
        (0.3, 1.0, 3.0, 10.0), min_length=1, description="strengths to choose from by inner folds"
    )
    folds: int = Field(10, ge=2)
    inner_folds: int = Field(4, ge=2)
    seed: int = 20260101


@dataclass(frozen=True, eq=False)
class Pieces:
    """The basis ramps of every criterion.

    Attributes
    ----------
    criteria : criteria of one score, those under trial included.
    owner : index of the criterion that each piece belongs to.
    ramps : points (value, deficit) of each piece.
    start : beta_0 of each piece as a share of the measured weight: today's, 0 for what is new.
    reserved : share of the weight of its group of each criterion that no row has a value for.
        Labels say nothing of it: it keeps its share, so that coverage means what it meant.
    """

    criteria: tuple[Criterion, ...]
    owner: Ints
    ramps: tuple[tuple[tuple[float, float], ...], ...]
    start: Floats
    reserved: Floats

    def design(self, table: pd.DataFrame) -> tuple[Floats, Flags]:
        """Return the pieces' values (n x k, 0 where unknown) and what is known (n x criteria)."""
        names = [item.column for item in self.criteria]
        values = table.reindex(columns=list(dict.fromkeys(names)))[names].to_numpy("float64")
        known = ~np.isnan(values) & applying(table["group"], self.criteria)
        parts = np.column_stack(
            [
                np.interp(values[:, owner], *np.array(ramp, dtype="float64").T)
                for owner, ramp in zip(self.owner, self.ramps, strict=True)
            ]
        )
        return np.where(known[:, self.owner], parts, 0.0), known


@dataclass(frozen=True, eq=False)
class Fit:
    """Pieces with their learnt weights; ``intercept`` and ``slope`` turn a score into a chance."""

    pieces: Pieces
    beta: Floats
    intercept: float
    shrink: float

    @property
    def slope(self) -> float:
        """Return the rise of the log odds from score 0 to score 1."""
        return float(self.beta.sum())


def pieces_of(
    model: ScoreModel,
    trial: Sequence[Criterion],
    table: pd.DataFrame,
    truth: Flags,
    *,
    settings: CalibrationSettings,
) -> Pieces:
    """Return the basis: today's ramp of each criterion, and steps between quantiles of its values.

    A criterion keeps the direction it has. ``trial`` criteria have no weight yet; their direction
    is the one in which the labelled values of this table point (Mann-Whitney). Read only what the
    fit may see: the training rows.
    """
    own = model.of_score(settings.score)
    columns = [item.column for item in (*own, *trial)]
    measured = table.reindex(columns=list(dict.fromkeys(columns)))[columns].to_numpy("float64")
    measured = np.where(applying(table["group"], (*own, *trial)), measured, np.nan)
    silent: Flags = np.asarray(np.isnan(measured).all(axis=0))
    keys = group_keys((*own, *trial))
    weight = np.array([*(item.weight for item in own), *[0.0] * len(trial)])
    reserved = np.where(silent, share_within(keys, weight), 0.0)
    shares = share_within(keys, np.where(silent, 0.0, weight)) / len(set(keys))
    owner: list[int] = []
    ramps: list[tuple[tuple[float, float], ...]] = []
    start: list[float] = []
    for index, item in enumerate((*own, *trial)):
        values = measured[:, index]
        known = ~np.isnan(values)
        if silent[index]:
            continue
        if index < len(own):
            owner.append(index)
            ramps.append(item.ramp)
            start.append(shares[index])
            rising = item.ramp[-1][1] >= item.ramp[0][1]
        else:
            rising = _points_up(values[known], truth[known])
        if settings.ramps or index >= len(own):
            steps = _steps(values[known], rising=rising, quantiles=settings.quantiles)
            owner += [index] * len(steps)
            ramps += steps
            start += [0.0] * len(steps)
    return Pieces((*own, *trial), np.array(owner, dtype="int64"), tuple(ramps), np.array(start),
                  reserved)  # fmt: skip


def sum_within(keys: Sequence[str], values: Floats) -> Floats:
    """Return for each criterion the sum of the values of its group."""
    sums = pd.Series(values).groupby(list(keys)).transform("sum")
    return np.asarray(sums, dtype="float64")


def share_within(keys: Sequence[str], values: Floats) -> Floats:
    """Return for each criterion its share of the sum of its group; 0 where that is nothing."""
    total = sum_within(keys, values)
    return np.divide(values, total, out=np.zeros(len(values)), where=total > 0)


def _points_up(values: Floats, truth: Flags) -> bool:
    if not truth.any() or truth.all():
        return True
    ranks = rankdata(values)
    return bool(ranks[truth].mean() >= ranks[~truth].mean())


def _steps(
    values: Floats, *, rising: bool, quantiles: tuple[float, ...]
) -> list[tuple[tuple[float, float], ...]]:
    """Return ramps between neighbouring knots: the least value, then quantiles of what is above."""
    if not len(values):
        return []
    least = float(values.min())
    above = values[values > least]
    knots = [least, *(np.quantile(above, quantiles).tolist() if len(above) else ())]
    knots = sorted({float(f"{knot:.3g}") for knot in knots})
    ends = (0.0, 1.0) if rising else (1.0, 0.0)
    return [((a, ends[0]), (b, ends[1])) for a, b in pairwise(knots)]


def fit(pieces: Pieces, table: pd.DataFrame, truth: Flags, *, shrink: float) -> Fit:
    """Learn beta >= 0 by penalised maximum likelihood (L-BFGS-B, analytic gradient).

    The larger ``shrink``, the nearer to the model as it stands; its order is the limit.
    """
    parts, known = pieces.design(table)
    some = known.any(axis=1)
    parts, label = parts[some], truth[some].astype("float64")
    known = known[some][:, pieces.owner].astype("float64")
    intercept, slope = _start(parts @ pieces.start, (known @ pieces.start), label)
    beta_0 = slope * pieces.start

    def loss(x: Floats) -> tuple[float, Floats]:
        beta = x[1:]
        weight = np.maximum(known @ beta, 1e-9)
        mean = (parts @ beta) / weight
        total = beta.sum()
        odds = x[0] + total * mean
        residual = expit(odds) - label
        pull = beta - beta_0
        over = residual * total / weight
        slope_of = residual @ mean + parts.T @ over - known.T @ (over * mean)
        value = np.logaddexp(0.0, odds) @ np.ones(len(label)) - label @ odds
        return (
            float(value + 0.5 * shrink * pull @ pull),
            np.concatenate([[residual.sum()], slope_of + shrink * pull]),
        )

    found = minimize(
        loss,
        np.concatenate([[intercept], beta_0]),
        jac=True,
        method="L-BFGS-B",
        bounds=[(None, None), *[(0.0, None)] * len(beta_0)],
        options={"maxiter": 300},
    )
    return Fit(pieces, np.asarray(found.x[1:], dtype="float64"), float(found.x[0]), shrink)


def _start(part: Floats, weight: Floats, label: Floats) -> tuple[float, float]:
    """Return intercept and slope of the log odds over today's score alone."""
    score = part / np.maximum(weight, 1e-9)

    def loss(x: Floats) -> float:
        odds = x[0] + x[1] * score
        return float((np.logaddexp(0.0, odds) - label * odds).sum())

    base = float(np.clip(label.mean(), 1e-4, 1 - 1e-4))
    first = np.array([np.log(base / (1 - base)) - 2.0, 4.0])
    found = minimize(loss, first, method="L-BFGS-B", bounds=[(None, None), _SLOPES])
    return float(found.x[0]), float(found.x[1])


def learnt_criteria(found: Fit) -> tuple[Criterion, ...]:
    """Return the criteria with learnt weights and ramps; weightless ones dropped.

    Weights sum to 1, by peer group where each criterion is for one. They have four digits and ramp
    values four significant ones, as the model file has them.
    """
    weights = np.bincount(
        found.pieces.owner, weights=found.beta, minlength=len(found.pieces.criteria)
    ).astype("float64")
    reserved, keys = found.pieces.reserved, group_keys(found.pieces.criteria)
    kept = share_within(keys, weights) >= LEAST_WEIGHT
    learnt = share_within(keys, np.where(kept, weights, 0.0))
    shares = reserved + (1.0 - sum_within(keys, reserved)) * learnt
    kept |= reserved > 0
    return tuple(
        item.model_copy(
            update={
                "weight": max(round(float(shares[index]), 4), 1e-4),
                "ramp": item.ramp if reserved[index] else _merged_ramp(found, index),
            }
        )
        for index, item in enumerate(found.pieces.criteria)
        if kept[index]
    )


def _merged_ramp(found: Fit, index: int) -> tuple[tuple[float, float], ...]:
    """Return the weighted mean of a criterion's pieces as one ramp, with no needless point."""
    mine = [k for k in np.flatnonzero(found.pieces.owner == index) if found.beta[k] > 0]
    at = np.unique([float(f"{x:.4g}") for k in mine for x, _ in found.pieces.ramps[k]])
    worth = np.zeros(len(at))
    for k in mine:
        worth += found.beta[k] * np.interp(at, *np.array(found.pieces.ramps[k]).T)
    worth = np.clip(np.round(worth / sum(found.beta[k] for k in mine), 4), 0.0, 1.0)
    return _thinned([(float(x), float(d)) for x, d in zip(at, worth, strict=True)])


def _thinned(points: list[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """Drop points that lie on the line between their neighbours, to within half a percent."""
    kept = list(points)
    for point in points[1:-1]:
        place = kept.index(point)
        (x0, d0), (x1, d1) = kept[place - 1], kept[place + 1]
        if abs(d0 + (d1 - d0) * (point[0] - x0) / (x1 - x0) - point[1]) < 0.005:
            kept.pop(place)
    return tuple(kept)


def calibrated(model: ScoreModel, found: Fit, *, score: ScoreName) -> ScoreModel:
    """Return the model with the learnt criteria in place of those of one score.

    A group of `thin_groups` keeps the weights and ramps it had.
    """
    others = tuple(item for item in model.criteria if item.score != score)
    learnt = {item.code: item for item in learnt_criteria(found)}
    thin = thin_groups(found, minimum=model.minimum_families)
    pieces, keys = found.pieces, group_keys(found.pieces.criteria)
    began = np.bincount(pieces.owner, weights=pieces.start, minlength=len(keys)) + pieces.reserved
    weights = np.array([item.weight for item in pieces.criteria])
    old = share_within(keys, np.where(began > 0, weights, 0.0))
    own = [
        item.model_copy(update={"weight": round(float(share), 4)}) if key in thin
        else learnt.get(item.code)
        for item, key, share in zip(pieces.criteria, keys, old, strict=True)
        if key not in thin or share > 0
    ]  # fmt: skip
    made = tuple(item for item in own if item is not None)
    return model.model_copy(update={"criteria": (*others, *made)})


def thin_groups(found: Fit, *, minimum: int) -> set[str]:
    """Return the groups whose labels leave fewer families of evidence than a flag asks for.

    A parcel of such a group could no longer be judged. Empty where that holds for every group:
    then the labels support no model, which is for the caller to refuse.
    """
    keys = group_keys(found.pieces.criteria)
    key_of = dict(zip((item.code for item in found.pieces.criteria), keys, strict=True))
    families: dict[str, set[str]] = {key: set() for key in keys}
    for item in learnt_criteria(found):
        families[key_of[item.code]].add(item.family)
    thin = {key for key, held in families.items() if len(held) < minimum}
    return thin if len(thin) < len(families) else set()


def engine_score(table: pd.DataFrame, model: ScoreModel, *, score: ScoreName) -> Floats:
    """Return the score as the engine computes it: 0 to 100, NaN where evidence is insufficient."""
    return evaluate(table, model, score=score).score
