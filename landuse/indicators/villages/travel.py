"""Least-cost travel over ground: cells with height, roads and barriers; minutes to the centres."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import scipy
import shapely
from affine import Affine
from numpy.typing import NDArray
from pydantic import Field
from rasterio.features import rasterize

from landuse.core.layers import Layer
from landuse.core.settings import Settings
from landuse.indicators.measured import Limit
from landuse.indicators.villages.ground import Floats, inner_points, smoothed

Part = tuple[slice, slice]
_KMH = 1000 / 60
_FLAT_KMH = 6 * np.exp(-3.5 * 0.05)
_STEPS = ((0, 1), (1, 0), (1, 1), (1, -1))
_WAVE_MIN, _ROWS = 1.0, 32
"""Minutes of travel, and rows of cells, that are worked out together: for speed alone."""
_AROUND = ((-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1))


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
    below_village_roads: tuple[str, ...] = Field(
        ("track", "service", "motorway", "motorway_link"),
        description="driven on, but no road to a village / 可行驶，但不算通村路",
    )
    barrier_classes: tuple[str, ...] = Field(
        (), description="entered and crossed only where another road meets them, e.g. motorway / "
        "封闭道路，仅在与其他道路相交处可进出",
    )  # fmt: skip
    snap_m: float = Field(150.0, ge=0, description="a place on water counts at dry ground so near")


@dataclass(frozen=True, eq=False)
class Ground:
    """Cells of ``cell_m``: height (metres) and road speeds (km/h, 0 = none).

    ``speed`` is that of roads one may enter anywhere, ``closed`` that of `barrier_classes`.
    Nobody walks on a ``barred`` cell.
    """

    west: float
    north: float
    cell_m: float
    height: Floats
    speed: Floats
    closed: Floats
    barred: NDArray[np.bool_]

    def cells(self, xy: Floats) -> NDArray[np.int64]:
        """Return the cell of each point, -1 outside."""
        column = np.floor((xy[:, 0] - self.west) / self.cell_m)
        row = np.floor((self.north - xy[:, 1]) / self.cell_m)
        rows, columns = self.height.shape
        inside = (column >= 0) & (column < columns) & (row >= 0) & (row < rows)
        return np.where(inside, np.nan_to_num(row * columns + column), -1).astype(np.int64)

    @cached_property
    def dry(self) -> NDArray[np.intp]:
        """Return for each cell the nearest one that is not barred."""
        nearest = scipy.ndimage.distance_transform_edt(
            self.barred, return_distances=False, return_indices=True
        )
        return np.asarray(nearest[0] * self.height.shape[1] + nearest[1]).ravel()


def lay_out(
    settlements: gpd.GeoDataFrame,
    centres: gpd.GeoDataFrame,
    roads: gpd.GeoDataFrame | None,
    water: gpd.GeoDataFrame | None,
    elevation: Layer | None,
    settings: ReachSettings,
) -> Ground:
    """Return the ground between villages and centres, ``margin_m`` wider."""
    cell, margin = settings.cell_m, settings.margin_m
    xy = np.concatenate([inner_points(settlements), inner_points(centres)])
    west, south = np.nanmin(xy, axis=0) - margin
    east, north = np.nanmax(xy, axis=0) + margin
    west, north = np.floor(west / cell) * cell, np.ceil(north / cell) * cell
    shape = (int(np.ceil((north - south) / cell)), int(np.ceil((east - west) / cell)))
    place = Affine(cell, 0, west, 0, -cell, north)
    height = _heights(elevation, west, north, cell, shape)
    speed, closed = _speeds(roads, shape, place, settings)
    wet = np.zeros(shape, dtype=bool)
    if water is not None and not water.empty:
        ponds = [shape_ for shape_ in water.geometry if shape_ is not None and not shape_.is_empty]
        wet = rasterize(ponds, shape, transform=place, dtype="uint8").astype(bool)
    barred = (wet | (closed > 0) | np.isnan(height)) & (speed == 0)
    return Ground(west, north, cell, height, speed, closed, barred)


def _speeds(
    roads: gpd.GeoDataFrame | None, shape: tuple[int, int], place: Affine, settings: ReachSettings
) -> tuple[Floats, Floats]:
    """Return the greatest speed in each cell: of roads open to all, and of closed ones."""
    if roads is None:
        return np.zeros(shape), np.zeros(shape)
    kind = roads["road_class"].str.removesuffix("_link")
    known = kind.map(settings.speeds_kmh).astype("float64")
    pace = known.fillna(settings.other_road_kmh).to_numpy()
    shut = kind.isin(settings.barrier_classes).to_numpy()
    lines = np.asarray(roads.geometry.array)
    drawn = []
    for chosen in (~shut, shut):
        rising = np.unique(pace[chosen])  # what is burned later stays: the fastest
        shapes = [(_as_one(lines[chosen & (pace == speed)]), speed) for speed in rising]
        shapes = [(one, speed) for one, speed in shapes if one["coordinates"]]
        drawn.append(
            rasterize(shapes, shape, transform=place, all_touched=True, dtype="float64")
            if shapes else np.zeros(shape)
        )  # fmt: skip
    return drawn[0], drawn[1]


def _as_one(lines: NDArray[Any]) -> dict[str, Any]:
    """Return lines as one multi-line; told line by line they take longer to tell than to draw."""
    parts = shapely.get_parts(lines[~shapely.is_missing(lines)])
    parts = parts[~shapely.is_empty(parts)]
    corners = shapely.get_coordinates(parts).tolist()
    ends = np.cumsum(shapely.get_num_coordinates(parts), dtype=int).tolist()
    told = [corners[start:end] for start, end in pairwise([0, *ends])]
    return {"type": "MultiLineString", "coordinates": told}


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
    values = smoothed(elevation)[
        np.ix_(np.clip(row, 0, rows - 1), np.clip(column, 0, columns - 1))
    ]  # fmt: skip
    values[(row < 0) | (row >= rows), :] = np.nan
    values[:, (column < 0) | (column >= columns)] = np.nan
    return values


def minutes_to(
    ground: Ground, settlements: gpd.GeoDataFrame, centres: gpd.GeoDataFrame,
    settings: ReachSettings,
) -> Floats:  # fmt: skip
    """Return the minutes from each village to the centre nearest in time; NaN where no way leads.

    Read `landuse.indicators.villages.reach.measure_village_reach` for the rules.
    """
    from landuse.indicators.engine.least_cost import least_costs  # the compiler is slow to import

    seats, seat_min = _access(ground, inner_points(centres), settings)
    at, first_min = _access(ground, inner_points(settlements), settings)
    columns, led, served = ground.height.shape[1], at >= 0, seats >= 0
    found = np.full(len(at), np.nan)
    found[led] = first_min[led] + least_costs(
        _to_neighbours(ground), np.array([down * columns + right for down, right in _AROUND]),
        starts=seats[served], start_costs=seat_min[served], ends=at[led], wave=_WAVE_MIN,
    )  # fmt: skip
    return np.where(np.isfinite(found), found, np.nan)


def _access(
    ground: Ground, xy: Floats, settings: ReachSettings
) -> tuple[NDArray[np.int64], Floats]:
    """Return the cell from which each point travels, -1 for none, and the minutes to its middle."""
    cell, columns = ground.cells(xy), ground.height.shape[1]
    if ground.barred.any() and not ground.barred.all():
        cell = np.where(cell >= 0, ground.dry[np.maximum(cell, 0)], -1)
    row, column = np.divmod(np.maximum(cell, 0), columns)
    away = np.hypot(ground.west + (column + 0.5) * ground.cell_m - xy[:, 0],
                    ground.north - (row + 0.5) * ground.cell_m - xy[:, 1])  # fmt: skip
    barred = ground.barred.ravel()[np.maximum(cell, 0)]
    beyond = np.nan_to_num(away) > max(settings.snap_m, ground.cell_m)
    cell = np.where((cell >= 0) & ~barred & ~beyond, cell, -1)
    pace = np.maximum(_FLAT_KMH, ground.speed.ravel()[np.maximum(cell, 0)])
    return cell, away / (pace * _KMH)


def _to_neighbours(ground: Ground) -> Floats:
    """Return the minutes *to* each cell from its neighbours ``_AROUND`` it (cells x 8).

    Read backwards, since paths are sought from the centres out.
    """
    minutes = np.full((*ground.height.shape, len(_AROUND)), np.inf)
    for down, right in _STEPS:
        for here, there in _pairs(ground.height.shape, down, right):
            ahead, back = _pace(ground, here, there, ground.cell_m * np.hypot(down, right))
            minutes[(*there, _AROUND.index((-down, -right)))] = ahead
            minutes[(*here, _AROUND.index((down, right)))] = back
    return minutes.reshape(-1, len(_AROUND))


def _pairs(shape: tuple[int, ...], down: int, right: int) -> Iterator[tuple[Part, Part]]:
    """Yield cells and their neighbours; some rows at a time stay near the processor."""
    rows, columns = shape
    left = slice(max(0, -right), columns - max(0, right))
    moved = slice(max(0, right), columns - max(0, -right))
    for first in range(0, rows - down, _ROWS):
        last = min(first + _ROWS, rows - down)
        yield (slice(first, last), left), (slice(first + down, last + down), moved)


def _pace(ground: Ground, here: Part, there: Part, way: float) -> tuple[Floats, Floats]:
    """Return the minutes from here to there and back; infinite where nothing leads.

    A closed road is driven along, and entered only in a cell that holds another road too.
    """
    height, barred, speed, closed = ground.height, ground.barred, ground.speed, ground.closed
    drive = np.maximum(np.minimum(speed[here], speed[there]),
                       np.minimum(closed[here], closed[there]))  # fmt: skip
    slope = (height[there] - height[here]) / way
    shut = barred[here] | barred[there] | np.isnan(slope)
    times = []
    for rise in (slope, -slope):
        walk = np.where(shut, 0.0, 6 * np.exp(-3.5 * np.abs(rise + 0.05)))
        with np.errstate(divide="ignore"):  # at no pace it takes forever
            times.append(way / (np.maximum(walk, drive) * _KMH))
    return times[0], times[1]
