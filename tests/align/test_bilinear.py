"""Bilinear: the known cells around, exactly placed; nothing where the place is unknown."""

from __future__ import annotations

import numpy as np
import pytest
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.warp import Resampling
from scipy.ndimage import map_coordinates

from landuse.align.resample import bilinear, source_cells
from landuse.core.crs import between
from landuse.core.grid import Grid
from tests.align.placed import CELL, STRAIGHT, WIDE, by_gdal, field, places

GRID = Grid("EPSG:4549", Affine(10, 0, 400_000, 0, -10, 3_200_000), (6, 70))


def brought(values: np.ndarray, shift: tuple[float, float]) -> np.ndarray:
    """Return a field in the grid's own CRS, ``shift`` cells east and south of it, brought over."""
    place = GRID.transform @ Affine.translation(*shift)
    return bilinear(values.astype("float32"), transform=place, crs=GRID.crs, grid=GRID)


@settings(max_examples=40, deadline=None)
@given(st.data(), st.floats(-0.49, 0.49), st.floats(-0.49, 0.49))
def test_every_cell_is_the_weighted_mean_of_the_known_ones_around_it(
    data: st.DataObject, east: float, south: float
) -> None:
    """A centre lies (-east, -south) source cells from that of its own; the other three beside it
    weigh |east| (1 - |south|), (1 - |east|) |south| and |east| |south|."""
    rng = np.random.default_rng(data.draw(st.integers(0, 1000)))
    values = np.where(rng.random(GRID.shape) < 0.3, np.nan, rng.random(GRID.shape))
    found = brought(values, (east, south))
    ring = np.pad(values, 1, constant_values=np.nan)
    rows, columns = (np.arange(size) + 1 for size in GRID.shape)
    up, left = (-1 if shift > 0 else 1 for shift in (south, east))
    total, weight = np.zeros(GRID.shape), np.zeros(GRID.shape)
    for down, share in ((0, 1 - abs(south)), (up, abs(south))):
        for right, part in ((0, 1 - abs(east)), (left, abs(east))):
            there = ring[np.ix_(rows + down, columns + right)]
            total += np.where(np.isnan(there), 0.0, there * share * part)
            weight += np.where(np.isnan(there), 0.0, share * part)
    expected = np.where(np.isnan(values), np.nan, total / np.where(weight > 0, weight, 1))
    np.testing.assert_allclose(found, expected, atol=2e-5)


def test_beyond_the_source_nothing_is_known() -> None:
    found = brought(np.ones((6, 10)), (0, 0))
    assert (found[:, :10] == 1).all()
    assert np.isnan(found[:, 10:]).all()


@pytest.mark.parametrize("cell_m", [5.0, 10.0, 40.0])
def test_source_cells_along_a_cell(cell_m: float) -> None:
    place = Affine(cell_m, 0, 400_000, 0, -cell_m, 3_200_000)
    assert source_cells(place, crs=GRID.crs, grid=GRID) == pytest.approx(10 / cell_m, rel=1e-9)


@pytest.mark.parametrize("crs", sorted(CELL))
@pytest.mark.parametrize("margin", [3, -8])
def test_all_cells_are_what_each_placed_by_itself_gives(crs: str, margin: int) -> None:
    """Noise from 0 to 1 changes by 1 a cell at most along each axis: off by twice STRAIGHT."""
    values, transform = field(crs, WIDE, seed=3, margin=margin)
    found = bilinear(values, transform=transform, crs=crs, grid=WIDE)
    at = places(transform, crs, WIDE)
    expected = map_coordinates(values.astype(float), at, order=1, mode="nearest")
    inside = np.all([(p >= 0) & (p <= size - 1) for p, size in zip(at, values.shape, strict=True)],
                    axis=0)  # fmt: skip
    beyond = np.any([(p < -0.501) | (p > size - 0.499) for p, size in
                     zip(at, values.shape, strict=True)], axis=0)  # fmt: skip
    assert inside.sum() > 10_000
    assert inside.all() == (margin > 0)
    np.testing.assert_allclose(found[inside], expected[inside], atol=2 * STRAIGHT)
    assert np.isnan(found[beyond]).all()


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**16), crs=st.sampled_from(sorted(CELL)), share=st.floats(0, 0.6))
def test_beside_unknown_cells_what_is_known_is_weighed_alone(
    seed: int, crs: str, share: float
) -> None:
    """Known cells brought over as 1 and unknown as 0 give the weight to divide by; known where the
    nearest source cell is."""
    values, transform = field(crs, WIDE, seed=seed, unknown=share)
    found = bilinear(values, transform=transform, crs=crs, grid=WIDE)
    at = places(transform, crs, WIDE)
    known = ~np.isnan(values)
    weight = map_coordinates(known.astype(float), at, order=1)
    total = map_coordinates(np.where(known, values, 0).astype(float), at, order=1)
    # Where a centre lies this close to an edge of cells, either may be the nearest.
    sure = np.all([np.abs(p - np.floor(p) - 0.5) > STRAIGHT for p in at], axis=0)
    nearest = known[tuple(np.rint(p).astype(int) for p in at)]
    np.testing.assert_array_equal(np.isnan(found)[sure], ~nearest[sure])
    both = sure & nearest
    # The nearest cell alone weighs a quarter, so an error of 2 STRAIGHT grows to 16 at the most.
    expected = total[both] / weight[both]
    np.testing.assert_allclose(found[both], expected, atol=16 * STRAIGHT)


def test_gdal_gives_the_same_when_it_places_exactly() -> None:
    """A millionth of a cell off, and no wider kernel (XSCALE 1): then it agrees to 1e-5."""
    crs = "EPSG:32650"
    values, transform = field(crs, WIDE, seed=5, unknown=0.1)
    exact = by_gdal(
        values, transform, crs, Resampling.bilinear, nodata=np.nan, XSCALE="1", YSCALE="1"
    )
    found = bilinear(values, transform=transform, crs=crs, grid=WIDE)
    np.testing.assert_array_equal(np.isnan(found), np.isnan(exact))
    np.testing.assert_allclose(found, exact, atol=1e-4)


def test_any_number_of_threads_gives_the_same_bytes() -> None:
    values, transform = field("EPSG:32650", WIDE, seed=9, unknown=0.2)
    place = {"transform": transform, "crs": "EPSG:32650", "grid": WIDE}
    one, two = (bilinear(values, threads=threads, **place) for threads in (1, 2))
    assert one.tobytes() == two.tobytes()


@pytest.mark.parametrize("shape", [(1, 1), (2, 40), (33, 5), (300, 3)])
def test_a_grid_of_any_shape_is_placed_as_finely(shape: tuple[int, int]) -> None:
    """A plane x + 2 y of the source, 500 m cells: the place itself comes out, to STRAIGHT each."""
    grid = Grid("EPSG:4549", Affine(500, 0, 440_000, 0, -500, 3_320_000), shape)
    west, _, _, north = between(grid.crs, "EPSG:4326").transform_bounds(*grid.bounds)
    transform = Affine(0.006, 0, west - 0.1, 0, -0.006, north + 0.1)
    row, column = np.mgrid[:400, :400]
    plane = (column + 2 * row).astype(np.float32)
    down, across = places(transform, "EPSG:4326", grid)
    found = bilinear(plane, transform=transform, crs="EPSG:4326", grid=grid)
    np.testing.assert_allclose(found, across + 2 * down, atol=3 * STRAIGHT)
