"""Where no plan keeps every rule: the smallest sets of rules to relax, and by how much."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray
from scipy.sparse import block_diag, csr_matrix, eye_array, hstack, vstack

from landuse.plans.consolidation import (
    PlanSettings,
    Problem,
    by_site,
    by_village,
    problem,
    solve,
)  # fmt: skip
from landuse.plans.solver import solved

Floats = NDArray[np.float64]
RULES = {
    "budget": ("预算（万元）", "budget (10,000 yuan)"),
    "capacity": ("安置点容量（户）", "capacity of sites (households)"),
    "longest_m": ("最远安置距离（米）", "longest way to a site (m)"),
    "consent_least": ("最低同意比例", "least consent"),
    "households_most": ("最多搬迁户数（户）", "most households moved"),
    "quota_least": ("最少节余指标（亩）", "least quota (mu)"),
}
COLUMNS = ["option", "rule", "zh", "en", "limit", "needed", "by"]


@dataclass(frozen=True, eq=False)
class _Slack:
    """A rule written with room to give: ``pairs`` @ x + ``slacks`` @ s <= ``most``."""

    pairs: csr_matrix
    slacks: csr_matrix
    most: Floats


def to_relax(
    villages: pd.DataFrame, sites: pd.DataFrame, *, settings: PlanSettings,
    households_most: float | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Return every smallest set of rules whose relaxing makes a plan possible; empty if one is.

    A goal of quota can always be lowered, so it is an option by itself; beside it stand the
    smallest sets that keep the goal: sets of one rule before sets of two, and so on. What a set
    must give is the least possible, a rule's share counted by its own limit: an elastic programme,
    exact to the solver's gap.

    Parameters
    ----------
    villages, sites, settings : as of `plans.consolidation.problem`.
    households_most : bound on households moved, where one is set.

    Returns
    -------
    ``option`` (from 1), ``rule``, ``zh``, ``en``, ``limit``, ``needed``, ``by``. ``longest_m`` is
    told for the village that has to go furthest beyond its own limit.
    """
    if not settings.quota_least:  # asking nobody keeps every rule
        return pd.DataFrame(columns=COLUMNS)
    given = problem(villages, sites, settings=settings)
    if solve(given, settings=settings, households_most=households_most) is not None:
        return pd.DataFrame(columns=COLUMNS)
    wide = problem(villages, sites, settings=settings, every_pair=True)
    options = _smallest(wide, settings, households_most) if len(wide.village) else []
    options.append(_eased(wide, settings, households_most, ("quota_least",)))
    rows = [{"option": number} | row
            for number, option in enumerate(options, start=1) for row in option]  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS)


def _smallest(
    wide: Problem, settings: PlanSettings, most: float | None
) -> list[list[dict[str, object]]]:
    """Return every set of fewest rules, the goal not among them, that makes a plan possible."""
    present = [rule for rule in RULES if rule != "quota_least"]
    if most is None:
        present.remove("households_most")
    for size in range(1, len(present) + 1):
        tried = (_eased(wide, settings, most, rules) for rules in combinations(present, size))
        if options := [found for found in tried if found]:
            return options
    return []


def _eased(
    wide: Problem, settings: PlanSettings, most: float | None, eased: tuple[str, ...]
) -> list[dict[str, object]]:
    """Return what each eased rule must give at least, together; empty where it does not help."""
    rules, limits = _elastic(wide, settings, most)
    count, widths = len(wide.village), [rule.slacks.shape[1] for rule in rules.values()]
    free = np.repeat([rule in eased for rule in rules], widths)
    price = np.repeat([1.0 / max(limits[rule], 1.0) for rule in rules], widths)
    found = solved(
        np.concatenate([np.zeros(count), price]), _constraints(wide, rules),
        integrality=np.repeat([1.0, 0.0], [count, len(price)]),
        bounds=scipy.optimize.Bounds(
            0, np.concatenate([np.ones(count), np.where(free, np.inf, 0.0)])),
        gap=settings.gap, nodes=settings.nodes,
    )  # fmt: skip
    if found is None:
        return []
    slacks = np.split(found.x[count:], np.cumsum(widths)[:-1])
    by = {rule: float(slack.sum()) for rule, slack in zip(rules, slacks, strict=True)}
    return [_told(rule, limits[rule], by[rule]) for rule in eased]


def _constraints(wide: Problem, rules: dict[str, _Slack]) -> list[scipy.optimize.LinearConstraint]:
    """Return every rule over pairs and slacks: the slacks of a rule are its own."""
    slacks = block_diag([rule.slacks for rule in rules.values()], format="csr")
    pairs = vstack([rule.pairs for rule in rules.values()], format="csr")
    once = by_village(wide)
    unmoved = csr_matrix((once.shape[0], slacks.shape[1]))
    most = np.concatenate([rule.most for rule in rules.values()])
    return [
        scipy.optimize.LinearConstraint(hstack([once, unmoved], format="csr"), -np.inf, 1),
        scipy.optimize.LinearConstraint(hstack([pairs, slacks], format="csr"), -np.inf, most),
    ]


def _told(rule: str, limit: float, by: float) -> dict[str, object]:
    down = rule in ("quota_least", "consent_least")
    zh, en = RULES[rule]
    return {"rule": rule, "zh": zh, "en": en, "limit": limit,
            "needed": limit - by if down else limit + by, "by": by}  # fmt: skip


def _elastic(
    wide: Problem, settings: PlanSettings, most: float | None
) -> tuple[dict[str, _Slack], dict[str, float]]:
    """Return every rule with its slack variables, and its limit."""
    of, pairs = wide.village, np.arange(len(wide.village))
    consent = np.nan_to_num(wide.consent, nan=1.0)[of]
    least = settings.consent_least.value
    far, unwilling = wide.way_m - wide.longest_m[of], least - consent
    rules = {
        "budget": _one(wide.cost[of], settings.budget),
        "capacity": _Slack(by_site(wide), -eye_array(len(wide.site_ids), format="csr"),
                           wide.capacity),
        "longest_m": _each(far, pairs),
        "consent_least": _each(unwilling, pairs),
        "quota_least": _one(-wide.quota[of], -settings.quota_least),
    }  # fmt: skip
    limits = {
        "budget": settings.budget,
        "capacity": float(wide.capacity.sum()),
        "longest_m": float(wide.longest_m.max(initial=0.0)),
        "consent_least": least,
        "quota_least": settings.quota_least,
    }
    if most is not None:
        rules["households_most"] = _one(wide.households[of], most)
        limits["households_most"] = most
    return rules, limits


def _one(row: Floats, most: float) -> _Slack:
    return _Slack(csr_matrix(row[None, :]), csr_matrix([[-1.0]]), np.array([most]))


def _each(over: Floats, pairs: NDArray[np.int64]) -> _Slack:
    """Return a rule that each chosen pair keeps by itself, with one slack for all of them."""
    hit = np.flatnonzero(over > 0)
    matrix = csr_matrix((over[hit], (np.arange(len(hit)), pairs[hit])), shape=(len(hit), len(over)))
    return _Slack(matrix, csr_matrix(-np.ones((len(hit), 1))), np.zeros(len(hit)))
