"""Laws of the demo county: formats, determinism, planted truth and planted dirt."""

import ast
import hashlib
import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from pyproj import CRS, Geod
from scipy import ndimage

import landuse.sources.demo as demo
from landuse.sources.demo import write_demo
from landuse.sources.demo.county import make_county
from landuse.sources.demo.frame import PLANS, YEARS, Frame
from landuse.sources.demo.greenness import GREEN_YEARS, _sensor_error, greenness, sentinel2
from landuse.sources.demo.heat import landsat, true_temperature
from landuse.sources.demo.rasters import ProductGrid, built_surface, onto, worldcover
from landuse.sources.demo.vectors import gcj02, recorded_shapes

WORLDCOVER = "ESA_WorldCover_10m_2021_v200_N27E117_Map.tif"
BUILT_S = "GHS_BUILT_S_E2018_GLOBE_R2023A_54009_10_V1_0_R6_C30.tif"
BUILT_H = "GHS_BUILT_H_ANBH_E2018_GLOBE_R2023A_54009_100_V1_0_R6_C30.tif"
WORLDPOP = "chn_ppp_2020_UNadj_constrained.tif"
DSM = "Copernicus_DSM_COG_10_N29_00_E119_00_DEM.tif"
VNL = "VNL_npp_{}_global_vcmslcfg_v2_average_masked.tif"
CLCD = "CLCD_v01_{}_albert.tif"
NDVI = "S2_NDVI_{}_growing_season_median.tif"
LST = "Landsat_LST_2023_summer_median.tif"
ALBERS = "+proj=aea +lat_0=0 +lon_0=105 +lat_1=25 +lat_2=47 +datum=WGS84"
SEED = 330781


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "示例 数据"
    write_demo(folder, size="small", seed=SEED)
    return folder


@pytest.fixture(scope="module")
def county():
    return make_county(Frame(PLANS["small"], SEED, 1.0))


def read_band(path):
    with rasterio.open(path) as source:
        return source.read(1), source.profile


def digests(folder):
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def read_parcels(raw):
    # The planted bow-ties and the null geometry are read as they are.
    return gpd.read_file(raw / "DLTB.shp")


def test_report_names_exactly_the_files_written(tmp_path):
    report = write_demo(tmp_path / "示例 数据", size="small", seed=SEED)
    assert set(report.files) == set(digests(report.folder))
    assert report.adcode == "990781"
    assert report.county == "示例县"
    assert 300 <= report.parcels <= 600


@pytest.mark.parametrize(
    ("name", "crs", "dtype", "nodata", "cell"),
    [
        (WORLDCOVER, "EPSG:4326", "uint8", 0, 1 / 12_000),
        (BUILT_S, "ESRI:54009", "uint8", 255, 10.0),
        (BUILT_H, "ESRI:54009", "float32", None, 100.0),
        (VNL.format(2014), "EPSG:4326", "float32", None, 15 / 3600),
        (VNL.format(2023), "EPSG:4326", "float32", None, 15 / 3600),
        (WORLDPOP, "EPSG:4326", "float32", -99999.0, 3 / 3600),
        (DSM, "EPSG:4326", "float32", None, 1 / 3600),
        (CLCD.format(2014), ALBERS, "uint8", 0, 30.0),
        (CLCD.format(2023), ALBERS, "uint8", 0, 30.0),
        (NDVI.format(2017), "EPSG:32650", "float32", -9999.0, 10.0),
        (NDVI.format(2024), "EPSG:32650", "float32", -9999.0, 10.0),
        (LST, "EPSG:32650", "float32", -9999.0, 30.0),
    ],
)
def test_rasters_have_the_format_of_their_product(raw, name, crs, dtype, nodata, cell):
    with rasterio.open(raw / name) as source:
        assert CRS.from_user_input(source.crs.to_wkt()).equals(
            CRS.from_user_input(crs), ignore_axis_order=True
        )
        assert source.dtypes == (dtype,)
        assert source.nodata == nodata
        assert source.transform.a == pytest.approx(cell, rel=1e-12)
        assert source.transform.e == pytest.approx(-cell, rel=1e-12)


