"""Light by built volume, for clusters that are large enough for the satellite."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from landuse.indicators.light_clusters import LightClusterSettings, measure_light_clusters
from landuse.indicators.measured import Measured
from tests.indicators.ground import assert_measured, layer, parcels, rect

NAN = np.nan
NONE = dict.fromkeys(
    ("night_light", "night_light_series", "built_surface", "built_height", "built_volume")
)
# Two parcels of 15 ha with a lane of 30 m between them, and one 31 m further on.
SHAPES = (rect(0, 0, 300, 500), rect(330, 0, 630, 500), rect(661, 0, 961, 500))
LIGHT = layer([[20.0, 20, 20]], cell_m=500)
VOLUME = layer(np.full((5, 10), 40_000.0), cell_m=100)  # 4 m3/m2


def measure(given: gpd.GeoDataFrame, **layers: Any) -> Measured:
    chosen = NONE | layers
    return measure_light_clusters(parcels=given, settings=LightClusterSettings(), **chosen)


def test_light_of_the_cluster_by_its_volume_goes_to_each_of_its_parcels() -> None:
    given = parcels(*SHAPES)
    done = measure(given, night_light=LIGHT, built_volume=VOLUME)
    table = assert_measured(done, given)
    assert table["light_cluster_ha"].tolist() == pytest.approx([30, 30, 15])
    # 20 nW/cm2/sr = 200,000 nW/m2/sr over 4 m3/m2: 50,000 nW/sr/m3, whatever the area.
    expected = [50_000, 50_000, NAN]
    assert table["light_per_volume_nw_m3"].tolist() == pytest.approx(expected, nan_ok=True)
    notes = [(f.kind, f.object_id) for f in done["findings"]]
    assert notes == [("absent", "night_light_series"), ("note", "P2")]


def test_groups_do_not_join() -> None:
    given = parcels(*SHAPES, group=["A", "B", "B"])
    table = measure(given, night_light=LIGHT, built_volume=VOLUME)["table"]
    assert table["light_cluster_ha"].tolist() == pytest.approx([15, 15, 15])
    assert table["light_per_volume_nw_m3"].isna().all()


def test_surface_times_height_stands_for_the_volume() -> None:
    surface = layer(np.full((50, 100), 50.0))  # half of each cell of 100 m2
    height = layer(np.full((5, 10), 8.0), cell_m=100)  # 0.5 x 8 m = 4 m3/m2
    table = measure(
        parcels(*SHAPES), night_light=LIGHT, built_surface=surface, built_height=height
    )["table"]
    assert table["light_per_volume_nw_m3"].iloc[0] == pytest.approx(50_000)


@settings(max_examples=20, deadline=None)
@drawn(light=st.floats(1, 100), factor=st.floats(0.1, 10))
def test_it_grows_with_light_and_falls_with_volume(light: float, factor: float) -> None:
    given = parcels(*SHAPES[:2])
    glow = layer(np.full((1, 2), light), cell_m=500)
    mass = layer(VOLUME.values * factor, cell_m=100)
    table = measure(given, night_light=glow, built_volume=mass)["table"]
    expected = 50_000 * (light / 20) / factor
    assert table["light_per_volume_nw_m3"].tolist() == pytest.approx([expected] * 2)


def test_open_land_and_unknown_ground_have_no_ratio() -> None:
    given = parcels(*SHAPES[:2])
    empty = layer(np.full((5, 10), 900.0), cell_m=100)  # 0.09 m3/m2
    unseen = layer(np.full((1, 2), NAN), cell_m=500)
    for layers in ({"built_volume": empty, "night_light": LIGHT},
                   {"built_volume": VOLUME, "night_light": unseen}):  # fmt: skip
        assert measure(given, **layers)["table"]["light_per_volume_nw_m3"].isna().all()


def test_trend_of_the_cluster_in_any_order_of_years() -> None:
    series = [layer(np.full((1, 2), 10 - 0.5 * k), cell_m=500, year=2017 + k) for k in range(5)]
    given = parcels(*SHAPES)
    for given_series in (series, series[::-1]):
        table = measure(given, night_light_series=given_series)["table"]
        found = table["light_cluster_slope_nw_per_year"].tolist()
        assert found == pytest.approx([-0.5, -0.5, NAN], nan_ok=True)
    few = measure(given, night_light_series=series[:4])["table"]
    assert few["light_cluster_slope_nw_per_year"].isna().all()


def test_what_is_absent_is_named() -> None:
    given = parcels(*SHAPES)
    done = measure(given, built_volume=VOLUME)
    assert list(done["table"]) == ["parcel_id"]
    assert [f.object_id for f in done["findings"]] == ["night_light"]
    done = measure(given, night_light=LIGHT, built_surface=VOLUME)
    assert "light_per_volume_nw_m3" not in done["table"]
    assert "built_volume, or built_surface with built_height" in [
        f.object_id for f in done["findings"]
    ]
