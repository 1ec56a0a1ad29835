"""Write the two lock files from pyproject.toml, or check that they still answer it.

requirements.lock       what `landuse` runs with, and what sets a clone up
requirements-test.lock  the same versions, and what the tests need

Both hold versions and hashes for Linux, macOS and Windows and every supported Python, and no
address, so that each reader's own registry or mirror serves them. Needs uv, which the set-up puts
into .venv:

    .venv/bin/python scripts/lock.py            keep the versions that still fit
    .venv/bin/python scripts/lock.py --upgrade  take the newest
    .venv/bin/python scripts/lock.py --check    write nothing, fail when they are out of step
"""

from __future__ import annotations

import argparse
import filecmp
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEST_LOCK, RUN_LOCK = "requirements-test.lock", "requirements.lock"
HEADER = "# Written by scripts/lock.py; change pyproject.toml instead.\n"
# One version for every Python: the same inputs are to give the same bytes everywhere.
OPTIONS = (
    *("--universal", "--python-version", "3.11", "--fork-strategy", "fewest"),
    *("--generate-hashes", "--quiet", "--no-header", "--no-annotate"),
    *("--no-emit-index-url", "--no-emit-find-links"),
)


def compile_lock(target: Path, *, extras: list[str], more: list[str]) -> None:
    """Let uv resolve pyproject.toml with ``extras`` into ``target``."""
    chosen = [word for extra in extras for word in ("--extra", extra)]
    command = ["uv", "pip", "compile", "pyproject.toml", *chosen, *OPTIONS, *more]
    subprocess.run([*command, "--output-file", str(target)], cwd=ROOT, check=True)
    target.write_text(HEADER + target.read_text("utf-8"), encoding="utf-8", newline="\n")


def write_locks(folder: Path, *, more: list[str]) -> None:
    """Write both locks into ``folder``; the smaller one takes its versions from the larger."""
    test_lock = folder / TEST_LOCK
    compile_lock(test_lock, extras=["setup", "test"], more=more)
    compile_lock(folder / RUN_LOCK, extras=["setup"], more=["--constraint", str(test_lock)])


def main() -> int:
    """Write or check; return the exit code."""
    parser = argparse.ArgumentParser(description="Write requirements.lock and its test superset.")
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions that fit")
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    options = parser.parse_args()
    more = ["--upgrade"] if options.upgrade else []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for lock in (TEST_LOCK, RUN_LOCK):
            if (ROOT / lock).exists():
                shutil.copy(ROOT / lock, folder / lock)
        write_locks(folder, more=more)
        stale = [
            lock
            for lock in (TEST_LOCK, RUN_LOCK)
            if not (ROOT / lock).exists()
            or not filecmp.cmp(folder / lock, ROOT / lock, shallow=False)
        ]
        if options.check:
            print(
                "out of step: " + ", ".join(stale) if stale else "the locks answer pyproject.toml"
            )
            return 1 if stale else 0
        for lock in stale:
            shutil.copy(folder / lock, ROOT / lock)
        print("written: " + ", ".join(stale) if stale else "nothing to change")
    return 0


if __name__ == "__main__":
    sys.exit(main())
