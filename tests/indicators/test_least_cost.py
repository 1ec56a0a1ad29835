"""Least costs over a grid are those of Dijkstra's algorithm, to the last digit."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra

from landuse.indicators.engine.least_cost import least_costs

AROUND = ((-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1))


def inside(shape: tuple[int, int]) -> np.ndarray:
    """Return which of the ways from each cell stay on the grid (cells, ways)."""
    row, column = np.divmod(np.arange(shape[0] * shape[1]), shape[1])
    down, right = np.array(AROUND).T
    to_row, to_column = row[:, None] + down, column[:, None] + right
    return (to_row >= 0) & (to_row < shape[0]) & (to_column >= 0) & (to_column < shape[1])


def by_scipy(
    steps: np.ndarray, away: np.ndarray, starts: np.ndarray, start_costs: np.ndarray
) -> np.ndarray:
    """Return the least cost of every cell, from one more node that stands for all starts."""
    cell, way = np.nonzero(np.isfinite(steps))
    size = len(steps)
    seats, first = np.unique(starts[order := np.lexsort((start_costs, starts))], return_index=True)
    graph = coo_matrix(
        (np.concatenate([steps[cell, way], start_costs[order][first]]),
         (np.concatenate([cell, np.full(len(seats), size)]),
          np.concatenate([cell + away[way], seats]))), shape=(size + 1, size + 1),
    )  # fmt: skip
    return np.asarray(dijkstra(graph.tocsr(), indices=size)[:-1])


@given(
    shape=st.tuples(st.integers(1, 12), st.integers(1, 12)),
    seed=st.integers(0, 2**32 - 1),
    closed=st.sampled_from([0.0, 0.3, 0.7]),
    spread=st.sampled_from([0.0, 1.0, 20.0]),
    wave=st.sampled_from([1e-3, 1.0, 1e6]),
)
def test_the_least_costs_are_those_of_dijkstra(
    shape: tuple[int, int], seed: int, closed: float, spread: float, wave: float
) -> None:
    """Whatever the ground: equal steps, cliffs that cost 1e17, cells without any way."""
    random = np.random.default_rng(seed)
    size, away = shape[0] * shape[1], np.array([d * shape[1] + r for d, r in AROUND])
    steps = np.exp(random.normal(0, 1, (size, len(AROUND))) * spread)
    steps[~inside(shape) | (random.random(steps.shape) < closed)] = np.inf
    starts, ends = (random.integers(0, size, random.integers(1, 4)) for _ in range(2))
    start_costs = random.random(len(starts))
    found = least_costs(steps, away, starts=starts, start_costs=start_costs, ends=ends, wave=wave)
    np.testing.assert_array_equal(found, by_scipy(steps, away, starts, start_costs)[ends])


def test_without_a_start_nothing_is_reached_and_without_an_end_nothing_is_told() -> None:
    steps, away, none = np.ones((1, 1)) * np.inf, np.array([1]), np.zeros(0, np.int64)
    cell, no_costs = np.array([0]), np.zeros(0)
    lost = least_costs(steps, away, starts=none, start_costs=no_costs, ends=cell, wave=1.0)
    assert lost.tolist() == [np.inf]
    told = least_costs(steps, away, starts=cell, start_costs=np.zeros(1), ends=none, wave=1.0)
    assert told.tolist() == []
