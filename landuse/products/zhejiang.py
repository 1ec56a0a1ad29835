"""The 39 columns of Zhejiang's survey table 1-2, filled only where this program knows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

import pandas as pd

from landuse.products.numbers import is_missing
from landuse.products.sheets import Cell, Sheet, SheetColumn, cell
from landuse.products.words import CHECK_STATES, NOTE_ZH, RELEASE_ZH
from landuse.products.workbook import write_sheets

FIRST_ROW = 6
"""Row, counted from 1, where the data of the official form begin (V-weak: public code)."""
M2_PER_FORM_MU, DECIMALS = 666.6667, 4
"""Divisor and digits of the provincial fill tool (V-weak), not the exact 10,000 / 15."""
CODES: Final = (
    "DCDYBH", "XZMC", "DCQBH", "ZDBH", "MJ", "SYZK", "QZLSYLYDMJ", "SFCZC", "GZMS", "GZJZ", "GHYT",
    "SFDX", "SFSD", "SFCHTD", "CQR", "BDCQZ", "DJSJ", "DJMJ", "SYQLX", "DJYT", "XZTDSYR", "PZWH",
    "PZSJ", "PZMJ", "PZYT", "SYQLX", "XZTDSYR", "YDSJ", "CFWH", "XZDL", "QSXZ", "XZYT", "CYLX",
    "RJL", "JZMD", "DJGDZCTZ", "DJRKSJ", "HJZK", "JCSSPTSP",
)  # fmt: skip
"""Field codes in the order of the form; two of them stand twice there (`domain.md` §9.2)."""
FILLED: Final = {
    2: SheetColumn("town_name", "乡镇名称", width=14),
    5: SheetColumn("mu", "面积（亩）", "number", DECIMALS, 12),
    12: SheetColumn("low", "是否低效（仅现场核实后填）", width=14),
    30: SheetColumn("land_use", "现状地类", width=12),
    32: SheetColumn("land_use_zh", "现状用途", width=18),
    34: SheetColumn("far", "容积率", "number", 2, 9),
    35: SheetColumn("cover", "建筑密度（%）", "number", 2, 12),
}
"""Place in the form -> what is written there; all other cells stay empty."""
SHEET = "表1-2"
TITLE = "表1-2 字段次序预填（浙江低效用地调查，39 列）"
HOW = (
    "程序只填第 2、5、12、30、32、34、35 列，其余须由调查单位填写；字段次序与起始行转引自公开代码"
    "（V-weak），请核对后把第 6 行起的数据粘贴到官方模板，不要替换模板"
)
YES, NO = "是", "否"


def zhejiang_rows(parcels: pd.DataFrame) -> list[tuple[Cell, ...]]:
    """Return the rows of the form, one a parcel, in the order given: 39 cells, None = empty.

    Area is m² / 666.6667 with four decimals; building coverage in %. Column 12 is 是 only for a
    parcel flagged as of low efficiency that the field check confirmed, 否 where the check found
    it neither idle nor low; a suspicion alone is no answer.
    """
    table = parcels.reset_index(drop=True)
    far, cover = (
        table[name] if name in table else pd.Series(float("nan"), index=table.index)
        for name in ("far", "building_coverage")
    )
    made = pd.DataFrame(
        {
            "town_name": table["town_name"], "mu": table["area_m2"] / M2_PER_FORM_MU,
            "low": _confirmed(table), "land_use": table["land_use"],
            "land_use_zh": table["land_use_zh"], "far": far, "cover": cover * 100,
        }
    )  # fmt: skip
    columns: dict[int, list[Cell]] = {
        place: [_cell(value, column) for value in made[column.code].tolist()]
        for place, column in FILLED.items()
    }
    blank: list[Cell] = [None] * len(table)
    return list(
        zip(*(columns.get(place, blank) for place in range(1, len(CODES) + 1)), strict=True)
    )


def _confirmed(table: pd.DataFrame) -> list[str | None]:
    if "check_status" not in table:
        return [None] * len(table)
    _, true, false = CHECK_STATES
    return [
        NO if state == false else YES if state == true and flag == "suspected_low_efficiency"
        else None
        for state, flag in zip(table["check_status"], table["flag"], strict=True)
    ]  # fmt: skip


def _cell(value: object, column: SheetColumn) -> Cell:
    if column.kind == "number" and isinstance(value, float) and not is_missing(value):
        return round(value, column.decimals)
    return cell(value, column)


def zhejiang_sheet(parcels: pd.DataFrame) -> Sheet:
    """Return the form as a sheet: three rows of notes, names, codes, data from row 6."""
    columns = [
        replace(
            FILLED.get(place, SheetColumn("", "", width=9)),
            code=code, head=f"{place} {FILLED[place].head}" if place in FILLED else str(place),
        )
        for place, code in enumerate(CODES, start=1)
    ]  # fmt: skip
    rows = tuple(zhejiang_rows(parcels))
    notes = (TITLE, f"{RELEASE_ZH}。{NOTE_ZH}", HOW)
    return Sheet(SHEET, tuple(columns), rows, frozen_columns=2, notes=notes)


def write_zhejiang(parcels: pd.DataFrame, path: Path, *, title: str) -> Path:
    """Write the form as a workbook; return its path."""
    return write_sheets([zhejiang_sheet(parcels)], path, title=title)
