"""Totals of the ledger: supplied and idle area of the county, its towns and its zones."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from landuse.indicators.ledger_rules import IDLE, LAND_STATES, NOT_SUPPLIED
from landuse.indicators.zonal import Zones


def ledger_summary(table: pd.DataFrame, parcels: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return what the ledger says of the county, inside and outside the zones, of towns and zones.

    .. math:: idle\\_rate = A(idle) / A(supplied)

    Parameters
    ----------
    table : ``parcel_id`` and ``land_state``, as `measure_ledger` gives them.
    parcels : in the same order, with ``area_m2`` (else the planar area), and what there is of
        ``town_code``, ``town_name``, ``zone_in``, ``zone_name``.

    Returns
    -------
    One row a unit, sorted: ``level`` (county, inside, outside, town, zone), ``code``, ``name``,
    ``parcels``, ``ledger_parcels`` (with a state), ``area_m2``, ``ledger_area_m2``,
    ``ledger_share`` (of the area), ``supplied_area_m2`` (every state but 农转用 and 批而未供),
    ``idle_area_m2``, ``idle_rate`` (null where nothing is supplied), and for each of the eight
    states ``state_<stem>_area_m2`` and ``state_<stem>_rate`` (of the area with a state).

    Raises
    ------
    ValueError
        If the table does not hold the parcels in their order.

    Source: domain.md §1.4 (土地闲置率), §8 F03.
    """
    if table["parcel_id"].tolist() != parcels["parcel_id"].tolist():
        msg = "the ledger table does not hold the parcels in their order"
        raise ValueError(msg)
    area = parcels["area_m2"].to_numpy(float) if "area_m2" in parcels else Zones(parcels).area_m2
    given = pd.DataFrame(
        {"state": table["land_state"].to_numpy(), "area_m2": area}, index=parcels.index
    )
    summed = [_totals(given[where]) | unit for unit, where in _units(parcels)]
    leading = ["level", "code", "name"]
    frame = pd.DataFrame(summed)
    return frame[[*leading, *frame.columns.drop(leading)]]


def _units(parcels: gpd.GeoDataFrame) -> list[tuple[dict[str, str], pd.Series]]:
    """Return every unit and which parcels are in it."""
    every = pd.Series(True, index=parcels.index)
    units = [({"level": "county", "code": "", "name": ""}, every)]
    if "zone_in" in parcels:
        inside = parcels["zone_in"].fillna(False).astype(bool)
        units.append(({"level": "inside", "code": "", "name": ""}, inside))
        units.append(({"level": "outside", "code": "", "name": ""}, ~inside))
    for code, where in _values(parcels, "town_code"):
        name = parcels.loc[where, "town_name"].iloc[0] if "town_name" in parcels else ""
        units.append(({"level": "town", "code": code, "name": name}, where))
    for name, where in _values(parcels, "zone_name"):
        units.append(({"level": "zone", "code": "", "name": name}, where))
    return units


def _values(parcels: gpd.GeoDataFrame, column: str) -> list[tuple[str, pd.Series]]:
    """Return each text of a column, sorted, and where it stands."""
    if column not in parcels:
        return []
    texts = sorted(text for text in parcels[column].dropna().unique() if text)
    return [(text, parcels[column] == text) for text in texts]


def _totals(given: pd.DataFrame) -> dict[str, object]:
    by_state = given.groupby("state")["area_m2"].sum().reindex(list(LAND_STATES), fill_value=0.0)
    whole, listed = float(given["area_m2"].sum()), float(by_state.sum())
    supplied = float(by_state.drop(list(NOT_SUPPLIED)).sum())
    idle = float(by_state[IDLE])
    totals: dict[str, object] = {
        "parcels": len(given),
        "ledger_parcels": int(given["state"].notna().sum()),
        "area_m2": whole,
        "ledger_area_m2": listed,
        "ledger_share": _share(listed, whole),
        "supplied_area_m2": supplied,
        "idle_area_m2": idle,
        "idle_rate": _share(idle, supplied),
    }
    for state, stem in LAND_STATES.items():
        totals[f"state_{stem}_area_m2"] = float(by_state[state])
        totals[f"state_{stem}_rate"] = _share(float(by_state[state]), listed)
    return totals


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0 else float("nan")
