"""Part of the parcel list, chosen by place, grade and value, in the format asked for."""

from __future__ import annotations

import difflib
import operator
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio

from landuse.core.errors import LanduseError, fail, study_fault
from landuse.products.columns import ColumnLike, column_names, describe, heading
from landuse.products.geopackage import LayerLabels, storable, write_geopackage
from landuse.products.sheets import from_names, sheet_of
from landuse.products.styles import parcel_style
from landuse.products.tables import write_csv, write_whole
from landuse.products.words import FLAGS
from landuse.products.workbook import write_sheets
from landuse.products.workbook_sheets import people_table

SUFFIXES = (".csv", ".xlsx", ".gpkg", ".geojson")
_CONDITION = re.compile(r"\s*(\w+)\s*(>=|<=|==|!=|=|>|<)\s*(.+?)\s*", re.ASCII)
_COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    ">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt,
    "==": operator.eq, "=": operator.eq, "!=": operator.ne,
}  # fmt: skip


@dataclass(frozen=True)
class Condition:
    """One comparison of a column with a value: ``far < 0.6``."""

    column: str
    sign: str
    value: str


def parse_condition(text: str) -> Condition:
    """Return a condition written as ``column sign value``; signs are < <= > >= = !=.

    Raises
    ------
    LanduseError
        If the text is no such comparison (exit code 2).
    """
    hit = _CONDITION.fullmatch(text)
    if hit is None:
        raise _fault(
            "筛选条件写法不对", "the condition cannot be read", field="where", found=text,
            todo_zh='写成 "far < 0.6"', todo_en='write it as "far < 0.6"',
        )  # fmt: skip
    return Condition(hit[1], hit[2], hit[3].strip("'\""))


def select(
    table: pd.DataFrame,
    *,
    town: Collection[str] = (),
    zone: Collection[str] = (),
    grade: Collection[str] = (),
    flag: Collection[str] = (),
    min_mu: float | None = None,
    where: Sequence[Condition] = (),
    columns: Sequence[str] = (),
) -> pd.DataFrame:
    """Return the rows that meet every choice, ranked ones first, with the columns asked for.

    Parameters
    ----------
    table : the parcel table; a GeoDataFrame keeps its geometry.
    town : codes or names; ``zone`` : names; an empty choice takes all.
    grade, flag : codes.
    min_mu : least area, mu.
    where : comparisons that must all hold; a row whose value is missing meets none of them.
    columns : columns to keep, in this order; none named keeps all.

    Raises
    ------
    LanduseError
        If a town, zone, flag or column is not known (exit code 2). A grade that no parcel has
        gives no rows.
    """
    keep = pd.Series(True, index=table.index)
    if town:
        keep &= _among(table, ["town_code", "town_name"], town, field="town")
    if zone:
        keep &= _among(table, ["zone_name"], zone, field="zone")
    if grade:
        keep &= table["grade"].isin(list(grade))
    if flag:
        keep &= _among(table, ["flag"], flag, field="flag", known=tuple(FLAGS))
    if min_mu is not None:
        keep &= table["area_mu"] >= min_mu
    for condition in where:
        keep &= _holds(table, condition)
    for name in columns:
        _refuse_unknown(name, table.columns, field="columns")
    chosen = table[keep].sort_values(["rank", "parcel_id"], na_position="last")
    if not columns:
        return chosen.reset_index(drop=True)
    geometry = [chosen.geometry.name] if isinstance(chosen, gpd.GeoDataFrame) else []
    return chosen[[*dict.fromkeys([*columns, *geometry])]].reset_index(drop=True)


