"""Raster products brought onto the study grid, each by the rule of its kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray
from rasterio.features import geometry_mask
from rasterio.warp import Resampling, reproject

from landuse.align.difference import difference_faults, series_findings, year_findings
from landuse.align.raw_values import checked_codes, class_nodata, counted, measured
from landuse.core.errors import Fault, LanduseError, data_fault, fail
from landuse.core.findings import Finding
from landuse.core.grid import Grid
from landuse.core.layers import Layer, count_known
from landuse.core.scratch import Scratch
from landuse.core.settings import Settings
from landuse.sources.cells import Aside
from landuse.sources.products import product_named
from landuse.sources.raster_product import RasterProduct
from landuse.sources.raw_raster import RawRaster
from landuse.sources.read_raster import file_names, read_raster

_SAME_CELL = 1 / 0.95
"""Most source cells along a cell that four of them stand for; of smaller ones GDAL weighs more."""
_WHOLE_SHARE = 0.9995

Files = Path | Sequence[Path] | Mapping[Any, Path]
"""One file, or the tiles of one product; where tiles overlap, the first that knows goes first."""


class RasterAlign(Settings):
    """Which product a raster is, and the year it describes (a series names its own years)."""

    role: str
    product: str
    year: int | None = None


def align_raster(
    *, file: Files, grid: Grid, settings: RasterAlign, frame: gpd.GeoDataFrame | None = None
) -> dict[str, Any]:
    """Bring one raster onto the grid of its product's cell, nested in the study grid.

    Classes: nearest, never averaged. Counts: the sum is kept. Intensity and height: bilinear,
    unknown cells left out.

    Parameters
    ----------
    file : one file or the tiles of one product, as they were downloaded (.tif, .tif.gz, .zip).
    frame : polygons within which cover matters (county, else parcels), in the grid's CRS; None
        asks for cover of the whole grid.

    Returns
    -------
    ``layer``: Layer (class: uint8, nodata 0 or the product's; else float32, unknown = NaN).
    ``findings``: list of Finding.

    Raises
    ------
    LanduseError
        Exit code 2 for an unknown product, 3 for an absent file, 4 for no CRS, no overlap, tiles
        that do not fit together, class codes outside the legend, counts that cannot be true, or
        nothing known in the study area.
    """
    return _aligned(file, settings, _ground(grid, settings, frame))


@dataclass(frozen=True, eq=False)
class _Ground:
    """What the years of a series share.

    ``within``: cells where cover matters. ``scratch``: None for a raster alone.
    """

    product: RasterProduct
    target: Grid
    within: NDArray[np.bool_]
    scratch: Scratch | None = None


def _ground(grid: Grid, settings: RasterAlign, frame: gpd.GeoDataFrame | None) -> _Ground:
    product = product_named(settings.product, role=settings.role)
    target = grid.coarsen(product.nest(grid.resolution_m))
    return _Ground(product, target, _within(target, frame))


def _aligned(file: Files, settings: RasterAlign, ground: _Ground) -> dict[str, Any]:
    product, target = ground.product, ground.target
    paths = _paths(file)
    raw = read_raster(
        paths, bounds=target.bounds, bounds_crs=target.crs, nodata=product.nodata,
        scratch=ground.scratch,
    )  # fmt: skip
    stage, name = f"align.{settings.role}", file_names(paths)
    findings = [
        *year_findings(product, settings.year, stage=stage),
        *_gap_findings(raw, file=name, stage=stage),
    ]
    if product.kind == "class":
        codes = checked_codes(raw, product, file=name)
        nodata = class_nodata(product)
        coded = _nearest(codes, raw, target, nodata=nodata)
        layer = Layer(target, coded, nodata, settings.year)
    elif product.kind == "count":
        counts, known = counted(raw, product, file=name, stage=stage, findings=findings)
        layer = Layer(target, _counts(counts, known, raw, target), None, settings.year)
    else:
        values = measured(raw, product, file=name, stage=stage, findings=findings)
        layer = Layer(target, _bilinear(replace(raw, values=values), ground), None, settings.year)
    findings += _cover_findings(layer, ground.within, file=name, stage=stage)
    return {"layer": layer, "findings": findings}


def _paths(file: Files) -> list[Path]:
    if isinstance(file, Path):
        return [file]
    return list(file.values() if isinstance(file, Mapping) else file)


def align_series(
    *,
    files: Mapping[Any, Files],
    grid: Grid,
    settings: RasterAlign,
    frame: gpd.GeoDataFrame | None = None,
) -> dict[str, Any]:
    """Bring one raster a year onto the grid; see `align_raster`.

    A change of version that may be compared with care is noted.

    Parameters
    ----------
    files : year to file, or to tiles.
    frame : as for `align_raster`.

    Returns
    -------
    ``layers``: list of Layer in the order of the years. ``findings``: list of Finding.

    Raises
    ------
    LanduseError
        Exit code 2 if the years come from methods that may not be compared; else with the faults
        of every file.
    """
    product = product_named(settings.product, role=settings.role)
    years = [int(year) for year in files]
    refused = difference_faults(product, years, role=settings.role)
    if refused:
        raise LanduseError(refused)
    layers: list[Layer] = []
    findings = series_findings(product, years, stage=f"align.{settings.role}")
    faults: list[Fault] = []
    alone = _ground(grid, settings, frame)
    ground = replace(alone, scratch=Scratch())
    aside = Aside(sorted(years))
    for year in sorted(files, key=int):
        of_year = settings.model_copy(update={"year": int(year)})
        try:
            done = _aligned(files[year], of_year, ground)
        except LanduseError as error:
            faults += error.faults
            continue
        layers.append(aside.add(done.pop("layer")))
        findings += done["findings"]
    if faults:
        raise LanduseError(faults)
    return {"layers": layers, "findings": findings}


def _nearest(
    codes: NDArray[np.uint8], raw: RawRaster, target: Grid, *, nodata: int
) -> NDArray[np.uint8]:
    """Return codes of the cells of ``raw`` on the grid."""
    from landuse.align.resample import nearest  # the compiler takes a second to import

    return nearest(codes, transform=raw.transform, crs=raw.crs, grid=target, nodata=nodata)


def _counts(
    counts: NDArray[Any], known: NDArray[np.bool_], raw: RawRaster, target: Grid
) -> NDArray[np.float32]:
    """Return counts of the cells of ``raw`` on the grid, NaN where none is known."""
    from landuse.align.conserve import resample_counts  # the compiler takes a second to import

    out = resample_counts(counts, transform=raw.transform, crs=raw.crs, grid=target)
    seen = _nearest(known.view(np.uint8), raw, target, nodata=0)
    out[(seen == 0) & (out <= 0)] = np.nan
    return out


def _bilinear(raw: RawRaster, ground: _Ground) -> NDArray[np.float32]:
    from landuse.align.resample import bilinear, source_cells  # the compiler takes a second

    target, scratch = ground.target, ground.scratch
    place: dict[str, Any] = {"transform": raw.transform, "crs": raw.crs, "grid": target}
    if source_cells(**place) <= _SAME_CELL:
        out = scratch.empty("aligned", target.shape, np.float32) if scratch else None
        return bilinear(raw.values, **place, out=out)
    out = np.full(target.shape, np.nan, dtype=np.float32)
    reproject(
        raw.values, out, src_transform=raw.transform, src_crs=raw.crs,
        dst_transform=target.transform, dst_crs=target.crs, src_nodata=np.nan, dst_nodata=np.nan,
        resampling=Resampling.bilinear,
    )  # fmt: skip
    return out


def _gap_findings(raw: RawRaster, *, file: str, stage: str) -> list[Finding]:
    """Return a finding when the tiles leave part of the window between them open."""
    share = raw.covered_share
    if share >= 1:
        return []
    return [
        Finding(
            stage=stage,
            kind="doubt",
            value=f"{1 - share:.4f}",
            message_zh=f"各分幅之间有空缺，占读取窗口的 {1 - share:.1%}，记为未知：{file}",
            message_en=f"the tiles leave {1 - share:.1%} of the window open, kept unknown: {file}",
        )
    ]


def _cover_findings(
    layer: Layer, within: NDArray[np.bool_], *, file: str, stage: str
) -> list[Finding]:
    """Return a finding when part of the study area is unknown; raise when all of it is."""
    share = count_known(layer, within) / int(np.count_nonzero(within))
    if share == 0.0:
        raise fail(
            data_fault(
                "栅格在研究区内没有任何有效值", "the raster holds no value in the study area",
                file=file, field="nodata", found="0 %",
                todo_zh="换成覆盖研究区的文件", todo_en="take a file that covers the study area",
            )
        )  # fmt: skip
    if share >= _WHOLE_SHARE:
        return []
    return [
        Finding(
            stage=stage,
            kind="doubt",
            value=f"{share:.4f}",
            message_zh=f"{file} 只覆盖研究区的 {share:.1%}，缺 {1 - share:.1%}，记为未知",
            message_en=f"{file} covers {share:.1%} of the study area; {1 - share:.1%} is missing "
            "and stays unknown",
        )
    ]


def _within(grid: Grid, frame: gpd.GeoDataFrame | None) -> NDArray[np.bool_]:
    """Return the cells whose centre lies in the frame; all of them without one or when none do."""
    everywhere = np.ones(grid.shape, dtype=bool)
    if frame is None:
        return everywhere
    shapes = frame.geometry.to_numpy().tolist()
    inside = geometry_mask(shapes, out_shape=grid.shape, transform=grid.transform, invert=True)
    return np.asarray(inside) if inside.any() else everywhere
