"""Sites and projects in the lists: each site with its projects, each project with its sites."""

from __future__ import annotations

import pandas as pd

from landuse.products.method import mark_text
from landuse.products.numbers import number
from landuse.products.opportunity_facts import KINDS, STATES, OpportunityFacts
from landuse.products.sheets import Sheet, SheetColumn, sheet_of

_SITES = (
    SheetColumn("site_id", "地块（方案）编号", width=26),
    SheetColumn("first_choice_zh", "入选（每宗计一次）", width=10),
    SheetColumn("kind_zh", "单宗或成片", width=8),
    SheetColumn("plots", "宗数", "number", width=6),
    SheetColumn("town_name", "乡镇"),
    SheetColumn("zone_zh", "区内外", width=16),
    SheetColumn("area_mu", "面积（亩）", "number", 2),
    SheetColumn("ops", "机会得分", "number", 1, width=8),
    SheetColumn("grade", "等级", width=6),
    SheetColumn("coverage", "证据覆盖", "percent", width=8),
    SheetColumn("best_use_zh", "最宜用途", width=18),
    SheetColumn("uses_zh", "适宜用途（依次）", width=30),
    SheetColumn("state_zh", "现状", width=12),
    SheetColumn("given_to", "拟给项目", width=18),
    SheetColumn("used_mu", "项目用地（亩）", "number", 2),
    SheetColumn("left_mu", "余量（亩）", "number", 2),
    SheetColumn("projects_fit", "适合的项目数", "number", width=8),
    SheetColumn("best_project", "最适合的项目", width=12),
    SheetColumn("rect_width_m", "可容矩形宽（m）", "number", 0),
    SheetColumn("rect_length_m", "可容矩形长（m）", "number", 0),
    SheetColumn("slope_deg", "坡度（°）", "number", 1),
    SheetColumn("road_m", "到主干路（m）", "number"),
    SheetColumn("ramp_m", "到高速互通（m）", "number"),
    SheetColumn("sensitive_m", "到住户或水源（m）", "number"),
    SheetColumn("growth_share", "在城镇开发边界内", "percent"),
    SheetColumn("earthwork_m", "平整高差（m，代理指标）", "number", 2),
    SheetColumn("owners", "权利人数", "number"),
    SheetColumn("advice_zh", "处置建议", "long", width=44),
    SheetColumn("first_check_zh", "须先由人核实", "long", width=40),
    SheetColumn("advice_basis_zh", "依据", "long", width=40),
    SheetColumn("advice_mark_zh", "依据等级", width=14),
    SheetColumn("unchecked", "未核对", "long", width=30),
    SheetColumn("overlaps", "重叠方案（不可同用）", "long", width=40),
    SheetColumn("members", "所含地块", "long", width=40),
    SheetColumn("evidence_zh", "证据", "long", width=60),
)
_PROJECTS = (
    SheetColumn("project_id", "项目编号", width=12),
    SheetColumn("project_name", "项目名称", width=20),
    SheetColumn("priority", "优先级", "number", width=7),
    SheetColumn("industry_code", "行业代码", width=9),
    SheetColumn("area_mu", "用地（亩）", "number", 2),
    SheetColumn("status_zh", "结果", width=24),
    SheetColumn("site_id", "拟用地块", width=26),
    SheetColumn("town_name", "乡镇"),
    SheetColumn("zone_name", "开发区", width=16),
    SheetColumn("site_area_mu", "地块面积（亩）", "number", 2),
    SheetColumn("fit", "适宜度（0–100）", "number", 1),
    SheetColumn("coverage", "适宜度已知部分", "percent"),
    SheetColumn("shared_with", "同用一片的项目", width=18),
    SheetColumn("feasible_sites", "满足全部条件的地块", "number"),
    SheetColumn("others_zh", "备选地块（依次；状态）", "long", width=60),
    SheetColumn("why_zh", "落不下的原因", "long", width=50),
    SheetColumn("unchecked_zh", "未核对的条件", width=20),
    SheetColumn("far_min", "项目容积率", "number", 2),
    SheetColumn("far_short", "比行业下限低", "number", 2),
    SheetColumn("width_m", "要求宽（m）", "number"),
    SheetColumn("length_m", "要求长（m）", "number"),
    SheetColumn("slope_most_deg", "坡度上限（°）", "number", 1),
    SheetColumn("ramp_most_km", "距互通上限（km）", "number", 1),
    SheetColumn("zone_need_zh", "区内外要求"),
    SheetColumn("sensitive_least_m", "防护距离（m）", "number"),
)
_ALTERNATIVES = (
    SheetColumn("project_id", "项目编号", width=12),
    SheetColumn("rank", "位次", "number", width=6),
    SheetColumn("site_id", "地块（方案）编号", width=26),
    SheetColumn("fit", "适宜度（0–100）", "number", 1),
    SheetColumn("coverage", "适宜度已知部分", "percent"),
    SheetColumn("state_zh", "现状", width=20),
    SheetColumn("held_by", "占用的项目", width=20),
    SheetColumn("town_name", "乡镇"),
    SheetColumn("zone_name", "开发区", width=16),
    SheetColumn("area_mu", "面积（亩）", "number", 2),
    SheetColumn("unchecked_zh", "未核对的条件", width=20),
)
_MISFITS = (
    SheetColumn("project_id", "项目编号", width=12),
    SheetColumn("project_name", "项目名称", width=20),
    SheetColumn("zh", "不满足的条件", width=18),
    SheetColumn("needed", "要求", "number", 2),
    SheetColumn("found", "最接近的地块有", "number", 2),
    SheetColumn("by", "相差", "number", 2),
    SheetColumn("unit", "单位", width=7),
    SheetColumn("site_id", "最接近的地块", width=26),
    SheetColumn("sites_meeting", "单看此条满足的地块", "number"),
    SheetColumn("sites_if_waived", "只放宽此条即可用的地块", "number"),
    SheetColumn("en", "condition", width=26),
)
_REFUSED = (
    SheetColumn("site_id", "地块（方案）编号", width=26),
    SheetColumn("town_name", "乡镇"),
    SheetColumn("area_mu", "面积（亩）", "number", 2),
    SheetColumn("reason_zh", "不入选原因", "long", width=60),
    SheetColumn("rule", "规则", width=14),
    SheetColumn("layer", "图层", width=16),
    SheetColumn("value", "实测值", "number", 4),
    SheetColumn("limit", "门槛", "number", 4),
    SheetColumn("unit", "单位", width=8),
    SheetColumn("members", "所含地块", "long", width=40),
    SheetColumn("reason_en", "reason", "long", width=60),
)
ZONE_NEED = {"in": "区内", "out": "区外", "": "不限"}
_SHOWN = 5


