"""The zonal engine against hand arithmetic on small grids, and the laws it keeps."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from affine import Affine
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource
from hypothesis import given, settings
from hypothesis import strategies as st

from landuse.core.errors import LanduseError
from landuse.core.grid import Grid
from landuse.core.layers import Layer
from landuse.indicators.zonal import (
    ENGINE,
    Zones,
    class_shares,
    codes_share,
    known_share,
    mean,
    median,
    total,
)
from tests.indicators.ground import X, Y, grid, layer, parcels, polygons, rect

NINE = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
FLOAT32 = 1e-6
"""exactextract stores the covered part of a cell as float32."""


def test_engine_names_library_and_version() -> None:
    name, version, *_ = ENGINE.split()
    assert name == "landuse"
    assert version[0].isdigit()


# One rectangle on the 3 x 3 grid of 10 m cells 1..9; metres from its lower left corner.
@pytest.mark.parametrize(
    ("shape", "expected_sum", "expected_mean", "expected_median", "expected_known"),
    [
        pytest.param(rect(0, 0, 30, 30), 45, 5, 5, 1, id="whole grid: 1+..+9 = 45"),
        pytest.param(rect(10, 10, 20, 20), 5, 5, 5, 1, id="one cell"),
        # Quarter of each of 4, 5, 7, 8: sum 24 / 4 = 6, mean 24 / 4 = 6; half of the cover is at
        # or below 5 (4 and 5 hold 0.25 each of 1.0).
        pytest.param(rect(5, 5, 15, 15), 6, 6, 5, 1, id="four quarter cells"),
        # 2 m x 2 m in the centre cell: 4 m2 of 100 = 0.04 of the count 5.
        pytest.param(rect(12, 12, 14, 14), 0.2, 5, 5, 1, id="smaller than a cell"),
        # Left half outside: cells 1, 4, 7 are halfway covered: (1 + 4 + 7) / 2 = 6.
        pytest.param(rect(-5, 0, 5, 30), 6, 4, 4, 0.5, id="half outside the grid"),
        pytest.param(rect(40, 40, 50, 50), np.nan, np.nan, np.nan, 0, id="outside the grid"),
        # Ring around the centre cell: 45 - 5 = 40 on eight cells.
        pytest.param(
            rect(0, 0, 30, 30) - rect(10, 10, 20, 20), 40, 5, 4, 1, id="hole over the centre"
        ),
        # Corners 7 (lower left) and 3 (upper right), one whole cell each.
        pytest.param(
            shapely.MultiPolygon([rect(0, 0, 10, 10), rect(20, 20, 30, 30)]),
            10, 5, 3, 1, id="two parts",
        ),
    ],
)  # fmt: skip
def test_numbers_of_a_polygon_are_those_of_hand_arithmetic(
    shape: shapely.Geometry,
    expected_sum: float,
    expected_mean: float,
    expected_median: float,
    expected_known: float,
) -> None:
    zones, cells = Zones(parcels(shape)), layer(NINE)
    assert total(zones, cells).iloc[0] == pytest.approx(expected_sum, rel=FLOAT32, nan_ok=True)
    assert mean(zones, cells).iloc[0] == pytest.approx(expected_mean, rel=FLOAT32, nan_ok=True)
    assert median(zones, cells).iloc[0] == pytest.approx(expected_median, nan_ok=True)
    assert known_share(zones, cells).iloc[0] == pytest.approx(expected_known, abs=FLOAT32)


@pytest.mark.parametrize(
    "cells",
    [
        layer([[1, 2, 3], [4, -9, 6], [7, 8, 9]], nodata=-9),
        layer([[1, 2, 3], [4, np.nan, 6], [7, 8, 9]]),
        layer([[1, 2, 3], [4, 0, 6], [7, 8, 9]], nodata=0, dtype="uint8"),
    ],
    ids=["nodata value", "NaN", "nodata 0 in uint8"],
)
def test_an_unknown_cell_counts_nowhere(cells: Layer) -> None:
    zones = Zones(parcels(rect(0, 0, 30, 30), rect(10, 10, 20, 20)))
    # Eight cells are left: 45 - 5 = 40, mean 40 / 8 = 5, known 8/9.
    assert total(zones, cells).tolist() == pytest.approx([40, np.nan], nan_ok=True)
    assert mean(zones, cells).tolist() == pytest.approx([5, np.nan], nan_ok=True)
    assert known_share(zones, cells).tolist() == pytest.approx([8 / 9, 0])


def test_class_shares_are_of_the_known_cover() -> None:
    cells = layer([[10, 10, 20], [10, 0, 20], [50, 50, 50]], nodata=0, dtype="uint8")
    zones = Zones(parcels(rect(0, 0, 30, 30), rect(10, 10, 20, 20), rect(10, 5, 20, 15)))
    shares = class_shares(zones, cells, legend={10: "tree", 20: "shrub", 50: "built", 60: "bare"})
    assert list(shares) == ["share_tree", "share_shrub", "share_built", "share_bare"]
    # 3, 2, 3 and 0 of eight known cells.
    assert shares.iloc[0].tolist() == pytest.approx([3 / 8, 2 / 8, 3 / 8, 0])
    assert shares.iloc[1].isna().all()
    # Half on the unknown cell, half on a built one: all that is known is built.
    assert shares.iloc[2].tolist() == pytest.approx([0, 0, 1, 0])


def test_background_is_known_but_has_no_column() -> None:
    cells = layer([[0, 1], [1, 2]], dtype="uint8")
    shares = class_shares(Zones(parcels(rect(0, 0, 20, 20))), cells, legend={1: "roof", 2: "road"})
    assert shares.iloc[0].to_dict() == {"share_roof": 0.5, "share_road": 0.25}


def test_a_single_class_fills_every_parcel() -> None:
    cells = layer(np.full((3, 3), 50), dtype="uint8", nodata=0)
    zones = Zones(parcels(rect(3, 3, 4, 17), rect(0, 0, 30, 30)))
    assert class_shares(zones, cells, legend={50: "built"})["share_built"].tolist() == [1, 1]


def test_a_code_missing_from_the_legend_is_an_error_that_names_it() -> None:
    cells = layer([[10, 77], [10, 99]], dtype="uint8")
    with pytest.raises(LanduseError, match="77, 99") as raised:
        class_shares(Zones(parcels(rect(0, 0, 20, 20))), cells, legend={10: "tree"})
    assert raised.value.exit_code == 4


def test_only_codes_under_a_parcel_need_a_legend() -> None:
    cells = layer([[10, 77]], dtype="uint8")
    shares = class_shares(Zones(parcels(rect(0, 0, 10, 10))), cells, legend={10: "tree"})
    assert shares["share_tree"].tolist() == [1]


def test_codes_share_adds_the_codes_up() -> None:
    zones = Zones(parcels(rect(0, 0, 30, 30)))
    assert codes_share(zones, layer(NINE), codes=(1, 2, 42)).iloc[0] == pytest.approx(2 / 9)


@pytest.mark.parametrize("shape", [None, shapely.Polygon()], ids=["missing", "empty"])
def test_a_parcel_without_geometry_is_null_and_shifts_nobody(shape: shapely.Geometry) -> None:
    zones = Zones(parcels(shape, rect(10, 10, 20, 20)))
    assert mean(zones, layer(NINE)).tolist() == pytest.approx([np.nan, 5], nan_ok=True)
    assert known_share(zones, layer(NINE)).tolist() == pytest.approx([0, 1])


def test_an_empty_table_gives_empty_columns() -> None:
    zones = Zones(parcels())
    cells = layer(NINE)
    assert len(zones) == 0
    for empty in (total(zones, cells), mean(zones, cells), median(zones, cells)):
        assert empty.tolist() == []
    assert list(class_shares(zones, cells, legend={1: "one"})) == ["share_one"]


def test_crs_and_geometry_kind_are_checked() -> None:
    with pytest.raises(ValueError, match="EPSG:4547"):
        Zones(parcels(rect(0, 0, 1, 1)).to_crs("EPSG:4547")).cover(grid(3, 3))
    with pytest.raises(ValueError, match="need a CRS"):
        Zones(parcels(rect(0, 0, 1, 1)).set_crs(None, allow_override=True))
    with pytest.raises(ValueError, match="must be polygons"):
        Zones(polygons(shapely.Point(X, Y)))


def test_a_cover_is_computed_once_for_equal_grids() -> None:
    zones = Zones(parcels(rect(0, 0, 30, 30)))
    assert zones.cover(grid(3, 3)) is zones.cover(grid(3, 3))


def test_stages_that_measure_the_same_polygons_share_their_cover() -> None:
    given = parcels(rect(0, 0, 30, 30), rect(10, 10, 20, 20))
    shared = Zones(given).cover(grid(3, 3))
    assert Zones(given.copy()).cover(grid(3, 3)) is shared
    moved = given.set_geometry([rect(0, 0, 30, 30), rect(10, 10, 20, 21)])
    assert Zones(moved).cover(grid(3, 3)) is not shared


def test_an_invalid_parcel_is_refused_when_it_is_measured() -> None:
    bow_tie = shapely.Polygon([(X, Y), (X + 9, Y + 9), (X + 9, Y), (X, Y + 9)])
    with pytest.raises(LanduseError, match="Self-intersection") as raised:
        mean(Zones(parcels(rect(0, 0, 30, 30), bow_tie)), layer(NINE))
    assert raised.value.exit_code == 4


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16", "int32", "int64", "float32", "bool"])
def test_every_kind_of_cell_gives_the_same_numbers(dtype: str) -> None:
    cells = layer([[0, 1], [1, 1]], dtype=dtype)
    zones = Zones(parcels(rect(0, 0, 20, 20), rect(0, 10, 10, 20)))
    # Three of four cells are 1; the upper left cell is 0.
    assert mean(zones, cells).tolist() == [0.75, 0]
    assert total(zones, cells).tolist() == [3, 0]
    assert median(zones, cells).tolist() == [1, 0]
    assert codes_share(zones, cells, codes=(1,)).tolist() == [0.75, 0]
    assert known_share(zones, cells).tolist() == [1, 1]


def test_numbers_equal_those_exactextract_gives_itself() -> None:
    # 60 stars on 40 x 40 cells, some beyond the edge: our sums and its own.
    rng = np.random.default_rng(5)
    turn = np.linspace(0, 2 * np.pi, 13)[:-1]
    stars = [
        shapely.Polygon(np.c_[X + x + r * np.cos(turn), Y + y + r * np.sin(turn)])
        for x, y, r in zip(*rng.uniform(0, 400, (2, 60)), rng.uniform(2, 60, (60, 12)), strict=True)
    ]
    given = parcels(*stars)
    cells = layer(rng.random((40, 40)))
    raster = NumPyRasterSource(cells.values, *cells.grid.bounds)
    raster.srs_wkt_str = given.crs.to_wkt()
    theirs = exact_extract(raster, given, ["mean", "sum", "count"], output="pandas")
    zones = Zones(given)
    np.testing.assert_allclose(mean(zones, cells), theirs["mean"], rtol=FLOAT32)
    np.testing.assert_allclose(total(zones, cells), theirs["sum"], rtol=FLOAT32)
    cover = zones.cells(cells.grid)
    np.testing.assert_allclose(
        np.bincount(cover.zone, cover.fraction), theirs["count"], rtol=FLOAT32
    )


@st.composite
def blobs(draw: st.DrawFn) -> shapely.Geometry:
    """Draw a hull of a few points on and around a grid of 8 x 8 cells of 10 m."""
    steps = st.integers(-40, 400)
    points = draw(st.lists(st.tuples(steps, steps), min_size=3, max_size=12, unique=True))
    hull = shapely.MultiPoint([(X + x / 4, Y + y / 4) for x, y in points]).convex_hull
    return hull if hull.geom_type == "Polygon" else hull.buffer(3.0)


def _cells(seed: int, size: int = 8) -> Layer:
    rng = np.random.default_rng(seed)
    return layer(rng.integers(0, 5, (size, size)), nodata=0, dtype="uint8")


LEGEND = {1: "a", 2: "b", 3: "c", 4: "d"}


@settings(max_examples=40, deadline=None)
@given(shape=blobs(), seed=st.integers(0, 99))
def test_shares_are_shares(shape: shapely.Geometry, seed: int) -> None:
    zones = Zones(parcels(shape))
    shares = class_shares(zones, _cells(seed), legend=LEGEND)
    if known_share(zones, _cells(seed)).iloc[0] == 0:
        assert shares.isna().all(axis=None)
    else:
        assert shares.min(axis=None) >= 0
        assert shares.sum(axis=1).iloc[0] == pytest.approx(1, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(shape=blobs())
def test_cover_is_the_area_inside_the_grid(shape: shapely.Geometry) -> None:
    cover = Zones(parcels(shape)).cells(grid(8, 8))
    inside = shape.intersection(rect(0, 0, 80, 80)).area
    assert cover.fraction.sum() * 100 == pytest.approx(inside, abs=1e-3)
    assert cover.fraction.max(initial=0) <= 1


@settings(max_examples=25, deadline=None)
@given(shapes=st.lists(blobs(), min_size=2, max_size=6), seed=st.integers(0, 99))
def test_order_of_parcels_changes_nothing(shapes: list[shapely.Geometry], seed: int) -> None:
    forward = parcels(*shapes)
    backward = forward.iloc[::-1]
    for measure in (mean, median, total, known_share):
        there = measure(Zones(forward), _cells(seed))
        back = measure(Zones(backward), _cells(seed))
        pd.testing.assert_series_equal(there, back.loc[there.index], check_exact=True)


@settings(max_examples=25, deadline=None)
@given(shape=blobs(), cut=st.integers(5, 75), seed=st.integers(0, 99))
def test_counts_are_conserved_when_a_parcel_is_cut_in_two(
    shape: shapely.Geometry, cut: int, seed: int
) -> None:
    left = shape.intersection(rect(-100, -100, cut, 200))
    right = shape.intersection(rect(cut, -100, 200, 200))
    halves = [half if half.geom_type == "Polygon" else None for half in (left, right)]
    rng = np.random.default_rng(seed)
    persons = layer(rng.random((8, 8)))
    whole = total(Zones(parcels(shape)), persons).fillna(0).iloc[0]
    parts = total(Zones(parcels(*halves)), persons).fillna(0).sum()
    assert parts == pytest.approx(whole, abs=1e-4)


@settings(max_examples=25, deadline=None)
@given(shape=blobs(), seed=st.integers(0, 99), margin=st.integers(0, 2))
def test_cutting_the_grid_away_from_a_parcel_does_not_change_it(
    shape: shapely.Geometry, seed: int, margin: int
) -> None:
    rng = np.random.default_rng(seed)
    wide = layer(rng.random((20, 20)))
    x0, y0, x1, y1 = shape.bounds
    first = max(0, int((x0 - X) // 10) - margin)
    last = min(20, int((x1 - X) // 10) + 1 + margin)
    top = max(0, 20 - (int((y1 - Y) // 10) + 1) - margin)
    bottom = min(20, 20 - int((y0 - Y) // 10) + margin)
    transform = Affine.translation(first * 10, -top * 10) @ wide.grid.transform
    values = wide.values[top:bottom, first:last]
    narrow = Layer(Grid(wide.grid.crs, transform, values.shape), values)
    zones = Zones(parcels(shape))
    for measure in (mean, total):
        a, b = measure(zones, wide).iloc[0], measure(zones, narrow).iloc[0]
        assert a == pytest.approx(b, rel=1e-5, abs=1e-6, nan_ok=True)
