"""Stand-ins of every open product, in its format, CRS, name and archive, served as providers do."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import rasterio
from affine import Affine
from rasterio.io import MemoryFile
from rasterio.warp import transform_bounds

from landuse.core.grid import Bounds
from landuse.sources.address import remotes
from landuse.sources.osm.geofabrik import remote_for
from landuse.sources.products import PRODUCTS
from landuse.sources.raster_product import RasterProduct
from landuse.sources.remote.spec import Remote
from landuse.sources.spec import RasterSource
from landuse.study import OpenStudy
from landuse.study_window import study_window
from tests.sources.osm.made import write_map
from tests.sources.remote.provider import Provider

MARGIN_DEG = 0.05
ALBERS = "+proj=aea +lat_0=0 +lon_0=105 +lat_1=25 +lat_2=47 +datum=WGS84 +units=m"
CELLS = {
    "esa_worldcover": 1 / 12000, "copernicus_glo30": 1 / 3600, "worldpop_r2025a": 1 / 1200,
    "clcd": 30.0, "ghs_smod": 1000.0, "ghs_built_s": 10.0,
}  # fmt: skip
VALUES = {
    "ghs_built_s": 40, "ghs_built_s_100m": 3000, "ghs_built_s_nres_100m": 500,
    "ghs_built_v": 20_000, "ghs_built_h": 6.0, "worldpop_r2025a": 5.0, "copernicus_glo30": 80.0,
}  # fmt: skip
CLASSES = {"esa_worldcover": (40, 50), "clcd": (1, 8), "ghs_smod": (11, 13)}


def stand_in(product: RasterProduct, remote: Remote, bounds: Bounds) -> bytes:
    """Return the file a provider would send for a study within ``bounds``."""
    tif = raster(product, bounds)
    if product.access != "zip":
        return tif
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(remote.member, tif)
        archive.writestr("readme.txt", "stand-in")
    return packed.getvalue()


def raster(product: RasterProduct, bounds: Bounds) -> bytes:
    """Return a tiled GeoTIFF: built blocks in open land, or one value everywhere."""
    crs = {"clcd": ALBERS}.get(
        product.id, "ESRI:54009" if product.tiling == "ghsl" else "EPSG:4326"
    )
    cell = CELLS.get(product.id, 100.0)
    wide = (bounds[0] - MARGIN_DEG, bounds[1] - MARGIN_DEG, bounds[2] + MARGIN_DEG,
            bounds[3] + MARGIN_DEG)  # fmt: skip
    west, south, east, north = transform_bounds("EPSG:4326", crs, *wide)
    shape = (int((north - south) / cell) + 1, int((east - west) / cell) + 1)
    if product.id in CLASSES:
        open_land, built = CLASSES[product.id]
        rows, columns = np.indices(shape)
        block = max(1, shape[0] // 60)
        values = np.where((rows // block + columns // block) % 3 == 0, built, open_land)
        values = values.astype("int16" if product.id == "ghs_smod" else "uint8")
    else:
        kind = "float32" if isinstance(VALUES[product.id], float) else "uint32"
        values = np.full(shape, VALUES[product.id], dtype=kind)
        if product.id == "ghs_built_s":  # hamlets of 80 m x 80 m, 640 m apart
            rows, columns = np.indices(shape)
            values[(rows // 8 % 8 > 0) | (columns // 8 % 8 > 0)] = 0
    with MemoryFile() as memory:
        with memory.open(
            driver="GTiff", dtype=values.dtype, count=1, height=shape[0], width=shape[1], crs=crs,
            transform=Affine(cell, 0, west, 0, -cell, north), nodata=product.nodata,
            tiled=True, blockxsize=256, blockysize=256, compress="deflate",
        ) as out:  # fmt: skip
            out.write(values, 1)
        data: bytes = memory.read()
    return data


def serve_study(provider: Provider, study: OpenStudy, *, folder: Path) -> dict[str, str]:
    """Serve everything a study may fetch; return {file name: path at the provider}."""
    window, paths = study_window(study), {}
    for source in study.declared.of_kind(RasterSource).values():
        product = PRODUCTS[source.product]
        if product.login_needed:
            continue
        for year in source.files():
            for remote in remotes(product, year=year, bounds=window):
                paths[remote.name] = path_of(remote.urls[0])
                provider.serve(paths[remote.name], stand_in(product, remote, window))
    extract = remote_for(study.study.study.adcode)
    paths[extract.name] = path_of(extract.urls[0])
    pbf = write_map(folder / "served.osm.pbf").read_bytes()
    provider.serve(paths[extract.name], pbf)
    md5 = hashlib.md5(pbf, usedforsecurity=False).hexdigest()
    provider.serve(f"{paths[extract.name]}.md5", f"{md5}  {extract.name}\n".encode())
    return paths


def path_of(url: str) -> str:
    """Return the path of an address below its host, with the host in front."""
    parts = urlsplit(url)
    return f"/{parts.netloc}{parts.path}"


def with_mirrors(text: str, provider: Provider, *, hosts: tuple[str, ...]) -> str:
    """Return a study text that asks the local provider first, and is not patient."""
    lines = [f'"https://{host}" = ["{provider.url(f"/{host}")}"]' for host in hosts]
    http = "connect_timeout_s = 2\nstall_timeout_s = 0.5\nretries = 2\nbackoff_s = 0"
    return "\n".join([text, "[fetch.mirrors]", *lines, "[fetch.http]", http, ""])


def same_cells(path: Path, local: Path, bounds: Bounds) -> bool:
    """Tell whether a fetched window holds the cells of the local file."""
    with rasterio.open(path) as got, rasterio.open(local) as whole:
        column = round((got.transform.c - whole.transform.c) / whole.transform.a)
        row = round((got.transform.f - whole.transform.f) / whole.transform.e)
        window = rasterio.windows.Window(column, row, got.width, got.height)
        inside = got.bounds.left <= bounds[0] and got.bounds.right >= bounds[2]
        return inside and bool(np.array_equal(got.read(1), whole.read(1, window=window)))
