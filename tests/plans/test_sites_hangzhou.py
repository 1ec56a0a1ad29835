"""Real industrial polygons: areas against a direct union, rectangles against a raster method."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from landuse.objects.neighbours import NeighbourSettings, measure_neighbours
from landuse.plans.sites.assemblies import Joined, join_plots, list_sites, outlines
from landuse.plans.sites.rectangle import largest_rectangle
from tests.plans.rectangles import raster_rectangle_m2

FILE = Path(__file__).resolve().parents[3] / "shared/data/hangzhou_osm/osm_hangzhou.gpkg"
pytestmark = pytest.mark.skipif(
    not FILE.is_file(), reason="the OpenStreetMap extract of Hangzhou is not on this machine"
)
CHECKED = 25


@pytest.fixture(scope="module")
def plots() -> gpd.GeoDataFrame:
    """Return the industrial polygons, those that lie in another left out: no ground twice."""
    found = gpd.read_file(FILE, layer="landuse", where="fclass = 'industrial'").to_crs("EPSG:4549")
    shapes = shapely.make_valid(found.geometry.to_numpy())
    made = gpd.GeoDataFrame({"parcel_id": found["osm_id"].astype("str"), "owner": ""},
                            geometry=shapes, crs="EPSG:4549")  # fmt: skip
    made = made[made.geom_type.isin(["Polygon", "MultiPolygon"])]
    return made.drop_duplicates("parcel_id").sort_values("parcel_id", ignore_index=True)


@pytest.fixture(scope="module")
def water() -> np.ndarray:
    return gpd.read_file(FILE, layer="water").to_crs("EPSG:4549").geometry.to_numpy()


@pytest.fixture(scope="module")
def joined(plots: gpd.GeoDataFrame, water: np.ndarray) -> Joined:
    pairs = measure_neighbours(parcels=plots, settings=NeighbourSettings())["neighbours"]
    return join_plots(plots, pairs, {"water": water}, gap_m=30)


def test_areas_of_assemblies_match_a_direct_union(plots: gpd.GeoDataFrame, joined: Joined) -> None:
    """To 0.1 %: the union of each group, made here by dissolve, without the code under test."""
    table = list_sites(plots, joined.pairs, most_grouped=60)
    whole = table[table["plots"] == table.groupby("group_id")["plots"].transform("max")]
    whole = whole.drop_duplicates("group_id")
    assert (whole["plots"] > 1).sum() > 30
    assert whole["plots"].sum() == len(plots)
    ours = outlines(whole, plots).set_index("site_id").area
    member = whole.assign(parcel_id=whole["members"].str.split(";")).explode("parcel_id")
    direct = plots.merge(member[["parcel_id", "site_id"]], on="parcel_id")
    direct = direct.dissolve("site_id").area
    pd.testing.assert_series_equal(ours.sort_index(), direct.sort_index(), rtol=1e-3,
                                   check_names=False, check_index_type=False)  # fmt: skip
    assert ours.sum() == pytest.approx(plots.union_all().area, rel=1e-3)


def test_groups_lie_more_than_30_m_apart_unless_water_is_between(
    plots: gpd.GeoDataFrame, joined: Joined, water: np.ndarray
) -> None:
    table = list_sites(plots, joined.pairs, most_grouped=60)
    group = table.assign(one=table["members"].str.split(";")).explode("one")
    of = group.drop_duplicates("one").set_index("one")["group_id"]
    pairs = measure_neighbours(parcels=plots, settings=NeighbourSettings())["neighbours"]
    apart = pairs[of[pairs["first"]].to_numpy() != of[pairs["second"]].to_numpy()]
    assert set(map(tuple, apart[["first", "second"]].to_numpy())) <= set(
        map(tuple, joined.parted[["first", "second"]].to_numpy())
    )
    shape = plots.set_index("parcel_id").geometry
    tree = shapely.STRtree(water)
    for first, second in apart[["first", "second"]].to_numpy():
        near = shape[first].buffer(20).union(shape[second].buffer(20))
        assert len(tree.query(near, predicate="intersects"))


def test_largest_rectangles_stand_against_a_raster(plots: gpd.GeoDataFrame) -> None:
    """Inside the plot, and no smaller than what whole raster cells find, over ``CHECKED`` plots.

    The raster tries every 2 degrees: of a long plot that costs its cells up to some per cent, never
    ours.
    """
    parts = plots.assign(area=plots.area).sort_values("area").iloc[:: len(plots) // CHECKED]
    worth = []
    for shape in parts.geometry:
        found = largest_rectangle(shape)
        assert shapely.buffer(shape, 1e-3).covers(found.polygon())
        worth.append(found.area_m2 / max(raster_rectangle_m2(shape, cells=70, degrees=3), 1e-9))
    assert min(worth) >= 0.98
    assert float(np.median(worth)) == pytest.approx(1.05, abs=0.1)
