"""Which project gets which site: an integer programme over the whole portfolio.

The pairs can be many (200 projects, 2,000 sites). Only those that a proof needs are given to the
solver: prices of the relaxed programme bound what any other pair could add.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog
from scipy.sparse import csr_matrix, hstack, vstack

from landuse.plans.solver import kept_quiet, solved

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
FIRST, ROUNDS = 12, 60
CLOSE = ((0.5, 0.8), (1.0, 0.4))
"""Pairs tried alone at first, then more of them: those that pay at the prices but for a part of a
project's share of the gap; and how close, as a part of the gap, the solver must come to the bound
of these pairs, which lies below that of all. Both only decide how soon a proof is found."""


@dataclass(frozen=True, eq=False)
class Market:
    """Pairs that may be joined and what joins are worth.

    ``project``, ``site`` number the pairs of ``projects`` and ``room``; ``worth`` and ``load`` are
    by pair, ``room`` by site, in whole units (hundredths of a mu; 1 and 1 where a site takes one
    project). ``members`` : plots of each site; sites with a plot in common exclude each other.
    """

    projects: int
    project: Ints
    site: Ints
    worth: Floats
    load: Ints
    room: Ints
    members: Sequence[Sequence[str]]

    @cached_property
    def load_of(self) -> dict[tuple[int, int], int]:
        """Return the load of each pair by project and site."""
        pairs = zip(self.project.tolist(), self.site.tolist(), strict=True)
        return dict(zip(pairs, self.load.tolist(), strict=True))


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

    for every plot m. The result is the optimum up to ``gap`` (relative). The pairs that just
    pay at the prices of the relaxation are tried alone, few, then more; where the relaxation's
    worth proves that the plan is good enough, that is all. Otherwise those pairs are tried that,
    by the prices, may belong to a plan better than the one known by more than ``gap``. The
    solver stops after ``nodes`` branches, never by the clock: a slow machine gives the same answer.

    Raises
    ------
    ArithmeticError
        If a rule does not hold in the result: a fault of this program.
    """
    if not len(market.project):
        return Assignment(np.empty(0, dtype=np.int64), 0.0, 0.0, 0)
    rules = _Rules(market)
    first = _few(market, np.ones(len(market.project), dtype=bool), market.worth)
    tried, price, bound = _priced(rules, first)
    left_out = market.worth - price
    chosen, worth = np.empty(0, dtype=np.int64), 0.0
    for part, stricter in CLOSE:
        if bound > worth * (1 + gap):
            close = tried & (left_out > -gap * part * bound / market.projects)
            again, better, _ = _solved(rules, close, gap=gap * stricter, nodes=min(nodes, 1))
            chosen, worth = (again, better) if better > worth else (chosen, worth)
    if bound > worth * (1 + gap):
        tried = bound + left_out > worth * (1 + gap)
        again, better, proven = _solved(rules, tried, gap=gap, nodes=nodes)
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


class _Rules:
    """The rules as rows over all pairs and over the sites that exclude others."""

    def __init__(self, market: Market) -> None:
        self.market = market
        pairs, sites = len(market.project), len(market.room)
        self.open, plots = _conflicts(market.members)
        load = market.load / market.room[market.site]
        numbers = np.arange(pairs)
        self.once = csr_matrix((np.ones(pairs), (market.project, numbers)),
                               shape=(market.projects, pairs))  # fmt: skip
        self.load = csr_matrix((load, (market.site, numbers)), shape=(sites, pairs))
        self.large = (2 * market.load > market.room[market.site]) & (market.room > 1)[market.site]
        self.one = csr_matrix((self.large.astype("float64"), (market.site, numbers)),
                              shape=(sites, pairs))  # fmt: skip
        opened = np.arange(len(self.open))
        self.opening = csr_matrix((-np.ones(len(opened)), (self.open, opened)),
                                  shape=(sites, len(opened)))  # fmt: skip
        self.most = np.where(np.isin(np.arange(sites), self.open), 0.0, 1.0)
        self.plots = plots

    def matrix(self, tried: NDArray[np.bool_]) -> tuple[csr_matrix, Floats]:
        """Return the rows over the pairs tried, then over the sites to open; and their bounds."""
        once, load, one = self.once[:, tried], self.load[:, tried], self.one[:, tried]
        blank = csr_matrix((once.shape[0], len(self.open)))
        none = csr_matrix((self.plots.shape[0], once.shape[1]))
        each = self._each(tried)
        rows = [hstack([once, blank]), hstack([load, self.opening]), hstack([one, self.opening]),
                hstack([none, self.plots]), each]  # fmt: skip
        most = np.concatenate([np.ones(once.shape[0]), self.most, self.most,
                               np.ones(self.plots.shape[0]), np.zeros(each.shape[0])])  # fmt: skip
        return csr_matrix(vstack(rows)), most

    def _each(self, tried: NDArray[np.bool_]) -> csr_matrix:
        """Return a row a small pair whose site must be opened: the pair at most as much as it.

        Whole numbers obey the room of the site anyway; the relaxation would open a part of a site
        for a part of its room, and its bound would prove little. Pairs that need more than half of
        a site have a row in common. A pair not tried has no such row, which leaves its price too
        high to miss a pair that pays.
        """
        site = self.market.site[tried]
        place = np.searchsorted(self.open, site)
        small = ~self.large[tried] & (self.market.room[site] > 1)
        held = np.flatnonzero(np.isin(site, self.open) & small)
        rows, count = np.arange(len(held)), len(site)
        ones = np.ones(len(held))
        pairs = csr_matrix((ones, (rows, held)), shape=(len(held), count))
        opened = csr_matrix((-ones, (rows, place[held])), shape=(len(held), len(self.open)))
        return csr_matrix(hstack([pairs, opened]))

    def prices(self, dual: Floats) -> Floats:
        """Return what each pair takes of projects and sites at the prices of the relaxation."""
        rows = (self.once, self.load, self.one)
        parts = np.split(dual, np.cumsum([row.shape[0] for row in rows]))
        return np.asarray(sum(row.T @ part for row, part in zip(rows, parts, strict=False)))


