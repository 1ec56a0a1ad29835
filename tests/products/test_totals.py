"""Totals add up: towns to the county, inside and outside to all; no zones is not zero."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landuse.products.totals import (
    county_totals,
    place_totals,
    total_columns,
    town_totals,
    zone_totals,
)
from landuse.products.words import FLAGS, ZONES_UNKNOWN_ZH

KEYS = ("all", "assessed", "suspected", *FLAGS, "grade_I", "grade_II", "grade_III")
NAMES = ["town_code", "zone_in", "zone_name", "area_mu", "flag", "grade"]


def parcels(records: list[tuple[object, ...]], *, zones: bool = True) -> pd.DataFrame:
    table = pd.DataFrame(records, columns=NAMES).assign(town_name=lambda rows: rows["town_code"])
    inside = table["zone_in"].astype("boolean")
    return table.assign(
        zone_in=inside if zones else inside.mask(inside.notna()),
        area_mu=table["area_mu"].astype("float64"),
    ).astype(dict.fromkeys(["town_code", "town_name", "zone_name", "flag", "grade"], "str"))


rows = st.lists(
    st.tuples(
        st.sampled_from(["001", "002", "003"]),
        st.booleans(),
        st.sampled_from(["甲区", "乙区", ""]),
        st.floats(0, 1e4),
        st.sampled_from(list(FLAGS)),
        st.sampled_from(["I", "II", "III", ""]),
    ),
    max_size=25,
)


@given(rows, st.booleans())
@settings(max_examples=50, deadline=None)
def test_rows_add_up_to_the_county(records: list[tuple[object, ...]], zones: bool) -> None:
    table = parcels(records, zones=zones)
    total = county_totals(table)
    for totals in (town_totals(table), zone_totals(table), place_totals(table)):
        for name in (f"{key}_{kind}" for key in KEYS for kind in ("count", "mu")):
            assert totals[name].sum() == pytest.approx(total[name]), name
    assert total["all_count"] == len(table)
    assert total["assessed_count"] + total["vetoed_count"] == total["all_count"]
    parts = ("suspected", "none", "insufficient_evidence")
    assert sum(total[f"{part}_mu"] for part in parts) == pytest.approx(total["assessed_mu"])


@given(rows)
@settings(max_examples=50, deadline=None)
def test_inside_and_outside_add_up_in_every_row(records: list[tuple[object, ...]]) -> None:
    table = parcels(records)
    for totals in (town_totals(table), zone_totals(table), county_totals(table).to_frame().T):
        for key in KEYS:
            for kind in ("count", "mu"):
                split = totals[f"{key}_in_{kind}"] + totals[f"{key}_out_{kind}"]
                pd.testing.assert_series_equal(
                    split.astype("float64"), totals[f"{key}_{kind}"].astype("float64"),
                    check_names=False,
                )  # fmt: skip


def test_every_column_is_named_and_every_name_is_a_column() -> None:
    table = parcels([("001", True, "甲区", 1.0, "none", "")])
    names = [column.name for column in total_columns()]
    assert list(town_totals(table).columns) == ["town_code", "town_name", *names]
    plain = [column.name for column in total_columns(split=False)]
    assert list(place_totals(table).columns) == ["place", "place_zh", "place_en", *plain]
    assert list(county_totals(table).index) == names


FOUR = [
    ("001", True, "甲区", 10.0, "suspected_idle", "I"),
    ("001", False, "", 20.0, "suspected_low_efficiency", "II"),
    ("002", False, "", 30.0, "vetoed", ""),
    ("002", True, "甲区", 40.0, "insufficient_evidence", ""),
]


def test_places_of_four_parcels_by_hand() -> None:
    # Inside: 10 suspected of 10 + 40 assessed. Outside: 20 of 20 assessed; 20 of 50 in all.
    # Together: 30 of 70 assessed, 30 of 100.
    places = place_totals(parcels(FOUR)).set_index("place")
    assert places["all_mu"].to_dict() == {"in": 50, "out": 50}
    assert places["assessed_mu"].to_dict() == {"in": 50, "out": 20}
    assert places["suspected_share"].to_dict() == {"in": 0.2, "out": 1.0}
    assert places["suspected_share_all"].to_dict() == {"in": 0.2, "out": 0.4}
    assert places.loc["in", "insufficient_evidence_mu"] == 40
    total = county_totals(parcels(FOUR))
    assert total["suspected_share"] == pytest.approx(30 / 70)
    assert total["suspected_share_all"] == pytest.approx(0.3)
    assert (total["vetoed_in_mu"], total["vetoed_out_mu"]) == (0, 30)


def test_without_zones_the_split_is_unknown_and_not_zero() -> None:
    table = parcels(FOUR, zones=False)
    split = [f"{key}_{place}_{kind}" for key in KEYS for place in ("in", "out")
             for kind in ("count", "mu")]  # fmt: skip
    assert county_totals(table)[split].isna().all()
    assert town_totals(table)[split].isna().all(axis=None)
    zones = zone_totals(table)
    assert zones["zone_name"].tolist() == [ZONES_UNKNOWN_ZH]
    assert zones[split].isna().all(axis=None)
    assert zones["all_mu"].tolist() == [100]
    assert place_totals(table)["place"].tolist() == ["unknown"]
    assert place_totals(table)["suspected_mu"].tolist() == [30]


def test_zones_without_a_parcel_are_a_zero() -> None:
    outside = parcels([row for row in FOUR if not row[1]])
    places = place_totals(outside).set_index("place")
    assert places.loc["in", "all_count"] == 0
    assert pd.isna(places.loc["in", "suspected_share"])
    assert county_totals(outside)["suspected_in_mu"] == 0
