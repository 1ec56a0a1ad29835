"""Non-residential share, building volume, degree of urbanisation, built-up change."""

from __future__ import annotations

import numpy as np
import pytest

from landuse.indicators.measured import Measured
from landuse.indicators.urban import UrbanSettings, measure_urban
from tests.indicators.ground import assert_measured, layer, parcels, rect

NONE = {
    "built_nonres": None,
    "built_volume": None,
    "settlement_degree": None,
    "built_surface_series": None,
}


def measure(shapes: object, **layers: object) -> Measured:
    return measure_urban(parcels=shapes, settings=UrbanSettings(), **(NONE | layers))


def test_volume_and_share_are_the_sums_over_the_parcel_by_its_area() -> None:
    # 100 m cells of 20,000 and 40,000 m3; the parcel covers both whole: 60,000 m3 / 20,000 m2
    volume = layer([[20_000, 40_000]], cell_m=100)
    # 10 m cells, 200 of them, 25 m2 of 100 in each: a quarter
    nonres = layer(np.full((10, 20), 25.0))
    given = parcels(rect(0, 0, 200, 100))
    table = assert_measured(measure(given, built_volume=volume, built_nonres=nonres), given)
    assert table["volume_m3_per_m2"].iloc[0] == pytest.approx(3.0)
    assert table["nonres_share"].iloc[0] == pytest.approx(0.25)


def test_a_parcel_smaller_than_a_cell_is_not_decided_by_it() -> None:
    volume = layer([[20_000, 40_000]], cell_m=100)
    given = parcels(rect(0, 0, 99, 100), rect(100, 0, 200, 100))
    done = measure(given, built_volume=volume)
    table = assert_measured(done, given)
    assert np.isnan(table["volume_m3_per_m2"].iloc[0])
    assert table["volume_m3_per_m2"].iloc[1] == pytest.approx(4.0)
    assert [item.object_id for item in done["findings"] if item.kind == "note"] == ["P0"]


def test_change_is_last_year_minus_first_whatever_the_order_given() -> None:
    early = layer([[1000.0]], cell_m=100, year=1990)
    late = layer([[6000.0]], cell_m=100, year=2020)
    given = parcels(rect(0, 0, 100, 100))
    for series in ([early, late], [late, early]):
        table = assert_measured(measure(given, built_surface_series=series), given)
        assert table["built_first_share"].iloc[0] == pytest.approx(0.1)
        assert table["built_change"].iloc[0] == pytest.approx(0.5)


def test_the_degree_is_that_of_the_cell_at_a_point_of_the_parcel() -> None:
    degree = layer([[30, 13], [11, -200]], cell_m=1000, nodata=-200, dtype=np.int16)
    given = parcels(
        rect(100, 1100, 200, 1200), rect(1100, 1100, 1200, 1200), rect(1100, 100, 1200, 200),
        rect(5000, 5000, 5100, 5100),
    )  # fmt: skip
    table = assert_measured(measure(given, settlement_degree=degree), given)
    assert table["settlement_degree"].tolist()[:2] == [30, 13]
    assert table["settlement_degree"].isna().tolist() == [False, False, True, True]


def test_what_is_absent_has_no_column_and_says_so() -> None:
    given = parcels(rect(0, 0, 100, 100))
    done = measure(given)
    assert list(done["table"].columns) == ["parcel_id"]
    assert {item.object_id for item in done["findings"]} == set(NONE)
