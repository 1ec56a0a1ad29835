"""Lists: every parcel as CSV, the candidates as a workbook."""

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
from landuse.products.workbook import write_workbook


def make_csv(
    *, parcels: pd.DataFrame, checks: pd.DataFrame | None = None, settings: Settings
) -> dict[str, Any]:
    """Return ``parcels``: a CSV of every parcel, UTF-8 with BOM, codes as text."""
    parcels = with_checks(parcels, checks)
    columns = ordered_columns(parcels.columns)

    def write(path: Path) -> None:
        write_csv(parcels, path, columns)

    return {"parcels": FileProduct(".csv", write)}


def make_workbook(*, settings: ProductSettings, **tables: Any) -> dict[str, Any]:
    """Return ``candidates``: the workbook of flagged parcels, totals, dictionary and findings."""
    return {"candidates": FileProduct(".xlsx", partial(_write, gather(settings, **tables)))}


def _write(run: Any, path: Path) -> None:
    write_workbook(run, path)
