"""Derived parcels and villages of a small demo county against what was planted in it.

The floors say what can be had from 10 m cells, not what one would wish for: ground is found, plots
are not. Measured when written: see each test.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from landuse.align.rasters import RasterAlign, align_raster
from landuse.align.vectors import VectorAlign, align_vector
from landuse.core.grid import Grid
from landuse.core.layers import Layer
from landuse.objects.derived.cells import CellParcelSettings, parcels_from_cells
from landuse.objects.derived.mask import BuiltCellSettings
from landuse.objects.ids import IdSettings
from landuse.objects.overlay import overlaps
from landuse.objects.settlements import SettlementSettings, build_settlements
from landuse.sources.spec import VectorSource
from landuse.study import open_study
from tests.made import DEMO_STUDY, Made

CRS = "EPSG:4549"
IDS = IdSettings(adcode="990781")
BUILT = BuiltCellSettings(built_codes=(50,))
ROLES = ("towns", "zones", "roads", "water", "buildings", "parcels", "growth_boundary")
TRANSPORT = ("1001", "1003", "1004", "1006")


@dataclass(frozen=True)
class County:
    """Aligned layers of the demo county."""

    landcover: Layer
    built_surface: Layer
    layers: dict[str, gpd.GeoDataFrame]


@pytest.fixture(scope="module")
def county(demo: Made) -> County:
    raw = demo.raw
    sources = open_study(DEMO_STUDY, raw=raw, out=raw).study.sources

    def vector(role: str, source: VectorSource) -> gpd.GeoDataFrame:
        chosen = VectorAlign.for_role(role, source, crs=CRS, duplicates="suffix")
        return align_vector(file=raw / str(source.path), settings=chosen)["layer"]

    layers = {role: vector(role, getattr(sources, role)) for role in ("county", *ROLES)}
    extra = {
        "villages": (
            "admin.gpkg",
            "villages",
            {"village_code": "ZLDWDM", "village_name": "ZLDWMC"},
        ),
        "settlements": (
            "settlements.gpkg",
            "settlements",
            {"settlement_name": "name", "village_code": "village_code"},
        ),
    }
    for role, (path, name, fields) in extra.items():
        layers[role] = vector(role, VectorSource(path=path, layer=name, fields=fields))
    bounds = tuple(layers.pop("county").total_bounds)
    grid = Grid.covering(bounds, resolution_m=10, crs=CRS, nest=150)

    def raster(role: str) -> Layer:
        source = getattr(sources, role)
        chosen = RasterAlign(role=role, product=source.product, year=source.year)
        layer: Layer = align_raster(file=raw / source.path, grid=grid, settings=chosen)["layer"]
        return layer

    return County(raster("landcover"), raster("built_surface"), layers)


def derived(county: County, **more: Any) -> dict[str, Any]:
    layers = {role: county.layers[role] for role in ("roads", "water", "towns", "zones")}
    given = {"landcover": county.landcover, "built_surface": None, "previous": None} | layers | more
    return parcels_from_cells(**given, settings=CellParcelSettings(ids=IDS, built=BUILT))


@pytest.mark.parametrize(
    ("source", "precision", "recall"),
    # measured: 0.61 and 0.58 by land cover, 0.71 and 0.85 by built surface
    [("landcover", 0.55, 0.5), ("built_surface", 0.65, 0.8)],
)
def test_parcels_from_cells_find_most_ground_of_the_true_parcels(
    county: County, source: str, precision: float, recall: float
) -> None:
    chosen = {"landcover": None, "built_surface": None} | {source: getattr(county, source)}
    done = derived(county, **chosen)
    area = dict(zip(done["ledger"]["item"], done["ledger"]["area_m2"], strict=True))
    out = sum(area.values()) - area["entered"] - area["filled"]
    assert out == pytest.approx(area["entered"] + area["filled"], rel=1e-9)
    table, truth = done["layer"], county.layers["parcels"]
    truth = truth[~truth["land_use"].isin(TRANSPORT)]
    shared = overlaps(table, truth).shared_m2.sum()
    assert shared / table.geometry.area.sum() > precision
    assert shared / truth.geometry.area.sum() > recall


def test_parcels_from_cells_are_not_the_true_plots(county: County) -> None:
    """Fewer than half of the plots have a parcel of their own: a table of them is no cadastre."""
    table, truth = derived(county)["layer"], county.layers["parcels"]
    truth = truth[~truth["land_use"].isin(TRANSPORT)]
    found = overlaps(table, truth)
    ours = table.geometry.area.to_numpy()[found.objects]
    theirs = truth.geometry.area.to_numpy()[found.areas]
    best = np.zeros(len(truth))
    np.maximum.at(best, found.areas, found.shared_m2 / (ours + theirs - found.shared_m2))
    assert 0.1 < (best >= 0.5).mean() < 0.5


def test_most_hamlets_have_a_natural_village_and_take_its_name(county: County) -> None:
    roles = ("buildings", "settlements", "towns", "villages", "zones", "growth_boundary")
    done = build_settlements(
        landcover=county.landcover,
        built_surface=county.built_surface,
        previous=None,
        **{role: county.layers[role] for role in roles},
        settings=SettlementSettings(ids=IDS, built=BUILT),
    )
    table, points = done["settlements"], county.layers["settlements"].geometry.to_numpy()
    point, _ = shapely.STRtree(table.geometry.to_numpy()).query(
        points, predicate="dwithin", distance=50
    )
    # measured: 45 of 50 inside, 48 within 50 m; half of the clusters are lone works
    assert len(set(point)) >= 0.9 * len(points)
    assert (table["name"] != "").sum() >= 0.9 * len(points)
    assert (table["town_name"] != "").all()
    assert (table["village_name"] != "").all()
    homesteads = county.layers["parcels"]
    homesteads = homesteads[homesteads["land_use"] == "0702"]
    shared = overlaps(table, homesteads).shared_m2.sum()
    assert shared / homesteads.geometry.area.sum() > 0.85
