"""The code systems that come with the program, and looking codes up."""

from __future__ import annotations

import pandas as pd
import pytest

from landuse.objects.classes import LandClass, class_table, classify, local_table
from landuse.sources.spec import ClassSystem

SYSTEMS: tuple[ClassSystem, ...] = ("SD3", "GB21010", "YDYH2023")
# domain.md §6.3: codes of construction land
CONSTRUCTION = [
    "05H1",
    "0508",
    "0601",
    "0602",
    "0603",
    "0701",
    "0702",
    "08H1",
    "08H2",
    "0809",
    "0810",
    "09",
    "1001",
    "1002",
    "1003",
    "1004",
    "1005",
    "1007",
    "1008",
    "1009",
    "1109",
    "1201",
]
NOT_CONSTRUCTION = ("1006", "1107", "1202", "0101", "0301", "1101")
GROUPS = {"IND", "URBAN_RES", "COMM", "VILLAGE", "OTHER"}


@pytest.mark.parametrize("system", SYSTEMS)
def test_assessed_codes_are_in_a_peer_group_and_the_rest_are_not(system: ClassSystem) -> None:
    table = class_table(system)
    assert table.name == system
    for code, land in table.classes.items():
        assert land.zh, code
        assert land.en, code
        assert (land.group in GROUPS) is land.assessed, code


def test_construction_land_of_the_third_survey_is_what_the_survey_says() -> None:
    table = class_table("SD3")
    assert all(table.classes[code].assessed for code in CONSTRUCTION)
    assert not any(table.classes[code].assessed for code in NOT_CONSTRUCTION)


@pytest.mark.parametrize(
    ("code", "group"),
    [("0601", "IND"), ("0508", "IND"), ("0602", "OTHER"), ("0701", "URBAN_RES"),
     ("05H1", "COMM"), ("0702", "VILLAGE"), ("1003", "OTHER"), ("09", "OTHER")],
)  # fmt: skip
def test_groups_of_the_third_survey(code: str, group: str) -> None:
    assert class_table("SD3").classes[code].group == group


def test_a_longer_code_belongs_to_its_longest_known_prefix_where_the_system_nests() -> None:
    codes = pd.Series(["100102", "090101", "1002", "0702"], dtype="str")
    found = classify(codes, table=class_table("YDYH2023"))
    assert found.table["group"].tolist() == ["IND", "COMM", "OTHER", "OTHER"]
    assert found.unknown.empty
    # in the working classes of the survey, 060101 is no code
    assert classify(pd.Series(["060101"]), table=class_table("SD3")).unknown.to_dict() == {
        "060101": 1
    }


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_class_is_reached_by_its_own_code_and_no_other_name_takes_it(
    system: ClassSystem,
) -> None:
    table = class_table(system)
    codes = pd.Series(sorted(table.classes), dtype="str")
    found = classify(codes, table=table)
    assert found.unknown.empty
    assert found.table["land_use_zh"].tolist() == [table.classes[code].zh for code in codes]


def test_the_standard_of_2017_has_12_classes_of_the_first_level_and_73_of_the_second() -> None:
    by_length = pd.Series(list(class_table("GB21010").classes)).str.len().value_counts()
    assert by_length.to_dict() == {4: 73, 2: 12}


def test_the_classes_of_2023_nest_three_deep() -> None:
    codes = list(class_table("YDYH2023").classes)
    assert sum(len(code) == 2 for code in codes) == 24
    assert {len(code) for code in codes} == {2, 4, 6}
    assert all(code[:-2] in codes for code in codes if len(code) > 2)


def test_a_slip_in_the_second_level_is_not_taken_for_the_first() -> None:
    # 1099 is no class: it must not pass as 10
    unknown = classify(pd.Series(["1099", "160101"]), table=class_table("YDYH2023")).unknown
    assert unknown.to_dict() == {"1099": 1, "160101": 1}


def test_a_small_letter_in_a_code_is_as_good_as_a_capital() -> None:
    found = classify(pd.Series(["05h1", "1104k"], dtype="str"), table=class_table("SD3"))
    assert found.unknown.empty
    assert found.table["land_use_zh"].tolist() == ["商业服务业设施用地", "可调整养殖坑塘"]


def test_null_and_unknown_codes_are_other_and_unknown_ones_counted() -> None:
    codes = pd.Series(["0601", None, "9999", "9999"], dtype="str")
    found = classify(codes, table=class_table("SD3"))
    assert found.table["group"].tolist() == ["IND", "OTHER", "OTHER", "OTHER"]
    assert found.table["land_use_zh"].tolist() == ["工业用地", "", "9999", "9999"]
    assert found.unknown.to_dict() == {"9999": 2}
    assert found.table["assessed"].all()


def test_a_study_may_bring_its_own_codes() -> None:
    table = local_table({"M": LandClass(zh="工业", en="industry", group="IND")})
    found = classify(pd.Series(["M", "R"], dtype="str"), table=table)
    assert found.table["group"].tolist() == ["IND", "OTHER"]
