"""What an open raster product is: the facts a reader needs, as data."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from landuse.core.settings import Mark

_DIVISORS = [cells for cells in range(1, 3001) if 3000 % cells == 0]

Kind = Literal["class", "count", "intensity", "height"]


@dataclass(frozen=True, kw_only=True)
class ClassName:
    """One class of a legend. ``key`` becomes the column ``share_<key>``."""

    key: str
    zh: str
    en: str
    colour: str


@dataclass(frozen=True, kw_only=True)
class RasterProduct:
    """An open raster product.

    Attributes
    ----------
    short : the name people use, for narrow places.
    kind : how it may be resampled. ``class``: nearest, never averaged; ``count``: the sum is
        kept; ``intensity`` and ``height``: bilinear.
    cell_m : side of the cells it is brought to, metres; a multiple of the grid's.
    unit : unit of a cell value.
    nodata : value for "not known" where the file itself names none.
    nodata_is_zero : the product writes nodata where the count is zero.
    valid_min, valid_max : values outside are treated as unknown, with a finding.
    legend : class code to class; empty unless ``kind`` is ``class``.
    mark : how well these facts are known (V read in source, V-weak, M from memory, P).
    """

    id: str
    title_zh: str
    title_en: str
    short: str
    kind: Kind
    cell_m: float
    unit: str
    version: str
    years: str
    licence: str
    attribution: str
    citation: str
    url_template: str
    login_needed: bool
    mark: Mark
    nodata: float | None = None
    nodata_is_zero: bool = False
    valid_min: float | None = None
    valid_max: float | None = None
    legend: Mapping[int, ClassName] = field(default_factory=dict)
    defects_zh: tuple[str, ...] = ()
    defects_en: tuple[str, ...] = ()

    def nest(self, resolution_m: float) -> int:
        """Return how many cells of a grid lie along one cell of this product (at least 1).

        It is the divisor of 3000 nearest to ``cell_m / resolution_m`` in ratio, so that the
        cells of all products have a small common multiple.
        """
        exact = self.cell_m / resolution_m
        return min(_DIVISORS, key=lambda cells: abs(math.log(cells / exact)))
