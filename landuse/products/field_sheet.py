"""A filled field workbook read back: every fault of every row at once, with its row number."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pandas as pd

from landuse.align.fields import bad_values, clean_text, dates, id_faults, numbers
from landuse.core.errors import Fault, LanduseError, data_fault
from landuse.products.checks import UNCHECKED
from landuse.products.field_workbook import (
    DESIGN_COLUMNS,
    DESIGN_SHEET,
    FIELD_COLUMNS,
    FIELD_SHEET,
    OBSERVED,
)
from landuse.products.words import CHECK_STATES
from landuse.sources.read_table import read_table
from landuse.sources.spec import TableSource

READ = ("parcel_id", "stratum", "check_status", "observed", "checked_by", "checked_on",
        "check_note")  # fmt: skip
DESIGN_READ = ("stratum", "group", "zone_zh", "population", "sample", "seed", "run_code")


@dataclass(frozen=True, eq=False)
class FieldChecks:
    """What a field crew found.

    Attributes
    ----------
    rows : ``parcel_id, stratum, check_status, observed, checked_by, checked_on, check_note`` of
        every row of the field sheet.
    design : ``stratum, group, zone_zh, population, sample`` of every stratum.
    """

    rows: pd.DataFrame
    design: pd.DataFrame
    seed: str
    run_code: str

    @property
    def checked(self) -> pd.DataFrame:
        """Return the rows that were checked, with ``truth``: 属实."""
        done = self.rows[self.rows["check_status"] != UNCHECKED]
        return done.assign(truth=done["check_status"].eq(CHECK_STATES[1]))


def read_field_workbook(file: Path, *, today: date) -> FieldChecks:
    """Read a workbook of `field_workbook` that was filled in.

    Raises
    ------
    LanduseError
        Exit code 3 if the file is absent, 2 if a sheet or column is missing, 4 with every wrong
        cell of both sheets: unknown or contradicting words, dates that cannot be read or lie
        after ``today``, checks without a name or date, ids or strata that are blank, repeated or
        not in the design, strata with more checks than parcels.
    """
    rows = _sheet(file, FIELD_SHEET, READ)
    design = _sheet(file, DESIGN_SHEET, DESIGN_READ)
    rows, faults = _field_rows(rows, file=file.name, today=today)
    design, wrong = _design_rows(design, file=file.name)
    faults += wrong
    strange = rows.loc[~rows["stratum"].isin(design["stratum"]), "stratum"]
    faults += _bad(strange.fillna("—"), "stratum", file.name, "抽样设计里没有这一层",
                   "the design has no such stratum")  # fmt: skip
    if faults:
        raise LanduseError(faults)
    return FieldChecks(
        rows=rows.reset_index(drop=True),
        design=design.drop(columns=["seed", "run_code"]).reset_index(drop=True),
        seed=str(design["seed"].iloc[0]),
        run_code=str(design["run_code"].iloc[0]),
    )


def heads() -> dict[str, str]:
    """Return {our column: heading} of the field sheet."""
    return {column.code: column.head for column in (*DESIGN_COLUMNS, *FIELD_COLUMNS)}


def _sheet(file: Path, sheet: str, wanted: Iterable[str]) -> pd.DataFrame:
    fields = {name: heads()[name] for name in wanted}
    return read_table(file, TableSource(path="", sheet=sheet, fields=fields))


def _bad(bad: pd.Series, name: str, file: str, zh: str, en: str) -> list[Fault]:
    return bad_values(bad, None, name=heads()[name], file=file, zh=zh, en=en)


def _ids(column: pd.Series, name: str, file: str) -> list[Fault]:
    found = id_faults(column, name=heads()[name], file=file, refuse_duplicates=True)
    zh, en = "补全编号，每个编号只留一行", "fill in the ids, one row each"
    return [replace(fault, todo_zh=zh, todo_en=en) for fault in found]


def _field_rows(rows: pd.DataFrame, *, file: str, today: date) -> tuple[pd.DataFrame, list[Fault]]:
    texts = {name: clean_text(rows[name])[0] for name in READ if name != "checked_on"}
    table = pd.DataFrame(texts)
    table["checked_on"], faults, _ = dates(rows["checked_on"], name=heads()["checked_on"],
                                           file=file)  # fmt: skip
    table = table[table.notna().any(axis=1)]
    table["check_status"] = table["check_status"].fillna(UNCHECKED)
    faults += _ids(table["parcel_id"], "parcel_id", file)
    faults += _words(table, file=file)
    future = table["checked_on"] > pd.Timestamp(today)
    faults += _bad(table["checked_on"].dt.strftime("%Y-%m-%d")[future], "checked_on", file,
                   "核实日期在今天之后", "the date lies after today")  # fmt: skip
    for name, zh, en in (("checked_by", "缺核实人", "nobody named for a check"),
                         ("checked_on", "缺核实日期", "no date for a check")):  # fmt: skip
        done = table["check_status"].isin(CHECK_STATES[1:])
        raw_blank = clean_text(rows[name])[0].reindex(table.index).isna()
        faults += _bad(table["parcel_id"][done & raw_blank].fillna("—"), name, file, zh, en)
    return table, faults


def _words(table: pd.DataFrame, *, file: str) -> list[Fault]:
    """Return faults for words that are not offered, and for pairs that contradict each other."""
    status, seen = table["check_status"], table["observed"]
    unknown, strange = ~status.isin(CHECK_STATES), seen.notna() & ~seen.isin(list(OBSERVED))
    faults = _bad(status[unknown], "check_status", file, "只能是" + "、".join(CHECK_STATES),
                  "not one of the three states")  # fmt: skip
    faults += _bad(seen[strange], "observed", file, "只能是" + "、".join(OBSERVED),
                   "not one of the four words")  # fmt: skip
    meant = seen.map(OBSERVED)
    wrong = meant.notna() & ~unknown & (meant != status)
    faults += _bad((status + " / " + seen)[wrong], "observed", file,
                   "核实状态与实际情况矛盾：闲置、低效应为属实，正常使用、不适用应为不属实",
                   "the status contradicts what was seen")  # fmt: skip
    silent = status.isin(CHECK_STATES[1:]) & seen.isna()
    faults += _bad(status[silent], "observed", file, "已核实但未填实际情况",
                   "checked, but what was seen is not said")  # fmt: skip
    return faults


def _design_rows(design: pd.DataFrame, *, file: str) -> tuple[pd.DataFrame, list[Fault]]:
    texts = ("stratum", "group", "zone_zh", "seed", "run_code")
    table = pd.DataFrame({name: clean_text(design[name])[0] for name in texts})
    faults = _ids(table["stratum"], "stratum", file)
    for name in ("population", "sample"):
        table[name], wrong = numbers(design[name], name=heads()[name], file=file)
        faults += wrong
    empty = table["population"].isna() | table["sample"].isna()
    over = ~empty & ((table["sample"] > table["population"]) | (table["sample"] < 1))
    for bad, zh, en in ((empty, "缺总体或抽样宗数", "population or sample is missing"),
                        (over, "抽样宗数须在 1 与总体宗数之间",
                         "the sample must lie between 1 and the population")):  # fmt: skip
        faults += _bad(table["stratum"][bad].fillna("—"), "sample", file, zh, en)
    if table.empty:
        faults.append(
            data_fault("抽样设计是空的", "the design sheet is empty", file=file,
                       field=DESIGN_SHEET, found="0", todo_zh="用 landuse sample 重新导出",
                       todo_en="export it again with landuse sample")
        )  # fmt: skip
    return table, faults
