"""One page a site and one page a town, as HTML that prints on a single A4 sheet."""

from __future__ import annotations

from typing import Any

import pandas as pd
from markupsafe import Markup

from landuse.plans.incentive import UNITS
from landuse.plans.whole_area import PARTS
from landuse.products import words
from landuse.products.facts import StudyFacts
from landuse.products.method import mark_text
from landuse.products.numbers import in_unit, number, percent
from landuse.products.opportunity_facts import OpportunityFacts
from landuse.products.opportunity_parameters import FIT
from landuse.products.opportunity_sheets import projects_in_words, sites_in_words
from landuse.products.report import page_environment

PROJECTS_SHOWN, PLOTS_SHOWN, TOWN_ROWS = 5, 8, 6


def site_page(
    facts: OpportunityFacts, site_id: str, *, study: StudyFacts, plan: Markup, place: str = ""
) -> str:
    """Return the sheet of one site.

    Parameters
    ----------
    plan : its drawing, of `products.site_drawing`. ``place`` : where its middle is, in words.

    Raises
    ------
    KeyError
        If there is no such site.
    """
    table = sites_in_words(facts).set_index("site_id", drop=False)
    site = table.loc[site_id]
    refused = facts.refused[facts.refused["site_id"] == site_id]
    context = {
        "study": study, "words": words, "site": site.to_dict(), "plan": plan, "place": place,
        "figures": _figures(site), "uses": _uses(facts, site),
        "mark": mark_text(str(site["advice_mark"])),
        "projects": _projects(facts, site_id), "plots": _plots(facts, site),
        "plots_more": max(0, int(site["plots"]) - PLOTS_SHOWN),
        "refused": refused["reason_zh"].tolist(), "sums": _fit_words(facts),
    }  # fmt: skip
    return page_environment().get_template("site_sheet.html.j2").render(**context)


def town_page(facts: OpportunityFacts, town: pd.Series, *, study: StudyFacts) -> str:
    """Return the whole-area sheet of one town: a row of ``facts.towns``."""
    sites = sites_in_words(facts)
    mine = sites[(sites["town_code"] == town["town_code"]) & sites["first_choice"]]
    projects = projects_in_words(facts)
    placed = projects[projects["site_id"].isin(
        sites.loc[sites["town_code"] == town["town_code"], "site_id"]
    )]  # fmt: skip
    unit = UNITS[facts.settings.incentive.unit][0]
    parts = [{"zh": zh, "en": en, "items": [
        {"zh": item.zh, "en": item.en, "unit": unit if item.column.startswith("reward")
         else item.unit, "value": number(town[item.column], item.decimals)} for item in items]}
        for (zh, en), items in PARTS.values()]  # fmt: skip
    return page_environment().get_template("town_sheet.html.j2").render(
        study=study, words=words, town=town.to_dict(), parts=parts,
        sites=mine.sort_values(["ops", "site_id"], ascending=[False, True]).head(TOWN_ROWS).to_dict(
            "records"),
        projects=placed.head(TOWN_ROWS).to_dict("records"),
        basis=facts.incentive["basis_zh"].iloc[0] if len(facts.incentive) else "",
    )  # fmt: skip


def _figures(site: pd.Series) -> list[tuple[str, str, str]]:
    """Return (Chinese name, English name, value) of what was measured."""
    sides = number(site["rect_length_m"]), number(site["rect_width_m"])
    return [
        ("面积", "area", f"{number(site['area_mu'], 2)} 亩（{number(site['area_m2'])} m²）"),
        ("最大内接矩形", "largest rectangle", f"{sides[0]} × {sides[1]} m"),
        ("最小宽度", "least width", in_unit(site["min_width_m"], unit="m", decimals=0)),
        ("坡度", "slope", in_unit(site["slope_deg"], unit="°", decimals=1)),
        (
            "平整高差（代理）",
            "earthwork, proxy",
            in_unit(site["earthwork_m"], unit="m", decimals=2),
        ),
        ("城镇开发边界内", "in the growth boundary", percent(site["growth_share"], 0)),
        ("到主干路", "to an arterial road", in_unit(site["road_m"], unit="m", decimals=0)),
        ("到高速互通", "to a motorway ramp", in_unit(site["ramp_m"], unit="m", decimals=0)),
        ("到住户或水源", "to homes or water", in_unit(site["sensitive_m"], unit="m", decimals=0)),
        ("权利人数", "owners", number(site["owners"])),
        ("现状容积率", "FAR today", number(site.get("far"), 2)),
        ("复垦适宜性", "suited to reclamation", number(site.get("rsi"))),
    ]


def _uses(facts: OpportunityFacts, site: pd.Series) -> list[tuple[str, str, str]]:
    """Return the ranked uses with their English names and how well each fits."""
    words_ = facts.use_words()
    fits = [text for text in str(site.get("use_fits", "")).split(";") if text]
    codes = [code for code in str(site["uses"]).split(";") if code]
    return [(*words_.get(code, (code, code)), fits[place] if place < len(fits) else "")
            for place, code in enumerate(codes)]  # fmt: skip


def _projects(facts: OpportunityFacts, site_id: str) -> list[dict[str, Any]]:
    """Return the projects this site suits best, with what the plan makes of each."""
    here = facts.alternatives[facts.alternatives["site_id"] == site_id]
    named = facts.projects[["project_id", "project_name", "area_mu", "priority", "site_id",
                            "status_zh"]].rename(columns={"site_id": "goes_to",
                                                          "area_mu": "asked_mu"})  # fmt: skip
    rows = here.merge(named, on="project_id", how="left", validate="1:1")
    rows = rows.assign(given=rows["state"] == "given")
    order = rows.sort_values(["given", "fit", "project_id"], ascending=[False, False, True])
    listed: list[dict[str, Any]] = order.head(PROJECTS_SHOWN).to_dict("records")
    return listed


def _plots(facts: OpportunityFacts, site: pd.Series) -> list[dict[str, Any]]:
    members = str(site["members"]).split(";")
    rows = facts.plots[facts.plots["parcel_id"].isin(members)]
    rows = rows.assign(flag_zh=rows["flag"].map(words.flag_words))
    order = rows.sort_values(["area_mu", "parcel_id"], ascending=[False, True])
    listed: list[dict[str, Any]] = order.head(PLOTS_SHOWN).to_dict("records")
    return listed


def _fit_words(facts: OpportunityFacts) -> str:
    """Return how the points of a pair are made, in one line."""
    weights = facts.settings.matching.fit_weights
    return "、".join(f"{FIT.get(name, (name,))[0]} {percent(item.value, 0)}"
                     for name, item in weights.items())  # fmt: skip
