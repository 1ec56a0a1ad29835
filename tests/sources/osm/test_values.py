"""Storeys and heights as mappers write them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landuse.sources.osm.values import MAX_LEVELS, heights_m, levels


@pytest.mark.parametrize(
    ("text", "storeys"),
    [
        ("3", 3), ("3.5", 3.5), ("３", 3), ("2层", 2), ("三层", 3), ("两层", 2), ("十", 10),
        ("3F", 3), ("4 floors", 4), ("3;4", 4), ("4;3", 4), ("3-4", 4), ("3层、5层", 5), (" 6 ", 6),
    ],
)  # fmt: skip
def test_storeys_are_read_and_the_most_of_several_counts(text: str, storeys: float) -> None:
    read = levels([text])
    assert read.values.tolist() == [storeys]
    assert read.unread == ()


@pytest.mark.parametrize("text", ["0", "-1", "许多", "3;x", "300", "yes", "1e3", "nan", "inf", ";"])
def test_what_is_no_number_of_storeys_is_null_and_counted(text: str) -> None:
    read = levels([text, "2"])
    assert np.isnan(read.values[0])
    assert (read.values[1], read.unread, read.mended) == (2, (text,), ())


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("12", 12), ("12.50", 12.5), ("12 m", 12), ("12米", 12), ("１２ｍ", 12), ("12,5", 12.5),
        ("12;15", 15), ("10-12 m", 12),
        ("40 ft", 40 * 0.3048), ("40'", 40 * 0.3048), ("7'4\"", 7 * 0.3048 + 4 * 0.0254),
    ],
)  # fmt: skip
def test_heights_come_out_in_metres(text: str, metres: float) -> None:
    assert heights_m([text]).values[0] == pytest.approx(metres)


@pytest.mark.parametrize("text", ["高", "-3", "0", "5000", "12 km", "about ten"])
def test_what_is_no_height_is_null_and_counted(text: str) -> None:
    read = heights_m([text])
    assert np.isnan(read.values[0])
    assert read.unread == (text,)


def test_plain_numbers_are_not_told_and_nothing_is_nothing() -> None:
    read = levels(["3", "3.0", None, float("nan"), "", "  "])
    assert (read.mended, read.unread) == ((), ())
    assert np.isnan(read.values[2:]).all()


@given(st.lists(st.one_of(st.none(), st.text(max_size=12), st.integers().map(str)), max_size=20))
def test_any_text_gives_a_number_in_range_or_null_and_every_text_is_accounted_for(
    texts: list[str | None],
) -> None:
    for read, most in ((levels(texts), MAX_LEVELS), (heights_m(texts), 1000.0)):
        known = read.values[~np.isnan(read.values)]
        assert len(read.values) == len(texts)
        assert ((known > 0) & (known <= most)).all()
        written = sum(1 for text in texts if text and text.strip())
        assert len(known) + len(read.unread) == written
        assert len(read.mended) <= len(known)


@given(st.integers(1, MAX_LEVELS), st.integers(1, MAX_LEVELS))
def test_the_order_of_several_does_not_matter(one: int, other: int) -> None:
    both = levels([f"{one};{other}", f"{other};{one}"]).values
    assert both.tolist() == [max(one, other)] * 2