def test_grids_lie_on_the_global_lattice_of_their_product(raw):
    # WorldCover tile N27E117 starts at 117 E, 30 N; VNL starts half a pixel off whole degrees.
    _, cover = read_band(raw / WORLDCOVER)
    for offset in ((cover["transform"].c - 117) * 12_000, (30 - cover["transform"].f) * 12_000):
        assert offset == pytest.approx(round(offset), abs=1e-6)
    _, light = read_band(raw / VNL.format(2020))
    for offset in (light["transform"].c * 240 - 0.5, light["transform"].f * 240 - 0.5):
        assert offset == pytest.approx(round(offset), abs=1e-6)


def test_worldcover_is_a_cloud_optimised_geotiff(raw):
    with rasterio.open(raw / WORLDCOVER) as source:
        assert source.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"


def test_class_codes_are_within_the_legends(raw):
    cover, _ = read_band(raw / WORLDCOVER)
    assert set(np.unique(cover)) <= {0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 100}
    for year in YEARS:
        codes, _ = read_band(raw / CLCD.format(year))
        assert set(np.unique(codes)) <= set(range(10))
    built, _ = read_band(raw / BUILT_S)
    assert built[built != 255].max() <= 100


def test_same_seed_writes_the_same_bytes_in_another_folder(raw, tmp_path):
    other = tmp_path / "再 一次"
    write_demo(other, size="small", seed=SEED)
    assert digests(other) == digests(raw)


def test_writing_twice_into_one_folder_replaces_the_files(tmp_path):
    write_demo(tmp_path, size="small", seed=3)
    first = digests(tmp_path)
    write_demo(tmp_path, size="small", seed=3)
    assert digests(tmp_path) == first


def test_another_seed_makes_another_county(raw, tmp_path):
    write_demo(tmp_path, size="small", seed=SEED + 1)
    ours, other = digests(raw), digests(tmp_path)
    # The .cpg and .prj say only encoding and CRS; every file with content differs.
    same = {name for name in ours if ours[name] == other[name]}
    assert same <= {"DLTB.cpg", "DLTB.prj"}


@pytest.mark.parametrize("seed", [SEED, 1, 2])
@pytest.mark.parametrize("noise", [0.0, 1.0, 2.0])
def test_parcels_do_not_overlap_before_rings_are_broken(seed, noise):
    county = make_county(Frame(PLANS["small"], seed, noise))
    shapes = recorded_shapes(county)
    assert shapely.is_valid(shapes).all()
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pair = first < second
    shared = shapely.area(shapely.intersection(shapes[first[pair]], shapes[second[pair]]))
    assert shared.sum() < 0.01


def test_buildings_stand_on_their_own_plot(county):
    plot = county.plots.geometry.to_numpy()[county.buildings.plot]
    outside = shapely.area(shapely.difference(county.footprints, plot))
    # Straight walls against bent fences: a little may stick out, never 2 % of the whole.
    assert outside.sum() < 0.02 * shapely.area(county.footprints).sum()


def test_cells_hold_all_the_built_area(county):
    stands = county.plots["built_year"].to_numpy()[county.buildings.plot] <= 2021
    total = shapely.area(county.footprints[stands]).sum()
    # Cells are capped at their 100 m2, and the bent footprints differ slightly from the straight.
    assert county.masses.area_m2.sum() == pytest.approx(total, rel=0.02)


def test_dltb_is_gbk_with_zone_prefixed_eastings_and_planted_dirt(raw):
    parcels = read_parcels(raw)
    assert (raw / "DLTB.cpg").read_text() == "GBK"
    assert parcels.crs.to_epsg() == 4528
    bounds = parcels.total_bounds
    assert 40_400_000 < bounds[0] < bounds[2] < 40_500_000
    assert parcels.geometry.isna().sum() == 1
    known = parcels[parcels.geometry.notna()]
    assert 5 <= (~known.is_valid).sum() <= 10
    assert parcels["DLMC"].str.endswith("　").any()
    assert set(parcels["DLMC"].str.strip()) >= {"工业用地", "城镇住宅用地", "农村宅基地"}
    assert parcels["BSM"].is_unique
    assert parcels["ZLDWDM"].str.fullmatch(r"990781\d{6}0000000").all()
    assert set(parcels["CZCSXM"].dropna()) <= {"201", "202", "203", ""}


