"""Laws of calibration: few labels change little, weights never fall below zero, no peeking."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import approx_fprime

from landuse.scores.accuracy import average_precision
from landuse.scores.calibration import (
    CalibrationSettings,
    calibrated,
    engine_score,
    fit,
    learnt_criteria,
    pieces_of,
)
from landuse.scores.held_out import block_folds, compare, cross_validate
from landuse.scores.model import Criterion, Family, Grade, ScoreModel
from landuse.scores.model_text import limit_text

SETTINGS = CalibrationSettings(score="les", shrink=(0.3, 3.0), folds=4, inner_folds=3)


def criterion(code: str, *, weight: float = 0.25, **more: object) -> Criterion:
    values = {
        "code": code, "score": "les", "column": f"{code.lower()}_share", "zh": code, "en": code,
        "unit": "%", "family": "form" if code < "C" else "surface", "weight": weight,
        "ramp": ((0.0, 0.0), (1.0, 1.0)), "source": "test", "mark": "P",
    }  # fmt: skip
    return Criterion.model_validate(values | more)


def model(**more: object) -> ScoreModel:
    """A and C matter in the made truth below, B and D do not; all weigh the same at first."""
    values = {
        "name": "t", "title_zh": "测", "title_en": "t",
        "families": (Family(code="form", zh="f", en="f"), Family(code="surface", zh="s", en="s")),
        "criteria": tuple(criterion(code) for code in "ABCD"),
        "grades": (Grade(code="I", zh="Ⅰ", en="I", minimum=60),), "source": "t", "mark": "P",
    }  # fmt: skip
    return ScoreModel.model_validate(values | more)


def labelled(count: int = 1500, *, seed: int = 3) -> tuple[pd.DataFrame, np.ndarray, pd.Series]:
    random = np.random.default_rng(seed)
    values = random.random((count, 4))
    odds = -5.0 + 4.0 * values[:, 0] + 4.0 * values[:, 2]
    truth = random.random(count) < 1 / (1 + np.exp(-odds))
    names = [f"{code.lower()}_share" for code in "ABCD"]
    table = pd.DataFrame(values, columns=names).assign(group="G")
    blocks = pd.Series([f"b{number // 25:03d}" for number in range(count)], dtype="str")
    return table, truth, blocks


def weights(found: tuple[Criterion, ...]) -> dict[str, float]:
    return {item.code: item.weight for item in found}


def test_what_decides_the_labels_gets_the_weight() -> None:
    """A and C carry the truth equally: they end with most of the weight, and near to each other."""
    table, truth, _ = labelled()
    pieces = pieces_of(model(), (), table, truth, settings=SETTINGS.model_copy(
        update={"ramps": False}))  # fmt: skip
    found = weights(learnt_criteria(fit(pieces, table, truth, shrink=0.3)))
    assert found["A"] + found["C"] > 0.85
    assert found["A"] == pytest.approx(found["C"], abs=0.12)
    assert sum(found.values()) == pytest.approx(1, abs=1e-3)


def test_endless_shrinkage_keeps_the_model() -> None:
    table, truth, _ = labelled(300)
    pieces = pieces_of(model(), (), table, truth, settings=SETTINGS)
    made = calibrated(model(), fit(pieces, table, truth, shrink=1e9), score="les")
    assert weights(made.criteria) == dict.fromkeys("ABCD", 0.25)
    now, then = (engine_score(table, one, score="les") for one in (model(), made))
    assert now == pytest.approx(then, abs=0.05)


def test_a_column_that_was_not_measured_keeps_its_weight() -> None:
    """Labels say nothing of B: it keeps its quarter, the others share three quarters."""
    table, truth, _ = labelled(400)
    unmeasured = table.drop(columns="b_share")
    pieces = pieces_of(model(), (), unmeasured, truth, settings=SETTINGS)
    found = weights(learnt_criteria(fit(pieces, unmeasured, truth, shrink=1.0)))
    assert found["B"] == 0.25
    assert sum(found.values()) == pytest.approx(1, abs=1e-3)


def test_fewer_labels_change_less() -> None:
    table, truth, _ = labelled(1500)
    moved = []
    for count in (60, 1500):
        pieces = pieces_of(model(), (), table[:count], truth[:count], settings=SETTINGS)
        found = weights(learnt_criteria(fit(pieces, table[:count], truth[:count], shrink=10.0)))
        moved.append(sum(abs(found.get(code, 0.0) - 0.25) for code in "ABCD"))
    assert moved[0] < moved[1]


@pytest.mark.parametrize("seed", range(4))
def test_learnt_ramps_are_legal_and_weights_positive(seed: int) -> None:
    """Validated again, a learnt criterion is one: monotone ramp in 0 to 1, weight above 0."""
    table, truth, _ = labelled(400, seed=seed)
    trial = (criterion("E", column="d_share", weight=0.01),)
    pieces = pieces_of(model(), trial, table, truth, settings=SETTINGS)
    found = fit(pieces, table, truth, shrink=0.1)
    assert (found.beta >= 0).all()
    for item in learnt_criteria(found):
        assert Criterion.model_validate(item.model_dump()) == item


def test_the_fit_predicts_what_the_engine_computes() -> None:
    """With values missing at random, intercept + slope * engine score / 100 is the fitted odds."""
    table, truth, _ = labelled(600)
    random = np.random.default_rng(0)
    names = ["a_share", "b_share", "d_share"]
    table[names] = table[names].mask(random.random((600, 3)) < 0.3)
    scheme = model(minimum_coverage=0.0, minimum_families=1)
    pieces = pieces_of(scheme, (), table, truth, settings=SETTINGS)
    found = fit(pieces, table, truth, shrink=1.0)
    parts, known = pieces.design(table)
    weight = known[:, pieces.owner] @ found.beta
    by_hand = parts @ found.beta / weight
    made = calibrated(scheme, found, score="les")
    assert engine_score(table, made, score="les") / 100 == pytest.approx(by_hand, abs=0.01)


def test_the_best_fit_is_flat_around_itself() -> None:
    """At the optimum the likelihood falls in no direction in which a weight may still move."""
    table, truth, _ = labelled(400)
    table.loc[::3, "b_share"] = np.nan
    pieces = pieces_of(model(), (), table, truth, settings=SETTINGS)
    found = fit(pieces, table, truth, shrink=1.0)
    nearby = fit(pieces, table, truth, shrink=1.0 + 1e-9)
    assert found.beta == pytest.approx(nearby.beta, abs=0.05)
    parts, known = pieces.design(table)
    known = known[:, pieces.owner].astype(float)

    def loss(beta: np.ndarray) -> float:
        odds = found.intercept + beta.sum() * (parts @ beta) / (known @ beta)
        return float((np.logaddexp(0, odds) - truth * odds).sum())

    slope = approx_fprime(found.beta, loss, 1e-6)
    stuck = found.beta < 1e-9
    new = pieces.start == 0
    assert (slope[stuck & new] > -0.5).all()
    assert np.abs((slope + found.beta)[~stuck & new]).max(initial=0) < 0.5


def test_blocks_stay_whole_and_the_seed_decides() -> None:
    blocks = pd.Series([f"b{number % 17}" for number in range(200)], dtype="str")
    one, again, other = (block_folds(blocks, folds=5, seed=seed) for seed in (1, 1, 2))
    assert (one == again).all()
    assert (one != other).any()
    assert pd.Series(one).groupby(blocks).nunique().eq(1).all()


def test_held_out_rows_are_scored_without_their_labels() -> None:
    """Turning the labels of one fold around changes no score of that fold's own rows."""
    table, truth, blocks = labelled(500)
    settings = SETTINGS.model_copy(update={"shrink": (1.0,), "ramps": False})
    first = cross_validate(model(), (), table, truth, blocks=blocks, settings=settings)
    mine = first.fold == 0
    second = cross_validate(model(), (), table, truth ^ mine, blocks=blocks, settings=settings)
    assert (first.after[mine] == second.after[mine]).all()
    assert (first.after[~mine] != second.after[~mine]).any()


