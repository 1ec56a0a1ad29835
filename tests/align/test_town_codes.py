"""Codes joined by name, and codes checked against a list."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landuse.align.town_codes import join_codes
from landuse.align.town_names import ETHNIC_GROUPS, plain_name, stem_of
from landuse.core.errors import LanduseError
from tests.align.layers import squares

LIST = pd.DataFrame(
    {
        "village_code": ["330781203001", "330781203002", "330781106001", "330781007001"],
        "town_code": ["330781203", "330781203", "330781106", "330781007"],
        "town_name": ["水亭畲族乡", "水亭畲族乡", "黄店镇", "上华街道"],
    }
)


def towns(**columns: Any) -> gpd.GeoDataFrame:
    layer = squares(len(next(iter(columns.values())))).drop(columns="BSM")
    return layer.assign(**columns)


def codes_of(done: dict[str, Any]) -> list[str]:
    return list(done["layer"]["town_code"])


def fault(layer: gpd.GeoDataFrame, codes: pd.DataFrame | None, **options: Any) -> str:
    with pytest.raises(LanduseError) as caught:
        join_codes(layer, codes, **options)
    assert caught.value.exit_code == 4
    return str(caught.value)


def test_there_are_56_ethnic_groups() -> None:
    assert len(ETHNIC_GROUPS) == len(set(ETHNIC_GROUPS)) == 56
    assert all(name.endswith("族") for name in ETHNIC_GROUPS)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("水亭乡", "水亭畲族乡"),
        ("水亭畬族乡", "水亭畲族乡"),
        ("上华镇", "上华街道办事处"),
        ("老竹镇", "老竹畲族镇"),
        ("勐满镇", "勐满哈尼族拉祜族乡"),
        ("柏社乡人民政府", "柏社镇"),
    ],
)
def test_names_that_mean_one_town_have_one_stem(one: str, other: str) -> None:
    assert stem_of(one) == stem_of(other)


def test_a_stem_is_never_empty_and_towns_keep_their_own() -> None:
    assert stem_of("镇") == "镇"
    assert stem_of("水族乡") == "水族"  # nothing would be left without the group
    assert stem_of("乡镇街道") == "乡镇"
    assert stem_of("土城镇") == "土城"


@given(st.text("水亭畲族乡镇街道办事处ＡaB１ \u3000\u200b\xa0", max_size=12))
def test_a_plain_name_is_plain_already(name: str) -> None:
    assert stem_of(name) == stem_of(plain_name(name))
    assert not any(mark.isspace() for mark in plain_name(name))


def test_blanks_widths_and_ethnic_groups_are_forgiven() -> None:
    done = join_codes(towns(town_name=["黄店镇　", " 上 华街道", "水亭乡"]), LIST)
    assert codes_of(done) == ["330781106", "330781007", "330781203"]
    assert list(done["layer"]["town_name"]) == ["黄店镇", "上华街道", "水亭畲族乡"]
    assert [(f.kind, f.value) for f in done["findings"]] == [("repaired", "水亭乡 = 水亭畲族乡")]


def test_an_exact_name_is_taken_before_a_renamed_one() -> None:
    names = pd.DataFrame(
        {"town_code": ["990781100", "990781200"], "town_name": ["城关镇", "城关街道"]}
    )
    done = join_codes(towns(town_name=["城关乡", "城关镇"]), names)
    assert codes_of(done) == ["990781200", "990781100"]
    text = fault(towns(town_name=["城关乡"]), names)
    assert "城关镇 990781100" in text
    assert "城关街道 990781200" in text


def test_all_unmatched_names_are_one_fault_with_both_sides() -> None:
    text = fault(towns(town_name=["兰溪市", "黄店镇", None, "云山街道"]), LIST)
    assert "兰溪市" in text
    assert "云山街道" in text
    assert "1 blank" in text
    assert "水亭畲族乡 330781203" in text
    assert "黄店镇 330781106" not in text


def test_codes_stay_text_whatever_a_spreadsheet_made_of_them() -> None:
    for codes in (
        [330781203.0, 330781106.0],
        [330781203, 330781106],
        ["330781203.0", "３３０７８１１０６"],
        ["330781203000", "330781106000"],
    ):
        assert codes_of(join_codes(towns(town_code=codes), LIST)) == ["330781203", "330781106"]


def test_codes_in_powers_of_ten_are_refused() -> None:
    assert "3.30781E+08" in fault(towns(town_code=["3.30781E+08"]), LIST)


def test_villages_taken_for_towns_are_refused() -> None:
    layer = towns(town_code=["330781203001", "330781203002"], town_name=["一村", "二村"])
    assert "一村 / 二村" in fault(layer, LIST)


def test_a_list_at_odds_with_itself_is_refused() -> None:
    odd = pd.DataFrame({"town_code": ["990781100"] * 2, "town_name": ["甲镇", "乙镇"]})
    assert "乙镇 / 甲镇" in fault(towns(town_name=["甲镇"]), odd)


def test_village_codes_do_where_the_list_has_no_town_codes() -> None:
    done = join_codes(towns(town_name=["黄店镇"]), LIST.drop(columns="town_code"))
    assert codes_of(done) == ["330781106"]


def test_carried_codes_are_checked_not_changed() -> None:
    layer = towns(town_code=["330781203", "330781999"], town_name=["黄店镇", "新设镇"])
    done = join_codes(layer, LIST)
    assert codes_of(done) == ["330781203", "330781999"]
    assert list(done["layer"]["town_name"]) == ["黄店镇", "新设镇"]
    assert [(f.kind, f.object_id) for f in done["findings"]] == [
        ("doubt", "330781203"),  # another name in the list
        ("doubt", "330781999"),  # not in the list
        ("doubt", "330781007"),  # in the list, not in the layer
        ("doubt", "330781106"),
    ]


def test_towns_without_codes_and_list_are_a_fault_with_what_to_do() -> None:
    text = fault(towns(town_name=["黄店镇"]), None)
    assert "黄店镇" in text
    assert "village_list" in text


def test_other_counties_of_a_longer_list_are_left_out() -> None:
    more = pd.concat([LIST, pd.DataFrame({"town_code": ["330782100"], "town_name": ["黄店镇"]})])
    layer = towns(town_name=["黄店镇", "上华街道", "水亭乡"])
    assert "黄店镇 330782100" in fault(layer, more)
    assert codes_of(join_codes(layer, more, adcode="330781"))[0] == "330781106"


def test_missing_names_come_from_the_list_and_other_columns_stay() -> None:
    done = join_codes(towns(town_code=["330781106"], people=[7]), LIST.iloc[[2]])
    assert list(done["layer"].columns) == ["town_code", "town_name", "people", "geometry"]
    assert list(done["layer"]["town_name"]) == ["黄店镇"]
    assert done["findings"] == []
