"""Rules as data: the first that holds wins, what is not known does not hold, shipped ones read."""

from __future__ import annotations

import tomllib

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from landuse.plans.sites.rules import advise, best_uses
from landuse.plans.sites.settings import SiteRules
from landuse.study import SHIPPED_RULES, shipped_rules

RULES = shipped_rules()
INSIDE = {"zone_in": 1.0, "growth_share": 1.0, "growth_known": 1.0, "les": 80.0, "far": 0.5,
          "idle_share": 0.0, "village_share": 0.0, "merge_mu": 10.0, "slope_deg": 3.0,
          "town_distance_m": 5_000.0, "rsi": 70.0, "forest_around_share": 0.1}  # fmt: skip
OUTSIDE = INSIDE | {"zone_in": 0.0, "growth_share": 0.0}


def advice(**facts: float) -> str:
    return str(advise(pd.DataFrame([facts]), RULES.advice)["advice"].iloc[0])


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (INSIDE | {"ledger_exempt": 1.0, "ledger_idle_2y": 1.0}, "ledger_gov"),
        (INSIDE | {"ledger_idle_2y": 1.0}, "ledger_2y"),
        (INSIDE | {"ledger_idle_1y": 1.0}, "ledger_1y"),
        (INSIDE | {"emp_class_rank": 2.0}, "zone_raise"),
        (INSIDE | {"emp_class_rank": 4.0}, "zone_store"),
        (INSIDE | {"idle_share": 1.0}, "zone_store"),
        (INSIDE | {"les": 60.0}, "zone_raise_ii"),
        (INSIDE | {"les": 60.0, "idle_share": 1.0}, "zone_idle_ii"),
        (OUTSIDE | {"growth_share": 1.0, "merge_mu": 50.0}, "small_park"),
        (OUTSIDE | {"growth_share": 1.0, "merge_mu": 49.9}, "keep"),
        (OUTSIDE | {"growth_share": 1.0, "town_distance_m": 800.0}, "mixed"),
        (OUTSIDE, "reclaim"),
        (OUTSIDE | {"rsi": 59.0}, "keep"),
        (OUTSIDE | {"slope_deg": 15.1}, "regreen"),
        (OUTSIDE | {"forest_around_share": 0.6}, "regreen"),
        (OUTSIDE | {"candidate_village": 1.0, "village_share": 1.0}, "ask_village"),
        (OUTSIDE | {"growth_share": np.nan, "growth_known": 0.0}, "check_lines"),
    ],
)
def test_each_row_of_the_table_of_disposal_is_met(facts: dict[str, float], code: str) -> None:
    """Domain specification §4.4, row by row, and the order in which rows win."""
    assert advice(**facts) == code


def test_every_rule_says_basis_mark_and_what_people_check_first() -> None:
    for rule in RULES.advice:
        assert all((rule.basis_zh, rule.basis_en, rule.check_zh, rule.check_en))
        assert rule.check_zh.startswith("先")
    assert not any(word in rule.zh for rule in RULES.advice for word in ("强制", "拆迁"))


@given(st.dictionaries(st.sampled_from([*INSIDE, "ledger_idle_2y"]),
                       st.one_of(st.just(np.nan), st.floats(0, 100))))  # fmt: skip
def test_every_site_has_one_advice_and_knowing_nothing_means_no_legal_word(
    facts: dict[str, float],
) -> None:
    found = advise(pd.DataFrame([facts or {"les": np.nan}]), RULES.advice)
    assert len(found) == 1
    if not facts.get("ledger_idle_2y", 0) >= 1:
        assert "收回线索" not in found["advice_zh"].iloc[0]
    assert advice(les=np.nan) == "keep"


def test_uses_are_ranked_by_fit_and_only_where_allowed() -> None:
    """A level site of 60 mu in a zone: industry; beyond the boundary on good ground: farmland."""
    build = INSIDE | {"buildable": 1.0, "area_mu": 60.0, "rect_width_m": 90.0, "need": 0.8,
                      "road_m": 100.0, "sensitive_m": 500.0, "merge_mu": 60.0}  # fmt: skip
    field = OUTSIDE | {"buildable": 1.0, "area_mu": 6.0, "rect_width_m": 30.0, "need": 0.8}
    found = best_uses(pd.DataFrame([build, field, field | {"rsi": 50.0}]), RULES.uses)
    assert found["best_use"].tolist() == ["industry", "reclaim", "keep"]
    assert "reclaim" not in found["uses"].iloc[2].split(";")
    assert "reclaim" not in found["uses"].iloc[0].split(";")
    # industry of the first: area .3, width .2, zone .3, homes .1 all 1; the ramp is not known
    assert found["use_fits"].iloc[0].split(";")[0] == "100"


def test_a_vetoed_site_can_be_no_building_ground() -> None:
    facts = pd.DataFrame([INSIDE | {"buildable": 0.0, "area_mu": 60.0, "rect_width_m": 90.0,
                                    "need": 0.8}])  # fmt: skip
    assert best_uses(facts, RULES.uses)["uses"].iloc[0] == "keep"


@pytest.mark.parametrize("change", ["twice", "conditional"])
def test_faulty_rules_are_refused(change: str) -> None:
    data = tomllib.loads((SHIPPED_RULES / "china_sites.toml").read_text("utf-8"))
    if change == "twice":
        data["uses"].append(data["uses"][0])
    else:
        data["advice"] = data["advice"][:-1]
    with pytest.raises(ValidationError, match=r"重复|无条件"):
        SiteRules.model_validate(data)
