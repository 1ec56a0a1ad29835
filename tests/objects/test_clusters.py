"""Clusters of built ground: what is cut only where it must be is as if everything had been cut."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Point, Polygon, box

from landuse.objects.derived.arrangement import as_shapes
from landuse.objects.derived.clusters import _parted, footprints, within

LEAN = 0.37
lows = st.integers(-3, 12)
sides = st.integers(1, 9)
boxes = st.builds(lambda x, y, w, h: box(x, y, x + w, y + h), lows, lows, sides, sides)
few = settings(max_examples=150, deadline=None)


def villages(corner_x: int, corner_y: int) -> np.ndarray:
    """Return two villages of [0, 10]^2 with a leaning line between them; the rest is nobody's."""
    cut = [(corner_x, 0), (corner_x + LEAN, 10), (10, 10), (10, 0)]
    right = Polygon(cut).union(box(9, corner_y, 11, corner_y + 1))
    return as_shapes([box(0, 0, 10, 10).difference(right), right])


def polygons_in(shape: Any) -> list[bytes]:
    parts = shapely.get_parts(shape)
    kept = parts[(shapely.get_type_id(parts) == 3) & ~shapely.is_empty(parts)]
    return list(shapely.to_wkb(kept))


@few
@given(st.lists(boxes, min_size=1, max_size=6), st.integers(1, 7), st.integers(0, 9), st.data())
def test_shapes_cut_to_their_village_are_all_intersected(
    drawn: list[Polygon], x: int, y: int, data: st.DataObject
) -> None:
    areas, shapes = villages(x, y), as_shapes(drawn)
    which = st.lists(st.integers(-1, 1), min_size=len(drawn), max_size=len(drawn))
    village = np.array(data.draw(which), dtype=np.intp)
    cut = within(shapes, village, areas)
    whole = shapely.union_all(areas)
    for shape, owner, left in zip(shapes, village, cut, strict=True):
        plain = shape.difference(whole) if owner < 0 else shape.intersection(areas[owner])
        assert polygons_in(left) == polygons_in(shapely.normalize(plain))


@few
@given(st.lists(boxes, min_size=1, max_size=6), st.integers(1, 7), st.integers(0, 9))
def test_parts_of_patches_are_those_in_each_village_and_the_rest(
    drawn: list[Polygon], x: int, y: int
) -> None:
    areas = villages(x, y)
    apart = shapely.get_parts(shapely.union_all(drawn))
    parts, owner = _parted(as_shapes(apart), areas)
    for village, area in enumerate(areas):
        ours = shapely.union_all(parts[owner == village])
        assert ours.symmetric_difference(shapely.union_all(drawn).intersection(area)).area < 1e-2
    rest = shapely.union_all(drawn).difference(shapely.union_all(areas))
    assert shapely.area(parts[owner == -1]).sum() == pytest.approx(rest.area, abs=1e-2)
    assert shapely.area(parts).sum() == pytest.approx(shapely.union_all(drawn).area, abs=1e-2)


def test_single_footprints_keep_their_points_and_what_is_no_polygon_goes() -> None:
    houses = footprints(as_shapes([box(0, 0, 2, 2), box(5, 5, 6, 6)]))
    assert houses.single() is houses
    mixed = as_shapes([MultiPolygon([box(0, 0, 1, 1), box(3, 3, 4, 4)]), Point(9, 9), None])
    single = footprints(mixed).single()
    assert len(single.shapes) == 2
    assert shapely.contains(single.shapes, single.inside).all()
    assert single.at(np.array([False, True])).shapes.tolist() == [single.shapes[1]]
