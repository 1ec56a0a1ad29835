"""Laws of alignment: sums are kept, classes are not invented, a cut makes no difference."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from landuse.align.grid import common_nest
from landuse.align.rasters import RasterAlign, align_raster
from landuse.core.crs import between
from landuse.core.grid import Grid
from landuse.sources.products import PRODUCTS

ALBERS = "+proj=aea +lat_0=0 +lon_0=105 +lat_1=25 +lat_2=47 +datum=WGS84"
# A metre in units of each CRS
METRE = {"EPSG:4326": 1 / 111_320, "ESRI:54009": 1.0, ALBERS: 1.0, "EPSG:4549": 1.0}
BY_FILE = settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking opens thousands of files
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def grid_of(resolution_m: float, *, cells: tuple[int, int], shift: tuple[float, float]) -> Grid:
    """Return a grid near Lanxi whose shape every product's cell divides."""
    nest = common_nest(resolution_m)
    x, y = 440_000 + shift[0], 3_220_000 + shift[1]
    rows, columns = (count * nest * resolution_m for count in cells)
    grid = Grid.covering(
        (x, y, x + 1, y + 1), resolution_m=resolution_m, crs="EPSG:4549", nest=nest
    )
    left, _, _, top = grid.bounds
    return Grid.covering(
        (left, top - rows, left + columns, top), resolution_m=resolution_m, crs="EPSG:4549"
    )


def middle(grid: Grid, crs: str) -> tuple[float, float]:
    x0, y0, x1, y1 = grid.bounds
    x, y = between(grid.crs, crs).transform((x0 + x1) / 2, (y0 + y1) / 2)
    return float(x), float(y)


def write(
    file: Path, values: NDArray[Any], transform: Affine, *, crs: str, nodata: float | None
) -> Path:
    with rasterio.open(
        file, "w", driver="GTiff", height=values.shape[0], width=values.shape[1], count=1,
        dtype=values.dtype, crs=crs, transform=transform, nodata=nodata,
    ) as target:  # fmt: skip
        target.write(values, 1)
    return file


def around(
    grid: Grid, crs: str, *, cell_m: float, shape: tuple[int, int], off: tuple[float, float]
) -> Affine:
    """Return the transform of a raster about the middle of the grid, ``off`` cells from it."""
    x, y = middle(grid, crs)
    cell = cell_m * METRE[crs]
    left, top = x - (shape[1] / 2 + off[0]) * cell, y + (shape[0] / 2 + off[1]) * cell
    return Affine(cell, 0, left, 0, -cell, top)


def cut(
    folder: Path, values: NDArray[Any], transform: Affine, *, at: tuple[int, int], **profile: Any
) -> list[Path]:
    """Write a raster as four tiles, or two where a cut lies on its edge."""
    row, column = at
    files = []
    for down in (slice(0, row), slice(row, None)):
        for across in (slice(0, column), slice(column, None)):
            tile = values[down, across]
            if tile.size:
                corner = transform @ Affine.translation(across.start, down.start)
                files.append(write(folder / f"{len(files)}.tif", tile, corner, **profile))
    return files


def aligned(file: Path | list[Path], product: str, grid: Grid) -> dict[str, Any]:
    chosen = RasterAlign(role="r", product=product)
    return align_raster(file=file, grid=grid, settings=chosen)


grids = st.builds(
    grid_of,
    st.sampled_from([5.0, 10.0, 20.0]),
    cells=st.tuples(st.integers(1, 2), st.integers(1, 2)),
    shift=st.tuples(st.floats(-20_000, 20_000), st.floats(-50_000, 50_000)),
)
offsets = st.tuples(st.floats(-1, 1), st.floats(-1, 1))
seeds = st.integers(0, 2**16)


