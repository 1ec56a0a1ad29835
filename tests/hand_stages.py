"""Stages for the tests of the second hand: it must be able to import them."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd

from landuse.core.errors import Fault, LanduseError
from landuse.core.settings import Settings


def in_the_hand() -> bool:
    """Tell whether this process is the second hand."""
    return "landuse.hand" in sys.orig_argv


def wait_for(file: Path) -> None:
    """Wait until a file is there, half a minute at most."""
    for _ in range(3000):
        if file.exists():
            return
        time.sleep(0.01)
    raise TimeoutError(str(file))


class Meeting(Settings):
    """Where two stages meet: each leaves its mark and waits for the other's."""

    place: str
    mine: str
    other: str


def meet(*, settings: Meeting) -> dict[str, Any]:
    """End only while the other stage is being made too, and tell which process this was."""
    (Path(settings.place) / settings.mine).touch()
    wait_for(Path(settings.place) / settings.other)
    return {"table": pd.DataFrame({"pid": [os.getpid()]})}


def numbers(*, settings: Settings) -> dict[str, Any]:
    """Return a table."""
    return {"table": pd.DataFrame({"value": [1, 2, 3]})}


def doubled(table: pd.DataFrame, *, settings: Settings) -> dict[str, Any]:
    """Return the table times two."""
    return {"table": table * 2}


def slowly_doubled(table: pd.DataFrame, *, settings: Settings) -> dict[str, Any]:
    """Return the table times two, after a while."""
    time.sleep(0.5)
    return {"table": table * 2}


class Grave(Settings):
    """Where the second hand says that it dies."""

    place: str


def die_in_the_hand(table: pd.DataFrame, *, settings: Grave) -> dict[str, Any]:
    """Kill the second hand; elsewhere return the table, once it is dead."""
    mark = Path(settings.place) / "dead"
    if in_the_hand():
        mark.touch()
        os._exit(9)
    wait_for(mark)
    return {"table": table}


def find_a_fault(file: Path, *, settings: Settings) -> dict[str, Any]:
    """Find that a file is wrong."""
    raise LanduseError([Fault(exit_code=4, zh="错", en="wrong", file=file.name)])


def break_down(*, settings: Settings) -> dict[str, Any]:
    """Fail as a programming error does."""
    msg = "a mistake of ours"
    raise KeyError(msg)


def wait_for_ever(*, settings: Meeting) -> dict[str, Any]:
    """Leave the number of this process, then wait."""
    (Path(settings.place) / settings.mine).write_text(str(os.getpid()), encoding="utf-8")
    wait_for(Path(settings.place) / settings.other)
    return {"table": pd.DataFrame({"value": [0]})}
