"""Attribute columns made fit for use: text without stray blanks, numbers that are numbers, ids."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from landuse.core.errors import Fault, data_fault
from landuse.core.findings import Finding

_BLANKS = " \t\r\n\v\f\x00\u00a0\u3000\ufeff"
_SHOWN = 10
_SERIAL_ZERO = pd.Timestamp(1899, 12, 30)
_SERIAL = r"(?:[0-2]|1[89]\d{3}|[2-6]\d{4}|7[0-2]\d{3})(?:\.\d+)?"
_NO_DATE = (
    r"1900-0?1-0?[01]|1899-12-3[01]|0000-0?0-0?0|0001-0?1-0?1|9999-12-31|[0-2](?:\.0+)?"
    r"|[-–—]+|无"
)


def clean_text(column: pd.Series) -> tuple[pd.Series, int]:
    """Return a column as text without blanks at its ends, and how many values had any.

    Whole numbers lose a decimal part of zeros (330781.0 is the code 330781); blank is null.
    """
    text = _as_text(column)
    stripped = text.str.strip(_BLANKS)
    trimmed = int((text.notna() & (text != stripped) & (stripped != "")).sum())
    return stripped.mask(stripped == ""), trimmed


def _as_text(column: pd.Series) -> pd.Series:
    if pd.api.types.is_float_dtype(column.dtype):
        whole = column.dropna().mod(1).eq(0).all()
        return column.astype("Int64" if whole else "Float64").astype("str").where(column.notna())
    if pd.api.types.is_numeric_dtype(column.dtype):
        return column.astype("str")
    return column.astype("object").where(column.notna(), None).astype("str")


def trim_finding(trimmed: dict[str, int], stage: str) -> list[Finding]:
    """Return one finding for the blanks stripped from a layer or table; none if there were none."""
    hit = {name: count for name, count in trimmed.items() if count}
    if not hit:
        return []
    listed = ", ".join(f"{name} {count}" for name, count in hit.items())
    total = sum(hit.values())
    return [
        Finding(
            stage=stage,
            kind="repaired",
            value=str(total),
            message_zh=f"去掉 {total} 个值首尾的空白（{listed}）",
            message_en=f"blanks stripped from {total} values ({listed})",
        )
    ]


def numbers(
    column: pd.Series, *, name: str, file: str, rows: pd.Series | None = None
) -> tuple[pd.Series, list[Fault]]:
    """Return a column as float64; text that is no number is one fault naming the rows.

    A thousands comma and full-width digits are accepted. ``rows`` are the row numbers to name;
    the index by default.
    """
    if pd.api.types.is_numeric_dtype(column.dtype):
        return column.astype("float64"), []
    text, _ = clean_text(column)
    plain = text.str.normalize("NFKC").str.replace(",", "", regex=False)
    values = pd.to_numeric(plain, errors="coerce")
    bad = text.notna() & values.isna()
    return values.astype("float64"), bad_values(
        text[bad], rows, name=name, file=file, zh="数字列里有文字", en="text in a number column"
    )


def dates(column: pd.Series, *, name: str, file: str) -> tuple[pd.Series, list[Fault], int]:
    """Return a column as dates, the faults, and how many placeholders stood for empty.

    Reads 2019-06-27, 2019/6/27, 2019.6.27, 20190627 and 2019年06月27日, with or without a time of
    day, and the day numbers a spreadsheet keeps (43643, counted from 1899-12-30). Placeholders
    are 1900-01-01 and the days that software writes for none: 0000-00-00, 1899-12-30, 9999-12-31,
    a dash, 无. A month without its day is a fault: a day is never made up.
    """
    plain = _plain_dates(column)
    empty = plain.str.fullmatch(_NO_DATE, na=False)
    plain = plain.mask(empty)
    values = pd.to_datetime(plain, format="%Y-%m-%d", errors="coerce")
    serial = plain.str.fullmatch(_SERIAL, na=False)
    days = pd.to_timedelta(pd.to_numeric(plain.where(serial)) // 1, unit="D")
    values = values.fillna(_SERIAL_ZERO + days)
    bad = plain.notna() & values.isna()
    faults = bad_values(
        column.astype("str")[bad], None, name=name, file=file,
        zh="日期读不懂", en="a date cannot be read",
    )  # fmt: skip
    return values.astype("datetime64[us]"), faults, int(empty.sum())


def day_numbers(column: pd.Series) -> int:
    """Return how many dates of a column are a spreadsheet's day numbers, such as 43643."""
    plain = _plain_dates(column)
    return int((plain.str.fullmatch(_SERIAL) & ~plain.str.fullmatch(_NO_DATE)).fillna(False).sum())


