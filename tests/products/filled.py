"""A field workbook as a crew would fill it in: cells of the sheet changed, the rest left alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import openpyxl

from landuse.products.field_workbook import FIELD_SHEET

Answer = Mapping[str, object]


def fill(source: Path, target: Path, answer: Callable[[str], Answer]) -> Path:
    """Write a copy with the cells that ``answer(parcel_id)`` names by their heading."""
    book = openpyxl.load_workbook(source)
    sheet = book[FIELD_SHEET]
    place = {cell.value: cell.column for cell in sheet[1]}
    for row in range(2, sheet.max_row + 1):
        parcel = str(sheet.cell(row, place["地块编号"]).value)
        for head, value in answer(parcel).items():
            sheet.cell(row, place[head]).value = value
    book.save(target)
    return target


def seen(word: str) -> Answer:
    """Return the answer of a crew that saw this."""
    status = {"闲置": "属实", "低效": "属实"}.get(word, "不属实")
    return {"核实状态": status, "实际情况": word, "核实人": "甲", "核实日期": "2025-03-01"}
