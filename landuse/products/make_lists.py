"""Lists: every parcel and village as CSV, the candidates as workbooks."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from landuse.core.product import FileProduct
from landuse.core.settings import Settings
from landuse.products.checks import with_checks
from landuse.products.columns import ordered_columns
from landuse.products.gather import gather
from landuse.products.settings import ProductSettings
from landuse.products.tables import write_csv
from landuse.products.village_book import village_book
from landuse.products.workbook import write_sheets, write_workbook

VILLAGE_FIRST = (
    "village_id", "name", "town_code", "town_name", "village_code", "village_name", "kind",
    "kinds", "score", "grade", "rank", "coverage", "hvs", "hvs_coverage", "mrs", "mrs_coverage",
    "scattered", "scattered_coverage", "households_est", "households_basis", "population_est",
    "population_basis", "area_mu", "evidence_zh", "evidence_en", "basis_zh", "basis_en",
    "suggestion_zh", "suggestion_en", "veto", "veto_zh", "veto_en",
)  # fmt: skip
"""Columns of villages.csv that come first; indicators follow in alphabetical order."""


def make_csv(
    *, parcels: pd.DataFrame, checks: pd.DataFrame | None = None, settings: Settings
) -> dict[str, Any]:
    """Return ``parcels``: a CSV of every parcel, UTF-8 with BOM, codes as text."""
    parcels = with_checks(parcels, checks)
    columns = ordered_columns(parcels.columns)

    def write(path: Path) -> None:
        write_csv(parcels, path, columns)

    return {"parcels": FileProduct(".csv", write)}


def make_village_csv(*, villages: pd.DataFrame, settings: Settings) -> dict[str, Any]:
    """Return ``villages``: a CSV of every natural village, UTF-8 with BOM, codes as text."""
    columns = [name for name in VILLAGE_FIRST if name in villages]
    columns += sorted(name for name in villages.columns if name not in columns)

    def write(path: Path) -> None:
        write_csv(villages, path, columns)

    return {"villages": FileProduct(".csv", write)}


def make_workbook(*, settings: ProductSettings, **tables: Any) -> dict[str, Any]:
    """Return ``candidates``: the workbook of flagged parcels, totals, dictionary and findings."""
    return {"candidates": FileProduct(".xlsx", partial(_write, gather(settings, **tables)))}


def make_village_workbook(*, settings: ProductSettings, **tables: Any) -> dict[str, Any]:
    """Return ``villages``: the workbook of candidate villages, quota, plan and receiving sites."""
    run = gather(settings, **tables)

    def write(path: Path) -> None:
        write_sheets(village_book(run), path, title=run.study.title_zh)

    return {"villages": FileProduct(".xlsx", write)}


def _write(run: Any, path: Path) -> None:
    write_workbook(run, path)
