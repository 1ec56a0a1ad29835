"""Where people could go if they choose to move: land that is built already, screened first."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from landuse.core.findings import Finding
from landuse.indicators.measured import Limit, LimitSettings

STAGE = "receiving"
LINES = {
    "eco_redline_share": ("生态保护红线", "ecological red line"),
    "prime_farmland_share": ("永久基本农田", "permanent prime farmland"),
    "hazard_share": ("地质灾害易发区", "hazard areas"),
    "water_share": ("水面", "water"),
}
"""Layers that refuse a site they touch; one that the study lacks is told, never replaced."""


class ReceivingSettings(LimitSettings):
    """Filters of receiving sites and the land a household needs."""

    steepest_deg: Limit = Limit(value=8, unit="°", source="domain.md §3.8", mark="P")
    in_boundary_least: Limit = Limit(value=0.5, unit="share", source="domain.md §3.8", mark="P")
    nearest_town_m: Limit = Limit(
        value=5_000, unit="m", source="proposed here for 15 min by road, domain.md §3.8", mark="P"
    )
    household_m2: Limit = Limit(
        value=200, unit="m² a household", mark="P",
        source="domain.md §3.5, §3.8: 140 m² and 30 % public land",
    )  # fmt: skip
    smallest_m2: Limit = Limit(value=2e3, unit="m²", source="proposed here", mark="P")
    flags: tuple[str, ...] = ("suspected_idle",)


def receiving_sites(*, parcels: pd.DataFrame, settings: ReceivingSettings) -> dict[str, Any]:
    """Screen built land that stands idle as sites for people who choose to move.

    Existing construction land goes first: only parcels with one of ``flags`` are looked at.

    Parameters
    ----------
    parcels : ``parcel_id``, ``flag``, ``area_m2``, ``x``, ``y`` (metres) and, where measured,
        ``slope_deg``, ``town_distance_m``, ``growth_boundary_share`` and the columns of ``LINES``.

    Returns
    -------
    ``sites``: ``site_id``, ``x``, ``y``, ``area_m2``, ``capacity_households``, ``unchecked``
    (what was not checked, Chinese, "" = nothing), sorted by id.
    ``refused``: ``site_id``, ``rule_zh``, ``rule_en``, ``value``, ``limit``: the first rule that
    refused each. ``findings``: lines that were not checked.

    Source: domain.md §3.8.
    """
    table = parcels[parcels["flag"].isin(settings.flags)].sort_values("parcel_id")
    refused = pd.DataFrame("", index=table.index, columns=["rule_zh", "rule_en"], dtype="str")
    refused[["value", "limit"]] = np.nan
    for column, limit, above, zh, en in _rules(settings):
        if column in table:
            value = table[column].astype("float64")
            hit = (value > limit if above else value < limit) & (refused["rule_zh"] == "")
            refused.loc[hit, ["rule_zh", "rule_en"]] = [zh, en]
            refused.loc[hit, "value"] = value[hit]
            refused.loc[hit, "limit"] = limit
    lacking = _lacking(table)
    kept = refused["rule_zh"] == ""
    sites = _sites(table[kept], settings, "、".join(zh for zh, _ in lacking))
    out = refused[~kept].assign(site_id=table.loc[~kept, "parcel_id"])
    columns = ["site_id", "rule_zh", "rule_en", "value", "limit"]
    return {
        "sites": sites,
        "refused": out[columns].reset_index(drop=True),
        "findings": [_unchecked(zh, en) for zh, en in lacking],
    }


def _rules(settings: ReceivingSettings) -> list[tuple[str, float, bool, str, str]]:
    """Return (column, limit, refuses above, zh, en) in the order in which they refuse."""
    lines = [(column, 0.0, True, f"位于{zh}", f"in {en}") for column, (zh, en) in LINES.items()]
    return [
        *lines,
        ("slope_deg", settings.steepest_deg.value, True, "坡度过大", "too steep"),
        ("growth_boundary_share", settings.in_boundary_least.value, False,
         "不在城镇开发边界内", "outside the growth boundary"),
        ("town_distance_m", settings.nearest_town_m.value, True, "离城镇过远", "too far from town"),
        ("area_m2", settings.smallest_m2.value, False, "面积过小", "too small"),
    ]  # fmt: skip


def _lacking(table: pd.DataFrame) -> list[tuple[str, str]]:
    asked = LINES | {"growth_boundary_share": ("城镇开发边界", "growth boundary"),
                     "slope_deg": ("坡度", "slope")}  # fmt: skip
    return [words for column, words in asked.items()
            if column not in table or (len(table) and table[column].isna().all())]  # fmt: skip


def _sites(table: pd.DataFrame, settings: ReceivingSettings, unchecked: str) -> pd.DataFrame:
    area = table["area_m2"].astype("float64")
    return pd.DataFrame(
        {
            "site_id": table["parcel_id"],
            "x": table["x"].astype("float64"),
            "y": table["y"].astype("float64"),
            "area_m2": area,
            "capacity_households": np.floor(area / settings.household_m2.value).astype("int64"),
            "unchecked": pd.Series(
                f"未核对：{unchecked}" if unchecked else "", index=table.index, dtype="str"
            ),
        }
    ).reset_index(drop=True)


def _unchecked(zh: str, en: str) -> Finding:
    return Finding(
        stage=STAGE, kind="absent", object_id="", value="",
        message_zh=f"安置点未核对{zh}", message_en=f"receiving sites not checked against {en}",
    )  # fmt: skip
