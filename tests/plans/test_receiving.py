"""Receiving sites: each filter by hand, what is not checked is said, order changes nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landuse.plans.receiving import LINES, ReceivingSettings, receiving_sites

GOOD = {"flag": "suspected_idle", "area_m2": 5_000.0, "x": 0.0, "y": 0.0, "slope_deg": 3.0,
        "town_distance_m": 900.0, "growth_boundary_share": 1.0,
        **dict.fromkeys(LINES, 0.0)}  # fmt: skip


def screened(*rows: dict[str, object]) -> dict[str, pd.DataFrame]:
    frame = pd.DataFrame([{"parcel_id": f"P{k}"} | GOOD | row for k, row in enumerate(rows)])
    return receiving_sites(parcels=frame, settings=ReceivingSettings())


def test_a_good_site_holds_a_household_for_every_200_m2() -> None:
    found = screened({"area_m2": 5_390.0})
    row = found["sites"].iloc[0]
    assert (row["capacity_households"], row["unchecked"]) == (26, "")  # 26.95
    assert found["refused"].empty
    assert found["findings"] == []


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ({"eco_redline_share": 0.01}, "位于生态保护红线"),
        ({"prime_farmland_share": 0.2}, "位于永久基本农田"),
        ({"hazard_share": 0.1, "slope_deg": 30.0}, "位于地质灾害易发区"),
        ({"slope_deg": 8.1}, "坡度过大"),
        ({"growth_boundary_share": 0.4}, "不在城镇开发边界内"),
        ({"town_distance_m": 6_000.0}, "离城镇过远"),
        ({"area_m2": 900.0}, "面积过小"),
    ],
)
def test_the_first_rule_refuses_and_is_named(row: dict[str, object], rule: str) -> None:
    found = screened(row, {})
    assert found["refused"][["site_id", "rule_zh"]].to_numpy().tolist() == [["P0", rule]]
    assert found["sites"]["site_id"].tolist() == ["P1"]


def test_only_idle_land_and_a_missing_line_is_said_not_replaced() -> None:
    frame = pd.DataFrame([{"parcel_id": "a"} | GOOD, {"parcel_id": "b"} | GOOD | {"flag": "none"}])
    made = receiving_sites(
        parcels=frame.drop(columns=["prime_farmland_share", "growth_boundary_share"]),
        settings=ReceivingSettings(),
    )
    assert made["sites"]["site_id"].tolist() == ["a"]
    assert made["sites"]["unchecked"].tolist() == ["未核对：永久基本农田、城镇开发边界"]
    assert len(made["findings"]) == 2
    null = screened({"slope_deg": np.nan})
    assert null["sites"]["unchecked"].tolist() == ["未核对：坡度"]


@given(
    areas=st.lists(st.floats(100, 50_000), min_size=1, max_size=8),
    order=st.randoms(use_true_random=False),
)
def test_every_parcel_is_a_site_or_refused_in_any_order(areas: list[float], order: object) -> None:
    frame = pd.DataFrame(
        [{"parcel_id": f"P{k}"} | GOOD | {"area_m2": area} for k, area in enumerate(areas)]
    )
    mixed = list(range(len(frame)))
    order.shuffle(mixed)  # type: ignore[attr-defined]
    one = receiving_sites(parcels=frame, settings=ReceivingSettings())
    two = receiving_sites(parcels=frame.iloc[mixed], settings=ReceivingSettings())
    for name in ("sites", "refused"):
        pd.testing.assert_frame_equal(one[name], two[name])
    assert len(one["sites"]) + len(one["refused"]) == len(frame)
    assert (one["sites"]["capacity_households"] * 200 <= one["sites"]["area_m2"]).all()
