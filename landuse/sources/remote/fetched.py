"""The raw folder's record of what was downloaded, and which files are the user's own."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from landuse.core.errors import data_fault, fail
from landuse.sources.remote.parts import locked, sha256, write_whole
from landuse.sources.remote.spec import Fetched

RECORD = "fetched.json"
Record = Mapping[str, Fetched]


def read_record(folder: Path) -> dict[str, Fetched]:
    """Return {file name: what its download brought}; empty where nothing was downloaded.

    Raises
    ------
    LanduseError
        Exit code 4 if the record cannot be read.
    """
    path = folder / RECORD
    if not path.is_file():
        return {}
    try:
        rows: dict[str, dict[str, Any]] = json.loads(path.read_text("utf-8"))
        return {name: _fetched(row) for name, row in sorted(rows.items())}
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise fail(
            data_fault(
                "下载记录读不懂", "the record of downloads cannot be read", file=RECORD,
                found=str(error)[:120], todo_zh="删掉它再运行 fetch；已有的文件会当作您自己的",
                todo_en="remove it and fetch again; files that lie there count as your own",
            )
        ) from error  # fmt: skip


def write_record(folder: Path, record: Record) -> None:
    """Write the record, whole or not at all; the same record gives the same bytes."""
    rows = {name: dataclasses.asdict(record[name]) for name in sorted(record)}
    text = json.dumps(rows, ensure_ascii=False, indent=1, sort_keys=True)
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / RECORD, f"{text}\n".encode())


def note(folder: Path, fetched: Fetched) -> None:
    """Add one download to the record; two processes that note at once lose nothing."""
    with locked(folder / RECORD):
        write_record(folder, {**read_record(folder), fetched.name: fetched})


def is_current(fetched: Fetched | None, path: Path) -> bool:
    """Tell whether a file is, byte for byte, what the record says was downloaded."""
    if fetched is None or not path.is_file() or path.stat().st_size != fetched.file_bytes:
        return False
    return sha256(path) == fetched.file_sha256


def is_local(fetched: Fetched | None, path: Path) -> bool:
    """Tell whether a file is the user's own: there, and not what was downloaded. It wins."""
    return path.is_file() and not is_current(fetched, path)


def _fetched(row: dict[str, Any]) -> Fetched:
    window = row.get("window")
    return Fetched(**{**row, "window": tuple(window) if window else None})