def write_selection(
    table: pd.DataFrame,
    path: Path,
    *,
    names: Mapping[str, ColumnLike],
    grades: Sequence[tuple[str, str]],
    title: str,
) -> Path:
    """Write a selection as CSV, XLSX, GPKG or GeoJSON, by the ending of ``path``.

    ``grades`` are (code, Chinese name) from the most urgent down. GeoJSON is in longitude and
    latitude with seven decimals (RFC 7946).

    Raises
    ------
    LanduseError
        If the ending is another, or a map format is asked for without geometry (exit code 2).
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise _fault(
            "不支持的导出格式", "no such export format", field=path.name, found=suffix,
            todo_zh="改用 " + " ".join(SUFFIXES), todo_en="use one of " + " ".join(SUFFIXES),
        )  # fmt: skip
    if suffix == ".csv":
        return write_csv(table, path, _plain_columns(table))
    if suffix == ".xlsx":
        return _write_sheet(table, path, names=names, grades=grades, title=title)
    if not isinstance(table, gpd.GeoDataFrame):
        raise _fault(
            "没有图形，不能导出为地图格式", "no geometry to write", field=path.name,
            todo_zh="改用 .csv 或 .xlsx", todo_en="use .csv or .xlsx",
        )  # fmt: skip
    if suffix == ".gpkg":
        return _write_layer(table, path, names=names, grades=grades, title=title)
    return _write_geojson(table, path)


def _plain_columns(table: pd.DataFrame) -> list[str]:
    held = table.geometry.name if isinstance(table, gpd.GeoDataFrame) else None
    return [name for name in table.columns if name != held]


def _write_sheet(
    table: pd.DataFrame,
    path: Path,
    *,
    names: Mapping[str, ColumnLike],
    grades: Sequence[tuple[str, str]],
    title: str,
) -> Path:
    plain = people_table(pd.DataFrame(table[_plain_columns(table)]))
    columns = from_names(plain.columns, plain, names=column_names(names))
    sheet = sheet_of("地块", plain, columns, frozen_columns=1)
    return write_sheets([sheet], path, title=title, grades=[code for code, _ in grades])


def _write_layer(
    table: gpd.GeoDataFrame,
    path: Path,
    *,
    names: Mapping[str, ColumnLike],
    grades: Sequence[tuple[str, str]],
    title: str,
) -> Path:
    known = column_names(names)
    aliases = {name: heading(describe(name, known)) for name in _plain_columns(table)}
    styled = {"grade", "flag"} <= set(table.columns)
    styles = {"parcels": parcel_style(grades, aliases=aliases)} if styled else {}
    labels = {"parcels": LayerLabels(title=title, aliases=aliases)}
    return write_geopackage({"parcels": table}, path, styles=styles, labels=labels, metadata={})


def _write_geojson(table: gpd.GeoDataFrame, path: Path) -> Path:
    shown = storable(table.to_crs("EPSG:4326"))
    options = {"RFC7946": "YES", "COORDINATE_PRECISION": "7", "WRITE_NAME": "NO"}
    return write_whole(
        path,
        lambda part: pyogrio.write_dataframe(shown, part, driver="GeoJSON", layer_options=options),
    )


def _among(
    table: pd.DataFrame,
    columns: Sequence[str],
    wanted: Collection[str],
    *,
    field: str,
    known: Collection[str] = (),
) -> pd.Series:
    held = {str(value) for name in columns for value in table[name].dropna().unique()} - {""}
    for value in wanted:
        _refuse_unknown(value, sorted(held | set(known)), field=field)
    hits = [table[name].isin(list(wanted)) for name in columns]
    return pd.concat(hits, axis=1).any(axis=1)


def _holds(table: pd.DataFrame, condition: Condition) -> pd.Series:
    _refuse_unknown(condition.column, table.columns, field="where")
    column, value = table[condition.column], _operand(table[condition.column], condition)
    return (_COMPARE[condition.sign](column, value) & column.notna()).fillna(False).astype(bool)


def _operand(column: pd.Series, condition: Condition) -> object:
    if pd.api.types.is_bool_dtype(column.dtype):
        return condition.value.lower() in {"true", "1", "yes", "是", "区内"}
    if not pd.api.types.is_numeric_dtype(column.dtype):
        return condition.value
    try:
        return float(condition.value)
    except ValueError as error:
        raise _fault(
            "数值列只能与数字比较", "a column of numbers is compared with a number",
            field=condition.column, found=condition.value,
            todo_zh="改为数字，比例写 0–1", todo_en="give a number; shares go from 0 to 1",
        ) from error  # fmt: skip


def _refuse_unknown(value: str, known: Collection[str], *, field: str) -> None:
    if value in known:
        return
    near = difflib.get_close_matches(value, list(known), n=3, cutoff=0.5)
    listed = "、".join(near or list(known)[:12])
    raise _fault(
        "没有这个取值", "there is no such value", field=field, found=value,
        todo_zh=f"可选：{listed}", todo_en=f"choose from: {listed}",
    )  # fmt: skip


def _fault(zh: str, en: str, **details: str) -> LanduseError:
    return fail(study_fault(zh, en, **details))
