"""Zonal statistics of raster files: any layout of file gives what the cells in memory give."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from affine import Affine

from landuse.core.errors import LanduseError
from landuse.core.grid import Grid
from landuse.core.layers import Layer
from landuse.indicators.rasters import summarise
from landuse.indicators.zonal import Zones, class_shares, mean, total
from landuse.sources.raster_blocks import RasterBlocks
from tests.indicators.engine_ground import CELL, COLUMNS, ROWS, polygons_of
from tests.indicators.ground import CRS, X, Y

NORTH_UP = Affine(CELL, 0, X, 0, -CELL, Y + ROWS * CELL)
SOUTH_UP = Affine(CELL, 0, X, 0, CELL, Y)
GRID = Grid(CRS, NORTH_UP, (ROWS, COLUMNS))
LEGEND = {code: f"c{code}" for code in range(1, 7)}
STRIPED: dict[str, Any] = {"tiled": False, "blockysize": 3}
TILED: dict[str, Any] = {"tiled": True, "blockxsize": 32, "blockysize": 16}


def written(path: Path, values: np.ndarray, *, nodata: float | None, south_up: bool = False,
            crs: str = CRS, **layout: Any) -> Path:  # fmt: skip
    path.parent.mkdir(exist_ok=True)
    profile = {"driver": "GTiff", "count": 1, "height": ROWS, "width": COLUMNS, "crs": crs,
               "dtype": str(values.dtype), "nodata": nodata,
               "transform": SOUTH_UP if south_up else NORTH_UP}  # fmt: skip
    with rasterio.open(path, "w", **profile, **layout) as target:
        target.write(values[::-1] if south_up else values, 1)
    return path


def zones() -> Zones:
    shapes = [*polygons_of("stars")[:60], *polygons_of("huge")[:5], None]
    return Zones(gpd.GeoDataFrame(geometry=shapes, crs=CRS))


def cells(kind: str) -> tuple[np.ndarray, float | None]:
    rng = np.random.default_rng(11)
    if kind.startswith("float"):
        values = rng.normal(300, 40, (ROWS, COLUMNS)).astype(kind)
        values[rng.random(values.shape) < 0.1] = np.nan
        return values, None
    return rng.integers(0, 7, (ROWS, COLUMNS)).astype(kind), 0


@pytest.mark.parametrize("layout", [TILED, STRIPED], ids=["tiled", "striped"])
@pytest.mark.parametrize("south_up", [False, True], ids=["north-up", "south-up"])
@pytest.mark.parametrize("kind", ["uint8", "uint16", "int16", "int32", "float32", "float64"])
def test_a_file_gives_what_the_cells_in_memory_give(
    tmp_path: Path, kind: str, south_up: bool, layout: dict[str, Any]
) -> None:
    values, nodata = cells(kind)
    path = written(tmp_path / "县 域" / "r.tif", values, nodata=nodata, south_up=south_up, **layout)
    with RasterBlocks(path) as raster:
        found = summarise(zones(), {"r": raster}, legends={}, block=(50, 64))
    layer = Layer(GRID, values, nodata=nodata)
    np.testing.assert_allclose(found["r_mean"], mean(zones(), layer), rtol=1e-9)
    np.testing.assert_allclose(found["r_sum"], total(zones(), layer), rtol=1e-9)


@pytest.mark.parametrize("kind", ["uint8", "uint16", "int16"])
def test_classes_and_measures_of_one_grid_in_one_pass(tmp_path: Path, kind: str) -> None:
    codes, heights = cells(kind)[0], cells("float32")[0]
    paths = {"lc": written(tmp_path / "lc.tif", codes, nodata=0, **TILED),
             "dem": written(tmp_path / "dem.tif", heights, nodata=None, **TILED)}  # fmt: skip
    opened = {name: RasterBlocks(path) for name, path in paths.items()}
    found = summarise(zones(), opened, legends={"lc": LEGEND}, statistics=("mean",))
    shares = class_shares(zones(), Layer(GRID, codes, nodata=0), legend=LEGEND)
    np.testing.assert_allclose(found.filter(like="lc_share"), shares, atol=1e-10)
    assert list(found)[-1] == "dem_mean"
    assert found.iloc[-1].isna().all()  # the parcel without a geometry
    two = summarise(zones(), opened, legends={"lc": LEGEND}, statistics=("mean",), threads=1)
    assert found.equals(two)
    for raster in opened.values():
        raster.close()


def test_rasters_of_another_grid_or_crs_are_refused(tmp_path: Path) -> None:
    values, nodata = cells("uint8")
    one = RasterBlocks(written(tmp_path / "a.tif", values, nodata=nodata))
    other = RasterBlocks(written(tmp_path / "b.tif", values, nodata=nodata, crs="EPSG:4547"))
    turned = RasterBlocks(written(tmp_path / "c.tif", values, nodata=nodata, south_up=True))
    for second, name in ((other, "b.tif"), (turned, "c.tif")):
        with pytest.raises(LanduseError, match=name) as raised:
            summarise(zones(), {"one": one, "two": second}, legends={})
        assert raised.value.exit_code == 4
    with pytest.raises(LanduseError, match="no such raster") as missing:
        RasterBlocks(tmp_path / "none.tif")
    assert missing.value.exit_code == 3


def test_a_rotated_raster_and_a_broken_file_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "a.tif", cells("uint8")[0], nodata=0)
    with rasterio.open(path, "r+") as target:
        target.transform = Affine.translation(X, Y) @ Affine.rotation(10) @ Affine.scale(CELL)
    with pytest.raises(LanduseError, match="rotated"):
        RasterBlocks(path)
    broken = tmp_path / "broken.tif"
    broken.write_text("not a raster")
    with pytest.raises(LanduseError, match=r"broken\.tif"):
        RasterBlocks(broken)
