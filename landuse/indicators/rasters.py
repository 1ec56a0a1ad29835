"""Zonal statistics of raster files of any size: all of one grid in one pass, block by block."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from pyproj import CRS

from landuse.core.errors import data_fault, fail
from landuse.indicators.zonal import Zones
from landuse.sources.raster_blocks import RasterBlocks

if TYPE_CHECKING:  # the compiler takes a second to import
    from landuse.indicators.engine.trace import Frame

_STATISTICS = ("count", "sum", "mean", "stdev", "min", "max")


def summarise(
    zones: Zones, rasters: Mapping[str, RasterBlocks], *,
    legends: Mapping[str, Mapping[int, str]], statistics: Sequence[str] = _STATISTICS,
    block: tuple[int, int] | None = None, threads: int = 2,
) -> pd.DataFrame:  # fmt: skip
    """Return what every polygon holds of the cells of raster files.

    Parameters
    ----------
    rasters : open rasters of one grid, in the CRS of the zones; north-up or south-up. Each block
        that a zone meets is decoded once; the rasters are never in memory as a whole.
    legends : {code: key} for the rasters that hold classes. Codes not listed count nowhere.
    statistics : which of count (covered known cells), sum, mean, stdev (of the population), min
        and max to give for the others.
    block : rows and columns read at once; None takes what suits the first file.

    Returns
    -------
    ``<name>_share_<key>`` (0 to 1 of the cover of listed classes) and ``<name>_<statistic>``;
    NaN where nothing is known. Bitwise the same for any number of threads; see
    ``engine.stream.sums_of`` for how far another block size rounds otherwise.

    Raises
    ------
    LanduseError
        If the rasters differ in grid or CRS, or a polygon is not valid (exit code 4).
    """
    from landuse.indicators.engine.codes import Codes
    from landuse.indicators.engine.stream import Classes, Numbers, sums_of

    frame = _common_frame(zones, rasters)
    layers = [
        Classes(raster.read, Codes(tuple(legends[name]), raster.nodata))
        if name in legends
        else Numbers(raster.read, raster.nodata)
        for name, raster in rasters.items()
    ]
    first = next(iter(rasters.values()))
    found = sums_of(zones.rings(), frame, layers, block=block or first.block, threads=threads)
    columns: dict[str, Any] = {}
    for (name, layer), sums in zip(zip(rasters, layers, strict=True), found, strict=True):
        if isinstance(layer, Classes):
            columns |= _shares(name, legends[name], sums)
        else:
            columns |= _numbers(name, sums, statistics)
    return pd.DataFrame(columns, index=zones.index)


def _shares(name: str, legend: Mapping[int, str], sums: Any) -> dict[str, Any]:
    known = sums[:, : len(legend)].sum(axis=1)
    known = np.where(known > 0, known, np.nan)
    return {f"{name}_share_{key}": sums[:, at] / known for at, key in enumerate(legend.values())}


def _numbers(name: str, sums: Any, wanted: Sequence[str]) -> dict[str, Any]:
    from landuse.indicators.engine.cover import statistics

    values = statistics(sums)
    return {f"{name}_{one}": values[one] for one in wanted}


def _common_frame(zones: Zones, rasters: Mapping[str, RasterBlocks]) -> Frame:
    from landuse.indicators.engine.trace import Frame

    faults = []
    first = next(iter(rasters.values()))
    for raster in rasters.values():
        if (raster.transform, raster.shape) != (first.transform, first.shape):
            faults.append(("transform", raster, str(tuple(raster.transform)[:6])))
        if CRS(raster.crs) != zones.crs:
            faults.append(("crs", raster, str(raster.crs)))
    if faults:
        field, raster, found = faults[0]
        raise fail(
            data_fault(
                "栅格与地块或其他栅格不在同一网格", "rasters and polygons do not share a grid",
                file=raster.path.name, field=field, found=found,
                todo_zh="先对齐到同一坐标系和网格", todo_en="align them to one CRS and grid first",
            )
        )  # fmt: skip
    affine, (rows, columns) = first.transform, first.shape
    return Frame(affine.c, affine.f, affine.a, affine.e, rows, columns)