def test_recorded_area_is_the_area_on_the_ellipsoid(raw):
    parcels = read_parcels(raw)
    sound = parcels[parcels.geometry.notna()]
    sound = sound[sound.is_valid].head(40)
    geod = Geod(ellps="GRS80")
    degrees = sound.to_crs(4490)
    measured = [abs(geod.geometry_area_perimeter(g)[0]) for g in degrees.geometry]
    # TBMJ is rounded to 0.01 m2; the series for the scale is good to 1e-6.
    np.testing.assert_allclose(sound["TBMJ"], measured, rtol=2e-6, atol=0.02)


def test_truth_names_the_parcels_and_settlements_of_the_layers(raw):
    truth = pd.read_csv(raw / "truth/parcels_truth.csv", dtype=str)
    assert sorted(truth["BSM"]) == sorted(read_parcels(raw)["BSM"])
    assert set(truth["truth"]) == {"idle", "under_used", "in_use"}
    villages = pd.read_csv(raw / "truth/villages_truth.csv")
    points = gpd.read_file(raw / "settlements.gpkg", layer="settlements")
    assert list(villages["settlement_id"]) == list(points["settlement_id"])
    assert points.crs.to_epsg() == 4490


def test_truth_stands_nowhere_but_in_its_folder(raw):
    for path in raw.glob("*.gpkg"):
        for layer in gpd.list_layers(path)["name"]:
            columns = set(gpd.read_file(path, layer=layer, rows=1).columns)
            assert not columns & {"truth", "cause", "hollow", "scattered", "in_hazard"}
    for name in ("enterprises.csv", "register_population.csv"):
        assert "truth" not in (raw / name).read_text(encoding="utf-8-sig")


def test_hazards_are_drawn_500_to_600_metres_off_in_gcj02(raw, county):
    found = gpd.read_file(raw / "hazard.geojson")
    planted = gpd.GeoSeries(shapely.centroid(county.hazards), crs=4549).to_crs(4326)
    seen = shapely.centroid(found.geometry.to_numpy())
    geod = Geod(ellps="WGS84")
    azimuth, _, metres = geod.inv(
        planted.x.to_numpy(), planted.y.to_numpy(), shapely.get_x(seen), shapely.get_y(seen)
    )
    assert ((metres > 500) & (metres < 600)).all()
    assert ((azimuth > 115) & (azimuth < 130)).all()


def test_gcj02_shift_agrees_with_the_published_range_at_the_site():
    # Domain file: +0.0045 to +0.0051 degrees of longitude, -0.0026 to -0.0029 of latitude.
    lon, lat = gcj02(np.array([119.5]), np.array([29.2]))
    assert 0.0045 <= lon[0] - 119.5 <= 0.0051
    assert -0.0029 <= lat[0] - 29.2 <= -0.0026


def test_worldpop_sums_to_the_residents_of_the_register(raw):
    people, profile = read_band(raw / WORLDPOP)
    total = people[people != profile["nodata"]].sum(dtype="float64")
    codes = {"行政村代码": str}
    register = pd.read_csv(raw / "register_population.csv", dtype=codes)
    assert register["行政村代码"].str.fullmatch(r"990781\d{6}").all()
    assert total == pytest.approx(register["常住人口"].sum(), rel=1e-3)


def test_towns_and_villages_part_the_county(raw):
    county, towns, villages = (
        gpd.read_file(raw / "admin.gpkg", layer=name) for name in ("county", "towns", "villages")
    )
    assert towns.crs.to_epsg() == 4549
    area = county.area.sum()
    assert towns.area.sum() == pytest.approx(area, rel=1e-6)
    assert villages.area.sum() == pytest.approx(area, rel=1e-6)
    assert towns.union_all().area == pytest.approx(area, rel=1e-6)
    assert set(villages["ZLDWDM"].str[:9]) == set(towns["XZQDM"])


def test_ledger_is_gbk_with_placeholder_dates(raw):
    text = (raw / "ledger.csv").read_bytes().decode("gbk")
    assert text.startswith("电子监管号,地块编号,面积(公顷),土地用途,供地方式,")
    ledger = pd.read_csv(raw / "ledger.csv", encoding="gbk", dtype=str, keep_default_na=False)
    assert set(ledger["地块编号"]) <= set(read_parcels(raw)["BSM"])
    dates = ledger.filter(like="时间").to_numpy().ravel()
    assert (dates == "1900-01-01").any()
    assert (dates == "").any()
    assert all(re.fullmatch(r"(\d{4}-\d\d-\d\d)?", d) for d in dates)


