"""Natural villages in the lists: the sheet 村庄候选, totals by town, names of their columns."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from landuse.indicators.villages.dictionary import VILLAGE_COLUMNS
from landuse.products.columns import ColumnLike, ColumnName, stored_heading
from landuse.products.sheets import Sheet, SheetColumn, sheet_of
from landuse.scores.villages import KINDS

NAME = "村庄候选"
TOTALS = "村庄分乡镇"
CAUTION: Final = (
    "征询意愿的候选，搬迁须农户自愿，不得强制",
    "candidates for consultation only; moving is voluntary by law",
)
COLUMNS: Final = (
    SheetColumn("rank", "类内位次", "number", width=9),
    SheetColumn("village_id", "自然村编号", width=20),
    SheetColumn("name", "名称", width=14),
    SheetColumn("town_name", "乡镇"),
    SheetColumn("village_name", "行政村", width=14),
    SheetColumn("village_code", "行政村代码", width=15),
    SheetColumn("kind", "主要类别", width=13),
    SheetColumn("kinds", "全部类别", width=26),
    SheetColumn("grade", "等级", width=7),
    SheetColumn("score", "得分", "number", 1),
    SheetColumn("coverage", "证据覆盖", "percent"),
    SheetColumn("hvs", "空心得分", "number", 1),
    SheetColumn("mrs", "下山得分", "number", 1),
    SheetColumn("scattered", "零星得分", "number", 1),
    SheetColumn("households_est", "户数（估）", "number"),
    SheetColumn("households_basis", "户数依据", width=12),
    SheetColumn("population_est", "常住人口（估，人）", "number"),
    SheetColumn("population_basis", "人口依据", width=12),
    SheetColumn("resident_ratio", "常住户籍比", "percent"),
    SheetColumn("area_mu", "面积（亩）", "number", 2),
    SheetColumn("area_per_person_m2", "人均用地（m²）", "number"),
    SheetColumn("hollow_share", "疑似闲置低效宅基地占比", "percent"),
    SheetColumn("travel_min", "到镇时间（分钟）", "number"),
    SheetColumn("slope_deg", "坡度（°）", "number", 1),
    SheetColumn("elevation_m", "海拔（m）", "number"),
    SheetColumn("hazard_near", "地灾 200 m 内（1=是）", "number"),
    SheetColumn("evidence_zh", "证据", "long", width=60),
    SheetColumn("basis_zh", "依据说明", "long", width=30),
    SheetColumn("suggestion_zh", "建议", "long", width=40),
)
ALIASES: Final[dict[str, str]] = {column.code: column.head for column in COLUMNS} | {
    "building_count": "建筑数", "origin": "来历", "town_code": "乡镇代码", "veto_zh": "否决原因",
    "evidence_en": "证据（英文）", "basis_en": "依据说明（英文）", "suggestion_en": "建议（英文）",
    "kind_en": "主要类别（英文）", "hvs_coverage": "空心得分覆盖", "mrs_coverage": "下山得分覆盖",
    "scattered_coverage": "零星得分覆盖", "veto": "否决规则", "veto_en": "否决原因（英文）",
    "veto_share": "否决实测值", "plan_step": "方案步次（空=未列入）",
} | {item.name: stored_heading(item) for item in VILLAGE_COLUMNS}  # fmt: skip
"""Chinese names with the unit as a file stores it."""


def village_names() -> dict[str, ColumnLike]:
    """Return the names and units of the columns of villages, by machine name."""
    shown = {item.code: item for item in COLUMNS}
    names: dict[str, ColumnLike] = {}
    for code, head in ALIASES.items():
        look = shown.get(code)
        unit = "%" if look and look.kind == "percent" else ""
        names[code] = ColumnName(code, head, code, unit, look.decimals if look else 0)
    return names | {item.name: item for item in VILLAGE_COLUMNS}


def candidates(villages: pd.DataFrame) -> pd.DataFrame:
    """Return the villages of any kind: by kind, then rank within it, then id."""
    order = {zh: place for place, (zh, _) in enumerate(KINDS.values())}
    chosen = villages[villages["kind"].isin(order)]
    place = chosen["kind"].map(order).rename("_order")
    listed = chosen.assign(_order=place).sort_values(["_order", "rank", "village_id"])
    return listed.drop(columns="_order")


def town_table(villages: pd.DataFrame) -> pd.DataFrame:
    """Return, by town, villages, candidates of each kind, their households and area.

    A village counts once, under its main kind; sums over towns are the sums over villages.
    """
    keys, summed = ["town_code", "town_name"], ("households_est", "area_mu")
    held = [name for name in summed if name in villages]
    chosen = candidates(villages[[*keys, "kind", "rank", "village_id", *held]])
    table = villages.groupby(keys).size().rename("villages").to_frame()
    for number, (zh, _) in enumerate(KINDS.values(), start=1):
        counted = chosen[chosen["kind"] == zh].groupby(keys).size()
        table[f"kind_{number}"] = counted.reindex(table.index).fillna(0).astype("int64")
    for name in held:
        sums = chosen.groupby(keys)[name].sum(min_count=1)
        table[f"candidate_{name}"] = sums.reindex(table.index)
    return table.reset_index()


def village_sheets(villages: pd.DataFrame | None) -> tuple[Sheet, ...]:
    """Return the candidate villages and the towns' totals; none where no village was judged."""
    if villages is None or villages.empty:
        return ()
    shown = candidates(villages)
    kept = tuple(column for column in COLUMNS if column.code in villages)
    towns = town_table(villages)
    return (
        sheet_of(NAME, shown, kept, frozen_columns=3),
        sheet_of(TOTALS, towns, _town_columns(), totals=towns.sum(numeric_only=True)),
    )


def _town_columns() -> tuple[SheetColumn, ...]:
    kinds = [SheetColumn(f"kind_{number}", f"候选{zh}（个）", "number")
             for number, (zh, _) in enumerate(KINDS.values(), start=1)]  # fmt: skip
    return (
        SheetColumn("town_code", "乡镇代码"),
        SheetColumn("town_name", "乡镇"),
        SheetColumn("villages", "自然村（个）", "number"),
        *kinds,
        SheetColumn("candidate_households_est", "候选村户数（估）", "number"),
        SheetColumn("candidate_area_mu", "候选村面积（亩）", "number", 2),
    )


def village_page(villages: pd.DataFrame | None) -> dict[str, Any] | None:
    """Return what the report shows of villages: kinds, towns, the first of the list."""
    if villages is None or villages.empty:
        return None
    shown = candidates(villages)
    kinds = [
        {"zh": zh, "en": en, "count": int((shown["kind"] == zh).sum()),
         "mu": float(shown.loc[shown["kind"] == zh].get("area_mu", pd.Series()).sum())}
        for zh, en in KINDS.values()
    ]  # fmt: skip
    basis = sorted({text for text in villages["basis_zh"] if text})
    return {
        "count": len(villages), "kinds": kinds, "caution": CAUTION, "basis": basis,
        "towns": town_table(villages).to_dict("records"),
        "first": shown.groupby("kind", sort=False).head(_FIRST).to_dict("records"),
    }  # fmt: skip


_FIRST = 5
