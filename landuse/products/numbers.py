"""How numbers are written for people: thousands commas, real minus signs, a dash for missing."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

MISSING = "—"
GRADE_SIGNS = {"I": "Ⅰ", "II": "Ⅱ", "III": "Ⅲ", "IV": "Ⅳ", "V": "Ⅴ"}


def number(value: Any, decimals: int = 0) -> str:
    """Return a number with thousands commas; a dash where it is missing.

    >>> number(-1168.95, 2)
    '−1,168.95'
    >>> number(None)
    '—'
    """
    if is_missing(value):
        return MISSING
    return f"{value:,.{decimals}f}".replace("-", "\N{MINUS SIGN}")


def percent(share: Any, decimals: int = 1) -> str:
    """Return a share of 0 to 1 as percent; a dash where it is missing."""
    return MISSING if is_missing(share) else f"{number(share * 100, decimals)}%"


def in_unit(value: Any, *, unit: str, decimals: int) -> str:
    """Return a measured value in the unit it is read in; shares (unit %) are stored as 0 to 1."""
    if is_missing(value):
        return MISSING
    if unit == "%":
        return percent(value, decimals)
    written = number(value, decimals)
    if unit in {"", "–"}:
        return written
    return f"{written}{unit}" if unit == "°" else f"{written} {unit}"


def plain_number(value: float) -> str:
    """Return a limit or a weight as short as it can be written.

    >>> plain_number(0.30), plain_number(25.0)
    ('0.3', '25')
    """
    return f"{value:.10g}".replace("-", "\N{MINUS SIGN}")


def interval(low: Any, high: Any) -> str:
    """Return a rank interval as text, one number when both ends agree.

    >>> interval(3, 4), interval(1, 1), interval(None, None)
    ('3–4', '1', '—')
    """
    if is_missing(low) or is_missing(high):
        return MISSING
    return f"{low:.0f}" if low == high else f"{low:.0f}–{high:.0f}"


def grade_sign(code: str) -> str:
    """Return the sign of a grade: I is written Ⅰ; other codes stay as they are."""
    return GRADE_SIGNS.get(code, code)


def is_missing(value: Any) -> bool:
    """Tell whether a single value is null, NaN or infinite."""
    if value is None or value is pd.NA:
        return True
    return isinstance(value, float) and not math.isfinite(value)
