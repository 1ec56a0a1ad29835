"""Nearest: the code of the cell that holds the centre, placed exactly; beyond all cells nothing."""

from __future__ import annotations

import numpy as np
import pytest
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.warp import Resampling

from landuse.align.resample import nearest
from landuse.core.crs import between
from landuse.core.grid import Grid
from tests.align.placed import CELL, STRAIGHT, WIDE, by_gdal, field, places

NODATA = 255


def codes(crs: str, grid: Grid, *, seed: int, margin: int = 3) -> tuple[np.ndarray, Affine]:
    values, transform = field(crs, grid, seed=seed, margin=margin)
    return (values * 11).astype(np.uint8), transform


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**16), crs=st.sampled_from(sorted(CELL)), margin=st.integers(-40, 3))
def test_every_cell_is_what_it_is_placed_by_itself(seed: int, crs: str, margin: int) -> None:
    values, transform = codes(crs, WIDE, seed=seed, margin=margin)
    found = nearest(values, transform=transform, crs=crs, grid=WIDE, nodata=NODATA)
    down, across = places(transform, crs, WIDE)
    # Where a centre lies this close to an edge of cells, either may hold it.
    sure = np.all([np.abs(p - np.floor(p) - 0.5) > STRAIGHT for p in (down, across)], axis=0)
    row, column = (np.rint(p).astype(int) for p in (down, across))
    ring = np.pad(values, 1, constant_values=NODATA)
    at = np.clip(row, -1, values.shape[0]) + 1, np.clip(column, -1, values.shape[1]) + 1
    assert sure.mean() > 0.98
    np.testing.assert_array_equal(found[sure], ring[at][sure])


def test_gdal_gives_the_same_when_it_places_exactly() -> None:
    crs = "EPSG:32650"
    values, transform = codes(crs, WIDE, seed=5, margin=-8)
    exact = by_gdal(values, transform, crs, Resampling.nearest, nodata=NODATA)
    found = nearest(values, transform=transform, crs=crs, grid=WIDE, nodata=NODATA)
    # Centres within STRAIGHT of an edge may fall on either side: 4 STRAIGHT of all cells at most.
    assert (found != exact).mean() < 4 * STRAIGHT


def test_on_the_lattice_of_the_grid_codes_are_copied() -> None:
    values, _ = codes(WIDE.crs, WIDE, seed=1, margin=0)
    values = values[: WIDE.shape[0], : WIDE.shape[1]]
    place = {"crs": WIDE.crs, "grid": WIDE, "nodata": NODATA}
    found = nearest(values, transform=WIDE.transform, **place)
    np.testing.assert_array_equal(found, values)
    moved = nearest(values, transform=WIDE.transform @ Affine.translation(2, -1), **place)
    np.testing.assert_array_equal(moved[:-1, 2:], values[1:, :-2])
    assert (moved[-1] == NODATA).all()
    assert (moved[:, :2] == NODATA).all()


def test_any_number_of_threads_gives_the_same_bytes() -> None:
    values, transform = codes("EPSG:32650", WIDE, seed=9)
    place = {"transform": transform, "crs": "EPSG:32650", "grid": WIDE, "nodata": NODATA}
    one, two = (nearest(values, threads=threads, **place) for threads in (1, 2))
    assert one.tobytes() == two.tobytes()


@pytest.mark.parametrize("shape", [(1, 1), (2, 40), (33, 5), (300, 3)])
def test_a_grid_of_any_shape_is_placed(shape: tuple[int, int]) -> None:
    """Stripes of one code a source column: the column itself comes out."""
    grid = Grid("EPSG:4549", Affine(500, 0, 440_000, 0, -500, 3_320_000), shape)
    west, _, _, north = between(grid.crs, "EPSG:4326").transform_bounds(*grid.bounds)
    transform = Affine(0.006, 0, west - 0.1, 0, -0.006, north + 0.1)
    stripes = np.tile(np.arange(250, dtype=np.uint8), (400, 1))
    found = nearest(stripes, transform=transform, crs="EPSG:4326", grid=grid, nodata=NODATA)
    _, across = places(transform, "EPSG:4326", grid)
    assert np.abs(found - across).max() <= 0.5 + STRAIGHT
