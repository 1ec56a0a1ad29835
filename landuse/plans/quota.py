"""The quota ledger of 增减挂钩: what is cleared, reclaimed, rebuilt, kept, and what is left over.

Areas are whole hundredths of a mu, so that sums by village, town, year and project are equal to the
last digit. The quota of construction land and the gain of farmland are never added.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from pydantic import Field

from landuse.core.findings import Finding
from landuse.core.units import m2_to_mu
from landuse.indicators.measured import Limit, LimitSettings
from landuse.plans.village_land import village_land_m2, whole_households

STAGE = "quota"
AREAS = (
    "cleared_mu", "reclaimed_cropland_mu", "reclaimed_paddy_mu", "reclaimed_other_mu",
    "steep_mu", "not_reclaimed_mu", "resettlement_mu", "reserved_mu", "net_quota_mu",
    "net_cropland_mu",
)  # fmt: skip
NAMES = {
    "cleared_mu": "拆旧面积（亩）", "reclaimed_cropland_mu": "复垦耕地（亩）",
    "reclaimed_paddy_mu": "其中水田（亩）", "reclaimed_other_mu": "复垦其他农用地（亩）",
    "steep_mu": "25°以上扣除（亩）", "not_reclaimed_mu": "未复垦（亩）",
    "resettlement_mu": "安置用地（亩）", "reserved_mu": "本村预留（亩）",
    "net_quota_mu": "节余指标（亩）", "net_cropland_mu": "净增耕地（亩）",
    "yield_class": "产能", "prime_farmland": "与永农/红线关系", "project": "项目区", "year": "年度",
}  # fmt: skip
CROPLAND, OTHER = ("水田", "旱地"), ("园地", "林地（复绿）")
PADDY, KEPT = "水田", "保留建设"
NOT_RATED = "待评"


class QuotaSettings(LimitSettings):
    """Standards of rehousing and of what a village keeps."""

    reclaimed_share: Limit = Limit(
        value=0.9, source="proposed here: lanes and ditches of the new fields", mark="P"
    )
    resettle_m2: Limit = Limit(
        value=200, unit="m² a household", mark="P",
        source="domain.md §3.5, §3.8: 140 m² and 30 % public land",
    )  # fmt: skip
    reserved_share: Limit = Limit(value=0.05, source="proposed here", mark="P")
    cropland_on_new_site: Limit = Limit(
        value=0.5, source="proposed here: half of a new site is taken from cropland", mark="P"
    )
    year: int = Field(0, ge=0, description="year of villages that name none; 0 = not planned")


def village_quota(
    *, villages: pd.DataFrame, reclaim: pd.DataFrame, settings: QuotaSettings
) -> dict[str, Any]:
    """Draw up the ledger of the candidates, each as a project of its own: see `quota_ledger`."""
    named = villages.merge(reclaim[["village_id", "reclaim_to"]], on="village_id", validate="1:1")
    return quota_ledger(villages=named[named["kinds"] != ""], settings=settings)


def quota_ledger(*, villages: pd.DataFrame, settings: QuotaSettings) -> dict[str, Any]:
    """Draw up one row a village, as if each were a project of its own or as a plan says.

    .. math::
        net = cropland + other - resettlement - reserved, \\qquad
        \\Delta cropland = cropland - \\tfrac12 resettlement

    Parameters
    ----------
    villages : ``village_id``, ``town_code``, the columns of `village_land_m2`,
        ``households_est`` (counted as whole ones, rounded up), ``slope_deg``,
        ``reclaim_to`` (水田 | 旱地 | 园地 | 林地（复绿） | 保留建设 | ""); optional ``project``,
        ``year``, ``prime_farmland_share``, ``eco_redline_share``.

    Returns
    -------
    ``ledger``: ``village_id``, ``town_code``, ``project``, ``year``, ``AREAS``, ``yield_class``,
    ``prime_farmland``. Rows only where area, households and use after reclamation are known; a
    negative ``net_quota_mu`` stands as it is: such a village costs quota.
    ``findings``: what could not be drawn up, and how many villages cost quota.

    Raises
    ------
    ArithmeticError
        If an identity does not hold: a fault of this program.

    Source: domain.md §3.7; 土地管理法 第30条, 整治条例 第27–28条.
    """
    known = villages[["area_m2", "households_est"]].notna().all(axis=1) & (
        villages["reclaim_to"].fillna("") != ""
    )
    rows = villages[known]
    cents = _cents(rows, settings)
    ledger = pd.DataFrame({name: cents[name] / 100 for name in AREAS}, index=rows.index)
    ledger.insert(0, "village_id", rows["village_id"])
    ledger.insert(1, "town_code", rows["town_code"])
    ledger.insert(2, "project", rows.get("project", rows["village_id"]))
    ledger.insert(3, "year", rows.get("year", settings.year))
    ledger["yield_class"] = NOT_RATED
    ledger["prime_farmland"] = _lines(rows)
    check_identities(ledger)
    return {"ledger": ledger.reset_index(drop=True), "findings": _findings(known, ledger)}


def _cents(rows: pd.DataFrame, settings: QuotaSettings) -> pd.DataFrame:
    """Return the areas in hundredths of a mu, whole; what is left by rounding is not reclaimed."""
    to = rows["reclaim_to"]
    cleared = _whole(m2_to_mu(village_land_m2(rows)))
    slope = rows.reindex(columns=["slope_deg"])["slope_deg"].astype("float64")
    steep = cleared.where((slope > _STEEP) & to.ne(OTHER[1]), 0)
    flat = cleared - steep
    made = np.floor(flat * settings.reclaimed_share.value).astype("int64")
    cropland, other = made.where(to.isin(CROPLAND), 0), made.where(to.isin(OTHER), 0)
    homes = whole_households(rows["households_est"]) * settings.resettle_m2.value
    resettle = _whole(m2_to_mu(homes))
    reserved = np.ceil((cropland + other) * settings.reserved_share.value).astype("int64")
    taken = np.ceil(resettle * settings.cropland_on_new_site.value).astype("int64")
    return pd.DataFrame(
        {
            "cleared_mu": cleared, "reclaimed_cropland_mu": cropland,
            "reclaimed_paddy_mu": cropland.where(to == PADDY, 0), "reclaimed_other_mu": other,
            "steep_mu": steep, "not_reclaimed_mu": cleared - steep - cropland - other,
            "resettlement_mu": resettle, "reserved_mu": reserved,
            "net_quota_mu": cropland + other - resettle - reserved,
            "net_cropland_mu": cropland - taken,
        }
    )  # fmt: skip


_STEEP = 25.0


def _whole(mu: pd.Series) -> pd.Series:
    return (mu * 100).round().astype("int64")


def _lines(rows: pd.DataFrame) -> pd.Series:
    """Say how each village lies to prime farmland and the red line; 未核对 where a layer lacks."""
    told = pd.Series("", index=rows.index, dtype="str")
    for column, zh in (("prime_farmland_share", "永农"), ("eco_redline_share", "红线")):
        if column in rows:
            share = rows[column].astype("float64")
            words = (zh + " " + (share * 100).round(1).astype("str") + "%").where(
                share > 0, f"无{zh}"
            )
        else:
            words = pd.Series(f"未核对{zh}", index=rows.index)
        told = told.str.cat(words, sep="；").str.lstrip("；")
    return told


def check_identities(ledger: pd.DataFrame) -> None:
    """Raise ArithmeticError unless every identity of the ledger holds to a hundredth of a mu."""
    cents = (ledger[list(AREAS)] * 100).round().astype("int64")
    made = cents["reclaimed_cropland_mu"] + cents["reclaimed_other_mu"]
    identities = {
        "cleared = reclaimed + steep + not reclaimed": cents["cleared_mu"]
        - made - cents["steep_mu"] - cents["not_reclaimed_mu"],
        "net = reclaimed - resettlement - reserved": cents["net_quota_mu"]
        - made + cents["resettlement_mu"] + cents["reserved_mu"],
        "paddy within cropland": (cents["reclaimed_paddy_mu"] - cents["reclaimed_cropland_mu"])
        .clip(lower=0),
        "nothing below zero": cents[["cleared_mu", "steep_mu", "not_reclaimed_mu", "reserved_mu"]]
        .clip(upper=0).sum(axis=1),
    }  # fmt: skip
    broken = [name for name, gap in identities.items() if gap.ne(0).any()]
    if broken:
        msg = f"quota ledger: {'; '.join(broken)} does not hold"
        raise ArithmeticError(msg)


def rolled_up(ledger: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return the sums over ``town_code``, ``project`` or ``year``, exact to a hundredth of a mu."""
    cents = (ledger[list(AREAS)] * 100).round().astype("int64")
    sums = cents.groupby(ledger[by]).sum() / 100
    counts = ledger.groupby(by).size().rename("villages")
    return counts.to_frame().join(sums).reset_index()


def _findings(known: pd.Series, ledger: pd.DataFrame) -> list[Finding]:
    told = []
    if not known.all():
        zh = "没有面积、户数或复垦方向，未列入指标台账"
        en = "no area, households or use after reclamation: not in the ledger"
        told.append(_told("absent", f"{int((~known).sum())} / {len(known)}", zh, en))
    costs = int((ledger["net_quota_mu"] < 0).sum())
    if costs:
        zh = "复垦不抵安置与预留，整村搬迁反而占用指标"
        en = "reclaiming does not cover rehousing: moving would cost quota"
        told.append(_told("note", f"{costs} / {len(ledger)}", zh, en))
    return told


def _told(kind: str, value: str, zh: str, en: str) -> Finding:
    return Finding(stage=STAGE, kind=kind, object_id="", value=value, message_zh=zh, message_en=en)
