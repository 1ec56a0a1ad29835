"""Paved: open ground that is sealed and kept clear of weeds, as yards and car parks are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from landuse.core.findings import Finding
from landuse.core.grid import Grid
from landuse.core.layers import Layer
from landuse.core.settings import Settings
from landuse.indicators.annual import (
    in_order,
    known_mean,
    sampled_at,
    values_at,
)
from landuse.indicators.measured import (
    MINIMUM_KNOWN,
    Limit,
    Measured,
    absent,
    hide_unknown,
    start,
)
from landuse.indicators.overlay import require_same_crs
from landuse.indicators.zonal import PackedZones, Zones, known_share, mean

STAGE = "paved"
COLUMNS = ("paved_open_share", "paved_in_use")
BUILDINGS = "built_surface or buildings"


class PavedSettings(Settings):
    """Which ground is sealed, where a building stands, and when a yard is kept in use."""

    sealed_keys: tuple[str, ...] = ("built", "impervious", "paved", "road")
    never_sealed_keys: tuple[str, ...] = ("bare", "barren", "water", "wetland", "snow")
    low_ndvi: Limit = Limit(
        value=0.25, unit="NDVI", source="proposed here: pavement with weeds in its joints is above",
        mark="P",
    )  # fmt: skip
    building_from: Limit = Limit(
        value=0.25, unit="share", source="proposed here: a cell with less carries no building",
        mark="P",
    )  # fmt: skip
    open_from: Limit = Limit(
        value=0.5, unit="share", source="proposed here: most of the parcel is yard", mark="P"
    )
    minimum_years: Limit = Limit(
        value=4, unit="years", source="proposed here: fewer years show no habit", mark="P"
    )
    minimum_known: Limit = MINIMUM_KNOWN


@dataclass(frozen=True)
class _Ground:
    """Cells under the parcels: whether sealed and built on, 0, 1 or NaN.

    ``years`` : greenness of each year and the parcels over its cells.
    """

    zones: PackedZones
    sealed: NDArray[np.float64]
    built: NDArray[np.float64]
    years: list[tuple[Zones, Layer]]


def measure_paved(
    *,
    parcels: gpd.GeoDataFrame,
    landcover: Layer | None,
    legend: Mapping[int, str] | None,
    built_surface: Layer | None,
    buildings: gpd.GeoDataFrame | None,
    vegetation_series: Sequence[Layer] | None,
    settings: PavedSettings,
) -> Measured:
    """Measure sealed ground without buildings, and whether it is kept clear of weeds.

    Everything is asked cell by cell on the grid of the land cover: a cell is sealed where its
    class says so or, with a series of greenness, where its mean over the years is below
    ``low_ndvi`` and its class is not bare ground or water. It carries a building where the built
    surface or the footprints, whichever is more, take ``building_from`` of it.

    Parameters
    ----------
    landcover : class codes; ``legend`` gives {code: key}.
    built_surface : m2 built per cell. buildings : footprints. One of them is needed.
    vegetation_series : NDVI of each growing season, with a year.

    Returns
    -------
    ``paved_open_share`` : share of the parcel that is sealed and carries no building. Without a
        series of greenness the class alone decides, with a finding.
    ``paved_in_use`` : 1 where this reaches ``open_from`` and the mean NDVI of the parcel is
        below ``low_ndvi`` in every known year, at least ``minimum_years``; else 0. A yard or a
        car park in use: its emptiness of buildings is not idleness.

    Source: the class and its limits are proposed here.
    """
    table, findings = start(parcels), list[Finding]()
    if landcover is None or legend is None:
        findings.append(absent(STAGE, "landcover", COLUMNS))
    if built_surface is None and buildings is None:
        findings.append(absent(STAGE, BUILDINGS, COLUMNS))
    if findings or landcover is None or legend is None:
        return {"table": table, "findings": findings}
    if buildings is not None:
        require_same_crs(parcels, buildings)
    zones = Zones(parcels)
    ground = _ground(
        zones, landcover, legend, built_surface=built_surface, buildings=buildings,
        series=vegetation_series or (), settings=settings,
    )  # fmt: skip
    open_ground = ground.zones.layer(ground.sealed * (1 - ground.built))
    shares, found = hide_unknown(
        pd.DataFrame({"paved_open_share": mean(ground.zones, open_ground)}),
        known=known_share(ground.zones, open_ground), minimum=settings.minimum_known,
        ids=table["parcel_id"], stage=STAGE, role="landcover",
    )  # fmt: skip
    table, findings = table.join(shares), findings + found
    if not vegetation_series:
        return {"table": table, "findings": [*findings, *_no_series()]}
    table["paved_in_use"] = _in_use(ground.years, table["paved_open_share"], settings)
    return {"table": table, "findings": findings}


def _no_series() -> list[Finding]:
    return [
        absent(STAGE, "vegetation_series", ["paved_in_use"]),
        Finding(
            stage=STAGE, kind="doubt", object_id="vegetation_series", value="paved_open_share",
            message_zh="没有历年植被指数，硬化空地只凭土地覆盖判定，可能偏少",
            message_en="no series of greenness: paved open ground is told by land cover alone and "
            "may be too little",
        ),
    ]  # fmt: skip


def _ground(
    zones: Zones,
    landcover: Layer,
    legend: Mapping[int, str],
    *,
    built_surface: Layer | None,
    buildings: gpd.GeoDataFrame | None,
    series: Sequence[Layer],
    settings: PavedSettings,
) -> _Ground:
    grid = landcover.grid
    packed = PackedZones(zones, grid)
    cells = packed.touched
    code = values_at(landcover, cells)
    sealed = _of_keys(code, legend, settings.sealed_keys)
    years: list[tuple[Zones, Layer]] = []
    if series:
        _, layers = in_order(series)
        yearly = np.stack([sampled_at(layer, grid, cells) for layer in layers])
        ndvi, same = known_mean(yearly), layers[0].grid == grid
        years = [(packed, packed.layer(values)) if same else (zones, layer)
                 for layer, values in zip(layers, yearly, strict=True)]  # fmt: skip
        never = _of_keys(code, legend, settings.never_sealed_keys)
        low = (ndvi < settings.low_ndvi.value) & ~never
        sealed = np.where(np.isnan(ndvi), sealed, low)
    parts = [np.full(len(cells), np.nan)]
    if built_surface is not None:
        parts.append(sampled_at(built_surface, grid, cells) / built_surface.grid.cell_area_m2)
    if buildings is not None:
        parts.append(_footprint_share(buildings, grid, cells))
    most = np.fmax.reduce(parts)
    built = np.where(np.isnan(most), np.nan, most >= settings.building_from.value)
    return _Ground(packed, np.where(np.isnan(code), np.nan, sealed), built, years)


def _of_keys(
    code: NDArray[np.float64], legend: Mapping[int, str], keys: Sequence[str]
) -> NDArray[np.bool_]:
    return np.isin(code, [number for number, key in legend.items() if key in keys])


def _footprint_share(
    buildings: gpd.GeoDataFrame, grid: Grid, cells: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the part of some cells of a grid under footprints, 0 to 1; ``cells`` ascend."""
    if not len(cells):
        return np.zeros(0)
    cover = Zones(buildings).cells(grid)
    place = np.minimum(np.searchsorted(cells, cover.cell), len(cells) - 1)
    asked = cells[place] == cover.cell
    under = np.bincount(place[asked], cover.fraction[asked], len(cells))
    return np.minimum(under, 1.0)


def _in_use(
    years: Sequence[tuple[Zones, Layer]], share: pd.Series, settings: PavedSettings
) -> pd.Series:
    rows = []
    for zones, layer in years:
        seen = known_share(zones, layer) >= settings.minimum_known.value
        rows.append(mean(zones, layer).where(seen))
    ndvi = pd.concat(rows, axis=1)
    enough = ndvi.notna().sum(axis=1) >= settings.minimum_years.value
    low = ndvi.max(axis=1) < settings.low_ndvi.value
    in_use = low & (share >= settings.open_from.value)
    return in_use.astype(float).where(enough & share.notna())
