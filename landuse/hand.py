"""The other end of `landuse.second_hand`: makes the stages it is told of, in a process of its own.

``python -m landuse.hand`` is started by a run and ends with it. It is told the folder of the store
first, then of one stage after the other.
"""

from __future__ import annotations

import os
import pickle
import queue
import signal
import sys
import threading
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from landuse.collector import collect_seldom

if TYPE_CHECKING:
    from landuse.runner import Held, Needed, Sources, Stage
    from landuse.store import Key, Store


def main() -> None:
    """Answer jobs until the run that sends them is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the run decides what an interrupt means
    collect_seldom()
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get among the answers
    jobs: queue.SimpleQueue[Any] = queue.SimpleQueue()
    import landuse.pipeline  # noqa: F401 - the libraries are read before the first job comes
    from landuse.runner import Held
    from landuse.second_hand import READY
    from landuse.store import Store

    threading.Thread(target=_listen, args=(sys.stdin.buffer, jobs), daemon=True).start()
    store = Store(Path(jobs.get()))
    held = Held(store)
    answer: Any = READY
    while True:
        pickle.dump(answer, answers)
        answers.flush()
        answer = _made(*jobs.get(), store=store, held=held)


def _listen(source: BinaryIO, jobs: queue.SimpleQueue[Any]) -> None:
    """Pass jobs on; when the run is gone leave at once, whatever is being made."""
    while True:
        try:
            jobs.put(pickle.load(source))
        except BaseException:  # noqa: BLE001 - gone, or a job that cannot be read: the run makes it
            os._exit(0)


def _made(
    stage: Stage, key: Key, sources: Sources, needed: Needed, *, store: Store, held: Held
) -> tuple[str, Any]:
    from landuse.core.errors import LanduseError
    from landuse.warm import start_warming

    try:
        if stage.is_gate:
            start_warming()
        with store.aside():
            made = stage.make(held.arguments(stage, key, sources))
        return "made", store.keep(key, made)
    except LanduseError as error:
        return "faults", error.faults
    except Exception:  # noqa: BLE001 - told to the run, which ends with it
        return "failed", traceback.format_exc()
    finally:
        held.keep_only(needed)


if __name__ == "__main__":
    main()
