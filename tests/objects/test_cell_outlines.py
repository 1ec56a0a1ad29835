"""Outlines of cells are those of the library; gaps close by cells as by growing and shrinking."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from rasterio.features import shapes
from shapely.geometry import box, shape

from landuse.core.grid import Grid
from landuse.objects.derived.arrangement import Shapes, as_shapes, canonical
from landuse.objects.derived.closing import closed
from landuse.objects.derived.mask import polygons

few = settings(max_examples=300, deadline=None)
sides = st.tuples(st.integers(1, 12), st.integers(1, 12))
masks = arrays(np.bool_, sides, elements=st.booleans(), fill=st.nothing())
gaps = st.sampled_from([5.0, 10.0, 20.0, 25.0, 30.0, 45.0])


def grid_of(mask: np.ndarray) -> Grid:
    return Grid("EPSG:4549", Affine(10.0, 0.0, 421500.0, 0.0, -10.0, 3261000.0), mask.shape)


def words(made: Any) -> list[bytes]:
    return list(shapely.to_wkb(shapely.normalize(as_shapes(made))))


def clusters(mask: np.ndarray, count: int) -> Shapes:
    """Return the patches of a mask dealt out to a few clusters."""
    patches = polygons(mask, grid_of(mask))
    if not len(patches):
        return patches
    _, owner = np.unique(np.sort(np.arange(len(patches)) % count), return_inverse=True)
    return as_shapes(shapely.multipolygons(patches, indices=owner))


@few
@given(masks)
def test_outlines_of_cells_are_those_rasterio_draws(mask: np.ndarray) -> None:
    grid = grid_of(mask)
    theirs = shapes(mask.astype(np.uint8), mask=mask, connectivity=4, transform=grid.transform)
    drawn = as_shapes([shape(one) for one, _ in theirs])
    assert words(canonical(polygons(mask, grid))) == words(canonical(drawn))


@few
@given(masks, st.integers(1, 3), gaps)
def test_gaps_of_cells_close_as_by_growing_and_shrinking(
    mask: np.ndarray, count: int, gap_m: float
) -> None:
    given_shapes = clusters(mask, count)
    by_cells = closed(given_shapes, gap_m=gap_m, grid=grid_of(mask))
    assert words(by_cells) == words(closed(given_shapes, gap_m=gap_m, grid=None))


@few
@given(masks, st.floats(0.5, 9.5), gaps)
def test_shapes_off_the_cells_close_beside_those_on_them(
    mask: np.ndarray, off_m: float, gap_m: float
) -> None:
    on = clusters(mask, 3)
    leaning = shapely.Polygon([(421500, 3260990), (421520, 3260970), (421500, 3260970)])
    mixed = as_shapes([box(0, 0, off_m, 10), *on, leaning, *on])
    by_cells = closed(mixed, gap_m=gap_m, grid=grid_of(mask))
    assert words(by_cells) == words(closed(mixed, gap_m=gap_m, grid=None))


def test_patches_that_touch_at_a_corner_stay_apart_and_holes_there_are_holes() -> None:
    apart = np.eye(2, dtype=bool)
    assert len(polygons(apart, grid_of(apart))) == 2
    pinched = np.array([[0, 1, 1], [1, 0, 1], [1, 1, 1]], dtype=bool)
    (whole,) = polygons(pinched, grid_of(pinched))
    assert whole.is_valid
    assert len(whole.interiors) == 1
    assert whole.area == 700.0
