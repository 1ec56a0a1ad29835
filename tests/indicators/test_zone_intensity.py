"""Zone intensity: six parcels by hand, named absences, and sums that add up."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landuse.indicators.zone_intensity import measure_zone_intensity
from landuse.indicators.zone_intensity_terms import TERMS, IntensitySettings

MU = 10_000 / 15

SIX = pd.DataFrame(
    {
        "zone_in": [True] * 5 + [False],
        "zone_name": ["甲区"] * 4 + ["乙区", ""],
        "group": ["IND_IN", "IND_IN", "URBAN_RES", "IND_IN", "IND_IN", "IND_OUT"],
        "area_m2": [30 * MU, 10 * MU, 20 * MU, 40 * MU, 10 * MU, 99 * MU],
        "built_share": [0.6, 0.5, 0.9, 0.1, 0.8, 0.9],
        "far": [1.0, 0.6, 2.0, 0.0, 1.2, 9.0],
        "building_coverage": [0.4, 0.2, 0.5, 0.0, 0.6, 0.9],
        "tax_per_mu": [10.0, np.nan, np.nan, np.nan, 6.0, 99.0],
        "land_state": ["已供已用", "用而未尽", None, "闲置土地", "批而未供", "闲置土地"],
    }
)


def measure(parcels: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return measure_zone_intensity(parcels=parcels, settings=IntensitySettings())


def values(parcels: pd.DataFrame, zone: str = "甲区") -> pd.DataFrame:
    table = measure(parcels)["table"]
    return table[table["zone_name"] == zone].set_index("indicator")


@pytest.mark.parametrize(
    ("indicator", "expected", "coverage"),
    [
        # Of 100 mu in 甲区 the third parcel (20 mu) has no ledger row: known 80.
        ("supply_rate", 1.0, 0.8),  # 30 + 10 + 40 supplied, none approved but not supplied
        ("built_rate", 40 / 80, 0.8),  # built of the supplied: 30 + 10
        ("idle_rate", 40 / 80, 0.8),
        # Built up: 30 + 10 + 20 = 60, the fourth is not (0.1 < 1/3) and counts as known.
        ("industrial_rate", 40 / 60, 1.0),
        ("far", (30 * 1.0 + 10 * 0.6 + 20 * 2.0) / 60, 1.0),
        ("coverage", (30 * 0.4 + 10 * 0.2 + 20 * 0.5) / 60, 1.0),
        ("industrial_far", (30 * 1.0 + 10 * 0.6) / 40, 1.0),
        ("industrial_coverage", (30 * 0.4 + 10 * 0.2) / 40, 1.0),
        # Tax known of 30 of the 40 mu of built-up industry: 300 over 30; 10 mu of 100 unknown.
        ("industrial_tax", 300 / 30, 0.9),
    ],
)
def test_the_zone_of_four_parcels_by_hand(indicator: str, expected: float, coverage: float) -> None:
    row = values(SIX).loc[indicator]
    assert row["value"] == pytest.approx(expected)
    assert row["coverage"] == pytest.approx(coverage)
    assert row["numerator"] / row["denominator"] == pytest.approx(expected)
    assert row["reason_zh"] == ""


def test_units_of_sums() -> None:
    tax, far = values(SIX).loc["industrial_tax"], values(SIX).loc["far"]
    assert (tax["numerator"], tax["denominator"]) == (pytest.approx(300), pytest.approx(30))
    assert (tax["numerator_unit"], tax["denominator_unit"]) == ("万元", "亩")
    assert far["denominator"] == pytest.approx(60 * MU)


def test_a_zone_with_nothing_to_count_says_so() -> None:
    # 乙区: one parcel, approved but not supplied: nothing supplied, so no rate of it.
    rows = values(SIX, "乙区")
    assert rows.loc["supply_rate", "value"] == 0
    assert np.isnan(rows.loc["idle_rate", "value"])
    assert rows.loc["idle_rate", "reason_zh"] == "没有可计的用地"


def test_fixed_assets_are_a_named_absence() -> None:
    row = values(SIX).loc["industrial_assets"]
    assert np.isnan(row["value"])
    assert row["coverage"] == 0
    assert "固定资产" in row["reason_zh"]
    assert [one.value for one in measure(SIX)["findings"]] == ["工业用地固定资产投入强度"]


@pytest.mark.parametrize("how", ["no column", "all null"])
def test_without_a_ledger_nothing_is_said_of_supply_or_idleness(how: str) -> None:
    bare = SIX.drop(columns="land_state") if how == "no column" else SIX.assign(land_state=None)
    rows = values(bare)
    for code in ("supply_rate", "built_rate", "idle_rate"):
        assert rows.loc[code, ["value", "numerator", "denominator"]].isna().all()
        assert rows.loc[code, "reason_zh"] == "缺少资料：供地台账"
    assert rows.loc["far", "value"] > 0


def test_a_zone_less_than_half_known_has_no_value_but_shows_its_sums() -> None:
    sparse = SIX.assign(far=[1.0, np.nan, np.nan, 0.0, 1.2, 9.0],
                        built_share=[0.6, 0.5, 0.9, np.nan, 0.8, 0.9])  # fmt: skip
    row = values(sparse).loc["far"]
    # Known: the first parcel alone, 30 of 100.
    assert row["coverage"] == pytest.approx(0.3)
    assert np.isnan(row["value"])
    assert row["reason_zh"] == "已知面积不足 50%"
    assert row["numerator"] == pytest.approx(30 * MU)


def test_parcels_of_unknown_class_and_villages() -> None:
    # Land use not supplied: no industrial share; a village homestead is not urban construction.
    unclassed = values(SIX.assign(group="ALL"))
    assert unclassed.loc["industrial_rate", "reason_en"] == "not supplied: land use"
    assert unclassed.loc["far", "value"] > 0
    village = values(SIX.assign(group=["IND_IN", "IND_IN", "VILLAGE", "IND_IN", "IND_IN", "ALL"]))
    assert village.loc["far", "value"] == pytest.approx((30 * 1.0 + 10 * 0.6) / 40)


def test_the_type_is_a_hint_from_shares() -> None:
    zones = measure(SIX)["zones"].set_index("zone_name")
    # 甲区: 40 of 60 industrial, 20 of 60 residential; 乙区: industry alone.
    assert zones.loc["甲区", "industrial_share"] == pytest.approx(2 / 3)
    assert zones["kind"].to_dict() == {"甲区": "mixed", "乙区": "industrial"}
    assert zones["kind_zh"].str.contains("示意").all()
    assert zones.loc["甲区", ["parcels", "area_m2"]].tolist() == [4, pytest.approx(100 * MU)]
    unknown = measure(SIX.drop(columns="group"))["zones"]
    assert unknown["kind"].tolist() == ["", ""]


@pytest.mark.parametrize(
    ("industrial", "residential", "kind"),
    [(0.53, 0.18, "mixed"), (0.55, 0.07, "industrial"), (0.74, 0.01, "industrial")],
)
def test_the_published_examples_fall_on_their_sides(
    industrial: float, residential: float, kind: str
) -> None:
    """Examples of domain.md §1.4."""
    rest = 1 - industrial - residential
    zone = pd.DataFrame(
        {
            "zone_in": True, "zone_name": "例区", "built_share": 1.0,
            "group": ["IND_IN", "URBAN_RES", "COMM"],
            "area_m2": [1e6 * industrial, 1e6 * residential, 1e6 * rest],
        }
    )  # fmt: skip
    assert measure(zone)["zones"]["kind"].tolist() == [kind]


@pytest.mark.parametrize(
    ("zone_in", "kind", "said"),
    [(pd.NA, "absent", "zones not supplied"), (False, "note", "no parcel lies in a zone")],
)
def test_without_zones_there_is_no_table(zone_in: object, kind: str, said: str) -> None:
    made = measure(SIX.assign(zone_in=pd.array([zone_in] * 6, dtype="boolean")))
    assert made["table"].empty
    assert made["zones"].empty
    assert [one.kind for one in made["findings"]] == [kind]
    assert said in made["findings"][0].message_en


share = st.one_of(st.none(), st.floats(0, 1))
rows = st.lists(
    st.tuples(
        st.sampled_from(["甲", "乙", "丙"]),
        st.sampled_from(["IND_IN", "URBAN_RES", "COMM", "VILLAGE", "OTHER"]),
        st.floats(1, 1e6), share, st.one_of(st.none(), st.floats(0, 5)), share,
        st.one_of(st.none(), st.floats(0, 100)),
        st.sampled_from([None, "供地", "已供已用", "闲置土地", "批而未供", "农转用"]),
    ),
    min_size=1, max_size=20,
)  # fmt: skip
NAMES = ["zone_name", "group", "area_m2", "built_share", "far", "building_coverage", "tax_per_mu",
         "land_state"]  # fmt: skip


@given(rows)
@settings(max_examples=40, deadline=None)
def test_zones_add_up_and_shares_stay_shares(records: list[tuple[object, ...]]) -> None:
    parcels = pd.DataFrame(records, columns=NAMES).assign(zone_in=True)
    made = measure(parcels)
    table = made["table"]
    assert list(table["indicator"][: len(TERMS)]) == [term.code for term in TERMS]
    assert made["zones"]["area_m2"].sum() == pytest.approx(parcels["area_m2"].sum())
    for _, rows_ in table.groupby("indicator"):
        whole, zones = rows_[rows_["level"] == "all"], rows_[rows_["level"] == "zone"]
        for name in ("numerator", "denominator"):
            assert zones[name].sum() == pytest.approx(np.nan_to_num(whole[name].iloc[0]))
    assert table["coverage"].between(0, 1 + 1e-9).all()
    assert (table["value"].isna() == (table["reason_zh"] != "")).all()
    shares = table[(table["unit"] == "%") & table["value"].notna()]["value"]
    assert shares.between(0, 1 + 1e-9).all()
    shuffled = measure(parcels.sample(frac=1, random_state=1))["table"]
    pd.testing.assert_frame_equal(shuffled, table)


def test_every_indicator_names_formula_source_and_mark() -> None:
    for term in TERMS:
        assert all((term.zh, term.en, term.unit, term.formula_zh, term.formula_en, term.source))
        assert term.mark in {"V", "V-weak", "M", "P"}
