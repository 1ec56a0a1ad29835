"""Natural villages (自然村): those the bureau draws, else clusters of built ground."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pydantic import Field

from landuse.core.crs import to_lonlat
from landuse.core.findings import Finding
from landuse.core.layers import Layer
from landuse.core.units import m2_to_mu
from landuse.objects.derived.clusters import Footprints, footprints
from landuse.objects.ids import IdSettings, Named, reading_order, stable_ids
from landuse.objects.overlay import geodesic_area_m2, same_crs
from landuse.objects.settlement_names import Labels, name_settlements, note
from landuse.objects.settlement_outlines import Ground, OutlineSettings, find_outlines

COLUMNS = (
    "settlement_id",
    "name",
    "town_code",
    "town_name",
    "village_code",
    "village_name",
    "area_m2",
    "area_mu",
    "building_count",
    "lon",
    "lat",
    "origin",
    "geometry",
)
BUREAU, BUILT = "bureau", "built_clusters"
_POLYGONAL = (3, 6)


class SettlementSettings(OutlineSettings):
    """How natural villages are found, named and numbered.

    A bureau point names the cluster nearest to it within ``name_reach_m`` (P).
    """

    ids: IdSettings
    name_reach_m: float = Field(200.0, ge=0)
    retired: tuple[str, ...] = Field(default=(), description="ids never to be given again")


def build_settlements(
    *,
    landcover: Layer | None,
    built_surface: Layer | None,
    buildings: gpd.GeoDataFrame | None,
    settlements: gpd.GeoDataFrame | None,
    towns: gpd.GeoDataFrame | None,
    villages: gpd.GeoDataFrame | None,
    zones: gpd.GeoDataFrame | None,
    growth_boundary: gpd.GeoDataFrame | None,
    previous: gpd.GeoDataFrame | None,
    settings: SettlementSettings,
) -> dict[str, Any]:
    """Find the natural villages of a county.

    Where the bureau draws them as polygons, those count. Else built cells and the buildings
    outside them are clustered by their gaps, parted by the lines of administrative villages, and
    bureau points give them names. Outlines do not overlap.

    Parameters
    ----------
    landcover, built_surface : on the study grid; see ``prefer``.
    buildings : footprints. ``settlements`` : points or polygons with, where mapped,
        settlement_id, settlement_name, village_code.
    towns : polygons with ``town_code``. ``villages`` : polygons with ``village_code``.
    zones, growth_boundary : where villages are towns already.
    previous : settlements of an earlier run with ``settlement_id``; not asked where the bureau
        gives every polygon an id of its own.

    Returns
    -------
    ``settlements``: GeoDataFrame with ``COLUMNS``, sorted by id; it may be empty. Areas geodesic
    (GRS80); lon and lat of a point inside (CGCS2000, degrees); ``building_count`` is null where
    there is no layer of buildings; codes and names are text, "" where not known. ``findings``:
    list of Finding. ``retired``: settlement_id of ids no longer in use.

    Raises
    ------
    LanduseError
        Exit code 3 if there is nothing to find them in: no polygons of the bureau, no land cover,
        no built-up surface and no buildings.
    ValueError
        If the CRS differ, or land cover comes without the codes of its built class.
    """
    drawn = _drawn(settlements)
    houses = None if buildings is None else footprints(buildings.geometry.to_numpy())
    if drawn is None:
        ground = Ground(
            landcover, built_surface, buildings, houses, towns, _by_code(villages), zones,
            growth_boundary,
        )  # fmt: skip
        layer, findings = find_outlines(ground, settings)
    else:
        layer, findings = drawn[["geometry"]], []
    labels, told = name_settlements(
        layer, drawn=drawn, points=_points(settlements), towns=towns, villages=villages,
        reach_m=settings.name_reach_m,
    )  # fmt: skip
    named = _named(layer, labels, previous=previous, settings=settings)
    origin = BUILT if drawn is None else BUREAU
    if buildings is not None:
        same_crs(layer, buildings)
    table = _table(layer, labels, ids=named.ids, houses=houses, origin=origin)
    findings = [*findings, *told, *_counts(table, origin), *named.findings]
    retired = pd.DataFrame({"settlement_id": pd.Series(named.retired, dtype="str")})
    return {"settlements": table, "findings": findings, "retired": retired}


def _named(
    layer: gpd.GeoDataFrame,
    labels: Labels,
    *,
    previous: gpd.GeoDataFrame | None,
    settings: SettlementSettings,
) -> Named:
    """Return the bureau's ids where it gives one to each; else ids of our own."""
    if labels.settlement_id is not None:
        return Named(labels.settlement_id, tuple(sorted(settings.retired)), [])
    return stable_ids(
        layer,
        town_codes=labels.town_code,
        previous=previous,
        key="settlement_id",
        stage="settlements",
        settings=settings.ids.model_copy(update={"letter": "Z"}),
        retired=settings.retired,
    )


def _drawn(settlements: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame | None:
    """Return the bureau's polygons in reading order; None where it has none."""
    if settlements is None:
        return None
    table = settlements[np.isin(shapely.get_type_id(settlements.geometry.to_numpy()), _POLYGONAL)]
    if table.empty:
        return None
    return table.iloc[reading_order(table.geometry.to_numpy())].reset_index(drop=True)


def _points(settlements: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame | None:
    if settlements is None:
        return None
    return settlements[shapely.get_type_id(settlements.geometry.to_numpy()) == 0]


def _by_code(villages: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame | None:
    return None if villages is None else villages.sort_values("village_code", kind="stable")


def _table(
    layer: gpd.GeoDataFrame,
    labels: Labels,
    *,
    ids: pd.Series,
    houses: Footprints | None,
    origin: str,
) -> gpd.GeoDataFrame:
    inside = layer.geometry.representative_point()
    lon, lat = to_lonlat(inside.x.to_numpy(), inside.y.to_numpy(), crs=str(layer.crs))
    area_m2 = geodesic_area_m2(layer)
    table = layer.assign(
        settlement_id=ids,
        name=labels.name,
        town_code=labels.town_code,
        town_name=labels.town_name,
        village_code=labels.village_code,
        village_name=labels.village_name,
        area_m2=area_m2,
        area_mu=m2_to_mu(area_m2),
        building_count=_building_count(layer, houses),
        lon=lon,
        lat=lat,
        origin=pd.Series([origin] * len(layer), index=layer.index, dtype="str"),
    )
    return table[list(COLUMNS)].sort_values("settlement_id").reset_index(drop=True)


def _building_count(layer: gpd.GeoDataFrame, houses: Footprints | None) -> pd.Series:
    """Return how many buildings have their inner point in each outline; null without buildings."""
    if houses is None:
        return pd.Series(pd.NA, index=layer.index, dtype="Int64")
    tree = shapely.STRtree(houses.inside)
    owner, _ = tree.query(layer.geometry.to_numpy(), predicate="contains")
    return pd.Series(np.bincount(owner, minlength=len(layer)), index=layer.index, dtype="Int64")


def _counts(table: gpd.GeoDataFrame, origin: str) -> list[Finding]:
    """Tell how many there are and where they come from."""
    if table.empty:
        return [note("absent", "没有找到自然村", "no natural village was found")]
    if origin == BUREAU:
        zh, en = "部门图层的自然村", "natural villages of the bureau"
    else:
        zh = "由建成区像元与建筑聚成的疑似自然村，可能含村外厂房"
        en = "likely natural villages, clusters of built ground; lone works may be among them"
    return [note("note", f"{len(table)} 个{zh}", f"{len(table)} {en}", value=str(len(table)))]
