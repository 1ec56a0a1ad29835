"""Time the whole demo as a process of its own, beside merely reading every input once.

    python benchmarks/demo_end_to_end.py [--size full large] [--repeat 3]

Prints a table a county, one row a run: wall seconds, CPU seconds and peak memory of a fresh
`landuse demo` (county made, every stage run, products written), of every stage run again into a new
store with compiled code at hand, of a run with nothing changed, of a run after one threshold was
changed, and of reading the inputs (the floor); each as a multiple of that floor too. Peak memory is
that of one more round, watched. The multiples by stage come from `landuse run --profile`. Ratios
within one table count; absolute times are those of the machine. Nothing here decides whether a test
passes.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
MODEL = ROOT / "landuse" / "scores" / "models" / "china.toml"
READ_ALL = """
import sys
from pathlib import Path
import pandas as pd, pyogrio, rasterio
raw = Path(sys.argv[1])
for file in sorted(raw.iterdir()):
    if file.suffix == ".tif":
        with rasterio.open(file) as source:
            source.read()
    elif file.suffix in {".gpkg", ".shp", ".geojson"}:
        for layer, _ in pyogrio.list_layers(file):
            pyogrio.read_dataframe(file, layer=layer)
    elif file.suffix == ".csv":
        pd.read_csv(file, dtype="str", encoding="GBK" if file.stem == "ledger" else "utf-8-sig")
"""


def measure(
    *command: str | Path, folder: Path, watched: bool = False
) -> tuple[float, float, float]:
    """Run a command; return wall seconds, CPU seconds and peak memory in MB, children included.

    Peak memory is 0 where it is not ``watched``: asking the system for it takes a tenth of the
    time.
    """
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *map(str, command)],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    peak = [0.0]
    watch = threading.Thread(target=watch_memory, args=(process.pid, peak))
    if watched:
        watch.start()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    if watched:
        watch.join()
    if status:
        msg = f"{command} ended with {status}"
        raise SystemExit(msg)
    return wall, usage.ru_utime + usage.ru_stime, peak[0]


def watch_memory(pid: int, peak: list[float]) -> None:
    """Note the highest sum over a process and its children, pages they share counted once, MB."""
    try:
        root = psutil.Process(pid)
        while root.status() != psutil.STATUS_ZOMBIE:
            peak[0] = max(peak[0], sum(map(own_share, [root, *root.children(recursive=True)])))
            time.sleep(0.1)
    except psutil.NoSuchProcess:
        return


def own_share(process: psutil.Process) -> float:
    """Return the resident pages of a process in MB, those shared with n others as an nth."""
    try:
        return float(process.memory_full_info().pss) / 1e6
    except psutil.Error:
        return 0.0


def once(size: str, *, watched: bool = False) -> dict[str, tuple[float, float, float]]:
    """Measure the five runs in a new folder."""
    folder = Path(tempfile.mkdtemp(prefix="示例 "))
    changed = folder / "changed.toml"
    text = MODEL.read_text(encoding="utf-8")
    changed.write_text(text.replace("minimum_coverage = 0.6", "minimum_coverage = 0.65"), "utf-8")
    run = ("-m", "landuse.cli", "run", "demo")
    commands: dict[str, tuple[str | Path, ...]] = {
        "demo, from nothing": ("-m", "landuse.cli", "demo", "--size", size),
        "every stage, county there": (*run, "--out", folder / "new" / "demo"),
        "again, nothing changed": run,
        "one threshold changed": (*run, "--model", changed),
        "every input read once": ("-c", READ_ALL, "data/raw/demo"),
    }
    try:
        return {name: measure(*words, folder=folder, watched=watched)
                for name, words in commands.items()}  # fmt: skip
    finally:
        shutil.rmtree(folder)


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    sizes = ("full", "large", "small")
    parser.add_argument("--size", nargs="+", default=["full", "large"], choices=sizes)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    print("\n\n".join(table(size, repeat=options.repeat) for size in options.size))


def table(size: str, *, repeat: int) -> str:
    """Return the table of a county: medians of so many rounds, memory of one more."""
    peaks = {name: peak for name, (_, _, peak) in once(size, watched=True).items()}
    runs = [once(size) for _ in range(repeat)]
    lines = [
        f"{size}, {repeat} runs, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"{platform.machine()}",
        f"{'':<26}{'wall s (min-max)':>22}{'CPU s':>8}{'peak MB':>9}{'x reading':>11}",
    ]
    floor = statistics.median(run["every input read once"][0] for run in runs)
    for name in runs[0]:
        wall, cpu, _ = zip(*(run[name] for run in runs), strict=True)
        spread = f"{statistics.median(wall):.1f} ({min(wall):.1f}-{max(wall):.1f})"
        lines.append(
            f"{name:<26}{spread:>22}{statistics.median(cpu):>8.1f}{peaks[name]:>9.0f}"
            f"{statistics.median(wall) / floor:>11.1f}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
