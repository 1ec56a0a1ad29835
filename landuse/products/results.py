"""The parcel table people hold: the contract's columns, then everything measured."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd

from landuse.core.settings import Settings
from landuse.products.columns import ordered_columns
from landuse.products.tables import table_digest


class ResultSettings(Settings):
    """Whether the study has a layer of development zones; without it ``zone_in`` is null."""

    zones_known: bool


def merge_results(
    *,
    parcels: gpd.GeoDataFrame,
    table: pd.DataFrame,
    scores: pd.DataFrame,
    derived: pd.DataFrame,
    pattern: pd.DataFrame | None = None,
    clusters: pd.DataFrame | None = None,
    settings: ResultSettings,
) -> dict[str, Any]:
    """Join scores and measures to one row a parcel.

    Returns
    -------
    ``parcels``: every parcel, contract columns first, no geometry; ``geometry``: ``parcel_id``
    and the outline; ``facts``: ``run_code``, a digest of the table, so that equal results carry
    equal codes.

    Raises
    ------
    ValueError
        If the tables do not hold the same parcels in the same order.
    pandera.errors.SchemaError
        If the table breaks a law of `schema.PARCELS`.
    """
    from landuse.products.schema import PARCELS  # pandera takes long to import

    ids = table["parcel_id"].tolist()
    beside = {"scores": scores, "derived": derived, "pattern": pattern, "clusters": clusters}
    beside = {name: part for name, part in beside.items() if part is not None}
    for name, part in {**beside, "parcels": parcels}.items():
        if part["parcel_id"].tolist() != ids:
            msg = f"{name} does not hold the parcels in their order"
            raise ValueError(msg)
    parts = [table, *(part.drop(columns="parcel_id") for part in beside.values())]
    merged = pd.concat([part.reset_index(drop=True) for part in parts], axis=1)
    merged["signal"] = _signals(merged)
    inside = merged["zone_in"].astype("boolean")
    merged = merged.assign(zone_in=inside if settings.zones_known else inside.mask(inside.notna()))
    merged = PARCELS.validate(merged[ordered_columns(merged.columns)])
    outline = parcels[["parcel_id", parcels.geometry.name]]
    facts = {"run_code": table_digest(merged)[:8]}
    return {"parcels": merged, "geometry": outline, "facts": facts}


SIGNALS = ("paved_in_use", "green_over")
SIGNAL_WORDS = {"paved_in_use": "paved_in_use", "green_over": "greened_over"}


def _signals(table: pd.DataFrame) -> pd.Series[str]:
    """Return the sign that stands for itself: sealed and in use, else greened over; "" = none."""
    signal = pd.Series("", index=table.index, dtype="str")
    for column in reversed(SIGNALS):
        if column in table:
            signal[table[column].fillna(0) >= 1] = SIGNAL_WORDS[column]
    return signal