def test_enterprises_carry_a_byte_order_mark_and_grades(raw):
    assert (raw / "enterprises.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    firms = pd.read_csv(raw / "enterprises.csv", encoding="utf-8-sig")
    assert set(firms["亩均等级"]) <= set("ABCD")
    assert set(firms["年份"]) == {2021, 2022, 2023}


def test_control_lines_and_osm_have_their_layers(raw):
    lines = set(gpd.list_layers(raw / "control_lines.gpkg")["name"])
    assert lines == {"eco_redline", "prime_farmland", "growth_boundary", "heritage"}
    osm = set(gpd.list_layers(raw / "osm.gpkg")["name"])
    assert osm == {"roads", "buildings", "landuse", "water"}
    roads = gpd.read_file(raw / "osm.gpkg", layer="roads")
    assert roads.crs.to_epsg() == 4326
    assert {"motorway", "primary", "unclassified", "residential"} <= set(roads["highway"])


def agreement(county):
    seen, grid = worldcover(county)
    true = as_seen(county, county.surface.classes, grid, cell_m=10.0)
    return float((seen[true > 0] == true[true > 0]).mean())


def as_seen(county, array, grid: ProductGrid, *, cell_m):
    return onto(
        county.frame,
        array,
        grid,
        cell_m=cell_m,
        resampling=rasterio.warp.Resampling.nearest,
        nodata=0,
    )


def test_without_noise_worldcover_shows_the_true_surface():
    assert agreement(make_county(Frame(PLANS["small"], SEED, 0.0))) > 0.99


def test_with_noise_worldcover_errs_at_the_published_rate(county):
    # Published overall accuracy of v200: 76.7 %. The share of classes varies with the seed.
    assert agreement(county) == pytest.approx(0.767, abs=0.03)


def test_more_noise_means_more_error(county):
    noisy = make_county(Frame(PLANS["small"], SEED, 2.0))
    assert agreement(noisy) < agreement(county) - 0.1


def test_noise_changes_what_is_seen_and_not_what_is_there(county):
    clean = make_county(Frame(PLANS["small"], SEED, 0.0))
    pd.testing.assert_frame_equal(
        pd.DataFrame(clean.plots.drop(columns="geometry")),
        pd.DataFrame(county.plots.drop(columns="geometry")),
    )
    np.testing.assert_array_equal(clean.surface.classes, county.surface.classes)


def test_without_noise_built_surface_keeps_its_sum():
    county = make_county(Frame(PLANS["small"], SEED, 0.0))
    cells, _ = built_surface(county)
    total = cells[cells != 255].sum(dtype="float64")
    # Nearest cells of an equal-area grid: unbiased, but a cell may be met twice or never.
    assert total == pytest.approx(county.masses_2018.area_m2.sum(), rel=0.02)


def test_impervious_land_of_clcd_never_shrinks(raw):
    counts = [int((read_band(raw / CLCD.format(y))[0] == 8).sum()) for y in YEARS]
    assert counts == sorted(counts)
    assert counts[-1] > 0


def test_idle_plots_go_dark_and_plots_in_use_do_not(county):
    level = pd.DataFrame(county.activity[:, -1]).groupby(
        county.plots["truth"].to_numpy()[: len(county.activity)]
    )
    mean = level.mean()[0]
    assert mean["idle"] < 0.3 * mean["in_use"]
    assert mean["idle"] < mean["under_used"] < mean["in_use"]


def test_hazard_flag_of_a_village_is_the_place_of_its_point(county):
    points = shapely.points(county.hamlets[["x", "y"]].to_numpy())
    inside = shapely.intersects(shapely.union_all(county.hazards), points)
    np.testing.assert_array_equal(county.hamlets["in_hazard"], inside)
    assert (county.hamlets["scattered"] == (county.hamlets["households"] < 30)).all()


def test_generator_imports_nothing_but_core_and_itself():
    package = Path(demo.__file__).parent
    for path in package.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                if name.startswith("landuse"):
                    assert name.startswith(("landuse.core", "landuse.sources.demo")), path


@pytest.mark.parametrize(("key", "value"), [("size", "huge"), ("noise", -1.0)])
def test_impossible_orders_are_refused(tmp_path, key, value):
    with pytest.raises(ValueError, match=key):
        write_demo(tmp_path, **{key: value})


@pytest.fixture(scope="module")
def green(county):
    return greenness(county)


def by_cause(county, field):
    """Return the mean of a 10 m field over each plot, by cause (plots, then a median)."""
    plot, count = county.surface.plot.ravel(), len(county.plots) + 1
    cells = np.bincount(plot, minlength=count)
    mean = np.bincount(plot, field.ravel(), count)[1:] / np.maximum(cells[1:], 1)
    seen = (cells[1:] > 4) & (county.plots["cause"] != "transport").to_numpy()
    return pd.Series(mean[seen]).groupby(county.plots["cause"].to_numpy()[seen]).mean()


def test_land_given_up_greens_over_and_land_in_use_does_not(county, green):
    change = by_cause(county, green.of(2024)) - by_cause(county, green.of(2017))
    for given_up in ("derelict", "ruined_homes", "works_stopped"):
        assert change[given_up] > 0.05, given_up
    for steady in ("normal_homesteads", "normal_housing", "storage_yard", "never_built_grass"):
        assert abs(change[steady]) < 0.05, steady
    assert change["recently_built"] < -0.3
    assert change["new_works"] < -0.1


def test_greenness_of_given_up_land_never_falls_and_has_an_end(county, green):
    level = pd.DataFrame({y: by_cause(county, green.of(y)) for y in GREEN_YEARS})
    for cause in ("derelict", "works_stopped"):
        assert (level.loc[cause].diff().dropna() > -0.01).all(), cause
    # Given up in 2019 at the latest, 3 years until the last patch starts, 6 years of growth.
    idle = county.plots["cause"].to_numpy()[county.surface.plot.ravel()[green.at] - 1]
    assert green.start[idle == "derelict"].max() + green.span[idle == "derelict"].max() <= 2028


def test_without_noise_sentinel2_shows_the_true_greenness():
    county = make_county(Frame(PLANS["small"], SEED, 0.0))
    truth = greenness(county)
    for year, seen, grid in sentinel2(county, truth):
        true = as_seen(county, truth.of(year), grid, cell_m=10.0)
        known = seen > -1.5
        # Values are written to 0.01.
        np.testing.assert_allclose(seen[known], np.clip(true[known], -1, 1), atol=0.0051)


def test_error_of_greenness_is_the_published_one(county, green):
    # 0.04 a cell and 0.02 a year; the optics blur edges of cover besides, left out here.
    errors = [
        _sensor_error(county.frame.rng(f"test {year}"), (600, 600), noise=1.0) for year in range(40)
    ]
    blurred = [ndimage.gaussian_filter(error, 0.5, truncate=2.0) for error in errors]
    within = np.mean([error.std() for error in blurred])
    between = np.std([error.mean() for error in blurred])
    assert within == pytest.approx(0.04, abs=0.004)
    assert between == pytest.approx(0.02, abs=0.006)
    doubled = _sensor_error(county.frame.rng("test 0"), (600, 600), noise=2.0)
    np.testing.assert_allclose(doubled, 2 * errors[0], rtol=1e-4, atol=1e-6)


def test_running_plants_are_warmer_than_empty_ones_and_woods_are_coolest(county, green):
    warm = true_temperature(county, green)
    field = np.repeat(np.repeat(warm, 3, axis=0), 3, axis=1)
    mean = by_cause(county, field)
    assert mean["normal_industry"] > mean["derelict"] + 1
    assert mean["derelict"] > mean["never_built_grass"]
    # From 0.78 to about 0.1 of greenness at 10 K a unit, less what cells of 30 m mix.
    trees, built = county.surface.classes == 10, county.surface.classes == 50
    assert field[trees].mean() < field[built].mean() - 4


def test_error_of_surface_temperature_is_one_and_a_half_kelvin(county, green):
    quiet = make_county(Frame(PLANS["small"], SEED, 0.0))
    seen, _ = landsat(county, green)
    true, _ = landsat(quiet, greenness(quiet))
    known = seen > 0
    assert (seen[known] - true[known]).std() == pytest.approx(1.5, abs=0.3)
