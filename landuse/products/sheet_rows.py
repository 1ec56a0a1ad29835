"""The rows of a workbook's sheets, put into a file where XlsxWriter wrote the first of each.

XlsxWriter takes about 15 µs a cell, and a list has 100,000 cells of a few looks. So it writes all
but the rows, and of the rows only the first cell of each look, text and height. The rows are then
written whole with the numbers it gave those: its number of a look, of a text, its height of a row.
Each part of the file is, byte for byte, what XlsxWriter makes of all cells; a test compares them.
"""

from __future__ import annotations

import math
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO
from xml.etree import ElementTree as Xml

import numpy as np
from xlsxwriter.utility import xl_cell_to_rowcol, xl_col_to_name

from landuse.products.safety import starts_formula
from landuse.products.sheets import Cell, Sheet

_SHEET = re.compile(r"xl/worksheets/sheet(\d+)\.xml")
_TEXTS = "xl/sharedStrings.xml"
_COUNT = re.compile(r'(<sst [^>]*\bcount=")(\d+)"')
_ROW = re.compile(r'<row r="(\d+)"')
MOST_ROWS = 1_048_576
"""Rows a sheet holds."""
_SPAN_ROWS = 16
"""Rows of a sheet that tell the same first and last column, of the cells of all of them."""


def is_quoted(value: Cell) -> bool:
    """Tell whether a cell needs the prefix that keeps text like "=1+1" text when it is edited."""
    return isinstance(value, str) and starts_formula(value)


def first_cells(sheet: Sheet, seen: set[str]) -> Iterator[tuple[int, int, Cell]]:
    """Yield the row and column in the sheet, from 0, and the value of what XlsxWriter is to write.

    That is the first cell of each look of a column, the first of each text that is not in
    ``seen`` (it is added), and the very last, which tells XlsxWriter where the sheet ends.
    """
    looks: set[tuple[int, bool]] = set()
    waiting: tuple[int, int, Cell] | None = None
    for row, values in enumerate(sheet.rows, start=sheet.first_row):
        for column, value in enumerate(values):
            if value is None:
                continue
            text = value if isinstance(value, str) else None
            look = column, text is not None and starts_formula(text)
            if look in looks and (text is None or text in seen):
                waiting = row, column, value
                continue
            waiting = None
            looks.add(look)
            if text is not None:
                seen.add(text)
            yield row, column, value
    if waiting:
        yield waiting


def first_heights(sheet: Sheet, lines: Sequence[int]) -> dict[int, int]:
    """Return {row in the sheet, from 0: lines}: the first row of each height above one line."""
    first: dict[int, int] = {}
    for row, count in enumerate(lines, start=sheet.first_row):
        if count > 1:
            first.setdefault(count, row)
    return {row: count for count, row in first.items()}


def complete_rows(
    written: BinaryIO, path: Path, sheets: Sequence[Sheet], lines: Sequence[Sequence[int]]
) -> None:
    """Copy a workbook with the first cells of each sheet to a file, and complete its rows.

    Parameters
    ----------
    written : made by XlsxWriter, with the cells of `first_cells` and the rows of `first_heights`.
    lines : for each sheet, how many lines each of its rows is high.
    """
    known = _Known()
    with zipfile.ZipFile(written) as old, zipfile.ZipFile(path, "w") as new:
        for part in old.infolist():  # the sheets come before the texts, whose count they change
            data = old.read(part)
            number = _SHEET.fullmatch(part.filename)
            if number:
                place = int(number[1]) - 1
                data = _completed(data.decode(), sheets[place], lines[place], known).encode()
            elif part.filename == _TEXTS:
                data = _COUNT.sub(known.counted, data.decode(), count=1).encode()
            new.writestr(part, data)


@dataclass
class _Known:
    """What XlsxWriter gave: text -> its number. ``more`` : texts written by us, not by it."""

    texts: dict[str, str] = field(default_factory=dict)
    more: int = 0

    def counted(self, start: re.Match[str]) -> str:
        """Return the start of the table of texts, the cells that hold one counted anew."""
        return f'{start[1]}{int(start[2]) + self.more}"'


@dataclass(frozen=True)
class _Given:
    """What XlsxWriter gave in a sheet: (column, quoted) -> look, lines -> height of a row."""

    looks: dict[tuple[int, bool], str] = field(default_factory=dict)
    heights: dict[int, str] = field(default_factory=dict)


