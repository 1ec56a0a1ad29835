"""The files of a product that a study needs, with their addresses. No connection is made."""

from __future__ import annotations

import re
from collections.abc import Iterator

from landuse.core.errors import Fault, LanduseError, fail, study_fault
from landuse.core.grid import Bounds
from landuse.sources.raster_product import Edition, RasterProduct, years_text
from landuse.sources.remote.spec import Remote
from landuse.sources.tiles import tiles_over


def remotes(
    product: RasterProduct,
    *,
    bounds: Bounds,
    year: int | None = None,
    iso3: str = "CHN",
) -> tuple[Remote, ...]:
    """Return the files that cover a study area, one for each tile.

    A tile that is all sea may not exist at the provider; that is met when it is downloaded.

    Parameters
    ----------
    year : year of the data; a product with one year or none needs none.
    bounds : west, south, east, north of the study with its margin, degrees.
    iso3 : ISO 3166 code of the country, for products that come by country.

    Raises
    ------
    LanduseError
        Exit code 2 if there is no edition of this year, or the bounds or the code are none.
    """
    faults = [*_bounds_faults(bounds), *_country_faults(iso3)]
    if faults:
        raise LanduseError(faults)
    edition = product.edition(year)
    if edition is None:
        raise fail(_year_fault(product, year))
    if year is None and edition.years:
        year = edition.years[0]
    codes = {"year": year, "ISO3": iso3.upper(), "iso3": iso3.lower()}
    return tuple(
        _remote(product, edition, url=edition.url.format(tile=tile, **codes), year=year)
        for tile in tiles_over(bounds, tiling=product.tiling)
    )


def _remote(product: RasterProduct, edition: Edition, *, url: str, year: int | None) -> Remote:
    there = url.rpartition("/")[2]
    name = re.sub(r"\.zip$", ".tif", there.removesuffix(".gz"))
    return Remote(
        name=name,
        urls=(url,),
        access=product.access,
        member=name if product.access == "zip" else "",
        checksum=edition.checksums.get(there, ""),
        licence=product.licence,
        attribution=product.credit(year),
    )


def _year_fault(product: RasterProduct, year: int | None) -> Fault:
    if year is None:
        zh, en = "这个产品有多个年份，须写明要哪一年", "name a year: this product has several"
    else:
        zh, en = "这个产品没有这一年", "the product has no such year"
    years = years_text(product.all_years)
    return study_fault(
        zh, en, field=product.id, found="" if year is None else str(year),
        todo_zh=f"可用年份 {years}", todo_en=f"its years are {years}",
    )  # fmt: skip


def _bounds_faults(bounds: Bounds) -> Iterator[Fault]:
    west, south, east, north = bounds
    if -180 <= west < east <= 180 and -90 <= south < north <= 90:
        return
    yield study_fault(
        "研究范围不是经纬度范围", "the bounds are not longitudes and latitudes",
        field="bounds", found=str(list(bounds)),
        todo_zh="按 [西, 南, 东, 北] 写，单位度，不跨 180 度经线",
        todo_en="write [west, south, east, north] in degrees, not across 180 E",
    )  # fmt: skip


def _country_faults(iso3: str) -> Iterator[Fault]:
    if re.fullmatch(r"[A-Za-z]{3}", iso3):
        return
    yield study_fault(
        "国家代码须为三个字母", "the country code must have three letters",
        field="iso3", found=iso3,
        todo_zh="例如 CHN", todo_en="for example CHN",
    )  # fmt: skip
