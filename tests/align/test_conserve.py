"""Counts keep their sum: what arrives is each source cell's value times its share inside."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from pyproj import Transformer

from landuse.align.conserve import resample_counts
from landuse.core.errors import LanduseError
from landuse.core.grid import Grid

CELL = {"EPSG:4326": 1 / 120_000, "ESRI:54009": 1.0, "EPSG:4549": 1.0}


@cache
def between(source: str, target: str) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def source_around(grid: Grid, crs: str, *, cell: float, shape: tuple[int, int]) -> Affine:
    """Return the transform of a source of this shape centred on the grid."""
    x0, y0, x1, y1 = grid.bounds
    middle = between(grid.crs, crs).transform((x0 + x1) / 2, (y0 + y1) / 2)
    rows, columns = shape
    left, top = middle[0] - columns * cell / 2, middle[1] + rows * cell / 2
    return Affine(cell, 0, left, 0, -cell, top)


def exact_sum(values: NDArray[np.floating], transform: Affine, crs: str, grid: Grid) -> float:
    """Return sum of value * (area of the cell inside the grid / its area), by polygons."""
    rows, columns = values.shape
    column, row = np.meshgrid(np.arange(columns), np.arange(rows))
    to_grid = between(crs, grid.crs)
    ring = []
    for right, down in ((0, 0), (1, 0), (1, 1), (0, 1)):
        x = transform.c + (column + right) * transform.a
        y = transform.f + (row + down) * transform.e
        ring.append(np.stack(to_grid.transform(x.ravel(), y.ravel()), axis=-1))
    cells = shapely.polygons(np.stack(ring, axis=1))
    inside = shapely.area(shapely.intersection(cells, shapely.box(*grid.bounds)))
    return float((values.ravel() * inside / shapely.area(cells)).sum())


@settings(max_examples=40, deadline=None)
@given(
    crs=st.sampled_from(sorted(CELL)),
    size_m=st.sampled_from([10, 30, 90]),
    resolution_m=st.sampled_from([10, 100]),
    cells=st.tuples(st.integers(8, 14), st.integers(8, 14)),
    offset=st.tuples(st.floats(-40, 40), st.floats(-40, 40)),
    data=st.data(),
)
def test_the_sum_inside_the_grid_is_kept(
    crs: str,
    size_m: int,
    resolution_m: int,
    cells: tuple[int, int],
    offset: tuple[float, float],
    data: st.DataObject,
) -> None:
    grid = Grid(
        "EPSG:4549",
        Affine(resolution_m, 0, 422_000 + offset[0], 0, -resolution_m, 3_210_000 + offset[1]),
        cells,
    )
    # Wide enough to leave a margin of cells around the grid even where Mollweide shears it.
    reach = max(cells) * resolution_m / size_m
    shape = (int(reach * 1.5) + 6, int(reach * 2.5) + 6)
    seed = data.draw(st.integers(0, 2**16))
    values = np.random.default_rng(seed).random(shape).astype(np.float32) * 100
    transform = source_around(grid, crs, cell=CELL[crs] * size_m, shape=shape)
    expected = exact_sum(values, transform, crs, grid)
    got = resample_counts(values, transform=transform, crs=crs, grid=grid)
    assert got.shape == grid.shape
    assert got.sum(dtype=float) == pytest.approx(expected, rel=0.005)


@settings(max_examples=40, deadline=None)
@given(
    crs=st.sampled_from(sorted(CELL)),
    values=hnp.arrays(
        np.float32, (8, 8), elements=st.one_of(st.just(0.0), st.floats(0, 1000, width=32))
    ),
)
def test_nothing_is_lost_when_all_of_the_source_lies_inside(
    crs: str, values: NDArray[np.float32]
) -> None:
    """8 x 8 cells of 100 m sheared by at most 1 span less than the 4 km of the grid."""
    grid = Grid("EPSG:4549", Affine(100, 0, 420_000, 0, -100, 3_212_000), (40, 40))
    transform = source_around(grid, crs, cell=CELL[crs] * 100, shape=values.shape)
    got = resample_counts(values, transform=transform, crs=crs, grid=grid)
    assert got.sum(dtype=float) == pytest.approx(values.sum(dtype=float), rel=1e-5, abs=1e-4)
    assert got.min() >= 0


def test_cells_that_nest_are_added_and_cells_that_are_cut_are_shared() -> None:
    # Same CRS: 4 x 4 cells of 10 m on a grid of 20 m: each target cell is the sum of 2 x 2.
    values = np.arange(16, dtype=np.float32).reshape(4, 4)
    transform = Affine(10, 0, 500_000, 0, -10, 3_000_040)
    grid = Grid("EPSG:4549", Affine(20, 0, 500_000, 0, -20, 3_000_040), (2, 2))
    got = resample_counts(values, transform=transform, crs="EPSG:4549", grid=grid)
    # first: 0 + 1 + 4 + 5 = 10; second: 2 + 3 + 6 + 7 = 18
    np.testing.assert_allclose(got, [[10, 18], [42, 50]], rtol=1e-5)
    # The other way, one cell of 8 people over 2 x 2 cells: 2 each.
    fine = Grid("EPSG:4549", Affine(20, 0, 500_000, 0, -20, 3_000_040), (2, 2))
    one = np.array([[8.0]], dtype=np.float32)
    wide = Affine(40, 0, 500_000, 0, -40, 3_000_040)
    got = resample_counts(one, transform=wide, crs="EPSG:4549", grid=fine)
    np.testing.assert_allclose(got, [[2, 2], [2, 2]], rtol=1e-5)


def test_a_uniform_density_stays_uniform() -> None:
    """Mollweide keeps areas: 100 m2 a cell of 10 m is 100 m2 a cell of 10 m in any equal scale."""
    grid = Grid("EPSG:4549", Affine(10, 0, 422_000, 0, -10, 3_210_000), (60, 60))
    values = np.full((120, 200), 100, dtype=np.float32)
    transform = source_around(grid, "ESRI:54009", cell=10, shape=values.shape)
    got = resample_counts(values, transform=transform, crs="ESRI:54009", grid=grid)
    # 78 km from the central meridian Gauss-Krueger stretches areas by (78/6371)^2 = 0.015 %,
    # and Mollweide is drawn on a sphere of the equator's radius: within 1 %.
    np.testing.assert_allclose(got, 100, rtol=0.01)


def test_a_source_turned_by_half_a_circle_is_refused() -> None:
    """Polar stereographic centred on 0 E, seen from 120 E, is turned by 120 degrees."""
    grid = Grid("EPSG:4549", Affine(10, 0, 422_000, 0, -10, 3_210_000), (10, 10))
    transform = source_around(grid, "EPSG:3995", cell=10, shape=(30, 30))
    with pytest.raises(LanduseError, match="turned") as caught:
        resample_counts(np.ones((30, 30)), transform=transform, crs="EPSG:3995", grid=grid)
    assert caught.value.exit_code == 4
