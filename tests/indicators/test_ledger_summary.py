"""Totals of the ledger: worked by hand, and parts that add up."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from landuse.indicators.ledger_rules import LAND_STATES
from landuse.indicators.ledger_summary import ledger_summary
from tests.indicators.ground import parcels, rect


def summary(words: list[str | None], zones: list[str], towns: list[str]) -> pd.DataFrame:
    shapes = [rect(200 * k, 0, 200 * k + 100, 100) for k in range(len(words))]
    ground = parcels(
        *shapes, zone_in=[bool(z) for z in zones], zone_name=zones, town_code=towns, town_name=towns
    )
    table = pd.DataFrame({"parcel_id": ground["parcel_id"], "land_state": words})
    return ledger_summary(table, ground).set_index(["level", "name"])


def test_rates_by_hand() -> None:
    words = ["闲置土地", "已供已用", "供地", "批而未供", None]
    told = summary(words, ["Z", "Z", "", "", ""], ["A", "A", "A", "B", "B"])
    county = told.loc[("county", "")]
    # Five parcels of 1 ha: four with a state, three supplied, one of them idle.
    assert (county["parcels"], county["ledger_parcels"]) == (5, 4)
    assert county["supplied_area_m2"] == 30_000
    assert county["idle_area_m2"] == 10_000
    assert county["idle_rate"] == pytest.approx(1 / 3)
    assert county["state_unsupplied_rate"] == pytest.approx(1 / 4)
    assert county["ledger_share"] == pytest.approx(4 / 5)
    assert told.loc[("zone", "Z"), "idle_rate"] == pytest.approx(1 / 2)
    assert told.loc[("outside", ""), "idle_rate"] == 0
    assert pd.isna(told.loc[("town", "B"), "idle_rate"])  # nothing supplied is no rate of zero


@settings(max_examples=15, deadline=None)
@drawn(
    st.lists(
        st.tuples(
            st.sampled_from([None, *LAND_STATES]),
            st.sampled_from(["", "Y", "Z"]),
            st.sampled_from(["A", "B"]),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_the_parts_make_the_whole(given: list[tuple[str | None, str, str]]) -> None:
    told = summary(*map(list, zip(*given, strict=True)))  # type: ignore[arg-type]
    areas = [name for name in told if name.endswith("area_m2")]
    county = told.loc[("county", ""), areas].astype(float)
    for levels in (["inside", "outside"], ["town"], ["zone", "outside"]):
        parts = told.loc[told.index.get_level_values("level").isin(levels), areas].sum()
        assert parts.to_numpy(float) == pytest.approx(county.to_numpy())
    states = [f"state_{stem}_area_m2" for stem in LAND_STATES.values()]
    assert county[states].sum() == pytest.approx(county["ledger_area_m2"])


def test_another_order_of_parcels_is_refused() -> None:
    ground = parcels(rect(0, 0, 9, 9), rect(20, 0, 29, 9))
    table = pd.DataFrame({"parcel_id": ["P1", "P0"], "land_state": [None, None]})
    with pytest.raises(ValueError, match="order"):
        ledger_summary(table, ground)
