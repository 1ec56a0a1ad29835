"""Reader of vector layers: bytes to values, nothing decided yet."""

from __future__ import annotations

import difflib
import glob
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS
from pyproj.exceptions import CRSError

from landuse.core.errors import Fault, LanduseError, data_fault, fail, missing_fault, study_fault
from landuse.sources.spec import VectorSource


@dataclass(frozen=True, eq=False)
class RawVector:
    """A vector layer as its file has it.

    Attributes
    ----------
    table : geometry and the fields asked for, under our column names, CRS not set.
    crs : CRS of the file, None where it has none.
    encoding : encoding the text was decoded with, where it had to be guessed; else "".
    columns : our column name to the field name in the file.
    """

    table: gpd.GeoDataFrame
    crs: CRS | None
    encoding: str
    columns: dict[str, str]


def present(path: Path) -> bool:
    """Tell whether a source is there: a file, or the folder of a file geodatabase."""
    return path.is_file() or (path.suffix.lower() == ".gdb" and path.is_dir())


def require_file(path: Path) -> None:
    """Raise the fault of an absent file (exit code 3)."""
    if not path.is_file():
        near = near_file(path)
        raise fail(
            missing_fault(
                "文件不存在",
                "the file does not exist",
                file=path.name,
                found=f"{path.parent.name}/",
                todo_zh=f"是不是 {near}？" if near else "把文件放进原始数据目录，或改路径",
                todo_en=f"did you mean {near}?" if near else "put it there or change the path",
            )
        )


def near_file(path: Path) -> str:
    """Return the name of the file beside ``path`` that is spelt most like it, "" if none is.

    The ending does not count: two layers are not alike because both are .gpkg.
    """
    beside = sorted(other for other in path.parent.glob("*") if other.is_file())
    names = {other.stem: other.name for other in reversed(beside)}
    near = difflib.get_close_matches(path.stem, list(names), n=1, cutoff=0.6)
    return names[near[0]] if near else ""


def require_parts(path: Path) -> None:
    """Raise the fault of a shapefile that is not whole (exit code 3)."""
    absent = missing_parts(path)
    if absent:
        raise fail(
            missing_fault(
                "shp 文件不完整", "the shapefile is not whole", file=path.name,
                found="无 no " + ", ".join(absent), todo_zh="把同名的 .shx、.dbf 一起放进来",
                todo_en="put the .shx and .dbf of the same name beside it",
            )
        )  # fmt: skip


def missing_parts(path: Path) -> list[str]:
    """Return the names of the files a shapefile cannot be read without and that are not there."""
    if path.suffix.lower() != ".shp":
        return []
    beside = {other.name.casefold() for other in path.parent.glob(f"{glob.escape(path.stem)}.*")}
    needed = [path.with_suffix(suffix).name for suffix in (".shx", ".dbf")]
    return [name for name in needed if name.casefold() not in beside]


def read_vector(path: Path, source: VectorSource) -> RawVector:
    """Read one vector layer with the fields the study maps, named as the study names them.

    Raises
    ------
    LanduseError
        Exit code 3 if the file is absent, 4 if it cannot be read or decoded, 2 if the layer or
        a field the study names does not exist.
    """
    require_file(path)
    require_parts(path)
    layer = layer_name(path, source.layer)
    info = opened(path, pyogrio.read_info, layer=layer, encoding=source.encoding)
    columns = match_fields(source.fields, [str(name) for name in info["fields"]], file=path.name)
    table, guessed = _read_decoded(path, source, layer=layer, fields=list(columns.values()))
    table = _renamed(table, columns)
    return RawVector(table, _parsed_crs(info["crs"], file=path.name), guessed, columns)


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


def match_fields(wanted: dict[str, str], present: Sequence[str], *, file: str) -> dict[str, str]:
    """Return {our column: field in the file}; letter case may differ.

    Raises
    ------
    LanduseError
        Exit code 2, with one fault for each field that does not exist.
    """
    by_fold = {name.casefold(): name for name in reversed(present)}
    exact = set(present)
    found = {
        ours: theirs if theirs in exact else by_fold[theirs.casefold()]
        for ours, theirs in wanted.items()
        if theirs.casefold() in by_fold
    }
    absent = {ours: theirs for ours, theirs in wanted.items() if ours not in found}
    if absent:
        raise LanduseError(_no_field(ours, absent[ours], present, file) for ours in absent)
    return found


def _no_field(ours: str, theirs: str, present: Sequence[str], file: str) -> Fault:
    near = difflib.get_close_matches(theirs, present, n=1, cutoff=0.5)
    listed = ", ".join(present[:30]) or "-"
    return study_fault(
        f"文件里没有字段 {theirs}",
        f"the file has no field {theirs}",
        file=file,
        field=f"fields.{ours}",
        found=listed,
        todo_zh=f"是不是 {near[0]}？" if near else "改 fields 里的字段名",
        todo_en=f"did you mean {near[0]}?" if near else "mend the name under fields",
    )


def _read_decoded(
    path: Path, source: VectorSource, *, layer: str, fields: list[str]
) -> tuple[gpd.GeoDataFrame, str]:
    """Read with the declared encoding, else the file's own, else UTF-8, else GB 18030."""
    silent = path.suffix.lower() == ".shp" and not _has_code_page(path)
    encodings = ["UTF-8", "GB18030"] if silent and not source.encoding else [source.encoding]
    options: dict[str, Any] = {"layer": layer, "columns": sorted(set(fields)), "use_arrow": False}
    if not source.encoding and not silent:
        return _geo(opened(path, pyogrio.read_dataframe, **options)), ""
    for encoding in encodings:
        try:
            table = opened(path, pyogrio.read_dataframe, encoding=encoding, **options)
        except (UnicodeDecodeError, LookupError):
            continue
        return _geo(table), "" if source.encoding else str(encoding)
    raise fail(
        data_fault(
            "属性文字无法按此编码读出",
            "the attribute text cannot be decoded",
            file=path.name,
            field="encoding",
            found=", ".join(str(name) for name in encodings),
            todo_zh='在研究文件里写明 encoding，例如 "GBK" 或 "UTF-8"',
            todo_en='declare encoding in the study file, e.g. "GBK" or "UTF-8"',
        )
    )


def _has_code_page(path: Path) -> bool:
    return any(path.with_suffix(suffix).is_file() for suffix in (".cpg", ".CPG", ".cst", ".CST"))


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
