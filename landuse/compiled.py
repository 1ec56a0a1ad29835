"""Where compiled loops are kept between runs, and how they are made ready beside other work.

Numba compiles a loop when it is first called: seconds, once for each machine. The compiled code is
kept in the first of these folders that can be written, under the versions of this program, of
numba and of Python, so that no version ever meets the code of another:

1. the one ``NUMBA_CACHE_DIR`` names;
2. ``landuse`` in the user's cache folder;
3. ``__pycache__`` beside the package;
4. ``landuse-<user>`` in the folder for temporary files, if it belongs to this user alone.

Where none can be written every process compiles for itself: slower, never wrong. A loop that is
kept may call only loops of its own file: numba looks at the date of that file alone.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from pathlib import Path
from typing import Any

import numba
from filelock import FileLock

from landuse import __version__

_DECORATING = threading.RLock()


# Strict floating point: nothing is reordered or contracted, so every machine gives the same digits.
# Without numba's runtime a loop cannot make arrays, and need not count who holds the ones it is
# given: counting took half of the time of the zonal sweep.
_STRICT: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
_BARE = _STRICT | {"_nrt": False}


def inner(function: Callable[..., Any], *, makes_arrays: bool = False) -> Any:
    """Compile a function that only compiled loops of the same file call."""
    return numba.njit(**(_STRICT if makes_arrays else _BARE))(function)


def kept(function: Callable[..., Any], *, makes_arrays: bool = False) -> Any:
    """Compile a loop that releases the interpreter lock, and keep it for the next process."""
    options = _STRICT if makes_arrays else _BARE
    folder = cache_folder()
    if folder is None:
        return numba.njit(**options)(function)
    with _cache_dir(folder):
        return numba.njit(**options, cache=True)(function)


@contextmanager
def _cache_dir(folder: Path) -> Iterator[None]:
    """Point numba at a folder for one decoration, and leave other libraries theirs."""
    settings: Any = numba.config
    with _DECORATING:
        before, settings.CACHE_DIR = settings.CACHE_DIR, str(folder)
        try:
            yield
        finally:
            settings.CACHE_DIR = before


@cache
def cache_folder() -> Path | None:
    """Return the folder that compiled code is kept in, made if need be; None if there is none."""
    how = hashlib.sha256(repr(sorted(_BARE.items())).encode()).hexdigest()[:8]
    tag = f"{__version__}-numba{numba.__version__}-{sys.implementation.cache_tag}-{how}"
    return next((folder for place in _places() if (folder := _writable(place, tag))), None)


def _places() -> Iterator[Path]:
    if chosen := os.environ.get("NUMBA_CACHE_DIR"):
        yield Path(chosen) / "landuse"
    if (home := _user_cache()) is not None:
        yield home / "landuse"
    yield Path(__file__).parent / "__pycache__"
    yield Path(tempfile.gettempdir()) / f"landuse-{_user()}"


def _user_cache() -> Path | None:
    named = os.environ.get("LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME")
    if named and Path(named).is_absolute():
        return Path(named)
    try:
        home = Path.home()
    except RuntimeError:  # a container may run as a user nobody has heard of
        return None
    return home / ("Library/Caches" if sys.platform == "darwin" else ".cache")


def _user() -> str:
    return str(os.getuid()) if hasattr(os, "getuid") else os.environ.get("USERNAME", "user")


def _writable(place: Path, tag: str) -> Path | None:
    """Return ``place / tag`` if it can be made and written and nobody else may write there.

    What is kept is run as code: a folder that another user owns is never taken.
    """
    folder = place / tag
    try:
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.mkdir(exist_ok=True, mode=0o700)
        if not (_is_own(place) and _is_own(folder)):
            return None
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        return None


def _is_own(folder: Path) -> bool:
    if not hasattr(os, "getuid"):
        return True
    found = folder.lstat()
    return found.st_uid in (os.getuid(), 0) and not found.st_mode & 0o002


@contextmanager
def one_compiler() -> Iterator[None]:
    """Let one process at a time compile; those that wait find the code kept."""
    folder = cache_folder()
    with FileLock(folder / "compiling.lock") if folder else nullcontext():
        yield
