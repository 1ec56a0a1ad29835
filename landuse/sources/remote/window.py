"""Windows: of a large raster, only the cells around a study are asked for and kept."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from rasterio.errors import RasterioError
from rasterio.windows import Window

from landuse.core.errors import SOURCE_MISSING, LanduseError
from landuse.core.grid import Bounds
from landuse.sources.remote.cut import cells_around, opened, spans_of, write_window
from landuse.sources.remote.http import Client, Sleep
from landuse.sources.remote.parts import Part, Version, locked, move_into_place, sha256
from landuse.sources.remote.ranges import NoRangesError, RangeFile
from landuse.sources.remote.refusal import RefusalError, public, unavailable
from landuse.sources.remote.spec import Fetched, HttpSettings, Progress, Remote
from landuse.sources.remote.whole import Keep, take_whole


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is wanted of a raster: bounds in longitude and latitude (degrees), and bands from 1."""

    bounds: Bounds
    bands: Sequence[int] = (1,)


def download_window(
    remote: Remote, target: Path, *, bounds: Bounds, http: HttpSettings, progress: Progress,
    bands: Sequence[int] = (1,), session: requests.Session | None = None,
    sleep: Sleep = time.sleep,
) -> Fetched:  # fmt: skip
    """Download the cells of a GeoTIFF around ``bounds``, at full resolution, to ``target``.

    The header and the blocks the window touches are asked for by ranges and kept in
    ``<name>.part`` until ``target`` is whole; a later call asks for the rest. A provider without
    ranges is named in the note of what is returned: then the whole file comes, and the window is
    cut out of it here. A second process waits.

    Raises
    ------
    LanduseError
        Exit code 3 if no URL serves the file as it should be, or the disk is full; 4 if the
        raster does not overlap the bounds.
    """
    wanted = Wanted(bounds=bounds, bands=tuple(bands))
    with locked(target), Client.open(http, session=session, sleep=sleep) as client:
        return take_window(client, remote, target, wanted=wanted, progress=progress)


def take_window(
    client: Client, remote: Remote, target: Path, *, wanted: Wanted, progress: Progress,
    keep: Keep = lambda _, made, target: move_into_place(made, target),
) -> Fetched:  # fmt: skip
    """Do what ``download_window`` does, for a caller that holds the lock of ``target``.

    ``keep(fetched, made, target)`` gives the verified file its name.
    """
    part, made = Part(target), Part(target, "window").path
    asked, received = client.sent_requests, client.received_bytes
    best: dict[str, int] = {}
    rangeless: list[str] = []

    def once(url: str) -> Version:
        try:
            return _by_ranges(
                client, url, remote, made, wanted=wanted, progress=progress, part=part
            )
        except RefusalError as refusal:
            rangeless.extend([url] if isinstance(refusal, NoRangesError) else [])
            refusal.advanced = part.size > best.get(url, 0)
            best[url] = max(part.size, best.get(url, 0))
            raise

    note = ("", "")
    try:
        version = client.first_of(remote.name, remote.urls, once)
    except LanduseError as error:
        if not rangeless or error.exit_code != SOURCE_MISSING:
            raise
        there = dataclasses.replace(remote, urls=tuple(rangeless), access="whole")
        whole = Part(target, "whole").path
        version = _by_whole(client, there, made, wanted=wanted, progress=progress, whole=whole)
        note = _whole_note(version)
    digest, size = sha256(made), made.stat().st_size
    fetched = Fetched(
        name=remote.name, url=public(version.url), file_sha256=digest, file_bytes=size,
        received_bytes=client.received_bytes - received, requests=client.sent_requests - asked,
        remote_bytes=version.total, etag=version.etag, last_modified=version.last_modified,
        window=wanted.bounds, note_zh=note[0], note_en=note[1],
    )  # fmt: skip
    keep(fetched, made, target)
    part.drop()
    return fetched


