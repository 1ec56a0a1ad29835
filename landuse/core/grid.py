"""The grid as a value: a CRS, a transform and a shape that every raster function takes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from affine import Affine

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True)
class Grid:
    """A north-up grid of square metric cells.

    Attributes
    ----------
    crs : CRS as text that pyproj understands, e.g. ``EPSG:4549``.
    transform : affine transform from (column, row) to (x, y), metres.
    shape : (rows, columns).
    """

    crs: str
    transform: Affine
    shape: tuple[int, int]

    @classmethod
    def covering(cls, bounds: Bounds, *, resolution_m: float, crs: str, nest: int = 1) -> Grid:
        """Return the smallest grid around ``bounds`` whose lines are multiples of the resolution.

        ``nest`` makes the lines multiples of ``nest`` cells, so that a coarsened grid has the
        same outer edges.
        """
        step = resolution_m * nest
        x0, y0 = (math.floor(value / step) * step for value in bounds[:2])
        x1, y1 = (math.ceil(value / step) * step for value in bounds[2:])
        columns, rows = round((x1 - x0) / resolution_m), round((y1 - y0) / resolution_m)
        transform = Affine(resolution_m, 0.0, x0, 0.0, -resolution_m, y1)
        return cls(crs=crs, transform=transform, shape=(rows, columns))

    @property
    def resolution_m(self) -> float:
        """Return the side of a cell, in metres."""
        return float(self.transform.a)

    @property
    def cell_area_m2(self) -> float:
        """Return the area of a cell, in square metres."""
        return self.resolution_m**2

    @property
    def bounds(self) -> Bounds:
        """Return (x minimum, y minimum, x maximum, y maximum), metres."""
        rows, columns = self.shape
        x0, y1 = self.transform.c, self.transform.f
        return (x0, y1 - rows * self.resolution_m, x0 + columns * self.resolution_m, y1)

    def coarsen(self, factor: int) -> Grid:
        """Return the grid of cells ``factor`` times as large, nested in this one.

        Raises
        ------
        ValueError
            If the shape is not divisible by the factor: the outer edges would differ.
        """
        rows, columns = self.shape
        if rows % factor or columns % factor:
            msg = f"shape {self.shape} is not divisible by {factor}; build it with nest={factor}"
            raise ValueError(msg)
        transform = self.transform @ Affine.scale(factor)
        return Grid(self.crs, transform, (rows // factor, columns // factor))

    def windows(self, block: int = 1024) -> Iterator[tuple[slice, slice]]:
        """Yield (row slice, column slice) pairs that tile the grid, row by row."""
        rows, columns = self.shape
        for row in range(0, rows, block):
            for column in range(0, columns, block):
                yield (
                    slice(row, min(row + block, rows)),
                    slice(column, min(column + block, columns)),
                )
