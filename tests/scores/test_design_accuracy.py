"""Design-weighted accuracy: by hand, against the whole truth, and as often right as it says."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from landuse.scores.design_accuracy import (
    by_stratum,
    clopper_pearson,
    precision_recall,
    ratio,
    reliability,
    share,
)


def sample(*strata: tuple[str, int, list[tuple[int, int]]]) -> pd.DataFrame:
    """Return checked parcels: (stratum, population, [(flag, truth)])."""
    rows = [
        {"stratum": name, "population": float(population), "flag": bool(f), "truth": bool(t)}
        for name, population, checks in strata
        for f, t in checks
    ]
    return pd.DataFrame(rows)


def test_clopper_pearson_by_hand() -> None:
    """0 of 10: upper limit 1 - 0.025^(1/10) = 0.3085; 10 of 10 mirrors it."""
    assert clopper_pearson(0, 10) == (0.0, pytest.approx(1 - 0.025 ** (1 / 10)))
    assert clopper_pearson(10, 10) == (pytest.approx(0.025 ** (1 / 10)), 1.0)


def test_weights_by_hand() -> None:
    """Flagged: 20 parcels, 3 of 4 true. Not flagged: 100 parcels, 1 of 10 true.

    True in the county 20 * 3/4 + 100 / 10 = 25, of them flagged 15: precision 15 / 20 = 0.75,
    recall 15 / 25 = 0.6, prevalence 25 / 120.
    """
    table = sample(
        ("a", 20, [(1, 1)] * 3 + [(1, 0)]), ("b", 100, [(0, 1)] + [(0, 0)] * 9)
    )  # fmt: skip
    found = precision_recall(table)
    assert found["precision"].value == pytest.approx(0.75)
    assert found["recall"].value == pytest.approx(0.6)
    assert found["prevalence"].value == pytest.approx(25 / 120)


def test_one_stratum_is_the_textbook_interval() -> None:
    """A single stratum, 8 of 20 out of very many: the weighted interval is Clopper-Pearson's.

    Variance p q / (n - 1) gives an effective size of n - 1 = 19.
    """
    table = sample(("a", 10**9, [(1, 1)] * 8 + [(1, 0)] * 12))
    found = precision_recall(table)["precision"]
    assert (found.low, found.high) == pytest.approx(clopper_pearson(0.4 * 19, 19), abs=1e-6)


def test_a_county_checked_whole_has_no_doubt() -> None:
    table = sample(("a", 2, [(1, 1), (1, 0)]), ("b", 3, [(0, 1), (0, 0), (0, 0)]))
    found = precision_recall(table)
    assert (found["precision"].low, found["precision"].high) == (0.5, 0.5)
    assert (found["recall"].low, found["recall"].high) == (0.5, 0.5)


def test_all_right_so_far_is_no_certainty() -> None:
    table = sample(("a", 100, [(1, 1)] * 10))
    found = precision_recall(table)["precision"]
    assert found.value == 1.0
    assert 0.65 < found.low < 0.75


def test_nothing_flagged_has_no_precision() -> None:
    found = precision_recall(sample(("a", 10, [(0, 1), (0, 0)])))
    assert found["precision"].checks == 0
    assert np.isnan(found["precision"].value)
    assert found["recall"].value == 0.0


def test_domains_add_up() -> None:
    """True and flagged parcels of two domains sum to those of the county."""
    table = sample(("a", 20, [(1, 1)] * 3 + [(1, 0)]), ("b", 100, [(0, 1)] + [(0, 0)] * 9))
    one = np.arange(len(table)) % 2 == 0
    y, x = (table["truth"] & table["flag"]).to_numpy(float), table["flag"].to_numpy(float)
    weight = table["population"] / table.groupby("stratum")["stratum"].transform("size")
    parts = sum(
        ratio(y * mask, x * mask, table).value * float(weight @ (x * mask)) for mask in (one, ~one)
    )
    assert parts == pytest.approx(ratio(y, x, table).value * float(weight @ x))


def test_strata_tell_when_checks_are_few() -> None:
    table = sample(("a", 20, [(1, 1)] * 3 + [(1, 0)]), ("b", 100, [(0, 0)] * 12))
    design = pd.DataFrame({"stratum": ["a", "b", "c", "d"], "population": [20.0, 100.0, 3.0, 50.0],
                           "sample": [5, 12, 3, 5]})  # fmt: skip
    found = by_stratum(table, design)
    assert found["checks"].tolist() == [4, 12, 0, 0]
    assert found["few"].tolist() == [True, False, True, True]
    assert found["share"].tolist()[:2] == [0.75, 0.0]
    assert found["share"].isna().tolist() == [False, False, True, True]


def test_share_of_a_stratum_checked_whole_is_exact() -> None:
    found = share(np.array([True, False]), population=2)
    assert (found.value, found.low, found.high) == (0.5, 0.5, 0.5)


def test_intervals_hold_as_often_as_they_say() -> None:
    """A known county, 300 samples: the 95 % intervals hold in at least 92 % of them."""
    random = np.random.default_rng(5)
    sizes, rates = {"f": 120, "n": 80, "r": 1800}, {"f": 0.7, "n": 0.3, "r": 0.02}
    truth = {name: random.random(size) < rates[name] for name, size in sizes.items()}
    true = sum(values.sum() for values in truth.values())
    right = {"precision": truth["f"].mean(), "recall": truth["f"].sum() / true}
    hits = dict.fromkeys(right, 0)
    taken = {"f": 40, "n": 30, "r": 130}
    for _ in range(300):
        drawn = {name: random.choice(truth[name], taken[name], replace=False) for name in sizes}
        table = sample(
            *((name, sizes[name], [(name == "f", t) for t in drawn[name]]) for name in sizes)
        )
        found = precision_recall(table)
        for name, value in right.items():
            hits[name] += found[name].low <= value <= found[name].high
    assert min(hits.values()) >= 0.92 * 300, hits


def test_reliability_by_hand() -> None:
    """p 0.05 (false), 0.95 (true), 1.0 (false): Brier = (0.0025 + 0.0025 + 1) / 3."""
    table, brier = reliability(np.array([0.05, 0.95, 1.0, np.nan]),
                               np.array([False, True, False, True]))  # fmt: skip
    assert brier == pytest.approx(1.005 / 3)
    assert table["count"].tolist() == [1, 0, 0, 0, 0, 0, 0, 0, 0, 2]
    assert table["share_true"].iloc[9] == 0.5
    assert table["mean_chance"].iloc[9] == pytest.approx(0.975)


def test_reliability_counts_by_weight() -> None:
    """Two parcels in one bin, weights 3 and 1: share true 3/4, Brier (3 * 0.01 + 0.81) / 4."""
    table, brier = reliability(
        np.array([0.9, 0.9]), np.array([True, False]), np.array([3.0, 1.0])
    )  # fmt: skip
    assert table["share_true"].iloc[9] == 0.75
    assert brier == pytest.approx((3 * 0.01 + 0.81) / 4)
