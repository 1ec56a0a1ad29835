"""Laws of the store: nothing is redone without a reason, nothing half-made is ever seen."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from affine import Affine

from landuse.core.errors import LanduseError, data_fault, fail
from landuse.core.findings import Finding
from landuse.core.grid import Grid
from landuse.core.layers import Layer
from landuse.core.settings import Settings
from landuse.runner import Recalls, Stage, outlook, run_stages
from landuse.shelf import read_value, write_value
from landuse.store import Kept, Store, file_digest, why


class Factor(Settings):
    factor: int = 1


CALLS: list[str] = []


def read_numbers(*, file: Path, settings: Settings) -> dict[str, object]:
    CALLS.append("read")
    text = file.read_text(encoding="utf-8")
    if not text.replace(",", "").isdigit():
        raise fail(data_fault("不是数字", "not a number", file=file.name, found=text))
    return {"table": pd.DataFrame({"x": [int(part) for part in text.split(",")]})}


def times(*, table: pd.DataFrame, settings: Factor) -> dict[str, object]:
    CALLS.append("times")
    return {"table": table * settings.factor, "findings": [], "nothing": None}


def total(*, table: pd.DataFrame, absent: object, settings: Settings) -> dict[str, object]:
    CALLS.append("total")
    assert absent is None
    return {"sum": {"total": int(table["x"].sum())}}


def plan(file: Path, *, factor: int = 2) -> list[Stage]:
    return [
        Stage("read", "读取", read_numbers, Settings(), files={"file": file}),
        Stage("times", "相乘", times, Factor(factor=factor), takes={"table": "read.table"}),
        Stage("total", "合计", total, Settings(),
              takes={"table": "times.table", "absent": "times.nothing"}),
    ]  # fmt: skip


@pytest.fixture
def place(tmp_path: Path) -> Path:
    CALLS.clear()
    folder = tmp_path / "兰溪 数据"
    folder.mkdir()
    (folder / "in.txt").write_text("1,2,3", encoding="utf-8")
    return folder


def run(place: Path, *, factor: int = 2) -> list[str]:
    store = Store(place / ".store")
    result = run_stages(plan(place / "in.txt", factor=factor), store)
    store.remember(result.keys, {step.stage: step.seconds for step in result.steps})
    return result.redone


def test_second_run_redoes_nothing(place: Path) -> None:
    assert run(place) == ["read", "times", "total"]
    assert run(place) == []
    assert CALLS == ["read", "times", "total"]


def test_touched_file_redoes_nothing(place: Path) -> None:
    run(place)
    os.utime(place / "in.txt", (1, 1))
    assert run(place) == []


def test_changed_setting_redoes_only_its_readers(place: Path) -> None:
    run(place)
    assert run(place, factor=3) == ["times", "total"]


def test_unchanged_result_stops_the_wave(place: Path) -> None:
    """With 1,2,3 -> 3,2,1 the sum stays, but `times` differs; with equal values nothing follows."""
    run(place)
    (place / "in.txt").write_text("01,2,3", encoding="utf-8")
    assert run(place) == ["read"]


def test_going_back_finds_the_old_result(place: Path) -> None:
    run(place)
    run(place, factor=3)
    assert run(place, factor=2) == []


def test_outlook_names_the_setting_that_changed(place: Path) -> None:
    run(place)
    told = outlook(plan(place / "in.txt", factor=5), Store(place / ".store"))
    assert [item.state for item in told] == ["kept", "redo", "depends"]
    assert told[1].reasons == ("setting / 参数: factor 2 → 5",)


def test_outlook_agrees_with_the_run(place: Path) -> None:
    run(place)
    told = outlook(plan(place / "in.txt"), Store(place / ".store"))
    assert {item.state for item in told} == {"kept"}


def test_faults_of_all_gates_are_told_at_once(place: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (place / name).write_text("x", encoding="utf-8")
    stages = [
        Stage(name, name, read_numbers, Settings(), files={"file": place / f"{name}.txt"})
        for name in ("a", "b")
    ]
    with pytest.raises(LanduseError) as caught:
        run_stages(stages, Store(place / ".store"))
    assert [fault.file for fault in caught.value.faults] == ["a.txt", "b.txt"]
    assert caught.value.exit_code == 4


def add_file(*, table: pd.DataFrame, file: Path, settings: Settings) -> dict[str, object]:
    return {"table": table + read_numbers(file=file, settings=settings)["table"]}


def test_a_fault_hides_no_gate_that_rests_on_a_plain_stage(place: Path) -> None:
    """a fails; c reads a raw file but takes from b, which reads none: b runs, c is told, d not."""
    for name in ("a.txt", "c.txt"):
        (place / name).write_text("x", encoding="utf-8")
    (place / "ok.txt").write_text("1,2", encoding="utf-8")
    stages = [
        Stage("ok", "ok", read_numbers, Settings(), files={"file": place / "ok.txt"}),
        Stage("a", "a", read_numbers, Settings(), files={"file": place / "a.txt"}),
        Stage("b", "b", times, Factor(), takes={"table": "ok.table"}),
        Stage("c", "c", add_file, Settings(), takes={"table": "b.table"},
              files={"file": place / "c.txt"}),
        Stage("d", "d", times, Factor(factor=3), takes={"table": "ok.table"}),
    ]  # fmt: skip
    CALLS.clear()
    with pytest.raises(LanduseError) as caught:
        run_stages(stages, Store(place / ".store"))
    assert [fault.file for fault in caught.value.faults] == ["a.txt", "c.txt"]
    assert CALLS.count("times") == 1


def test_killed_run_leaves_no_half_output_and_resumes(place: Path) -> None:
    """Kill -9 while the second stage writes: the first is kept, nothing half-made is found."""
    script = textwrap.dedent(
        """
        import os, signal, sys
        from pathlib import Path
        sys.path[:0] = sys.argv[2:]
        import landuse.store as store_module
        from tests.test_runner import plan, run
        place, real = Path(sys.argv[1]), store_module.write_value
        def write_then_die(value, stem):
            done = real(value, stem)
            if "times" in os.environ["DIE_AT"] and stem.name == "table" and count.append(1) is None:
                if len(count) == 2:
                    os.kill(os.getpid(), signal.SIGKILL)
            return done
        count = []
        store_module.write_value = write_then_die
        run(place)
        """
    )
    root = str(Path(__file__).parents[1])
    died = subprocess.run(
        [sys.executable, "-c", script, str(place), root],
        env=os.environ | {"DIE_AT": "times"},
        check=False,
    )
    assert died.returncode == -signal.SIGKILL
    store = Store(place / ".store")
    assert not list((place / ".store").glob("times/*"))
    assert store.sweep() == 1
    assert run(place) == ["times", "total"]


def test_publish_keeps_strangers_and_writes_whole(place: Path) -> None:
    (place / "made.txt").write_text("new", encoding="utf-8")
    out = place / "成果"
    out.mkdir()
    (out / "mine.txt").write_text("keep", encoding="utf-8")
    made = Kept(place / "made.txt", file_digest(place / "made.txt"))
    Store(place / ".store").publish({"a.txt": made, "tables/b.txt": made}, out)
    names = sorted(p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file())
    assert names == ["a.txt", "mine.txt", "tables/b.txt"]


def test_why_is_empty_only_for_equal_keys() -> None:
    parts = {"code": "a", "settings": {"x": 1}, "inputs": {}, "files": {}, "libraries": {}}
    assert why(parts, parts) == []
    assert why(parts, parts | {"settings": {"x": 2}}) == ["setting / 参数: x 1 → 2"]
    assert why(None, parts) == ["never run / 尚未运行"]


def test_values_survive_the_shelf(tmp_path: Path) -> None:
    grid = Grid("EPSG:4549", Affine(10, 0, 400_000, 0, -10, 3_200_000), (2, 3))
    values = np.arange(6, dtype="uint8").reshape(2, 3)
    stack = [Layer(grid, values, 0, 2014), Layer(grid, values + 1, 0, 2015)]
    for name, value in (("one", Layer(grid, values, None, 2021)), ("many", stack), ("grid", grid)):
        write_value(value, tmp_path / name)
    one = read_value(tmp_path, "one")
    assert (one.grid, one.year, one.nodata) == (grid, 2021, None)
    assert np.array_equal(one.values, values)
    assert [layer.year for layer in read_value(tmp_path, "many")] == [2014, 2015]
    assert read_value(tmp_path, "grid") == grid
    finding = Finding(stage="s", kind="note", message_zh="甲", message_en="a")
    write_value([finding], tmp_path / "findings")
    assert read_value(tmp_path, "findings")["message_zh"].tolist() == ["甲"]


def make_cells(*, settings: Settings) -> dict[str, object]:
    grid = Grid("EPSG:4549", Affine(10, 0, 400_000, 0, -10, 3_200_000), (20, 30))
    cells = np.ones(grid.shape, dtype="float32")
    return {"layers": [Layer(grid, cells, None, year) for year in (2014, 2015)]}


def test_cells_of_a_kept_layer_stay_on_disk_and_nobody_can_change_them(tmp_path: Path) -> None:
    """A stage that writes into what it was given writes into pages of its own."""
    made = run_stages([Stage("cells", "cells", make_cells, Settings())], Store(tmp_path / ".store"))
    store = Store(tmp_path / ".store")
    layers = store.load(made.keys["cells"], "layers")
    assert [layer.year for layer in layers] == [2014, 2015]
    before = store.path(made.keys["cells"], "layers").read_bytes()
    mine = layers[0].values
    mine[:] = 7
    assert layers[0].values.sum() == 600.0  # 20 x 30 cells of 1
    assert store.path(made.keys["cells"], "layers").read_bytes() == before


def squares(
    *, table: pd.DataFrame, known: pd.DataFrame | None, settings: Factor
) -> dict[str, object]:
    """Square each number, and note which ones had to be squared."""
    held = {} if known is None else dict(zip(known["x"], known["y"], strict=True))
    CALLS.append("squares " + ",".join(str(x) for x in table["x"] if x not in held))
    y = [held.get(x, x * x * settings.factor) for x in table["x"]]
    return {"table": table.assign(y=y)}


def row_by_row(file: Path, factor: int = 1) -> list[Stage]:
    return [
        Stage("read", "读取", read_numbers, Settings(), files={"file": file}),
        Stage("squares", "平方", squares, Factor(factor=factor), takes={"table": "read.table"},
              recalls=Recalls("table", "table", "known")),
    ]  # fmt: skip


def test_a_stage_that_works_row_by_row_is_handed_what_it_made_before(place: Path) -> None:
    """Rows are handed back while only the input named differs; the bytes are those of a new run."""
    store, file = Store(place / ".store"), place / "in.txt"
    run_stages(row_by_row(file), store)
    file.write_text("2,3,4", encoding="utf-8")
    again = run_stages(row_by_row(file), store)
    fresh = run_stages(row_by_row(file), Store(place / "new"))
    run_stages(row_by_row(file, factor=5), store)
    made = [call for call in CALLS if call.startswith("squares")]
    assert made == ["squares 1,2,3", "squares 4", "squares 2,3,4", "squares 2,3,4"]
    assert again.outputs["squares"] == fresh.outputs["squares"]


def test_a_spoilt_result_is_not_handed_back(place: Path) -> None:
    store, file = Store(place / ".store"), place / "in.txt"
    first = run_stages(row_by_row(file), store)
    store.path(first.keys["squares"], "table").write_bytes(b"spoilt")
    file.write_text("2,3,4", encoding="utf-8")
    run_stages(row_by_row(file), store)
    assert CALLS[-1] == "squares 2,3,4"
