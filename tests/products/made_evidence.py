"""Invented evidence columns: each parcel's follow from its place in the table, by plain rules."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import pandas as pd

Table = TypeVar("Table", bound=pd.DataFrame)
STATES = ("供地", "农转用", "供而未用", "已供已用", "用而未尽", "闲置土地", "批而未供", "低效用地")
COLUMNS = (
    "p_flag", "rank_p10", "rank_p90", "stability", "tipping_zh", "tipping_en", "land_state",
    "ledger_rule", "ledger_zh", "ledger_en", "contradictions", "contradictions_zh",
    "contradictions_en", "signal", "hot_spot", "cluster_id", "cluster_area_mu", "cluster_parcels",
    "check_status", "checked_by", "checked_on", "check_note", "whynot_zh", "whynot_en",
)  # fmt: skip


def with_evidence(table: Table) -> Table:
    """Return the parcels with every evidence column of the contract.

    Of the rows: p = 1 - (place mod 20) / 25 where suspected, 0.04 where not, null where vetoed or
    not graded; stable from 0.8; every 9th has a ledger row, every 7th suspected one a
    contradiction, every 11th a signal; hot from 0.9 of p, every 13th cold; clusters are runs of
    seven rows within which the suspected ones lie together, but every 15th stands alone; every
    10th was checked in the field.
    """
    place = np.arange(len(table))
    suspected = table["flag"].str.startswith("suspected").to_numpy()
    judged = ~table["flag"].isin(["vetoed", "insufficient_evidence"]).to_numpy()
    columns = (
        _robustness(table, place, suspected, judged)
        | _ledger(place)
        | _against(place, suspected)
        | _pattern(table, place, suspected)
        | _checks(place)
        | _whynot(table, suspected)
    )
    return table.assign(**{name: columns[name] for name in COLUMNS})


def _text(values: object) -> pd.Series:
    return pd.Series(np.asarray(values, dtype=object), dtype="str")


def _robustness(
    table: pd.DataFrame, place: np.ndarray, suspected: np.ndarray, judged: np.ndarray
) -> dict[str, object]:
    p = np.where(suspected, 1 - (place % 20) / 25, np.where(judged, 0.04, np.nan))
    spread = np.round(np.where(suspected, (1 - p) * 30, 0)).astype(int)
    rank = table["rank"].astype("Int64").reset_index(drop=True)
    stable = np.where(p >= 0.8, "stable", "fragile")
    tip = suspected & (p < 0.8)
    return {
        "p_flag": p,
        "rank_p10": (rank - spread).clip(lower=1).array,
        "rank_p90": (rank + spread).array,
        "stability": _text(np.where(suspected, stable, "")).array,
        "tipping_zh": _text(np.where(tip, "容积率权重由 20% 降到 12% 即不再列入", "")).array,
        "tipping_en": _text(
            np.where(tip, "Weight of the floor-area ratio from 20 % to 12 % unlists it", "")
        ).array,
    }


def _ledger(place: np.ndarray) -> dict[str, object]:
    state = np.where(place % 9 == 0, np.array(STATES)[place // 9 % 8], None)
    held = pd.notna(state)
    return {
        "land_state": pd.Series(state, dtype="str").array,
        "ledger_rule": _text(np.where(state == "闲置土地", "LEDGER_IDLE_1Y", "")).array,
        "ledger_zh": _text(np.where(held, "约定 2022-03-01 动工，无动工记录", "")).array,
        "ledger_en": _text(
            np.where(held, "Start agreed for 2022-03-01, none recorded", "")
        ).array,
    }  # fmt: skip


def _against(place: np.ndarray, suspected: np.ndarray) -> dict[str, object]:
    hit, twice = suspected & (place % 7 == 0), place % 14 == 0
    pick = lambda one, two: _text(np.where(hit, np.where(twice, two, one), "")).array  # noqa: E731
    return {
        "contradictions": pick("M01", "M01;M02"),
        "contradictions_zh": pick("有灯光但没有建筑", "有灯光但没有建筑；植被多但有建筑"),
        "contradictions_en": pick("Lit but no building", "Lit but no building; green but built"),
    }


def _pattern(table: pd.DataFrame, place: np.ndarray, suspected: np.ndarray) -> dict[str, object]:
    signal = np.select([place % 22 == 0, place % 11 == 0], ["greened_over", "paved_in_use"], "")
    high = suspected & (place % 20 <= 2)
    hot = np.select([high, place % 13 == 0], ["hot", "cold"], "")
    group = np.select([~suspected, place % 15 == 5], [-1, 10_000 + place], place // 7)
    frame = pd.DataFrame({"group": group, "mu": table["area_mu"].to_numpy()})
    size = frame.groupby("group")["mu"].transform("size").to_numpy()
    area = frame.groupby("group")["mu"].transform("sum").to_numpy()
    joined = suspected & (size > 1)
    names = [f"K{number:04d}" if yes else "" for number, yes in zip(group, joined, strict=True)]
    return {
        "signal": _text(signal).array,
        "hot_spot": _text(hot).array,
        "cluster_id": _text(names).array,
        "cluster_area_mu": np.where(joined, area, np.nan),
        "cluster_parcels": pd.array(np.where(joined, size, 0), dtype="Int64"),
    }


def _checks(place: np.ndarray) -> dict[str, object]:
    done = place % 10 == 1
    status = np.where(done, np.where(place % 20 == 1, "属实", "不属实"), "未核")
    return {
        "check_status": _text(status).array,
        "checked_by": _text(np.where(done, "甲", "")).array,
        "checked_on": _text(np.where(done, "2025-03-01", "")).array,
        "check_note": _text(np.where(place % 20 == 1, "厂房空置", "")).array,
    }


def _whynot(table: pd.DataFrame, suspected: np.ndarray) -> dict[str, object]:
    other = ~suspected
    return {
        "whynot_zh": _text(np.where(other, "两项得分均低于 45 分", "")).array,
        "whynot_en": _text(np.where(other, "Both scores are below 45", "")).array,
    }
