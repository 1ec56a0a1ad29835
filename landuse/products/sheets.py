"""Sheets as values: what stands in each cell of the workbook, before any file is written."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from landuse.products.columns import ColumnLike, describe, heading
from landuse.products.numbers import is_missing
from landuse.products.safety import changed_cells, plain_text
from landuse.products.tables import DECIMALS

Kind = Literal["text", "long", "number", "percent", "check_state", "check_date"]
Cell = str | float | int | None
LONG_TEXTS = ("evidence_", "suggestion", "tipping_", "ledger_zh", "ledger_en", "contradictions_",
              "whynot_")  # fmt: skip
LONG_WIDTH, MEASURED = 60.0, 500
"""Width of a column of sentences, and how many rows tell the width of the others."""
CELL_LIMIT = 32_767
"""Most characters a workbook cell may hold."""


@dataclass(frozen=True)
class SheetColumn:
    """A column of a sheet: field code, Chinese head with unit, what its cells are."""

    code: str
    head: str
    kind: Kind = "text"
    decimals: int = 0
    width: float = 12.0


@dataclass(frozen=True)
class Sheet:
    """A sheet: two header rows (``head``, ``code``), rows of values, perhaps a row of totals.

    Attributes
    ----------
    notes : lines above the header rows.
    printed : how many columns go on paper; None = all. The others are for the screen.
    """

    name: str
    columns: tuple[SheetColumn, ...]
    rows: tuple[tuple[Cell, ...], ...]
    totals: tuple[Cell, ...] | None = None
    frozen_columns: int = 0
    notes: tuple[str, ...] = ()
    printed: int | None = None

    @property
    def first_row(self) -> int:
        """Return the row of the first values, counted from 0."""
        return len(self.notes) + 2


def sheet_of(
    name: str,
    table: pd.DataFrame,
    columns: Sequence[SheetColumn],
    *,
    totals: pd.Series | None = None,
    frozen_columns: int = 0,
) -> Sheet:
    """Return a sheet of a table; columns the table lacks are left empty."""
    cells = [
        _cells(table[column.code], column) if column.code in table.columns else [None] * len(table)
        for column in columns
    ]
    return Sheet(
        name=name,
        columns=tuple(columns),
        rows=tuple(zip(*cells, strict=True)) if columns else (),
        totals=None if totals is None else _total_row(totals, columns),
        frozen_columns=frozen_columns,
    )


def _cells(values: pd.Series, column: SheetColumn) -> list[Cell]:
    """Return the `cell` of every value; a text that repeats is looked at once."""
    if values.dtype == "str":
        return changed_cells(values, lambda text: cut(plain_text(text)) or None)
    if column.kind in {"number", "percent"} and pd.api.types.is_float_dtype(values.dtype):
        numbers = values.to_numpy("float64", na_value=math.nan).tolist()
        return [_rounded(number) if math.isfinite(number) else None for number in numbers]
    return [cell(value, column) for value in values.tolist()]


def _rounded(number: float) -> float | int:
    rounded = round(number, DECIMALS)
    return int(rounded) if rounded.is_integer() else rounded


def cell(value: Any, column: SheetColumn) -> Cell:
    """Return a value as a cell holds it: text cleaned and cut; missing and "" as an empty cell."""
    if value is pd.NaT or is_missing(value):
        return None
    if column.kind in {"number", "percent"} and not isinstance(value, str):
        return _rounded(float(value))
    return cut(plain_text(str(value))) or None


def cut(text: str) -> str:
    """Return text that fits a cell; what is cut off is marked by an ellipsis."""
    return text if len(text) <= CELL_LIMIT else f"{text[: CELL_LIMIT - 1]}…"


def from_names(
    codes: Iterable[str], table: pd.DataFrame, *, names: dict[str, ColumnLike]
) -> tuple[SheetColumn, ...]:
    """Return sheet columns for table columns: kind from the data, head and digits from names."""
    return tuple(_named(code, table, names=names) for code in codes)


def _named(code: str, table: pd.DataFrame, *, names: dict[str, ColumnLike]) -> SheetColumn:
    known = describe(code, names)
    head = known.zh if known.unit == "%" else heading(known)
    head = "区内外" if code == "zone_in" else head
    kind: Kind = "text"
    if code in table.columns and pd.api.types.is_numeric_dtype(table[code].dtype):
        kind = "percent" if known.unit == "%" else "number"
    if code.startswith(LONG_TEXTS):
        kind = "long"
    return SheetColumn(code, head, kind, known.decimals, _width(code, table, head=head, kind=kind))


def _width(code: str, table: pd.DataFrame, *, head: str, kind: Kind) -> float:
    """Return the width of a column in letters: its head on two lines, its longest text, at most 26.

    A Chinese letter is two wide.
    """
    if kind == "long":
        return LONG_WIDTH
    least = wide(head) / 2 + 3
    if kind != "text" or code not in table.columns:
        return max(least, 10.0)
    longest = max((wide(str(value)) for value in table[code].dropna().head(MEASURED)), default=0)
    return float(min(max(least, longest + 2, 8), 26))


def wide(text: str) -> int:
    """Return how many letters wide a text is; a Chinese letter is two.

    >>> wide("容积率 FAR")
    10
    """
    return len(text.encode("gb18030", "replace"))


def _total_row(totals: pd.Series, columns: Sequence[SheetColumn]) -> tuple[Cell, ...]:
    values = [cell(totals.get(column.code), column) for column in columns]
    values[0] = "合计"
    return tuple(values)
