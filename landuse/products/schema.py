"""What the parcel table promises, checked each time it is made."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from landuse.products.words import FLAGS, SUSPECTED

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
    },
    checks=[
        pa.Check(_null_exactly_where_evidence_is_insufficient),
        pa.Check(_ranked_exactly_where_suspected),
        pa.Check(_vetoed_with_a_rule),
    ],
)
"""The laws of the parcel table; a breach is a fault of ours, not of the user."""
