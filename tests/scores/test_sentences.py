"""Laws of the sentences: what they name, that numbers re-add, how long they may be."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import landuse.scores
from landuse.scores.engine import add_derived, deficits, evaluate
from landuse.scores.model import ScoreModel, Veto
from landuse.scores.ramps import rises, value_at
from landuse.scores.sentences import LONGEST, close_with_robustness, past_limit, sentences
from landuse.scores.veto_words import veto_sentences, veto_words
from landuse.scores.vetoes import apply_vetoes
from tests.numbers_told import numbers_told
from tests.products.county import indicators
from tests.scores.test_engine import A, B, criterion, frame, model

CHINA = ScoreModel.model_validate(
    tomllib.loads(
        (Path(landuse.scores.__file__).parent / "models" / "china.toml").read_text(encoding="utf-8")
    )
)


def county(count: int = 200, *, seed: int = 11) -> pd.DataFrame:
    table = indicators(count, CHINA, seed=seed)
    groups = np.array(["IND_IN", "IND_OUT", "VILLAGE", "COMM", "URBAN_RES"])
    table.insert(0, "parcel_id", [f"p{i:05d}" for i in range(count)])
    table["group"] = groups[np.arange(count) % len(groups)]
    table["area_m2"], table["area_mu"], table["zone_in"] = 3000.0, 4.5, False
    return add_derived(table, CHINA.derived)


def told(a: float, b: float, **facts: object) -> tuple[str, str]:
    one = criterion("A", weight=0.6, zh="密度", en="density", limit_zh="<50%", limit_en="<50%")
    scheme = model(one, B)
    table = frame(a_share=[a], b_share=[b])
    made = sentences(
        evaluate(table, scheme, score="les"),
        flags=pd.Series(["suspected_low_efficiency"]), model=scheme, years={"A": "2023"},
        facts=pd.DataFrame(facts, index=[0]) if facts else None,
    )  # fmt: skip
    return made["evidence_zh"].iloc[0], made["evidence_en"].iloc[0]


def test_sentence_by_hand() -> None:
    """Ramp (0, 1) to (1, 0): agreeing from 50 %, 37.5 above 12.5 %. A has 52.5 points, B 40."""
    zh, en = told(0.125, 0.0)
    assert zh == (
        "疑似低效：密度 12.5%（2023，<50%，P）低 37.5 个百分点；B 0.0%（P）低 50.0 个百分点。"
        "2 类独立证据一致（form、surface），证据覆盖 100%；须实地核实。"
    )
    assert "density 12.5% (2023, <50%, P), 37.5 points below" in en
    assert "2 independent families agree (form, surface), coverage 100%;" in en


def test_ledger_stands_first_and_contradictions_follow_but() -> None:
    zh, en = told(
        0.0, 0.0, group="IND_IN", ledger_zh="约定 2020-03-01 动工，未见动工。",
        ledger_en="Start agreed for 2020-03-01, none recorded.",
        contradictions_zh="有灯光而无建筑；地表发热", contradictions_en="lit, no building; warm",
    )  # fmt: skip
    assert zh.startswith("约定 2020-03-01 动工，未见动工。疑似低效：按区内工业同类组，")
    assert "；但有灯光而无建筑，且地表发热；须实地核实。" in zh
    assert en.startswith("Start agreed for 2020-03-01, none recorded. Suspected low efficiency:")
    assert "but lit, no building and warm; to be checked" in en


def test_robustness_closes_the_sentence_and_nothing_else() -> None:
    texts = pd.DataFrame({"evidence_zh": [told(0.0, 0.0)[0], "否决：水面；不评级、不排位。", ""],
                          "evidence_en": [told(0.0, 0.0)[1], "Vetoed: x.", ""]})  # fmt: skip
    robust = pd.DataFrame({"p_flag": [0.934, 0.0, np.nan], "stability": ["stable", "", ""]})
    closed = close_with_robustness(texts, robust)
    assert closed["evidence_zh"].iloc[0].endswith("；扰动推演 93% 列入（稳健）；须实地核实。")
    assert "; listed in 93% of draws (stable); to be checked" in closed["evidence_en"].iloc[0]
    assert closed.iloc[1:].equals(texts.iloc[1:])


def test_unknown_probability_adds_nothing() -> None:
    texts = pd.DataFrame([told(0.0, 0.0)], columns=["evidence_zh", "evidence_en"])
    robust = pd.DataFrame({"p_flag": [np.nan], "stability": [""]})
    assert close_with_robustness(texts, robust).equals(texts)


@pytest.mark.parametrize("score", ["idle", "les"])
def test_no_sentence_of_a_county_is_too_long(score: str) -> None:
    """Ledger (60 characters), two contradictions and the tail included."""
    table = county()
    result = evaluate(table, CHINA, score=score)
    word = {"idle": "suspected_idle", "les": "suspected_low_efficiency"}[score]
    rows = result.families_agreeing >= 1
    facts = table[["group"]].assign(
        ledger_zh="约定" + "动" * 58, ledger_en="x",
        contradictions_zh="有灯光而无建筑；植被多而有建筑；台账已竣工", contradictions_en="a; b; c",
    )  # fmt: skip
    made = sentences(result, flags=pd.Series(np.where(rows, word, "")), model=CHINA,
                     years={"landcover": "2021"}, facts=facts)  # fmt: skip
    robust = pd.DataFrame({"p_flag": np.full(len(table), 0.5), "stability": "fragile"})
    closed = close_with_robustness(made, robust)["evidence_zh"]
    assert (closed[rows].str.len() > 0).all()
    assert (closed[~rows] == "").all()
    assert closed.str.len().max() <= LONGEST


@pytest.mark.parametrize("score", ["idle", "les"])
@pytest.mark.parametrize("seed", range(11, 16))
@pytest.mark.parametrize("ledger", [0, 20, 90])
def test_both_languages_tell_the_same_numbers(score: str, seed: int, ledger: int) -> None:
    """The longer the ledger's part, the fewer signs are named and the more are counted."""
    table = county(seed=seed)
    result = evaluate(table, CHINA, score=score)
    word = {"idle": "suspected_idle", "les": "suspected_low_efficiency"}[score]
    facts = table[["group"]].assign(
        ledger_zh="约" * ledger, ledger_en="x" if ledger else "",
        contradictions_zh="甲；乙；丙" if ledger else "",
        contradictions_en="a; b; c" if ledger else "",
    )  # fmt: skip
    made = sentences(result, flags=pd.Series(np.where(result.families_agreeing >= 1, word, "")),
                     model=CHINA, years={"landcover": "2021"}, facts=facts)  # fmt: skip
    robust = pd.DataFrame({"p_flag": np.full(len(table), 0.51), "stability": "fragile"})
    closed = close_with_robustness(made, robust)
    for zh, en in zip(closed["evidence_zh"], closed["evidence_en"], strict=True):
        assert numbers_told(zh) == numbers_told(en), f"{zh}\n{en}"
    if ledger:
        counted = closed["evidence_zh"].str.contains("处矛盾")
        assert counted.equals(closed["evidence_en"].str.contains(r"\(and \d more\)"))


