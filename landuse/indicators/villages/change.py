"""What changes in and around a natural village: light, greening, fields given up."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
from scipy import ndimage

from landuse.core.layers import Layer
from landuse.core.settings import Settings
from landuse.indicators.annual import in_order, mann_kendall_p
from landuse.indicators.greenness import GreennessSettings, measure_greenness
from landuse.indicators.measured import Limit, Measured, absent
from landuse.indicators.trend import theil_sen
from landuse.indicators.villages.ground import (
    Floats,
    as_parcels,
    inner_points,
    join,
    of_villages,
    start,
)
from landuse.indicators.zonal import Zones, known_share, mean

STAGE = "village_change"


class VillageChangeSettings(Settings):
    """How far around fields are looked at, and how long a field must lie idle."""

    ring_m: Limit = Limit(value=500, unit="m", source="domain.md §8 B06", mark="P")
    idle_years: Limit = Limit(value=3, unit="years", source="proposed here", mark="P")
    light_pixels: Limit = Limit(
        value=2, unit="pixels", source="domain.md §3.3, §8 B04", mark="P"
    )  # fmt: skip
    light_pixel_m2: Limit = Limit(
        value=464.0**2, unit="m²", source="VIIRS grid of 15 arc seconds at the equator", mark="V"
    )
    least_years: Limit = Limit(value=5, unit="years", source="proposed here", mark="P")
    crop_codes: tuple[int, ...] = (1,)
    wild_codes: tuple[int, ...] = (2, 3, 4)
    greenness: GreennessSettings = GreennessSettings()


def measure_village_change(
    *,
    settlements: gpd.GeoDataFrame,
    villages: gpd.GeoDataFrame | None,
    night_light_series: Sequence[Layer] | None,
    vegetation_series: Sequence[Layer] | None,
    landcover_series: Sequence[Layer] | None,
    settings: VillageChangeSettings,
) -> Measured:
    """Measure light, greening and abandoned fields over the years.

    Parameters
    ----------
    villages : polygons with ``village_code``: the light is theirs, given to each natural village.
    night_light_series : nW/cm2/sr. ``vegetation_series`` : NDVI. ``landcover_series`` : CLCD.

    Returns
    -------
    ``light_slope_nw_per_year`` (Theil-Sen) and ``light_p`` (Mann-Kendall, two-sided) of the
    administrative village; null where it spans fewer than ``light_pixels`` pixels.
    ``light_decline`` : the slope where it is negative at p < 0.05, 0 otherwise.
    ``greened_share`` : share of the outline that rose by more than 0.1 NDVI.
    ``abandoned_crop_share`` : of the cells within ``ring_m`` that were cropland in the first year,
    those that are shrub, grass or forest in each of the last ``idle_years``; on cells of 100 m.

    Source: domain.md §3.3, §8 B04-B06; CLCD hides fields that are only fallow (§7).
    """
    greened = of_villages(
        measure_greenness(parcels=as_parcels(settlements), vegetation_series=vegetation_series,
                          settings=settings.greenness),
        columns={"greened_share": "greened_share"},
    )  # fmt: skip
    light = _light(settlements, villages, night_light_series, settings)
    fields = _fields(settlements, landcover_series, settings)
    return join(greened, light, fields)


def _light(
    settlements: gpd.GeoDataFrame, villages: gpd.GeoDataFrame | None,
    series: Sequence[Layer] | None, settings: VillageChangeSettings,
) -> Measured:  # fmt: skip
    table = start(settlements)
    names = ("light_slope_nw_per_year", "light_p", "light_decline")
    if not series or villages is None:
        role = "villages" if series else "night_light"
        return {"table": table, "findings": [absent(STAGE, role, names)]}
    zones = Zones(villages)
    years, layers = in_order(series)
    values = np.stack([
        mean(zones, layer).where(known_share(zones, layer) >= 0.5).to_numpy() for layer in layers
    ])  # fmt: skip
    large = zones.area_m2 >= settings.light_pixels.value * settings.light_pixel_m2.value
    enough = (~np.isnan(values)).sum(axis=0) >= settings.least_years.value
    shown = large & enough
    slope = np.where(shown, theil_sen(years, values), np.nan)
    chance = np.where(shown, mann_kendall_p(values), np.nan)
    falls = np.where((chance < _SURE) & (slope < 0), slope, np.where(shown, 0.0, np.nan))
    for name, column in zip(names, (slope, chance, falls), strict=True):
        of_code = dict(zip(villages["village_code"], column, strict=True))
        table[name] = settlements["village_code"].map(of_code).astype("float64")
    return {"table": table, "findings": []}


_SURE = 0.05


def _fields(
    settlements: gpd.GeoDataFrame, series: Sequence[Layer] | None, settings: VillageChangeSettings
) -> Measured:
    table = start(settlements)
    years = int(settings.idle_years.value)
    if not series or len(series) <= years:
        found = absent(STAGE, "landcover_series", ["abandoned_crop_share"])
        return {"table": table, "findings": [found]}
    _, layers = in_order(series)
    first, last = layers[0], layers[-years:]
    seen = np.logical_and.reduce([layer.known() for layer in (first, *last)])
    crop = np.isin(first.values, settings.crop_codes) & seen
    wild = np.logical_and.reduce([np.isin(one.values, settings.wild_codes) for one in last])
    step = max(1, round(100 / first.grid.resolution_m))
    was, gone = _coarse(crop, step), _coarse(crop & wild, step)
    disc = _disc(settings.ring_m.value / (step * first.grid.resolution_m))
    around = ndimage.convolve(was, disc, mode="constant")
    lost = ndimage.convolve(gone, disc, mode="constant")
    share = np.divide(lost, around, out=np.full(around.shape, np.nan), where=around > 0.5)
    table["abandoned_crop_share"] = _sampled(share, settlements, first, step)
    return {"table": table, "findings": []}


def _coarse(cells: np.ndarray, step: int) -> Floats:
    """Return counts over blocks of ``step`` x ``step`` cells; the last blocks may be short."""
    rows, columns = (range(0, size, step) for size in cells.shape)
    summed = np.add.reduceat(cells.astype("float64"), rows, axis=0)
    return np.asarray(np.add.reduceat(summed, columns, axis=1))


def _disc(radius: float) -> Floats:
    reach = int(np.ceil(radius))
    away = np.arange(-reach, reach + 1)
    return np.asarray(np.hypot(away[:, None], away) <= radius, dtype="float64")


def _sampled(values: Floats, settlements: gpd.GeoDataFrame, layer: Layer, step: int) -> Floats:
    xy = inner_points(settlements)
    inverse = ~layer.grid.transform
    column = np.floor((inverse.a * xy[:, 0] + inverse.c) / step)
    row = np.floor((inverse.e * xy[:, 1] + inverse.f) / step)
    rows, columns = values.shape
    inside = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
    found = np.full(len(xy), np.nan)
    at = row[inside].astype(int), column[inside].astype(int)
    found[inside] = values[at]
    return found
