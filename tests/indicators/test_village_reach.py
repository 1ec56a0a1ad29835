"""Travel time: by hand on flat ground, a road, a lake; a faster road never takes longer."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from landuse.indicators.villages.reach import ReachSettings, measure_village_reach
from tests.indicators.ground import CRS, X, Y, layer, polygons, rect
from tests.indicators.test_village_place import at, villages

FLAT_KMH = 6 * np.exp(-3.5 * 0.05)
"""Tobler on flat ground: 5.04 km/h."""
FLAT = layer(np.zeros((120, 120)), cell_m=50.0)


def road(*points: tuple[float, float], kind: str = "tertiary") -> gpd.GeoDataFrame:
    line = shapely.LineString([(X + x, Y + y) for x, y in points])
    return gpd.GeoDataFrame({"road_class": [kind]}, geometry=[line], crs=CRS)


def reach(settlements: gpd.GeoDataFrame, centres: gpd.GeoDataFrame, **more: object) -> pd.DataFrame:
    layers = {"roads": None, "water": None, "elevation": FLAT} | more
    result = measure_village_reach(
        settlements=settlements, centres=centres, settings=ReachSettings(), **layers
    )
    return result["table"]


def test_walking_straight_on_flat_ground() -> None:
    # 2,000 m east at 5.04 km/h: 23.8 min. Cells of 50 m: both points lie in the middle of one.
    table = reach(villages(at(2_025, 1_025)), villages(at(25, 1_025)))
    assert table["travel_min"].tolist() == pytest.approx([2_000 / (FLAT_KMH * 1000 / 60)])


def test_a_road_is_driven_and_its_distance_told() -> None:
    way = road((0, 1_025), (3_000, 1_025))
    table = reach(villages(at(2_025, 1_025), at(2_025, 1_325)), villages(at(25, 1_025)), roads=way)
    # 2,000 m at 30 km/h: 4 min. The second walks 300 m first: 3.57 min.
    walk = 300 / (FLAT_KMH * 1000 / 60)
    assert table["travel_min"].iloc[0] == pytest.approx(4.0)
    assert 4.0 < table["travel_min"].iloc[1] <= 4.0 + walk + 1e-9
    assert table["road_distance_m"].tolist() == pytest.approx([0, 300])


def test_water_is_walked_around_and_a_footpath_is_no_road() -> None:
    village, town = villages(at(2_025, 1_025)), villages(at(25, 1_025))
    lake = polygons(rect(900, 0, 1_100, 2_500))
    dry = reach(village, town)["travel_min"].iloc[0]
    assert reach(village, town, water=lake)["travel_min"].iloc[0] > dry + 10
    path = road((0, 1_025), (3_000, 1_025), kind="path")
    table = reach(village, town, roads=path)
    assert table["travel_min"].iloc[0] == pytest.approx(dry)
    assert table["road_distance_m"].isna().all()


def test_uphill_takes_longer_than_a_gentle_way_down() -> None:
    # The ground falls 5 % from west to east: Tobler is fastest at -5 %.
    slope = layer(np.tile(np.arange(120) * -2.5, (120, 1)), cell_m=50.0)
    east, west = at(4_025, 1_025), at(25, 1_025)
    down = reach(villages(west), villages(east), elevation=slope)["travel_min"].iloc[0]
    up = reach(villages(east), villages(west), elevation=slope)["travel_min"].iloc[0]
    assert down == pytest.approx(4_000 / 100)  # 6 km/h = 100 m/min
    assert up == pytest.approx(4_000 / (100 * np.exp(-3.5 * 0.10)))


def test_without_centres_or_ground_the_time_is_a_named_absence() -> None:
    given_ = villages(at(0))
    none = measure_village_reach(settlements=given_, centres=None, roads=None, water=None,
                                 elevation=None, settings=ReachSettings())  # fmt: skip
    assert list(none["table"]) == ["settlement_id"]
    assert {f.kind for f in none["findings"]} == {"absent"}
    flat = measure_village_reach(
        settlements=given_, centres=villages(at(500)), roads=road((0, 0), (900, 0)), water=None,
        elevation=None, settings=ReachSettings(),
    )  # fmt: skip
    assert ("doubt", "elevation") in [(f.kind, f.object_id) for f in flat["findings"]]


@given(
    spots=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 20)), min_size=1, max_size=4),
    kinds=st.tuples(*[st.sampled_from(["track", "tertiary", "primary", "motorway"])] * 2),
)
def test_a_faster_road_never_takes_longer_nor_beats_its_own_speed(
    spots: list[tuple[int, int]], kinds: tuple[str, str]
) -> None:
    speeds = ReachSettings().speeds_kmh
    given_ = villages(*(at(50 * x + 25, 50 * y + 25) for x, y in spots))
    town = villages(at(25, 525))
    slow, fast = sorted(kinds, key=lambda kind: speeds[kind])
    times = [reach(given_, town, roads=road((0, 525), (2_000, 525), kind=kind))["travel_min"]
             for kind in (slow, fast)]  # fmt: skip
    assert (times[1] <= times[0] + 1e-9).all()
    crow = given_.geometry.distance(town.geometry.iloc[0])
    assert (times[1] >= crow / (speeds[fast] * 1000 / 60) - 1e-9).all()
