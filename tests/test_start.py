"""The command line answers at once: help loads no library that a command may need."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("numpy", "pandas", "geopandas", "rasterio", "numba", "scipy", "dask", "distributed",
         "folium", "rich", "requests")  # fmt: skip
ASK = """
import sys
from landuse import cli
sys.argv = ["landuse", *sys.argv[1:]]
try:
    cli.main()
except SystemExit as stop:
    assert not stop.code, stop.code
print(sorted(set(sys.modules) & set({heavy!r})))
"""


def test_help_loads_no_heavy_library() -> None:
    for words in (["--help"], ["province", "--help"], ["run", "--help"]):
        told = subprocess.run(
            [sys.executable, "-c", ASK.format(heavy=HEAVY), *words],
            capture_output=True, encoding="utf-8", check=False,
        )  # fmt: skip
        assert told.returncode == 0, told.stderr
        assert told.stdout.splitlines()[-1] == "[]"


ONCE_USED = ("requests", "scipy.ndimage", "scipy.optimize", "scipy.spatial", "numba", "folium",
             "pandera")  # fmt: skip
"""What stages import where they use it: a run in which nothing changed uses none of it."""


def test_the_stages_load_nothing_that_only_some_of_them_use() -> None:
    ask = f"import sys, landuse.pipeline; print(sorted(set(sys.modules) & set({ONCE_USED!r})))"
    told = subprocess.run(
        [sys.executable, "-c", ask], capture_output=True, encoding="utf-8", check=False
    )
    assert told.returncode == 0, told.stderr
    assert told.stdout.splitlines()[-1] == "[]"
