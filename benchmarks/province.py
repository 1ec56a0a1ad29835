"""Time a province of demo counties on one local worker and on two, in turn.

    python benchmarks/province.py [--counties 12] [--size small] [--repeat 2]

Counties of different seeds are made first (not timed). Every round runs `landuse province` on one
worker and on two into new folders, as processes of their own, and the merged products of both are
compared byte by byte. Wall seconds, CPU seconds of all processes, and the highest peak memory of a
process; the ratio of the two walls is what counts. Start-up of the cluster and the merge are in.
Nothing here decides whether a test passes.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from landuse.sources.demo import write_demo

ROOT = Path(__file__).resolve().parents[1]
DEMO = ROOT / "studies" / "demo.toml"
FIRST_SEED = 1000


def make_counties(folder: Path, *, count: int, size: str) -> list[Path]:
    """Write the raw layers and study files of ``count`` demo counties."""
    text = DEMO.read_text(encoding="utf-8")
    files = []
    for number in range(count):
        name = f"county_{number:02d}"
        write_demo(folder / "raw" / name, size=size, seed=FIRST_SEED + number)
        files.append(folder / f"{name}.toml")
        files[-1].write_text(text.replace('name = "demo"', f'name = "{name}"'), encoding="utf-8")
    return files


def once(folder: Path, files: list[Path], *, workers: int) -> tuple[float, float, dict[str, str]]:
    """Run the province; return wall and CPU seconds and the digests of the merged products."""
    out = folder / f"out {workers}"
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "landuse.cli", "province", *map(str, files), "--raw",
         str(folder / "raw"), "--out", str(out), "--workers", str(workers)],
        check=True, stdout=subprocess.DEVNULL, env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    files_made = [path for path in sorted(out.rglob("*"))
                  if path.is_file() and ".store" not in path.parts
                  and path.suffix != ".xml"]  # fmt: skip
    merged = {path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
              for path in files_made}  # fmt: skip
    shutil.rmtree(out)
    return wall, cpu, merged


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counties", type=int, default=12)
    parser.add_argument("--size", default="small")
    parser.add_argument("--repeat", type=int, default=2)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="全省 "))
    try:
        files = make_counties(folder, count=options.counties, size=options.size)
        runs: dict[int, list[tuple[float, float]]] = {1: [], 2: []}
        digests = []
        for _ in range(options.repeat):
            for workers, rows in runs.items():
                wall, cpu, merged = once(folder, files, workers=workers)
                rows.append((wall, cpu))
                digests.append(merged)
    finally:
        shutil.rmtree(folder)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    same = all(found == digests[0] for found in digests)
    print(f"{options.counties} counties of size {options.size}, {options.repeat} rounds, "
          f"{os.cpu_count()} cores, Python {platform.python_version()}")  # fmt: skip
    print(f"{'workers':<10}{'wall s (min-max)':>24}{'CPU s':>9}")
    for workers, rows in runs.items():
        walls = [wall for wall, _ in rows]
        spread = f"{statistics.median(walls):.1f} ({min(walls):.1f}-{max(walls):.1f})"
        print(f"{workers:<10}{spread:>24}{statistics.median(cpu for _, cpu in rows):>9.1f}")
    ratios = [one / two for (one, _), (two, _) in zip(runs[1], runs[2], strict=True)]
    print(f"two workers {statistics.median(ratios):.2f} x one (by round: "
          f"{', '.join(f'{ratio:.2f}' for ratio in ratios)})")  # fmt: skip
    print(f"{len(digests[0])} files of counties and merge, the same bytes each time: {same}")
    print(f"highest peak memory of a process: {peak:.0f} MB")


if __name__ == "__main__":
    main()
