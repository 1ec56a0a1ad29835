"""Laws of the contradictions: when one holds, in which order they are told, what they bar."""

from __future__ import annotations

import operator

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from landuse.scores.assess import AssessSettings, assess
from landuse.scores.contradictions import contradict
from landuse.scores.listing import Listing, listing
from landuse.scores.model import Contradiction, Derived, ScoreModel, Veto
from landuse.scores.robustness import RobustnessSettings, robustness
from tests.scores.test_engine import A, B, criterion, frame, model

COMPARE = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
AGAINST = ("", "idle", "les", "both")
IDLE = criterion("I", score="idle", weight=0.6, column="i_share")
IDLE_B = criterion("J", score="idle", weight=0.4, family="surface", column="j_share")
WORST, BEST = (0.0, 0.5)
"""Values at the two ends of the ramp of the test criteria."""

limits = st.sampled_from([-1.0, 0.0, 0.5, 1.0])
conditions = st.lists(
    st.tuples(st.sampled_from(["x", "y", "z"]), st.sampled_from(sorted(COMPARE)), limits),
    min_size=1,
    max_size=3,
)
cells = st.one_of(limits, st.just(np.nan), st.floats(-2, 2))
places = st.lists(
    st.tuples(cells, cells, cells, st.sampled_from(["COMM", "VILLAGE"])), min_size=1, max_size=8
)
rules = st.lists(
    st.tuples(conditions, st.sampled_from(AGAINST), st.sampled_from([(), ("COMM",)])),
    min_size=1,
    max_size=4,
)


def rule(code: str, *when: tuple[str, str, float], **more: object) -> Contradiction:
    base = {"code": code, "zh": f"甲{code}", "en": f"words {code}", "source": "t", "mark": "P"}
    return Contradiction.model_validate(base | {"when": when} | more)


def told_by(*contradictions: Contradiction, **more: object) -> ScoreModel:
    return model(A, B, IDLE, IDLE_B, contradictions=contradictions, **more)


