"""What all indicators share: ids told from others."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landuse.indicators.measured import are_among

IDS = st.lists(st.text(max_size=4), unique=True, max_size=8)
COLUMN = st.lists(st.one_of(st.none(), st.text(max_size=4)), max_size=12)


@given(ids=IDS, column=COLUMN)
@pytest.mark.parametrize("kind", ["str", "object"])
def test_ids_are_those_that_pandas_finds(kind: str, ids: list[str], column: list[str]) -> None:
    known, asked = pd.Series(ids, dtype="str"), pd.Series(column, dtype=kind)
    found = are_among(asked, known)
    pd.testing.assert_series_equal(found, asked.isin(known), check_names=False)
