"""Fields around a grid in several CRS, and where each cell of the grid lies in them."""

from __future__ import annotations

from typing import Any

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from rasterio.io import MemoryFile
from rasterio.vrt import WarpedVRT
from rasterio.warp import Resampling

from landuse.core.crs import between
from landuse.core.grid import Grid

WIDE = Grid("EPSG:4549", Affine(10, 0, 440_000, 0, -10, 3_220_000), (150, 170))
CELL = {"EPSG:32650": 10.0, "EPSG:4326": 1e-4, "ESRI:54009": 12.0, "EPSG:4549": 10.0}
STRAIGHT = 1e-3
"""Source cells that a centre may be off."""


def places(transform: Affine, crs: str, grid: Grid) -> tuple[NDArray[np.floating], ...]:
    """Return where the centre of every cell lies (down, across), each transformed by itself."""
    rows, columns = (np.arange(size) + 0.5 for size in grid.shape)
    x, y = np.meshgrid(
        grid.transform.c + columns * grid.resolution_m, grid.transform.f - rows * grid.resolution_m
    )
    east, north = between(grid.crs, crs).transform(x, y)
    across, down = (east - transform.c) / transform.a, (north - transform.f) / transform.e
    return down - 0.5, across - 0.5


def field(
    crs: str, grid: Grid, *, seed: int, unknown: float = 0.0, margin: int = 3
) -> tuple[NDArray[np.float32], Affine]:
    """Return noise from 0 to 1 around a grid (inside its edges where ``margin`` is negative)."""
    west, south, east, north = between(grid.crs, crs).transform_bounds(*grid.bounds)
    cell = CELL[crs]
    shape = tuple(int(np.ceil(s / cell)) + 2 * margin for s in (north - south, east - west))
    rng = np.random.default_rng(seed)
    values = rng.random(shape, dtype=np.float32)
    values[rng.random(shape) < unknown] = np.nan
    return values, Affine(cell, 0, west - margin * cell, 0, -cell, north + margin * cell)


def by_gdal(
    values: NDArray[Any], transform: Affine, crs: str, how: Resampling, *, nodata: float,
    **options: str,
) -> NDArray[Any]:  # fmt: skip
    """Return cells on WIDE by GDAL, told to place them to a millionth of a source cell."""
    rows, columns = values.shape
    profile = {"driver": "GTiff", "count": 1, "dtype": values.dtype.name, "nodata": nodata,
               "crs": crs, "height": rows, "width": columns, "transform": transform}  # fmt: skip
    with MemoryFile() as memory:
        with memory.open(**profile) as file:
            file.write(values, 1)
        with (
            rasterio.open(memory.name) as file,
            WarpedVRT(
                file, crs=WIDE.crs, transform=WIDE.transform, height=WIDE.shape[0],
                width=WIDE.shape[1], resampling=how, tolerance=1e-6, **options,
            ) as warped,
        ):  # fmt: skip
            return np.asarray(warped.read(1))
