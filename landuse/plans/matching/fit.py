"""Every project held against every site: which conditions fail, by how much, how well it suits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from landuse.plans.matching.industries import far_floor, sector
from landuse.plans.matching.terms import CONDITIONS, ORDER, WORDS, Condition, MatchSettings

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
KNOWN_USES = ("industry", "small_enterprise_park", "mixed_use", "reclaim", "regreen", "keep")


@dataclass(frozen=True, eq=False)
class Fit:
    """Projects (rows) against sites (columns), both in the order of their ids.

    Attributes
    ----------
    projects, sites : the tables in that order.
    short : by condition, by how much a pair misses it in its unit; 0 = met, NaN = not known. A
        condition in words misses by 1.
    fails : by condition, whether it bars the pair.
    feasible : whether nothing bars the pair. ``points`` : 0 to 100, how well it suits.
    coverage : share of the weight of ``points`` that is known, by pair.
    """

    projects: pd.DataFrame
    sites: pd.DataFrame
    short: Mapping[str, Floats]
    fails: Mapping[str, Bools]
    feasible: Bools
    points: Floats
    coverage: Floats

    @cached_property
    def project_ids(self) -> list[str]:
        """The ids of the projects, in order."""
        return [str(name) for name in self.projects["project_id"]]

    @cached_property
    def asked(self) -> dict[str, Floats]:
        """By condition in numbers, what each project wishes."""
        return {item.code: _numbers(self.projects, item.wish) for item in CONDITIONS}

    @cached_property
    def offered(self) -> dict[str, Floats]:
        """By condition in numbers, what each site has, in the unit of the condition."""
        return {item.code: _numbers(self.sites, item.has) * item.scale for item in CONDITIONS}

    def unknown(self, project: int, site: int) -> list[str]:
        """Return the conditions asked for of which the site's side is not known."""
        return [code for code in ORDER if np.isnan(self.short[code][project, site])]


def hold_against(projects: pd.DataFrame, sites: pd.DataFrame, *, settings: MatchSettings) -> Fit:
    """Hold every project against every site.

    Parameters
    ----------
    projects : of `plans.matching.requests.read_projects`.
    sites : ``site_id, kind, area_mu, rect_width_m, rect_length_m, slope_deg, ramp_m, sensitive_m,
        zone_in, uses, growth_share, ops, veto, reserved``; a column that is lacking or null is not
        known.
    """
    asked = projects.sort_values("project_id", ignore_index=True)
    offered = sites.sort_values("site_id", ignore_index=True)
    short = {item.code: _miss(item, asked, offered) for item in CONDITIONS}
    short |= _words(asked, offered)
    fails = {code: _bars(code, short[code], settings) for code in ORDER}
    points, coverage = _points(asked, offered, settings)
    return Fit(
        projects=asked, sites=offered, short=short, fails=fails,
        feasible=~np.logical_or.reduce([fails[code] for code in ORDER]),
        points=points, coverage=coverage,
    )  # fmt: skip


def _bars(code: str, short: Floats, settings: MatchSettings) -> Bools:
    if code == "far" and not settings.far_bars:
        return np.zeros(short.shape, dtype=bool)
    unknown = np.isnan(short) if settings.unknown_bars else np.zeros(short.shape, dtype=bool)
    return np.asarray((np.nan_to_num(short) > 0) | unknown)


def _miss(item: Condition, projects: pd.DataFrame, sites: pd.DataFrame) -> Floats:
    """Return by how much each pair misses a condition; a wish left empty is met everywhere."""
    wish = _numbers(projects, item.wish)[:, None]
    has = _numbers(sites, item.has)[None, :] * item.scale
    miss = np.maximum(wish - has if item.least else has - wish, 0)
    return np.where(np.isnan(wish), 0.0, miss)


def _numbers(table: pd.DataFrame, name: str) -> Floats:
    if name not in table:
        return np.full(len(table), np.nan)
    return np.asarray(table[name].astype("float64"), dtype="float64")


def _texts(table: pd.DataFrame, name: str) -> list[str]:
    found = table.reindex(columns=[name])[name]
    texts: list[str] = found.astype("object").where(found.notna(), "").astype("str").tolist()
    return texts


def _words(projects: pd.DataFrame, sites: pd.DataFrame) -> dict[str, Floats]:
    """Return the conditions in words: 1 where one is missed, NaN where it is not known."""
    shape = (len(projects), len(sites))
    return {
        "zone": _zone(projects, sites),
        "use": _use(projects, sites),
        "far": np.broadcast_to(far_short(projects)[:, None], shape).copy(),
        **{name: np.broadcast_to(_said(sites, name)[None, :], shape).copy()
           for name in ("veto", "reserved")},
    }  # fmt: skip


