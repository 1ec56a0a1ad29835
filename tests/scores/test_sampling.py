"""Laws of the sample: every stratum, every parcel's chance, order, growth, and blind codes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landuse.scores.sampling import (
    SampleSettings,
    balanced_size,
    design_of,
    draw,
    least_size,
    strata_of,
)

MINIMUM = {"idle": 60.0, "les": 45.0}
FLAGS = ("suspected_idle", "suspected_low_efficiency", "none", "vetoed")


def county(count: int = 400, *, seed: int = 1) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "parcel_id": [f"p{number:04d}" for number in range(count)],
            "flag": random.choice(FLAGS, count, p=[0.05, 0.1, 0.75, 0.1]),
            "group": random.choice(["IND_OUT", "VILLAGE"], count),
            "zone_in": pd.array(random.choice([True, False], count), dtype="boolean"),
            "idle_score": random.uniform(0, 55, count),
            "les": random.uniform(0, 40, count),
        }
    )


def strata(parcels: pd.DataFrame) -> pd.DataFrame:
    return strata_of(parcels, MINIMUM, near_points=10)


def settings(size: int = 150, **more: int) -> SampleSettings:
    return SampleSettings(**({"size": size, "seed": 7, "per_stratum_minimum": 5} | more))


def test_near_misses_are_a_class_of_their_own() -> None:
    """Limits 60 and 45, ten points: idle 50 and les 35 are near, idle 49.9 and les 34.9 are not."""
    table = county(4).assign(flag="none", idle_score=[50.0, 49.9, np.nan, 0.0],
                             les=[0.0, 34.9, 35.0, np.nan])  # fmt: skip
    assert strata(table)["run_class"].tolist() == ["near_miss", "none", "near_miss", "none"]
    flagged = table.assign(flag="vetoed")
    assert set(strata(flagged)["run_class"]) == {"vetoed"}


def test_a_study_without_zones_has_one_place() -> None:
    unknown = county(20).assign(zone_in=pd.array([pd.NA] * 20, dtype="boolean"))
    assert set(strata(unknown)["zone"]) == {"unknown"}


@given(st.integers(60, 500), st.integers(1, 8), st.integers(0, 5))
def test_the_design_holds_its_promises(size: int, minimum: int, seed: int) -> None:
    found = strata(county(seed=seed))
    choice = settings(max(size, least_size(found, minimum=minimum)), per_stratum_minimum=minimum)
    design = design_of(found, settings=choice)
    assert design["population"].sum() == len(found)
    assert design["sample"].sum() == min(choice.size, len(found))
    assert (design["sample"] <= design["population"]).all()
    assert (design["sample"] >= np.minimum(design["population"], minimum)).all()
    assert (design["weight"] * design["sample"]).to_numpy() == pytest.approx(design["population"])


def test_what_is_left_follows_the_square_root() -> None:
    """Strata of 100 and 400, least 10, size 60: the 40 left go 10 : 20, hence about 23 and 37."""
    groups = ["A"] * 100 + ["B"] * 400
    table = county(500).assign(flag="none", group=groups, zone_in=True, idle_score=0.0, les=0.0)
    design = design_of(strata(table), settings=settings(60, per_stratum_minimum=10))
    taken = dict(zip(design["group"], design["sample"], strict=True))
    assert taken["A"] == pytest.approx(10 + 40 / 3, abs=1)
    assert taken["B"] == pytest.approx(10 + 80 / 3, abs=1)


def test_order_of_rows_does_not_matter() -> None:
    parcels = county()
    shuffled = parcels.sample(frac=1, random_state=3)
    drawn = [
        draw(strata(table), design_of(strata(table), settings=settings()), seed=7)
        for table in (parcels, shuffled)
    ]
    pd.testing.assert_frame_equal(*drawn)


def test_a_larger_sample_contains_the_smaller() -> None:
    found = strata(county())
    small, large = (
        set(draw(found, design_of(found, settings=settings(size)), seed=7)["parcel_id"])
        for size in (150, 300)
    )
    assert small < large


def test_another_seed_draws_others() -> None:
    found = strata(county())
    one, two = (
        set(draw(found, design_of(found, settings=settings(seed=seed)), seed=seed)["parcel_id"])
        for seed in (7, 8)
    )
    assert one != two


def test_every_parcel_of_a_stratum_has_the_same_chance() -> None:
    """40 parcels, 10 drawn, 400 seeds: each is drawn 100 times, within 5 sd (8.66) of that."""
    found = strata(county(40).assign(flag="none", group="A", zone_in=True, idle_score=0.0, les=0.0))
    count = dict.fromkeys(found["parcel_id"], 0)
    for seed in range(400):
        design = design_of(found, settings=settings(10, seed=seed))
        for parcel in draw(found, design, seed=seed)["parcel_id"]:
            count[parcel] += 1
    assert max(abs(times - 100) for times in count.values()) < 5 * (400 * 0.25 * 0.75) ** 0.5


def test_codes_of_strata_do_not_sort_by_class() -> None:
    design = design_of(strata(county()), settings=settings())
    assert design["stratum"].is_monotonic_increasing
    assert not design["run_class"].is_monotonic_increasing
    assert not design["run_class"].is_monotonic_decreasing


def test_a_size_below_the_minima_is_refused_with_one_that_works() -> None:
    found = strata(county())
    size = balanced_size(found, minimum=10)
    with pytest.raises(ValueError, match="below"):
        design_of(found, settings=settings(20, per_stratum_minimum=10))
    assert design_of(found, settings=settings(size, per_stratum_minimum=10))["sample"].sum() == size
