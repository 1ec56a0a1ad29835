"""Cutting the cells around longitude and latitude bounds out of a raster, and nothing else."""

from __future__ import annotations

import math
import warnings
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from affine import Affine
from rasterio.errors import NotGeoreferencedWarning
from rasterio.windows import Window

from landuse.core.crs import between
from landuse.core.errors import LanduseError, data_fault, fail
from landuse.core.grid import Bounds
from landuse.sources.read import lonlat_text
from landuse.sources.remote.parts import disk_faults, require_space
from landuse.sources.remote.ranges import RangeFile, Span
from landuse.sources.remote.refusal import RefusalError

MARGIN_CELLS = 8
STRIPE_ROWS = 2048
_TILE_CELLS = 512
_LEADER_BYTES = 4
_LONLAT = "EPSG:4326"
_ENV = {"GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR", "GDAL_PAM_ENABLED": "NO"}


@contextmanager
def opened(source: Path | RangeFile, *, name: str) -> Iterator[Any]:
    """Yield a GeoTIFF opened by rasterio: a file of this machine, or one read by ranges."""

    def opener(path: str, *_: Any, **__: Any) -> Any:
        if path != name:
            raise FileNotFoundError(path)
        return source

    place: dict[str, Any] = {"fp": source}
    if isinstance(source, RangeFile):
        place = {"fp": name, "opener": opener}
    with rasterio.Env(**_ENV), warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(**place, driver="GTiff") as raster:
            yield raster


def cells_around(raster: Any, bounds: Bounds, *, name: str) -> Window:
    """Return the whole cells of a raster around bounds, with 8 cells more on each side.

    The edges of the bounds (longitude and latitude, degrees) are densified on their way to the
    raster's CRS, where a parallel may be bent.

    Raises
    ------
    LanduseError
        Exit code 4 if the raster has no CRS or does not overlap the bounds.
    """
    if raster.crs is None:
        raise fail(
            data_fault(
                "栅格没有坐标系", "the raster has no CRS", file=name, field="crs",
                todo_zh="换一个镜像，或自行下载", todo_en="use another mirror or another file",
            )
        )  # fmt: skip
    box = between(_LONLAT, raster.crs.to_wkt()).transform_bounds(*bounds)
    if not all(math.isfinite(value) for value in box):
        raise _no_overlap(name, bounds)
    corners = [~raster.transform @ (x, y) for x in box[::2] for y in box[1::2]]
    columns, rows = zip(*corners, strict=True)
    if min(columns) >= raster.width or min(rows) >= raster.height:
        raise _no_overlap(name, bounds)
    if max(columns) <= 0 or max(rows) <= 0:
        raise _no_overlap(name, bounds)
    column, right = _padded(min(columns), max(columns), raster.width)
    row, bottom = _padded(min(rows), max(rows), raster.height)
    return Window(column, row, right - column, bottom - row)


def _padded(low: float, high: float, count: int) -> tuple[int, int]:
    first = max(0, math.floor(low) - MARGIN_CELLS)
    return first, min(count, math.ceil(high) + MARGIN_CELLS)


def _no_overlap(name: str, bounds: Bounds) -> LanduseError:
    return fail(
        data_fault(
            "栅格与研究区不重叠", "the raster does not overlap the study area", file=name,
            found=lonlat_text(bounds), todo_zh="核对分幅编号", todo_en="check which tile it is",
        )
    )  # fmt: skip


def spans_of(raster: Any, window: Window, *, bands: Sequence[int]) -> list[Span]:
    """Return where the blocks of a window lie in the file: (first byte, byte behind the last).

    A block the file does not hold (sparse) has no span. A COG repeats a block's length before it
    and its last bytes behind it, 4 bytes each.
    """
    spans = set()
    for band in bands:
        height, width = raster.block_shapes[band - 1]
        for row in _blocks(window.row_off, window.height, height):
            for column in _blocks(window.col_off, window.width, width):
                place = [
                    int(raster.get_tag_item(f"BLOCK_{what}_{column}_{row}", "TIFF", bidx=band) or 0)
                    for what in ("OFFSET", "SIZE")
                ]
                if place[1]:
                    spans.add((place[0] - _LEADER_BYTES, sum(place) + _LEADER_BYTES))
    return sorted(spans)


def _blocks(offset: int, length: int, size: int) -> range:
    return range(offset // size, (offset + length - 1) // size + 1)


def write_window(
    raster: Any, made: Path, *, window: Window, bands: Sequence[int], tags: dict[str, str],
    name: str,
) -> None:  # fmt: skip
    """Write the cells of a window at full resolution as a tiled, compressed GeoTIFF, and read back.

    Lattice, CRS, dtype, nodata and the raster's own tags are kept. The same cells and tags give
    the same bytes.

    Raises
    ------
    RefusalError
        If what was written does not read back the same.
    LanduseError
        Exit code 3 if the disk is full.
    """
    dtype = raster.dtypes[bands[0] - 1]
    cells = window.width * window.height * len(bands)
    require_space(made.parent, cells * np.dtype(dtype).itemsize, name=name)
    profile = {
        "driver": "GTiff", "dtype": dtype, "count": len(bands), "width": window.width,
        "height": window.height, "crs": raster.crs, "nodata": raster.nodata,
        "transform": raster.transform @ Affine.translation(window.col_off, window.row_off),
        "tiled": True, "blockxsize": _TILE_CELLS, "blockysize": _TILE_CELLS,
        "compress": "deflate", "BIGTIFF": "IF_SAFER",
    }  # fmt: skip
    with disk_faults(name), rasterio.Env(**_ENV):
        with rasterio.open(made, "w", **profile) as out:
            out.update_tags(**raster.tags(), **tags)
            written = [
                _copied(raster, out, part, window=window, bands=bands) for part in _stripes(window)
            ]
        with rasterio.open(made) as back:
            found = [zlib.crc32(back.read(window=part).tobytes()) for part in _stripes(window)]
    if found != written:
        raise RefusalError("写出的窗口与读到的不一致", "the window did not read back as written")


def _copied(raster: Any, out: Any, part: Window, *, window: Window, bands: Sequence[int]) -> int:
    """Copy one stripe and return its CRC-32."""
    there = Window(window.col_off, window.row_off + part.row_off, part.width, part.height)
    values = raster.read(list(bands), window=there)
    out.write(values, window=part)
    return zlib.crc32(values.tobytes())


def _stripes(window: Window) -> Iterator[Window]:
    """Yield a window's stripes, from its own upper left corner."""
    for row in range(0, window.height, STRIPE_ROWS):
        yield Window(0, row, window.width, min(STRIPE_ROWS, window.height - row))
