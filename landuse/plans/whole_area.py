"""全域土地综合整治 by town: idle land, villages, reclamation, receiving sites, projects, reward."""

from __future__ import annotations

from typing import Any, NamedTuple

import pandas as pd

from landuse.core.findings import Finding
from landuse.core.units import m2_to_ha
from landuse.plans.incentive import MEASURES, PLANNED, REPORTED, IncentiveSettings, share_out
from landuse.plans.worklists import FLAGGED, side_of

STAGE = "whole_area"


class Item(NamedTuple):
    """One line of a town's sheet."""

    column: str
    zh: str
    en: str
    unit: str
    decimals: int


PARTS: dict[str, tuple[tuple[str, str], tuple[Item, ...]]] = {
    "land": (("一、疑似闲置与低效用地", "Suspected idle and low-efficiency land"), (
        Item("built_mu", "建设用地图斑", "built parcels", "亩", 1),
        Item("idle_in_mu", "疑似闲置，区内", "suspected idle, in a zone", "亩", 1),
        Item("idle_out_mu", "疑似闲置，区外", "suspected idle, outside", "亩", 1),
        Item("low_in_mu", "疑似低效，区内", "suspected low-efficiency, in a zone", "亩", 1),
        Item("low_out_mu", "疑似低效，区外", "suspected low-efficiency, outside", "亩", 1),
    )),
    "villages": (("二、征询意愿的候选自然村", "Villages to be asked"), (
        Item("villages", "自然村", "natural villages", "个", 0),
        Item("candidates", "其中候选", "of these candidates", "个", 0),
        Item("candidate_households", "候选村户数（估）", "their households (est.)", "户", 0),
        Item("candidate_mu", "候选村用地", "their land", "亩", 1),
    )),
    "reclaim": (("三、方案内的拆旧与复垦（征询同意后）", "Cleared and reclaimed by the plan"), (
        Item("plan_villages", "列入方案的村", "villages in the plan", "个", 0),
        Item("cleared_mu", "拆旧", "cleared", "亩", 2),
        Item("reclaimed_cropland_mu", "复垦耕地", "reclaimed to cropland", "亩", 2),
        Item("reclaimed_other_mu", "复垦其他农用地", "reclaimed to other farmland", "亩", 2),
        Item("steep_mu", "25°以上扣除", "steeper than 25°, left out", "亩", 2),
        Item("not_reclaimed_mu", "未复垦", "not reclaimed", "亩", 2),
        Item("resettlement_mu", "安置用地", "land for rehousing", "亩", 2),
        Item("reserved_mu", "本村预留", "kept by the village", "亩", 2),
        Item("net_quota_mu", "节余指标", "net quota", "亩", 2),
        Item("net_cropland_mu", "净增耕地", "net gain of cropland", "亩", 2),
    )),
    "receiving": (("四、安置点", "Receiving sites"), (
        Item("receiving_sites", "可能的安置点", "possible sites", "个", 0),
        Item("receiving_capacity", "可安置", "room for", "户", 0),
        Item("households_out", "方案迁出（估）", "households leaving (est.)", "户", 1),
        Item("households_in", "方案迁入（估）", "households arriving (est.)", "户", 1),
    )),
    "projects": (("五、退低进高", "Better use"), (
        Item("sites", "入选地块（每宗计一次）", "sites chosen, each plot once", "处", 0),
        Item("sites_mu", "入选地块面积", "their area", "亩", 1),
        Item("projects", "拟落项目", "projects proposed here", "个", 0),
        Item("projects_mu", "项目用地", "land they ask for", "亩", 1),
        Item("left_mu", "拟用地块余量", "room left on their sites", "亩", 1),
    )),
    "incentive": (("六、激励测算（参数由县里定）", "Incentive (the county decides)"), (
        Item("score", "得分", "score", "分", 1),
        Item("reward", "激励", "reward", "", 2),
        Item("reward_per_ha", "每公顷建成区激励", "reward a built hectare", "", 3),
    )),
}  # fmt: skip
_LEDGER = [item.column for item in PARTS["reclaim"][1] if item.column != "plan_villages"]