def test_signs_come_from_different_families_first() -> None:
    """A, C, D of one family carry more points than B of another, which is still shown."""
    parts = [criterion(code, weight=0.3) for code in ("A", "C", "D")]
    weak = criterion("B", weight=0.1, family="surface")
    scheme = model(*parts, weak)
    table = frame(a_share=[0.0], c_share=[0.0], d_share=[0.0], b_share=[0.3])
    made = sentences(evaluate(table, scheme, score="les"), model=scheme, years={},
                     flags=pd.Series(["suspected_low_efficiency"]))  # fmt: skip
    assert "B 30.0%" in made["evidence_zh"].iloc[0]


def test_shipped_limits_are_where_the_ramps_begin_to_agree() -> None:
    """The limit people read and the distance past it must speak of the same value."""
    for item in CHINA.criteria:
        numbers = re.findall(r"[−-]?[\d.]+", item.limit_zh)
        if not numbers:
            continue
        said = float(numbers[0].replace("\N{MINUS SIGN}", "-"))
        factor = 100 if item.unit == "%" else 1
        assert float(value_at(item, CHINA.agree_at)) * factor == pytest.approx(said, abs=0.05)


ramps = st.lists(
    st.tuples(st.integers(-50, 50), st.integers(0, 20)), min_size=2, max_size=5,
    unique_by=lambda point: point[0],
)  # fmt: skip


