"""Outlines of the map that stay numbers, and the still picture: what geometries would give."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import shapely

from landuse.products.webmap.pack import Payload
from landuse.products.webmap.shapes import add_outlines, add_polygons, keeps_corners, web_shapes
from landuse.products.webmap.still import still_picture
from tests.browser.map_factory import map_input


def outlines_of_all_kinds() -> gpd.GeoDataFrame:
    """Return quadrilaterals from slivers to houses among outlines of other kinds, and none."""
    rng = np.random.default_rng(11)
    corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1)]) * rng.uniform(0.5, 12, (300, 1, 2))
    corners += rng.normal(0, 1.5, (300, 4, 2)) + rng.uniform(0, 2000, (300, 1, 2))
    shapes = shapely.polygons(corners + np.array([500_000, 3_250_000])).astype(object)
    at = shapely.points(500_000, 3_250_000)
    shapes[::29] = shapely.buffer(at, 30.0)
    shapes[7] = shapely.MultiPolygon([shapes[8], shapely.buffer(at, 5.0)])
    shapes[60] = shapely.difference(shapely.buffer(at, 40.0), shapely.buffer(at, 20.0))
    shapes[90], shapes[91] = None, shapely.Polygon()
    shapes[120] = shapely.force_3d(shapes[120], 4.0)
    return gpd.GeoDataFrame(geometry=shapes, crs="EPSG:4549")


def test_outlines_left_as_numbers_are_those_that_simplified_geometries_give() -> None:
    frame = outlines_of_all_kinds()
    quick, plain = Payload(), Payload()
    quick.head = add_outlines(quick, frame, crs="EPSG:4549", simplify_m=2.0)
    plain.head = add_polygons(plain, web_shapes(frame, crs="EPSG:4549", simplify_m=2.0))
    assert (quick.head, quick.body()) == (plain.head, plain.body())


def test_a_ring_that_keeps_its_corners_is_the_same_simplified() -> None:
    rng = np.random.default_rng(12)
    corners = rng.uniform(0, 12, (4000, 4, 2))
    rings = np.concatenate([corners, corners[:, :1]], axis=1)
    kept = keeps_corners(rings, 2.0)
    assert 0 < kept.sum() < len(kept)
    simple = shapely.simplify(shapely.polygons(rings), 2.0, preserve_topology=True)
    assert (shapely.get_coordinates(simple[kept]).reshape(-1, 5, 2) == rings[kept]).all()


def test_the_still_picture_is_that_of_all_parcels_simplified() -> None:
    inputs = map_input(60)
    near = replace(inputs, county=None, towns=None, zones=None)
    far = replace(inputs, county=inputs.parcels.iloc[:5], towns=None, zones=None)
    for one in (inputs, near, far):
        frames = [frame for frame in (one.county, one.towns, one.zones) if frame is not None]
        shapes = [web_shapes(frame, crs=one.crs, simplify_m=50.0) for frame in frames]
        shapes.append(web_shapes(one.parcels, crs=one.crs, simplify_m=5.0))
        west, south, east, north = shapely.total_bounds(np.concatenate(shapes))
        height = round((north - south) * 720 / (east - west))
        assert still_picture(one).startswith(f'<svg viewBox="0 0 720 {height}"')
