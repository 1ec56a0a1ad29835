"""Trend: what annual layers say about the past of a parcel."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from landuse.core.findings import Finding
from landuse.core.layers import Layer
from landuse.core.settings import Settings
from landuse.core.units import m2_to_ha
from landuse.indicators.activity import LIGHT_CUTOFF, MINIMUM_LIGHT_AREA, above_cutoff
from landuse.indicators.measured import MINIMUM_KNOWN, Limit, Measured, absent, gaps, start
from landuse.indicators.zonal import Zones, codes_share, known_share, mean

STAGE = "trend"
IMPERVIOUS_COLUMNS = (
    "impervious_first_share",
    "impervious_last_share",
    "impervious_change",
    "unbuilt_years",
)
LIGHT_COLUMNS = ("light_slope_nw_per_year",)


class TrendSettings(Settings):
    """Which classes count as built over, and how much history a trend needs."""

    impervious_codes: tuple[int, ...] = (8,)
    unbuilt_below: Limit = Limit(
        value=1 / 3,
        unit="share",
        source="国土资源部令第53号: built area under 1/3 (domain.md §1.1 I-2); its transfer to "
        "imagery is proposed here",
        mark="P",
    )
    minimum_light_years: Limit = Limit(
        value=5, unit="years", source="proposed here: fewer points make no trend", mark="P"
    )
    minimum_light_area_ha: Limit = MINIMUM_LIGHT_AREA
    cutoff_nw: Limit = LIGHT_CUTOFF
    minimum_known: Limit = MINIMUM_KNOWN


class Trend(Measured):
    """The measures, and what they were made of: ``<series>_<year>`` by parcel."""

    yearly: pd.DataFrame


def measure_trend(
    *,
    parcels: gpd.GeoDataFrame,
    landcover_series: Sequence[Layer] | None,
    night_light_series: Sequence[Layer] | None,
    settings: TrendSettings,
) -> Trend:
    """Measure change over the years; the order in which layers are given does not matter.

    Parameters
    ----------
    landcover_series : annual class layers with a year, e.g. CLCD.
    night_light_series : annual radiance layers with a year, nW/cm2/sr.

    Returns
    -------
    ``impervious_first_share``, ``impervious_last_share`` (0 to 1, first and last year),
    ``impervious_change`` (last - first, -1 to 1),
    ``unbuilt_years`` (how many of the latest layers, without a break, show an impervious share
    below ``unbuilt_below``; a year not known ends the run; null if the last year is not known),
    ``light_slope_nw_per_year`` (Theil-Sen: median of all pairwise slopes, nW/cm2/sr per year;
    null below ``minimum_light_area_ha`` or with fewer than ``minimum_light_years`` known years).
    ``yearly`` holds ``parcel_id``, ``impervious_<year>`` (0 to 1) and ``light_<year>`` (nW/cm2/sr,
    null below ``minimum_light_area_ha``).

    Source: domain.md §1.1 SUSPECT_IDLE, §8 B04; §7: CLCD hides reclamation.
    """
    table, findings = start(parcels), []
    zones, ids = Zones(parcels), table["parcel_id"]
    yearly = [table[["parcel_id"]]]
    if not landcover_series:
        findings.append(absent(STAGE, "landcover_series", IMPERVIOUS_COLUMNS))
    else:
        shares = _by_year(zones, landcover_series, settings)
        table = table.join(_impervious(shares, settings.unbuilt_below.value))
        yearly.append(shares.add_prefix("impervious_"))
        findings += _unknown(ids, shares, "landcover_series")
    if not night_light_series:
        findings.append(absent(STAGE, "night_light_series", LIGHT_COLUMNS))
    else:
        light = _light_by_year(zones, night_light_series, settings)
        table = table.assign(light_slope_nw_per_year=_light_slope(light, settings))
        yearly.append(light.add_prefix("light_"))
    return {"table": table, "findings": findings, "yearly": pd.concat(yearly, axis=1)}


def _by_year(zones: Zones, series: Sequence[Layer], settings: TrendSettings) -> pd.DataFrame:
    """Return the impervious share by year, one column a year in rising order."""
    columns = {}
    for layer in sorted(series, key=_year):
        share = codes_share(zones, layer, codes=settings.impervious_codes)
        seen = known_share(zones, layer) >= settings.minimum_known.value
        columns[_year(layer)] = share.where(seen)
    return pd.DataFrame(columns, index=zones.index)


def _year(layer: Layer) -> int:
    if layer.year is None:
        msg = "a layer of a series has no year"
        raise ValueError(msg)
    return layer.year


def _impervious(shares: pd.DataFrame, limit: float) -> pd.DataFrame:
    first, last = shares.iloc[:, 0], shares.iloc[:, -1]
    # cumprod over the years read backwards is 1 until the first year that is built or unknown.
    below = (shares.iloc[:, ::-1] < limit).astype(int).cumprod(axis=1).sum(axis=1)
    return pd.DataFrame(
        {
            "impervious_first_share": first,
            "impervious_last_share": last,
            "impervious_change": last - first,
            "unbuilt_years": below.astype(float).mask(last.isna()),
        }
    )


def _unknown(ids: pd.Series, shares: pd.DataFrame, role: str) -> list[Finding]:
    return gaps(
        STAGE,
        ids,
        shares.isna().any(axis=1),
        zh=f"{role} 有年份未覆盖地块，趋势可能置空",
        en=f"{role} does not cover the parcel in every year: trend may be null",
    )


def _light_by_year(zones: Zones, series: Sequence[Layer], settings: TrendSettings) -> pd.DataFrame:
    """Return the mean radiance by year, one column a year in rising order."""
    large = m2_to_ha(zones.area_m2) >= settings.minimum_light_area_ha.value
    columns = {}
    for layer in sorted(series, key=_year):
        light = pd.Series(np.nan, index=zones.index)
        if large.any():
            lit = above_cutoff(layer, settings.cutoff_nw)
            seen = known_share(zones, lit) >= settings.minimum_known.value
            light = mean(zones, lit).where(seen & large)
        columns[_year(layer)] = light
    return pd.DataFrame(columns, index=zones.index)


def _light_slope(light: pd.DataFrame, settings: TrendSettings) -> pd.Series:
    years, values = light.columns.to_numpy(dtype=float), light.to_numpy(dtype=float).T
    enough = (~np.isnan(values)).sum(axis=0) >= settings.minimum_light_years.value
    slope = pd.Series(np.nan, index=light.index)
    slope[enough] = theil_sen(years, values[:, enough])
    return slope


def theil_sen(years: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the median of all pairwise slopes of each column of ``values`` (years x objects).

    NaN years are left out; NaN where fewer than two are known. Source: Sen 1968, JASA 63.
    """
    pairs = [(i, j) for i, j in combinations(range(len(years)), 2) if years[i] != years[j]]
    slope = np.full(values.shape[1], np.nan)
    if not pairs:
        return slope
    first, second = np.array(pairs).T
    rises = (values[second] - values[first]) / (years[second] - years[first])[:, None]
    some = ~np.isnan(rises).all(axis=0)
    slope[some] = np.nanmedian(rises[:, some], axis=0)
    return slope