def _plain_dates(column: pd.Series) -> pd.Series:
    """Return dates as text with dashes and no time of day; blank is null."""
    text, _ = clean_text(column)
    plain = text.str.normalize("NFKC").str.replace(r"\s*([年月日/.\-])\s*", r"\1", regex=True)
    plain = plain.str.replace(r"^(\d+)\.0*$", r"\1", regex=True)
    whole = plain.str.fullmatch(_SERIAL, na=False)
    dashed = plain.str.replace(r"[年月/.]", "-", regex=True).str.replace("日", " ", regex=False)
    dashed = dashed.str.replace(r"[T ].*$", "", regex=True)
    dashed = dashed.str.replace(r"^(\d{4})(\d{2})(\d{2})$", r"\1-\2-\3", regex=True)
    return dashed.mask(whole, plain)


def bad_values(
    bad: pd.Series, rows: pd.Series | None, *, name: str, file: str, zh: str, en: str
) -> list[Fault]:
    """Return one fault that names the rows of up to 10 bad values; none if there are none."""
    if not len(bad):
        return []
    numbers_of = bad.index if rows is None else rows[bad.index]
    shown = [f"{row}: {value}" for row, value in zip(numbers_of, bad, strict=True)][:_SHOWN]
    return [
        data_fault(
            f"{zh}（{len(bad)} 处）",
            f"{en} ({len(bad)})",
            file=file,
            field=name,
            found="; ".join(f"row {item}" for item in shown),
            todo_zh="改正这些行，或清空",
            todo_en="mend these rows, or empty them",
        )
    ]


def spoilt_codes(columns: dict[str, pd.Series], *, file: str) -> list[Fault]:
    """Return faults for codes that a spreadsheet turned into 3.30781E+11."""
    faults: list[Fault] = []
    for name, column in columns.items():
        spoilt = column[column.str.fullmatch(r"\d(\.\d+)?[eE]\+?\d+", na=False)]
        faults += bad_values(
            spoilt,
            None,
            name=name,
            file=file,
            zh="代码被表格软件改成了科学计数，末位已丢失",
            en="codes turned into powers of ten by a spreadsheet; their last digits are lost",
        )
    return faults


def id_faults(ids: pd.Series, *, name: str, file: str, refuse_duplicates: bool) -> list[Fault]:
    """Return the faults of an id column: blank ids, and ids used twice, with their rows."""
    faults = []
    blank = ids[ids.isna()]
    if len(blank):
        faults.append(
            _id_fault(
                "编号为空",
                "blank ids",
                name,
                file,
                found=f"rows {_rows_text(blank.index)}",
                todo_zh="补全编号",
                todo_en="fill in the ids",
            )
        )
    twice = ids[ids.notna() & ids.duplicated(keep=False)]
    if len(twice) and refuse_duplicates:
        shown = [
            f"{value} (rows {_rows_text(index)})"
            for value, index in list(twice.groupby(twice).groups.items())[:_SHOWN]
        ]
        count = twice.nunique()
        found = f"{count} ids: " + "; ".join(shown)
        faults.append(
            _id_fault(
                "编号重复", "duplicate ids", name, file, found=found,
                todo_zh='改正编号；地块编号确实重复时在 [parcels] 里设 duplicates = "suffix"',
                todo_en='mend the ids; where parcels repeat, duplicates = "suffix" in [parcels]',
            )
        )  # fmt: skip
    return faults


def _rows_text(rows: Iterable[int]) -> str:
    listed = [str(row) for row in rows]
    return ", ".join(listed[:_SHOWN]) + (" …" if len(listed) > _SHOWN else "")


def _id_fault(
    zh: str, en: str, name: str, file: str, *, found: str, todo_zh: str, todo_en: str
) -> Fault:
    return data_fault(zh, en, file=file, field=name, found=found, todo_zh=todo_zh, todo_en=todo_en)


def suffixed(ids: pd.Series) -> pd.Series:
    """Return ids made unique: the second use of A becomes A-2, the third A-3.

    A suffix that would meet an id already there is skipped.
    """
    taken = set(ids)
    out = ids.copy()
    for position in ids.index[ids.duplicated()]:
        number = 2
        while f"{ids[position]}-{number}" in taken:
            number += 1
        out[position] = f"{ids[position]}-{number}"
        taken.add(out[position])
    return out
