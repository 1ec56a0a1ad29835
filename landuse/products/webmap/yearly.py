"""Yearly values of the parcels for the small trend lines, packed as steps from year to year."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from landuse.products.webmap.columns import numbers_of, texts_of
from landuse.products.webmap.model import MapInput
from landuse.products.webmap.pack import Payload

SERIES = {"impervious": 2, "light": 1}
"""Name of a series, columns ``<name>_<year>``, and the decimals that the line needs."""


def add_yearly(payload: Payload, inputs: MapInput) -> dict[str, Any] | None:
    """Add every series that has two years or more; None without any."""
    if inputs.yearly is None:
        return None
    ids = texts_of(inputs.parcels, "parcel_id")
    table = inputs.yearly.set_index("parcel_id").reindex(ids).reset_index(drop=True)
    held = {name: _series(payload, table, name, decimals) for name, decimals in SERIES.items()}
    known = {name: series for name, series in held.items() if series is not None}
    return known or None


def _series(
    payload: Payload, table: pd.DataFrame, name: str, decimals: int
) -> dict[str, Any] | None:
    columns = [column for column in table.columns if str(column).startswith(f"{name}_")]
    years = sorted(int(str(column).rpartition("_")[2]) for column in columns)
    if len(years) < 2:
        return None
    values = np.column_stack([numbers_of(table, f"{name}_{year}") for year in years])
    if np.isnan(values).all():
        return None
    steps = _steps(np.round(values * 10.0**decimals))
    return {"years": years, "decimals": decimals, "places": [payload.array(row) for row in steps]}


def _steps(scaled: NDArray[np.float64]) -> list[NDArray[Any]]:
    """Return the step of each year from the last one known; the least of the type for null."""
    known = ~np.isnan(scaled)
    filled = pd.DataFrame(scaled).ffill(axis=1).fillna(0).to_numpy()
    steps = np.diff(filled, axis=1, prepend=0.0)
    kind = np.int8 if np.abs(steps).max(initial=0) < np.iinfo(np.int8).max else np.int16
    least = np.iinfo(kind).min
    return list(np.where(known, np.clip(steps, least + 1, -least - 1), least).astype(kind).T)
