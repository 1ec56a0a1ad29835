"""The raw folder: the user's own files win, a second call is silent, two processes agree."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine

from landuse.core.errors import LanduseError
from landuse.core.grid import Bounds
from landuse.sources.remote.bring import Brought, at_hand, bring
from landuse.sources.remote.fetched import (
    RECORD,
    is_current,
    is_local,
    note,
    read_record,
    write_record,
)
from landuse.sources.remote.parts import locked
from landuse.sources.remote.spec import Fetched, HttpSettings, Remote
from tests.sources.remote.provider import Provider, Slow, Status, Truncated

ROOT = Path(__file__).resolve().parents[3]
BODY = b"II*\0" + bytes(range(256)) * 1200
ELSEWHERE = "http://nobody.invalid/a.tif"


def whole(*urls: str, name: str = "a.tif") -> Remote:
    return Remote(name=name, urls=urls, access="whole")


def take(
    remote: Remote, folder: Path, http: HttpSettings, *, bounds: Bounds | None = None
) -> Brought:
    return bring(
        remote, folder, http=http, progress=lambda *_: None, bounds=bounds, sleep=lambda _: None
    )


def fetched(name: str = "a.tif", body: bytes = BODY) -> Fetched:
    return Fetched(
        name=name, url="http://p/a", file_sha256=hashlib.sha256(body).hexdigest(),
        file_bytes=len(body), received_bytes=1, requests=1, window=(1.0, 2.0, 3.0, 4.0),
    )  # fmt: skip


def test_a_record_reads_back_as_it_was_written(raw: Path) -> None:
    record = {name: fetched(name) for name in ("乙.tif", "甲.tif")}
    write_record(raw, record)
    first = (raw / RECORD).read_bytes()
    assert read_record(raw) == record
    write_record(raw, dict(reversed(record.items())))
    assert (raw / RECORD).read_bytes() == first
    assert str(raw) not in first.decode()


def test_no_record_is_an_empty_one_and_a_broken_one_is_a_fault(raw: Path) -> None:
    assert read_record(raw) == {}
    for text in ("{", "[]", '{"a.tif": {"name": "a.tif"}}', '{"a.tif": 3}'):
        (raw / RECORD).write_text(text)
        with pytest.raises(LanduseError, match="cannot be read") as caught:
            read_record(raw)
        assert caught.value.exit_code == 4


def test_a_file_is_the_users_own_unless_its_digest_is_recorded(raw: Path) -> None:
    path = raw / "a.tif"
    assert not is_local(None, path)
    path.write_bytes(BODY)
    assert is_local(None, path)
    assert is_current(fetched(), path)
    assert not is_local(fetched(), path)
    path.write_bytes(BODY[:-1] + b"!")  # the same size
    assert is_local(fetched(), path)


def test_a_second_call_touches_no_network(
    provider: Provider, http: HttpSettings, raw: Path
) -> None:
    first = take(whole(provider.serve("/a.tif", BODY)), raw, http)
    assert (first.how, provider.requests) == ("fetched", 1)
    again = take(whole(ELSEWHERE), raw, http)
    assert again == dataclasses.replace(first, how="kept")
    assert read_record(raw) == {"a.tif": first.fetched}
    assert str(raw) not in (raw / RECORD).read_text("utf-8")


def test_the_users_own_file_wins_and_is_left_alone(http: HttpSettings, raw: Path) -> None:
    (raw / "a.tif").write_bytes(b"mine")
    assert take(whole(ELSEWHERE), raw, http).how == "local"
    assert (raw / "a.tif").read_bytes() == b"mine"
    assert not (raw / RECORD).exists()


def test_a_downloaded_file_the_user_changed_is_the_users_own(
    provider: Provider, http: HttpSettings, raw: Path
) -> None:
    url = provider.serve("/a.tif", BODY)
    take(whole(url), raw, http)
    (raw / "a.tif").write_bytes(b"mine")
    assert take(whole(url), raw, http).how == "local"
    (raw / "a.tif").unlink()
    assert take(whole(url), raw, http).how == "fetched"


def test_a_window_is_fetched_anew_only_for_bounds_it_does_not_hold(
    provider: Provider, http: HttpSettings, raw: Path
) -> None:
    file = raw.parent / "tile.tif"
    profile = {
        "driver": "GTiff", "dtype": "uint8", "count": 1, "height": 300, "width": 300,
        "crs": "EPSG:4326", "transform": Affine(0.01, 0, 119, 0, -0.01, 30), "tiled": True,
        "blockxsize": 64, "blockysize": 64,
    }  # fmt: skip
    with rasterio.open(file, "w", **profile) as out:
        out.write(np.full((1, 300, 300), 7, "uint8"))
    remote = Remote(name="a.tif", urls=(provider.serve("/a.tif", file),), access="window")
    small, within, large = (
        (119.5, 29, 120, 29.5),
        (119.6, 29.1, 119.9, 29.4),
        (119.4, 29, 120, 29.5),
    )
    assert take(remote, raw, http, bounds=small).how == "fetched"
    assert at_hand(remote, raw, bounds=large) is None
    assert take(remote, raw, http, bounds=within).how == "kept"
    assert take(remote, raw, http, bounds=large).how == "fetched"
    assert take(remote, raw, http, bounds=small).how == "kept"
    with pytest.raises(ValueError, match="needs bounds"):
        take(dataclasses.replace(remote, name="b.tif"), raw, http)


def test_a_failed_download_is_not_recorded(
    provider: Provider, http: HttpSettings, raw: Path
) -> None:
    provider.serve("/a.tif", BODY)
    provider.plan("/a.tif", Status(404))
    with pytest.raises(LanduseError):
        take(whole(provider.url("/a.tif")), raw, http)
    assert read_record(raw) == {}
    assert at_hand(whole(ELSEWHERE), raw) is None


PROCESS = """
import json, sys
from pathlib import Path
from landuse.sources.remote.bring import bring
from landuse.sources.remote.spec import HttpSettings, Remote
prefix, folder, names = sys.argv[1], Path(sys.argv[2]), sys.argv[3:]
for name in names:
    remote = Remote(name=name, urls=(f"{prefix}/{name}",), access="whole")
    done = bring(remote, folder, http=HttpSettings(), progress=lambda *_: None)
    print(done.how, done.fetched.file_sha256, flush=True)
