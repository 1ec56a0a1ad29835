"""Travel: barriers, what a time rests on, and laws that hold for any places and roads."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from landuse.indicators.measured import Measured
from landuse.indicators.villages.reach import ReachSettings, measure_village_reach
from tests.indicators.ground import X, Y, layer, polygons, rect

NAN = np.nan
WALK_M_MIN = 6 * np.exp(-3.5 * 0.05) * 1000 / 60
"""Tobler on flat ground: 83.9 m a minute."""
FLAT = layer(np.zeros((60, 60)), cell_m=50.0)
TOLL = ReachSettings(barrier_classes=("motorway",))
PLACES = st.lists(
    st.tuples(st.floats(0, 2_900), st.floats(0, 2_900)), min_size=1, max_size=4, unique=True
)


def at(*places: tuple[float, float]) -> gpd.GeoDataFrame:
    ids = pd.Series([f"V{k}" for k in range(len(places))], dtype="str")
    points = [shapely.Point(X + x, Y + y) for x, y in places]
    return polygons(*points, settlement_id=ids).set_index(pd.Index(range(50, 50 + len(places))))


def roads(*ways: tuple[str, tuple[float, float], tuple[float, float]]) -> gpd.GeoDataFrame:
    lines = [shapely.LineString([(X + x, Y + y) for x, y in way[1:]]) for way in ways]
    return polygons(*lines, road_class=[way[0] for way in ways])


def reach(places: gpd.GeoDataFrame, centres: gpd.GeoDataFrame | None, **more: object) -> Measured:
    layers = {"roads": None, "water": None, "elevation": FLAT, "settings": ReachSettings()} | more
    return measure_village_reach(settlements=places, centres=centres, **layers)


def minutes(places: gpd.GeoDataFrame, centres: gpd.GeoDataFrame, **more: object) -> list[float]:
    return list(reach(places, centres, **more)["table"]["travel_min"])


@settings(max_examples=25, deadline=None)
@given(places=PLACES, towns=PLACES, speed=st.floats(4, 120), more=st.floats(0, 60))
def test_faster_roads_never_lengthen_a_time_and_no_time_beats_the_greatest_speed(
    places: list[tuple[float, float]], towns: list[tuple[float, float]], speed: float, more: float
) -> None:
    given_, seats = at(*places), at(*towns)
    net = roads(("primary", (0, 800), (2_900, 1_500)), ("tertiary", (700, 0), (900, 2_900)))
    slow = ReachSettings(speeds_kmh={"primary": speed, "tertiary": 10})
    fast = ReachSettings(speeds_kmh={"primary": speed + more, "tertiary": 10})
    before = np.array(minutes(given_, seats, roads=net, settings=slow))
    after = np.array(minutes(given_, seats, roads=net, settings=fast))
    assert (after <= before + 1e-9).all()
    crow = shapely.distance(
        np.asarray(given_.geometry.array), shapely.union_all(np.asarray(seats.geometry.array))
    )
    assert (after >= crow / (max(speed + more, 10) * 1000 / 60) - 1e-9).all()


@settings(max_examples=15, deadline=None)
@given(places=PLACES, towns=PLACES, order=st.randoms(use_true_random=False))
def test_order_of_villages_centres_and_roads_does_not_matter(
    places: list[tuple[float, float]], towns: list[tuple[float, float]], order: object
) -> None:
    given_, seats = at(*places), at(*towns)
    net = roads(("primary", (0, 800), (2_900, 1_500)), ("track", (0, 820), (2_900, 1_480)))
    one = reach(given_, seats, roads=net)["table"]
    other = reach(given_.iloc[::-1], seats.iloc[::-1], roads=net.iloc[::-1])["table"]
    pd.testing.assert_frame_equal(other.loc[one.index], one)
    pd.testing.assert_index_equal(one.index, given_.index)


@settings(max_examples=15, deadline=None)
@given(places=PLACES, towns=PLACES, extra=st.tuples(st.floats(0, 2_900), st.floats(0, 2_900)))
def test_one_more_centre_never_lengthens_a_time(
    places: list[tuple[float, float]], towns: list[tuple[float, float]],
    extra: tuple[float, float],
) -> None:  # fmt: skip
    few, many = (np.array(minutes(at(*places), at(*ones))) for ones in (towns, [*towns, extra]))
    assert (many <= few + 1e-9).all()


def test_a_place_walks_to_the_middle_of_its_cell() -> None:
    # Cells of 50 m. 15 m west of the middle of one to 5 m east of the middle of the next but one:
    # 15 + 100 + 5 = 120 m walked; the straight line is 120 m too.
    assert minutes(at((1_010, 1_025)), at((1_130, 1_025))) == pytest.approx([120 / WALK_M_MIN])


def test_a_closed_road_is_crossed_and_entered_only_where_another_road_meets_it() -> None:
    """A motorway runs north to south at x = 1,525 through the whole ground."""
    west, east = at((925, 1_025)), at((2_125, 1_025))
    motorway = ("motorway", (1_525, -3_000), (1_525, 6_000))
    alone = reach(west, east, roads=roads(motorway), settings=TOLL)
    assert alone["table"]["travel_min"].isna().all()
    assert alone["table"]["travel_basis"].tolist() == [""]
    assert [f.object_id for f in alone["findings"]] == ["V0"]
    # A country road crosses: 1,200 m at 20 km/h = 3.6 min.
    crossed = roads(motorway, ("unclassified", (0, 1_025), (2_900, 1_025)))
    assert minutes(west, east, roads=crossed, settings=TOLL) == pytest.approx([3.6])
    assert minutes(west, east, roads=roads(motorway)) == pytest.approx([1_200 / WALK_M_MIN])


def test_a_closed_road_is_driven_between_two_junctions() -> None:
    motorway = ("motorway", (25, 2_000), (2_925, 2_000))
    first, last = ("residential", (125, 1_500), (125, 2_010)), ("residential", (2_725, 2_010),
                                                                (2_725, 1_500))  # fmt: skip
    net = roads(motorway, first, last)
    by_toll = minutes(at((125, 1_525)), at((2_725, 1_525)), roads=net, settings=TOLL)[0]
    # 2 x 500 m at 20 km/h and 2,600 m at 80 km/h: 3 + 1.95 min, within two cells of each.
    assert by_toll == pytest.approx(3 + 1.95, abs=2 * 2 * 50 / (20 * 1000 / 60))


def test_a_village_on_the_water_s_edge_starts_from_dry_ground() -> None:
    lake = polygons(rect(1_000, 1_000, 1_200, 2_000))
    # 25 m inside the lake: the middle of the nearest dry cell is 50 m west, and the town beyond it.
    got = minutes(at((1_025, 1_525)), at((775, 1_525)), water=lake)
    assert got == pytest.approx([250 / WALK_M_MIN])
    sea = polygons(rect(1_000, 0, 2_900, 2_900))
    assert np.isnan(minutes(at((2_025, 1_525)), at((775, 1_525)), water=sea)).all()


def test_what_a_time_rests_on_is_said_and_unknown_ground_is_null() -> None:
    heights = np.zeros((60, 60))
    heights[:, 30:] = NAN
    half = layer(heights, cell_m=50.0)
    places, town = at((225, 1_025), (2_525, 1_025)), at((25, 1_025))
    table = reach(places, town, elevation=half)["table"]
    assert table["travel_min"].isna().tolist() == [False, True]
    assert table["travel_basis"].tolist() == ["slope", ""]
    # A road leads through the unknown ground: both are reached.
    net = roads(("unclassified", (0, 1_025), (2_900, 1_025)))
    table = reach(places, town, elevation=half, roads=net)["table"]
    assert table["travel_basis"].tolist() == ["roads_slope", "roads_slope"]
    table = reach(places, town, elevation=None, roads=net)["table"]
    assert table["travel_basis"].tolist() == ["roads_flat", "roads_flat"]
    assert table["travel_min"].tolist() == pytest.approx([0.6, 7.5])


def test_towns_serve_where_no_centre_is_known_and_that_is_said() -> None:
    towns = polygons(rect(0, 1_000, 50, 1_050), town_code=["A"])
    result = reach(at((1_025, 1_025)), None, towns=towns)
    assert result["table"]["travel_min"].tolist() == pytest.approx([1_000 / WALK_M_MIN])
    assert [(f.kind, f.object_id, f.value) for f in result["findings"] if f.kind == "doubt"] == [
        ("doubt", "centres", "1")
    ]
    none = reach(at((1_025, 1_025)), at().iloc[:0])
    assert [f.object_id for f in none["findings"] if "travel_min" in f.value] == ["centres"]


def test_a_field_track_or_a_motorway_is_no_road_to_a_village() -> None:
    net = roads(("track", (0, 100), (2_900, 100)), ("motorway", (0, 200), (2_900, 200)),
                ("residential", (0, 900), (2_900, 900)))  # fmt: skip
    table = reach(at((1_000, 0)), at((0, 0)), roads=net)["table"]
    assert table["road_distance_m"].tolist() == [900]


def test_a_single_tower_does_not_bar_the_way() -> None:
    heights = np.zeros((60, 60))

    heights[39, 30] = 80.0
    tower = layer(heights, cell_m=50.0)
    # y = 1,025 is row 39 from the north: the way leads over the tower's cell.
    assert minutes(at((2_025, 1_025)), at((1_025, 1_025)), elevation=tower) == pytest.approx(
        [1_000 / WALK_M_MIN]
    )
