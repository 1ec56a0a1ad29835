"""Content-addressed stage store: what is kept, why a stage reran, and whole outputs only.

The key of a stage is a digest of its code (its module and everything in the package that module
imports), its settings, the content of its inputs, and the versions of the libraries. A result is
written into a temporary folder and moved into place by one rename, so a run killed at any moment
leaves either the whole result or none. File times never enter a key.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from blake3 import blake3
from filelock import FileLock

from landuse.codebook import code_digest, library_versions
from landuse.shelf import read_value, write_value
from landuse.sources.cells import CELLS, aside_in
from landuse.sources.files import content_sha256, parts_of

RECORD = "record.json"
DIGEST_BOOK = "digests.json"
SECONDS = "seconds.json"
NEVER_RUN = "never run / 尚未运行"


@dataclass(frozen=True)
class Key:
    """What a stage result depends on; equal parts mean an equal result."""

    stage: str
    code: str
    settings: str
    inputs: Mapping[str, str]
    files: Mapping[str, str]
    libraries: Mapping[str, str]

    def parts(self) -> dict[str, Any]:
        """Return the parts as plain data."""
        return {
            "stage": self.stage,
            "code": self.code,
            "settings": json.loads(self.settings),
            "inputs": dict(self.inputs),
            "files": dict(self.files),
            "libraries": dict(self.libraries),
        }

    @cached_property
    def digest(self) -> str:
        """Return the digest that names the result."""
        return text_digest(canonical(self.parts()))


@dataclass(frozen=True)
class Kept:
    """A file of the store and the digest of its bytes."""

    file: Path
    digest: str


def canonical(data: Any) -> str:
    """Return data as JSON with one spelling."""
    return json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def text_digest(text: str) -> str:
    """Return the SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def output_digest(path: Path) -> str:
    """Return an output's digest: SHA-256, but BLAKE3 of cells, in a quarter of the time."""
    if path.suffix != CELLS:
        return file_digest(path)
    return f"blake3:{blake3().update_mmap(path).hexdigest()}"


class Store:
    """Results of stages under one folder, found by key."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self._book = _read_json(folder / DIGEST_BOOK)
        self._libraries = library_versions()
        self._last: dict[str, Any] | None = None

    def key(
        self, stage: str, run: Any, *, settings: str, inputs: Mapping[str, str],
        files: Mapping[str, Path],
    ) -> Key:  # fmt: skip
        """Return the key of a stage from what it would read now."""
        digests = {name: self.digest_of(path) for name, path in sorted(files.items())}
        return Key(stage, code_digest(run), settings, dict(inputs), digests, self._libraries)

    def digest_of(self, path: Path) -> str:
        """Return a raw file's content digest; sidecars of a shapefile count, as do parts of a .gdb.

        The digest is remembered by size and time, so that an unchanged file is not read again; a
        touched file is read again and found the same.
        """
        parts = [self._one_digest(part) for part in parts_of(path)]
        return parts[0] if len(parts) == 1 else text_digest("\n".join(parts))

    def _one_digest(self, path: Path) -> str:
        name, state = _name_and_state(path)
        known = self._book.get(name)
        if known and known[:2] == state:
            return str(known[2])
        digest = content_sha256(path)
        self._book[name] = [*state, digest]
        return digest

    def save_book(self) -> None:
        """Keep the remembered digests for the next run."""
        _write_whole(self.folder / DIGEST_BOOK, json.dumps(self._book, sort_keys=True).encode())

    def publish(self, files: Mapping[str, Kept], folder: Path) -> None:
        """Put finished files into the product folder, each whole, the manifest last.

        A file that is already there with the same bytes is left alone.
        """
        folder.mkdir(parents=True, exist_ok=True)
        for name in sorted(files, key=lambda item: (item == "manifest.json", item)):
            target, kept = folder / name, files[name]
            if target.is_file() and self._one_digest(target) == kept.digest:
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            with _whole(target) as part:
                shutil.copyfile(kept.file, part)
            place, state = _name_and_state(target)
            self._book[place] = [*state, kept.digest]

    def find(self, key: Key) -> dict[str, str] | None:
        """Return {output name: content digest} of a kept result, or None."""
        return _read_json(self._place(key) / RECORD).get("outputs")

    def aside(self) -> AbstractContextManager[None]:
        """Return a context in which layers are set aside where they will be kept."""
        return aside_in(self.folder)

    def keep(self, key: Key, outputs: Mapping[str, Any]) -> dict[str, str]:
        """Keep a stage's outputs; return their content digests. All or nothing."""
        place = self._place(key)
        with self._scratch() as scratch:
            digests = {
                name: output_digest(write_value(value, scratch / name))
                for name, value in outputs.items()
                if value is not None
            }
            record = {"key": key.parts(), "outputs": digests}
            (scratch / RECORD).write_text(canonical(record), encoding="utf-8")
            _move_into(scratch, place)
        return digests

    def load(self, key: Key, name: str) -> Any:
        """Return one output of a kept result as the value it was."""
        return read_value(self._place(key), name)

    def recall(self, key: Key, name: str, *, but_for: str) -> Any:
        """Return an output of the latest kept result whose key differs in one input alone, or None.

        A result that does not hold what its record says is passed over.
        """
        asked = _but_for(key.parts(), but_for)
        places = list((self.folder / key.stage).glob(f"*/{RECORD}"))
        for record in sorted(places, key=lambda one: one.stat().st_mtime_ns, reverse=True):
            kept = _read_json(record)
            if name in kept.get("outputs", {}) and _but_for(kept["key"], but_for) == asked:
                file = next(record.parent.glob(f"{name}.*"))
                if output_digest(file) == kept["outputs"][name]:
                    return read_value(record.parent, name)
        return None

    def path(self, key: Key, name: str) -> Path:
        """Return the file that holds one output."""
        return next(self._place(key).glob(f"{name}.*"))

    def _place(self, key: Key) -> Path:
        return self.folder / key.stage / key.digest[:32]

    @contextmanager
    def _scratch(self) -> Iterator[Path]:
        scratch = Path(tempfile.mkdtemp(prefix=".part-", dir=self.folder))
        try:
            yield scratch
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def last(self, stage: str) -> dict[str, Any] | None:
        """Return the key parts of the stage's most recent use, or None."""
        if self._last is None:
            self._last = _read_json(self.folder / "last.json")
        used: dict[str, Any] | None = self._last.get(stage)
        return used

    def seconds(self) -> dict[str, float]:
        """Return how long each stage took when it was last made."""
        return _read_json(self.folder / SECONDS)

    def remember(self, keys: Mapping[str, Key], seconds: Mapping[str, float]) -> None:
        """Record the keys of a finished run and the seconds of each stage that was made.

        `status` compares with the keys. Stale results are dropped.
        """
        _write_whole(self.folder / SECONDS, canonical({**self.seconds(), **seconds}).encode())
        parts = {name: key.parts() | {"digest": key.digest} for name, key in keys.items()}
        _write_whole(self.folder / "last.json", canonical(parts).encode())
        self._last = parts
        for stage, key in keys.items():
            self._prune(stage, keep=key)
        self.save_book()

    def _prune(self, stage: str, *, keep: Key, generations: int = 4) -> None:
        kept = sorted(
            (place for place in (self.folder / stage).iterdir() if place != self._place(keep)),
            key=lambda place: place.stat().st_mtime_ns,
        )
        for place in kept[: max(0, len(kept) - generations)]:
            shutil.rmtree(place, ignore_errors=True)

    def alone(self) -> FileLock:
        """Return the lock that keeps two runs out of one store; the system frees a dead one's."""
        return FileLock(self.folder / "run.lock")

    def sweep(self) -> int:
        """Remove what a killed run left unfinished; return how many pieces there were."""
        left = list(self.folder.glob(".part-*"))
        for scratch in left:
            shutil.rmtree(scratch, ignore_errors=True)
        return len(left)


