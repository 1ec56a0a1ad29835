"""Signs that do not go together: listed for every parcel, and where the model says so, a bar."""

from __future__ import annotations

import operator

import numpy as np
import pandas as pd

from landuse.scores.engine import Flags
from landuse.scores.model import Contradiction, ScoreModel

_COMPARE = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


def contradict(table: pd.DataFrame, model: ScoreModel) -> pd.DataFrame:
    """Return the contradictions of every parcel.

    Parameters
    ----------
    table : one row a parcel with ``group`` and the columns of the rules, derived ones included.
        A rule about a value that is not known does not hold.

    Returns
    -------
    ``contradictions`` (codes joined by ";", in the order of the model; "" = none) and
    ``contradictions_zh``, ``contradictions_en`` (their words joined by "；" and "; ").
    """
    holding = {item.code: _holds(table, item) for item in model.contradictions}
    columns = {}
    for name, joint in (("code", ";"), ("zh", "；"), ("en", "; ")):
        texts = np.full(len(table), "", dtype=object)
        for item in model.contradictions:
            hit = holding[item.code]
            word = getattr(item, name)
            texts[hit] = [f"{text}{joint}{word}" if text else word for text in texts[hit]]
        title = "contradictions" if name == "code" else f"contradictions_{name}"
        columns[title] = pd.Series(texts, index=table.index, dtype="str")
    return pd.DataFrame(columns, index=table.index)


def _holds(table: pd.DataFrame, item: Contradiction) -> Flags:
    held = np.ones(len(table), dtype=bool)
    if item.groups:
        held &= table["group"].isin(item.groups).to_numpy(dtype=bool)
    for column, comparison, limit in item.when:
        values = table.reindex(columns=[column])[column].to_numpy("float64")
        held &= _COMPARE[comparison](values, limit) & ~np.isnan(values)
    return held
