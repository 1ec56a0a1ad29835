"""What a village's ground could become: paddy, dry field, orchard, green, or it stays built."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from landuse.core.findings import Finding
from landuse.core.settings import Settings
from landuse.indicators.measured import Limit
from landuse.scores.engine import CLOSE, evaluate
from landuse.scores.model import ScoreModel

PADDY, DRY, ORCHARD, GREEN, KEPT = "水田", "旱地", "园地", "林地（复绿）", "保留建设"


class ReclaimRules(Settings):
    """The model of suitability and the limits of each use."""

    score_model: ScoreModel
    steep_deg: Limit = Limit(
        value=25, unit="°", source="水土保持法 第20条: no new cropland above 25°", mark="V"
    )
    paddy_slope_deg: Limit = Limit(value=6, unit="°", source="domain.md §3.6", mark="P")
    paddy_water_m: Limit = Limit(value=500, unit="m", source="domain.md §3.6", mark="P")
    suitable: Limit = Limit(value=60, source="domain.md §4.4", mark="P")
    fair: Limit = Limit(value=40, source="proposed here", mark="P")
    forest: Limit = Limit(value=0.5, source="proposed here: surrounded by forest", mark="P")


def reclamation(
    *, villages: pd.DataFrame, measured: pd.DataFrame, settings: ReclaimRules
) -> dict[str, Any]:
    """Judge each village's ground and name what it could become.

    Above 25 degrees it is never cropland (law). Where forest surrounds it, it turns green. Else by
    suitability: paddy needs level ground and water, then dry field, orchard, or it stays built.

    Parameters
    ----------
    villages : ``village_id``, ``area_mu``, ``slope_deg``, ``road_distance_m`` where known.
    measured : ``settlement_id`` and the columns of `measure_village_reclaim`.

    Returns
    -------
    ``reclaim``: ``village_id``, ``rsi`` (0 to 100, 100 best; null where evidence is
    insufficient), ``rsi_coverage``, ``reclaim_to`` ("" where not known), ``reclaim_zh``,
    ``reclaim_en``. ``findings``.

    Source: domain.md §3.6.
    """
    columns = {item.column for item in settings.score_model.criteria} | {"slope_deg"}
    table = villages.merge(
        measured.rename(columns={"settlement_id": "village_id"}), on="village_id", how="left",
        validate="1:1",
    ).reindex(columns=["village_id", *sorted(columns)])  # fmt: skip
    table["group"] = "SETTLEMENT"
    found = evaluate(table, settings.score_model, score="rsi")
    use = _use(table, found.score, settings)
    made = pd.DataFrame(
        {"village_id": table["village_id"], "rsi": found.score, "rsi_coverage": found.coverage,
         "reclaim_to": pd.Series(use, dtype="str")}
    )  # fmt: skip
    made["reclaim_zh"] = [_words(*row)[0] for row in _facts(made, table)]
    made["reclaim_en"] = [_words(*row)[1] for row in _facts(made, table)]
    unknown = int((made["reclaim_to"] == "").sum())
    value = f"{unknown} / {len(made)}"
    told = [
        Finding(
            stage="reclaim", kind="absent", object_id="", value=value,
            message_zh="证据不足，未判复垦方向", message_en="not enough evidence: no use named",
        )
    ]  # fmt: skip
    return {"reclaim": made, "findings": told if unknown else []}


def _use(table: pd.DataFrame, rsi: np.ndarray, settings: ReclaimRules) -> list[str]:
    slope = table["slope_deg"].to_numpy("float64")
    water = table["water_distance_m"].to_numpy("float64")
    forest = table["forest_around_share"].to_numpy("float64")
    level = (slope <= settings.paddy_slope_deg.value) & (water <= settings.paddy_water_m.value)
    suited = rsi >= settings.suitable.value - CLOSE
    rules = [
        slope > settings.steep_deg.value, np.isnan(rsi), forest > settings.forest.value,
        suited & level, suited, rsi >= settings.fair.value - CLOSE,
    ]  # fmt: skip
    uses = np.select(rules, [GREEN, "", GREEN, PADDY, DRY, ORCHARD], KEPT)
    return [str(use) for use in uses]


def _facts(made: pd.DataFrame, table: pd.DataFrame) -> list[tuple[str, float, float]]:
    return list(zip(made["reclaim_to"], made["rsi"], table["slope_deg"].astype("float64"),
                    strict=True))  # fmt: skip


def _words(use: str, rsi: float, slope: float) -> tuple[str, str]:
    if not use:
        return "", ""
    score = "—" if np.isnan(rsi) else f"{rsi:.0f}"
    zh = f"疑似可复垦为{use}：适宜性 {score}" if use != KEPT else f"宜保留建设：适宜性 {score}"
    zh += "" if np.isnan(slope) else f"，坡度 {slope:.1f}°"
    en = f"{_ENGLISH[use]}: suitability {score}"
    en += "" if np.isnan(slope) else f", slope {slope:.1f}°"
    return zh, en


_ENGLISH = {PADDY: "paddy", DRY: "dry field", ORCHARD: "orchard", GREEN: "regreen",
            KEPT: "stays built"}  # fmt: skip
