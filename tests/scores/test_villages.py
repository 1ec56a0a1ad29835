"""Villages judged: laws of kinds, vetoes, absence and order; the words that may not appear."""

from __future__ import annotations

import tomllib

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landuse.scores.model import ScoreModel
from landuse.scores.ramps import rises
from landuse.scores.villages import KINDS, VillageSettings, assess_villages
from tests.made import ROOT

FILE = ROOT / "landuse" / "scores" / "models" / "china_villages.toml"
MODEL = ScoreModel.model_validate(tomllib.loads(FILE.read_text(encoding="utf-8")))
COLUMNS = sorted({item.column for item in MODEL.criteria})
SPAN = {item.column: (item.ramp[0][0], item.ramp[-1][0]) for item in reversed(MODEL.criteria)}


def table(rows: int = 1, **columns: object) -> pd.DataFrame:
    """Return villages with every column in the middle of its ramp, but those given."""
    ids = [f"V{k}" for k in range(rows)]
    middle = {name: [sum(SPAN[name]) / 2] * rows for name in COLUMNS}
    frame = {"settlement_id": ids, "area_m2": [9_000.0] * rows} | middle
    return pd.DataFrame(frame | columns)


def judged(frame: pd.DataFrame, **settings: object) -> pd.DataFrame:
    chosen = VillageSettings(score_model=MODEL, **settings)
    made = assess_villages(settlements=frame, settings=chosen)
    assert made["villages"]["village_id"].tolist() == frame["settlement_id"].tolist()
    return made["villages"]


def worst(name: str) -> float:
    item = next(one for one in MODEL.criteria if one.column == name)
    return item.ramp[-1][0] if rises(item) else item.ramp[0][0]


def best(name: str) -> float:
    item = next(one for one in MODEL.criteria if one.column == name)
    return item.ramp[0][0] if rises(item) else item.ramp[-1][0]


def test_a_mountain_village_by_hand() -> None:
    # Slope 25 (.20), 500 m (.075), top rank (.075), hazard (.25), 60 min (.15), 1 km (.10), 15
    # households (.10), red line and water source (.05): every deficit is 1, the score 100.
    names = [item.column for item in MODEL.of_score("mrs") if "SETTLEMENT" in item.groups]
    row = judged(table(**{name: [worst(name)] for name in names})).iloc[0]
    assert row["mrs"] == pytest.approx(100)
    assert row["kind"] == "下山搬迁村"
    assert row["suggestion_zh"].startswith("建议先做整村搬迁意愿调查")
    calm = judged(table(**{name: [best(name)] for name in COLUMNS})).iloc[0]
    assert (calm["kind"], calm["kinds"], calm["mrs"]) == ("无", "", 0)
    assert pd.isna(calm["rank"])


def test_kinds_are_told_together_and_the_first_in_order_leads() -> None:
    row = judged(table(**{name: [worst(name)] for name in COLUMNS if "share" not in name}
                       | {"hollow_share": [1.0]})).iloc[0]  # fmt: skip
    assert row["kinds"].split(";")[0] == row["kind"] == next(iter(KINDS.values()))[0]


@pytest.mark.parametrize("column", ["heritage_share", "growth_boundary_share"])
def test_a_veto_beats_every_score_and_says_why(column: str) -> None:
    bad = {name: [worst(name)] for name in COLUMNS}
    row = judged(table(**bad, **{column: [0.9]})).iloc[0]
    assert (row["kind"], row["veto_share"]) == ("否决", 0.9)
    assert row["veto_zh"]
    assert pd.isna(row["rank"])
    assert row["evidence_zh"] == ""


def test_without_a_register_coverage_falls_and_the_ranking_is_called_relative() -> None:
    whole = judged(table(hollow_share=[1.0], homestead_kwh_m2=[1.0])).iloc[0]
    lost = ["resident_ratio", "area_per_person_m2", "people_per_dwelling"]
    frame = table(hollow_share=[1.0], homestead_kwh_m2=[1.0]).drop(columns=lost)
    part = judged(frame, absent={"register_population": ("未提供", "not supplied")}).iloc[0]
    assert part["hvs_coverage"] < whole["hvs_coverage"]
    assert part["basis_zh"] == "无户籍数据，仅为相对排序"
    assert "缺 常住户籍比" in part["evidence_zh"]


def test_a_village_known_as_a_point_is_judged_by_place_alone() -> None:
    point = table(area_m2=[np.nan])
    row = judged(point).iloc[0]
    assert row["mrs_coverage"] == 1
    assert np.isnan(row["hvs"])
    assert "仅有村庄点位" in row["basis_zh"]
    nothing = judged(point[["settlement_id", "area_m2"]]).iloc[0]
    assert nothing["kind"] == "证据不足"
    assert np.isnan(nothing["mrs"])


@given(data=st.data(), column=st.sampled_from(COLUMNS))
def test_a_worse_value_never_lowers_a_score(data: st.DataObject, column: str) -> None:
    values = {}
    for name in COLUMNS:
        low, high = SPAN[name]
        values[name] = data.draw(st.floats(low, high, allow_subnormal=False))
    worse = values | {column: worst(column)}
    frame = table(2, **{name: [values[name], worse[name]] for name in COLUMNS})
    both = judged(frame)
    for item in MODEL.criteria:
        if item.column == column and "SETTLEMENT" in item.groups:
            assert both[item.score].iloc[1] >= both[item.score].iloc[0] - 1e-9


@given(order=st.permutations(range(4)))
def test_order_changes_nothing(order: list[int]) -> None:
    frame = table(4, slope_deg=[2.0, 9.0, 16.0, 30.0], households_est=[10.0, 20.0, 40.0, 90.0])
    one = judged(frame).set_index("village_id")
    two = judged(frame.iloc[order].reset_index(drop=True)).set_index("village_id")
    pd.testing.assert_frame_equal(one, two.loc[one.index])


def test_points_of_criteria_sum_to_the_scores() -> None:
    frame = table(2, slope_deg=[3.0, 21.0])
    made = assess_villages(settlements=frame, settings=VillageSettings(score_model=MODEL))
    for name in KINDS:
        parts = made["contributions"].filter(like=f"{name}_").sum(axis=1)
        assert parts.tolist() == pytest.approx(made["villages"][name].tolist())


def test_no_text_orders_anyone_to_move() -> None:
    texts = FILE.read_text(encoding="utf-8")
    bad = {name: [worst(name)] for name in COLUMNS}
    texts += judged(table(**bad)).to_csv()
    assert "候选" in texts
    for word in ("拆除", "demolish", "强制搬迁"):
        assert word not in texts


def test_every_criterion_names_source_and_mark_and_scores_sum_to_known_totals() -> None:
    assert all(item.source and item.mark for item in MODEL.criteria)
    outline = [item for item in MODEL.of_score("mrs") if "SETTLEMENT" in item.groups]
    point = [item for item in MODEL.of_score("mrs") if "SETTLEMENT_POINT" in item.groups]
    for part in (outline, point, MODEL.of_score("scattered")):
        assert sum(item.weight for item in part) == pytest.approx(1)
