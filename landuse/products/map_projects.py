"""Projects put together for the map: what each asks, the site proposed, others, or why nowhere."""

from __future__ import annotations

from typing import Any

import pandas as pd

from landuse.products.numbers import is_missing, number
from landuse.products.opportunity_facts import OpportunityFacts
from landuse.products.opportunity_sheets import ZONE_NEED, misfit_words

Record = dict[str, Any]
_WISHES = (
    ("width_m", "宽 ≥{v} m", "width ≥{v} m", 0), ("length_m", "长 ≥{v} m", "length ≥{v} m", 0),
    ("slope_most_deg", "坡度 ≤{v}°", "slope ≤{v}°", 0),
    ("ramp_most_km", "距互通 ≤{v} km", "ramp within {v} km", 0),
    ("sensitive_least_m", "防护距离 ≥{v} m", "{v} m from homes", 0),
    ("far_min", "容积率 {v}", "FAR {v}", 2),
)  # fmt: skip
_ZONE_EN = {"in": "in a zone", "out": "outside the zones"}


def project_records(facts: OpportunityFacts | None) -> list[Record]:
    """Return one record a project by priority, then id; none where nothing was matched."""
    if facts is None:
        return []
    order = facts.projects.sort_values(["priority", "project_id"], na_position="last")
    listed = facts.alternatives[facts.alternatives["state"] != "given"]
    others = _by_project(listed.sort_values("rank"))
    why = _by_project(facts.misfits)
    return [
        _record(row, others.get(row["project_id"], []), why.get(row["project_id"], []))
        for row in order.to_dict("records")
    ]


def _by_project(table: pd.DataFrame) -> dict[str, list[Record]]:
    """Return the rows of each project, in the order of the table."""
    found: dict[str, list[Record]] = {}
    for row in table.to_dict("records"):
        found.setdefault(row["project_id"], []).append({str(name): row[name] for name in row})
    return found


def _record(row: Record, others: list[Record], misses: list[Record]) -> Record:
    asks = [(zh.format(v=number(row[name], digits)), en.format(v=number(row[name], digits)))
            for name, zh, en, digits in _WISHES if not is_missing(row[name])]  # fmt: skip
    if row["zone_need"]:
        asks.append((ZONE_NEED[row["zone_need"]], _ZONE_EN[row["zone_need"]]))
    return {
        "id": row["project_id"], "name": row["project_name"], "industry": row["industry_code"],
        "mu": float(row["area_mu"]), "status": row["status"],
        "priority": None if is_missing(row["priority"]) else int(row["priority"]),
        "zh": row["status_zh"], "en": row["status_en"], "site": row["site_id"],
        "fit": None if is_missing(row["fit"]) else float(row["fit"]),
        "shared": [one for one in row["shared_with"].split(";") if one],
        "asks_zh": "，".join(zh for zh, _ in asks), "asks_en": ", ".join(en for _, en in asks),
        "near": misses[0]["site_id"] if misses else "",
        "why_zh": "；".join(misfit_words(one) for one in misses),
        "why_en": "; ".join(misfit_english(one) for one in misses),
        "unchecked_zh": row["unchecked_zh"], "unchecked_en": row["unchecked_en"],
        "others": _others(others),
    }  # fmt: skip


def _others(rows: list[Record]) -> list[Record]:
    return [{"site": one["site_id"], "rank": int(one["rank"]), "fit": float(one["fit"]),
             "state": one["state"], "zh": one["state_zh"], "en": one["state_en"],
             "held": one["held_by"].split(";") if one["held_by"] else []}
            for one in rows]  # fmt: skip


def misfit_english(row: Record) -> str:
    """Return one failing condition in English."""
    if is_missing(row["by"]):
        return f"{row['en']}: not met"
    unit = {"亩": "mu"}.get(row["unit"], row["unit"])
    needed, found, short = (number(row[name], 1) for name in ("needed", "found", "by"))
    return f"{row['en']}: {needed} {unit} asked, {found} {unit} there, {short} {unit} short"
