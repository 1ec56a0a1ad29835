"""What varies from draw to draw, packed for the kernel: weights, ramps, measurement errors.

Every random number hangs on (seed, what it is for, the code or source it belongs to) and, for the
errors that a parcel has for itself, on the bits of its own evidence; never on a row number.
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from landuse.scores.engine import Flags, Floats
from landuse.scores.model import Criterion, ScoreModel, ScoreName

Ints = NDArray[np.int64]
Words = NDArray[np.uint64]

SCORES: tuple[ScoreName, ScoreName] = ("idle", "les")
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
QUANTILES = 4096


class Draws(NamedTuple):
    """Criteria and their draws: k criteria, D draws.

    ``column``, ``error``, ``family``: k. ``start`` (k + 1) cuts ``at``, ``worth`` into ramps.
    ``weight`` and ``shift`` (in the unit of the column): k x D.
    """

    column: Ints
    error: Ints
    family: Ints
    start: Ints
    at: Floats
    worth: Floats
    weight: Floats
    shift: Floats


class Rule(NamedTuple):
    """Limits of the flag; ``minimum`` holds those of the two scores."""

    coverage: float
    families: int
    agree_at: float
    minimum: Floats


class Rows(NamedTuple):
    """n parcels: ``value`` and ``sd`` are n x columns, ``key`` is n x error sources.

    ``group`` is n; ``members[cut[2 g + s] : cut[2 g + s + 1]]`` are the criteria of score s that
    apply to group g, ordered by family. ``barred``: n x 2.
    """

    value: Floats
    sd: Floats
    key: Words
    group: Ints
    members: Ints
    cut: Ints
    barred: Flags


def stream(seed: int, purpose: str, name: str, draws: int) -> Floats:
    """Return ``draws`` standard normal numbers: a shuffle of equally likely quantiles.

    One number from each of ``draws`` slices of equal probability (Latin hypercube; McKay, Beckman
    and Conover 1979), in an order that seed, purpose and name decide. Mean 0 to rounding.
    """
    steps = np.arange(1, draws + 1, dtype=np.uint64) * GOLDEN
    words = _mix(np.uint64(_word(seed, purpose, name)) + steps)
    place = np.empty(draws)
    place[np.argsort(words, kind="stable")] = np.arange(draws)
    return np.asarray(ndtri((place + 0.5) / draws), dtype="float64")


def quantile_table() -> Floats:
    """Return the normal quantiles that 12 random bits choose from, scaled to variance 1."""
    table = ndtri((np.arange(QUANTILES) + 0.5) / QUANTILES)
    return np.asarray(table / np.sqrt((table**2).mean()), dtype="float64")


def error_sources(criteria: tuple[Criterion, ...]) -> dict[str, str]:
    """Return column = the source whose error it shares: one measurement is one error.

    Columns of one data role share one draw; a column without a role is a source of its own.
    """
    roles: dict[str, list[str]] = {}
    for criterion in criteria:
        roles.setdefault(criterion.column, []).append(criterion.data)
    return {
        column: min((role for role in found if role), default=column)
        for column, found in sorted(roles.items())
    }


def pack_draws(
    model: ScoreModel, *, seed: int, draws: int, weight_spread: float, ramp_spread: float
) -> Draws:
    """Return the criteria of the model with their weights and ramp shifts in every draw.

    Weight: ``w exp(s z - s^2 / 2)`` with ``s^2 = ln(1 + spread^2)``, so mean w and standard
    deviation ``spread * w`` (lognormal, never negative). Ramp: all points move together by
    ``spread * width * z``, width = last value - first value.
    """
    criteria = model.criteria
    columns, sources = list(error_sources(criteria)), error_sources(criteria)
    names = sorted(set(sources.values()))
    families = [family.code for family in model.families]
    sigma = np.sqrt(np.log1p(weight_spread**2))
    weight, shift = (np.empty((len(criteria), draws)) for _ in range(2))
    for row, item in enumerate(criteria):
        factor = np.exp(sigma * stream(seed, "weight", item.code, draws) - sigma**2 / 2)
        weight[row] = item.weight * factor
        width = item.ramp[-1][0] - item.ramp[0][0]
        shift[row] = ramp_spread * width * stream(seed, "ramp", item.code, draws)
    points = np.array([point for item in criteria for point in item.ramp], dtype="float64")
    return Draws(
        column=np.array([columns.index(item.column) for item in criteria]),
        error=np.array([names.index(sources[item.column]) for item in criteria]),
        family=np.array([families.index(item.family) for item in criteria]),
        start=np.cumsum([0, *(len(item.ramp) for item in criteria)]),
        at=np.ascontiguousarray(points[:, 0]),
        worth=np.ascontiguousarray(points[:, 1]),
        weight=weight,
        shift=shift,
    )


def common_errors(model: ScoreModel, *, seed: int, draws: int) -> Floats:
    """Return the errors that all parcels share (sources x draws), standard normal."""
    names = sorted(set(error_sources(model.criteria).values()))
    return np.stack([stream(seed, "error", name, draws) for name in names])


def pack_rule(model: ScoreModel) -> Rule:
    """Return the limits of the flag."""
    return Rule(
        coverage=model.minimum_coverage,
        families=model.minimum_families,
        agree_at=model.agree_at,
        minimum=np.array([model.flag_minimum[score] for score in SCORES]),
    )


def pack_rows(table: pd.DataFrame, model: ScoreModel, *, seed: int, barred: Flags) -> Rows:
    """Return values, standard deviations, keys and applicable criteria of every parcel."""
    columns = list(error_sources(model.criteria))
    value = np.ascontiguousarray(table.reindex(columns=columns).to_numpy("float64"))
    codes, groups = pd.factorize(table["group"], sort=True)
    members, cut = _members(model, [str(group) for group in groups])
    return Rows(
        value=value,
        sd=_deviations(value, table["area_m2"].to_numpy("float64"), model),
        key=_keys(value, model, seed=seed),
        group=codes.astype("int64"),
        members=members,
        cut=cut,
        barred=barred,
    )


def standard_deviation(criterion: Criterion, value: Floats, area_m2: Floats) -> Floats:
    """Return the standard deviation of a measured value, in the unit of the value.

    ``sqrt(absolute^2 + (relative v)^2 + v (1 - v) support_m2 / A)``: the last term is that of a
    share counted on ``A / support_m2`` independent cells. Zero where no error is stated.
    """
    error = criterion.error
    if error is None:
        return np.zeros(len(value))
    variance = error.absolute**2 + (error.relative * value) ** 2
    if error.support_m2 > 0:
        variance = variance + np.clip(value * (1 - value), 0, None) * error.support_m2 / area_m2
    return np.asarray(np.sqrt(variance), dtype="float64")


def _deviations(value: Floats, area_m2: Floats, model: ScoreModel) -> Floats:
    columns = list(error_sources(model.criteria))
    sd = np.zeros(value.shape)
    for criterion in model.criteria:
        place = columns.index(criterion.column)
        stated = standard_deviation(criterion, value[:, place], area_m2)
        sd[:, place] = np.fmax(sd[:, place], stated)
    return sd


def _members(model: ScoreModel, groups: list[str]) -> tuple[Ints, Ints]:
    order = {family.code: place for place, family in enumerate(model.families)}
    members: list[int] = []
    cut = [0]
    for group in groups:
        for score in SCORES:
            members += sorted(
                (
                    place
                    for place, item in enumerate(model.criteria)
                    if item.score == score and (not item.groups or group in item.groups)
                ),
                key=lambda place: (order[model.criteria[place].family], place),
            )
            cut.append(len(members))
    return np.array(members, dtype="int64"), np.array(cut, dtype="int64")


def _keys(value: Floats, model: ScoreModel, *, seed: int) -> Words:
    """Return, for each parcel and source, a word made of the bits of what the source measured."""
    sources = error_sources(model.criteria)
    names = sorted(set(sources.values()))
    # One spelling for zero and for null.
    bits = np.where(np.isnan(value), np.nan, value + 0.0).view(np.uint64)
    keys = np.empty((len(value), len(names)), dtype=np.uint64)
    for place, name in enumerate(names):
        state = np.full(len(value), _word(seed, "own error", name), dtype=np.uint64)
        for column, source in enumerate(sources.values()):
            if source == name:
                state = _mix(state ^ bits[:, column])
        keys[:, place] = state
    return keys


def _word(seed: int, purpose: str, name: str) -> int:
    text = f"{seed}/{purpose}/{name}".encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little")


def _mix(state: Words) -> Words:
    """Scramble 64 bits (the finaliser of SplitMix64, Steele, Lea and Flood 2014)."""
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))
