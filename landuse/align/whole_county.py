"""Town files often bring the county itself as one more feature; it is no town."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from landuse.core.findings import Finding

FEWEST_OTHERS = 2
SAME_SHARE = 0.8
"""Intersection over union with all other features from which one is their whole (P)."""


def without_whole(towns: gpd.GeoDataFrame, *, stage: str) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Leave out a feature that is the sum of all others.

    Parameters
    ----------
    towns : valid polygons in a CRS in metres.

    Returns
    -------
    The towns in their order, and a finding for the feature left out.
    """
    if len(towns) <= FEWEST_OTHERS:
        return towns, []
    shapes = np.asarray(towns.geometry.to_numpy())
    areas = shapely.area(shapes)
    largest = int(np.argmax(areas))
    if np.delete(areas, largest).max() > SAME_SHARE * areas[largest]:
        return towns, []
    others = shapely.union_all(np.delete(shapes, largest))
    both = float(shapely.area(shapely.intersection(shapes[largest], others)))
    either = float(areas[largest]) + float(shapely.area(others)) - both
    if both < SAME_SHARE * either:
        return towns, []
    left = towns.drop(index=towns.index[largest])
    name = str(towns.iloc[largest].get("town_name") or towns.iloc[largest].get("town_code") or "")
    return left, [
        Finding(
            stage=stage,
            kind="dropped",
            object_id=name,
            value=f"{both / either:.1%}",
            message_zh=f"{name or '一个图形'}与其余乡镇之和重合 {both / either:.1%}，"
            "是全县，不作乡镇",
            message_en=f"{name or 'one feature'} is the sum of the others by {both / either:.1%}: "
            "the county itself, not a town",
        )
    ]
