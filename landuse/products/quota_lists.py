"""Potential, reclamation and quota in the lists: by village, town, year and project."""

from __future__ import annotations

import pandas as pd

from landuse.plans.quota import AREAS, NAMES, rolled_up
from landuse.products.sheets import Sheet, SheetColumn, sheet_of

_POTENTIAL = (
    SheetColumn("village_id", "自然村编号", width=20),
    SheetColumn("name", "名称", width=14),
    SheetColumn("town_name", "乡镇"),
    SheetColumn("potential_percapita_m2", "理论潜力：人均法（m²）", "number"),
    SheetColumn("potential_household_m2", "理论潜力：户均法（m²）", "number"),
    SheetColumn("potential_idle_m2", "理论潜力：闲置法（m²）", "number"),
    SheetColumn("potential_low_mu", "现实潜力低值（亩）", "number", 2),
    SheetColumn("potential_mu", "现实潜力（亩）", "number", 2),
    SheetColumn("potential_high_mu", "现实潜力高值（亩）", "number", 2),
    SheetColumn("rsi", "复垦适宜性（0–100）", "number"),
    SheetColumn("rsi_coverage", "证据覆盖", "percent"),
    SheetColumn("reclaim_to", "疑似可复垦为", width=14),
    SheetColumn("reclaim_zh", "复垦说明", "long", width=40),
)
_PLACE = (
    SheetColumn("village_id", "自然村编号", width=20),
    SheetColumn("name", "名称", width=14),
    SheetColumn("town_name", "乡镇"),
    SheetColumn("project", "项目区（安置点）", width=20),
    SheetColumn("year", "年度"),
)
_AREAS = tuple(SheetColumn(name, NAMES[name], "number", 2) for name in AREAS)
_REST = (
    SheetColumn("yield_class", NAMES["yield_class"]),
    SheetColumn("prime_farmland", NAMES["prime_farmland"], width=24),
)
_ROLLED = {
    "指标分乡镇": SheetColumn("town_code", "乡镇代码"),
    "指标分年度": SheetColumn("year", "年度", "text"),
    "指标分项目区": SheetColumn("project", "项目区（安置点）", width=20),
}
_COUNT = SheetColumn("villages", "候选村（个）", "number")


def with_reclaim(
    potential: pd.DataFrame | None, reclaim: pd.DataFrame | None
) -> pd.DataFrame | None:
    """Return potential and reclamation of each village beside each other."""
    if potential is None or reclaim is None:
        return potential
    return potential.merge(reclaim, on="village_id", how="left", validate="1:1")


def quota_sheets(
    potential: pd.DataFrame | None, quota: pd.DataFrame | None, villages: pd.DataFrame | None
) -> tuple[Sheet, ...]:
    """Return the sheets of potential and quota; none where no village was judged.

    Construction quota and gain of farmland stand in columns of their own and are never added.
    """
    if potential is None or quota is None or villages is None or villages.empty:
        return ()
    names = villages[["village_id", "name", "town_name"]]
    shown = potential.merge(names, on="village_id").sort_values("village_id")
    quota = _in_words(quota)
    rows = quota.merge(names, on="village_id").sort_values("village_id")
    return (
        sheet_of("潜力与复垦", shown, _POTENTIAL, frozen_columns=2),
        sheet_of("指标台账", rows, (*_PLACE, *_AREAS, *_REST), frozen_columns=2,
                 totals=rows[list(AREAS)].sum()),
        *(_rolled(quota, name, key) for name, key in _ROLLED.items()),
    )  # fmt: skip


def _in_words(quota: pd.DataFrame) -> pd.DataFrame:
    year = quota["year"].astype("str").mask(quota["year"] == 0, "未安排")
    return quota.assign(
        year=year, project=quota["project"].mask(quota["project"] == "", "未列入方案")
    )


def _rolled(quota: pd.DataFrame, name: str, key: SheetColumn) -> Sheet:
    sums = rolled_up(quota, key.code)
    totals = sums[["villages", *AREAS]].sum()
    return sheet_of(name, sums, (key, _COUNT, *_AREAS), totals=totals)
