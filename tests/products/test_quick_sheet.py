"""The quick sheet: XlsxWriter's own bytes, whatever the cells hold."""

from __future__ import annotations

import math
import zipfile
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from xlsxwriter.worksheet import Worksheet

from landuse.products.quick_sheet import QuickSheet

NUMBERS = st.one_of(
    st.integers(-(10**18), 10**18), st.floats(allow_nan=False, allow_infinity=False), st.booleans()
)
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
ROWS = st.lists(st.lists(st.one_of(st.none(), NUMBERS, TEXTS), max_size=30), max_size=40)


def written(file: Path, kind: type[Worksheet], rows: list[list[Any]]) -> dict[str, bytes]:
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("候选 1", kind)
        look = book.add_format({"num_format": "0.0", "text_wrap": True})
        sheet.set_column(0, 0, 12, look)
        sheet.write_string(0, 0, "plain")
        sheet.write_formula(0, 1, "=1+1", look)
        sheet.write_blank(0, 2, None, look)
        for row, values in enumerate(rows, start=1):
            if isinstance(sheet, QuickSheet):
                sheet.put_row(row, values, [look] * len(values))
                continue
            for column, value in enumerate(values):
                if isinstance(value, str):
                    sheet.write_string(row, column, value, look)
                elif value is not None:
                    sheet.write_number(row, column, value, look)
    with zipfile.ZipFile(file) as parts:
        return {name: parts.read(name) for name in parts.namelist() if "docProps" not in name}


@given(rows=ROWS)
@settings(max_examples=60, deadline=None)
def test_the_bytes_are_those_of_the_library(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[Any]]
) -> None:
    folder = tmp_path_factory.mktemp("表 格")
    quick = written(folder / "quick.xlsx", QuickSheet, rows)
    assert quick == written(folder / "plain.xlsx", Worksheet, rows)


def test_a_text_longer_than_a_cell_is_cut_as_the_library_cuts_it(tmp_path: Path) -> None:
    rows = [[1.5, "𠮷" * 20_000, None, "短"]]  # two units of UTF-16 each, of 32,767 a cell holds
    quick = written(tmp_path / "quick.xlsx", QuickSheet, rows)
    assert quick == written(tmp_path / "plain.xlsx", Worksheet, rows)


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_what_is_no_number_is_refused(tmp_path: Path, number: float) -> None:
    with xlsxwriter.Workbook(tmp_path / "quick.xlsx") as book:
        sheet = book.add_worksheet("候选", QuickSheet)
        with pytest.raises(TypeError, match="no number"):
            sheet.put_row(0, [number], [book.add_format()])


def test_no_cell_is_lost_without_a_word(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "quick.xlsx") as book:
        sheet, look = book.add_worksheet("候选", QuickSheet), book.add_format()
        sheet.put_row(0, ["甲"], [look])
        with pytest.raises(ValueError, match="already"):
            sheet.put_row(0, ["乙"], [look])
        with pytest.raises(ValueError, match="beyond"):
            sheet.put_row(1_048_576, ["丙"], [look])
