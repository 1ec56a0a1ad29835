"""Files in the making: where they lie, what is noted of them, and how they become whole."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock

from landuse.core.errors import LanduseError, fail, missing_fault

if TYPE_CHECKING:  # every run reads the record of downloads; most speak to no provider
    import requests

_SPARE_BYTES = 16 * 2**20
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@dataclass(frozen=True, kw_only=True)
class Version:
    """Which version of a remote file something is of.

    ``total`` is its size in bytes, None where the provider does not tell.
    """

    url: str
    etag: str = ""
    last_modified: str = ""
    total: int | None = None

    @classmethod
    def of(cls, url: str, answer: requests.Response, *, total: int | None) -> Version:
        """Return the version an answer speaks of."""
        headers = answer.headers
        etag, moment = headers.get("ETag", ""), headers.get("Last-Modified", "")
        return cls(url=url, etag=etag, last_modified=moment, total=total)

    @property
    def validator(self) -> str:
        """Return what goes into If-Range: a strong ETag, else the time; "" where there is none."""
        if self.etag and not self.etag.startswith("W/"):
            return self.etag
        return self.last_modified

    def same_file(self, other: Version) -> bool:
        """Tell whether two answers of one URL are of one file: all that both tell is equal."""
        pairs = (
            (self.etag, other.etag),
            (self.last_modified, other.last_modified),
            (self.total, other.total),
        )
        told = [(ours, theirs) for ours, theirs in pairs if ours and theirs]
        return self.url == other.url and all(ours == theirs for ours, theirs in told)


@dataclass(frozen=True)
class Part:
    """A file in the making beside its target: the bytes, and a journal of what they are."""

    target: Path
    kind: str = "part"

    @property
    def path(self) -> Path:
        """Return where the bytes lie."""
        return self.target.with_name(f"{self.target.name}.{self.kind}")

    @property
    def journal(self) -> Path:
        """Return where the journal lies."""
        return self.target.with_name(f"{self.target.name}.{self.kind}.journal")

    @property
    def size(self) -> int:
        """Return the bytes had so far."""
        return self.path.stat().st_size if self.path.is_file() else 0

    def begin(self, version: Version) -> None:
        """Begin anew: no bytes, and a journal that names the version."""
        self.drop()
        self.path.touch()
        write_whole(self.journal, canonical(asdict(version)) + b"\n")

    def version(self) -> Version | None:
        """Return the version the bytes are of; None without bytes or a journal that reads."""
        try:
            first = self.journal.read_text("utf-8").partition("\n")[0]
            return Version(**json.loads(first)) if self.path.is_file() else None
        except (OSError, ValueError, TypeError):
            return None

    def drop(self) -> None:
        """Remove the bytes and the journal."""
        self.journal.unlink(missing_ok=True)
        self.path.unlink(missing_ok=True)


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def canonical(data: Mapping[str, Any]) -> bytes:
    """Return a mapping as JSON with one spelling."""
    return json.dumps(data, sort_keys=True, ensure_ascii=False).encode()


def write_whole(path: Path, data: bytes) -> None:
    """Write a small file that appears whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(draft, path)  # noqa: PTH105 - one atomic step, also over an old file on Windows
    finally:
        draft.unlink(missing_ok=True)


def move_into_place(made: Path, target: Path) -> None:
    """Let a finished file take its name in one step, once its bytes are on the disk."""
    with made.open("rb+") as stream:
        os.fsync(stream.fileno())
    os.replace(made, target)  # noqa: PTH105 - one atomic step, also over an old file on Windows


@contextmanager
def locked(target: Path) -> Iterator[None]:
    """Hold the right to make ``target``; another process waits here until it is given back.

    The lock is the operating system's: that of a killed process is free at once.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(target.with_name(f".{target.name}.lock")):
        yield


def require_space(folder: Path, wanted_bytes: int | None, *, name: str) -> None:
    """Raise the fault of a disk without room for so many bytes (exit code 3)."""
    free = shutil.disk_usage(folder).free
    if wanted_bytes is not None and wanted_bytes + _SPARE_BYTES > free:
        raise _disk_full(name, f"{wanted_bytes / 1e6:.0f} MB > {free / 1e6:.0f} MB")


@contextmanager
def disk_faults(name: str) -> Iterator[None]:
    """Turn the error of a disk that has become full into its fault (exit code 3)."""
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise _disk_full(name, os.strerror(error.errno)) from error


def _disk_full(name: str, found: str) -> LanduseError:
    return fail(
        missing_fault(
            "磁盘空间不够，下载停下", "the disk has no room for the download", file=name,
            found=found, todo_zh="腾出空间后再运行，已下载的部分会续传",
            todo_en="make room and run again; what has come is kept",
        )
    )  # fmt: skip
