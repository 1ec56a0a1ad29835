"""The source cell nearest to each cell of a grid, found once for all years on one lattice."""

from __future__ import annotations

from typing import Any

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from rasterio.warp import Resampling, reproject

from landuse.core.grid import Grid

_MEMORY_MB = 4 * 64
"""GDAL places cells part by part; parts like those of single bytes in its usual 64 MB."""


class NearestCells:
    """Class codes of several years brought onto a grid: most of the work is to find the places."""

    def __init__(self) -> None:
        self._lattice: Any = None
        self._cell: NDArray[np.int32] = np.empty((0, 0), dtype=np.int32)

    def take(
        self, codes: NDArray[np.uint8], *, transform: Affine, crs: str, grid: Grid, nodata: int
    ) -> NDArray[np.uint8]:
        """Return the code nearest to each cell of a grid, ``nodata`` beyond the source.

        Parameters
        ----------
        codes : source cells (rows, columns), fewer than 2^31; ``transform``, ``crs``: theirs.
        """
        lattice = (codes.shape, transform, crs, grid)
        if self._lattice != lattice:
            self._lattice, self._cell = lattice, _nearest(codes.shape, transform, crs, grid)
        return np.append(codes, np.uint8(nodata))[self._cell]


def _nearest(shape: tuple[int, ...], transform: Affine, crs: str, grid: Grid) -> NDArray[np.int32]:
    """Return the row-major position of the nearest source cell, their number where none is."""
    position = np.arange(shape[0] * shape[1], dtype=np.int32).reshape(shape)
    cell = np.full(grid.shape, position.size, dtype=np.int32)
    reproject(
        position, cell, src_transform=transform, src_crs=crs, dst_transform=grid.transform,
        dst_crs=grid.crs, resampling=Resampling.nearest, init_dest_nodata=False,
        warp_mem_limit=_MEMORY_MB,
    )  # fmt: skip
    return cell
