"""The one zonal engine: what each polygon holds of the cells of a grid.

exactextract is asked one thing only: which cells a polygon covers, and how much of each. The
answer depends on polygons and grid, not on cell values, so it is computed once for each grid and
serves every layer on it; class shares, sums, means and medians are then sums over the same rows.
Cells outside the grid, cells equal to nodata and NaN are *not known*: they never count as zero,
and `known_share` tells how much of a polygon was known.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from landuse.core.errors import data_fault, fail
from landuse.core.grid import Grid
from landuse.core.layers import Layer
from landuse.indicators.coverage import ENGINE, Cover, cover_cells

__all__ = [
    "ENGINE",
    "Zones",
    "class_shares",
    "codes_share",
    "known_share",
    "mean",
    "median",
    "total",
]

_POLYGONAL = (3, 6)
_ROUNDING = 1e-6


class Zones:
    """Polygons prepared once for any number of layers; covers are kept for each grid.

    Parameters
    ----------
    polygons : valid polygons in a metric CRS; missing and empty ones cover nothing.

    Raises
    ------
    ValueError
        If there is no CRS, or a geometry is not a polygon.
    """

    def __init__(self, polygons: gpd.GeoDataFrame | gpd.GeoSeries) -> None:
        geometry = np.asarray(polygons.geometry.array)
        kinds = shapely.get_type_id(geometry)
        if polygons.crs is None:
            msg = "zones need a CRS"
            raise ValueError(msg)
        if not np.isin(kinds, (-1, *_POLYGONAL)).all():
            msg = f"zones must be polygons; geometry type ids found: {sorted(set(kinds.tolist()))}"
            raise ValueError(msg)
        self.index = polygons.index
        self.crs = CRS(polygons.crs)
        self.area_m2 = np.nan_to_num(shapely.area(geometry))
        self._filled = np.flatnonzero((kinds != -1) & ~shapely.is_empty(geometry))
        self._wkb = shapely.to_wkb(geometry[self._filled])
        self._covers: dict[Grid, Cover] = {}

    def __len__(self) -> int:
        return len(self.index)

    def cover(self, grid: Grid) -> Cover:
        """Return the cells each zone covers, computed at the first call for a grid.

        Raises
        ------
        ValueError
            If the grid is in another CRS than the polygons.
        """
        if grid not in self._covers:
            if CRS(grid.crs) != self.crs:
                msg = f"grid in {grid.crs}, zones in {self.crs.to_string()}: align them first"
                raise ValueError(msg)
            self._covers[grid] = cover_cells(self._wkb, zones=self._filled, grid=grid)
        return self._covers[grid]


def class_shares(
    zones: Zones, layer: Layer, *, legend: Mapping[int, str], background: int | None = 0
) -> pd.DataFrame:
    """Return the share of the known cover that each class takes.

    .. math:: s_k = \\sum_c f_c [v_c = k] / \\sum_{c\\ known} f_c

    Parameters
    ----------
    layer : class codes; ``legend`` gives {code: key}. ``background`` is a code that means "none
        of these classes": known, but without a column (unless it is the nodata value).

    Returns
    -------
    Columns ``share_<key>`` in legend order, 0 to 1; NaN where nothing is known.

    Raises
    ------
    LanduseError
        If a covered cell has a code that the legend does not list.
    """
    cover, values = _known_cells(zones, layer)
    total = _sum_by_zone(zones, cover.zone, cover.fraction)
    listed = np.isin(values, [*legend, *([] if background is None else [background])])
    if not listed.all():
        raise _unknown_codes(np.unique(values[~listed]), known=list(legend))
    columns = {}
    for code, key in legend.items():
        here = values == code
        part = _sum_by_zone(zones, cover.zone[here], cover.fraction[here])
        columns[f"share_{key}"] = _divide(part, total)
    return pd.DataFrame(columns, index=zones.index, dtype=float)


def codes_share(zones: Zones, layer: Layer, *, codes: tuple[int, ...]) -> pd.Series:
    """Return the share of the known cover whose code is one of ``codes``, 0 to 1."""
    cover, values = _known_cells(zones, layer)
    here = np.isin(values, codes)
    part = _sum_by_zone(zones, cover.zone[here], cover.fraction[here])
    total = _sum_by_zone(zones, cover.zone, cover.fraction)
    return pd.Series(_divide(part, total), index=zones.index)


def total(zones: Zones, layer: Layer) -> pd.Series:
    """Return the sum of a count layer over each zone, by exact area share of its cells.

    .. math:: t = \\sum_{c\\ known} f_c v_c

    The unit is that of the layer (persons, m2). NaN where nothing is known.
    """
    cover, values = _known_cells(zones, layer)
    part = _sum_by_zone(zones, cover.zone, cover.fraction * values)
    touched = _sum_by_zone(zones, cover.zone, cover.fraction) > 0
    return pd.Series(np.where(touched, part, np.nan), index=zones.index)


def mean(zones: Zones, layer: Layer) -> pd.Series:
    """Return the area-weighted mean over the known cover, in the unit of the layer."""
    cover, values = _known_cells(zones, layer)
    part = _sum_by_zone(zones, cover.zone, cover.fraction * values)
    return pd.Series(
        _divide(part, _sum_by_zone(zones, cover.zone, cover.fraction)), index=zones.index
    )


def median(zones: Zones, layer: Layer) -> pd.Series:
    """Return the area-weighted median: the least value with half of the known cover at or below.

    Unit of the layer; NaN where nothing is known.
    """
    cover, values = _known_cells(zones, layer)
    order = np.lexsort((values, cover.zone))
    zone, value, weight = cover.zone[order], values[order], cover.fraction[order]
    half = _sum_by_zone(zones, zone, weight) / 2
    before = np.concatenate([[0.0], np.cumsum(half * 2)[:-1]]) if len(zones) else half
    running = np.cumsum(weight) - before[zone]
    reached = running >= half[zone] - _ROUNDING
    first_zone, first = np.unique(zone[reached], return_index=True)
    out = np.full(len(zones), np.nan)
    out[first_zone] = value[reached][first]
    return pd.Series(out, index=zones.index)


def known_share(zones: Zones, layer: Layer) -> pd.Series:
    """Return the part of each zone's area that lies on known cells, 0 to 1; 0 if nothing does."""
    cover, _ = _known_cells(zones, layer)
    area = _sum_by_zone(zones, cover.zone, cover.fraction) * layer.grid.cell_area_m2
    share = np.nan_to_num(_divide(area, zones.area_m2))
    return pd.Series(np.minimum(share, 1.0), index=zones.index)


