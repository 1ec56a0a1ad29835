"""The compiled 3 x 3 median and slope against scipy's filters, on heights with ties and gaps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from landuse.indicators.engine.slope import lowest_within, medians_3x3, slope_degrees

ACROSS = np.array([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])


def ground(seed: int, rows: int, columns: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 12, (rows, columns)).astype(float)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 999), rows=st.integers(1, 9), columns=st.integers(1, 9))
def test_medians_are_those_of_scipy(seed: int, rows: int, columns: int) -> None:
    heights = ground(seed, rows, columns)
    heights[heights == 11] = np.inf
    expected = ndimage.median_filter(heights, size=3, mode="nearest")
    assert medians_3x3(np.pad(heights, 1, mode="edge")).tolist() == expected.tolist()


@pytest.mark.parametrize("shape", [(5, 5), (700, 30), (9, 40)])
def test_slopes_are_those_of_the_filters_one_by_one(shape: tuple[int, int]) -> None:
    heights = ground(3, *shape)
    smooth = ndimage.median_filter(heights, size=3)
    across, down = (ndimage.correlate(smooth, way) / (8 * 30) for way in (ACROSS, ACROSS.T))
    expected = np.degrees(np.arctan(np.hypot(across, down)))[2:-2, 2:-2]
    found = slope_degrees(heights, cell_m=30.0)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)
    assert slope_degrees(heights, cell_m=30.0, threads=1).tobytes() == found.tobytes()


@settings(max_examples=80, deadline=None)
@given(seed=st.integers(0, 999), rows=st.integers(1, 9), columns=st.integers(1, 9))
def test_the_lowest_around_is_that_of_all_cells_near(seed: int, rows: int, columns: int) -> None:
    heights = ground(seed, rows, columns)
    heights[heights == 11] = np.inf
    places = np.random.default_rng(seed).uniform(-2, 11, (6, 2))
    x, y = np.arange(columns) + 0.5, np.arange(rows) + 0.5
    away = np.hypot(x - places[:, :1, None], y[:, None] - places[:, 1:, None]) * 30
    expected = np.where(away <= 70, heights, np.inf).min(axis=(1, 2))
    assert lowest_within(heights, places, cell_m=30.0, radius_m=70.0).tolist() == expected.tolist()
