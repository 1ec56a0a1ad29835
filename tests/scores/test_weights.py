"""AHP, entropy and combined weights: by hand, against pymcdm, and what a model makes of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landuse.core.errors import LanduseError
from landuse.scores.engine import evaluate
from landuse.scores.model import Criterion, Family, Grade, ScoreModel
from landuse.scores.reweigh import compare_weights, with_weights
from landuse.scores.weights import (
    EntropySettings,
    ahp,
    combined,
    entropy,
    entropy_weights,
    product,
    winsorised,
)

CYCLE = [[1, 3, 1 / 3], [1 / 3, 1, 3], [3, 1 / 3, 1]]
CAR = [[1, 2, 8, 5], [1 / 2, 1, 6, 2], [1 / 8, 1 / 6, 1, 1 / 4], [1 / 5, 1 / 2, 4, 1]]


def consistent(weights: list[float]) -> list[list[float]]:
    return [[one / other for other in weights] for one in weights]


@given(st.lists(st.floats(0.1, 9), min_size=1, max_size=15))
def test_a_consistent_matrix_gives_its_weights_back(weights: list[float]) -> None:
    found = ahp(consistent(weights))
    assert np.allclose(found.weights, np.array(weights) / sum(weights))
    assert (found.ci, found.cr) == (pytest.approx(0, abs=1e-9), pytest.approx(0, abs=1e-9))


def test_ahp_equals_pymcdm() -> None:
    """Weights are the same; CR = CI / RI, where pymcdm takes RI(4) = 0.8921 and we 0.90."""
    peer = pytest.importorskip("pymcdm.weights.subjective").AHP(matrix=np.array(CAR))
    ours = ahp(CAR)
    assert np.allclose(ours.weights, peer(), atol=1e-12)
    assert ours.ci == pytest.approx(peer.get_cr() * 0.8921)
    assert ours.cr == pytest.approx(ours.ci / 0.90)
    assert ours.cr < 0.1


@pytest.mark.parametrize(("size", "index"), [(3, 0.58), (11, 1.51), (12, 1.48), (15, 1.59)])
def test_random_index_of_each_size(size: int, index: float) -> None:
    """One judgement of a matrix of ones is doubled, so it is a little inconsistent."""
    matrix = np.ones((size, size))
    matrix[0, 1], matrix[1, 0] = 2, 1 / 2
    found = ahp(matrix)
    assert found.ci == pytest.approx((found.lambda_max - size) / (size - 1))
    assert found.cr == pytest.approx(found.ci / index)


def test_two_criteria_are_always_consistent() -> None:
    assert (ahp([[1, 9], [1 / 9, 1]]).cr, ahp([[1]]).weights.tolist()) == (0.0, [1.0])


def test_judgements_that_go_round_are_refused_unless_accepted() -> None:
    """a over b over c over a, 3 each: lambda = 1 + 3 + 1/3, CI = 0.6667, CR = 1.149."""
    with pytest.raises(LanduseError, match=r"CR = 1\.149") as caught:
        ahp(CYCLE)
    assert "不一致" in str(caught.value)
    assert caught.value.exit_code == 2
    found = ahp(CYCLE, accept_inconsistent=True)
    assert np.allclose(found.weights, 1 / 3)
    assert found.lambda_max == pytest.approx(1 + 3 + 1 / 3)


@pytest.mark.parametrize(
    ("matrix", "english", "chinese"),
    [
        ([[1, 2], [2, 1]], "not reciprocal", "不互反"),
        ([[2, 1], [1, 1]], "not reciprocal", "不互反"),
        ([[1, -2], [-0.5, 1]], "must be positive", "须为正数"),
        ([[1, 0], [0, 1]], "must be positive", "须为正数"),
        ([[1, float("nan")], [1, 1]], "must be positive", "须为正数"),
        ([[1, 2, 3], [0.5, 1, 2]], "wrong size", "大小不对"),
        (np.ones((16, 16)).tolist(), "wrong size", "大小不对"),
        ([], "wrong size", "大小不对"),
    ],
)
def test_wrong_matrices_are_named_in_both_languages(
    matrix: list[list[float]], english: str, chinese: str
) -> None:
    with pytest.raises(LanduseError) as caught:
        ahp(matrix)
    assert english in str(caught.value)
    assert chinese in str(caught.value)


def test_the_matrix_must_fit_the_criteria_and_all_faults_come_at_once() -> None:
    with pytest.raises(LanduseError, match="3 x 3"):
        ahp([[1, 2], [0.5, 1]], codes=("A", "B", "C"))
    with pytest.raises(LanduseError) as caught:
        ahp([[1, 2, 3], [2, 1, 1], [3, 1, 1]])
    assert len(caught.value.faults) == 2


def test_entropy_by_hand() -> None:
    """Column 1 is (1, 0): p ln p = 0, e = 0, told 1. Column 2 is (1, 3): p = 1/4, 3/4,
    e = (0.25 ln 4 + 0.75 ln(4/3)) / ln 2 = 0.8113, told 0.1887. Column 3 is constant: 0."""
    found = entropy_weights([[1.0, 1.0, 5.0], [0.0, 3.0, 5.0]])
    assert found == pytest.approx([1 / 1.1887, 0.1887 / 1.1887, 0.0], abs=1e-4)


def test_entropy_equals_pymcdm() -> None:
    """On positive values: pymcdm sets the entropy of any column that holds a zero to 0."""
    peer = pytest.importorskip("pymcdm.weights")
    matrix = np.random.default_rng(5).uniform(0.05, 1, (40, 6))
    assert np.allclose(entropy_weights(matrix), peer.entropy_weights(matrix), atol=1e-12)


def test_entropy_refuses_what_tells_nothing() -> None:
    with pytest.raises(LanduseError, match="取值相同"):
        entropy_weights([[1.0, 2.0], [1.0, 2.0]])
    with pytest.raises(LanduseError, match="at least 0"):
        entropy_weights([[-1.0, 2.0], [1.0, 3.0]])


def test_winsorised_inside_each_group() -> None:
    """0, 1, 2 .. 100 in G: P2 = 2 and P98 = 98; H has one value and keeps it; null stays."""
    values = np.array([*range(101), 1000.0, np.nan])
    groups = np.array(["G"] * 101 + ["H", "H"], dtype=object)
    found = winsorised(values, groups, settings=EntropySettings())
    assert (found[:101].min(), found[:101].max()) == (2.0, 98.0)
    assert found[101] == 1000.0
    assert np.isnan(found[102])


def test_combined_and_product_by_hand() -> None:
    """Half each of (0.8, 0.2) and (0.5, 0.5); roots of 0.4 and 0.1 are in the ratio 2 : 1."""
    one, two = {"A": 0.8, "B": 0.2}, {"A": 5.0, "B": 5.0}
    assert combined(one, two) == pytest.approx({"A": 0.65, "B": 0.35})
    assert combined(one, two, share=1.0) == pytest.approx(one)
    assert product(one, two) == pytest.approx({"A": 2 / 3, "B": 1 / 3})
    with pytest.raises(LanduseError, match="different criteria"):
        combined(one, {"A": 1.0})


def criterion(code: str, weight: float, family: str) -> Criterion:
    return Criterion.model_validate({
        "code": code, "score": "les", "column": code.lower(), "zh": code, "en": code, "unit": "%",
        "family": family, "weight": weight, "ramp": ((0.0, 1.0), (1.0, 0.0)),
        "source": "ramp", "mark": "V",
    })  # fmt: skip


MODEL = ScoreModel(
    name="t", title_zh="测", title_en="t", source="t", mark="P",
    criteria=(criterion("A", 0.5, "f"), criterion("B", 0.3, "s"), criterion("C", 0.2, "s")),
    families=(Family(code="f", zh="f", en="f"), Family(code="s", zh="s", en="s")),
    grades=(Grade(code="I", zh="Ⅰ", en="I", minimum=75),),
)  # fmt: skip


def weights_of(model: ScoreModel) -> dict[str, float]:
    return {item.code: item.weight for item in model.criteria}


def frame(rows: int = 30) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    table = pd.DataFrame(rng.uniform(0, 1, (rows, 3)), columns=["a", "b", "c"])
    ids = [f"p{row:03d}" for row in range(rows)]
    return table.assign(parcel_id=ids, group="G", area_m2=1000.0, area_mu=1.5, zone_in=False)


def test_some_weights_replaced_leave_the_say_of_the_others() -> None:
    """A and B held 0.8 together; in the ratio 1 : 3 they hold 0.2 and 0.6, C keeps 0.2."""
    found = with_weights(MODEL, "les", {"A": 1, "B": 3}, source="AHP of the bureau", mark="M")
    assert weights_of(found) == pytest.approx({"A": 0.2, "B": 0.6, "C": 0.2})
    assert [item.mark for item in found.criteria] == ["M", "M", "V"]
    assert found.criteria[0].source == "ramp; weight: AHP of the bureau"
    assert found.criteria[2] == MODEL.criteria[2]


def test_scaling_changes_no_score_and_a_zero_weight_goes() -> None:
    """All three given in tens: the ratios are the model's own, so scores are equal to rounding."""
    same = with_weights(MODEL, "les", {"A": 50, "B": 30, "C": 20}, source="s", mark="P")
    table = frame()
    before, after = (evaluate(table, one, score="les").score for one in (MODEL, same))
    assert np.allclose(before, after, equal_nan=True)
    assert weights_of(with_weights(MODEL, "les", {"C": 0, "B": 1}, source="s", mark="P")) == (
        pytest.approx({"A": 0.5, "B": 0.5})
    )


