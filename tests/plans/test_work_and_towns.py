"""Work lists and town sheets: no plot twice, sums of towns and zones are sums over plots."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landuse.plans.incentive import IncentiveSettings
from landuse.plans.matching.match import match_projects
from landuse.plans.matching.terms import MatchSettings
from landuse.plans.whole_area import PARTS, planned, town_sheets
from landuse.plans.worklists import WorkSettings, work_lists
from tests.plans.made_sites import project, site, table

SEEDS = st.integers(0, 10_000)
FLAGS = ["suspected_idle", "suspected_low_efficiency", "none", "vetoed"]
NO_INTENSITY = pd.DataFrame({"level": [], "indicator": [], "zone_name": [], "value": []})
NO_REFUSED = pd.DataFrame({"site_id": [], "reason_zh": []}, dtype="str")


def county(seed: int, count: int = 24) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return random parcels of three towns, and sites: every flagged plot, and pairs of them."""
    rng = np.random.default_rng(seed)
    side = rng.choice(["in", "out", "unknown"], count, p=[0.4, 0.5, 0.1])
    town = rng.integers(1, 4, count)
    parcels = pd.DataFrame({
        "parcel_id": [f"P{k:02d}" for k in range(count)],
        "town_code": [f"33078110{k}" for k in town], "town_name": [f"镇{k}" for k in town],
        "zone_in": pd.array([{"in": True, "out": False}.get(one) for one in side], "boolean"),
        "zone_name": np.where(side == "in", "东区", ""), "flag": rng.choice(FLAGS, count),
        "area_mu": rng.uniform(1, 60, count).round(2), "far": rng.uniform(0, 2, count),
        "group": rng.choice(["IND_IN", "COMM"], count), "grade": "II", "rank": np.arange(count),
    })  # fmt: skip
    parcels["area_m2"] = parcels["area_mu"] * 1e4 / 15
    flagged = parcels[parcels["flag"].isin(FLAGS[:2])]
    ids = flagged["parcel_id"].tolist()
    extra = {"advice": "", "advice_zh": "", "advice_en": "", "advice_basis_zh": "",
             "advice_mark": "P", "first_check_zh": "", "first_check_en": ""}  # fmt: skip
    area = flagged.set_index("parcel_id")["area_mu"]
    towns = flagged.set_index("parcel_id")["town_code"]
    made = [site(f"S-{one}", one, area_mu=area[one], town_code=towns[one], first_choice=False,
                 **extra) for one in ids]  # fmt: skip
    made += [site(f"A-{one}", f"{one};{other}", area_mu=area[one] + area[other],
                  town_code=towns[one], first_choice=True, **extra)
             for one, other in zip(ids[::3], ids[1::3], strict=False)]  # fmt: skip
    return parcels, table(*made) if made else table(site("S")).iloc[:0].assign(**extra)


def both(seed: int) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, pd.DataFrame]]:
    parcels, sites = county(seed)
    rng = np.random.default_rng(seed)
    asked = table(*(project(f"J{k}", area_mu=float(rng.uniform(3, 50))) for k in range(8)))
    return parcels, sites, match_projects(projects=asked, sites=sites, settings=MatchSettings())


@settings(max_examples=15)
@given(seed=SEEDS)
def test_lists_hold_each_suspected_plot_once_and_their_sums_agree(seed: int) -> None:
    parcels, sites, found = both(seed)
    work = work_lists(parcels=parcels, sites=sites, refused=NO_REFUSED, uses=found["uses"],
                      intensity=NO_INTENSITY, settings=WorkSettings())  # fmt: skip
    plots = work["plots"]
    suspected = parcels[parcels["flag"].isin(FLAGS[:2])]
    assert plots["parcel_id"].is_unique
    assert set(plots["parcel_id"]) == set(suspected["parcel_id"])
    total = suspected["area_mu"].sum()
    assert work["towns"]["area_mu"].sum() == pytest.approx(total)
    parts = work["towns"]["idle_mu"] + work["towns"]["low_mu"]
    assert parts.tolist() == pytest.approx(work["towns"]["area_mu"].tolist())
    inside = suspected[suspected["zone_in"].fillna(value=False).astype("bool")]
    assert work["zones"]["area_mu"].sum() == pytest.approx(inside["area_mu"].sum())
    # A plot of a site that a project got is told with that site.
    given_to = found["uses"].query("state == 'given'")["site_id"]
    members = sites[sites["site_id"].isin(given_to)].set_index("site_id")["members"]
    for site_id, text in members.items():
        at = plots.set_index("parcel_id").loc[text.split(";"), "site_id"]
        assert set(at) == {site_id}


