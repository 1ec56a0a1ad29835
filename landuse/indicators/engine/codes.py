"""Class codes as columns: which column of the sums a cell adds to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from landuse.core.errors import data_fault, fail

_DIRECT = (np.dtype(np.uint8), np.dtype(np.uint16))
_MOST_CODES = 1 << 16


@dataclass(frozen=True)
class Codes:
    """The classes of a layer: column ``k`` of the sums is ``listed[k]``.

    Two columns follow: known cells of codes that are not listed, and cells that are not known
    (``nodata``, NaN).
    """

    listed: tuple[int, ...]
    nodata: float | None = None

    @property
    def columns(self) -> int:
        """Return the number of columns of the sums."""
        return len(self.listed) + 2

    def of(self, codes: NDArray[Any]) -> NDArray[np.uint16]:
        """Return the column of each code."""
        column = np.full(codes.shape, len(self.listed), np.uint16)
        for number, code in enumerate(self.listed):
            column[codes == code] = number
        unknown = np.isnan(codes) if codes.dtype.kind == "f" else np.zeros(codes.shape, bool)
        if self.nodata is not None:
            unknown |= codes == self.nodata
        column[unknown] = len(self.listed) + 1
        return column


def is_direct(values: NDArray[Any]) -> bool:
    """Tell whether cells are codes of one or two bytes."""
    return values.dtype in _DIRECT


def slots_of(values: NDArray[Any], codes: Codes) -> tuple[NDArray[Any], NDArray[np.uint16]]:
    """Return cells that point into a table, and the table: the column of each cell's class.

    Cells of one or two bytes point by their code and are not copied; others by the rank of it.

    Raises
    ------
    LanduseError
        If there are more than 65,536 codes: the layer holds measures, not classes.
    """
    if is_direct(values):
        return values, codes.of(np.arange(np.iinfo(values.dtype).max + 1))
    found, rank = np.unique(values, return_inverse=True)
    if len(found) > _MOST_CODES:
        raise fail(
            data_fault(
                "分类栅格的编码过多, 像是连续数值", "too many codes for a class raster",
                found=f"{len(found)} > {_MOST_CODES}",
                todo_zh="改用分类栅格", todo_en="give a raster of class codes",
            )
        )  # fmt: skip
    return rank.astype(np.uint16), codes.of(found)
