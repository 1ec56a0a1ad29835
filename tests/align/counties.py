"""Made counties and the towns that tile them, or nearly do."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import affinity

from tests.align.layers import CRS, X, Y

SIZE_M = 20_000.0


def county_of(seed: int, *, corners: int = 30) -> gpd.GeoDataFrame:
    """Return one star-shaped county, 12 to 20 km from its middle to its line."""
    chance = np.random.default_rng(seed)
    angle = np.sort(chance.uniform(0, 2 * np.pi, corners)) + np.linspace(0, 1e-6, corners)
    reach = SIZE_M * chance.uniform(0.6, 1.0, corners)
    ring = np.stack([X + reach * np.cos(angle), Y + reach * np.sin(angle)], axis=1)
    return gpd.GeoDataFrame(geometry=[shapely.Polygon(ring).buffer(0)], crs=CRS)


def towns_of(county: gpd.GeoDataFrame, seed: int, *, count: int = 6) -> gpd.GeoDataFrame:
    """Return towns that tile the county but for rounding: Voronoi cells of random points."""
    chance = np.random.default_rng(seed + 1)
    whole = county.geometry.iloc[0]
    points = shapely.multipoints(chance.uniform(-0.6, 0.6, (count, 2)) * SIZE_M + (X, Y))
    cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=whole.buffer(SIZE_M)))
    cells = sorted(shapely.normalize(cells), key=shapely.to_wkb)
    return layer_of(shapely.intersection(cells, whole))


def layer_of(shapes: Any) -> gpd.GeoDataFrame:
    """Return towns 990781100, 990781101 ... with names."""
    kept = [shape for shape in shapes if shape.area > 0]
    codes = [f"990781{100 + at}" for at in range(len(kept))]
    names = [f"第{at}镇" for at in range(len(kept))]
    return gpd.GeoDataFrame({"town_code": codes, "town_name": names}, geometry=kept, crs=CRS)


def spoilt(towns: gpd.GeoDataFrame, seed: int, *, most_m: float = 300.0) -> gpd.GeoDataFrame:
    """Return the towns each moved, grown, shrunk, redrawn or left, by up to ``most_m``."""
    chance = np.random.default_rng(seed + 2)
    shapes = [_spoilt(shape, chance, most_m) for shape in towns.geometry]
    return towns.set_geometry(gpd.GeoSeries(shapes, index=towns.index, crs=towns.crs))


def _spoilt(shape: Any, chance: np.random.Generator, most_m: float) -> Any:
    metres = chance.uniform(-most_m, most_m, 2)
    way = chance.integers(4)
    if way == 0:
        return affinity.translate(shape, *metres)
    if way == 1:
        return shape.buffer(metres[0], quad_segs=2)
    return _jittered(shape, chance, most_m / 3) if way == 2 else shape


def _jittered(shape: Any, chance: np.random.Generator, metres: float) -> Any:
    phase = chance.uniform(0, 2 * np.pi, 2)

    def moved(points: NDArray[np.float64]) -> NDArray[np.float64]:
        # from the place itself, so that the first and last point of a ring stay one
        return points + metres * np.sin(points[:, ::-1] * 0.37 + phase)

    return shapely.make_valid(shapely.transform(shape.segmentize(3000), moved)).buffer(0)