def _said(sites: pd.DataFrame, name: str) -> Floats:
    return np.array([float(text != "") for text in _texts(sites, name)], dtype="float64")


def _zone(projects: pd.DataFrame, sites: pd.DataFrame) -> Floats:
    given = sites.reindex(columns=["zone_in"])["zone_in"].astype("boolean")
    inside = given.astype("Float64").to_numpy("float64", na_value=np.nan)[None, :]
    need = np.array(_texts(projects, "zone_need"), dtype=object)[:, None]
    wrong = np.where(need == "in", 1.0 - inside, inside)
    return np.where(need == "", 0.0, wrong)


def use_ranks(projects: pd.DataFrame, sites: pd.DataFrame) -> Floats:
    """Return which of the site's ranked uses suits first: 1, 2, ...; 0 = none does; NaN = unknown.

    Unknown is a project without an industry code or a site of which no use was said.
    """
    wanted = [
        () if pd.isna(code) or (found := sector(int(code))) is None else found.uses
        for code in projects.reindex(columns=["division"])["division"]
    ]
    offered = [[use for use in text.split(";") if use] for text in _texts(sites, "uses")]
    kinds = {uses: _ranks(uses, offered) for uses in set(wanted)}
    rows = [kinds[uses] for uses in wanted]
    return np.array(rows, dtype="float64").reshape(len(projects), len(sites))


def _ranks(wanted: tuple[str, ...], offered: list[list[str]]) -> list[float]:
    return [
        float("nan") if not wanted or not uses
        else float(min((at for at, use in enumerate(uses, start=1) if use in wanted), default=0))
        for uses in offered
    ]  # fmt: skip


def _use(projects: pd.DataFrame, sites: pd.DataFrame) -> Floats:
    rank = use_ranks(projects, sites)
    silent = projects.reindex(columns=["division"])["division"].isna().to_numpy()[:, None]
    return np.where(silent, 0.0, np.where(np.isnan(rank), np.nan, (rank == 0).astype("float64")))


def far_short(projects: pd.DataFrame) -> Floats:
    """Return by how much each project's floor-area ratio misses the least of its industry."""
    floors = [
        np.nan if pd.isna(code) or (floor := far_floor(int(code))) is None else floor.value
        for code in projects.reindex(columns=["division"])["division"]
    ]
    miss = np.maximum(np.array(floors) - _numbers(projects, "far_min"), 0)
    return np.nan_to_num(miss)


def _points(
    projects: pd.DataFrame, sites: pd.DataFrame, settings: MatchSettings
) -> tuple[Floats, Floats]:
    """Return how well each pair suits (0 to 100, over the parts known) and the share known."""
    parts = _parts(projects, sites)
    weights = {name: item.value for name, item in settings.fit_weights.items()}
    shape = (len(projects), len(sites))
    total, known = np.zeros(shape), np.zeros(shape)
    for name, weight in weights.items():
        part = np.broadcast_to(parts[name], shape)
        total += weight * np.nan_to_num(part)
        known += weight * ~np.isnan(part)
    points = np.where(known > 0, 100 * total / np.where(known > 0, known, 1), 0.0)
    return np.asarray(np.round(points, 6)), known / (sum(weights.values()) or 1.0)


def _parts(projects: pd.DataFrame, sites: pd.DataFrame) -> dict[str, Floats]:
    """Return the parts of the points, 0 to 1: what a project leaves of a single plot is lost."""
    filled = _numbers(projects, "area_mu")[:, None] / _numbers(sites, "area_mu")[None, :]
    whole = np.array(_texts(sites, "kind"), dtype=object)[None, :] == "plot"
    rank = use_ranks(projects, sites)
    return {
        "ops": _numbers(sites, "ops")[None, :] / 100,
        "size": np.where(whole, np.clip(filled, 0, 1), 1.0),
        "use": np.where(rank > 0, np.clip(1.3 - 0.3 * rank, 0, 1), rank),
        "boundary": _numbers(sites, "growth_share")[None, :],
    }


def needed_and_found(code: str, fit: Fit, project: int, site: int) -> tuple[float, float]:
    """Return what a project asks and what the site has, in the condition's unit; NaN for words."""
    if code in fit.asked:
        return float(fit.asked[code][project]), float(fit.offered[code][site])
    if code == "far":
        has = float(_numbers(fit.projects, "far_min")[project])
        return has + float(fit.short[code][project, site]), has
    return float("nan"), float("nan")


def names_of(code: str) -> tuple[str, str, str]:
    """Return Chinese name, English name and unit of a condition."""
    for item in CONDITIONS:
        if item.code == code:
            return item.zh, item.en, item.unit
    return (*WORDS[code], "")