@BY_FILE
@given(
    grid=grids, crs=st.sampled_from(sorted(METRE)), off=offsets, seed=seeds,
    product=st.sampled_from(["ghs_pop", "ghs_built_v", "worldpop_r2025a"]),
    cuts=st.tuples(st.integers(0, 7), st.integers(0, 7)),
)  # fmt: skip
def test_people_and_volumes_keep_their_sum_in_one_piece_or_in_tiles(
    raw: Path, grid: Grid, crs: str, off: tuple[float, float], seed: int, product: str,
    cuts: tuple[int, int],
) -> None:  # fmt: skip
    """8 x 8 cells a twelfth of the grid wide, sheared by at most 1: all of them lie inside."""
    rng = np.random.default_rng(seed)
    nodata = -9999.0
    values = rng.gamma(0.5, 100, (8, 8)).astype(np.float32)
    values[rng.random((8, 8)) < 0.1] = nodata
    side = min(grid.shape) * grid.resolution_m / 24
    transform = around(grid, crs, cell_m=side, shape=(8, 8), off=off)
    whole = write(raw / "整.tif", values, transform, crs=crs, nodata=nodata)
    expected = values[values != nodata].sum(dtype=float)
    one = aligned(whole, product, grid)["layer"].values
    assert np.nansum(one, dtype=float) == pytest.approx(expected, rel=1e-4, abs=1e-3)
    tiles = cut(raw, values, transform, at=cuts, crs=crs, nodata=nodata)
    many = aligned(tiles[::-1], product, grid)["layer"].values
    np.testing.assert_allclose(many, one, rtol=1e-4, atol=1e-3)


@BY_FILE
@given(
    grid=grids, crs=st.sampled_from(sorted(METRE)), off=offsets, seed=seeds,
    product=st.sampled_from(["esa_worldcover", "clcd", "ghs_smod", "ghs_built_s_nres"]),
    cuts=st.tuples(st.integers(0, 40), st.integers(0, 40)),
)  # fmt: skip
def test_no_class_is_invented_in_one_piece_or_in_tiles(
    raw: Path, grid: Grid, crs: str, off: tuple[float, float], seed: int, product: str,
    cuts: tuple[int, int],
) -> None:  # fmt: skip
    rng = np.random.default_rng(seed)
    chosen = PRODUCTS[product]
    codes = rng.choice(list(chosen.legend), size=min(3, len(chosen.legend)), replace=False)
    nodata = int(chosen.nodata or 0)
    dtype = np.int16 if nodata < 0 else np.uint8
    values = rng.choice([*codes, nodata], (40, 40), p=_shares(len(codes))).astype(dtype)
    side = min(grid.shape) * grid.resolution_m / 30
    transform = around(grid, crs, cell_m=side, shape=(40, 40), off=off)
    whole = write(raw / "整.tif", values, transform, crs=crs, nodata=nodata)
    layer = aligned(whole, product, grid)["layer"]
    assert layer.values.dtype == np.uint8
    assert set(np.unique(layer.values[layer.known()])) <= set(codes.tolist())
    tiles = cut(raw, values, transform, at=cuts, crs=crs, nodata=nodata)
    many = aligned(tiles, product, grid)["layer"].values
    # A cell centre on an edge may fall to either side, by the rounding of a tile's corner.
    assert (many != layer.values).mean() < 1e-3


def _shares(codes: int) -> list[float]:
    return [0.9 / codes] * codes + [0.1]


@BY_FILE
@given(
    grid=grids, crs=st.sampled_from(sorted(METRE)), off=offsets, seed=seeds,
    product=st.sampled_from(["copernicus_glo30", "viirs_vnl", "ghs_built_h"]),
    cuts=st.tuples(st.integers(0, 40), st.integers(0, 40)),
)  # fmt: skip
def test_heights_and_lights_stay_in_their_range_in_one_piece_or_in_tiles(
    raw: Path, grid: Grid, crs: str, off: tuple[float, float], seed: int, product: str,
    cuts: tuple[int, int],
) -> None:  # fmt: skip
    values = np.random.default_rng(seed).uniform(0, 90, (40, 40)).astype(np.float32)
    side = min(grid.shape) * grid.resolution_m / 30
    transform = around(grid, crs, cell_m=side, shape=(40, 40), off=off)
    whole = write(raw / "整.tif", values, transform, crs=crs, nodata=None)
    one = aligned(whole, product, grid)["layer"].values
    assert values.min() - 1e-3 <= np.nanmin(one) <= np.nanmax(one) <= values.max() + 1e-3
    tiles = cut(raw, values, transform, at=cuts, crs=crs, nodata=None)
    np.testing.assert_allclose(aligned(tiles, product, grid)["layer"].values, one, atol=2e-2)
