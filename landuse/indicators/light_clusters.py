"""Light of clusters: adjoining parcels of one kind that are large enough for the satellite."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from landuse.core.findings import Finding
from landuse.core.layers import Layer
from landuse.core.settings import Settings
from landuse.core.side_by_side import pairs_within
from landuse.core.units import m2_to_ha
from landuse.indicators.activity import LIGHT_CUTOFF, MINIMUM_LIGHT_AREA, above_cutoff
from landuse.indicators.annual import in_order
from landuse.indicators.measured import MINIMUM_KNOWN, Limit, Measured, absent, gaps, start
from landuse.indicators.trend import theil_sen
from landuse.indicators.zonal import Zones, known_share, mean, total

STAGE = "light_clusters"
VOLUME_ROLES = "built_volume, or built_surface with built_height"
CM2_PER_M2 = 10_000.0


class LightClusterSettings(Settings):
    """What makes a cluster, and from which size on the satellite may be asked about it."""

    gap_m: Limit = Limit(
        value=30.0, unit="m", source="domain.md §4.2: plots at most 30 m apart", mark="P"
    )
    minimum_light_area_ha: Limit = MINIMUM_LIGHT_AREA
    cutoff_nw: Limit = LIGHT_CUTOFF
    minimum_volume_m3_per_m2: Limit = Limit(
        value=0.1,
        unit="m3/m2",
        source="proposed here: below it a cluster is open land and the ratio says nothing",
        mark="P",
    )
    minimum_light_years: Limit = Limit(
        value=5, unit="years", source="proposed here: fewer points make no trend", mark="P"
    )
    minimum_known: Limit = MINIMUM_KNOWN


def measure_light_clusters(
    *,
    parcels: gpd.GeoDataFrame,
    night_light: Layer | None,
    night_light_series: Sequence[Layer] | None,
    built_surface: Layer | None,
    built_height: Layer | None,
    built_volume: Layer | None,
    settings: LightClusterSettings,
) -> Measured:
    """Measure the light of clusters of adjoining parcels by their built volume, and its trend.

    .. math:: q = \\sum_p \\sum_c f_{pc} L_c A_c / \\sum_p V_p

    Parameters
    ----------
    parcels : ``group`` keeps kinds apart where present.
    night_light, night_light_series : radiance, nW/cm2/sr; below ``cutoff_nw`` it counts as dark.
    built_volume : m3 per cell; without it the volume is built surface (m2 per cell) times the
        mean net height (m) of the cells with buildings, parcel by parcel.

    Returns
    -------
    ``light_cluster_ha`` : area of the parcels of one group that lie within ``gap_m`` of each
        other, directly or through others.
    ``light_per_volume_nw_m3`` : light the cluster sends up (radiance times area, nW/sr) by its
        built volume (m3); the same for each of its parcels. Null below ``minimum_light_area_ha``,
        where too little of the cluster is known, or below ``minimum_volume_m3_per_m2``.
    ``light_cluster_slope_nw_per_year`` : Theil-Sen slope of the cluster's mean radiance,
        nW/cm2/sr per year, with at least ``minimum_light_years`` years. A step between versions
        of the product is in it; the series says where one lies.

    Source: domain.md §8 A06, §0.3 (0.3 km2), §2.2.
    """
    table, findings, zones = start(parcels), list[Finding](), Zones(parcels)
    label = _clusters(parcels, settings.gap_m.value)
    area = _sums(zones.area_m2, label)
    large = m2_to_ha(area) >= settings.minimum_light_area_ha.value
    if night_light is None and not night_light_series:
        names = ["light_cluster_ha", "light_per_volume_nw_m3", "light_cluster_slope_nw_per_year"]
        return {"table": table, "findings": [absent(STAGE, "night_light", names)]}
    table["light_cluster_ha"] = m2_to_ha(area)[label]
    volume = _volume(zones, built_surface, built_height, built_volume)
    if volume is None or night_light is None:
        role = VOLUME_ROLES if volume is None else "night_light"
        findings.append(absent(STAGE, role, ["light_per_volume_nw_m3"]))
    else:
        ratio = _per_volume(zones, night_light, volume, label, settings)
        table["light_per_volume_nw_m3"] = np.where(large, ratio, np.nan)[label]
    if not night_light_series:
        findings.append(absent(STAGE, "night_light_series", ["light_cluster_slope_nw_per_year"]))
    else:
        slope = _slope(zones, night_light_series, label, settings)
        table["light_cluster_slope_nw_per_year"] = np.where(large, slope, np.nan)[label]
    return {"table": table, "findings": findings + _small(table, ~large[label], settings)}


def _small(
    table: pd.DataFrame, small: NDArray[np.bool_], settings: LightClusterSettings
) -> list[Finding]:
    limit = settings.minimum_light_area_ha.value
    return gaps(
        STAGE, table["parcel_id"], small, kind="note",
        zh=f"连片同类地块不足 {limit:g} 公顷，夜间灯光不作为判定依据",
        en=f"adjoining parcels of its kind below {limit:g} ha: night light may not decide it",
    )  # fmt: skip


def _clusters(parcels: gpd.GeoDataFrame, gap_m: float) -> NDArray[np.int64]:
    """Return the number of each parcel's cluster, 0 to clusters - 1."""
    shapes = np.asarray(parcels.geometry.array)
    group = None
    if "group" in parcels:
        group = parcels["group"].astype("str").fillna("").to_numpy(dtype=np.str_)
    first, second = pairs_within(shapes, distance_m=gap_m, kinds=group)
    size = len(shapes)
    links = csr_array((np.ones(len(first), dtype=bool), (first, second)), shape=(size, size))
    _, label = connected_components(links, directed=False)
    return np.asarray(label, dtype=np.int64)


