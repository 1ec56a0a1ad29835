"""Potential and quota: caps, identities, sums by any key equal to the last digit, by hand."""

from __future__ import annotations

import tomllib

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landuse.plans.potential import METHODS, PotentialSettings, consolidation_potential
from landuse.plans.quota import AREAS, QuotaSettings, check_identities, quota_ledger, rolled_up
from landuse.plans.reclaim import ReclaimRules, reclamation
from landuse.scores.model import ScoreModel
from tests.made import ROOT

NAN = np.nan
MODEL = ScoreModel.model_validate(
    tomllib.loads((ROOT / "landuse/scores/models/china_reclaim.toml").read_text(encoding="utf-8"))
)
USES = ["水田", "旱地", "园地", "林地（复绿）", "保留建设"]


def potential(**columns: list[float]) -> pd.DataFrame:
    size = len(next(iter(columns.values())))
    frame = pd.DataFrame({"village_id": [f"V{k}" for k in range(size)]} | columns)
    return consolidation_potential(villages=frame, settings=PotentialSettings())["potential"]


def ledger(frame: pd.DataFrame) -> pd.DataFrame:
    return quota_ledger(villages=frame, settings=QuotaSettings())["ledger"]


def test_three_methods_by_hand() -> None:
    row = potential(area_m2=[30_000.0], population_est=[50.0], households_est=[40.0],
                    hollow_share=[0.4]).iloc[0]  # fmt: skip
    # 30,000 - 120 x 50 = 24,000; 0.7 x 30,000 - 140 x 40 = 15,400; 0.4 x 30,000 = 12,000.
    assert row[list(METHODS)].tolist() == pytest.approx([24_000, 15_400, 12_000])
    # The least, 12,000 m2 = 18 mu; urgency is not known, so half of it comes true.
    assert row["potential_mu"] == pytest.approx(9)
    assert (row["potential_low_mu"], row["potential_high_mu"]) == pytest.approx((5.4, 12.6))


def test_where_homesteads_are_mapped_only_they_count() -> None:
    """Of an outline of 30,000 m2 the plots hold 12,000: 12,000 - 120 x 50 = 6,000 m2 a person."""
    row = potential(area_m2=[30_000.0], homestead_m2=[12_000.0], population_est=[50.0]).iloc[0]
    assert row["potential_percapita_m2"] == pytest.approx(6_000)
    frame = villages([(30_000.0, 10, 3.0, "旱地", "甲")] * 2).assign(homestead_m2=[12_000.0, NAN])
    # 12,000 m2 = 18 mu; not mapped: the outline, 45 mu.
    assert ledger(frame)["cleared_mu"].tolist() == [18.0, 45.0]


def test_a_part_of_a_household_is_rehoused_as_a_whole_one() -> None:
    frame = villages([(9_000.0, 3, 3.0, "旱地", "甲")] * 2).assign(households_est=[2.1, 3.0])
    # 3 x 200 m2 = 0.9 mu in both.
    assert ledger(frame)["resettlement_mu"].tolist() == [0.9, 0.9]


def test_nothing_known_is_null_and_no_method_is_below_zero() -> None:
    table = potential(area_m2=[10_000.0, NAN, 10_000.0], population_est=[900.0, 9.0, NAN])
    assert table["potential_percapita_m2"].tolist() == pytest.approx([0, NAN, NAN], nan_ok=True)
    assert table["potential_mu"].tolist() == pytest.approx([0, NAN, NAN], nan_ok=True)


amounts = st.floats(0, 1e5, allow_nan=False)


@given(area=st.floats(1, 1e6), people=amounts, homes=amounts, hollow=st.floats(0, 1))
def test_potential_lies_within_the_land_and_falls_with_people(
    area: float, people: float, homes: float, hollow: float
) -> None:
    table = potential(area_m2=[area] * 2, population_est=[people, people + 10],
                      households_est=[homes] * 2, hollow_share=[hollow] * 2)  # fmt: skip
    theory = table["potential_theory_m2"]
    assert ((theory >= 0) & (theory <= area)).all()
    assert theory.iloc[1] <= theory.iloc[0]
    assert (table["potential_low_mu"] <= table["potential_mu"] + 1e-9).all()
    assert (table["potential_mu"] <= table["potential_high_mu"] + 1e-9).all()


rows = st.lists(
    st.tuples(st.floats(500, 90_000), st.integers(0, 90), st.floats(0, 40),
              st.sampled_from(USES), st.sampled_from("甲乙丙")),
    max_size=12,
)  # fmt: skip


def villages(listed: list[tuple[float, int, float, str, str]]) -> pd.DataFrame:
    frame = pd.DataFrame(
        listed, columns=["area_m2", "households_est", "slope_deg", "reclaim_to", "town_code"]
    )
    frame["village_id"] = [f"V{k:02d}" for k in range(len(frame))]
    return frame


