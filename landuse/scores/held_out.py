"""What calibration is worth on ground it has not seen: nested cross-validation by spatial block.

Parcels of one block, such as a town or a map sheet, are never split between learning and testing:
neighbours resemble each other. The strength of the shrinkage is chosen inside each training part,
by inner folds of its own blocks; the held-out part decides nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from landuse.scores.accuracy import METRICS, Measure, average_precision
from landuse.scores.by_group import split_by_group
from landuse.scores.calibration import (
    CalibrationSettings,
    Fit,
    calibrated,
    engine_score,
    fit,
    pieces_of,
)
from landuse.scores.model import Criterion, ScoreModel

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]
RANKING = ("AUC", "average_precision", "precision_at_n")
BEHIND = -1e6
"""Log odds of a parcel without a score: behind every parcel with one."""


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Scores of parcels by a model that was learnt without them.

    Attributes
    ----------
    before : score of the model as it stands.
    after : log odds by the calibrated model of the fold in which the parcel was held out.
    fold : number of that fold; shrink : strength that each fold chose for itself.
    """

    before: Floats
    after: Floats
    fold: Ints
    shrink: tuple[float, ...]


@dataclass(frozen=True)
class Comparison:
    """One metric before and after on held-out parcels; intervals are paired, over blocks."""

    name: str
    before: Measure
    after: Measure
    gain: Measure


def block_folds(blocks: pd.Series[str], *, folds: int, seed: int) -> Ints:
    """Return the fold of each row; whole blocks, dealt out in an order that the seed decides."""
    names = sorted(set(blocks), key=lambda name: _digest(f"{seed}|{name}"))
    place = {name: number % folds for number, name in enumerate(names)}
    return np.array([place[name] for name in blocks], dtype="int64")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def learn(
    model: ScoreModel,
    trial: Sequence[Criterion],
    table: pd.DataFrame,
    truth: Flags,
    *,
    blocks: pd.Series[str],
    settings: CalibrationSettings,
) -> Fit:
    """Fit once on all rows given, with the strength that their own inner folds prefer."""
    shrink = choose_shrink(model, trial, table, truth, blocks=blocks, settings=settings)
    pieces = pieces_of(model, trial, table, truth, settings=settings)
    return fit(pieces, table, truth, shrink=shrink)


def by_group(
    model: ScoreModel, trial: Sequence[Criterion], *, settings: CalibrationSettings
) -> tuple[ScoreModel, tuple[Criterion, ...]]:
    """Return model and trial criteria, one copy for each peer group where the settings ask it."""
    if not settings.by_group:
        return model, tuple(trial)
    return split_by_group(model, trial, settings.by_group, score=settings.score)


def choose_shrink(
    model: ScoreModel,
    trial: Sequence[Criterion],
    table: pd.DataFrame,
    truth: Flags,
    *,
    blocks: pd.Series[str],
    settings: CalibrationSettings,
) -> float:
    """Return the strength with the highest average precision over inner folds of these rows.

    Of equals the stronger is taken. The held-out log odds of all inner folds are ranked together.
    """
    if len(settings.shrink) == 1:
        return settings.shrink[0]
    fold = block_folds(blocks, folds=settings.inner_folds, seed=settings.seed + 1)
    odds = {shrink: np.full(len(table), BEHIND) for shrink in settings.shrink}
    for number in sorted(set(fold.tolist())):
        kept = fold != number
        pieces = pieces_of(model, trial, table[kept], truth[kept], settings=settings)
        for shrink in settings.shrink:
            found = fit(pieces, table[kept], truth[kept], shrink=shrink)
            odds[shrink][~kept] = log_odds(found, model, table[~kept], settings=settings)
    worth = {name: average_precision(values, truth, truth) for name, values in odds.items()}
    return max(settings.shrink, key=lambda shrink: (worth[shrink], shrink))


def log_odds(
    found: Fit, model: ScoreModel, table: pd.DataFrame, *, settings: CalibrationSettings
) -> Floats:
    """Return the log odds of rows by the model as its file would have it, through the engine."""
    made = calibrated(model, found, score=settings.score)
    score = engine_score(table, made, score=settings.score)
    return np.where(np.isnan(score), BEHIND, found.intercept + found.slope * score / 100.0)


def cross_validate(
    model: ScoreModel,
    trial: Sequence[Criterion],
    table: pd.DataFrame,
    truth: Flags,
    *,
    blocks: pd.Series[str],
    settings: CalibrationSettings,
) -> HeldOut:
    """Score every row by a model learnt on the other folds' blocks.

    ``table``, ``truth`` and ``blocks`` hold the labelled parcels, row by row.
    """
    fold = block_folds(blocks, folds=settings.folds, seed=settings.seed)
    before = engine_score(table, model, score=settings.score)
    model, trial = by_group(model, trial, settings=settings)
    after = np.full(len(table), BEHIND)
    chosen = []
    for number in sorted(set(fold.tolist())):
        kept = fold != number
        found = learn(model, trial, table[kept], truth[kept], blocks=blocks[kept],
                      settings=settings)  # fmt: skip
        after[~kept] = log_odds(found, model, table[~kept], settings=settings)
        chosen.append(found.shrink)
    return HeldOut(before, after, fold, tuple(chosen))


def compare(
    held_out: HeldOut, truth: Flags, blocks: pd.Series[str], *, draws: int = 300, seed: int = 1
) -> list[Comparison]:
    """Return the ranking metrics before and after, with 95 % intervals by resampling blocks."""
    pair = [_ranks(np.nan_to_num(held_out.before, nan=-1.0)), _ranks(held_out.after)]
    samples = _block_samples(blocks, draws=draws, seed=seed)
    rows = []
    for name, zh, metric in METRICS:
        if name not in RANKING:
            continue
        drawn = np.array([[metric(s[i], truth[i], truth[i]) for s in pair] for i in samples])
        value = [metric(s, truth, truth) for s in pair]
        before, after = (_measure(name, zh, value[k], drawn[:, k]) for k in (0, 1))
        gain = _measure(name, zh, value[1] - value[0], drawn[:, 1] - drawn[:, 0])
        rows.append(Comparison(name, before, after, gain))
    return rows


def _ranks(values: Floats) -> Floats:
    return np.unique(values, return_inverse=True)[1].astype("float64")


def _block_samples(blocks: pd.Series[str], *, draws: int, seed: int) -> list[Ints]:
    rows = [np.asarray(found) for found in blocks.reset_index(drop=True).groupby(blocks.to_numpy())
            .indices.values()]  # fmt: skip
    generator = np.random.default_rng(seed)
    picks = generator.integers(0, len(rows), (draws, len(rows)))
    return [np.concatenate([rows[block] for block in pick]) for pick in picks]


def _measure(name: str, zh: str, value: float, drawn: Floats) -> Measure:
    known = drawn[~np.isnan(drawn)]
    low, high = np.percentile(known, [2.5, 97.5]) if len(known) else (np.nan, np.nan)
    return Measure(name, zh, value, float(low), float(high))
