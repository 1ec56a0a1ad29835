"""Whole files: nothing wrong is kept, and a cut download ends with the same bytes."""

from __future__ import annotations

import errno
import gzip
import hashlib
import io
import os
import tempfile
import zipfile
from collections import namedtuple
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landuse.core.errors import LanduseError
from landuse.sources.remote.content import START_BYTES
from landuse.sources.remote.parts import disk_faults
from landuse.sources.remote.spec import Fetched, HttpSettings, Remote
from landuse.sources.remote.whole import download
from tests.sources.remote.provider import (
    Changed,
    Dropped,
    Instead,
    NoRanges,
    Plan,
    Provider,
    Spoilt,
    Stall,
    Status,
    Truncated,
    WrongRange,
)

BODY = b"II*\0" + bytes(range(256)) * 1200
OTHER = b"II*\0" + bytes(reversed(range(256))) * 1100
MD5 = "md5:" + hashlib.md5(BODY, usedforsecurity=False).hexdigest()


def short(value: object) -> str:
    return str(value)[:40]


def fetch(
    http: HttpSettings, target: Path, *urls: str, name: str = "a.tif", **remote: object
) -> Fetched:
    asked = Remote(name=name, urls=urls, **({"access": "whole"} | remote))  # type: ignore[arg-type]
    return download(asked, target, http=http, progress=lambda *_: None, sleep=lambda _: None)


def left(folder: Path) -> list[str]:
    """Return what lies in a folder, locks aside."""
    return sorted(path.name for path in folder.iterdir() if path.suffix != ".lock")


def test_a_file_comes_whole_with_its_record(
    provider: Provider, http: HttpSettings, raw: Path
) -> None:
    url = provider.serve("/a.tif", BODY)
    seen: list[tuple[str, int, int | None]] = []
    remote = Remote(name="a.tif", urls=(url,), access="whole", size_bytes=len(BODY), checksum=MD5)
    got = download(remote, raw / "a.tif", http=http, progress=lambda *step: seen.append(step))
    assert (raw / "a.tif").read_bytes() == BODY
    assert left(raw) == ["a.tif"]
    assert got == Fetched(
        name="a.tif", url=url, file_sha256=hashlib.sha256(BODY).hexdigest(),
        file_bytes=len(BODY), received_bytes=len(BODY), requests=1, remote_bytes=len(BODY),
        etag=f'"{MD5[4:]}"',
    )  # fmt: skip
    assert seen[0] == ("a.tif", 0, len(BODY))
    assert seen[-1] == ("a.tif", len(BODY), len(BODY))
    assert [step[1] for step in seen] == sorted(step[1] for step in seen)


@pytest.mark.parametrize(
    "fault",
    [
        Status(500), Status(503, {"Retry-After": "0"}), Truncated(70_000), Truncated(0),
        Dropped(100_000), Stall(9_000, seconds=2), Stall(silent=True, seconds=2),
    ],
    ids=short,
)  # fmt: skip
def test_what_passes_ends_with_the_same_bytes(
    provider: Provider, http: HttpSettings, raw: Path, fault: Plan
) -> None:
    url = provider.serve("/a.tif", BODY)
    provider.plan("/a.tif", fault)
    got = fetch(http, raw / "a.tif", url, checksum=MD5)
    assert (raw / "a.tif").read_bytes() == BODY
    assert got.requests == 2
    assert left(raw) == ["a.tif"]


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Status(404), "HTTP 404"),
        (Status(403), "HTTP 403"),
        (Status(500), "HTTP 500"),
        (Instead(), "login page"),
        (Instead(b"<html>moved</html>", "application/octet-stream"), "web page"),
        (Instead(b'{"error": "quota"}', "application/json"), "quota"),
        (Instead(b"<?xml version='1.0'?><Code>SlowDown</Code>", "text/xml"), "SlowDown"),
        (Instead(b"", "image/tiff"), "empty"),
        (Instead(b"GIF89a...", "image/tiff"), "no .tif file"),
        (Spoilt(), "checksum is wrong"),
        (Spoilt(0), "no .tif file"),
        (Stall(silent=True, seconds=2), "time-out"),
        (Dropped(0), "dropped"),
        (Changed(OTHER), "checksum is wrong"),
    ],
    ids=short,
)
def test_nothing_wrong_is_ever_kept_and_the_mirror_serves(
    provider: Provider, http: HttpSettings, raw: Path, fault: Plan, told: str
) -> None:
    few = http.model_copy(update={"retries": 1})
    urls = [provider.serve(path, BODY) for path in ("/a.tif", "/mirror/a.tif")]
    provider.plan("/a.tif", fault, for_ever=True)
    with pytest.raises(LanduseError, match=told) as caught:
        fetch(few, raw / "a.tif", urls[0], checksum=MD5)
    assert caught.value.exit_code == 3
    assert not (raw / "a.tif").exists()
    assert str(raw) not in str(caught.value)
    got = fetch(few, raw / "a.tif", *urls, checksum=MD5)
    assert got.url == urls[1]
    assert (raw / "a.tif").read_bytes() == BODY
    assert left(raw) == ["a.tif"]


