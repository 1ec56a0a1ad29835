"""Sheets written in few steps hold the bytes that XlsxWriter's own calls write."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xlsxwriter.worksheet import Worksheet

from landuse.products import workbook
from landuse.products.quick_sheet import LONG, Look, Value, is_risky
from landuse.products.sheets import CELL_LIMIT, Kind, Sheet, SheetColumn, cell, sheet_of

KINDS: tuple[Kind, ...] = ("text", "long", "number", "percent", "check_state", "check_date")
COLUMNS = tuple(SheetColumn(f"c{i}", f"列{i}", kind, i % 3) for i, kind in enumerate(KINDS))
TEXTS = ["=1+1", "甲<&>\"'", " x ", "line\nline", "a" * 2000, "𠮷" * LONG, "b" * CELL_LIMIT]
VALUES = st.one_of(
    st.none(), st.integers(-(10**12), 10**12), st.sampled_from(TEXTS),
    st.floats(allow_nan=False, allow_infinity=False),
)  # fmt: skip
ROWS = st.lists(st.tuples(*[VALUES] * len(COLUMNS)), max_size=40)


class Slow(Worksheet):
    """XlsxWriter's own worksheet, given one value at a time."""

    def write_values(
        self, first_row: int, rows: Iterable[Sequence[Value]], looks: Sequence[Look]
    ) -> None:
        """Write each value by the call for its kind."""
        for row, values in enumerate(rows, start=first_row):
            for column, (value, look) in enumerate(zip(values, looks, strict=True)):
                if isinstance(value, str):
                    chosen = look.quoted() if is_risky(value) else look.plain
                    self.write_string(row, column, value, chosen)
                elif value is not None:
                    self.write_number(row, column, value, look.plain)


@settings(max_examples=40, deadline=None)
@given(rows=ROWS, notes=st.booleans(), totals=st.booleans())
def test_the_bytes_are_those_of_single_calls(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[Value, ...]], *, notes: bool,
    totals: bool,
) -> None:  # fmt: skip
    place = tmp_path_factory.mktemp("表")
    sheet = Sheet("表", COLUMNS, tuple(rows), totals=("合计", *[1.5] * 5) if totals else None,
                  notes=("说明",) if notes else ())  # fmt: skip
    written = []
    for kind in (workbook.QuickSheet, Slow):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(workbook, "QuickSheet", kind)
            file = workbook.write_sheets(
                [sheet, sheet_named(sheet, "二")], place / "a.xlsx", title="甲"
            )
            written.append(Path(file).read_bytes())
    assert written[0] == written[1]


def sheet_named(sheet: Sheet, name: str) -> Sheet:
    """Return the same sheet under another name: its texts are shared."""
    return Sheet(name, sheet.columns, sheet.rows, sheet.totals, notes=sheet.notes)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "values",
    [
        pd.Series([1.5, math.nan, math.inf, -0.0, 2.0000004, 1e300]),
        pd.Series([1.5, None, 3.0], dtype="Float64"),
        pd.Series([1, 2, 3]),
        pd.Series([1, None, 3], dtype="Int64"),
        pd.Series([True, False, True]),
        pd.Series(["甲", None, "", "=1", "甲", "a\x00b"], dtype="str"),
        pd.Series(["甲", None, 1.25, pd.NA, math.nan], dtype="object"),
        pd.Series(["甲", None, "乙"], dtype="category"),
    ],
)
def test_a_column_of_cells_is_every_cell_alone(values: pd.Series, kind: Kind) -> None:
    column = SheetColumn("c", "列", kind)
    found = [row[0] for row in sheet_of("表", values.to_frame("c"), [column]).rows]
    alone = [cell(value, column) for value in values.tolist()]
    assert [(type(one), one) for one in found] == [(type(one), one) for one in alone]
