"""Reach: the time from a natural village to the nearest town, by road where there is one."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from landuse.core.findings import Finding
from landuse.core.layers import Layer
from landuse.core.side_by_side import nearest_m
from landuse.indicators.measured import Measured, absent, gaps
from landuse.indicators.villages.ground import Floats, start
from landuse.indicators.villages.travel import ReachSettings, lay_out, minutes_to

__all__ = ["STAGE", "ReachSettings", "measure_village_reach"]
STAGE = "village_reach"


def measure_village_reach(
    *,
    settlements: gpd.GeoDataFrame,
    centres: gpd.GeoDataFrame | None,
    roads: gpd.GeoDataFrame | None,
    water: gpd.GeoDataFrame | None,
    elevation: Layer | None,
    settings: ReachSettings,
    towns: gpd.GeoDataFrame | None = None,
) -> Measured:
    """Measure the least time from each village to the nearest town centre.

    Between neighbouring cells (8 ways) one drives where both hold a road, at the slower of their
    speeds, and else walks at Tobler's v = 6 exp(-3.5 |s + 0.05|) km/h, s the rise over the way,
    on heights after a 3 x 3 median. Water without a road is not crossed; where it is narrower
    than a cell and a half it may be. The least cost differs by direction. A village and a centre
    reach the middle of their cells by the same rules, so that no time is shorter than the straight
    line at the greatest speed.

    Parameters
    ----------
    centres : points. ``towns`` : polygons that serve, by a point inside each, if centres is None.
    roads : lines with ``road_class`` (OSM ``highway``). ``elevation`` : metres; without it the
        ground counts as flat, and a finding says so.

    Returns
    -------
    ``travel_min`` : minutes; null without centres, without both roads and elevation, and where
        no way leads. ``travel_basis`` : "roads_slope", "roads_flat" (no elevation) or "slope" (no
        roads), "" where the time is null. ``road_distance_m`` : straight line from the outline to
        the nearest road of village class or better that one may enter; null without roads.

    Source: domain.md §3.4.
    """
    table, findings = start(settlements), []
    if roads is None:
        findings.append(absent(STAGE, "roads", ["road_distance_m"]))
        drivable = None
    else:
        drivable = _drivable(roads, settings)
        table["road_distance_m"] = _nearest(settlements, _without(drivable, settings))
    if centres is None and towns is not None:
        centres = towns.set_geometry(towns.geometry.representative_point())
        findings.append(_inside_towns(len(towns)))
    if centres is None or centres.empty or (roads is None and elevation is None):
        lacks = "centres" if centres is None or centres.empty else "roads"
        findings.append(absent(STAGE, lacks, ["travel_min", "travel_basis"]))
        return {"table": table, "findings": findings}
    if elevation is None:
        findings.append(_flat())
    ground = lay_out(settlements, centres, drivable, water, elevation, settings)
    minutes = minutes_to(ground, settlements, centres, settings)
    basis = "slope" if roads is None else "roads_flat" if elevation is None else "roads_slope"
    known = np.isfinite(minutes)
    table["travel_min"] = minutes
    table["travel_basis"] = pd.Series(np.where(known, basis, ""), index=table.index, dtype="str")
    findings += gaps(
        STAGE,
        table["settlement_id"],
        ~known,
        zh="到镇中心无路可通或地面未知，到镇时间置空",
        en="no way to a town centre, or the ground is unknown: no travel time",
    )
    return {"table": table, "findings": findings}


def _inside_towns(count: int) -> Finding:
    return Finding(
        stage=STAGE, kind="doubt", object_id="centres", value=str(count),
        message_zh="没有城镇中心点，以乡镇范围内一点代替，到镇时间不准",
        message_en="no town centres: a point inside each town serves, so travel times are rough",
    )  # fmt: skip


def _flat() -> Finding:
    return Finding(
        stage=STAGE, kind="doubt", object_id="elevation", value="",
        message_zh="没有高程，行程按平地计算，山区偏短",
        message_en="no elevation: travel times count the ground as flat, too short in hills",
    )  # fmt: skip


def _drivable(roads: gpd.GeoDataFrame, settings: ReachSettings) -> gpd.GeoDataFrame:
    if "road_class" not in roads:
        return roads.assign(road_class="")
    return roads[~roads["road_class"].isin(settings.not_roads)]


def _without(roads: gpd.GeoDataFrame, settings: ReachSettings) -> gpd.GeoDataFrame:
    """Return the roads of village class or better."""
    return roads[~roads["road_class"].isin(settings.below_village_roads)]


def _nearest(settlements: gpd.GeoDataFrame, roads: gpd.GeoDataFrame) -> Floats:
    return nearest_m(np.asarray(settlements.geometry.array), np.asarray(roads.geometry.array))
