"""Lines of control split into boxes' worth stay the same ground, whoever cuts them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from landuse.indicators import overlay


def star(seed: int, corners: int, *, holes: int) -> shapely.Polygon:
    """Return a ragged ring of so many corners about 5 km wide, with round holes."""
    random = np.random.default_rng(seed)
    turn = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    reach = 2_000 + 500 * random.random(corners)
    outer = shapely.Polygon(np.stack([reach * np.cos(turn), reach * np.sin(turn)], axis=1))
    middles = shapely.points(random.uniform(-1_000, 1_000, (holes, 2)))
    return shapely.difference(outer, shapely.union_all(shapely.buffer(middles, 90, quad_segs=40)))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), corners=st.integers(600, 4_000), holes=st.integers(0, 8))
def test_parts_are_valid_small_and_the_same_ground(seed: int, corners: int, holes: int) -> None:
    whole = np.array([shapely.box(0, 0, 1, 1), star(seed, corners, holes=holes), None])
    parts, rows = overlay._subdivide(whole)
    assert set(rows.tolist()) == {0, 1}
    assert shapely.is_valid(parts).all()
    assert shapely.get_num_coordinates(parts).max() <= 512
    assert shapely.area(parts[rows == 1]).sum() == pytest.approx(whole[1].area, rel=1e-12)
    missed = shapely.symmetric_difference(shapely.union_all(parts[rows == 1]), whole[1])
    assert missed.area < 1e-6


def test_what_the_quick_cut_gets_wrong_is_cut_by_intersections(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = np.array([star(1, 2_000, holes=3), star(2, 700, holes=0), shapely.box(0, 0, 1, 1)])
    asked: list[int] = []

    def lossy(parts: Any, boxes: Any) -> Any:
        asked.append(len(parts))
        return shapely.box(*np.subtract(boxes, [0, 0, 1, 0]).T)

    expected, theirs = overlay._split(whole[:2], overlay._intersected)
    monkeypatch.setattr(overlay, "_clipped", lossy)
    parts, rows = overlay._subdivide(whole)
    assert asked
    assert rows.tolist() == [2, *theirs.tolist()]
    assert shapely.equals_exact(parts[1:], expected).all()
