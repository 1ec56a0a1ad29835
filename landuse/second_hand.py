"""A second process that makes stages beside the run, through the same store.

It is told what to make on its standard input and answers on its standard output, both as pickles
of this program's own values; `landuse.hand` is the other end. When the run ends, however it ends,
the pipe closes and the process leaves at once.
"""

from __future__ import annotations

import pickle
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from landuse.core.errors import LanduseError
from landuse.runner import Hand, HandLostError, Needed, Sources, Stage
from landuse.spare import Process, end_process, start_process
from landuse.store import Key

READY = "ready"
"""First word of the process."""


class SecondHand(Hand):
    """Hands stages to a process, one at a time.

    ``spare``: a process that was started before; without one it is started with the first work.
    """

    def __init__(self, folder: Path, spare: Process | None = None) -> None:
        self._folder, self._spare = folder, spare
        self._process: Process | None = None
        self._starting = threading.Lock()
        self._asked = threading.Event()
        self._closed = False

    def start(self) -> None:
        """Tell the process, once, where its work will be; it reads the libraries meanwhile."""
        with self._starting:
            if self._process is None:
                self._process = self._spare or start_process()
                with suppress(HandLostError):  # it is missed by whoever waits for its answer
                    self._tell(str(self._folder))
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
        self._tell(job)
        kind, told = self._told()
        return kind, told

    def _tell(self, word: Any) -> None:
        process = self._process
        if process is None or process.stdin is None:
            raise HandLostError
        try:
            process.stdin.write(pickle.dumps(word))
            process.stdin.flush()
        except (OSError, ValueError, pickle.PickleError, AttributeError) as error:
            raise HandLostError from error

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
                end_process(self._process)
