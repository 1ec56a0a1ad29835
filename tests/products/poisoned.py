"""Tables of a real run with hostile text in every cell that text from outside may reach."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import pandas as pd

from landuse.products.safety import is_text
from tests.products.hostile import HOSTILE

TEXTS: Final = [text for text in HOSTILE if not re.search("[\ud800-\udfff]", text)]
"""A table column can hold all but halves of a surrogate pair."""
OURS: Final = frozenset({"side", "parameter", "kind", "project"})
"""Codes the program itself writes, and looks up."""


def filled(table: pd.DataFrame, text: str) -> pd.DataFrame:
    """Return a table whose every text is ``text``, ids among them."""
    return table.assign(**dict.fromkeys(_outside(table), text))


def cycled(table: pd.DataFrame, *, shift: int = 0) -> pd.DataFrame:
    """Return a table of at least one row a string: every text column holds the whole corpus.

    Rows repeat; columns start at different strings, so that neighbours differ.
    """
    if table.empty:
        return table
    rows = table.take([row % len(table) for row in range(max(len(table), len(TEXTS)))])
    rows = rows.reset_index(drop=True)
    texts = {
        name: pd.Series([TEXTS[(row + 7 * place + shift) % len(TEXTS)]
                         for row in range(len(rows))], dtype=object)
        for place, name in enumerate(_outside(table))
    }  # fmt: skip
    return rows.assign(**texts)


def all_cycled(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return every table with the corpus in its texts."""
    return {name: cycled(table, shift=k) for k, (name, table) in enumerate(tables.items())}


def is_number(cell: str) -> bool:
    """Tell whether a cell of a list reads as a number: a negative one starts with a minus."""
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _outside(table: pd.DataFrame) -> list[str]:
    return [name for name in table.columns if is_text(table[name]) and name not in OURS]
