"""The exact zonal engine against polygon areas, GEOS cell by cell, and exactextract."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from landuse.core.errors import LanduseError
from landuse.indicators.engine import rings as rings_module
from landuse.indicators.engine.codes import Codes
from landuse.indicators.engine.cover import Cells, cover_of, statistics
from landuse.indicators.engine.rings import index_of, rings_of
from landuse.indicators.engine.stream import Classes, Numbers, sums_of
from landuse.indicators.engine.validity import surely_valid
from tests.indicators.engine_ground import (
    CELL,
    COLUMNS,
    FRAME,
    ROWS,
    SETS,
    WHOLE,
    flower,
    placed,
    polygons_of,
)
from tests.indicators.ground import CRS, X, Y

LISTED = tuple(range(1, 7))
FLOAT32 = 1e-6
"""exactextract keeps covered fractions as float32."""


ENDS_THE_PROCESS = {"multipolygons": [77]}
"""exactextract 0.3.0 stops with a segmentation fault on these; areas and GEOS judge them here."""


def for_exactextract(name: str) -> NDArray[Any]:
    return np.delete(polygons_of(name), ENDS_THE_PROCESS.get(name, []))


def cells_of(shapes: NDArray[Any]) -> Cells:
    return cover_of(rings_of(shapes), FRAME).cells()


def class_layer() -> NDArray[np.uint8]:
    return np.random.default_rng(3).integers(0, 7, (ROWS, COLUMNS)).astype(np.uint8)


def number_layer() -> NDArray[np.float32]:
    values = np.random.default_rng(4).normal(500, 20, (ROWS, COLUMNS)).astype(np.float32)
    values[::7, ::5], values[3::11, ::9] = np.nan, -9999
    return values


def area_inside(shapes: NDArray[Any]) -> NDArray[np.float64]:
    """Return the area within the grid, in cells."""
    within = shapely.covers(WHOLE, shapes)
    return shapely.area(np.where(within, shapes, shapely.intersection(shapes, WHOLE))) / CELL**2


def theirs(shapes: NDArray[Any]) -> Cells:
    """Return the cells and fractions that exactextract finds.

    A point given three times in a row ends its process with a segmentation fault.
    """
    shapes = shapely.remove_repeated_points(shapes)
    raster = NumPyRasterSource(class_layer(), *WHOLE.bounds)
    raster.srs_wkt_str = gpd.GeoSeries([WHOLE], crs=CRS).crs.to_wkt()
    frame = gpd.GeoDataFrame({"n": range(len(shapes))}, geometry=shapes, crs=CRS)
    found = exact_extract(raster, frame, ["cell_id", "coverage"], output="pandas")
    zone = np.repeat(np.arange(len(shapes)), found["cell_id"].map(len))
    cell, part = (np.concatenate(found[name].tolist()) for name in ("cell_id", "coverage"))
    return Cells(zone, cell.astype(np.int64), part.astype(float))


def shares(cells: Cells, count: int) -> NDArray[np.float64]:
    """Return the shares of classes 1 to 6 in the known cover, from cells."""
    key = cells.zone * 7 + class_layer().ravel()[cells.cell]
    held = np.bincount(key, cells.fraction, 7 * count).reshape(count, 7)[:, 1:]
    whole = held.sum(axis=1, keepdims=True)
    return np.divide(held, whole, out=np.full(held.shape, np.nan), where=whole > 0)


def test_the_sets_hold_enough_polygons() -> None:
    assert sum(len(polygons_of(name)) for name in SETS) >= 2500


@pytest.mark.parametrize("name", list(SETS))
def test_the_cover_of_a_polygon_is_its_area(name: str) -> None:
    shapes = polygons_of(name)
    cells = cells_of(shapes)
    found = np.bincount(cells.zone, cells.fraction, len(shapes))
    np.testing.assert_allclose(found, area_inside(shapes), rtol=0, atol=1e-9)
    assert cells.fraction.max(initial=0) <= 1


@pytest.mark.parametrize("name", list(SETS))
def test_class_shares_are_those_of_exactextract(name: str) -> None:
    shapes = for_exactextract(name)
    cover = cover_of(rings_of(shapes), FRAME)
    held = cover.classes(class_layer(), Codes(LISTED, 0))[:, :6]
    whole = held.sum(axis=1, keepdims=True)
    ours = np.divide(held, whole, out=np.full(held.shape, np.nan), where=whole > 0)
    oracle = shares(theirs(shapes), len(shapes))
    # A sliver of 1e-6 cells is float32 noise to exactextract; its area (above) is the judge there.
    slim = shapely.area(shapes) / np.maximum(shapely.length(shapes), 1e-9) < 0.01 * CELL
    np.testing.assert_allclose(ours[~slim], oracle[~slim], rtol=0, atol=1e-6)
    np.testing.assert_allclose(ours[slim], oracle[slim], rtol=0, atol=1e-4)


@pytest.mark.parametrize("name", ["stars", "holes", "multipolygons", "combs", "borders"])
def test_statistics_are_those_of_exactextract(name: str) -> None:
    shapes, values = for_exactextract(name), number_layer()
    raster = NumPyRasterSource(values, *WHOLE.bounds, nodata=-9999)
    raster.srs_wkt_str = gpd.GeoSeries([WHOLE], crs=CRS).crs.to_wkt()
    given = gpd.GeoDataFrame(geometry=shapes, crs=CRS)
    names = ["count", "sum", "mean", "stdev", "min", "max"]
    oracle = exact_extract(raster, given, names, output="pandas")
    ours = statistics(cover_of(rings_of(shapes), FRAME).numbers(values, -9999))
    for one, tolerance in zip(names, (1e-4, 5e-2, 1e-4, 1e-3, 0, 0), strict=True):
        there = oracle[one].to_numpy(float)
        if one == "sum":
            there = np.where(oracle["count"] > 0, there, np.nan)
        np.testing.assert_allclose(ours[one], there, rtol=0, atol=tolerance, err_msg=one)


def test_every_cell_is_that_of_an_intersection() -> None:
    shapes = np.concatenate([polygons_of(n)[:12] for n in SETS if n not in ("huge", "whole grid")])
    cells = cells_of(shapes)
    row, column = np.divmod(cells.cell, COLUMNS)
    left, top = X + column * CELL, Y + (ROWS - row) * CELL
    boxes = shapely.box(left, top - CELL, left + CELL, top)
    exact = shapely.area(shapely.intersection(shapes[cells.zone], boxes)) / CELL**2
    np.testing.assert_allclose(cells.fraction, exact, rtol=0, atol=1e-9)
    assert len(cells.cell) > 5000


def test_boxes_on_grid_lines_cover_whole_cells_and_no_other() -> None:
    cells = cells_of(polygons_of("grid boxes"))
    assert set(cells.fraction.tolist()) == {1.0}


def everything() -> NDArray[Any]:
    return np.concatenate([[None, shapely.Polygon()], *(polygons_of(name)[:40] for name in SETS)])


def streamed(*, block: tuple[int, int], threads: int) -> list[NDArray[np.float64]]:
    codes, numbers = class_layer(), number_layer()
    layers = [
        Classes(lambda w: codes[w[0] : w[1], w[2] : w[3]], Codes(LISTED, 0)),
        Numbers(lambda w: numbers[w[0] : w[1], w[2] : w[3]], -9999),
    ]
    return sums_of(rings_of(everything()), FRAME, layers, block=block, threads=threads)


@pytest.mark.parametrize("block", [(16, 17), (64, 64), (500, 500)])
def test_threads_change_no_bit_and_blocks_only_the_last_digits(block: tuple[int, int]) -> None:
    one, two = streamed(block=block, threads=1), streamed(block=block, threads=2)
    for a, b in zip(one, two, strict=True):
        np.testing.assert_array_equal(a, b)
    cover = cover_of(rings_of(everything()), FRAME)
    np.testing.assert_allclose(one[0], cover.classes(class_layer(), Codes(LISTED, 0)), atol=1e-10)
    ours, whole = statistics(one[1]), statistics(cover.numbers(number_layer(), -9999))
    large = whole["count"] > 1e-6
    for name, tolerance in (("count", 1e-9), ("mean", 1e-6), ("stdev", 1e-5), ("min", 0)):
        np.testing.assert_allclose(
            ours[name][large], whole[name][large], rtol=0, atol=tolerance, err_msg=name
        )


def test_only_blocks_with_zones_are_read_and_each_once() -> None:
    seen: list[tuple[int, int, int, int]] = []
    codes = class_layer()

    def read(window: tuple[int, int, int, int]) -> NDArray[Any]:
        seen.append(window)
        return codes[window[0] : window[1], window[2] : window[3]]

    # Cells 10 to 30 along both axes: blocks of 20 cells 0 and 1 in each direction, from below.
    shape = shapely.box(*placed([(10, 10)])[0], *placed([(30, 30)])[0])
    sums_of(rings_of(np.array([shape, shape])), FRAME, [Classes(read, Codes((1,)))], block=(20, 20))
    assert sorted(seen) == [
        (80, 100, 0, 20), (80, 100, 20, 40), (100, 120, 0, 20), (100, 120, 20, 40)
    ]  # fmt: skip


@pytest.mark.parametrize("vertices", [20_000, 100_000])
def test_large_polygons_are_looked_up_by_bands_of_rows(
    vertices: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rings = rings_of(np.array([flower(vertices)]))
    index = index_of(rings, FRAME)
    # A band holds its own edges and those that cross its upper line, not all of them.
    assert len(index.edge) <= 1.05 * vertices
    assert np.diff(index.start).max() < vertices
    codes = [Classes(lambda w: class_layer()[w[0] : w[1], w[2] : w[3]], Codes(LISTED, 0))]
    banded = sums_of(rings, FRAME, codes, block=(16, 16))[0]
    monkeypatch.setattr(rings_module, "_LARGE", 10 * vertices)
    assert len(index_of(rings, FRAME).edge) == 0
    np.testing.assert_allclose(banded, sums_of(rings, FRAME, codes, block=(16, 16))[0], atol=1e-10)


BAD = {
    "bow-tie": shapely.Polygon(placed([(1, 1), (6, 6), (6, 1), (1, 6)])),
    "hole outside": shapely.Polygon(
        placed([(1, 1), (4, 1), (4, 4)]), [placed([(8, 8), (9, 8), (9, 9)])]
    ),
    "parts that overlap": shapely.MultiPolygon(
        [shapely.box(*placed([(1, 1)])[0], *placed([(4, 4)])[0]),
         shapely.box(*placed([(2, 2)])[0], *placed([(6, 6)])[0])]
    ),
    "ring walked twice": shapely.Polygon(placed([(1, 1), (4, 1), (4, 4), (1, 1), (4, 1), (4, 4)])),
    "not finite": shapely.from_wkt("POLYGON ((0 0, 9 inf, 9 9, 0 0))"),
    "no area": shapely.Polygon(placed([(1, 1), (4, 4), (2, 2)])),
}  # fmt: skip


@pytest.mark.parametrize("name", list(BAD))
def test_an_invalid_polygon_is_refused_and_named(name: str) -> None:
    good = shapely.box(*placed([(1, 1)])[0], *placed([(4, 4)])[0])
    with pytest.raises(LanduseError, match="1 polygons are not valid") as raised:
        rings_of(np.array([good, BAD[name], None, good]))
    assert "#1" in raised.value.faults[0].found
    assert raised.value.exit_code == 4


steps = st.integers(-20, 100)
points = st.lists(st.tuples(steps, steps), min_size=3, max_size=14)


@settings(max_examples=150, deadline=None)
@given(drawn=points, dense=st.sampled_from([1.0, 0.25, 0.07]))
def test_the_quick_look_never_passes_what_geos_refuses(
    drawn: list[tuple[int, int]], dense: float
) -> None:
    shape = shapely.Polygon(placed(np.array(drawn) * dense))
    xy = shapely.get_coordinates(shape)
    sure = np.empty(1, bool)
    surely_valid(
        xy, np.array([0, len(xy)]), np.array([False]), np.array([0, 1]), 0, sure
    )  # fmt: skip
    assert shapely.is_valid(shape) or not sure[0]


@settings(max_examples=100, deadline=None)
@given(drawn=points, dense=st.sampled_from([1.0, 0.25, 0.07]))
@example(drawn=[(49, 100), (49, 100), (49, 100), (95, 24), (69, 100)], dense=1.0)
def test_whatever_is_valid_covers_its_area(drawn: list[tuple[int, int]], dense: float) -> None:
    shape = shapely.make_valid(shapely.Polygon(placed(np.array(drawn) * dense)))
    parts = [one for one in shapely.get_parts(shape) if one.geom_type == "Polygon"]
    shapes = np.array([shapely.union_all(parts)] if parts else [None], dtype=object)
    cells = cells_of(shapes)
    inside = np.nan_to_num(area_inside(shapes))
    # GEOS rounds the corners of what it cuts off at the border: half a nanometre on 100 cells.
    tolerance = 1e-9 if shapely.covers(WHOLE, shapes[0]) else 1e-8
    assert cells.fraction.sum() == pytest.approx(inside[0], abs=tolerance)
    if parts and shapes[0].geom_type == "Polygon":
        oracle = theirs(shapes)
        assert cells.fraction.sum() == pytest.approx(oracle.fraction.sum(), abs=1e-3)
        ours = shares(cells, 1)
        if shapes[0].area > CELL**2:
            np.testing.assert_allclose(ours, shares(oracle, 1), rtol=0, atol=1e-6)
