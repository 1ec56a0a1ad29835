"""Which contradiction bars which flag, read from the codes that hold for a parcel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import pandas as pd

from landuse.scores.engine import Flags
from landuse.scores.model import ScoreName


class Bar(Protocol):
    """A contradiction: ``against`` is the score it bars, "both", or "" where it is only told."""

    @property
    def code(self) -> str:
        """Return the code that stands in the column of contradictions."""
        ...

    @property
    def zh(self) -> str:
        """Return what contradicts, in Chinese."""
        ...

    @property
    def en(self) -> str:
        """Return what contradicts, in English."""
        ...

    @property
    def against(self) -> str:
        """Return ``idle``, ``les``, ``both`` or ""."""
        ...


def bar_code(codes: pd.Series[str], bars: Sequence[Bar], *, score: ScoreName) -> pd.Series[str]:
    """Return the first contradiction, in the model's order, that bars this score; "" where none.

    Parameters
    ----------
    codes : codes of the contradictions of each parcel, joined by ";".
    """
    against = [bar.code for bar in bars if bar.against in {score, "both"}]
    first = {
        text: next((code for code in against if code in str(text).split(";")), "")
        for text in codes.dropna().unique()
    }
    return codes.map(first).fillna("").astype("str")


def barred(codes: pd.Series[str], bars: Sequence[Bar], *, score: ScoreName) -> Flags:
    """Tell where a contradiction bars this score."""
    return np.asarray(bar_code(codes, bars, score=score) != "", dtype=bool)


def codes_of(scores: pd.DataFrame) -> pd.Series[str]:
    """Return the column of contradictions, or "" everywhere where it was not computed."""
    if "contradictions" in scores.columns:
        return scores["contradictions"]
    return pd.Series("", index=scores.index, dtype="str")
