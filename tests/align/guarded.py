"""Made-up ground for the datum guard, near 119.5 E 29.2 N: rings, villages, cells, wrong datums."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from scipy import ndimage

from landuse.align.datum import redeclared
from landuse.core.grid import Grid
from landuse.core.layers import Layer
from landuse.sources.spec import Datum
from tests.align.layers import CRS, X, Y

Floats = NDArray[np.float64]
LONLAT = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)
BUILT, WATER, OTHER = 50, 80, 10
HALF_M = 6_000.0


def layer_of(*shapes: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=list(shapes), crs=CRS)


def seen(layer: gpd.GeoDataFrame, *, declared: Datum, really: Datum) -> gpd.GeoDataFrame:
    """Return where true coordinates land if the file has one datum and another is declared."""

    def move(points: Floats) -> Floats:
        lonlat = np.stack(LONLAT.transform(*points.T), axis=1)
        moved = redeclared(lonlat, declared=really, really=declared)
        return np.stack(LONLAT.transform(*moved.T, direction="INVERSE"), axis=1)

    return layer.set_geometry(shapely.transform(layer.geometry.to_numpy(), move), crs=CRS)


def county_ring(rng: np.random.Generator, *, radius_m: float = 20_000.0) -> shapely.Polygon:
    """Return a county: a circle with bays and spurs of every size, a vertex each 150 m or so."""
    angle = np.linspace(0, 2 * np.pi, 700, endpoint=False)
    radius = np.full_like(angle, radius_m)
    for waves in range(2, 40):
        height, turn = rng.normal(0, radius_m * 0.3 / waves), rng.uniform(0, 2 * np.pi)
        radius += height * np.cos(waves * angle + turn) * 0.6
    radius = np.maximum(radius, radius_m / 4)
    corners = np.stack([X + radius * np.cos(angle), Y + radius * np.sin(angle)], axis=1)
    return shapely.Polygon(corners)


def redrawn(ring: shapely.Polygon, rng: np.random.Generator, *, sd_m: float) -> shapely.Polygon:
    """Return a ring drawn anew: each way off by ``sd_m``, alike within some 2.5 km."""
    west, south, east, north = ring.bounds
    cell, alike = 500.0, 2_500.0
    size = (int((north - south) / cell) + 20, int((east - west) / cell) + 20)
    fields = [ndimage.gaussian_filter(rng.normal(size=size), alike / cell / 1.4) for _ in "xy"]

    def move(points: Floats) -> Floats:
        at = np.stack([points[:, 1] - south, points[:, 0] - west]) / cell + 10
        off = [ndimage.map_coordinates(field, at, order=1) / field.std() for field in fields]
        return points + sd_m * np.stack(off, axis=1)

    moved = shapely.transform(shapely.segmentize(ring, 200), move)
    parts = shapely.get_parts(shapely.buffer(moved, 0))
    return parts[int(np.argmax(shapely.area(parts)))]


def grid() -> Grid:
    bounds = (X - HALF_M, Y - HALF_M, X + HALF_M, Y + HALF_M)
    return Grid.covering(bounds, resolution_m=20, crs=CRS)


def houses(rng: np.random.Generator, *, villages: int = 25, each: int = 30) -> gpd.GeoDataFrame:
    """Return houses in villages some 150 m across, scattered over the ground."""
    centre = rng.uniform(-HALF_M + 500, HALF_M - 500, (villages, 2)) + np.array([X, Y])
    at = np.repeat(centre, each, axis=0) + rng.normal(0, 80, (villages * each, 2))
    return layer_of(*shapely.box(*(at - 7).T, *(at + 7).T))


def cells_under(layer: gpd.GeoDataFrame, code: int, *, spread_m: float = 15.0) -> Layer:
    """Return land cover with a class wherever a layer is, out to ``spread_m``."""
    from rasterio.features import rasterize

    lattice = grid()
    shapes = [(shape, code) for shape in shapely.buffer(layer.geometry.to_numpy(), spread_m)]
    values = rasterize(
        shapes, out_shape=lattice.shape, transform=lattice.transform, fill=OTHER, dtype="uint8"
    )
    return Layer(lattice, values, 0)
