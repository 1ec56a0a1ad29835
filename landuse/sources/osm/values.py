"""Numbers as mappers write them: storeys and heights out of free text, or null and counted."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MAX_LEVELS = 200
"""No building has more storeys (the tallest has 163)."""
MAX_HEIGHT_M = 1000.0
FOOT_M, INCH_M = 0.3048, 0.0254

_LEVEL_UNIT = re.compile(r"(层|樓|楼|f|fl|floors?|storeys?|levels?)$")
_METRE_UNIT = re.compile(r"(米|公尺|m|meters?|metres?)$")
_FEET = re.compile(
    r"""([0-9]+(?:\.[0-9]+)?)(?:'|ft|feet|foot)(?:([0-9]+(?:\.[0-9]+)?)(?:"|in)?)?"""
)
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_SEVERAL = re.compile(r"[;,、/|]|(?<=.)[-–~至]")
_SEVERAL_HEIGHTS = re.compile(r"[;、/|]|(?<=.)[-–~至]")


@dataclass(frozen=True, eq=False)
class Numbers:
    """Numbers out of a text column.

    Attributes
    ----------
    values : float64; NaN where nothing was written or nothing could be read.
    mended : texts that were not a plain number and were read all the same.
    unread : texts that no number was read from.
    """

    values: NDArray[np.float64]
    mended: tuple[str, ...]
    unread: tuple[str, ...]


def levels(texts: Sequence[object]) -> Numbers:
    """Read ``building:levels``: ``2层``, ``３``, ``三层``, ``3F``; of ``3;4`` or ``3-4`` the most.

    The most storeys is the careful reading: less floor area would make the land look less used.
    Nothing above ground (0, -1) or more than ``MAX_LEVELS`` is no number.
    """
    return _numbers(texts, _level, most=MAX_LEVELS)


def heights_m(texts: Sequence[object]) -> Numbers:
    """Read ``height`` in metres: ``12 m``, ``12米``, ``12,5``, ``40 ft``, ``7'4"``.

    Of several the most. A number without a unit is metres, as OpenStreetMap says. One foot is
    0.3048 m, one inch 0.0254 m.
    """
    return _numbers(texts, _height_m, most=MAX_HEIGHT_M)


def _numbers(
    texts: Sequence[object], parse: Callable[[str], float | None], *, most: float
) -> Numbers:
    values = np.full(len(texts), np.nan)
    mended, unread = [], []
    for row, raw in enumerate(texts):
        text = unicodedata.normalize("NFKC", raw).strip().lower() if isinstance(raw, str) else ""
        if not text:
            continue
        value = parse(text)
        if value is None or not 0 < value <= most:
            unread.append(str(raw))
            continue
        values[row] = value
        if not _NUMBER.fullmatch(str(raw)):
            mended.append(str(raw))
    return Numbers(values, tuple(mended), tuple(unread))


def _level(text: str) -> float | None:
    parts = [_LEVEL_UNIT.sub("", part.strip()).strip() for part in _SEVERAL.split(text)]
    return _most([_plain(part) for part in parts])


def _plain(part: str) -> float | None:
    """Return a number written in digits, or as one Chinese numeral (三, 两, 十)."""
    if _NUMBER.fullmatch(part):
        return float(part)
    if len(part) != 1:
        return None
    return 2.0 if part == "两" else unicodedata.numeric(part, None)


def _height_m(text: str) -> float | None:
    return _most([_length_m(part.strip()) for part in _SEVERAL_HEIGHTS.split(text)])


def _length_m(part: str) -> float | None:
    feet = _FEET.fullmatch(part.replace(" ", ""))
    if feet:
        return float(feet[1]) * FOOT_M + float(feet[2] or 0) * INCH_M
    number = _METRE_UNIT.sub("", part).strip().replace(",", ".", 1)
    return float(number) if _NUMBER.fullmatch(number) else None


def _most(values: list[float | None]) -> float | None:
    """Return the greatest; None if any part is no number, for then the text is not understood."""
    known = [value for value in values if value is not None]
    return max(known) if known and len(known) == len(values) else None