def site_sheet(facts: OpportunityFacts) -> Sheet:
    """Return every site, those chosen first, then by score; overlapping alternatives are rows."""
    table = sites_in_words(facts)
    order = table.sort_values(["first_choice", "ops", "site_id"], ascending=[False, False, True])
    return sheet_of("退低进高地块", order, _SITES, frozen_columns=1)


def sites_in_words(facts: OpportunityFacts) -> pd.DataFrame:
    """Return the sites with their projects, codes in Chinese words."""
    table = facts.with_projects()
    zone = table["zone_in"].astype("boolean")
    said = table["zone_name"].where(zone.fillna(value=False), "区外").mask(zone.isna(), "未知")
    return table.assign(
        first_choice_zh=table["first_choice"].map({True: "是", False: "备选"}),
        kind_zh=table["kind"].map(lambda code: KINDS.get(code, (code, code))[0]),
        zone_zh=said.mask(said == "", "区内"),
        best_use_zh=table["best_use"].map(facts.in_words),
        uses_zh=table["uses"].map(facts.in_words),
        state_zh=table["state"].map(lambda code: STATES.get(code, (code, code))[0]),
        advice_mark_zh=table["advice_mark"].map(mark_text),
        unchecked=table["unchecked"].str.replace(";", "、"),
    )


def project_sheet(facts: OpportunityFacts) -> Sheet:
    """Return every project with its site, other sites that would do, or why it fits nowhere."""
    return sheet_of("项目", projects_in_words(facts), _PROJECTS, frozen_columns=2)


def projects_in_words(facts: OpportunityFacts) -> pd.DataFrame:
    """Return the projects by priority, then id, with alternatives and misfits as sentences."""
    others, why = _others(facts.alternatives), _why(facts.misfits)
    table = facts.projects
    names = table["project_id"]
    table = table.assign(
        others_zh=[others.get(one, "") for one in names],
        why_zh=[why.get(one, "") for one in names],
        zone_need_zh=table["zone_need"].map(ZONE_NEED),
        far_short=table["far_short"].where(table["far_short"] > 0),
    )
    return table.sort_values(["priority", "project_id"], na_position="last", ignore_index=True)


def _others(alternatives: pd.DataFrame) -> dict[str, str]:
    """Return the first few sites beside the one given, as one line a project."""
    rest = alternatives[alternatives["state"] != "given"].sort_values(["project_id", "rank"])
    first = rest.groupby("project_id").head(_SHOWN)
    names = ("project_id", "site_id", "town_name", "fit", "state_zh", "held_by")
    told: dict[str, list[str]] = {}
    columns = (first[name].tolist() for name in names)
    for project, site, town, fit, state, held in zip(*columns, strict=True):
        holders = f"：{held.replace(';', '、')}" if held else ""
        told.setdefault(str(project), []).append(
            f"{site}（{town}，{number(fit, 1)}，{state}{holders}）"
        )
    return {project: "；".join(sites) for project, sites in told.items()}


def _why(misfits: pd.DataFrame) -> dict[str, str]:
    """Return, for a project that fits nowhere, what fails at the site that misses least."""
    told: dict[str, list[dict[str, object]]] = {}
    for row in misfits.to_dict("records"):
        told.setdefault(str(row["project_id"]), []).append(row)
    return {
        project: f"最接近的 {rows[0]['site_id']}：{'；'.join(map(misfit_words, rows))}"
        for project, rows in told.items()
    }


def misfit_words(row: dict[str, object]) -> str:
    """Return one failing condition in words: what is asked, what there is, by how much."""
    if row["by"] != row["by"]:
        return f"{row['zh']}不符"
    unit = row["unit"]
    needed, found, short = (number(row[name], 1) for name in ("needed", "found", "by"))
    return f"{row['zh']}要求 {needed} {unit}、有 {found} {unit}，差 {short} {unit}"


def alternative_sheet(facts: OpportunityFacts) -> Sheet:
    """Return the ranked sites of every project."""
    return sheet_of("备选地块", facts.alternatives, _ALTERNATIVES, frozen_columns=1)


def misfit_sheet(facts: OpportunityFacts) -> Sheet:
    """Return the conditions that fail where a project fits nowhere, and by how much."""
    return sheet_of("落不下的项目", facts.misfits, _MISFITS, frozen_columns=2)


def refused_sheet(facts: OpportunityFacts) -> Sheet:
    """Return plots and clusters that are no site, with rule, layer, value and limit."""
    return sheet_of("未入选及原因", facts.refused, _REFUSED, frozen_columns=1)
