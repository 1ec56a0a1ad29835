"""Foreign text made harmless: control characters, hidden direction marks, spreadsheet formulas.

Names, codes and remarks come from files made elsewhere. Every product passes its text through
here, so that one hostile cell reads the same, and does nothing, wherever it is opened.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

FORMULA_STARTS = "=+-@\t\r\n＝＋－＠﹦﹢﹣﹫"
"""First characters after which a spreadsheet may read a CSV cell as a formula (OWASP list, and the
full-width and small forms that an East Asian office may read as the same)."""
_BLANKS = " \u00a0\u061c\u3000\u202f\u205f\u2060" + "".join(map(chr, range(0x2000, 0x2010)))
"""Spaces, zero-width characters and direction marks: what may hide the first character."""

_RETURN = re.compile("\r\n?")
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # control characters other than tab and line feed
    "\u202a-\u202e\u2066-\u2069"  # marks that reorder what is shown after them
    "\ufeff\ufffe\uffff"  # byte order mark and non-characters, illegal in XML
    "\ud800-\udfff]"  # halves of a surrogate pair, not encodable
)


def plain_text(text: str) -> str:
    """Return the text without unprintable characters; line ends become line feeds.

    Removed: control characters except tab and line feed, marks that override the direction of
    writing, byte order marks, non-characters and lone surrogates. All else stays as it was.
    """
    if text.isprintable():
        return text
    return _UNPRINTABLE.sub("", _RETURN.sub("\n", text))


def csv_text(text: str) -> str:
    """Return text that a spreadsheet reading a CSV cannot take for a formula.

    The rule: text whose first character, blanks and invisible marks aside, is one of ``= + - @``,
    their full-width or small forms, a tab or a line end gets an apostrophe in front. It holds for
    text only; a negative number stays a number.
    """
    text = plain_text(text)
    start = text.lstrip(_BLANKS)[:1]
    return f"'{text}" if start and start in FORMULA_STARTS else text


def is_text(column: pd.Series) -> bool:
    """Tell whether a column holds text: a string type, or objects none of which is a number."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return is_text(pd.Series(column.cat.categories))
    if pd.api.types.is_string_dtype(column.dtype) and column.dtype != object:
        return True
    return column.dtype == object and any(isinstance(value, str) for value in column)


def plain_texts(table: pd.DataFrame) -> pd.DataFrame:
    """Return a copy whose text cells passed ``plain_text``; null stays null."""
    named = {name: table[name] for name in table.columns}
    texts = {
        name: each_once(column, plain_text)
        for name, column in named.items()
        if is_text(column) and not _is_printable(column)
    }
    return table.assign(**texts)


def _is_printable(column: pd.Series) -> bool:
    """Tell whether ``plain_text`` would change nothing, where that can be told at once."""
    return column.dtype == "str" and "".join(column.dropna().unique().tolist()).isprintable()


def changed_cells(column: pd.Series, change: Callable[[str], str | None]) -> list[Any]:
    """Return the cells of a column, its texts changed, each distinct one once; null as None."""
    codes, distinct = pd.factorize(column)
    cells = np.empty(len(distinct) + 1, dtype=object)  # the last stands for null, whose code is -1
    before = distinct.astype(object)
    cells[:-1] = [change(value) if isinstance(value, str) else value for value in before]
    found: list[Any] = cells[codes].tolist()
    return found


def each_once(column: pd.Series, change: Callable[[str], str]) -> pd.Series:
    """Return a column whose texts were changed, each distinct one once; all else as it was.

    A column none of whose texts changes is returned itself.
    """
    codes, distinct = pd.factorize(column)
    before = distinct.astype(object).tolist()
    after = [change(value) if isinstance(value, str) else value for value in before]
    pairs = enumerate(zip(before, after, strict=True))
    moved = [place for place, (old, new) in pairs if old != new]
    if not moved:
        return column
    changed = column.astype(object)
    here = np.isin(codes, moved)
    changed[here] = np.array(after, dtype=object)[codes[here]]
    return changed
