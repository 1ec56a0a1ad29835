"""The score model inside the map: what a browser needs to score every parcel as the run did."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from landuse.products.webmap.columns import numbers_of, plain_records, texts_of
from landuse.products.webmap.model import MapInput
from landuse.products.webmap.pack import Payload


def add_what_if(payload: Payload, inputs: MapInput) -> dict[str, Any] | None:
    """Add the model, the measured value of every column it reads, and the order among equals.

    Values are doubles as they were measured, not as they are shown: the browser's scores agree
    with those of the run to 1e-9.

    Returns
    -------
    ``model`` : the score model as ``landuse run --model`` takes it; ``columns`` : values by column
    name, NaN where not known or not asked of the parcel; ``tie`` : place of each parcel among
    parcels of equal score (larger first, then by id). None without a model or contributions.
    """
    rows = inputs.contributions
    if inputs.score_model is None or rows is None or rows.empty or inputs.parcels.empty:
        return None
    return {
        "model": plain_records([inputs.score_model])[0],
        "columns": _columns(payload, inputs, rows),
        "tie": payload.array(_tie_order(inputs.parcels)),
    }


def _columns(payload: Payload, inputs: MapInput, rows: pd.DataFrame) -> dict[str, Any]:
    column_of = {str(item["code"]): str(item["column"]) for item in inputs.criteria}
    names = texts_of(rows, "criterion").map(column_of)
    ids = pd.Index(texts_of(inputs.parcels, "parcel_id"))
    place, value = ids.get_indexer(texts_of(rows, "parcel_id")), numbers_of(rows, "value")
    columns = {}
    for name, index in names.groupby(names).groups.items():
        here = np.asarray(index)
        here = here[place[here] >= 0]
        values = np.full(len(ids), np.nan)
        values[place[here]] = value[here]
        columns[str(name)] = payload.doubles(values)
    return columns


def _tie_order(parcels: pd.DataFrame) -> NDArray[np.int32]:
    """Return the place of each parcel by area, falling, then id: the order of the run's ranks."""
    name = "area_m2" if "area_m2" in parcels.columns else "area_mu"
    keys = pd.DataFrame({"area": numbers_of(parcels, name), "id": texts_of(parcels, "parcel_id")})
    order = keys.sort_values(["area", "id"], ascending=[False, True], kind="stable").index
    places = np.empty(len(keys), dtype=np.int32)
    places[order.to_numpy()] = np.arange(len(keys), dtype=np.int32)
    return places