def test_held_out_ranking_gains_where_weights_were_wrong() -> None:
    table, truth, blocks = labelled(1500)
    held_out = cross_validate(model(), (), table, truth, blocks=blocks, settings=SETTINGS)
    found = {item.name: item for item in compare(held_out, truth, blocks, draws=60)}
    gain = found["average_precision"].gain
    assert gain.value > 0.03
    assert gain.low > 0
    assert found["average_precision"].after.value == pytest.approx(
        average_precision(held_out.after, truth, truth)
    )


def test_labels_by_chance_teach_nothing() -> None:
    """Labels drawn without regard to the table: held out, the ranking is as good as a coin."""
    table, _, blocks = labelled(800)
    truth = np.random.default_rng(9).random(800) < 0.3
    held_out = cross_validate(model(), (), table, truth, blocks=blocks, settings=SETTINGS)
    found = {item.name: item for item in compare(held_out, truth, blocks, draws=20)}
    assert found["AUC"].after.value == pytest.approx(0.5, abs=0.08)


@pytest.mark.parametrize(
    ("ramp", "text"),
    [
        (((0.0, 0.0), (0.4, 1.0)), ">20%"),
        (((0.1, 1.0), (0.3, 0.0)), "<20%"),
        (((0.0, 0.0), (0.4, 0.3)), ""),
        (((0.0, 0.0), (0.1, 0.5), (0.3, 0.5), (0.4, 1.0)), ">10%"),
    ],
)
def test_the_limit_is_where_the_ramp_agrees(
    ramp: tuple[tuple[float, float], ...], text: str
) -> None:
    assert limit_text(criterion("A", ramp=ramp), agree_at=0.5) == text