def town_sheets(
    *,
    parcels: pd.DataFrame,
    sites: pd.DataFrame,
    matched: pd.DataFrame,
    uses: pd.DataFrame,
    villages: pd.DataFrame | None = None,
    ledger: pd.DataFrame | None = None,
    plan: pd.DataFrame | None = None,
    receiving: pd.DataFrame | None = None,
    results: pd.DataFrame | None = None,
    settings: IncentiveSettings,
) -> dict[str, Any]:
    """Put what concerns each town on one row, and share the incentive out among the towns.

    Parameters
    ----------
    parcels : the parcel table; it names the towns. ``sites`` : of the stage of sites.
    matched, uses : ``projects`` and ``uses`` of `plans.matching`.
    villages, ledger, plan, receiving : of the consolidation plan; None where none was judged.
    results : what the towns did, as reported: ``town_code``, ``MEASURES``, ``unfinished_share``;
        without it the plan stands in for it, and the basis says so.

    Returns
    -------
    ``towns`` : by code, the columns of ``PARTS``; null where that part was not measured.
    ``incentive``, ``what_if`` : see `plans.incentive.share_out`. ``findings``.

    Raises
    ------
    ArithmeticError
        If households that leave are not those that arrive: a fault of this program.
    """
    named = parcels[parcels["town_code"].fillna("") != ""]
    towns = named.groupby("town_code")["town_name"].first().sort_index().to_frame()
    towns = towns.join(_land(named))
    if villages is not None and ledger is not None and plan is not None and receiving is not None:
        towns = towns.join(_villages(villages)).join(_reclaim(ledger, towns.index))
        towns = towns.join(_receiving(named, receiving, plan, villages))
        _check_moves(towns, plan)
    towns = towns.join(_projects(sites, matched, uses))
    counts = [name for name in towns if name != "town_name"]
    towns[counts] = towns[counts].astype("float64").fillna(0.0)
    achieved = planned(named, sites, uses, ledger=ledger, plan=plan)
    basis = PLANNED
    if results is not None:
        achieved, basis = reported(achieved, results), REPORTED
    shared = share_out(achieved=achieved, settings=settings, basis=basis)
    reward = shared["towns"].set_index("town_code")[["score", "reward", "reward_per_ha"]]
    every = [item.column for _, items in PARTS.values() for item in items]
    table = towns.join(reward).reindex(columns=["town_name", *every]).reset_index()
    return {
        "towns": table,
        "incentive": shared["towns"],
        "what_if": shared["what_if"],
        "findings": [*shared["findings"], *_findings(results, achieved)],
    }


def _land(parcels: pd.DataFrame) -> pd.DataFrame:
    area, side = parcels["area_mu"].astype("float64"), side_of(parcels)
    parts = {"built_mu": area}
    for name, flag in zip(("idle", "low"), FLAGGED, strict=True):
        mine = parcels["flag"] == flag
        parts[f"{name}_in_mu"] = area.where(mine & (side == "in"), 0.0)
        parts[f"{name}_out_mu"] = area.where(mine & (side != "in"), 0.0)
    return pd.DataFrame(parts).groupby(parcels["town_code"]).sum()


def _villages(villages: pd.DataFrame) -> pd.DataFrame:
    asked = villages["kinds"].fillna("") != ""
    numbers = villages.reindex(columns=["households_est", "area_mu"]).astype("float64")
    parts = pd.DataFrame({
        "villages": 1, "candidates": asked.astype("int64"),
        "candidate_households": numbers["households_est"].where(asked).fillna(0),
        "candidate_mu": numbers["area_mu"].where(asked).fillna(0),
    })  # fmt: skip
    return parts.groupby(villages["town_code"]).sum()


def _reclaim(ledger: pd.DataFrame, towns: pd.Index) -> pd.DataFrame:
    """Return the ledger of the villages in the plan by town, in whole hundredths of a mu."""
    rows = ledger[ledger["project"] != ""]
    cents = (rows[_LEDGER] * 100).round().groupby(rows["town_code"]).sum() / 100
    count = rows.groupby("town_code").size().rename("plan_villages")
    return cents.join(count).reindex(towns).fillna(0)


def _receiving(
    parcels: pd.DataFrame, receiving: pd.DataFrame, plan: pd.DataFrame, villages: pd.DataFrame
) -> pd.DataFrame:
    at = parcels.set_index("parcel_id")["town_code"]
    of = villages.set_index("village_id")["town_code"]
    here = receiving["site_id"].map(at)
    sites = receiving.groupby(here)["capacity_households"].agg(["size", "sum"])
    out = plan["households"].groupby(plan["village_id"].map(of)).sum()
    into = plan["households"].groupby(plan["site_id"].map(at)).sum()
    made = {"receiving_sites": sites["size"], "receiving_capacity": sites["sum"],
            "households_out": out, "households_in": into}  # fmt: skip
    return pd.DataFrame(made).rename_axis("town_code")