def test_another_size_than_published_is_refused_before_it_is_read(
    provider: Provider, http: HttpSettings, raw: Path
) -> None:
    url = provider.serve("/a.tif", BODY)
    with pytest.raises(LanduseError, match="size is wrong"):
        fetch(http, raw / "a.tif", url, size_bytes=len(BODY) + 1)
    assert left(raw) == []


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, len(BODY)), min_size=1, max_size=3))
def test_dropped_anywhere_it_is_taken_up_where_it_broke(cuts: list[int]) -> None:
    settings_ = HttpSettings(retries=3, backoff_s=0)
    with Provider() as provider, tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "a.tif"
        url = provider.serve("/a.tif", BODY)
        provider.plan("/a.tif", *(Dropped(cut) for cut in cuts))
        got = fetch(settings_, target, url)
        assert target.read_bytes() == BODY
        assert left(Path(folder)) == ["a.tif"]
        # each byte comes once, but for a beginning too short to be looked at
        assert got.received_bytes <= len(BODY) + START_BYTES * len(cuts)


def test_a_download_cut_for_good_is_taken_up_by_the_next_call(
    provider: Provider, http: HttpSettings, raw: Path
) -> None:
    none = http.model_copy(update={"retries": 0})
    url = provider.serve("/a.tif", BODY)
    provider.plan("/a.tif", Truncated(200_000), Status(500))
    with pytest.raises(LanduseError, match="HTTP 500"):
        fetch(none, raw / "a.tif", url)
    assert left(raw) == ["a.tif.part", "a.tif.part.journal"]
    got = fetch(none, raw / "a.tif", url)
    assert (raw / "a.tif").read_bytes() == BODY
    assert provider.seen("/a.tif").ranges[-1] == "bytes=200000-"
    assert provider.seen("/a.tif").headers[-1]["If-Range"] == got.etag
    assert got.received_bytes == len(BODY) - 200_000


@pytest.mark.parametrize(
    "then", [NoRanges(), Changed(OTHER), WrongRange(7), Status(416)], ids=short
)
def test_what_cannot_be_taken_up_is_begun_again(
    provider: Provider, http: HttpSettings, raw: Path, then: Plan
) -> None:
    url = provider.serve("/a.tif", BODY)
    provider.plan("/a.tif", Truncated(100_000), then)
    fetch(http, raw / "a.tif", url)
    assert (raw / "a.tif").read_bytes() == (OTHER if isinstance(then, Changed) else BODY)
    assert left(raw) == ["a.tif"]


def test_without_anything_to_tell_a_change_by_a_cut_download_is_begun_again(
    provider: Provider, http: HttpSettings, raw: Path
) -> None:
    url = provider.serve("/a.tif", BODY, etag="")
    provider.plan("/a.tif", Truncated(100_000), Changed(OTHER))
    fetch(http, raw / "a.tif", url)
    assert (raw / "a.tif").read_bytes() == OTHER
    assert provider.seen("/a.tif").ranges == ["", ""]


def test_a_time_of_change_or_a_weak_etag_tells_the_version(
    provider: Provider, http: HttpSettings, raw: Path
) -> None:
    moment = "Mon, 01 Jan 2024 00:00:00 GMT"
    url = provider.serve("/a.tif", BODY, etag='W/"1"', last_modified=moment)
    provider.plan("/a.tif", Truncated(100_000))
    assert fetch(http, raw / "a.tif", url).received_bytes == len(BODY)
    assert provider.seen("/a.tif").headers[-1]["If-Range"] == moment


def test_a_patched_file_that_is_wrong_is_asked_for_in_one_piece(
    provider: Provider, http: HttpSettings, raw: Path
) -> None:
    url = provider.serve("/a.tif", BODY)
    provider.plan("/a.tif", Truncated(100_000), Spoilt())
    fetch(http, raw / "a.tif", url, checksum=MD5)
    assert (raw / "a.tif").read_bytes() == BODY
    assert provider.seen("/a.tif").ranges == ["", "bytes=100000-", ""]


