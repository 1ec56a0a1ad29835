"""Filled stairs: an outline grown without them is the outline grown, to a third of a metre."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st

from landuse.indicators.villages.stairs import filled_stairs

REACH_M = 200.0
LATE_M = 1 / 3


def cells(seed: int, *, side: int, share: float) -> shapely.Geometry:
    """Return cells of 10 m, some of a square of ``side``, as one shape; it may have holes."""
    row, column = np.nonzero(np.random.default_rng(seed).random((side, side)) < share)
    x, y = 10.0 * column, 10.0 * row
    return shapely.union_all(shapely.box(x, y, x + 10, y + 10))


def test_a_stair_by_hand() -> None:
    """Three steps of 10 m: both inner corners go, and 2 x 50 m2 of ground are filled."""
    stair = shapely.Polygon([(0, 0), (30, 0), (30, 10), (20, 10), (20, 20), (10, 20), (10, 30),
                             (0, 30)])  # fmt: skip
    (whole,) = filled_stairs(np.array([stair]), REACH_M)
    assert whole.area == stair.area + 2 * 50
    for turned in (stair.reverse(), shapely.transform(stair, lambda xy: -xy)):
        (same,) = filled_stairs(np.array([turned]), REACH_M)
        assert same.area == whole.area


@given(seed=st.integers(0, 10_000), side=st.integers(1, 12), share=st.floats(0.2, 1.0))
def test_what_is_grown_is_the_outline_grown(seed: int, side: int, share: float) -> None:
    """It holds the outline grown by the reach, and lies in the outline grown by a third more."""
    shape = cells(seed, side=side, share=share)
    assume(not shape.is_empty)
    (whole,) = filled_stairs(np.array([shape]), REACH_M)
    assert shapely.is_valid(whole)
    assert whole.area >= shape.area - 1e-6
    corners = 64  # to a quarter circle: such a circle ends 0.015 m early at most
    grown = shapely.buffer(whole, REACH_M, quad_segs=corners)
    least = shapely.buffer(shape, REACH_M - 0.02, quad_segs=corners)
    most = shapely.buffer(shape, REACH_M + LATE_M + 0.02, quad_segs=4 * corners)
    # GEOS leaves out hollows shallower than a hundredth of the distance: compare by area.
    assert shapely.difference(least, grown).area < 1e-3 * grown.area
    assert shapely.difference(grown, most).area < 1e-3 * grown.area


def test_holes_and_what_is_not_there_come_back_as_they_were() -> None:
    holed = shapely.Polygon([(0, 0), (50, 0), (50, 50), (0, 50)],
                            [[(10, 10), (20, 10), (20, 20), (10, 20)]])  # fmt: skip
    shapes = np.array([holed, None, shapely.Polygon()], dtype=object)
    back = filled_stairs(shapes, REACH_M)
    assert shapely.equals(back[0], holed)
    assert back[1] is None
    assert back[2].is_empty


@pytest.mark.parametrize("far", [22.0, 24.0])
def test_only_corners_between_near_ones_go(far: float) -> None:
    """A third of a metre at 200 m allows 23.1 m: 2 sqrt(200.333 ** 2 - 200 ** 2)."""
    corner = shapely.Polygon([(0, 0), (60, 0), (60, 20), (60 - far, 20.001), (60 - far, 40),
                              (0, 40)])  # fmt: skip
    near = shapely.Polygon([(0, 0), (60, 0), (60, 20), (60 - far, 20), (60 - far, 20.001), (0, 40)])
    for shape, chord in ((near, far), (corner, float(np.hypot(far, 20)))):
        (whole,) = filled_stairs(np.array([shape]), REACH_M)
        assert (shapely.get_num_coordinates(whole) < shapely.get_num_coordinates(shape)) == (
            chord <= 23.1
        )
