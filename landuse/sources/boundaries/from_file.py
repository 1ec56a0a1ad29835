"""A county out of any vector file a user has."""

from __future__ import annotations

import re
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely
from pyproj import CRS

from landuse.core.errors import data_fault, fail, study_fault
from landuse.sources.boundaries.codes import nearest_codes, require_county_code
from landuse.sources.boundaries.county import CRS as DEGREES
from landuse.sources.boundaries.county import CountyBoundary, county_frame
from landuse.sources.decode import (
    RAW,
    DecodingError,
    decode_names,
    first_that_reads,
    shapefile_encoding,
)
from landuse.sources.field_names import fold
from landuse.sources.read import layer_name, opened, read_vector, require_file, require_parts
from landuse.sources.spec import Datum, VectorSource

CODE_FIELDS = (
    "adcode", "district_adcode", "county_code", "xzqdm", "xzdm", "xian_code", "pac", "gb", "code",
    "区划代码", "行政区划代码", "县代码", "县级码",
)  # fmt: skip
NAME_FIELDS = ("name", "district_name", "xzqmc", "xzmc", "county", "名称", "县名", "行政区名称")


def county_from_file(
    path: Path, adcode: str, *, layer: str | None = None, datum: Datum = "CGCS2000",
    crs: str | None = None,
) -> CountyBoundary:  # fmt: skip
    """Return the county of a code: the feature whose code field equals it, or the only area.

    Codes are compared as text: 330781, 330781.0 and 330781000000 are the same county. Features of
    one county (islands) are taken together.

    Parameters
    ----------
    layer : layer name, where the file has several.
    datum : what its coordinates refer to; declared, never guessed.
    crs : CRS, for a file that carries none.

    Raises
    ------
    LanduseError
        Exit code 2 if the code is no county code or no feature has it, 3 if the file is absent,
        4 if it cannot be read, has no CRS or no areas.
    """
    code = require_county_code(adcode)
    require_file(path)
    require_parts(path)
    found = layer_name(path, layer)
    names = _field_names(path, found)
    codes, labels = _held(names, CODE_FIELDS), _held(names, NAME_FIELDS)
    fields = {name: name for name in (*codes, *labels)}
    source = VectorSource(path=path.name, layer=found, crs=crs, fields=fields)
    raw = read_vector(path, source)
    areas = _areas(raw.table, file=path.name)
    field, chosen = _chosen(areas, code, codes=codes, names=names, file=path.name)
    shapes = _lonlat(chosen, raw.crs or crs, file=path.name)
    whole = shapely.union_all(shapely.make_valid(shapes.to_numpy()))
    name = _name(chosen, labels)
    zh, en = (
        (f"，按字段 {field} 选取", f", taken by field {field}") if field
        else ("，仅有的一个面", ", its only area")
    )  # fmt: skip
    return CountyBoundary(
        adcode=code, name=name, datum=datum, source=path.name, licence="", attribution="",
        year=None, polygon=county_frame(whole, adcode=code, name=name, file=path.name),
        note_zh=f"用户提供的县界文件{zh}", note_en=f"a file of the user{en}",
    )  # fmt: skip


def _field_names(path: Path, layer: str) -> list[str]:
    """Return the field names of a layer; a shapefile's are decoded as its text will be."""
    if path.suffix.lower() != ".shp":
        return [str(name) for name in opened(path, pyogrio.read_info, layer=layer)["fields"]]
    stored = [
        str(name) for name in opened(path, pyogrio.read_info, layer=layer, encoding=RAW)["fields"]
    ]
    encoding = shapefile_encoding(path, None)
    try:
        return first_that_reads(
            encoding, lambda codec: decode_names(stored, codec=codec), file=path.name
        )[0]
    except DecodingError as error:
        raise fail(error.fault(path.name, other=None)) from error


def _held(names: list[str], wanted: tuple[str, ...]) -> list[str]:
    """Return the fields of a list that the file has, in the order of the list, in any case."""
    held = {fold(name): name for name in reversed(names)}
    return [held[name] for name in wanted if name in held]


def _areas(table: gpd.GeoDataFrame, *, file: str) -> gpd.GeoDataFrame:
    kinds = table.geometry.geom_type
    areas = table[kinds.isin(("Polygon", "MultiPolygon"))]
    if areas.empty:
        raise fail(
            data_fault(
                "文件里没有面", "the file has no areas", file=file, field="geometry",
                found=", ".join(sorted(set(kinds.dropna()))) or "-",
                todo_zh="县界应为面图层", todo_en="a county boundary is a layer of areas",
            )
        )  # fmt: skip
    return areas


def _chosen(
    areas: gpd.GeoDataFrame, code: str, *, codes: list[str], names: list[str], file: str
) -> tuple[str, gpd.GeoDataFrame]:
    """Return the field that names the county, and its features; "" where one area is all."""
    known: set[str] = set()
    for field in codes:
        cells = areas[field].map(_six_digits)
        if (cells == code).any():
            return field, areas[cells == code]
        known |= set(cells.dropna())
    if len(areas) == 1 and not known:
        return "", areas
    near = ", ".join(nearest_codes(code, known))
    raise fail(
        study_fault(
            "文件里没有这个县级代码" if known else "文件有多个面，却没有县级代码字段",
            "the file has no county of this code"
            if known
            else "the file has several areas and no field of county codes",
            file=file,
            field=", ".join(codes) or "adcode",
            found=code if known else ", ".join(names[:12]) or "-",
            todo_zh=f"相近的有 {near}" if near else f"加一个代码字段，例如 {CODE_FIELDS[0]}",
            todo_en=f"the nearest are {near}" if near else f"add such a field: {CODE_FIELDS[0]}",
        )
    )


def _six_digits(value: object) -> str | None:
    """Return a county code in a cell; None for a town's, for another text, for nothing."""
    text = re.sub(r"\.0+$", "", str(value).strip()) if pd.notna(value) else ""
    found = re.fullmatch(r"(\d{6})(?:000|000000)?", text)
    return found[1] if found else None


def _lonlat(chosen: gpd.GeoDataFrame, crs: CRS | str | None, *, file: str) -> gpd.GeoSeries:
    """Return the shapes in degrees: projections are undone, the datum is left as it is."""
    if crs is None:
        raise fail(
            data_fault(
                "文件没有坐标系", "the file carries no CRS", file=file, field="crs",
                found="-", todo_zh="声明 crs，例如 EPSG:4490 或 EPSG:4549",
                todo_en="declare crs, e.g. EPSG:4490 or EPSG:4549",
            )
        )  # fmt: skip
    return chosen.geometry.set_crs(crs).to_crs(DEGREES)


def _name(chosen: gpd.GeoDataFrame, labels: list[str]) -> str:
    for field in labels:
        text = chosen[field].iloc[0]
        if isinstance(text, str) and text.strip():
            return text.strip()
    return ""
