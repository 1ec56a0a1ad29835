"""The sheet 园区集约利用: one row a zone and indicator, with what it rests on."""

from __future__ import annotations

import pandas as pd

from landuse.products.method import mark_text
from landuse.products.numbers import in_unit, is_missing
from landuse.products.sheets import Sheet, SheetColumn, sheet_of

NAME = "园区集约利用"
_COLUMNS = (
    SheetColumn("zone_name", "开发区", width=20),
    SheetColumn("zh", "指标", width=24),
    SheetColumn("value_text", "数值", width=12),
    SheetColumn("unit", "单位", width=9),
    SheetColumn("numerator", "分子", "number", 2, width=16),
    SheetColumn("numerator_unit", "分子单位", width=9),
    SheetColumn("denominator", "分母", "number", 2, width=16),
    SheetColumn("denominator_unit", "分母单位", width=9),
    SheetColumn("coverage", "证据覆盖（占区内地块面积）", "percent", 0, width=14),
    SheetColumn("reason_zh", "无值原因", "long", width=30),
    SheetColumn("formula_zh", "公式", "long", width=44),
    SheetColumn("note_zh", "说明", "long", width=50),
    SheetColumn("kind_zh", "园区类型（示意）", width=18),
    SheetColumn("mark_text", "依据等级", width=14),
    SheetColumn("source", "依据", "long", width=44),
    SheetColumn("en", "英文名", width=34),
)


def zone_intensity_sheets(
    table: pd.DataFrame | None, zones: pd.DataFrame | None = None
) -> tuple[Sheet, ...]:
    """Return the zone indicators as one sheet; none where no zone was measured.

    Parameters
    ----------
    table, zones : outputs of `indicators.zone_intensity.measure_zone_intensity`.
    """
    if table is None or table.empty:
        return ()
    kinds = {} if zones is None else zones.groupby("zone_name")["kind_zh"].first().to_dict()
    shown = table.assign(
        zone_name=table["zone_name"].mask(table["zone_name"] == "", "（未命名）"),
        value_text=[
            ""
            if is_missing(value)
            else in_unit(value, unit=unit if unit == "%" else "", decimals=2)
            for value, unit in zip(table["value"], table["unit"], strict=True)
        ],
        kind_zh=table["zone_name"].map(kinds).astype("str").fillna(""),
        mark_text=table["mark"].map(mark_text),
    )
    return (sheet_of(NAME, shown, _COLUMNS, frozen_columns=2),)
