"""Findings: every repair, drop, gap and doubt is a row, not a log line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

import pandas as pd

COLUMNS = ("stage", "object_id", "kind", "value", "message_zh", "message_en")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One row of the findings table.

    ``kind`` is one of repaired, dropped, absent, doubt, note.
    """

    stage: str
    kind: str
    message_zh: str
    message_en: str
    object_id: str = ""
    value: str = ""


def to_table(findings: Iterable[Finding]) -> pd.DataFrame:
    """Return the findings as a text table with the columns of ``COLUMNS``, in the order given."""
    rows = [asdict(finding) for finding in findings]
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype="str")


def merge_tables(tables: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Stack findings tables, keeping their order."""
    frames = [table for table in tables if len(table)]
    if not frames:
        return to_table([])
    return pd.concat(frames, ignore_index=True)
