"""Homestead plots of a natural village, and how much of them is suspected idle or poorly used."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pydantic import Field

from landuse.core.findings import Finding
from landuse.core.settings import Settings
from landuse.indicators.measured import Limit, Measured, absent
from landuse.indicators.villages.ground import as_parcels, start

STAGE = "village_homesteads"
KWH = "electricity_kwh_m2"
COLUMNS = ("homestead_m2", "homestead_flagged_m2", "hollow_share", "no_homestead")


class HomesteadSettings(Settings):
    """Which parcels are homesteads, and which flags count as hollow."""

    group: str = "VILLAGE"
    complete_least: Limit = Limit(
        value=0.5, unit="share of villages with a homestead plot", mark="P",
        source="proposed here: where fewer have one, plots were not mapped, and none is no sign",
    )  # fmt: skip
    metered_least: float = Field(0.5, ge=0, le=1, description="share of land with a meter (P)")
    flags: tuple[str, ...] = ("suspected_idle", "suspected_low_efficiency")


def measure_village_homesteads(
    *,
    settlements: gpd.GeoDataFrame,
    parcels: gpd.GeoDataFrame | None,
    judged: pd.DataFrame | None,
    settings: HomesteadSettings,
) -> Measured:
    """Measure the homestead land of each village and the share of it that is flagged.

    .. math:: hollow = \\sum_{flagged} A / \\sum_{homesteads} A

    Parameters
    ----------
    parcels : polygons with ``parcel_id``. ``judged`` : ``parcel_id``, ``group``, ``flag``.

    Returns
    -------
    ``homestead_m2``, ``homestead_flagged_m2`` (m2 of plots whose inner point lies in the outline)
    and ``hollow_share`` (0 to 1; null without homesteads). The share rests on suspicion: it is
    疑似, not a survey. ``no_homestead``: 1 where no plot lies in the outline. All null where fewer
    than ``complete_least`` of the villages have a plot: then plots are not mapped.
    ``homestead_kwh_m2``: electricity by ground of the plots whose meters are
    known, weighted by area; null where fewer than half of the homestead land has one.

    Source: domain.md §3.2 (空心化率 by area).
    """
    table = start(settlements)
    if parcels is None or judged is None:
        return {"table": table, "findings": [absent(STAGE, "parcels", COLUMNS)]}
    told = judged.reindex(columns=["parcel_id", "group", "flag", KWH])
    plots = parcels[["parcel_id", "geometry"]].merge(told, on="parcel_id", validate="1:1")
    plots = plots[plots["group"] == settings.group]
    area = shapely.area(np.asarray(plots.geometry.array))
    points = shapely.point_on_surface(np.asarray(plots.geometry.array))
    ground = np.asarray(as_parcels(settlements).geometry.array)
    village, plot = shapely.STRtree(points).query(ground, predicate="contains")
    flagged = plots["flag"].isin(settings.flags).to_numpy()[plot] * area[plot]
    size = len(settlements)
    whole, idle = np.bincount(village, area[plot], size), np.bincount(village, flagged, size)
    if (whole > 0).mean() < settings.complete_least.value:
        return {"table": table, "findings": [_incomplete(whole)]}
    share = np.divide(idle, whole, out=np.full(size, np.nan), where=whole > 0)
    none = (whole == 0).astype("float64")
    columns = dict(zip(COLUMNS, (whole, idle, share, none), strict=True))
    if KWH in judged:
        kwh = plots[KWH].to_numpy("float64")[plot]
        seen = np.bincount(village, area[plot] * ~np.isnan(kwh), size)
        used = np.bincount(village, np.nan_to_num(kwh) * area[plot], size)
        enough = (seen > 0) & (seen >= settings.metered_least * whole)
        columns["homestead_kwh_m2"] = np.divide(used, seen, out=np.full(size, np.nan), where=enough)
    return {"table": table.assign(**columns), "findings": []}


def _incomplete(whole: NDArray[np.floating[Any] | np.integer[Any]]) -> Finding:
    return Finding(
        stage=STAGE, kind="absent", object_id="parcels",
        value=f"{int((whole > 0).sum())} / {len(whole)}",
        message_zh="多数村庄没有宅基地图斑，宅基地未测绘齐，不据此判断",
        message_en="most villages have no homestead plot: plots are not mapped, nothing rests on "
        "them",
    )  # fmt: skip
