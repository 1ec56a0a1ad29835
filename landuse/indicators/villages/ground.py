"""Natural villages as the ground that indicators measure, and the terrain they stand on."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from landuse.core.findings import Finding
from landuse.core.layers import Layer
from landuse.core.settings import Settings
from landuse.indicators.measured import Limit, Measured, absent
from landuse.indicators.terrain import TerrainSettings, measure_terrain

Floats = NDArray[np.float64]
ID = "settlement_id"
STAGE = "village_ground"
POINT_RADIUS_M = 100.0
"""A village known as a point stands for a disc of this radius (P)."""
SPOT_RADIUS_M = 1.0
"""Lines and terrain are asked at the point itself: a disc that lies in one cell."""


class VillageGroundSettings(Settings):
    """How far around the floor of the valley is sought."""

    valley_m: Limit = Limit(value=1_000, unit="m", source="domain.md §8 D08", mark="P")
    terrain: TerrainSettings = TerrainSettings()


def measure_village_ground(
    *, settlements: gpd.GeoDataFrame, elevation: Layer | None, settings: VillageGroundSettings
) -> Measured:
    """Measure the terrain a village stands on.

    Parameters
    ----------
    settlements : outlines, or points, which are measured at the point. ``elevation`` : metres.

    Returns
    -------
    ``slope_deg`` and ``elevation_m`` (P50 over the outline), ``elevation_rank`` (share of the
    other villages that lie lower, 0 to 1), ``relief_to_valley_m`` (height above the lowest cell
    within ``valley_m`` of the inner point, metres; null where the village or all around it is
    unknown). GLO-30 is a surface model: slope and valley floor come after a 3 x 3 median.

    Source: domain.md §3.4, §3.6, §8 C01, C02, D08.
    """
    terrain = of_villages(
        measure_terrain(parcels=as_parcels(settlements, radius_m=SPOT_RADIUS_M),
                        elevation=elevation, settings=settings.terrain),
        columns={"slope_deg": "slope_deg", "elevation_m": "elevation_m"},
    )  # fmt: skip
    table = terrain["table"]
    if elevation is None:
        names = ("elevation_rank", "relief_to_valley_m")
        return {
            "table": table,
            "findings": [*terrain["findings"], absent(STAGE, "elevation", names)],
        }
    floor = lowest_around(elevation, inner_points(settlements), radius_m=settings.valley_m.value)
    return {
        "table": table.assign(elevation_rank=rank_of(table["elevation_m"]),
                              relief_to_valley_m=table["elevation_m"] - floor),
        "findings": terrain["findings"],
    }  # fmt: skip


def rank_of(height: pd.Series) -> pd.Series:
    """Return the share of the other known heights that are lower, 0 to 1; null where unknown."""
    return (height.rank(method="min") - 1) / max(int(height.notna().sum()) - 1, 1)


def smoothed(elevation: Layer) -> Floats:
    """Return the 3 x 3 median of the heights: single roofs and trees go; NaN where unknown."""
    from landuse.indicators.engine.slope import medians_3x3  # the compiler is slow to import

    known = elevation.known()
    heights = np.where(known, elevation.values.astype("float64"), np.inf)
    middle = medians_3x3(np.pad(heights, 1, mode="edge"))
    return np.where(known & np.isfinite(middle), middle, np.nan)


def lowest_around(elevation: Layer, xy: Floats, *, radius_m: float) -> Floats:
    """Return the lowest height within ``radius_m`` of each point; NaN where none is known.

    Cells count by their middles, after a 3 x 3 median of the known heights.
    """
    from landuse.indicators.engine.slope import lowest_within  # the compiler is slow to import

    heights = np.nan_to_num(smoothed(elevation), nan=np.inf)
    corner = (elevation.grid.transform.c, elevation.grid.transform.f)
    cell = elevation.grid.resolution_m
    lowest = np.full(len(xy), np.nan)
    placed = np.isfinite(xy).all(axis=1)
    places = (xy[placed] - corner) / (cell, -cell)
    found = lowest_within(heights, places, cell_m=cell, radius_m=radius_m)
    lowest[placed] = np.where(np.isfinite(found), found, np.nan)
    return lowest


def as_parcels(
    settlements: gpd.GeoDataFrame, *, radius_m: float = POINT_RADIUS_M
) -> gpd.GeoDataFrame:
    """Return polygons with ``parcel_id``, so that every indicator of parcels measures villages.

    A point becomes a disc of ``radius_m``.
    """
    shapes = np.asarray(settlements.geometry.array)
    point = shapely.get_dimensions(shapes) == 0
    ground = shapes.copy()
    ground[point] = shapely.buffer(shapes[point], radius_m)
    table = pd.DataFrame(settlements.drop(columns="geometry")).rename(columns={ID: "parcel_id"})
    return gpd.GeoDataFrame(table, geometry=ground, crs=settlements.crs)


def of_villages(measured: Measured, *, columns: dict[str, str]) -> Measured:
    """Return the columns named, under the names villages have, and the findings."""
    table = measured["table"].rename(columns={"parcel_id": ID} | columns)
    kept = [name for name in (ID, *columns.values()) if name in table]
    return {"table": table[kept], "findings": measured["findings"]}


def inner_points(settlements: gpd.GeoDataFrame) -> Floats:
    """Return a point inside each outline, metres (n, 2); NaN for a village without a place."""
    points = settlements.geometry.representative_point()
    return np.column_stack([points.x.to_numpy(), points.y.to_numpy()])


def start(settlements: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return a new table with the index of the villages and their ids."""
    return pd.DataFrame({ID: settlements[ID]}, index=settlements.index)


def join(*parts: Measured) -> Measured:
    """Return the columns of all parts beside each other by id, and all findings; index kept."""
    table = pd.concat([part["table"].set_index(ID) for part in parts], axis=1)
    findings: list[Finding] = [finding for part in parts for finding in part["findings"]]
    table = table.reset_index().set_axis(parts[0]["table"].index)
    return {"table": table, "findings": findings}
