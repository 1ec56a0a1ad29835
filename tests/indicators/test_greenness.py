"""Greenness and its change: both ends of the series, its trend, and land that greens over."""

from __future__ import annotations

import itertools

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st
from scipy.stats import kendalltau

from landuse.core.layers import Layer
from landuse.indicators.annual import mann_kendall_p, sampled_at
from landuse.indicators.greenness import COLUMNS, GreennessSettings, measure_greenness
from landuse.indicators.measured import Measured
from tests.indicators.ground import assert_measured, grid, layer, parcels, rect

NAN = np.nan
YEARS = range(2017, 2023)
LONG = (2017, 2018, 2019, 2020, 2021, 2022, 2023, 2024)


def series(*rows: list[float], years: object = YEARS) -> list[Layer]:
    """Return one layer a year; a row is one line of 20 m cells."""
    return [layer([row], cell_m=20, year=year) for year, row in zip(years, rows, strict=False)]


def cell(*columns: int) -> gpd.GeoDataFrame:
    """Return parcels that are whole 20 m cells of the line."""
    return parcels(*[rect(20 * k, 0, 20 * k + 20, 20) for k in columns])


def measure(given: gpd.GeoDataFrame, layers: list[Layer] | None, **limits: float) -> Measured:
    chosen = GreennessSettings()
    limits = {"minimum_cells": 1} | limits
    update = {name: getattr(chosen, name).set_to(value) for name, value in limits.items()}
    return measure_greenness(
        parcels=given, vegetation_series=layers, settings=chosen.model_copy(update=update)
    )


def test_ends_are_means_of_thirds_and_the_slope_is_the_median_of_pairs() -> None:
    given = cell(0)
    layers = series([0.1], [0.2], [0.2], [0.3], [0.4], [0.6])
    table = assert_measured(measure(given, layers), given).iloc[0]
    assert table["ndvi_first"] == pytest.approx(0.15)  # (0.1 + 0.2) / 2
    assert table["vegetated_share"] == 1  # (0.4 + 0.6) / 2 = 0.5, above 0.35
    assert table["greened_share"] == 1  # 0.5 - 0.15 = 0.35, more than 0.1
    assert table["ndvi_latest"] == pytest.approx(0.6)
    rises = [
        (b - a) / (j - i)
        for (i, a), (j, b) in itertools.combinations(enumerate([0.1, 0.2, 0.2, 0.3, 0.4, 0.6]), 2)
    ]
    assert table["ndvi_slope_per_year"] == pytest.approx(np.median(rises))
    # One tie of 15 pairs: S = 14, which six different values never have; 13 and more have the
    # rising order, the five with one exchange of neighbours, and as many falling: 12 of 720.
    assert table["ndvi_p"] == pytest.approx(12 / 720)
    assert table["green_over"] == 1


def test_shares_are_of_area() -> None:
    # Four cells: one greens, one was green all along, two stay bare.
    given = parcels(rect(0, 0, 80, 20))
    layers = series(*[[0.1 + 0.1 * k, 0.7, 0.1, 0.1] for k in range(6)])
    table = measure(given, layers)["table"].iloc[0]
    assert table["greened_share"] == pytest.approx(1 / 4)
    assert table["vegetated_share"] == pytest.approx(2 / 4)
    # First third: (0.15 + 0.7 + 0.1 + 0.1) / 4 = 0.2625: not vegetated, and a quarter greened.
    assert table["ndvi_first"] == pytest.approx(0.2625)
    assert table["green_over"] == 1


def test_land_that_was_green_all_along_does_not_green_over() -> None:
    # Meadow that grows to wood, ground that stays bare, land that is cleared, one good year.
    rising = [[0.4 + 0.06 * k, 0.1, 0.7 - 0.1 * k, 0.5 if k == 3 else 0.1] for k in range(6)]
    table = measure(cell(0, 1, 2, 3), series(*rising))["table"]
    assert table["green_over"].tolist() == [0, 0, 0, 0]
    assert table["greened_share"].tolist() == [1, 0, 0, 0]
    assert table["ndvi_slope_per_year"].tolist() == pytest.approx([0.06, 0, -0.1, 0])


