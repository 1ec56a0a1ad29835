"""Reader of rasters: the window that is needed, as it is in the file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from pyproj import Transformer
from rasterio.errors import RasterioError
from rasterio.windows import Window

from landuse.core.errors import Fault, LanduseError, data_fault, fail
from landuse.core.grid import Bounds
from landuse.sources.read import lonlat_text, require_file, unreadable

_MARGIN_CELLS = 4


@dataclass(frozen=True, eq=False)
class RawRaster:
    """A window of a raster: values (rows, columns), north-up, with its transform and CRS."""

    values: NDArray[Any]
    transform: Affine
    crs: str
    nodata: float | None


@lru_cache(maxsize=16)
def between(source: str, target: str) -> Transformer:
    """Return the transformer from one CRS to another, x before y; made once, it takes 0.1 s."""
    return Transformer.from_crs(source, target, always_xy=True)


def read_raster(path: Path, *, bounds: Bounds, bounds_crs: str) -> RawRaster:
    """Read the window of band 1 that covers ``bounds``, with a margin of 4 cells.

    Raises
    ------
    LanduseError
        Exit code 3 if the file is absent, 4 if it cannot be read, has no CRS, is turned, or
        does not overlap the bounds.
    """
    require_file(path)
    try:
        with rasterio.open(path) as source:
            return _read_window(source, path, bounds=bounds, bounds_crs=bounds_crs)
    except RasterioError as error:
        raise fail(unreadable(path, str(error.__cause__ or error))) from error


def _read_window(source: Any, path: Path, *, bounds: Bounds, bounds_crs: str) -> RawRaster:
    faults = _raster_faults(source, path)
    if faults:
        raise LanduseError(faults)
    near = between(bounds_crs, source.crs.to_wkt()).transform_bounds(*bounds)
    window = _window(source, near)
    if window is None:
        raise fail(_no_overlap(source, path, bounds=bounds, bounds_crs=bounds_crs))
    values = source.read(1, window=window)
    affine = source.transform
    origin_x = affine.c + affine.a * window.col_off
    origin_y = affine.f + affine.e * window.row_off
    transform = Affine(affine.a, 0.0, origin_x, 0.0, affine.e, origin_y)
    if transform.e > 0:
        values, transform = _north_up(values, transform)
    return RawRaster(values, transform, source.crs.to_wkt(), source.nodata)


def _raster_faults(source: Any, path: Path) -> list[Fault]:
    if source.crs is None:
        return [
            data_fault(
                "栅格没有坐标系", "the raster has no CRS", file=path.name, field="crs",
                todo_zh="用 GIS 软件给栅格定义坐标系后重试",
                todo_en="assign its CRS in a GIS and try again",
            )
        ]  # fmt: skip
    affine = source.transform
    if affine.b or affine.d or affine.a < 0 or affine.is_identity:
        return [
            data_fault(
                "栅格没有正北向的地理参考", "the raster is not georeferenced north-up",
                file=path.name, field="transform", found=str(tuple(affine)[:6]),
                todo_zh="先用 GIS 软件重采样为正北向栅格",
                todo_en="warp it to a north-up raster first",
            )
        ]  # fmt: skip
    return []


def _window(source: Any, near: Bounds) -> Window | None:
    """Return the part of the raster within ``near`` plus the margin; None if there is none."""
    affine = source.transform
    columns = sorted((x - affine.c) / affine.a for x in (near[0], near[2]))
    rows = sorted((y - affine.f) / affine.e for y in (near[1], near[3]))
    outside = columns[1] <= 0 or rows[1] <= 0 or columns[0] >= source.width
    if outside or rows[0] >= source.height or not np.isfinite([*columns, *rows]).all():
        return None
    left, top = (max(0, int(np.floor(low)) - _MARGIN_CELLS) for low in (columns[0], rows[0]))
    right = min(source.width, int(np.ceil(columns[1])) + _MARGIN_CELLS)
    bottom = min(source.height, int(np.ceil(rows[1])) + _MARGIN_CELLS)
    return Window(left, top, right - left, bottom - top)


def _north_up(values: NDArray[Any], transform: Affine) -> tuple[NDArray[Any], Affine]:
    top = transform.f + transform.e * values.shape[0]
    flipped = Affine(transform.a, 0.0, transform.c, 0.0, -transform.e, top)
    return np.ascontiguousarray(values[::-1]), flipped


def _no_overlap(source: Any, path: Path, *, bounds: Bounds, bounds_crs: str) -> Fault:
    theirs = between(source.crs.to_wkt(), "EPSG:4326").transform_bounds(*source.bounds)
    ours = between(bounds_crs, "EPSG:4326").transform_bounds(*bounds)
    return data_fault(
        "栅格与研究区不相交",
        "the raster does not overlap the study area",
        file=path.name,
        found=f"{lonlat_text(theirs)}; study {lonlat_text(ours)}",
        todo_zh="换成覆盖研究区的分幅",
        todo_en="take the tile that covers the study area",
    )
