"""Surface temperature against the parcel's peers."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from landuse.indicators.heat import HeatSettings, measure_heat
from landuse.indicators.measured import Measured
from tests.indicators.ground import assert_measured, layer, parcels, rect

NAN = np.nan
KELVIN = [310.0, 311, 312, 313, 318]


def line(count: int, **columns: Any) -> gpd.GeoDataFrame:
    """Return parcels of 1 ha that are whole cells of a line."""
    return parcels(*[rect(100 * k, 0, 100 * k + 100, 100) for k in range(count)], **columns)


def measure(given: gpd.GeoDataFrame, values: list[float], *, peers: float = 3) -> Measured:
    chosen = HeatSettings()
    return measure_heat(
        parcels=given,
        surface_temperature=layer([values], cell_m=100),
        settings=chosen.model_copy(update={"minimum_peers": chosen.minimum_peers.set_to(peers)}),
    )


def test_the_median_of_the_peers_is_taken_off() -> None:
    given = line(5)
    table = assert_measured(measure(given, KELVIN), given)
    assert table["lst_anomaly_k"].tolist() == pytest.approx([-2, -1, 0, 1, 6])


@settings(max_examples=20, deadline=None)
@drawn(shift=st.floats(-20, 20), celsius=st.booleans())
def test_only_differences_count_whatever_the_unit(shift: float, celsius: bool) -> None:
    values = [value + shift - (273.15 if celsius else 0) for value in KELVIN]
    done = measure(line(5), values)
    assert done["table"]["lst_anomaly_k"].tolist() == pytest.approx([-2, -1, 0, 1, 6])
    assert done["findings"] == []


def test_peers_are_of_the_same_group_and_the_same_zone_or_town() -> None:
    values = [310.0, 311, 312, 320, 321, 325, 300, 301, 302]
    given = line(
        9,
        group=["IND"] * 6 + ["COMM"] * 3,
        zone_in=[True] * 3 + [False] * 6,
        zone_name=["Z"] * 3 + [""] * 6,
        town_code=["T"] * 9,
    )
    table = measure(given, values)["table"]
    # Medians: 311 in the zone, 321 of the industry outside it, 301 of the shops.
    found = table["lst_anomaly_k"].tolist()
    assert found == pytest.approx([-1, 0, 1, -1, 0, 4, -1, 0, 1])


def test_few_peers_nearby_widen_the_comparison_with_a_note() -> None:
    given = line(5, town_code=["A", "A", "A", "A", "B"])
    done = measure(given, KELVIN)
    # In A the median is 311.5; the one in B is compared with all five: 312.
    found = done["table"]["lst_anomaly_k"].tolist()
    assert found == pytest.approx([-1.5, -0.5, 0.5, 1.5, 6])
    assert [(f.kind, f.object_id) for f in done["findings"]] == [("note", "P4")]


def test_too_few_peers_anywhere_leave_it_null() -> None:
    done = measure(line(5), KELVIN, peers=6)
    assert done["table"]["lst_anomaly_k"].isna().all()
    assert {f.object_id for f in done["findings"]} == {"P0", "P1", "P2", "P3", "P4"}


def test_a_parcel_below_one_hectare_is_neither_judged_nor_a_peer() -> None:
    given = parcels(
        *[rect(100 * k, 0, 100 * k + 100, 100) for k in range(4)], rect(400, 0, 499, 100)
    )
    done = measure(given, KELVIN)
    # Median of the four large ones: 311.5.
    expected = [-1.5, -0.5, 0.5, 1.5, NAN]
    assert done["table"]["lst_anomaly_k"].tolist() == pytest.approx(expected, nan_ok=True)
    assert [(f.kind, f.object_id) for f in done["findings"]] == [("note", "P4")]


def test_cells_that_are_no_temperature_are_unknown_and_counted() -> None:
    # 149 K is what the fill value of the product becomes when it is scaled.
    done = measure(line(5), [310.0, 311, 312, 149, 318])
    found = done["table"]["lst_anomaly_k"].tolist()
    assert found == pytest.approx([-1.5, -0.5, 0.5, NAN, 6.5], nan_ok=True)
    assert ("surface_temperature", "1") in [(f.object_id, f.value) for f in done["findings"]]


def test_absent_temperature_is_named() -> None:
    done = measure_heat(parcels=line(1), surface_temperature=None, settings=HeatSettings())
    assert list(done["table"]) == ["parcel_id"]
    assert [(f.kind, f.object_id) for f in done["findings"]] == [("absent", "surface_temperature")]