@settings(max_examples=20, deadline=None)
@drawn(order=st.permutations(range(6)))
def test_order_of_years_does_not_matter(order: list[int]) -> None:
    layers = series(*[[0.1 * k, 0.5, NAN if k < 2 else 0.3] for k in range(6)])
    given = cell(0, 1, 2)
    forward = measure(given, layers)["table"]
    pd.testing.assert_frame_equal(measure(given, [layers[k] for k in order])["table"], forward)


@settings(max_examples=30, deadline=None)
@drawn(
    values=st.lists(st.floats(-0.2, 0.9), min_size=4, max_size=4),
    shift=st.floats(-0.1, 0.1),
    per_year=st.floats(-0.05, 0.05),
)
def test_what_is_added_each_year_is_added_to_the_slope(
    values: list[float], shift: float, per_year: float
) -> None:
    years = (2017, 2019, 2020, 2024)
    given = cell(0)
    plain = measure(given, series(*[[v] for v in values], years=years))["table"].iloc[0]
    moved = [[v + shift + per_year * (y - 2017)] for v, y in zip(values, years, strict=True)]
    tilted = measure(given, series(*moved, years=years))["table"].iloc[0]
    slope = plain["ndvi_slope_per_year"] + per_year
    assert tilted["ndvi_slope_per_year"] == pytest.approx(slope, abs=1e-9)


def test_missing_years_are_left_out_and_fewer_than_four_make_no_trend() -> None:
    # Left: known in four years; right: in three.
    rows = [[0.1, 0.1], [NAN, NAN], [0.2, NAN], [0.3, NAN], [NAN, 0.4], [0.5, 0.5]]
    given = cell(0, 1)
    done = measure(given, series(*rows))
    table = assert_measured(done, given)
    # Slopes 0.05, 0.0667, 0.08, 0.1, 0.1, 0.1 of the pairs 17-19, 17-20, 17-22, 19-20, 20-22,
    # 19-22: their median is (0.08 + 0.1) / 2.
    assert table["ndvi_slope_per_year"].tolist() == pytest.approx([0.09, NAN], nan_ok=True)
    assert table["ndvi_latest"].tolist() == [0.5, 0.5]
    assert table["vegetated_share"].tolist() == [1, 1]
    assert table[["ndvi_p", "greened_share", "green_over"]].iloc[1].isna().all()
    assert [f.object_id for f in done["findings"]] == ["P1"]


def test_three_layers_give_the_state_and_one_finding() -> None:
    done = measure(cell(0, 1), series([0.1, 0.2], [0.2, 0.3], [0.3, 0.4]))
    table = done["table"]
    assert table["ndvi_latest"].tolist() == pytest.approx([0.3, 0.4])
    assert table["ndvi_slope_per_year"].isna().all()
    (finding,) = done["findings"]
    assert finding.kind == "doubt"
    assert finding.value == "3"


def test_latest_year_that_covers_the_parcel_counts() -> None:
    rows = [[0.1], [0.2], [0.3], [0.4], [0.5], [NAN]]
    table = measure(cell(0), series(*rows))["table"].iloc[0]
    assert table["ndvi_latest"] == 0.5


def test_a_parcel_of_few_cells_is_not_measured() -> None:
    # 4 cells of 20 m are 1600 m2; the second parcel has 1599.
    given = parcels(rect(0, 0, 80, 20), rect(0, 0, 79.95, 20))
    layers = series(*[[0.1 * k] * 4 for k in range(6)])
    done = measure(given, layers, minimum_cells=4)
    assert done["table"][list(COLUMNS)].isna().all(axis=1).tolist() == [False, True]
    assert [(f.kind, f.object_id) for f in done["findings"]] == [("note", "P1")]


