"""Field names: one spelling means one field, whatever its case, width or cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landuse.core.errors import LanduseError
from landuse.sources.field_names import field_names, fold, is_cut, match_fields, same_field

# domain.md 6.3
STANDARD = {
    "BSM", "YSDM", "TBYBH", "TBBH", "DLBM", "DLMC", "QSXZ", "QSDWDM", "QSDWMC", "ZLDWDM", "ZLDWMC",
    "TBMJ", "KCDLBM", "KCXS", "KCMJ", "TBDLMJ", "GDLX", "GDPDJB", "XZDWKD", "XXTBKD", "TBXHDM",
    "TBXHMC", "ZZSXDM", "ZZSXMC", "GDDB", "FRDBS", "CZCSXM", "SJNF", "MSSM", "BZ", "XZQDM", "XZQMC",
}  # fmt: skip
KNOWN = {
    code: (code, *names.zh, *names.pinyin)
    for layer in field_names().values()
    for code, names in layer.fields.items()
}
PAIRS = [(code, name) for code, names in KNOWN.items() for name in names]


def test_every_field_of_the_survey_is_known() -> None:
    assert set(KNOWN) >= STANDARD


def test_no_spelling_means_two_fields() -> None:
    meanings: dict[str, set[str]] = {}
    for code, name in PAIRS:
        meanings.setdefault(fold(name), set()).add(code)
    assert {name: codes for name, codes in meanings.items() if len(codes) > 1} == {}


@pytest.mark.parametrize(("code", "name"), PAIRS)
def test_every_spelling_finds_its_field_and_is_found_by_it(code: str, name: str) -> None:
    others = ["OBJECTID", "Shape_Area"]
    assert match_fields({"x": code}, [*others, name], file="a").columns == {"x": name}
    assert match_fields({"x": name}, [*others, code], file="a").columns == {"x": code}


@given(st.sampled_from(PAIRS), st.randoms(use_true_random=False))
def test_case_width_and_blanks_do_not_matter(pair: tuple[str, str], random: object) -> None:
    code, name = pair
    pick = random.random  # type: ignore[attr-defined]
    letters = [letter.upper() if pick() < 0.5 else letter.lower() for letter in name]
    wide = [
        chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" and pick() < 0.3 else letter
        for letter in letters
    ]
    spelt = "".join(
        letter + (" \n\u3000"[int(pick() * 3)] if pick() < 0.2 else "") for letter in wide
    )
    assert match_fields({"x": code}, [spelt, "FID"], file="a").columns == {"x": spelt}


@pytest.mark.parametrize(
    ("field", "whole", "expected"),
    [
        ("dileibianm", "dileibianma", True),  # ten of eleven letters
        ("dileibian", "dileibianma", False),  # nine: ten bytes would hold one more
        ("坐落单位代", "坐落单位代码", True),  # five of GBK's two bytes
        ("坐落单", "坐落单位代码", True),  # three of UTF-8's three bytes, and a rest of one
        ("坐落单位", "坐落单位代码", False),
        ("dlbm", "dlbm", False),
    ],
)
def test_what_ten_bytes_hold(field: str, whole: str, expected: bool) -> None:
    assert is_cut(field, of=whole) is expected


def test_names_are_cut_only_where_the_format_cuts_them() -> None:
    wanted = {"land_use": "DLBM"}
    assert match_fields(wanted, ["dileibianm"], file="a", cut=True).columns["land_use"]
    with pytest.raises(LanduseError, match="has no field DLBM"):
        match_fields(wanted, ["dileibianm"], file="a")


def test_names_not_in_the_list_are_cut_too_and_alike_ones_refused() -> None:
    one = {"a": "registered_population"}
    assert match_fields(one, ["registered"], file="a", cut=True).columns == {"a": "registered"}
    both = one | {"b": "registered_households"}
    with pytest.raises(LanduseError) as caught:
        match_fields(both, ["registered"], file="a", cut=True)
    assert [fault.field for fault in caught.value.faults] == ["fields.a", "fields.b"]


def test_the_first_kind_of_match_decides() -> None:
    # the very name, then the same letters, then another name
    present = ["地类编码", "dlbm", "DLBM"]
    for left, found in ((present, "DLBM"), (present[:2], "dlbm"), (present[:1], "地类编码")):
        assert match_fields({"x": "DLBM"}, left, file="a").columns == {"x": found}


def test_one_field_may_serve_two_of_ours() -> None:
    found = match_fields({"a": "DLBM", "b": "地类编码"}, ["DLBM"], file="a")
    assert found.columns == {"a": "DLBM", "b": "DLBM"}
    assert found.aliases == {"地类编码": "DLBM"}


@pytest.mark.parametrize(("asked", "there"), [("总人口", "人口数"), ("家庭户数", "户数")])
def test_a_heading_that_may_count_something_else_is_not_taken(asked: str, there: str) -> None:
    # in the county table of the 2010 census 人口数 is that of family households, 合计 is all people
    with pytest.raises(LanduseError, match=f"has no field {asked}"):
        match_fields({"x": asked}, ["合计", there], file="a")


def test_the_same_field_by_two_names() -> None:
    assert same_field("标识码", "bsm")
    assert not same_field("标识码", "DLBM")
    assert not same_field("甲", "甲")  # no known name


def test_a_field_asked_for_with_a_question_mark_may_be_missing() -> None:
    wanted = {"parcel_id": "BSM", "owner_code": "QSXZ?", "land_use": "DLBM?"}
    found = match_fields(wanted, ["bsm", "地类编码"], file="DLTB.shp")
    assert found.columns == {"parcel_id": "bsm", "land_use": "地类编码"}
    assert found.skipped == ("QSXZ",)
    assert found.aliases == {"DLBM": "地类编码"}


def test_two_fields_for_an_optional_name_are_still_no_guess() -> None:
    with pytest.raises(LanduseError, match="several"):
        match_fields({"land_use": "DLBM?"}, ["地类编码", "地类代码"], file="DLTB.shp")
