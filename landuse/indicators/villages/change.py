"""What changes in and around a natural village: light, greening, fields given up."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Geod

from landuse.core.layers import Layer, of_codes
from landuse.core.settings import Settings
from landuse.indicators.activity import LIGHT_CUTOFF, above_cutoff
from landuse.indicators.annual import in_order, mann_kendall_p
from landuse.indicators.greenness import GreennessSettings, measure_greenness
from landuse.indicators.measured import MINIMUM_KNOWN, Limit, Measured, absent
from landuse.indicators.trend import theil_sen
from landuse.indicators.villages.ground import Floats, as_parcels, join, of_villages, start
from landuse.indicators.zonal import Zones, known_share, mean, total

STAGE = "village_change"
LIGHT_COLUMNS = ("light_slope_nw_per_year", "light_p", "light_decline")
_PIXEL_DEG = 15 / 3600
_RING_TOLERANCE_M = 10.0


class VillageChangeSettings(Settings):
    """How far around fields are looked at, and how long a field must lie idle."""

    ring_m: Limit = Limit(value=500, unit="m", source="domain.md §8 B06", mark="P")
    idle_years: Limit = Limit(value=3, unit="years", source="proposed here", mark="P")
    light_pixels: Limit = Limit(
        value=2, unit="pixels", source="domain.md §3.3, §8 B04", mark="P"
    )  # fmt: skip
    light_sure: Limit = Limit(value=0.05, unit="p", source="domain.md §3.3, §8 B04", mark="P")
    least_years: Limit = Limit(value=5, unit="years", source="proposed here", mark="P")
    cutoff_nw: Limit = LIGHT_CUTOFF
    minimum_known: Limit = MINIMUM_KNOWN
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
    villages : polygons with ``village_code``, whose light serves natural villages too small to
        have their own. ``night_light_series`` : nW/cm2/sr. ``vegetation_series`` : NDVI.
    landcover_series : classes of one method, e.g. CLCD.

    Returns
    -------
    ``light_slope_nw_per_year`` (Theil-Sen), ``light_p`` (Mann-Kendall, two-sided) and
    ``light_decline`` (the slope where it is negative at p < ``light_sure``, else 0), of
    ``ntl_support``: "settlement" where its outline is as large as ``light_pixels`` VIIRS pixels,
    else "village" where the administrative village is, else "" and null.
    ``ntl_pixels`` : pixels of 15 arc seconds that the support is as large as; of the larger of
    both where none is large enough.
    ``greened_share`` : share of the outline that rose by more than 0.1 NDVI; ``ndvi_slope_a`` :
    Theil-Sen slope of its yearly means, 1/a.
    ``abandoned_crop_share`` : of the cells within ``ring_m`` of the outline, itself left out,
    that were cropland in the first year, those that are forest, shrub or grass in each of the
    last ``idle_years`` (P); null without such cells.

    Source: domain.md §3.3, §8 B04-B06; CLCD hides fields that are only fallow (§7).
    """
    ground = as_parcels(settlements)
    greened = of_villages(
        measure_greenness(parcels=ground, vegetation_series=vegetation_series,
                          settings=settings.greenness),
        columns={"greened_share": "greened_share", "ndvi_slope_per_year": "ndvi_slope_a"},
    )  # fmt: skip
    light = _light(settlements, villages, night_light_series, settings)
    fields = _fields(settlements, ground, landcover_series, settings)
    return join(greened, light, fields)


def _light(
    settlements: gpd.GeoDataFrame, villages: gpd.GeoDataFrame | None,
    series: Sequence[Layer] | None, settings: VillageChangeSettings,
) -> Measured:  # fmt: skip
    table = start(settlements)
    names = (*LIGHT_COLUMNS, "ntl_pixels", "ntl_support")
    if not series:
        return {"table": table, "findings": [absent(STAGE, "night_light", names)]}
    own = _light_of(settlements, series, settings)
    its = pd.DataFrame(np.nan, index=table.index, columns=own.columns)
    findings = []
    if villages is None or "village_code" not in settlements:
        findings.append(absent(STAGE, "villages", LIGHT_COLUMNS))
    else:
        of_code = _light_of(villages, series, settings).set_axis(villages["village_code"])
        its = of_code.reindex(settlements["village_code"]).set_axis(table.index)
    least = settings.light_pixels.value
    alone, shared = own["ntl_pixels"] >= least, its["ntl_pixels"] >= least
    support = np.where(alone, "settlement", np.where(shared, "village", ""))
    chosen = own.where(alone, its)
    chosen["ntl_pixels"] = chosen["ntl_pixels"].fillna(own["ntl_pixels"])
    chosen["ntl_support"] = pd.Series(support, index=table.index, dtype="str")
    return {"table": table.join(chosen), "findings": findings}


