"""Rasters on the grid: classes never averaged, counts kept, unknown stays unknown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from affine import Affine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from rasterio.warp import transform_bounds
from shapely.geometry import box

from landuse.align.rasters import RasterAlign, align_raster, align_series
from landuse.core.errors import LanduseError
from landuse.core.grid import Grid
from landuse.sources.products import PRODUCTS

GRID = Grid("EPSG:4549", Affine(10, 0, 450_000, 0, -10, 3_231_000), (150, 150))
ALBERS = "+proj=aea +lat_0=0 +lon_0=105 +lat_1=25 +lat_2=47 +datum=WGS84"
ARC_SECOND = 1 / 3600


def write(
    file: Path, make: Any, *, crs: str, cell: float, nodata: float | None = None, margin: int = 10
) -> tuple[Path, NDArray[Any]]:
    """Write a raster around the grid; ``make(shape)`` gives its values."""
    x0, y0, x1, y1 = transform_bounds(GRID.crs, crs, *GRID.bounds, densify_pts=21)
    columns = int(np.ceil((x1 - x0) / cell)) + 2 * margin
    rows = int(np.ceil((y1 - y0) / cell)) + 2 * margin
    values = make((rows, columns))
    transform = Affine(cell, 0, x0 - margin * cell, 0, -cell, y1 + margin * cell)
    with rasterio.open(
        file, "w", driver="GTiff", height=rows, width=columns, count=1, dtype=values.dtype,
        crs=crs, transform=transform, nodata=nodata,
    ) as target:  # fmt: skip
        target.write(values, 1)
    return file, values


def aligned(file: Path, product: str, *, year: int | None = None) -> dict[str, Any]:
    return align_raster(
        file=file, grid=GRID, settings=RasterAlign(role="r", product=product, year=year)
    )


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 2**16), count=st.integers(1, 11))
def test_class_codes_out_are_class_codes_in(raw: Path, seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    codes = rng.choice(list(PRODUCTS["esa_worldcover"].legend), size=count, replace=False)
    file, _ = write(
        raw / "覆被.tif", lambda shape: rng.choice(codes, shape).astype(np.uint8),
        crs="EPSG:4326", cell=ARC_SECOND / 3, nodata=0,
    )  # fmt: skip
    layer = aligned(file, "esa_worldcover", year=2021)["layer"]
    assert set(np.unique(layer.values)) <= set(codes.tolist())
    assert layer.values.dtype == np.uint8
    assert (layer.nodata, layer.year) == (0, 2021)


def test_years_of_classes_are_what_each_is_alone_on_one_lattice_or_another(raw: Path) -> None:
    rng = np.random.default_rng(7)
    files = {}
    for year, margin in ((2021, 10), (2022, 10), (2023, 6)):
        files[year], _ = write(
            raw / f"{year}.tif", lambda shape: rng.integers(0, 10, shape, dtype=np.uint8),
            crs=ALBERS, cell=30, nodata=0, margin=margin,
        )  # fmt: skip
    series = align_series(files=files, grid=GRID, settings=RasterAlign(role="r", product="clcd"))
    assert [layer.year for layer in series["layers"]] == list(files)
    for layer in series["layers"]:
        alone = aligned(files[layer.year], "clcd", year=layer.year)["layer"]
        np.testing.assert_array_equal(layer.values, alone.values)


def test_unknown_class_codes_are_one_fault_that_lists_them(raw: Path) -> None:
    def make(shape: tuple[int, int]) -> NDArray[np.uint8]:
        values = np.full(shape, 10, np.uint8)
        values[30, 30], values[40, 40] = 11, 99
        return values

    file, _ = write(raw / "a.tif", make, crs="EPSG:4326", cell=ARC_SECOND / 3, nodata=0)
    with pytest.raises(LanduseError, match="class codes that the legend does not have") as caught:
        aligned(file, "esa_worldcover")
    assert caught.value.exit_code == 4
    assert caught.value.faults[0].found == "11, 99"


def test_clcd_comes_on_30_m_cells_in_albers(raw: Path) -> None:
    file, _ = write(
        raw / "a.tif", lambda shape: np.full(shape, 8, np.uint8), crs=ALBERS, cell=30, nodata=0
    )
    layer = aligned(file, "clcd")["layer"]
    assert layer.grid == GRID.coarsen(3)
    assert (layer.values == 8).all()


def test_built_surface_keeps_its_sum_and_255_is_unknown(raw: Path) -> None:
    """All cells of 10 m hold 40 m2; the grid is 1500 m x 1500 m = 22 500 cells: 900 000 m2."""
    file, _ = write(
        raw / "a.tif", lambda shape: np.full(shape, 40, np.uint8), crs="ESRI:54009", cell=10
    )
    done = aligned(file, "ghs_built_s")
    assert done["layer"].values.sum(dtype=float) == pytest.approx(900_000, rel=0.01)
    assert done["findings"] == []
    file, _ = write(
        raw / "b.tif", lambda shape: np.full(shape, 255, np.uint8), crs="ESRI:54009", cell=10
    )
    with pytest.raises(LanduseError, match="holds no value"):
        aligned(file, "ghs_built_s")


@pytest.mark.parametrize("product", ["ghs_built_s", "worldpop"])
@pytest.mark.parametrize("wrong", [0, 4])
def test_counts_are_the_same_as_whole_numbers_or_with_a_point(
    raw: Path, product: str, wrong: int
) -> None:
    """Whole numbers are not made floats; counts below 0 become unknown and are told either way."""
    kinds = [(np.uint8, 255), (np.int16, -200), (np.float32, -200), (np.float32, None)]
    layers, told = set(), set()
    for kind, nodata in kinds[1 if wrong else 0 :]:

        def make(shape: tuple[int, int], kind: Any = kind, nodata: Any = nodata) -> NDArray[Any]:
            rng = np.random.default_rng(3)
            values = rng.integers(0, 100, shape).astype(kind)
            values[rng.random(shape) < 0.2] = np.nan if nodata is None else nodata
            values[80, 80 : 80 + wrong] = -5 if wrong else 0
            return values

        name = f"{np.dtype(kind).name} {nodata}.tif"
        file, _ = write(raw / name, make, crs="ESRI:54009", cell=10, nodata=nodata)
        made = aligned(file, product)
        layers.add(made["layer"].values.tobytes())
        told.add(tuple(one.value for one in made["findings"] if "outside the range" in
                       one.message_en))  # fmt: skip
    assert len(layers) == 1
    assert told == {("4",) if wrong else ()}


def test_more_built_metres_than_a_cell_has_are_refused(raw: Path) -> None:
    file, _ = write(
        raw / "a.tif", lambda shape: np.full(shape, 200, np.uint8), crs="ESRI:54009", cell=10
    )
    with pytest.raises(LanduseError, match="more square metres in a cell") as caught:
        aligned(file, "ghs_built_s")
    assert caught.value.faults[0].found == "200 > 100 m2"


def test_people_outside_settlements_are_none_not_unknown(raw: Path) -> None:
    def make(shape: tuple[int, int]) -> NDArray[np.float32]:
        values = np.full(shape, -99999, np.float32)
        middle = shape[0] // 2, shape[1] // 2
        values[middle] = 30
        return values

    file, _ = write(raw / "a.tif", make, crs="EPSG:4326", cell=3 * ARC_SECOND, nodata=-99999)
    done = aligned(file, "worldpop")
    assert done["layer"].grid == GRID.coarsen(10)
    assert done["layer"].known().all()
    assert done["layer"].values.sum(dtype=float) == pytest.approx(30, rel=1e-5)


def test_bilinear_leaves_unknown_cells_out_instead_of_averaging_them_in(raw: Path) -> None:
    def make(shape: tuple[int, int]) -> NDArray[np.float32]:
        values = np.full(shape, 100, np.float32)
        values[:, : shape[1] // 2] = -9999
        return values

    file, _ = write(raw / "a.tif", make, crs="EPSG:4326", cell=ARC_SECOND, nodata=-9999)
    done = aligned(file, "copernicus_glo30")
    values = done["layer"].values
    assert done["layer"].grid == GRID.coarsen(3)
    np.testing.assert_allclose(values[~np.isnan(values)], 100)
    share = float(done["findings"][0].value)
    assert 0.4 < share < 0.6
    assert done["findings"][0].kind == "doubt"


def test_a_plane_stays_a_plane(raw: Path) -> None:
    """z = 2 * row in the source; bilinear keeps a plane, so steps down the grid are equal."""
    file, _ = write(
        raw / "a.tif",
        lambda shape: np.repeat(2.0 * np.arange(shape[0])[:, None], shape[1], axis=1).astype("f4"),
        crs="EPSG:4549", cell=30,
    )  # fmt: skip
    values = aligned(file, "copernicus_glo30")["layer"].values
    np.testing.assert_allclose(np.diff(values, axis=0), 2, atol=1e-3)
    np.testing.assert_allclose(np.diff(values, axis=1), 0, atol=1e-3)


def test_values_out_of_range_become_unknown_with_a_finding(raw: Path) -> None:
    def make(shape: tuple[int, int]) -> NDArray[np.float32]:
        values = np.full(shape, 50, np.float32)
        values[shape[0] // 2, shape[1] // 2] = 32767
        return values

    file, _ = write(raw / "a.tif", make, crs="EPSG:4326", cell=ARC_SECOND)
    done = aligned(file, "copernicus_glo30")
    np.testing.assert_allclose(np.nanmax(done["layer"].values), 50)
    assert done["findings"][0].value == "1"


def test_partial_cover_is_told_with_its_share(raw: Path) -> None:
    """The file covers the western half of the grid: 75 of 150 columns."""
    values = np.full((200, 100), 10, np.uint8)
    transform = Affine(10, 0, 450_000 - 250, 0, -10, 3_231_250)
    with rasterio.open(
        raw / "a.tif", "w", driver="GTiff", height=200, width=100, count=1, dtype="uint8",
        crs="EPSG:4549", transform=transform, nodata=0,
    ) as target:  # fmt: skip
        target.write(values, 1)
    (finding,) = aligned(raw / "a.tif", "esa_worldcover")["findings"]
    assert finding.value == "0.5000"
    assert "50.0%" in finding.message_zh
    chosen = RasterAlign(role="r", product="esa_worldcover")

    def within(*sides: int) -> list[Any]:
        """Cover asked for only between two distances from the western edge, metres."""
        shape = box(450_000 + sides[0], 3_230_000, 450_000 + sides[1], 3_230_900)
        frame = gpd.GeoDataFrame(geometry=[shape], crs=GRID.crs)
        done = align_raster(file=raw / "a.tif", grid=GRID, settings=chosen, frame=frame)
        return [finding.value for finding in done["findings"]]

    assert within(0, 700) == []
    assert within(650, 850) == ["0.5000"]  # 10 of 20 columns
    with pytest.raises(LanduseError, match="holds no value in the study area"):
        within(800, 900)


def test_a_series_comes_in_the_order_of_its_years_with_all_faults_at_once(raw: Path) -> None:
    files = {
        year: write(
            raw / f"{year}.tif", lambda shape, y=year: np.full(shape, y - 2010, np.float32),
            crs="EPSG:4326", cell=15 * ARC_SECOND,
        )[0]
        for year in (2016, 2014)
    }  # fmt: skip
    chosen = RasterAlign(role="night_light", product="viirs_vnl")
    layers = align_series(files=files, grid=GRID, settings=chosen)["layers"]
    assert [(layer.year, float(layer.values.mean())) for layer in layers] == [(2014, 4), (2016, 6)]
    assert layers[0].grid == GRID.coarsen(50)
    files |= {2018: raw / "absent.tif", 2019: raw / "gone.tif"}
    with pytest.raises(LanduseError) as caught:
        align_series(files=files, grid=GRID, settings=chosen)
    assert [fault.file for fault in caught.value.faults] == ["absent.tif", "gone.tif"]
    assert caught.value.exit_code == 3


def test_degree_of_urbanisation_knows_its_codes_and_minus_200_is_unknown(raw: Path) -> None:
    """Cells of 1 km; the file names no nodata, as a clip that lost its tags."""

    def make(shape: tuple[int, int]) -> NDArray[np.int16]:
        values = np.full(shape, 13, np.int16)
        values[:, : shape[1] // 2] = -200
        return values

    file, _ = write(raw / "a.tif", make, crs="ESRI:54009", cell=1000)
    layer = aligned(file, "ghs_smod", year=2020)["layer"]
    assert layer.grid == GRID.coarsen(10)  # 100 m
    assert set(np.unique(layer.values)) == {0, 13}
    assert (layer.nodata, layer.values.dtype) == (0, np.uint8)
    file, _ = write(
        raw / "b.tif", lambda shape: np.full(shape, 14, np.int16), crs="ESRI:54009", cell=1000
    )
    with pytest.raises(LanduseError, match="10, 11, 12, 13, 21, 22, 23, 30") as caught:
        aligned(file, "ghs_smod")
    assert caught.value.faults[0].found == "14"


def test_a_nodata_value_without_room_in_the_file_marks_no_cell(raw: Path) -> None:
    """-200 as a byte would be 56: nobody is lost where 56 people live."""
    file, _ = write(
        raw / "a.tif", lambda shape: np.full(shape, 56, np.uint8), crs="EPSG:4549", cell=100
    )
    done = aligned(file, "ghs_pop")
    # 1500 m x 1500 m = 225 cells of 56 people
    assert done["layer"].values.sum(dtype=float) == pytest.approx(225 * 56, rel=1e-4)
    assert done["findings"] == []


def test_between_two_countries_files_nobody_is_unknown_not_none(raw: Path) -> None:
    """Nodata within a file means 0 people; a strip of 100 m in neither file is not known."""
    files = []
    for number, (west, columns) in enumerate([(449_500, 10), (450_600, 20)]):
        values = np.full((30, columns), -99999, np.float32)
        values[15, 5] = 9
        transform = Affine(100, 0, west, 0, -100, 3_231_500)
        files.append(raw / f"{number}.tif")
        with rasterio.open(
            files[-1], "w", driver="GTiff", height=30, width=columns, count=1, dtype="float32",
            crs=GRID.crs, transform=transform, nodata=-99999,
        ) as target:  # fmt: skip
            target.write(values, 1)
    done = align_raster(
        file=files, grid=GRID, settings=RasterAlign(role="r", product="worldpop", year=2020)
    )
    values = done["layer"].values
    assert np.isnan(values[:, 5]).all()
    assert np.isfinite(np.delete(values, 5, axis=1)).all()
    # West: x 450 000 holds its cell 5; east: x 451 100, cell 11 of the grid
    assert np.nansum(values) == pytest.approx(18)
    kinds = [(finding.kind, finding.value) for finding in done["findings"]]
    # Window of 15 + 2 x 4 columns, one of them in no file; 14 of 15 columns of the grid known
    assert kinds == [("doubt", f"{1 / 23:.4f}"), ("doubt", f"{14 / 15:.4f}")]
