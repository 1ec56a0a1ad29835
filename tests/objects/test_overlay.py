"""Overlap by exact area, and areas on the ellipsoid."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod
from shapely.geometry import MultiPolygon, box

from landuse.objects.overlay import geodesic_area_m2, largest, overlaps, shared_area

CRS = "EPSG:4549"


def layer(*shapes: shapely.Geometry) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=list(shapes), crs=CRS)


boxes = st.lists(
    st.builds(
        lambda x, y, w, h: box(x, y, x + w, y + h),
        st.integers(0, 40), st.integers(0, 40), st.integers(1, 20), st.integers(1, 20),
    ),
    min_size=1, max_size=8,
)  # fmt: skip


@given(objects=boxes, areas=boxes)
def test_pairs_and_areas_are_those_of_plain_intersection(
    objects: list[shapely.Geometry], areas: list[shapely.Geometry]
) -> None:
    found = overlaps(layer(*objects), layer(*areas))
    table = np.zeros((len(objects), len(areas)))
    np.add.at(table, (found.objects, found.areas), found.shared_m2)
    expected = [[one.intersection(other).area for other in areas] for one in objects]
    np.testing.assert_allclose(table, expected, rtol=1e-9)
    assert len(set(zip(found.objects, found.areas, strict=True))) == len(found.objects)
    chosen = largest(found, count=len(objects))
    for row, place in zip(table, chosen, strict=True):
        assert place == (int(row.argmax()) if row.max() > 0 else -1)


def test_parts_of_a_partition_sum_to_the_whole() -> None:
    cells = [box(x, y, x + 10, y + 10) for x in range(0, 50, 10) for y in range(0, 50, 10)]
    one = layer(box(3, 4, 37, 41))
    assert shared_area(overlaps(one, layer(*cells)), count=1)[0] == pytest.approx(34 * 37)


def test_layers_in_different_crs_are_refused() -> None:
    other = layer(box(0, 0, 1, 1)).set_crs("EPSG:4548", allow_override=True)
    with pytest.raises(ValueError, match="different CRS"):
        overlaps(layer(box(0, 0, 1, 1)), other)


def test_geodesic_area_is_that_of_pyproj_with_holes_and_parts() -> None:
    x, y = 451_400, 3_231_500
    ring = box(x, y, x + 300, y + 200).difference(box(x + 50, y + 50, x + 100, y + 100))
    shapes = layer(ring, MultiPolygon([ring, box(x + 400, y, x + 500, y + 100)]))
    geod = Geod(ellps="GRS80")
    turned = shapely.orient_polygons(shapes.to_crs(4490).geometry.to_numpy())
    expected = [geod.geometry_area_perimeter(shape)[0] for shape in turned]
    got = geodesic_area_m2(shapes)
    np.testing.assert_allclose(got, expected, rtol=1e-9)
    # 60 000 - 2 500 = 57 500 m2 drawn, 48.6 km west of the central meridian: the projection
    # enlarges areas by (48.6 / 6371)^2 = 0.0058 %
    assert got[0] == pytest.approx(57_500 * (1 - 5.8e-5), rel=2e-6)
