"""Part of a list: which rows meet every choice, and which columns are kept."""

from __future__ import annotations

import difflib
import operator
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import pandas as pd

from landuse.core.errors import LanduseError, fail, study_fault
from landuse.products.words import FLAGS

_CONDITION = re.compile(r"\s*(\w+)\s*(>=|<=|==|!=|=|>|<)\s*(.+?)\s*", re.ASCII)
_COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    ">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt,
    "==": operator.eq, "=": operator.eq, "!=": operator.ne,
}  # fmt: skip
INSIDE = {"in": True, "out": False, "区内": True, "区外": False}


@dataclass(frozen=True)
class Condition:
    """One comparison of a column with a value: ``far < 0.6``."""

    column: str
    sign: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What a person asks for; an empty choice takes all.

    Attributes
    ----------
    town : codes or names. zone : ``in``, ``out`` or names of zones.
    kind : of villages and sites their kind, of parcels the flag; codes or Chinese words.
    grade, flag : codes.
    min_mu, max_mu : least and greatest area, mu; a row without an area meets neither.
    where : comparisons that must all hold; a row whose value is missing meets none of them.
    columns : columns to keep, in this order; the id always stands first.
    """

    town: Collection[str] = ()
    zone: Collection[str] = ()
    kind: Collection[str] = ()
    grade: Collection[str] = ()
    flag: Collection[str] = ()
    min_mu: float | None = None
    max_mu: float | None = None
    where: Sequence[Condition] = field(default=())
    columns: Sequence[str] = ()


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


def select(table: pd.DataFrame, choice: Choice | None = None) -> pd.DataFrame:
    """Return the rows that meet every choice, ranked ones first, with the columns asked for.

    Parameters
    ----------
    table : one row an object, its id in the first column; a GeoDataFrame keeps its geometry.
    choice : what to keep; None keeps all.

    Raises
    ------
    LanduseError
        If a town, zone, kind, flag or column is not known, or the list has no such column (exit
        code 2). A grade that no row has gives no rows.
    """
    choice = choice or Choice()
    keep = pd.Series(True, index=table.index)
    if choice.town:
        keep &= _among(table, ["town_code", "town_name"], choice.town, field="town")
    if choice.zone:
        keep &= _in_zone(table, choice.zone)
    if choice.kind:
        keep &= _of_kind(table, choice.kind)
    if choice.grade:
        keep &= _column(table, "grade").isin(list(choice.grade))
    if choice.flag:
        keep &= _among(table, ["flag"], choice.flag, field="flag", known=tuple(FLAGS))
    if choice.min_mu is not None:
        keep &= (_column(table, "area_mu") >= choice.min_mu).fillna(value=False)
    if choice.max_mu is not None:
        keep &= (_column(table, "area_mu") <= choice.max_mu).fillna(value=False)
    for condition in choice.where:
        keep &= _holds(table, condition)
    return _cut(_ordered(table[keep]), choice.columns)


def _ordered(table: pd.DataFrame) -> pd.DataFrame:
    keys = ["rank"] if "rank" in table else []
    ordered = table.sort_values([*keys, str(table.columns[0])], na_position="last")
    return ordered.reset_index(drop=True)


def _cut(table: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    for name in columns:
        _refuse_unknown(name, table.columns, field="column")
    if not columns:
        return table
    geometry = [table.geometry.name] if isinstance(table, gpd.GeoDataFrame) else []
    return table[[*dict.fromkeys([str(table.columns[0]), *columns, *geometry])]]


def _column(table: pd.DataFrame, name: str, *, field: str = "") -> pd.Series:
    if name not in table.columns:
        raise _fault(
            "该清单没有这一列，不能按它筛选", "this list has no such column to choose by",
            field=field or name, found=name, todo_zh="去掉这个条件，或改用 --layer parcels",
            todo_en="leave the choice out, or use --layer parcels",
        )  # fmt: skip
    return table[name]


def _in_zone(table: pd.DataFrame, wanted: Collection[str]) -> pd.Series:
    named = [value for value in wanted if value not in INSIDE]
    keep = pd.Series(False, index=table.index)
    for value in wanted:
        if value in INSIDE:
            inside = _column(table, "zone_in", field="zone")
            keep |= (inside.astype("boolean") == INSIDE[value]).fillna(value=False).astype(bool)
    return keep | _among(table, ["zone_name"], named, field="zone") if named else keep


def _of_kind(table: pd.DataFrame, wanted: Collection[str]) -> pd.Series:
    """Return which rows are of a kind: a village may be of several, a parcel has its flag."""
    if "kind" in table:
        held = table["kind"].fillna("").astype("str").map(lambda kind: {kind})
        if "kinds" in table:
            several = table["kinds"].fillna("").astype("str").str.split(";")
            held = pd.Series([a | {*b} for a, b in zip(held, several, strict=True)], table.index)
        known = {kind for kinds in held for kind in kinds} - {""}
    else:
        flags = _column(table, "flag", field="kind").fillna("").astype("str")
        held = flags.map(lambda flag: {flag, *FLAGS.get(flag, ())[:1]})
        known = {word for flag, (zh, _) in FLAGS.items() for word in (flag, zh)}
    for value in wanted:
        _refuse_unknown(value, sorted(known), field="kind")
    return held.map(lambda kinds: bool(kinds & {*wanted})).astype(bool)


def _among(
    table: pd.DataFrame,
    columns: Sequence[str],
    wanted: Collection[str],
    *,
    field: str,
    known: Collection[str] = (),
) -> pd.Series:
    parts = [_column(table, name, field=field) for name in columns]
    held = {str(value) for part in parts for value in part.dropna().unique()} - {""}
    for value in wanted:
        _refuse_unknown(value, sorted(held | set(known)), field=field)
    return pd.concat([part.isin(list(wanted)) for part in parts], axis=1).any(axis=1)


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
