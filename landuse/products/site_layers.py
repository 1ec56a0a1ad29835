"""Sites for better use as a layer, with the names people read."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

TITLE = (
    "退低进高地块",
    "疑似低效、闲置地块按相邻（间距不超过 30 m）整合的备选地块；同组互有重叠，"
    "合计只取「入选」，处置前须人工核实",
)
NAMES = {
    "site_id": "地块组编号", "kind": "单宗或整合", "members": "所含地块", "plots": "宗数",
    "town_code": "乡镇代码", "town_name": "乡镇", "zone_in": "区内", "zone_name": "开发区",
    "area_m2": "面积（m²）", "area_mu": "面积（亩）", "merge_mu": "全组可整合面积（亩）",
    "rect_length_m": "最大内接矩形长（m）", "rect_width_m": "最大内接矩形宽（m）",
    "rect_area_m2": "最大内接矩形面积（m²）", "rect_angle": "矩形长边方位（弧度）",
    "rect_x_m": "矩形中心东坐标（m）", "rect_y_m": "矩形中心北坐标（m）",
    "min_width_m": "最大内切圆直径（m）", "growth_share": "开发边界内占比",
    "slope_deg": "坡度（°，P50）", "road_m": "距主要道路（m）", "ramp_m": "距高速匝道（m）",
    "zone_distance_m": "距开发区（m）", "town_distance_m": "距城镇中心（m）",
    "owners": "权利人数", "earthwork_m": "土方代理：离拟合平面平均高差（m）",
    "sensitive_m": "距住宅或水源地（m）", "need": "改造需求（0–1）", "far": "容积率",
    "eco_redline_share": "生态保护红线占比", "prime_farmland_share": "永久基本农田占比",
    "hazard_share": "地质灾害易发区占比", "heritage_share": "文保范围占比",
    "water_source_share": "水源保护区占比", "forest_around_share": "周边林地占比",
    "ledger_idle_2y": "台账闲置满两年", "ledger_idle_1y": "台账闲置满一年",
    "ledger_exempt": "台账政府原因", "candidate_village": "位于候选村内",
    "emp_class_rank": "亩均等级（1=A）", "idle_share": "疑似闲置面积占比",
    "village_share": "宅基地面积占比",
    "industry_share": "工业面积占比", "rsi": "复垦适宜性", "ops": "机会分", "grade": "机会等级",
    "coverage": "证据覆盖", "families": "证据类别数", "veto": "否决规则",
    "veto_layer": "否决图层", "veto_share": "否决数值", "veto_limit": "否决门槛",
    "unchecked": "未核对", "unchecked_en": "未核对（英文）", "overlaps": "重叠的备选",
    "group_id": "组编号",
    "first_choice": "入选（每宗只计一次）", "best_use": "首选用途", "uses": "用途排序",
    "use_fits": "用途适合度（各 0–100）", "advice": "处置建议代码", "advice_zh": "处置建议",
    "advice_en": "处置建议（英文）", "advice_basis_zh": "依据", "advice_basis_en": "依据（英文）",
    "advice_mark": "依据可信度", "advice_also": "也符合的规则", "first_check_zh": "首先核实",
    "first_check_en": "首先核实（英文）", "evidence_zh": "证据", "evidence_en": "证据（英文）",
    "land_use": "现状地类", "reclaim_zh": "疑似可复垦为",
    "projects_fit": "适合的项目数", "best_project": "最适合的项目", "best_fit": "其适宜度（0–100）",
    "given_to": "拟给项目", "used_mu": "项目用地（亩）", "left_mu": "余量（亩）",
    "state": "现状代码",
}  # fmt: skip


def opportunity_layer(
    sites: pd.DataFrame | None, outline: gpd.GeoDataFrame | None
) -> gpd.GeoDataFrame | None:
    """Return the sites with their outlines, largest first, so that smaller ones lie on top."""
    if sites is None or outline is None or not len(sites):
        return None
    shape = outline.set_index("site_id").geometry.reindex(sites["site_id"])
    layer = gpd.GeoDataFrame(sites, geometry=shape.to_numpy(), crs=outline.crs)
    return layer.sort_values(["area_m2", "site_id"], ascending=[False, True], ignore_index=True)