def _by_ranges(
    client: Client, url: str, remote: Remote, made: Path, *, wanted: Wanted, progress: Progress,
    part: Part,
) -> Version:  # fmt: skip
    """Cut the window out of the file at a URL; a raster that does not fit is asked for anew once.

    A spoilt header reads like another raster: without a CRS, or elsewhere.
    """
    try:
        return _cut_out(client, url, remote, made, wanted=wanted, progress=progress, part=part)
    except LanduseError:
        part.drop()
        return _cut_out(client, url, remote, made, wanted=wanted, progress=progress, part=part)


def _cut_out(
    client: Client, url: str, remote: Remote, made: Path, *, wanted: Wanted, progress: Progress,
    part: Part,
) -> Version:  # fmt: skip
    """Cut the window out of the file at a URL; what GDAL cannot read is dropped and refused."""
    meter = _Meter(remote.name, progress)
    file = RangeFile(client, url, remote, part=part, on_bytes=meter.add)
    try:
        with opened(file, name=remote.name) as raster:
            file.require_well()
            window = cells_around(raster, wanted.bounds, name=remote.name)
            spans = spans_of(raster, window, bands=wanted.bands)
            file.require_well()
            meter.expect(file.bytes_of(file.missing(spans)))
            file.fetch(spans)
            _write(raster, made, window, wanted, name=remote.name, url=public(url))
        file.require_well()
    except RasterioError as error:
        file.require_well()
        part.drop()
        raise _unreadable(error) from error
    return file.version


def _by_whole(
    client: Client, remote: Remote, made: Path, *, wanted: Wanted, progress: Progress,
    whole: Path,
) -> Version:  # fmt: skip
    """Download the whole file, cut the window out of it, and remove it."""
    try:
        got = take_whole(client, remote, whole, progress=progress)
        with opened(whole, name=remote.name) as raster:
            window = cells_around(raster, wanted.bounds, name=remote.name)
            _write(raster, made, window, wanted, name=remote.name, url=got.url)
    except RasterioError as error:
        refusal = _unreadable(error)
        raise LanduseError([unavailable(remote.name, got.url, [refusal])]) from error
    finally:
        whole.unlink(missing_ok=True)
    return Version(
        url=got.url, etag=got.etag, last_modified=got.last_modified, total=got.remote_bytes
    )


def _write(raster: Any, made: Path, window: Window, wanted: Wanted, *, name: str, url: str) -> None:
    tags = {
        "LANDUSE_URL": url,
        "LANDUSE_WINDOW": f"{window.col_off} {window.row_off} {window.width} {window.height}",
        "LANDUSE_WINDOW_OF": f"{raster.width} {raster.height}",
        "LANDUSE_BOUNDS_LONLAT": " ".join(f"{value:.9g}" for value in wanted.bounds),
        "LANDUSE_BANDS": " ".join(str(band) for band in wanted.bands),
    }
    write_window(raster, made, window=window, bands=wanted.bands, tags=tags, name=name)


def _unreadable(error: RasterioError) -> RefusalError:
    """Return the refusal of bytes that GDAL cannot read; they are asked for anew."""
    reason = str(error.__cause__ or error)[:200]
    return RefusalError(
        f"栅格读不出来（{reason}）", f"the raster cannot be read ({reason})", passing=True
    )


def _whole_note(version: Version) -> tuple[str, str]:
    size = "?" if version.total is None else f"{version.total / 1e6:.1f} MB"
    return (
        f"提供方不支持分段读取：整个文件已下载（{size}），再从中裁出窗口",
        f"the provider does not serve ranges: the whole file came ({size}) and was cut here",
    )


@dataclass(eq=False)
class _Meter:
    """Bytes so far and, once the blocks are known, bytes in all."""

    name: str
    progress: Progress
    had: int = 0
    total: int | None = None

    def add(self, count: int) -> None:
        self.had += count
        self.progress(self.name, self.had, self.total)

    def expect(self, more: int) -> None:
        self.total = self.had + more
        self.progress(self.name, self.had, self.total)
