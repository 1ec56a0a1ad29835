"""A raster file read window by window, from several threads, never as a whole."""

from __future__ import annotations

import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.errors import RasterioError
from rasterio.windows import Window

from landuse.core.errors import data_fault, fail, missing_fault

_CELLS = 1 << 20
_CACHE = 64 << 20


class RasterBlocks:
    """An open raster: one handle for each thread, since a GDAL handle serves one at a time.

    Attributes
    ----------
    shape, transform, crs, nodata, dtype : those of the file (first band).
    block : rows and columns of about a million cells that decode no tile twice.

    Raises
    ------
    LanduseError
        If the file is missing (exit code 3), cannot be read or is rotated (exit code 4).
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._own = threading.local()
        self._handles: list[Any] = []
        self._lock = threading.Lock()
        handle = self._handle()
        self.shape: tuple[int, int] = handle.shape
        self.transform, self.crs = handle.transform, handle.crs
        self.nodata: float | None = handle.nodata
        self.dtype = np.dtype(handle.dtypes[0])
        self.block = _block(handle.block_shapes[0], self.shape)
        if self.transform.b or self.transform.d:
            raise fail(
                data_fault(
                    "栅格有旋转, 不能统计", "the raster is rotated", file=self.path.name,
                    field="transform", found=str(tuple(self.transform)[:6]),
                    todo_zh="先用 GIS 软件重采样", todo_en="warp it first",
                )
            )  # fmt: skip

    def read(self, window: tuple[int, int, int, int]) -> NDArray[Any]:
        """Return the cells of a window (rows from, to, columns from, to)."""
        top, bottom, left, right = window
        part = Window(left, top, right - left, bottom - top)
        # GDAL would keep a twentieth of the memory in blocks that are not asked for again.
        with rasterio.Env(GDAL_CACHEMAX=_CACHE):
            values: NDArray[Any] = self._handle().read(1, window=part)
        return values

    def close(self) -> None:
        """Close the file on every thread."""
        with self._lock:
            while self._handles:
                self._handles.pop().close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self.close()

    def _handle(self) -> Any:
        handle = getattr(self._own, "handle", None)
        if handle is None:
            handle = self._own.handle = self._open()
            with self._lock:
                self._handles.append(handle)
        return handle

    def _open(self) -> Any:
        if not self.path.exists():
            raise fail(
                missing_fault("找不到栅格", "no such raster", file=str(self.path),
                              todo_zh="检查路径", todo_en="check the path")
            )  # fmt: skip
        try:
            return rasterio.open(self.path)
        except RasterioError as error:
            raise fail(
                data_fault("栅格无法读取", "the raster cannot be read", file=self.path.name,
                           found=str(error), todo_zh="检查文件是否完整",
                           todo_en="check that the file is whole")
            ) from error  # fmt: skip


def _block(tile: tuple[int, int], shape: tuple[int, int]) -> tuple[int, int]:
    """Return a block of whole tiles: about 1024 x 1024, or whole rows of a striped file."""
    columns = shape[1] if tile[1] >= shape[1] else max(1, 1024 // tile[1]) * tile[1]
    rows = max(1, round(_CELLS / columns / tile[0])) * tile[0]
    return min(rows, shape[0]), min(columns, shape[1])
