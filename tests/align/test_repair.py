"""Geometry repair: bow-ties mended, strays dropped and counted, what is sound left alone."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import example, given
from hypothesis import strategies as st
from shapely.geometry import (
    GeometryCollection,
    LineString,
    MultiPoint,
    MultiPolygon,
    Point,
    Polygon,
    box,
)

from landuse.align.repair import Repaired, repair

# Two triangles of base 2 and height 1 that meet in (1, 1): area 1 + 1 = 2; as one ring, signed, 0.
BOW_TIE = Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])


def repaired(shapes: list[object], kind: str = "polygon") -> Repaired:
    layer = gpd.GeoDataFrame(geometry=gpd.GeoSeries(shapes, crs="EPSG:4549"))
    names = pd.Series([f"p{k}" for k in range(len(shapes))])
    return repair(layer, kind=kind, stage="align.test", names=names)  # type: ignore[arg-type]


def test_a_bow_tie_becomes_two_triangles_with_its_id_and_areas_told() -> None:
    done = repaired([box(0, 0, 1, 1), BOW_TIE])
    assert done.layer.geometry.is_valid.all()
    assert done.layer.geometry[1].area == pytest.approx(2.0)
    (finding,) = done.findings
    assert (finding.object_id, finding.kind, finding.value) == ("p1", "repaired", "0 -> 2")


def test_null_and_empty_are_dropped_each_with_one_finding() -> None:
    done = repaired([None, Polygon(), box(0, 0, 1, 1), None])
    assert done.layer.index.tolist() == [2]
    assert [(f.object_id, f.value) for f in done.findings] == [("p0, p3", "2"), ("p1", "1")]


def test_stray_points_and_lines_are_dropped_with_one_finding() -> None:
    done = repaired([Point(0, 0), box(0, 0, 1, 1), LineString([(0, 0), (1, 1)])])
    assert len(done.layer) == 1
    (finding,) = done.findings
    assert (finding.kind, finding.value, finding.object_id) == ("dropped", "2", "p0, p2")


def test_of_a_collection_only_the_wanted_parts_stay() -> None:
    nested = GeometryCollection([Point(9, 9), GeometryCollection([box(0, 0, 1, 1)])])
    two = GeometryCollection([MultiPolygon([box(2, 0, 3, 1)]), box(4, 0, 5, 1)])
    done = repaired([nested, two, GeometryCollection([Point(0, 0)])])
    assert done.layer.geometry.area.tolist() == [1.0, 2.0]
    assert [(f.kind, f.value) for f in done.findings] == [("dropped", "1"), ("repaired", "2")]


def test_height_is_dropped_and_flat_polygons_too() -> None:
    tall = Polygon([(0, 0, 5), (1, 0, 5), (1, 1, 5)])
    done = repaired([tall, Polygon([(0, 0), (1, 1), (2, 2)])])
    assert not done.layer.geometry.has_z.any()
    assert len(done.layer) == 1
    assert [f.kind for f in done.findings] == ["dropped"]


@pytest.mark.parametrize(
    ("kind", "kept"),
    [("line", LineString([(0, 0), (1, 1)])), ("point", MultiPoint([(0, 0), (1, 1)]))],
)
def test_other_kinds_keep_their_own(kind: str, kept: shapely.Geometry) -> None:
    done = repaired([box(0, 0, 1, 1), kept], kind)
    assert done.layer.geometry.tolist() == [kept]


def test_many_broken_rings_are_listed_up_to_fifty_then_counted() -> None:
    done = repaired([BOW_TIE] * 60)
    assert len(done.findings) == 51
    # the ten left: area 0 each as drawn, 2 each when mended
    assert done.findings[-1].value == "0 -> 20"
    assert "10 invalid rings" in done.findings[-1].message_en


def test_rings_of_objects_without_ids_are_counted_only() -> None:
    layer = gpd.GeoDataFrame(geometry=[BOW_TIE] * 3, crs="EPSG:4549")
    names = pd.Series(["row 1", "row 2", "row 3"])
    done = repair(layer, kind="polygon", stage="align.test", names=names, listed=0)
    assert [finding.value for finding in done.findings] == ["0 -> 6"]


@given(
    points=st.lists(
        st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=3, max_size=10, unique=True
    )
)
@example(points=[(0, 0), (3, 4), (0, 1), (0, 2), (2, 3), (1, 2)])  # GEOS mends it to invalid
def test_whatever_the_ring_what_stays_is_valid_flat_polygons(
    points: list[tuple[int, int]],
) -> None:
    ring = Polygon(points)
    done = repaired([ring, box(0, 0, 1, 1)])
    assert done.layer.geometry.is_valid.all()
    assert set(done.layer.geometry.geom_type) <= {"Polygon", "MultiPolygon"}
    assert (done.layer.geometry.area > 0).all()
    if ring.is_valid and ring.area:
        assert done.layer.geometry.iloc[0].equals(ring)
        assert done.findings == []
