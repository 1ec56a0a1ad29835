"""Starts making the compiled loops ready beside the first reading of files."""

from __future__ import annotations

import threading
import warnings

from rasterio.errors import NotGeoreferencedWarning

from landuse.indicators.engine.warm import warm_zonal

_LOCK = threading.Lock()
_THREADS: list[threading.Thread] = []


def start_warming() -> threading.Thread:
    """Start ``warm`` on a thread of its own, once in a process, and return the thread.

    A loop that is called meanwhile waits for the compiler and finds its code: nothing is compiled
    twice. A process that ends early waits for the loop at work, so that the next finds it kept.
    """
    _silence_for_good()
    with _LOCK:
        if not _THREADS:
            _THREADS.append(threading.Thread(target=_warm_while_it_runs, name="warm"))
            _THREADS[0].start()
        return _THREADS[0]


def _warm_while_it_runs() -> None:
    """Warm; when the program ends meanwhile, leave the rest to the next one."""
    try:
        warm()
    except RuntimeError:  # a pool takes no work any more
        if threading.main_thread().is_alive():
            raise


def _silence_for_good() -> None:
    """Ignore the warning that rasterio silences around each warp of an array.

    The filters of warnings belong to the whole process: when the compiler, on its thread, puts back
    those it found, rasterio's are gone in the middle of a warp. A file without a place of its own
    is refused when it is read, whatever is warned.
    """
    warnings.filterwarnings("ignore", category=NotGeoreferencedWarning)


def warm() -> None:
    """Ready the loops of the zonal engine, then those of the largest rectangles."""
    import numpy as np
    import shapely

    from landuse.compiled import one_compiler
    from landuse.plans.sites.rectangle import largest_rectangles

    warm_zonal()
    with one_compiler():
        largest_rectangles(np.array([shapely.box(0, 0, 2, 1)]), threads=1)
