"""Bilinear beside unknown cells: the mean of the known ones, nothing where the place is unknown."""

from __future__ import annotations

import numpy as np
import pytest
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st

from landuse.align.bilinear import fill_beside_unknown, source_cells
from landuse.core.grid import Grid

GRID = Grid("EPSG:4549", Affine(10, 0, 400_000, 0, -10, 3_200_000), (6, 70))


def filled(values: np.ndarray, shift: tuple[float, float]) -> np.ndarray:
    """Return a field in the grid's own CRS, ``shift`` cells east and south of it, brought over."""
    out = np.full(GRID.shape, np.nan, dtype=np.float32)
    place = GRID.transform @ Affine.translation(*shift)
    fill_beside_unknown(out, values.astype("float32"), transform=place, crs=GRID.crs, grid=GRID)
    return out


@settings(max_examples=40, deadline=None)
@given(st.data(), st.floats(-0.49, 0.49), st.floats(-0.49, 0.49))
def test_every_cell_is_the_weighted_mean_of_the_known_ones_around_it(
    data: st.DataObject, east: float, south: float
) -> None:
    """A centre lies (-east, -south) source cells from that of its own; the other three beside it
    weigh |east| (1 - |south|), (1 - |east|) |south| and |east| |south|."""
    rng = np.random.default_rng(data.draw(st.integers(0, 1000)))
    values = np.where(rng.random(GRID.shape) < 0.3, np.nan, rng.random(GRID.shape))
    found = filled(values, (east, south))
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


def test_what_is_known_is_left_alone_and_beyond_the_source_nothing_is() -> None:
    out = np.full(GRID.shape, np.nan, dtype=np.float32)
    out[2, 3] = 7.0
    values = np.ones((6, 10), dtype="float32")
    fill_beside_unknown(out, values, transform=GRID.transform, crs=GRID.crs, grid=GRID)
    assert out[2, 3] == 7.0
    assert np.nansum(out) == 66.0  # 6 x 10 cells, one of them 7
    assert np.isnan(out[:, 10:]).all()


@pytest.mark.parametrize("cell_m", [5.0, 10.0, 40.0])
def test_source_cells_along_a_cell(cell_m: float) -> None:
    place = Affine(cell_m, 0, 400_000, 0, -cell_m, 3_200_000)
    assert source_cells(place, crs=GRID.crs, grid=GRID) == pytest.approx(10 / cell_m, rel=1e-9)
