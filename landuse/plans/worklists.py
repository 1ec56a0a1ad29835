"""Two work lists, inside and outside the development zones, and their totals by zone and town."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from landuse.core.findings import Finding
from landuse.core.settings import Settings
from landuse.core.units import m2_to_mu
from landuse.indicators.measured import Limit

STAGE = "worklists"
FLAGGED = ("suspected_idle", "suspected_low_efficiency")
SIDES = {
    "in": ("开发区内", "inside the zones"),
    "out": ("开发区外", "outside the zones"),
    "unknown": ("未分区内外", "zones not supplied"),
}
INDICATORS = ("built_rate", "industrial_far", "coverage", "industrial_coverage", "idle_rate")
"""Indicators after TD/T 1029 that stand beside a zone's totals."""
_SITE = ["site_id", "site_state", "given_to", "best_use", "uses", "advice", "advice_zh",
         "advice_en", "advice_basis_zh", "advice_mark", "first_check_zh", "first_check_en", "ops",
         "not_a_site_zh"]  # fmt: skip


class WorkSettings(Settings):
    """What the potential of a zone is measured against."""

    ideal_far: Limit = Limit(
        value=1.0, source="domain.md §1.3: below 1.0 to be watched; TD/T 1029 asks for an ideal "
        "value of the zone itself", mark="P",
    )  # fmt: skip


def work_lists(
    *,
    parcels: pd.DataFrame,
    sites: pd.DataFrame,
    refused: pd.DataFrame,
    uses: pd.DataFrame,
    intensity: pd.DataFrame,
    settings: WorkSettings,
) -> dict[str, Any]:
    """List every suspected plot once, by side of the zone boundary, with what to do there.

    Parameters
    ----------
    parcels : the parcel table. ``sites``, ``refused`` : of the stage of sites.
    uses : of `plans.matching`: state of each site and the projects it got.
    intensity : of `indicators.zone_intensity`, one row a zone and indicator.

    Returns
    -------
    ``plots`` : one row a suspected plot: ``side`` (in, out, unknown), place, area, flag, grade,
    and the site it goes with: the one given to a project, else the one chosen, else its own.
    ``zones`` : totals by zone, with `INDICATORS` and two potentials after TD/T 1029:
    ``idle_potential_mu`` (管理潜力: land suspected idle) and ``intensity_potential_mu`` (强度潜力:
    area x (1 - FAR / ideal) of suspected low-efficiency industry; null where no FAR is known).
    ``towns`` : totals by town and side. ``findings``. Sums of zones, and of towns, are the sums
    over plots.
    """
    flagged = parcels[parcels["flag"].isin(FLAGGED)].sort_values("parcel_id", ignore_index=True)
    plots = _plots(flagged, sites, refused, uses)
    return {
        "plots": plots,
        "zones": _zones(parcels, plots, intensity, settings),
        "towns": _towns(plots),
        "findings": _findings(plots),
    }


def side_of(parcels: pd.DataFrame) -> pd.Series:
    """Return in, out or unknown (no zones supplied) for each parcel."""
    inside = parcels["zone_in"].astype("boolean")
    word = np.select([inside.isna(), inside.fillna(value=False)], ["unknown", "in"], "out")
    return pd.Series(word, index=parcels.index, dtype="str")


def _plots(
    flagged: pd.DataFrame, sites: pd.DataFrame, refused: pd.DataFrame, uses: pd.DataFrame
) -> pd.DataFrame:
    kept = ["parcel_id", "town_code", "town_name", "zone_name", "land_use", "land_use_zh", "group",
            "area_m2", "area_mu", "flag", "grade", "score", "rank", "far", "coverage",
            "evidence_zh", "evidence_en"]  # fmt: skip
    plots = flagged.reindex(columns=kept).assign(side=side_of(flagged))
    best = _site_of_each_plot(sites, refused, uses)
    return plots.merge(best, on="parcel_id", how="left", validate="1:1")


