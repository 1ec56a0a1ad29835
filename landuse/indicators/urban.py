"""Urban: what the coarser built-up products say of a parcel large enough to be seen by them."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from landuse.core.findings import Finding
from landuse.core.layers import Layer
from landuse.core.settings import Settings
from landuse.indicators.measured import (
    MINIMUM_KNOWN,
    Limit,
    Measured,
    absent,
    gaps,
    hide_unknown,
    start,
)
from landuse.indicators.zonal import Zones, known_share, total

STAGE = "urban"
SERIES_COLUMNS = ("built_first_share", "built_last_share", "built_change")


class UrbanSettings(Settings):
    """How large a parcel must be, in cells of a product, for the product to speak of it."""

    minimum_cells: Limit = Limit(
        value=1.0,
        unit="cells",
        source="design: a source whose pixel is larger than the object may not decide it",
        mark="P",
    )
    minimum_known: Limit = MINIMUM_KNOWN


def measure_urban(
    *,
    parcels: gpd.GeoDataFrame,
    built_nonres: Layer | None,
    built_volume: Layer | None,
    settlement_degree: Layer | None,
    built_surface_series: Sequence[Layer] | None,
    settings: UrbanSettings,
) -> Measured:
    """Measure non-residential share, building volume, degree of urbanisation and built-up change.

    .. math:: x = \\sum_c f_c v_c / A_{known}

    Parameters
    ----------
    built_nonres : GHS-BUILT-S NRES, m2 of non-residential built surface per cell.
    built_volume : GHS-BUILT-V, m3 per cell.
    settlement_degree : GHS-SMOD class codes, 1 km.
    built_surface_series : GHS-BUILT-S, m2 per cell, one layer a year.

    Returns
    -------
    ``nonres_share`` (0 to 1), ``volume_m3_per_m2``, ``settlement_degree`` (code of the cell at a
    point inside the parcel: background, whatever the parcel's size), ``built_first_share``,
    ``built_last_share``, ``built_change`` (last - first). Null for a parcel smaller than
    ``minimum_cells`` cells of the product, and where less than ``minimum_known`` is known.

    Source: domain.md §7 (GHSL), §2.2.
    """
    table, findings, zones = start(parcels), list[Finding](), Zones(parcels)
    for role, layer, column in (
        ("built_nonres", built_nonres, "nonres_share"),
        ("built_volume", built_volume, "volume_m3_per_m2"),
    ):
        if layer is None:
            findings.append(absent(STAGE, role, [column]))
            continue
        values, found = _per_area(zones, table["parcel_id"], layer, settings, role=role)
        top = 1.0 if column == "nonres_share" else np.inf
        table[column] = values.clip(0.0, top)
        findings += found
    if settlement_degree is None:
        findings.append(absent(STAGE, "settlement_degree", ["settlement_degree"]))
    else:
        table["settlement_degree"] = _at_point(parcels, settlement_degree)
    if not built_surface_series:
        findings.append(absent(STAGE, "built_surface_series", SERIES_COLUMNS))
    else:
        change, found = _change(zones, table["parcel_id"], built_surface_series, settings)
        table = table.join(change)
        findings += found
    return {"table": table, "findings": findings}


def _per_area(
    zones: Zones, ids: pd.Series, layer: Layer, settings: UrbanSettings, *, role: str
) -> tuple[pd.Series, list[Finding]]:
    known = known_share(zones, layer)
    area = known * zones.area_m2
    ratio = (total(zones, layer) / area.where(area > 0, np.nan)).rename("value")
    cell_m2 = layer.grid.resolution_m**2
    small = zones.area_m2 < settings.minimum_cells.value * cell_m2
    shown, found = hide_unknown(
        ratio.mask(small).to_frame(), known=known, minimum=settings.minimum_known, ids=ids,
        stage=STAGE, role=role,
    )  # fmt: skip
    if small.any():
        found += gaps(
            STAGE, ids, small, kind="note",
            zh=f"地块小于数据 {role} 的像元（{cell_m2:g} 平方米），该指标置空",
            en=f"the parcel is smaller than a cell of {role} ({cell_m2:g} m2): left null",
        )  # fmt: skip
    return shown["value"], found


def _change(
    zones: Zones, ids: pd.Series, series: Sequence[Layer], settings: UrbanSettings
) -> tuple[pd.DataFrame, list[Finding]]:
    ordered = sorted(series, key=lambda layer: layer.year or 0)
    role = "built_surface_series"
    first, found = _per_area(zones, ids, ordered[0], settings, role=role)
    last, _ = _per_area(zones, ids, ordered[-1], settings, role=role)
    first, last = first.clip(0.0, 1.0), last.clip(0.0, 1.0)
    columns = dict(zip(SERIES_COLUMNS, (first, last, last - first), strict=True))
    return pd.DataFrame(columns), found


def _at_point(parcels: gpd.GeoDataFrame, layer: Layer) -> pd.Series:
    points = parcels.geometry.representative_point()
    affine = layer.grid.transform
    row = np.floor((points.y.to_numpy() - affine.f) / affine.e).astype(int)
    column = np.floor((points.x.to_numpy() - affine.c) / affine.a).astype(int)
    height, width = layer.grid.shape
    inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
    codes = np.full(len(parcels), np.nan)
    codes[inside] = layer.values[row[inside], column[inside]]
    known = np.zeros(len(parcels), dtype=bool)
    known[inside] = layer.known()[row[inside], column[inside]]
    return pd.Series(np.where(known, codes, np.nan), index=parcels.index)
