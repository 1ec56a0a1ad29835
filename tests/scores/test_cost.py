"""Laws of what an absence costs, and the arithmetic of it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import landuse.scores
from landuse.scores.cost import EVERYONE, SCORES, cost_of, groups_of
from landuse.scores.engine import evaluate
from landuse.scores.model import ScoreModel, Veto
from tests.scores.test_engine import criterion, model

CHINA = ScoreModel.model_validate(
    tomllib.loads(
        (Path(landuse.scores.__file__).parent / "models" / "china.toml").read_text("utf-8")
    )
)
ROLES = sorted({item.data for item in CHINA.criteria} | {item.data for item in CHINA.vetoes})
SUBSETS = st.sets(st.sampled_from([*ROLES, "no_such_role"]))
FAR = {"far": (("buildings", "built_surface"), ("built_surface", "built_height"))}

RED = Veto(
    code="V", column="red_share", zh="红线", en="red", limit=0.01, unit="%", source="t",
    mark="P", data="red",
)  # fmt: skip
SMALL = model(
    criterion("A", weight=0.6, data="roads"),
    criterion("B", weight=0.4, family="surface", data="cells", groups=("IND",)),
    criterion("C", weight=0.5, score="idle", family="surface", data="cells"),
    minimum_families=1, vetoes=(RED,),
)  # fmt: skip


def reach(cost):
    return {(item.score, item.group): item for item in cost.reach}


def test_by_hand():
    """Without cells: les of IND 0.6 / (0.6 + 0.4) = 0.6, of others 0.6 / 0.6 = 1; idle 0 / 0.5."""
    rows = reach(cost_of({"cells"}, SMALL))
    assert rows["les", "IND"].coverage == pytest.approx(0.6)
    assert rows["les", EVERYONE].coverage == 1.0
    assert rows["idle", "IND"].coverage == 0.0
    assert rows["les", "IND"].families == ("form",)
    cost = cost_of({"cells", "red"}, SMALL)
    assert [item.code for item in cost.criteria] == ["B", "C"]
    assert [item.code for item in cost.vetoes] == ["V"]
    assert [item.code for item in cost.families] == ["surface"]
    assert cost.can_flag
    nothing = cost_of({"cells", "roads"}, SMALL)
    assert not nothing.can_flag
    assert nothing.silent_groups == ("IND", EVERYONE)


def test_one_family_left_is_no_evidence():
    """Coverage 0.6 reaches the minimum, one family of the two asked for does not."""
    two = SMALL.model_copy(update={"minimum_families": 2})
    assert not cost_of({"cells"}, two).can_flag
    assert cost_of({"cells"}, two.model_copy(update={"minimum_families": 1})).can_flag


def test_a_group_a_score_does_not_ask_has_no_row():
    only_industry = model(criterion("A", groups=("IND",)), criterion("B", score="idle"))
    assert set(reach(cost_of((), only_industry))) == {("les", "IND"), ("idle", "IND"), ("idle", "")}


@pytest.mark.parametrize("scheme", [CHINA, SMALL])
def test_nothing_absent_costs_nothing(scheme):
    cost = cost_of((), scheme)
    assert {item.coverage for item in cost.reach} == {1.0}
    assert (cost.criteria, cost.vetoes, cost.families, cost.silent_groups) == ((), (), (), ())
    assert cost.can_flag


@given(SUBSETS, SUBSETS)
def test_more_absences_never_raise_anything(some, more):
    fewer, greater = cost_of(some, CHINA), cost_of(some | more, CHINA)
    for before, after in zip(fewer.reach, greater.reach, strict=True):
        assert after.coverage <= before.coverage
        assert set(after.families) <= set(before.families)
        assert before.enough or not after.enough
    assert set(fewer.criteria) <= set(greater.criteria)
    assert set(fewer.vetoes) <= set(greater.vetoes)
    assert fewer.can_flag or not greater.can_flag


@given(st.permutations(ROLES), st.integers(0, len(ROLES)))
def test_order_and_repetition_do_not_matter(order, count):
    chosen = order[:count]
    assert cost_of(chosen, CHINA) == cost_of([*reversed(chosen), *chosen], CHINA)


@given(st.sets(st.sampled_from([*ROLES, "built_height"])))
def test_a_column_with_several_ways_is_lost_when_each_lacks_a_role(absent):
    lost = {item.code for item in cost_of(absent, CHINA, ways=FAR).criteria}
    far = {item.code for item in CHINA.criteria if item.column == "far"}
    left = "built_surface" not in absent and not {"buildings", "built_height"} <= absent
    assert lost & far == (set() if left else far)
    assert lost - far == {
        item.code for item in CHINA.criteria if item.column != "far" and item.data in absent
    }


@given(SUBSETS, SUBSETS)
def test_more_absences_never_raise_anything_with_several_ways(some, more):
    fewer, greater = cost_of(some, CHINA, ways=FAR), cost_of(some | more, CHINA, ways=FAR)
    for before, after in zip(fewer.reach, greater.reach, strict=True):
        assert after.coverage <= before.coverage


@given(SUBSETS)
def test_the_bound_is_what_the_engine_reaches(absent):
    """A parcel with a value wherever its source is there has exactly the coverage foretold."""
    groups = groups_of(CHINA)
    scored = CHINA.model_copy(update={"derived": (), "criteria": tuple(
        item.model_copy(update={"column": f"{item.code}_x"}) for item in CHINA.criteria
    )})  # fmt: skip
    known = {f"{i.code}_x": np.nan if i.data in absent else 1.0 for i in CHINA.criteria}
    table = pd.DataFrame({"group": groups}).assign(**known)
    rows = reach(cost_of(absent, CHINA))
    for score in SCORES:
        result = evaluate(table, scored, score=score)
        for row, group in enumerate(groups):
            assert rows[score, group].coverage == result.coverage[row]
            assert rows[score, group].enough == result.sufficient[row]
