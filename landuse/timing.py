"""What a run spends its time on, beside merely reading every input once."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from landuse.core.grid import Grid
from landuse.inputs import all_files, source_of
from landuse.runner import Step
from landuse.sources.read import read_vector
from landuse.sources.read_raster import read_raster
from landuse.sources.read_table import read_table
from landuse.sources.spec import RasterSource, TableSource, VectorSource
from landuse.study import OpenStudy


@dataclass(frozen=True)
class Profile:
    """Seconds of each stage that ran, of the whole run, and of reading every input once."""

    steps: tuple[Step, ...]
    seconds: float
    reading: float

    @property
    def ran(self) -> list[Step]:
        """Return the steps that ran, the longest first."""
        return sorted((step for step in self.steps if step.ran), key=lambda step: -step.seconds)

    def times_reading(self, seconds: float) -> float:
        """Return seconds as a multiple of the reading."""
        return seconds / max(self.reading, 1e-9)

    def data(self) -> dict[str, Any]:
        """Return the profile as the manifest holds it: seconds and multiples of the reading."""
        return {
            "cores": os.cpu_count(),
            "reading_seconds": round(self.reading, 3),
            "run_seconds": round(self.seconds, 3),
            "run_times_reading": round(self.times_reading(self.seconds), 2),
            "stages": {
                step.stage: {
                    "seconds": round(step.seconds, 3),
                    "times_reading": round(self.times_reading(step.seconds), 2),
                }
                for step in self.ran
            },
            "kept": [step.stage for step in self.steps if not step.ran],
        }

    def lines(self) -> list[str]:
        """Return the profile as a terminal shows it."""
        total = sum(step.seconds for step in self.ran) or 1.0
        head = (
            f"各步用时 time of each stage：只读一遍输入 reading the inputs {self.reading:.2f} s，"
            f"全程 run {self.seconds:.2f} s = {self.times_reading(self.seconds):.1f} ×"
        )
        rows = [
            f"  {step.seconds:8.2f} s {step.seconds / total:6.1%} "
            f"{self.times_reading(step.seconds):7.2f} ×  {step.zh} ({step.stage})"
            for step in self.ran
        ]
        kept = sum(not step.ran for step in self.steps)
        return [head, *rows, f"  沿用 kept: {kept}"]


def reading_seconds(study: OpenStudy, grid: Grid) -> float:
    """Return the seconds that reading every input of a study once takes, and nothing else.

    Rasters are read within the study's grid, layers and tables whole, through the same readers as
    in a run. What was just used lies in the system's cache: this is the floor of a warm run.
    """
    start = time.perf_counter()
    tiles: dict[str, list[Path]] = {}
    for key, path in all_files(study).items():
        source = source_of(study.study.sources, key)
        if isinstance(source, RasterSource):
            year = key.split(":")[1] if source.series else ""
            tiles.setdefault(f"{key.split(':')[0]}:{year}", []).append(path)
        elif isinstance(source, VectorSource):
            read_vector(path, source)
        elif isinstance(source, TableSource):
            read_table(path, source)
    for paths in tiles.values():
        read_raster(paths, bounds=grid.bounds, bounds_crs=grid.crs)
    return time.perf_counter() - start


def profile_of(study: OpenStudy, grid: Grid, steps: Sequence[Step], seconds: float) -> Profile:
    """Return the profile of a run that took so many seconds, with the reading measured now."""
    return Profile(tuple(steps), seconds, reading_seconds(study, grid))
