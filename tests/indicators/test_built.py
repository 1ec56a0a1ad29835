"""Built share, footprints, floors, the 8 m rule and the completeness guard."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from landuse.indicators.built import BuiltSettings, measure_built
from landuse.indicators.footprints import StoreySettings, floors
from landuse.indicators.measured import Measured
from tests.indicators.ground import assert_measured, layer, parcels, polygons, rect

NAN = np.nan
TRUSTING = BuiltSettings(trust_footprints=True)


def _floors(height_m: float, levels: float, group: str) -> float:
    return floors(
        height_m=np.array([height_m]),
        levels=np.array([levels]),
        groups=pd.Series([group], dtype="str"),
        settings=StoreySettings(),
    )[0]


@pytest.mark.parametrize(
    ("height_m", "levels", "group", "expected"),
    [
        (9.0, NAN, "URBAN_RES", 3),  # 9 / 3.0
        (1.0, NAN, "URBAN_RES", 1),  # never less than one
        (7.5, NAN, "VILLAGE", 3),  # 2.5 rounds up
        (9.0, NAN, "COMM", 2),  # 9 / 4.0 = 2.25
        (8.0, NAN, "IND_IN", 2),  # 8 is not over 8: 8 / 4.5 = 1.8
        (6.0, NAN, "IND_IN", 1),  # 6 / 4.5 = 1.33
        (8.1, NAN, "IND_IN", 2),  # over 8 m, one storey counted twice
        (30.0, NAN, "IND_OUT", 2),  # still one storey as far as we know
        (12.0, 1, "IND_OUT", 2),  # mapped as one storey, 12 m: twice
        (12.0, 3, "IND_OUT", 3),  # three storeys of 4 m: none is over 8 m
        (6.0, 1, "IND_OUT", 1),
        (30.0, 1, "URBAN_RES", 1),  # the rule is for industry only
        (NAN, 5, "COMM", 5),
        (NAN, NAN, "COMM", NAN),
        (7.0, NAN, "ALL", 2),  # other groups: 7 / 3.5
    ],
)
def test_floors(height_m: float, levels: float, group: str, expected: float) -> None:
    assert _floors(height_m, levels, group) == pytest.approx(expected, nan_ok=True)


@settings(max_examples=30, deadline=None)
@drawn(
    low=st.floats(0.5, 100),
    rise=st.floats(0, 100),
    group=st.sampled_from(["COMM", "VILLAGE", "ALL"]),
)
def test_a_higher_building_never_has_fewer_floors(low: float, rise: float, group: str) -> None:
    assert _floors(low, NAN, group) <= _floors(low + rise, NAN, group)


def _measure(given: object, **sources: object) -> Measured:
    settings = sources.pop("settings", BuiltSettings())
    everything = {"built_surface": None, "built_height": None, "buildings": None} | sources
    return measure_built(parcels=given, settings=settings, **everything)


def test_built_share_is_square_metres_over_area() -> None:
    # Cells of 100 m2 with 100, 50, 0 and unknown m2 built.
    built = layer([[100, 50, 0, 255]], nodata=255, dtype="uint8")
    given = parcels(rect(0, 0, 30, 10), rect(5, 0, 15, 10), rect(30, 0, 40, 10))
    table = assert_measured(_measure(given, built_surface=built), given)
    # 150 / 300; (50 + 25) / 100; not known.
    assert table["built_share"].tolist() == pytest.approx([0.5, 0.75, NAN], nan_ok=True)
    assert "far" not in table


def test_coverage_and_far_of_one_parcel() -> None:
    given = parcels(rect(0, 0, 100, 100), group=["URBAN_RES"])
    buildings = polygons(
        rect(0, 0, 20, 20),  # 400 m2, 3 floors
        rect(90, 0, 130, 20),  # 200 m2 of it inside, 9 m = 3 floors
        rect(50, 50, 60, 70),  # 200 m2, nothing known
        height_m=[NAN, 9, NAN],
        levels=[3, NAN, NAN],
    )
    result = _measure(given, buildings=buildings, settings=TRUSTING)
    row = assert_measured(result, given).iloc[0]
    assert row["building_coverage"] == pytest.approx(800 / 10_000)
    # Floors known on 600 of 800 m2, 3 on the average; the rest is given the same: 800 * 3.
    assert row["far"] == pytest.approx(2400 / 10_000)
    assert row["far_source"] == "footprints"


def test_far_is_null_where_most_heights_are_unknown() -> None:
    given = parcels(rect(0, 0, 100, 100), rect(200, 0, 300, 100))
    buildings = polygons(
        rect(0, 0, 10, 10), rect(20, 0, 40, 10), height_m=[9, NAN], levels=[NAN, NAN]
    )  # heights known on 100 of 300 m2
    table = _measure(given, buildings=buildings, settings=TRUSTING)["table"]
    # The second parcel has no building: nothing is built, and that is known.
    assert table["far"].tolist() == pytest.approx([NAN, 0], nan_ok=True)
    assert table["building_coverage"].tolist() == pytest.approx([0.03, 0])
    assert table["far_source"].isna().tolist() == [True, False]


def test_a_building_without_height_takes_that_of_the_cell_it_stands_on() -> None:
    given = parcels(rect(0, 0, 100, 100), group=["VILLAGE"])
    buildings = polygons(rect(10, 10, 20, 20))  # 100 m2; 6 m / 3 m = 2 floors
    table = _measure(
        given, buildings=buildings, built_height=layer([[6]], cell_m=100), settings=TRUSTING
    )["table"]
    assert table["far"].tolist() == pytest.approx([200 / 10_000])


def test_a_building_drawn_twice_covers_the_ground_once() -> None:
    given = parcels(rect(0, 0, 100, 100))
    buildings = polygons(rect(0, 0, 20, 20), rect(0, 0, 20, 20), rect(10, 10, 30, 30))
    table = _measure(given, buildings=buildings, settings=TRUSTING)["table"]
    # Two squares of 400 m2 that share 100 m2.
    assert table["building_coverage"].tolist() == pytest.approx([700 / 10_000])


def _two_towns(share_mapped: float) -> tuple[object, dict[str, object]]:
    """Return two parcels of 100 m, half built; town A fully mapped, town B in part."""
    given = parcels(
        rect(0, 0, 100, 100),
        rect(100, 0, 200, 100),
        town_code=["A", "B"],
        group=["IND_IN", "IND_IN"],
    )
    buildings = polygons(
        rect(0, 0, 50, 100),
        rect(100, 0, 100 + 50 * share_mapped, 100),
        height_m=[9.0, 9.0],
    )
    surface = layer(np.full((10, 20), 50.0))
    height = layer([[9.0, 9.0]], cell_m=100)
    sources = {"buildings": buildings, "built_surface": surface, "built_height": height}
    return given, sources


@pytest.mark.parametrize(
    ("mapped", "trusted"), [(1.0, True), (0.6001, True), (0.59, False), (0.0, False)]
)
def test_footprints_of_a_town_are_believed_from_six_tenths(mapped: float, trusted: bool) -> None:
    given, sources = _two_towns(mapped)
    result = _measure(given, **sources)
    table = assert_measured(result, given)
    assert table["building_completeness"].tolist() == pytest.approx([1, mapped])
    expected = 0.5 * mapped if trusted else NAN
    assert table["building_coverage"].tolist() == pytest.approx([0.5, expected], nan_ok=True)
    # Footprints: 9 m in industry counts 2, 0.5 * 2 = 1. GHSL: 0.5 * 9 / 4.5 = 1.
    assert table["far"].tolist() == pytest.approx([1, mapped if trusted else 1])
    assert table["far_source"].tolist() == ["footprints", "footprints" if trusted else "ghs"]
    doubts = [f.object_id for f in result["findings"] if f.kind == "doubt"]
    assert doubts == ([] if trusted else ["B"])


@pytest.mark.parametrize(
    ("built_m2", "mapped_m", "trusted"),
    [
        (40, 0, False),  # 40 % built, no footprint: the building is not mapped
        (40, 19, False),  # 1900 of 4000 m2 mapped: 0.475 < 0.5
        (40, 20, True),  # half of it
        (9, 0, True),  # 9 % built may be blur: an empty parcel
        (0, 0, True),
    ],
)
def test_a_built_parcel_without_footprints_is_not_an_empty_one(
    built_m2: float, mapped_m: float, trusted: bool
) -> None:
    # The neighbour (1 ha built and mapped) keeps the town's completeness above 10 / 14 = 0.71.
    given = parcels(rect(0, 0, 100, 100), rect(100, 0, 200, 100), town_code=["A", "A"])
    surface = layer(np.hstack([np.full((10, 10), built_m2), np.full((10, 10), 100)]))
    buildings = polygons(rect(0, 0, mapped_m, 100), rect(100, 0, 200, 100), levels=[1.0, 1.0])
    result = _measure(
        given, built_surface=surface, built_height=layer([[3, 3]], cell_m=100), buildings=buildings
    )
    row = result["table"].iloc[0]
    share = mapped_m / 100
    assert row["building_coverage"] == pytest.approx(share if trusted else NAN, nan_ok=True)
    assert row["far"] == pytest.approx(share if trusted else built_m2 / 100)
    found = [(f.object_id, f.value) for f in result["findings"]]
    assert found == ([] if trusted else [("buildings", "1")])
    told = _measure(given, built_surface=surface, buildings=buildings, settings=TRUSTING)
    assert told["table"]["building_coverage"].iloc[0] == pytest.approx(share)


def test_without_built_surface_footprints_cannot_be_checked() -> None:
    given, sources = _two_towns(1.0)
    result = _measure(given, buildings=sources["buildings"])
    assert result["table"]["building_coverage"].isna().all()
    assert result["table"]["far"].isna().all()
    assert ("doubt", "buildings") in [(f.kind, f.object_id) for f in result["findings"]]


def test_far_from_ghsl_alone() -> None:
    given = parcels(rect(0, 0, 100, 100), rect(100, 0, 200, 100), group=["VILLAGE", "VILLAGE"])
    # First cell: half built, 6 m; second: nothing built, height 0 = no building.
    surface = layer(np.hstack([np.full((10, 10), 50.0), np.zeros((10, 10))]))
    height = layer([[6.0, 0.0]], cell_m=100)
    table = _measure(given, built_surface=surface, built_height=height)["table"]
    assert table["built_height_m"].tolist() == pytest.approx([6, NAN], nan_ok=True)
    assert table["far"].tolist() == pytest.approx([0.5 * 6 / 3, 0])
    assert table["far_source"].tolist() == ["ghs", "ghs"]


def test_nothing_given_is_all_named() -> None:
    given = parcels(rect(0, 0, 10, 10))
    result = _measure(given)
    assert list(assert_measured(result, given)) == ["parcel_id"]
    lost = ", ".join(f.value for f in result["findings"])
    for column in ("built_share", "built_height_m", "building_coverage", "far"):
        assert column in lost


def test_no_building_and_no_parcel() -> None:
    given = parcels(rect(0, 0, 10, 10))
    none = polygons(height_m=[])
    table = _measure(given, buildings=none, settings=TRUSTING)["table"]
    assert table["building_coverage"].tolist() == [0]
    empty = given.iloc[:0]
    table = _measure(empty, buildings=polygons(shapely.box(0, 0, 1, 1)), settings=TRUSTING)["table"]
    assert table.empty
