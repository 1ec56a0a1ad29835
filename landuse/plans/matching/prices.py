"""Prices of projects and sites, and the two bounds that rest on them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy

from landuse.plans.matching.programme import Bools, Floats, Ints, Market, Rules
from landuse.plans.solver import kept_quiet

FIRST, ROUNDS = 12, 60


@dataclass(frozen=True, eq=False)
class Priced:
    """The relaxed programme over all pairs, solved.

    ``tried``: the pairs it was solved over; ``part``, ``left``: by pair, how much of it is taken,
    and its worth less what it takes of projects and sites at their prices (a pair left out adds no
    more than this). ``project``, ``plot``: prices of projects and of plots that several sites hold.
    ``bound``: what no plan can exceed.
    """

    tried: Bools
    part: Floats
    left: Floats
    project: Floats
    plot: Floats
    bound: float


def priced(rules: Rules) -> Priced:
    """Add pairs until the relaxation over those tried is the relaxation over all.

    The bound is the worth at the last prices plus what pairs still left out could add, so that it
    holds even if rounds run out.
    """
    market = rules.market
    tried = few(market, np.ones(len(market.project), dtype=bool), market.worth)
    for _ in range(ROUNDS):
        matrix, most = rules.matrix(tried)
        gain = np.concatenate([market.worth[tried], np.zeros(len(rules.open))])
        with kept_quiet():
            found = scipy.optimize.linprog(
                -gain, A_ub=matrix, b_ub=most, bounds=(0, 1), method="highs"
            )
        dual = -np.minimum(np.asarray(found.ineqlin.marginals), 0.0)
        left, part = market.worth - rules.prices(dual), np.zeros(len(tried))
        part[tried] = found.x[: tried.sum()]
        bound = float(-found.fun + np.clip(left, 0, None)[~tried].sum())
        project, plot = rules.apart(dual)
        last = Priced(tried, part, left, project, plot, bound)
        better = (left > 1e-7) & ~tried
        if not better.any():
            break
        tried = tried | few(market, better, left)
    return last


def few(market: Market, among: Bools, gain: Floats) -> Bools:
    """Return the few of some pairs that gain most, of each project."""
    numbers = np.flatnonzero(among)
    order = numbers[np.lexsort((market.site[numbers], -gain[numbers], market.project[numbers]))]
    _, start = np.unique(market.project[order], return_index=True)
    rank = np.arange(len(order)) - np.repeat(start, np.diff([*start, len(order)]))
    chosen = np.zeros(len(among), dtype=bool)
    chosen[order[rank < FIRST]] = True
    return chosen


def bound_of_fillings(rules: Rules, prices: Priced) -> float:
    r"""Return a bound that lies below that of the relaxation: no site is filled with parts.

    .. math::
        \sum_p u_p + \sum_m v_m + \sum_s \max(0,\ \max_{F_s} \sum_{p \in F_s} (w_{ps} - u_p)
        - \sum_{m \in s} v_m)

    for all prices u of projects and v of plots that are not negative (Lagrange); F: the sets of
    projects that the room of a site holds.
    """
    market = rules.market
    gain = market.worth - prices.project[market.project]
    best = np.zeros(len(market.room))
    for site, pairs in _by_site(market, (gain > 0) & (market.load <= market.room[market.site])):
        best[site] = _filled(gain[pairs], market.load[pairs], int(market.room[site]))
    over = np.clip(best - rules.holders.T @ prices.plot, 0, None)
    return float(prices.project.sum() + prices.plot.sum() + over.sum())


def _by_site(market: Market, among: Bools) -> Iterator[tuple[int, Ints]]:
    """Yield each site with its pairs among some."""
    numbers = np.flatnonzero(among)
    numbers = numbers[np.argsort(market.site[numbers], kind="stable")]
    sites, start = np.unique(market.site[numbers], return_index=True)
    yield from zip(sites.tolist(), np.split(numbers, start[1:]), strict=False)


def _filled(gain: Floats, load: Ints, room: int) -> float:
    """Return the most that loads within the room gain (a knapsack, by the room used)."""
    best = np.zeros(room + 1)
    for more, size in zip(gain.tolist(), load.tolist(), strict=True):
        best[size:] = np.maximum(best[size:], best[: room + 1 - size] + more)
    return float(best[room])
