"""Measurements that nobody runs for a while still run: each starts, the map draws its pages."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.made import Made

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"benchmark_{name}", BENCHMARKS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["demo_end_to_end", "grids", "map", "monte_carlo", "province",
                                  "zonal"])  # fmt: skip
def test_a_measurement_starts(name: str) -> None:
    done = subprocess.run(
        [sys.executable, str(BENCHMARKS / f"{name}.py"), "--help"], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()


def test_the_page_of_the_map_is_made_of_more_parcels_than_the_demo_has(demo: Made) -> None:
    measurement = script("map")
    one, model = measurement.demo_tables(demo.out)
    inputs = measurement.many(one, model, 2 * len(one))
    assert len(inputs.parcels) == 2 * len(one)
    assert {"flag", "idle_score"} <= set(inputs.parcels.columns)
    assert len(measurement.pages(inputs, None)["landuse"]()) > 100_000
