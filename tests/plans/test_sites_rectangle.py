"""The largest rectangle against closed forms, against a raster method, and never outside."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from shapely import affinity

from landuse.plans.sites import rectangle_loops as loops
from landuse.plans.sites.rectangle import largest_rectangle, largest_rectangles
from tests.plans.rectangles import plain_rectangle_m2, raster_rectangle_m2

FAR = (450_000.0, 3_232_000.0)


def star(rng: np.random.Generator, corners: int) -> shapely.Polygon:
    """Return a polygon whose corners go once round the middle: any radius, often not convex."""
    angle = 2 * np.pi * (np.arange(corners) + rng.uniform(0, 0.9, corners)) / corners
    radius = rng.uniform(20, 80, corners)
    return shapely.Polygon(np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1))


@pytest.mark.parametrize("angle", [0.0, 7.0, 33.3, 45.0, 80.0])
def test_a_turned_rectangle_is_its_own_largest(angle: float) -> None:
    box = affinity.translate(affinity.rotate(shapely.box(0, 0, 100, 37), angle), *FAR)
    found = largest_rectangle(box)
    assert found.area_m2 == pytest.approx(3_700, rel=1e-4)
    assert (found.length_m, found.width_m) == pytest.approx((100, 37), rel=1e-4)
    assert np.degrees(found.angle) % 180 == pytest.approx(angle, abs=0.01)


def test_closed_forms_of_triangle_disc_ellipse_and_corner() -> None:
    """Half of a triangle; 2 r^2 of a disc; 2 a b of an ellipse; the larger arm of an L."""
    triangle = shapely.Polygon([(0, 0), (100, 0), (30, 70)])
    assert largest_rectangle(triangle).area_m2 == pytest.approx(1_750, rel=1e-3)
    disc = shapely.Point(FAR).buffer(50, quad_segs=64)
    assert largest_rectangle(disc).area_m2 == pytest.approx(5_000, rel=5e-3)
    ellipse = affinity.rotate(affinity.scale(shapely.Point(0, 0).buffer(1, 50), 80, 30), 27)
    assert largest_rectangle(ellipse).area_m2 == pytest.approx(4_800, rel=5e-3)
    corner = shapely.Polygon([(0, 0), (100, 0), (100, 30), (40, 30), (40, 90), (0, 90)])
    assert largest_rectangle(affinity.rotate(corner, 19)).area_m2 == pytest.approx(3_600, rel=1e-3)


def test_a_hole_is_kept_out_and_the_largest_part_wins() -> None:
    """A yard of 100 x 60 with a pond of 20 x 60 across it leaves 40 x 60 on either side."""
    yard = shapely.box(0, 0, 100, 60).difference(shapely.box(40, -1, 60, 61))
    assert largest_rectangle(yard).area_m2 == pytest.approx(2_400, rel=1e-6)
    pond = shapely.box(0, 0, 100, 60).difference(shapely.box(40, 20, 60, 40))
    assert largest_rectangle(pond).area_m2 == pytest.approx(2_400, rel=1e-6)  # 40 x 60
    assert largest_rectangle(shapely.Polygon()).area_m2 == 0


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), corners=st.integers(3, 16), share=st.floats(0, 1.2))
def test_what_a_best_so_far_passes_over_could_not_have_won(
    seed: int, corners: int, share: float
) -> None:
    """A star with a hole, lines cross two sides and more: what is to be beaten changes none."""
    rng = np.random.default_rng(seed)
    shape = star(rng, corners) - affinity.scale(star(rng, 5), 0.3, 0.3)
    points, ring = shapely.get_coordinates(
        shapely.get_rings(shapely.get_parts(shape)), return_index=True
    )
    sides = np.hstack([points[:-1], points[1:]])[ring[1:] == ring[:-1]]
    angle = float(rng.uniform(0, np.pi / 2))
    whole = plain_rectangle_m2(sides, angle, levels=loops.LEVELS)
    best = np.zeros(6)
    best[0] = floor = share * whole
    *room, found = loops.scratch(len(sides))
    loops.at_angle(sides, 0, len(sides), angle, found[0], -1.0, best, *room)
    assert best[0] == pytest.approx(max(whole, floor), rel=1e-9)


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), corners=st.integers(3, 24))
@example(seed=648, corners=8)
@example(seed=4809, corners=24)
def test_it_lies_inside_and_turning_the_plane_changes_nothing(seed: int, corners: int) -> None:
    rng = np.random.default_rng(seed)
    shape = star(rng, corners)
    found = largest_rectangle(shape)
    assert shapely.buffer(shape, 1e-6).covers(found.polygon())
    turned = affinity.rotate(shape, float(rng.uniform(0, 360)), origin=(0, 0))
    assert largest_rectangle(turned).area_m2 == pytest.approx(found.area_m2, rel=0.02)


@pytest.mark.parametrize("seed", range(8))
def test_no_raster_finds_a_larger_one(seed: int) -> None:
    """The raster's cells may stick out at corners of the outline between them: 1 % is its slack."""
    shape = star(np.random.default_rng(seed), 4 + seed)
    raster, ours = raster_rectangle_m2(shape), largest_rectangle(shape).area_m2
    assert ours >= 0.99 * raster
    assert ours <= 1.25 * raster  # and the raster, of whole cells, is not far below


def test_many_at_once_are_what_each_is_alone() -> None:
    """More than one call holds, of one part, of several, with a hole, empty, of very many corners;
    neither neighbours in the row nor threads change a digit."""
    rng = np.random.default_rng(5)
    several = shapely.MultiPolygon([star(rng, 9), affinity.translate(star(rng, 12), 400)])
    ring = shapely.box(0, 0, 90, 60).difference(shapely.box(30, 20, 60, 40))
    shapes = [star(rng, 3 + place % 20) for place in range(140)]
    shapes += [several, ring, shapely.Polygon(), shapely.Point(FAR).buffer(50, quad_segs=90)]
    whole = largest_rectangles(np.array(shapes, dtype=object), threads=2)
    alone = [largest_rectangle(shape) for shape in shapes]
    np.testing.assert_array_equal(whole, np.array(alone))
    assert np.isnan(whole[-2, :2]).all()
    assert whole[-2, 2:].tolist() == [0, 0, 0]
