"""Night light with its support guard, lamps, and what the years show."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import shapely
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from landuse.core.layers import Layer
from landuse.indicators.activity import ActivitySettings, around, measure_activity
from landuse.indicators.trend import TrendSettings, measure_trend, theil_sen
from tests.indicators.ground import X, Y, assert_measured, layer, parcels, polygons, rect

NAN = np.nan
LIGHT = layer([[10, 20], [30, 0.2]], cell_m=500)
# 600 m x 500 m = 30 ha; 599 m x 500 m is just below; both mostly on the lower left cell.
GUARD = (rect(0, 0, 600, 500), rect(0, 0, 599, 500))


def test_light_does_not_decide_below_30_ha_but_stays_as_background() -> None:
    given = parcels(*GUARD, rect(0, 500, 100, 600))
    result = measure_activity(
        parcels=given, night_light=LIGHT, lights=None, settings=ActivitySettings()
    )
    table = assert_measured(result, given)
    # 5/6 of 30 and 1/6 of 0.2, which is below the cutoff of 0.3 and therefore dark.
    assert table["ntl_nw"].tolist() == pytest.approx([25, NAN, NAN], nan_ok=True)
    # Every 3 x 3 block holds all four cells: (10 + 20 + 30 + 0) / 4 = 15.
    assert table["ntl_context_nw"].tolist() == pytest.approx([15, 15, 15])
    notes = [f.object_id for f in result["findings"] if f.kind == "note"]
    assert notes == ["P1", "P2"]


@settings(max_examples=30, deadline=None)
@drawn(area_ha=st.floats(1, 29.9), light=st.floats(0, 1000))
def test_no_radiance_lifts_the_guard(area_ha: float, light: float) -> None:
    given = parcels(rect(0, 0, 400, area_ha * 25))
    glow = layer(np.full((2, 2), light), cell_m=500)
    result = measure_activity(
        parcels=given, night_light=glow, lights=None, settings=ActivitySettings()
    )
    assert result["table"]["ntl_nw"].isna().all()


def test_around_averages_known_neighbours_only() -> None:
    values = around(layer([[1, NAN, NAN], [3, NAN, NAN], [5, NAN, 9]])).values
    assert values[0, 0] == 2  # 1 and 3
    assert values[1, 0] == 3  # 1, 3, 5
    assert np.isnan(values[0, 2])
    assert values[2, 1] == pytest.approx(17 / 3)  # 3, 5, 9


def test_lamps_are_counted_on_the_parcel_or_within_reach() -> None:
    given = parcels(rect(0, 0, 100, 100), rect(500, 0, 600, 100))
    lamps = polygons(*[shapely.Point(X + x, Y + 50) for x in (10, 90, 105)])
    at = {"parcels": given, "night_light": None, "lights": lamps}
    table = measure_activity(**at, settings=ActivitySettings())["table"]
    assert table["lights_per_ha"].tolist() == [2, 0]
    reach = ActivitySettings().lights_reach_m.set_to(10)
    table = measure_activity(**at, settings=ActivitySettings(lights_reach_m=reach))["table"]
    # 100 m square with 10 m around: 1 + 0.4 ha + pi * 0.01 ha = 1.4314 ha, and 3 lamps.
    assert table["lights_per_ha"].iloc[0] == pytest.approx(3 / 1.4314, rel=1e-3)


def _years(*rows: list[int]) -> list[Layer]:
    """Return one 30 m layer for each year from 2014: a cell for each parcel."""
    return [
        layer([row], cell_m=30, nodata=0, year=year, dtype="uint8")
        for year, row in enumerate(rows, start=2014)
    ]


CELLS = [rect(30 * k, 0, 30 * k + 30, 30) for k in range(5)]


def test_unbuilt_years_count_back_from_the_last_layer() -> None:
    # Columns: never built; built in the first year only; built last; unknown in the middle;
    # unknown at the end. Code 8 = impervious, 1 = cropland, 0 = unknown.
    series = _years([1, 8, 1, 1, 1], [1, 1, 1, 0, 1], [1, 1, 8, 1, 0])
    given = parcels(*CELLS)
    result = measure_trend(
        parcels=given,
        landcover_series=series[::-1],
        night_light_series=None,
        settings=TrendSettings(),
    )
    table = assert_measured(result, given)
    assert table["unbuilt_years"].tolist() == pytest.approx([3, 2, 0, 1, NAN], nan_ok=True)
    assert table["impervious_first_share"].tolist() == [0, 1, 0, 0, 0]
    change = table["impervious_change"].tolist()
    assert change == pytest.approx([0, -1, 1, 0, NAN], nan_ok=True)
    assert [f.object_id for f in result["findings"] if f.kind == "doubt"] == ["P3", "P4"]
    yearly = result["yearly"]
    assert yearly["parcel_id"].tolist() == given["parcel_id"].tolist()
    assert yearly.iloc[:, 1].tolist() == table["impervious_first_share"].tolist()
    assert yearly.iloc[:, -1].tolist() == pytest.approx([0, 0, 1, 0, NAN], nan_ok=True)


def test_one_third_built_is_not_unbuilt() -> None:
    # Three cells of which one is impervious: 1/3 is not below 1/3.
    series = [layer([[8, 1, 1]], cell_m=30, nodata=0, year=2020, dtype="uint8")]
    given = parcels(rect(0, 0, 90, 30), rect(1, 0, 90, 30))
    table = measure_trend(
        parcels=given, landcover_series=series, night_light_series=None, settings=TrendSettings()
    )["table"]
    assert table["impervious_last_share"].iloc[1] == pytest.approx(29 / 89)
    assert table["unbuilt_years"].tolist() == [0, 1]


def test_light_trend_of_large_parcels_only() -> None:
    series = [layer(np.full((1, 2), 1.0 + 0.5 * k), cell_m=500, year=2019 + k) for k in range(5)]
    given = parcels(*GUARD)
    run = {"parcels": given, "landcover_series": None, "settings": TrendSettings()}
    result = measure_trend(night_light_series=series[::-1], **run)
    table = result["table"]
    assert result["yearly"]["light_2023"].tolist() == pytest.approx([3.0, NAN], nan_ok=True)
    assert table["light_slope_nw_per_year"].tolist() == pytest.approx([0.5, NAN], nan_ok=True)
    short = measure_trend(night_light_series=series[:4], **run)["table"]
    assert short["light_slope_nw_per_year"].isna().all()


def test_absent_series_are_named() -> None:
    given = parcels(rect(0, 0, 10, 10))
    result = measure_trend(
        parcels=given, landcover_series=None, night_light_series=None, settings=TrendSettings()
    )
    assert list(assert_measured(result, given)) == ["parcel_id"]
    roles = [f.object_id for f in result["findings"]]
    assert roles == ["landcover_series", "night_light_series"]


def test_a_layer_without_a_year_is_refused() -> None:
    with pytest.raises(ValueError, match="no year"):
        measure_trend(
            parcels=parcels(rect(0, 0, 10, 10)),
            landcover_series=[layer([[1]])],
            night_light_series=None,
            settings=TrendSettings(),
        )


def test_theil_sen_is_the_median_of_pairwise_slopes() -> None:
    years = np.array([2010.0, 2011, 2013])
    # Pairs of the first column: (2-0)/1 = 2, (3-0)/3 = 1, (3-2)/2 = 0.5: median 1.
    # Second: one pair is left. Third: nothing to compare.
    values = np.array([[0, 0, NAN], [2, NAN, NAN], [3, 6, 1]])
    assert theil_sen(years, values).tolist() == pytest.approx([1, 2, NAN], nan_ok=True)


@settings(max_examples=30, deadline=None)
@drawn(slope=st.floats(-10, 10), outlier=st.floats(-1e3, 1e3), at=st.integers(0, 8))
def test_theil_sen_ignores_one_bad_year(slope: float, outlier: float, at: int) -> None:
    years = np.arange(9.0)
    values = slope * years
    values[at] += outlier
    # 28 of 36 pairs do not touch the bad year, so the median is among the true slopes.
    found = theil_sen(years, values[:, None])[0]
    assert found == pytest.approx(slope, abs=1e-9)


def test_order_of_series_does_not_matter() -> None:
    series = _years([1, 8, 1, 1, 1], [8, 1, 1, 1, 1], [1, 1, 8, 1, 1])
    given = parcels(*CELLS)
    found = [
        measure_trend(
            parcels=given,
            landcover_series=list(order),
            night_light_series=None,
            settings=TrendSettings(),
        )["table"]
        for order in itertools.permutations(series)
    ]
    assert all(one.equals(found[0]) for one in found)
