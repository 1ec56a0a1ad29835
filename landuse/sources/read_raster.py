"""Reader of rasters: the window that is needed, as it is in the file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from rasterio.errors import RasterioError
from rasterio.windows import Window

from landuse.core.crs import between
from landuse.core.errors import Fault, LanduseError, data_fault, fail
from landuse.core.grid import Bounds
from landuse.core.scratch import Scratch
from landuse.sources.archives import gdal_name
from landuse.sources.raw_raster import RawRaster, merge_tiles
from landuse.sources.read import lonlat_text, require_file, unreadable

_MARGIN_CELLS = 4
_LISTED = 4
# Each block is read once: a cache of them would be a second copy of the window. On one thread: with
# two GDAL hands blocks from one to the other, which takes up to twice the processor time.
_READING = {"GDAL_CACHEMAX": 64, "GDAL_NUM_THREADS": "1"}


def read_raster(
    paths: Path | Sequence[Path],
    *,
    bounds: Bounds,
    bounds_crs: str,
    nodata: float | None = None,
    scratch: Scratch | None = None,
) -> RawRaster:
    """Read the window of band 1 that covers ``bounds``, with a margin of 4 cells.

    Parameters
    ----------
    paths : one file, or the tiles of one product; .tif, .tif.gz, or a .zip with one .tif. Tiles
        that lie apart from the bounds are passed over.
    nodata : value for cells that lie in no tile, where no file names one.
    scratch : where the window of a single file is read to, until the next; None = a new array.

    Raises
    ------
    LanduseError
        Exit code 3 if a file is absent, 4 if one cannot be read, has no CRS or is turned, if the
        tiles do not lie on one lattice, or none overlaps the bounds.
    """
    files = [paths] if isinstance(paths, Path) else list(paths)
    tiles: list[_Tile] = []
    faults: list[Fault] = []
    for path in files:
        try:
            room = scratch if len(files) == 1 else None
            tiles.append(_read_tile(path, bounds=bounds, bounds_crs=bounds_crs, scratch=room))
        except LanduseError as error:
            faults += error.faults
    if not faults and not any(tile.meets for tile in tiles):
        faults.append(_no_overlap(tiles, bounds=bounds, bounds_crs=bounds_crs))
    if faults:
        raise LanduseError(faults)
    parts = [(tile.path, tile.window) for tile in tiles if tile.window is not None]
    return merge_tiles(parts, nodata=nodata)


class _Tile(NamedTuple):
    """What was read of one file.

    ``window`` reaches into the margin around the bounds and is None where the file does not;
    ``meets`` tells whether the file overlaps the bounds themselves.
    """

    path: Path
    window: RawRaster | None
    meets: bool
    bounds: Bounds
    crs: str


def _read_tile(path: Path, *, bounds: Bounds, bounds_crs: str, scratch: Scratch | None) -> _Tile:
    require_file(path)
    try:
        # Nothing is ever written beside a raw file, not even an index of a .gz.
        with (
            rasterio.Env(CPL_VSIL_GZIP_WRITE_PROPERTIES="NO", **_READING),
            rasterio.open(gdal_name(path)) as source,
        ):
            return _read_window(source, path, bounds=bounds, bounds_crs=bounds_crs, scratch=scratch)
    except RasterioError as error:
        raise fail(unreadable(path, str(error.__cause__ or error))) from error


def _read_window(
    source: Any, path: Path, *, bounds: Bounds, bounds_crs: str, scratch: Scratch | None
) -> _Tile:
    faults = _raster_faults(source, path)
    if faults:
        raise LanduseError(faults)
    crs = source.crs.to_wkt()
    near = between(bounds_crs, crs).transform_bounds(*bounds)
    meets, window = _window(source, near)
    if window is None:
        return _Tile(path, None, meets, source.bounds, crs)
    out = None
    if scratch:
        out = scratch.empty("raw", (window.height, window.width), source.dtypes[0])
    values = source.read(1, window=window, out=out)
    affine = source.transform
    origin_x = affine.c + affine.a * window.col_off
    origin_y = affine.f + affine.e * window.row_off
    transform = Affine(affine.a, 0.0, origin_x, 0.0, affine.e, origin_y)
    if transform.e > 0:
        values, transform = _north_up(values, transform)
    window = RawRaster(values, transform, crs, source.nodata)
    return _Tile(path, window, meets, source.bounds, crs)


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


def _window(source: Any, near: Bounds) -> tuple[bool, Window | None]:
    """Return whether the raster overlaps ``near``, and its part within ``near`` and the margin."""
    affine = source.transform
    columns = sorted((x - affine.c) / affine.a for x in (near[0], near[2]))
    rows = sorted((y - affine.f) / affine.e for y in (near[1], near[3]))
    if not np.isfinite([*columns, *rows]).all():
        return False, None
    meets = columns[1] > 0 and rows[1] > 0 and columns[0] < source.width and rows[0] < source.height
    left, top = (max(0, int(np.floor(low)) - _MARGIN_CELLS) for low in (columns[0], rows[0]))
    right = min(source.width, int(np.ceil(columns[1])) + _MARGIN_CELLS)
    bottom = min(source.height, int(np.ceil(rows[1])) + _MARGIN_CELLS)
    if right <= left or bottom <= top:
        return meets, None
    return meets, Window(left, top, right - left, bottom - top)


def _north_up(values: NDArray[Any], transform: Affine) -> tuple[NDArray[Any], Affine]:
    top = transform.f + transform.e * values.shape[0]
    flipped = Affine(transform.a, 0.0, transform.c, 0.0, -transform.e, top)
    return np.ascontiguousarray(values[::-1]), flipped


def _no_overlap(tiles: Sequence[_Tile], *, bounds: Bounds, bounds_crs: str) -> Fault:
    ours = _lonlat_text(bounds, bounds_crs)
    theirs = ", ".join(_lonlat_text(tile.bounds, tile.crs) for tile in tiles[:_LISTED])
    return data_fault(
        "栅格与研究区不相交",
        "the raster does not overlap the study area",
        file=file_names([tile.path for tile in tiles]),
        found=f"{theirs}; study {ours}",
        todo_zh="换成覆盖研究区的分幅",
        todo_en="take the tile that covers the study area",
    )


def _lonlat_text(bounds: Bounds, crs: str) -> str:
    return lonlat_text(between(crs, "EPSG:4326").transform_bounds(*bounds))


def file_names(paths: Sequence[Path]) -> str:
    """Return the names of files for a message; of many, the first few and how many there are."""
    names = ", ".join(path.name for path in paths[:_LISTED])
    return names if len(paths) <= _LISTED else f"{names} … ({len(paths)})"
