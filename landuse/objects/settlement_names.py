"""What a natural village is called, and which town and village committee it belongs to."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from landuse.core.findings import Finding
from landuse.objects.overlay import largest, overlaps, same_crs

Places = NDArray[np.intp]
_LISTED = 10
_TOWN_DIGITS = 9


@dataclass(frozen=True)
class Labels:
    """Text columns of natural villages; ``settlement_id`` only where the bureau gives all."""

    name: pd.Series
    town_code: pd.Series
    town_name: pd.Series
    village_code: pd.Series
    village_name: pd.Series
    settlement_id: pd.Series | None


def note(kind: str, zh: str, en: str, *, value: str = "", object_id: str = "") -> Finding:
    """Return a finding of the making of natural villages."""
    return Finding(
        stage="settlements", kind=kind, object_id=object_id, value=value,
        message_zh=zh, message_en=en,
    )  # fmt: skip


def name_settlements(
    layer: gpd.GeoDataFrame,
    *,
    drawn: gpd.GeoDataFrame | None,
    points: gpd.GeoDataFrame | None,
    towns: gpd.GeoDataFrame | None,
    villages: gpd.GeoDataFrame | None,
    reach_m: float,
) -> tuple[Labels, list[Finding]]:
    """Name outlines, and give each the town and village it shares most area with.

    ``drawn`` has the bureau's columns, row by row; else the columns of the nearest of ``points``
    are taken, one point to one outline. A village code of the bureau goes before that of the map;
    without towns the first nine digits of the village code are the town's.

    Raises
    ------
    ValueError
        If the CRS differ.
    """
    findings = _absences(towns, villages)
    if drawn is not None:
        table = drawn
    else:
        table, told = _nearest(layer, points, reach_m=reach_m)
        findings += told
    village_code, village_name = _area_of(layer, villages, "village_code", "village_name")
    given = _text(table, "village_code")
    name_of = dict(zip(village_code, village_name, strict=True))
    if villages is not None and "village_name" in villages.columns:
        texts = villages["village_name"].fillna("").astype("str")
        name_of |= dict(zip(villages["village_code"].astype("str"), texts, strict=True))
    village_code = given.where(given != "", village_code)
    village_name = village_code.map(name_of).fillna("").astype("str")
    town_code, town_name = _area_of(layer, towns, "town_code", "town_name")
    if towns is None:
        town_code = village_code.str[:_TOWN_DIGITS]
    ids = _text(table, "settlement_id") if drawn is not None else None
    if ids is not None and ((ids == "").any() or not ids.is_unique):
        ids = None
    name = _text(table, "settlement_name")
    return Labels(name, town_code, town_name, village_code, village_name, ids), findings


def _absences(towns: gpd.GeoDataFrame | None, villages: gpd.GeoDataFrame | None) -> list[Finding]:
    out = []
    if towns is None:
        out.append(note("absent", "没有乡镇界，乡镇名称为空", "no towns: town names are empty"))
    if villages is None:
        zh = "没有行政村界：聚落未按行政村划分，行政村为空"
        en = "no administrative villages: clusters are not parted by them, village is empty"
        out.append(note("absent", zh, en))
    return out


def _area_of(
    layer: gpd.GeoDataFrame, areas: gpd.GeoDataFrame | None, code: str, name: str
) -> tuple[pd.Series, pd.Series]:
    """Return code and name of the area each outline shares most with; "" for none."""
    if areas is None:
        empty = pd.Series([""] * len(layer), index=layer.index, dtype="str")
        return empty, empty
    areas = areas.sort_values(code, kind="stable").reset_index(drop=True)
    owner = largest(overlaps(layer, areas), count=len(layer))
    return _taken(_text(areas, code), owner), _taken(_text(areas, name), owner)


def _text(table: gpd.GeoDataFrame, column: str) -> pd.Series:
    if column not in table.columns:
        return pd.Series([""] * len(table), index=table.index, dtype="str")
    return table[column].fillna("").astype("str")


def _taken(values: pd.Series, owner: Places) -> pd.Series:
    texts = np.array([*values, ""], dtype=object)
    return pd.Series(texts[owner], dtype="str")


def _nearest(
    layer: gpd.GeoDataFrame, points: gpd.GeoDataFrame | None, *, reach_m: float
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Return the bureau's columns for each outline, from one point each, the closest pairs first.

    Of several points inside, the one nearest to the middle names the outline.
    """
    columns = ["settlement_name", "village_code"]
    blank = gpd.GeoDataFrame(dict.fromkeys(columns, ""), index=layer.index)
    if points is None or points.empty:
        return blank, [note("absent", "没有自然村名称点", "no points to name natural villages by")]
    same_crs(layer, points)
    points = points.iloc[np.lexsort(shapely.get_coordinates(points.geometry.to_numpy()).T)]
    shapes, spots = layer.geometry.to_numpy(), points.geometry.to_numpy()
    one, other = shapely.STRtree(spots).query(shapes, predicate="dwithin", distance=reach_m)
    away = shapely.distance(shapes[one], spots[other])
    off = shapely.distance(shapely.centroid(shapes[one]), spots[other])
    owner = np.full(len(layer), -1, dtype=np.intp)
    used: set[int] = set()
    for pair in np.lexsort((other, one, off, away)):
        if owner[one[pair]] < 0 and int(other[pair]) not in used:
            owner[one[pair]] = other[pair]
            used.add(int(other[pair]))
    taken = {column: _taken(_text(points, column), owner) for column in columns}
    idle = np.setdiff1d(np.arange(len(points)), list(used))
    return gpd.GeoDataFrame(taken, index=layer.index), _unused(points, idle, reach_m=reach_m)


def _unused(points: gpd.GeoDataFrame, idle: Places, *, reach_m: float) -> list[Finding]:
    if not len(idle):
        return []
    names = sorted(_text(points.iloc[idle], "settlement_name"))
    more = " …" if len(names) > _LISTED else ""
    return [
        note(
            "doubt",
            f"{len(idle)} 个部门自然村点在 {reach_m:g} 米内没有自己的聚落",
            f"{len(idle)} points of the bureau have no cluster of their own within {reach_m:g} m",
            object_id=", ".join(filter(None, names[:_LISTED])) + more,
            value=str(len(idle)),
        )
    ]
