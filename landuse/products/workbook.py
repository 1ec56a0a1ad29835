"""The workbook: sheets written as an Excel file that WPS opens too, values only, no formula."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from landuse.core.errors import fail, study_fault
from landuse.products.evidence_words import STABILITY
from landuse.products.facts import RunFacts
from landuse.products.numbers import grade_sign
from landuse.products.quick_sheet import QuickSheet
from landuse.products.safety import FORMULA_STARTS, plain_text
from landuse.products.sheets import Cell, Sheet, SheetColumn, wide
from landuse.products.tables import write_whole
from landuse.products.words import CHECK_STATES, NOTE_ZH, grade_colours
from landuse.products.workbook_sheets import workbook_sheets

CREATED = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""Creation date in every file, so that equal results give equal files."""
MOST_ROWS = 1_048_576
"""Rows a sheet holds."""
STABILITY_LOOK = {"stable": ("●", "#00523F", "#DDF1EA"), "fragile": ("◇", "#5F3B00", "#FFF7E8")}
"""Sign, text colour and fill of robust and fragile: a sign that grey print keeps apart."""
CHECK_ROWS_SPARE = 200
MOST_LINES, LINE_PT = 8, 14.0
"""Lines a row grows to at most, and the height of one, points; the rest is read in the cell."""
A3, A4, A4_CHARACTERS = 8, 9, 200
"""Paper codes, and the width of columns beyond which A4 landscape would be too small to read."""
_OPTIONS = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
_FONT = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "top"}
_HEAD = _FONT | {"bold": True, "bg_color": "#17324D", "font_color": "#FFFFFF", "text_wrap": True}
_CODE = _FONT | {"bg_color": "#E8EEF6", "font_color": "#465364", "font_size": 9}
_TOTAL = {"bold": True, "top": 1, "bg_color": "#F6F8FA"}


def write_workbook(run: RunFacts, path: Path) -> Path:
    """Write all sheets of a run to an XLSX file; return its path."""
    return write_sheets(workbook_sheets(run), path, title=run.study.title_zh, grades=run.grades)


def write_sheets(
    sheets: Sequence[Sheet], path: Path, *, title: str, grades: Sequence[str] = ()
) -> Path:
    """Write sheets: two header rows, frozen, filtered; text as text; grades in their colours.

    Raises
    ------
    LanduseError
        If a sheet has more rows than the format holds (exit code 2).
    """
    _check_size(sheets, path)

    def fill(part: Path) -> None:
        with xlsxwriter.Workbook(part, _OPTIONS) as book:
            book.set_properties({"title": plain_text(title), "created": CREATED})
            formats = _Formats(book)
            for sheet in sheets:
                _write_sheet(book.add_worksheet(sheet.name, QuickSheet), sheet, formats=formats)
                _finish(book.get_worksheet_by_name(sheet.name), sheet, title=title)
                _colour_grades(book, sheet, grades=grades)
                _mark_stability(book, sheet)

    return write_whole(path, fill)


def _check_size(sheets: Sequence[Sheet], path: Path) -> None:
    """Refuse what XlsxWriter would leave out without a word."""
    for sheet in sheets:
        if sheet.first_row + len(sheet.rows) + (sheet.totals is not None) > MOST_ROWS:
            raise fail(study_fault(
                "工作表放不下这么多行", "more rows than a sheet holds", file=path.name,
                field=sheet.name, found=f"{len(sheet.rows)}", todo_zh="改用 .csv 或 .parquet",
                todo_en="use .csv or .parquet",
            ))  # fmt: skip


class _Formats:
    """Cell formats made once each: a workbook may hold only so many."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self._made: dict[tuple[str, int, bool, bool], Format] = {}
        self._plain = (book.add_format(_HEAD), book.add_format(_CODE))
        self._quoted: tuple[Format, Format] | None = None
        self.note = book.add_format(_FONT | {"font_color": "#A61B1B"})

    def head(self, text: str, *, row: int) -> Format:
        """Return the look of a head (row 0) or a field code (row 1): a town's name may be one."""
        if not _risky(text):
            return self._plain[row]
        if self._quoted is None:
            first, second = (self._book.add_format(look | {"quote_prefix": True})
                             for look in (_HEAD, _CODE))  # fmt: skip
            self._quoted = (first, second)
        return self._quoted[row]

    def of(self, column: SheetColumn, *, total: bool = False, quoted: bool = False) -> Format:
        key = (column.kind, column.decimals, total, quoted)
        if key not in self._made:
            look = dict(_FONT) | (_TOTAL if total else {})
            look["num_format"] = _number_format(column)
            look["text_wrap"] = column.kind == "long"
            look["quote_prefix"] = quoted
            self._made[key] = self._book.add_format(look)
        return self._made[key]


def _risky(text: str) -> bool:
    """Tell whether text like "=1+1" needs the prefix that keeps it text when someone edits it."""
    return bool(text) and text[0] in FORMULA_STARTS


def _number_format(column: SheetColumn) -> str:
    digits = "." + "0" * column.decimals if column.decimals else ""
    if column.kind == "percent":
        return f"0{digits}%"
    if column.kind == "number":
        return f"#,##0{digits}"
    return "yyyy-mm-dd" if column.kind == "check_date" else "@"


