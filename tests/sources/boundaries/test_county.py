"""The boundary as a value: area, bounds, the same bytes, and no shape that is no county."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
import shapely
from pyproj import Geod

from landuse.core.errors import LanduseError
from landuse.sources.boundaries.county import CountyBoundary, county_frame, write_county

SQUARE = shapely.box(119.2, 29.0, 119.7, 29.5)


def county(shape: shapely.Geometry = SQUARE) -> CountyBoundary:
    return CountyBoundary(
        adcode="330781", name="兰溪市", datum="WGS84", source="test 1", licence="", year=2017,
        polygon=county_frame(shape, adcode="330781", name="兰溪市", file="a.gpkg"),
        attribution="高德", note_zh="没有许可", note_en="no open licence",
    )  # fmt: skip


def test_area_is_that_on_the_ellipsoid_whatever_the_ring_s_sense() -> None:
    area = abs(Geod(ellps="GRS80").geometry_area_perimeter(shapely.orient_polygons(SQUARE))[0])
    # 0.5 x 0.5 degrees at 29.25 N: about 48.6 km x 55.4 km
    assert county().area_km2 == pytest.approx(area / 1e6)
    assert county().area_km2 == pytest.approx(48.6 * 55.4, rel=0.01)
    assert county(shapely.reverse(SQUARE)).area_km2 == pytest.approx(county().area_km2)
    hole = SQUARE.difference(shapely.box(119.3, 29.1, 119.4, 29.2))
    assert county(hole).area_km2 == pytest.approx(county().area_km2 - 9.72 * 11.08, rel=1e-3)
    assert county().bounds == (119.2, 29.0, 119.7, 29.5)


def test_the_file_has_the_same_bytes_twice_and_says_where_it_is_from(tmp_path: Path) -> None:
    files = [write_county(tmp_path / name / "county.gpkg", county()) for name in ("甲", "乙")]
    assert files[0].read_bytes() == files[1].read_bytes()
    back = gpd.read_file(files[0], layer="county")
    assert back[["adcode", "name"]].to_numpy().tolist() == [["330781", "兰溪市"]]
    assert back.crs == "EPSG:4326"
    assert back.geometry.iloc[0].equals(SQUARE)
    facts = pyogrio.read_info(files[0])["dataset_metadata"]
    assert facts == {
        "SOURCE": "test 1", "DATUM": "WGS84", "LICENCE": "no open licence", "ATTRIBUTION": "高德",
        "YEAR": "2017",
    }  # fmt: skip


def test_a_file_that_cannot_be_replaced_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "county.gpkg").mkdir()
    with pytest.raises(OSError, match=r"county\.gpkg"):
        write_county(tmp_path / "county.gpkg", county())
    assert [part.name for part in tmp_path.iterdir()] == ["county.gpkg"]


@pytest.mark.parametrize(
    "shape",
    [
        shapely.Point(119, 29),
        shapely.LineString([(119, 29), (120, 30)]),
        shapely.Polygon(),
        shapely.box(29.0, 119.2, 29.5, 119.7),  # axes swapped
        shapely.box(422_000, 3_209_000, 423_000, 3_210_000),  # metres
    ],
    ids=lambda shape: shape.geom_type,
)
def test_what_is_no_county_in_degrees_is_refused(shape: shapely.Geometry) -> None:
    with pytest.raises(LanduseError, match="no area in longitudes and latitudes") as caught:
        county(shape)
    assert caught.value.exit_code == 4
