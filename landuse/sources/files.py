"""The files a source consists of: is it there, is it whole, what is near it."""

from __future__ import annotations

import difflib
import glob
import hashlib
from functools import lru_cache
from pathlib import Path
from typing import IO

from landuse.core.errors import fail, missing_fault

_PART = 1 << 20


def present(path: Path) -> bool:
    """Tell whether a source is there: a file, or the folder of a file geodatabase."""
    return path.is_file() or is_geodatabase(path)


def is_geodatabase(path: Path) -> bool:
    """Tell whether a path is the folder of a file geodatabase (.gdb)."""
    return path.suffix.lower() == ".gdb" and path.is_dir()


def parts_of(path: Path) -> list[Path]:
    """Return the files a source consists of, the named one first, the others sorted by name.

    A shapefile brings its sidecars, a file geodatabase all files in its folder but the locks of
    programs that have it open.
    """
    if is_geodatabase(path):
        inside = (part for part in path.rglob("*") if part.is_file())
        return sorted(part for part in inside if part.suffix.lower() != ".lock")
    if path.suffix.lower() != ".shp":
        return [path]
    beside = path.parent.glob(f"{glob.escape(path.stem)}.*")
    return [path, *sorted(p for p in beside if p != path and p.is_file())]


def write_in_parts(stream: IO[bytes], data: bytes | memoryview) -> None:
    """Write many bytes, a mebibyte at a time.

    For all at once Linux looks for memory in few large pieces: a gigabyte took 1.4 to 2.2 s of the
    processor instead of 0.3 (6.18, ext4, most memory in use as file cache).
    """
    whole = memoryview(data)
    for first in range(0, len(whole), _PART):
        stream.write(whole[first : first + _PART])


def content_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes; a file of the same size and time is read once."""
    stat = path.stat()
    return _sha256(path, stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=1024)
def _sha256(path: Path, _size: int, _time: int) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def require_file(path: Path) -> None:
    """Raise the fault of an absent file or geodatabase (exit code 3)."""
    if not present(path):
        near = near_file(path)
        raise fail(
            missing_fault(
                "文件不存在",
                "the file does not exist",
                file=path.name,
                found=f"{path.parent.name}/",
                todo_zh=f"是不是 {near}？" if near else "把文件放进原始数据目录，或改路径",
                todo_en=f"did you mean {near}?" if near else "put it there or change the path",
            )
        )


def near_file(path: Path) -> str:
    """Return the name of the file beside ``path`` that is spelt most like it, "" if none is.

    The ending does not count: two layers are not alike because both are .gpkg.
    """
    beside = sorted(other for other in path.parent.glob("*") if present(other))
    names = {other.stem: other.name for other in reversed(beside)}
    near = difflib.get_close_matches(path.stem, list(names), n=1, cutoff=0.75)
    return names[near[0]] if near else ""


def require_parts(path: Path) -> None:
    """Raise the fault of a shapefile that is not whole (exit code 3)."""
    absent = missing_parts(path)
    if absent:
        raise fail(
            missing_fault(
                "shp 文件不完整", "the shapefile is not whole", file=path.name,
                found="无 no " + ", ".join(absent), todo_zh="把同名的 .shx、.dbf 一起放进来",
                todo_en="put the .shx and .dbf of the same name beside it",
            )
        )  # fmt: skip


def missing_parts(path: Path) -> list[str]:
    """Return the names of the files a shapefile cannot be read without and that are not there."""
    if path.suffix.lower() != ".shp":
        return []
    beside = {other.name.casefold() for other in path.parent.glob(f"{glob.escape(path.stem)}.*")}
    needed = [path.with_suffix(suffix).name for suffix in (".shx", ".dbf")]
    return [name for name in needed if name.casefold() not in beside]
