"""Derived parcels and villages from genuine layers that stand beside the clone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
from geopandas.testing import assert_geodataframe_equal
from pyproj import Transformer

from landuse.align.rasters import RasterAlign, align_raster
from landuse.align.vectors import VectorAlign, align_vector
from landuse.core.grid import Grid
from landuse.core.layers import Layer
from landuse.objects.derived.cells import CellParcelSettings, parcels_from_cells
from landuse.objects.derived.land_use import LandUseParcelSettings, parcels_from_land_use
from landuse.objects.derived.mask import BuiltCellSettings
from landuse.objects.ids import IdSettings
from landuse.objects.overlay import overlaps
from landuse.objects.parcels import ParcelSettings, build_parcels
from landuse.objects.settlements import SettlementSettings, build_settlements
from landuse.sources.spec import VectorSource

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="the genuine layers in ../shared/data are not on this machine"
)
NONE: dict[str, Any] = dict.fromkeys(("roads", "water", "towns", "zones", "previous"))
BUILT = BuiltCellSettings(built_codes=(50,))


@pytest.fixture(scope="module")
def hangzhou() -> gpd.GeoDataFrame:
    file = DATA / "hangzhou_osm" / "osm_hangzhou.gpkg"
    source = VectorSource(path=file.name, layer="landuse", fields={"land_use": "fclass"})
    chosen = VectorAlign.for_role("land_use_map", source, crs="EPSG:4549")
    layer: gpd.GeoDataFrame = align_vector(file=file, settings=chosen)["layer"]
    return layer


def test_parcels_of_hangzhou_keep_the_mapped_construction_land(hangzhou: gpd.GeoDataFrame) -> None:
    """540 industrial polygons of 66.6 km2; what they lose lies under smaller polygons."""
    chosen = LandUseParcelSettings(ids=IdSettings(adcode="330100"))
    done = parcels_from_land_use(land_use_map=hangzhou, settings=chosen, **NONE)
    table = done["layer"]
    area = dict(zip(done["ledger"]["item"], done["ledger"]["area_m2"], strict=True))
    entered = area.pop("entered")
    assert sum(area.values()) == pytest.approx(entered, rel=1e-9)
    assert table.geometry.area.sum() == pytest.approx(area["parcels"], rel=1e-12)
    assert entered / 1e6 == pytest.approx(209.65, abs=0.01)
    # measured: 3.48 km2 covered, 395 m2 dropped
    assert area["covered"] / entered < 0.02
    assert area["small"] + area["sliver"] < 1000
    km2 = table.geometry.area.groupby(table["land_use"]).agg(["count", "sum"])
    assert km2.loc["industrial", "count"] >= 540
    assert 65 < km2.loc["industrial", "sum"] / 1e6 < 66.7
    itself = overlaps(table, table)
    assert itself.shared_m2[itself.objects != itself.areas].sum() < 1e-3
    assert table.geometry.is_valid.all()
    mixed = hangzhou.sample(frac=1, random_state=1)
    again = parcels_from_land_use(land_use_map=mixed, settings=chosen, **NONE)["layer"]
    assert_geodataframe_equal(again, table)
    kept = parcels_from_land_use(
        land_use_map=hangzhou, settings=chosen, **(NONE | {"previous": table})
    )
    assert_geodataframe_equal(kept["layer"], table)
    built = build_parcels(
        parcels=table, towns=None, zones=None, settings=ParcelSettings(class_system="OSM")
    )["parcels"]
    assert len(built) == len(table)
    assert (built["group"] == "IND_OUT").sum() == km2.loc["industrial", "count"]


@pytest.fixture(scope="module")
def sao_tome() -> Layer:
    """Return the land cover of the town of São Tomé and its hills, 15 km x 15 km."""
    crs = "EPSG:32632"
    lonlat = (6.62, 0.25, 6.755, 0.385)
    bounds = Transformer.from_crs(4326, crs, always_xy=True).transform_bounds(*lonlat)
    grid = Grid.covering(bounds, resolution_m=10, crs=crs, nest=150)
    file = DATA / "rasters" / "ESA_WorldCover_10m_2021_v200_N00E006_Map.tif"
    chosen = RasterAlign(role="landcover", product="esa_worldcover", year=2021)
    layer: Layer = align_raster(file=file, grid=grid, settings=chosen)["layer"]
    return layer


def test_parcels_of_a_genuine_land_cover_add_up_to_its_built_cells(sao_tome: Layer) -> None:
    chosen = CellParcelSettings(ids=IdSettings(adcode="999999"), built=BUILT)
    done = parcels_from_cells(landcover=sao_tome, built_surface=None, settings=chosen, **NONE)
    area = dict(zip(done["ledger"]["item"], done["ledger"]["area_m2"], strict=True))
    assert area["entered"] == 100.0 * (sao_tome.values == 50).sum()
    assert sum(area.values()) == pytest.approx(2 * (area["entered"] + area["filled"]), rel=1e-9)
    assert len(done["layer"]) > 100
    assert done["layer"].geometry.is_valid.all()


def test_the_town_of_sao_tome_is_no_village_and_hamlets_are(sao_tome: Layer) -> None:
    roles = ("built_surface", "buildings", "settlements", "towns", "villages", "zones",
             "growth_boundary", "previous")  # fmt: skip
    done = build_settlements(
        landcover=sao_tome,
        **dict.fromkeys(roles),
        settings=SettlementSettings(ids=IdSettings(adcode="999999"), built=BUILT),
    )
    table = done["settlements"]
    towns = [f for f in done["findings"] if "towns by size" in f.message_en]
    assert [f.kind for f in towns] == ["dropped"]
    assert len(table) > 50
    assert table["area_m2"].between(1900, 1e6).all()
    assert np.isfinite(table[["lon", "lat"]].to_numpy()).all()
