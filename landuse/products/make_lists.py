"""Lists: every parcel as CSV, the candidates as a workbook."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from landuse.core.product import FileProduct
from landuse.core.settings import Settings
from landuse.products.gather import gather
from landuse.products.settings import ProductSettings
from landuse.products.tables import write_csv
from landuse.products.workbook import write_workbook


def make_csv(*, parcels: pd.DataFrame, settings: Settings) -> dict[str, Any]:
    """Return ``parcels``: a CSV of every parcel, UTF-8 with BOM, codes as text."""

    def write(path: Path) -> None:
        write_csv(parcels, path, list(parcels.columns))

    return {"parcels": FileProduct(".csv", write)}


def make_workbook(*, settings: ProductSettings, **tables: Any) -> dict[str, Any]:
    """Return ``candidates``: the workbook of flagged parcels, totals, dictionary and findings."""
    return {"candidates": FileProduct(".xlsx", partial(_write, gather(settings, **tables)))}


def _write(run: Any, path: Path) -> None:
    write_workbook(run, path)
