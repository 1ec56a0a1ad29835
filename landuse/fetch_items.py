"""One file of a study: there already, brought in, or named as not to be had."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from landuse.core.errors import Fault, LanduseError
from landuse.core.grid import Bounds
from landuse.sources.remote import http
from landuse.sources.remote.bring import at_hand, bring
from landuse.sources.remote.parts import sha256
from landuse.sources.remote.spec import Progress, Remote
from landuse.study import OpenStudy
from landuse.study_window import study_window

Say = Callable[[str], None]


@dataclass(frozen=True)
class Item:
    """One file of a study: how it came to be there, or why it is not.

    ``how``: local, kept, fetched, made, by_hand, missing or failed.
    """

    role: str
    file: str
    how: str
    sha256: str = ""
    bytes: int = 0
    received_bytes: int = 0
    requests: int = 0
    remote_bytes: int | None = None
    url: str = ""
    note_zh: str = ""
    note_en: str = ""


@dataclass
class Fetching:
    """One fetch: what it may use, and what it met so far."""

    study: OpenStudy
    offline: bool
    progress: Progress
    say: Say
    items: list[Item] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    told: set[str] = field(default_factory=set)

    @property
    def raw(self) -> Path:
        """Return the folder of the raw layers."""
        return self.study.raw

    @cached_property
    def window(self) -> Bounds:
        """Return where the study is, degrees; read once."""
        return study_window(self.study)

    def licence(self, title: str, remote: Remote) -> None:
        """Tell licence and credit line of a product, once, before anything of it is downloaded."""
        line = f"{title}: {remote.licence}; {remote.attribution}"
        if line not in self.told:
            self.told.add(line)
            self.say(line)

    def bring(self, role: str, remote: Remote, *, title: str) -> Item:
        """Bring one file in, or note why not; what is there already touches no network."""
        bounds = self.window if remote.access == "window" else None
        try:
            there = at_hand(remote, self.raw, bounds=bounds)
            if there is None and self.offline:
                return Item(role, remote.name, "missing", url=remote.urls[0])
            if there is None:
                self.licence(title, remote)
                there = bring(
                    remote, self.raw, http=self.study.study.fetch.http, progress=self.progress,
                    bounds=bounds,
                )  # fmt: skip
        except LanduseError as error:
            self.faults += error.faults
            return Item(role, remote.name, "failed", url=remote.urls[0])
        if there.fetched is None:
            return local(role, there.path)
        got, new = there.fetched, there.how == "fetched"
        return Item(
            role, remote.name, there.how, sha256=got.file_sha256, bytes=got.file_bytes,
            received_bytes=got.received_bytes if new else 0, requests=got.requests if new else 0,
            remote_bytes=got.remote_bytes, url=got.url, note_zh=got.note_zh, note_en=got.note_en,
        )  # fmt: skip


def local(role: str, path: Path) -> Item:
    """Return the item of a file of the user's own, with its digest."""
    if path.is_dir():
        return Item(role, path.name, "local")
    return Item(role, path.name, "local", sha256=sha256(path), bytes=path.stat().st_size)


def with_mirrors(remote: Remote, mirrors: Mapping[str, Sequence[str]]) -> Remote:
    """Return a download with the mirrors of its addresses."""
    return replace(remote, urls=http.with_mirrors(remote.urls, mirrors))
