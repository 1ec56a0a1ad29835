"""Access: straight-line distance to a road, to the middle of the town, to a zone."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from landuse.core.findings import Finding
from landuse.core.settings import Settings
from landuse.core.side_by_side import nearest_m
from landuse.indicators.measured import Limit, Measured, absent, gaps, start
from landuse.indicators.overlay import require_same_crs

STAGE = "access"
_POINT = 0


class AccessSettings(Settings):
    """Which roads count, and how the middle of a town is found."""

    road_classes: tuple[str, ...] = ()
    road_class_column: str = "road_class"
    town_centre_cell_m: Limit = Limit(
        value=500, unit="m", source="proposed here: about the core of a market town", mark="P"
    )


def measure_access(
    *,
    parcels: gpd.GeoDataFrame,
    roads: gpd.GeoDataFrame | None,
    zones: gpd.GeoDataFrame | None,
    towns: gpd.GeoDataFrame | None,
    settings: AccessSettings,
) -> Measured:
    """Measure distances from the edge of each parcel (0 where it touches), metres.

    Parameters
    ----------
    roads : lines with a class in ``road_class_column``; ``road_classes`` chooses (empty = every
        road).
    zones : development zones.
    towns : points with ``town_code`` are the middles of the towns; polygons only tell that there
        are towns, and `town_centres` finds the middles from the parcels.

    Returns
    -------
    ``road_distance_m``, ``town_distance_m`` (to the middle of the parcel's own town),
    ``zone_distance_m``. Straight lines on the map plane, no travel time. Null for an empty
    geometry, for a parcel without a town, and everywhere if no feature qualifies.

    Source: domain.md §8 C05, D05, E03, E05.
    """
    table, findings = start(parcels), []
    outlines = np.asarray(parcels.geometry.array)
    if roads is None:
        findings.append(absent(STAGE, "roads", ["road_distance_m"]))
    else:
        require_same_crs(parcels, roads)
        chosen, found = _chosen_roads(roads, settings)
        table["road_distance_m"] = nearest_m(outlines, chosen)
        findings += found
    if zones is None:
        findings.append(absent(STAGE, "zones", ["zone_distance_m"]))
    else:
        require_same_crs(parcels, zones)
        table["zone_distance_m"] = nearest_m(outlines, np.asarray(zones.geometry.array))
    if towns is None or "town_code" not in parcels:
        findings.append(absent(STAGE, "towns", ["town_distance_m"]))
    else:
        distance = _own_centre_m(parcels, towns, settings)
        table["town_distance_m"] = distance
        findings += _without_town(table["parcel_id"], distance)
    return {"table": table, "findings": findings}


def town_centres(parcels: gpd.GeoDataFrame, *, cell_m: float) -> gpd.GeoDataFrame:
    """Return the middle of each town: where its construction land lies most densely.

    Parcels are counted by area on cells of ``cell_m``; the 3 x 3 block of cells with most land
    wins (ties: the south-western one), and its area-weighted middle is the centre.

    Returns
    -------
    Points with ``town_code``, sorted by it, in the CRS of the parcels.
    """
    outlines = np.asarray(parcels.geometry.array)
    middle = shapely.centroid(outlines)
    land = pd.DataFrame(
        {
            "town_code": _towns(parcels).to_numpy(),
            "x": shapely.get_x(middle),
            "y": shapely.get_y(middle),
            "area": shapely.area(outlines),
        }
    ).dropna()
    land = land[land["area"] > 0].sort_values(["town_code", "x", "y", "area"])
    centres = {code: _densest(one, cell_m) for code, one in land.groupby("town_code")}
    points = shapely.points(np.array(list(centres.values())).reshape(-1, 2))
    codes = pd.Series(list(centres), dtype="str")
    return gpd.GeoDataFrame({"town_code": codes}, geometry=points, crs=parcels.crs)


def _densest(land: pd.DataFrame, cell_m: float) -> tuple[float, float]:
    """Return the area-weighted middle of the 3 x 3 cells that hold most land."""
    column = np.floor(land["x"].to_numpy() / cell_m).astype(int)
    row = np.floor(land["y"].to_numpy() / cell_m).astype(int)
    area = land["area"].to_numpy()
    counted = np.zeros((np.ptp(column) + 5, np.ptp(row) + 5))
    np.add.at(counted, (column - column.min() + 2, row - row.min() + 2), area)
    blocks = sum(np.roll(counted, (i, j), axis=(0, 1)) for i in (-1, 0, 1) for j in (-1, 0, 1))
    # Whole square metres: blocks that differ by rounding only are ties.
    best = np.unravel_index(np.argmax(np.round(blocks)), counted.shape)
    near = (np.abs(column - column.min() + 2 - best[0]) <= 1) & (
        np.abs(row - row.min() + 2 - best[1]) <= 1
    )
    weight = area * near
    return (
        float((land["x"] * weight).sum() / weight.sum()),
        float((land["y"] * weight).sum() / weight.sum()),
    )


def _towns(parcels: gpd.GeoDataFrame) -> pd.Series:
    """Return the town codes; an empty text is no town."""
    return parcels["town_code"].replace("", pd.NA)


def _own_centre_m(
    parcels: gpd.GeoDataFrame, towns: gpd.GeoDataFrame, settings: AccessSettings
) -> NDArray[np.float64]:
    require_same_crs(parcels, towns)
    if (shapely.get_type_id(np.asarray(towns.geometry.array)) == _POINT).all():
        centres = towns
    else:
        centres = town_centres(parcels, cell_m=settings.town_centre_cell_m.value)
    point_of = dict(zip(centres["town_code"], centres.geometry.array, strict=True))
    own = np.array([point_of.get(code) for code in _towns(parcels)], dtype=object)
    distance: NDArray[np.float64] = shapely.distance(np.asarray(parcels.geometry.array), own)
    return distance


def _chosen_roads(
    roads: gpd.GeoDataFrame, settings: AccessSettings
) -> tuple[NDArray[np.object_], list[Finding]]:
    """Return the lines of the chosen classes, and what stands in the way of choosing."""
    lines = np.asarray(roads.geometry.array)
    classes, column = settings.road_classes, settings.road_class_column
    if not classes:
        return lines, []
    if column not in roads:
        text = (
            f"道路没有等级字段 {column}，按全部道路计算",
            f"roads have no column {column}: every road counts",
        )
        return lines, [_road_doubt(*text, value=", ".join(classes))]
    chosen = lines[roads[column].isin(classes).to_numpy()]
    if len(chosen):
        return chosen, []
    text = ("没有所选等级的道路，道路距离置空", "no road is of a chosen class: distance is null")
    return chosen, [_road_doubt(*text, value=", ".join(classes))]


def _road_doubt(zh: str, en: str, *, value: str) -> Finding:
    return Finding(
        stage=STAGE, kind="doubt", object_id="roads", value=value, message_zh=zh, message_en=en
    )


def _without_town(ids: pd.Series, distance: NDArray[np.float64]) -> list[Finding]:
    return gaps(
        STAGE,
        ids,
        np.isnan(distance),
        zh="地块没有所属乡镇，乡镇中心距离置空",
        en="the parcel belongs to no town: distance to its centre is null",
    )
