"""Two processes make the same as one: nothing lost, everything told, nobody left behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest

from landuse.core.errors import Fault, LanduseError
from landuse.core.settings import Settings
from landuse.runner import Run, Stage, run_stages
from landuse.second_hand import SecondHand
from landuse.spare import PROCESSES, spare_process, usual_processes
from landuse.store import Store
from landuse.tasks import _lost
from tests import hand_stages as made


@pytest.fixture
def place(tmp_path: Path) -> Path:
    folder = tmp_path / "两 进程"
    folder.mkdir()
    return folder


def run(stages: list[Stage], folder: Path, *, second: bool) -> tuple[Run, Store]:
    store = Store(folder)
    hand = SecondHand(folder) if second else None
    return run_stages(stages, store, second=hand), store


def plain(name: str, function: object, **links: str) -> Stage:
    return Stage(name, name, function, Settings(), takes=links)  # type: ignore[arg-type]


def meeting(place: Path, mine: str, other: str, function: object = made.meet) -> Stage:
    settings = made.Meeting(place=str(place), mine=mine, other=other)
    return Stage(mine, mine, function, settings)  # type: ignore[arg-type]


def test_two_stages_are_made_at_the_same_time_in_two_processes(place: Path) -> None:
    """Each ends only once the other began: one process alone would wait for ever."""
    stages = [meeting(place, "a", "b"), meeting(place, "b", "a")]
    result, store = run(stages, place / "store", second=True)
    pids = {store.load(result.keys[name], "table")["pid"].iloc[0] for name in "ab"}
    assert len(pids) == 2
    assert os.getpid() in pids


def test_the_same_is_kept_as_by_one_process_and_steps_stand_in_order(place: Path) -> None:
    stages = [plain("one", made.numbers)]
    stages += [plain(f"two{i}", made.doubled, table="one.table") for i in range(6)]
    stages += [plain(f"three{i}", made.doubled, table=f"two{i}.table") for i in range(6)]
    alone, _ = run(stages, place / "alone", second=False)
    both, _ = run(stages, place / "both", second=True)
    assert both.outputs == alone.outputs
    assert [step.stage for step in both.steps] == [stage.name for stage in stages]
    again, _ = run(stages, place / "both", second=True)
    assert again.redone == []


def test_a_hand_that_dies_loses_nothing(place: Path) -> None:
    stages = [plain("one", made.numbers)]
    grave = made.Grave(place=str(place))
    stages += [
        Stage(f"risky{i}", "", made.die_in_the_hand, grave, takes={"table": "one.table"})
        for i in range(8)
    ]
    both, _ = run(stages, place / "both", second=True)
    alone, _ = run(stages, place / "alone", second=False)
    assert both.outputs == alone.outputs
    assert not alone.lost
    assert len(both.lost) == 1, "told once: nobody is asked again after that"
    (note,) = _lost(both)
    assert both.lost[0] in note
    assert "--processes 1" in note


def test_what_cannot_be_told_to_another_process_is_made_in_this_one(place: Path) -> None:
    def local(*, settings: Settings) -> dict[str, object]:
        return made.numbers(settings=settings)

    stages = [Stage(f"local{number}", "", local, Settings()) for number in range(4)]
    result, _ = run(stages, place / "store", second=True)
    assert set(result.outputs) == {f"local{i}" for i in range(4)}


def test_faults_of_both_are_told_at_once_in_order(place: Path) -> None:
    stages = []
    for number in range(6):
        file = place / f"{number}.txt"
        file.touch()
        stages.append(Stage(file.stem, "", made.find_a_fault, Settings(), files={"file": file}))
    with pytest.raises(LanduseError) as caught:
        run(stages, place / "store", second=True)
    assert [fault.file for fault in caught.value.faults] == [f"{n}.txt" for n in range(6)]


def test_a_mistake_of_ours_ends_the_run_with_its_traceback(place: Path) -> None:
    """Both stages fail, whichever process has them; the one that is told names the mistake."""
    with pytest.raises((KeyError, RuntimeError), match="a mistake of ours"):
        run([plain("a", made.break_down), plain("b", made.break_down)], place / "s", second=True)


def test_a_hand_that_never_begins_is_told_and_missed_by_nobody(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    waits = [plain("one", made.numbers)]
    waits += [plain(f"two{i}", made.slowly_doubled, table="one.table") for i in range(4)]
    result, _ = run(waits, place / "store", second=True)
    assert len(result.outputs) == 5
    assert len(result.lost) == 1


def test_a_process_started_before_is_the_second_and_is_ended(place: Path) -> None:
    stages = [meeting(place, "a", "b"), meeting(place, "b", "a")]
    with spare_process(2) as spare:
        assert spare
        store = Store(place / "store")
        result = run_stages(stages, store, second=SecondHand(place / "store", spare))
    pids = {store.load(result.keys[name], "table")["pid"].iloc[0] for name in "ab"}
    assert pids == {os.getpid(), spare.pid}
    assert spare.returncode is not None


def test_a_process_that_got_no_work_is_ended_too() -> None:
    with pytest.raises(LanduseError, match="nothing to do"), spare_process(2) as spare:
        raise LanduseError([Fault(exit_code=2, zh="无事", en="nothing to do")])
    assert spare
    assert spare.returncode is not None
    with spare_process(1) as none:
        assert none is None


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_a_killed_run_leaves_no_process_behind(place: Path) -> None:
    script = textwrap.dedent(
        """
        import sys
        from pathlib import Path
        from landuse.runner import run_stages
        from landuse.second_hand import SecondHand
        from landuse.store import Store
        from tests import hand_stages as made
        from tests.test_second_hand import meeting
        place = Path(sys.argv[1])
        stages = [meeting(place, name, "never", made.wait_for_ever) for name in ("a", "b")]
        run_stages(stages, Store(place / "store"), second=SecondHand(place / "store"))
        """
    )
    root = Path(__file__).parents[1]
    running = subprocess.Popen([sys.executable, "-c", script, str(place)], cwd=root)
    for name in ("a", "b"):
        made.wait_for(place / name)
    running.send_signal(signal.SIGKILL)
    running.wait()
    pids = [int((place / name).read_text(encoding="utf-8") or 0) for name in ("a", "b")]
    other = next(pid for pid in pids if pid != running.pid)
    for _ in range(3000):
        if not is_alive(other):
            return
        time.sleep(0.01)
    pytest.fail("the second process outlived the run")


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def test_how_many_processes_is_a_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PROCESSES, "1")
    assert usual_processes() == 1
    monkeypatch.setenv(PROCESSES, "three")
    with pytest.raises(LanduseError, match=f"{PROCESSES}.*环境变量须为 1 或 2") as caught:
        usual_processes()
    assert caught.value.exit_code == 2
    monkeypatch.delenv(PROCESSES)
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    assert usual_processes() == 1
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    assert usual_processes() == 2
