"""What was refused, by which rule and number: vetoes, parted groups, several owners."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from landuse.core.units import m2_to_mu
from landuse.plans.sites.assemblies import components, site_id
from landuse.plans.sites.judge import refusal
from landuse.plans.sites.settings import SiteSettings

PARTED, SEVERAL_OWNERS = "parted", "several_owners"
COLUMNS = ("site_id", "members", "town_code", "town_name", "area_mu", "rule", "layer", "value",
           "limit", "unit", "reason_zh", "reason_en")  # fmt: skip
_WORDS = {
    "water": ("河流水面", "a river"), "roads": ("高速公路或铁路", "a motorway or railway"),
    "land_use": ("铁路或河流用地", "railway or river land"),
}  # fmt: skip


def refused_table(
    sites: pd.DataFrame, *, joined: pd.DataFrame, parted: pd.DataFrame, settings: SiteSettings
) -> pd.DataFrame:
    """Return one row a refusal, sorted by site and rule.

    Parameters
    ----------
    sites : judged sites with ``first_choice``. ``joined, parted`` : pairs of `join_plots`.

    Returns
    -------
    ``rule`` is the code of a veto, ``parted`` (plots near each other that a barrier parts: no one
    site; ``value`` is the area that was not merged, mu) or ``several_owners`` (the whole is
    listed but not chosen before its parts; ``value`` the owners).
    """
    against = sites[(sites["veto"] != "") & ~_within_chosen(sites)]
    rows = [_vetoed(one, settings) for one in against.to_dict("records")]
    rows += [_many_owners(one, settings) for one in _shared(sites, settings).to_dict("records")]
    rows += _parted_groups(sites, joined, parted, gap_m=settings.limits.gap_m.value)
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    texts = [name for name in COLUMNS if name not in ("area_mu", "value", "limit")]
    table = table.astype(dict.fromkeys(texts, "str"))
    table = table.astype(dict.fromkeys(("area_mu", "value", "limit"), "float64"))
    return table.sort_values(["site_id", "rule"], ignore_index=True)


def _within_chosen(sites: pd.DataFrame) -> pd.Series:
    """Tell which sites lie wholly in a chosen one: too small alone is no loss there."""
    taken = {name for text in sites.loc[sites["first_choice"], "members"]
             for name in text.split(";")}  # fmt: skip
    within = [set(text.split(";")) <= taken for text in sites["members"]]
    return pd.Series(within, index=sites.index, dtype="bool")


def _base(one: Mapping[Any, Any]) -> dict[str, object]:
    return {name: one[name] for name in ("site_id", "members", "town_code", "town_name", "area_mu")}


def _vetoed(one: Mapping[Any, Any], settings: SiteSettings) -> dict[str, object]:
    zh, en = refusal(one, settings)
    unit = {"too_small": "m²", "too_narrow": "m"}.get(one["veto"], "")
    return _base(one) | {
        "rule": one["veto"], "layer": one["veto_layer"], "value": one["veto_share"],
        "limit": one["veto_limit"], "unit": unit, "reason_zh": zh, "reason_en": en,
    }  # fmt: skip


def _shared(sites: pd.DataFrame, settings: SiteSettings) -> pd.DataFrame:
    many = sites["owners"].astype("Float64").fillna(0) > settings.limits.most_owners.value
    return sites[many.astype(bool) & (sites["plots"] > 1) & (sites["veto"] == "")]


def _many_owners(one: Mapping[Any, Any], settings: SiteSettings) -> dict[str, object]:
    most = settings.limits.most_owners.value
    return _base(one) | {
        "rule": SEVERAL_OWNERS, "layer": "owners", "value": float(one["owners"]), "limit": most,
        "unit": "",
        "reason_zh": f"整片涉及 {one['owners']} 个权利人（多于 {most:g} 个，P），"
        "须全部同意；先列单一权属的部分",
        "reason_en": f"the whole has {one['owners']} owners (more than {most:g}, P), who must all "
        "agree; parts of one owner go first",
    }  # fmt: skip


def _parted_groups(
    sites: pd.DataFrame, joined: pd.DataFrame, parted: pd.DataFrame, *, gap_m: float
) -> list[dict[str, object]]:
    """Return each cluster of near plots that barriers cut, with the groups they cut it into."""
    if not len(parted):
        return []
    single = sites.assign(first=sites["members"].str.split(";").str[0])
    plots = single[single["plots"] == 1].set_index("members")
    whole = single.assign(member=single["members"].str.split(";")).explode("member")
    group = whole.drop_duplicates("member").set_index("member")["group_id"]
    ids = pd.Series(sorted(set(parted["first"]) | set(parted["second"])
                           | set(joined["first"]) | set(joined["second"])))  # fmt: skip
    near = pd.concat([joined[["first", "second"]], parted[["first", "second"]]])
    label = components(ids, near)
    cut = parted[group.reindex(parted["first"]).to_numpy()
                 != group.reindex(parted["second"]).to_numpy()]  # fmt: skip
    of = pd.Series(label, index=pd.Index(ids)).reindex(cut["first"]).to_numpy()
    return [
        _parted_row(ids[label == one], cut[of == one], group, plots, gap_m=gap_m)
        for one in np.unique(of)
    ]


def _parted_row(
    names: pd.Series, cut: pd.DataFrame, group: pd.Series, plots: pd.DataFrame, *, gap_m: float
) -> dict[str, object]:
    sides = sorted(set(group.reindex(names)))
    layer = cut["layer"].iloc[0]
    held = plots.reindex(names)
    area = float(m2_to_mu(held["area_m2"].sum()))
    zh, en = _WORDS.get(layer, (layer, layer))
    return {
        "site_id": site_id(names), "members": ";".join(names),
        "town_code": _first(held["town_code"]), "town_name": _first(held["town_name"]),
        "area_mu": area, "rule": PARTED, "layer": layer, "value": float(len(sides)),
        "limit": 1.0, "unit": "",
        "reason_zh": f"{len(names)} 宗相距不超过 {gap_m:g} m，"
        f"但被{zh}隔成 {len(sides)} 片，不合并为一处",
        "reason_en": f"{len(names)} plots lie within {gap_m:g} m "
        f"but {en} parts them into {len(sides)} groups: not one site",
    }  # fmt: skip


def _first(column: pd.Series) -> str:
    known = column.dropna()
    return str(known.iloc[0]) if len(known) else ""


def count_refused(table: pd.DataFrame) -> dict[str, int]:
    """Return how many were refused by each rule."""
    return {str(rule): int(count) for rule, count in table["rule"].value_counts().items()}
