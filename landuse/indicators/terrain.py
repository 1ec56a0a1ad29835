"""Terrain: slope and elevation from a surface model."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray

from landuse.core.layers import Layer
from landuse.core.settings import Settings
from landuse.indicators.measured import (
    MINIMUM_KNOWN,
    Limit,
    Measured,
    absent,
    hide_unknown,
    start,
)
from landuse.indicators.zonal import Zones, known_share, median

STAGE = "terrain"
COLUMNS = ("slope_deg", "elevation_m")
_REACH = 2


class TerrainSettings(Settings):
    """How much of a parcel must lie on known cells."""

    minimum_known: Limit = MINIMUM_KNOWN


def measure_terrain(
    *, parcels: gpd.GeoDataFrame, elevation: Layer | None, settings: TerrainSettings
) -> Measured:
    """Measure the median slope and elevation of each parcel.

    Parameters
    ----------
    elevation : metres above sea level. A 3 x 3 median takes out single roofs and trees before the
        slope is taken, since GLO-30 is a surface model.

    Returns
    -------
    ``slope_deg`` (degrees, area-weighted P50 of Horn slopes) and ``elevation_m`` (metres, P50).

    Source: domain.md §8 C01, C02, E06 (P50); Horn 1981, Proc. IEEE 69(1).
    """
    table = start(parcels)
    if elevation is None:
        return {"table": table, "findings": [absent(STAGE, "elevation", COLUMNS)]}
    zones = Zones(parcels)
    slope = slope_layer(elevation)
    values, findings = hide_unknown(
        pd.DataFrame({"slope_deg": median(zones, slope), "elevation_m": median(zones, elevation)}),
        known=np.minimum(known_share(zones, slope), known_share(zones, elevation)),
        minimum=settings.minimum_known,
        ids=table["parcel_id"],
        stage=STAGE,
        role="elevation",
    )
    return {"table": table.join(values), "findings": findings}


def slope_layer(elevation: Layer) -> Layer:
    """Return the slope in degrees: 3 x 3 median, then Horn's weighted differences.

    .. math:: \\arctan \\sqrt{(\\partial z/\\partial x)^2 + (\\partial z/\\partial y)^2}

    The outermost cells lean on a linear continuation of the surface. A cell within two cells of
    an unknown one is unknown: its differences would rest on a made-up height.
    """
    from landuse.indicators.engine.slope import slope_degrees  # the compiler is slow to import

    known = elevation.known()
    heights = np.where(known, elevation.values, 0).astype(np.float64)
    slope = slope_degrees(_continued(heights), cell_m=elevation.grid.resolution_m)
    if not known.all():
        near = scipy.ndimage.maximum_filter(
            ~known, size=2 * _REACH + 1, mode="constant", cval=False
        )
        slope[near] = np.nan
    return Layer(elevation.grid, slope, year=elevation.year)


def _continued(heights: NDArray[Any]) -> NDArray[Any]:
    """Continue a surface two cells beyond each edge, linearly (flat if it is one cell wide)."""
    for axis in (0, 1):
        widths = [(0, 0), (0, 0)]
        widths[axis] = (_REACH, _REACH)
        if heights.shape[axis] > _REACH:
            heights = np.pad(heights, widths, mode="reflect", reflect_type="odd")
        else:
            heights = np.pad(heights, widths, mode="edge")
    return heights
