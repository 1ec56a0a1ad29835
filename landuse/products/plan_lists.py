"""The consolidation plan in the lists: whom to ask first, the ladder, the receiving sites."""

from __future__ import annotations

import pandas as pd

from landuse.core.units import M2_PER_MU
from landuse.products.facts import PlanFacts
from landuse.products.sheets import Sheet, SheetColumn, sheet_of

_PLAN = (
    SheetColumn("step", "预算阶梯（步）", "number", width=9),
    SheetColumn("village_id", "候选自然村", width=20),
    SheetColumn("name", "名称", width=14),
    SheetColumn("town_name", "乡镇"),
    SheetColumn("kind", "类别", width=13),
    SheetColumn("site_id", "可能的安置点（疑似闲置地块）", width=24),
    SheetColumn("way_m", "直线距离（m）", "number"),
    SheetColumn("households", "户数（估）", "number", 1),
    SheetColumn("quota_mu", "节余指标（亩）", "number", 2),
    SheetColumn("cost", "费用（万元，估）", "number", 1),
)
_LADDER = (
    SheetColumn("step", "步", "number", width=6),
    SheetColumn("budget", "预算（万元）", "number"),
    SheetColumn("villages", "候选村（个）", "number"),
    SheetColumn("households", "户数（估）", "number", 1),
    SheetColumn("quota_mu", "节余指标（亩）", "number", 2),
    SheetColumn("cost", "费用（万元，估）", "number", 1),
    SheetColumn("next_quota_mu", "本步新增指标（亩）", "number", 2),
    SheetColumn("next_cost_per_mu", "本步每亩费用（万元）", "number", 2),
    SheetColumn("free_worth", "不逐级保留时的最优", "number", 2),
    SheetColumn("nesting_price", "逐级保留的代价", "number", 2),
    SheetColumn("unit_zh", "最优与代价的单位"),
)
_RELAX = (
    SheetColumn("option", "可选办法", "number"),
    SheetColumn("zh", "需放宽的条件", width=20),
    SheetColumn("limit", "现值", "number", 2),
    SheetColumn("needed", "需要", "number", 2),
    SheetColumn("by", "相差", "number", 2),
    SheetColumn("en", "condition", width=24),
)


_SITES = (
    SheetColumn("site_id", "地块编号", width=24),
    SheetColumn("area_mu", "面积（亩）", "number", 2),
    SheetColumn("capacity_households", "可安置户数（按户均用地）", "number"),
    SheetColumn("used_households", "方案用去户数（估）", "number", 1),
    SheetColumn("villages", "方案来村（个）", "number"),
    SheetColumn("unchecked", "未核对", width=30),
)
_REFUSED = (
    SheetColumn("site_id", "地块编号", width=24),
    SheetColumn("rule_zh", "未通过的条件", width=24),
    SheetColumn("value", "实测值", "number", 4),
    SheetColumn("limit", "门槛", "number", 4),
    SheetColumn("rule_en", "condition", width=28),
)


def plan_sheets(proposal: PlanFacts | None) -> tuple[Sheet, ...]:
    """Return the proposal, its ladder, the sites, and what to relax where no plan exists.

    The plan is an order in which to ask villages; it moves nobody.
    """
    if proposal is None:
        return ()
    sheets = [
        sheet_of("整合方案", proposal.plan, _PLAN, frozen_columns=2),
        sheet_of("预算阶梯", proposal.ladder, _LADDER),
    ]
    if len(proposal.relax):
        sheets.append(sheet_of("需放宽的条件", proposal.relax, _RELAX))
    return (
        *sheets,
        sheet_of("可能的安置点", used_sites(proposal), _SITES, frozen_columns=1),
        sheet_of("未通过的安置点", proposal.refused, _REFUSED, frozen_columns=1),
    )


def used_sites(proposal: PlanFacts) -> pd.DataFrame:
    """Return the sites with their area in mu and what the whole plan would use of each."""
    sent = proposal.plan.groupby("site_id")["households"].agg(["sum", "size"])
    sites = proposal.sites
    return sites.assign(
        area_mu=sites["area_m2"] / M2_PER_MU,
        used_households=sites["site_id"].map(sent["sum"]).astype("float64").fillna(0.0),
        villages=sites["site_id"].map(sent["size"]).astype("float64").fillna(0.0),
    )
