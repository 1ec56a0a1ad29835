"""A field check follows the ground: from a parcel of the last run to the one that covers it now."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from landuse.core.findings import Finding
from landuse.core.settings import Mark, Settings
from landuse.objects.overlay import overlaps

STAGE = "checks"


class CarrySettings(Settings):
    """How much of both outlines must be shared before a check holds for the new one."""

    share: float = 0.8
    source: str = "domain specification §9.1: results of a check are kept by overlap of 80 %"
    mark: Mark = "P"


def carry_checks(
    checks: pd.DataFrame,
    parcels: gpd.GeoDataFrame,
    previous: gpd.GeoDataFrame | None,
    *,
    settings: CarrySettings,
) -> tuple[pd.DataFrame, list[Finding]]:
    """Rewrite the ids of checks whose parcel was numbered anew.

    Parameters
    ----------
    checks : ``parcel_id`` and what was found; other columns are kept.
    parcels : ``parcel_id`` and outlines of this run, metric CRS.
    previous : ``parcel_id`` and outlines of an earlier run, same CRS; None: nothing is known.

    Returns
    -------
    The checks, and a finding for each check that moved to another id, and for each that stays
    with an id whose outline has changed by more than ``share`` allows. An id that this run has is
    never rewritten.
    """
    if previous is None or not len(previous):
        return checks, []
    pairs = shared_outlines(parcels, previous)
    asked = set(checks["parcel_id"].dropna().astype("str"))
    now = set(parcels["parcel_id"])
    alike = pairs[pairs["share"] >= settings.share * (1 - 1e-12)]
    moved = alike[alike["old"].isin(asked - now)].sort_values(["old", "share", "new"])
    follows = moved.drop_duplicates("old", keep="last").set_index("old")
    ids = checks["parcel_id"].replace(follows["new"].to_dict())
    kept = asked & now & set(previous["parcel_id"])
    same = pairs[pairs["old"] == pairs["new"]].set_index("old")["share"]
    share = same.reindex(sorted(kept)).fillna(0.0)
    findings = [
        *(_moved(str(old), row.new, row.share) for old, row in follows.sort_index().iterrows()),
        *(_changed(str(one), part) for one, part in share[share < settings.share].items()),
    ]
    return checks.assign(parcel_id=ids), findings


def shared_outlines(parcels: gpd.GeoDataFrame, previous: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return pairs ``old, new, share``: the shared area as a part of the larger outline, 0 to 1."""
    found = overlaps(parcels, previous)
    ours = parcels.geometry.area.to_numpy()[found.objects]
    theirs = previous.geometry.area.to_numpy()[found.areas]
    return pd.DataFrame(
        {
            "old": previous["parcel_id"].astype("str").to_numpy()[found.areas],
            "new": parcels["parcel_id"].astype("str").to_numpy()[found.objects],
            "share": np.round(found.shared_m2 / np.maximum(ours, theirs), 6),
        }
    )


def _moved(old: str, new: str, share: float) -> Finding:
    return Finding(
        stage=STAGE, kind="repaired", object_id=new, value=old,
        message_zh=f"核实记录由旧编号 {old} 转入：两次图斑重叠 {share:.0%}",
        message_en=f"the check of the old id {old} holds here: both outlines share {share:.0%}",
    )  # fmt: skip


def _changed(one: str, share: float) -> Finding:
    return Finding(
        stage=STAGE, kind="doubt", object_id=one, value=f"{share:.0%}",
        message_zh=f"核实之后图斑已变，只重叠 {share:.0%}：核实状态保留，请复核",
        message_en=f"the outline changed since it was checked, {share:.0%} is shared: "
        "the status stays, look again",
    )  # fmt: skip
