"""Run every time measurement of this folder and write docs/performance.md.

    python benchmarks/all.py [--only NAME ...] [--quick]

Measurements are the scripts here whose docstring begins with "Time"; each runs as a process of its
own, one after the other, and its table is copied as printed. ``--quick`` asks each for one round
(``--repeat 1``). A script that fails is named with its last line and fails this one; sections of
scripts that were not run now (``--only``) are kept as they stand, with their date.
"""

from __future__ import annotations

import argparse
import ast
import datetime
import os
import platform
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "performance.md"
LIBRARIES = ("numpy", "scipy", "numba", "pandas", "geopandas", "shapely", "rasterio", "pyogrio",
             "pyarrow", "dask")  # fmt: skip
HEAD = """# Performance

Written by `python benchmarks/all.py`; each table is what its script printed. Machines are noisy and
differ: within a table the ratios count, times are those of the machine named under it.
"""


def measurements() -> dict[str, Path]:
    """Return {name: script} of the scripts whose docstring begins with "Time"."""
    found = {}
    for file in sorted(HERE.glob("*.py")):
        words = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
        if words.startswith("Time "):
            found[file.stem] = file
    return found


def machine() -> str:
    """Return processor, cores, memory and system, without names and paths."""
    model = platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        hit = re.search(r"model name\s*: (.+)", info.read_text(encoding="utf-8"))
        model = hit[1].strip() if hit else model
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (f"{model}, {os.cpu_count()} cores, {memory:.0f} GB, {platform.system()}, "
            f"Python {platform.python_version()}; "
            + ", ".join(f"{name} {version(name)}" for name in LIBRARIES))  # fmt: skip


def section(name: str, file: Path, *, options: list[str]) -> tuple[str, bool]:
    """Run a script; return its section of the page and whether it succeeded."""
    first = (ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or "").split("\n")[0]
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "not known"
    done = subprocess.run(
        [sys.executable, str(file), *options], capture_output=True, encoding="utf-8", check=False,
        cwd=HERE.parent, env=os.environ | {"PYTHONPATH": str(HERE.parent)},
    )  # fmt: skip
    printed = done.stdout.rstrip() if done.returncode == 0 else (
        "failed: " + (done.stderr.strip().splitlines() or ["no word"])[-1]
    )  # fmt: skip
    day = datetime.datetime.now().astimezone().date().isoformat()
    text = (f"## {name}\n\n{first} `python benchmarks/{file.name}`\n\n```\n{printed}\n```\n\n"
            f"{day}; load of the machine before: {load}; {machine()}\n")  # fmt: skip
    return text, done.returncode == 0


def kept(page: Path) -> dict[str, str]:
    """Return {name: section} of the page as it stands."""
    if not page.is_file():
        return {}
    parts = re.split(r"^## ", page.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return {part.split("\n")[0]: f"## {part.rstrip()}\n" for part in parts}


def main() -> int:
    """Run what was asked for and write the page."""
    known = measurements()
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", nargs="+", choices=sorted(known), default=sorted(known))
    parser.add_argument("--quick", action="store_true", help="one round each")
    chosen = parser.parse_args()
    sections, failed = kept(PAGE), []
    for name in chosen.only:
        print(f"{name} …", flush=True)
        rounds = "--repeat" in known[name].read_text(encoding="utf-8")
        options = ["--repeat", "1"] if chosen.quick and rounds else []
        sections[name], fine = section(name, known[name], options=options)
        failed += [] if fine else [name]
        order = [key for key in known if key in sections]
        PAGE.write_text("\n".join([HEAD, *(sections[key] for key in order)]), encoding="utf-8",
                        newline="\n")  # fmt: skip
    print("failed: " + ", ".join(failed) if failed else f"written: {PAGE.name}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
