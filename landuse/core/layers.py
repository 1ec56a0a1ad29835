"""A raster layer as a value: cells on a grid, with what nodata means and the year they describe."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from landuse.core.grid import Grid

_ROWS = 64


@dataclass(frozen=True, eq=False)
class Layer:
    """Cells on a grid.

    Attributes
    ----------
    grid : where the cells are.
    values : array of shape ``grid.shape``.
    nodata : value that means "not known"; None when every cell is known. NaN is always unknown.
    year : year the cells describe; None when the source names none.
    """

    grid: Grid
    values: NDArray[Any]
    nodata: float | None = None
    year: int | None = None

    def __post_init__(self) -> None:
        if self.values.shape != self.grid.shape:
            msg = f"array {self.values.shape} does not fit grid {self.grid.shape}"
            raise ValueError(msg)

    def known(self) -> NDArray[np.bool_]:
        """Return a mask of the cells that carry a value."""
        return known_cells(self.values, self.nodata)


class LayerAside(Layer):
    """A layer whose cells lie elsewhere and are fetched each time they are asked for.

    Take ``values`` once and let go of them: a series of such layers holds one year at a time.
    """

    def __init__(
        self,
        grid: Grid,
        fetch: Callable[[], NDArray[Any]],
        nodata: float | None = None,
        year: int | None = None,
    ) -> None:
        for name, value in (("grid", grid), ("_fetch", fetch), ("nodata", nodata), ("year", year)):
            object.__setattr__(self, name, value)

    @property
    def values(self) -> NDArray[Any]:
        """Return the cells, an array of shape ``grid.shape``."""
        cells: NDArray[Any] = self._fetch()  # type: ignore[attr-defined]
        return cells


def count_known(layer: Layer, within: NDArray[np.bool_]) -> int:
    """Return how many cells of a mask carry a value; some rows at a time stay near the processor.

    ``within`` : of shape ``grid.shape``.
    """
    values = layer.values
    return sum(
        int(np.count_nonzero(known_cells(values[part], layer.nodata) & within[part]))
        for part in (slice(at, at + _ROWS) for at in range(0, len(within), _ROWS))
    )


def known_cells(values: NDArray[Any], nodata: float | None) -> NDArray[np.bool_]:
    """Return a mask of the values that are neither NaN nor nodata."""
    floating = np.issubdtype(values.dtype, np.floating)
    known = ~np.isnan(values) if floating else np.ones(values.shape, dtype=bool)
    if nodata is not None and not math.isnan(nodata):
        if not floating and float(nodata).is_integer():
            nodata = int(nodata)  # whole numbers are compared as such, not each made a fraction
        known &= values != nodata
    return known


def of_codes(values: NDArray[Any], codes: Iterable[int]) -> NDArray[np.bool_]:
    """Return a mask of the values that are one of a few codes: sooner than by ``np.isin``."""
    found = np.zeros(values.shape, dtype=bool)
    for code in codes:
        found |= values == code
    return found
