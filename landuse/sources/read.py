"""Reader of vector layers: bytes to values, nothing decided yet."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS
from pyproj.exceptions import CRSError

from landuse.core.errors import Fault, data_fault, fail, study_fault
from landuse.sources.decode import (
    RAW,
    SILENT,
    DecodingError,
    Encoding,
    Misread,
    codec_of,
    decode_names,
    decode_table,
    first_that_reads,
    misread,
    shapefile_encoding,
)
from landuse.sources.field_names import Matched, match_fields
from landuse.sources.files import near_file, parts_of, present, require_file, require_parts
from landuse.sources.spec import VectorSource

__all__ = [
    "RawVector", "layer_name", "lonlat_text", "near_file", "opened", "parts_of", "present",
    "read_vector", "require_file", "require_parts", "texts_of", "unreadable",
]  # fmt: skip

_UTF8 = {".gpkg", ".gdb", ".geojson", ".json", ".fgb", ".kml", ".kmz", ".sqlite"}


@dataclass(frozen=True, eq=False)
class RawVector:
    """A vector layer as its file has it.

    Attributes
    ----------
    table : geometry and the fields asked for, under our column names, CRS not set.
    crs : CRS of the file, None where it has none.
    encoding : encoding the text was decoded with, where it had to be guessed; else "".
    columns : our column name to the field name in the file.
    aliases : name the study asks for to the field in the file, where it is another name of it.
    skipped : optional fields that the file does not have.
    misread : what speaks for the text having been read in a wrong encoding.
    """

    table: gpd.GeoDataFrame
    crs: CRS | None
    encoding: str
    columns: dict[str, str]
    aliases: dict[str, str] = field(default_factory=dict)
    skipped: tuple[str, ...] = ()
    misread: Misread | None = None


def read_vector(path: Path, source: VectorSource) -> RawVector:
    """Read one vector layer with the fields the study maps, named as the study names them.

    Raises
    ------
    LanduseError
        Exit code 3 if the file is absent, 4 if it cannot be read or decoded, 2 if the layer or
        a field the study names does not exist, or several fields fit one name.
    """
    require_file(path)
    require_parts(path)
    layer = layer_name(path, source.layer)
    if path.suffix.lower() == ".shp":
        return _read_shapefile(path, source, layer=layer)
    _require_own_encoding(path, source)
    try:
        return _read_layer(path, source, layer=layer, encoding=source.encoding)
    except (UnicodeDecodeError, LookupError) as error:
        tried = Encoding((source.encoding or "UTF-8",), "encoding" if source.encoding else "")
        raise fail(DecodingError(tried, path.name).fault(path.name, other=None)) from error


def _read_layer(path: Path, source: VectorSource, *, layer: str, encoding: str | None) -> RawVector:
    info = opened(path, pyogrio.read_info, layer=layer, encoding=encoding)
    names = [str(name) for name in info["fields"]]
    matched = match_fields(source.fields, names, file=path.name)
    table = _columns(path, layer, sorted(set(matched.columns.values())), encoding)
    return _raw(table, matched, crs=info["crs"], encoding="", file=path.name)


def _read_shapefile(path: Path, source: VectorSource, *, layer: str) -> RawVector:
    """Read a shapefile, whose bytes may be text in any encoding.

    The text is decoded here and not by GDAL: names cut in the middle of a character, as ten
    bytes cut them, would stop it.
    """
    info = opened(path, pyogrio.read_info, layer=layer, encoding=RAW)
    raw_names = [str(name) for name in info["fields"]]
    encoding = shapefile_encoding(path, source.encoding)

    def read(codec: str) -> tuple[pd.DataFrame, Matched]:
        names = decode_names(raw_names, codec=codec)
        matched = match_fields(source.fields, names, file=path.name, cut=True)
        wanted = {raw: name for raw, name in zip(raw_names, names, strict=True)
                  if name in matched.columns.values()}  # fmt: skip
        table = _columns(path, layer, sorted(wanted), RAW)
        return decode_table(table, codec=codec).rename(columns=wanted), matched

    try:
        (table, matched), label = first_that_reads(encoding, read, file=path.name)
    except DecodingError as error:
        other = _would_read(path, layer, raw_names, tried=encoding)
        raise fail(error.fault(path.name, other=other)) from error
    guessed = "" if encoding.said else label
    return _raw(table, matched, crs=info["crs"], encoding=guessed, file=path.name)


def _columns(path: Path, layer: str, fields: list[str], encoding: str | None) -> pd.DataFrame:
    return opened(
        path, pyogrio.read_dataframe, layer=layer, columns=fields, encoding=encoding,
        use_arrow=False,
    )  # fmt: skip


def _raw(
    table: pd.DataFrame, matched: Matched, *, crs: str | None, encoding: str, file: str
) -> RawVector:
    ours = _renamed(_geo(table), matched.columns)
    return RawVector(
        ours,
        _parsed_crs(crs, file=file),
        encoding,
        matched.columns,
        matched.aliases,
        matched.skipped,
        misread([*matched.columns.values(), *texts_of(ours)]),
    )


def texts_of(table: pd.DataFrame) -> set[str]:
    """Return the distinct texts of a table."""
    return {
        value
        for name, column in table.items()
        if name != "geometry" and not pd.api.types.is_numeric_dtype(column.dtype)
        for value in column.unique().astype("object")
        if isinstance(value, str)
    }


def _would_read(
    path: Path, layer: str, names: list[str], *, tried: Encoding
) -> tuple[str, str] | None:
    """Return an encoding that reads the whole file, with a sample of its text."""
    table = _columns(path, layer, names, RAW)
    table = table.drop(columns="geometry", errors="ignore")
    for label in (other for other in SILENT if codec_of(other) not in map(codec_of, tried.tries)):
        try:
            texts = texts_of(decode_table(table, codec=str(codec_of(label))))
        except UnicodeDecodeError:
            continue
        shown = sorted(text for text in texts if not text.isascii())
        if shown and misread(texts) is None:
            return label, "、".join(shown[:3])
    return None


def _require_own_encoding(path: Path, source: VectorSource) -> None:
    """Refuse a declared encoding for a format that is UTF-8 by definition."""
    suffixes = {suffix.lower() for suffix in path.suffixes[-2:]}
    if not source.encoding or codec_of(source.encoding) == "utf-8" or not suffixes & _UTF8:
        return
    raise fail(
        study_fault(
            "这种格式的文字总是 UTF-8，不能另声明编码",
            "text in this format is always UTF-8: no other encoding can be declared",
            file=path.name,
            field="encoding",
            found=source.encoding,
            todo_zh="从研究文件里删去 encoding",
            todo_en="take encoding out of the study file",
        )
    )


def _renamed(table: gpd.GeoDataFrame, columns: dict[str, str]) -> gpd.GeoDataFrame:
    """Give our names; one field may serve two of ours."""
    data = {ours: table[theirs].to_numpy() for ours, theirs in columns.items()}
    return gpd.GeoDataFrame(data, geometry=table.geometry.to_numpy())


def opened(path: Path, reader: Any, **options: Any) -> Any:
    """Call a reader of pyogrio on a file; what it cannot open is one fault (exit code 4)."""
    try:
        return reader(path, **options)
    except (DataSourceError, DataLayerError, OSError) as error:
        raise fail(unreadable(path, str(error))) from error


def unreadable(path: Path, reason: str) -> Fault:
    """Return the fault of a file that cannot be read."""
    return data_fault(
        "文件读不出来",
        "the file cannot be read",
        file=path.name,
        found=reason.replace(str(path), path.name)[:200],
        todo_zh="确认文件完整、格式受支持（.shp 还需 .shx、.dbf）",
        todo_en="check that it is whole and of a known format (.shp also needs .shx, .dbf)",
    )


def layer_name(path: Path, wanted: str | None) -> str:
    """Return the layer to read; a file with several needs one named (exit code 2)."""
    names = [str(name) for name in opened(path, pyogrio.list_layers)[:, 0]]
    if wanted is None and len(names) == 1:
        return names[0]
    if wanted and wanted in names:
        return wanted
    near = difflib.get_close_matches(wanted or "", names, n=1, cutoff=0.4)
    raise fail(
        study_fault(
            "文件有多个图层，须写明 layer" if wanted is None else "文件里没有这个图层",
            "the file has several layers: name one"
            if wanted is None
            else "the file has no layer of this name",
            file=path.name,
            field="layer",
            found=wanted or ", ".join(names[:20]),
            todo_zh=f"是不是 {near[0]}？" if near else "可用图层：" + "、".join(names[:20]),
            todo_en=f"did you mean {near[0]}?" if near else "layers: " + ", ".join(names[:20]),
        )
    )


def _geo(table: pd.DataFrame) -> gpd.GeoDataFrame:
    if isinstance(table, gpd.GeoDataFrame):
        return table
    empty = np.full(len(table), None, dtype=object)
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(empty, index=table.index))


def _parsed_crs(text: str | None, *, file: str) -> CRS | None:
    if not text:
        return None
    try:
        return CRS.from_user_input(text)
    except CRSError as error:
        raise fail(
            data_fault(
                "坐标系定义读不懂", "the CRS cannot be understood", file=file, field="crs",
                found=str(text)[:120], todo_zh="在研究文件里声明 crs",
                todo_en="declare crs in the study file",
            )
        ) from error  # fmt: skip


def lonlat_text(bounds: Sequence[float]) -> str:
    """Return longitude and latitude bounds as short text."""
    west, south, east, north = bounds
    return f"{west:.3f}..{east:.3f} E, {south:.3f}..{north:.3f} N"
