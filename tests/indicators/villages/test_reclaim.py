"""What village ground would be as farmland: fields joined and shares around, by hand and brute."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from landuse.core.layers import Layer
from landuse.indicators.villages.fields import FieldSettings, join_fields
from landuse.indicators.villages.reclaim import (
    ReclaimSettings,
    _joined_ha,
    measure_village_reclaim,
)
from landuse.indicators.zonal import Zones
from tests.indicators.ground import X, Y, layer, polygons, rect

LEGEND = {10: "tree", 40: "crop", 50: "built"}
TREE, CROP, BUILT = 10, 40, 50


def joined(landcover: Layer | None) -> Layer:
    return join_fields(landcover=landcover, legend=LEGEND, settings=FieldSettings())["cells"]


def measured(
    landcover: Layer | None, *shapes: object, water: gpd.GeoDataFrame | None = None
) -> dict[str, object]:
    ids = pd.Series([f"V{k}" for k in range(len(shapes))], dtype="str")
    villages = polygons(*shapes, settlement_id=ids).set_index(pd.Index(range(7, 7 + len(shapes))))
    result = measure_village_reclaim(
        settlements=villages, landcover=landcover, water=water, legend=LEGEND,
        fields=None if landcover is None else joined(landcover), settings=ReclaimSettings(),
    )  # fmt: skip
    pd.testing.assert_index_equal(result["table"].index, villages.index)
    return result


def test_fields_less_than_20_m_apart_are_one() -> None:
    # 10 m cells, so a gap of 20 m: crop in columns 0-1, 3 (one cell between: 10 m) and 7 (30 m).
    row = [CROP, CROP, TREE, CROP, TREE, TREE, TREE, CROP]
    assert joined(layer([row], dtype="uint8")).values.tolist() == [[3, 3, 0, 3, 0, 0, 0, 1]]


def test_a_village_is_told_the_largest_field_it_comes_within_20_m_of() -> None:
    # A field of 2 x 6 cells at the west, one of a single cell at the east, 300 m apart.
    rows = np.full((6, 40), TREE, dtype="uint8")
    rows[:, :2], rows[0, 39] = CROP, CROP
    ground = layer(rows, dtype="uint8")
    table = measured(
        ground,
        rect(35, 20, 60, 40),  # 15 m east of the large field
        rect(100, 20, 150, 40),  # 80 m from it, 240 m from the other
        rect(365, 40, 385, 60),  # 5 m from the single cell
    )["table"]
    assert table["crop_joined_ha"].tolist() == pytest.approx([0.12, 0.0, 0.01])


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.02, 0.6))
def test_joined_fields_are_the_parts_of_a_graph_of_near_cells(seed: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    crop = rng.random((25, 30)) < share
    found = joined(layer(np.where(crop, CROP, TREE), dtype="uint8")).values
    # Cells are joined where at most two cells lie between them, by rows and by columns: each
    # grows by one cell, and what then meets at a side or a corner is one.
    cells = np.argwhere(crop)
    pairs = cKDTree(cells).query_pairs(3, p=np.inf, output_type="ndarray")
    links = {tuple(cell): {tuple(cell)} for cell in cells}
    for one, other in pairs:
        left, right = links[tuple(cells[one])], links[tuple(cells[other])]
        if left is not right:
            left |= right
            for cell in right:
                links[cell] = left
    expected = np.zeros(crop.shape, dtype=int)
    for cell, field in links.items():
        expected[cell] = len(field)
    np.testing.assert_array_equal(found, expected)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.01, 0.3), st.sampled_from([0.0, 3.0, 20.0, 55.0]))
def test_the_largest_field_is_that_of_the_grown_outline(
    seed: int, share: float, gap_m: float
) -> None:
    rng = np.random.default_rng(seed)
    fields = joined(layer(np.where(rng.random((40, 50)) < share, CROP, TREE), dtype="uint8"))
    ground = polygons(*(_outline(rng) for _ in range(12)), shapely.Polygon(), rect(-90, 0, -80, 9))
    grown = shapely.buffer(np.asarray(ground.geometry.array), gap_m)
    pairs = Zones(ground.assign(geometry=grown)).cells(fields.grid)
    most = np.zeros(len(ground))
    np.maximum.at(most, pairs.zone, fields.values.ravel()[pairs.cell])
    np.testing.assert_array_equal(_joined_ha(ground, fields, gap_m=gap_m), most / 100)


def _outline(rng: np.random.Generator) -> shapely.Geometry:
    """Return cells of 10 m or leaning triangles, dented, holed or in several parts."""
    x, y = rng.uniform(0, 380), rng.uniform(0, 280)
    if rng.random() < 0.5:
        x, y = round(x, -1), round(y, -1)
        steps = 10 * rng.integers(0, 9, (rng.integers(1, 12), 2))
        return shapely.union_all([rect(x + i, y + j, x + i + 10, y + j + 10) for i, j in steps])
    corners = rng.uniform([X + x, Y + y], [X + x + 90, Y + y + 90], (rng.integers(1, 4), 3, 2))
    return shapely.union_all(shapely.polygons(corners))


def test_shares_around_are_those_of_the_ring() -> None:
    # Forest west of x = 500, crop east of it; the village sits astride the line.
    rows = np.full((100, 100), TREE, dtype="uint8")
    rows[:, 50:] = CROP
    table = measured(layer(rows, dtype="uint8"), rect(480, 480, 520, 520))["table"]
    assert table["forest_around_share"].tolist() == pytest.approx([0.5])
    assert table["crop_around_share"].tolist() == pytest.approx([0.5])


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
@example(2**31 - 1)  # Broke a version of this test that counted points of a lattice.
def test_the_ring_ends_less_than_two_metres_early(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = rng.choice([TREE, CROP, BUILT, 0], size=(80, 80)).astype("uint8")
    ground = layer(rows, nodata=0, dtype="uint8")
    x, y, wide, tall = rng.uniform([300, 300, 5, 5], [450, 450, 90, 90])
    shape = rect(x, y, x + wide, y + tall) if rng.random() < 0.5 else stairs(x, y, int(wide) // 10)
    table = measured(ground, shape)["table"]
    # By intersection with each cell: what is within 198 m is all in the ring, what is beyond
    # 200 m, for stairs a third of a metre more, all outside it. Between the two, the ring may hold
    # any part of any cell.
    west, south = (
        part.ravel() for part in np.meshgrid(X + np.arange(80) * 10, Y + np.arange(80) * 10)
    )
    cells = shapely.box(west, south, west + 10, south + 10)
    code = rows[::-1].ravel()
    sure = shapely.area(shapely.intersection(cells, around(shape, 198)))
    maybe = shapely.area(shapely.intersection(cells, around(shape, 200.5))) - sure
    for name, key in (("crop_around_share", CROP), ("forest_around_share", TREE)):
        hit, other = code == key, (code != key) & (code != 0)
        low = sure[hit].sum() / (sure[hit].sum() + sure[other].sum() + maybe[other].sum())
        most = sure[hit].sum() + maybe[hit].sum()
        high = most / (most + sure[other].sum())
        assert low - 1e-9 <= table[name].iloc[0] <= high + 1e-9


def stairs(x: float, y: float, steps: int) -> shapely.Polygon:
    rows = [rect(x, y + 10 * k, x + 10 * (steps + 1 - k), y + 10 * k + 10)
            for k in range(steps + 1)]  # fmt: skip
    return shapely.union_all(rows)


def around(shape: shapely.Polygon, reach_m: float) -> shapely.Polygon:
    # 64 corners to a quarter circle: a disc of 200.1 m so drawn holds one of 200 m.
    return shape.buffer(reach_m, quad_segs=64).difference(shape)


def test_what_is_absent_is_named_and_makes_no_column() -> None:
    result = measured(None, rect(0, 0, 20, 20))
    assert list(result["table"].columns) == ["settlement_id"]
    assert {finding.kind for finding in result["findings"]} == {"absent"}
    assert len(result["findings"]) == 2
    assert "cells" not in join_fields(landcover=None, legend=None, settings=FieldSettings())


def test_water_is_as_far_as_its_nearest_bank() -> None:
    water = polygons(rect(100, 0, 120, 50), name=["塘"])
    table = measured(None, rect(0, 0, 40, 40), rect(110, 10, 130, 20), water=water)["table"]
    assert table["water_distance_m"].tolist() == pytest.approx([60.0, 0.0])
