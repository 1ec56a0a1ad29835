"""Hot spots: closed forms by hand, p-values against every possible draw, and laws."""

from __future__ import annotations

import warnings
from itertools import combinations
from math import sqrt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landuse.scores.pattern import PatternSettings, neighbourhood, spatial_pattern
from landuse.scores.permutations import conditional_p, draw, random_p, rejected
from landuse.scores.robustness import Chosen

EXACT = 0.0127
"""Four standard errors of a two-sided p from 99,999 draws: 4 * 2 * 0.5 / sqrt(99999) = 0.0127."""


def chosen(value: float) -> Chosen:
    return Chosen(value=value, source="test", mark="P")


LINE = PatternSettings(neighbours=chosen(2), reach_m=chosen(100), fewest=chosen(1))


def county(values: list[float], xy: list[tuple[float, float]]) -> dict[str, pd.DataFrame]:
    ids = pd.Series([f"p{i:03d}" for i in range(len(values))], dtype="str")
    scores = pd.DataFrame({"parcel_id": ids, "flag": "none", "les": values})
    points = pd.DataFrame(xy, columns=["x_m", "y_m"], dtype="float64").assign(parcel_id=ids)
    return {"scores": scores, "points": points}


def line(values: list[float]) -> dict[str, pd.DataFrame]:
    return county(values, [(100.0 * i, 0.0) for i in range(len(values))])


def lattice(values: np.ndarray) -> dict[str, pd.DataFrame]:
    rows, columns = np.indices(values.shape)
    xy = [(100.0 * c, 100.0 * r) for r, c in zip(rows.ravel(), columns.ravel(), strict=True)]
    return county(values.ravel().tolist(), xy)


def block(side: int = 20, *, seed: int = 3) -> np.ndarray:
    """Return scores about 20 with a block of 5 x 5 about 80 in one corner."""
    values = np.random.default_rng(seed).uniform(0, 40, (side, side))
    values[2:7, 2:7] += 60
    return values


def test_gi_star_is_the_closed_form() -> None:
    # 1 2 3 4 10: mean 4, S^2 = 130/5 - 16 = 10.
    # Last: 4 + 10 = 14 against 2 * 4; variance 10 * 2 * 3 / 4 = 15: z = 6 / sqrt(15).
    # Third: 2 + 3 + 4 = 9 against 3 * 4; variance 10 * 3 * 2 / 4 = 15: z = -3 / sqrt(15).
    table = spatial_pattern(**line([1, 2, 3, 4, 10]), settings=LINE)["table"]
    np.testing.assert_allclose(table["gi_z"].iloc[[4, 2]], [6 / sqrt(15), -3 / sqrt(15)])


def test_global_morans_i_by_hand() -> None:
    # z = -1.5 -0.5 0.5 1.5; neighbours' means -0.5, -0.5, 0.5, 0.5; products 0.75 0.25 0.25 0.75
    # sum to 2; sum of squares 5: I = 2 / 5. Expectation -1 / (4 - 1).
    summary = spatial_pattern(**line([1, 2, 3, 4]), settings=LINE)["summary"].iloc[0]
    assert summary["morans_i"] == pytest.approx(0.4)
    assert summary["morans_i_expected"] == pytest.approx(-1 / 3)
    assert summary["parcels"] == summary["tested"] == 4


def test_each_p_is_that_of_every_possible_draw() -> None:
    values = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0]
    table = spatial_pattern(**line(values), settings=LINE)["table"]
    for i in range(len(values)):
        near = [j for j in (i - 1, i + 1) if 0 <= j < len(values)]
        others = [j for j in range(len(values)) if j != i]
        lisa = exact_p([values[j] for j in near], [values[j] for j in others])
        gi = exact_p([values[j] for j in (*near, i)], values)
        assert table["lisa_p"].iloc[i] == pytest.approx(lisa, abs=EXACT)
        assert table["gi_p"].iloc[i] == pytest.approx(gi, abs=EXACT)


def exact_p(seen: list[float], population: list[float]) -> float:
    sums = np.array([sum(some) for some in combinations(population, len(seen))])
    tails = (sums >= sum(seen)).mean(), (sums <= sum(seen)).mean()
    return float(min(1.0, 2 * min(tails)))


