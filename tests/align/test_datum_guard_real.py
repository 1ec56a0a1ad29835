"""The datum guard on genuine outlines of Lanxi and on the demo county."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest

from landuse.align.datum_guard import GuardSettings, guard_datums
from landuse.align.grid import GridSettings, study_grid
from landuse.align.rasters import RasterAlign, align_raster
from landuse.align.vectors import VectorAlign, align_vector
from landuse.core.layers import Layer
from landuse.sources.spec import Datum, Sources, VectorSource
from tests.made import DEMO_STUDY, Made

LANXI = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "lanxi"
CRS = "EPSG:4549"
AMAP, DATAV = "lanxi_county_amap_wgs84.geojson", "lanxi_county_datav_gcj02_RAW.json"
TIANDITU = "lanxi_county_tianditu.geojson"
TOWNS, CONVERTED = "lanxi_towns_echarts_gcj02_RAW.json", "lanxi_towns_wgs84.geojson"
genuine = pytest.mark.skipif(
    not LANXI.is_dir(), reason="the genuine outlines in ../shared/data are not on this machine"
)


@cache
def outline(name: str, datum: Datum) -> gpd.GeoDataFrame:
    """Return an outline file aligned as declared; the town file without its county polygon."""
    spec = VectorSource(path=name, datum=datum, fields={"town_name": "name"})
    if name not in (TOWNS, CONVERTED):
        spec = spec.model_copy(update={"fields": {}})
    if name == CONVERTED:
        spec = spec.model_copy(update={"fields": {"town_name": "town_name"}})
    chosen = VectorAlign(role="county", source=spec, crs=CRS, kind="polygon")
    layer = align_vector(file=LANXI / name, settings=chosen)["layer"]
    return layer if name != TOWNS else layer[layer["town_name"] != "兰溪市"]


def held(name: str, datum: Datum, *, against: str) -> tuple[Any, list[Any]]:
    """Return the evidence and findings of a file as declared against a trusted one in WGS84."""
    done = guard_datums(
        towns=outline(name, datum),
        county=outline(against, "WGS84"),
        settings=GuardSettings(declared={"towns": datum}, trusted=("county",)),
    )
    return done["evidence"].iloc[0], done["findings"]


@genuine
def test_the_ring_of_a_web_map_is_gcj02() -> None:
    """490 m east and 310 m south of the same ring in WGS84; by the formula 476 and 300."""
    row, findings = held(DATAV, "WGS84", against=AMAP)
    assert (row["verdict"], row["best"]) == ("another_datum", "GCJ02")
    assert row["offset_east_m"] == pytest.approx(490, abs=20)
    assert row["offset_north_m"] == pytest.approx(-310, abs=20)
    assert row["offset_se_m"] < 10
    assert row["fit_best"] < 40 < 300 < row["fit_declared"]
    assert [(f.kind, f.object_id) for f in findings] == [("doubt", "towns")]
    assert 'sources.towns.datum = "GCJ02"' in findings[0].message_zh


@genuine
@pytest.mark.parametrize(
    ("name", "datum", "against"),
    [
        pytest.param(DATAV, "GCJ02", AMAP, id="web-ring-declared-rightly"),
        pytest.param(AMAP, "WGS84", TIANDITU, id="amap-on-tianditu"),
        pytest.param(TIANDITU, "CGCS2000", AMAP, id="tianditu-on-amap"),
        pytest.param(CONVERTED, "WGS84", AMAP, id="converted-towns"),
        pytest.param(TOWNS, "GCJ02", AMAP, id="towns-declared-rightly"),
    ],
)
def test_what_is_declared_rightly_agrees(name: str, datum: Datum, against: str) -> None:
    """Coarse as they are: the town file keeps 128 m from the ring, Tianditu's 149 m."""
    row, findings = held(name, datum, against=against)
    assert (row["verdict"], row["best"]) == ("agrees", datum)
    assert [finding.kind for finding in findings] == ["note"]


