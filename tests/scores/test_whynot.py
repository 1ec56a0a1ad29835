"""Laws of the why-not: every parcel off the list is told, numbers hold, changes would change it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landuse.scores.assess import AssessSettings, assess
from landuse.scores.bars import bar_code, barred
from landuse.scores.engine import deficits, evaluate
from landuse.scores.listing import listing, stands
from landuse.scores.model import ScoreModel, Veto
from landuse.scores.waterfall import COLUMNS, waterfall
from landuse.scores.whynot import whynot
from landuse.scores.whynot_change import one_value, reach
from tests.numbers_told import numbers_told
from tests.scores.test_engine import A, B, criterion, frame, model
from tests.scores.test_sentences import CHINA, county


@dataclass(frozen=True)
class Against:
    code: str
    zh: str
    en: str
    against: str


LIT = Against("K1", "有灯光而无建筑", "lit without a building", "both")
NOTED = Against("K2", "植被多而有建筑", "green but built", "")
IDLE = criterion("I", score="idle", weight=0.6)
IDLE_B = criterion("J", score="idle", weight=0.4, family="surface", column="b_share")
TWO = model(A, B, IDLE, IDLE_B)
ABSENT = {"A": ("未提供甲表", "no table A")}


def judge(table: pd.DataFrame, scheme: ScoreModel, codes: object = "") -> tuple:
    """Return both evaluations and the flags as the list is made, contradictions included."""
    text = pd.Series(codes, index=table.index, dtype="str")
    lists = {score: barred(text, (LIT, NOTED), score=score) for score in ("idle", "les")}
    free = listing(table, scheme)
    run = replace(
        free,
        stands_idle=free.stands_idle & ~lists["idle"],
        stands_les=free.stands_les & ~lists["les"],
    )
    made = assess(table=table, settings=AssessSettings(score_model=scheme))["scores"]
    unlisted = np.where(made["flag"].str.startswith("suspected"), "none", made["flag"])
    flag = np.select(
        [made["flag"].isin(["vetoed", "insufficient_evidence"]), run.stands_idle, run.stands_les],
        [made["flag"], "suspected_idle", "suspected_low_efficiency"], unlisted,
    )  # fmt: skip
    return run.idle, run.les, made.assign(flag=flag, contradictions=text)


def told(table: pd.DataFrame, scheme: ScoreModel = TWO, codes: object = "", **more: object) -> list:
    idle, les, scores = judge(table, scheme, codes)
    made = whynot(idle, les, scores, model=scheme, absent=ABSENT,
                  contradictions=(LIT, NOTED), **more)  # fmt: skip
    return made["whynot_zh"].tolist()


def test_score_below_the_limit_by_hand() -> None:
    """les: 100 (0.6*0.5 + 0.4*0.25) = 40, 5 short of 45; idle: 100 (0.6*0.1 + 0.4*0.25) = 16.

    A family more must agree. B: at least 0.5 and 0.25 + 0.05 / 0.4 = 0.375, so b <= 50 %.
    """
    zh = told(frame(a_share=[0.5], b_share=[0.75], i_share=[0.9]))[0]
    assert zh == (
        "未列入。最接近疑似低效：得分 40.0 < 45（差 5）；1/2 类独立证据一致（form），须 ≥2 类。"
        "疑似闲置：得分 16.0 < 60（差 44）；0/2 类独立证据一致（无），须 ≥2 类。"
        "若B实为 ≤50.0%（现 75.0%），即达列入条件。"
    )


def test_families_alone_by_hand() -> None:
    """les 60 reaches 45 but B says fine: one family of two."""
    zh = told(frame(a_share=[0.0], b_share=[1.0], i_share=[1.0]))[0]
    assert "最接近疑似低效：得分 60.0 已达 45；1/2 类独立证据一致（form），须 ≥2 类。" in zh
    assert "若B实为 ≤50.0%（现 100.0%），即达列入条件。" in zh


def test_contradiction_that_barred_is_named_and_one_that_is_only_told_is_not() -> None:
    """idle 30 at one family; les 90 would stand, barred by K1, which bars both."""
    table = frame(a_share=[0.0, 0.0], b_share=[0.25, 0.25], i_share=[1.0, 1.0])
    zh = told(table, codes=["K2;K1", "K2"])
    assert "被矛盾排除（有灯光而无建筑）" in zh[0]
    assert "植被多" not in zh[0]
    assert "若实地证实该矛盾不成立，即列入。" in zh[0]
    assert zh[1] == ""


def test_missing_layer_is_named_with_its_reason_and_what_coverage_it_would_give() -> None:
    """les: only B known, 0.4 < 0.6, one family. A is absent: with it 1.00 and two families."""
    zh = told(frame(b_share=[0.5]), layers={"A": ("甲表", "table A"), "I": ("乙表", "table I")})[0]
    assert "证据覆盖 40.0% < 60%；可用独立证据 1/2 类" in zh
    assert "缺A（未提供甲表）" in zh
    assert "覆盖可达 1.00、独立证据 2 类，即可评分。" in zh
    assert ("若补齐甲表" in zh) or ("若补齐乙表" in zh)


def test_veto_says_what_would_have_been() -> None:
    veto = Veto(code="V1", column="red_share", zh="压占红线", en="red line", limit=0.01, unit="%",
                source="t", mark="V", data="eco")  # fmt: skip
    scheme = replace_model(TWO, vetoes=(veto,))
    table = frame(a_share=[0.0, 1.0], b_share=[0.0, 1.0], i_share=[1.0, 1.0], red_share=0.5)
    zh = told(table, scheme)
    assert zh[0] == "否决：压占红线。若经核实不成立，将列为疑似低效（得分 100.0 ≥ 45）。"
    assert zh[1].startswith("否决：压占红线。即使不成立也不列入，最接近")


def replace_model(scheme: ScoreModel, **more: object) -> ScoreModel:
    return ScoreModel.model_validate(scheme.model_dump() | more)


def test_use_that_no_criterion_knows_asks_for_a_code() -> None:
    scheme = model(criterion("A", groups=("IND_IN",)), B.model_copy(update={"groups": ("IND_IN",)}),
                   IDLE.model_copy(update={"groups": ("IND_IN",)}))  # fmt: skip
    zh = told(frame(a_share=[0.1], b_share=[0.1], i_share=[0.1], group=["ALL"]), scheme)
    assert zh == ["证据不足：用途不明或无适用指标，无法评分。若给出地类代码，即可评价。"]


def test_every_parcel_of_a_county_is_either_listed_or_told() -> None:
    table = county(400)
    scores = assess(table=table, settings=AssessSettings(score_model=CHINA))["scores"]
    idle, les = (evaluate(table, CHINA, score=score) for score in ("idle", "les"))
    made = whynot(idle, les, scores, model=CHINA, absent={})
    listed = scores["flag"].str.startswith("suspected")
    assert ((made["whynot_zh"] == "") == listed).all()
    assert ((made["whynot_en"] == "") == listed).all()
    assert not made["whynot_zh"].str.contains("nan|None").any()
    for wrong in ("收回", "闲置费", "闲置土地", "拆除"):
        assert not made["whynot_zh"].str.contains(wrong).any()
    for zh, en in zip(made["whynot_zh"], made["whynot_en"], strict=True):
        assert numbers_told(zh) == numbers_told(en), f"{zh}\n{en}"


def test_no_number_is_said_to_lie_below_one_that_it_equals() -> None:
    """59.97 would be rounded to 60.0 < 60: it keeps the digit that tells."""
    table = frame(a_share=[1.0], b_share=[1.0], i_share=[0.4003])
    alone = criterion("J", score="idle", weight=1e-6, family="surface", column="i_share")
    criteria = (A, B, IDLE.model_copy(update={"weight": 1.0}), alone)
    scheme = replace_model(TWO, criteria=criteria)
    found = re.search(r"得分 ([\d.]+) < 60", told(table, scheme)[0])
    assert found is not None
    assert float(found[1]) == pytest.approx(59.97)


@pytest.mark.parametrize("score", ["idle", "les"])
def test_the_one_value_told_would_make_the_score_stand(score: str) -> None:
    """Each printed value put in place of the measured one: the rule is applied anew."""
    table = county(300)
    before = evaluate(table, CHINA, score=score)
    found = one_value(before, CHINA, score=score)
    rows = np.flatnonzero((found.column >= 0) & before.sufficient & ~stands(before, CHINA, score))
    assert len(rows) > 10
    values = before.values.copy()
    values[rows, found.column[rows]] = found.value[rows]
    deficit = np.where(before.applies, deficits(values, before.criteria), np.nan)
    weights = np.array([item.weight for item in before.criteria])
    for row in rows:
        known = ~np.isnan(deficit[row])
        assert 100 * (weights * deficit[row])[known].sum() / weights[known].sum() >= (
            CHINA.flag_minimum[score] - 1e-9
        )
        families = {item.family for item, d in zip(before.criteria, deficit[row], strict=True)
                    if d >= CHINA.agree_at - 1e-9}  # fmt: skip
        assert len(families) >= CHINA.minimum_families


def test_sources_that_are_said_to_suffice_do() -> None:
    table = county(200)
    table[["far", "building_coverage"]] = np.nan
    result = evaluate(table, CHINA, score="les")
    for row in np.flatnonzero(~result.sufficient):
        applies, known = result.applies[row], ~np.isnan(result.deficit[row])
        found = reach(applies, known, criteria=result.criteria, model=CHINA)
        if not applies.any():
            continue
        added = {item.code for item in found.criteria}
        have = [item for at, item in enumerate(result.criteria)
                if known[at] or (applies[at] and item.code in added)]  # fmt: skip
        asked = sum(item.weight for at, item in enumerate(result.criteria) if applies[at])
        assert found.coverage == pytest.approx(sum(item.weight for item in have) / asked)
        assert found.enough
        assert found.coverage >= CHINA.minimum_coverage - 1e-9
        assert len({item.family for item in have}) >= CHINA.minimum_families


def test_first_bar_in_the_order_of_the_model() -> None:
    codes = pd.Series(["K2;K1", "K2", "", "K11"])
    assert bar_code(codes, (LIT, NOTED), score="idle").tolist() == ["K1", "", "", ""]


shares = st.floats(0, 1) | st.just(float("nan"))
made_parcels = st.lists(
    st.tuples(shares, shares, shares, st.sampled_from(["", "K1", "K2", "K1;K2"]),
              st.floats(0.1, 1e4), st.booleans(), st.floats(0, 0.02)),
    min_size=1, max_size=25,
)  # fmt: skip
RED = Veto(code="V1", column="red_share", zh="红线", en="red", limit=0.01, unit="%", source="t",
           mark="V", data="red")  # fmt: skip


def steps(rows: list[tuple], order: np.ndarray, *, zones_known: bool = True) -> pd.DataFrame:
    scheme = replace_model(TWO, vetoes=(RED,), minimum_area_m2=200)
    a, b, i, codes, mu, inside, red = zip(*rows, strict=True)
    table = frame(a_share=a, b_share=b, i_share=i, red_share=red, area_mu=mu, zone_in=inside,
                  area_m2=np.array(mu) * 666.67)  # fmt: skip
    table = table.assign(codes=codes).iloc[order].reset_index(drop=True)
    idle, les, scores = judge(table, scheme, table["codes"])
    return waterfall(scores, idle=idle, les=les, area_mu=table["area_mu"],
                     zone_in=table["zone_in"], model=scheme, contradictions=(LIT, NOTED),
                     zones_known=zones_known)  # fmt: skip


@given(made_parcels, st.randoms())
def test_steps_sum_to_all_land_in_any_order(rows: list[tuple], random: object) -> None:
    order = np.arange(len(rows))
    made = steps(rows, order)
    assert tuple(made.columns) == COLUMNS
    whole, rest = made.iloc[0], made.iloc[1:]
    for name in COLUMNS[4:]:
        assert rest[name].sum() == pytest.approx(whole[name])
    assert (made["parcels_in"] + made["parcels_out"] == made["parcels"]).all()
    assert np.allclose(made["area_mu_in"] + made["area_mu_out"], made["area_mu"])
    random.shuffle(order)
    assert steps(rows, order).equals(made)


def test_kinds_and_the_contradiction_that_barred_by_hand() -> None:
    """Small; red line; two families but K1; below; listed; nothing known."""
    rows = [(0, 0, 0, "", 0.1, False, 0), (0, 0, 0, "", 10, True, 0.02),
            (0, 0, 1, "K1", 20, True, 0),
            (1, 1, 1, "K1", 30, False, 0), (0, 0, 0, "K2", 40, False, 0),
            (np.nan, np.nan, np.nan, "", 50, False, 0)]  # fmt: skip
    made = steps(rows, np.arange(6))
    assert [tuple(row) for row in made[["kind", "veto", "parcels", "area_mu"]].to_numpy()] == [
        ("all", "", 6, 150.1), ("veto", "too_small", 1, 0.1), ("veto", "V1", 1, 10.0),
        ("evidence", "", 1, 50.0), ("contradiction", "K1", 1, 20.0), ("score", "", 1, 30.0),
        ("listed", "suspected_idle", 1, 40.0), ("listed", "suspected_low_efficiency", 0, 0.0),
    ]  # fmt: skip
    assert made.loc[made["kind"] == "contradiction", "area_mu_in"].tolist() == [20.0]


def test_without_zones_the_split_is_null_not_zero() -> None:
    made = steps([(0, 0, 0, "", 10, False, 0)], np.arange(1), zones_known=False)
    assert made[["area_mu_in", "parcels_out"]].isna().all(axis=None)
    assert made["area_mu"].iloc[0] == 10
