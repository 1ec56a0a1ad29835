"""Natural villages known as points only: no outline, no area, no invented ground."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from landuse.core.crs import to_lonlat
from landuse.core.errors import data_fault, fail
from landuse.core.findings import Finding
from landuse.objects.settlement_names import note
from landuse.objects.settlements import COLUMNS, SettlementSettings, build_settlements

POINT = "point"
KEPT = ("elevation_m", "elevation_class", "households", "population")
"""Facts of the bureau's list that stay with a village."""


def take_settlements(
    *,
    settlements: gpd.GeoDataFrame,
    towns: gpd.GeoDataFrame | None,
    villages: gpd.GeoDataFrame | None,
    previous: gpd.GeoDataFrame | None,
    settings: SettlementSettings,
) -> dict[str, Any]:
    """Take the bureau's natural villages where nothing else shows any: outlines, else points.

    Parameters and results are those of `build_settlements` and `settlements_from_points`.
    """
    if (shapely.get_dimensions(np.asarray(settlements.geometry.array)) == 2).any():
        return build_settlements(
            landcover=None, built_surface=None, buildings=None, settlements=settlements,
            towns=towns, villages=villages, zones=None, growth_boundary=None, previous=previous,
            settings=settings,
        )  # fmt: skip
    return settlements_from_points(settlements=settlements, towns=towns)


def settlements_from_points(
    *, settlements: gpd.GeoDataFrame, towns: gpd.GeoDataFrame | None
) -> dict[str, Any]:
    """Take the bureau's points as the natural villages, where no ground shows their outlines.

    Parameters
    ----------
    settlements : points with ``settlement_id``; ``settlement_name``, ``village_code`` and ``KEPT``
        where mapped. ``towns`` : polygons with ``town_code``, ``town_name``.

    Returns
    -------
    ``settlements``: GeoDataFrame with ``COLUMNS`` and ``KEPT`` where known, sorted by id; areas
    null. Rows that repeat id and place are one village, with a finding. ``findings``, ``retired``.

    Raises
    ------
    LanduseError
        Exit code 4 if an id is missing or stands at two places.
    """
    rows = _checked(settlements)
    place = rows.geometry.to_wkb()
    again = pd.DataFrame({"id": rows["settlement_id"], "place": place}).duplicated()
    findings = _repeated(int(again.sum()))
    rows = rows[~again].sort_values("settlement_id").reset_index(drop=True)
    lon, lat = to_lonlat(rows.geometry.x.to_numpy(), rows.geometry.y.to_numpy(), crs=str(rows.crs))
    town = _towns(rows, towns)
    text = pd.Series("", index=rows.index, dtype="str")
    made = {
        "settlement_id": rows["settlement_id"].astype("str"),
        "name": rows.get("settlement_name", text).fillna("").astype("str"),
        "town_code": town["town_code"], "town_name": town["town_name"],
        "village_code": rows.get("village_code", text).fillna("").astype("str"),
        "village_name": text, "area_m2": np.nan, "area_mu": np.nan,
        "building_count": pd.Series(pd.NA, index=rows.index, dtype="Int64"),
        "lon": lon, "lat": lat, "origin": pd.Series(POINT, index=rows.index, dtype="str"),
        "geometry": rows.geometry,
    }  # fmt: skip
    table = gpd.GeoDataFrame(made, geometry="geometry", crs=rows.crs)[list(COLUMNS)]
    for name in KEPT:
        if name in rows:
            table[name] = rows[name]
    findings.append(note("note", f"{len(table)} 个自然村只有点位，没有范围和面积",
                         f"{len(table)} natural villages are points: no outline, no area",
                         value=str(len(table))))  # fmt: skip
    retired = pd.DataFrame({"settlement_id": pd.Series(dtype="str")})
    return {"settlements": table, "findings": findings, "retired": retired}


def _checked(settlements: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return rows that have a place; refuse ids that are missing or stand at two places."""
    placed = settlements[~(settlements.geometry.isna() | settlements.geometry.is_empty)]
    if "settlement_id" not in placed or placed["settlement_id"].isna().any():
        raise fail(data_fault(
            "自然村点缺少编号", "points of natural villages lack an id",
            field="sources.settlements.fields.settlement_id", found="",
            todo_zh="映射编号字段并补齐", todo_en="map the id field and fill it in",
        ))  # fmt: skip
    places = placed.assign(place=shapely.to_wkb(placed.geometry.to_numpy()))
    counts = places.groupby("settlement_id")["place"].nunique()
    twice = sorted(counts[counts > 1].index)
    if twice:
        raise fail(data_fault(
            "同一编号出现在不同位置", "one id stands at several places",
            field="sources.settlements.fields.settlement_id", found=", ".join(twice[:10]),
            todo_zh="改正编号", todo_en="correct the ids",
        ))  # fmt: skip
    return placed


def _repeated(count: int) -> list[Finding]:
    if not count:
        return []
    return [note("repair", "编号与位置都相同的重复行已合并", "rows of the same id and place are "
                 "one village", value=str(count))]  # fmt: skip


def _towns(rows: gpd.GeoDataFrame, towns: gpd.GeoDataFrame | None) -> pd.DataFrame:
    found = pd.DataFrame("", index=rows.index, columns=["town_code", "town_name"], dtype="str")
    if towns is None:
        return found
    points = np.asarray(rows.geometry.array)
    town, at = shapely.STRtree(points).query(
        np.asarray(towns.geometry.array), predicate="intersects"
    )
    # A point on a common border belongs to the first town.
    first = pd.Series(town).groupby(at).min()
    for name in found:
        if name in towns:
            found.loc[first.index, name] = towns[name].to_numpy()[first.to_numpy()]
    return found
