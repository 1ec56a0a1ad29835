"""The one zonal engine: what each polygon holds of the cells of a grid.

Which cells a polygon covers, and how much of each, depends on polygons and grid, not on cell
values: it is traced once for each grid (``landuse.indicators.engine``, exact covered fractions)
and serves every layer on it; class shares, sums, means and medians are sums over the same runs of
cells. Cells outside the grid, cells equal to nodata and NaN are *not known*: they never count as
zero, and `known_share` tells how much of a polygon was known.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from landuse import __version__
from landuse.core.errors import data_fault, fail
from landuse.core.grid import Grid
from landuse.core.layers import Layer
from landuse.indicators.traced import traced

if TYPE_CHECKING:  # the compiler takes a second to import
    from landuse.indicators.engine.cover import Cells, Cover
    from landuse.indicators.engine.trace import Rings

__all__ = [
    "ENGINE",
    "PackedZones",
    "Zones",
    "class_shares",
    "codes_share",
    "known_share",
    "mean",
    "median",
    "total",
]

ENGINE = f"landuse {__version__} / numba {version('numba')}"
"""Engine and compiler behind every zonal number, for the manifest."""

_POLYGONAL = (3, 6)


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
        self._geometry = geometry
        self._sums: WeakKeyDictionary[Layer, NDArray[np.float64]] = WeakKeyDictionary()

    def __len__(self) -> int:
        return len(self.index)

    def rings(self) -> Rings:
        """Return the polygons as the engine takes them.

        Raises
        ------
        LanduseError
            If a polygon is not valid (exit code 4).
        """
        return traced(self._geometry).rings()

    def cover(self, grid: Grid) -> Cover:
        """Return the cells each zone covers, traced at the first call for a grid.

        Raises
        ------
        ValueError
            If the grid is in another CRS than the polygons.
        LanduseError
            If a polygon is not valid (exit code 4).
        """
        if CRS(grid.crs) != self.crs:
            msg = f"grid in {grid.crs}, zones in {self.crs.to_string()}: align them first"
            raise ValueError(msg)
        return traced(self._geometry).cover(grid)

    def cells(self, grid: Grid) -> Cells:
        """Return every (zone, cell) pair of a grid with its covered fraction, zone by zone."""
        return self.cover(grid).cells()

    def sums(self, layer: Layer) -> NDArray[np.float64]:
        """Return the sums of each zone over the known cells of a layer, made once."""
        if layer not in self._sums:
            self._sums[layer] = self.cover(layer.grid).numbers(layer.values, layer.nodata)
        return self._sums[layer]


class PackedZones(Zones):
    """Zones over the cells of a grid that one of them touches, laid side by side in one row.

    What is worked out cell by cell then needs room for those cells only, not for a county.

    Attributes
    ----------
    touched : row-major positions of the cells in the grid, rising.
    row : the grid of one row that layers of these cells lie on; it has no place.
    """

    def __init__(self, zones: Zones, grid: Grid) -> None:
        self.index, self.crs, self.area_m2 = zones.index, zones.crs, zones.area_m2
        self._geometry, self._sums = zones._geometry, WeakKeyDictionary()
        cover = zones.cover(grid)
        self.touched = cover.touched(grid.shape[0] * grid.shape[1])
        self.row = Grid(grid.crs, grid.transform, (1, len(self.touched)))
        self._cover = cover.packed(self.touched)

    def cover(self, grid: Grid) -> Cover:
        """Return the cells of the row that each zone covers.

        Raises
        ------
        ValueError
            If another grid is asked for.
        """
        if grid != self.row:
            msg = "packed zones know the cells they were packed for only"
            raise ValueError(msg)
        return self._cover

    def layer(self, values: NDArray[np.float64]) -> Layer:
        """Return a layer of values at the touched cells."""
        return Layer(self.row, values.reshape(self.row.shape))


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
    from landuse.indicators.engine.codes import Codes

    listed = (*legend, *(() if background is None or background in legend else (background,)))
    cover = zones.cover(layer.grid)
    cells = cover.classes(layer.values, Codes(listed, layer.nodata))
    if cells[:, len(listed)].any():
        met = np.unique(np.concatenate([layer.values.ravel()[c.cell] for c in cover.each_part()]))
        met = met[~np.isin(met, [*listed, layer.nodata]) & (met == met)]
        raise _unknown_codes(met, known=list(legend))
    known = cells[:, : len(listed)].sum(axis=1)
    columns = {
        f"share_{key}": _divide(cells[:, column], known)
        for column, key in enumerate(legend.values())
    }
    return pd.DataFrame(columns, index=zones.index, dtype=float)


def codes_share(zones: Zones, layer: Layer, *, codes: tuple[int, ...]) -> pd.Series:
    """Return the share of the known cover whose code is one of ``codes``, 0 to 1."""
    from landuse.indicators.engine.codes import Codes

    cells = zones.cover(layer.grid).classes(layer.values, Codes(codes, layer.nodata))
    share = _divide(cells[:, : len(codes)].sum(axis=1), cells[:, :-1].sum(axis=1))
    return pd.Series(share, index=zones.index)


def total(zones: Zones, layer: Layer) -> pd.Series:
    """Return the sum of a count layer over each zone, by exact area share of its cells.

    .. math:: t = \\sum_{c\\ known} f_c v_c

    The unit is that of the layer (persons, m2). NaN where nothing is known.
    """
    return _statistic(zones, layer, "sum")


def mean(zones: Zones, layer: Layer) -> pd.Series:
    """Return the area-weighted mean over the known cover, in the unit of the layer."""
    return _statistic(zones, layer, "mean")


def median(zones: Zones, layer: Layer) -> pd.Series:
    """Return the area-weighted median: the least value with half of the known cover at or below.

    Unit of the layer; NaN where nothing is known. Half is met to a millionth of a cell.
    """
    found = zones.cover(layer.grid).medians(layer.values, layer.nodata)
    return pd.Series(found, index=zones.index)


def known_share(zones: Zones, layer: Layer) -> pd.Series:
    """Return the part of each zone's area that lies on known cells, 0 to 1; 0 if nothing does."""
    from landuse.indicators.engine.codes import Codes, is_direct
    from landuse.indicators.engine.stats import COUNT

    if is_direct(layer.values):
        cells = zones.cover(layer.grid).classes(layer.values, Codes((), layer.nodata))[:, 0]
    else:
        cells = zones.sums(layer)[:, COUNT]
    share = np.nan_to_num(_divide(cells * layer.grid.cell_area_m2, zones.area_m2))
    return pd.Series(np.minimum(share, 1.0), index=zones.index)


def _statistic(zones: Zones, layer: Layer, name: str) -> pd.Series:
    from landuse.indicators.engine.cover import statistics

    return pd.Series(statistics(zones.sums(layer))[name], index=zones.index)


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
