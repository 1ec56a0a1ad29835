"""The workbook of opportunities as a stage product."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from landuse.core.product import FileProduct
from landuse.products.gather import gather
from landuse.products.opportunity_book import opportunity_book
from landuse.products.opportunity_facts import OpportunitySettings
from landuse.products.workbook import write_sheets


def make_opportunity_workbook(*, settings: OpportunitySettings, **tables: Any) -> dict[str, Any]:
    """Return ``opportunities``: sites, projects, work lists, towns, incentive as a workbook."""
    run = gather(settings, **tables)
    grades = [grade.code for grade in settings.opportunity_model.grades]

    def write(path: Path) -> None:
        write_sheets(opportunity_book(run), path, title=run.study.title_zh, grades=grades)

    return {"opportunities": FileProduct(".xlsx", write)}
