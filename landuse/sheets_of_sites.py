"""One-page sheets of a finished run: of a site, or of a town, as HTML that prints on A4."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path

import geopandas as gpd
import shapely

from landuse.core.errors import LanduseError, fail, study_fault
from landuse.explain import product_table, read_product
from landuse.plan import Plan
from landuse.product_files import OPPORTUNITY_TABLES, PRODUCT_FILES
from landuse.products.facts import StudyFacts
from landuse.products.gather import study_facts
from landuse.products.opportunity_facts import PREFIX, OpportunityFacts
from landuse.products.report import write_report
from landuse.products.site_drawing import draw_site
from landuse.products.site_page import site_page, town_page
from landuse.study import OpenStudy

SUFFIX = ".html"


def export_site(study: OpenStudy, file: Path, site_id: str) -> Path:
    """Write the sheet of one site of a finished run.

    Raises
    ------
    LanduseError
        If the study was not run (exit code 3), there is no such site, or the file is no HTML
        (exit code 2).
    """
    _need_html(file)
    facts = opportunity_tables(study)
    _need(site_id, facts.sites["site_id"].tolist(), field="--site")
    layer = gpd.read_parquet(product_table(study, "sites_layer"))
    outline = layer.loc[layer["site_id"] == site_id].geometry.iloc[0]
    members = facts.sites.set_index("site_id").loc[site_id, "members"].split(";")
    parcels = gpd.read_parquet(product_table(study, "geometry"))
    parcels = parcels.assign(parcel_id=read_product(study, "parcels")["parcel_id"].to_numpy())
    plan = draw_site(outline, parcels, members)
    page = site_page(
        facts, site_id, study=_facts_of(study), plan=plan, place=_middle(outline, layer)
    )
    return write_report(page, file)


def _middle(outline: shapely.Geometry, layer: gpd.GeoDataFrame) -> str:
    """Return a point within the site as longitude and latitude (CGCS2000)."""
    point = gpd.GeoSeries([outline.representative_point()], crs=layer.crs).to_crs("EPSG:4490")[0]
    return f"{point.x:.6f}, {point.y:.6f}（CGCS2000）"


def export_town(study: OpenStudy, file: Path, town: str) -> Path:
    """Write the whole-area sheet of one town, by its code or its name.

    Raises
    ------
    LanduseError
        As `export_site`.
    """
    _need_html(file)
    facts = opportunity_tables(study)
    towns = facts.towns
    known = [*towns["town_code"], *towns["town_name"]]
    _need(town, known, field="--town")
    row = towns[(towns["town_code"] == town) | (towns["town_name"] == town)].iloc[0]
    return write_report(town_page(facts, row, study=_facts_of(study)), file)


def opportunity_tables(study: OpenStudy) -> OpportunityFacts:
    """Return the tables of opportunities of a finished run."""
    files = {output: name for name, output in PRODUCT_FILES.items() if name.startswith("tables/")}
    tables = {
        name.removeprefix(PREFIX): read_product(study, Path(files[output]).stem)
        for name, output in OPPORTUNITY_TABLES.items()
    }
    return OpportunityFacts(settings=Plan(study).opportunity_settings(), **tables)


def _facts_of(study: OpenStudy) -> StudyFacts:
    return study_facts(Plan(study).product_settings(), run_code="", parcels=0)


def _need_html(file: Path) -> None:
    if file.suffix.lower() != SUFFIX:
        raise fail(study_fault("这一页只能存为 .html", "this page is written as .html",
                               field="FILE", found=file.name, todo_zh="文件名改为 .html",
                               todo_en="name a .html file"))  # fmt: skip


def _need(value: str, known: Iterable[str], *, field: str) -> None:
    listed = sorted(set(known))
    if value in listed:
        return
    near = difflib.get_close_matches(value, listed, n=3, cutoff=0.5) or listed[:8]
    raise _unknown(value, near, field)


def _unknown(value: str, near: list[str], field: str) -> LanduseError:
    shown = "、".join(near)
    return fail(study_fault("没有这个取值", "there is no such value", field=field, found=value,
                            todo_zh=f"可选：{shown}", todo_en=f"choose from: {shown}"))  # fmt: skip
