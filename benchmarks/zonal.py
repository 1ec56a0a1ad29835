"""Time the zonal engine beside exactextract, rasterstats and rasterize + bincount.

    python benchmarks/zonal.py [--polygons 20000 100000] [--repeat 3] [--no-slow] [--no-wide]

One process, methods interleaved: every round runs each method once on the same synthetic county
(33 million cells, see ``zonal_county.py``), from a GeoDataFrame in memory and a raster on disk to
a table. Wall and CPU seconds are medians; ratios within one table count, times are those of the
machine. The slowest peers run in the first round only, ``--no-slow`` leaves them out; ``--no-wide``
leaves out the virtual raster of 1,056 million cells with 600,000 parcels; ``--write`` writes
docs/performance/zonal.md.
rasterstats is timed on 300 parcels and extrapolated; it needs a package of its own and is left out
without it. Nothing here decides whether a test passes.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
from exactextract import exact_extract
from rasterio.features import rasterize
from zonal_county import CLASSES, parcels, rasters, wide_parcels, wide_vrt

from landuse.indicators.rasters import summarise
from landuse.indicators.traced import forget
from landuse.indicators.zonal import Zones
from landuse.sources.raster_blocks import RasterBlocks

PAGE = Path(__file__).resolve().parents[1] / "docs" / "performance" / "zonal.md"
SAMPLE = 300
PEERS_CACHE = 1 << 30
"""Bytes of GDAL's cache for the others: about its default here; ours takes 64 MB."""
Method = Callable[[gpd.GeoDataFrame, dict[str, Path]], object]
Times = dict[tuple[str, str], list[tuple[float, float]]]


def ours(names: tuple[str, ...], threads: int) -> Method:
    def run(zones: gpd.GeoDataFrame, files: dict[str, Path]) -> pd.DataFrame:
        forget()
        opened = {name: RasterBlocks(files[name]) for name in names}
        legends = {"lc": CLASSES} if "lc" in names else {}
        return summarise(
            Zones(zones), opened, legends=legends, statistics=("mean", "sum"), threads=threads
        )

    return run


def exact(name: str, strategy: str) -> Method:
    def run(zones: gpd.GeoDataFrame, files: dict[str, Path]) -> pd.DataFrame:
        wanted = ["frac"] if name == "lc" else ["mean", "sum"]
        with rasterio.Env(GDAL_CACHEMAX=PEERS_CACHE):
            return exact_extract(
                str(files[name]), zones, wanted, strategy=strategy, output="pandas"
            )

    return run


def labels(name: str) -> Method:
    def run(zones: gpd.GeoDataFrame, files: dict[str, Path]) -> np.ndarray:
        with rasterio.Env(GDAL_CACHEMAX=PEERS_CACHE), rasterio.open(files[name]) as source:
            values, affine = source.read(1), source.transform
        shapes = ((shape, at) for at, shape in enumerate(zones.geometry, start=1))
        with rasterio.Env(GDAL_CACHEMAX=PEERS_CACHE):
            label = rasterize(shapes, values.shape, transform=affine, dtype="int32")
        if name == "lc":
            key = label.ravel().astype(np.int64) * 16 + values.ravel()
            return np.bincount(key, minlength=16 * (len(zones) + 1))
        return np.bincount(label.ravel(), values.ravel(), len(zones) + 1)

    return run


def sampled(name: str) -> Method:
    from rasterstats import zonal_stats

    def run(zones: gpd.GeoDataFrame, files: dict[str, Path]) -> object:
        few = zones.sample(SAMPLE, random_state=1)
        how = {"categorical": True} if name == "lc" else {"stats": ["mean", "sum"]}
        return zonal_stats(few, str(files[name]), **how)

    return run


def methods(*, slow: bool) -> dict[tuple[str, str], Method]:
    found: dict[tuple[str, str], Method] = {}
    for name in ("lc", "dem", "f100", "f500"):
        found[name, "landuse, 2 threads"] = ours((name,), 2)
        found[name, "landuse, 1 thread"] = ours((name,), 1)
        found[name, "exactextract, raster-sequential"] = exact(name, "raster-sequential")
        if slow:
            found[name, "exactextract, feature-sequential"] = exact(name, "feature-sequential")
        if slow and name in ("lc", "dem"):
            found[name, "rasterize + bincount (cell centres)"] = labels(name)
            if find_spec("rasterstats"):
                found[name, "rasterstats (extrapolated)"] = sampled(name)
    found["lc + dem, one pass", "landuse, 2 threads"] = ours(("lc", "dem"), 2)
    return found


