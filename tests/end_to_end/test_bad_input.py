"""A user's mistake: one clear message, the right exit code, and nothing written."""

from __future__ import annotations

import errno
import json
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from landuse import cli, store
from tests.end_to_end.broken import Room, call, room, wkt
from tests.end_to_end.cases import CASES, Case, swapped
from tests.made import Made

CHINESE, LATIN = re.compile(r"[\u4e00-\u9fff]"), re.compile(r"[A-Za-z]{2}")
SUBPROCESS = ("unknown role", "two files missing", "truncated tif", "explain an unknown id")


def one_message(text: str, *, faults: int) -> None:
    """Assert that each fault has a Chinese line, an English line and, in both, what to do."""
    head, *lines = text.splitlines()
    assert head == f"共 {faults} 处问题 / {faults} fault(s):"
    starts = [number for number, line in enumerate(lines) if not line.startswith("  ")]
    assert len(starts) == faults, text
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        zh, en, *more = lines[start:end]
        assert CHINESE.search(zh), text
        assert LATIN.search(en), text
        todo_zh, _, todo_en = more[-1].removeprefix("  处理 to do: ").partition(" / ")
        assert more[-1].startswith("  处理 to do: "), text
        assert todo_zh.strip(), text
        assert todo_en.strip(), text
    assert len("\n".join(lines)) < 1500 * faults


def words_of(case: Case, broken: Room) -> list[str]:
    """Return the words of the command; NEAR_ID is a parcel's id with its last digit changed."""
    words = broken.words(case.command)
    return [f"{broken.ids()[0][:-1]}X" if word == "NEAR_ID" else word for word in words]


