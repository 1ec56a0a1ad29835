"""Greenness: how green a parcel is, and whether land that was built or bare greens over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from landuse.core.findings import Finding
from landuse.core.layers import Layer
from landuse.core.settings import Settings
from landuse.indicators.annual import (
    in_order,
    known_mean,
    mann_kendall_p,
    values_at,
)
from landuse.indicators.measured import (
    MINIMUM_KNOWN,
    Limit,
    Measured,
    absent,
    gaps,
    hide_unknown,
    start,
)
from landuse.indicators.trend import theil_sen
from landuse.indicators.zonal import PackedZones, Zones, known_share, mean

STAGE = "greenness"
ROLE = "vegetation_series"
STATE_COLUMNS = ("ndvi_latest", "vegetated_share")
TREND_COLUMNS = ("ndvi_first", "ndvi_slope_per_year", "ndvi_p", "greened_share", "green_over")
COLUMNS = (*STATE_COLUMNS, *TREND_COLUMNS)
REGREENING = "domain.md §8 B05"


class GreennessSettings(Settings):
    """When a cell is green, when it has greened, and how many years that takes to tell."""

    greened_by: Limit = Limit(value=0.1, unit="NDVI", source=REGREENING, mark="P")
    vegetated_above: Limit = Limit(
        value=0.35, unit="NDVI", source="proposed here: halfway from bare ground to a meadow",
        mark="P",
    )  # fmt: skip
    green_over_from: Limit = Limit(value=0.2, unit="share", source=REGREENING, mark="P")
    green_over_p: Limit = Limit(
        value=0.05, unit="p", source="domain.md §8 B04, for a trend of light", mark="P"
    )
    minimum_years: Limit = Limit(
        value=4, unit="years", source="proposed here: fewer points make no trend", mark="P"
    )
    minimum_cells: Limit = Limit(
        value=4, unit="cells", source="proposed here: a smaller parcel is all mixed cells", mark="P"
    )
    minimum_known: Limit = MINIMUM_KNOWN


Cells = list[NDArray[np.float64]]
"""NDVI of each year at the cells under the parcels."""


@dataclass(frozen=True)
class _Past:
    """What the cells under the parcels were: their mean NDVI at both ends of the years."""

    zones: PackedZones
    years: NDArray[np.float64]
    first: NDArray[np.float64]
    last: NDArray[np.float64]

    def mean(self, values: NDArray[np.float64]) -> pd.Series:
        """Return the mean of values at the cells over each parcel."""
        return mean(self.zones, self.zones.layer(values))

    def known_share(self, values: NDArray[np.float64]) -> pd.Series:
        """Return the part of each parcel's area on cells with a value."""
        return known_share(self.zones, self.zones.layer(values))


def measure_greenness(
    *,
    parcels: gpd.GeoDataFrame,
    vegetation_series: Sequence[Layer] | None,
    settings: GreennessSettings,
) -> Measured:
    """Measure greenness and its change; the order in which layers are given does not matter.

    Both ends of the series are the means of the first and of the last third of its years (at
    least one), so that no single year decides.

    Parameters
    ----------
    vegetation_series : NDVI of each growing season, -1 to 1, with a year; years may be missing.

    Returns
    -------
    ``ndvi_latest`` : mean of the latest year that covers the parcel.
    ``vegetated_share`` : share of the parcel whose last third is above ``vegetated_above``.
    ``ndvi_first`` : mean of the first third.
    ``ndvi_slope_per_year`` : Theil-Sen slope of the yearly parcel means.
    ``ndvi_p`` : two-sided p of Mann and Kendall's test for these means.
    ``greened_share`` : share of the parcel whose cells rose by more than ``greened_by``.
    ``green_over`` : 1 where land that was not vegetated greens over: ``ndvi_first`` is not above
        ``vegetated_above``, ``greened_share`` reaches ``green_over_from``, the slope is positive
        and its p below ``green_over_p``; else 0.

    Null below ``minimum_cells`` cells and where less than ``minimum_known`` is known; the trend
    also with fewer than ``minimum_years`` known years.

    Source: domain.md §8 B05 (share of cells with a rise of 0.1); Sen 1968; Mann 1945.
    """
    table = start(parcels)
    if not vegetation_series:
        return {"table": table, "findings": [absent(STAGE, ROLE, COLUMNS)]}
    zones = Zones(parcels)
    years, layers = in_order(vegetation_series)
    packed = PackedZones(zones, layers[0].grid)
    cells = [values_at(layer, packed.touched) for layer in layers]
    past = _past(packed, years, cells)
    by_year = _by_year(packed, cells, settings)
    state, findings = _state(zones, table["parcel_id"], past, by_year, settings)
    trend, found = _trend(zones, table["parcel_id"], past, by_year, settings)
    area = pd.Series(zones.area_m2, index=zones.index)
    small = area < settings.minimum_cells.value * past.zones.row.cell_area_m2
    findings += found
    findings += gaps(
        STAGE, table["parcel_id"], small, kind="note",
        zh=f"地块小于 {settings.minimum_cells.value:g} 个植被像元，该指标置空",
        en=f"the parcel is smaller than {settings.minimum_cells.value:g} cells: left null",
    )  # fmt: skip
    columns = state.join(trend).mask(small)[list(COLUMNS)]
    return {"table": table.join(columns), "findings": findings}


