"""The yearly layers: VIIRS night light and CLCD land cover, 2014-2023."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from pyproj import Transformer
from rasterio.warp import Resampling
from scipy import ndimage

from landuse.sources.demo.county import County
from landuse.sources.demo.frame import WORK_CRS, YEARS, Array, smooth_noise
from landuse.sources.demo.parcels import (
    COMM,
    GOV,
    HAMLET_SITE,
    IND,
    PARK,
    RAIL,
    RES,
    ROAD,
    SCI,
    UTIL,
    VIL,
)
from landuse.sources.demo.rasters import ALBERS, WGS84, ProductGrid, onto, product_grid

# Radiance (nW/cm2/sr) of a pixel wholly covered by plots of one use in full activity.
_GLOW = {
    IND: 20.0, RES: 24.0, COMM: 46.0, VIL: 3.6, GOV: 14.0, SCI: 14.0, UTIL: 6.0, PARK: 5.0,
    ROAD: 9.0, RAIL: 3.0,
}  # fmt: skip
_FINE = 4
_CLCD = np.zeros(256, dtype="uint8")
_CLCD[[10, 20, 30, 40, 50, 60, 80]] = [2, 3, 4, 1, 8, 7, 5]


def night_lights(county: County) -> Iterator[tuple[int, Array, ProductGrid]]:
    """Yield (year, float32 nW/cm2/sr, grid) of a VIIRS-like annual masked average."""
    frame, noise = county.frame, county.frame.noise
    cell = 15 / 3600
    grid = product_grid(frame, WGS84, cell=cell, origin=(cell / 2, -cell / 2))
    emission, bins = _emitters(county, grid)
    rows, cols = grid.shape
    for year, column in zip(YEARS, emission.T, strict=True):
        rng = frame.rng(f"lights {year}")
        fine = np.bincount(bins, column, rows * cols * _FINE**2)
        fine = fine.reshape(rows * _FINE, cols * _FINE)
        # Bloom of about one pixel: light of a source shows in its neighbours.
        fine = ndimage.gaussian_filter(fine, 0.75 * _FINE * min(noise, 2.0))
        light = fine.reshape(rows, _FINE, cols, _FINE).sum(axis=(1, 3))
        gain = 1 + noise * 0.03 * rng.standard_normal()
        light = light * gain * np.exp(0.07 * noise * rng.standard_normal(light.shape))
        light += 0.06 * noise * rng.standard_normal(light.shape)
        yield year, np.where(light > 0.28, light, 0.0).astype("float32"), grid


def _emitters(county: County, grid: ProductGrid) -> tuple[Array, Array]:
    """Return the light of each plot by year, per pixel area, and its fine cell number."""
    plots = county.plots
    point = plots.geometry.centroid
    to_lonlat = Transformer.from_crs(WORK_CRS, WGS84, always_xy=True)
    lon, lat = to_lonlat.transform(point.x.to_numpy(), point.y.to_numpy())
    step = grid.transform.a / _FINE
    col = np.floor((lon - grid.transform.c) / step).astype(int)
    row = np.floor((grid.transform.f - lat) / step).astype(int)
    rows, cols = grid.shape
    row, col = np.clip(row, 0, rows * _FINE - 1), np.clip(col, 0, cols * _FINE - 1)
    metre = 111_320.0 * grid.transform.a
    pixel = metre * metre * np.cos(np.radians(lat)) * 0.9965
    glow = plots["kind"].map(_GLOW).to_numpy() * plots.area.to_numpy() / pixel
    life = np.ones((len(plots), len(YEARS)))
    life[: len(county.activity)] = county.activity
    return glow[:, None] * life, row * cols * _FINE + col


def land_cover_series(county: County) -> Iterator[tuple[int, Array, ProductGrid]]:
    """Yield (year, uint8 CLCD codes, grid) at 30 m; impervious land is seldom taken back."""
    frame, noise = county.frame, county.frame.noise
    grid = product_grid(frame, ALBERS, cell=30.0)
    rng = frame.rng("land cover series")
    natural = _CLCD[county.surface.natural[1::3, 1::3]]
    seen = _CLCD[county.surface.classes[1::3, 1::3]]
    first = _impervious_since(county)
    open_ground = np.where(seen == 8, natural, seen)
    open_ground[open_ground == 8] = 1
    steady = smooth_noise(rng, natural.shape, cells=2.2)
    swap = np.array([0, 2, 1, 2, 1, 1, 6, 1, 8, 9], dtype="uint8")
    rate = np.array([0, 0.19, 0.155, 0.65, 0.6, 0.10, 0.0, 0.5, 0.0, 0.0]) * noise
    cut = np.quantile(steady[::3, ::3], np.clip(1 - rate, 0.05, 1.0)).astype("float32")
    # Every year has the same grid: which cell meets which is worked out once.
    met = onto(
        frame,
        np.arange(natural.size, dtype="int32").reshape(natural.shape),
        grid,
        cell_m=30.0,
        resampling=Resampling.nearest,
        nodata=-1,
    )
    for year in YEARS:
        code = open_ground.copy()
        flicker = frame.rng(f"clcd {year}")
        drift = 0.35 * noise * smooth_noise(flicker, natural.shape, cells=2.0)
        wrong = (steady + drift > cut[code]) & (rate[code] > 0)
        code[wrong] = swap[code[wrong]]
        code[first <= year] = 8
        yield year, np.where(met >= 0, code.ravel()[met], 0).astype("uint8"), grid


def _impervious_since(county: County) -> Array:
    """Return the year in which each 30 m cell turns impervious (9999 for never).

    A cell turns when half of it is roofed, paved or street; noise delays cells, and hides
    small villages altogether, as 30 m products do.
    """
    frame, noise = county.frame, county.frame.noise
    rng = frame.rng("impervious")
    plots = county.plots
    year = np.full(len(plots) + 1, 9999, dtype="int32")
    built = plots["built_year"].to_numpy()
    year[1:] = np.where(built == 2024, 9999, built)
    rural = (plots["site_kind"] == HAMLET_SITE).to_numpy()
    small = np.zeros(len(plots) + 1, dtype=bool)
    homes = county.town.households[np.where(rural, plots["site"], 0)]
    chance = np.clip(1.2 - homes / 55.0, 0.05, 0.9) * min(noise, 1.5)
    village_luck = rng.random(len(county.town.households))
    luck = village_luck[np.where(rural, plots["site"], 0)]
    small[1:] = rural & (luck < chance)
    year[small] = 9999
    lot = county.surface.plot
    cell_year = year[lot]
    cell_year[(lot == 0) & (county.surface.street == 1)] = 2005
    hard = (county.surface.classes == 50) | (county.masses.area_m2 > 25)
    cell_year[~hard] = 9999
    size = cell_year.shape[0] // 3
    blocks = cell_year.reshape(size, 3, size, 3).transpose(0, 2, 1, 3).reshape(size, size, 9)
    # The fifth of nine cells to be built over is the one that makes the majority.
    since = np.partition(blocks, 4, axis=2)[..., 4]
    if noise > 0:
        lag = np.floor(np.abs(rng.standard_normal(since.shape)) * 0.8 * noise).astype(int)
        since = np.where((since < 9999) & (since > 2012), since + lag, since)
        missed = smooth_noise(rng, since.shape, cells=2) > 1.4 / max(noise, 0.2)
        since = np.where(missed, 9999, since)
    return np.asarray(since)
