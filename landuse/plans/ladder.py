"""Budgets as a nested ladder, and the front of quota against households moved."""

from __future__ import annotations

import numpy as np
import pandas as pd

from landuse.plans.consolidation import UNITS, PlanSettings, Problem, Solution, solve

LADDER = ["step", "budget", "villages", "quota_mu", "cost", "households", "worth", "free_worth",
          "nesting_price"]  # fmt: skip


def budget_ladder(
    given: Problem, budgets: list[float], *, settings: PlanSettings, whole: Solution | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what each further budget buys; a village once chosen stays chosen.

    Parameters
    ----------
    whole : the plan for the budget of ``settings``, where it was made before.

    Returns
    -------
    ``ladder``: ``step`` (from 1), ``budget``, ``villages``, ``quota_mu``, ``cost``,
    ``households``, ``next_quota_mu`` (what this step buys beyond the last) and ``next_cost_per_mu``
    (10,000 yuan a mu, null where it buys none), ``worth`` and ``free_worth`` (the objective with
    and without nesting), ``nesting_price`` (their difference, never below 0), ``unit_zh``,
    ``unit_en`` (of these three). ``plan``: ``village_id``, ``site_id``, ``step``, ``way_m``,
    ``households``, ``quota_mu``, ``cost``.
    """
    steps, first = [], np.full(len(given.village), 0)
    kept: np.ndarray | None = None
    for number, budget in enumerate(sorted(budgets), start=1):
        chosen = settings.model_copy(update={"budget": budget})
        free = whole if whole and budget == settings.budget else solve(given, settings=chosen)
        nested = free if kept is None else solve(given, settings=chosen, fixed=kept)
        if nested is None or free is None:
            continue
        fresh = np.setdiff1d(nested.pairs, np.flatnonzero(first))
        first[fresh] = number
        kept = nested.pairs
        best = max(free.worth, nested.worth)
        steps.append({
            "step": number, "budget": budget, "villages": len(nested.pairs),
            "quota_mu": nested.quota, "cost": nested.cost, "households": nested.households,
            "worth": nested.worth, "free_worth": best, "nesting_price": best - nested.worth,
        })  # fmt: skip
    return _with_next(pd.DataFrame(steps, columns=LADDER), settings), _plan(given, first)


def _with_next(ladder: pd.DataFrame, settings: PlanSettings) -> pd.DataFrame:
    """Add what each step buys beyond the last, and the unit the objective is counted in."""
    quota, cost = (ladder[name].astype("float64").diff().fillna(ladder[name])
                   for name in ("quota_mu", "cost"))  # fmt: skip
    each = (cost / quota).where(quota > 0).astype("float64")
    unit_zh, unit_en = UNITS[settings.objective]
    return ladder.assign(
        next_quota_mu=quota, next_cost_per_mu=each, unit_zh=unit_zh, unit_en=unit_en
    )


def _plan(given: Problem, first: np.ndarray) -> pd.DataFrame:
    pairs = np.flatnonzero(first)
    village, site = given.village[pairs], given.site[pairs]
    return pd.DataFrame({
        "village_id": np.array(given.village_ids, dtype=object)[village],
        "site_id": np.array(given.site_ids, dtype=object)[site],
        "step": first[pairs], "way_m": given.way_m[pairs],
        "households": given.households[village], "quota_mu": given.quota[village],
        "cost": given.cost[village],
    }).sort_values(["step", "village_id"], ignore_index=True)  # fmt: skip


def pareto(
    given: Problem, *, settings: PlanSettings, points: int = 10, whole: Solution | None = None
) -> pd.DataFrame:
    """Return the front of quota against households: the best quota for each bound on households.

    ``whole`` : the plan for ``settings``, where it was made before. The last bound is the
    households of the best quota, which is therefore its best plan.

    Columns ``households_most``, ``households``, ``quota_mu``, ``cost``; dominated points left out.
    """
    quota = settings.model_copy(update={"objective": "quota"})
    if whole is None or settings.objective != "quota":
        whole = solve(given, settings=quota)
    if whole is None or not whole.households:
        return pd.DataFrame(columns=["households_most", "households", "quota_mu", "cost"])
    rows = []
    for most in np.linspace(whole.households / points, whole.households, points):
        last = most == whole.households
        found = whole if last else solve(given, settings=quota, households_most=float(most))
        if found is not None:
            rows.append({"households_most": float(most), "households": found.households,
                         "quota_mu": found.quota, "cost": found.cost})  # fmt: skip
    table = pd.DataFrame(rows).sort_values(["households", "quota_mu"], ignore_index=True)
    return table[table["quota_mu"] > table["quota_mu"].cummax().shift(fill_value=-1.0)].reset_index(
        drop=True
    )
