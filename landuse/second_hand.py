"""A second process that makes stages beside the run, through the same store.

It is told what to make on its standard input and answers on its standard output, both as pickles
of this program's own values; `landuse.hand` is the other end. When the run ends, however it ends,
the pipe closes and the process leaves at once.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from landuse.core.errors import LanduseError, fail, study_fault
from landuse.runner import Hand, HandLostError, Needed, Sources, Stage
from landuse.store import Key

PROCESSES = "LANDUSE_PROCESSES"
"""Environment variable: 1 runs all stages in one process."""
READY = "ready"
"""First word of the process."""


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


class SecondHand(Hand):
    """Starts the process when it is first needed and hands stages to it, one at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._starting = threading.Lock()
        self._asked = threading.Event()
        self._closed = False

    def start(self) -> None:
        """Start the process, once; it reads the libraries while the run goes on."""
        with self._starting:
            if self._process is None:
                command = [sys.executable, "-m", "landuse.hand", str(self._folder)]
                self._process = subprocess.Popen(
                    command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
                )
                self._asked.set()

    def ready(self) -> bool:
        """Wait until the process was started and has read the libraries; False if it never is.

        Raises
        ------
        HandLostError
            If it went before it had begun.
        """
        self._asked.wait()
        try:
            return bool(self._told() == READY)
        except HandLostError:
            if self._closed:
                return False
            raise

    def make(self, stage: Stage, key: Key, sources: Sources, needed: Needed) -> Mapping[str, str]:
        """Let the process make a stage and keep it; return the digests of what it made.

        Raises
        ------
        LanduseError
            With the faults the stage found.
        HandLostError
            If the process is gone or cannot be told of the stage: nothing was kept.
        RuntimeError
            If the stage failed; the message is its traceback.
        """
        self.start()
        kind, told = self._answer_to((stage, key, dict(sources), needed))
        if kind == "faults":
            raise LanduseError(told)
        if kind == "failed":
            raise RuntimeError(told)
        digests: dict[str, str] = told
        return digests

    def _answer_to(self, job: Any) -> tuple[str, Any]:
        process = self._process
        if process is None or process.stdin is None:
            raise HandLostError
        try:
            process.stdin.write(pickle.dumps(job))
            process.stdin.flush()
        except (OSError, ValueError, pickle.PickleError, AttributeError) as error:
            raise HandLostError from error
        kind, told = self._told()
        return kind, told

    def _told(self) -> Any:
        process = self._process
        if process is None or process.stdout is None:
            raise HandLostError
        try:
            return pickle.load(process.stdout)
        except (OSError, EOFError, ValueError, pickle.PickleError, AttributeError) as error:
            raise HandLostError from error

    def close(self) -> None:
        """End the process at once."""
        with self._starting:
            self._closed = True
            self._asked.set()
            if self._process is not None:
                self._process.kill()
                self._process.communicate()