def _light_of(
    places: gpd.GeoDataFrame, series: Sequence[Layer], settings: VillageChangeSettings
) -> pd.DataFrame:
    """Return the trend of light of each place that is large enough, and its size in pixels."""
    shapes = places[["geometry"]]
    pixels = places.geometry.area.fillna(0.0).to_numpy() / pixel_m2(places)
    large = pixels >= settings.light_pixels.value
    slope, chance = np.full((2, len(places)), np.nan)
    if large.any():
        slope[large], chance[large] = _trend(Zones(shapes[large]), series, settings)
    sure = (chance < settings.light_sure.value) & (slope < 0)
    falls = np.where(sure, slope, np.where(np.isnan(slope), np.nan, 0.0))
    columns = dict(zip(LIGHT_COLUMNS, (slope, chance, falls), strict=True))
    return pd.DataFrame(columns | {"ntl_pixels": pixels}, index=places.index)


def pixel_m2(places: gpd.GeoDataFrame) -> float:
    """Return the area of a pixel of 15 arc seconds at the middle of the places, m2."""
    if places.geometry.is_empty.all() or places.geometry.isna().all():
        return float("nan")
    west, south, east, north = places.total_bounds
    middle = gpd.GeoSeries([shapely.Point((west + east) / 2, (south + north) / 2)], crs=places.crs)
    lon, lat = middle.to_crs(4326).iloc[0].coords[0]
    half = _PIXEL_DEG / 2
    x, y = lon + half * np.array([-1, 1, 1, -1]), lat + half * np.array([-1, -1, 1, 1])
    return abs(float(Geod(ellps="WGS84").polygon_area_perimeter(x, y)[0]))


def _trend(
    zones: Zones, series: Sequence[Layer], settings: VillageChangeSettings
) -> tuple[Floats, Floats]:
    """Return the Theil-Sen slope and Mann and Kendall's p of the yearly means of each zone."""
    years, layers = in_order(series)
    values = np.full((len(years), len(zones)), np.nan)
    for row, layer in enumerate(layers):
        lit = above_cutoff(layer, settings.cutoff_nw)
        seen = known_share(zones, lit) >= settings.minimum_known.value
        values[row] = mean(zones, lit).where(seen).to_numpy()
    enough = (~np.isnan(values)).sum(axis=0) >= settings.least_years.value
    slope = np.where(enough, theil_sen(years, values), np.nan)
    return slope, np.where(enough, mann_kendall_p(values), np.nan)


def _fields(
    settlements: gpd.GeoDataFrame, ground: gpd.GeoDataFrame, series: Sequence[Layer] | None,
    settings: VillageChangeSettings,
) -> Measured:  # fmt: skip
    table = start(settlements)
    years = int(settings.idle_years.value)
    if not series or len(series) <= years:
        found = absent(STAGE, "landcover_series", ["abandoned_crop_share"])
        return {"table": table, "findings": [found]}
    shapes = np.asarray(ground.geometry.array)
    # Outlines follow cells; rings of a few vertices are ten times as fast and as good at 500 m.
    plain = shapely.simplify(shapes, _RING_TOLERANCE_M)
    around = shapely.difference(shapely.buffer(plain, settings.ring_m.value, quad_segs=4), shapes)
    rings = Zones(gpd.GeoSeries(around, index=ground.index, crs=ground.crs))
    was, gone = _given_up(series, settings)
    fields, lost = total(rings, was), total(rings, gone)
    return {"table": table.assign(abandoned_crop_share=lost / fields.where(fields > 0)),
            "findings": []}  # fmt: skip


def _given_up(series: Sequence[Layer], settings: VillageChangeSettings) -> tuple[Layer, Layer]:
    """Return layers of 1 and 0: cropland of the first year, and that of it which was given up.

    Only cells that every year in question knows are cropland of the first year.
    """
    _, layers = in_order(series)
    first, last = layers[0], layers[-int(settings.idle_years.value) :]
    seen = np.logical_and.reduce([layer.known() for layer in (first, *last)])
    was = of_codes(first.values, settings.crop_codes) & seen
    wild = np.logical_and.reduce([of_codes(one.values, settings.wild_codes) for one in last])
    gone = was & wild
    return Layer(first.grid, was.astype("float64")), Layer(first.grid, gone.astype("float64"))
