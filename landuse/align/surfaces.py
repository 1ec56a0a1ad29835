"""A land-cover stack burned from vector layers, for cities mapped from the air."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from affine import Affine
from numpy.typing import NDArray
from rasterio.features import rasterize

from landuse.align.vectors import VectorAlign, align_vector
from landuse.core.crs import between
from landuse.core.errors import Fault, LanduseError
from landuse.core.findings import Finding
from landuse.core.grid import Bounds, Grid
from landuse.core.layers import Layer
from landuse.core.settings import Settings
from landuse.sources.spec import SurfaceClass, Surfaces

_BLOCK_ROWS = 4096


class BurnSettings(Settings):
    """The surfaces to burn and the study's CRS."""

    surfaces: Surfaces
    crs: str


def burn_surfaces(
    *, files: Mapping[str, Path], grid: Grid, settings: BurnSettings
) -> dict[str, Any]:
    """Burn polygon layers into one stack; later classes lie on top of earlier ones.

    A cell belongs to a polygon that holds its centre.

    Parameters
    ----------
    files : class key to file.
    grid : the study grid; the stack covers the same bounds in cells of its own.

    Returns
    -------
    ``layer``: Layer, uint8, class 1 to n in the order declared, 0 = none of them (known, not
    nodata). ``legend``: {"1": {"key", "zh", "en"}, …}. ``findings``: list of Finding.

    Raises
    ------
    LanduseError
        With the faults of every layer.
    """
    surfaces = settings.surfaces
    own = Grid.covering(grid.bounds, resolution_m=surfaces.resolution_m, crs=grid.crs)
    frame = _lonlat(grid)
    values = np.zeros(own.shape, dtype=np.uint8)
    findings: list[Finding] = []
    faults: list[Fault] = []
    for code, surface in enumerate(surfaces.classes, start=1):
        try:
            aligned = align_vector(
                file=files[surface.key], settings=_vector(surface, settings.crs), frame=frame
            )
        except LanduseError as error:
            faults += error.faults
            continue
        findings += aligned["findings"]
        burn(aligned["layer"], values, grid=own, code=code)
    if faults:
        raise LanduseError(faults)
    return {"layer": Layer(own, values), "legend": _legend(surfaces), "findings": findings}


def burn(layer: gpd.GeoDataFrame, values: NDArray[np.uint8], *, grid: Grid, code: int) -> None:
    """Write ``code`` into the cells whose centre lies in a polygon of ``layer``, in row blocks."""
    shapes = np.asarray(layer.geometry.to_numpy())
    tree = shapely.STRtree(shapes)
    x0, _, x1, top = grid.bounds
    for start in range(0, grid.shape[0], _BLOCK_ROWS):
        block = values[start : start + _BLOCK_ROWS]
        y1 = top - start * grid.resolution_m
        y0 = y1 - len(block) * grid.resolution_m
        near = np.sort(tree.query(shapely.box(x0, y0, x1, y1)))
        if len(near):
            corner = Affine(grid.resolution_m, 0.0, x0, 0.0, -grid.resolution_m, y1)
            rasterize(shapes[near].tolist(), out=block, transform=corner, default_value=code)


def _vector(surface: SurfaceClass, crs: str) -> VectorAlign:
    role = f"surfaces.{surface.key}"
    return VectorAlign(role=role, source=surface.source, crs=crs, kind="polygon")


def _legend(surfaces: Surfaces) -> dict[str, dict[str, str]]:
    return {
        str(code): {"key": surface.key, "zh": surface.zh, "en": surface.en}
        for code, surface in enumerate(surfaces.classes, start=1)
    }


def _lonlat(grid: Grid) -> Bounds:
    west, south, east, north = between(grid.crs, "EPSG:4326").transform_bounds(*grid.bounds)
    return (west, south, east, north)
