"""The products of a run, and what each waits for: no list waits for what it does not say."""

from __future__ import annotations

from landuse.core.settings import Settings
from landuse.plan import CONTROL_ROLES, Links, Plan
from landuse.product_files import OPPORTUNITY_TABLES, PLAN_TABLES
from landuse.products.make_layers import make_geopackage
from landuse.products.make_lists import (
    make_csv,
    make_village_csv,
    make_village_workbook,
    make_workbook,
)
from landuse.products.make_map import MapGroundSettings, make_ground, make_judged, make_map
from landuse.products.make_opportunities import make_opportunity_workbook
from landuse.products.make_report import make_report

_OVERLAP = {"overlap": "overlap.overlap"}
_SHAPES = {"geometry": "judged.geometry"}
_EVERY = {"parcels": "results.parcels", "checks": "checks.checks"}
_PARCELS = _EVERY | {
    "contributions": "scores.contributions", "waterfall": "scores.waterfall",
    "findings": "parcel_findings.findings", "sources": "sources.sources",
    "facts": "results.facts", "decisions": "crosswalk.decisions", "frame": "frame.county",
    "intensity": "zone_intensity.table", "intensity_zones": "zone_intensity.zones",
}  # fmt: skip
_VILLAGES = {
    "villages": "villages.villages", "quota": "consolidation.ledger",
    "potential": "village_potential.potential", "reclaim": "reclaim.reclaim",
    "sites": "receiving.sites", "refused": "receiving.refused",
} | {name: f"consolidation.{name}" for name in PLAN_TABLES}  # fmt: skip
_SITES = {"opportunities": "sites.sites", "opportunities_refused": "sites.refused"}


def deliver(plan: Plan) -> None:
    """Add the map, lists, layers and report: what takes longest to draw before what is written.

    In a first run, where nobody knows how long a stage takes, they are made in this order.
    """
    villages = _VILLAGES if plan.output("villages.villages") else {}
    found = {"findings": "findings.findings"} | OPPORTUNITY_TABLES
    tables = _PARCELS | _SITES | villages | found
    chances, frame = plan.opportunity_settings(), plan.of("county", "towns", "zones")
    shown = {"settlements": plan.output("settlements.settlements"),
             "opportunity_outlines": "sites.layer"}  # fmt: skip
    _map(plan, tables | _SHAPES | frame | shown)
    _lists(plan, villages)
    plan.add("opportunities_xlsx", "退低进高清单 XLSX", make_opportunity_workbook, chances,
             takes=_OVERLAP | tables)  # fmt: skip
    plan.add("candidates_gpkg", "图层 GPKG", make_geopackage, chances,
             takes=tables | _SHAPES | plan.of("towns", "zones") | shown)  # fmt: skip
    plan.add("report", "报告", make_report, chances,
             takes=_OVERLAP | tables | _SHAPES | frame)  # fmt: skip


def _lists(plan: Plan, villages: dict[str, str]) -> None:
    """Add what projects do not change: it can be written while they are matched."""
    facts = plan.product_settings()
    plan.add("parcels_csv", "全部地块 CSV", make_csv, Settings(), takes=_EVERY)
    plan.add("candidates_xlsx", "候选清单 XLSX", make_workbook, facts, takes=_OVERLAP | _PARCELS)
    if villages:
        plan.add("villages_csv", "自然村 CSV", make_village_csv, Settings(),
                 takes={"villages": "villages.villages"})  # fmt: skip
        told = {"findings": "land_findings.findings"}
        plan.add("villages_xlsx", "村庄清单 XLSX", make_village_workbook, facts,
                 takes=_OVERLAP | _PARCELS | villages | told)  # fmt: skip


def _map(plan: Plan, tables: Links) -> None:
    """Add the map: its ground and its parcels are drawn while other stages are made."""
    frame, controls = plan.of("county", "towns", "zones"), plan.of(*CONTROL_ROLES)
    context = plan.of("roads", "water", "buildings", "elevation")
    plan.add("map_ground", "地图底图", make_ground, MapGroundSettings(crs=plan.head.crs),
             takes=_SHAPES | frame | context | controls)  # fmt: skip
    settings = plan.opportunity_settings()
    plan.add("map_parcels", "地图地块", make_judged, settings, takes=_EVERY | _SHAPES | frame | {
        "contributions": "scores.contributions", "yearly": "trend.yearly"})  # fmt: skip
    more = controls | {"ground": "map_ground.ground", "judged": "map_parcels.judged"}
    if plan.output("villages.villages"):
        more |= {"village_contributions": "villages.contributions"}
    plan.add("map", "地图", make_map, settings, takes=dict(tables) | more)
