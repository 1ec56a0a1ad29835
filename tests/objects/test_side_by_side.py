"""Pairs and nearest shapes found by trees are those of every shape held against every other."""

from __future__ import annotations

import numpy as np
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from landuse.core.side_by_side import nearest_m, pairs_within


def shapes(seed: int, count: int, *, discs: bool = True) -> NDArray[np.object_]:
    """Return areas, some with a hole, lines, points, a missing one, and discs of many corners.

    All but the discs are on whole metres, where distances at the very gap are exact.
    """
    rng = np.random.default_rng(seed)
    corner, side = rng.integers(0, 60, (count, 2)), rng.integers(1, 30, count)
    boxes = shapely.box(*corner.T, corner[:, 0] + side, corner[:, 1] + side)
    holed = shapely.difference(boxes, shapely.buffer(boxes, -3, join_style="mitre"))
    middle = shapely.centroid(boxes)
    kind, disc = rng.integers(0, 4 + discs, count), shapely.buffer(middle, side / 3, quad_segs=30)
    made = np.choose(kind, [boxes, holed, shapely.boundary(boxes), middle, disc])
    made[rng.integers(count)] = None
    return made


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**16), count=st.integers(1, 300), gap_m=st.integers(0, 20),
    discs=st.booleans(),
)  # fmt: skip
@example(seed=3505, count=139, gap_m=0, discs=True)
def test_each_pair_within_the_gap_is_found_once(
    seed: int, count: int, gap_m: float, discs: bool
) -> None:
    some = shapes(seed, count, discs=discs)
    if discs and gap_m:
        gap_m += 0.37  # where rounding decides nothing
    one, other = np.triu_indices(count, 1)
    near = shapely.distance(some[one], some[other]) <= gap_m
    first, second = pairs_within(some, distance_m=float(gap_m))
    assert first.tolist() == one[near].tolist()
    assert second.tolist() == other[near].tolist()
    kinds = np.random.default_rng(seed).choice(["工", "住", ""], count)
    near &= kinds[one] == kinds[other]
    first, second = pairs_within(some, distance_m=float(gap_m), kinds=kinds)
    assert (first.tolist(), second.tolist()) == (one[near].tolist(), other[near].tolist())


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**16), count=st.integers(1, 300), others=st.integers(1, 20))
def test_the_nearest_target_is_the_nearest_of_all(seed: int, count: int, others: int) -> None:
    some, targets = shapes(seed, count), shapes(seed + 1, others)
    every = shapely.distance(some[:, None], targets[None, :])
    np.testing.assert_allclose(nearest_m(some, targets), np.fmin.reduce(every, axis=1), atol=1e-9)


def test_without_targets_nothing_is_near() -> None:
    nowhere = np.array([None, shapely.Polygon()], dtype=object)
    assert np.isnan(nearest_m(shapes(1, 5), nowhere)).all()
