"""The report: one self-contained page, Chinese first, that prints on A4."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd

from landuse.products import numbers, words
from landuse.products.facts import RunFacts
from landuse.products.ground_note import ground_note
from landuse.products.guard_rails import guard_rails
from landuse.products.method import mark_text, parameter_table
from landuse.products.opportunity_page import opportunity_page
from landuse.products.plan_page import plan_page
from landuse.products.report_evidence import evidence_context
from landuse.products.report_map import CIRCLES_SHOWN, Ground, colour_rules, draw_map
from landuse.products.report_stairs import stairs
from landuse.products.report_tongues import mark_chinese
from landuse.products.report_village_map import MARKS, draw_villages
from landuse.products.safety import plain_text
from landuse.products.source_page import source_page
from landuse.products.tables import write_text
from landuse.products.totals import county_totals, place_totals, town_totals, zone_totals
from landuse.products.village_lists import village_page
from landuse.products.workbook_sheets import people_zones

TOP, FINDINGS_SHOWN = 20, 200
FRAME_FIGURES = (
    "area_m2", "towns_count", "villages_count", "population", "rural_population", "households",
    "share_65_plus_pct",
)  # fmt: skip
PLAUSIBLE_SHARE = (0.03, 0.20)
"""Share of the assessed area that is plausibly flagged (`domain.md` §10.2)."""


def render_report(run: RunFacts, ground: Ground) -> str:
    """Return the report as one HTML page that opens no file and no address.

    Parameters
    ----------
    run : facts and tables of the run.
    ground : geometry for the still map, in one metric CRS.
    """
    template = page_environment().get_template("report.html.j2")
    picture = draw_map(_with_results(ground, run.parcels), grades=run.grades)
    pictures = {
        "picture": picture,
        "village_picture": draw_villages(run.villages, ground, crs=run.study.crs),
        "village_marks": MARKS,
    }
    return mark_chinese(template.render(**_context(run), **pictures))


def write_report(html: str, path: Path) -> Path:
    """Write a rendered report; return its path."""
    return write_text(html, path)


def css_text(text: str) -> str:
    """Return text as a quoted CSS string; all but letters and digits are written as codes."""
    coded = re.sub(r"[^0-9A-Za-z\u4e00-\u9fff]", lambda hit: f"\\{ord(hit[0]):06x}", text)
    return f'"{coded}"'


@cache
def page_environment() -> jinja2.Environment:
    """Return what fills the pages: escaped text, numbers and words as products write them."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("landuse.products"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.filters |= {
        "number": numbers.number,
        "percent": numbers.percent,
        "grade_sign": numbers.grade_sign,
        "flag_words": words.flag_words,
        "mark": mark_text,
    }
    return environment


def _shown(value: Any) -> Any:
    if isinstance(value, str) and not hasattr(value, "__html__"):
        return plain_text(value)
    return numbers.MISSING if numbers.is_missing(value) else value


def _context(run: RunFacts) -> dict[str, Any]:
    parameters = parameter_table(run.model, run.contributions)
    total = county_totals(run.parcels, grades=run.grades)
    unchecked = _unchecked(run)
    return {
        "study": run.study,
        "model": run.model,
        "words": words,
        "stamp_css": css_text(f"{run.study.stamp_zh}；无审图号　{words.NOTE_ZH}"),
        "unchecked_css": css_text(f"未核对：{'、'.join(unchecked)}" if unchecked else ""),
        "unchecked": unchecked,
        "grade_classes": colour_rules(run.grades),
        "total": total,
        "share_doubtful": _doubtful(total["suspected_share"]),
        "plausible": PLAUSIBLE_SHARE,
        "grades": _grade_rows(run, total),
        "top": _top(run),
        "top_shown": TOP,
        "circles_shown": min(int(total["suspected_count"]), CIRCLES_SHOWN),
        "places": _rows(place_totals(run.parcels, grades=run.grades)),
        "towns": _rows(_named_towns(run)),
        "zones": _rows(people_zones(zone_totals(run.parcels, grades=run.grades))),
        "stairs": stairs(run),
        **evidence_context(run),
        "villages": village_page(run.villages),
        "plan": plan_page(run.proposal),
        "chances": opportunity_page(run.chances),
        "criteria": _rows(parameters[parameters["kind"] == "指标"]),
        "vetoes": _rows(parameters[parameters["kind"] == "否决"]),
        "rules": _rows(parameters[~parameters["kind"].isin(["指标", "否决"])]),
        "guard_rails": guard_rails(adcode=run.study.adcode),
        "absences": run.absences,
        "findings": _rows(run.findings.head(FINDINGS_SHOWN)),
        "finding_count": len(run.findings),
        "finding_kinds": _kinds(run.findings),
        "sheet": source_page(run),
        "ground": ground_note(run.parcels),
        "frame": {key: run.frame.get(key) for key in FRAME_FIGURES},
        "kinds": words.KINDS,
        "marks": words.MARKS,
    }


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table.to_dict("records")
    return rows


def _with_results(ground: Ground, parcels: pd.DataFrame) -> Ground:
    """Give the outlines of the parcels what the picture shows of them, joined by id."""
    shown = parcels[["parcel_id", "flag", "grade", "rank", "area_mu"]]
    outlines = ground.parcels[["parcel_id", ground.parcels.geometry.name]]
    return replace(ground, parcels=outlines.merge(shown, on="parcel_id", validate="1:1"))


def _doubtful(share: float) -> bool:
    low, high = PLAUSIBLE_SHARE
    return not numbers.is_missing(share) and not low <= share <= high


def _unchecked(run: RunFacts) -> list[str]:
    """Return the vetoes whose column the parcel table lacks: they were not checked."""
    held = run.parcels.columns
    return [veto.zh for veto in run.model.vetoes if veto.column not in held]


def _grade_rows(run: RunFacts, total: pd.Series) -> list[dict[str, Any]]:
    names = {grade.code: grade for grade in run.model.grades}
    return [
        {
            "css": f"g{index}",
            "code": code,
            "zh": names[code].zh,
            "en": names[code].en,
            "minimum": names[code].minimum,
            "count": total[f"grade_{code}_count"],
            "mu": total[f"grade_{code}_mu"],
        }
        for index, code in enumerate(run.grades)
    ]


def _top(run: RunFacts) -> list[dict[str, Any]]:
    classes = {code: f"g{index}" for index, code in enumerate(run.grades)}
    table = run.candidates().head(TOP)
    intervals = [
        numbers.interval(low, high)
        for low, high in zip(table["rank_p10"], table["rank_p90"], strict=True)
    ]
    return _rows(table.assign(interval=intervals, css=table["grade"].map(classes)))


def _named_towns(run: RunFacts) -> pd.DataFrame:
    towns = town_totals(run.parcels, grades=run.grades)
    unnamed = towns["town_name"] == ""
    return towns.assign(town_name=towns["town_name"].mask(unnamed, words.UNASSIGNED_ZH))


def _kinds(findings: pd.DataFrame) -> Mapping[str, int]:
    return {str(kind): int(count) for kind, count in findings["kind"].value_counts().items()}