def _past(zones: PackedZones, years: NDArray[np.float64], cells: Cells) -> _Past:
    third = max(1, round(len(cells) / 3))
    first, last = (known_mean(np.stack(end)) for end in (cells[:third], cells[-third:]))
    return _Past(zones, years, first, last)


def _by_year(zones: PackedZones, cells: Cells, settings: GreennessSettings) -> NDArray[np.float64]:
    """Return the mean of each parcel (years x parcels); NaN where too little of it is known."""
    rows = []
    for layer in (zones.layer(values) for values in cells):
        seen = known_share(zones, layer) >= settings.minimum_known.value
        rows.append(mean(zones, layer).where(seen).to_numpy())
    return np.stack(rows)


def _state(
    zones: Zones, ids: pd.Series, past: _Past, by_year: NDArray[np.float64],
    settings: GreennessSettings,
) -> tuple[pd.DataFrame, list[Finding]]:  # fmt: skip
    green = past.last > settings.vegetated_above.value
    share = past.mean(np.where(np.isnan(past.last), np.nan, green))
    latest = pd.DataFrame(by_year.T, index=zones.index).ffill(axis=1).iloc[:, -1]
    return hide_unknown(
        pd.DataFrame({"ndvi_latest": latest, "vegetated_share": share}),
        known=past.known_share(past.last), minimum=settings.minimum_known, ids=ids, stage=STAGE,
        role=ROLE,
    )  # fmt: skip


def _trend(
    zones: Zones, ids: pd.Series, past: _Past, by_year: NDArray[np.float64],
    settings: GreennessSettings,
) -> tuple[pd.DataFrame, list[Finding]]:  # fmt: skip
    rise = past.last - past.first
    greened = np.where(np.isnan(rise), np.nan, rise > settings.greened_by.value)
    table = pd.DataFrame(
        {
            "ndvi_first": past.mean(past.first),
            "ndvi_slope_per_year": theil_sen(past.years, by_year),
            "ndvi_p": mann_kendall_p(by_year),
            "greened_share": past.mean(greened),
        },
        index=zones.index,
    )
    table["green_over"] = _green_over(table, settings)
    known_years = (~np.isnan(by_year)).sum(axis=0)
    unseen = past.known_share(rise) < settings.minimum_known.value
    few = known_years < settings.minimum_years.value
    return table.mask(few | unseen), _few_years(ids, few, len(past.years), settings)


def _green_over(table: pd.DataFrame, settings: GreennessSettings) -> pd.Series:
    over = (
        (table["ndvi_first"] <= settings.vegetated_above.value)
        & (table["greened_share"] >= settings.green_over_from.value)
        & (table["ndvi_slope_per_year"] > 0)
        & (table["ndvi_p"] < settings.green_over_p.value)
    )
    return over.astype(float)


def _few_years(
    ids: pd.Series, few: NDArray[np.bool_], years: int, settings: GreennessSettings
) -> list[Finding]:
    least = settings.minimum_years.value
    if years < least:
        return [
            Finding(
                stage=STAGE, kind="doubt", object_id=ROLE, value=str(years),
                message_zh=f"历年植被指数只有 {years} 年，少于 {least:g} 年，变化指标置空",
                message_en=f"{years} years of greenness, fewer than {least:g}: no change measured",
            )
        ]  # fmt: skip
    return gaps(
        STAGE, ids, few,
        zh=f"植被指数已知的年份不足 {least:g} 年，变化指标置空",
        en=f"greenness is known in fewer than {least:g} years: no change measured",
    )  # fmt: skip
