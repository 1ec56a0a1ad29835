"""A county out of the user's own file: any format, any of the usual code fields."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely

from landuse.core.errors import LanduseError
from landuse.sources.boundaries.from_file import county_from_file

LANXI, YIWU = shapely.box(119.2, 29.0, 119.7, 29.5), shapely.box(119.7, 29.0, 120.2, 29.5)


def layer(crs: str = "EPSG:4490", **columns: Any) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=[LANXI, YIWU], crs="EPSG:4490").to_crs(crs)


@pytest.mark.parametrize(
    ("field", "codes"),
    [
        ("adcode", ["330781", "330782"]),
        ("XZQDM", [330781, 330782]),
        ("CODE", [330781.0, 330782.0]),
        ("district_adcode", ["330781000000", "330782000000"]),
        ("行政区划代码", ["330781000", "330782000"]),
    ],
)
def test_the_county_is_found_by_its_code(tmp_path: Path, field: str, codes: list[Any]) -> None:
    file = tmp_path / "县 界.gpkg"
    layer(**{field: codes, "XZQMC": ["兰溪市", "义乌市"]}).to_file(file)
    county = county_from_file(file, "330782")
    assert (county.adcode, county.name, county.datum) == ("330782", "义乌市", "CGCS2000")
    assert shapely.equals_exact(
        county.polygon.geometry.iloc[0].geoms[0], YIWU, 1e-9, normalize=True
    )
    assert field in county.note_zh


def test_a_gbk_shapefile_in_metres_is_read_and_unprojected(tmp_path: Path) -> None:
    file = tmp_path / "XZQ.shp"
    layer("EPSG:4549", 区划代码=["330781", "330782"], 名称=["兰溪市", "义乌市"]).to_file(
        file, encoding="GBK"
    )
    file.with_suffix(".cpg").unlink()
    county = county_from_file(file, "330781")
    assert county.name == "兰溪市"
    assert county.bounds == pytest.approx(LANXI.bounds, abs=1e-8)


def test_islands_of_one_code_are_taken_together(tmp_path: Path) -> None:
    file = tmp_path / "a.geojson"
    layer("EPSG:4326", code=["330781", "330781"]).to_file(file)
    county = county_from_file(file, "330781", datum="GCJ02")
    assert county.polygon.geometry.iloc[0].area == pytest.approx(0.5)
    assert county.datum == "GCJ02"


def test_the_only_area_needs_no_code_but_another_s_code_counts(tmp_path: Path) -> None:
    file = tmp_path / "a.gpkg"
    layer(name=["兰溪市", "义乌市"]).iloc[:1].to_file(file)
    assert county_from_file(file, "330781").name == "兰溪市"
    layer(adcode=["330781", "330782"]).iloc[:1].to_file(file)
    with pytest.raises(LanduseError, match="no county of this code") as caught:
        county_from_file(file, "330782")
    assert caught.value.exit_code == 2
    assert "330781" in caught.value.faults[0].todo_en


@pytest.mark.parametrize(
    ("columns", "said", "code"),
    [
        ({"adcode": ["330783", "330784"]}, "the nearest are 330783, 330784", 2),
        ({"TBBH": ["1", "2"]}, "no field of county codes", 2),
        ({"XZQDM": ["330781001", "330781002"]}, "no field of county codes", 2),  # towns
    ],
)
def test_a_file_without_the_county_is_told(
    tmp_path: Path, columns: dict[str, list[str]], said: str, code: int
) -> None:
    file = tmp_path / "a.gpkg"
    layer(**columns).to_file(file)
    with pytest.raises(LanduseError, match=said) as caught:
        county_from_file(file, "330781")
    assert caught.value.exit_code == code


def test_no_file_no_crs_and_no_area_are_told(tmp_path: Path) -> None:
    with pytest.raises(LanduseError) as caught:
        county_from_file(tmp_path / "a.gpkg", "330781")
    assert caught.value.exit_code == 3
    bare = tmp_path / "b.shp"
    layer(adcode=["330781", "330782"]).to_file(bare)
    bare.with_suffix(".prj").unlink()
    with pytest.raises(LanduseError, match="no CRS") as caught:
        county_from_file(bare, "330781")
    assert caught.value.exit_code == 4
    assert county_from_file(bare, "330781", crs="EPSG:4490").bounds == LANXI.bounds
    lines = layer(adcode=["330781", "330782"])
    lines.set_geometry(lines.boundary).to_file(tmp_path / "c.gpkg")
    with pytest.raises(LanduseError, match="no areas") as caught:
        county_from_file(tmp_path / "c.gpkg", "330781")
    assert caught.value.exit_code == 4
