"""The plan against brute force on 12 villages; laws of the ladder, the front, what to relax."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from landuse.plans.consolidation import PlanSettings, Problem, problem, solve
from landuse.plans.ladder import budget_ladder, pareto
from landuse.plans.relax import to_relax

SEEDS = st.integers(0, 10_000)


def county(seed: int, *, villages: int = 12, sites: int = 2) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return random villages and sites, a few kilometres across."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "village_id": [f"V{k:02d}" for k in range(villages)],
            "net_quota_mu": rng.integers(-3, 40, villages).astype("float64"),
            "cost": rng.integers(50, 400, villages).astype("float64"),
            "households_est": rng.integers(4, 40, villages).astype("float64"),
            "population_est": rng.integers(0, 90, villages).astype("float64"),
            "in_hazard": rng.integers(0, 2, villages).astype("float64"), "longest_m": 3_000.0,
            "x": rng.uniform(0, 4_000, villages), "y": rng.uniform(0, 4_000, villages),
        }
    )  # fmt: skip
    places = pd.DataFrame(
        {
            "site_id": [f"S{k}" for k in range(sites)],
            "capacity_households": rng.integers(20, 90, sites).astype("float64"),
            "x": rng.uniform(0, 4_000, sites), "y": rng.uniform(0, 4_000, sites),
        }
    )  # fmt: skip
    return frame, places


def exact(**more: object) -> PlanSettings:
    return PlanSettings(gap=0.0, **({"budget": 900.0} | more))


def feasible(given_: Problem, rules: PlanSettings) -> list[tuple[int, ...]]:
    """Return every plan that keeps the rules, as the pair of each village or -1."""
    options = [[-1, *np.flatnonzero(given_.village == v).tolist()]
               for v in range(len(given_.village_ids))]  # fmt: skip
    found = []
    for plan in product(*options):
        pairs = np.array([pair for pair in plan if pair >= 0], dtype=int)
        chosen = given_.village[pairs]
        load = np.bincount(given_.site[pairs], given_.households[chosen], len(given_.site_ids))
        if (
            (load <= given_.capacity).all()
            and given_.cost[chosen].sum() <= rules.budget
            and (given_.quota[chosen].sum() >= rules.quota_least)
        ):
            found.append(tuple(pairs.tolist()))
    return found


def worth_by(objective: str, given_: Problem) -> np.ndarray:
    """Return what a village adds: the definitions of decision 0021, written a second time."""
    bought = given_.quota.clip(0).sum()
    return {
        "quota": given_.quota,
        "hazard": given_.hazard + 1e-3 * given_.quota,
        "cost_per_mu": given_.quota - given_.cost * 0.5 * bought / given_.cost.sum(),
        "fewest_households": given_.quota
        - given_.households * 0.5 * bought / given_.households.sum(),
    }[objective]


@pytest.mark.parametrize("objective", ["quota", "hazard", "cost_per_mu", "fewest_households"])
@settings(max_examples=12)
@given(seed=SEEDS)
def test_the_optimum_is_that_of_brute_force(objective: str, seed: int) -> None:
    chosen_ = exact(objective=objective)
    given_ = problem(*county(seed, villages=8), settings=chosen_)
    worth = worth_by(objective, given_)
    best = max(worth[given_.village[list(plan)]].sum() for plan in feasible(given_, chosen_))
    found = solve(given_, settings=chosen_)
    assert found is not None
    # The shorter way tells equal plans apart by at most a millionth of the best a pair.
    assert worth[given_.village[found.pairs]].sum() == pytest.approx(best, rel=2e-5, abs=1e-3)


def test_twelve_villages_against_brute_force() -> None:
    chosen_ = exact(budget=1_100.0)
    given_ = problem(*county(7, villages=12), settings=chosen_)
    assert len(given_.village_ids) >= 9
    best = max(given_.quota[given_.village[list(plan)]].sum()
               for plan in feasible(given_, chosen_))  # fmt: skip
    found = solve(given_, settings=chosen_)
    assert found is not None
    assert found.quota == pytest.approx(best)


@settings(max_examples=20)
@given(seed=SEEDS, order=st.randoms(use_true_random=False))
def test_rules_are_kept_and_the_order_of_rows_changes_nothing(seed: int, order: object) -> None:
    chosen_ = exact()
    villages, sites = county(seed, villages=20, sites=4)
    given_ = problem(villages, sites, settings=chosen_)
    found = solve(given_, settings=chosen_)
    assert found is not None
    chosen = given_.village[found.pairs]
    assert len(set(chosen.tolist())) == len(chosen)
    load = np.bincount(given_.site[found.pairs], given_.households[chosen], len(given_.site_ids))
    assert (load <= given_.capacity + 1e-9).all()
    assert found.cost <= chosen_.budget + 1e-6
    assert (given_.way_m[found.pairs] <= given_.longest_m[chosen]).all()
    mixed = list(range(len(villages)))
    order.shuffle(mixed)  # type: ignore[attr-defined]
    again = problem(villages.iloc[mixed], sites.iloc[::-1], settings=chosen_)
    other = solve(again, settings=chosen_)
    assert other is not None
    assert other.pairs.tolist() == found.pairs.tolist()


@settings(max_examples=20)
@given(seed=SEEDS)
def test_a_village_once_chosen_stays_and_nesting_has_a_price(seed: int) -> None:
    chosen_ = exact()
    given_ = problem(*county(seed, villages=14, sites=3), settings=chosen_)
    budgets = [200.0, 500.0, 900.0, 1_500.0]
    ladder, plan = budget_ladder(given_, budgets, settings=chosen_)
    assert (ladder["nesting_price"] >= -1e-6).all()
    assert ladder["quota_mu"].is_monotonic_increasing
    assert ladder["next_quota_mu"].sum() == pytest.approx(ladder["quota_mu"].iloc[-1])
    assert plan["village_id"].is_unique
    for row in ladder.itertuples():
        here = plan[plan["step"] <= row.step]
        assert len(here) == row.villages
        assert here["quota_mu"].sum() == pytest.approx(row.quota_mu)
        assert here["cost"].sum() <= row.budget + 1e-6


@settings(max_examples=20)
@given(seed=SEEDS)
def test_no_point_of_the_front_is_dominated(seed: int) -> None:
    chosen_ = exact(budget=5_000.0)
    given_ = problem(*county(seed, villages=14, sites=3), settings=chosen_)
    front = pareto(given_, settings=chosen_, points=6)
    assert front["households"].is_monotonic_increasing
    assert front["quota_mu"].is_monotonic_increasing


@settings(max_examples=20)
@given(seed=SEEDS, loose=st.booleans())
def test_a_whole_plan_made_before_changes_nothing_and_ends_the_front(
    seed: int, loose: bool
) -> None:
    chosen_ = exact(budget=1_500.0).model_copy(update={"gap": 0.05 if loose else 0.0})
    given_ = problem(*county(seed, villages=14, sites=3), settings=chosen_)
    whole = solve(given_, settings=chosen_)
    budgets = [500.0, 1_500.0]
    for alone, again in zip(
        budget_ladder(given_, budgets, settings=chosen_),
        budget_ladder(given_, budgets, settings=chosen_, whole=whole),
        strict=True,
    ):
        pd.testing.assert_frame_equal(alone, again)
    front = pareto(given_, settings=chosen_, points=4, whole=whole)
    pd.testing.assert_frame_equal(front, pareto(given_, settings=chosen_, points=4))
    assert whole is not None
    assert front.empty or front["quota_mu"].max() >= whole.quota


@settings(max_examples=20)
@given(seed=SEEDS, least=st.integers(10, 200))
@example(seed=1114, least=10)  # No pair at all: what helps is to ask for nothing, not for less.
def test_the_smallest_sets_of_rules_to_relax(seed: int, least: int) -> None:
    """Each option makes a plan possible, less than it asks does not, and no smaller set would."""
    villages, sites = county(seed, villages=7)
    villages["consent_share"] = np.tile([0.9, 0.6], 4)[:7]
    chosen_ = exact(budget=300.0, quota_least=float(least))
    told = to_relax(villages, sites, settings=chosen_)
    given_ = problem(villages, sites, settings=chosen_)
    if len(given_.village) and feasible(given_, chosen_):
        assert told.empty
        return
    sizes = told.groupby("option").size()
    goal = told[told["rule"] == "quota_least"]
    assert len(goal) == 1
    assert sizes[goal["option"].iloc[0]] == 1
    assert sizes.drop(goal["option"].iloc[0]).nunique() <= 1
    for _, rules in told.groupby("option"):
        assert (rules["by"] > 0).all()
        given_more = dict(zip(rules["rule"], rules["needed"], strict=True))
        assert can_be(villages, sites, chosen_, given_more, share=1 + 1e-6)
        if len(rules) == 1:
            assert not can_be(villages, sites, chosen_, given_more, share=0.99)


def can_be(
    villages: pd.DataFrame, sites: pd.DataFrame, rules: PlanSettings, needed: dict[str, float],
    *, share: float,
) -> bool:  # fmt: skip
    """Tell whether a plan exists once each rule gives ``share`` of what it is said to need."""
    limits = {"budget": rules.budget, "quota_least": rules.quota_least,
              "consent_least": rules.consent_least.value, "longest_m": 3_000.0}  # fmt: skip
    moved = {k: limits[k] + (needed[k] - limits[k]) * share for k in needed if k != "capacity"}
    least = moved.get("consent_least", limits["consent_least"])
    eased = rules.model_copy(update={
        "budget": moved.get("budget", rules.budget),
        "quota_least": max(0.0, moved.get("quota_least", rules.quota_least)),
        "consent_least": rules.consent_least.set_to(least - 1e-9),
    })  # fmt: skip
    rows = villages.assign(longest_m=moved.get("longest_m", 3_000.0))
    extra = needed.get("capacity")
    if extra is None:
        return solve(problem(rows, sites, settings=eased), settings=eased) is not None
    total = sites["capacity_households"].sum()
    spare = round((extra - total) * share + (0.5 if share > 1 else -0.5))
    return any(
        solve(problem(rows, more, settings=eased), settings=eased) is not None
        for first in range(max(spare, 0) + 1)
        for more in [sites.assign(capacity_households=sites["capacity_households"]
                                  + np.array([first, max(spare, 0) - first]))]
    )  # fmt: skip


def test_a_site_too_far_or_a_village_unwilling_is_named() -> None:
    """One village, 30 mu, 4 km from the only site, 60 % agree: the goal needs both to give."""
    villages, sites = county(0, villages=1, sites=1)
    villages = villages.assign(net_quota_mu=30.0, cost=100.0, households_est=10.0, x=0.0, y=0.0,
                               consent_share=0.6)  # fmt: skip
    sites = sites.assign(capacity_households=20.0, x=4_000.0, y=0.0)
    told = to_relax(villages, sites, settings=exact(quota_least=30.0))
    both = told[told["option"] == 1].set_index("rule")
    assert set(both.index) == {"longest_m", "consent_least"}
    assert both.loc["longest_m", "needed"] == pytest.approx(4_000)
    assert both.loc["consent_least", "needed"] == pytest.approx(0.6)
    assert told[told["option"] == 2][["rule", "needed"]].to_numpy().tolist() == [["quota_least", 0]]


def test_consent_bars_only_where_it_is_known() -> None:
    villages, sites = county(3)
    villages["net_quota_mu"] = 10.0
    asked = villages.assign(consent_share=[0.5, 0.9, *[np.nan] * 10])
    found = problem(asked, sites, settings=exact())
    assert "V00" not in found.village_ids
    assert {"V01", "V02"} <= set(found.village_ids)


def test_the_solver_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    """HiGHS writes to file descriptor 1 by itself: a script that reads `--json` must not see it."""
    for seed in range(6):
        given_ = problem(*county(seed, villages=60, sites=9), settings=PlanSettings(budget=900))
        solve(given_, settings=PlanSettings(budget=900))
    assert capfd.readouterr().out == ""
