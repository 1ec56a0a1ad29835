"""Rows of the ledger made alike, and which of several contracts of a parcel decides."""

from __future__ import annotations

import numpy as np
import pandas as pd

DATES = (
    "approved_on",
    "contract_date",
    "delivery_date",
    "start_due_date",
    "finish_due_date",
    "start_date",
    "finish_date",
    "stopped_on",
)
NUMBERS = ("area_ha", "invested_10k_yuan", "total_investment_10k_yuan", "built_share")
TEXTS = ("parcel_id", "supervision_no", "declared_state", "cause")


def complete(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with every column of ``DATES``, ``NUMBERS`` and ``TEXTS``, null if absent."""
    kinds = {
        **dict.fromkeys(DATES, "datetime64[us]"),
        **dict.fromkeys(NUMBERS, "float64"),
        **dict.fromkeys(TEXTS, "str"),
    }
    columns = {
        name: rows[name].astype(kind) if name in rows else _nothing(rows.index, kind)
        for name, kind in kinds.items()
    }
    return pd.DataFrame(columns, index=rows.index)


def _nothing(index: pd.Index, kind: str) -> pd.Series:
    return pd.Series([None] * len(index), index=index, dtype=kind)


def calendar_years(since: pd.Series, until: pd.Timestamp) -> pd.Series:
    """Return the years from each date to one day, by the calendar.

    Whole anniversaries count one each, the days after the last are a part of the year that is
    under way; 29 February has its anniversary on the 28th. Null for no date and for later ones.
    """
    known = since.where(since <= until)
    year = until.year - known.dt.year
    year = year - (_anniversary(known, year) > until)
    last, following = _anniversary(known, year), _anniversary(known, year + 1)
    return (year + (until - last) / (following - last)).astype("float64")


def _anniversary(dates: pd.Series, years: pd.Series) -> pd.Series:
    """Return each date so many years later."""
    month = dates.dt.month
    year = dates.dt.year + years
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    day = dates.dt.day.mask((month == 2) & (dates.dt.day == 29) & ~leap, 28)
    parts = pd.DataFrame({"year": year, "month": month, "day": day})
    return pd.to_datetime(parts).astype("datetime64[us]")


def deciding(rows: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.Series:
    """Return True for the row of each parcel that decides: its most recent contract.

    A contract signed after ``as_of`` decides only where there is no other. Of contracts signed
    on one day the one with a start or a completion decides, since use that one row proves the
    other does not refute; then the later agreed start; then the higher supervision number; then
    the rest of the row. A row without a contract date is the oldest.

    Parameters
    ----------
    rows : as `complete` gives them, without rows that are alike.
    """
    used = rows[["start_date", "finish_date", "stopped_on"]].le(as_of).any(axis=1)
    keys = pd.DataFrame(
        {
            "parcel": rows["parcel_id"],
            "in_force": ~(rows["contract_date"] > as_of),
            "contract": rows["contract_date"],
            "used": used,
            "due": rows["start_due_date"],
            "number": rows["supervision_no"],
        }
    )
    rest = rows.drop(columns=["parcel_id", "contract_date", "start_due_date", "supervision_no"])
    keys = keys.join(rest).reset_index(drop=True)
    order = keys.sort_values(list(keys), na_position="first", kind="stable")
    last = ~order["parcel"].duplicated(keep="last")
    found = np.zeros(len(rows), dtype=bool)
    found[order.index[last]] = True
    return pd.Series(found, index=rows.index) & rows["parcel_id"].notna()