def _site_of_each_plot(
    sites: pd.DataFrame, refused: pd.DataFrame, uses: pd.DataFrame
) -> pd.DataFrame:
    """Return the one site each plot goes with: given first, then chosen, then its own."""
    known = uses[["site_id", "state", "given_to"]].rename(columns={"state": "site_state"})
    rows = sites.merge(known, on="site_id", how="left", validate="1:1")
    order = np.select([rows["site_state"] == "given", rows["first_choice"], rows["plots"] == 1],
                      [0, 1, 2], 3)  # fmt: skip
    why = refused.drop_duplicates("site_id").set_index("site_id")["reason_zh"].to_dict()
    reason = [str(why.get(one, "")) for one in rows["site_id"]]
    rows = rows.assign(_order=order, not_a_site_zh=pd.Series(reason, rows.index, dtype="str"))
    rows["parcel_id"] = rows["members"].str.split(";")
    rows = rows.explode("parcel_id").sort_values(["parcel_id", "_order", "site_id"])
    return rows.drop_duplicates("parcel_id")[["parcel_id", *_SITE]]


def _amounts(plots: pd.DataFrame) -> pd.DataFrame:
    """Return what each plot adds to a total."""
    area = plots["area_mu"].astype("float64")
    idle = plots["flag"] == FLAGGED[0]
    given = plots["site_state"] == "given"
    return pd.DataFrame({
        "plots": 1, "area_mu": area,
        "idle_plots": idle.astype("int64"), "idle_mu": area.where(idle, 0.0),
        "low_plots": (~idle).astype("int64"), "low_mu": area.where(~idle, 0.0),
        "with_project_plots": given.astype("int64"), "with_project_mu": area.where(given, 0.0),
        "refused_mu": area.where(plots["not_a_site_zh"].fillna("") != "", 0.0),
    })  # fmt: skip


def _towns(plots: pd.DataFrame) -> pd.DataFrame:
    keys = ["town_code", "town_name", "side"]
    parts = pd.concat([plots[keys], _amounts(plots)], axis=1)
    return parts.groupby(keys, as_index=False).sum()


def _zones(
    parcels: pd.DataFrame, plots: pd.DataFrame, intensity: pd.DataFrame, settings: WorkSettings
) -> pd.DataFrame:
    inside = parcels[side_of(parcels) == "in"]
    whole = inside.groupby("zone_name").agg(parcels=("area_mu", "size"),
                                            zone_parcels_mu=("area_mu", "sum"))  # fmt: skip
    mine = plots[plots["side"] == "in"]
    parts = pd.concat([mine[["zone_name"]], _amounts(mine)], axis=1)
    sums = parts.groupby("zone_name").sum().reindex(whole.index).fillna(0)
    counts = [name for name in sums if name.endswith("plots")]
    table = whole.join(sums.astype(dict.fromkeys(counts, "int64")))
    table["suspected_share"] = table["area_mu"] / table["zone_parcels_mu"]
    table["idle_potential_mu"] = table["idle_mu"]
    table["intensity_potential_mu"] = _intensity(mine, settings).reindex(table.index)
    return table.join(_indicators(intensity)).reset_index()


def _intensity(plots: pd.DataFrame, settings: WorkSettings) -> pd.Series:
    """Return the land low-efficiency industry would give back at the ideal FAR, mu, by zone."""
    far = plots["far"].astype("float64")
    counts = (plots["flag"] == FLAGGED[1]) & plots["group"].isin(("IND_IN", "IND_OUT"))
    short = (1 - far / settings.ideal_far.value).clip(lower=0)
    freed = m2_to_mu(plots["area_m2"].astype("float64")) * short.where(counts & far.notna())
    return freed.groupby(plots["zone_name"]).sum(min_count=1)


def _indicators(intensity: pd.DataFrame) -> pd.DataFrame:
    rows = intensity[(intensity["level"] == "zone") & intensity["indicator"].isin(INDICATORS)]
    table = rows.pivot_table(index="zone_name", columns="indicator", values="value",
                             aggfunc="first", dropna=False)  # fmt: skip
    table = table.reindex(columns=list(INDICATORS)).astype("float64")
    return table.add_prefix("tdt_").rename_axis(columns=None)


def _findings(plots: pd.DataFrame) -> list[Finding]:
    unknown = int((plots["side"] == "unknown").sum())
    if not unknown:
        return []
    return [Finding(stage=STAGE, kind="absent", value=str(unknown),
                    message_zh="没有开发区边界，疑似地块未分区内外",
                    message_en="no zones supplied: suspected plots not split by side")]  # fmt: skip
