"""Laws of the score: coverage, missing values, order, monotone ramps, neutral criteria."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landuse.scores.assess import AssessSettings, assess
from landuse.scores.engine import add_derived, evaluate
from landuse.scores.model import Criterion, Derived, Family, Grade, ScoreModel, Veto
from landuse.scores.texts import tell


def criterion(code: str, *, weight: float = 0.5, family: str = "form", **more: object) -> Criterion:
    given_values = {
        "score": "les", "column": f"{code.lower()}_share", "zh": code, "en": code, "unit": "%",
        "ramp": ((0.0, 1.0), (1.0, 0.0)), "source": "test", "mark": "P", "data": code,
    }  # fmt: skip
    return Criterion.model_validate(
        given_values | {"code": code, "weight": weight, "family": family} | more
    )


def model(*criteria: Criterion, **more: object) -> ScoreModel:
    families = {item.family for item in criteria} | {"form", "surface"}
    base = {
        "name": "t", "title_zh": "测", "title_en": "t", "criteria": criteria,
        "families": tuple(Family(code=f, zh=f, en=f) for f in sorted(families)),
        "grades": (Grade(code="I", zh="Ⅰ", en="I", minimum=75),
                   Grade(code="III", zh="Ⅲ", en="III", minimum=45)),
        "source": "test", "mark": "P",
    }  # fmt: skip
    return ScoreModel.model_validate(base | more)


A, B = criterion("A", weight=0.6), criterion("B", weight=0.4, family="surface")


def frame(**columns: object) -> pd.DataFrame:
    table = pd.DataFrame(columns)
    n = len(table)
    table.insert(0, "parcel_id", [f"p{i:03d}" for i in range(n)])
    fixed = {"group": "G", "area_m2": 1000.0, "area_mu": 1.5, "zone_in": False}
    return table.assign(**{name: value for name, value in fixed.items() if name not in table})


def test_score_by_hand() -> None:
    """a = 0.25 -> d = 0.75; b = 0.5 -> d = 0.5: 100 (0.6*0.75 + 0.4*0.5) / 1.0 = 65."""
    result = evaluate(frame(a_share=[0.25], b_share=[0.5]), model(A, B), score="les")
    assert result.score[0] == pytest.approx(65.0)
    assert result.points[0].tolist() == pytest.approx([45.0, 20.0])
    assert (result.coverage[0], result.families_agreeing[0]) == (1.0, 2)


def test_missing_value_lowers_coverage_and_never_counts_as_zero() -> None:
    """b missing: 100 * 0.6*0.75 / 0.6 = 75 at coverage 0.6, but one family is not evidence."""
    table = frame(a_share=[0.25], b_share=[np.nan])
    one_family = model(A, B, minimum_families=1, minimum_coverage=0.5)
    lax = evaluate(table, one_family, score="les")
    assert lax.score[0] == pytest.approx(75.0)
    assert lax.coverage[0] == pytest.approx(0.6)
    assert np.isnan(evaluate(table, model(A, B), score="les").score[0])


def test_absent_column_equals_missing_value() -> None:
    with_nan = evaluate(frame(a_share=[0.2], b_share=[np.nan]), model(A, B), score="les")
    without = evaluate(frame(a_share=[0.2]), model(A, B), score="les")
    assert without.coverage.tolist() == with_nan.coverage.tolist()
    assert np.array_equal(without.score, with_nan.score, equal_nan=True)


def test_criterion_of_another_group_is_no_gap() -> None:
    other = criterion("C", weight=0.4, family="surface", groups=("H",))
    result = evaluate(frame(a_share=[0.2], b_share=[0.2], c_share=[np.nan]),
                      model(A, B, other), score="les")  # fmt: skip
    assert result.coverage[0] == 1.0


def test_derived_sum_is_null_where_a_part_is_null() -> None:
    item = Derived(column="ab", zh="", en="", unit="%", operation="sum", of=("a_share", "b_share"))
    table = add_derived(frame(a_share=[0.1, 0.1], b_share=[0.2, np.nan]), (item,))
    assert table["ab"].iloc[0] == pytest.approx(0.3)
    assert np.isnan(table["ab"].iloc[1])


shares = st.floats(0, 1) | st.just(float("nan"))


@given(st.lists(st.tuples(shares, shares), min_size=1, max_size=30))
def test_order_of_rows_changes_nothing(rows: list[tuple[float, float]]) -> None:
    table = frame(a_share=[row[0] for row in rows], b_share=[row[1] for row in rows])
    settings = AssessSettings(score_model=model(A, B))
    shuffled = table.sample(frac=1, random_state=3)
    straight = assess(table=table, settings=settings)["scores"]
    mixed = assess(table=shuffled, settings=settings)["scores"]
    said = tell(table=table, scores=straight, settings=settings)["texts"]
    other = tell(table=shuffled, scores=mixed, settings=settings)["texts"]
    for one, two in ((straight, mixed), (said, other)):
        pd.testing.assert_frame_equal(one, two.sort_values("parcel_id"), check_index_type=False)


def test_scores_of_other_parcels_are_told_nothing() -> None:
    table = frame(a_share=[0.1, 0.2], b_share=[0.1, 0.2])
    settings = AssessSettings(score_model=model(A, B))
    scores = assess(table=table, settings=settings)["scores"]
    with pytest.raises(ValueError, match="in their order"):
        tell(table=table, scores=scores.iloc[::-1], settings=settings)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_worse_value_never_lowers_the_score(low: float, high: float, other: float) -> None:
    low, high = sorted((low, high))
    table = frame(a_share=[low, high], b_share=[other, other])
    score = evaluate(table, model(A, B), score="les").score
    assert score[0] >= score[1]


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=2, max_size=20),
       st.floats(0, 1))  # fmt: skip
def test_criterion_equal_for_all_changes_no_order(
    rows: list[tuple[float, float]], level: float
) -> None:
    """Adding d0 to all maps s to (s + w d0) / (1 + w): strictly monotone."""
    table = frame(a_share=[r[0] for r in rows], b_share=[r[1] for r in rows], n_share=level)
    neutral = criterion("N", weight=0.3, family="form")
    before = evaluate(table, model(A, B), score="les").score
    after = evaluate(table, model(A, B, neutral), score="les").score
    wide = np.abs(np.subtract.outer(before, before)) > 1e-9
    assert (np.sign(np.subtract.outer(before, before))[wide]
            == np.sign(np.subtract.outer(after, after))[wide]).all()  # fmt: skip


@given(st.lists(st.tuples(shares, shares), min_size=1, max_size=30))
def test_points_add_to_the_score_and_null_means_insufficient(
    rows: list[tuple[float, float]],
) -> None:
    table = frame(a_share=[r[0] for r in rows], b_share=[r[1] for r in rows])
    made = assess(table=table, settings=AssessSettings(score_model=model(A, B)))
    scores, parts = made["scores"], made["contributions"]
    sums = parts.groupby("parcel_id")["contribution"].sum()
    known = scores.dropna(subset=["les"]).set_index("parcel_id")["les"]
    assert np.allclose(sums[known.index], known)
    insufficient = scores["flag"] == "insufficient_evidence"
    assert (scores["les"].isna() == insufficient).all()
    assert scores.loc[insufficient, "rank"].isna().all()


def test_veto_beats_score_and_keeps_rule_layer_and_share() -> None:
    veto = Veto(code="V1", column="red_share", zh="红线", en="red line", limit=0.01, unit="%",
                source="t", mark="V", data="eco_redline")  # fmt: skip
    table = frame(a_share=[0.0, 0.0], b_share=[0.0, 0.0], red_share=[0.5, 0.0])
    made = assess(table=table, settings=AssessSettings(score_model=model(A, B, vetoes=(veto,))))
    first, second = made["scores"].to_dict("records")
    assert (first["flag"], first["veto"], first["veto_layer"]) == ("vetoed", "V1", "eco_redline")
    assert (first["veto_share"], first["grade"]) == (0.5, "")
    assert (second["flag"], second["rank"]) == ("suspected_low_efficiency", 1)
    steps = made["waterfall"].set_index("kind")["area_mu"]
    assert (steps["all"], steps["veto"]) == pytest.approx((3.0, 1.5))


def test_absent_veto_layer_is_said_not_passed() -> None:
    veto = Veto(code="V1", column="red_share", zh="红线", en="red line", limit=0.01, unit="%",
                source="t", mark="V", data="eco_redline")  # fmt: skip
    made = assess(table=frame(a_share=[1.0], b_share=[1.0]),
                  settings=AssessSettings(score_model=model(A, B, vetoes=(veto,))))  # fmt: skip
    assert ("absent", "eco_redline") in [(f.kind, f.object_id) for f in made["findings"]]
    assert made["findings"][0].message_zh.startswith("未核对")


def test_one_strong_family_alone_is_not_flagged() -> None:
    """a says worst (0.6 * 100 = 60 points), b says fine: high score, one family agrees."""
    made = assess(table=frame(a_share=[0.0], b_share=[1.0]),
                  settings=AssessSettings(score_model=model(A, B)))  # fmt: skip
    row = made["scores"].iloc[0]
    assert row["les"] == pytest.approx(60.0)
    assert row["flag"] == "none"


def test_evidence_sentence_carries_value_limit_year_and_mark() -> None:
    told = criterion("A", weight=0.6, limit_zh="<30%", limit_en="<30%")
    table = frame(a_share=[0.069], b_share=[0.0])
    settings = AssessSettings(score_model=model(told, B), years={"A": "2023"})
    scores = assess(table=table, settings=settings)["scores"]
    zh = tell(table=table, scores=scores, settings=settings)["texts"]["evidence_zh"].iloc[0]
    assert zh.startswith("疑似低效：")
    assert "6.9%（2023，<30%，P）" in zh