"""


def start(url: str, folder: Path, *names: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", PROCESS, url, str(folder), *names]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def said(*processes: subprocess.Popen[str]) -> list[str]:
    lines = [
        line for process in processes for line in process.communicate(timeout=60)[0].split("\n")
    ]
    assert [process.returncode for process in processes] == [0] * len(processes)
    return sorted(filter(None, lines))


def test_of_two_processes_one_downloads_and_the_other_finds_it(
    provider: Provider, raw: Path
) -> None:
    ours, theirs = ([f"{k}.tif" for k in range(first, 12, 2)] for first in (0, 1))
    for name in ("a.tif", *ours, *theirs):
        provider.serve(f"/{name}", BODY)
    provider.plan("/a.tif", Slow(1.5))
    prefix, digest = provider.url(""), hashlib.sha256(BODY).hexdigest()
    lines = said(start(prefix, raw, "a.tif", *ours), start(prefix, raw, "a.tif", *theirs))
    assert lines == [f"fetched {digest}"] * 13 + [f"kept {digest}"]
    assert provider.seen("/a.tif").sent_bytes == len(BODY)
    assert provider.requests == 13
    # what both noted, file by file at the same time, is all there
    assert sorted(read_record(raw)) == sorted(["a.tif", *ours, *theirs])
    assert all(is_current(one, raw / name) for name, one in read_record(raw).items())


def test_a_killed_process_leaves_nothing_wrong_and_no_lock(
    provider: Provider, http: HttpSettings, raw: Path
) -> None:
    url = provider.serve("/a.tif", BODY)
    provider.plan("/a.tif", Truncated(150_000), Slow(60))
    process = start(provider.url(""), raw, "a.tif")
    patience = time.monotonic() + 30
    while provider.seen("/a.tif").requests < 2 and time.monotonic() < patience:
        time.sleep(0.05)
    process.kill()
    process.communicate()
    assert not (raw / "a.tif").exists()
    got = take(whole(url), raw, http)
    assert (raw / "a.tif").read_bytes() == BODY
    assert got.fetched is not None
    assert got.fetched.received_bytes == len(BODY) - 150_000


def test_a_lock_file_without_a_holder_blocks_nobody(raw: Path) -> None:
    (raw / ".a.tif.lock").write_text("left by a process long gone")
    with locked(raw / "a.tif"):
        assert not (raw / "a.tif").exists()


def test_a_process_killed_between_note_and_move_is_made_good(
    provider: Provider, http: HttpSettings, raw: Path
) -> None:
    note(raw, fetched())
    got = take(whole(provider.serve("/a.tif", BODY)), raw, http)
    assert got.how == "fetched"
    assert json.loads((raw / RECORD).read_text("utf-8"))["a.tif"]["url"] == got.fetched.url  # type: ignore[union-attr]
