"""Which project gets which site: an integer programme over the whole portfolio.

The pairs can be many (200 projects, 2,000 sites). Only those that a proof needs are given to the
solver: prices of the relaxed programme bound what any other pair could add.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from landuse.plans.matching.improve import searched
from landuse.plans.matching.prices import bound_of_fillings, priced
from landuse.plans.matching.programme import Ints, Market, Rules, best_among


@dataclass(frozen=True, eq=False)
class Assignment:
    """``pairs`` chosen (numbers of pairs), their worth, and the bound no plan can exceed."""

    pairs: Ints
    worth: float
    bound: float
    pairs_tried: int


def assign(market: Market, *, gap: float = 1e-2, nodes: int = 200) -> Assignment:
    """Return the assignment of greatest worth.

    .. math::
        \\max \\sum w_{ps} x_{ps}:\\ \\sum_s x_{ps} \\le 1,\\ \\sum_p l_{ps} x_{ps} \\le R_s y_s,\\
        \\sum_{s \\ni m} y_s \\le 1,\\ x, y \\in \\{0, 1\\}

    for every plot m. The result is the optimum up to ``gap`` (relative). A plan is searched near
    the relaxation, a few projects at a time; where the bound at the relaxation's prices proves that
    the plan is good enough, that is all. Otherwise those pairs are tried that, by the prices, may
    belong to a plan better than the one known by more than ``gap``. The solver stops after
    ``nodes`` branches, never by the clock: a slow machine gives the same answer.

    Raises
    ------
    ArithmeticError
        If a rule does not hold in the result: a fault of this program.
    """
    if not len(market.project):
        return Assignment(np.empty(0, dtype=np.int64), 0.0, 0.0, 0)
    rules = Rules(market)
    prices = priced(rules)
    tried, bound = prices.tried, min(prices.bound, bound_of_fillings(rules, prices))
    chosen = searched(rules, prices, gap=gap, enough=bound / (1 + gap))
    worth = float(market.worth[chosen].sum())
    if bound > worth * (1 + gap):
        tried = prices.bound + prices.left > worth * (1 + gap)
        again, better, proven = best_among(rules, tried, gap=gap, nodes=nodes)
        bound = min(bound, max(proven, worth * (1 + gap)))
        chosen, worth = (again, better) if better > worth else (chosen, worth)
    _check(market, chosen)
    return Assignment(chosen, worth, max(bound, worth), int(tried.sum()))


def _check(market: Market, chosen: Ints) -> None:
    """Refuse a result that breaks a rule, whatever the solver's tolerance."""
    sites, counts = market.site[chosen], np.bincount(market.project[chosen])
    load = np.bincount(sites, market.load[chosen], len(market.room))
    plots = [plot for site in np.unique(sites) for plot in set(market.members[site])]
    if (counts > 1).any() or (load > market.room).any() or len(plots) > len(set(plots)):
        msg = "the assignment uses a site or a project twice, or more room than there is"
        raise ArithmeticError(msg)
