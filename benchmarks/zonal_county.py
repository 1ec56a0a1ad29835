"""A synthetic county for the zonal benchmark: four rasters and parcels that tile the land."""

from __future__ import annotations

import os
from pathlib import Path

import geopandas as gpd
import numpy as np
import rasterio
import shapely
from affine import Affine
from scipy import ndimage

CRS = "EPSG:4549"
X, Y = 400_000.0, 3_500_000.0
ROWS, COLUMNS, CELL = 5500, 6000, 10.0
CLASSES = {code: f"c{code}" for code in range(1, 10)}
_STEPS = 8
_HOLES = 0.03


def rasters(folder: Path) -> dict[str, Path]:
    """Write land cover (uint8), heights, a 100 m and a 500 m raster; return their paths."""
    rng = np.random.default_rng(8)
    smooth = ndimage.zoom(rng.random((ROWS // 20, COLUMNS // 20)), 20, order=1)
    patchy = smooth + 0.08 * rng.random((ROWS, COLUMNS))
    ranks = np.quantile(patchy[::50, ::50], np.linspace(0, 1, 10)[1:-1])
    made = {
        "lc": (np.digitize(patchy, ranks) + 1).astype(np.uint8),
        "dem": (400 * smooth + rng.random((ROWS, COLUMNS))).astype(np.float32),
        "f100": rng.random((ROWS // 10, COLUMNS // 10)).astype(np.float32),
        "f500": rng.random((ROWS // 50, COLUMNS // 50)).astype(np.float32),
    }
    made["lc"][:300, :300] = 0
    for name, values in made.items():
        cell = CELL * ROWS / values.shape[0]
        profile = {
            "driver": "GTiff", "count": 1, "height": values.shape[0], "width": values.shape[1],
            "dtype": str(values.dtype), "crs": CRS, "tiled": True, "blockxsize": 512,
            "blockysize": 512, "compress": "deflate", "zlevel": 1,
            "nodata": 0 if name == "lc" else None,
            "transform": Affine(cell, 0, X, 0, -cell, Y + ROWS * CELL),
        }  # fmt: skip
        with rasterio.open(folder / f"{name}.tif", "w", **profile) as target:
            target.write(values, 1)
    return {name: folder / f"{name}.tif" for name in made}


def parcels(count: int, *, seed: int = 1) -> gpd.GeoDataFrame:
    """Return about ``count`` parcels: crooked quadrangles with common borders, some with holes."""
    rng = np.random.default_rng(seed)
    width, height = COLUMNS * CELL, ROWS * CELL
    across = round((count * width / height) ** 0.5)
    down = round(count / across)
    step = np.array([width / across, height / down])
    corner = np.stack(np.meshgrid(np.arange(across + 1.0), np.arange(down + 1.0)), -1)
    corner = (corner + rng.uniform(-0.25, 0.25, corner.shape)) * step + [X, Y]
    east = _crooked(corner[:, :-1], corner[:, 1:], rng)
    north = _crooked(corner[:-1], corner[1:], rng)
    ring = np.concatenate(
        [east[:-1], north[:, 1:], east[1:, :, ::-1], north[:, :-1, ::-1]], axis=2
    ).reshape(-1, 4 * _STEPS, 2)
    shapes = shapely.polygons(ring)
    holed = np.flatnonzero(rng.random(len(shapes)) < _HOLES)
    middle = ring[holed].mean(axis=1)
    hole = shapely.box(*(middle - 0.1 * step).T, *(middle + 0.1 * step).T)
    shapes[holed] = shapely.difference(shapes[holed], hole)
    return gpd.GeoDataFrame(geometry=shapes[shapely.is_valid(shapes)], crs=CRS)


def _crooked(start: np.ndarray, end: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the vertices from each start towards its end, the end left out."""
    part = (np.arange(_STEPS) / _STEPS)[:, None]
    points = start[..., None, :] * (1 - part) + end[..., None, :] * part
    away = rng.normal(0, 0.03, (*points.shape[:-1], 1)) * np.minimum(1, part * 8)
    along = (end - start)[..., None, :]
    return points + away * np.concatenate([-along[..., 1:], along[..., :1]], -1)


def wide_vrt(folder: Path, source: Path, *, copies: tuple[int, int] = (4, 8)) -> Path:
    """Write a virtual raster of 32 copies of a raster side by side, a thousand million cells."""
    down, across = copies
    name = os.path.relpath(source, folder)
    parts = "".join(
        f'<SimpleSource><SourceFilename relativeToVRT="1">{name}</SourceFilename>'
        f'<SourceBand>1</SourceBand><SrcRect xOff="0" yOff="0" xSize="{COLUMNS}" ySize="{ROWS}"/>'
        f'<DstRect xOff="{c * COLUMNS}" yOff="{r * ROWS}" xSize="{COLUMNS}" ySize="{ROWS}"/>'
        "</SimpleSource>"
        for r in range(down) for c in range(across)
    )  # fmt: skip
    with rasterio.open(source) as one:
        kind = {"uint8": "Byte", "float32": "Float32"}[one.dtypes[0]]
        srs, nodata = one.crs.to_wkt(), one.nodata
    missing = "" if nodata is None else f"<NoDataValue>{nodata}</NoDataValue>"
    text = (
        f'<VRTDataset rasterXSize="{across * COLUMNS}" rasterYSize="{down * ROWS}">'
        f"<SRS>{srs.replace('<', '&lt;')}</SRS>"
        f"<GeoTransform>{X}, {CELL}, 0, {Y + down * ROWS * CELL}, 0, {-CELL}</GeoTransform>"
        f'<VRTRasterBand dataType="{kind}" band="1">{missing}{parts}</VRTRasterBand></VRTDataset>'
    )
    path = folder / f"wide_{source.stem}.vrt"
    path.write_text(text, encoding="utf-8")
    return path


def wide_parcels(count: int, *, copies: tuple[int, int] = (4, 8)) -> gpd.GeoDataFrame:
    """Return about ``count`` parcels over the virtual raster."""
    down, across = copies
    one = parcels(round(count / (down * across)))
    kind, xy, offsets = shapely.to_ragged_array(one.geometry.array)
    moves = np.array([(c * COLUMNS, r * ROWS) for r in range(down) for c in range(across)]) * CELL
    shapes = [shapely.from_ragged_array(kind, xy + move, offsets) for move in moves]
    return gpd.GeoDataFrame(geometry=np.concatenate(shapes), crs=CRS)