def test_the_quadrants_are_those_of_pysal() -> None:
    from esda import Moran_Local
    from libpysal.graph import Graph

    inputs = lattice(block())
    choice = PatternSettings(draws=999, false_discovery=chosen(1))
    told = spatial_pattern(**inputs, settings=choice)["table"]["lisa_quadrant"]
    around = neighbourhood(inputs["scores"], inputs["points"], choice)
    with warnings.catch_warnings():
        theirs = Moran_Local(around.values, Graph.from_sparse(around.weights), permutations=0).q
    assert told.tolist() == np.array(["", "HH", "LH", "LL", "HL"])[theirs].tolist()


def test_a_planted_block_is_hot_and_noise_is_not() -> None:
    values = block()
    made = spatial_pattern(**lattice(values), settings=PatternSettings())
    hot = (made["table"]["hot_spot"] == "hot").to_numpy().reshape(values.shape)
    assert hot[3:6, 3:6].all()
    # Every hot parcel lies in the block or touches it.
    assert not np.delete(np.delete(hot, np.s_[1:8], 0), np.s_[1:8], 1).any()
    assert made["summary"]["hot"].iloc[0] == hot.sum()
    assert made["summary"]["morans_p"].iloc[0] < 0.001


@pytest.mark.parametrize("seed", range(5))
def test_shuffled_scores_have_no_spots(seed: int) -> None:
    """Skewed scores, where the normal approximation of Gi* would tell spots that are not there."""
    values = np.random.default_rng(seed).permutation(block().ravel()).reshape(20, 20)
    summary = spatial_pattern(**lattice(values**2), settings=PatternSettings())["summary"].iloc[0]
    assert summary["hot"] + summary["cold"] + summary["lisa_hh"] + summary["lisa_ll"] == 0


def test_many_zeros_are_no_cold_spot() -> None:
    """With most scores 0 a neighbourhood of zeros is what chance makes most often."""
    values = np.zeros((12, 12))
    values[::4, ::4] = 50
    table = spatial_pattern(**lattice(values), settings=PatternSettings())["table"]
    assert not (table["hot_spot"] == "cold").any()
    assert table["lisa_p"].min() > 0.05


def test_one_inefficient_parcel_among_efficient_ones_is_an_outlier() -> None:
    values = np.where(np.indices((14, 14)).sum(axis=0) % 2 == 0, 60.0, 50.0)
    values[:7] -= 45
    values[3, 3] = 95
    table = spatial_pattern(**lattice(values), settings=PatternSettings())["table"]
    assert table["lisa_quadrant"].iloc[3 * 14 + 3] == "HL"


def test_vetoed_unscored_and_unplaced_parcels_take_no_part() -> None:
    inputs = lattice(block())
    scores, points = inputs["scores"].copy(), inputs["points"].copy()
    scores.loc[10, "flag"], scores.loc[20, "les"], points.loc[30, "x_m"] = "vetoed", np.nan, np.nan
    first = spatial_pattern(scores=scores, points=points, settings=PatternSettings())
    scores.loc[[10, 30], "les"] = 100.0
    again = spatial_pattern(scores=scores, points=points, settings=PatternSettings())
    pd.testing.assert_frame_equal(first["table"], again["table"])
    blank = first["table"].loc[[10, 20, 30]]
    assert blank[["gi_z", "gi_p", "lisa_p"]].isna().all(axis=None)
    assert blank[["hot_spot", "lisa_quadrant"]].eq("").all(axis=None)
    assert first["summary"]["parcels"].iloc[0] == 397


def test_islands_are_not_tested_and_told() -> None:
    inputs = lattice(block(10))
    inputs["points"].loc[0, ["x_m", "y_m"]] = 1e6
    made = spatial_pattern(**inputs, settings=PatternSettings())
    assert made["table"]["gi_p"].isna().sum() == 1
    assert [one.value for one in made["findings"]] == ["1 / 100"]
    assert made["summary"]["isolated"].iloc[0] == 1


@pytest.mark.parametrize("values", [[], [5.0], [7.0] * 30], ids=["none", "one", "all equal"])
def test_nothing_to_compare_is_said(values: list[float]) -> None:
    made = spatial_pattern(**line(values), settings=LINE)
    assert made["table"]["hot_spot"].eq("").all()
    assert made["table"]["gi_p"].isna().all()
    assert [one.kind for one in made["findings"]] == ["note"]
    assert np.isnan(made["summary"]["morans_i"].iloc[0])


