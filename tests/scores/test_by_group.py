"""Learning by peer group: the split changes no score, and every group finds what matters there."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from landuse.scores.by_group import group_keys, split_by_group
from landuse.scores.calibration import (
    calibrated,
    engine_score,
    fit,
    learnt_criteria,
    pieces_of,
    thin_groups,
)
from landuse.scores.held_out import block_folds, by_group, cross_validate
from landuse.scores.model import Criterion
from tests.scores.test_calibration import SETTINGS, criterion, model

GROUPS = ("LARGE", "SMALL")
CHOSEN = SETTINGS.model_copy(update={"by_group": GROUPS, "ramps": False})


def labelled(count: int = 3000, *, seed: int = 5) -> tuple[pd.DataFrame, np.ndarray, pd.Series]:
    """A carries the truth of the small parcels alone, C that of the large ones alone."""
    random = np.random.default_rng(seed)
    values, small = random.random((count, 4)), random.random(count) < 0.5
    odds = -4.0 + 6.0 * np.where(small, values[:, 0], values[:, 2])
    truth = random.random(count) < 1 / (1 + np.exp(-odds))
    table = pd.DataFrame(values, columns=[f"{code.lower()}_share" for code in "ABCD"])
    table["group"] = np.where(small, "SMALL", "LARGE")
    blocks = pd.Series([f"b{number // 25:03d}" for number in range(count)], dtype="str")
    return table, truth, blocks


def of_group(found: tuple[Criterion, ...], group: str) -> dict[str, float]:
    return {item.code[0]: item.weight for item in found if item.groups == (group,)}


def test_a_split_model_gives_every_score_as_before() -> None:
    table, _, _ = labelled(400)
    table.iloc[::3, 1] = np.nan
    split, trial = split_by_group(model(), (criterion("E"),), GROUPS, score="les")
    assert {item.code for item in split.criteria} == {f"{a}-{g}" for a in "ABCD" for g in GROUPS}
    assert [item.groups for item in trial] == [("LARGE",), ("SMALL",)]
    one, two = (engine_score(table, item, score="les") for item in (model(), split))
    np.testing.assert_allclose(one, two, atol=1e-9)


def test_a_criterion_of_one_group_keeps_its_code() -> None:
    own = model(criteria=(criterion("A", groups=("SMALL",)), criterion("C")))
    split, _ = split_by_group(own, (), GROUPS, score="les")
    assert [item.code for item in split.criteria] == ["A", "C-LARGE", "C-SMALL"]


def test_weights_have_a_sum_by_group_only_where_groups_do_not_overlap() -> None:
    a, b, both = (criterion(code, groups=groups) for code, groups in (
        ("A", ("X",)), ("B", ("Y", "Z")), ("C", ("X", "Y"))))  # fmt: skip
    assert group_keys((a, b)) == ["X", "Y,Z"]
    assert group_keys((a, b, both)) == ["", "", ""] == group_keys((a, b, criterion("D")))


def test_each_group_finds_what_decides_there_and_its_weights_sum_to_1() -> None:
    table, truth, _ = labelled()
    split, trial = by_group(model(), (), settings=CHOSEN)
    pieces = pieces_of(split, trial, table, truth, settings=CHOSEN)
    found = learnt_criteria(fit(pieces, table, truth, shrink=0.3))
    small, large = of_group(found, "SMALL"), of_group(found, "LARGE")
    assert max(small, key=lambda code: small[code]) == "A"
    assert max(large, key=lambda code: large[code]) == "C"
    assert small["A"] > 0.6 < large["C"]
    assert sum(small.values()) == pytest.approx(1, abs=1e-3) == sum(large.values())


def test_endless_shrinkage_keeps_the_model_in_every_group() -> None:
    table, truth, _ = labelled(400)
    split, trial = by_group(model(), (), settings=CHOSEN)
    pieces = pieces_of(split, trial, table, truth, settings=CHOSEN)
    made = calibrated(model(), fit(pieces, table, truth, shrink=1e9), score="les")
    now, then = (engine_score(table, one, score="les") for one in (model(), made))
    assert now == pytest.approx(then, abs=0.05)


def test_a_group_without_labels_keeps_its_weights_and_ramps() -> None:
    table, truth, _ = labelled()
    here = table["group"].eq("SMALL").to_numpy()
    split, trial = by_group(model(), (), settings=CHOSEN)
    pieces = pieces_of(split, trial, table[here], truth[here], settings=CHOSEN)
    found = learnt_criteria(fit(pieces, table[here], truth[here], shrink=0.3))
    assert of_group(found, "LARGE") == dict.fromkeys("ABCD", 0.25)
    assert {item.ramp for item in found if item.groups == ("LARGE",)} == {((0, 0), (1, 1))}


def test_a_group_left_with_one_family_keeps_its_weights() -> None:
    """In small parcels C and D, of the other family, speak against: weights cannot, and go."""
    random = np.random.default_rng(6)
    table, _, _ = labelled(2000)
    a, c, d = (table[f"{code}_share"] for code in "acd")
    small = table["group"].eq("SMALL").to_numpy()
    odds = np.where(small, -1.0 + 10.0 * a - 6.0 * c - 6.0 * d, -6.0 + 6.0 * (a + c))
    truth = random.random(len(table)) < 1 / (1 + np.exp(-odds))
    split, trial = by_group(model(), (), settings=CHOSEN)
    found = fit(pieces_of(split, trial, table, truth, settings=CHOSEN), table, truth, shrink=0.01)
    assert set(of_group(learnt_criteria(found), "SMALL")) <= {"A", "B"}
    assert thin_groups(found, minimum=2) == {"SMALL"}
    made = calibrated(model(), found, score="les").criteria
    assert of_group(made, "SMALL") == dict.fromkeys("ABCD", 0.25)
    large = of_group(made, "LARGE")
    assert large["A"] > 0.3 < large["C"]


def test_learning_by_group_ranks_better_where_groups_differ_and_sees_no_held_out_label() -> None:
    """The labels of one fold are turned round: the held-out scores of that fold stay."""
    table, truth, blocks = labelled(1200)
    settings = CHOSEN.model_copy(update={"shrink": (0.3,)})
    first = cross_validate(model(), (), table, truth, blocks=blocks, settings=settings)
    fold = block_folds(blocks, folds=settings.folds, seed=settings.seed) == 0
    turned = np.where(fold, ~truth, truth)
    second = cross_validate(model(), (), table, turned, blocks=blocks, settings=settings)
    np.testing.assert_array_equal(first.after[fold], second.after[fold])
    plain = settings.model_copy(update={"by_group": ()})
    alone = cross_validate(model(), (), table, truth, blocks=blocks, settings=plain)
    ranked = [np.corrcoef(found.after, truth)[0, 1] for found in (first, alone)]
    assert ranked[0] > ranked[1] + 0.05