def test_wrong_weights_are_all_named() -> None:
    with pytest.raises(LanduseError) as caught:
        with_weights(MODEL, "les", {"Z": 1, "A": -1, "B": float("nan")}, source="s", mark="P")
    assert [fault.found for fault in caught.value.faults] == ["Z", "-1", "nan"]
    with pytest.raises(LanduseError, match="全为 0"):
        with_weights(MODEL, "les", {"A": 0}, source="s", mark="P")


def test_entropy_of_a_table_follows_the_ramp_and_fits_the_model() -> None:
    table = frame().assign(c=0.4)
    found = entropy(table, MODEL, score="les")
    assert found["C"] == 0.0
    assert sum(found.values()) == pytest.approx(1.0)
    # A falling ramp: 1 is the worst, so many small values tell little and one small value much.
    lone = frame(10).assign(a=[1.0] * 9 + [0.0], b=[0.0] * 9 + [1.0])
    shares = entropy(lone, MODEL, score="les", settings=EntropySettings(lower=0, upper=1))
    assert shares["A"] > shares["B"]


def test_rankings_compared() -> None:
    table = frame(60)
    pairs = ahp(consistent([5, 3, 1])).weights
    by_ahp = dict(zip("ABC", pairs.tolist(), strict=True))
    by_entropy = entropy(table, MODEL, score="les")
    sets = {
        "ahp": by_ahp,
        "entropy": by_entropy,
        "combined": combined(by_ahp, by_entropy),
        "product": product(by_ahp, by_entropy),
    }
    models = {"default": MODEL} | {
        name: with_weights(MODEL, "les", weights, source=name, mark="P")
        for name, weights in sets.items()
    }
    found = compare_weights(table, models)
    assert found["weights"].tolist() == ["default", *sets]
    first = found.iloc[0]
    assert (first.spearman, first.share_kept, first.added) == (pytest.approx(1.0), 1.0, 0)
    assert found["spearman"].between(-1, 1).all()
    assert (found["listed"] == found["kept"] + found["added"]).all()


def test_a_constant_ranking_has_no_correlation() -> None:
    table = frame(4).assign(a=0.5, b=0.5, c=0.5)
    assert compare_weights(table, {"one": MODEL, "two": MODEL})["spearman"].isna().all()