def test_parcels_on_one_point_are_not_their_own_neighbours() -> None:
    inputs = county([float(i) for i in range(12)], [(0.0, 0.0)] * 12)
    around = neighbourhood(inputs["scores"], inputs["points"], PatternSettings())
    assert around.counts.tolist() == [8] * 12
    assert not around.weights.diagonal().any()


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=5, deadline=None)
def test_rows_in_another_order_and_scores_in_another_unit_tell_the_same(seed: int) -> None:
    inputs = lattice(block(8))
    plain = PatternSettings(draws=999)
    first = spatial_pattern(**inputs, settings=plain)
    order = np.random.default_rng(seed).permutation(64)
    scores = inputs["scores"].iloc[order].assign(les=lambda one: one["les"] / 2 + 3)
    again = spatial_pattern(scores=scores, points=inputs["points"], settings=plain)
    pd.testing.assert_frame_equal(again["table"].sort_index(), first["table"])


def test_the_same_seed_gives_the_same_and_another_seed_nearly() -> None:
    inputs = lattice(block(10))
    first = spatial_pattern(**inputs, settings=PatternSettings())["table"]
    pd.testing.assert_frame_equal(
        spatial_pattern(**inputs, settings=PatternSettings())["table"], first, check_exact=True
    )
    other = spatial_pattern(**inputs, settings=PatternSettings(seed=1))["table"]
    assert not other["gi_p"].equals(first["gi_p"])
    np.testing.assert_allclose(other["gi_p"], first["gi_p"], atol=2 * EXACT)


def test_draws_are_without_replacement_and_each_row_equally_likely() -> None:
    drawn = draw(24_000, count=3, of=4, seed=5)
    assert all(len(set(row)) == 3 for row in drawn[:500].tolist())
    # 4 * 3 * 2 = 24 ordered rows, 1000 each; standard deviation sqrt(24000 / 24 * 23 / 24) = 31
    _, counts = np.unique(drawn, axis=0, return_counts=True)
    assert len(counts) == 24
    assert np.abs(counts - 1000).max() < 5 * 31
    with pytest.raises(ValueError, match="cannot be drawn"):
        draw(9, count=5, of=4, seed=5)


def test_ties_count_on_both_sides() -> None:
    values, drawn = np.zeros(6), draw(99, count=3, of=6, seed=1)
    for test in (random_p, conditional_p):
        p = test(np.zeros(6), np.full(6, 2), values=values, drawn=drawn)
        assert p.tolist() == [1.0] * 6


def test_benjamini_hochberg_by_hand() -> None:
    # limits 0.0125 0.025 0.0375 0.05: the third stands, and with it all smaller ones
    assert rejected(np.array([0.03, 0.5, 0.01, 0.02]), 0.05).tolist() == [True, False, True, True]
    # 0.04 exceeds 0.025, but the larger of two stands at 0.05: both fall
    assert rejected(np.array([0.04, 0.04]), 0.05).all()
    assert not rejected(np.array([0.06, 0.9]), 0.05).any()
    assert rejected(np.array([]), 0.05).size == 0


def grouped(values: np.ndarray, group: np.ndarray) -> dict[str, pd.DataFrame]:
    return lattice(values) | {"table": pd.DataFrame({"group": group.ravel()})}


def test_a_place_where_one_peer_group_is_common_is_no_hot_spot_for_that() -> None:
    """The 25 parcels of the block are of a group whose scores lie 60 points higher: hot among all,
    and nothing among their like; with the block worse than its like elsewhere, it is hot again."""
    values = block()
    where = np.zeros(values.shape, dtype=bool)
    where[2:7, 2:7] = True
    group = np.where(where, "VILLAGE", "IND_OUT")
    assert (spatial_pattern(**lattice(values), settings=PatternSettings())["table"][
        "hot_spot"] == "hot").sum() > 9  # fmt: skip
    told = spatial_pattern(**grouped(values, group), settings=PatternSettings())["table"]
    assert not told["hot_spot"].eq("hot").any()
    mixed = np.where(np.arange(400).reshape(20, 20) % 2 == 0, "VILLAGE", "IND_OUT")
    told = spatial_pattern(**grouped(values, mixed), settings=PatternSettings())["table"]
    assert told["hot_spot"].eq("hot").sum() > 9


def test_points_given_to_a_whole_peer_group_move_no_spot() -> None:
    values = block(12, seed=8)
    group = np.where(np.arange(144).reshape(12, 12) % 3 == 0, "COMM", "URBAN_RES")
    one, two = (
        spatial_pattern(**grouped(values + shift * (group == "COMM"), group), settings=LINE)
        for shift in (0.0, 25.0)
    )
    columns = ["hot_spot", "lisa_quadrant"]
    pd.testing.assert_frame_equal(one["table"][columns], two["table"][columns])
    np.testing.assert_allclose(one["table"]["gi_z"], two["table"]["gi_z"], atol=1e-9)