def nothing_happened(broken: Room, before: dict[str, str], *, fresh: bool) -> None:
    assert broken.products() == before
    assert not (fresh and broken.out.exists())
    assert not list(broken.folder.rglob(".part-*"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_mistake_is_told_and_writes_nothing(
    case: Case, demo: Made, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = room(demo, tmp_path, fresh=case.fresh)
    before = broken.products()
    assert bool(before) != case.fresh
    words = words_of(case, broken)
    case.break_it(broken)
    told = call(words, capsys)
    assert told.code == case.code, told.err
    assert told.out == "" or words[0] == "check"  # it tells the rest of the study beside the faults
    one_message(told.err, faults=case.faults)
    for text in case.says:
        assert text in told.err, told.err
    nothing_happened(broken, before, fresh=case.fresh)
    assert not (broken.folder / "a.csv").exists()


@pytest.mark.parametrize("name", SUBPROCESS)
def test_the_same_holds_for_a_process_of_its_own(name: str, demo: Made, tmp_path: Path) -> None:
    case = next(case for case in CASES if case.name == name)
    broken = room(demo, tmp_path, fresh=case.fresh)
    before, words = broken.products(), words_of(case, broken)
    case.break_it(broken)
    done = subprocess.run(
        [sys.executable, "-m", "landuse.cli", *words],
        capture_output=True, check=False, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == case.code
    assert done.stdout == "" or words[0] == "check"
    one_message(done.stderr, faults=case.faults)
    nothing_happened(broken, before, fresh=case.fresh)


REPAIRED = {
    "eastings with the zone number under a CRS without it": (
        lambda broken: broken.projection(wkt("EPSG:4549")), "align.parcels",
        "EPSG:4549 -> EPSG:4528",
    ),
    "northing before easting": (swapped, "align.zones", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", REPAIRED)
def test_what_can_be_put_right_is_a_finding(
    name: str, demo: Made, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    break_it, stage, value = REPAIRED[name]
    broken = room(demo, tmp_path, fresh=False)
    before = broken.products()
    break_it(broken)
    told = call([*broken.words(("check", "STUDY")), "--json"], capsys)
    assert (told.code, told.err) == (0, "")
    found = [row for row in json.loads(told.out)["findings"] if row["stage"] == stage]
    assert any(row["kind"] == "repaired" and value in row["value"] for row in found), found
    nothing_happened(broken, before, fresh=False)


def test_a_raster_that_covers_the_county_raises_no_doubt(
    demo: Made, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The grid is padded to multiples of 1500 m; cover is asked for inside the county only."""
    told = call([*room(demo, tmp_path, fresh=False).words(("check", "STUDY")), "--json"], capsys)
    rows = json.loads(told.out)["findings"]
    assert [row for row in rows if row["kind"] == "doubt" and "covers" in row["message_en"]] == []


@pytest.mark.parametrize("name", ["demo", "cambridge", "lanxi"])
def test_fetch_offline_lists_what_is_missing_and_opens_no_connection(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "socket", _refuse)
    words = ["fetch", f"studies/{name}.toml", "--raw", str(tmp_path), "--offline", "--json"]
    told = call(words, capsys)
    if name == "demo":  # without bounds only its county tells where it is
        assert told.code == 3
        one_message(told.err, faults=1)
        assert "admin.gpkg" in told.err
    else:
        assert (told.code, told.err) == (0, "")
        assert {row["how"] for row in json.loads(told.out)["files"]} <= {"missing", "by_hand"}


def _refuse(*_arguments: Any, **_more: Any) -> Any:
    raise OSError(errno.ENOSPC, "No space left on device", "disk")


def _interrupt(*_arguments: Any, **_more: Any) -> Any:
    raise KeyboardInterrupt


def _fail(*_arguments: Any, **_more: Any) -> Any:
    msg = "a fault of ours"
    raise RuntimeError(msg)


@pytest.mark.parametrize(
    ("happens", "code", "says"),
    [(_refuse, 1, ("No space left", "磁盘空间", "rights")), (_interrupt, 130, ("已中断", "again"))],
)
def test_a_full_disk_or_ctrl_c_is_a_short_message_and_loses_nothing(
    happens: Any, code: int, says: tuple[str, ...], demo: Made, tmp_path: Path,
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    broken = room(demo, tmp_path, fresh=False)
    before = broken.products()
    broken.edit('title_zh = "示例县存量用地研判"', 'title_zh = "另一题名"')
    with monkeypatch.context() as patch:
        patch.setattr(store, "write_value", happens)
        told = call(broken.words(("run", "STUDY")), capsys)
    assert told.code == code
    assert all(word in told.err for word in says), told.err
    assert len(told.err.strip().splitlines()) <= 3
    nothing_happened(broken, before, fresh=False)
    assert call(broken.words(("run", "STUDY")), capsys).code == 0
    assert broken.products().keys() == before.keys()


def test_a_file_where_the_product_folder_should_be(
    demo: Made, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = room(demo, tmp_path, fresh=True)
    broken.out.parent.write_text("a file", encoding="utf-8")
    told = call(broken.words(("run", "STUDY")), capsys)
    assert told.code == 1
    assert "成果 目录" in told.err
    assert broken.out.parent.read_text(encoding="utf-8") == "a file"


def test_a_fault_of_ours_stays_a_traceback(
    demo: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = room(demo, tmp_path, fresh=True)
    monkeypatch.setattr("landuse.tasks.stages", _fail)
    monkeypatch.setattr(sys, "argv", ["landuse", *broken.words(("run", "STUDY"))])
    with pytest.raises(RuntimeError, match="a fault of ours"):
        cli.main()


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT between processes")
def test_ctrl_c_in_a_process_keeps_what_is_done(demo: Made, tmp_path: Path) -> None:
    broken = room(demo, tmp_path, fresh=True)
    # A suite started in the background hands SIGINT down as ignored: the child takes it back.
    start = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from landuse.cli import main; main()"
    )
    words = [sys.executable, "-c", start, *broken.words(("run", "STUDY"))]
    records = broken.out.parent / ".store" / "demo"
    with subprocess.Popen(words, stderr=subprocess.PIPE, encoding="utf-8") as run:
        while run.poll() is None and len(list(records.glob("[!.]*/*/record.json"))) < 3:
            time.sleep(0.005)
        run.send_signal(signal.SIGINT)
        _, said = run.communicate()
    assert run.returncode == 130
    assert "已中断" in said
    assert "Traceback" not in said
    assert len(list(records.glob("[!.]*/*/record.json"))) >= 3
    nothing_happened(broken, {}, fresh=True)