def test_the_ledger_by_hand() -> None:
    # 20,000 m2 = 30 mu; 90 % becomes dry field: 27. 20 households x 200 m2 = 4,000 m2 = 6 mu.
    # 5 % stays with the village: 1.35. Net quota 27 - 6 - 1.35 = 19.65; cropland 27 - 6 / 2 = 24.
    row = ledger(villages([(20_000.0, 20, 5.0, "旱地", "甲")])).iloc[0]
    wanted = {"cleared_mu": 30, "reclaimed_cropland_mu": 27, "resettlement_mu": 6,
              "reserved_mu": 1.35, "net_quota_mu": 19.65, "net_cropland_mu": 24,
              "reclaimed_paddy_mu": 0, "steep_mu": 0, "not_reclaimed_mu": 3}  # fmt: skip
    assert {name: row[name] for name in wanted} == pytest.approx(wanted)
    assert "未核对永农" in row["prime_farmland"]
    # Above 25 degrees nothing becomes cropland: all is taken off.
    steep = ledger(villages([(20_000.0, 20, 30.0, "旱地", "甲")])).iloc[0]
    assert (steep["steep_mu"], steep["reclaimed_cropland_mu"]) == (30, 0)
    assert steep["net_quota_mu"] == pytest.approx(-6)


@given(listed=rows, order=st.randoms(use_true_random=False))
def test_identities_hold_and_sums_agree_to_the_last_digit(
    listed: list[tuple[float, int, float, str, str]], order: object
) -> None:
    frame = villages(listed)
    table = ledger(frame)
    check_identities(table)
    whole = (table[list(AREAS)] * 100).round().astype("int64").sum()
    for by in ("town_code", "project", "year"):
        sums = rolled_up(table, by)
        assert (sums[list(AREAS)] * 100).round().astype("int64").sum().equals(whole)
        assert sums["villages"].sum() == len(table)
    mixed = list(range(len(frame)))
    order.shuffle(mixed)  # type: ignore[attr-defined]
    again = ledger(frame.iloc[mixed]).sort_values("village_id", ignore_index=True)
    pd.testing.assert_frame_equal(again, table, check_dtype=False)


def test_a_broken_identity_is_a_fault_of_ours() -> None:
    table = ledger(villages([(20_000.0, 20, 5.0, "旱地", "甲")]))
    with pytest.raises(ArithmeticError, match="net = "):
        check_identities(table.assign(net_quota_mu=99.0))


def reclaimed(**columns: object) -> pd.DataFrame:
    base = {"village_id": ["V0"], "area_mu": [20.0], "slope_deg": [3.0], "road_distance_m": [50.0]}
    found = {"settlement_id": ["V0"], "crop_joined_ha": [9.0], "forest_around_share": [0.1],
             "water_distance_m": [100.0]}  # fmt: skip
    base |= {name: [value] for name, value in columns.items() if name in base}
    found |= {name: [value] for name, value in columns.items() if name in found}
    rules = ReclaimRules(score_model=MODEL)
    return reclamation(villages=pd.DataFrame(base), measured=pd.DataFrame(found), settings=rules)[
        "reclaim"
    ]


@pytest.mark.parametrize(
    ("columns", "use"),
    [
        ({}, "水田"),
        ({"water_distance_m": 900.0}, "旱地"),
        ({"slope_deg": 9.0}, "旱地"),
        ({"slope_deg": 26.0}, "林地（复绿）"),
        ({"forest_around_share": 0.8}, "林地（复绿）"),
        ({"crop_joined_ha": 0.0, "slope_deg": 12.0, "water_distance_m": 900.0}, "园地"),
        ({"crop_joined_ha": 0.0, "slope_deg": 24.0, "water_distance_m": 9e3,
          "road_distance_m": 9e3, "area_mu": 1.0}, "保留建设"),
    ],
)  # fmt: skip
def test_what_ground_may_become(columns: dict[str, float], use: str) -> None:
    assert reclaimed(**columns)["reclaim_to"].tolist() == [use]


def test_without_evidence_no_use_is_named() -> None:
    row = reclaimed(slope_deg=NAN, crop_joined_ha=NAN, water_distance_m=NAN).iloc[0]
    assert (row["reclaim_to"], row["reclaim_zh"]) == ("", "")
    assert np.isnan(row["rsi"])


@given(slope=st.floats(0, 40), more=st.floats(0, 20))
def test_steeper_ground_is_never_more_suitable(slope: float, more: float) -> None:
    flat, steep = reclaimed(slope_deg=slope), reclaimed(slope_deg=slope + more)
    assert steep["rsi"].iloc[0] <= flat["rsi"].iloc[0] + 1e-9
    if slope + more > 25:
        assert steep["reclaim_to"].iloc[0] == "林地（复绿）"