def _sums(values: NDArray[np.float64], label: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the sum of the known values of each cluster."""
    known = np.nan_to_num(np.asarray(values, dtype=float))
    return np.bincount(label, known, int(label.max(initial=-1)) + 1).astype(float)


def _volume(
    zones: Zones, surface: Layer | None, height: Layer | None, volume: Layer | None
) -> pd.Series | None:
    """Return the built volume of each parcel, m3; None without a source for it."""
    if volume is not None:
        return total(zones, volume)
    if surface is None or height is None:
        return None
    standing = np.where(height.known() & (height.values > 0), height.values, np.nan)
    high = mean(zones, Layer(height.grid, standing, year=height.year))
    built = total(zones, surface)
    # Cells of 100 m without a height: what stands there is too little to have one.
    return built * high.where(high.notna() | built.isna(), 0.0)


def _per_volume(
    zones: Zones, layer: Layer, volume: pd.Series, label: NDArray[np.int64],
    settings: LightClusterSettings,
) -> NDArray[np.float64]:  # fmt: skip
    lit = above_cutoff(layer, settings.cutoff_nw)
    light = total(zones, lit).to_numpy() * layer.grid.cell_area_m2 * CM2_PER_M2
    area = _sums(zones.area_m2, label)
    seen = _known(zones, lit, label, settings.minimum_known) & (
        _sums(np.where(volume.notna(), zones.area_m2, 0.0), label)
        >= settings.minimum_known.value * area
    )
    built = _sums(volume.to_numpy(), label)
    some = seen & (built > settings.minimum_volume_m3_per_m2.value * area)
    ratio = np.full(len(area), np.nan)
    np.divide(_sums(light, label), built, out=ratio, where=some)
    return ratio


def _known(
    zones: Zones, layer: Layer, label: NDArray[np.int64], minimum: Limit
) -> NDArray[np.bool_]:
    """Return which clusters are known for the most part."""
    share = known_share(zones, layer).to_numpy()
    area = _sums(zones.area_m2, label)
    return np.asarray(_sums(share * zones.area_m2, label) >= minimum.value * area)


def _slope(
    zones: Zones, series: Sequence[Layer], label: NDArray[np.int64],
    settings: LightClusterSettings,
) -> NDArray[np.float64]:  # fmt: skip
    years, layers = in_order(series)
    rows = []
    for layer in layers:
        lit = above_cutoff(layer, settings.cutoff_nw)
        seen_m2 = known_share(zones, lit).to_numpy() * zones.area_m2
        part, whole = _sums(mean(zones, lit).to_numpy() * seen_m2, label), _sums(seen_m2, label)
        average = np.full(len(whole), np.nan)
        known = _known(zones, lit, label, settings.minimum_known)
        np.divide(part, whole, out=average, where=known & (whole > 0))
        rows.append(average)
    light = np.stack(rows)
    enough = (~np.isnan(light)).sum(axis=0) >= settings.minimum_light_years.value
    return np.where(enough, theil_sen(years, light), np.nan)