def test_a_body_of_unknown_length_needs_a_checksum_or_a_size(
    provider: Provider, http: HttpSettings, raw: Path
) -> None:
    url = provider.serve("/a.tif", BODY, length=False)
    with pytest.raises(LanduseError, match="how long"):
        fetch(http, raw / "a.tif", url)
    fetch(http, raw / "a.tif", url, size_bytes=len(BODY))
    assert (raw / "a.tif").read_bytes() == BODY


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize("member", ["a b/x.tif", ""])
def test_one_member_is_taken_out_of_a_zip(
    provider: Provider, http: HttpSettings, raw: Path, member: str
) -> None:
    url = provider.serve("/a.zip", zipped(**{"readme.pdf": b"%PDF", "a b/x.tif": BODY}))
    provider.plan("/a.zip", Truncated(200))
    got = fetch(http, raw / "a.tif", url, access="zip", member=member)
    assert (raw / "a.tif").read_bytes() == BODY
    assert left(raw) == ["a.tif"]
    assert got.file_bytes == len(BODY)
    assert got.remote_bytes != len(BODY)


def test_a_member_that_would_climb_out_is_only_ever_the_target(
    provider: Provider, http: HttpSettings, raw: Path
) -> None:
    url = provider.serve("/a.zip", zipped(**{"../../evil.tif": BODY}))
    fetch(http, raw / "a.tif", url, access="zip", member="../../evil.tif")
    assert left(raw) == ["a.tif"]
    assert left(raw.parent) == [raw.name]


@pytest.mark.parametrize(
    ("body", "member", "told"),
    [
        (zipped(**{"x.tif": BODY}), "y.tif", "no .*y.tif; it has: x.tif"),
        (zipped(**{"x.tif": BODY, "y.tif": BODY}), "", "single"),
        (zipped(**{"x.tif": b"<html>"}), "x.tif", "web page"),
        (zipped(**{"x.tif": BODY})[:-30], "x.tif", "damaged"),
        (zipped(**{"x.tif": BODY}).replace(b"\x00\xff\xfe", b""), "x.tif", ""),
        (BODY, "x.tif", "no .zip file"),
    ],
    ids=short,
)
def test_a_wrong_zip_leaves_nothing(
    provider: Provider, http: HttpSettings, raw: Path, body: bytes, member: str, told: str
) -> None:
    url = provider.serve("/a.zip", body)
    if not told:
        provider.plan("/a.zip", Spoilt(100), for_ever=True)  # a byte of the deflated member
        told = "damaged"
    with pytest.raises(LanduseError, match=told):
        fetch(http, raw / "a.tif", url, access="zip", member=member)
    assert left(raw) == []


def test_gzip_is_unpacked_and_checked(provider: Provider, http: HttpSettings, raw: Path) -> None:
    body = gzip.compress(BODY, mtime=0)
    url = provider.serve("/a.tif.gz", body)
    fetch(http, raw / "a.tif", url, access="gzip")
    assert (raw / "a.tif").read_bytes() == BODY
    for wrong in (body[:-20], body[:-6] + b"\0" + body[-5:]):
        url = provider.serve("/b.tif.gz", wrong)
        with pytest.raises(LanduseError, match="damaged"):
            fetch(http, raw / "b.tif", url, access="gzip", name="b.tif")
    assert left(raw) == ["a.tif"]


@pytest.mark.parametrize(
    ("name", "body", "good"),
    [
        ("a.osm.pbf", b"\x00\x00\x00\x0d\x0a\x09OSMHeader\x18", True),
        ("a.osm.pbf", b"\x00\x00\x00\x0d\x0a\x09OSMData", False),
        ("a.geojson", b'{"type": "FeatureCollection"}', True),
        ("a.geojson", b"<html>", False),
        ("a.geojson", b"not found", False),
        ("a.gpkg", b"SQLite format 3\0", True),
        ("a.gpkg", b"PK\x03\x04", False),
        ("a.csv", "名称,人口\n".encode(), True),
        ("a.csv", b"<!doctype html>", False),
        ("big.tif", b"II+\0" + bytes(12), True),
    ],
)
def test_content_is_what_its_name_says(
    provider: Provider, http: HttpSettings, raw: Path, name: str, body: bytes, good: bool
) -> None:
    url = provider.serve(f"/{name}", body)
    if good:
        fetch(http, raw / name, url, name=name)
        assert (raw / name).read_bytes() == body
    else:
        with pytest.raises(LanduseError):
            fetch(http, raw / name, url, name=name)
        assert left(raw) == []


def test_a_full_disk_is_told_before_a_byte_is_written(
    provider: Provider, http: HttpSettings, raw: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage(100, 99, 1))
    url = provider.serve("/a.tif", BODY)
    with pytest.raises(LanduseError, match="no room") as caught:
        fetch(http, raw / "a.tif", url)
    assert caught.value.exit_code == 3
    assert not (raw / "a.tif").exists()


def test_a_disk_that_fills_up_is_a_fault_and_another_error_is_not() -> None:
    with pytest.raises(LanduseError, match="no room"), disk_faults("a.tif"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    with pytest.raises(PermissionError), disk_faults("a.tif"):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
