"""Laws of the robustness run: equal evidence, seeds, threads, order, no spread, monotone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landuse.scores.assess import SUSPECTED, AssessSettings, assess
from landuse.scores.draws import pack_draws, standard_deviation, stream
from landuse.scores.listing import listing
from landuse.scores.model import Contradiction, Criterion, Family, Grade, ScoreModel, Veto
from landuse.scores.robustness import Chosen, RobustnessSettings, robustness


@dataclass(frozen=True)
class Error:
    absolute: float = 0.0
    relative: float = 0.0
    support_m2: float = 0.0


def criterion(code: str, weight: float, family: str, **more: object) -> Criterion:
    error = more.pop("error", None)
    made = Criterion.model_validate({
        "code": code, "score": "les", "column": code.lower(), "zh": code, "en": code, "unit": "%",
        "family": family, "weight": weight, "ramp": ((0.0, 0.0), (0.5, 0.7), (1.0, 1.0)),
        "source": "test", "mark": "P", "data": f"role_{code}",
    } | more)  # fmt: skip
    return made.model_copy(update={"error": error})


def model(*criteria: Criterion, **more: object) -> ScoreModel:
    made = ScoreModel(
        name="t", title_zh="测", title_en="t", criteria=criteria, source="t", mark="P",
        families=tuple(Family(code=f, zh=f, en=f) for f in ("form", "surface", "plan")),
        grades=(Grade(code="I", zh="Ⅰ", en="I", minimum=75),),
    )  # fmt: skip
    return made.model_copy(update={"criteria": criteria} | more)


NOISE = Error(absolute=0.1)
A = criterion("A", 0.3, "form", error=NOISE)
B = criterion("B", 0.2, "surface", error=NOISE)
C = criterion("C", 0.25, "plan", error=NOISE)
E = criterion("E", 0.6, "form", score="idle", error=NOISE)
F = criterion("F", 0.4, "surface", score="idle", error=NOISE)
FULL = model(A, B, C, E, F)
NAMES = "abcef"


def frame(rows: list[tuple[float, ...]] | np.ndarray, **more: object) -> pd.DataFrame:
    table = pd.DataFrame(np.asarray(rows, dtype="float64"), columns=list(NAMES))
    ids = [f"p{row:03d}" for row in range(len(table))]
    fixed = {"parcel_id": ids, "group": "G", "area_m2": 1000.0, "area_mu": 1.5, "zone_in": False}
    return table.assign(**(fixed | more))


def random_frame(rows: int = 60, seed: int = 4) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    values = rng.uniform(0.1, 0.9, (rows, 5))
    values[rng.random(values.shape) < 0.1] = np.nan
    return frame(values, area_m2=rng.uniform(300, 9000, rows))


def chosen(value: float) -> Chosen:
    return Chosen(value=value, source="test", mark="P")


def setting(score_model: ScoreModel = FULL, **more: object) -> RobustnessSettings:
    made = RobustnessSettings(score_model=score_model, draws=60)
    return made.model_copy(update={"score_model": score_model} | more)


def run(table: pd.DataFrame, chosen_settings: RobustnessSettings, **more: object) -> pd.DataFrame:
    found = robustness(table=table, settings=chosen_settings, **more)["table"]
    assert isinstance(found, pd.DataFrame)
    return found


def still(score_model: ScoreModel = FULL) -> RobustnessSettings:
    """No spread and no error."""
    known = tuple(item.model_copy(update={"error": None}) for item in score_model.criteria)
    return setting(
        score_model.model_copy(update={"criteria": known}),
        weight_spread=chosen(0), ramp_spread=chosen(0),
    )  # fmt: skip


def same(one: pd.DataFrame, other: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(
        one.reset_index(drop=True), other.reset_index(drop=True), check_exact=True
    )


def test_equal_evidence_gives_a_band_of_zero() -> None:
    """Twenty parcels that differ in nothing but their names and areas."""
    table = frame([(0.38, 0.38, 0.3, 0.2, 0.3)] * 20, area_m2=np.linspace(500, 5000, 20))
    found = run(table, setting())
    assert found["rank_p10"].notna().all()
    assert (found["rank_p10"] == found["rank_p90"]).all()
    assert found["p_flag"].nunique() == 1
    assert 0 < found["p_flag"].iloc[0] < 1
    assert found["rank_p10"].tolist() == list(range(20, 0, -1))


def test_same_seed_same_bytes_whatever_the_threads() -> None:
    table = random_frame(700)
    first = run(table, setting(), threads=1)
    for threads in (1, 2, 5):
        same(first, run(table, setting(), threads=threads))
    other = run(table, setting(seed=7))
    assert not np.array_equal(first["p_flag"], other["p_flag"])


@settings(max_examples=10, deadline=None)
@given(st.permutations(range(40)))
def test_order_of_parcels_changes_nothing(order: list[int]) -> None:
    table = random_frame(40)
    expected = run(table, setting()).iloc[order]
    same(expected, run(table.iloc[order], setting()))


def test_other_parcels_change_no_share_and_unlisted_ones_no_rank() -> None:
    table = random_frame()
    found = run(table, setting())
    part = run(table.iloc[::3], setting())
    assert found["p_flag"].iloc[::3].tolist() == part["p_flag"].tolist()
    listed = found["rank_p10"].notna().to_numpy()
    assert 0 < listed.sum() < len(table)
    same(found[listed], run(table[listed], setting()))


values = st.one_of(st.integers(0, 1000).map(lambda n: n / 1000), st.just(float("nan")))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(*[values] * 5), min_size=1, max_size=12))
def test_without_spread_the_run_repeats_itself(rows: list[tuple[float, ...]]) -> None:
    table = frame(rows, area_m2=1000.0 + np.arange(len(rows)) % 3)
    scores = assess(table=table, settings=AssessSettings(score_model=still().score_model))["scores"]
    found = run(table, still())
    near = _at_a_limit(table)
    assert (found["p_flag"].isin([0.0, 1.0])).all()
    listed = scores["flag"].isin(SUSPECTED).to_numpy()
    assert ((found["p_flag"] == 1) == listed)[~near].all()
    assert ((found["p_idle"] == 1) == (scores["flag"] == SUSPECTED[0]))[~near].all()
    if not near.any() and scores["score"].round(6).dropna().is_unique:
        for band in ("rank_p10", "rank_p90"):
            assert found[band].astype("float").equals(scores["rank"].astype("float"))
    expected = np.where(scores["flag"] == "insufficient_evidence", "", "stable")
    assert (found["stability"] == expected)[~near].all()


def _at_a_limit(table: pd.DataFrame) -> np.ndarray:
    """Tell where rounding decides: a score or coverage within 1e-9 of its limit."""
    judged = listing(table, FULL)
    near = np.zeros(len(table), dtype=bool)
    for part, name in ((judged.idle, "idle"), (judged.les, "les")):
        near |= np.abs(part.coverage - FULL.minimum_coverage) < 1e-9
        near |= np.abs(np.nan_to_num(part.score) - FULL.flag_minimum[name]) < 1e-9
        near |= (np.abs(np.nan_to_num(part.deficit) - FULL.agree_at) < 1e-9).any(axis=1)
    return near


def test_ranks_of_equal_scores_follow_area_then_id() -> None:
    table = frame([(1.0, 1.0, 1.0, 0.0, 0.0)] * 3, area_m2=[500.0, 900.0, 500.0])
    scores = assess(table=table, settings=AssessSettings(score_model=FULL))["scores"]
    assert scores["rank"].tolist() == [2, 1, 3]
    assert run(table, still())["rank_p10"].tolist() == [2, 1, 3]


def test_one_draw_equals_the_engine_with_that_draw_written_into_the_model() -> None:
    """Five draws, each rebuilt as a model of its own; values without error."""
    table = random_frame(80)
    base = still(FULL).model_copy(update={"draws": 5, "weight_spread": chosen(0.4),
                                          "ramp_spread": chosen(0.2)})  # fmt: skip
    book = pack_draws(base.score_model, seed=base.seed, draws=5, weight_spread=0.4, ramp_spread=0.2)
    count = np.zeros(len(table))
    for draw in range(5):
        moved = tuple(
            item.model_copy(update={
                "weight": book.weight[place, draw],
                "ramp": tuple((at + book.shift[place, draw], worth) for at, worth in item.ramp),
            })
            for place, item in enumerate(base.score_model.criteria)
        )  # fmt: skip
        count += listing(table, base.score_model.model_copy(update={"criteria": moved})).listed
    assert run(table, base)["p_flag"].tolist() == (count / 5).tolist()


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(*[st.floats(0, 1)] * 5), min_size=1, max_size=8),
    st.sampled_from(range(5)),
    st.floats(0, 0.5),
)
def test_raising_a_deficit_never_lowers_the_share(
    rows: list[tuple[float, ...]], column: int, more: float
) -> None:
    """All parcels meet the same draws, so the law holds draw by draw for constant errors."""
    worse = np.array(rows, dtype="float64")
    worse[:, column] += more
    before, after = run(frame(rows), setting()), run(frame(worse), setting())
    assert (after["p_flag"] >= before["p_flag"]).all()
    assert after["p_flag"].between(0, 1).all()


def bar(code: str, *when: tuple[str, str, float], against: str) -> Contradiction:
    words = {"zh": "甲", "en": "a", "source": "t", "mark": "P"}
    return Contradiction(code=code, when=when, against=against, **words)


def test_vetoed_and_barred_parcels_stay_out_in_every_draw() -> None:
    veto = Veto(code="V", column="red", zh="红线", en="red line", limit=0.5, unit="%", source="t",
                mark="V", data="red")  # fmt: skip
    table = frame([(1.0, 1.0, 1.0, 1.0, 1.0)] * 4, red=[1.0, 0.0, 0.0, 0.0], odd=[0, 0, 1, 2])
    bars = (
        bar("K1", ("odd", ">=", 1.0), against="idle"),
        bar("K2", ("odd", ">", 1), against="les"),
    )
    found = run(table, setting(FULL.model_copy(update={"vetoes": (veto,), "contradictions": bars})))
    assert found["p_flag"].tolist() == [0.0, 1.0, 1.0, 0.0]
    assert found["p_idle"].tolist() == [0.0, 1.0, 0.0, 0.0]
    assert found["stability"].tolist() == ["", "stable", "stable", "stable"]
    assert found["rank_p10"].isna().tolist() == [True, False, False, True]


def test_a_parcel_at_its_limit_is_fragile_on_either_side() -> None:
    """A alone varies: 100 d is about 46 or 44 against 45, so about half of the draws list it."""
    table = frame([(0.33, 0.33, 0.33, 0, 0), (0.31, 0.31, 0.31, 0, 0)])
    lax = model(A, B, C, agree_at=0.1, flag_minimum={"idle": 60.0, "les": 44.8})
    found = run(table, setting(lax))
    assert listing(table, lax).listed.tolist() == [True, False]
    assert found["stability"].tolist() == ["fragile", "fragile"]


def test_an_empty_table_gives_an_empty_answer() -> None:
    found = run(frame(np.empty((0, 5))), setting())
    assert list(found) == ["parcel_id", "p_flag", "p_idle", "p_les", "rank_p10", "rank_p90",
                           "stability"]  # fmt: skip
    assert found.empty


def test_standard_deviation_by_hand() -> None:
    """v = 0.5 on 1000 m2: 0.01^2 + (0.1 * 0.5)^2 + 0.25 * 100 / 1000 = 0.0276, root 0.16613."""
    item = criterion("Z", 0.1, "form", error=Error(absolute=0.01, relative=0.1, support_m2=100))
    found = standard_deviation(item, np.array([0.5]), np.array([1000.0]))
    assert found == pytest.approx(0.16613, abs=1e-5)
    assert standard_deviation(A.model_copy(update={"error": None}), np.ones(1), np.ones(1)) == 0


def test_weights_keep_mean_and_spread_and_each_code_its_own_stream() -> None:
    """Lognormal with mean w and standard deviation 0.2 w; ramps move by 0.1 of a width of 1."""
    wide = pack_draws(FULL, seed=3, draws=4000, weight_spread=0.2, ramp_spread=0.1)
    expected = np.array([item.weight for item in FULL.criteria])
    assert np.allclose(wide.weight.mean(axis=1), expected, rtol=0.005)
    assert np.allclose(wide.weight.std(axis=1) / expected, 0.2, atol=0.01)
    assert np.allclose(wide.shift.std(axis=1), 0.1, atol=0.002)
    assert np.abs(np.corrcoef(wide.weight) - np.eye(5)).max() < 0.06
    fewer = pack_draws(model(C, A), seed=3, draws=4000, weight_spread=0.2, ramp_spread=0.1)
    assert np.array_equal(fewer.weight, wide.weight[[2, 0]])
    assert np.array_equal(stream(3, "weight", "A", 50), stream(3, "weight", "A", 50))
