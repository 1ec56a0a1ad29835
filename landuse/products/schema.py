"""What the parcel table promises, checked each time it is made."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
import pandera.pandas as pa

from landuse.products.evidence_words import HOT_SPOTS, LAND_STATES, STABILITY
from landuse.products.words import CHECK_STATES, FLAGS, SUSPECTED

_SCORE = pa.Column("float64", pa.Check.in_range(0, 100 + 1e-9), nullable=True)
_SHARE = pa.Column("float64", pa.Check.in_range(0, 1 + 1e-9))
_NULLABLE_RANK = pa.Column("Int64", pa.Check.ge(1), nullable=True)


def _null_exactly_where_evidence_is_insufficient(table: pd.DataFrame) -> pd.Series[bool]:
    judged = table["flag"] != "vetoed"
    no_score = table["idle_score"].isna() & table["les"].isna()
    return ~judged | (no_score == table["flag"].eq("insufficient_evidence"))


def _ranked_exactly_where_suspected(table: pd.DataFrame) -> pd.Series[bool]:
    return table["rank"].notna() == table["flag"].isin(SUSPECTED)


def _vetoed_with_a_rule(table: pd.DataFrame) -> pd.Series[bool]:
    return table["flag"].eq("vetoed") == table["veto"].ne("")


def _one_of(words: Iterable[str]) -> pa.Column:
    return pa.Column("str", pa.Check.isin([*words, ""]), nullable=True, required=False)


def _band_in_order(table: pd.DataFrame) -> pd.Series[bool]:
    if not {"rank_p10", "rank_p90"} <= set(table.columns):
        return pd.Series(True, index=table.index)
    return ~(table["rank_p10"] > table["rank_p90"]).fillna(value=False)


def _ledger_speaks_only_with_a_row(table: pd.DataFrame) -> pd.Series[bool]:
    """Hold where a sentence of the ledger stands only beside a state or a rule of the ledger."""
    if not {"land_state", "ledger_rule", "ledger_zh"} <= set(table.columns):
        return pd.Series(True, index=table.index)
    silent = table["land_state"].isna() & table["ledger_rule"].fillna("").eq("")
    return ~silent | table["ledger_zh"].fillna("").eq("")


_EVIDENCE = {
    "p_flag": pa.Column("float64", pa.Check.in_range(0, 1), nullable=True, required=False),
    "stability": _one_of(STABILITY),
    "land_state": _one_of(LAND_STATES),
    "hot_spot": _one_of(HOT_SPOTS),
    "check_status": _one_of(CHECK_STATES),
}
"""Columns checked where a run has them."""

PARCELS = pa.DataFrameSchema(
    {
        "parcel_id": pa.Column("str", unique=True),
        "flag": pa.Column("str", pa.Check.isin(list(FLAGS))),
        "area_m2": pa.Column("float64", pa.Check.gt(0)),
        "area_mu": pa.Column("float64", pa.Check.gt(0)),
        "idle_score": _SCORE,
        "les": _SCORE,
        "coverage": _SHARE,
        "families": pa.Column("int64", pa.Check.ge(0)),
        "rank": _NULLABLE_RANK,
        "lon": pa.Column("float64", pa.Check.in_range(-180, 180)),
        "lat": pa.Column("float64", pa.Check.in_range(-90, 90)),
        **_EVIDENCE,
    },
    checks=[
        pa.Check(_null_exactly_where_evidence_is_insufficient),
        pa.Check(_ranked_exactly_where_suspected),
        pa.Check(_vetoed_with_a_rule),
        pa.Check(_band_in_order),
        pa.Check(_ledger_speaks_only_with_a_row),
    ],
)
"""The laws of the parcel table; a breach is a fault of ours, not of the user."""
