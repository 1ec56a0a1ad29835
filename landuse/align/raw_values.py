"""Values of a raw raster made sure of: codes of the legend, numbers in range, unknown as such."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from landuse.core.errors import data_fault, fail
from landuse.core.findings import Finding
from landuse.sources.raster_product import RasterProduct
from landuse.sources.raw_raster import RawRaster, unknown_cells

_M_PER_DEG = 111_320.0
_UNIT_TOLERANCE = 1.5
_TOGETHER = 1 << 16
_ROWS = 32


def class_nodata(product: RasterProduct) -> int:
    """Return the code of an unknown cell in a uint8 layer: the product's, else 0."""
    nodata = product.nodata or 0
    return int(nodata) if 0 <= nodata <= 255 else 0


def checked_codes(raw: RawRaster, product: RasterProduct, *, file: str) -> NDArray[np.uint8]:
    """Return the class codes as uint8, unknown as `class_nodata`.

    Raises
    ------
    LanduseError
        Exit code 4 with every code that does not stand in the legend.
    """
    # A byte holds so few codes that each is looked at once, and not cell by cell.
    small = raw.values.dtype == np.uint8
    codes = np.arange(256, dtype=np.uint8) if small else raw.values
    unknown = unknown_cells(codes, raw.nodata) | unknown_cells(codes, product.nodata)
    known = codes[~unknown & _met(raw.values)] if small else np.unique(codes[~unknown])
    nodata = class_nodata(product)
    allowed = {*product.legend, nodata}
    strange = [value for value in known.tolist() if value not in allowed]
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
    coded = np.where(unknown, nodata, codes).astype(np.uint8)
    return np.asarray(coded[raw.values] if small else coded)


def _met(values: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return for each of 256 codes whether a cell holds it."""
    cells = values.ravel()
    found = np.zeros(256, dtype=np.int64)
    for first in range(0, len(cells), _TOGETHER):
        found += np.bincount(cells[first : first + _TOGETHER], minlength=256)
    return found > 0


def _codes(product: RasterProduct) -> str:
    return ", ".join(str(code) for code in product.legend)


def measured(
    raw: RawRaster, product: RasterProduct, *, file: str, stage: str, findings: list[Finding]
) -> NDArray[np.float32]:
    """Return measures as float32, unknown as NaN; float32 cells of ``raw`` are written over.

    Values out of range become unknown, with a finding.
    """
    nodata = raw.nodata if raw.nodata is not None else product.nodata
    values = raw.values.astype(np.float32, copy=False)
    for first in range(0, len(values), _ROWS):  # as many as stay near the processor
        part = slice(first, first + _ROWS)
        np.copyto(values[part], np.float32(np.nan), where=unknown_cells(raw.values[part], nodata))
    if raw.covered is not None:
        values[~raw.covered] = np.nan
    outside = _outside(values, product)
    if outside is not None:
        values[outside] = np.nan
        findings += _range_findings(outside, product, file=file, stage=stage)
    return np.asarray(values)


def counted(
    raw: RawRaster, product: RasterProduct, *, file: str, stage: str, findings: list[Finding]
) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Return counts, 0 where unknown, and where they are known; writes over the cells of ``raw``.

    Whole numbers stay what they are: a byte a cell and not four. Where the product's nodata means
    none it is 0 and known, but for cells that lie in no file. Counts out of range become unknown,
    with a finding.

    Raises
    ------
    LanduseError
        Exit code 4 if cells hold more built square metres than they have.
    """
    nodata = raw.nodata if raw.nodata is not None else product.nodata
    values, known = raw.values, ~unknown_cells(raw.values, nodata)
    np.copyto(values, values.dtype.type(0), where=~known)
    if product.nodata_is_zero:
        known[:] = True
    if raw.covered is not None:
        known &= raw.covered
    outside = _outside(values, product)
    if outside is not None:
        outside &= known
        values[outside], known[outside] = 0, False
        findings += _range_findings(outside, product, file=file, stage=stage)
    _refuse_more_than_cell(values, raw, product, file=file)
    return values, known


def _outside(values: NDArray[Any], product: RasterProduct) -> NDArray[np.bool_] | None:
    """Return which values are out of range; None if none is: of all only the ends are looked at."""
    if not values.size:
        return None
    low = -np.inf if product.valid_min is None else product.valid_min
    high = np.inf if product.valid_max is None else product.valid_max
    least, most = (limit.reduce(values, axis=None) for limit in (np.fmin, np.fmax))
    finite = np.isfinite([least, most]) | np.isnan([least, most])
    if finite.all() and not (least < low or most > high):
        return None
    with np.errstate(invalid="ignore"):
        return np.asarray((values < low) | (values > high) | np.isinf(values))


def _range_findings(
    outside: NDArray[np.bool_], product: RasterProduct, *, file: str, stage: str
) -> list[Finding]:
    count = int(np.count_nonzero(outside))
    if not count:
        return []
    return [
        Finding(
            stage=stage,
            kind="doubt",
            value=str(count),
            message_zh=f"{file}：{count} 个像元超出 {product.title_zh} 的取值范围，视为未知",
            message_en=f"{file}: {count} cells outside the range of {product.title_en}, "
            "made unknown",
        )
    ]


def _refuse_more_than_cell(
    values: NDArray[Any], raw: RawRaster, product: RasterProduct, *, file: str
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
