"""What the report shows of opportunities: totals, projects, misfits, both sides, towns, reward."""

from __future__ import annotations

from typing import Any

from landuse.plans.incentive import UNITS
from landuse.plans.whole_area import PARTS
from landuse.plans.worklists import SIDES
from landuse.products.opportunity_facts import OpportunityFacts
from landuse.products.opportunity_sheets import projects_in_words, sites_in_words
from landuse.products.opportunity_towns import what_if_table

SITES_SHOWN, PROJECTS_SHOWN = 12, 30
TOWN_COLUMNS = ("idle_in_mu", "idle_out_mu", "low_in_mu", "low_out_mu", "candidates",
                "net_quota_mu", "sites_mu", "projects", "reward", "reward_per_ha")  # fmt: skip
UNITS_EN = {"亩": "mu", "个": "n", "宗": "n", "处": "n", "户": "households"}


def opportunity_page(facts: OpportunityFacts | None) -> dict[str, Any] | None:
    """Return the parts of the section; None where no opportunity was looked for."""
    if facts is None:
        return None
    sites, projects = sites_in_words(facts), projects_in_words(facts)
    chosen = sites[sites["first_choice"]].sort_values(["ops", "site_id"], ascending=[False, True])
    moves, names = what_if_table(facts.what_if)
    unit_zh, unit_en = UNITS[facts.settings.incentive.unit]
    basis = facts.incentive[["basis_zh", "basis_en"]].iloc[0] if len(facts.incentive) else ("", "")
    return {
        "summary": facts.summary.to_dict("records")[0],
        "sites": len(chosen),
        "sites_mu": float(chosen["area_mu"].sum()),
        "refused": _refused(facts),
        "unchecked": sorted({text for text in sites["unchecked"] if text}),
        "best": chosen.head(SITES_SHOWN).to_dict("records"),
        "projects": projects.head(PROJECTS_SHOWN).to_dict("records"),
        "projects_shown": min(PROJECTS_SHOWN, len(projects)),
        "sides": _sides(facts),
        "zones": facts.zones.to_dict("records"),
        "towns": facts.towns.to_dict("records"),
        "town_columns": [_head(name, (unit_zh, unit_en)) for name in TOWN_COLUMNS],
        "unit_zh": unit_zh,
        "unit_en": unit_en,
        "pot": facts.settings.incentive.pot,
        "basis": tuple(basis),
        "moves": _largest(moves.to_dict("records"), list(names)),
        "names": names,
    }


def _head(column: str, reward: tuple[str, str]) -> tuple[str, str, str, int]:
    """Return a column with its Chinese and English head, units included, and its decimals."""
    item = next(one for _, items in PARTS.values() for one in items if one.column == column)
    paid = column in ("reward", "reward_per_ha")
    zh, en = reward if paid else (item.unit, UNITS_EN.get(item.unit, item.unit))
    return (column, f"{item.zh}（{zh}）", f"{item.en}, {en}", item.decimals)


def _sides(facts: OpportunityFacts) -> list[dict[str, Any]]:
    sums = facts.side_towns.groupby("side").sum(numeric_only=True)
    return [{"zh": SIDES[side][0], "en": SIDES[side][1], **sums.loc[side].to_dict()}
            for side in SIDES if side in sums.index]  # fmt: skip


def _refused(facts: OpportunityFacts) -> list[dict[str, Any]]:
    counts = facts.refused.groupby("rule").agg(count=("site_id", "size"), mu=("area_mu", "sum"),
                                               zh=("reason_zh", "first"))  # fmt: skip
    counts["zh"] = counts["zh"].str.replace("不入选：", "").str.split("（").str[0]
    table = counts.sort_values("count", ascending=False).reset_index()
    rows: list[dict[str, Any]] = table.to_dict("records")
    return rows


def _largest(moves: list[dict[str, Any]], towns: list[str]) -> list[dict[str, Any]]:
    """Return, for each move, the towns that gain and lose most."""
    told = []
    for row in moves:
        changes = sorted(((row[town], town) for town in towns), key=lambda one: (-one[0], one[1]))
        told.append(row | {"gains": changes[0], "loses": changes[-1]})
    return told
