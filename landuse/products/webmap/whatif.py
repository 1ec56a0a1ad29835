"""The score model inside the map: what a browser needs to score every parcel as the run did."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from landuse.products.webmap.columns import numbers_of, plain_records, texts_of
from landuse.products.webmap.contributed import Contributed, Rows
from landuse.products.webmap.model import MapInput, Record
from landuse.products.webmap.pack import Payload

STEEPEST_ERROR = 4e-10
"""By how much rounding a value may move a score, in points of 100."""


def add_what_if(
    payload: Payload, inputs: MapInput, rows: Contributed | None
) -> dict[str, Any] | None:
    """Add the model, the measured value of every column it reads, and the order among equals.

    Values are held far beyond the digits shown: the browser's scores agree with those of the run
    to 1e-9.

    Returns
    -------
    ``model`` : the score model as ``landuse run --model`` takes it; ``columns`` : values by column
    name, NaN where not known or not asked of the parcel; ``tie`` : place of each parcel among
    those of its area as shown. None without a model or contributions.
    """
    if inputs.score_model is None or rows is None or inputs.parcels.empty:
        return None
    return {
        "model": plain_records([inputs.score_model])[0],
        "columns": _columns(payload, inputs, rows),
        "tie": payload.array(_places_within(inputs.parcels)),
    }


def _columns(payload: Payload, inputs: MapInput, rows: Contributed) -> dict[str, Any]:
    value, step = numbers_of(rows.table, "value"), _steps(inputs.criteria)
    of_column: dict[str, list[Rows]] = {}
    for code, name in {str(item["code"]): str(item["column"]) for item in inputs.criteria}.items():
        if code in rows.criterion:
            of_column.setdefault(name, []).append(rows.criterion[code])
    columns = {}
    for name in sorted(of_column):
        here = np.sort(np.concatenate(of_column[name]))
        values = np.full(len(inputs.parcels), np.nan)
        values[rows.place[here]] = value[here]
        columns[name] = payload.doubles(np.round(values / step[name]) * step[name])
    return columns


def _steps(criteria: Sequence[Record]) -> dict[str, float]:
    """Return the step to which a column is rounded, a power of two.

    A value off by half a step moves its deficit by no more than ``STEEPEST_ERROR / 100``, a score
    (their weighted mean times 100) by no more than ``STEEPEST_ERROR``.
    """
    slopes: dict[str, float] = {}
    for item in criteria:
        pieces = pairwise(item["ramp"])
        steep = max(abs(after[1] - before[1]) / (after[0] - before[0]) for before, after in pieces)
        slopes[item["column"]] = max(steep, slopes.get(item["column"], 0.0))
    return {
        name: 2.0 ** np.floor(np.log2(2 * STEEPEST_ERROR / 100 / slope)) if slope > 0 else 2.0**-40
        for name, slope in slopes.items()
    }


def _places_within(parcels: pd.DataFrame) -> NDArray[np.uint16]:
    """Return the place of each parcel among those of the same area in hundredths of a mu.

    Parcels of equal score rank by area, falling, then id. The areas shown decide most of it; the
    exact area and the id decide among the areas shown as equal.
    """
    shown = np.round(numbers_of(parcels, "area_mu") * 100)
    area = numbers_of(parcels, "area_m2" if "area_m2" in parcels.columns else "area_mu")
    keys = pd.DataFrame({"area": area, "id": texts_of(parcels, "parcel_id"), "shown": shown})
    order = keys.sort_values(["area", "id"], ascending=[False, True], kind="stable")
    within = order.groupby("shown", dropna=False).cumcount().reindex(keys.index)
    return np.asarray(np.minimum(within, np.iinfo(np.uint16).max), dtype=np.uint16)
