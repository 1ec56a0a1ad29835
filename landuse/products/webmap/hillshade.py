"""A neutral grey relief picture for the map's ground."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from rasterio.io import MemoryFile
from rasterio.warp import Resampling, reproject, transform_bounds

from landuse.core.grid import Grid
from landuse.products.webmap.model import Hillshade
from landuse.products.webmap.shapes import WEB_MERCATOR

DARKEST, BRIGHTEST = 206, 250
_CONTRAST = 0.8
LARGEST_SIDE_PX = 1024
_AZIMUTH_RAD = np.radians(315.0)
_ALTITUDE_RAD = np.radians(45.0)
EARTH_RADIUS_M = 6378137.0
WEBP_QUALITY = "75"

Floats = NDArray[np.float64]


def shade(elevation_m: Floats, *, cell_m: float, exaggeration: float = 2.0) -> NDArray[np.uint8]:
    """Return grey values 206 to 250 of a surface lit from the north-west at 45 degrees.

    Slope and aspect by central differences; ``cell_m`` is the ground size of a cell. Flat ground
    gets one value whatever its height; unknown cells (NaN) get that value too. Formula:
    ``sin(alt) * cos(slope) + cos(alt) * sin(slope) * cos(azimuth - aspect)``.
    """
    if min(elevation_m.shape) < 2:
        return np.full(elevation_m.shape, _grey(np.sin(_ALTITUDE_RAD)), dtype=np.uint8)
    down, right = np.gradient(elevation_m * exaggeration, cell_m)
    light = np.sin(_ALTITUDE_RAD) - np.cos(_ALTITUDE_RAD) * (
        right * np.sin(_AZIMUTH_RAD) - down * np.cos(_AZIMUTH_RAD)
    )
    light = light / np.sqrt(1 + right**2 + down**2)
    light = np.where(np.isfinite(light), light, np.sin(_ALTITUDE_RAD))
    return np.asarray(_grey(light), dtype=np.uint8)


def _grey(light: Any) -> Any:
    """Spread light around that of flat ground, which lies at three quarters of the range."""
    flat = np.sin(_ALTITUDE_RAD)
    share = np.clip(0.75 + (light - flat) * _CONTRAST, 0, 1)
    return np.round(DARKEST + share * (BRIGHTEST - DARKEST))


def hillshade_picture(elevation_m: NDArray[Any], *, grid: Grid) -> Hillshade:
    """Shade an elevation raster and warp it to EPSG:3857 rows as a WebP data address.

    Parameters
    ----------
    elevation_m : metres, shape ``grid.shape``, NaN where unknown.
    grid : where the cells are; any CRS.
    """
    values = np.asarray(elevation_m)
    floats = values if values.dtype.kind == "f" else values.astype(np.float64)  # NaN is no integer
    warped, transform = _to_web_mercator(floats, grid)
    rows, columns = warped.shape
    west, north = transform.c, transform.f
    south, east = north + transform.e * rows, west + transform.a * columns
    middle = np.arctan(np.sinh((north + south) / 2 / EARTH_RADIUS_M))
    grey = shade(warped, cell_m=transform.a * float(np.cos(middle)))
    lonlat = transform_bounds(WEB_MERCATOR, "EPSG:4326", west, south, east, north)
    corners = (float(lonlat[0]), float(lonlat[1]), float(lonlat[2]), float(lonlat[3]))
    return Hillshade(data_uri=_webp(grey, transform), bounds=corners)


def _to_web_mercator(elevation_m: NDArray[Any], grid: Grid) -> tuple[Floats, Affine]:
    west, south, east, north = transform_bounds(grid.crs, WEB_MERCATOR, *grid.bounds)
    side = max(east - west, north - south)
    cells = min(max(grid.shape), LARGEST_SIDE_PX)
    step = side / cells
    width, height = max(1, round((east - west) / step)), max(1, round((north - south) / step))
    transform = Affine((east - west) / width, 0.0, west, 0.0, (south - north) / height, north)
    factor = max(grid.shape) / cells
    warped = np.full((height, width), np.nan)
    reproject(
        elevation_m, warped,
        src_transform=grid.transform, src_crs=grid.crs, src_nodata=np.nan,
        dst_transform=transform, dst_crs=WEB_MERCATOR, dst_nodata=np.nan,
        resampling=Resampling.average if factor > 2 else Resampling.bilinear,
    )  # fmt: skip
    return warped, transform


def _webp(grey: NDArray[np.uint8], transform: Affine) -> str:
    rows, columns = grey.shape
    with MemoryFile() as memory:
        with memory.open(
            driver="WEBP", width=columns, height=rows, count=3, dtype="uint8",
            crs=WEB_MERCATOR, transform=transform, QUALITY=WEBP_QUALITY,
        ) as picture:  # fmt: skip
            picture.write(np.stack([grey, grey, grey]))
        data = base64.b64encode(bytes(memory.getbuffer())).decode("ascii")
    return f"data:image/webp;base64,{data}"
