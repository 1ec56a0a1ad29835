"""Small ground for the tests of indicators: parcels and layers in EPSG:4549, corner at X, Y."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from affine import Affine
from shapely.geometry.base import BaseGeometry

from landuse.core.grid import Grid
from landuse.core.layers import Layer
from landuse.indicators.measured import Measured

CRS = "EPSG:4549"
X, Y = 451_000.0, 3_231_000.0


def grid(rows: int, columns: int, *, cell_m: float = 10.0) -> Grid:
    """Return a grid whose lower left corner is X, Y."""
    top = Y + rows * cell_m
    return Grid(CRS, Affine(cell_m, 0, X, 0, -cell_m, top), (rows, columns))


def layer(
    values: Sequence[Sequence[float]] | np.ndarray,
    *,
    cell_m: float = 10.0,
    nodata: float | None = None,
    year: int | None = None,
    dtype: Any = float,
) -> Layer:
    """Return a layer from rows, north first, whose lower left corner is X, Y."""
    array = np.asarray(values, dtype=dtype)
    return Layer(grid(*array.shape, cell_m=cell_m), array, nodata=nodata, year=year)


def rect(x0: float, y0: float, x1: float, y1: float) -> BaseGeometry:
    """Return a rectangle, metres from X, Y."""
    return shapely.box(X + x0, Y + y0, X + x1, Y + y1)


def polygons(*shapes: BaseGeometry | None, **columns: Any) -> gpd.GeoDataFrame:
    """Return a layer of the shapes with columns."""
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=CRS)


def parcels(*shapes: BaseGeometry | None, **columns: Any) -> gpd.GeoDataFrame:
    """Return parcels P0, P1 … with an index that is not 0, 1 …, so that mix-ups show."""
    ids = pd.Series([f"P{k}" for k in range(len(shapes))], dtype="str")
    frame = polygons(*shapes, parcel_id=ids, **columns)
    return frame.set_index(pd.Index(range(100, 100 + 7 * len(shapes), 7)))


def assert_measured(result: Measured, given: gpd.GeoDataFrame) -> pd.DataFrame:
    """Check what every indicator promises and return its table."""
    table = result["table"]
    pd.testing.assert_index_equal(table.index, given.index)
    assert table.columns[0] == "parcel_id"
    assert table["parcel_id"].tolist() == given["parcel_id"].tolist()
    assert table.columns.is_unique
    return table
