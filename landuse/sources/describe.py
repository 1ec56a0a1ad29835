"""The source sheet: which file, of which year, under which licence."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import rasterio
from rasterio.errors import RasterioIOError

from landuse.core.settings import Settings
from landuse.sources.files import content_sha256, is_geodatabase, parts_of


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
    mark: str = ""
    defects: int = 0
    projected: bool = False
    fetched_url: str = ""
    fetched_sha256: str = ""


class DescribeSettings(Settings):
    """The notes of every source of a study, by the key of its file."""

    notes: dict[str, SourceNote]


def describe_sources(*, files: Mapping[str, Path], settings: DescribeSettings) -> dict[str, Any]:
    """Return ``sources``: role, title, product, file name, SHA-256, size, year, licence, credit.

    Digest and size of a shapefile and of a file geodatabase are those of all their files.
    ``cells`` is "rows x columns" of a raster as it lies in the file, else "". ``fetched_url`` is
    kept only where the file is, byte for byte, what was downloaded: a file that replaced it is
    a local one.
    """
    rows = [_row(key, path, settings.notes[key]) for key, path in files.items()]
    return {"sources": pd.DataFrame(rows)}


def _row(key: str, path: Path, note: SourceNote) -> dict[str, Any]:
    digest = content_digest(path)
    known = note.model_dump(exclude={"fetched_sha256"})
    known["fetched_url"] = note.fetched_url if note.fetched_sha256 == digest else ""
    file = {"key": key, "file": path.name, "sha256": digest, "size_bytes": content_size(path)}
    return file | known | {"cells": _cells(path) if note.product else ""}


def content_digest(path: Path) -> str:
    """Return the SHA-256 of a file; of several, that of their names and digests."""
    parts = parts_of(path)
    if parts == [path]:
        return content_sha256(path)
    top = path if is_geodatabase(path) else path.parent
    lines = [f"{part.relative_to(top).as_posix()} {content_sha256(part)}" for part in parts]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def content_size(path: Path) -> int:
    """Return the bytes of all files a source consists of."""
    return sum(part.stat().st_size for part in parts_of(path))


def _cells(path: Path) -> str:
    """Return the shape of a raster; "" where it cannot be opened, which its alignment tells."""
    try:
        with rasterio.open(path) as raster:
            return f"{raster.height} x {raster.width}"
    except RasterioIOError:
        return ""