def parcels(rows: list[tuple[float, float, float, str]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["x", "y", "z", "group"])
    return table.astype({"x": "float64", "y": "float64", "z": "float64"})


def both_stand(**more: list[float]) -> pd.DataFrame:
    """Return parcels that the idle flag and the low-efficiency flag would both take."""
    length = len(next(iter(more.values())))
    shares = {name: [WORST] * length for name in ("a_share", "b_share", "i_share", "j_share")}
    return frame(**(shares | more))


def codes(table: pd.DataFrame, scheme: ScoreModel) -> list[str]:
    return contradict(table, scheme)["contradictions"].tolist()


@given(rows=places, when=conditions, groups=st.sampled_from([(), ("COMM",), ("COMM", "VILLAGE")]))
def test_a_rule_holds_where_every_condition_holds_and_nowhere_else(
    rows: list[tuple[float, float, float, str]],
    when: list[tuple[str, str, float]],
    groups: tuple[str, ...],
) -> None:
    table = parcels(rows)
    expected = [
        "K"
        if (not groups or row["group"] in groups)
        and all(COMPARE[sign](row[column], limit) for column, sign, limit in when)
        else ""
        for row in table.to_dict("records")
    ]  # a comparison of Python with NaN is False
    assert codes(table, told_by(rule("K", *when, groups=groups))) == expected


@given(rows=places, first=conditions, second=conditions)
def test_a_further_condition_never_adds_a_parcel(
    rows: list[tuple[float, float, float, str]],
    first: list[tuple[str, str, float]],
    second: list[tuple[str, str, float]],
) -> None:
    table = parcels(rows)
    short = np.array(codes(table, told_by(rule("K", *first)))) == "K"
    long = np.array(codes(table, told_by(rule("K", *first, *second)))) == "K"
    assert not (long & ~short).any()


@pytest.mark.parametrize("sign", sorted(COMPARE))
@pytest.mark.parametrize(
    "nothing",
    [
        pd.array([np.nan, np.nan], dtype="float64"),
        pd.array([pd.NA, pd.NA], dtype="Int64"),
        pd.array([pd.NA, pd.NA], dtype="boolean"),
        None,
    ],
    ids=["NaN", "Int64", "boolean", "no such column"],
)
def test_what_is_not_known_never_holds(sign: str, nothing: object) -> None:
    table = pd.DataFrame({"group": ["COMM", "COMM"], "y": [1.0, 1.0]})
    if nothing is not None:
        table["x"] = nothing
    # One condition is met, the other is not known.
    scheme = told_by(rule("K", ("y", ">", 0.0), ("x", sign, 0.0)))
    assert codes(table, scheme) == ["", ""]


def test_at_the_limit_only_the_signs_with_an_equals_hold() -> None:
    table = parcels([(0.5, 0.0, 0.0, "COMM")])
    scheme = told_by(
        *(rule(code, ("x", sign, 0.5)) for code, sign in zip("STUV", COMPARE, strict=True))
    )
    assert codes(table, scheme) == ["T;V"]  # <= and >=


@given(rows=places, drawn=rules, order=st.randoms(use_true_random=False))
def test_codes_and_words_stand_in_the_order_of_the_model(
    rows: list[tuple[float, float, float, str]],
    drawn: list[tuple[list[tuple[str, str, float]], str, tuple[str, ...]]],
    order: object,
) -> None:
    table = parcels(rows)
    made = [
        rule(f"K{place}", *when, against=against, groups=groups)
        for place, (when, against, groups) in enumerate(drawn)
    ]
    order.shuffle(made)
    alone = {item.code: np.array(codes(table, told_by(item))) == item.code for item in made}
    found = contradict(table, told_by(*made))
    for place in range(len(table)):
        held = [item for item in made if alone[item.code][place]]
        assert found["contradictions"][place] == ";".join(item.code for item in held)
        assert found["contradictions_zh"][place] == "；".join(item.zh for item in held)
        assert found["contradictions_en"][place] == "; ".join(item.en for item in held)


def test_without_rules_the_columns_are_empty_text_on_the_index_of_the_table() -> None:
    table = parcels([(0.0, 0.0, 0.0, "COMM"), (1.0, 1.0, 1.0, "COMM")]).set_axis([7, 3])
    found = contradict(table, told_by())
    assert list(found) == ["contradictions", "contradictions_zh", "contradictions_en"]
    assert found.index.tolist() == [7, 3]
    assert (found == "").all(axis=None)
    assert set(found.dtypes.astype(str)) == {"str"}


def test_a_rule_reads_derived_columns() -> None:
    both = Derived(column="sum", zh="和", en="sum", unit="%", operation="sum", of=("x", "y"))
    table = frame(x=[0.3, 0.3, 0.3], y=[0.3, 0.1, np.nan])
    scheme = told_by(rule("K", ("sum", ">", 0.5)), derived=(both,))
    # 0.3 + 0.3 = 0.6 > 0.5; 0.3 + 0.1 = 0.4; a part that is not known makes the sum unknown.
    assert listing(table, scheme).contradictions["contradictions"].tolist() == ["K", "", ""]
    assert set(scheme.columns()) >= {"x", "y"}
    assert "sum" not in scheme.columns()


def flags(run: Listing) -> dict[str, list[bool]]:
    return {"idle": run.stands_idle.tolist(), "les": run.stands_les.tolist()}


@pytest.mark.parametrize("against", AGAINST)
def test_a_bar_takes_exactly_the_flag_it_names(against: str) -> None:
    table = both_stand(odd=[0.0, 1.0, np.nan])
    assert flags(listing(table, told_by())) == {"idle": [True] * 3, "les": [True] * 3}
    run = listing(table, told_by(rule("K", ("odd", ">=", 1.0), against=against)))
    for score, stands in flags(run).items():
        assert stands == [True, against not in {score, "both"}, True]
    assert run.contradictions["contradictions"].tolist() == ["", "K", ""]


@pytest.mark.parametrize(
    ("against", "flag"),
    [
        ("", "suspected_idle"),
        ("idle", "suspected_low_efficiency"),
        ("les", "suspected_idle"),
        ("both", "none"),
    ],
)
def test_the_flag_follows_and_the_scores_stay(against: str, flag: str) -> None:
    table = both_stand(odd=[0.0, 1.0])
    free = assess(table=table, settings=AssessSettings(score_model=told_by()))["scores"]
    scheme = told_by(rule("K", ("odd", ">=", 1.0), against=against))
    made = assess(table=table, settings=AssessSettings(score_model=scheme))["scores"]
    assert made["flag"].tolist() == ["suspected_idle", flag]
    assert made["contradictions_zh"].tolist() == ["", "甲K"]
    columns = ["idle_score", "les", "idle_coverage", "les_coverage"]
    pd.testing.assert_frame_equal(made[columns], free[columns])


def test_two_bars_add_up_and_a_group_without_the_rule_is_untouched() -> None:
    table = both_stand(odd=[1.0, 1.0], even=[1.0, 1.0]).assign(group=["COMM", "VILLAGE"])
    scheme = told_by(
        rule("K1", ("odd", ">", 0.5), against="idle"),
        rule("K2", ("even", ">", 0.5), against="les", groups=("COMM",)),
    )
    run = listing(table, scheme)
    assert run.contradictions["contradictions"].tolist() == ["K1;K2", "K1"]
    assert run.barred_idle.tolist() == [True, True]
    assert run.barred_les.tolist() == [True, False]
    assert run.listed.tolist() == [False, True]


def test_a_contradiction_is_told_of_vetoed_and_unlisted_parcels_too() -> None:
    veto = Veto(code="V", column="red", zh="红线", en="red line", limit=0.5, unit="%", source="t",
                mark="V", data="red")  # fmt: skip
    table = both_stand(odd=[1.0, 1.0, 1.0], red=[1.0, 0.0, 0.0])
    table.loc[1, ["a_share", "b_share", "i_share", "j_share"]] = BEST
    table.loc[2, ["a_share", "b_share", "i_share", "j_share"]] = np.nan
    scheme = told_by(rule("K", ("odd", ">", 0.5), against="both"), vetoes=(veto,))
    made = assess(table=table, settings=AssessSettings(score_model=scheme))["scores"]
    assert made["flag"].tolist() == ["vetoed", "none", "insufficient_evidence"]
    assert made["contradictions"].tolist() == ["K", "K", "K"]


@pytest.mark.parametrize("against", AGAINST)
def test_no_draw_lists_what_a_contradiction_bars(against: str) -> None:
    table = both_stand(odd=[0.0, 1.0])
    scheme = told_by(rule("K", ("odd", ">=", 1.0), against=against))
    found = robustness(table=table, settings=RobustnessSettings(score_model=scheme, draws=40))
    free, held = found["table"].to_dict("records")
    assert free["p_flag"] > 0
    expected = {
        "": (free["p_idle"], free["p_les"]),
        "les": (free["p_idle"], 0.0),
        "both": (0.0, 0.0),
    }
    if against == "idle":  # low efficiency takes over where idleness may not be told
        assert held["p_idle"] == 0.0
        assert held["p_les"] > 0.0
    else:
        assert (held["p_idle"], held["p_les"]) == expected[against]
    assert held["p_flag"] == held["p_idle"] + held["p_les"]


@given(rows=places, drawn=rules)
def test_a_bar_never_adds_a_flag(
    rows: list[tuple[float, float, float, str]],
    drawn: list[tuple[list[tuple[str, str, float]], str, tuple[str, ...]]],
) -> None:
    marks = parcels(rows)
    table = both_stand(x=marks["x"].tolist()).assign(**marks[["y", "z", "group"]])
    made = tuple(
        rule(f"K{place}", *when, against=against, groups=groups)
        for place, (when, against, groups) in enumerate(drawn)
    )
    free, run = listing(table, told_by()), listing(table, told_by(*made))
    assert run.stands_idle.tolist() == (free.stands_idle & ~run.barred_idle).tolist()
    assert run.stands_les.tolist() == (free.stands_les & ~run.barred_les).tolist()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"when": ()}, "when"),
        ({"when": (("x", "==", 1.0),)}, "when"),
        ({"against": "everything"}, "against"),
    ],
)
def test_a_rule_that_cannot_be_read_is_refused(wrong: dict[str, object], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        rule("K", ("x", ">", 1.0), **wrong)


def test_two_rules_of_one_code_are_refused() -> None:
    with pytest.raises(ValidationError, match="duplicate code K / 代码重复 K"):
        told_by(rule("K", ("x", ">", 1.0)), rule("K", ("y", ">", 1.0)))


def test_a_code_that_would_split_is_refused() -> None:
    with pytest.raises(ValidationError, match="code"):
        rule("K;L", ("x", ">", 1.0))
