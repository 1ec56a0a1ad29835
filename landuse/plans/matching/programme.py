"""The integer programme of projects and sites: what may be joined, the rules, and its solution."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack, vstack

from landuse.plans.solver import solved

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


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


class Rules:
    """The rules as rows over all pairs and over the sites that exclude others."""

    def __init__(self, market: Market) -> None:
        self.market = market
        pairs, sites = len(market.project), len(market.room)
        self.open, plots = conflicts(market.members)
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

    def matrix(self, tried: Bools) -> tuple[csr_matrix, Floats]:
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

    def _each(self, tried: Bools) -> csr_matrix:
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

    def apart(self, dual: Floats) -> tuple[Floats, Floats]:
        """Return the prices of projects, and those of plots that several sites hold."""
        start = self.once.shape[0] + self.load.shape[0] + self.one.shape[0]
        return dual[: self.once.shape[0]], dual[start : start + self.plots.shape[0]]

    @cached_property
    def holders(self) -> csr_matrix:
        """Return a row for each plot that several sites hold, over all sites."""
        held = self.plots.tocoo()
        shape = (self.plots.shape[0], len(self.market.room))
        return csr_matrix((held.data, (held.row, self.open[held.col])), shape=shape)


def conflicts(members: Sequence[Sequence[str]]) -> tuple[Ints, csr_matrix]:
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


def best_among(
    rules: Rules, tried: Bools, *, gap: float, nodes: int, kept: Bools | None = None
) -> tuple[Ints, float, float]:
    """Return the best pairs among those tried, their worth, and the solver's own bound.

    Pairs ``kept`` (of those tried) are in the plan whatever it costs.
    """
    market = rules.market
    matrix, most = rules.matrix(tried)
    numbers = np.flatnonzero(tried)
    none = np.zeros(len(rules.open))
    gain = np.concatenate([market.worth[tried], none])
    least = np.zeros(len(gain)) if kept is None else np.concatenate([kept[tried], none])
    found = solved(
        -gain, [scipy.optimize.LinearConstraint(matrix, -np.inf, most)],
        integrality=np.ones(len(gain)), bounds=scipy.optimize.Bounds(least, 1), gap=gap,
        nodes=nodes,
    )  # fmt: skip
    if found is None:
        return np.empty(0, dtype=np.int64), 0.0, float("inf")
    chosen = numbers[found.x[: len(numbers)] > 0.5]
    return chosen, float(market.worth[chosen].sum()), -found.bound
