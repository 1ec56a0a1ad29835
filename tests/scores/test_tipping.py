"""The weight told takes the parcel off the list, and no nearer thousandth of any weight does."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landuse.scores.listing import listing
from landuse.scores.model import Contradiction, Criterion, Family, Grade, ScoreModel
from landuse.scores.tipping import NONE_EN, NONE_ZH, TippingSettings, tipping


def criterion(code: str, weight: float, family: str, score: str = "les") -> Criterion:
    return Criterion.model_validate({
        "code": code, "score": score, "column": code.lower(), "zh": code, "en": code, "unit": "%",
        "family": family, "weight": weight, "ramp": ((0.0, 0.0), (1.0, 1.0)), "source": "test",
        "mark": "P",
    })  # fmt: skip


A, B = criterion("A", 0.3, "form"), criterion("B", 0.2, "surface")
C, D = criterion("C", 0.25, "form"), criterion("D", 0.05, "plan")
E, F = criterion("I", 0.6, "form", "idle"), criterion("J", 0.4, "surface", "idle")


def model(*criteria: Criterion) -> ScoreModel:
    return ScoreModel(
        name="t", title_zh="测", title_en="t", criteria=criteria, source="t", mark="P",
        families=tuple(Family(code=f, zh=f, en=f) for f in ("form", "surface", "plan")),
        grades=(Grade(code="I", zh="Ⅰ", en="I", minimum=75),),
    )  # fmt: skip


def frame(**columns: list[float]) -> pd.DataFrame:
    table = pd.DataFrame(columns, dtype="float64")
    ids = [f"p{row:03d}" for row in range(len(table))]
    return table.assign(parcel_id=ids, group="G", area_m2=1000.0, area_mu=1.5, zone_in=False)


def told(table: pd.DataFrame, chosen: ScoreModel) -> pd.DataFrame:
    found = tipping(table=table, settings=TippingSettings(score_model=chosen))["table"]
    assert isinstance(found, pd.DataFrame)
    return found


def with_weight(chosen: ScoreModel, code: str, weight: float) -> ScoreModel:
    moved = [
        item.model_copy(update={"weight": weight}) if item.code == code else item
        for item in chosen.criteria
    ]
    return chosen.model_copy(update={"criteria": tuple(moved)})


def is_listed(table: pd.DataFrame, chosen: ScoreModel) -> np.ndarray:
    return listing(table, chosen).listed


def test_by_hand() -> None:
    """A 1.0, B 0.5, C 0: (30 + 10) / 0.75 = 53.33. A at w: (100 w + 10) / (w + 0.45) < 45 where
    55 w < 10.25, w < 0.18636: down to 0.186, a change of 0.114. C up: 40 / (0.5 + w) < 45 where
    w > 0.3889: up to 0.389, a change of 0.139. B up: d = 0.5 is over 45, so only down, to
    (30 + 50 w) / (0.55 + w) < 45, w < -1.05: never."""
    found = told(frame(a=[1.0], b=[0.5], c=[0.0]), model(A, B, C)).iloc[0]
    assert (found.tipping_code, found.tipping_from) == ("A", 0.3)
    assert found.tipping_to == pytest.approx(0.186)
    assert found.tipping_zh == "A（A）的权重由 0.30 降到 0.186 即不列入"
    assert found.tipping_en == "off the list once the weight of A (A) falls from 0.30 to 0.186"


def test_listed_by_both_scores_no_single_weight_helps() -> None:
    found = told(frame(a=[1.0], b=[1.0], i=[1.0], j=[1.0]), model(A, B, E, F)).iloc[0]
    assert (found.tipping_zh, found.tipping_en) == (NONE_ZH, NONE_EN)
    assert found.tipping_code == ""
    assert np.isnan(found.tipping_to)


def test_not_listed_says_nothing() -> None:
    found = told(frame(a=[0.0], b=[0.0]), model(A, B)).iloc[0]
    assert [found.tipping_code, found.tipping_zh, found.tipping_en] == ["", "", ""]


def test_a_missing_criterion_can_take_the_evidence_away() -> None:
    """A, B known (0.5 of 0.75 = 67 %); C at w: 0.5 / (0.5 + w) < 0.6 where w > 0.3333: 0.334.
    A down: (0.2 + w) / (0.45 + w) < 0.6 where 0.4 w < 0.07, w < 0.175: 0.174, farther."""
    found = told(frame(a=[1.0], b=[1.0], c=[np.nan]), model(A, B, C)).iloc[0]
    assert found.tipping_code == "C"
    assert found.tipping_to == pytest.approx(0.334)


def test_a_bar_on_the_other_flag_leaves_one_to_move() -> None:
    table = frame(a=[1.0, 1.0], b=[0.5, 0.5], c=[0.0, 0.0], i=[1.0, 1.0], j=[1.0, 1.0])
    table["odd"] = [1.0, 0.0]
    bar = Contradiction(code="K", zh="甲", en="a", when=(("odd", ">=", 1.0),), against="idle",
                        source="t", mark="P")  # fmt: skip
    scheme = model(A, B, C, E, F).model_copy(update={"contradictions": (bar,)})
    found = tipping(table=table, settings=TippingSettings(score_model=scheme))["table"]
    assert found["tipping_code"].tolist() == ["A", ""]


values = st.one_of(st.integers(0, 20).map(lambda n: n / 20), st.just(float("nan")))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(*[values] * 6), min_size=1, max_size=6))
def test_against_brute_force(rows: list[tuple[float, ...]]) -> None:
    """Every thousandth nearer than the one told leaves the parcel listed, for every criterion."""
    chosen = model(A, B, C, D, E, F)
    table = frame(**{name: [row[k] for row in rows] for k, name in enumerate("abcdij")})
    found, listed = told(table, chosen), is_listed(table, chosen)
    for row in np.flatnonzero(listed):
        one, told_row = table.iloc[[row]], found.iloc[row]
        change = abs(told_row.tipping_to - told_row.tipping_from)
        if told_row.tipping_code:
            off = with_weight(chosen, told_row.tipping_code, told_row.tipping_to)
            assert not is_listed(one, off)[0]
        for item in chosen.criteria:
            assert _nearest_off(one, chosen, item) >= (
                change - 1e-9 if told_row.tipping_code else np.inf
            )


def _nearest_off(one: pd.DataFrame, chosen: ScoreModel, item: Criterion) -> float:
    """Return the least change of one weight that takes the parcel off: bisection each way.

    The set of weights that keep a parcel listed is an interval, for score and coverage cross
    their limits once.
    """
    changes = [np.inf]
    start = round(item.weight * 1000)
    for end in (1, 1000):
        kept, gone = start, end
        if is_listed(one, with_weight(chosen, item.code, gone / 1000))[0]:
            continue
        while abs(gone - kept) > 1:
            middle = (gone + kept) // 2
            still = is_listed(one, with_weight(chosen, item.code, middle / 1000))[0]
            kept, gone = (middle, gone) if still else (kept, middle)
        changes.append(abs(gone / 1000 - item.weight))
    return min(changes)
