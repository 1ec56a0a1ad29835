"""One file into the raw folder: the user's own wins, what is there stays, the rest is fetched."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import requests

from landuse.core.grid import Bounds
from landuse.sources.remote.fetched import is_current, note, read_record
from landuse.sources.remote.http import Client, Sleep
from landuse.sources.remote.parts import locked, move_into_place
from landuse.sources.remote.spec import Fetched, HttpSettings, Progress, Remote
from landuse.sources.remote.whole import take_whole
from landuse.sources.remote.window import Wanted, take_window


@dataclass(frozen=True, kw_only=True)
class Brought:
    """How a file came to be in the raw folder.

    Attributes
    ----------
    how : ``local``: the user's own file, left as it is; ``kept``: downloaded before, checked by
        its digest; ``fetched``: downloaded now.
    fetched : what its download brought; None for a file of the user's own.
    """

    path: Path
    how: Literal["local", "kept", "fetched"]
    fetched: Fetched | None


def at_hand(remote: Remote, folder: Path, *, bounds: Bounds | None = None) -> Brought | None:
    """Return the file if it need not be downloaded: no network is touched. None if it must be.

    A window that was downloaded for other bounds, unless they hold these, must be.
    """
    path = folder / remote.name
    if not path.is_file():
        return None
    fetched = read_record(folder).get(remote.name)
    if not is_current(fetched, path):
        return Brought(path=path, how="local", fetched=None)
    if fetched is not None and not _holds(fetched.window, bounds, remote):
        return None
    return Brought(path=path, how="kept", fetched=fetched)


def bring(
    remote: Remote, folder: Path, *, http: HttpSettings, progress: Progress,
    bounds: Bounds | None = None, bands: Sequence[int] = (1,),
    session: requests.Session | None = None, sleep: Sleep = time.sleep,
) -> Brought:  # fmt: skip
    """Return a file of the raw folder, downloaded and noted in its record if it is not there.

    ``bounds`` (longitude and latitude, degrees) are those of a file with ``window`` access. Of two
    processes that want one file, the second waits and finds it there.

    Raises
    ------
    LanduseError
        See ``download`` and ``download_window``.
    ValueError
        If a window is wanted of no bounds.
    """
    target = folder / remote.name
    with locked(target):
        there = at_hand(remote, folder, bounds=bounds)
        if there is not None:
            return there
        with Client.open(http, session=session, sleep=sleep) as client:
            if remote.access != "window":
                fetched = take_whole(client, remote, target, progress=progress, keep=_noted)
            elif bounds is None:
                msg = f"{remote.name}: a window needs bounds"
                raise ValueError(msg)
            else:
                wanted = Wanted(bounds=bounds, bands=tuple(bands))
                fetched = take_window(
                    client, remote, target, wanted=wanted, progress=progress, keep=_noted
                )
    return Brought(path=target, how="fetched", fetched=fetched)


def _noted(fetched: Fetched, made: Path, target: Path) -> None:
    """Give a file its name and note it.

    A window of other bounds goes first and the note comes before the move: killed in between, the
    file is absent and is fetched again, and never taken for the user's own.
    """
    target.unlink(missing_ok=True)
    note(target.parent, fetched)
    move_into_place(made, target)


def _holds(had: Bounds | None, wanted: Bounds | None, remote: Remote) -> bool:
    """Tell whether the bounds of a downloaded window hold those wanted now."""
    if remote.access != "window" or had is None or wanted is None:
        return True
    west, south, east, north = had
    return west <= wanted[0] and south <= wanted[1] and east >= wanted[2] and north >= wanted[3]
