"""The decision list: land-use codes whose class of 2023 only the bureau can tell."""

from __future__ import annotations

import pandas as pd

from landuse.products.facts import RunFacts
from landuse.products.method import mark_text
from landuse.products.sheets import Sheet, SheetColumn, sheet_of

KIND_WORDS = {
    "several": "一对多",
    "group": "对应一级类",
    "unstated": "无依据",
    "unknown": "代码不明",
    "blank": "无代码",
}
_COLUMNS = (
    SheetColumn("code", "地类代码"),
    SheetColumn("name_zh", "地类", width=20),
    SheetColumn("kind_zh", "待定原因"),
    SheetColumn("candidates", "可选代码（用地用海 2023）", width=32),
    SheetColumn("candidates_zh", "可选地类", "long", width=60),
    SheetColumn("parcels", "地块数", "number"),
    SheetColumn("area_mu", "面积（亩）", "number", 2),
    SheetColumn("area_m2", "面积（平方米）", "number", 2),
    SheetColumn("reason_zh", "说明", "long", width=40),
    SheetColumn("mark_text", "依据", width=18),
    SheetColumn("decided", "决定（填用地用海代码）", width=22),
)


def decision_sheets(run: RunFacts) -> tuple[Sheet, ...]:
    """Return the decision list as a sheet with an empty column to decide in; none if all is clear.

    What is decided goes into the study file as ``parcels.decided``.
    """
    if run.decisions is None or run.decisions.empty:
        return ()
    table = run.decisions.assign(
        kind_zh=run.decisions["kind"].map(KIND_WORDS),
        mark_text=run.decisions["mark"].map(mark_text),
        decided="",
    )
    totals = pd.Series(
        {
            "code": "合计",
            "parcels": table["parcels"].sum(),
            "area_mu": table["area_mu"].sum(),
            "area_m2": table["area_m2"].sum(),
        }
    )
    return (sheet_of("用地用海待定", table, _COLUMNS, totals=totals, frozen_columns=2),)
