"""Raster products brought onto the study grid, each by the rule of its kind."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray
from rasterio.features import geometry_mask
from rasterio.warp import Resampling, reproject

from landuse.align.conserve import resample_counts
from landuse.core.errors import Fault, LanduseError, data_fault, fail
from landuse.core.findings import Finding
from landuse.core.grid import Grid
from landuse.core.layers import Layer
from landuse.core.settings import Settings
from landuse.sources.products import product_named
from landuse.sources.raster_product import RasterProduct
from landuse.sources.read_raster import RawRaster, read_raster

_THREADS = 2
_WHOLE_SHARE = 0.9995
_M_PER_DEG = 111_320.0
_UNIT_TOLERANCE = 1.5


class RasterAlign(Settings):
    """Which product a raster is, and the year it describes (a series names its own years)."""

    role: str
    product: str
    year: int | None = None


def align_raster(
    *, file: Path, grid: Grid, settings: RasterAlign, frame: gpd.GeoDataFrame | None = None
) -> dict[str, Any]:
    """Bring one raster onto the grid of its product's cell, nested in the study grid.

    Classes: nearest, never averaged. Counts: the sum is kept. Intensity and height: bilinear,
    unknown cells left out.

    Parameters
    ----------
    frame : polygons within which cover matters (county, else parcels), in the grid's CRS; None
        asks for cover of the whole grid.

    Returns
    -------
    ``layer``: Layer (class: uint8, nodata 0 or the product's; else float32, unknown = NaN).
    ``findings``: list of Finding.

    Raises
    ------
    LanduseError
        Exit code 2 for an unknown product, 3 for an absent file, 4 for no CRS, no overlap, class
        codes outside the legend, counts that cannot be true, or nothing known in the study area.
    """
    product = product_named(settings.product, role=settings.role)
    target = grid.coarsen(product.nest(grid.resolution_m))
    raw = read_raster(file, bounds=target.bounds, bounds_crs=target.crs)
    stage = f"align.{settings.role}"
    findings: list[Finding] = []
    if product.kind == "class":
        layer = _classes(raw, product, target=target, file=file.name, year=settings.year)
    else:
        values = _measured(raw, product, file=file.name, stage=stage, findings=findings)
        counts = product.kind == "count"
        warped = _counts(values, raw, target) if counts else _bilinear(values, raw, target)
        layer = Layer(target, warped, None, settings.year)
    findings += _cover_findings(layer, frame, file=file.name, stage=stage)
    return {"layer": layer, "findings": findings}


def align_series(
    *,
    files: Mapping[Any, Path],
    grid: Grid,
    settings: RasterAlign,
    frame: gpd.GeoDataFrame | None = None,
) -> dict[str, Any]:
    """Bring one raster a year onto the grid; see `align_raster`.

    Parameters
    ----------
    files : year to file.
    frame : as for `align_raster`.

    Returns
    -------
    ``layers``: list of Layer in the order of the years. ``findings``: list of Finding.

    Raises
    ------
    LanduseError
        With the faults of every file.
    """
    layers: list[Layer] = []
    findings: list[Finding] = []
    faults: list[Fault] = []
    for year in sorted(files, key=int):
        of_year = settings.model_copy(update={"year": int(year)})
        try:
            done = align_raster(file=files[year], grid=grid, settings=of_year, frame=frame)
        except LanduseError as error:
            faults += error.faults
            continue
        layers.append(done["layer"])
        findings += done["findings"]
    if faults:
        raise LanduseError(faults)
    return {"layers": layers, "findings": findings}


def _classes(
    raw: RawRaster, product: RasterProduct, *, target: Grid, file: str, year: int | None
) -> Layer:
    nodata = int(product.nodata or 0)
    codes = _checked_codes(raw, product, nodata=nodata, file=file)
    values = np.full(target.shape, nodata, dtype=np.uint8)
    _warp(codes, values, raw, target, resampling=Resampling.nearest, nodata=nodata)
    return Layer(target, values, nodata, year)


def _checked_codes(
    raw: RawRaster, product: RasterProduct, *, nodata: int, file: str
) -> NDArray[np.uint8]:
    """Return the class codes as uint8; every code must stand in the legend."""
    present = np.unique(raw.values[~np.isnan(raw.values)] if _floats(raw.values) else raw.values)
    allowed = {*product.legend, nodata, *([] if raw.nodata is None else [raw.nodata])}
    strange = [value for value in present.tolist() if value not in allowed]
    if strange:
        listed = ", ".join(f"{value:g}" for value in strange[:20])
        raise fail(
            data_fault(
                "栅格里有图例没有的类别代码", "class codes that the legend does not have",
                file=file, field=product.id, found=listed + (" …" if len(strange) > 20 else ""),
                todo_zh=f"确认这是 {product.title_zh}；可用代码 {_codes(product)}",
                todo_en=f"check that this is {product.title_en}; its codes are {_codes(product)}",
            )
        )  # fmt: skip
    unknown = _unknown(raw.values, raw.nodata)
    codes = np.where(unknown, nodata, raw.values).astype(np.uint8)
    return np.asarray(codes)


def _codes(product: RasterProduct) -> str:
    return ", ".join(str(code) for code in product.legend)


def _floats(values: NDArray[Any]) -> bool:
    return bool(np.issubdtype(values.dtype, np.floating))


def _unknown(values: NDArray[Any], nodata: float | None) -> NDArray[np.bool_]:
    unknown = np.isnan(values) if _floats(values) else np.zeros(values.shape, dtype=bool)
    if nodata is not None and not np.isnan(nodata):
        unknown |= values == np.asarray(nodata).astype(values.dtype)
    return unknown


def _measured(
    raw: RawRaster, product: RasterProduct, *, file: str, stage: str, findings: list[Finding]
) -> NDArray[np.float32]:
    """Return values as float32, unknown as NaN (or 0 where the product's nodata means none)."""
    nodata = raw.nodata if raw.nodata is not None else product.nodata
    unknown = _unknown(raw.values, nodata)
    values = raw.values.astype(np.float32)
    values[unknown] = 0.0 if product.nodata_is_zero else np.nan
    low, high = product.valid_min, product.valid_max
    outside = np.zeros(values.shape, dtype=bool)
    with np.errstate(invalid="ignore"):
        outside |= values < low if low is not None else False
        outside |= values > high if high is not None else False
    outside |= np.isinf(values)
    if outside.any():
        values[outside] = np.nan
        findings.append(_range_finding(int(outside.sum()), product, file=file, stage=stage))
    _refuse_more_than_cell(values, raw, product, file=file)
    return np.asarray(values)


def _range_finding(count: int, product: RasterProduct, *, file: str, stage: str) -> Finding:
    return Finding(
        stage=stage,
        kind="doubt",
        value=str(count),
        message_zh=f"{file}：{count} 个像元超出 {product.title_zh} 的取值范围，视为未知",
        message_en=f"{file}: {count} cells outside the range of {product.title_en}, made unknown",
    )


def _refuse_more_than_cell(
    values: NDArray[np.float32], raw: RawRaster, product: RasterProduct, *, file: str
) -> None:
    """Refuse built square metres that exceed the cell: another product or another unit."""
    if product.unit != "m2" or not values.size:
        return
    highest = float(np.fmax.reduce(values, axis=None))
    cell = _cell_area_m2(raw)
    if highest > cell * _UNIT_TOLERANCE:
        raise fail(
            data_fault(
                "像元内的面积大于像元本身", "more square metres in a cell than the cell has",
                file=file, field=product.id, found=f"{highest:g} > {cell:.0f} m2",
                todo_zh="确认产品、单位和无数据值", todo_en="check product, unit and nodata",
            )
        )  # fmt: skip


def _cell_area_m2(raw: RawRaster) -> float:
    area = abs(raw.transform.a * raw.transform.e)
    if abs(raw.transform.a) > 0.5:
        return area
    middle = raw.transform.f + raw.transform.e * raw.values.shape[0] / 2
    return float(area * _M_PER_DEG**2 * np.cos(np.radians(middle)))


def _counts(values: NDArray[np.float32], raw: RawRaster, target: Grid) -> NDArray[np.float32]:
    known = ~np.isnan(values)
    out = resample_counts(
        np.where(known, values, np.float32(0)), transform=raw.transform, crs=raw.crs, grid=target
    )
    seen = np.zeros(target.shape, dtype=np.uint8)
    _warp(known.astype(np.uint8), seen, raw, target, resampling=Resampling.nearest, nodata=None)
    out[(seen == 0) & (out <= 0)] = np.nan
    return out


def _bilinear(values: NDArray[np.float32], raw: RawRaster, target: Grid) -> NDArray[np.float32]:
    out = np.full(target.shape, np.nan, dtype=np.float32)
    _warp(values, out, raw, target, resampling=Resampling.bilinear, nodata=np.nan)
    return out


def _warp(
    values: NDArray[Any],
    out: NDArray[Any],
    raw: RawRaster,
    target: Grid,
    *,
    resampling: Resampling,
    nodata: float | None,
) -> None:
    reproject(
        values,
        out,
        src_transform=raw.transform,
        src_crs=raw.crs,
        dst_transform=target.transform,
        dst_crs=target.crs,
        src_nodata=nodata,
        dst_nodata=nodata,
        resampling=resampling,
        num_threads=_THREADS,
    )


def _cover_findings(
    layer: Layer, frame: gpd.GeoDataFrame | None, *, file: str, stage: str
) -> list[Finding]:
    """Return a finding when part of the study area is unknown; raise when all of it is."""
    known = layer.known()
    share = float(known[_within(layer.grid, frame)].mean())
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
            message_zh=f"{file} 只覆盖研究区的 {share:.1%}，其余未知",
            message_en=f"{file} covers {share:.1%} of the study area; the rest is unknown",
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
