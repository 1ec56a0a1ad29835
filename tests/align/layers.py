"""Small layers for the tests of alignment, near 119.5 E 29.2 N."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
from shapely import affinity
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry

from landuse.align.vectors import VectorAlign
from landuse.core.findings import Finding
from landuse.sources.spec import VectorSource

FRAME = (119.4, 29.1, 119.6, 29.3)
CRS = "EPSG:4549"
# 119.5 E 29.2 N in EPSG:4549 is about x 451 400, y 3 231 500.
X, Y = 451_400.0, 3_231_500.0


def squares(count: int = 3, *, side: float = 100.0) -> gpd.GeoDataFrame:
    """Return squares in a row, CGCS2000 zone of 120 E."""
    shapes = [box(X + k * side, Y, X + (k + 1) * side, Y + side) for k in range(count)]
    ids = [f"99078100100000000{k}" for k in range(count)]
    return gpd.GeoDataFrame({"BSM": ids}, geometry=shapes, crs=CRS)


def moved(layer: gpd.GeoDataFrame, change: Callable[[BaseGeometry], BaseGeometry]) -> Any:
    """Return a layer with each shape changed and its CRS kept."""
    return layer.set_geometry(
        gpd.GeoSeries([change(shape) for shape in layer.geometry], crs=layer.crs)
    )


def shifted(dx: float) -> Callable[[BaseGeometry], BaseGeometry]:
    return lambda shape: affinity.translate(shape, xoff=dx)


def wanted(**source: Any) -> VectorAlign:
    """Return the settings of a parcel layer."""
    fields = source.pop("fields", {"parcel_id": "BSM"})
    duplicates = source.pop("duplicates", "refuse")
    spec = VectorSource.model_validate({"path": "x", "fields": fields} | source)
    return VectorAlign.for_role("parcels", spec, crs=CRS, duplicates=duplicates)


def written(layer: gpd.GeoDataFrame, file: Path, *, crs: bool = True) -> Path:
    """Write a layer, with or without its CRS."""
    layer.to_file(file)
    if not crs:
        file.with_suffix(".prj").unlink()
    return file


def kinds(findings: list[Finding]) -> list[str]:
    return [finding.kind for finding in findings]
