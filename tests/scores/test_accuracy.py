"""Accuracy by hand arithmetic, ties included, and as laws."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landuse.scores.accuracy import (
    auc,
    average_precision,
    f1,
    measure,
    precision,
    precision_at_n,
    recall,
    worst_errors,
)

NO_FLAG = np.zeros(4, dtype=bool)


def arrays(score: list[float], truth: list[int]) -> tuple[np.ndarray, np.ndarray]:
    return np.array(score, dtype="float64"), np.array(truth, dtype=bool)


def test_metrics_by_hand() -> None:
    """Order + - + -: AUC = 3 of 4 pairs; AP = (1/1 + 2/3) / 2; the two best hold one of two."""
    score, truth = arrays([4, 3, 2, 1], [1, 0, 1, 0])
    assert auc(score, truth, NO_FLAG) == 0.75
    assert average_precision(score, truth, NO_FLAG) == pytest.approx((1 + 2 / 3) / 2)
    assert precision_at_n(score, truth, NO_FLAG) == 0.5


def test_ties_count_half_and_enter_together() -> None:
    """All equal: AUC 1/2, AP = share of positives, precision at n = its expectation."""
    score, truth = arrays([1, 1, 1, 1], [1, 0, 0, 0])
    assert auc(score, truth, NO_FLAG) == 0.5
    assert average_precision(score, truth, NO_FLAG) == 0.25
    assert precision_at_n(score, truth, NO_FLAG) == 0.25


def test_flag_metrics_by_hand() -> None:
    """Flagged 3, of them 2 true, of 4 true in all: P 2/3, R 1/2, F1 = 4 / (3 + 4)."""
    truth = np.array([1, 1, 1, 1, 0, 0], dtype=bool)
    flag = np.array([1, 1, 0, 0, 1, 0], dtype=bool)
    score = np.zeros(6)
    assert precision(score, truth, flag) == pytest.approx(2 / 3)
    assert recall(score, truth, flag) == 0.5
    assert f1(score, truth, flag) == pytest.approx(4 / 7)


def test_nothing_flagged_is_not_a_precision_of_zero() -> None:
    score, truth = arrays([1, 2, 3, 4], [1, 0, 0, 0])
    assert np.isnan(precision(score, truth, NO_FLAG))
    assert recall(score, truth, NO_FLAG) == 0.0


cases = st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=40).filter(
    lambda rows: 0 < sum(row[1] for row in rows) < len(rows)
)


@given(cases)
def test_auc_equals_counting_pairs(rows: list[tuple[int, bool]]) -> None:
    score, truth = arrays([row[0] for row in rows], [row[1] for row in rows])
    wins = np.sign(np.subtract.outer(score[truth], score[~truth]))
    assert auc(score, truth, NO_FLAG) == pytest.approx(((wins + 1) / 2).mean())


@given(cases)
def test_only_the_order_counts(rows: list[tuple[int, bool]]) -> None:
    score, truth = arrays([row[0] for row in rows], [row[1] for row in rows])
    for metric in (auc, average_precision, precision_at_n):
        assert metric(score, truth, NO_FLAG) == metric(np.exp(score), truth, NO_FLAG)
        backwards = metric(score[::-1], truth[::-1], NO_FLAG)
        assert metric(score, truth, NO_FLAG) == pytest.approx(backwards)


def test_parcel_without_score_ranks_last() -> None:
    truth, flag = np.array([True, False, False]), np.zeros(3, dtype=bool)
    by_name = {item.name: item for item in measure(np.array([np.nan, 1.0, 0.0]), truth, flag)}
    assert by_name["AUC"].value == 0.0


def test_same_seed_gives_the_same_interval() -> None:
    generator = np.random.default_rng(4)
    score, truth = generator.random(200), generator.random(200) < 0.2
    flag = score > 0.7
    assert measure(score, truth, flag, draws=50) == measure(score, truth, flag, draws=50)


def test_worst_errors_are_five_of_each() -> None:
    n = 40
    table = pd.DataFrame(
        {
            "parcel_id": [f"p{i:02d}" for i in range(n)],
            "truth": [i % 2 == 0 for i in range(n)],
            "flag": "none",
            "veto": "",
            "les": np.arange(n, dtype="float64"),
        }
    )
    worst = worst_errors(table, score="les")
    assert worst["parcel_id"].tolist() == [
        "p39", "p37", "p35", "p33", "p31", "p00", "p02", "p04", "p06", "p08",
    ]  # fmt: skip


def test_a_vetoed_parcel_is_no_high_scored_error() -> None:
    """b (90, false) is vetoed, hence never flagged: a (80) and d (10) are the misleading ones."""
    joined = pd.DataFrame(
        {
            "parcel_id": list("abcd"),
            "truth": [False, False, True, False],
            "flag": ["suspected_idle", "vetoed", "vetoed", "none"],
            "veto": ["", "V1", "V1", ""],
            "idle_score": [80.0, 90.0, 70.0, 10.0],
        }
    )
    worst = worst_errors(joined, score="idle_score")
    high = worst[worst["error"].str.startswith("scored high")]
    low = worst[worst["error"].str.startswith("true")]
    assert high["parcel_id"].tolist() == ["a", "d"]
    assert low["parcel_id"].tolist() == ["c"], "a veto that hides a true parcel stays an error"
