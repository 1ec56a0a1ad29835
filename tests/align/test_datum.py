"""GCJ-02 and BD-09: back and forth, and the shift known at Lanxi."""

from __future__ import annotations

from typing import get_args

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod
from shapely.geometry import Point

from landuse.align.datum import SHIFTED, redeclared, shift, to_wgs84, unshift
from landuse.sources.spec import Datum

CHINA = st.tuples(st.floats(74, 135), st.floats(18, 53))


@given(point=CHINA, datum=st.sampled_from(["GCJ02", "BD09"]))
def test_unshift_undoes_shift_to_a_ten_millionth_of_a_degree(
    point: tuple[float, float], datum: Datum
) -> None:
    lonlat = np.array([point])
    back = unshift(shift(lonlat, datum=datum), datum=datum)
    np.testing.assert_allclose(back, lonlat, rtol=0, atol=1e-7)


def test_the_inverse_holds_on_a_lattice_of_all_china() -> None:
    """Every quarter degree, all points at once: 1e-9 degrees is a tenth of a millimetre."""
    east, north = np.meshgrid(np.arange(73.5, 135.1, 0.25), np.arange(18.0, 53.6, 0.25))
    lonlat = np.stack([east.ravel(), north.ravel()], axis=1)
    for datum in SHIFTED:
        back = unshift(shift(lonlat, datum=datum), datum=datum)
        assert np.abs(back - lonlat).max() < 1e-9


@given(
    points=st.lists(CHINA, min_size=1, max_size=20),
    declared=st.sampled_from(get_args(Datum)),
    really=st.sampled_from(get_args(Datum)),
)
def test_declaring_another_datum_and_back_leaves_points_where_they_are(
    points: list[tuple[float, float]], declared: Datum, really: Datum
) -> None:
    lonlat = np.array(points)
    moved = redeclared(lonlat, declared=declared, really=really)
    back = redeclared(moved, declared=really, really=declared)
    np.testing.assert_allclose(back, lonlat, rtol=0, atol=1e-7)
    if declared == really:
        np.testing.assert_allclose(moved, lonlat, rtol=0, atol=1e-9)


def test_unshifted_datums_are_left_alone() -> None:
    lonlat = np.array([[119.5, 29.2]])
    for datum in set(get_args(Datum)) - set(SHIFTED):
        assert shift(lonlat, datum=datum) is lonlat
        assert unshift(lonlat, datum=datum) is lonlat


@pytest.mark.parametrize(
    ("datum", "distance_m", "azimuth_deg"),
    [("GCJ02", (531, 585), (120, 125)), ("BD09", (1125, 1185), (71, 74))],
)
def test_the_shift_at_lanxi_is_what_is_published(
    datum: Datum, distance_m: tuple[int, int], azimuth_deg: tuple[int, int]
) -> None:
    """`domain.md` §6.2: GCJ 531-585 m toward 120-125 degrees, BD 1 125-1 185 m toward 71-74."""
    points = np.array([[119.25, 29.15], [119.5, 29.25], [119.85, 29.4]])
    moved = shift(points, datum=datum)
    azimuth, _, distance = Geod(ellps="WGS84").inv(*points.T, *moved.T)
    assert distance_m[0] - 2 <= distance.min() <= distance.max() <= distance_m[1] + 2
    assert azimuth_deg[0] - 1 <= azimuth.min() <= azimuth.max() <= azimuth_deg[1] + 1


def test_only_shifted_datums_are_converted() -> None:
    layer = gpd.GeoDataFrame(geometry=[Point(119.5, 29.2)], crs="EPSG:4490")
    assert to_wgs84(layer, datum="CGCS2000") is layer
    moved = to_wgs84(layer, datum="GCJ02")
    assert moved.crs == "EPSG:4326"
    assert moved.geometry.x[0] < 119.5
