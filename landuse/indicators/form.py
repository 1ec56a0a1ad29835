"""Form: how compact a parcel is."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from landuse.core.settings import Settings
from landuse.indicators.measured import Measured, start


class FormSettings(Settings):
    """Form has nothing to set."""


def measure_form(*, parcels: gpd.GeoDataFrame, settings: FormSettings) -> Measured:
    """Measure the form of each parcel from its outline, holes included in the perimeter.

    .. math:: shape = P / (4 \\sqrt A), \\qquad compact = 4 \\pi A / P^2

    Returns
    -------
    ``shape_index`` (1 = square, more = more broken), ``compactness`` (1 = circle, less = more
    broken), ``area_planar_m2`` (area on the map plane: the denominator of shares; the reported
    area is geodesic). Null for an empty geometry.

    Source: domain.md §2.2 (SHAPE, compact), §8 A12.
    """
    geometry = np.asarray(parcels.geometry.array)
    area = np.nan_to_num(shapely.area(geometry))
    area = np.where(area > 0, area, np.nan)
    perimeter = shapely.length(geometry)
    table = start(parcels).assign(
        shape_index=perimeter / (4 * np.sqrt(area)),
        compactness=4 * np.pi * area / perimeter**2,
        area_planar_m2=area,
    )
    return {"table": table, "findings": []}