def _conflicts(members: Sequence[Sequence[str]]) -> tuple[Ints, csr_matrix]:
    """Return the sites that share a plot with another, and a row for each plot so shared."""
    holders: dict[str, list[int]] = {}
    for number, plots in enumerate(members):
        for plot in sorted(set(plots)):
            holders.setdefault(plot, []).append(number)
    groups = sorted({tuple(sites) for sites in holders.values() if len(sites) > 1})
    opened = np.array(sorted({site for group in groups for site in group}), dtype=np.int64)
    place = {int(site): at for at, site in enumerate(opened)}
    rows = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    columns = [place[site] for group in groups for site in group]
    shape = (len(groups), len(opened))
    return opened, csr_matrix((np.ones(len(columns)), (rows, columns)), shape=shape)


def _priced(rules: _Rules, tried: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], Floats, float]:
    """Add pairs until the relaxation over those tried is the relaxation over all.

    Returns the pairs tried, what each pair costs at the last prices, and the bound: the worth at
    these prices plus what pairs still left out could add, so that it holds even if rounds run out.
    """
    market = rules.market
    for _ in range(ROUNDS):
        matrix, most = rules.matrix(tried)
        gain = np.concatenate([market.worth[tried], np.zeros(len(rules.open))])
        with kept_quiet():
            found = linprog(-gain, A_ub=matrix, b_ub=most, bounds=(0, 1), method="highs")
        dual = -np.minimum(np.asarray(found.ineqlin.marginals), 0.0)
        price = rules.prices(dual)
        better = (market.worth - price > 1e-7) & ~tried
        if not better.any():
            break
        tried = tried | _few(market, better, market.worth - price)
    rest = np.clip(market.worth - price, 0, None)[~tried]
    return tried, price, float(-found.fun + rest.sum())


def _few(market: Market, among: NDArray[np.bool_], gain: Floats) -> NDArray[np.bool_]:
    """Return the few of some pairs that gain most, of each project."""
    numbers = np.flatnonzero(among)
    order = numbers[np.lexsort((market.site[numbers], -gain[numbers], market.project[numbers]))]
    _, start = np.unique(market.project[order], return_index=True)
    rank = np.arange(len(order)) - np.repeat(start, np.diff([*start, len(order)]))
    chosen = np.zeros(len(among), dtype=bool)
    chosen[order[rank < FIRST]] = True
    return chosen


def _solved(
    rules: _Rules, tried: NDArray[np.bool_], *, gap: float, nodes: int
) -> tuple[Ints, float, float]:
    """Return the best pairs among those tried, their worth, and the solver's own bound."""
    market = rules.market
    matrix, most = rules.matrix(tried)
    numbers = np.flatnonzero(tried)
    gain = np.concatenate([market.worth[tried], np.zeros(len(rules.open))])
    found = solved(
        -gain, [LinearConstraint(matrix, -np.inf, most)], integrality=np.ones(len(gain)),
        bounds=Bounds(0, 1), gap=gap, nodes=nodes,
    )  # fmt: skip
    if found is None:
        return np.empty(0, dtype=np.int64), 0.0, float("inf")
    chosen = numbers[found.x[: len(numbers)] > 0.5]
    return chosen, float(market.worth[chosen].sum()), -found.bound