@given(ramps, st.booleans(), st.integers(1, 20))
def test_value_at_is_the_mildest_value_that_bad(
    points: list[tuple[int, int]], falling: bool, asked: int
) -> None:
    at = sorted(point[0] for point in points)
    worth = sorted((point[1] / 20 for point in points), reverse=falling)
    item = criterion("A", ramp=tuple(zip(map(float, at), worth, strict=True)))
    value = float(value_at(item, asked / 20))
    if max(worth) < asked / 20:
        assert np.isnan(value)
        return

    def deficit(x: float) -> float:
        return float(deficits(np.array([[x]]), (item,))[0, 0])

    assert deficit(value) >= asked / 20 - 1e-9
    milder = value - 1e-3 if rises(item) else value + 1e-3
    if min(worth) < asked / 20:
        assert deficit(milder) < asked / 20


def test_distance_of_a_rank_is_not_a_quantity() -> None:
    rank = criterion("A", unit="–", decimals=0, ramp=((1.0, 0.0), (4.0, 1.0)))
    assert past_limit(4.0, rank, 3.0) == ("", "")


def red(**more: object) -> Veto:
    # fmt: off
    given_values = {"code": "V1", "column": "red_share", "zh": "压占红线", "en": "on the red line",
                    "limit": 0.01, "unit": "%", "source": "t", "mark": "P", "data": "red"}
    # fmt: on
    return Veto.model_validate(given_values | more)


def test_veto_sentence_by_hand() -> None:
    steep = Veto(code="V2", column="slope_deg", zh="坡度超过 25°", en="steep", limit=25, unit="°",
                 source="t", mark="V", data="dem")  # fmt: skip
    scheme = model(A, B, vetoes=(red(), steep), minimum_area_m2=200)
    table = frame(red_share=[0.123, 0.0, 0.0, 0.0], slope_deg=[30.0, 26.0, 1.0, 1.0],
                  area_m2=[900.0, 900.0, 150.0, 900.0])  # fmt: skip
    made = veto_sentences(
        apply_vetoes(table, scheme), table=table, model=scheme, years={"red": "2023"},
        layers={"red": ("红线图层", "red-line layer")},
    )  # fmt: skip
    assert made["evidence_zh"].tolist() == [
        "否决：压占红线 12.3%（门槛 1%，红线图层 2023，P）；另坡度超过 25°；不评级、不排位。",
        "否决：坡度超过 25° 26.0°（门槛 25°，V）；不评级、不排位。",
        "否决：面积 150.0 m²，小于最小评价面积 200 m²（P）；不评级、不排位。",
        "",
    ]
    assert made["evidence_en"].iloc[0].startswith("Vetoed: on the red line 12.3% (limit 1%, red-")


def test_parcel_out_of_scope_is_told_by_its_group() -> None:
    scheme = model(criterion("A", groups=("IND_IN",)), criterion("B", groups=("IND_IN",)))
    table = frame(a_share=[0.1, 0.1], group=["OTHER", "IND_IN"])
    made = veto_sentences(apply_vetoes(table, scheme), table=table, model=scheme, years={},
                          layers={})  # fmt: skip
    assert made["evidence_zh"].tolist() == [
        "否决：该地类不在评价范围：其他用地；不评级、不排位。", ""
    ]  # fmt: skip


@given(st.floats(0.010001, 1.0))
def test_a_veto_never_prints_a_share_that_equals_its_limit(share: float) -> None:
    zh, _ = veto_words(share, red(), years={}, layers={})
    shown = re.search(r"([\d.]+)%（门槛 1%", zh)
    assert shown is not None
    assert float(shown[1]) > 1.0