@genuine
@pytest.mark.parametrize(
    ("name", "declared", "really", "against"),
    [
        pytest.param(TOWNS, "WGS84", "GCJ02", AMAP, id="towns-as-wgs84"),
        pytest.param(TOWNS, "BD09", "GCJ02", AMAP, id="towns-as-bd09"),
        pytest.param(DATAV, "BD09", "GCJ02", AMAP, id="web-ring-as-bd09"),
        pytest.param(DATAV, "CGCS2000", "GCJ02", TIANDITU, id="web-ring-on-tianditu"),
        pytest.param(AMAP, "GCJ02", "WGS84", TIANDITU, id="amap-as-gcj02"),
        pytest.param(AMAP, "BD09", "WGS84", TIANDITU, id="amap-as-bd09"),
    ],
)
def test_what_is_declared_wrongly_is_named(
    name: str, declared: Datum, really: Datum, against: str
) -> None:
    row, _ = held(name, declared, against=against)
    assert (row["verdict"], row["best"]) == ("another_datum", really)


@genuine
def test_a_shift_common_to_both_layers_accuses_neither() -> None:
    """Two rings of one web map fit each other whatever is declared: the note says so."""
    ring = outline(DATAV, "WGS84")
    done = guard_datums(
        county=ring,
        towns=ring,
        settings=GuardSettings(declared={"county": "WGS84", "towns": "WGS84"}),
    )
    assert set(done["evidence"]["verdict"]) == {"agrees"}
    assert all("shift of both" in finding.message_en for finding in done["findings"])


def demo_sources() -> Sources:
    return Sources.model_validate(tomllib.loads(DEMO_STUDY.read_text("utf-8"))["sources"])


def demo_vector(demo: Made, role: str, *, datum: Datum) -> gpd.GeoDataFrame:
    source = getattr(demo_sources(), role).model_copy(update={"datum": datum})
    chosen = VectorAlign.for_role(role, source, crs=CRS, duplicates="suffix")
    return align_vector(file=demo.raw / source.path, settings=chosen)["layer"]


@pytest.fixture(scope="module")
def cells(demo: Made) -> dict[str, Layer]:
    """Return land cover and built surface of the small demo county."""
    county = demo_vector(demo, "county", datum="CGCS2000")
    grid = study_grid(frame=county, settings=GridSettings(crs=CRS, resolution_m=10))["grid"]
    layers: dict[str, Layer] = {}
    for role in ("landcover", "built_surface"):
        source = getattr(demo_sources(), role)
        chosen = RasterAlign(role=role, product=source.product, year=source.year)
        layers[role] = align_raster(file=demo.raw / source.path, grid=grid, settings=chosen)[
            "layer"
        ]
    return layers


@pytest.mark.parametrize("declared", ["WGS84", "GCJ02", "BD09"])
@pytest.mark.parametrize("role", ["buildings", "parcels", "water"])
def test_the_demo_county_is_true_and_says_so(
    demo: Made, cells: dict[str, Layer], role: str, declared: Datum
) -> None:
    """All layers are true in WGS84: declared otherwise, they are flagged on both products."""
    layer = demo_vector(demo, role, datum=declared)
    done = guard_datums(
        **{role: layer},
        **cells,
        settings=GuardSettings(declared={role: declared}, built_codes=(50,), water_codes=(80,)),
    )
    rows = done["evidence"]
    assert len(rows) == (1 if role == "water" else 2)
    assert set(rows["best"]) == {"WGS84"}
    right = declared == "WGS84"
    assert set(rows["verdict"]) == {"agrees" if right else "another_datum"}
    assert [finding.kind for finding in done["findings"]] == ["note" if right else "doubt"]
    off = rows[["offset_east_m", "offset_north_m"]].to_numpy()
    assert off == pytest.approx(rows[["expected_east_m", "expected_north_m"]].to_numpy(), abs=25)
