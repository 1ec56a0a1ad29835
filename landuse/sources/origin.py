"""Where a raw file came from: downloaded, as the record beside it says, or put there by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from landuse.core.errors import data_fault, fail
from landuse.sources.describe import DescribeSettings

RECORD = "fetched.json"


def read_downloads(raw: Path) -> dict[str, dict[str, Any]]:
    """Return what ``fetched.json`` in a raw folder says of each file name; empty without one.

    Raises
    ------
    LanduseError
        If the record cannot be read (exit code 4).
    """
    file = raw / RECORD
    if not file.is_file():
        return {}
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise fail(_unreadable(str(error))) from error
    if not isinstance(data, dict) or not all(isinstance(item, dict) for item in data.values()):
        raise fail(_unreadable(type(data).__name__))
    return data


def _unreadable(found: str) -> Any:
    return data_fault(
        "下载记录读不懂", "the record of downloads cannot be read", file=RECORD, found=found[:200],
        todo_zh="删除此文件（资料将记为本地文件），或重新 landuse fetch",
        todo_en="delete it (files then count as local), or run landuse fetch again",
    )  # fmt: skip


def with_origins(
    settings: DescribeSettings, *, files: Mapping[str, Path], raw: Path
) -> DescribeSettings:
    """Return the notes with address and digest of the download that a file's name is known by.

    Whether the file still is that download is for `describe_sources` to say, by its digest.
    """
    downloads = read_downloads(raw)
    notes = dict(settings.notes)
    for key, path in files.items():
        known = downloads.get(_name(path, raw)) or downloads.get(path.name)
        if known and key in notes:
            urls = {
                "fetched_url": str(known.get("url", "")),
                "fetched_sha256": str(known.get("file_sha256", "")),
            }
            notes[key] = notes[key].model_copy(update=urls)
    return settings.model_copy(update={"notes": notes})


def _name(path: Path, raw: Path) -> str:
    return path.relative_to(raw).as_posix() if path.is_relative_to(raw) else path.name
