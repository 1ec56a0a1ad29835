"""Slope, elevation and distances."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from landuse.indicators.access import AccessSettings, measure_access, town_centres
from landuse.indicators.measured import Measured
from landuse.indicators.terrain import TerrainSettings, measure_terrain, slope_layer
from tests.indicators.ground import X, Y, assert_measured, layer, parcels, polygons, rect

NAN = np.nan


@settings(max_examples=30, deadline=None)
@drawn(east=st.floats(-2, 2), north=st.floats(-2, 2), size=st.integers(3, 9))
def test_slope_of_a_plane_is_the_same_everywhere(east: float, north: float, size: int) -> None:
    row, column = np.mgrid[:size, :size]
    plane = layer(100 + 30 * (east * column - north * row), cell_m=30)
    expected = math.degrees(math.atan(math.hypot(east, north)))
    np.testing.assert_allclose(slope_layer(plane).values, expected, atol=1e-6)


def test_a_single_roof_is_no_slope() -> None:
    heights = np.full((7, 7), 50.0)
    heights[3, 3] = 90
    assert slope_layer(layer(heights, cell_m=30)).values.max() == 0


def test_slope_near_an_unknown_height_is_unknown() -> None:
    heights = np.zeros((9, 9))
    heights[4, 4] = NAN
    unknown = np.isnan(slope_layer(layer(heights, cell_m=30)).values)
    assert unknown.sum() == 25
    assert unknown[2:7, 2:7].all()


@pytest.mark.parametrize("shape", [(1, 1), (1, 5), (2, 2)])
def test_a_tiny_raster_has_a_slope(shape: tuple[int, int]) -> None:
    assert slope_layer(layer(np.full(shape, 7.0), cell_m=30)).values.tolist() == (
        np.zeros(shape).tolist()
    )


def test_terrain_of_a_parcel_is_the_median() -> None:
    # A slope of 30 m in 30 m = 45 degrees, rising to the east from 0 m.
    column = np.tile(np.arange(5) * 30.0, (5, 1))
    given = parcels(rect(0, 0, 90, 150), rect(60, 0, 75, 30), rect(200, 0, 300, 90))
    result = measure_terrain(
        parcels=given, elevation=layer(column, cell_m=30), settings=TerrainSettings()
    )
    table = assert_measured(result, given)
    assert table["slope_deg"].tolist() == pytest.approx([45, 45, NAN], nan_ok=True)
    # Cells at 0, 30 and 60 m in equal parts: 30. One cell at 60 m.
    assert table["elevation_m"].tolist() == pytest.approx([30, 60, NAN], nan_ok=True)
    assert [f.object_id for f in result["findings"]] == ["P2"]


def _line(*points: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString([(X + x, Y + y) for x, y in points])


def _access(given: gpd.GeoDataFrame, **sources: object) -> Measured:
    settings = sources.pop("settings", AccessSettings())
    everything = {"roads": None, "zones": None, "towns": None} | sources
    return measure_access(parcels=given, settings=settings, **everything)


ROADS = polygons(
    _line((0, 130), (1000, 130)), _line((0, 400), (1000, 400)), road_class=["track", "primary"]
)


def test_distance_to_a_road_is_from_the_edge() -> None:
    given = parcels(rect(0, 0, 100, 100), rect(0, 120, 10, 140), None)
    table = assert_measured(_access(given, roads=ROADS), given)
    assert table["road_distance_m"].tolist() == pytest.approx([30, 0, NAN], nan_ok=True)
    chosen = AccessSettings(road_classes=("primary", "secondary"))
    table = _access(given, roads=ROADS, settings=chosen)["table"]
    assert table["road_distance_m"].tolist() == pytest.approx([300, 260, NAN], nan_ok=True)


def test_road_drawn_as_an_area_counts_with_its_inside_but_not_its_holes() -> None:
    """The road is the square 0-100 without its hole 20-80; b lies on it, c 10 m inside the hole."""
    road = polygons(rect(0, 0, 100, 100).difference(rect(20, 20, 80, 80)))
    given = parcels(rect(110, 40, 120, 50), rect(5, 5, 8, 8), rect(30, 30, 40, 40))
    table = _access(given, roads=road)["table"]
    assert table["road_distance_m"].tolist() == [10, 0, 10]


def test_no_road_of_the_chosen_class_is_null_and_said() -> None:
    given = parcels(rect(0, 0, 100, 100))
    result = _access(given, roads=ROADS, settings=AccessSettings(road_classes=("motorway",)))
    assert result["table"]["road_distance_m"].isna().all()
    assert [f.object_id for f in result["findings"] if f.kind == "doubt"] == ["roads"]


def test_roads_without_classes_all_count_and_that_is_said() -> None:
    given = parcels(rect(0, 0, 100, 100))
    bare = ROADS.drop(columns="road_class")
    result = _access(given, roads=bare, settings=AccessSettings(road_classes=("primary",)))
    assert result["table"]["road_distance_m"].tolist() == [30]
    assert [f.object_id for f in result["findings"] if f.kind == "doubt"] == ["roads"]


def test_more_classes_never_make_a_road_farther() -> None:
    given = parcels(*[rect(0, k * 37, 20, k * 37 + 20) for k in range(12)])
    few = _access(given, roads=ROADS, settings=AccessSettings(road_classes=("primary",)))
    every = _access(given, roads=ROADS)
    assert (every["table"]["road_distance_m"] <= few["table"]["road_distance_m"]).all()


def test_distance_to_a_zone_is_zero_inside() -> None:
    given = parcels(rect(0, 0, 10, 10), rect(110, 0, 120, 10))
    table = _access(given, zones=polygons(rect(0, 0, 50, 50)))["table"]
    assert table["zone_distance_m"].tolist() == [0, 60]


def test_distance_to_the_middle_of_ones_own_town() -> None:
    given = parcels(
        rect(0, 0, 10, 10), rect(100, 0, 110, 10), rect(200, 0, 210, 10),
        town_code=["A", "B", ""],
    )  # fmt: skip
    towns = polygons(shapely.Point(X + 50, Y), shapely.Point(X + 100, Y + 30), town_code=["A", "B"])
    result = _access(given, towns=towns)
    table = assert_measured(result, given)
    assert table["town_distance_m"].tolist() == pytest.approx([40, 20, NAN], nan_ok=True)
    assert [f.object_id for f in result["findings"] if f.kind == "doubt"] == ["P2"]


def test_the_middle_of_a_town_is_where_its_land_is_dense() -> None:
    # Town A: four parcels near the corner, one larger one far away. B: one parcel.
    close = [rect(x, y, x + 100, y + 100) for x in (500, 700) for y in (500, 700)]
    far = [rect(9000, 9000, 9150, 9150), rect(5000, 0, 5010, 10)]
    given = parcels(*close, *far, town_code=["A"] * 5 + ["B"])
    centres = town_centres(given, cell_m=500)
    assert centres["town_code"].tolist() == ["A", "B"]
    # Centroids at 550 and 750 on both axes: the middle is 650.
    assert centres.geometry.iloc[0].equals_exact(shapely.Point(X + 650, Y + 650), 1e-6)
    assert centres.geometry.iloc[1].equals_exact(shapely.Point(X + 5005, Y + 5), 1e-6)
    # Seen through polygons of towns the same middles count.
    towns = polygons(rect(0, 0, 10_000, 10_000), town_code=["A"])
    table = _access(given, towns=towns)["table"]
    assert table["town_distance_m"].iloc[0] == pytest.approx(math.hypot(50, 50))
    assert table["town_distance_m"].iloc[5] == pytest.approx(0)


@settings(max_examples=30, deadline=None)
@drawn(st.permutations(range(6)))
def test_the_middle_of_a_town_does_not_hang_on_the_order(order: list[int]) -> None:
    given = parcels(*[rect(300 * k, 0, 300 * k + 50, 50) for k in range(6)], town_code=["A"] * 6)
    there = town_centres(given, cell_m=500).geometry.iloc[0]
    assert town_centres(given.iloc[order], cell_m=500).geometry.iloc[0].equals(there)


def test_everything_absent_is_named_and_empty_tables_pass() -> None:
    given = parcels(rect(0, 0, 10, 10))
    result = _access(given)
    assert list(assert_measured(result, given)) == ["parcel_id"]
    assert [f.object_id for f in result["findings"]] == ["roads", "zones", "towns"]
    none = parcels(town_code=[])
    towns = polygons(rect(0, 0, 1, 1), town_code=["A"])
    table = _access(none, roads=ROADS, zones=towns, towns=towns)["table"]
    assert list(table) == ["parcel_id", "road_distance_m", "zone_distance_m", "town_distance_m"]


def test_layers_in_another_crs_are_refused() -> None:
    given = parcels(rect(0, 0, 10, 10))
    with pytest.raises(ValueError, match="align them first"):
        _access(given, roads=ROADS.to_crs("EPSG:4547"))
