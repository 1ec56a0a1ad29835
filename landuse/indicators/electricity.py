"""Electricity: what the meters of a parcel draw in a year, by ground and by floor."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from landuse.core.findings import Finding
from landuse.core.settings import Settings
from landuse.indicators.measured import Measured, absent, are_among, start
from landuse.indicators.zonal import Zones

STAGE = "electricity"
COLUMNS = ("electricity_kwh_m2", "electricity_kwh_floor_m2")


class ElectricitySettings(Settings):
    """What the columns of the supplier's table are called."""

    kwh_column: str = "electricity_kwh"
    year_column: str = "year"


def measure_electricity(
    *,
    parcels: gpd.GeoDataFrame,
    electricity: pd.DataFrame | None,
    built: pd.DataFrame | None,
    settings: ElectricitySettings,
) -> Measured:
    """Measure the yearly use of electricity of each parcel from the supplier's meters.

    .. math:: e_{ground} = \\sum_{meters} kWh / A, \\quad e_{floor} = e_{ground} / FAR

    Parameters
    ----------
    parcels : ``parcel_id``, polygons; ``area_m2`` if there is one, else the planar area is used.
    electricity : ``parcel_id``, kWh a year, one row a meter; for each parcel only its latest year
        counts. A negative figure (a meter that feeds in) is not a use and is left out.
    built : ``parcel_id`` and ``far``; null where the footprints are not complete.

    Returns
    -------
    ``electricity_kwh_m2`` (kWh per m2 of ground and year) : null when one meter is not known,
        since the sum would be too low, and null without any row: no meter on record is not a use
        of zero.
    ``electricity_kwh_floor_m2`` (kWh per m2 of floor and year) : null where the floor is not known
        or there is none.

    Source: domain.md §2 (activity); State Grid counts a home as vacant below 20 kWh a year [M].
    """
    table = start(parcels)
    if electricity is None:
        return {"table": table, "findings": [absent(STAGE, "electricity", COLUMNS)]}
    ids = table["parcel_id"]
    rows, findings = _usable(electricity, ids, settings)
    total = rows.groupby("parcel_id")[settings.kwh_column].sum(skipna=False)
    area = parcels["area_m2"] if "area_m2" in parcels else Zones(parcels).area_m2
    ground = pd.Series(np.asarray(area, dtype="float64"), index=parcels.index)
    table["electricity_kwh_m2"] = ids.map(total).astype("float64") / ground.where(ground > 0)
    if built is None or "far" not in built:
        return {"table": table, "findings": [*findings, absent(STAGE, "buildings", COLUMNS[1:])]}
    far = ids.map(built.set_index("parcel_id")["far"]).astype("float64")
    table["electricity_kwh_floor_m2"] = table["electricity_kwh_m2"] / far.where(far > 0)
    return {"table": table, "findings": findings}


def _usable(
    electricity: pd.DataFrame, ids: pd.Series, settings: ElectricitySettings
) -> tuple[pd.DataFrame, list[Finding]]:
    """Return the rows of each parcel's latest year; tell of rows that cannot be used."""
    here = are_among(electricity["parcel_id"], ids)
    negative = here & (electricity[settings.kwh_column] < 0)
    rows = electricity[here & ~negative]
    if settings.year_column in rows:
        newest = rows.groupby("parcel_id")[settings.year_column].transform("max")
        rows = rows[(rows[settings.year_column] == newest) | newest.isna()]
    told = [
        (~here, "用电量表中有记录的地块编号在地块图层中不存在，未使用",
         "electricity rows name parcels that are not in the parcel layer: not used"),
        (negative, "用电量为负（疑为上网电量），未使用",
         "negative use of electricity (likely fed into the grid): not used"),
    ]  # fmt: skip
    return rows, [
        Finding(
            stage=STAGE,
            kind="doubt",
            object_id="electricity",
            value=f"{int(mask.sum())} / {len(electricity)}",
            message_zh=zh,
            message_en=en,
        )
        for mask, zh, en in told
        if mask.any()
    ]