def _completed(xml: str, sheet: Sheet, lines: Sequence[int], known: _Known) -> str:
    """Return the text of a sheet with all of its rows."""
    if not sheet.rows:
        return xml
    start, end = _place(xml, sheet)
    given = _read_back(xml[start:end], sheet, lines, known)
    return xml[:start] + "".join(_rows(sheet, lines, given, known)) + xml[end:]


def _place(xml: str, sheet: Sheet) -> tuple[int, int]:
    """Return where the rows between heads and totals begin and end in the text of a sheet."""
    close = xml.index("</sheetData>")
    starts = {int(hit[1]) - 1: hit.start() for hit in _ROW.finditer(xml, 0, close)}
    after = sheet.first_row + len(sheet.rows)
    end = min((at for row, at in starts.items() if row >= after), default=close)
    return min((at for row, at in starts.items() if row >= sheet.first_row), default=end), end


def _read_back(rows: str, sheet: Sheet, lines: Sequence[int], known: _Known) -> _Given:
    """Return looks and heights that XlsxWriter gave to rows, and note its numbers of texts."""
    given = _Given()
    for row in Xml.fromstring(f"<rows>{rows}</rows>"):
        place = int(row.attrib["r"]) - 1 - sheet.first_row
        if "ht" in row.attrib:
            given.heights[lines[place]] = f' ht="{row.attrib["ht"]}" customHeight="1"'
        for cell in row:
            column = xl_cell_to_rowcol(cell.attrib["r"])[1]
            value = sheet.rows[place][column]
            given.looks[column, is_quoted(value)] = cell.attrib["s"]
            if isinstance(value, str):
                known.texts[value] = cell[0].text or ""
                known.more -= 1
    return given


def _rows(sheet: Sheet, lines: Sequence[int], given: _Given, known: _Known) -> Iterator[str]:
    """Yield the rows of a sheet as SpreadsheetML; one without cells or height is left out."""
    numbers = range(sheet.first_row + 1, sheet.first_row + 1 + len(sheet.rows))
    columns = [
        _column(values, column, numbers, given, known)
        for column, values in enumerate(zip(*sheet.rows, strict=True))
    ]
    rows = zip(numbers, _spans(sheet), lines, zip(*columns, strict=True), strict=True)
    for number, span, count, cells in rows:
        body, height = "".join(cells), given.heights.get(count, "")
        if body:
            yield f'<row r="{number}"{span}{height}>{body}</row>'
        elif height:
            yield f'<row r="{number}"{span}{height}/>'


def _column(
    values: Sequence[Cell], column: int, numbers: range, given: _Given, known: _Known
) -> list[str]:
    """Return the cells of a column as SpreadsheetML, "" where there is none."""
    letters, texts = xl_col_to_name(column), known.texts
    plain, quoted = (given.looks.get((column, prefix), "") for prefix in (False, True))
    cells = []
    for number, value in zip(numbers, values, strict=True):
        if value is None:
            cells.append("")
        elif isinstance(value, str):
            look = quoted if starts_formula(value) else plain
            cells.append(f'<c r="{letters}{number}" s="{look}" t="s"><v>{texts[value]}</v></c>')
            known.more += 1
        elif math.isfinite(value):
            cells.append(f'<c r="{letters}{number}" s="{plain}"><v>{value:.16G}</v></c>')
        else:
            msg = f"{letters}{number}: {value} is no number of a workbook"
            raise ValueError(msg)
    return cells


def _spans(sheet: Sheet) -> list[str]:
    """Return the first and last column of each row, those of the sixteen rows it stands among.

    Heads and totals fill all columns.
    """
    above, below = sheet.first_row, 0 if sheet.totals is None else 1
    filled = np.ones((above + len(sheet.rows) + below, len(sheet.columns)), dtype=bool)
    filled[above : above + len(sheet.rows)] = [
        [value is not None for value in values] for values in sheet.rows
    ]
    starts = range(0, len(filled), _SPAN_ROWS)
    held = [np.flatnonzero(filled[start : start + _SPAN_ROWS].any(axis=0)) for start in starts]
    spans = [f' spans="{at[0] + 1}:{at[-1] + 1}"' if len(at) else "" for at in held]
    return [spans[row // _SPAN_ROWS] for row in range(above, above + len(sheet.rows))]
