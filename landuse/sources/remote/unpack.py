"""Archives: one file taken out of a ZIP, or a gzip unpacked, every byte checked."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Protocol

from landuse.sources.remote.parts import disk_faults, require_space
from landuse.sources.remote.refusal import RefusalError

_BUFFER_BYTES = 2**20
_SPOILT = (zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, EOFError)


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def unzip(archive: Path, into: Path, *, member: str, name: str) -> None:
    """Write one member of a ZIP to ``into``; its CRC is checked.

    Only that file is written, wherever the archive would put its members. Without ``member`` it is
    the only file that ends like ``name``.

    Raises
    ------
    RefusalError
        If the archive is damaged, locked, or has no such member.
    """
    with _spoilt_is_refused(), zipfile.ZipFile(archive) as opened:
        info = opened.getinfo(_member(opened, member, name))
        if info.flag_bits & 1:
            raise RefusalError("压缩包有密码", "the archive needs a password")
        require_space(into.parent, info.file_size, name=name)
        with opened.open(info) as stream:
            _copy(stream, into, name=name)


def gunzip(archive: Path, into: Path, *, name: str) -> None:
    """Unpack a gzip file to ``into``, streaming; its CRC and length are checked.

    Raises
    ------
    RefusalError
        If it is damaged or cut.
    """
    with _spoilt_is_refused(), gzip.open(archive) as stream:
        _copy(stream, into, name=name)


def _member(opened: zipfile.ZipFile, member: str, name: str) -> str:
    names = [info.filename for info in opened.infolist() if not info.is_dir()]
    suffix = PurePosixPath(name).suffix.lower()
    alike = [one for one in names if one.lower().endswith(suffix)]
    if member in names:
        return member
    if not member and len(alike) == 1:
        return alike[0]
    listed = ", ".join(names[:10])
    wanted = member or f"*{suffix}"
    raise RefusalError(
        f"压缩包里没有（唯一的）{wanted}，有：{listed}",
        f"the archive has no (single) {wanted}; it has: {listed}",
    )


def _copy(stream: _Readable, into: Path, *, name: str) -> None:
    with disk_faults(name), into.open("wb") as out:
        while chunk := stream.read(_BUFFER_BYTES):
            out.write(chunk)


@contextmanager
def _spoilt_is_refused() -> Iterator[None]:
    try:
        yield
    except (*_SPOILT, NotImplementedError) as error:
        reason = str(error) or type(error).__name__
        raise RefusalError(
            f"压缩包损坏（{reason}）", f"the archive is damaged ({reason})"
        ) from error
