"""Readers: text decoded, codes as text, only the window needed, one clear fault each."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from affine import Affine
from shapely.geometry import box

from landuse.core.errors import LanduseError
from landuse.sources.read import read_vector
from landuse.sources.read_raster import read_raster
from landuse.sources.read_table import read_table
from landuse.sources.spec import TableSource, VectorSource


def layer(**columns: object) -> gpd.GeoDataFrame:
    shapes = [box(k, 0, k + 1, 1) for k in range(2)]
    return gpd.GeoDataFrame(columns or {"NAME": ["甲", "乙"]}, geometry=shapes, crs="EPSG:4549")


def source(**changes: object) -> VectorSource:
    return VectorSource.model_validate({"path": "x"} | changes)


@pytest.mark.parametrize("declared", [None, "GBK"])
def test_gbk_attributes_are_read_by_the_cpg_or_the_declared_encoding(
    raw: Path, declared: str | None
) -> None:
    file = raw / "地类 图斑.shp"
    layer().to_file(file, encoding="GBK")
    if declared:
        file.with_suffix(".cpg").unlink()
    read = read_vector(file, source(fields={"name": "name"}, encoding=declared))
    assert read.table["name"].tolist() == ["甲", "乙"]  # field matched whatever its case
    assert read.encoding == ""


def test_without_cpg_and_declaration_gb18030_is_tried_and_told(raw: Path) -> None:
    file = raw / "a.shp"
    layer().to_file(file, encoding="GBK")
    file.with_suffix(".cpg").unlink()
    read = read_vector(file, source(fields={"name": "NAME"}))
    assert read.table["name"].tolist() == ["甲", "乙"]
    assert read.encoding == "GB18030"


def test_a_wrong_declared_encoding_is_one_fault(raw: Path) -> None:
    file = raw / "a.shp"
    layer().to_file(file, encoding="GBK")
    with pytest.raises(LanduseError, match="cannot be decoded") as caught:
        read_vector(file, source(fields={"name": "NAME"}, encoding="UTF-8"))
    assert caught.value.exit_code == 4
    assert caught.value.faults[0].field == "encoding"


def test_an_absent_file_names_the_nearest(raw: Path) -> None:
    layer().to_file(raw / "parcels.gpkg")
    with pytest.raises(LanduseError, match=r"did you mean parcels\.gpkg") as caught:
        read_vector(raw / "parcel.gpkg", source())
    assert caught.value.exit_code == 3


def test_several_layers_need_one_named_and_a_wrong_name_is_told(raw: Path) -> None:
    file = raw / "two.gpkg"
    layer().to_file(file, layer="towns")
    layer().to_file(file, layer="zones")
    with pytest.raises(LanduseError, match="towns, zones") as caught:
        read_vector(file, source())
    assert caught.value.exit_code == 2
    with pytest.raises(LanduseError, match="did you mean zones"):
        read_vector(file, source(layer="zone"))


def test_every_absent_field_is_told_at_once(raw: Path) -> None:
    file = raw / "a.gpkg"
    layer(DLBM=["0601", "0701"]).to_file(file)
    wanted = {"land_use": "DLBN", "tenure": "QSXZ"}
    with pytest.raises(LanduseError, match="did you mean DLBM") as caught:
        read_vector(file, source(fields=wanted))
    assert [fault.field for fault in caught.value.faults] == ["fields.land_use", "fields.tenure"]
    assert caught.value.exit_code == 2


def test_an_unreadable_file_is_one_fault_without_its_folder(raw: Path) -> None:
    file = raw / "broken.gpkg"
    file.write_bytes(b"not a geopackage")
    with pytest.raises(LanduseError, match="cannot be read") as caught:
        read_vector(file, source())
    assert caught.value.exit_code == 4
    assert str(raw) not in str(caught.value)


def test_a_file_without_crs_reads_as_such(raw: Path) -> None:
    file = raw / "a.shp"
    layer().to_file(file)
    file.with_suffix(".prj").unlink()
    assert read_vector(file, source()).crs is None


def write_raster(file: Path, values: np.ndarray, transform: Affine, crs: str | None) -> Path:
    rows, columns = values.shape
    profile = {"driver": "GTiff", "height": rows, "width": columns, "count": 1}
    with rasterio.open(
        file, "w", **profile, dtype=values.dtype, crs=crs, transform=transform
    ) as target:
        target.write(values, 1)
    return file


def test_only_the_window_and_four_cells_around_it_are_read(raw: Path) -> None:
    values = np.arange(10_000, dtype=np.int32).reshape(100, 100)
    file = write_raster(
        raw / "a.tif", values, Affine(10, 0, 500_000, 0, -10, 3_001_000), "EPSG:4549"
    )
    # x 500 300..500 400 is columns 30..40, y 3 000 600..3 000 700 is rows 30..40; margin 4
    read = read_raster(
        file, bounds=(500_300, 3_000_600, 500_400, 3_000_700), bounds_crs="EPSG:4549"
    )
    np.testing.assert_array_equal(read.values, values[26:44, 26:44])
    assert (read.transform.c, read.transform.f) == (500_260, 3_000_740)


def test_a_raster_with_south_on_top_is_turned(raw: Path) -> None:
    values = np.arange(12, dtype=np.uint8).reshape(3, 4)
    file = write_raster(raw / "a.tif", values, Affine(10, 0, 0, 0, 10, 3_000_000), "EPSG:4549")
    read = read_raster(file, bounds=(0, 3_000_000, 40, 3_000_030), bounds_crs="EPSG:4549")
    np.testing.assert_array_equal(read.values, values[::-1])
    assert (read.transform.f, read.transform.e) == (3_000_030, -10)


@pytest.mark.parametrize(
    ("crs", "transform", "message"),
    [
        (None, Affine(10, 0, 0, 0, -10, 30), "no CRS"),
        ("EPSG:4549", Affine(10, 2, 0, 0, -10, 30), "north-up"),
        ("EPSG:4549", Affine(10, 0, 9e5, 0, -10, 30), "does not overlap"),
    ],
)
def test_a_raster_that_cannot_be_placed_is_refused(
    raw: Path, crs: str | None, transform: Affine, message: str
) -> None:
    file = write_raster(raw / "a.tif", np.zeros((3, 3), np.uint8), transform, crs)
    with pytest.raises(LanduseError, match=message) as caught:
        read_raster(file, bounds=(0, 0, 30, 30), bounds_crs="EPSG:4549")
    assert caught.value.exit_code == 4
    assert caught.value.faults[0].file == "a.tif"


def test_a_raster_that_is_none_is_refused(raw: Path) -> None:
    file = raw / "a.tif"
    file.write_text("hello")
    with pytest.raises(LanduseError, match="cannot be read"):
        read_raster(file, bounds=(0, 0, 30, 30), bounds_crs="EPSG:4549")


def table_source(**fields: str) -> TableSource:
    return TableSource.model_validate({"path": "x", "fields": fields})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_csv_is_text_whatever_its_usual_encoding(raw: Path, encoding: str) -> None:
    file = raw / "台账.csv"
    file.write_text("编号,单位 \n007,甲\n,乙\n", encoding=encoding)
    table = read_table(file, table_source(parcel_id="编号", owner="单位"))
    assert table.to_dict("list") == {"parcel_id": ["007", ""], "owner": ["甲", "乙"]}
    assert table.index.tolist() == [2, 3]  # rows as a spreadsheet numbers them


def test_a_workbook_gives_codes_as_text(raw: Path) -> None:
    file = raw / "人口.xlsx"
    frame = pd.DataFrame({"代码": [330781001, 330781002], "人口": [12.5, None]})
    frame.to_excel(file, index=False, engine="xlsxwriter")
    table = read_table(file, table_source(village_code="代码", people="人口"))
    assert table.to_dict("list") == {
        "village_code": ["330781001", "330781002"],
        "people": ["12.5", ""],
    }


def test_a_table_without_the_column_names_those_it_has(raw: Path) -> None:
    file = raw / "a.csv"
    file.write_text("BSM,年份\n1,2023\n", encoding="utf-8")
    with pytest.raises(LanduseError, match="BSM, 年份") as caught:
        read_table(file, table_source(parcel_id="地块编号"))
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("content", [b"", b'a,b\n1,"2\n3,4,5,6,7\n'])
def test_a_table_that_cannot_be_parsed_is_refused(raw: Path, content: bytes) -> None:
    file = raw / "a.csv"
    file.write_bytes(content)
    with pytest.raises(LanduseError) as caught:
        read_table(file, table_source(parcel_id="a"))
    assert caught.value.exit_code == 4
