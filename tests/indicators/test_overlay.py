"""Pieces of a layer in parcels: what is not cut is, to the digit, what cutting would leave."""

from __future__ import annotations

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import affinity

from landuse.indicators.overlay import as_cut, overlap_pieces
from tests.indicators.ground import X, Y, parcels, polygons, rect


def stars(rng: np.random.Generator, count: int, *, radius_m: float) -> list[shapely.Polygon]:
    """Return polygons of 3 to 9 corners, turning either way, some with a hole."""
    made = []
    for place in range(count):
        corners = int(rng.integers(3, 10))
        turn = np.linspace(0, 2 * np.pi, corners, endpoint=False) + rng.uniform(0, 6)
        reach = rng.uniform(0.5, 1, corners) * radius_m
        x, y = rng.uniform(0, 100, 2)
        ring = np.stack([X + x + reach * np.cos(turn), Y + y + reach * np.sin(turn)], axis=1)
        star = shapely.Polygon(ring[:: 1 if place % 2 else -1])
        made.append(star - affinity.scale(star, 0.3, 0.3) if place % 5 == 4 else star)
    return made


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_pieces_are_what_cutting_leaves(seed: int) -> None:
    rng = np.random.default_rng(seed)
    plots = [rect(-40, -40, 60, 140), rect(60, -40, 140, 140) - rect(90, 40, 110, 60)]
    layer = stars(rng, 25, radius_m=9)
    parcel, row, pieces = overlap_pieces(parcels(*plots), polygons(*layer))
    cut = shapely.intersection(np.array(plots)[parcel], np.array(layer)[row])
    assert shapely.to_wkb(pieces).tolist() == shapely.to_wkb(cut).tolist()
    assert sorted(zip(parcel, row, strict=True)) == [
        (one, other)
        for one, plot in enumerate(plots)
        for other, part in enumerate(layer)
        if plot.intersection(part).area > 0
    ]


def test_no_polygons_leave_none() -> None:
    assert len(as_cut(np.array([], dtype=object))) == 0
