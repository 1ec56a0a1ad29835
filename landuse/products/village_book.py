"""The workbook of villages: whom to ask and why, what moving would free, and the plan."""

from __future__ import annotations

import pandas as pd

from landuse.indicators.villages.dictionary import VILLAGE_COLUMNS
from landuse.products.facts import RunFacts
from landuse.products.method import parameter_table
from landuse.products.plan_lists import plan_sheets
from landuse.products.plan_rules import plan_rule_table
from landuse.products.quota_lists import quota_sheets
from landuse.products.sheets import Sheet, SheetColumn, sheet_of
from landuse.products.village_lists import ALIASES, CAUTION, village_sheets
from landuse.products.workbook_sheets import (
    PARTLY_TOLD,
    finding_sheet,
    note_sheet,
    parameter_columns,
)

_DICTIONARY = (
    SheetColumn("code", "字段代码", width=26),
    SheetColumn("zh", "中文名", width=34),
    SheetColumn("unit", "单位（% 在 CSV 中以 0–1 存储）", width=14),
    SheetColumn("roles", "所依据的资料", width=32),
    SheetColumn("en", "英文名", width=50),
)


def village_book(run: RunFacts) -> tuple[Sheet, ...]:
    """Return the sheets in the order they stand in the file."""
    return (
        *village_sheets(run.villages),
        *plan_sheets(run.proposal),
        *quota_sheets(run.potential, run.quota, run.villages),
        *_dictionary(run.villages),
        *_parameters(run),
        finding_sheet(run),
        note_sheet(run, first=("须知", *CAUTION), also=(PARTLY_TOLD,)),
    )


def _dictionary(villages: pd.DataFrame | None) -> tuple[Sheet, ...]:
    """Return what every column of villages.csv means."""
    if villages is None:
        return ()
    known = {item.name: item for item in VILLAGE_COLUMNS}
    rows = []
    for code in villages.columns:
        item = known.get(code)
        if item is None:
            rows.append((code, ALIASES.get(code, code), "", "", ""))
            continue
        roles = "；".join(" 或 ".join(group) for group in item.roles)
        rows.append((code, item.zh, item.unit, roles, item.en))
    table = pd.DataFrame(rows, columns=[column.code for column in _DICTIONARY], dtype=object)
    return (sheet_of("字段说明", table, _DICTIONARY, frozen_columns=1),)


def _parameters(run: RunFacts) -> tuple[Sheet, ...]:
    """Return criteria, vetoes and grades of villages and the plan's limits, source and mark."""
    if run.village_model is None:
        return ()
    rules = plan_rule_table(run.plan_rules)
    table = pd.concat([parameter_table(run.village_model), rules], ignore_index=True)
    return (sheet_of("参数与依据", table, parameter_columns(), frozen_columns=4),)
