"""The findings of all stages as one table, in the order of the method."""

from __future__ import annotations

from typing import Any

import pandas as pd

from landuse.core.findings import merge_tables
from landuse.core.settings import Settings


def collect_findings(*, settings: Settings, **tables: pd.DataFrame | None) -> dict[str, Any]:
    """Return ``findings``: the rows of every stage's findings, stages in the order given."""
    return {"findings": merge_tables(table for table in tables.values() if table is not None)}
