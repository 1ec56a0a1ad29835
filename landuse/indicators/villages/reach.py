"""Reach: the time from a natural village to the nearest town, by road where there is one."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from affine import Affine
from numpy.typing import NDArray
from pydantic import Field
from rasterio.features import rasterize
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import dijkstra

from landuse.core.findings import Finding
from landuse.core.layers import Layer
from landuse.core.settings import Settings
from landuse.indicators.measured import Limit, Measured, absent
from landuse.indicators.villages.ground import Floats, inner_points, start

STAGE = "village_reach"
_KMH = 1000 / 60
_STEPS = ((0, 1), (1, 0), (1, 1), (1, -1))


class ReachSettings(Settings):
    """Speeds by class of road, and how fine the ground is looked at."""

    cell_m: float = Field(50.0, gt=0)
    margin_m: float = 2_000.0
    speeds_kmh: dict[str, float] = Field(default={
        "motorway": 80, "trunk": 50, "primary": 50, "secondary": 40, "tertiary": 30,
        "unclassified": 20, "residential": 20, "service": 15, "track": 15,
    })  # fmt: skip
    other_road_kmh: float = 20.0
    speeds: Limit = Limit(
        value=20, unit="km/h", source="domain.md §3.4: speeds by class of road; Tobler's hiking "
        "function off road is from memory", mark="P",
    )  # fmt: skip
    not_roads: tuple[str, ...] = ("rail", "footway", "path", "steps", "cycleway")


@dataclass(frozen=True, eq=False)
class _Ground:
    """Cells of ``cell_m``: height (metres) and road speed (km/h, 0 = none); wet cells block."""

    west: float
    north: float
    cell_m: float
    height: Floats
    speed: Floats
    wet: NDArray[np.bool_]

    def cells(self, xy: Floats) -> NDArray[np.int64]:
        """Return the cell of each point, -1 outside."""
        column = np.floor((xy[:, 0] - self.west) / self.cell_m)
        row = np.floor((self.north - xy[:, 1]) / self.cell_m)
        rows, columns = self.height.shape
        inside = (column >= 0) & (column < columns) & (row >= 0) & (row < rows)
        return np.where(inside, np.nan_to_num(row * columns + column), -1).astype(np.int64)


def measure_village_reach(
    *,
    settlements: gpd.GeoDataFrame,
    centres: gpd.GeoDataFrame | None,
    roads: gpd.GeoDataFrame | None,
    water: gpd.GeoDataFrame | None,
    elevation: Layer | None,
    settings: ReachSettings,
) -> Measured:
    """Measure the least time from each village to the nearest town centre.

    Between neighbouring cells (8 ways) one drives where both hold a road, at the slower of their
    speeds, and else walks at Tobler's v = 6 exp(-3.5 |s + 0.05|) km/h, s the rise over the way.
    Water without a road is not crossed. Shortest paths: Dijkstra (scipy).

    Parameters
    ----------
    centres : points. ``roads`` : lines with ``road_class`` (OSM ``highway``). ``elevation`` :
        metres; without it the ground counts as flat, and a finding says so.

    Returns
    -------
    ``travel_min`` : minutes; null without centres, without both roads and elevation, and where
        no way leads. ``road_distance_m`` : straight line from the outline to the nearest road a
        car can use; null without roads.

    Source: domain.md §3.4.
    """
    table, findings = start(settlements), []
    if roads is None:
        findings.append(absent(STAGE, "roads", ["road_distance_m"]))
        drivable = None
    else:
        drivable = _drivable(roads, settings)
        table["road_distance_m"] = _nearest(settlements, drivable)
    if centres is None or centres.empty or (roads is None and elevation is None):
        findings.append(absent(STAGE, "centres" if centres is None else "roads", ["travel_min"]))
        return {"table": table, "findings": findings}
    if elevation is None:
        findings.append(_flat())
    ground = _ground(settlements, centres, drivable, water, elevation, settings)
    table["travel_min"] = _minutes(ground, settlements, centres)
    return {"table": table, "findings": findings}


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


def _nearest(settlements: gpd.GeoDataFrame, roads: gpd.GeoDataFrame) -> Floats:
    distance = np.full(len(settlements), np.nan)
    lines = np.asarray(roads.geometry.array)
    lines = lines[~(shapely.is_missing(lines) | shapely.is_empty(lines))]
    if len(lines):
        (at, _), found = shapely.STRtree(lines).query_nearest(
            np.asarray(settlements.geometry.array), return_distance=True, all_matches=False
        )
        distance[at] = found
    return distance


def _ground(
    settlements: gpd.GeoDataFrame,
    centres: gpd.GeoDataFrame,
    roads: gpd.GeoDataFrame | None,
    water: gpd.GeoDataFrame | None,
    elevation: Layer | None,
    settings: ReachSettings,
) -> _Ground:
    cell, margin = settings.cell_m, settings.margin_m
    xy = np.concatenate([inner_points(settlements), inner_points(centres)])
    west, south = np.nanmin(xy, axis=0) - margin
    east, north = np.nanmax(xy, axis=0) + margin
    west, north = np.floor(west / cell) * cell, np.ceil(north / cell) * cell
    shape = (int(np.ceil((north - south) / cell)), int(np.ceil((east - west) / cell)))
    place = Affine(cell, 0, west, 0, -cell, north)
    speed = np.zeros(shape)
    if roads is not None:
        pace = roads["road_class"].str.removesuffix("_link").map(settings.speeds_kmh)
        pace = pace.astype("float64").fillna(settings.other_road_kmh).to_numpy()
        drawn = sorted(zip(pace, roads.geometry, strict=True), key=lambda pair: pair[0])
        lines = [(line, value) for value, line in drawn if line is not None and not line.is_empty]
        if lines:
            speed = rasterize(lines, shape, transform=place, all_touched=True, dtype="float64")
    wet = np.zeros(shape, dtype=bool)
    if water is not None and not water.empty:
        ponds = [shape_ for shape_ in water.geometry if shape_ is not None and not shape_.is_empty]
        wet = rasterize(ponds, shape, transform=place, dtype="uint8").astype(bool)
    return _Ground(west, north, cell, _heights(elevation, west, north, cell, shape), speed,
                   wet & (speed == 0))  # fmt: skip


def _heights(
    elevation: Layer | None, west: float, north: float, cell: float, shape: tuple[int, int]
) -> Floats:
    """Return the height at the middle of each cell; 0 without a model, NaN outside it."""
    if elevation is None:
        return np.zeros(shape)
    x = west + (np.arange(shape[1]) + 0.5) * cell
    y = north - (np.arange(shape[0]) + 0.5) * cell
    inverse = ~elevation.grid.transform
    column = np.floor(inverse.a * x + inverse.c).astype(int)
    row = np.floor(inverse.e * y + inverse.f).astype(int)
    rows, columns = elevation.values.shape
    known = elevation.known()
    inside = np.ix_(np.clip(row, 0, rows - 1), np.clip(column, 0, columns - 1))
    values = np.where(known[inside], elevation.values[inside].astype("float64"), np.nan)
    values[(row < 0) | (row >= rows), :] = np.nan
    values[:, (column < 0) | (column >= columns)] = np.nan
    return values


def _minutes(ground: _Ground, settlements: gpd.GeoDataFrame, centres: gpd.GeoDataFrame) -> Floats:
    starts = ground.cells(inner_points(centres))
    starts = np.unique(starts[starts >= 0])
    minutes = dijkstra(_graph(ground), indices=starts, min_only=True)
    at = ground.cells(inner_points(settlements))
    found = np.where(at >= 0, minutes[np.maximum(at, 0)], np.nan)
    return np.where(np.isfinite(found), found, np.nan)


def _graph(ground: _Ground) -> csr_matrix:
    """Return minutes from a cell to its neighbour *read backwards*: paths run to the centres."""
    rows, columns = ground.height.shape
    number = np.arange(rows * columns).reshape(rows, columns)
    parts: list[tuple[NDArray[np.int64], NDArray[np.int64], Floats]] = []
    for down, right in _STEPS:
        here, there = _pair(number, down, right)
        way = ground.cell_m * np.hypot(down, right)
        ahead, back = _pace(ground, here, there, way)
        parts += [(there, here, ahead), (here, there, back)]
    source, target, minutes = (np.concatenate(part) for part in zip(*parts, strict=True))
    open_ = np.isfinite(minutes)
    size = rows * columns
    return coo_matrix((minutes[open_], (source[open_], target[open_])), shape=(size, size)).tocsr()


def _pair(
    number: NDArray[np.int64], down: int, right: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    rows, columns = number.shape
    left = slice(max(0, -right), columns - max(0, right))
    moved = slice(max(0, right), columns - max(0, -right))
    return number[: rows - down, left].ravel(), number[down:, moved].ravel()


def _pace(
    ground: _Ground, here: NDArray[np.int64], there: NDArray[np.int64], way: float
) -> tuple[Floats, Floats]:
    """Return the minutes from here to there and back; infinite where water or no height bars."""
    height, speed, wet = ground.height.ravel(), ground.speed.ravel(), ground.wet.ravel()
    drive = np.minimum(speed[here], speed[there])
    slope = (height[there] - height[here]) / way
    barred = wet[here] | wet[there] | np.isnan(slope)
    times = []
    for rise in (slope, -slope):
        walk = np.where(barred, 0.0, 6 * np.exp(-3.5 * np.abs(np.nan_to_num(rise) + 0.05)))
        pace = np.maximum(walk, drive)
        time = np.full(len(pace), np.inf)
        np.divide(way, pace * _KMH, out=time, where=pace > 0)
        times.append(time)
    return times[0], times[1]
