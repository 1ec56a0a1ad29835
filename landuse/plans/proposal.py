"""The plan as a stage: candidates and sites in, proposal, ladder, front and what to relax out."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from pydantic import Field

from landuse.core.findings import Finding
from landuse.indicators.measured import Limit
from landuse.plans.consolidation import PlanSettings, problem, solve
from landuse.plans.ladder import budget_ladder, pareto
from landuse.plans.receiving import ReceivingSettings, receiving_sites
from landuse.plans.relax import to_relax
from landuse.plans.village_land import whole_households
from landuse.scores.villages import KINDS

STAGE = "consolidation"
ASKED = (
    "方案只是征询意愿的顺序，搬迁须农户自愿",
    "the plan is an order in which to ask; moving is voluntary",
)


class ProposalSettings(PlanSettings):
    """The planner's choice, how far people may go, the ladder's steps, and what a household costs.

    Who moves down from the mountain leaves the fields behind; who moves together with the village
    goes on farming them: hence two distances.
    """

    steps: int = Field(10, ge=1, le=40)
    front: int = Field(8, ge=0, le=40, description="points of the front; 0 = none")
    first_year: int | None = Field(
        None, ge=1990, le=2100, description="year of the first step; none = no year is named"
    )
    longest_m: Limit = Limit(
        value=5_000, unit="m", source="from old fields, domain.md §3.8", mark="P"
    )
    longest_mountain_m: Limit = Limit(
        value=20_000, unit="m", mark="P",
        source="proposed here: 下山搬迁 goes to a town or zone, not by the old fields",
    )  # fmt: skip
    household_cost: Limit = Limit(
        value=25, unit="10,000 yuan a household", source="proposed here; set the county's own",
        mark="P",
    )  # fmt: skip


def screen_receiving(
    *, parcels: pd.DataFrame, geometry: gpd.GeoDataFrame, settings: ReceivingSettings
) -> dict[str, Any]:
    """Screen the flagged parcels as receiving sites; see `receiving_sites`."""
    inside = geometry.geometry.representative_point()
    placed = parcels.assign(x=inside.x.to_numpy(), y=inside.y.to_numpy())
    return receiving_sites(parcels=placed, settings=settings)


def propose(
    *,
    villages: pd.DataFrame,
    quota: pd.DataFrame,
    settlements: gpd.GeoDataFrame,
    sites: pd.DataFrame,
    consent: pd.DataFrame | None,
    settings: ProposalSettings,
) -> dict[str, Any]:
    """Propose which candidates to ask first and where their people could go.

    Parameters
    ----------
    villages, quota : of `scores.villages` and `plans.quota`, by ``village_id``.
    settlements : geometry by ``settlement_id``. ``sites`` : of `receiving_sites`.
    consent : ``settlement_id``, ``consent_share``; without it nobody is barred.

    Returns
    -------
    ``plan``, ``ladder``, ``front``, ``relax`` (see `plans.ladder`), ``ledger`` (the quota with the
    plan's ``project``, ``year``; see `scheduled`), ``reach`` (one row: ``candidates``, ``useful``:
    that free quota or lie by a hazard, ``with_site``: of these, with a site that has room within
    ``longest_m``, or ``longest_mountain_m`` for mountain villages), ``findings``. Costs are in
    10,000 yuan: households x ``household_cost``. Budgets are equal steps up to ``budget``.
    """
    rows = candidate_rows(villages, quota, settlements, consent, settings)
    given = problem(rows, sites, settings=settings)
    budgets = np.linspace(0, settings.budget, settings.steps + 1)[1:].tolist()
    whole = solve(given, settings=settings)
    ladder, plan = budget_ladder(given, budgets, settings=settings, whole=whole)
    plan = plan.merge(rows[["village_id", "kind", "name", "town_name"]], on="village_id")
    reach = pd.DataFrame({
        "candidates": [len(rows)], "useful": [len(given.village_ids)],
        "with_site": [len(np.unique(given.village))],
        "longest_m": [settings.longest_m.value],
        "longest_mountain_m": [settings.longest_mountain_m.value],
    })  # fmt: skip
    front = (
        pareto(given, settings=settings, points=settings.front, whole=whole)
        if settings.front else ladder[:0]
    )  # fmt: skip
    return {
        "plan": plan,
        "ladder": ladder,
        "front": front,
        "ledger": scheduled(quota, plan, settings=settings),
        "relax": to_relax(rows, sites, settings=settings),
        "reach": reach,
        "findings": _findings(reach, sites=len(sites), consent=consent),
    }


def scheduled(
    quota: pd.DataFrame, plan: pd.DataFrame, *, settings: ProposalSettings
) -> pd.DataFrame:
    """Return the quota ledger with what the plan makes of it: no area changes.

    ``project`` is the receiving site, since 项目区 joins the land cleared and the land built on;
    "" = not in the plan. ``year`` counts a step a year from ``first_year``; 0 = none named.
    """
    planned = plan.set_index("village_id")
    step = quota["village_id"].map(planned["step"])
    first = settings.first_year
    year = (step + first - 1).fillna(0) if first else pd.Series(0.0, index=quota.index)
    project = quota["village_id"].map(planned["site_id"]).astype("object").fillna("")
    return quota.assign(project=project.astype("str"), year=year.astype("int64"))


def candidate_rows(
    villages: pd.DataFrame,
    quota: pd.DataFrame,
    settlements: gpd.GeoDataFrame,
    consent: pd.DataFrame | None,
    settings: ProposalSettings,
) -> pd.DataFrame:
    """Return the villages of the ledger with place, reach, cost, hazard and, if known, consent."""
    facts = ["village_id", "kind", "kinds", "name", "town_name", "households_est", "population_est"]
    known = villages.reindex(columns=[*facts, "hazard_near"])
    rows = quota[["village_id", "net_quota_mu"]].merge(known, on="village_id", validate="1:1")
    inside = settlements.set_index("settlement_id").geometry.representative_point()
    place = inside.reindex(rows["village_id"])
    mountain = rows["kinds"].str.contains(KINDS["mrs"][0])
    rows = rows.assign(
        longest_m=np.where(mountain, settings.longest_mountain_m.value, settings.longest_m.value),
        x=place.x.to_numpy(),
        y=place.y.to_numpy(),
        in_hazard=rows["hazard_near"].astype("float64").fillna(0),
        households_est=whole_households(rows["households_est"]),
    )
    rows["cost"] = rows["households_est"] * settings.household_cost.value
    if consent is None:
        return rows
    share = consent.drop_duplicates("settlement_id", keep="last").set_index("settlement_id")
    return rows.assign(consent_share=rows["village_id"].map(share["consent_share"]))


def _findings(reach: pd.DataFrame, *, sites: int, consent: pd.DataFrame | None) -> list[Finding]:
    count = reach.iloc[0]
    told = [
        _told("note", f"{count['useful']:.0f} / {count['candidates']:.0f}", *ASKED),
        _told(
            "note",
            f"{count['useful'] - count['with_site']:.0f} / {count['useful']:.0f}",
            f"{count['longest_m']:.0f} m（下山搬迁 {count['longest_mountain_m']:.0f} m）"
            "内没有容得下的安置点，不在方案内",
            f"no site with room within {count['longest_m']:.0f} m (mountain villages "
            f"{count['longest_mountain_m']:.0f} m): not in the plan",
        ),
        _told("note", str(sites), "筛选出的安置点", "receiving sites after screening"),
    ]
    if consent is None:
        told.append(_told("absent", "", "没有意愿调查，方案未考虑意愿",
                          "no consent survey: the plan does not know who agrees"))  # fmt: skip
    if not sites:
        told.append(_told("doubt", "0", "没有可用的安置点，方案为空",
                          "no receiving site: the plan is empty"))  # fmt: skip
    return told


def _told(kind: str, value: str, zh: str, en: str) -> Finding:
    return Finding(stage=STAGE, kind=kind, object_id="", value=value, message_zh=zh, message_en=en)