def why(before: Mapping[str, Any] | None, now: Mapping[str, Any]) -> list[str]:
    """Return the reasons why two keys differ, as short texts; empty when they are equal."""
    if before is None:
        return [NEVER_RUN]
    reasons = []
    if before["code"] != now["code"]:
        reasons.append("code changed / 代码已变")
    for name in ("settings", "inputs", "files", "libraries"):
        words = {
            "settings": "setting / 参数", "inputs": "upstream / 上游",
            "files": "file / 文件", "libraries": "library / 依赖库",
        }[name]  # fmt: skip
        reasons += [f"{words}: {path}" for path in _differences(before[name], now[name])]
    return reasons


def _differences(before: Any, now: Any, *, place: str = "") -> Iterator[str]:
    if isinstance(before, dict) and isinstance(now, dict):
        for key in sorted({*before, *now}):
            inner = f"{place}.{key}" if place else str(key)
            yield from _differences(before.get(key), now.get(key), place=inner)
    elif isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        for index, pair in enumerate(zip(before, now, strict=True)):
            yield from _differences(*pair, place=f"{place}[{index}]")
    elif before != now:
        yield f"{place} {_brief(before)} → {_brief(now)}"


def _brief(value: Any) -> str:
    text = "–" if value is None else str(value)
    return text if len(text) <= 24 else text[:10] + "…"


def _but_for(parts: Mapping[str, Any], argument: str) -> str:
    """Return the parts of a key without one of its inputs."""
    inputs = {name: digest for name, digest in parts["inputs"].items() if name != argument}
    return canonical({**parts, "inputs": inputs})


def _name_and_state(path: Path) -> tuple[str, list[int]]:
    """Return what a file's digest is remembered by."""
    stat = path.stat()
    return str(path.resolve()), [stat.st_size, stat.st_mtime_ns]


def _write_whole(target: Path, data: bytes) -> None:
    with _whole(target) as part:
        part.write_bytes(data)


@contextmanager
def _whole(target: Path) -> Iterator[Path]:
    """Yield a file beside the target that takes its place when it is written."""
    part = target.with_name(f".part-{os.getpid()}-{target.name}")
    try:
        yield part
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _move_into(scratch: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.exists():
        shutil.rmtree(place)
    scratch.replace(place)


def _read_json(path: Path) -> dict[str, Any]:
    """Return what a note of ours holds; nothing when it is absent or spoilt by a lost disk."""
    if not path.is_file():
        return {}
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}
