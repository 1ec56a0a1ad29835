"""Genuine layers that stand beside the clone; skipped where they are not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from pyproj import Transformer

from landuse.align.grid import GridSettings, study_grid
from landuse.align.rasters import RasterAlign, align_raster, align_series
from landuse.align.surfaces import BurnSettings, burn_surfaces
from landuse.align.vectors import VectorAlign, align_vector
from landuse.core.grid import Grid
from landuse.sources.spec import Surfaces, VectorSource
from tests.align.layers import kinds

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="the genuine layers in ../shared/data are not on this machine"
)


def vector(file: Path, role: str, *, crs: str, frame: Any = None, **source: Any) -> dict[str, Any]:
    spec = VectorSource.model_validate({"path": file.name} | source)
    settings = VectorAlign.for_role(role, spec, crs=crs)
    return align_vector(file=file, settings=settings, frame=frame)


def around(west: float, south: float, east: float, north: float, *, crs: str) -> Grid:
    """Return a 10 m grid around longitude and latitude bounds, nested for every product."""
    bounds = Transformer.from_crs(4326, crs, always_xy=True).transform_bounds(
        west, south, east, north
    )
    settings = GridSettings(crs=crs, resolution_m=10, bounds=bounds)
    grid: Grid = study_grid(frame=None, settings=settings)["grid"]
    return grid


def test_all_cambridge_parcels_are_read_with_their_own_ids() -> None:
    file = DATA / "cambridge" / "parcels.gpkg"
    done = vector(file, "parcels", crs="EPSG:26986", fields={"parcel_id": "ML"})
    layer = done["layer"]
    assert len(layer) == 12_975
    assert layer["parcel_id"].is_unique
    assert layer.geometry.is_valid.all()
    # 12 parcels are collections of a polygon and leftovers of digitising
    assert [(f.kind, f.value) for f in done["findings"]] == [("repaired", "12")]
    before = gpd.read_file(file).geometry.area.sum()
    assert layer.geometry.area.sum() == pytest.approx(before, rel=1e-9)


def test_cambridge_surfaces_burn_in_order_with_their_strays_dropped() -> None:
    keys = ("impervious_other", "porches", "roof_plant")
    file = DATA / "cambridge" / "surfaces.gpkg"
    classes = [
        {"key": key, "zh": key, "en": key, "source": {"path": file.name, "layer": key}}
        for key in keys
    ]
    grid = Grid.covering(
        (231_000, 902_000, 233_000, 904_000), resolution_m=10, crs="EPSG:26986", nest=10
    )
    surfaces = Surfaces.model_validate({"resolution_m": 1, "classes": classes})
    done = burn_surfaces(
        files=dict.fromkeys(keys, file),
        grid=grid,
        settings=BurnSettings(surfaces=surfaces, crs="EPSG:26986"),
    )
    strays = {f.stage: f.value for f in done["findings"] if "not a polygon" in f.message_en}
    # 29 points and 9 lines; 6 lines (its README)
    assert strays == {"align.surfaces.impervious_other": "38", "align.surfaces.porches": "6"}
    values = done["layer"].values
    assert values.shape == (2000, 2000)
    roofs = vector(file, "buildings", crs="EPSG:26986", layer="roof_plant")["layer"]
    inside = shapely.intersection(roofs.geometry.union_all(), shapely.box(*grid.bounds))
    # The last class is covered by none: its cells are its area, within the chance of edge cells.
    assert (values == 3).sum() == pytest.approx(inside.area, rel=0.02)


def test_hangzhou_land_use_keeps_its_published_areas() -> None:
    file = DATA / "hangzhou_osm" / "osm_hangzhou.gpkg"
    done = vector(file, "water", crs="EPSG:4549", layer="landuse", fields={"land_use": "fclass"})
    layer = done["layer"]
    assert len(layer) == 8707
    industrial = layer[layer["land_use"] == "industrial"]
    assert len(industrial) == 540
    assert industrial.geometry.area.sum() / 1e6 == pytest.approx(66.7, rel=0.002)


def test_a_window_of_a_genuine_worldcover_tile_keeps_its_class_shares() -> None:
    file = DATA / "rasters" / "ESA_WorldCover_10m_2021_v200_N00E006_Map.tif"
    grid = around(6.55, 0.15, 6.62, 0.22, crs="EPSG:32632")
    chosen = RasterAlign(role="landcover", product="esa_worldcover", year=2021)
    layer = align_raster(file=file, grid=grid, settings=chosen)["layer"]
    assert layer.values.shape == grid.shape
    with rasterio.open(file) as source:
        bounds = rasterio.warp.transform_bounds(grid.crs, source.crs, *grid.bounds)
        window = rasterio.windows.from_bounds(*bounds, source.transform)
        before = source.read(1, window=window)
    assert set(np.unique(layer.values)) <= set(np.unique(before))
    for code in (10, 50, 80):
        share = float((layer.values == code).mean())
        assert share == pytest.approx(float((before == code).mean()), abs=0.01)


def test_the_people_of_aruba_all_arrive() -> None:
    file = DATA / "rasters" / "worldpop_abw_ppp_2020_UNadj_constrained.tif"
    grid = around(-70.10, 12.38, -69.83, 12.66, crs="EPSG:32619")
    chosen = RasterAlign(role="population", product="worldpop", year=2020)
    done = align_raster(file=file, grid=grid, settings=chosen)
    with rasterio.open(file) as source:
        people = source.read(1, masked=True).sum(dtype=float)
    assert np.nansum(done["layer"].values, dtype=float) == pytest.approx(people, rel=1e-4)
    assert kinds(done["findings"]) == ["doubt"]  # the grid is wider than the file


def test_the_lights_of_laos_keep_their_mean_and_their_years() -> None:
    years = (2014, 2017, 2020)
    files = {year: DATA / "rasters" / f"viirs_ntl_laos_{year}.tif" for year in years}
    grid = around(102.28, 18.50, 102.56, 18.64, crs="EPSG:32648")
    chosen = RasterAlign(role="night_light", product="viirs_vnl")
    layers = align_series(files=files, grid=grid, settings=chosen)["layers"]
    assert [layer.year for layer in layers] == list(years)
    x0, y0, x1, y1 = rasterio.warp.transform_bounds(grid.crs, "EPSG:4326", *grid.bounds)
    for layer in layers:
        assert layer.known().all()
        with rasterio.open(files[int(layer.year or 0)]) as source:
            window = rasterio.windows.from_bounds(x0, y0, x1, y1, source.transform)
            before = source.read(1, window=window.round_offsets().round_lengths())
        assert layer.values.mean() == pytest.approx(float(before.mean()), rel=0.1)


def ring(layer: gpd.GeoDataFrame) -> Any:
    return layer.geometry.union_all().boundary


def test_the_county_ring_in_gcj02_comes_home() -> None:
    """The ring of one service is 490 m east and 310 m south until its datum is declared."""
    folder = DATA / "lanxi"
    known = vector(folder / "lanxi_county_amap_wgs84.geojson", "county", crs="EPSG:4549")["layer"]
    file = folder / "lanxi_county_datav_gcj02_RAW.json"
    miss: dict[str, tuple[float, float]] = {}
    for datum in ("WGS84", "GCJ02"):
        layer = vector(file, "county", crs="EPSG:4549", frame=known, datum=datum)["layer"]
        points = shapely.points(shapely.get_coordinates(ring(layer)))
        near = shapely.distance(points, ring(known))
        apart = known.geometry.union_all().symmetric_difference(layer.geometry.union_all())
        miss[datum] = float(np.median(near)), apart.area / 1e6
    assert miss["WGS84"][0] > 300
    assert miss["GCJ02"][0] < 10
    # 1,309 km2 in all: under 1 % of it differs, generalisation included
    assert miss["GCJ02"][1] < 13 < 80 < miss["WGS84"][1]
    assert known.geometry.area.sum() / 1e6 == pytest.approx(1309, rel=0.002)


def test_town_names_lose_their_trailing_blanks() -> None:
    file = DATA / "lanxi" / "lanxi_towns_echarts_gcj02_RAW.json"
    fields = {"town_code": "name", "town_name": "name"}  # it has no code of its own
    done = vector(file, "towns", crs="EPSG:4549", datum="GCJ02", fields=fields)
    names = done["layer"]["town_name"]
    assert (names == names.str.strip()).all()
    assert any("blanks" in finding.message_en for finding in done["findings"])
