"""One table from all indicators, joined by parcel once and checked."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd

from landuse.core.settings import Settings


def assemble(
    *, parcels: gpd.GeoDataFrame, settings: Settings, **measured: pd.DataFrame | None
) -> dict[str, Any]:
    """Return ``table``: the parcel columns without geometry, then every measured column.

    Raises
    ------
    ValueError
        If an indicator lost, doubled or reordered a parcel, or two measure the same column.
    """
    table = pd.DataFrame(parcels.drop(columns=parcels.geometry.name))
    for name, part in measured.items():
        if part is None:
            continue
        if part["parcel_id"].tolist() != table["parcel_id"].tolist():
            msg = f"indicator {name} does not hold the parcels in their order"
            raise ValueError(msg)
        columns = part.drop(columns="parcel_id").set_axis(table.index)
        twice = columns.columns.intersection(table.columns)
        if len(twice):
            msg = f"indicator {name} measures columns that exist already: {list(twice)}"
            raise ValueError(msg)
        table = table.join(columns)
    return {"table": table}
