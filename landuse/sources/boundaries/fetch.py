"""Download the open boundaries: what the provider says of its release, then the release."""

from __future__ import annotations

import time
from pathlib import Path

from landuse.core.errors import data_fault, fail
from landuse.sources.boundaries.geoboundaries import API, Release, ask_release, read_release
from landuse.sources.remote.bring import bring
from landuse.sources.remote.http import Client, Sleep
from landuse.sources.remote.parts import write_whole
from landuse.sources.remote.refusal import RefusalError
from landuse.sources.remote.spec import HttpSettings, Progress

NOTE = "geoBoundaries-CHN-ADM3.json"
"""What the API said when the file beside it was downloaded."""


def fetch_release(
    folder: Path, *, http: HttpSettings, progress: Progress, url: str = API,
    simplified: bool = False, sleep: Sleep = time.sleep,
) -> tuple[Release, Path]:  # fmt: skip
    """Return the release and its file in ``folder``, downloaded where they are not there.

    The note of the API is kept beside the file, so that a second call needs no network and a new
    release does not slip in between two runs; delete the note to take a new one.

    Raises
    ------
    LanduseError
        Exit code 3 if the provider does not serve them as they should be, 4 if the note in the
        folder is none.
    """
    note = folder / NOTE
    release = _noted(note) if note.is_file() else None
    if release is None:
        with Client.open(http, sleep=sleep) as client:
            release = ask_release(client, url=url)
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(note, release.model_dump_json(by_alias=True, indent=1).encode())
    remote = release.remote(simplified=simplified)
    brought = bring(remote, folder, http=http, progress=progress, sleep=sleep)
    return release, brought.path


def _noted(note: Path) -> Release:
    try:
        return read_release(note.read_bytes())
    except RefusalError as refusal:
        raise fail(
            data_fault(
                refusal.zh, refusal.en, file=note.name, todo_zh="删除此文件后重新下载",
                todo_en="delete it and download again",
            )
        ) from refusal  # fmt: skip