def _write_sheet(target: QuickSheet, sheet: Sheet, *, formats: _Formats) -> None:
    for index, column in enumerate(sheet.columns):
        target.set_column(index, index, column.width, formats.of(column))
        for number, text in enumerate((column.head, column.code)):
            look = formats.head(text, row=number)
            target.write_string(sheet.first_row - 2 + number, index, text, look)
    for row, note in enumerate(sheet.notes):
        target.write_string(row, 0, note, formats.note)
    _write_rows(target, sheet, formats=formats)
    row = sheet.first_row + len(sheet.rows)
    for index, (value, column) in enumerate(zip(sheet.totals or (), sheet.columns, strict=False)):
        look = formats.of(column, total=True, quoted=isinstance(value, str) and _risky(value))
        target.write(row, index, value, look)


def _write_rows(target: QuickSheet, sheet: Sheet, *, formats: _Formats) -> None:
    plain = [formats.of(column) for column in sheet.columns]
    wrapped = {index: column.width for index, column in enumerate(sheet.columns[: sheet.printed])
               if column.kind == "long"}  # fmt: skip
    for row, values in enumerate(sheet.rows, start=sheet.first_row):
        lines = _lines(values, wrapped)
        if lines > 1:
            target.set_row(row, min(lines, MOST_LINES) * LINE_PT)
        risky = [
            index for index, value in enumerate(values) if isinstance(value, str) and _risky(value)
        ]
        looks = [*plain] if risky else plain
        for index in risky:
            looks[index] = formats.of(sheet.columns[index], quoted=True)
        target.put_row(row, values, looks)


def _lines(values: Sequence[Cell], wrapped: Mapping[int, float]) -> int:
    """Return how many lines the longest wrapped text of a row takes; a Chinese letter is two wide.

    Not every program finds the height by itself when it opens or prints the file.
    ``wrapped`` : width of each column of wrapped text, by its place.
    """
    texts = ((values[index], width) for index, width in wrapped.items())
    lines = [math.ceil(wide(text) / width) for text, width in texts if isinstance(text, str)]
    return max(lines, default=1)


def _finish(target: Worksheet, sheet: Sheet, *, title: str) -> None:
    first, last_row = sheet.first_row, sheet.first_row - 1 + len(sheet.rows)
    target.set_row(first - 2, 32)
    target.freeze_panes(first, sheet.frozen_columns)
    target.autofilter(first - 1, 0, last_row, len(sheet.columns) - 1)
    target.set_landscape()
    shown = sheet.columns[: sheet.printed]
    target.set_paper(A3 if sum(column.width for column in shown) > A4_CHARACTERS else A4)
    target.fit_to_pages(1, 0)
    target.repeat_rows(0, first - 1)
    if sheet.printed:
        target.print_area(0, 0, last_row + (sheet.totals is not None), sheet.printed - 1)
    name = plain_text(title)[:60].replace("&", "&&")
    target.set_header(f"&L{name} {sheet.name}&R内部工作用图，不公开")
    target.set_footer(f"&L{NOTE_ZH}&R&P / &N")
    for index, column in enumerate(sheet.columns):
        _validate(target, column, index=index, rows=(first, last_row + CHECK_ROWS_SPARE))


def _validate(target: Worksheet, column: SheetColumn, *, index: int, rows: tuple[int, int]) -> None:
    rule: dict[str, object]
    if column.kind == "check_state":
        rule = {
            "validate": "list",
            "source": list(CHECK_STATES),
            "error_title": "核实状态",
            "error_message": "请选择：" + "、".join(CHECK_STATES),
        }
    elif column.kind == "check_date":
        rule = {
            "validate": "date",
            "criteria": ">=",
            "value": datetime(2000, 1, 1),  # noqa: DTZ001 - a workbook date has no zone
            "error_title": "核实日期",
            "error_message": "请填日期，如 2026-01-31",
        }
    else:
        return
    target.data_validation(rows[0], index, rows[1], index, rule)


def _colour_grades(book: xlsxwriter.Workbook, sheet: Sheet, *, grades: Sequence[str]) -> None:
    codes = [column.code for column in sheet.columns]
    if "grade" not in codes or not sheet.rows:
        return
    index, target = codes.index("grade"), book.get_worksheet_by_name(sheet.name)
    for code, (fill, text) in grade_colours(tuple(grades)).items():
        look = book.add_format({"bg_color": fill, "font_color": text, "bold": True})
        rule = {"type": "cell", "criteria": "==", "value": _literal(code), "format": look}
        _conditional(target, sheet, index, rule)


def _mark_stability(book: xlsxwriter.Workbook, sheet: Sheet) -> None:
    """Set a sign and a colour before the words of robustness; the cell keeps its plain words."""
    codes = [column.code for column in sheet.columns]
    if "stability" not in codes or not sheet.rows:
        return
    index, target = codes.index("stability"), book.get_worksheet_by_name(sheet.name)
    for code, (sign, text, fill) in STABILITY_LOOK.items():
        look = {"num_format": f'"{sign} "@', "font_color": text, "bg_color": fill}
        value = f'"{STABILITY[code][0]}"'
        rule = {"type": "cell", "criteria": "==", "value": value, "format": book.add_format(look)}
        _conditional(target, sheet, index, rule)


def _conditional(target: Worksheet, sheet: Sheet, index: int, rule: dict[str, object]) -> None:
    last_row = sheet.first_row + len(sheet.rows)
    target.conditional_format(sheet.first_row, index, last_row, index, rule)


def _literal(code: str) -> str:
    """Return a grade sign as a quoted literal of a formatting rule."""
    return '"' + grade_sign(code).replace('"', '""') + '"'
