"""The study's working grid: one CRS, one origin, cells that the coarser products nest in."""

from __future__ import annotations

import math
from typing import Any

import geopandas as gpd
from pydantic import Field
from pyproj import CRS
from pyproj.exceptions import CRSError

from landuse.core.crs import is_metric
from landuse.core.errors import data_fault, fail, study_fault
from landuse.core.grid import Bounds, Grid
from landuse.core.settings import Settings
from landuse.sources.products import PRODUCTS

_MOST_CELLS = 2_000_000_000


class GridSettings(Settings):
    """The working grid.

    ``nest``: the outer edges are multiples of at least this many cells; they are also multiples
    of every product's cell (1500 m on a 10 m grid), so that 30, 100 and 500 m layers share them.
    """

    crs: str
    resolution_m: float = Field(gt=0)
    bounds: Bounds | None = None
    nest: int = Field(default=50, ge=1)
    margin_m: float = Field(default=0.0, ge=0)


def study_grid(
    *,
    frame: gpd.GeoDataFrame | None,
    settings: GridSettings,
) -> dict[str, Any]:
    """Lay the working grid over the study's bounds, else the layer that tells where it is.

    Returns
    -------
    ``grid``: Grid, its lines multiples of the resolution.

    Raises
    ------
    LanduseError
        Exit code 2 if the CRS is not in metres, there is nothing to cover, or the grid would
        have more than 2e9 cells; 4 if a layer is in another CRS.
    """
    _refuse_crs(settings.crs)
    bounds = settings.bounds or _bounds_of(frame, crs=settings.crs)
    x0, y0, x1, y1 = bounds
    if not (x0 < x1 and y0 < y1):
        raise fail(_area_fault("研究范围是空的", "the study area is empty", bounds))
    margin = settings.margin_m
    grid = Grid.covering(
        (x0 - margin, y0 - margin, x1 + margin, y1 + margin),
        resolution_m=settings.resolution_m,
        crs=settings.crs,
        nest=common_nest(settings.resolution_m, at_least=settings.nest),
    )
    if grid.shape[0] * grid.shape[1] > _MOST_CELLS:
        zh, en = "格网过大，检查范围与分辨率", "the grid is too large: check bounds and resolution"
        raise fail(_area_fault(zh, en, bounds))
    return {"grid": grid}


def common_nest(resolution_m: float, *, at_least: int = 1) -> int:
    """Return the least number of cells that every product's cell divides."""
    return math.lcm(at_least, *(product.nest(resolution_m) for product in PRODUCTS.values()))


def _refuse_crs(crs: str) -> None:
    try:
        metric = is_metric(CRS.from_user_input(crs))
    except CRSError:
        metric = False
    if not metric:
        raise fail(
            study_fault(
                "工作坐标系须是以米为单位的投影坐标系",
                "the working CRS must be projected, in metres",
                field="study.crs", found=crs, todo_zh="例如 EPSG:4549（东经 120 度带）",
                todo_en="e.g. EPSG:4549 (central meridian 120 E)",
            )
        )  # fmt: skip


def _bounds_of(layer: gpd.GeoDataFrame | None, *, crs: str) -> Bounds:
    if layer is None or layer.empty:
        zh, en = "没有县界、地块，也没有 bounds", "no county, no parcels and no bounds"
        raise fail(_area_fault(zh, en, None))
    if layer.crs != CRS.from_user_input(crs):
        raise fail(
            data_fault(
                "图层坐标系与工作坐标系不同", "layer and working CRS differ", field="crs",
                found=f"{layer.crs} / {crs}", todo_zh="先对齐图层", todo_en="align the layer first",
            )
        )  # fmt: skip
    x0, y0, x1, y1 = (float(value) for value in layer.total_bounds)
    return (x0, y0, x1, y1)


def _area_fault(zh: str, en: str, bounds: Bounds | None) -> Any:
    return study_fault(
        zh,
        en,
        field="study.bounds",
        found=str(bounds) if bounds else "-",
        todo_zh="给出 [西, 南, 东, 北]（米），或提供县界、地块图层",
        todo_en="give [west, south, east, north] in metres, or a county or parcel layer",
    )
