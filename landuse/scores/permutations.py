"""Tests by random draws: how often chance alone makes a neighbourhood as extreme."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from landuse.scores.engine import Flags, Floats

Ints: TypeAlias = NDArray[np.int64]
TIE = 1e-9
"""The same values added in another order must tie; the values are standardised."""


def draw(draws: int, *, count: int, of: int, seed: int) -> Ints:
    """Return random draws without replacement (draws x count) of the numbers 0 to ``of - 1``.

    Each ordered row is equally likely: the j-th number is drawn among those left and moved past
    the numbers already drawn.

    Raises
    ------
    ValueError
        If more numbers are asked for than there are.
    """
    if count > of:
        msg = f"{count} cannot be drawn from {of} without replacement"
        raise ValueError(msg)
    random = np.random.default_rng(seed)
    result = np.empty((draws, count), dtype="int64")
    for place in range(count):
        taken = np.sort(result[:, :place], axis=1)
        number = random.integers(0, of - place, size=draws)
        for earlier in range(place):
            number += number >= taken[:, earlier]
        result[:, place] = number
    return result


def random_p(sums: Floats, counts: Ints, *, values: Floats, drawn: Ints) -> Floats:
    """Return the two-sided p of sums of ``counts`` values drawn at random from all values.

    ``p = min(1, 2 (k + 1) / (R + 1))`` with k the draws of R at least as extreme on the side where
    there are fewer; ties count as extreme on both sides.
    """
    above, below = np.zeros((2, len(sums)), dtype="int64")
    for count in np.unique(counts):
        rows = counts == count
        above[rows], below[rows] = _beyond(sums[rows], _sums(values, drawn[:, :count]))
    return _two_sided(above, below, len(drawn))


def conditional_p(sums: Floats, counts: Ints, *, values: Floats, drawn: Ints) -> Floats:
    """Return the two-sided p of sums of ``counts`` values drawn from all values but one's own.

    A draw that holds the parcel itself takes the next number drawn in its stead, which leaves
    draws without replacement from the others. ``drawn`` is one column wider than the most counts.
    """
    above, below = np.zeros((2, len(sums)), dtype="int64")
    for count in np.unique(counts):
        rows = np.flatnonzero(counts == count)
        reference = _sums(values, drawn[:, :count])
        above[rows], below[rows] = _beyond(sums[rows], reference)
        _leave_self_out((above, below), sums, rows, values, drawn[:, : count + 1], reference)
    return _two_sided(above, below, len(drawn))


def rejected(p: Floats, rate: float) -> Flags:
    """Return which hypotheses fall at a false-discovery rate (Benjamini and Hochberg 1995)."""
    ordered = np.sort(p)
    passed = np.flatnonzero(ordered <= rate * np.arange(1, len(p) + 1) / max(len(p), 1))
    return np.asarray(p <= ordered[passed[-1]]) if len(passed) else np.zeros(len(p), dtype=bool)


def _sums(values: Floats, drawn: Ints) -> Floats:
    return np.asarray(values[drawn].sum(axis=1))


def _beyond(sums: Floats, reference: Floats) -> tuple[Ints, Ints]:
    """Return how many of the reference are at least, and at most, each sum."""
    ordered = np.sort(reference)
    above = len(ordered) - np.searchsorted(ordered, sums - TIE, side="left")
    return above, np.searchsorted(ordered, sums + TIE, side="right")


def _leave_self_out(
    counts: tuple[Ints, Ints],
    sums: Floats,
    rows: NDArray[np.intp],
    values: Floats,
    drawn: Ints,
    reference: Floats,
) -> None:
    """Count anew the few draws that held the parcel itself."""
    above, below = counts
    wanted = np.zeros(len(values), dtype=bool)
    wanted[rows] = True
    at, _ = np.nonzero(wanted[drawn[:, :-1]])
    own = drawn[:, :-1][wanted[drawn[:, :-1]]]
    before = reference[at]
    after = before - values[own] + values[drawn[at, -1]]
    low, high = sums[own] - TIE, sums[own] + TIE
    np.add.at(above, own, (after >= low).astype("int64") - (before >= low))
    np.add.at(below, own, (after <= high).astype("int64") - (before <= high))


def _two_sided(above: Ints, below: Ints, draws: int) -> Floats:
    return np.minimum(1.0, 2.0 * (np.minimum(above, below) + 1) / (draws + 1))
