"""Which parcels lie next to each other, and where each parcel is."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from landuse.core.crs import is_metric
from landuse.core.errors import data_fault, fail
from landuse.core.findings import Finding
from landuse.core.settings import Mark, Settings
from landuse.core.side_by_side import pairs_within

STAGE = "neighbours"
DIGITS = 3
"""Digits kept of metres, so that the last bits of a distance do not reach a product."""


class Gap(Settings):
    """The widest gap between two parcels that still adjoin."""

    value_m: float = 30.0
    source: str = "domain specification §4.2: clusters of flagged plots, gap of at most 30 m"
    mark: Mark = "P"


class NeighbourSettings(Settings):
    """What counts as adjoining; a village lane or a ditch does not part two parcels."""

    gap: Gap = Gap()


def measure_neighbours(*, parcels: gpd.GeoDataFrame, settings: NeighbourSettings) -> dict[str, Any]:
    """Find the pairs of adjoining parcels and a point inside each parcel.

    Parameters
    ----------
    parcels : polygons with ``parcel_id``, in a projected CRS in metres.

    Returns
    -------
    ``neighbours``: one row a pair, ``first < second`` (ids as text), ``gap_m``: shortest distance
    between the outlines, 0 where they touch or overlap; sorted by id. ``points``: ``parcel_id,
    x_m, y_m`` of a point inside the parcel, in the order given. ``findings``. A parcel without an
    outline has no neighbour and no point.

    Raises
    ------
    LanduseError
        Exit code 4 if the CRS is missing or not in metres: a gap in degrees means nothing.
    """
    _in_metres(parcels)
    ids, shapes = parcels["parcel_id"].to_numpy(dtype=object), np.asarray(parcels.geometry.array)
    here = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    one, other = _pairs(shapes, here, settings.gap.value_m)
    gaps = np.round(shapely.distance(shapes[one], shapes[other]), DIGITS)
    swap = (ids[one] > ids[other]).astype(bool)
    table = pd.DataFrame(
        {
            "first": pd.Series(np.where(swap, ids[other], ids[one]), dtype="str"),
            "second": pd.Series(np.where(swap, ids[one], ids[other]), dtype="str"),
            "gap_m": gaps,
        }
    )
    return {
        "neighbours": table.sort_values(["first", "second"], ignore_index=True),
        "points": _points(parcels, shapes, here),
        "findings": _without_outline(parcels.loc[~here, "parcel_id"]),
    }


def _pairs(
    shapes: NDArray[np.object_], here: NDArray[np.bool_], gap_m: float
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the positions of both parcels of each pair, each pair once."""
    place = np.flatnonzero(here)
    one, other = pairs_within(shapes[place], distance_m=gap_m)
    return place[one], place[other]


def _points(
    parcels: gpd.GeoDataFrame, shapes: NDArray[np.object_], here: NDArray[np.bool_]
) -> pd.DataFrame:
    place = np.full((len(shapes), 2), np.nan)
    place[here] = np.round(shapely.get_coordinates(shapely.point_on_surface(shapes[here])), DIGITS)
    ids = parcels["parcel_id"].to_numpy()
    return pd.DataFrame({"parcel_id": ids, "x_m": place[:, 0], "y_m": place[:, 1]})


def _in_metres(parcels: gpd.GeoDataFrame) -> None:
    if parcels.crs is None or not is_metric(parcels.crs):
        raise fail(
            data_fault(
                zh=f"地块图层坐标系为 {parcels.crs}，相邻间距须以米量算：请先投影到研究区坐标系",
                en=f"the parcels are in {parcels.crs}, but gaps are measured in metres: "
                "project them to the working CRS first",
            )
        )


def _without_outline(ids: pd.Series) -> list[Finding]:
    return [
        Finding(
            stage=STAGE, kind="doubt", object_id=str(one),
            message_zh="地块没有边界，不参与相邻与空间格局计算",
            message_en="the parcel has no outline: left out of adjacency and spatial pattern",
        )
        for one in ids
    ]  # fmt: skip