def _check_moves(towns: pd.DataFrame, plan: pd.DataFrame) -> None:
    sums = [float(towns[name].sum()) for name in ("households_out", "households_in")]
    total = float(plan["households"].sum())
    if any(abs(one - total) > 1e-6 * max(total, 1) for one in sums):
        msg = f"households leaving {sums[0]:g}, arriving {sums[1]:g}, in the plan {total:g}"
        raise ArithmeticError(msg)


def _projects(sites: pd.DataFrame, matched: pd.DataFrame, uses: pd.DataFrame) -> pd.DataFrame:
    town = sites.set_index("site_id")["town_code"]
    chosen = sites[sites["first_choice"]].groupby("town_code")["area_mu"].agg(["size", "sum"])
    placed = matched[matched["status"] == "placed"]
    lands = placed["area_mu"].groupby(placed["site_id"].map(town)).agg(["size", "sum"])
    given = uses[uses["state"] == "given"]
    left = given["left_mu"].groupby(given["site_id"].map(town)).sum()
    made = {"sites": chosen["size"], "sites_mu": chosen["sum"], "projects": lands["size"],
            "projects_mu": lands["sum"], "left_mu": left}  # fmt: skip
    return pd.DataFrame(made).rename_axis("town_code")


def planned(
    parcels: pd.DataFrame, sites: pd.DataFrame, uses: pd.DataFrame, *,
    ledger: pd.DataFrame | None, plan: pd.DataFrame | None,
) -> pd.DataFrame:  # fmt: skip
    """Return what each town would achieve if the plan and the matches were carried out.

    A plot counts once: as idle land disposed of or as poorly used land redeveloped, by its flag,
    if it belongs to a site given to a project or receives a village.
    """
    given = set(uses.loc[uses["state"] == "given", "site_id"])
    members = sites.loc[sites["site_id"].isin(given), "members"].str.split(";").explode()
    used = set(members) | (set(plan["site_id"]) if plan is not None else set())
    mine = parcels["parcel_id"].isin(used)
    area = parcels["area_mu"].astype("float64")
    parts = pd.DataFrame({
        "idle_disposed_mu": area.where(mine & (parcels["flag"] == FLAGGED[0]), 0.0),
        "redeveloped_mu": area.where(mine & (parcels["flag"] == FLAGGED[1]), 0.0),
        "built_ha": m2_to_ha(parcels["area_m2"].astype("float64")),
    })  # fmt: skip
    made = parts.groupby(parcels["town_code"]).sum()
    made = made.join(parcels.groupby("town_code")["town_name"].first())
    if ledger is not None:
        farmed = _reclaim(ledger, made.index)
        farmed["reclaimed_mu"] = farmed["reclaimed_cropland_mu"] + farmed["reclaimed_other_mu"]
        made = made.join(farmed[["reclaimed_mu", "net_quota_mu"]])
    return made.reset_index()


def reported(planned_: pd.DataFrame, results: pd.DataFrame) -> pd.DataFrame:
    """Return what the towns reported, with the built land of each town; a town left out has 0."""
    columns = ["town_code", *MEASURES, "unfinished_share"]
    told = results.reindex(columns=columns).drop_duplicates("town_code", keep="last")
    return planned_[["town_code", "town_name", "built_ha"]].merge(told, on="town_code", how="left")


def _findings(results: pd.DataFrame | None, achieved: pd.DataFrame) -> list[Finding]:
    if results is None:
        return [_told("absent", "", "没有乡镇完成情况表，激励按方案测算",
                      "no table of the towns' results: reckoned from the plan")]  # fmt: skip
    strange = sorted(set(results["town_code"]) - set(achieved["town_code"]))
    if not strange:
        return []
    return [_told("dropped", "、".join(strange[:10]), "完成情况表里的乡镇代码不在研究区",
                  "town codes of the results that are not in the study")]  # fmt: skip


def _told(kind: str, value: str, zh: str, en: str) -> Finding:
    return Finding(stage=STAGE, kind=kind, object_id="", value=value, message_zh=zh, message_en=en)