@settings(max_examples=15)
@given(seed=SEEDS)
def test_towns_add_up_to_the_county_and_the_reward_to_the_pot(seed: int) -> None:
    parcels, sites, found = both(seed)
    made = town_sheets(parcels=parcels, sites=sites, matched=found["projects"],
                       uses=found["uses"], settings=IncentiveSettings(pot=80))  # fmt: skip
    towns = made["towns"]
    assert towns["town_code"].is_monotonic_increasing
    assert towns["built_mu"].sum() == pytest.approx(parcels["area_mu"].sum())
    placed = found["projects"].query("status == 'placed'")
    assert towns["projects"].sum() == len(placed)
    assert towns["projects_mu"].sum() == pytest.approx(placed["area_mu"].sum())
    assert towns["reward"].sum() == pytest.approx(80 if towns["score"].sum() > 0 else 0)
    assert towns["households_out"].isna().all()
    assert {item.column for _, items in PARTS.values() for item in items} <= set(towns)


@settings(max_examples=15)
@given(seed=SEEDS)
def test_a_plot_counts_once_as_disposed_of_or_redeveloped(seed: int) -> None:
    """Even if it receives a village and belongs to a site given to a project."""
    parcels, sites, found = both(seed)
    idle = parcels.loc[parcels["flag"] == FLAGS[0], "parcel_id"].tolist()
    plan = pd.DataFrame({"site_id": idle, "village_id": idle, "households": 1.0})
    done = planned(parcels, sites, found["uses"], ledger=None, plan=plan)
    used = set(idle) | {
        plot for text in sites[sites["site_id"].isin(
            found["uses"].query("state == 'given'")["site_id"])]["members"]
        for plot in text.split(";")
    }  # fmt: skip
    area = parcels[parcels["parcel_id"].isin(used)]["area_mu"].sum()
    assert done["idle_disposed_mu"].sum() + done["redeveloped_mu"].sum() == pytest.approx(area)


def test_results_that_the_towns_reported_stand_in_for_the_plan() -> None:
    parcels, sites, found = both(3)
    code = parcels["town_code"].iloc[0]
    results = pd.DataFrame({"town_code": [code, "999"], "reclaimed_mu": [40.0, 5.0]})
    made = town_sheets(
        parcels=parcels, sites=sites, matched=found["projects"], uses=found["uses"],
        results=results, settings=IncentiveSettings(),
    )  # fmt: skip
    rows = made["incentive"].set_index("town_code")
    assert rows.loc[code, "reward"] == 100
    assert "填报" in rows.loc[code, "basis_zh"]
    assert [item.value for item in made["findings"] if item.kind == "dropped"] == ["999"]


def test_the_intensity_potential_is_the_area_an_ideal_ratio_would_leave() -> None:
    """60 mu of industry at a ratio of 0.4 would need 24 mu at 1.0: 36 mu are left."""
    parcels, sites = county(1)
    parcels = parcels.iloc[:1].assign(flag=FLAGS[1], group="IND_IN", far=0.4, area_mu=60.0,
                                      area_m2=40_000.0, zone_name="东区",
                                      zone_in=pd.array([True], "boolean"))  # fmt: skip
    one = sites.iloc[:1].assign(members=parcels["parcel_id"].iloc[0])
    uses = match_projects(projects=None, sites=one, settings=MatchSettings())["uses"]
    zones = work_lists(parcels=parcels, sites=one, refused=NO_REFUSED, uses=uses,
                       intensity=NO_INTENSITY, settings=WorkSettings())["zones"]  # fmt: skip
    assert zones["intensity_potential_mu"].tolist() == pytest.approx([36.0])
