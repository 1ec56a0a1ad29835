"""The numbers a consolidation plan rests on, as rows of the sheet of parameters."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from landuse.indicators.measured import Limit
from landuse.products.method import mark_text, parameter_rows
from landuse.products.numbers import plain_number

NAMES: Mapping[str, tuple[str, str]] = {
    "potential.per_person_m2": ("人均用地标准", "land a person"),
    "potential.per_household_m2": ("户均用地标准", "land a household"),
    "potential.public_share": ("公共用地占比", "share of public land"),
    "potential.least": ("现实潜力系数（低）", "share that may come true, least"),
    "potential.central": ("现实潜力系数（中）", "share that may come true, central"),
    "potential.most": ("现实潜力系数（高）", "share that may come true, most"),
    "potential.warn_share": ("潜力占村庄用地的警戒线", "potential in village land that warns"),
    "quota.reclaimed_share": ("可复垦比例", "share of cleared land that is reclaimed"),
    "quota.resettle_m2": ("户均安置用地", "resettlement land a household"),
    "quota.reserved_share": ("本村预留比例", "share kept by the village"),
    "quota.cropland_on_new_site": ("安置占用耕地比例", "share of a new site taken from cropland"),
    "receiving.steepest_deg": ("安置点最大坡度", "steepest receiving site"),
    "receiving.in_boundary_least": ("城镇开发边界内最小占比", "least share in growth boundary"),
    "receiving.nearest_town_m": ("安置点离城镇最远", "furthest from a town"),
    "receiving.household_m2": ("安置点户均用地", "land of a site a household"),
    "receiving.smallest_m2": ("安置点最小面积", "smallest receiving site"),
    "plan.consent_least": ("最低同意比例", "least consent"),
    "plan.longest_m": ("最远安置距离", "longest way to a site"),
    "plan.longest_mountain_m": ("最远安置距离（下山搬迁）", "longest way, mountain relocation"),
    "plan.household_cost": ("户均费用（万元）", "cost a household (10,000 yuan)"),
}
"""Section and name in the study file -> (zh, en)."""


def plan_rule_table(rules: Mapping[str, Limit]) -> pd.DataFrame:
    """Return one row a limit with ``PARAMETER_COLUMNS``; the code is its name in the study file."""
    return parameter_rows([
        {"kind": "方案参数", "code": code, "zh": NAMES[code][0], "en": NAMES[code][1],
         "limit": f"{plain_number(limit.value)} {limit.unit}".strip(), "source": limit.source,
         "mark": mark_text(limit.mark)}
        for code, limit in rules.items()
    ])  # fmt: skip
