"""No word of the law without a row of the ledger: every text of every parcel of the demo county."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from tests.made import Made

LEGAL = (
    "闲置土地", "闲置费", "收回", "无偿", "征缴", "认定书", "第53号", "53号令",
    "idle-land charge", "taking it back", "taking back", "idle land (",
)  # fmt: skip
STATES = ("供地", "农转用", "供而未用", "已供已用", "用而未尽", "批而未供")


def texts(parcels: pd.DataFrame) -> list[str]:
    return [name for name in parcels if pd.api.types.is_string_dtype(parcels[name].dtype)]


@pytest.fixture(scope="module")
def parcels(demo: Made) -> pd.DataFrame:
    return pd.read_parquet(demo.out / "tables" / "parcels.parquet")


def test_a_parcel_without_a_row_carries_no_word_of_the_law(parcels: pd.DataFrame) -> None:
    silent = parcels[parcels["ledger_rows"].fillna(0) == 0]
    flagged = silent["flag"].eq("suspected_idle")
    assert len(silent) > 100
    assert flagged.any(), "among them are parcels that are suspected idle"
    words = re.compile("|".join(map(re.escape, LEGAL)))
    found = {name for name in texts(silent) if silent[name].fillna("").str.contains(words).any()}
    assert found == set()
    assert silent["land_state"].isna().all() or set(silent["land_state"].fillna("")) == {""}
    spoken = silent["evidence_zh"].fillna("")
    assert not [word for word in STATES if spoken.str.contains(word).any()]


def test_where_a_row_speaks_it_is_the_row_that_is_quoted(parcels: pd.DataFrame) -> None:
    """A legal state stands with a sentence that names a date, and only there."""
    ruled = parcels[parcels["land_state"].fillna("").ne("")]
    assert len(ruled) > 50
    assert (ruled["ledger_rows"] > 0).all()
    assert ruled["ledger_zh"].str.contains(r"\d{4}-\d{2}-\d{2}|缺约定开工时间").all()
    lawful = parcels["ledger_zh"].fillna("").str.contains("收回|闲置费")
    assert set(parcels.loc[lawful, "land_state"]) <= {"闲置土地"}
