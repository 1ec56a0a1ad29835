"""What Landsat reports of the ground's temperature on summer days, and what is true of it.

- Vegetation cools: about 10 K from bare to fully green ground (slopes of -8 to -12 K by unit of
  NDVI are published for summer mornings); bare soil is about 1 K hotter than pavement. [M]
- Roofs are about 2 K hotter than pavement; over running plants 1 to 3 K more, by their activity:
  process heat and hot sheds. Empty plants keep their sun-warmed roofs and lose only that. [M]
- The air cools by 6.5 K a kilometre upwards. [V: standard atmosphere]
- Error 1.5 K a 30 m cell (published for Landsat surface temperature), mostly shared by
  neighbours: it comes from emissivity and air, not from the detector; `noise` scales it. [M]
- The detector's cells are 100 m: the 30 m grid is oversampled. [V: Landsat 8-9 TIRS]
"""

from __future__ import annotations

import numpy as np
from rasterio.warp import Resampling
from scipy import ndimage

from landuse.sources.demo.county import County
from landuse.sources.demo.frame import TERRAIN_M, Array, smooth_noise
from landuse.sources.demo.greenness import UTM, Greenness
from landuse.sources.demo.parcels import COMM, IND
from landuse.sources.demo.rasters import ProductGrid, onto, product_grid
from landuse.sources.demo.surface import BARE, WATER

HEAT_YEAR = 2023
NODATA = -9999.0
_PAVED_K = 313.5
_BY_NDVI_K = -10.0
_BARE_K, _WATER_K, _ROOF_K = 1.0, -9.0, 2.0
_SHOP_HEAT_K = 0.8
_LAPSE_K_PER_M = -0.0065


def true_temperature(county: County, green: Greenness) -> Array:
    """Return the true surface temperature of a summer morning (float32, K) on 30 m cells."""
    surface = county.surface
    roof = county.masses.area_m2 / np.float32(100)
    field = _BY_NDVI_K * np.clip(green.of(HEAT_YEAR), 0.05, 0.85)
    field += _ROOF_K * roof + _BARE_K * (surface.classes == BARE)
    field += _WATER_K * (surface.classes == WATER)
    field += roof * np.append(0.0, _running_heat(county)).astype("float32")[surface.plot]
    size = field.shape[0] // 3
    mean = field.reshape(size, 3, size, 3).mean(axis=(1, 3))
    warm = _PAVED_K + mean + _LAPSE_K_PER_M * county.terrain.elevation_m
    return np.asarray(warm, dtype="float32")


def _running_heat(county: County) -> Array:
    """Return the heat each plot's roofs give off by its use in HEAT_YEAR, K."""
    plots = county.plots
    rng = county.frame.rng("running heat")
    contrast = rng.uniform(1.0, 3.0, len(plots))
    kind = plots["kind"].to_numpy()
    most = np.select([kind == IND, kind == COMM], [contrast, _SHOP_HEAT_K], 0.0)
    life = np.zeros(len(plots))
    life[: len(county.activity)] = county.activity[:, -1]
    return np.asarray(most * np.clip(life, 0, 1.2))


def landsat(county: County, green: Greenness) -> tuple[Array, ProductGrid]:
    """Return the summer median of the surface temperature (float32, K) on 30 m cells, UTM 50N."""
    frame, noise = county.frame, county.frame.noise
    field = true_temperature(county, green)
    # A 100 m cell: full width at half maximum 100 m, 1.4 cells of 30 m as a standard deviation.
    field = ndimage.gaussian_filter(field, 100 / 2.355 / TERRAIN_M)
    if noise > 0:
        rng = frame.rng("surface temperature")
        # 1.2, 0.8 and 0.4 K: together 1.5 K.
        error = 1.2 * smooth_noise(rng, field.shape, cells=4)
        error += 0.8 * smooth_noise(rng, field.shape, cells=100)
        error += 0.4 * rng.standard_normal(field.shape, dtype="float32")
        field = field + noise * error
    grid = product_grid(frame, UTM, cell=30.0, origin=(15.0, 15.0))
    out = onto(
        frame, field.astype("float32"), grid, cell_m=TERRAIN_M, resampling=Resampling.nearest,
        nodata=NODATA,
    )  # fmt: skip
    return np.rint(out * 10) / np.float32(10), grid
