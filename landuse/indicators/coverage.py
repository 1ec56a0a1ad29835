"""Which cells of a grid a polygon covers, and how much of each: asked of exactextract.

Polygons go in as WKB through the library's own source and writer classes. Measured on 20 000
polygons of 34 vertices, 2 cores: 1.2 s on 10 m cells and 0.3 s on 500 m cells, where its reader
for geopandas takes 5 s and 4 s, most of it for GeoJSON text. Between the strategies there is
little left to choose then (feature-sequential 1.2 s, raster-sequential 1.5 s on 10 m cells), since
the grid lies in memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np
from exactextract import exact_extract
from exactextract.feature import Feature, FeatureSource
from exactextract.raster import NumPyRasterSource
from exactextract.writer import Writer
from numpy.typing import NDArray

from landuse.core.grid import Grid

ENGINE = f"exactextract {version('exactextract')}"
"""Library and version behind every zonal number, for the manifest."""

_LEAST_FRACTION = 1e-9


@dataclass(frozen=True, eq=False)
class Cover:
    """Which cells each zone covers: one row for each (zone, cell) pair, sorted by both.

    Attributes
    ----------
    zone : position of the polygon, 0 to n - 1.
    cell : row-major position of the cell in the grid.
    fraction : part of the cell inside the polygon, 0 to 1.
    """

    zone: NDArray[np.int64]
    cell: NDArray[np.int64]
    fraction: NDArray[np.float64]


def cover_cells(wkb: NDArray[Any], *, zones: NDArray[np.int64], grid: Grid) -> Cover:
    """Return the cells each polygon covers.

    Parameters
    ----------
    wkb : polygons as WKB, in the CRS of the grid, none of them empty.
    zones : the position each polygon gets in the cover, rising.
    """
    if not len(wkb):
        nothing = np.empty(0, dtype=np.int64)
        return Cover(nothing, nothing, np.empty(0))
    x0, y0, x1, y1 = grid.bounds
    # The values are never looked at: a broadcast zero stands for the grid in one byte.
    cells = np.broadcast_to(np.uint8(0), grid.shape)
    raster = NumPyRasterSource(cells, x0, y0, x1, y1, name="grid")
    rows = exact_extract(
        raster,
        _WkbSource(wkb),
        ["cell_id", "coverage"],
        include_cols=["zone"],
        strategy="feature-sequential",
        output=_RowWriter(),
    )
    counts = np.array([len(row["cell_id"]) for row in rows])
    zone = np.repeat(zones[[row["zone"] for row in rows]], counts)
    cell = np.concatenate([row["cell_id"] for row in rows]).astype(np.int64)
    fraction = np.concatenate([row["coverage"] for row in rows]).astype(np.float64)
    order = np.flatnonzero(fraction > _LEAST_FRACTION)
    key = zone[order] * (grid.shape[0] * grid.shape[1]) + cell[order]
    if (np.diff(key) < 0).any():
        order = order[np.argsort(key, kind="stable")]
    return Cover(zone[order], cell[order], fraction[order])


class _WkbFeature(Feature):  # type: ignore[misc]
    """A polygon handed over as WKB: four times as fast as the GeoJSON text of the default."""

    def __init__(self, wkb: bytes | None = None, zone: int = 0) -> None:
        super().__init__()
        self.wkb = wkb
        self.row: dict[str, Any] = {"zone": zone}

    def geometry(self) -> bytes | None:
        return self.wkb

    def set_geometry(self, wkb: bytes | None) -> None:
        self.wkb = wkb

    def set_geometry_format(self) -> str:
        return "wkb"

    def get(self, name: str) -> Any:
        return self.row[name]

    def set(self, name: str, value: Any) -> None:
        self.row[name] = value

    def fields(self) -> list[str]:
        return list(self.row)


class _WkbSource(FeatureSource):  # type: ignore[misc]
    def __init__(self, wkb: NDArray[Any]) -> None:
        super().__init__()
        self.wkb = wkb

    def count(self) -> int:
        return len(self.wkb)

    def __iter__(self) -> Iterator[_WkbFeature]:
        return (_WkbFeature(bytes(one), zone) for zone, one in enumerate(self.wkb))

    def srs_wkt(self) -> None:
        return None


class _RowWriter(Writer):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__()
        self.rows: list[dict[str, Any]] = []

    def add_operation(self, operation: Any) -> None:
        pass

    def write(self, feature: Any) -> None:
        row = _WkbFeature()
        feature.copy_to(row)
        self.rows.append(row.row)

    def features(self) -> list[dict[str, Any]]:
        return self.rows
