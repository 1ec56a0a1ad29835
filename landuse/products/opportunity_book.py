"""The workbook of opportunities: sites, projects both ways, work lists, towns, incentive."""

from __future__ import annotations

import pandas as pd

from landuse.products.facts import RunFacts
from landuse.products.opportunity_facts import OpportunityFacts
from landuse.products.opportunity_parameters import parameters
from landuse.products.opportunity_sheets import (
    alternative_sheet,
    misfit_sheet,
    project_sheet,
    refused_sheet,
    site_sheet,
)
from landuse.products.opportunity_towns import incentive_sheets, town_sheet, work_sheets
from landuse.products.sheets import Sheet, SheetColumn, sheet_of
from landuse.products.workbook_sheets import finding_sheet, note_sheet

CAUTION = (
    "匹配与处置建议供核对，不是供地、收回或搬迁决定；先查栏列明须由人核实的事项",
    "matches and advice are to be checked by people; they decide nothing",
)


def opportunity_book(run: RunFacts) -> tuple[Sheet, ...]:
    """Return the sheets in the order they stand in the file."""
    facts = run.chances
    if facts is None:
        return (note_sheet(run),)
    sheets = (
        site_sheet(facts),
        project_sheet(facts),
        alternative_sheet(facts),
        misfit_sheet(facts),
        *work_sheets(facts),
        town_sheet(facts),
        *incentive_sheets(facts),
        refused_sheet(facts),
    )
    return (
        *sheets,
        _dictionary(sheets),
        _parameters(facts),
        finding_sheet(run),
        note_sheet(run, first=("须知", *CAUTION)),
    )


def _dictionary(sheets: tuple[Sheet, ...]) -> Sheet:
    """Return every column of every sheet with its code: what stands in the second header row."""
    columns = (
        SheetColumn("sheet", "工作表", width=18),
        SheetColumn("head", "列名", width=30),
        SheetColumn("code", "字段代码", width=26),
        SheetColumn("kind", "类型", width=10),
    )
    kinds = {"text": "文字", "long": "长文字", "number": "数", "percent": "占比（%）"}
    rows = [(sheet.name, item.head, item.code, kinds.get(item.kind, item.kind))
            for sheet in sheets for item in sheet.columns]  # fmt: skip
    table = pd.DataFrame(rows, columns=[item.code for item in columns], dtype=object)
    return sheet_of("字段说明", table, columns)


def _parameters(facts: OpportunityFacts) -> Sheet:
    columns = (
        SheetColumn("group", "类别", width=16),
        SheetColumn("code", "代码", width=24),
        SheetColumn("zh", "名称", width=34),
        SheetColumn("value", "取值", width=22),
        SheetColumn("unit", "单位", width=12),
        SheetColumn("mark", "依据等级", width=18),
        SheetColumn("source", "依据", "long", width=70),
        SheetColumn("en", "英文名", width=40),
    )
    return sheet_of("参数与依据", parameters(facts), columns)