def _known_cells(zones: Zones, layer: Layer) -> tuple[Cover, NDArray[Any]]:
    """Return the cover restricted to known cells, and the value of each row."""
    cover = zones.cover(layer.grid)
    values = layer.values.ravel()[cover.cell]
    known = Layer.known(_as_row(layer, values)).ravel()
    kept = Cover(cover.zone[known], cover.cell[known], cover.fraction[known])
    return kept, values[known]


def _as_row(layer: Layer, values: NDArray[Any]) -> Layer:
    grid = Grid(layer.grid.crs, layer.grid.transform, (1, len(values)))
    return Layer(grid, values.reshape(1, -1), nodata=layer.nodata, year=layer.year)


def _sum_by_zone(
    zones: Zones, zone: NDArray[np.int64], weights: NDArray[Any]
) -> NDArray[np.float64]:
    return np.bincount(zone, weights=weights, minlength=len(zones)).astype(float)


def _divide(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    out = np.full(len(part), np.nan)
    np.divide(part, whole, out=out, where=whole > 0)
    return out


def _unknown_codes(found: NDArray[Any], *, known: list[int]) -> Exception:
    codes = ", ".join(str(int(code)) for code in found)
    return fail(
        data_fault(
            "分类栅格中有图例未列出的编码",
            "the class raster holds codes that its legend does not list",
            found=codes,
            todo_zh=f"检查产品代号或图例；图例编码为 {known}",
            todo_en=f"check the product id or the legend; it lists {known}",
        )
    )
