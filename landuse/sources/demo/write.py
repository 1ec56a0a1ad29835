"""Write the demo county as the files a bureau would hold, byte for byte the same each time."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import rasterio

from landuse.sources.demo import (
    greenness,
    heat,
    osm,
    planted,
    power,
    projects,
    rasters,
    series,
    survey,
    tables,
    vectors,
)
from landuse.sources.demo.county import County, make_county
from landuse.sources.demo.frame import ADCODE, COUNTY_NAME, PLANS, Array, Frame

# GPKG and DBF write the day they were made; a fixed one keeps two runs identical.
_GPKG_DATE = "2026-01-01T00:00:00.000Z"
_DBF_DATE = "2026-01-01"


@dataclass(frozen=True)
class DemoReport:
    """What was written: folder, files in order of name, and the size of the county."""

    folder: Path
    files: tuple[str, ...]
    size: str
    seed: int
    noise: float
    adcode: str
    county: str
    county_area_km2: float
    parcels: int
    towns: int
    villages: int
    settlements: int
    zones: int
    buildings: int


def write_demo(
    raw: Path, *, size: str = "full", seed: int = 330781, noise: float = 1.0
) -> DemoReport:
    """Write every input of the demo study to the folder `raw` in the real products' formats.

    Parameters
    ----------
    raw : folder, made if missing; its files of the same names are replaced.
    size : "small" (6 km x 6 km, for tests), "full" (36 km) or "large" (57.6 km).
    seed : the same seed gives the same bytes.
    noise : multiplier on every planted error; 1 = published error rates, 0 = none.

    Raises
    ------
    ValueError
        If `size` is unknown or `noise` is negative.
    """
    if size not in PLANS:
        msg = f"size must be one of {sorted(PLANS)}, found {size!r}"
        raise ValueError(msg)
    if noise < 0:
        msg = f"noise must not be negative, found {noise}"
        raise ValueError(msg)
    county = make_county(Frame(PLANS[size], seed, noise))
    folder = Path(raw)
    (folder / "truth").mkdir(parents=True, exist_ok=True)
    # One after the other: rasterio and pandas both swap the process-wide warning filters while
    # they work, so two threads of them trip over each other's warnings.
    written = sorted([*_rasters(folder, county), *_vectors_and_tables(folder, county)])
    return DemoReport(
        folder=folder,
        files=tuple(written),
        size=size,
        seed=seed,
        noise=noise,
        adcode=ADCODE,
        county=COUNTY_NAME,
        county_area_km2=county.terrain.county.area / 1e6,
        parcels=len(county.plots) + len(county.planted.plots),
        towns=len(county.town.towns),
        villages=len(county.town.villages),
        settlements=len(county.hamlets),
        zones=len(county.zone_areas),
        buildings=len(county.buildings),
    )


def _rasters(folder: Path, county: County) -> list[str]:
    """Write every raster product; return the file names."""
    people = float(tables.register_population(county)["常住人口"].sum())
    single: dict[str, tuple[Callable[[], tuple[Array, rasters.ProductGrid]], float | None]] = {
        "ESA_WorldCover_10m_2021_v200_N27E117_Map.tif": (lambda: rasters.worldcover(county), 0),
        "GHS_BUILT_S_E2018_GLOBE_R2023A_54009_10_V1_0_R6_C30.tif": (
            lambda: rasters.built_surface(county),
            255,
        ),
        "GHS_BUILT_H_ANBH_E2018_GLOBE_R2023A_54009_100_V1_0_R6_C30.tif": (
            lambda: rasters.built_height(county),
            None,
        ),
        "Copernicus_DSM_COG_10_N29_00_E119_00_DEM.tif": (
            lambda: rasters.surface_model(county),
            None,
        ),
        "chn_ppp_2020_UNadj_constrained.tif": (
            lambda: rasters.population(county, total=people),
            -99999.0,
        ),
    }
    for name, (make, nodata) in single.items():
        array, grid = make()
        driver = "COG" if name.startswith("ESA") else "GTiff"
        _write_raster(folder / name, array, grid, nodata=nodata, driver=driver)
    names = list(single)
    for year, array, grid in series.night_lights(county):
        names.append(f"VNL_npp_{year}_global_vcmslcfg_v2_average_masked.tif")
        _write_raster(folder / names[-1], array, grid, nodata=None)
    for year, array, grid in series.land_cover_series(county):
        names.append(f"CLCD_v01_{year}_albert.tif")
        _write_raster(folder / names[-1], array, grid, nodata=0)
    return [*names, *_green_and_heat(folder, county)]


def _green_and_heat(folder: Path, county: County) -> list[str]:
    """Write the yearly greenness and the summer temperature; return the file names."""
    truth, names = greenness.greenness(county), []
    for year, array, grid in greenness.sentinel2(county, truth):
        names.append(f"S2_NDVI_{year}_growing_season_median.tif")
        _write_raster(folder / names[-1], array, grid, nodata=greenness.NODATA, level=1)
    array, grid = heat.landsat(county, truth)
    names.append(f"Landsat_LST_{heat.HEAT_YEAR}_summer_median.tif")
    _write_raster(folder / names[-1], array, grid, nodata=heat.NODATA)
    return names


def _write_raster(
    path: Path,
    array: Array,
    grid: rasters.ProductGrid,
    *,
    nodata: float | None,
    driver: str = "GTiff",
    level: int = 4,
) -> None:
    """Write one band, deflated; the COG carries its overviews."""
    options: dict[str, object] = {"compress": "deflate"}
    if driver == "COG":
        options |= {"level": 4, "overview_resampling": "mode", "num_threads": 2}
    else:
        options |= {"zlevel": level, "tiled": True, "blockxsize": 256, "blockysize": 256}
    rows, cols = grid.shape
    with rasterio.open(
        path,
        "w",
        driver=driver,
        width=cols,
        height=rows,
        count=1,
        dtype=array.dtype,
        crs=grid.crs,
        transform=grid.transform,
        nodata=nodata,
        **options,
    ) as out:
        out.write(array, 1)


def _vectors_and_tables(folder: Path, county: County) -> list[str]:
    """Write every vector layer and table; return the file names."""
    ids = vectors.parcel_ids(county)
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _GPKG_DATE})
    try:
        names = _write_parcels(folder, vectors.dltb(county, ids))
        packages: dict[str, dict[str, gpd.GeoDataFrame]] = {
            "admin.gpkg": vectors.admin_layers(county),
            "settlements.gpkg": {"settlements": vectors.settlement_layer(county)},
            "zones.gpkg": {"zones": vectors.zone_layer(county)},
            "control_lines.gpkg": vectors.control_lines(county),
            "osm.gpkg": osm.osm_layers(county),
            "building_survey.gpkg": {"buildings": survey.building_survey(county)},
        }
        for name, layers in packages.items():
            (folder / name).unlink(missing_ok=True)
            for layer, data in layers.items():
                pyogrio.write_dataframe(data, folder / name, layer=layer, driver="GPKG")
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})
    text = json.dumps(vectors.hazard_geojson(county), ensure_ascii=False)
    (folder / "hazard.geojson").write_text(text, encoding="utf-8", newline="\n")
    return [*names, *packages, "hazard.geojson", *_write_tables(folder, county, ids)]


def _write_parcels(folder: Path, parcels: gpd.GeoDataFrame) -> list[str]:
    """Write DLTB.shp with GBK attributes."""
    suffixes = ("shp", "shx", "dbf", "prj", "cpg")
    for suffix in suffixes:
        (folder / f"DLTB.{suffix}").unlink(missing_ok=True)
    pyogrio.write_dataframe(
        parcels,
        folder / "DLTB.shp",
        driver="ESRI Shapefile",
        encoding="GBK",
        geometry_type="Polygon",
        DBF_DATE_LAST_UPDATE=_DBF_DATE,
    )
    return [f"DLTB.{suffix}" for suffix in suffixes]


def _write_tables(folder: Path, county: County, ids: Array) -> list[str]:
    """Write the CSV tables and the planted truth."""
    area = county.plots.area.to_numpy()
    more = vectors.planted_ids(county)
    sheets: dict[str, tuple[pd.DataFrame, str]] = {
        "ledger.csv": (tables.ledger(county, ids, area), "gbk"),
        "enterprises.csv": (tables.enterprises(county, ids, area), "utf-8-sig"),
        "electricity.csv": (power.electricity(county, ids), "utf-8-sig"),
        "projects.csv": (projects.projects(county), "utf-8-sig"),
        "owners.csv": (planted.owners(county.plots, ids, county.planted, more), "utf-8-sig"),
        "truth/sites_truth.csv": (planted.sites_truth(county.planted, more), "utf-8"),
        "register_population.csv": (tables.register_population(county), "utf-8"),
        "truth/parcels_truth.csv": (tables.parcels_truth(county, ids, more), "utf-8"),
        "truth/villages_truth.csv": (
            tables.villages_truth(county, vectors.settlement_ids(county)),
            "utf-8",
        ),
    }
    for name, (table, encoding) in sheets.items():
        table.to_csv(folder / name, index=False, encoding=encoding, lineterminator="\n")
    return list(sheets)
