"""What a criterion that is the same for all can and cannot change, and who shares an error."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from landuse.scores.draws import error_sources, pack_rows
from landuse.scores.model import ScoreModel
from tests.scores.test_robustness import (
    FULL,
    NOISE,
    A,
    B,
    C,
    criterion,
    frame,
    model,
    random_frame,
    run,
    same,
    setting,
)

KNOWN = model(A, B, C)


def listed_everywhere(rows: int = 30) -> pd.DataFrame:
    """Return parcels with full evidence, high enough to stay on the list."""
    values = np.random.default_rng(9).uniform(0.6, 1.0, (rows, 5))
    return frame(values)


@settings(max_examples=10, deadline=None)
@given(level=st.floats(0, 1), weight=st.floats(0.01, 0.1))
def test_the_same_deficit_for_all_changes_no_rank_of_equally_covered_parcels(
    level: float, weight: float
) -> None:
    """In a draw s = S / K becomes (S + w d) / (K + w), with K, w and d the same for all: the order
    stays. The other weights, ramps and errors are drawn as before, for each is keyed by name."""
    table = listed_everywhere().assign(n=level)
    more = model(A, B, C, criterion("N", weight, "form"))
    before, after = run(table, setting(KNOWN)), run(table, setting(more))
    assert after["rank_p10"].notna().all()
    assert (before["rank_p90"] > before["rank_p10"]).any()
    bands = ["rank_p10", "rank_p90"]
    same(before[bands], after[bands])


def test_a_criterion_that_applies_to_nobody_changes_no_byte() -> None:
    other = criterion("N", 0.9, "plan", groups=("ELSEWHERE",), error=NOISE)
    table = random_frame().assign(n=0.5)
    more = model(*FULL.criteria, other)
    same(run(table, setting(FULL)), run(table, setting(more)))


def test_the_same_deficit_for_all_is_evidence_for_each() -> None:
    """a 0.5 -> d 0.7, b 0.5 -> d 0.7: 70. With n = 0 at equal weight 0.5: 70 * 0.5 / 1.0 = 35,
    under 45: a county where all is well is not the same as one where nobody looked."""
    table = frame([(0.5, 0.5, np.nan, 0, 0)]).assign(n=0.0)
    still = {"weight_spread": setting().weight_spread.model_copy(update={"value": 0.0})}
    few, more = model(A, B), model(A, B, criterion("N", 0.5, "plan"))
    assert run(table, setting(few, **still))["rank_p10"].notna().all()
    assert run(table, setting(more, **still))["rank_p10"].isna().all()


def test_criteria_of_one_source_share_its_error() -> None:
    twin = criterion("T", 0.1, "form", column="t", data="role_A")
    again = criterion("U", 0.1, "form", column="a", data="")
    lone = criterion("W", 0.1, "form", column="w", data="")
    found = error_sources((A, twin, again, lone))
    assert found == {"a": "role_A", "t": "role_A", "w": "w"}


def keys(table: pd.DataFrame, chosen: ScoreModel) -> np.ndarray:
    return pack_rows(table, chosen, seed=1, barred=np.zeros((len(table), 2), bool)).key


def test_keys_hang_on_the_evidence_and_on_nothing_else() -> None:
    table = frame([(0.5, 0.5, 0.5, 0, 0), (0.5, 0.4, 0.5, 0, 0), (0.5, 0.5, 0.5, -0.0, 0)])
    found = keys(table, FULL)
    assert (found[0] == found[2]).all()
    assert (found[0] != found[1]).sum() == 1
    more = model(*FULL.criteria, criterion("N", 0.1, "form", data="role_Z"))
    assert (keys(table.assign(n=[1.0, 2.0, 3.0]), more)[:, :-1] == found).all()
