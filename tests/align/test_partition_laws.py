"""Laws of the partition, over random counties and spoilt towns."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st

from landuse.align.partition import partition_towns
from landuse.align.partition_settings import PartitionSettings
from tests.align.counties import county_of, spoilt, towns_of

SEEDS = st.integers(0, 10_000)


def partition(county: Any, towns: gpd.GeoDataFrame, **chosen: Any) -> dict[str, Any]:
    return partition_towns(
        county=county, towns=towns, codes=None, settings=PartitionSettings(**chosen)
    )


def county_and_towns(seed: int) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    county = county_of(seed)
    return county, spoilt(towns_of(county, seed), seed)


def shapes(layer: gpd.GeoDataFrame) -> Any:
    return layer.geometry.to_numpy()


def corners(shape: Any) -> set[tuple[float, float]]:
    return set(map(tuple, shapely.get_coordinates(shape).tolist()))


def assert_tiles(layer: gpd.GeoDataFrame, whole: Any) -> None:
    """The towns share no area, meet vertex on vertex and fill the county to its line."""
    assert shapely.is_valid(shapes(layer)).all()
    assert shapely.coverage_is_valid(shapes(layer))
    assert layer.area.sum() == pytest.approx(whole.area, rel=1e-9)
    union = shapely.coverage_union_all(shapes(layer))
    assert union.symmetric_difference(whole).area <= 1e-9 * whole.area
    assert corners(whole) <= corners(union)


@settings(max_examples=12, deadline=None)
@given(seed=SEEDS)
@example(seed=1855)  # a corner of the county half way between two micrometres
def test_towns_tile_the_county_and_keep_what_is_only_theirs(seed: int) -> None:
    county, towns = county_and_towns(seed)
    done = partition(county, towns)
    layer, whole = done["layer"], county.geometry.iloc[0]
    assert layer["town_code"].tolist() == sorted(towns["town_code"])
    assert_tiles(layer, whole)
    before = shapes(towns)
    for at, shape in enumerate(before):
        others = shapely.union_all(np.delete(before, at))
        alone = shape.intersection(whole).difference(others)
        # 60 m from every line a piece has at least pi * 60^2 = 11 310 m2: it is no sliver
        assert alone.buffer(-60).difference(layer.geometry.iloc[at]).area < 1e-3


@settings(max_examples=6, deadline=None)
@given(seed=SEEDS)
def test_the_order_of_rows_and_a_second_pass_change_nothing(seed: int) -> None:
    county, towns = county_and_towns(seed)
    done = partition(county, towns)
    other = partition(county, towns.sample(frac=1, random_state=seed))
    assert other["layer"].to_wkb().equals(done["layer"].to_wkb())
    assert other["changes"].equals(done["changes"])
    assert other["findings"] == done["findings"]
    again = partition(county, done["layer"])
    assert again["layer"].to_wkb().equals(done["layer"].to_wkb())
    assert again["changes"].empty
    assert again["findings"] == []


@settings(max_examples=6, deadline=None)
@given(seed=SEEDS)
@example(seed=1306)  # a strip along the county line, larger than half a town
def test_the_changes_add_up_to_the_areas(seed: int) -> None:
    """What was drawn, less what was lost, plus gaps and slivers gained, is what is there now."""
    county, towns = county_and_towns(seed)
    done = partition(county, towns)
    changes = done["changes"]
    lost = changes[changes["from_code"] != ""].groupby("from_code")["area_m2"].sum()
    gained = changes[changes["kind"].isin(["gap", "split", "sliver"])]
    gained = gained.drop_duplicates(["town_code", "kind", "area_m2", "lon", "lat"])
    gained = gained.groupby("town_code")["area_m2"].sum()
    before = towns.set_index("town_code").area
    after = done["layer"].set_index("town_code").area
    added = before.sub(lost, fill_value=0).add(gained, fill_value=0)
    # rows are rounded to 1 dm2 and those below 50 cm2 are not listed
    assert np.allclose(added.sort_index(), after, rtol=0, atol=1.0)


@settings(max_examples=6, deadline=None)
@given(seed=SEEDS)
@example(seed=113)
def test_without_a_county_the_towns_fill_what_they_cover_or_enclose(seed: int) -> None:
    """Two parts that touch at two points (seed 113) enclose what no ring of one of them holds."""
    _, towns = county_and_towns(seed)
    done = partition(None, towns)
    lines = shapely.node(shapely.boundary(shapely.union_all(shapes(towns))))
    enclosed = shapely.area(shapely.polygonize([lines]))
    layer = done["layer"]
    assert shapely.coverage_is_valid(shapes(layer))
    assert layer.area.sum() == pytest.approx(enclosed, rel=1e-9)
    again = partition(None, layer)
    assert again["layer"].to_wkb().equals(layer.to_wkb())


@settings(max_examples=6, deadline=None)
@given(seed=SEEDS, hole_m=st.floats(200, 3000))
def test_a_county_with_a_hole_and_an_island_is_tiled_too(seed: int, hole_m: float) -> None:
    county, towns = county_and_towns(seed)
    whole = county.geometry.iloc[0]
    inner = whole.centroid.buffer(hole_m, quad_segs=3)
    island = shapely.box(*(np.array(whole.bounds)[[2, 3, 2, 3]] + [900, 900, 1900, 1900]))
    odd = shapely.union_all([whole.difference(inner), island])
    done = partition(county.set_geometry(gpd.GeoSeries([odd], crs=county.crs)), towns)
    assert_tiles(done["layer"], odd)


@settings(max_examples=6, deadline=None)
@given(seed=SEEDS, split_m=st.floats(0, 5000), sliver=st.floats(0, 1e6), nested=st.floats(0, 1))
def test_whatever_the_settings_the_towns_tile_the_county(
    seed: int, split_m: float, sliver: float, nested: float
) -> None:
    county, towns = county_and_towns(seed)
    done = partition(county, towns, split_length_m=split_m, sliver_m2=sliver, nested_share=nested)
    assert_tiles(done["layer"], county.geometry.iloc[0])
