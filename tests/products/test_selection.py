from __future__ import annotations

import pandas as pd
import pytest

from landuse.core.errors import LanduseError
from landuse.products.selection import Choice, parse_condition
from landuse.products.selection import select as choose
from tests.products import county


def select(table, **choice):
    return choose(table, Choice(**choice))


@pytest.fixture(scope="module")
def table():
    return county.run(200)[1]


def test_choices_are_all_met(table):
    chosen = select(
        table, town=["甲山街道", "990781102"], grade=["I", "II"], min_mu=5.0,
        where=[parse_condition("far < 0.6")],
    )  # fmt: skip
    by_hand = table[
        table["town_name"].isin(["甲山街道", "乙溪镇"])
        & table["grade"].isin(["I", "II"])
        & (table["area_mu"] >= 5)
        & (table["far"] < 0.6)
    ]
    assert len(by_hand) > 0
    assert set(chosen["parcel_id"]) == set(by_hand["parcel_id"])
    assert chosen["rank"].is_monotonic_increasing


def test_no_choice_takes_every_parcel_ranked_first(table):
    chosen = select(table)
    assert sorted(chosen["parcel_id"]) == table["parcel_id"].tolist()
    ranks = chosen["rank"].tolist()
    assert ranks[0] == 1
    assert pd.isna(ranks[-1])


@pytest.mark.parametrize("sign", ["<", "!=", ">=", "="])
def test_a_missing_value_meets_no_condition(table, sign):
    chosen = select(table, where=[parse_condition(f"far {sign} 0.5")])
    assert chosen["far"].notna().all()


def test_flag_zone_text_and_boolean_conditions(table):
    vetoed = select(table, flag=["vetoed"], columns=["parcel_id", "veto"])
    assert list(vetoed.columns) == ["parcel_id", "veto", "geometry"]
    assert (vetoed["veto"] != "").all()
    assert select(table, where=[parse_condition("zone_in = 区内")])["zone_in"].all()
    assert set(select(table, zone=["示例高新园"])["zone_name"]) == {"示例高新园"}
    assert set(select(table, where=[parse_condition("land_use = '0601'")])["land_use"]) == {"0601"}


@pytest.mark.parametrize(
    ("choice", "hint"),
    [
        ({"town": ["甲山街"]}, "甲山街道"),
        ({"flag": ["suspected"]}, "suspected_idle"),
        ({"columns": ["ares_mu"]}, "area_mu"),
        ({"zone": ["高新园"]}, "示例高新园"),
    ],
)
def test_an_unknown_choice_names_the_near_ones(table, choice, hint):
    with pytest.raises(LanduseError, match=hint) as caught:
        select(table, **choice)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    "text", ["far", "far <", "< 5", "far ~ 5", "__import__('os').system('x')", "a.b < 1", ""]
)
def test_a_condition_is_a_comparison_and_no_program(text):
    with pytest.raises(LanduseError):
        parse_condition(text)


def test_a_number_column_refuses_text(table):
    with pytest.raises(LanduseError, match="far"):
        select(table, where=[parse_condition("far < high")])


def test_in_out_and_names_of_zones_are_one_choice(table):
    inside = select(table, zone=["in"])
    outside = select(table, zone=["区外"])
    assert inside["zone_in"].all()
    assert not outside["zone_in"].any()
    assert len(inside) + len(outside) == len(table)
    assert len(select(table, zone=["in", "out"])) == len(table)
    both = select(table, zone=["out", "示例高新园"])
    assert len(both) == len(outside) + len(select(table, zone=["示例高新园"]))


def test_area_is_chosen_from_below_and_above(table):
    kept = select(table, min_mu=3.0, max_mu=9.0)
    assert kept["area_mu"].between(3, 9).all()
    cut = [select(table, max_mu=2.999999), kept, select(table, min_mu=9.000001)]
    assert sum(map(len, cut)) == len(table)


def test_the_kind_of_a_parcel_is_its_flag_in_either_language(table):
    assert select(table, kind=["疑似低效"])["flag"].unique() == ["suspected_low_efficiency"]
    assert len(select(table, kind=["suspected_idle", "疑似低效"])) == table["rank"].notna().sum()


def test_a_village_of_two_kinds_is_found_under_both():
    villages = pd.DataFrame({
        "village_id": ["a", "b", "c"], "kind": ["下山搬迁村", "空心村", "无"],
        "kinds": ["下山搬迁村;空心村", "空心村", ""], "rank": [1, 2, None],
        "grade": ["I", "II", ""],
        "town_code": ["1", "1", "2"], "town_name": ["甲", "甲", "乙"], "area_mu": [3.0, None, 5.0],
    })  # fmt: skip
    assert select(villages, kind=["空心村"])["village_id"].tolist() == ["a", "b"]
    assert select(villages, kind=["下山搬迁村"])["village_id"].tolist() == ["a"]
    assert select(villages, min_mu=0)["village_id"].tolist() == ["a", "c"], "no area, no limit met"
    assert select(villages, columns=["grade"]).columns.tolist() == ["village_id", "grade"]
    with pytest.raises(LanduseError, match="下山搬迁村"):
        select(villages, kind=["下山村"])
    with pytest.raises(LanduseError, match="没有这一列"):
        select(villages, zone=["in"])
    with pytest.raises(LanduseError, match="没有这一列"):
        select(villages, flag=["suspected_idle"])
