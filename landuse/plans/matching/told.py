"""What is said of each project and each site: the site proposed, others that would do, why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from landuse.plans.matching.fit import Fit, far_short, names_of, needed_and_found
from landuse.plans.matching.programme import Market
from landuse.plans.matching.terms import ORDER, STATUS, MatchSettings

ALTERNATIVES = ["project_id", "rank", "site_id", "fit", "coverage", "state", "state_zh", "state_en",
                "held_by", "town_name", "zone_name", "area_mu", "unchecked_zh",
                "unchecked_en"]  # fmt: skip
MISFITS = ["project_id", "project_name", "site_id", "condition", "zh", "en", "unit", "needed",
           "found", "by", "sites_meeting", "sites_if_waived"]  # fmt: skip
STATES = {
    "given": ("本项目拟用", "given to this project"),
    "free": ("空着", "free"),
    "taken": ("已给别的项目", "taken by another project"),
    "overlaps": ("与已用的地有共同地块", "shares a plot with a site in use"),
}
_NAMED = ("town_name", "zone_name")


def of_projects(fit: Fit, placed: Mapping[int, int], *, settings: MatchSettings) -> pd.DataFrame:
    """Return each project with its status, its site and what is not known of the pair.

    Columns beside those of the project table: ``status``, ``status_zh``, ``status_en``,
    ``site_id``, ``fit`` (0 to 100), ``coverage``, ``feasible_sites``, ``town_name``,
    ``zone_name``, ``site_area_mu``, ``shared_with`` (";"-joined projects), ``unchecked_zh``,
    ``unchecked_en``, ``far_short``.
    """
    count = fit.feasible.sum(axis=1)
    site_ids, facts = fit.sites["site_id"].tolist(), _facts(fit.sites)
    rows = []
    for number, project_id in enumerate(fit.projects["project_id"]):
        site = placed.get(number)
        status = "placed" if site is not None else "outbid" if count[number] else "nowhere"
        zh, en = STATUS[status]
        row: dict[str, Any] = {"status": status, "status_zh": zh, "status_en": en,
                               "feasible_sites": int(count[number])}  # fmt: skip
        row |= _place(fit, number, site, facts)
        others = [fit.project_ids[other] for other, at in placed.items()
                  if site is not None and at == site and other != number]  # fmt: skip
        row |= {"site_id": "" if site is None else site_ids[site],
                "shared_with": ";".join(sorted(others)), "project_id": project_id}  # fmt: skip
        rows.append(row)
    told = pd.DataFrame(rows, columns=["project_id", "status", "status_zh", "status_en", "site_id",
                                       "fit", "coverage", "feasible_sites", *_NAMED,
                                       "site_area_mu", "shared_with", "unchecked_zh",
                                       "unchecked_en"])  # fmt: skip
    told = told.astype({"feasible_sites": "int64", "fit": "float64", "coverage": "float64",
                        "site_area_mu": "float64"})  # fmt: skip
    table = fit.projects.merge(told, on="project_id", how="left", validate="1:1")
    return table.assign(far_short=far_short(fit.projects))


def _facts(sites: pd.DataFrame) -> list[dict[str, Any]]:
    """Return area, town and zone of each site."""
    names = [[_text(value) for value in sites[name]] if name in sites else [""] * len(sites)
             for name in _NAMED]  # fmt: skip
    area = sites["area_mu"].astype("float64").tolist()
    return [{"site_area_mu": mu} | dict(zip(_NAMED, named, strict=True))
            for mu, *named in zip(area, *names, strict=True)]  # fmt: skip


def _place(
    fit: Fit, project: int, site: int | None, facts: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    if site is None:
        return {"fit": np.nan, "coverage": np.nan, "site_area_mu": np.nan, "town_name": "",
                "zone_name": "", "unchecked_zh": "", "unchecked_en": ""}  # fmt: skip
    named = [names_of(code) for code in fit.unknown(project, site)]
    return {
        "fit": float(fit.points[project, site]), "coverage": float(fit.coverage[project, site]),
        **facts[site],
        "unchecked_zh": "、".join(zh for zh, _, _ in named),
        "unchecked_en": ", ".join(en for _, en, _ in named),
    }  # fmt: skip


def _text(value: object) -> str:
    return "" if value is None or value is pd.NA or value != value else str(value)


def alternatives(
    fit: Fit, market: Market, placed: Mapping[int, int], *, settings: MatchSettings
) -> pd.DataFrame:
    """Return the sites that suit each project best, ranked, and whether they are still free.

    ``state``: given (to this project), free (it could move there now), taken (``held_by`` other
    projects, no room left), overlaps (shares a plot with a site in use).
    """
    held, users, facts = _holders(placed), _users(market, placed), _facts(fit.sites)
    site_ids = fit.sites["site_id"].tolist()
    rows: list[dict[str, Any]] = []
    for number, project_id in enumerate(fit.projects["project_id"]):
        sites = np.flatnonzero(fit.feasible[number])
        best = sites[np.lexsort((sites, -fit.points[number, sites]))]
        chosen = best[: settings.alternatives].tolist()
        given = placed.get(number)
        if given is not None and given not in chosen:
            chosen.append(given)
        rank = {int(site): place for place, site in enumerate(best.tolist(), start=1)}
        for site in chosen:
            state, holders = _state(number, site, fit, market, placed, held, users)
            zh, en = STATES[state]
            place = _place(fit, number, site, facts)
            rows.append({"project_id": project_id, "rank": rank[site], "state": state,
                         "site_id": site_ids[site], "state_zh": zh, "state_en": en,
                         "held_by": ";".join(holders), "area_mu": place.pop("site_area_mu"),
                         **place})  # fmt: skip
    return pd.DataFrame(rows, columns=ALTERNATIVES)


def _users(market: Market, placed: Mapping[int, int]) -> dict[str, list[int]]:
    """Return the projects that use each plot, in order."""
    users: dict[str, list[int]] = {}
    for project, site in sorted(placed.items()):
        for plot in set(market.members[site]):
            users.setdefault(plot, []).append(project)
    return users


def _holders(placed: Mapping[int, int]) -> dict[int, list[int]]:
    held: dict[int, list[int]] = {}
    for project, site in sorted(placed.items()):
        held.setdefault(site, []).append(project)
    return held


def _state(
    project: int, site: int, fit: Fit, market: Market, placed: Mapping[int, int],
    held: Mapping[int, list[int]], users: Mapping[str, list[int]],
) -> tuple[str, list[str]]:  # fmt: skip
    """Return whether a project could stand on a site as things are, and who stands there."""
    if placed.get(project) == site:
        return "given", []
    others = [other for other in held.get(site, []) if other != project]
    load = sum(market.load_of[other, site] for other in others)
    if others and load + market.load_of[project, site] > market.room[site]:
        return "taken", [fit.project_ids[other] for other in others]
    rivals = {other for plot in market.members[site] for other in users.get(plot, [])
              if other != project and placed[other] != site}  # fmt: skip
    if rivals:
        return "overlaps", [fit.project_ids[other] for other in sorted(rivals)]
    return "free", []


def misfits(fit: Fit) -> pd.DataFrame:
    """Return why a project fits nowhere: the conditions that fail at the site that misses least.

    That is the site with the fewest failing conditions; of equal ones, the least sum of relative
    shortfalls; then the first id. ``by`` is how much must give, in the unit. ``sites_meeting``:
    sites that meet this condition by itself; ``sites_if_waived``: sites the project would fit if
    only this condition were waived.
    """
    rows: list[dict[str, Any]] = []
    for number in np.flatnonzero(~fit.feasible.any(axis=1)):
        rows += _why(fit, int(number))
    return pd.DataFrame(rows, columns=MISFITS)


def _why(fit: Fit, project: int) -> list[dict[str, Any]]:
    fails = np.stack([fit.fails[code][project] for code in ORDER])
    if not fails.shape[1]:
        return []
    count = fails.sum(axis=0)
    relative = np.stack([_relative(fit, code, project) for code in ORDER])
    nearest = int(np.lexsort((np.round(relative.sum(axis=0), 9), count))[0])
    asked = fit.projects.iloc[project]
    rows = []
    for place, code in enumerate(ORDER):
        if not fails[place, nearest]:
            continue
        zh, en, unit = names_of(code)
        needed, found = needed_and_found(code, fit, project, nearest)
        rows.append({
            "project_id": asked["project_id"], "project_name": asked["project_name"],
            "site_id": fit.sites["site_id"].iloc[nearest], "condition": code, "zh": zh, "en": en,
            "unit": unit, "needed": needed, "found": found,
            "by": np.nan if np.isnan(needed) else float(fit.short[code][project, nearest]),
            "sites_meeting": int((~fails[place]).sum()),
            "sites_if_waived": int((fails[place] & (count == 1)).sum()),
        })  # fmt: skip
    return rows


def _relative(fit: Fit, code: str, project: int) -> np.ndarray:
    """Return the shortfall of each site as a share of what is asked; 1 for a condition in words."""
    short = fit.short[code][project]
    wish = needed_and_found(code, fit, project, 0)[0]
    scale = 1.0 if np.isnan(wish) or wish <= 0 else wish
    return np.where(fit.fails[code][project], np.nan_to_num(short, nan=1.0) / scale, 0.0)


def of_sites(fit: Fit, market: Market, placed: Mapping[int, int]) -> pd.DataFrame:
    """Return each site with the projects it suits and those that got it.

    ``projects_fit``: how many it would suit; ``best_project``, ``best_fit``: the one it suits
    best; ``given_to``; ``used_mu``, ``left_mu`` (0 unless given or free); ``state``: given, barred
    (vetoed), reserved (planned for villages), overlaps (a plot of it is in use elsewhere), free.
    """
    held = _holders(placed)
    used_plots = {plot for site in held for plot in market.members[site]}
    points = np.where(fit.feasible, fit.points, -1.0)
    area = fit.projects["area_mu"].astype("float64").to_numpy()
    names = fit.projects["project_id"].tolist()
    barred, reserved = ([_text(value) for value in fit.sites[name]] if name in fit.sites
                        else [""] * len(fit.sites) for name in ("veto", "reserved"))  # fmt: skip
    mu = fit.sites["area_mu"].astype("float64").tolist()
    rows = []
    for site, site_id in enumerate(fit.sites["site_id"]):
        mine = held.get(site, [])
        suits = int(fit.feasible[:, site].sum())
        best = int(points[:, site].argmax()) if suits else -1
        state = ("given" if mine else "barred" if barred[site]
                 else "reserved" if reserved[site]
                 else "overlaps" if used_plots & set(market.members[site]) else "free")  # fmt: skip
        room, used = mu[site], float(area[mine].sum())
        rows.append({
            "site_id": site_id, "projects_fit": suits,
            "best_project": names[best] if suits else "",
            "best_fit": float(points[best, site]) if suits else np.nan,
            "given_to": ";".join(names[one] for one in mine), "used_mu": used,
            "left_mu": room - used if state in {"given", "free"} else 0.0, "state": state,
        })  # fmt: skip
    return pd.DataFrame(rows, columns=["site_id", "projects_fit", "best_project", "best_fit",
                                       "given_to", "used_mu", "left_mu", "state"])  # fmt: skip
