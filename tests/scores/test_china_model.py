"""The shipped model of Chinese counties: weights by peer group, and what a full deficit gives."""

from __future__ import annotations

import tomllib

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landuse.scores.engine import evaluate
from landuse.scores.model import ScoreModel
from landuse.study import SHIPPED_MODELS

MODEL = ScoreModel.model_validate(
    tomllib.loads((SHIPPED_MODELS / "china.toml").read_text(encoding="utf-8"))
)
GROUPS = ("IND_IN", "IND_OUT", "COMM", "URBAN_RES", "VILLAGE")
PAIRS = [(score, group) for score in ("les", "idle") for group in GROUPS]


@pytest.mark.parametrize(("score", "group"), PAIRS)
def test_the_weights_of_every_peer_group_sum_to_1(score: str, group: str) -> None:
    own = [item for item in MODEL.criteria if item.score == score and group in item.groups]
    assert sum(item.weight for item in own) == pytest.approx(1, abs=1e-9)
    columns = [item.column for item in own]
    assert len(set(columns)) == len(columns), "one criterion a column: none counts twice"


@pytest.mark.parametrize("name", ["china_villages", "china_reclaim", "china_opportunity"])
def test_the_weights_of_the_other_models_sum_to_1_too(name: str) -> None:
    told = tomllib.loads((SHIPPED_MODELS / f"{name}.toml").read_text(encoding="utf-8"))
    model = ScoreModel.model_validate(told)
    sums: dict[tuple[str, str], float] = {}
    for item in model.criteria:
        for group in item.groups or ("every",):
            sums[item.score, group] = sums.get((item.score, group), 0.0) + item.weight
    assert sums == pytest.approx(dict.fromkeys(sums, 1.0), abs=1e-9)


@given(st.sampled_from(PAIRS), st.data())
def test_a_full_deficit_is_100_and_none_is_0_whatever_is_known(
    pair: tuple[str, str], data: st.DataObject
) -> None:
    """The mean is taken over what is known: what is missing lowers coverage, never the scale."""
    score, group = pair
    own = [item for item in MODEL.criteria if item.score == score and group in item.groups]
    known = data.draw(st.lists(st.booleans(), min_size=len(own), max_size=len(own)))
    for worst, wanted in ((True, 100.0), (False, 0.0)):
        row: dict[str, object] = {"group": group}
        for item, there in zip(own, known, strict=True):
            ends = sorted(item.ramp, key=lambda point: point[1])
            row[item.column] = ends[-1 if worst else 0][0] if there else np.nan
        found = evaluate(pd.DataFrame([row]), MODEL, score=score)  # type: ignore[arg-type]
        weight = sum(item.weight for item, there in zip(own, known, strict=True) if there)
        assert found.coverage[0] == pytest.approx(weight, abs=1e-9)
        if found.sufficient[0]:
            assert found.score[0] == pytest.approx(wanted, abs=1e-9)
