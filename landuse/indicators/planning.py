"""Planning lines: the share of each parcel under each control layer."""

from __future__ import annotations

import geopandas as gpd
import numpy as np

from landuse.core.settings import Settings
from landuse.indicators.measured import Measured, absent, start
from landuse.indicators.overlay import overlap_area_m2
from landuse.indicators.zonal import Zones

STAGE = "planning"


class PlanningSettings(Settings):
    """Planning shares have nothing to set; limits on them are vetoes of the score model."""


def measure_planning(
    *,
    parcels: gpd.GeoDataFrame,
    settings: PlanningSettings,
    eco_redline: gpd.GeoDataFrame | None = None,
    prime_farmland: gpd.GeoDataFrame | None = None,
    growth_boundary: gpd.GeoDataFrame | None = None,
    hazard: gpd.GeoDataFrame | None = None,
    heritage: gpd.GeoDataFrame | None = None,
    water: gpd.GeoDataFrame | None = None,
) -> Measured:
    """Measure how much of each parcel lies under each control layer.

    .. math:: share = A(p \\cap \\bigcup layer) / A(p)

    Parameters
    ----------
    Every layer is polygonal and in the CRS of the parcels; polygons may overlap.

    Returns
    -------
    ``<layer>_share``, 0 to 1, for each layer given; a layer that is None has no column and a
    finding of kind ``absent``. Null only for a parcel without area.

    Source: domain.md §4.1 (vetoes), §8 A11 and E02.
    """
    layers = {
        "eco_redline": eco_redline,
        "prime_farmland": prime_farmland,
        "growth_boundary": growth_boundary,
        "hazard": hazard,
        "heritage": heritage,
        "water": water,
    }
    table, findings = start(parcels), []
    area = Zones(parcels).area_m2
    whole = np.where(area > 0, area, np.nan)
    for role, layer in layers.items():
        if layer is None:
            findings.append(absent(STAGE, role, [f"{role}_share"]))
        else:
            table[f"{role}_share"] = np.minimum(overlap_area_m2(parcels, layer) / whole, 1.0)
    return {"table": table, "findings": findings}
