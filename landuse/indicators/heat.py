"""Heat: whether a parcel is cooler or warmer than its peers on summer days."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from landuse.core.findings import Finding
from landuse.core.layers import Layer
from landuse.core.settings import Settings
from landuse.core.units import m2_to_ha
from landuse.indicators.measured import (
    MINIMUM_KNOWN,
    Limit,
    Measured,
    absent,
    gaps,
    hide_unknown,
    start,
)
from landuse.indicators.zonal import Zones, known_share, mean

STAGE = "heat"
ROLE = "surface_temperature"
COLUMNS = ("lst_anomaly_k",)
ZERO_CELSIUS_K = 273.15


class HeatSettings(Settings):
    """Which parcels the thermal sensor sees, and how many peers make a comparison."""

    minimum_area_ha: Limit = Limit(
        value=1.0,
        unit="ha",
        source="design: a source whose pixel is larger than the object may not decide it; "
        "thermal cells of Landsat are 100 m (domain.md §8 A07)",
        mark="P",
    )
    minimum_peers: Limit = Limit(
        value=8, unit="parcels", source="proposed here: a median of fewer is chance", mark="P"
    )
    coldest_c: Limit = Limit(
        value=-40, unit="degC", source="proposed here: colder is no ground in summer", mark="P"
    )
    hottest_c: Limit = Limit(
        value=85, unit="degC", source="proposed here: hotter is no ground", mark="P"
    )
    minimum_known: Limit = MINIMUM_KNOWN


def measure_heat(
    *, parcels: gpd.GeoDataFrame, surface_temperature: Layer | None, settings: HeatSettings
) -> Measured:
    """Measure how much a parcel's surface differs from that of its peers nearby.

    .. math:: d_p = T_p - median(T_q : q\\ peer\\ of\\ p)

    Parameters
    ----------
    parcels : ``group``, ``zone_name`` and ``town_code`` are used where present.
    surface_temperature : summer days, kelvin or degrees Celsius; only differences are used.
        Cells that are neither a temperature in kelvin nor in degrees Celsius are not known.

    Returns
    -------
    ``lst_anomaly_k`` : mean of the parcel less the median of its peers, K. Peers are the parcels
    of its group in the same development zone or, outside zones, in the same town, itself
    included: height above sea and weather are then alike. With fewer than ``minimum_peers`` the
    group in the whole study stands in, with a finding; null if it has too few as well. Null below
    ``minimum_area_ha``, which no peer is below either.

    Source: domain.md §8 A07; ISPRS IJGI 2023, 12(10):409 (idea).
    """
    table = start(parcels)
    if surface_temperature is None:
        return {"table": table, "findings": [absent(STAGE, ROLE, COLUMNS)]}
    zones = Zones(parcels)
    layer, findings = _temperatures(surface_temperature, settings)
    values, found = hide_unknown(
        pd.DataFrame({"kelvin": mean(zones, layer)}),
        known=known_share(zones, layer), minimum=settings.minimum_known, ids=table["parcel_id"],
        stage=STAGE, role=ROLE,
    )  # fmt: skip
    limit = settings.minimum_area_ha.value
    small = pd.Series(m2_to_ha(zones.area_m2) < limit, index=zones.index)
    findings += found
    findings += gaps(
        STAGE, table["parcel_id"], small, kind="note",
        zh=f"地块小于 {limit:g} 公顷，地表温度看不清，置空",
        en=f"parcel below {limit:g} ha: too small for surface temperature, left null",
    )  # fmt: skip
    warm = values["kelvin"].mask(small)
    typical, found = _typical(parcels, warm, settings)
    table["lst_anomaly_k"] = warm - typical
    return {"table": table, "findings": findings + found}


def _temperatures(layer: Layer, settings: HeatSettings) -> tuple[Layer, list[Finding]]:
    """Return the layer in one unit, cells that are no temperature unknown, and a finding."""
    celsius = np.where(layer.known(), layer.values.astype(float), np.nan)
    # The two ranges do not meet: -40 to 85 degrees are 233 to 358 kelvin.
    in_kelvin = celsius > settings.hottest_c.value
    celsius[in_kelvin] -= ZERO_CELSIUS_K
    low, high = settings.coldest_c.value, settings.hottest_c.value
    strange = (celsius < low) | (celsius > high)
    celsius[strange] = np.nan
    found = _strange(int(strange.sum())) if strange.any() else []
    return Layer(layer.grid, celsius, year=layer.year), found


def _strange(count: int) -> list[Finding]:
    return [
        Finding(
            stage=STAGE, kind="doubt", object_id=ROLE, value=str(count),
            message_zh=f"{count} 个像元既不是开尔文也不是摄氏度的地表温度，视为未知",
            message_en=f"{count} cells are a surface temperature neither in kelvin nor in degrees "
            "Celsius: made unknown",
        )
    ]  # fmt: skip


def _typical(
    parcels: gpd.GeoDataFrame, warm: pd.Series, settings: HeatSettings
) -> tuple[pd.Series, list[Finding]]:
    """Return the median of each parcel's peers, and the findings on peers too few."""
    group, place = _column(parcels, "group"), _place(parcels)
    near, count = _median(warm, [group, place])
    wide, count_wide = _median(warm, [group])
    least = settings.minimum_peers.value
    lonely = warm.notna() & (count < least)
    alone = lonely & (count_wide < least)
    found = gaps(
        STAGE, parcels["parcel_id"], lonely & ~alone, kind="note",
        zh=f"同区（镇）同类不足 {least:g} 宗，改与全域同类比地表温度",
        en=f"fewer than {least:g} peers in the zone or town: compared with the whole study",
    )  # fmt: skip
    found += gaps(
        STAGE, parcels["parcel_id"], alone, kind="note",
        zh=f"全域同类不足 {least:g} 宗，地表温度差置空",
        en=f"fewer than {least:g} peers in the whole study: no difference of temperature",
    )  # fmt: skip
    return near.where(count >= least, wide.where(count_wide >= least)), found


def _median(warm: pd.Series, keys: list[NDArray[np.str_]]) -> tuple[pd.Series, pd.Series]:
    grouped = warm.groupby(keys)
    return grouped.transform("median"), grouped.transform("count")


def _place(parcels: gpd.GeoDataFrame) -> NDArray[np.str_]:
    """Return the zone of each parcel or, outside zones, its town."""
    zone, town = _column(parcels, "zone_name"), _column(parcels, "town_code")
    inside = np.zeros(len(parcels), dtype=bool)
    if "zone_in" in parcels:
        inside = parcels["zone_in"].fillna(value=False).to_numpy(dtype=bool)
    return np.asarray(np.where(inside, np.char.add("zone ", zone), np.char.add("town ", town)))


def _column(parcels: gpd.GeoDataFrame, name: str) -> NDArray[np.str_]:
    texts = np.full(len(parcels), "", dtype=np.str_)
    if name in parcels:
        texts = parcels[name].astype("str").fillna("").to_numpy(dtype=np.str_)
    return texts
