"""Building footprints: ground and floor area of each parcel, and whether the map is complete."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pydantic import Field

from landuse.core.layers import Layer
from landuse.core.settings import Settings
from landuse.indicators.measured import Limit
from landuse.indicators.overlay import overlap_pieces, union_area_m2

_STOREY = "domain.md §2.2 (h_f)"


class StoreySettings(Settings):
    """How a height becomes floors. Groups are the peer groups of the parcels."""

    storey_height_m: dict[str, Limit] = Field(
        default={
            "URBAN_RES": Limit(value=3.0, unit="m", source=_STOREY, mark="P"),
            "VILLAGE": Limit(value=3.0, unit="m", source=_STOREY, mark="P"),
            "COMM": Limit(value=4.0, unit="m", source=_STOREY, mark="P"),
            "IND_IN": Limit(value=4.5, unit="m", source=_STOREY, mark="P"),
            "IND_OUT": Limit(value=4.5, unit="m", source=_STOREY, mark="P"),
        }
    )
    other_storey_height_m: Limit = Limit(
        value=3.5, unit="m", source="proposed here: between 3.0 and 4.0 of the same list", mark="P"
    )
    double_groups: tuple[str, ...] = ("IND_IN", "IND_OUT")
    double_above_m: Limit = Limit(
        value=8.0,
        unit="m",
        source="工业项目建设用地控制指标: a storey over 8 m counts twice (domain.md §1.3)",
        mark="V",
    )
    minimum_height_known: Limit = Limit(
        value=0.5,
        unit="share of footprint",
        source="proposed here: with fewer heights known the floor area is a guess",
        mark="P",
    )

    def storey_of(self, groups: pd.Series) -> NDArray[np.float64]:
        """Return the storey height of each peer group, m."""
        by_group = {name: limit.value for name, limit in self.storey_height_m.items()}
        heights = groups.map(by_group).astype(float).fillna(self.other_storey_height_m.value)
        return np.asarray(heights, dtype=float)


def floors(
    *,
    height_m: NDArray[np.float64],
    levels: NDArray[np.float64],
    groups: pd.Series,
    settings: StoreySettings,
) -> NDArray[np.float64]:
    """Return how many floors a building counts for in the floor-area ratio.

    Levels are taken as they are mapped; without them ``max(1, round(height / storey height))``,
    halves rounded up. In the groups of ``double_groups`` a building over 8 m that is one storey
    (mapped so, or without levels) counts 2: 层高超过 8 米的，该层建筑面积加倍计算. NaN where
    neither height nor levels are known.

    Source: domain.md §1.3 (8 m rule, V), §2.2 (storey heights, P).
    """
    by_height = np.maximum(1, np.floor(height_m / settings.storey_of(groups) + 0.5))
    counted = np.where(levels >= 1, levels, by_height)
    industrial = groups.isin(settings.double_groups).to_numpy()
    one_storey = np.isnan(levels) | (levels <= 1)
    doubled = industrial & one_storey & (height_m > settings.double_above_m.value)
    return np.where(doubled, 2.0, counted)


def measure_footprints(
    parcels: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame,
    *,
    built_height: Layer | None,
    settings: StoreySettings,
) -> pd.DataFrame:
    """Measure the buildings on each parcel from their exact intersections.

    .. math:: ground = A(\\bigcup b \\cap p), \\qquad
              floor = ground \\cdot \\frac{\\sum A_b n_b}{\\sum A_b} (b\\ with\\ known\\ floors)

    A building without height or levels takes the height of the ``built_height`` cell it stands
    on; one still without is given the mean floors of the others on the parcel.

    Returns
    -------
    Index of the parcels; ``ground_m2`` (0 where there is no building) and ``floor_m2`` (NaN
    where floors are known for less than ``minimum_height_known`` of the ground).
    """
    parcel, building, pieces = overlap_pieces(parcels, buildings)
    ground = union_area_m2(parcel, pieces, outlines=np.asarray(parcels.geometry.array))
    groups = _groups(parcels).iloc[parcel]
    height, levels = _heights(buildings, built_height)
    counted = floors(
        height_m=height[building], levels=levels[building], groups=groups, settings=settings
    )
    area = shapely.area(pieces)
    has = ~np.isnan(counted)
    whole = np.bincount(parcel, weights=area, minlength=len(parcels))
    known = np.bincount(parcel, weights=area * has, minlength=len(parcels))
    floor = np.bincount(parcel, weights=area * np.where(has, counted, 0), minlength=len(parcels))
    enough = (known > 0) & (known >= settings.minimum_height_known.value * whole)
    mean_floors = np.divide(floor, known, out=np.full(len(parcels), np.nan), where=enough)
    floor_m2 = np.where(ground > 0, ground * mean_floors, 0.0)
    return pd.DataFrame({"ground_m2": ground, "floor_m2": floor_m2}, index=parcels.index)


def completeness(
    ground_m2: pd.Series, built_m2: pd.Series, *, towns: pd.Series
) -> tuple[pd.Series, pd.DataFrame]:
    """Compare mapped footprints with built surface, town by town.

    .. math:: c_t = \\sum_{p \\in t} footprint_p / \\sum_{p \\in t} BUILT\\text{-}S_p

    Parcels whose built surface is not known are left out of both sums; parcels without a town
    make up one unit of their own.

    Returns
    -------
    The ratio of each parcel's town (NaN where the town has no built surface), and a table with one
    row for each town: ``ground_m2``, ``built_m2``, ``ratio``.

    Source: domain.md §0.5 (P).
    """
    unit = towns.astype("str").fillna("")
    both = pd.DataFrame({"ground_m2": ground_m2, "built_m2": built_m2})[built_m2.notna()]
    by_town = both.groupby(unit[both.index]).sum()
    built = by_town["built_m2"]
    by_town["ratio"] = by_town["ground_m2"] / built.where(built > 0, np.nan)
    return unit.map(by_town["ratio"]).astype(float), by_town


def _groups(parcels: gpd.GeoDataFrame) -> pd.Series:
    if "group" in parcels:
        return parcels["group"]
    return pd.Series("ALL", index=parcels.index, dtype="str")


def _heights(
    buildings: gpd.GeoDataFrame, built_height: Layer | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return height (m) and levels of each building; NaN where unknown."""
    height, levels = (_numbers(buildings, name) for name in ("height_m", "levels"))
    if built_height is not None:
        lacking = np.isnan(height) & np.isnan(levels)
        points = shapely.point_on_surface(np.asarray(buildings.geometry.array)[lacking])
        height[lacking] = _cell_values(built_height, points)
    return height, levels


def _numbers(table: pd.DataFrame, column: str) -> NDArray[np.float64]:
    if column not in table:
        return np.full(len(table), np.nan)
    values = table[column].to_numpy(dtype=float, na_value=np.nan).copy()
    return np.where(values > 0, values, np.nan)


def _cell_values(layer: Layer, points: NDArray[Any]) -> NDArray[np.float64]:
    """Return the positive value of the cell under each point; NaN outside and where unknown."""
    x, y = shapely.get_x(points), shapely.get_y(points)
    found = np.full(len(points), np.nan)
    x0, _, _, y1 = layer.grid.bounds
    column = np.floor((x - x0) / layer.grid.resolution_m)
    row = np.floor((y1 - y) / layer.grid.resolution_m)
    rows, columns = layer.grid.shape
    inside = (column >= 0) & (column < columns) & (row >= 0) & (row < rows)
    at = row[inside].astype(int), column[inside].astype(int)
    values = layer.values[at].astype(float)
    found[inside] = np.where(layer.known()[at] & (values > 0), values, np.nan)
    return found
