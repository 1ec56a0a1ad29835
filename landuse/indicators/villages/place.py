"""Where a natural village lies among the others: neighbours, crowding, town, services, shape."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import scipy
import shapely

from landuse.core.settings import Settings
from landuse.indicators.measured import Limit, Measured, absent
from landuse.indicators.villages.ground import Floats, inner_points, start

STAGE = "village_place"
_TOGETHER = 256


class PlaceSettings(Settings):
    """Reaches within which villages count as neighbours."""

    density_scale_m: Limit = Limit(
        value=2e3, unit="m", source="proposed here: half an hour on foot", mark="P"
    )
    near_m: Limit = Limit(value=5_000, unit="m", source="proposed here", mark="P")
    crowding_m: Limit = Limit(value=3_000, unit="m", source="proposed here", mark="P")
    services_m: Limit = Limit(value=1_000, unit="m", source="domain.md §8 B08", mark="P")


def measure_village_place(
    *,
    settlements: gpd.GeoDataFrame,
    centres: gpd.GeoDataFrame | None,
    services: gpd.GeoDataFrame | None,
    buildings: gpd.GeoDataFrame | None,
    settings: PlaceSettings,
) -> Measured:
    """Measure how villages lie to each other, to towns and to services.

    Parameters
    ----------
    settlements : ``settlement_id``, outlines or points in a metric CRS.
    centres : points; the middles of towns. ``services`` : points or polygons.
    buildings : footprints, for the dispersion of houses.

    Returns
    -------
    ``villages_within_5km`` : other villages within ``near_m``.
    ``hamlet_density`` : sum over the others of exp(-d / ``density_scale_m``): neighbours that
        count the less the farther they are.
    ``hamlet_crowding`` : mean of ``villages_within_5km`` over the villages within ``crowding_m``,
        itself among them: whether the country around is one of hamlets.
    ``nn5_distance_m`` : distance to the fifth nearest other village; null with fewer than five.
    ``town_distance_m`` : straight line to the nearest centre. ``services_1km`` : services within
        ``services_m``. ``compactness`` : 4 pi A / P^2, null for points.
    ``dispersion_ann`` : mean distance of a house to its nearest neighbour over that of scattered
        points, De = 0.5 sqrt(A / n); below 1 clustered, above 1 dispersed; null below 5 houses.
    All null for a village without a place. Independent of the order of rows.

    Source: domain.md §3.2 (ANN: Clark and Evans 1954), §8 B08; density and crowding proposed here.
    """
    table, findings = start(settlements), []
    xy = inner_points(settlements)
    placed = np.asarray(np.isfinite(xy).all(axis=1))
    values = pd.DataFrame(np.nan, index=settlements.index, columns=[])
    for name, column in _neighbours(xy[placed], settings).items():
        values[name] = _spread(column, placed)
    if centres is None or centres.empty:
        findings.append(absent(STAGE, "centres", ["town_distance_m"]))
    else:
        distance, _ = scipy.spatial.cKDTree(inner_points(centres)).query(xy[placed])
        values["town_distance_m"] = _spread(distance, placed)
    if services is None:
        findings.append(absent(STAGE, "services", ["services_1km"]))
    else:
        values["services_1km"] = _spread(_within(xy[placed], services, settings), placed)
    values["compactness"] = _compactness(settlements)
    if buildings is None:
        findings.append(absent(STAGE, "buildings", ["dispersion_ann"]))
    else:
        values["dispersion_ann"] = dispersion(settlements, buildings)
    return {"table": table.join(values), "findings": findings}


def _spread(column: Floats, placed: np.ndarray) -> Floats:
    whole = np.full(len(placed), np.nan)
    whole[placed] = column
    return whole


def _neighbours(xy: Floats, settings: PlaceSettings) -> dict[str, Floats]:
    tree = scipy.spatial.cKDTree(xy)
    near = tree.query_ball_point(xy, settings.near_m.value, return_length=True) - 1.0
    fifth = tree.query(xy, k=[6])[0][:, 0] if len(xy) else np.empty(0)
    around = tree.query_ball_point(xy, settings.crowding_m.value, return_sorted=True)
    return {
        "villages_within_5km": near,
        "hamlet_density": _density(tree, settings.density_scale_m.value),
        "hamlet_crowding": np.array([near[list(one)].mean() for one in around], dtype="float64"),
        "nn5_distance_m": np.where(np.isfinite(fifth), fifth, np.nan),
    }


def _density(tree: scipy.spatial.cKDTree, scale_m: float) -> Floats:
    """Return the sum of exp(-d / scale) over the others of each point of a tree.

    Beyond ten scales a neighbour adds less than 1/20,000. A county has ten million such pairs:
    they are found for some points at a time.
    """
    density = np.zeros(tree.n)
    for first in range(0, tree.n, _TOGETHER):
        some = scipy.spatial.cKDTree(tree.data[first : first + _TOGETHER])
        pairs = some.sparse_distance_matrix(tree, 10 * scale_m, output_type="ndarray")
        pairs = pairs[pairs["i"] + first != pairs["j"]]
        weight = np.exp(-pairs["v"] / scale_m)
        density[first : first + _TOGETHER] = np.bincount(pairs["i"], weight, minlength=some.n)
    return density


def _within(xy: Floats, services: gpd.GeoDataFrame, settings: PlaceSettings) -> Floats:
    points = inner_points(services)
    points = points[np.isfinite(points).all(axis=1)]
    if not len(points):
        return np.zeros(len(xy))
    found = scipy.spatial.cKDTree(points).query_ball_point(
        xy, settings.services_m.value, return_length=True
    )
    return np.asarray(found, dtype="float64")


def _compactness(settlements: gpd.GeoDataFrame) -> Floats:
    shapes = np.asarray(settlements.geometry.array)
    around, area = shapely.length(shapes), shapely.area(shapes)
    flat = np.isfinite(around) & (around > 0) & (area > 0)
    return np.where(flat, 4 * np.pi * area / np.where(flat, around, 1.0) ** 2, np.nan)


def dispersion(settlements: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame) -> Floats:
    """Return the nearest-neighbour ratio of the houses in each outline; NaN below 5 houses."""
    points = shapely.point_on_surface(np.asarray(buildings.geometry.array))
    shapes = np.asarray(settlements.geometry.array)
    village, house = shapely.STRtree(points).query(shapes, predicate="contains")
    ratio = np.full(len(settlements), np.nan)
    if not len(village):
        return ratio
    xy = shapely.get_coordinates(points)
    area = shapely.area(shapes)
    order = np.lexsort((house, village))
    village, house = village[order], house[order]
    for one, first, count in zip(*np.unique(village, return_index=True, return_counts=True),
                                 strict=True):  # fmt: skip
        if count >= _LEAST_HOUSES:
            places = xy[house[first : first + count]]
            nearest = scipy.spatial.cKDTree(places).query(places, k=2)[0][:, 1]
            ratio[one] = nearest.mean() / (0.5 * np.sqrt(area[one] / count))
    return ratio


_LEAST_HOUSES = 5
