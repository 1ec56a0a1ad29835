"""How green the county is each year, and what Sentinel-2 makes of it (2017-2024).

The truth comes first: every cell has the greenness (NDVI) of its cover, and what happened to its
plot moves it. Then the sensor: the median of a growing season at 10 m.

- Greenness of covers: middle values of the growing season at Lanxi's latitude. [M]
- Land given up greens over in 3 to 6 years, patch by patch, from its paved state to its planted
  cover; stopped works, on bare ground, take 6 to 10 years; demolished ground stays bare, with
  weeds. [P, from descriptions of succession on sealed ground, M]
- Planting on new plots in use closes within 5 years: greening alone is not abandonment. [P]
- Error of a yearly median: 0.04 a cell and year, of which half is shared by neighbours within
  20-40 m, and 0.02 for the whole year (weather, days of the images); `noise` scales both. [M:
  published 0.03-0.05]
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from rasterio.warp import Resampling
from scipy import ndimage

from landuse.sources.demo.county import County
from landuse.sources.demo.fate import NORMAL, PROFILES
from landuse.sources.demo.frame import CELL_M, Array, Frame, smooth_noise
from landuse.sources.demo.rasters import ProductGrid, onto, product_grid
from landuse.sources.demo.surface import BARE, BUILT, CROP, GRASS, SHRUB, TREE, WATER

GREEN_YEARS = tuple(range(2017, 2025))
UTM = "EPSG:32650"
NODATA = -9999.0
ROOF_NDVI = 0.04
# Middle of the growing season, and how much places of one cover differ for good.
_NDVI = {TREE: 0.78, SHRUB: 0.68, GRASS: 0.56, CROP: 0.66, BUILT: 0.10, BARE: 0.16, WATER: -0.12}
_SPREAD = {TREE: 0.05, SHRUB: 0.06, GRASS: 0.08, CROP: 0.05, BUILT: 0.05, BARE: 0.05, WATER: 0.04}
_CROP_YEAR = 0.06
_GREEN = np.isin(np.arange(256), (TREE, SHRUB, GRASS, CROP))
_COVERS = ("paved", "grass", "bare", "crop", "tree")
_COVER_CODES = np.array([BUILT, GRASS, BARE, CROP, TREE], dtype="uint8")
# Plots that were like others of their use until `since`; the rest were laid out as they are.
_GIVEN_UP = ("derelict", "ruined_homes", "half_empty", "thin_homesteads")
_SEEDED_NDVI = 0.24
# Laid out around the trees and lawns that stood there.
_GROWN = ("garden_plot", "under_trees", "park")


@dataclass(frozen=True)
class Greenness:
    """The true NDVI of every cell, and how the cells of plots come to it.

    `still` holds cells that do not change; of the cells `at` (positions in the square), `early`
    is the NDVI before the year `built`, `bare` that of the building year, `old` and `new` those
    before and after a change that starts in the year `start` and takes `span` years.
    """

    still: Array
    crop: Array
    at: Array
    early: Array
    built: Array
    bare: Array
    old: Array
    new: Array
    start: Array
    span: Array
    frame: Frame

    def of(self, year: int) -> Array:
        """Return the true NDVI of a year (float32, one value a 10 m cell)."""
        part = np.clip((year - self.start) / self.span, 0, 1)
        now = self.old + (self.new - self.old) * part
        now = np.where(year == self.built, self.bare, now)
        now = np.where(year < self.built, self.early, now)
        field: Array = self.still.copy()
        field.ravel()[self.at] = now
        size = field.shape[0] // 3
        # A field bears one crop in a year and another in the next: shared by 30 m.
        turn = self.frame.rng(f"crop {year}").standard_normal((size, size), dtype="float32")
        turn = np.repeat(np.repeat(_CROP_YEAR * turn, 3, axis=0), 3, axis=1)
        np.multiply(turn, self.crop, out=turn)
        field += turn
        return field


def greenness(county: County) -> Greenness:
    """Return the true greenness of the county: cover, roofs, and the life of each plot."""
    frame, surface = county.frame, county.surface
    rng = frame.rng("greenness")
    texture = smooth_noise(rng, surface.classes.shape, cells=2.5)
    level, spread = _table(_NDVI), _table(_SPREAD)
    roof = county.masses.area_m2 / np.float32(100)
    ground = level[surface.classes] + spread[surface.classes] * texture
    still = ground * (1 - roof) + np.float32(ROOF_NDVI) * roof
    at = np.flatnonzero(surface.plot.ravel())
    plot = surface.plot.ravel()[at] - 1
    kept = plot < len(county.lots)
    at, plot = at[kept], plot[kept]
    lives = _lives(frame, county.plots.iloc[: len(county.lots)])
    cell = {name: lives[name].to_numpy()[plot] for name in ("built", "start", "span")}
    code = _cover_now(rng, county, at, plot, late=lives["late"].to_numpy()[plot])
    wave, covered = texture.ravel()[at], roof.ravel()[at]
    new = (level[code] + spread[code] * wave) * (1 - covered) + ROOF_NDVI * covered
    old = _before_change(rng, lives, plot, code, new, wave * (1 - covered) * spread[BUILT])
    natural = surface.natural.ravel()[at]
    before = np.where(lives["late"].to_numpy()[plot], surface.classes.ravel()[at], natural)
    patch = rng.random((still.shape[0] // 3 + 1,) * 2, dtype="float32")
    row, col = np.divmod(at, still.shape[1])
    lag = np.where(lives["given_up"].to_numpy()[plot], 3.0 * patch[row // 3, col // 3], 0.0)
    return Greenness(
        still=still.astype("float32"),
        crop=(surface.classes == CROP).astype("float32"),
        at=at,
        early=(level[before] + spread[before] * wave).astype("float32"),
        built=cell["built"],
        bare=(level[BARE] + spread[BARE] * wave).astype("float32"),
        old=old.astype("float32"),
        new=new.astype("float32"),
        start=(cell["start"] + lag).astype("float32"),
        span=cell["span"].astype("float32"),
        frame=frame,
    )


def _table(values: dict[int, float]) -> Array:
    table = np.zeros(256, dtype="float32")
    table[list(values)] = list(values.values())
    return table


def _lives(frame: Frame, plots: pd.DataFrame) -> pd.DataFrame:
    """Return, by plot, when its greenness changes and how fast.

    Columns: built (year; 0 where it was never built), start and span (years) of its change,
    given_up, works (stopped), young (planted with the buildings), late (built after 2021), and
    was_green, the share of today's green that was green before the plot was given up.
    """
    rng = frame.rng("green lives")
    cause = plots["cause"]
    built = plots["built_year"].where(plots["built_year"] < 9999, 0).astype(int)
    given_up, works = cause.isin(_GIVEN_UP), cause == "works_stopped"
    young = (plots["since"] == 0) & (built >= 2012) & ~cause.isin(_GROWN)
    fast, slow = rng.uniform(3, 6, len(plots)), rng.uniform(6, 10, len(plots))
    normal = np.array([PROFILES[NORMAL[int(kind)]].cover for kind in plots["kind"]])
    green = plots[["grass", "crop", "tree"]].sum(axis=1)
    usual = normal[:, 1] + normal[:, 3] + normal[:, 4]
    return pd.DataFrame(
        {
            "built": built,
            "start": np.where(young, built + 1, np.maximum(plots["since"], built + 1)),
            "span": np.select([young, works], [5.0, slow], fast),
            "given_up": given_up,
            "works": works,
            "young": young,
            "late": built > 2021,
            "was_green": np.clip(usual / np.maximum(green, 0.01), 0, 1),
        }
    )


def _cover_now(
    rng: np.random.Generator, county: County, at: Array, plot: Array, *, late: Array
) -> Array:
    """Return the class of each plot cell once its plot is built: as seen in 2021, or drawn."""
    code = county.surface.classes.ravel()[at].copy()
    shares = county.plots[list(_COVERS)].to_numpy()[: len(county.lots)]
    edges = np.cumsum(shares, axis=1)[:, :4]
    draw = rng.random(int(late.sum()))
    code[late] = _COVER_CODES[(draw[:, None] > edges[plot[late]]).sum(axis=1)]
    return code


def _before_change(
    rng: np.random.Generator,
    lives: pd.DataFrame,
    plot: Array,
    code: Array,
    new: Array,
    texture: Array,
) -> Array:
    """Return the NDVI of each plot cell before its change; `new` where nothing changes."""
    life = {name: lives[name].to_numpy()[plot] for name in ("given_up", "works", "young")}
    fresh = _GREEN[code] & (rng.random(len(plot)) > lives["was_green"].to_numpy()[plot])
    old = np.where(life["given_up"] & fresh, np.minimum(_NDVI[BUILT] + texture, new), new)
    old = np.where(life["works"] & _GREEN[code], np.minimum(_NDVI[BARE], new), old)
    return np.where(life["young"] & _GREEN[code], np.minimum(_SEEDED_NDVI, new), old)


def sentinel2(county: County, truth: Greenness) -> Iterator[tuple[int, Array, ProductGrid]]:
    """Yield (year, float32 NDVI, grid) of the growing-season median at 10 m (UTM 50N)."""
    frame, noise = county.frame, county.frame.noise
    grid = product_grid(frame, UTM, cell=10.0)
    size = frame.cells(CELL_M)
    # Every year has the same grid: which cell meets which is worked out once.
    met = onto(
        frame,
        np.arange(size * size, dtype="int32").reshape(size, size),
        grid,
        cell_m=CELL_M,
        resampling=Resampling.nearest,
        nodata=-1,
    )
    outside = met < 0
    met[outside] = 0
    for year in GREEN_YEARS:
        seen = truth.of(year)
        if noise > 0:
            seen += _sensor_error(frame.rng(f"sentinel2 {year}"), seen.shape, noise=noise)
            # The optics spread each cell a little over its neighbours.
            ndimage.gaussian_filter(seen, 0.5 * min(noise, 2.0), output=seen, truncate=2.0)
        np.clip(seen, -1, 1, out=seen)
        cells = np.rint(100 * seen.ravel()[met]) / np.float32(100)
        cells[outside] = NODATA
        yield year, cells, grid


def _sensor_error(rng: np.random.Generator, shape: tuple[int, int], *, noise: float) -> Array:
    """Draw the error of one year's median: cells, patches of 20 and 40 m, and the whole year."""
    # Blurred with the image, the parts sum to a standard deviation of 0.04 a cell.
    error = rng.standard_normal(shape, dtype="float32")
    error *= np.float32(0.04 * noise)
    for cells, spread in ((2, 0.024), (4, 0.018)):
        small = tuple(-(-side // cells) for side in shape)
        patch = rng.standard_normal(small, dtype="float32") * np.float32(spread * noise)
        error += np.repeat(np.repeat(patch, cells, axis=0), cells, axis=1)[: shape[0], : shape[1]]
    return error + np.float32(0.02 * noise * rng.standard_normal())
