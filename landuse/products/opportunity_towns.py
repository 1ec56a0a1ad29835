"""Work lists by side of the zones, whole-area sheets by town, the incentive and its what-if."""

from __future__ import annotations

import pandas as pd

from landuse.plans.incentive import MEASURES, UNITS
from landuse.plans.whole_area import PARTS
from landuse.plans.worklists import SIDES
from landuse.products.numbers import plain_number
from landuse.products.opportunity_facts import STATES, OpportunityFacts
from landuse.products.sheets import Kind, Sheet, SheetColumn, sheet_of
from landuse.products.words import flag_words

LISTS = {"in": "区内清单", "out": "区外清单", "unknown": "未分区内外清单"}
_PLOTS = (
    SheetColumn("parcel_id", "地块编号", width=24),
    SheetColumn("town_name", "乡镇"),
    SheetColumn("zone_name", "开发区", width=16),
    SheetColumn("land_use_zh", "地类", width=14),
    SheetColumn("area_mu", "面积（亩）", "number", 2),
    SheetColumn("flag_zh", "标记", width=10),
    SheetColumn("grade", "等级", width=6),
    SheetColumn("rank", "位次", "number", width=7),
    SheetColumn("far", "容积率", "number", 2),
    SheetColumn("site_id", "所在地块方案", width=26),
    SheetColumn("state_zh", "现状", width=14),
    SheetColumn("given_to", "拟给项目", width=18),
    SheetColumn("best_use_zh", "最宜用途", width=18),
    SheetColumn("advice_zh", "处置建议", "long", width=44),
    SheetColumn("first_check_zh", "须先由人核实", "long", width=40),
    SheetColumn("not_a_site_zh", "不作为地块的原因", "long", width=40),
    SheetColumn("evidence_zh", "证据", "long", width=60),
)
_AMOUNTS = (
    SheetColumn("plots", "疑似（宗）", "number"),
    SheetColumn("area_mu", "疑似（亩）", "number", 2),
    SheetColumn("idle_plots", "闲置（宗）", "number"),
    SheetColumn("idle_mu", "闲置（亩）", "number", 2),
    SheetColumn("low_plots", "低效（宗）", "number"),
    SheetColumn("low_mu", "低效（亩）", "number", 2),
    SheetColumn("with_project_plots", "拟落项目（宗）", "number"),
    SheetColumn("with_project_mu", "拟落项目（亩）", "number", 2),
    SheetColumn("refused_mu", "不作为地块（亩）", "number", 2),
)
_ZONE = (
    SheetColumn("zone_name", "开发区", width=20),
    SheetColumn("parcels", "建设用地图斑（宗）", "number"),
    SheetColumn("zone_parcels_mu", "建设用地图斑（亩）", "number", 2),
    *_AMOUNTS,
    SheetColumn("suspected_share", "疑似占比", "percent"),
    SheetColumn("idle_potential_mu", "管理潜力（亩，疑似闲置）", "number", 2),
    SheetColumn("intensity_potential_mu", "强度潜力（亩，示意）", "number", 2),
    SheetColumn("tdt_built_rate", "土地建成率", "percent"),
    SheetColumn("tdt_industrial_far", "工业用地综合容积率", "number", 2),
    SheetColumn("tdt_coverage", "建筑密度", "percent"),
    SheetColumn("tdt_industrial_coverage", "工业用地建筑系数", "percent"),
    SheetColumn("tdt_idle_rate", "土地闲置率（台账）", "percent"),
)
_TOWN = (
    SheetColumn("town_name", "乡镇"),
    SheetColumn("side_zh", "区内外", width=12),
    *_AMOUNTS,
)


def work_sheets(facts: OpportunityFacts) -> tuple[Sheet, ...]:
    """Return the two work lists with totals by zone and by town; a third where no zone is known."""
    plots = plots_in_words(facts)
    listed = [(side, plots[plots["side"] == side]) for side in LISTS]
    totals = [column.code for column in _AMOUNTS]
    towns = facts.side_towns.assign(side_zh=facts.side_towns["side"].map(_side))
    return (
        *(sheet_of(LISTS[side], rows, _PLOTS, frozen_columns=1)
          for side, rows in listed if len(rows) or side != "unknown"),
        sheet_of("区内分园区", facts.zones, _ZONE, frozen_columns=1,
                 totals=facts.zones[["parcels", "zone_parcels_mu", *totals]].sum()),
        sheet_of("区内外分乡镇", towns, _TOWN, frozen_columns=1, totals=towns[totals].sum()),
    )  # fmt: skip