def test_unknown_ground_makes_null_and_not_zero() -> None:
    # The second parcel has one known cell of four in every year.
    given = parcels(rect(0, 0, 80, 20), rect(80, 0, 160, 20))
    layers = series(*[[0.1 * k] * 5 + [NAN] * 3 for k in range(6)])
    done = measure(given, layers)
    table = done["table"]
    assert table[list(COLUMNS)].isna().all(axis=1).tolist() == [False, True]
    assert {f.object_id for f in done["findings"]} == {"P1"}


def test_absent_series_is_named_and_costs_every_column() -> None:
    done = measure(cell(0), None)
    assert list(done["table"]) == ["parcel_id"]
    (finding,) = done["findings"]
    assert (finding.kind, finding.object_id) == ("absent", "vegetation_series")
    assert finding.value.split(", ") == list(COLUMNS)


@pytest.mark.parametrize("years", [(2017, None), (2017, 2017)])
def test_years_must_be_there_and_differ(years: tuple[int | None, ...]) -> None:
    with pytest.raises(ValueError, match="year"):
        measure(cell(0), [layer([[0.1]], cell_m=20, year=year) for year in years])


def test_layers_of_one_series_share_a_grid() -> None:
    with pytest.raises(ValueError, match="grids"):
        measure(cell(0), [layer([[0.1]], year=2017), layer([[0.1]], cell_m=20, year=2018)])


@settings(max_examples=50, deadline=None)
@drawn(st.lists(st.integers(-1000, 1000), min_size=4, max_size=9, unique=True))
def test_p_is_that_of_scipy_where_there_are_no_ties(values: list[int]) -> None:
    expected = kendalltau(range(len(values)), values, method="exact").pvalue
    assert mann_kendall_p(np.array(values, float)[:, None])[0] == pytest.approx(expected)


@settings(max_examples=50, deadline=None)
@drawn(st.lists(st.integers(0, 3), min_size=4, max_size=8))
def test_p_with_ties_is_cautious(values: list[int]) -> None:
    # |S| of tied values is at most that of the same values with the ties broken either way.
    tied = mann_kendall_p(np.array(values, float)[:, None])[0]
    broken = np.array(values) + 1e-6 * np.arange(len(values))
    other = np.array(values) - 1e-6 * np.arange(len(values))
    sharper = min(mann_kendall_p(np.stack([broken, other], axis=1)))
    assert sharper <= tied + 1e-12
    assert 0 <= tied <= 1


def test_p_leaves_unknown_years_out() -> None:
    values = np.array([[1.0, 1], [NAN, NAN], [2, NAN], [3, NAN], [4, NAN]])
    # Four rising years: 2 of 24 orders are as extreme. One known year says nothing.
    assert mann_kendall_p(values).tolist() == pytest.approx([2 / 24, NAN], nan_ok=True)


def test_false_alarms_are_as_rare_as_p_says() -> None:
    # 8 years without a trend: P(p < 0.05) for n = 8 is that of |S| >= 18, 0.0305.
    years = np.random.default_rng(1).normal(0.3, 0.04, (len(LONG), 4000))
    assert (mann_kendall_p(years) < 0.05).mean() == pytest.approx(0.031, abs=0.008)


def test_cells_of_another_grid_are_met_at_their_centres() -> None:
    coarse = layer([[1, 2], [3, NAN]], cell_m=30)
    fine = grid(4, 7, cell_m=20)  # 80 m high, 140 m wide, same lower left corner
    found = sampled_at(coarse, fine, np.arange(28)).reshape(4, 7)
    # Rows from the north: centres at 70, 50, 30, 10 m; the coarse layer ends at 60 m. A centre
    # on an edge (30 m) belongs to the cell south and east of it.
    assert np.isnan(found[0]).all()
    assert found[1].tolist() == pytest.approx([1, 2, 2, NAN, NAN, NAN, NAN], nan_ok=True)
    assert found[3].tolist() == pytest.approx([3, NAN, NAN, NAN, NAN, NAN, NAN], nan_ok=True)
