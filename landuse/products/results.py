"""The parcel table people hold: the contract's columns, then everything measured.

Villages, sites and plans rest on what was judged and need not wait for the pattern in space
or for words.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import pandas as pd

from landuse.core.settings import Settings
from landuse.products.columns import ordered_columns
from landuse.products.tables import table_digest


class ResultSettings(Settings):
    """Whether the study has a layer of development zones; without it ``zone_in`` is null."""

    zones_known: bool


def merge_judged(
    *,
    parcels: gpd.GeoDataFrame,
    table: pd.DataFrame,
    scores: pd.DataFrame,
    derived: pd.DataFrame,
    clusters: pd.DataFrame,
    settings: ResultSettings,
) -> dict[str, Any]:
    """Join scores and measures to one row a parcel.

    Returns
    -------
    ``parcels``: every parcel, contract columns first, no geometry; ``geometry``: ``parcel_id``
    and the outline.

    Raises
    ------
    ValueError
        If the tables do not hold the same parcels in the same order.
    """
    beside = {"scores": scores, "derived": derived, "clusters": clusters}
    _same_parcels(table, {**beside, "parcels": parcels})
    merged = _beside(table, *beside.values())
    merged["signal"] = _signals(merged)
    inside = merged["zone_in"].astype("boolean")
    merged = merged.assign(zone_in=inside if settings.zones_known else inside.mask(inside.notna()))
    outline = parcels[["parcel_id", parcels.geometry.name]]
    return {"parcels": merged[ordered_columns(merged.columns)], "geometry": outline}


def merge_results(
    *, judged: pd.DataFrame, pattern: pd.DataFrame, texts: pd.DataFrame, settings: Settings
) -> dict[str, Any]:
    """Join the pattern in space and what is said to the judged parcels.

    Returns
    -------
    ``parcels``: every parcel, contract columns first, no geometry; ``facts``: ``run_code``, a
    digest of the table, so that equal results carry equal codes.

    Raises
    ------
    ValueError
        If the tables do not hold the same parcels in the same order.
    pandera.errors.SchemaError
        If the table breaks a law of `schema.PARCELS`.
    """
    from landuse.products.schema import PARCELS  # pandera takes long to import

    _same_parcels(judged, {"pattern": pattern, "texts": texts})
    merged = _beside(judged, pattern, texts)
    merged = PARCELS.validate(merged[ordered_columns(merged.columns)])
    return {"parcels": merged, "facts": {"run_code": table_digest(merged)[:8]}}


def _same_parcels(table: pd.DataFrame, others: Mapping[str, pd.DataFrame]) -> None:
    ids = table["parcel_id"].tolist()
    for name, part in others.items():
        if part["parcel_id"].tolist() != ids:
            msg = f"{name} does not hold the parcels in their order"
            raise ValueError(msg)


def _beside(table: pd.DataFrame, *more: pd.DataFrame) -> pd.DataFrame:
    parts = [table, *(part.drop(columns="parcel_id") for part in more)]
    return pd.concat([part.reset_index(drop=True) for part in parts], axis=1)


SIGNALS = ("paved_in_use", "green_over")
SIGNAL_WORDS = {"paved_in_use": "paved_in_use", "green_over": "greened_over"}


def _signals(table: pd.DataFrame) -> pd.Series[str]:
    """Return the sign that stands for itself: sealed and in use, else greened over; "" = none."""
    signal = pd.Series("", index=table.index, dtype="str")
    for column in reversed(SIGNALS):
        if column in table:
            signal[table[column].fillna(0) >= 1] = SIGNAL_WORDS[column]
    return signal
