"""Compiled code: where it is kept, that a second process finds it, that nobody's home is needed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import warnings
from pathlib import Path

import pytest
from rasterio.errors import NotGeoreferencedWarning

from landuse import compiled, warm

LOOK = """
import json
import numpy as np
from landuse.compiled import cache_folder, one_compiler
from landuse.indicators.engine.validity import surely_valid
xy = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]])
sure = np.empty(1, bool)
with one_compiler():
    surely_valid(xy, np.array([0, 4]), np.array([False]), np.array([0, 1]), 0, sure)
hits, misses = surely_valid.stats.cache_hits, surely_valid.stats.cache_misses
print(json.dumps([bool(sure[0]), str(cache_folder()), sum(hits.values()), sum(misses.values())]))
"""


def look(**environment: str) -> tuple[bool, str, int, int]:
    """Use a compiled loop in a new process; return its answer, the folder, hits and misses."""
    kept = {name: text for name, text in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    done = subprocess.run(
        [sys.executable, "-c", LOOK], env=kept | environment, capture_output=True, text=True,
        check=True, cwd=Path(compiled.__file__).parents[1],
    )  # fmt: skip
    return tuple(json.loads(done.stdout))


def test_a_second_process_compiles_nothing(tmp_path: Path) -> None:
    there = str(tmp_path / "缓存 cache")
    first, second = (look(NUMBA_CACHE_DIR=there) for _ in range(2))
    assert first[0]
    assert first[2:] == (0, 1)
    assert second[2:] == (1, 0)
    assert Path(second[1]).is_relative_to(there)


def test_two_processes_at_once_compile_once(tmp_path: Path) -> None:
    found: list[tuple[bool, str, int, int]] = []
    one = [
        threading.Thread(target=lambda: found.append(look(NUMBA_CACHE_DIR=str(tmp_path))))
        for _ in range(2)
    ]
    for thread in one:
        thread.start()
    for thread in one:
        thread.join()
    assert sorted(item[2:] for item in found) == [(0, 1), (1, 0)]


def test_a_home_that_cannot_be_written_is_fine(tmp_path: Path) -> None:
    # A file where a folder would have to be made cannot be written by anybody, root included.
    wall = tmp_path / "file"
    wall.write_text("")
    good, folder, _, _ = look(HOME=str(wall), XDG_CACHE_HOME=str(wall / "cache"))
    assert good
    assert not folder.startswith(str(wall))


@pytest.fixture
def fresh() -> None:
    compiled.cache_folder.cache_clear()


@pytest.mark.usefixtures("fresh")
def test_the_first_place_that_can_be_written_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wall = tmp_path / "file"
    wall.write_text("")
    places = [wall / "a", tmp_path / "b", tmp_path / "c"]
    monkeypatch.setattr(compiled, "_places", lambda: iter(places))
    assert compiled.cache_folder.__wrapped__().parent == tmp_path / "b"  # type: ignore[union-attr]
    monkeypatch.setattr(compiled, "_places", lambda: iter(places[:1]))
    assert compiled.cache_folder.__wrapped__() is None


def test_a_folder_that_others_may_write_is_not_taken(tmp_path: Path) -> None:
    if not hasattr(os, "getuid"):
        pytest.skip("rights of folders are those of POSIX")
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    assert compiled._writable(shared, "tag") is None
    shared.chmod(0o755)
    assert compiled._writable(shared, "tag") == shared / "tag"


def test_versions_have_folders_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiled, "_places", lambda: iter([tmp_path]))
    here = compiled.cache_folder.__wrapped__()
    monkeypatch.setattr(compiled, "__version__", "99.0")
    assert compiled.cache_folder.__wrapped__() != here


def test_the_engine_is_warmed_once_in_a_process() -> None:
    first, second = warm.start_warming(), warm.start_warming()
    assert first is second
    first.join()


def test_a_process_that_ends_while_it_warms_says_nothing(tmp_path: Path) -> None:
    # Nothing is compiled yet: the first loop takes longer than the program.
    code = "from landuse.warm import start_warming; start_warming()"
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)},
        capture_output=True, check=False, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0
    assert done.stderr == ""


def test_a_warp_warns_of_nothing_while_the_compiler_puts_its_filters_back() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warm.start_warming().join()
        of_the_compiler = warnings.catch_warnings()
        of_the_compiler.__enter__()
        with warnings.catch_warnings():  # rasterio's, around a warp
            warnings.simplefilter("ignore")
            of_the_compiler.__exit__(None, None, None)
            warnings.warn("no geotransform", NotGeoreferencedWarning, stacklevel=1)


def test_kept_loops_call_loops_of_their_own_file_only() -> None:
    # numba looks at the date of the file of a kept loop alone: a change elsewhere would go unseen.
    package = Path(compiled.__file__).parent
    texts = [path.read_text("utf-8") for path in package.rglob("*.py")]
    with_loops = [text for text in texts if re.search(r"^from landuse.compiled import", text, re.M)]
    inner = {name for text in with_loops for name in re.findall(r"^(\w+) = inner\(", text, re.M)}
    taken = {
        name
        for text in with_loops
        for line in re.findall(r"^from landuse\.\S+ import (.*)$", text, re.M)
        for name in re.findall(r"\w+", line)
    }
    assert inner
    assert not inner & (taken - {"inner", "kept"})
