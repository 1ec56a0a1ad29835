"""Columns: text, numbers, dates and ids, each a law or shown arithmetic."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landuse.align.fields import (
    clean_text,
    dates,
    day_numbers,
    numbers,
    spoilt_codes,
    suffixed,
)


@given(st.lists(st.text(max_size=6), max_size=20))
def test_cleaning_twice_is_cleaning_once(values: list[str]) -> None:
    once, _ = clean_text(pd.Series(values, dtype="str"))
    twice, trimmed = clean_text(once)
    pd.testing.assert_series_equal(once, twice)
    assert trimmed == 0


@given(st.lists(st.sampled_from(["A", "B", "A-2", "B-2", "A-3"]), max_size=12))
def test_suffixes_make_ids_unique_and_leave_first_uses_alone(values: list[str]) -> None:
    ids = pd.Series(values, dtype="str")
    out = suffixed(ids)
    assert out.is_unique
    first = ~ids.duplicated()
    assert out[first].tolist() == ids[first].tolist()


@pytest.mark.parametrize(
    ("text", "value"), [("12", 12.0), (" 1,234.5 ", 1234.5), ("-3", -3.0), ("１２", 12.0)]
)
def test_numbers_as_offices_write_them(text: str, value: float) -> None:
    column, faults = numbers(pd.Series([text], dtype="str"), name="n", file="f")
    assert column.tolist() == [value]
    assert faults == []


def test_text_in_a_number_column_names_rows_up_to_ten() -> None:
    column = pd.Series([f"x{k}" for k in range(15)], index=range(2, 17), dtype="str")
    _, (fault,) = numbers(column, name="税收", file="a.csv")
    assert fault.found.startswith("row 2: x0; row 3: x1")
    assert fault.found.count("row") == 10
    assert "15" in fault.en


@pytest.mark.parametrize(
    "text",
    ["2019-06-27", "2019/6/27", "20190627", "2019年06月27日", "2019-06-27 08:00:00", "2019.6.27"],
)
def test_dates_as_ledgers_write_them(text: str) -> None:
    column, faults, empty = dates(pd.Series([text], dtype="str"), name="d", file="f")
    assert (faults, empty) == ([], 0)
    assert column.tolist() == [pd.Timestamp(year=2019, month=6, day=27)]


def test_1900_and_blank_are_empty_dates_and_nonsense_is_a_fault() -> None:
    column = pd.Series(["1900-01-01", "1900年01月01日", "", "待定"], dtype="str")
    values, (fault,), empty = dates(column, name="约定开工时间", file="ledger.csv")
    assert values.isna().all()
    assert empty == 2
    assert fault.found == "row 3: 待定"


def test_codes_a_spreadsheet_spoilt_are_told_and_sound_ones_are_not() -> None:
    column = pd.Series(["3.30781E+11", "330781001002", "1E5", "E12", None], dtype="str")
    (fault,) = spoilt_codes({"行政村代码": column}, file="a.csv")
    assert fault.found == "row 0: 3.30781E+11; row 2: 1E5"


@pytest.mark.parametrize("text", ["43643", "43643.0", "43643.375", " 43643 ", "2019 年 6 月 27 日"])
def test_day_numbers_of_a_spreadsheet_are_dates(text: str) -> None:
    # 43643 days after 1899-12-30: 119 years of 365 days are 43435, with 29 leap days (1904 to 2016)
    # 43464 = 2018-12-30; 179 more are 2019-06-27.
    column = pd.Series([text], dtype="str")
    values, faults, empty = dates(column, name="d", file="f")
    assert (faults, empty) == ([], 0)
    assert values.tolist() == [pd.Timestamp(year=2019, month=6, day=27)]
    assert day_numbers(column) == int("年" not in text)


@pytest.mark.parametrize(
    "text", ["0", "1", "1900/1/1", "1899-12-30", "0000-00-00", "9999-12-31", "-", "——", "/", "无"]
)
def test_what_software_and_clerks_write_for_no_date_is_empty(text: str) -> None:
    values, faults, empty = dates(pd.Series([text], dtype="str"), name="d", file="f")
    assert (values.isna().all(), faults, empty) == (True, [], 1)


@pytest.mark.parametrize("text", ["2019", "2019年6月", "2019-02-30", "99999", "19/6/27"])
def test_a_date_that_is_not_whole_is_a_fault_not_a_guess(text: str) -> None:
    _, faults, _ = dates(pd.Series([text], dtype="str"), name="d", file="f")
    assert [fault.found for fault in faults] == [f"row 0: {text}"]
