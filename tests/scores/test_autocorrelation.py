"""Closed forms of spatial autocorrelation against PySAL's, by hand, and what does not move them."""

from __future__ import annotations

import warnings
from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array, eye_array

from landuse.scores.autocorrelation import gi_star, morans_i

SEEDS = st.integers(0, 2**32 - 1)


def place(seed: int, *, most: int = 60) -> tuple[np.ndarray, csr_array]:
    """Return skewed values and neighbours that need not be mutual; some places have none."""
    random = np.random.default_rng(seed)
    n = int(random.integers(4, most))
    near = random.random((n, n)) < random.uniform(0.05, 0.5)
    np.fill_diagonal(near, False)
    near[0, 1] = True
    near[random.random(n) < 0.1] = False
    near[2, 3] = True
    return random.exponential(20, n), csr_array(near.astype("float64"))


@given(SEEDS)
@settings(max_examples=40, deadline=None)
def test_gi_star_is_that_of_pysal(seed: int) -> None:
    from esda import G_Local
    from libpysal.graph import Graph

    values, weights = place(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # places without neighbours are meant
        graph = Graph.from_sparse(csr_array(weights + eye_array(len(values))))
        theirs = G_Local(values, graph, transform="B", star=True, permutations=0).Zs
    ours = gi_star(values, weights)
    # A place whose neighbours are all others has no variance: NaN here, what rounding left there.
    told = np.asarray(weights.sum(axis=1)) + 1 < len(values)
    np.testing.assert_allclose(ours[told], np.asarray(theirs)[told], rtol=1e-9, atol=1e-9)
    assert np.isnan(ours[~told]).all()


@given(SEEDS)
@settings(max_examples=40, deadline=None)
def test_morans_i_and_its_p_are_those_of_pysal(seed: int) -> None:
    from esda import Moran
    from libpysal.graph import Graph

    values, weights = place(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # places without neighbours are meant
        theirs = Moran(values, Graph.from_sparse(weights), permutations=0)
    ours = morans_i(values, weights)
    np.testing.assert_allclose(ours, (theirs.I, theirs.p_rand), rtol=1e-9, atol=1e-12)


def test_gi_star_by_hand() -> None:
    # 1 2 3 4 10 in a line: mean 4, S^2 = 130 / 5 - 16 = 10.
    # Last, with its neighbour: 14 against 2 * 4; variance 10 * 2 * 3 / 4 = 15.
    line = csr_array(np.eye(5, k=1) + np.eye(5, k=-1))
    found = gi_star(np.array([1.0, 2, 3, 4, 10]), line)
    np.testing.assert_allclose(found[[4, 2]], [6 / sqrt(15), -3 / sqrt(15)])


def test_morans_i_by_hand() -> None:
    # 1 2 3 4 in a line, rows standardised: I = 0.4 (see test_pattern). E = -1/3. S0 = 4.
    # w: (1,2) 1, (2,1) (2,3) (3,2) (3,4) 1/2, (4,3) 1. S1 = (1.5^2 + 1^2 + 1.5^2) * 2 / 2 = 5.5.
    # Columns sum to 0.5 1.5 1.5 0.5, rows to 1: S2 = 2 * 1.5^2 + 2 * 2.5^2 = 17.
    # k = 4 * (2 * 1.5^4 + 2 * 0.5^4) / 5^2 = 1.64.
    # 4 * (7 * 5.5 - 4 * 17 + 48) = 74; 1.64 * (12 * 5.5 - 8 * 17 + 96) = 42.64;
    # (74 - 42.64) / (3 * 2 * 1 * 16) = 0.326667; less 1/9: 0.215556.
    # z = (0.4 + 1/3) / sqrt(0.215556) = 1.57951; p = 2 * (1 - Phi(1.57951)) = 0.11422.
    line = csr_array(np.eye(4, k=1) + np.eye(4, k=-1))
    found = morans_i(np.array([1.0, 2, 3, 4]), line)
    assert found == (pytest.approx(0.4), pytest.approx(0.11422, abs=5e-6))


@given(SEEDS, st.floats(-1e3, 1e3), st.floats(0.1, 1e3))
@settings(max_examples=40, deadline=None)
def test_another_unit_changes_nothing(seed: int, lifted: float, scale: float) -> None:
    values, weights = place(seed)
    other = lifted + scale * values
    np.testing.assert_allclose(gi_star(other, weights), gi_star(values, weights), atol=1e-6)
    np.testing.assert_allclose(morans_i(other, weights), morans_i(values, weights), atol=1e-6)