def plots_in_words(facts: OpportunityFacts) -> pd.DataFrame:
    """Return the suspected plots by rank with codes in words."""
    plots = facts.plots
    state = plots["site_state"].fillna("").map(lambda code: STATES.get(code, (code, code))[0])
    return plots.assign(
        flag_zh=plots["flag"].map(flag_words),
        state_zh=state,
        best_use_zh=plots["best_use"].fillna("").map(facts.in_words),
    ).sort_values(["rank", "parcel_id"], ignore_index=True)


def _side(code: str) -> str:
    return SIDES[code][0]


def town_sheet(facts: OpportunityFacts) -> Sheet:
    """Return 全域整治 as one sheet: a line an item, a column a town, so that one page holds all."""
    towns = facts.towns
    codes = towns["town_code"].tolist()
    unit = UNITS[facts.settings.incentive.unit][0]
    rows: list[dict[str, object]] = []
    for (zh, _), items in PARTS.values():
        rows.append({"item": zh})
        for item in items:
            values = towns[item.column].astype("float64")
            said = unit if item.column == "reward" else item.unit
            row: dict[str, object] = {"item": f"　{item.zh}", "unit": said, "en": item.en}
            row |= dict(zip(codes, values.round(item.decimals), strict=True))
            summed = values.notna().any() and item.column != "reward_per_ha"
            rows.append(row | {"total": round(values.sum(), item.decimals) if summed else None})
    names = [SheetColumn(code, f"{name}", "number", 2)
             for code, name in zip(codes, towns["town_name"], strict=True)]  # fmt: skip
    columns = (SheetColumn("item", "事项", width=32), SheetColumn("unit", "单位", width=7),
               SheetColumn("total", "全县", "number", 2), *names,
               SheetColumn("en", "item", width=32))  # fmt: skip
    return sheet_of("全域整治分乡镇", pd.DataFrame(rows, dtype=object), columns, frozen_columns=3)


def incentive_sheets(facts: OpportunityFacts) -> tuple[Sheet, Sheet]:
    """Return the allocation and the what-if table."""
    return (_incentive(facts), what_if_sheet(facts))


def _incentive(facts: OpportunityFacts) -> Sheet:
    unit = UNITS[facts.settings.incentive.unit][0]
    measures = [column for name, (_, zh, _) in MEASURES.items() for column in (
        SheetColumn(name, zh, "number", 2),
        SheetColumn(f"points_{name}", f"得分：{zh.split('（', maxsplit=1)[0]}", "number", 2),
    )]  # fmt: skip
    columns = (
        SheetColumn("town_name", "乡镇"),
        *measures,
        SheetColumn("unfinished_share", "未完成整改", "percent"),
        SheetColumn("score", "总分", "number", 2),
        SheetColumn("share", "份额", "percent", 2),
        SheetColumn("reward", f"激励（{unit}）", "number", 2),
        SheetColumn("built_ha", "建设用地（公顷）", "number", 2),
        SheetColumn("reward_per_ha", f"每公顷（{unit}）", "number", 4),
        SheetColumn("basis_zh", "口径", width=30),
    )
    table = facts.incentive
    points = [f"points_{name}" for name in MEASURES]
    summed = [*MEASURES, *points, "score", "share", "reward", "built_ha"]
    return sheet_of("乡镇激励", table, columns, frozen_columns=1, totals=table[summed].sum())


def what_if_sheet(facts: OpportunityFacts) -> Sheet:
    """Return a line a parameter moved, a column a town: what it would gain or lose."""
    wide, moved = what_if_table(facts.what_if)
    numbers: Kind = "number"
    columns = (
        SheetColumn("zh", "参数", width=26),
        SheetColumn("move", "由 → 到", width=16),
        *(SheetColumn(code, f"{name} 增减", numbers, 2) for code, name in moved.items()),
        SheetColumn("en", "parameter", width=30),
    )
    return sheet_of("激励参数变动", wide, columns, frozen_columns=2)


def what_if_table(what_if: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return a row a move with the change of each town, and {town code: name}."""
    names = dict(zip(what_if["town_code"], what_if["town_name"], strict=True))
    rows = []
    for _, part in what_if.groupby(["parameter", "changed"], sort=False):
        first = part.iloc[0]
        move = f"{plain_number(first['value'])} → {plain_number(first['changed'])}"
        rows.append({"zh": first["zh"], "en": first["en"], "move": move}
                    | dict(zip(part["town_code"], part["change"], strict=True)))  # fmt: skip
    return pd.DataFrame(rows, columns=["zh", "en", "move", *names]), names
