"""What an open raster product is: the facts a reader and a downloader need, as data."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from landuse.core.settings import Mark
from landuse.sources.remote.spec import Access

_DIVISORS = [cells for cells in range(1, 3001) if 3000 % cells == 0]

Kind = Literal["class", "count", "intensity", "height"]
Tiling = Literal["whole", "country", "wgs84_3deg", "wgs84_1deg", "ghsl"]


@dataclass(frozen=True, kw_only=True)
class ClassName:
    """One class of a legend. ``key`` becomes the column ``share_<key>``."""

    key: str
    zh: str
    en: str
    colour: str


@dataclass(frozen=True, kw_only=True)
class Edition:
    """One release of a product and the years it describes.

    Attributes
    ----------
    version : as its makers name it.
    years : empty where the data carry no year, as an elevation model.
    url : address; {tile}, {year}, {ISO3} and {iso3} stand for what a study needs.
    mark : how well this address and these years are known.
    method : editions of one method may be differenced.
    projected : years that the makers computed ahead: nobody has observed them.
    citation : where it is another than the product's.
    checksums : file name at the provider to ``sha256:…`` or ``md5:…``, where it publishes them.
    """

    version: str
    url: str
    mark: Mark
    years: tuple[int, ...] = ()
    method: str = ""
    projected: tuple[int, ...] = ()
    citation: str = ""
    checksums: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class RasterProduct:
    """An open raster product.

    Attributes
    ----------
    short : the name people use, for narrow places.
    roles : which roles of a study it can play; empty where no role takes it yet.
    kind : how it may be resampled. ``class``: nearest, never averaged; ``count``: the sum is
        kept; ``intensity`` and ``height``: bilinear.
    cell_m : side of the cells it is brought to, metres; a multiple of the grid's.
    unit : unit of a cell value.
    editions : oldest first.
    access : how its files are downloaded.
    tiling : how its files are cut.
    period : what years the data come from, for a product without a year of its own.
    nodata : value for "not known" where the file itself names none.
    nodata_is_zero : the product writes nodata where the count is zero.
    valid_min, valid_max : values outside are treated as unknown, with a finding.
    legend : class code to class; empty unless ``kind`` is ``class``.
    break_zh, break_en : what changes from one version to the next.
    how_zh, how_en : how to get it by hand, where a login is needed.
    mark : how well these facts are known (V read in source, V-weak, M from memory, P).
    """

    id: str
    title_zh: str
    title_en: str
    short: str
    roles: tuple[str, ...]
    kind: Kind
    cell_m: float
    unit: str
    editions: tuple[Edition, ...]
    access: Access
    tiling: Tiling
    licence: str
    attribution: str
    citation: str
    mark: Mark
    login_needed: bool = False
    period: str = ""
    nodata: float | None = None
    nodata_is_zero: bool = False
    valid_min: float | None = None
    valid_max: float | None = None
    legend: Mapping[int, ClassName] = field(default_factory=dict)
    defects_zh: tuple[str, ...] = ()
    defects_en: tuple[str, ...] = ()
    break_zh: str = ""
    break_en: str = ""
    how_zh: str = ""
    how_en: str = ""

    def nest(self, resolution_m: float) -> int:
        """Return how many cells of a grid lie along one cell of this product (at least 1).

        It is the divisor of 3000 nearest to ``cell_m / resolution_m`` in ratio, so that the
        cells of all products have a small common multiple.
        """
        exact = self.cell_m / resolution_m
        return min(_DIVISORS, key=lambda cells: abs(math.log(cells / exact)))

    def edition(self, year: int | None) -> Edition | None:
        """Return the edition that describes a year; None if none is known here.

        Without a year it is the only edition, if it has one year or none.
        """
        if year is None or not self.all_years:
            alone = len(self.editions) == 1 and len(self.editions[0].years) <= 1
            return self.editions[0] if alone else None
        return next((one for one in self.editions if year in one.years), None)

    @property
    def all_years(self) -> tuple[int, ...]:
        """Return every year the product describes; empty for a product without a year."""
        return tuple(sorted(year for one in self.editions for year in one.years))

    @property
    def years(self) -> str:
        """Return the years as text."""
        return years_text(self.all_years) or self.period

    @property
    def version(self) -> str:
        """Return the versions as text, oldest first."""
        return ", ".join(dict.fromkeys(one.version for one in self.editions))

    @property
    def url_template(self) -> str:
        """Return the address of the newest edition."""
        return self.editions[-1].url

    def credit(self, year: int | None) -> str:
        """Return the credit line for data of a year."""
        return self.attribution.replace("{year}", str(year or ""))

    def cited(self, year: int | None) -> str:
        """Return the citation for data of a year."""
        edition = self.edition(year)
        return (edition.citation if edition else "") or self.citation


def years_text(years: Sequence[int]) -> str:
    """Return years as text, runs drawn together: ``2012, 2014-2016``, ``1975-2030 every 5``."""
    if len(years) > 2:
        steps = {after - before for before, after in pairwise(years)}
        if len(steps) == 1 and steps != {1}:
            return f"{years[0]}-{years[-1]} every {steps.pop()} years"
    runs: list[list[int]] = []
    for year in years:
        if runs and year == runs[-1][-1] + 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
