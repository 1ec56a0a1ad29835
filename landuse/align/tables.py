"""A table of a study with our columns: codes as text, numbers as numbers, empty dates empty."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from landuse.align.fields import (
    clean_text,
    dates,
    day_numbers,
    numbers,
    spoilt_codes,
    trim_finding,
)
from landuse.align.names import alias_finding, misread_finding, skipped_finding
from landuse.align.roles import TABLE_ROLES
from landuse.core.errors import Fault, LanduseError, study_fault
from landuse.core.findings import Finding
from landuse.core.settings import Settings
from landuse.sources.read_table import read_raw_table
from landuse.sources.spec import TableSource

EMPTY_DATES = (
    "占位日期（如 1900-01-01）视为空", "placeholder dates (such as 1900-01-01) read as empty",
)  # fmt: skip
DAY_NUMBERS = (
    "表格软件的日期序号已还原为日期", "day numbers of a spreadsheet turned back into dates",
)  # fmt: skip
POINTED_CODES = (
    "代码去掉了表格软件加的 .0", "codes lost the .0 a spreadsheet had given them",
)  # fmt: skip


class TableAlign(Settings):
    """How one table is aligned. Columns not named as numbers or dates are text."""

    role: str
    source: TableSource
    required: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()

    @classmethod
    def for_role(cls, role: str, source: TableSource) -> TableAlign:
        """Return the settings of a role that a study may name."""
        needs = TABLE_ROLES[role]
        return cls(
            role=role,
            source=source,
            required=needs.required,
            numbers=needs.numbers,
            dates=needs.dates,
        )


def align_table(*, file: Path, settings: TableAlign) -> dict[str, Any]:
    """Read a table and make its columns fit for use.

    Blanks at the ends of values are stripped, empty text is null, 1900-01-01 is an empty date, a
    spreadsheet's day number is the date it stands for, rows without any value are dropped.

    Returns
    -------
    ``table``: DataFrame with the columns the study maps: text, float64 or datetime64[us].
    ``findings``: list of Finding.

    Raises
    ------
    LanduseError
        Exit code 3 if the file is absent; 2 if a needed column is not mapped; 4, with one fault
        a column, for text in number columns, unreadable dates, codes spoilt by a spreadsheet.
    """
    _require_mapping(settings, file=file.name)
    stage = f"align.{settings.role}"
    found = read_raw_table(file, settings.source)
    raw = found.table
    faults: list[Fault] = []
    findings = misread_finding(found.misread, stage) + alias_finding(found.aliases, stage)
    findings += skipped_finding(found.skipped, stage)
    trimmed: dict[str, int] = {}
    text: dict[str, pd.Series] = {}
    columns: dict[str, pd.Series] = {}
    for name in raw.columns:
        theirs = found.columns[name]
        if name in settings.numbers:
            columns[name], wrong = numbers(raw[name], name=theirs, file=file.name)
            faults += wrong
        elif name in settings.dates:
            columns[name], wrong, empty = dates(raw[name], name=theirs, file=file.name)
            faults += wrong
            findings += _repaired(empty, theirs, stage, EMPTY_DATES)
            findings += _repaired(day_numbers(raw[name]), theirs, stage, DAY_NUMBERS)
        else:
            clean, trimmed[theirs] = clean_text(raw[name])
            columns[name], pointed = whole_codes(clean)
            findings += _repaired(pointed, theirs, stage, POINTED_CODES)
            text[theirs] = columns[name]
    faults += spoilt_codes(text, file=file.name)
    if faults:
        raise LanduseError(faults)
    table = pd.DataFrame(columns, index=raw.index).dropna(how="all").reset_index(drop=True)
    return {"table": table, "findings": findings + trim_finding(trimmed, stage)}


def whole_codes(column: pd.Series) -> tuple[pd.Series, int]:
    """Return a text column of codes without the ".0" a spreadsheet gave them, and how many had it.

    Only where every value is a whole number of four digits or more is the column one of codes.
    """
    whole = column.str.fullmatch(r"\d{4,}(\.0+)?", na=True)
    pointed = column.str.contains(".", regex=False, na=False)
    if not whole.all() or not pointed.any():
        return column, 0
    return column.str.replace(r"\.0+$", "", regex=True), int(pointed.sum())


def _repaired(count: int, name: str, stage: str, what: tuple[str, str]) -> list[Finding]:
    if not count:
        return []
    zh, en = what
    return [
        Finding(
            stage=stage, kind="repaired", object_id=name, value=str(count),
            message_zh=f"{name}：{count} 个{zh}", message_en=f"{name}: {count} {en}",
        )
    ]  # fmt: skip


def _require_mapping(settings: TableAlign, *, file: str) -> None:
    absent = [name for name in settings.required if name not in settings.source.fields]
    if absent:
        raise LanduseError(
            study_fault(
                f"这张表必须对应列 {name}", f"this table must map the column {name}",
                file=file, field=f"sources.{settings.role}.fields.{name}",
                found=", ".join(settings.source.fields) or "-",
                todo_zh=f'写 {name} = "表里的列名"', todo_en=f'write {name} = "the column"',
            )
            for name in absent
        )  # fmt: skip
