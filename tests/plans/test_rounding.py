"""Rounding keeps the rules, and what it proves holds against every plan there is."""

from __future__ import annotations

from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint

from landuse.plans.rounding import SLACK, rounded


@settings(max_examples=60)
@given(seed=st.integers(0, 100_000), n=st.integers(1, 9), least=st.booleans())
def test_gap_and_bounds_hold_for_every_plan(seed: int, n: int, least: bool) -> None:
    """All 2^n plans: none is better than the gap allows, and every better one is in the bounds."""
    rng = np.random.default_rng(seed)
    weights = rng.integers(-5, 30, n).astype("float64")
    needs = rng.integers(1, 12, (2, n)).astype("float64")
    room = needs.sum(axis=1) * rng.uniform(0.2, 0.9, 2)
    rules = [LinearConstraint(needs, -np.inf, room)]
    floor = float(rng.integers(0, 20)) if least else -np.inf
    if least:
        rules.append(LinearConstraint(weights[None, :], floor, np.inf))
    found = rounded(weights, rules, np.zeros(n))
    every = np.array(list(product([0.0, 1.0], repeat=n)))
    kept = every[(every @ needs.T <= room + SLACK).all(axis=1) & (every @ weights >= floor - SLACK)]
    if found.taken is None:
        assert (found.low == 0).all()
        assert (found.high == 1).all()
        return
    assert (kept == found.taken).all(axis=1).any()
    worth, best = float(weights @ found.taken), float((kept @ weights).max())
    assert best - worth <= found.gap * max(abs(worth), SLACK) + 1e-6
    better = kept[kept @ weights > worth + 1e-6]
    assert (better >= found.low).all()
    assert (better <= found.high).all()


def test_what_must_be_taken_is_taken() -> None:
    """Room 5: the pair held needs 4, so the other, worth more, no longer fits."""
    rules = [LinearConstraint(np.array([[4.0, 3.0]]), -np.inf, np.array([5.0]))]
    found = rounded(np.array([1.0, 9.0]), rules, np.array([1.0, 0.0]))
    assert found.taken is not None
    assert found.taken.tolist() == [1.0, 0.0]
    free = rounded(np.array([1.0, 9.0]), rules, np.zeros(2))
    assert free.taken is not None
    assert free.taken.tolist() == [0.0, 1.0]
