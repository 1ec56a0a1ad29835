"""Time distance, slope and patches on a county grid beside GDAL's own tools, in turn.

    python benchmarks/grids.py [--side 5760] [--repeat 3]

One synthetic grid of ``side`` x ``side`` cells of 10 m (33 million by default). Ours is what the
program calls: `terrain.slope_layer`, scipy's exact Euclidean distance, scipy's labels; GDAL's are
`gdaldem slope`, `gdal_proximity.py` and polygons of patches (`rasterio.features.shapes`), where the
tool is there. GDAL's command-line tools read and write a file, ours do not: their floor, reading
and writing the same grid, is a row of its own. Wall seconds, medians; ratios within the table
count. Nothing here decides whether a test passes.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import scipy
from affine import Affine
from rasterio.features import shapes
from scipy import ndimage

from landuse.core.grid import Grid
from landuse.core.layers import Layer
from landuse.indicators.terrain import slope_layer

CELL_M = 10.0


def grids(side: int, folder: Path) -> dict[str, Any]:
    """Return heights and a mask of built cells as layer, array and GeoTIFF."""
    rng = np.random.default_rng(1)
    small = rng.normal(size=(side // 40 + 2, side // 40 + 2)).astype("float32")
    heights = ndimage.zoom(small, 40, order=1)[:side, :side] * 80 + 300
    built = ndimage.zoom(rng.random(small.shape), 40, order=1)[:side, :side] > 0.72
    grid = Grid("EPSG:4549", Affine(CELL_M, 0, 430_000, 0, -CELL_M, 3_260_000), (side, side))
    files = {}
    for name, values in (("heights", heights), ("built", built.astype("uint8"))):
        files[name] = folder / f"{name}.tif"
        with rasterio.open(
            files[name], "w", driver="GTiff", width=side, height=side, count=1,
            dtype=values.dtype, crs=grid.crs, transform=grid.transform, tiled=True,
        ) as target:  # fmt: skip
            target.write(values, 1)
    return {"layer": Layer(grid, heights, None, None), "built": built, "files": files}


def copy(source: Path, target: Path) -> None:
    with rasterio.open(source) as opened:
        profile, values = opened.profile, opened.read(1)
    with rasterio.open(target, "w", **profile) as written:
        written.write(values, 1)


def tool(*words: str | Path) -> Callable[[], object]:
    return lambda: subprocess.run(list(map(str, words)), check=True, stdout=subprocess.DEVNULL)


def methods(made: dict[str, Any], folder: Path) -> dict[str, Callable[[], object]]:
    """Return what is timed, by name; a tool that is not installed is left out."""
    built, files, out = made["built"], made["files"], folder / "out.tif"
    found: dict[str, Callable[[], object]] = {
        "floor: read and write one grid": lambda: copy(files["heights"], out),
        "slope: ours": lambda: slope_layer(made["layer"]),
        "distance: ours (scipy)": lambda: ndimage.distance_transform_edt(~built) * CELL_M,
        "patches: ours (scipy label)": lambda: ndimage.label(built, structure=np.ones((3, 3))),
        "patches: GDAL polygons": lambda: sum(
            1 for _ in shapes(built.astype("uint8"), mask=built, connectivity=8)
        ),
    }
    if shutil.which("gdaldem"):
        found["slope: gdaldem"] = tool("gdaldem", "slope", files["heights"], out)
    if shutil.which("gdal_proximity.py"):
        found["distance: gdal_proximity.py"] = tool(
            "gdal_proximity.py", files["built"], out, "-distunits", "GEO"
        )
    return found


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=5760)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp())
    try:
        chosen = methods(grids(options.side, folder), folder)
        seconds: dict[str, list[float]] = {name: [] for name in chosen}
        for _ in range(options.repeat):
            for name, run in chosen.items():
                (folder / "out.tif").unlink(missing_ok=True)
                start = time.perf_counter()
                run()
                seconds[name].append(time.perf_counter() - start)
    finally:
        shutil.rmtree(folder)
    print(f"{options.side} x {options.side} cells, {options.repeat} rounds, {os.cpu_count()} "
          f"cores, Python {platform.python_version()}, scipy {scipy.__version__}, "
          f"GDAL {rasterio.__gdal_version__}")  # fmt: skip
    for name in sorted(seconds):
        found = seconds[name]
        print(f"{name:<34}{statistics.median(found):>8.2f} s ({min(found):.2f}-{max(found):.2f})")


if __name__ == "__main__":
    main()
