"""The 16 towns of Lanxi as drawn, beside the clone; skipped where they are not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from landuse.align.partition import partition_towns
from landuse.align.partition_settings import PartitionSettings
from landuse.align.vectors import VectorAlign, align_vector
from landuse.sources.spec import VectorSource

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "lanxi"
pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="the genuine layers in ../shared/data are not on this machine"
)
CRS = "EPSG:4549"
AMAP, TIANDITU = "lanxi_county_amap_wgs84.geojson", "lanxi_county_tianditu.geojson"
# 330781 and the towns of 2023 (NBS, by way of china-division 2.7.0)
TOWNS = (1, 2, 4, 5, 6, 7, 102, 104, 106, 108, 109, 111, 112, 200, 203, 209)
CODES = [f"330781{town:03d}" for town in TOWNS]


def aligned(name: str, role: str, **source: Any) -> gpd.GeoDataFrame:
    spec = VectorSource.model_validate({"path": name} | source)
    wanted = VectorAlign(role=role, source=spec, crs=CRS, kind="polygon")
    return align_vector(file=DATA / name, settings=wanted)["layer"]


def villages() -> pd.DataFrame:
    table = pd.read_csv(
        DATA / "lanxi_villages_codes_china_division.csv", dtype="str", encoding="utf-8-sig"
    )
    return table.rename(columns={"streetCode": "town_code", "town": "town_name"})


def cleaned(county: gpd.GeoDataFrame, towns: gpd.GeoDataFrame) -> dict[str, Any]:
    settings = PartitionSettings(adcode="330781")
    return partition_towns(county=county, towns=towns, codes=villages(), settings=settings)


def assert_tiles(layer: gpd.GeoDataFrame, county: gpd.GeoDataFrame) -> None:
    shapes, whole = layer.geometry.to_numpy(), county.geometry.iloc[0]
    assert list(layer["town_code"]) == CODES
    assert shapely.coverage_is_valid(shapes)
    assert layer.area.sum() == pytest.approx(whole.area, rel=1e-9)
    union = shapely.coverage_union_all(shapes)
    # vertices put on the county ring by noding lie on it to the last digits of a double
    assert union.symmetric_difference(whole).area < 1e-10 * whole.area
    ring = set(map(tuple, shapely.get_coordinates(union)))
    assert set(map(tuple, shapely.get_coordinates(whole))) <= ring


@pytest.mark.parametrize(("file", "gaps", "outside"), [(AMAP, 28.8, 8.8), (TIANDITU, 40.7, 15.4)])
def test_the_16_towns_tile_the_county(file: str, gaps: float, outside: float) -> None:
    county = aligned(file, "county")
    fields = {"town_code": "town_code", "town_name": "town_name"}
    towns = aligned("lanxi_towns_wgs84.geojson", "towns", fields=fields)
    whole, union = county.geometry.iloc[0], towns.geometry.union_all()
    assert (towns.area.sum() - union.area) / 1e6 == pytest.approx(5.9, abs=0.05)
    assert whole.difference(union).area / 1e6 == pytest.approx(gaps, abs=0.05)
    assert union.difference(whole).area / 1e6 == pytest.approx(outside, abs=0.05)
    done = cleaned(county, towns)
    assert_tiles(done["layer"], county)
    km2 = done["changes"].groupby("kind")["area_m2"].sum() / 1e6
    assert km2["gap"] + km2["split"] == pytest.approx(gaps, abs=0.05)
    assert km2["overhang"] == pytest.approx(outside, abs=0.05)
    assert done["layer"].geom_type.eq("Polygon").all()
    again = cleaned(county, done["layer"])
    assert again["layer"].to_wkb().equals(done["layer"].to_wkb())
    assert again["changes"].empty


def test_names_alone_bring_the_codes_and_gcj02_comes_home() -> None:
    """The file as published: no codes, a blank after 黄店镇, 水亭乡 for 水亭畲族乡, GCJ-02."""
    county = aligned(AMAP, "county")
    file = "lanxi_towns_echarts_gcj02_RAW.json"
    towns = aligned(file, "towns", fields={"town_name": "name"}, datum="GCJ02")
    towns = towns[towns["town_name"] != "兰溪市"]  # the first feature is the county
    done = cleaned(county, towns)
    assert_tiles(done["layer"], county)
    joined = [f.value for f in done["findings"] if "matched" in f.message_en]
    assert joined == ["水亭乡 = 水亭畲族乡"]
    assert "水亭畲族乡" in set(done["layer"]["town_name"])
    # Undeclared, the towns lie half a kilometre off, and it says so.
    shifted = aligned(file, "towns", fields={"town_name": "name"})
    done = cleaned(county, shifted[shifted["town_name"] != "兰溪市"])
    doubts = [f.value for f in done["findings"] if "datum" in f.message_en]
    assert len(doubts) == 1
