"""Surfaces: later classes lie on top, cells go by their centre, faults of all files at once."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from affine import Affine
from shapely.geometry import Point, box

from landuse.align import surfaces
from landuse.align.surfaces import BurnSettings, burn, burn_surfaces
from landuse.core.errors import LanduseError
from landuse.core.grid import Grid
from landuse.sources.spec import Surfaces

X, Y = 450_000.0, 3_231_000.0
GRID = Grid("EPSG:4549", Affine(10, 0, X, 0, -10, Y), (2, 3))


def settings(*keys: str) -> BurnSettings:
    classes = [{"key": key, "zh": key, "en": key, "source": {"path": "x"}} for key in keys]
    return BurnSettings(
        surfaces=Surfaces.model_validate({"resolution_m": 5, "classes": classes}), crs="EPSG:4549"
    )


def written(raw: Path, key: str, *shapes: object) -> Path:
    gpd.GeoDataFrame(geometry=list(shapes), crs="EPSG:4549").to_file(raw / f"{key}.gpkg")
    return raw / f"{key}.gpkg"


def test_later_classes_lie_on_top_and_nothing_is_zero(raw: Path) -> None:
    files = {
        "lawn": written(raw, "lawn", box(X, Y - 20, X + 20, Y)),  # 4 x 4 cells of 5 m
        "roof": written(raw, "roof", box(X + 10, Y - 10, X + 25, Y), Point(X, Y)),  # 3 x 2 cells
    }
    done = burn_surfaces(files=files, grid=GRID, settings=settings("lawn", "roof"))
    expected = [
        [1, 1, 2, 2, 2, 0],
        [1, 1, 2, 2, 2, 0],
        [1, 1, 1, 1, 0, 0],
        [1, 1, 1, 1, 0, 0],
    ]
    np.testing.assert_array_equal(done["layer"].values, expected)
    assert done["layer"].grid.bounds == GRID.bounds
    assert done["layer"].known().all()
    assert done["legend"]["2"] == {"key": "roof", "zh": "roof", "en": "roof"}
    assert [finding.kind for finding in done["findings"]] == ["dropped"]  # the stray point


def test_blocks_give_what_one_piece_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    corners = rng.uniform(0, 900, (60, 2))
    shapes = [box(X + x, Y - 1000 + y, X + x + 80, Y - 1000 + y + 60) for x, y in corners]
    layer = gpd.GeoDataFrame(geometry=shapes, crs="EPSG:4549")
    grid = Grid("EPSG:4549", Affine(1, 0, X, 0, -1, Y), (1000, 1000))
    whole, blocks = np.zeros((2, *grid.shape), np.uint8)
    burn(layer, whole, grid=grid, code=7)
    monkeypatch.setattr(surfaces, "_BLOCK_ROWS", 64)
    burn(layer, blocks, grid=grid, code=7)
    np.testing.assert_array_equal(whole, blocks)
    # by centres, the burnt cells are the union's area but for cells on its edge
    edge = layer.union_all().length
    assert abs(int((whole == 7).sum()) - layer.union_all().area) < edge / 2


def test_the_faults_of_all_files_come_at_once(raw: Path) -> None:
    files = {"lawn": raw / "lawn.gpkg", "roof": raw / "roof.gpkg"}
    with pytest.raises(LanduseError) as caught:
        burn_surfaces(files=files, grid=GRID, settings=settings("lawn", "roof"))
    assert [fault.file for fault in caught.value.faults] == ["lawn.gpkg", "roof.gpkg"]
    assert caught.value.exit_code == 3
