"""A window of a raster as its file has it, and the windows of several tiles put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from affine import Affine
from numpy.typing import DTypeLike, NDArray
from pyproj import CRS

from landuse.core.errors import Fault, LanduseError, data_fault

_LATTICE_TOLERANCE_CELLS = 0.01


@dataclass(frozen=True, eq=False)
class RawRaster:
    """A window of a raster.

    Attributes
    ----------
    values : array (rows, columns), north-up.
    nodata : value that means "not known"; None where the file names none. NaN is unknown anyway.
    covered : mask of the cells that lie in one of the files; None where all of them do.
    """

    values: NDArray[Any]
    transform: Affine
    crs: str
    nodata: float | None
    covered: NDArray[np.bool_] | None = None

    @property
    def covered_share(self) -> float:
        """Return the share of the window that lies in one of the files, 0 to 1."""
        return 1.0 if self.covered is None else float(self.covered.mean())


def unknown_cells(values: NDArray[Any], nodata: float | None) -> NDArray[np.bool_]:
    """Return a mask of the cells that are NaN or hold nodata.

    Compared as numbers: an integer array never holds a nodata value it has no room for.
    """
    floats = np.issubdtype(values.dtype, np.floating)
    unknown = np.isnan(values) if floats else np.zeros(values.shape, dtype=bool)
    if nodata is not None and not np.isnan(nodata):
        with np.errstate(over="ignore"):
            unknown |= values == (np.asarray(nodata).astype(values.dtype) if floats else nodata)
    return np.asarray(unknown)


def merge_tiles(parts: Sequence[tuple[Path, RawRaster]], *, nodata: float | None) -> RawRaster:
    """Put windows of tiles of one lattice together.

    Where tiles overlap the first that knows a value gives it. Cells in no tile are unknown.

    Parameters
    ----------
    parts : file and window, in the order of preference; at least one.
    nodata : value for unknown cells where no file names one.

    Raises
    ------
    LanduseError
        Exit code 4 if the tiles do not lie on one lattice: another CRS, another cell, or cell
        edges that do not meet. Each fault names both files.
    """
    first_file, first = parts[0]
    if len(parts) == 1:
        return first
    faults = [
        _lattice_fault((first_file, file), found)
        for file, part in parts[1:]
        if (found := _lattice_difference(first, part))
    ]
    if faults:
        raise LanduseError(faults)
    return _pasted([part for _, part in parts], nodata=nodata)


def _pasted(parts: Sequence[RawRaster], *, nodata: float | None) -> RawRaster:
    first = parts[0]
    slots, (left, top), shape = _slots(parts)
    known = np.zeros(shape, dtype=bool)
    covered = np.zeros(shape, dtype=bool)
    for part, slot in zip(parts, slots, strict=True):
        covered[slot] = True
        known[slot] |= ~unknown_cells(part.values, part.nodata)
    stated = next((part.nodata for part in parts if part.nodata is not None), nodata)
    dtype = np.result_type(*(part.values.dtype for part in parts))
    if not known.all():
        dtype, stated = _room_for(dtype, stated)
    values = np.full(shape, 0 if stated is None else stated, dtype=dtype)
    for part, slot in zip(reversed(parts), reversed(slots), strict=True):
        mine = ~unknown_cells(part.values, part.nodata)
        values[slot][mine] = part.values[mine]
    transform = first.transform @ Affine.translation(left, top)
    return RawRaster(values, transform, first.crs, stated, None if covered.all() else covered)


def _slots(
    parts: Sequence[RawRaster],
) -> tuple[list[tuple[slice, slice]], tuple[int, int], tuple[int, int]]:
    """Return where each part lies in the whole, the whole's corner, and its shape.

    The corner is (column, row) from the corner of the first part, in cells.
    """
    corners = [tuple(round(value) for value in _offset(parts[0], part)) for part in parts]
    left, top = (min(corner[axis] for corner in corners) for axis in (0, 1))
    slots = []
    for part, (column, row) in zip(parts, corners, strict=True):
        rows, columns = part.values.shape
        slots.append(
            (slice(row - top, row - top + rows), slice(column - left, column - left + columns))
        )
    shape = max(slot[0].stop for slot in slots), max(slot[1].stop for slot in slots)
    return slots, (left, top), shape


def _offset(first: RawRaster, other: RawRaster) -> tuple[float, float]:
    """Return (columns, rows) from the corner of the first to that of the other, in cells."""
    ours, theirs = first.transform, other.transform
    return (theirs.c - ours.c) / ours.a, (theirs.f - ours.f) / ours.e


def _room_for(dtype: DTypeLike, nodata: float | None) -> tuple[np.dtype[Any], float]:
    """Return a type that can hold nodata, and the nodata: NaN where none is named."""
    wanted = float("nan") if nodata is None else nodata
    kind = np.dtype(dtype)
    if np.issubdtype(kind, np.integer):
        limits = np.iinfo(kind)
        fits = float(wanted).is_integer() and limits.min <= wanted <= limits.max
        kind = kind if fits else np.result_type(kind, np.float32)
    return kind, wanted


def _lattice_difference(first: RawRaster, other: RawRaster) -> str:
    """Return in what the lattice of one differs from the other's, "" if in nothing."""
    if first.crs != other.crs and CRS.from_wkt(first.crs) != CRS.from_wkt(other.crs):
        return f"{CRS.from_wkt(first.crs).name} / {CRS.from_wkt(other.crs).name}"
    ours, theirs = first.transform, other.transform
    offset = _offset(first, other)
    reach = max(*map(abs, offset), *first.values.shape, *other.values.shape)
    if max(abs(theirs.a / ours.a - 1), abs(theirs.e / ours.e - 1)) * reach > (
        _LATTICE_TOLERANCE_CELLS
    ):
        return f"{ours.a:.10g} x {-ours.e:.10g} / {theirs.a:.10g} x {-theirs.e:.10g}"
    apart = max(abs(value - round(value)) for value in offset)
    return f"{apart:.2f} cell" if apart > _LATTICE_TOLERANCE_CELLS else ""


def _lattice_fault(files: tuple[Path, Path], found: str) -> Fault:
    return data_fault(
        "这两幅的格网对不上，不能拼接", "these two tiles do not lie on one lattice",
        file=", ".join(file.name for file in files), field="transform", found=found,
        todo_zh="换成同一产品同一版本的原始分幅，不要预先投影或裁剪",
        todo_en="take the provider's tiles of one product and version, not reprojected or clipped",
    )  # fmt: skip
