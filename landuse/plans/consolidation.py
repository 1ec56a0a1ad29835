"""Which villages to ask first, and where their people could go: a mixed-integer programme.

A plan is a proposal to be asked about (意愿调查). Nobody is moved by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray
from pydantic import Field
from scipy.sparse import csr_matrix

from landuse.indicators.measured import Limit, LimitSettings
from landuse.plans.rounding import rounded
from landuse.plans.solver import kept_quiet, solved

Objective = Literal["quota", "hazard", "cost_per_mu", "fewest_households"]
UNITS = {
    "quota": ("亩", "mu"),
    "hazard": ("人", "people"),
    "cost_per_mu": ("亩（扣除费用折算）", "mu less its cost"),
    "fewest_households": ("亩（扣除户数折算）", "mu less its households"),
}
"""What each objective is counted in."""
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class PlanSettings(LimitSettings):
    """What the planner may choose. Money in 10,000 yuan, areas in mu, ways in metres."""

    objective: Objective = "quota"
    budget: float = Field(10_000, ge=0, description="10,000 yuan (P)")
    quota_least: float = Field(0, ge=0, description="mu to free at least")
    consent_least: Limit = Limit(
        value=0.8, unit="share", mark="P",
        source="proposed here, above the 2/3 of 浙江省土地整治条例 第15条; less is not asked",
    )  # fmt: skip
    gap: float = Field(0.01, ge=0, description="relative gap at which the solver may stop")
    nearest_sites: int = Field(8, ge=1, description="sites tried for a village")
    nodes: int = Field(1_000, ge=1, description="branches after which the solver stops (P)")


@dataclass(frozen=True, eq=False)
class Problem:
    """Villages and sites with every pair that may be joined.

    ``village``, ``site`` number the pairs, ``way_m`` is theirs; ``quota``, ``cost``,
    ``households``, ``hazard``, ``longest_m`` and ``consent`` (NaN = not asked) are by village;
    ``capacity`` by site, households.
    """

    village_ids: list[str]
    site_ids: list[str]
    village: Ints
    site: Ints
    way_m: Floats
    quota: Floats
    cost: Floats
    households: Floats
    hazard: Floats
    longest_m: Floats
    consent: Floats
    capacity: Floats


@dataclass(frozen=True, eq=False)
class Solution:
    """``pairs`` chosen (numbers of pairs), what they amount to, and the solver's relative gap.

    ``worth`` is the objective in ``UNITS``.
    """

    pairs: Ints
    worth: float
    quota: float
    cost: float
    households: float
    hazard: float
    gap: float


def problem(
    villages: pd.DataFrame, sites: pd.DataFrame, *, settings: PlanSettings, every_pair: bool = False
) -> Problem:
    """Return the programme of villages that may be asked and sites that may receive them.

    Parameters
    ----------
    villages : ``village_id``, ``net_quota_mu``, ``cost``, ``households_est``, ``population_est``,
        ``in_hazard`` (0/1), ``longest_m`` (the longest way its people may be asked to go), ``x``,
        ``y``; optional ``consent_share`` (0 to 1).
    sites : ``site_id``, ``capacity_households``, ``x``, ``y``.
    every_pair : also pairs too far apart, too small, and villages that do not agree: what
        `plans.relax` weighs.

    A village that frees no quota and lies in no hazard is left out; so is one whose known consent
    is too low. Rows are taken in the order of their ids, so that the order given changes nothing.
    """
    rows = _useful(villages, settings, every_pair=every_pair)
    places = sites.sort_values("site_id")
    gap = np.hypot(
        rows["x"].to_numpy("float64")[:, None] - places["x"].to_numpy("float64"),
        rows["y"].to_numpy("float64")[:, None] - places["y"].to_numpy("float64"),
    )
    room = places["capacity_households"].to_numpy("float64")
    homes = rows["households_est"].to_numpy("float64")
    longest = rows["longest_m"].to_numpy("float64")
    fits = (gap <= longest[:, None]) & (room >= homes[:, None]) | every_pair
    near = np.argsort(np.where(fits, gap, np.inf), axis=1, kind="stable")
    near = near[:, : settings.nearest_sites]
    village, slot = np.nonzero(np.take_along_axis(fits, near, axis=1))
    site = near[village, slot]
    people = rows["population_est"].astype("float64").fillna(0).to_numpy()
    return Problem(
        village_ids=rows["village_id"].tolist(),
        site_ids=places["site_id"].tolist(),
        village=village,
        site=site,
        way_m=gap[village, site],
        quota=rows["net_quota_mu"].to_numpy("float64"),
        cost=rows["cost"].to_numpy("float64"),
        households=homes,
        hazard=people * rows["in_hazard"].to_numpy("float64"),
        longest_m=longest,
        consent=rows["consent_share"].to_numpy("float64"),
        capacity=room,
    )


def _useful(
    villages: pd.DataFrame, settings: PlanSettings, *, every_pair: bool
) -> pd.DataFrame:  # fmt: skip
    """Return the villages that a plan may hold, by id, with ``consent_share``."""
    rows = villages.sort_values("village_id")
    if "consent_share" not in rows:
        rows = rows.assign(consent_share=np.nan)
    share = rows["consent_share"].astype("float64")
    agreed = share.isna() | (share >= settings.consent_least.value) | every_pair
    useful = (rows["net_quota_mu"] > 0) | (rows["in_hazard"] > 0)
    complete = rows[["net_quota_mu", "cost", "households_est", "x", "y"]].notna().all(axis=1)
    return rows[useful & agreed & complete]


def solve(
    given: Problem, *, settings: PlanSettings, fixed: Ints | None = None,
    households_most: float | None = None,
) -> Solution | None:  # fmt: skip
    """Return the best plan, or None where none keeps every rule.

    .. math::
        \\max \\sum_{vs} w_v x_{vs}: \\ \\sum_s x_{vs} \\le 1,\\ \\sum_v h_v x_{vs} \\le C_s,\\
        \\sum c_v x_{vs} \\le B,\\ x \\in \\{0, 1\\}

    A whole village goes to one site or stays. Equal plans are told apart by the shorter way.

    Parameters
    ----------
    fixed : pairs that must stay chosen. ``households_most`` : bound on households moved.
    """
    count = len(given.village)
    if count == 0:
        nothing = np.empty(0, dtype=np.int64)
        return None if settings.quota_least else worth_of(given, nothing, settings)
    low = np.zeros(count)
    if fixed is not None:
        low[fixed] = 1
    weights, rules = _weights(given, settings), _rules(given, settings, households_most)
    with kept_quiet():
        near = rounded(weights, rules, low)
    rough = (
        worth_of(given, np.flatnonzero(near.taken), settings, gap=near.gap)
        if near.taken is not None else None
    )  # fmt: skip
    if rough is not None and rough.gap <= settings.gap:
        return rough
    found = solved(
        -weights, rules, integrality=np.ones(count), gap=settings.gap, nodes=settings.nodes,
        bounds=scipy.optimize.Bounds(near.low, near.high),
    )  # fmt: skip
    if found is None:
        return rough
    return worth_of(given, np.flatnonzero(found.x > 0.5), settings, gap=found.gap)


def _weights(given: Problem, settings: PlanSettings) -> Floats:
    """Return what a pair adds to the objective, less a millionth of the best for a long way."""
    worth = _values(given, settings)[given.village]
    scale = float(np.abs(worth).max()) or 1.0
    longest = float(given.way_m.max()) or 1.0
    return np.asarray(worth - 1e-6 * scale * given.way_m / longest)


def _values(given: Problem, settings: PlanSettings) -> Floats:
    """Return what each village adds to the objective."""
    return {
        "quota": given.quota,
        "hazard": given.hazard + 1e-3 * given.quota,
        "cost_per_mu": given.quota - given.cost * _yield(given),
        "fewest_households": given.quota - given.households * _density(given),
    }[settings.objective]


def _yield(given: Problem) -> float:
    """Return half the mean quota bought by 10,000 yuan: cheaper villages than that lead."""
    return 0.5 * float(given.quota.clip(0).sum() / max(given.cost.sum(), 1e-9))


def _density(given: Problem) -> float:
    """Return half the mean quota freed by a household."""
    return 0.5 * float(given.quota.clip(0).sum() / max(given.households.sum(), 1e-9))


def by_village(given: Problem) -> csr_matrix:
    """Return which pairs are of which village, (villages, pairs)."""
    count = len(given.village)
    places = (given.village, np.arange(count))
    return csr_matrix((np.ones(count), places), shape=(len(given.village_ids), count))


def by_site(given: Problem) -> csr_matrix:
    """Return how many households each pair brings to which site, (sites, pairs)."""
    count = len(given.village)
    homes = given.households[given.village]
    return csr_matrix((homes, (given.site, np.arange(count))), shape=(len(given.site_ids), count))


def _rules(
    given: Problem, settings: PlanSettings, households_most: float | None
) -> list[scipy.optimize.LinearConstraint]:
    of, rule = given.village, scipy.optimize.LinearConstraint
    rules = [
        rule(by_village(given), -np.inf, 1),
        rule(by_site(given), -np.inf, given.capacity),
        rule(given.cost[of][None, :], -np.inf, settings.budget),
    ]
    if settings.quota_least:
        rules.append(rule(given.quota[of][None, :], settings.quota_least, np.inf))
    if households_most is not None:
        rules.append(rule(given.households[of][None, :], -np.inf, households_most))
    return rules


def worth_of(given: Problem, pairs: Ints, settings: PlanSettings, *, gap: float = 0.0) -> Solution:
    """Return what chosen pairs amount to."""
    chosen = given.village[pairs]
    return Solution(
        pairs=pairs,
        worth=float(_values(given, settings)[chosen].sum()),
        quota=float(given.quota[chosen].sum()),
        cost=float(given.cost[chosen].sum()),
        households=float(given.households[chosen].sum()),
        hazard=float(given.hazard[chosen].sum()),
        gap=gap,
    )
