"""Shares under control layers, and what a bureau's enterprise table says."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from landuse.core.settings import Settings
from landuse.indicators.economy import EconomySettings, measure_economy
from landuse.indicators.measured import Measured
from landuse.indicators.overlay import overlap_area_m2, split_lines
from landuse.indicators.planning import PlanningSettings, measure_planning
from tests.indicators.ground import X, Y, assert_measured, parcels, polygons, rect

NAN = np.nan


def test_overlapping_control_polygons_count_once() -> None:
    given = parcels(rect(0, 0, 100, 100), rect(200, 0, 300, 100), None)
    # 30 m and 40 m strips that share 10 m: 60 of 100 m. The second parcel touches an edge only.
    lines = polygons(rect(0, 0, 30, 100), rect(20, 0, 60, 100), rect(150, 0, 200, 100))
    result = measure_planning(parcels=given, settings=PlanningSettings(), eco_redline=lines)
    table = assert_measured(result, given)
    assert list(table) == ["parcel_id", "eco_redline_share"]
    assert table["eco_redline_share"].tolist() == pytest.approx([0.6, 0, NAN], nan_ok=True)
    absent = [f.object_id for f in result["findings"]]
    assert absent == ["prime_farmland", "growth_boundary", "hazard", "heritage", "water"]


def test_a_parcel_inside_one_polygon_and_touched_by_others_is_whole() -> None:
    given = parcels(rect(0, 0, 100, 100))
    lines = polygons(rect(-9, -9, 200, 200), rect(50, 0, 300, 100), rect(0, 0, 10, 10))
    table = measure_planning(parcels=given, settings=PlanningSettings(), hazard=lines)["table"]
    assert table["hazard_share"].tolist() == [1]


def test_an_empty_layer_is_a_known_zero() -> None:
    given = parcels(rect(0, 0, 100, 100))
    table = measure_planning(parcels=given, settings=PlanningSettings(), water=polygons())["table"]
    assert table["water_share"].tolist() == [0]


def test_a_polygon_of_many_vertices_is_cut_without_loss() -> None:
    turn = np.linspace(0, 2 * np.pi, 20_001)[:-1]
    radius = 500 + 100 * np.sin(30 * turn)
    star = shapely.Polygon(np.c_[X + radius * np.cos(turn), Y + radius * np.sin(turn)])
    given = parcels(rect(-700, -700, 700, 700), rect(0, 0, 700, 700))
    found = overlap_area_m2(given, polygons(star))
    assert found[0] == pytest.approx(star.area, rel=1e-9)
    quarter = star.intersection(rect(0, 0, 700, 700)).area
    assert found[1] == pytest.approx(quarter, rel=1e-9)


sides = st.integers(0, 60)
boxes = st.builds(lambda x, y, w, h: rect(x, y, x + w + 1, y + h + 1), sides, sides, sides, sides)


@settings(max_examples=60, deadline=None)
@drawn(st.lists(boxes, min_size=1, max_size=4), st.lists(boxes, max_size=6))
def test_overlap_is_the_area_of_the_union(
    plots: list[shapely.Polygon], lines: list[shapely.Polygon]
) -> None:
    together = shapely.union_all(lines)
    expected = [plot.intersection(together).area for plot in plots]
    found = overlap_area_m2(parcels(*plots), polygons(*lines))
    assert found.tolist() == pytest.approx(expected, abs=1e-6)


def _economy(given: object, table: pd.DataFrame | None) -> Measured:
    return measure_economy(parcels=given, enterprises=table, settings=EconomySettings())


FIRMS = pd.DataFrame(
    {
        "parcel_id": ["P0", "P0", "P0", "P1", "P2", "P9"],
        "year": [2023, 2023, 2022, 2021, 2023, 2023],
        "tax_10k_yuan": [6.0, 3.0, 99.0, 4.0, NAN, 1.0],
        "emp_class": ["A", "d ", "B", "C", "X", "A"],
    }
)


def test_tax_is_summed_over_the_area_and_the_worst_class_counts() -> None:
    square = rect(0, 0, 100, 100)
    given = parcels(square, square, square, square, area_mu=[3.0, 2.0, 1.0, 1.0])
    result = _economy(given, FIRMS)
    table = assert_measured(result, given)
    # P0: (6 + 3) / 3 of its latest year; P1: 4 / 2; P2: tax unknown; P3: no enterprise.
    assert table["tax_per_mu"].tolist() == pytest.approx([3, 2, NAN, NAN], nan_ok=True)
    # P0 has A and D: D = 4. X is no class.
    assert table["emp_class_rank"].tolist() == pytest.approx([4, 3, NAN, NAN], nan_ok=True)
    found = [(f.kind, f.object_id, f.value) for f in result["findings"]]
    assert ("doubt", "enterprises", "1 / 6") in found
    assert ("doubt", "enterprises", "X") in found
    assert ("note", "P0", "") in found


def test_a_sum_with_an_unknown_part_is_unknown() -> None:
    given = parcels(rect(0, 0, 100, 100), area_mu=[15.0])
    table = pd.DataFrame({"parcel_id": ["P0", "P0"], "tax_10k_yuan": [6.0, NAN]})
    assert _economy(given, table)["table"]["tax_per_mu"].isna().all()


def test_without_a_reported_area_the_planar_one_counts() -> None:
    given = parcels(rect(0, 0, 100, 100))
    table = pd.DataFrame({"parcel_id": ["P0"], "tax_10k_yuan": [30.0]})
    result = _economy(given, table)
    # 1 ha = 15 mu: 30 / 15
    assert result["table"]["tax_per_mu"].tolist() == pytest.approx([2])
    assert [f.kind for f in result["findings"]] == ["absent"]


def test_an_absent_table_is_named() -> None:
    given = parcels(rect(0, 0, 100, 100))
    result = _economy(given, None)
    assert list(assert_measured(result, given)) == ["parcel_id"]
    assert [(f.kind, f.object_id) for f in result["findings"]] == [("absent", "enterprises")]


def test_lines_split_once_are_the_same_ground_and_give_the_same_shares() -> None:
    # A comb of 300 teeth has 1,203 corners, so it is split; its teeth are 1 m wide and 1 m apart.
    teeth = [(x, y) for k in range(300) for x, y in ((2 * k, 0), (2 * k, 100),
                                                     (2 * k + 1, 100), (2 * k + 1, 0))]  # fmt: skip
    comb = shapely.Polygon([(X + x, Y + y) for x, y in [*teeth, (600, -10), (0, -10)]])
    lines = {"eco_redline": polygons(comb, rect(100, 20, 300, 40)), "hazard": None}
    split = split_lines(settings=Settings(), **lines)
    parts = split["eco_redline"]
    assert "hazard" not in split
    assert len(parts) > 2
    assert shapely.get_num_coordinates(parts.geometry.array).max() <= 512
    assert parts.area.sum() == pytest.approx(comb.area + 200 * 20)
    ground = parcels(rect(0, 0, 40, 50), rect(90, 10, 310, 60), rect(0, -50, 700, 150))
    whole, again = (
        measure_planning(parcels=ground, settings=PlanningSettings(), eco_redline=layer)["table"]
        for layer in (lines["eco_redline"], parts)
    )
    assert again["eco_redline_share"].tolist() == pytest.approx(
        whole["eco_redline_share"].tolist(), rel=1e-12
    )
    # 20 teeth of 50 m2 in the first; in the second 110 of them, and half of the strip between.
    assert whole["eco_redline_share"].tolist()[:2] == pytest.approx(
        [20 * 50 / 2_000, (110 * 50 + 200 * 20 / 2) / 11_000]
    )
