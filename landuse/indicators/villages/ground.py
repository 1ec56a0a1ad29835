"""Natural villages as the ground that indicators measure: outlines, or a disc about a point."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from landuse.core.findings import Finding
from landuse.indicators.measured import Measured

Floats = NDArray[np.float64]
ID = "settlement_id"
POINT_RADIUS_M = 100.0
"""A village known as a point stands for a disc of this radius (P)."""


def as_parcels(settlements: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return polygons with ``parcel_id``, so that every indicator of parcels measures villages."""
    shapes = np.asarray(settlements.geometry.array)
    point = shapely.get_dimensions(shapes) == 0
    ground = np.where(point, shapely.buffer(shapes, POINT_RADIUS_M), shapes)
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
    """Return the columns of all parts beside each other, and all findings."""
    table = pd.concat([part["table"].set_index(ID) for part in parts], axis=1)
    findings: list[Finding] = [finding for part in parts for finding in part["findings"]]
    return {"table": table.reset_index(), "findings": findings}
