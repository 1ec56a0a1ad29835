"""The plan as a stage: who is asked, what is barred, and a ledger whose sums stay the same."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from shapely import Point

from landuse.plans.proposal import ProposalSettings, propose, scheduled
from landuse.plans.quota import AREAS, rolled_up
from tests.plans.test_consolidation import county

RULES = ProposalSettings(budget=2_000, steps=3, front=3)


def given_county(seed: int = 3, villages: int = 16) -> dict[str, object]:
    rows, sites = county(seed, villages=villages, sites=3)
    ids = rows["village_id"]
    ledger = pd.DataFrame(dict.fromkeys(AREAS, 1.0), index=rows.index)
    ledger.insert(0, "village_id", ids)
    ledger.insert(1, "town_code", np.where(np.arange(len(ids)) % 2, "T1", "T2"))
    ledger["net_quota_mu"] = rows["net_quota_mu"]
    ledger["project"], ledger["year"] = ids, 0
    named = rows.assign(kind="空心村", kinds="空心村", name="", town_name="甲", hazard_near=0.0)
    points = [Point(x, y) for x, y in zip(rows["x"], rows["y"], strict=True)]
    shapes = gpd.GeoDataFrame({"settlement_id": ids}, geometry=points, crs="EPSG:4549")
    return {"villages": named, "quota": ledger, "settlements": shapes, "sites": sites}


def test_households_cost_what_the_settings_say() -> None:
    found = propose(**given_county(), consent=None, settings=RULES)
    plan = found["plan"]
    assert len(plan)
    assert (plan["cost"] == plan["households"] * 25).all()
    assert found["ladder"]["budget"].tolist() == pytest.approx([2_000 / 3, 4_000 / 3, 2_000])
    assert any(item.kind == "absent" for item in found["findings"])


def test_a_village_known_not_to_agree_is_never_in_the_plan() -> None:
    every = propose(**given_county(), consent=None, settings=RULES)["plan"]
    barred = every["village_id"].iloc[0]
    answer = pd.DataFrame({"settlement_id": [barred], "consent_share": [0.5]})
    left = propose(**given_county(), consent=answer, settings=RULES)
    assert barred not in set(left["plan"]["village_id"])
    agreed = answer.assign(consent_share=0.9)
    again = propose(**given_county(), consent=agreed, settings=RULES)["plan"]
    assert again["village_id"].tolist() == every["village_id"].tolist()


def test_without_a_site_the_plan_is_empty_and_says_so() -> None:
    county_ = given_county()
    county_["sites"] = county_["sites"].iloc[:0]
    found = propose(**county_, consent=None, settings=RULES)
    assert found["plan"].empty
    assert found["ladder"]["villages"].eq(0).all()
    assert any("没有可用的安置点" in item.message_zh for item in found["findings"])


def test_who_moves_down_from_the_mountain_may_go_further() -> None:
    """The only site lies 9 km away: beyond 5 km for all, within 20 km for a mountain village."""
    county_ = given_county()
    ids = county_["villages"]["village_id"]
    county_["sites"] = (
        county_["sites"].iloc[:1].assign(x=2_000.0, y=11_000.0, capacity_households=1e4)
    )
    county_["quota"] = county_["quota"].assign(net_quota_mu=10.0)
    assert propose(**county_, consent=None, settings=RULES)["plan"].empty
    county_["villages"].loc[2, "kinds"] = "空心村、下山搬迁村"
    plan = propose(**county_, consent=None, settings=RULES)["plan"]
    assert plan["village_id"].tolist() == [ids[2]]
    near = RULES.model_copy(update={"longest_mountain_m": RULES.longest_mountain_m.set_to(5e3)})
    assert propose(**county_, consent=None, settings=near)["plan"].empty


def test_a_study_file_sets_a_limit_by_a_number_or_with_its_source() -> None:
    bare = ProposalSettings.model_validate({"longest_m": 8_000, "budget": 500})
    assert (bare.longest_m.value, bare.longest_m.unit, bare.longest_m.mark) == (8_000, "m", "P")
    assert bare.longest_m.source == "study file"
    named = ProposalSettings.model_validate(
        {"household_cost": {"value": 31, "source": "县搬迁办", "mark": "V"}}
    )
    assert (named.household_cost.value, named.household_cost.mark) == (31, "V")
    assert named.household_cost.unit == "10,000 yuan a household"
    with pytest.raises(ValidationError):
        ProposalSettings.model_validate({"longest_m": "far"})


@given(seed=st.integers(0, 500), first=st.sampled_from([None, 2026]))
def test_sums_by_town_year_and_project_are_the_sums_by_village(
    seed: int, first: int | None
) -> None:
    parts = given_county(seed, villages=9)
    rules = RULES.model_copy(update={"first_year": first})
    rng = np.random.default_rng(seed)
    plan = pd.DataFrame({"village_id": parts["quota"]["village_id"].iloc[::2]})
    plan["site_id"], plan["step"] = "S1", rng.integers(1, 4, len(plan))
    ledger = scheduled(parts["quota"], plan, settings=rules)
    pd.testing.assert_frame_equal(ledger[list(AREAS)], parts["quota"][list(AREAS)])
    for key in ("town_code", "project", "year"):
        sums = rolled_up(ledger, key)[list(AREAS)].sum()
        np.testing.assert_array_equal(sums.round(2), ledger[list(AREAS)].sum().round(2))
    planned = ledger["village_id"].isin(plan["village_id"])
    assert (ledger.loc[~planned, "project"] == "").all()
    assert (ledger.loc[planned, "year"] >= (first or 0)).all()
