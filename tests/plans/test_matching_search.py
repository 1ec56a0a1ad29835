"""The search for a good plan, and the bound that ends it: laws over random portfolios."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landuse.plans.matching.assign import assign
from landuse.plans.matching.fit import hold_against
from landuse.plans.matching.improve import rounded, searched
from landuse.plans.matching.match import market_of
from landuse.plans.matching.prices import bound_of_fillings, priced
from landuse.plans.matching.programme import Market, Rules
from landuse.plans.matching.terms import MatchSettings
from tests.plans.made_sites import portfolio

SEEDS = st.integers(0, 100_000)
DEFAULT = MatchSettings()


def crowded(seed: int, *, projects: int = 40, sites: int = 30) -> Market:
    """Return more projects than the sites hold, so that who stands where matters."""
    asked, offered = portfolio(seed, projects=projects, sites=sites, plots=sites)
    return market_of(hold_against(asked, offered, settings=DEFAULT), DEFAULT)


def keeps_the_rules(market: Market, chosen: np.ndarray) -> bool:
    """Say whether no project, no room and no plot is used twice."""
    sites = market.site[chosen]
    load = np.bincount(sites, market.load[chosen], len(market.room))
    plots = [plot for site in set(sites.tolist()) for plot in set(market.members[site])]
    once = len(set(market.project[chosen].tolist())) == len(chosen)
    return once and bool((load <= market.room).all()) and len(plots) == len(set(plots))


@settings(max_examples=25)
@given(seed=SEEDS)
def test_the_bound_of_fillings_lies_between_the_optimum_and_the_relaxation(seed: int) -> None:
    market = crowded(seed, projects=12, sites=10)
    if not len(market.project):
        return
    rules = Rules(market)
    prices = priced(rules)
    bound = bound_of_fillings(rules, prices)
    assert assign(market, gap=0.0).worth <= bound + 1e-6
    assert bound <= prices.bound + 1e-6


def test_a_site_that_holds_two_of_three_is_not_counted_with_a_half_of_the_third() -> None:
    """Three projects of 40 on a site of 100: the relaxation fills it, no filling does."""
    market = Market(projects=3, project=np.arange(3), site=np.zeros(3, dtype=np.int64),
                    worth=np.array([1.0, 1.0, 1.0]), load=np.array([40, 40, 40]),
                    room=np.array([100]), members=[["a", "b"]])  # fmt: skip
    rules = Rules(market)
    prices = priced(rules)
    assert prices.bound == pytest.approx(2.5)
    assert bound_of_fillings(rules, prices) == pytest.approx(2.0)


@settings(max_examples=25)
@given(seed=SEEDS, gap=st.sampled_from([1e-3, 1e-2, 5e-2]))
def test_the_search_keeps_all_rules_and_never_ends_below_its_first_plan(
    seed: int, gap: float
) -> None:
    market = crowded(seed)
    rules = Rules(market)
    prices = priced(rules)
    first = rounded(rules, prices, gap=gap)
    last = searched(rules, prices, gap=gap, enough=float("inf"))
    assert keeps_the_rules(market, first)
    assert keeps_the_rules(market, last)
    assert market.worth[last].sum() >= market.worth[first].sum()
    assert market.worth[last].sum() <= bound_of_fillings(rules, prices) + 1e-6


@settings(max_examples=25)
@given(seed=SEEDS, gap=st.sampled_from([1e-3, 1e-2, 5e-2]))
def test_the_answer_is_within_the_gap_of_the_optimum_and_the_same_each_time(
    seed: int, gap: float
) -> None:
    market = crowded(seed, projects=15, sites=12)
    found, again = assign(market, gap=gap), assign(market, gap=gap)
    best = assign(market, gap=0.0).worth
    assert found.worth * (1 + gap) >= best - 1e-6
    assert found.bound >= max(best, found.worth) - 1e-6
    assert found.bound <= found.worth * (1 + gap) + 1e-6
    assert found.pairs.tolist() == again.pairs.tolist()
