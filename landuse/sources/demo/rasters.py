"""What the satellites report of the county: each product on its own grid, with its own errors.

`noise` scales every error; 0 gives what a perfect sensor of the same grid would report.
Published rates aimed at with noise 1: WorldCover v200 overall accuracy 76.7 %, CLCD 79.3 %.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from affine import Affine
from rasterio.crs import CRS
from rasterio.warp import Resampling, reproject, transform_bounds
from scipy import ndimage

from landuse.sources.demo.county import County
from landuse.sources.demo.frame import (
    CELL_M,
    TERRAIN_M,
    WORK_CRS,
    Array,
    Frame,
    smooth_noise,
)
from landuse.sources.demo.surface import BARE, BUILT, CLASSES, CROP, GRASS, SHRUB, TREE, WATER

WGS84, MOLLWEIDE = "EPSG:4326", "ESRI:54009"
ALBERS = "+proj=aea +lat_0=0 +lon_0=105 +lat_1=25 +lat_2=47 +x_0=0 +y_0=0 +datum=WGS84 +units=m"


@dataclass(frozen=True)
class ProductGrid:
    """The cells of one product that cover the demo square."""

    crs: str
    transform: Affine
    shape: tuple[int, int]


def product_grid(
    frame: Frame, crs: str, *, cell: float, origin: tuple[float, float] = (0.0, 0.0)
) -> ProductGrid:
    """Return the window of a global grid (cell size, any corner `origin`) over the square."""
    west, south, east, north = transform_bounds(CRS.from_string(WORK_CRS), crs, *frame.bounds)
    col0 = int(np.floor((west - origin[0]) / cell))
    col1 = int(np.ceil((east - origin[0]) / cell))
    row0 = int(np.floor((origin[1] - north) / cell))
    row1 = int(np.ceil((origin[1] - south) / cell))
    transform = Affine(cell, 0, origin[0] + col0 * cell, 0, -cell, origin[1] - row0 * cell)
    return ProductGrid(crs, transform, (row1 - row0, col1 - col0))


def onto(
    frame: Frame,
    source: Array,
    grid: ProductGrid,
    *,
    cell_m: float,
    resampling: Resampling,
    nodata: float,
    margin: int = 0,
) -> Array:
    """Resample an array of the square onto a product grid; `margin` edge cells are repeated."""
    if margin:
        source = np.pad(source, margin, mode="edge")
    out = np.full(grid.shape, nodata, dtype=source.dtype)
    reproject(
        source,
        out,
        src_transform=frame.transform(cell_m) @ Affine.translation(-margin, -margin),
        src_crs=WORK_CRS,
        dst_transform=grid.transform,
        dst_crs=grid.crs,
        dst_nodata=nodata,
        init_dest_nodata=True,
        resampling=resampling,
        num_threads=2,
    )
    return out


# For each true class: chance that the sensor reports another class, and which one.
_CONFUSION: dict[int, tuple[float, dict[int, float]]] = {
    TREE: (0.185, {SHRUB: 0.25, GRASS: 0.35, CROP: 0.37, BUILT: 0.01, BARE: 0.02}),
    SHRUB: (0.50, {TREE: 0.45, GRASS: 0.35, CROP: 0.20}),
    GRASS: (0.33, {CROP: 0.45, TREE: 0.25, SHRUB: 0.18, BARE: 0.07, BUILT: 0.05}),
    CROP: (0.262, {TREE: 0.42, GRASS: 0.40, SHRUB: 0.08, BUILT: 0.05, BARE: 0.05}),
    BUILT: (0.215, {CROP: 0.36, GRASS: 0.24, TREE: 0.22, BARE: 0.18}),
    BARE: (0.30, {GRASS: 0.38, CROP: 0.30, BUILT: 0.32}),
    WATER: (0.045, {CROP: 0.50, GRASS: 0.25, BARE: 0.25}),
}


def worldcover(county: County) -> tuple[Array, ProductGrid]:
    """Return WorldCover codes (uint8, 0 nodata) on its 1/12000 degree grid."""
    frame = county.frame
    seen = county.surface.classes
    if frame.noise > 0:
        rng = frame.rng("worldcover")
        seen = _confuse(rng, _blur_classes(seen, 0.62 * frame.noise), noise=frame.noise)
    grid = product_grid(frame, WGS84, cell=1 / 12_000)
    out = onto(frame, seen, grid, cell_m=CELL_M, resampling=Resampling.nearest, nodata=0)
    return out, grid


def _blur_classes(classes: Array, sigma: float) -> Array:
    """Let each cell report the class that fills most of a blurred neighbourhood."""
    best = np.zeros(classes.shape, dtype="float32")
    winner = classes.copy()
    for code in CLASSES:
        share = (classes == code).astype("float32")
        ndimage.gaussian_filter(share, sigma, output=share, truncate=2.5)
        better = share > best
        best[better] = share[better]
        winner[better] = code
    return winner


def _confuse(rng: np.random.Generator, classes: Array, *, noise: float) -> Array:
    """Exchange classes in patches of two to four cells, at the chances of `_CONFUSION`."""
    patch = smooth_noise(rng, classes.shape, cells=1.6)
    levels = np.sort(patch[::7, ::7].ravel())
    chance = np.zeros(256)
    target = np.zeros((256, 256), dtype="uint8")
    for code, (rate, into) in _CONFUSION.items():
        chance[code] = min(rate * noise, 0.9)
        share = np.cumsum(list(into.values())) / sum(into.values())
        target[code] = np.array(list(into))[np.searchsorted(share, (np.arange(256) + 0.5) / 256)]
    cut = levels[np.minimum(((1 - chance) * levels.size).astype(int), levels.size - 1)]
    wrong = patch > cut.astype("float32")[classes]
    rows, cols = classes.shape
    pick = rng.integers(0, 256, (rows // 4 + 1, cols // 4 + 1), dtype="uint8")
    pick = np.repeat(np.repeat(pick, 4, axis=0), 4, axis=1)[:rows, :cols]
    out = classes.copy()
    out[wrong] = target[classes[wrong], pick[wrong]]
    return out


def built_surface(county: County) -> tuple[Array, ProductGrid]:
    """Return GHS-BUILT-S 2018 (uint8, m2 per 10 m cell, 255 nodata) in Mollweide."""
    frame, noise = county.frame, county.frame.noise
    area = county.masses_2018.area_m2
    if noise > 0:
        rng = frame.rng("built surface")
        area = ndimage.gaussian_filter(area, 0.75 * noise, truncate=2.5)
        coarse = smooth_noise(rng, area.shape, cells=7)
        # Roads and paved yards pass for roofs in part; the error is patchy, not pepper.
        paved = (county.surface.classes == BUILT) & (county.masses_2018.area_m2 < 20)
        area += noise * 11.0 * paved * np.clip(0.6 + 0.9 * coarse, 0, None)
        area *= np.clip(1 + 0.16 * noise * coarse, 0, None)
        speck = rng.standard_normal(area.shape, dtype="float32")
        area += noise * 4.0 * speck * (area > 3)
        area[area < 5] = 0
    grid = product_grid(frame, MOLLWEIDE, cell=10.0)
    cells = np.clip(np.rint(area), 0, 100).astype("uint8")
    out = onto(frame, cells, grid, cell_m=CELL_M, resampling=Resampling.nearest, nodata=255)
    return out, grid


def built_height(county: County) -> tuple[Array, ProductGrid]:
    """Return GHS-BUILT-H ANBH 2018 (float32 m, volume over built area, 100 m) in Mollweide."""
    frame, noise = county.frame, county.frame.noise
    grid = product_grid(frame, MOLLWEIDE, cell=100.0)
    area, volume = (
        onto(frame, layer, grid, cell_m=CELL_M, resampling=Resampling.average, nodata=0.0)
        for layer in (county.masses_2018.area_m2, county.masses_2018.volume_m3)
    )
    height = np.where(area > 0.5, volume / np.maximum(area, 0.5), 0.0)
    if noise > 0:
        rng = frame.rng("built height")
        error = rng.standard_normal(height.shape)
        # Tall buildings are under-read, low ones over-read: the published regression to the mean.
        pulled = height + 0.18 * noise * (5.5 - height)
        height = np.where(height > 0, pulled * np.exp(0.16 * noise * error), 0.0)
    return np.clip(height, 0, None).astype("float32"), grid


def surface_model(county: County) -> tuple[Array, ProductGrid]:
    """Return a GLO-30-like surface model (float32 m): ground, roofs, canopy and noise."""
    frame, noise = county.frame, county.frame.noise
    ground = county.terrain.elevation_m
    size = ground.shape[0]
    built = county.masses.volume_m3.reshape(size, 3, size, 3).sum(axis=(1, 3)) / 900.0
    tree = (county.surface.classes == TREE).reshape(size, 3, size, 3).mean(axis=(1, 3))
    rng = frame.rng("surface model")
    canopy = tree * (8 + 2.5 * smooth_noise(rng, ground.shape, cells=5))
    top = ground + 0.8 * built + np.clip(canopy, 0, None)
    top = top + noise * 0.9 * smooth_noise(rng, ground.shape, cells=1.5)
    grid = product_grid(frame, WGS84, cell=1 / 3600, origin=(-0.5 / 3600, 0.5 / 3600))
    out = onto(
        frame,
        np.round(top, 3).astype("float32"),
        grid,
        cell_m=TERRAIN_M,
        resampling=Resampling.bilinear,
        nodata=-32767.0,
        margin=40,
    )
    return out, grid


def population(county: County, *, total: float) -> tuple[Array, ProductGrid]:
    """Return WorldPop-like persons per 3 arc-second cell (float32, -99999 outside the county).

    The county count is spread over what a satellite sees as built, not over who lives there:
    hollow villages and factories get people too, as in the real product.
    """
    frame, noise = county.frame, county.frame.noise
    grid = product_grid(frame, WGS84, cell=1 / 1200)
    volume = county.masses.volume_m3**0.5 * county.masses.area_m2**0.5
    kind = np.zeros(len(county.plots) + 1, dtype="float32")
    use = county.plots["kind"].to_numpy()
    kind[1:] = np.select([use == 0, use == 2], [0.15, 0.35], 1.0)
    seen = volume * kind[county.surface.plot]
    weight = onto(frame, seen, grid, cell_m=CELL_M, resampling=Resampling.average, nodata=0.0)
    inside = onto(
        frame,
        county.terrain.inside.astype("uint8"),
        grid,
        cell_m=TERRAIN_M,
        resampling=Resampling.nearest,
        nodata=0,
    )
    weight = np.where(inside == 1, weight.astype("float64"), 0.0)
    if noise > 0:
        rng = frame.rng("population")
        weight = weight * np.exp(0.45 * noise * rng.standard_normal(weight.shape))
        blurred = ndimage.gaussian_filter(weight, 0.6 * noise)
        weight = np.where(weight > 0.02 * weight.max(), blurred, 0.3 * blurred)
        weight = np.where(inside == 1, weight, 0.0)
        weight[weight < 0.002 * weight.max()] = 0.0
    people = weight / weight.sum() * total
    return np.where(inside == 1, people, -99999.0).astype("float32"), grid
