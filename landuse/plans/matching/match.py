"""Projects and sites matched both ways as a stage: tables in, tables out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from landuse.core.findings import Finding
from landuse.plans.matching.assign import Assignment, assign
from landuse.plans.matching.fit import Fit, hold_against
from landuse.plans.matching.programme import Market
from landuse.plans.matching.terms import STATUS, MatchSettings
from landuse.plans.matching.told import alternatives, misfits, of_projects, of_sites

STAGE = "matching"
PROPOSED = (
    "匹配只是可能的组合，供招商与规划人员核对，不是供地决定",
    "matches are possible pairs to be checked by people, no decision to supply land",
)


def match_projects(
    *,
    projects: pd.DataFrame | None,
    sites: pd.DataFrame,
    plan: pd.DataFrame | None = None,
    settings: MatchSettings,
) -> dict[str, Any]:
    """Give each project a site, over the whole portfolio at once, and tell what else would do.

    Parameters
    ----------
    projects : of `plans.matching.requests.read_projects`; None where the study has none.
    sites : of the stage of sites; overlapping alternatives are all rows, told by ``members``.
    plan : of the consolidation plan; its ``site_id`` are plots that villages would move to.

    Returns
    -------
    ``projects`` : each with ``status`` (placed, outbid, nowhere), ``site_id``, ``fit``,
    ``feasible_sites``, what is not known of it; see `told.of_projects`.
    ``alternatives`` : ranked sites of each project and whether they are still free.
    ``misfits`` : conditions that fail where a project fits nowhere, and by how much.
    ``uses`` : each site with the projects it suits and those it got.
    ``flows`` : the pairs chosen. ``summary`` : one row of counts and areas, worth and bound.
    ``findings``.
    """
    asked = _no_projects() if projects is None else projects
    offered = sites if plan is None or not settings.receiving_first else reserved(sites, plan)
    fit = hold_against(asked, offered, settings=settings)
    market = market_of(fit, settings)
    found = assign(market, gap=settings.gap, nodes=settings.nodes)
    placed = {int(market.project[pair]): int(market.site[pair]) for pair in found.pairs}
    told = of_projects(fit, placed, settings=settings)
    summary = _summary(told, found, fit)
    proven = found.bound <= found.worth * (1 + settings.gap) + 1e-6
    return {
        "projects": told,
        "alternatives": alternatives(fit, market, placed, settings=settings),
        "misfits": misfits(fit),
        "uses": of_sites(fit, market, placed),
        "flows": _flows(told),
        "summary": summary,
        "findings": _findings(summary, told, given=projects is not None, proven=proven),
    }


def reserved(sites: pd.DataFrame, plan: pd.DataFrame) -> pd.DataFrame:
    """Return the sites with ``reserved``: the plots of each that the plan gives to villages."""
    used = set(plan["site_id"])
    plots = [[one for one in text.split(";") if one in used] for text in sites["members"]]
    return sites.assign(reserved=pd.Series([";".join(p) for p in plots], sites.index, dtype="str"))


def market_of(fit: Fit, settings: MatchSettings) -> Market:
    """Return the pairs that nothing bars, what each is worth, and the room of each site.

    .. math:: w_{ps} = v_p (1 - f + f \\cdot points_{ps} / 100)

    with v the weight of the project's priority and f ``fit_share``. Areas are whole hundredths of
    a mu: what is asked rounds up, what there is rounds down.
    """
    project, site = np.nonzero(fit.feasible)
    shared = _shared(fit, settings)
    room = np.where(shared, np.floor(_mu(fit.sites) * 100 + 1e-9), 1).astype("int64")
    need = np.ceil(_mu(fit.projects) * 100 - 1e-9).astype("int64")
    load = np.where(shared[site], np.minimum(need[project], room[site]), 1).astype("int64")
    share = settings.fit_share.value
    points = fit.points[project, site] / 100
    worth = _weights(fit.projects, settings)[project] * (1 - share + share * points)
    return Market(
        projects=len(fit.projects), project=project, site=site, worth=worth, load=load,
        room=room, members=[text.split(";") for text in fit.sites["members"].astype("str")],
    )  # fmt: skip


def _shared(fit: Fit, settings: MatchSettings) -> np.ndarray:
    assembled = (fit.sites["kind"] == "assembly").to_numpy(dtype="bool")
    return np.asarray(assembled & settings.share_assemblies)


def _mu(table: pd.DataFrame) -> np.ndarray:
    return np.asarray(table["area_mu"].astype("float64"))


def _weights(projects: pd.DataFrame, settings: MatchSettings) -> np.ndarray:
    known = settings.priority_weight
    last = known[max(known)] if known else 1.0
    rank = projects["priority"].astype("float64")
    return np.array([known.get(int(one), last) if one == one else last for one in rank])


def _flows(told: pd.DataFrame) -> pd.DataFrame:
    placed = told[told["status"] == "placed"]
    return placed[["project_id", "site_id", "area_mu", "fit", "priority"]].reset_index(drop=True)


def _summary(told: pd.DataFrame, found: Assignment, fit: Fit) -> pd.DataFrame:
    counts = {f"{status}": int((told["status"] == status).sum()) for status in STATUS}
    area = told["area_mu"].astype("float64")
    return pd.DataFrame([
        {"projects": len(told), "sites": len(fit.sites), **counts,
         "asked_mu": float(area.sum()),
         "placed_mu": float(area[told["status"] == "placed"].sum()),
         "feasible_pairs": int(fit.feasible.sum()), "worth": found.worth, "bound": found.bound}
    ])  # fmt: skip


def _no_projects() -> pd.DataFrame:
    texts = pd.DataFrame(columns=["project_id", "project_name", "industry_code", "zone_need"],
                         dtype="str")  # fmt: skip
    names = ["area_mu", "width_m", "length_m", "slope_most_deg", "ramp_most_km", "far_min",
             "sensitive_least_m", "priority"]  # fmt: skip
    empty = texts.assign(**{name: pd.Series(dtype="float64") for name in names})
    return empty.assign(division=pd.Series(dtype="Int64"))


def _findings(
    summary: pd.DataFrame, told: pd.DataFrame, *, given: bool, proven: bool
) -> list[Finding]:
    if not given:
        return [_told("absent", "", "没有重大项目用地需求表，未作项目匹配",
                      "no project table: nothing was matched")]  # fmt: skip
    row = summary.iloc[0]
    notes = [_told("note", f"{row['placed']} / {row['projects']}", *PROPOSED)]
    if row["nowhere"]:
        notes.append(_told("note", str(row["nowhere"]), *STATUS["nowhere"]))
    low = told[told["far_short"] > 0]
    if len(low):
        notes.append(_told("doubt", f"{len(low)} / {len(told)}",
                           "项目容积率低于其行业的控制指标（旧版，须核对现行版）",
                           "floor-area ratio below the industry's floor of the older edition",
                           ))  # fmt: skip
    if not proven:
        short = f"{row['worth']:.3f} / {row['bound']:.3f}"
        notes.append(_told("doubt", short, "未证明到要求的精度，结果与上界如示",
                           "not proven as close to the best as asked: worth / bound"))  # fmt: skip
    return notes


def _told(kind: str, value: str, zh: str, en: str) -> Finding:
    return Finding(stage=STAGE, kind=kind, object_id="", value=value, message_zh=zh, message_en=en)
