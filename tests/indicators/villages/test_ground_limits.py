"""Ground and limits of villages: by hand, at points, and what a shift of the heights changes."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from landuse.indicators.villages.ground import (
    VillageGroundSettings,
    lowest_around,
    measure_village_ground,
)
from landuse.indicators.villages.limits import VillageLimitSettings, measure_village_limits
from tests.indicators.ground import X, Y, layer, polygons, rect

NAN = np.nan
LINES = ("elevation", "hazard", "eco_redline", "heritage", "growth_boundary", "water_source",
         "prime_farmland")  # fmt: skip


def villages(*shapes: object) -> gpd.GeoDataFrame:
    ids = pd.Series([f"V{k}" for k in range(len(shapes))], dtype="str")
    return polygons(*shapes, settlement_id=ids).set_index(pd.Index(range(7, 7 + len(shapes))))


def at(x: float, y: float) -> shapely.Point:
    return shapely.Point(X + x, Y + y)


def ground(given_: gpd.GeoDataFrame, elevation: object) -> pd.DataFrame:
    result = measure_village_ground(
        settlements=given_, elevation=elevation, settings=VillageGroundSettings()
    )
    pd.testing.assert_index_equal(result["table"].index, given_.index)
    return result["table"]


def limits(given_: gpd.GeoDataFrame, **more: object) -> pd.DataFrame:
    layers = dict.fromkeys(LINES) | more
    table = measure_village_limits(
        settlements=given_, settings=VillageLimitSettings(), **layers
    )["table"]  # fmt: skip
    pd.testing.assert_index_equal(table.index, given_.index)
    return table


def test_relief_is_the_height_above_the_lowest_ground_within_a_kilometre() -> None:
    # The ground rises by 3 m every 30 m to the east: 5.7 degrees, 0 m in the first column.
    slope = layer(np.tile(np.arange(80) * 3.0, (80, 1)), cell_m=30)
    table = ground(villages(at(1_515, 1_200), rect(480, 1_170, 510, 1_200)), slope)
    assert table["slope_deg"].tolist() == pytest.approx([np.degrees(np.arctan(0.1))] * 2)
    # The point lies in column 50, at 150 m; 1 km west are columns down to 17 (33 x 30 = 990 m).
    # The outline is the cell of column 16, at 48 m; the edge, 0 m, lies within 1 km of it.
    assert table["elevation_m"].tolist() == [150, 48]
    assert table["relief_to_valley_m"].tolist() == [150 - 17 * 3, 48]
    assert table["elevation_rank"].tolist() == [1, 0]


def test_a_single_pit_or_roof_is_no_valley() -> None:
    heights = np.full((40, 40), 100.0)
    heights[20, 20], heights[10, 10] = 20.0, 160.0
    table = ground(villages(at(600, 400)), layer(heights, cell_m=30))
    assert table["relief_to_valley_m"].tolist() == [0]


def test_unknown_ground_is_null_and_no_elevation_is_named() -> None:
    heights = np.full((10, 10), 5.0)
    table = ground(villages(at(50_000, 0), at(100, 100), None), layer(heights, cell_m=30))
    assert table["relief_to_valley_m"].tolist() == pytest.approx([NAN, 0, NAN], nan_ok=True)
    result = measure_village_ground(
        settlements=villages(at(0, 0)), elevation=None, settings=VillageGroundSettings()
    )
    assert list(result["table"]) == ["settlement_id"]
    assert {f.object_id for f in result["findings"]} == {"elevation"}


@settings(max_examples=20, deadline=None)
@given(
    heights=st.lists(st.integers(0, 900), min_size=144, max_size=144),
    places=st.lists(st.tuples(st.floats(100, 260), st.floats(100, 260)), min_size=1, max_size=5),
    lift=st.integers(-50, 500),
)
def test_relief_stays_when_all_ground_is_lifted_and_order_does_not_matter(
    heights: list[int], places: list[tuple[float, float]], lift: int
) -> None:
    values = np.array(heights, dtype=float).reshape(12, 12)
    given_ = villages(*(at(*place) for place in places))
    one = ground(given_, layer(values, cell_m=30))
    lifted = ground(given_, layer(values + lift, cell_m=30))
    np.testing.assert_allclose(lifted["relief_to_valley_m"], one["relief_to_valley_m"])
    np.testing.assert_allclose(lifted["elevation_m"], one["elevation_m"] + lift)
    back = ground(given_.iloc[::-1], layer(values, cell_m=30)).loc[given_.index]
    pd.testing.assert_frame_equal(back, one)


@settings(max_examples=20, deadline=None)
@given(near=st.floats(0, 200), far=st.floats(0, 200), x=st.floats(0, 300), y=st.floats(0, 300))
def test_the_valley_floor_never_rises_with_the_radius(
    near: float, far: float, x: float, y: float
) -> None:
    field = layer(np.arange(100.0).reshape(10, 10) * 7 % 31, cell_m=30)
    near, far = sorted((near, far))
    xy = np.array([[X + x, Y + y]])
    small, large = (lowest_around(field, xy, radius_m=radius)[0] for radius in (near, far))
    assert np.isnan(small) or large <= small


def test_a_point_is_inside_a_line_or_outside_it() -> None:
    given_ = villages(at(50, 50), at(150, 50), rect(75, 0, 125, 100))
    area = polygons(rect(0, 0, 100, 100))
    table = limits(given_, hazard=area, eco_redline=area, heritage=area, prime_farmland=area,
                   water_source=area)  # fmt: skip
    for name in ("hazard", "eco_redline", "heritage", "prime_farmland", "water_source"):
        assert table[f"{name}_share"].tolist() == pytest.approx([1, 0, 0.5])


def test_a_point_is_near_a_hazard_within_200_m_of_itself() -> None:
    hazard = polygons(rect(0, 0, 100, 100))
    table = limits(villages(at(299, 50), at(301, 50), rect(290, 0, 500, 9), None), hazard=hazard)
    assert table["hazard_near"].tolist() == pytest.approx([1, 0, 1, NAN], nan_ok=True)


@settings(max_examples=20, deadline=None)
@given(
    places=st.lists(st.tuples(st.floats(0, 900), st.floats(0, 900)), min_size=1, max_size=5),
    width=st.floats(1, 400), more=st.floats(0, 400),
)  # fmt: skip
def test_a_larger_line_never_lowers_a_share(
    places: list[tuple[float, float]], width: float, more: float
) -> None:
    shapes = [at(*place) if k % 2 else rect(*place, place[0] + 80, place[1] + 50)
              for k, place in enumerate(places)]  # fmt: skip
    small, large = (
        limits(villages(*shapes), eco_redline=polygons(rect(0, 0, size, 950)))["eco_redline_share"]
        for size in (width, width + more)
    )
    assert (large >= small - 1e-9).all()
    assert large.between(0, 1).all()
