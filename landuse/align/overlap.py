"""How much of the study area each aligned layer covers, and how many objects it holds."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pydantic import Field
from rasterio.features import geometry_mask

from landuse.core.grid import Grid
from landuse.core.layers import Layer, count_known
from landuse.core.settings import Settings

COLUMNS = (
    "key", "role", "kind", "features", "rows", "columns", "known_share", "area_share",
    "inside_share", "extent_share",
)  # fmt: skip
_FEW_SHAPES = 200
"""A frame of more shapes than this is taken as its bounds: it is no outline but the objects."""
_DIGITS = 6


class OverlapSettings(Settings):
    """Which layers must tile the study area."""

    tiling: tuple[str, ...] = Field(
        ("county", "towns", "villages"), description="roles whose area is compared with the frame's"
    )


def measure_overlap(
    *, settings: OverlapSettings, frame: gpd.GeoDataFrame | None = None, **layers: Any
) -> dict[str, Any]:
    """Measure each aligned layer against the frame of the study.

    Parameters
    ----------
    frame : the layer that tells where the study is, in the study's CRS; without one no share is
        known.
    layers : role to what its alignment made: GeoDataFrame, Layer, list of Layer (one a year),
        table, or None.

    Returns
    -------
    ``overlap``: one row a layer and year, shares 0 to 1, null where they say nothing of this
    kind of layer. ``known_share``: cells in the frame that carry a value; ``area_share``: area of
    the frame that polygons cover, for layers that tile it; ``inside_share``: objects that touch
    the frame; ``extent_share``: area of the frame's bounds that the layer's bounds cover.
    """
    whole, inside = _outline(frame), _Inside(frame)
    rows: list[dict[str, Any]] = []
    for role, layer in layers.items():
        if isinstance(layer, list):
            rows += [_raster(f"{role}:{item.year}", role, item, inside) for item in layer]
        elif isinstance(layer, Layer):
            rows.append(_raster(role, role, layer, inside))
        elif isinstance(layer, gpd.GeoDataFrame):
            rows.append(_vector(role, layer, whole, tiles=role in settings.tiling))
        elif isinstance(layer, pd.DataFrame):
            rows.append({"key": role, "role": role, "kind": "table", "features": len(layer)})
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    whole_numbers = dict.fromkeys(("features", "rows", "columns"), "Int64")
    shares = {name: "float64" for name in COLUMNS if name.endswith("_share")}
    return {"overlap": table.astype(whole_numbers | shares).round(_DIGITS)}


def _outline(frame: gpd.GeoDataFrame | None) -> shapely.Geometry | None:
    if frame is None or frame.empty:
        return None
    if len(frame) > _FEW_SHAPES:
        return shapely.box(*frame.total_bounds)
    whole = shapely.union_all(frame.geometry.to_numpy())
    shapely.prepare(whole)
    return whole


class _Inside:
    """The cells of grids that lie in the frame, found once for each grid."""

    def __init__(self, frame: gpd.GeoDataFrame | None) -> None:
        self._shapes = None if frame is None or frame.empty else frame.geometry.to_numpy()
        self._of: dict[Grid, NDArray[np.bool_]] = {}

    def of(self, grid: Grid) -> NDArray[np.bool_]:
        """Return a mask of the cells in the frame; all of them without one."""
        if grid not in self._of:
            self._of[grid] = self._found(grid)
        return self._of[grid]

    def _found(self, grid: Grid) -> NDArray[np.bool_]:
        if self._shapes is None:
            return np.ones(grid.shape, dtype=bool)
        inside = geometry_mask(
            self._shapes, out_shape=grid.shape, transform=grid.transform, invert=True
        )
        # A frame thinner than a cell holds no cell centre; then the cells it touches count.
        return np.asarray(inside if inside.any() else geometry_mask(
            self._shapes, out_shape=grid.shape, transform=grid.transform, invert=True,
            all_touched=True,
        ))  # fmt: skip


def _raster(key: str, role: str, layer: Layer, inside: _Inside) -> dict[str, Any]:
    rows, columns = layer.grid.shape
    within = inside.of(layer.grid)
    count = np.count_nonzero(within)
    share = count_known(layer, within) / count if count else np.nan
    return {
        "key": key, "role": role, "kind": "raster", "rows": rows, "columns": columns,
        "known_share": share,
    }  # fmt: skip


def _vector(
    role: str, layer: gpd.GeoDataFrame, whole: shapely.Geometry | None, *, tiles: bool
) -> dict[str, Any]:
    row = {"key": role, "role": role, "kind": _kind(layer), "features": len(layer)}
    if whole is None or layer.empty:
        return row
    shapes = layer.geometry.to_numpy()
    row["inside_share"] = float(shapely.intersects(whole, shapes).mean())
    bounds = shapely.box(*shapely.bounds(whole))
    shared = shapely.intersection(bounds, shapely.box(*layer.total_bounds)).area
    row["extent_share"] = shared / bounds.area if bounds.area else np.nan
    if tiles and whole.area:
        covered = shapely.intersection(shapely.union_all(shapes), whole).area
        row["area_share"] = min(1.0, covered / whole.area)
    return row


def _kind(layer: gpd.GeoDataFrame) -> str:
    kinds = layer.geom_type.dropna().str.removeprefix("Multi").str.lower().unique()
    named = {"linestring": "line"}
    return "+".join(sorted(named.get(kind, kind) for kind in kinds))
