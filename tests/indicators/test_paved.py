"""Sealed ground without buildings, and whether it is kept clear of weeds."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pytest

from landuse.core.layers import Layer
from landuse.indicators.measured import Measured
from landuse.indicators.paved import PavedSettings, measure_paved
from tests.indicators.ground import assert_measured, layer, parcels, polygons, rect

NAN = np.nan
LEGEND = {30: "grass", 50: "built", 60: "bare", 80: "water"}
GIVEN = parcels(rect(0, 0, 40, 10))
NONE = dict.fromkeys(("landcover", "built_surface", "buildings", "vegetation_series"))


def cover(*codes: int) -> Layer:
    return layer([codes], nodata=0, dtype="uint8")


def greens(*rows: list[float]) -> list[Layer]:
    return [layer([row], year=2017 + k) for k, row in enumerate(rows)]


def measure(given: gpd.GeoDataFrame = GIVEN, **layers: Any) -> Measured:
    chosen = NONE | {"landcover": cover(50, 50, 50, 50)} | layers
    return measure_paved(parcels=given, legend=LEGEND, settings=PavedSettings(), **chosen)


def share(**layers: Any) -> float:
    return float(measure(**layers)["table"]["paved_open_share"].iloc[0])


def test_sealed_cells_without_a_building_are_counted() -> None:
    # Sealed, but 25 m2 and 80 m2 of 100 are roof in the first two cells.
    assert share(built_surface=layer([[25, 80, 24, 0]])) == pytest.approx(0.5)
    # Grass, bare ground and water are not sealed.
    roofs = layer([[0, 0, 0, 0]])
    assert share(landcover=cover(50, 30, 60, 80), built_surface=roofs) == pytest.approx(0.25)


def test_footprints_and_built_surface_each_say_where_a_building_is() -> None:
    houses = polygons(rect(0, 0, 10, 2.5))  # a quarter of the first cell
    assert share(buildings=houses) == pytest.approx(0.75)
    assert share(buildings=houses, built_surface=layer([[0, 80, 0, 0]])) == pytest.approx(0.5)


def test_greenness_finds_pavement_the_class_missed_and_green_it_hid() -> None:
    # Called grass but never green: sealed. Called built but green: not. Bare ground is never
    # sealed. Where greenness is not known the class stands.
    land = cover(30, 50, 60, 50)
    years = greens(*[[0.1, 0.5, 0.1, NAN]] * 4)
    roofs = layer([[0, 0, 0, 0]])
    assert share(landcover=land, built_surface=roofs, vegetation_series=years) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("last", "in_use"),
    [
        ([0.1, 0.1, 0.1, 0.1], 1),
        ([0.24, 0.24, 0.24, 0.24], 1),
        ([0.4, 0.4, 0.1, 0.15], 0),  # mean 0.2625: weeds in one year
    ],
)
def test_a_yard_in_use_stays_clear_of_weeds_in_every_year(last: list[float], in_use: int) -> None:
    years = greens(*[[0.1] * 4] * 3, last)
    table = measure(built_surface=layer([[0, 0, 80, 0]]), vegetation_series=years[::-1])["table"]
    assert table["paved_in_use"].tolist() == [in_use]


def test_a_plant_that_fills_its_parcel_is_no_yard() -> None:
    years = greens(*[[0.1] * 4] * 4)
    table = measure(built_surface=layer([[80, 80, 80, 0]]), vegetation_series=years)["table"]
    assert table["paved_open_share"].tolist() == pytest.approx([0.25])
    assert table["paved_in_use"].tolist() == [0]


def test_three_years_show_no_habit() -> None:
    years = greens(*[[0.1] * 4] * 3)
    table = measure(built_surface=layer([[0, 0, 0, 0]]), vegetation_series=years)["table"]
    assert table["paved_in_use"].isna().all()


def test_unknown_ground_is_null() -> None:
    given = parcels(rect(0, 0, 40, 10), rect(0, 0, 10, 10))
    done = measure(given, landcover=cover(50, 0, 0, 0), built_surface=layer([[0, 0, 0, 0]]))
    table = assert_measured(done, given)
    assert table["paved_open_share"].tolist() == pytest.approx([NAN, 1], nan_ok=True)
    assert "P0" in [f.object_id for f in done["findings"]]


def test_each_absent_input_is_named() -> None:
    roofs = layer([[0, 0, 0, 0]])
    done = measure(landcover=None, built_surface=roofs)
    assert list(done["table"]) == ["parcel_id"]
    assert [f.object_id for f in done["findings"]] == ["landcover"]
    assert [f.object_id for f in measure()["findings"]] == ["built_surface or buildings"]
    done = measure(built_surface=roofs)
    assert list(done["table"]) == ["parcel_id", "paved_open_share"]
    assert [(f.kind, f.object_id) for f in done["findings"]] == [
        ("absent", "vegetation_series"), ("doubt", "vegetation_series"),
    ]  # fmt: skip


def test_layers_in_another_crs_are_refused() -> None:
    houses = polygons(rect(0, 0, 10, 10)).set_crs("EPSG:4547", allow_override=True)
    with pytest.raises(ValueError, match="align them first"):
        measure(buildings=houses)
