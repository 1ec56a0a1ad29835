"""The source sheet: which file, of which year, under which licence."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from landuse.core.settings import Settings


class SourceNote(Settings):
    """What is known of one source besides its file."""

    role: str
    title_zh: str
    title_en: str
    product: str = ""
    year: str = ""
    licence: str = ""
    attribution: str = ""
    defects_zh: str = ""
    defects_en: str = ""


class DescribeSettings(Settings):
    """The notes of every source of a study, by the key of its file."""

    notes: dict[str, SourceNote]


def describe_sources(*, files: Mapping[str, Path], settings: DescribeSettings) -> dict[str, Any]:
    """Return ``sources``: role, title, product, file name, SHA-256, size, year, licence, credit."""
    rows = [
        {"key": key, "file": path.name, "sha256": _digest(path), "size_bytes": path.stat().st_size}
        | settings.notes[key].model_dump()
        for key, path in files.items()
    ]
    return {"sources": pd.DataFrame(rows)}


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
