"""A good plan soon: rounded from the relaxation, then improved a neighbourhood at a time."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from landuse.plans.matching.prices import Priced
from landuse.plans.matching.programme import Bools, Floats, Ints, Rules, best_among

TRIES, FREED = 40, 20
CLOSE, WIDER = 0.5, 1.1
"""Neighbourhoods tried, and projects placed anew in each. Pairs are close that pay at the prices
but for a part of a project's share of the gap; the part grows with each try that gave nothing. The
solver comes within the first part of the gap. All only decide how soon a plan is good enough."""
WHOLE, SOME = 1 - 1e-6, 1e-6


def searched(rules: Rules, prices: Priced, *, gap: float, enough: float) -> Ints:
    """Return a plan worth ``enough``, or the best found in so many tries.

    Large neighbourhood search from the plan of ``rounded``: the project that loses most at the
    prices and those around it are placed anew while all others stay, and so on with the next.
    """
    market, groups = rules.market, _groups(rules)
    share, part = gap * prices.bound / market.projects, CLOSE
    chosen = rounded(rules, prices, gap=gap)
    fresh = np.ones(market.projects, dtype=bool)
    for _ in range(TRIES):
        worth, loss = market.worth[chosen].sum(), _loss(rules, prices, chosen)
        start = int(np.argmax(np.where(fresh, loss, 0)))
        if worth >= enough or not (fresh[start] and loss[start] > SOME):
            break
        fresh[start] = False
        close = prices.tried & (prices.left > -part * share)
        anew = _around(rules, groups[market.site], start, chosen=chosen, close=close)
        again = _placed_anew(rules, chosen, close, anew[market.project], gap=gap)
        if market.worth[again].sum() > worth + SOME:
            chosen = again
        else:
            part *= WIDER
    return chosen


def rounded(rules: Rules, prices: Priced, *, gap: float) -> Ints:
    """Return the best plan of close pairs that holds every pair the relaxation takes whole.

    This is relaxation enforced neighbourhood search (RENS), at the root only.
    """
    share = gap * prices.bound / rules.market.projects
    kept = prices.part > WHOLE
    tried = kept | (prices.tried & (prices.left > -CLOSE * share))
    return best_among(rules, tried, gap=gap * CLOSE, nodes=1, kept=kept)[0]


def _placed_anew(rules: Rules, chosen: Ints, close: Bools, anew: Bools, *, gap: float) -> Ints:
    """Return the plan with close pairs of some projects (``anew``, by pair) chosen again."""
    now = np.zeros(len(close), dtype=bool)
    now[chosen] = True
    tried = now | (close & anew)
    return best_among(rules, tried, gap=gap * CLOSE, nodes=1, kept=now & ~anew)[0]


def _loss(rules: Rules, prices: Priced, chosen: Ints) -> Floats:
    """Return by project what the plan loses at the prices: its pair's loss, or its own price."""
    loss = prices.project.copy()
    loss[rules.market.project[chosen]] = -prices.left[chosen]
    return loss


def _groups(rules: Rules) -> Ints:
    """Return the number of the group of each site: those that exclude each other, in a chain."""
    _, groups = connected_components(rules.holders.T @ rules.holders, directed=False)
    return np.asarray(groups, dtype=np.int64)


def _around(rules: Rules, group: Ints, start: int, *, chosen: Ints, close: Bools) -> Bools:
    """Return the projects to place anew: breadth first over groups (by pair) and who stands there.

    Projects without a place that could stand in one of these groups come on top.
    """
    project, ways = rules.market.project, _table(rules, group, close)
    there: dict[int, list[int]] = {}
    for pair in chosen:
        there.setdefault(int(group[pair]), []).append(int(project[pair]))
    found = [start]
    for at in found:
        if len(found) >= FREED:
            break
        for near in ways.indices[ways.indptr[at] : ways.indptr[at + 1]].tolist():
            found += [other for other in there.get(near, ()) if other not in found]
    found = found[:FREED]
    anew = (ways @ (ways[found].sum(axis=0).A1 > 0)) > 0
    anew[project[chosen]] = False
    anew[found] = True
    return np.asarray(anew)


def _table(rules: Rules, group: Ints, close: Bools) -> csr_matrix:
    """Return how many close pairs each project has in each group."""
    project, among = rules.market.project[close], group[close]
    shape = (rules.market.projects, int(group.max()) + 1)
    ways = csr_matrix((np.ones(len(among)), (project, among)), shape=shape)
    ways.sum_duplicates()
    return ways
