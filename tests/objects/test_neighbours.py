"""Adjacency: hand-measured gaps, and laws over random squares."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Polygon, box
from shapely.geometry.base import BaseGeometry

from landuse.core.errors import LanduseError
from landuse.objects.neighbours import Gap, NeighbourSettings, measure_neighbours

CRS = "EPSG:4549"
EAST, NORTH = 450_000.0, 3_230_000.0


def layer(shapes: dict[str, BaseGeometry | None], crs: str = CRS) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"parcel_id": list(shapes)},
        geometry=list(shapes.values()),
        crs=crs,
        index=range(len(shapes)),
    )


def square(x: float, y: float = 0.0, side: float = 100.0) -> Polygon:
    return box(EAST + x, NORTH + y, EAST + x + side, NORTH + y + side)


def pairs(parcels: gpd.GeoDataFrame, **chosen: Gap) -> pd.DataFrame:
    made = measure_neighbours(parcels=parcels, settings=NeighbourSettings(**chosen))
    found = made["neighbours"]
    assert isinstance(found, pd.DataFrame)
    return found


def test_the_gap_is_between_outlines_and_thirty_metres_still_adjoin() -> None:
    # a from 0 to 100, b from 130 to 230: gap 30; c from 261: gap to b 31
    found = pairs(layer({"b": square(130), "a": square(0), "c": square(261)}))
    assert found.to_dict("records") == [{"first": "a", "second": "b", "gap_m": 30.0}]


def test_a_diagonal_gap_is_pythagoras() -> None:
    # corner to corner: 18 east, 24 north: sqrt(324 + 576) = 30
    found = pairs(layer({"a": square(0), "b": square(118, 124)}))
    assert found["gap_m"].tolist() == [30.0]


def test_touching_and_overlapping_parcels_have_no_gap() -> None:
    found = pairs(layer({"a": square(0), "b": square(100), "c": square(50, 50)}))
    assert found["gap_m"].tolist() == [0.0, 0.0, 0.0]
    assert list(zip(found["first"], found["second"], strict=True)) == [
        ("a", "b"), ("a", "c"), ("b", "c"),
    ]  # fmt: skip


def test_a_chosen_gap_counts() -> None:
    parcels = layer({"a": square(0), "b": square(130)})
    assert pairs(parcels, gap=Gap(value_m=29.0, source="study file")).empty


def test_points_lie_inside_even_of_a_ring() -> None:
    hollow = square(0).difference(square(10, 10, 80))
    made = measure_neighbours(parcels=layer({"a": hollow}), settings=NeighbourSettings())
    point = made["points"].iloc[0]
    inside = gpd.GeoSeries(gpd.points_from_xy([point["x_m"]], [point["y_m"]]), crs=CRS)
    assert inside.within(hollow.buffer(0.001)).all()


def test_a_parcel_without_outline_is_told_and_has_no_place() -> None:
    parcels = layer({"a": square(0), "b": None, "c": Polygon(), "d": square(100)})
    made = measure_neighbours(parcels=parcels, settings=NeighbourSettings())
    assert made["points"]["parcel_id"].tolist() == ["a", "b", "c", "d"]
    assert made["points"]["x_m"].isna().tolist() == [False, True, True, False]
    assert [one.object_id for one in made["findings"]] == ["b", "c"]
    assert len(made["neighbours"]) == 1


def test_no_parcels_make_empty_tables_with_columns() -> None:
    made = measure_neighbours(parcels=layer({}), settings=NeighbourSettings())
    assert list(made["neighbours"].columns) == ["first", "second", "gap_m"]
    assert made["points"].empty


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:2225", None])
def test_degrees_and_feet_are_refused(crs: str | None) -> None:
    parcels = gpd.GeoDataFrame({"parcel_id": ["a"]}, geometry=[box(119, 29, 119.1, 29.1)], crs=crs)
    with pytest.raises(LanduseError, match="metres") as caught:
        measure_neighbours(parcels=parcels, settings=NeighbourSettings())
    assert caught.value.exit_code == 4


@given(
    st.lists(
        st.tuples(st.integers(0, 400), st.integers(0, 400), st.integers(5, 60)),
        min_size=1, max_size=15,
    ),
    st.randoms(use_true_random=False),
)  # fmt: skip
@settings(max_examples=30, deadline=None)
def test_pairs_are_those_of_every_distance_whatever_the_order(
    squares: list[tuple[int, int, int]], shuffle: object
) -> None:
    shapes = {f"p{i:02d}": square(x, y, side) for i, (x, y, side) in enumerate(squares)}
    expected = {
        (one, other): round(shapes[one].distance(shapes[other]), 3)
        for one in shapes
        for other in shapes
        if one < other and shapes[one].distance(shapes[other]) <= 30
    }
    names = list(shapes)
    shuffle.shuffle(names)  # type: ignore[attr-defined]
    found = pairs(layer({name: shapes[name] for name in names}))
    told = dict(zip(zip(found["first"], found["second"], strict=True), found["gap_m"], strict=True))
    assert told == expected
    assert found.index.equals(pd.RangeIndex(len(found)))
    assert np.all(found["first"] < found["second"])
