"""Electricity of parcels: sums of meters, by ground and by floor; nothing known stays unknown."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from landuse.indicators.electricity import ElectricitySettings, measure_electricity
from landuse.indicators.measured import Measured
from tests.indicators.ground import assert_measured, parcels, rect

NAN = np.nan
METERS = pd.DataFrame(
    {
        "parcel_id": ["P0", "P0", "P0", "P1", "P1", "P2", "P9"],
        "year": [2023, 2023, 2022, 2023, 2023, 2023, 2023],
        "electricity_kwh": [3000.0, 2000.0, 99_000.0, 500.0, NAN, -40.0, 7.0],
    }
)


def _measure(
    given: object, table: pd.DataFrame | None, *, built: pd.DataFrame | None = None
) -> Measured:
    return measure_electricity(
        parcels=given, electricity=table, built=built, settings=ElectricitySettings()
    )


def _far(*values: float) -> pd.DataFrame:
    return pd.DataFrame({"parcel_id": [f"P{i}" for i in range(len(values))], "far": values})


def test_meters_are_summed_over_ground_and_floor() -> None:
    given = parcels(*[rect(0, 0, 100, 100)] * 4)
    result = _measure(given, METERS, built=_far(0.25, 0.5, 0.5, NAN))
    table = assert_measured(result, given)
    # P0: (3000 + 2000) kWh of its latest year on 10,000 m2; P1: one meter is not known;
    # P2: a meter that feeds in is no use; P3: no meter on record, which is not a use of zero.
    assert table["electricity_kwh_m2"].tolist() == pytest.approx([0.5, NAN, NAN, NAN], nan_ok=True)
    # 0.5 kWh a m2 of ground over 0.25 m2 of floor a m2 of ground.
    floor = table["electricity_kwh_floor_m2"].tolist()
    assert floor == pytest.approx([2, NAN, NAN, NAN], nan_ok=True)
    found = [(f.kind, f.object_id, f.value) for f in result["findings"]]
    assert found == [("doubt", "electricity", "1 / 7"), ("doubt", "electricity", "1 / 7")]


def test_without_footprints_the_use_by_floor_is_a_named_absence() -> None:
    given = parcels(rect(0, 0, 100, 100))
    result = _measure(given, METERS)
    assert list(assert_measured(result, given)) == ["parcel_id", "electricity_kwh_m2"]
    assert ("absent", "buildings") in [(f.kind, f.object_id) for f in result["findings"]]


def test_a_parcel_without_floor_has_no_use_by_floor() -> None:
    given = parcels(rect(0, 0, 100, 100))
    table = _measure(given, METERS, built=_far(0.0))["table"]
    assert table["electricity_kwh_floor_m2"].isna().all()


def test_an_absent_table_is_named() -> None:
    given = parcels(rect(0, 0, 100, 100))
    result = _measure(given, None)
    assert list(assert_measured(result, given)) == ["parcel_id"]
    assert [(f.kind, f.object_id) for f in result["findings"]] == [("absent", "electricity")]


@drawn(
    meters=st.lists(
        st.tuples(st.sampled_from(["P0", "P1", "P2"]), st.integers(0, 10**6)), max_size=12
    ),
    order=st.randoms(use_true_random=False),
)
def test_every_kilowatt_hour_is_counted_once_in_any_order(
    meters: list[tuple[str, int]], order: object
) -> None:
    given = parcels(rect(0, 0, 10, 10), rect(20, 0, 30, 10))
    mixed = list(meters)
    order.shuffle(mixed)  # type: ignore[attr-defined]
    tables = [
        _measure(given, pd.DataFrame(rows, columns=["parcel_id", "electricity_kwh"]))["table"]
        for rows in (meters, mixed)
    ]
    pd.testing.assert_frame_equal(*tables)
    # 100 m2 each; meters of P2 name no parcel here.
    total = sum(kwh for parcel, kwh in meters if parcel != "P2")
    assert tables[0]["electricity_kwh_m2"].sum() * 100 == pytest.approx(total)
