"""The true 10 m surface: what a perfect sensor would class, cell by cell (WorldCover codes)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from rasterio.features import rasterize

from landuse.sources.demo.buildings import Masses
from landuse.sources.demo.frame import CELL_M, Array, Frame, Warp, fractal, smooth_noise
from landuse.sources.demo.parcels import Blocks
from landuse.sources.demo.terrain import Terrain

TREE, SHRUB, GRASS, CROP, BUILT, BARE, WATER = 10, 20, 30, 40, 50, 60, 80
CLASSES = (TREE, SHRUB, GRASS, CROP, BUILT, BARE, WATER)
_COVER = np.array([BUILT, GRASS, BARE, CROP, TREE], dtype="uint8")


@dataclass(frozen=True)
class Surface:
    """True classes (uint8), plot number per cell (0 = none, else plot + 1), natural classes."""

    classes: Array
    plot: Array
    natural: Array
    street: Array


def true_surface(
    frame: Frame,
    terrain: Terrain,
    *,
    shapes: Array,
    table: pd.DataFrame,
    streets: Array,
    roads: Array,
    masses: Masses,
) -> Surface:
    """Lay nature, streets, plots, buildings and roads over each other, in this order."""
    size = frame.cells(CELL_M)
    shape, transform = (size, size), frame.transform(CELL_M)
    natural = _nature(frame, terrain)
    classes = natural.copy()
    street = rasterize(streets, shape, transform=transform, dtype="uint8")
    classes[street == 1] = BUILT
    pairs = zip(shapes, range(1, len(shapes) + 1), strict=True)
    plot = rasterize(pairs, shape, transform=transform, dtype="int32")
    at = np.flatnonzero(plot.ravel())
    classes.ravel()[at] = _cover(frame, table, plot.ravel()[at] - 1, at, size)
    classes[masses.area_m2 > 42.0] = BUILT
    on_road = rasterize(roads, shape, transform=transform, dtype="uint8")
    classes[on_road == 1] = BUILT
    street[on_road == 1] = 1
    return Surface(classes, plot, natural, street)


def street_shapes(blocks: Blocks, warp: Warp) -> Array:
    """Return the paved extents of the street blocks as polygons."""
    corner = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)], float)
    local = corner[None] * blocks.half[:, None, :]
    cos, sin = np.cos(blocks.angle)[:, None], np.sin(blocks.angle)[:, None]
    world = np.stack(
        [local[..., 0] * cos - local[..., 1] * sin, local[..., 0] * sin + local[..., 1] * cos], -1
    )
    world += blocks.xy[:, None, :]
    return np.asarray(shapely.polygons(warp(world.reshape(-1, 2)).reshape(-1, 4, 2)))


def _cover(frame: Frame, table: pd.DataFrame, plot: Array, at: Array, size: int) -> Array:
    """Draw the open-ground cover of plot cells in patches about 20 m wide."""
    rng = frame.rng("plot cover")
    shares = table[["paved", "grass", "bare", "crop", "tree"]].to_numpy()
    edges = np.cumsum(shares, axis=1)[:, :4].astype("float32")
    # Patches: cells of 2 x 2 share most of their draw, so that yards are not pepper and salt.
    coarse = rng.random((size // 2 + 1, size // 2 + 1), dtype="float32")
    row, col = np.divmod(at, size)
    pick = 0.8 * coarse[row // 2, col // 2] + 0.2 * rng.random(at.size, dtype="float32")
    rank = np.clip((pick - 0.5) * 1.12 + 0.5, 0, 0.9999)
    code = (rank[:, None] > edges[plot]).sum(axis=1)
    return np.asarray(_COVER[code])


def _nature(frame: Frame, terrain: Terrain) -> Array:
    """Clothe the ground: woods on slopes, fields in the plain and valleys, water."""
    rng = frame.rng("nature")
    small = terrain.slope_deg.shape
    broad, fine = fractal(rng, small, cells=28, octaves=3), smooth_noise(rng, small, cells=3)
    slope, height = terrain.slope_deg, terrain.elevation_m
    wild = slope / 7 + np.clip(height - 90, 0, None) / 130 + 0.45 * broad
    terraces = (terrain.stream_m < 170 + 110 * fine) & (slope < 13 + 3 * broad)
    wood = (wild > 1.35) & ~terraces
    patch = fractal(rng, small, cells=9, octaves=2)
    code = np.where(wood, TREE, CROP).astype("uint8")
    code[wood & (patch > 1.75)] = SHRUB
    code[wood & (patch < -2.1)] = GRASS
    code[~wood & (patch > 1.45)] = TREE
    code[~wood & (patch < -1.85)] = GRASS
    code[~wood & (patch < -1.80) & (fine > 1.2)] = SHRUB
    code[~wood & (fine > 2.75)] = BARE
    classes = np.repeat(np.repeat(code, 3, axis=0), 3, axis=1)
    size = frame.cells(CELL_M)
    # Stagger the 30 m pattern by up to one cell, so that no edge runs along the lattice.
    shift = rng.integers(-1, 2, (2, size, size), dtype="int8")
    row = np.clip(np.arange(size)[:, None] + shift[0], 0, size - 1)
    col = np.clip(np.arange(size)[None, :] + shift[1], 0, size - 1)
    classes = classes[row, col]
    water = rasterize(terrain.water, (size, size), transform=frame.transform(CELL_M), dtype="uint8")
    classes[water == 1] = WATER
    return np.asarray(classes)
