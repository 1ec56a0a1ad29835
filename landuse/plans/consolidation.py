"""Which villages to ask first, and where their people could go: a mixed-integer programme.

A plan is a proposal to be asked about (意愿调查). Nobody is moved by it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix

from landuse.core.settings import Settings

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


class PlanSettings(Settings):
    """What the planner may choose. Money in 10,000 yuan, areas in mu, ways in metres."""

    objective: Objective = "quota"
    budget: float = Field(10_000, ge=0, description="10,000 yuan (P)")
    longest_m: float = Field(5_000, gt=0, description="from old fields, domain.md §3.8 (P)")
    consent_least: float = Field(0.8, ge=0, le=1, description="known consent below it bars (P)")
    quota_least: float = Field(0, ge=0, description="mu to free at least")
    gap: float = Field(0.01, ge=0, description="relative gap at which the solver may stop")
    nearest_sites: int = Field(8, ge=1, description="sites tried for a village")
    seconds: float = Field(60, gt=0)


@dataclass(frozen=True, eq=False)
class Problem:
    """Villages and sites with every pair that may be joined.

    ``village``, ``site`` number the pairs; ``quota``, ``cost``, ``households``, ``hazard`` are by
    village; ``capacity`` by site, households.
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


def problem(villages: pd.DataFrame, sites: pd.DataFrame, *, settings: PlanSettings) -> Problem:
    """Return the programme of villages that may be asked and sites that may receive them.

    Parameters
    ----------
    villages : ``village_id``, ``net_quota_mu``, ``cost``, ``households_est``, ``population_est``,
        ``in_hazard`` (0/1), ``x``, ``y``; optional ``consent_share`` (0 to 1).
    sites : ``site_id``, ``capacity_households``, ``x``, ``y``.

    A village that frees no quota and lies in no hazard is left out; so is one whose known consent
    is too low. Rows are taken in the order of their ids, so that the order given changes nothing.
    """
    rows = villages.sort_values("village_id")
    useful = (rows["net_quota_mu"] > 0) | (rows["in_hazard"] > 0)
    if "consent_share" in rows:
        share = rows["consent_share"].astype("float64")
        useful &= share.isna() | (share >= settings.consent_least)
    complete = rows[["net_quota_mu", "cost", "households_est", "x", "y"]].notna().all(axis=1)
    rows = rows[useful & complete]
    places = sites.sort_values("site_id")
    gap = np.hypot(
        rows["x"].to_numpy("float64")[:, None] - places["x"].to_numpy("float64"),
        rows["y"].to_numpy("float64")[:, None] - places["y"].to_numpy("float64"),
    )
    room = places["capacity_households"].to_numpy("float64")
    homes = rows["households_est"].to_numpy("float64")
    fits = (gap <= settings.longest_m) & (room >= homes[:, None])
    near = np.argsort(np.where(fits, gap, np.inf), axis=1, kind="stable")
    near = near[:, : settings.nearest_sites]
    kept = np.take_along_axis(fits, near, axis=1)
    village, slot = np.nonzero(kept)
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
        capacity=room,
    )


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
        return None if settings.quota_least else _worth(given, nothing, settings, 0.0)
    rules = _rules(given, settings, households_most)
    low = np.zeros(count)
    if fixed is not None:
        low[fixed] = 1
    with solver_kept_quiet():
        found = milp(
            -_weights(given, settings), integrality=np.ones(count), bounds=Bounds(low, 1),
            constraints=rules,
            options={"mip_rel_gap": settings.gap, "time_limit": settings.seconds},
        )  # fmt: skip
    if found.x is None:
        return None
    return _worth(given, np.flatnonzero(found.x > 0.5), settings, float(found.mip_gap or 0.0))


@contextmanager
def solver_kept_quiet() -> Iterator[None]:
    """Close the terminal to the solver: HiGHS prints lines of its own whatever it is told."""
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def _weights(given: Problem, settings: PlanSettings) -> Floats:
    """Return what a pair adds to the objective, less a millionth of the best for a long way."""
    worth = _values(given, settings)[given.village]
    scale = float(np.abs(worth).max()) or 1.0
    return np.asarray(worth - 1e-6 * scale * given.way_m / settings.longest_m)


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


def _rules(
    given: Problem, settings: PlanSettings, households_most: float | None
) -> list[LinearConstraint]:
    pairs = np.arange(len(given.village))
    ones = np.ones(len(pairs))
    once = csr_matrix((ones, (given.village, pairs)), shape=(len(given.village_ids), len(pairs)))
    room = csr_matrix((given.households[given.village], (given.site, pairs)),
                      shape=(len(given.site_ids), len(pairs)))  # fmt: skip
    rules = [
        LinearConstraint(once, -np.inf, 1),
        LinearConstraint(room, -np.inf, given.capacity),
        LinearConstraint(given.cost[given.village][None, :], -np.inf, settings.budget),
    ]
    if settings.quota_least:
        rules.append(LinearConstraint(given.quota[given.village][None, :], settings.quota_least,
                                      np.inf))  # fmt: skip
    if households_most is not None:
        rules.append(LinearConstraint(given.households[given.village][None, :], -np.inf,
                                      households_most))  # fmt: skip
    return rules


def _worth(given: Problem, pairs: Ints, settings: PlanSettings, gap: float) -> Solution:
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