def timed(method: Method, zones: gpd.GeoDataFrame, files: dict[str, Path]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    method(zones, files)
    return time.perf_counter() - wall, time.process_time() - cpu


def county(count: int, repeat: int, files: dict[str, Path], *, slow: bool) -> tuple[str, Times]:
    zones = parcels(count)
    times: Times = {}
    for number in range(repeat):
        for key, method in methods(slow=slow and number == 0).items():
            wall, cpu = timed(method, zones, files)
            if "extrapolated" in key[1]:
                wall, cpu = (len(zones) / SAMPLE * one for one in (wall, cpu))
            times.setdefault(key, []).append((wall, cpu))
            print(f"{len(zones):7d} {number} {key[0]:18s} {key[1]:36s} {wall:8.3f} {cpu:8.3f}",
                  file=sys.stderr, flush=True)  # fmt: skip
    return table(len(zones), times), times


def table(count: int, times: Times) -> str:
    vertices = 33
    lines = [
        f"### {count:,} parcels of about {vertices} vertices, 33 million cells of 10 m", "",
        "| raster | method | runs | wall s: median (least-most) | CPU s | x our wall | x our CPU |",
        "|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for (name, method), runs in times.items():
        walls, cpus = zip(*runs, strict=True)
        our_walls, our_cpus = zip(*times[name, "landuse, 2 threads"], strict=True)
        wall = statistics.median(walls) / statistics.median(our_walls)
        cpu = statistics.median(cpus) / statistics.median(our_cpus)
        lines.append(
            f"| {name} | {method} | {len(runs)} | {statistics.median(walls):.2f} "
            f"({min(walls):.2f}-{max(walls):.2f}) | {statistics.median(cpus):.2f} | {wall:.1f} | "
            f"{cpu:.1f} |"
        )
    return "\n".join(lines)


def wide(files: dict[str, Path], folder: Path, repeat: int) -> str:
    zones = wide_parcels(600_000)
    wide_files = {"lc": wide_vrt(folder, files["lc"])}
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    runs = [timed(ours(("lc",), 2), zones, wide_files) for _ in range(repeat)]
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    walls, cpus = zip(*runs, strict=True)
    return (
        f"### {len(zones):,} parcels, virtual raster of 1,056 million cells (32 copies)\n\n"
        f"Class fractions on 2 threads: {statistics.median(walls):.1f} s wall "
        f"({min(walls):.1f}-{max(walls):.1f}, {repeat} runs), {statistics.median(cpus):.1f} s CPU. "
        f"Cells in flight: at most 6 blocks of 1024 x 1024 uint8 (6 MB) and GDAL's cache (64 MB). "
        f"Peak memory of the process {after:.0f} MB, of which {before:.0f} MB before the first "
        "run (parcels as geometries)."
    )


def machine() -> str:
    names = ("numba", "numpy", "shapely", "rasterio", "geopandas", "exactextract", "rasterstats")
    found = []
    for name in names:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} not installed")
    today = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    return (
        f"{today}; Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} "
        f"cores, load at the start {os.getloadavg()[0]:.1f}; {', '.join(found)}."
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--polygons", type=int, nargs="*", default=[20_000, 100_000])
    options.add_argument("--repeat", type=int, default=3)
    options.add_argument("--wide", action=argparse.BooleanOptionalAction, default=True)
    options.add_argument("--slow", action=argparse.BooleanOptionalAction, default=True)
    options.add_argument("--write", action="store_true")
    chosen = options.parse_args()
    parts = [machine()]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = rasters(folder)
        few = parcels(200)
        for method in methods(slow=False).values():
            method(few, files)  # compiles, opens, fills the page cache
        if chosen.wide:
            parts.append(wide(files, folder, chosen.repeat))
        parts += [
            county(count, chosen.repeat, files, slow=chosen.slow)[0] for count in chosen.polygons
        ]
    text = "\n\n".join(parts) + "\n"
    print(text)
    if chosen.write:
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(HEAD + text, encoding="utf-8", newline="\n")


HEAD = """# Zonal statistics: measured

Written by `python benchmarks/zonal.py --write`: one process, methods interleaved,
from a GeoDataFrame in memory and a raster on disk to a table. Ratios within one table count; times
are those of the machine. `lc`: class fractions of 9 classes; `dem`: mean and sum of a float32
raster; `f100`, `f500`: the same on cells of 100 and 500 m. Our times hold the check of every
polygon for validity, which the others leave out; rasterstats and rasterize count cell centres, the
others exact shares of cells. Where other work runs on the machine, wall times say little and CPU
seconds say what the work costs; ours are those of both threads together.

"""

if __name__ == "__main__":
    main()
