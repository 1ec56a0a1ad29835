"""A process that reads the libraries while its run is still being set up; later a second hand.

Reading them takes a second. A run that starts it before it reads them itself need not wait for it
once there is work; `landuse.second_hand` gives it work, `landuse.hand` is what it does.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from landuse.core.errors import fail, study_fault

PROCESSES = "LANDUSE_PROCESSES"
"""Environment variable: 1 runs all stages in one process."""
Process = subprocess.Popen[bytes]


def usual_processes() -> int:
    """Return how many processes a run uses where nobody says: two where there are two cores.

    Raises
    ------
    LanduseError
        If the environment asks for another number than 1 or 2.
    """
    asked = os.environ.get(PROCESSES, "")
    if asked not in {"", "1", "2"}:
        raise fail(
            study_fault(
                "环境变量须为 1 或 2", "the environment variable must be 1 or 2", field=PROCESSES,
                found=asked, todo_zh="改为 1 或 2，或删去", todo_en="set 1 or 2, or unset it",
            )
        )  # fmt: skip
    return int(asked) if asked else min(2, os.cpu_count() or 1)


def start_process() -> Process:
    """Start a process that reads the libraries, then waits for the store it shall work in."""
    command = [sys.executable, "-m", "landuse.hand"]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def end_process(process: Process) -> None:
    """End a process at once, whatever it does."""
    process.kill()
    process.communicate()


@contextmanager
def spare_process(processes: int | None) -> Iterator[Process | None]:
    """Yield a process at work on its libraries, None where one process is asked for; end it.

    ``processes`` : 1 or 2; None = `usual_processes`.
    """
    if (processes or usual_processes()) == 1:
        yield None
        return
    process = start_process()
    try:
        yield process
    finally:
        end_process(process)
