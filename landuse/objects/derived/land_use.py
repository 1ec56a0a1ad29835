"""Construction-land parcels from the land use of an open map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pydantic import Field

from landuse.core.findings import Finding
from landuse.core.units import m2_to_mu
from landuse.objects.classes import LandClass, class_table, classify
from landuse.objects.derived.arrangement import (
    Places,
    Shapes,
    as_shapes,
    dissolve,
    faces,
)
from landuse.objects.derived.cuts import Context
from landuse.objects.derived.ledger import Ledger, note
from landuse.objects.derived.merging import MergeSettings
from landuse.objects.derived.parcels import DerivedSettings, subjects_from, to_parcels

ORIGIN = "osm_landuse"
Flags = NDArray[np.bool_]


class LandUseParcelSettings(DerivedSettings):
    """How mapped land use becomes parcels.

    ``classes``: values the study adds to the OSM class system, or judges otherwise.
    The minimum area is that of construction land in the third survey (domain.md §6.1, M); the
    sliver width is proposed.
    """

    merge: MergeSettings = MergeSettings(minimum_area_m2=200.0, sliver_width_m=5.0)
    classes: dict[str, LandClass] = Field(default_factory=dict)


def parcels_from_land_use(
    *,
    land_use_map: gpd.GeoDataFrame,
    roads: gpd.GeoDataFrame | None,
    water: gpd.GeoDataFrame | None,
    towns: gpd.GeoDataFrame | None,
    zones: gpd.GeoDataFrame | None,
    previous: gpd.GeoDataFrame | None,
    settings: LandUseParcelSettings,
) -> dict[str, Any]:
    """Make parcels of the construction land of an open map.

    Where polygons overlap the smaller one has the ground, of whatever class: it is the more
    particular statement. What is not construction land (class system OSM) is left out only after
    that, so a wood inside a housing estate is a hole in it. Then the areas are cut by roads,
    water, town and zone lines, and what cannot stand alone is joined to a neighbour.

    Parameters
    ----------
    land_use_map : aligned polygons with ``land_use``, the OSM value or Geofabrik fclass.
    roads, water, towns, zones, previous : as in ``parcels_from_cells``.

    Returns
    -------
    ``layer``: parcel_id, land_use, origin, geometry (single polygons), sorted by id; it may be
    empty. ``findings``: list of Finding. ``ledger``: item, zh, en, area_m2 on the map plane;
    entered = covered + water + road + outside + small + sliver + parcels, where ``entered`` sums
    the polygons of construction land. ``retired``: parcel_id of ids no longer in use.

    Raises
    ------
    ValueError
        If the CRS differ.
    """
    table = _sorted_parts(land_use_map)
    table, findings = _classified(table, settings)
    subjects, covered_m2 = _resolved(table)
    ledger = Ledger()
    entered_m2 = float(table.geometry.area[table["assessed"]].sum())
    ledger.write(entered=entered_m2, covered=covered_m2)
    done = to_parcels(
        subjects,
        context=Context(roads=roads, water=water, towns=towns, zones=zones),
        previous=previous,
        ledger=ledger,
        settings=settings,
    )
    return done | {
        "layer": done["layer"][["parcel_id", "land_use", "origin", "geometry"]],
        "findings": [*findings, *done["findings"]],
    }


def _sorted_parts(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return single polygons, smallest first; of equals by shape, then by land use."""
    table = layer[["land_use", "geometry"]].explode(ignore_index=True)
    shapes = shapely.normalize(table.geometry.to_numpy())
    table = table.set_geometry(gpd.GeoSeries(list(shapes), index=table.index, crs=layer.crs))
    keys = pd.DataFrame(
        {
            "area": table.geometry.area,
            "wkb": shapely.to_wkb(shapes, hex=True),
            "land_use": table["land_use"].fillna(""),
        }
    )
    order = keys.sort_values(["area", "wkb", "land_use"], kind="stable").index
    return table.loc[order].reset_index(drop=True)


def _classified(
    table: gpd.GeoDataFrame, settings: LandUseParcelSettings
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Add ``assessed``: whether a polygon is construction land."""
    system = class_table("OSM")
    system = system.model_copy(update={"classes": {**system.classes, **settings.classes}})
    found = classify(table["land_use"], table=system)
    table = table.assign(
        land_use=table["land_use"].fillna("").astype("str"), assessed=found.table["assessed"]
    )
    findings = []
    out = table[~table["assessed"]]
    if len(out):
        counts = out["land_use"].value_counts().sort_index()
        listed = ", ".join(f"{code} ({count})" for code, count in counts.items())
        mu = m2_to_mu(float(out.geometry.area.sum()))
        findings.append(
            note(
                "dropped",
                f"{len(out)} 个图斑（{mu:.1f} 亩）不是建设用地：{listed}",
                f"{len(out)} polygons ({mu:.1f} mu) are not construction land: {listed}",
                value=str(len(out)),
            )
        )
    if len(found.unknown):
        listed = ", ".join(f"{code} ({count})" for code, count in found.unknown.items())
        findings.append(
            note(
                "doubt",
                f"OSM 分类没有的用途，按建设用地处理：{listed}",
                f"land use not in the OSM classes, taken as construction land: {listed}",
                value=str(int(found.unknown.sum())),
            )
        )
    return table, findings


@dataclass(frozen=True)
class _Overlapping:
    """Polygons that overlap construction land or are such, and construction land free of all."""

    involved: Places
    free: Places


@dataclass(frozen=True)
class _Won:
    """Ground of overlapping polygons: parts, the polygon each belongs to, what others lost."""

    parts: Shapes
    winner: Places
    covered_m2: float


def _resolved(table: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, float]:
    """Return construction land without overlaps, and what of it lay under smaller polygons, m2."""
    shapes, ours = as_shapes(table.geometry.to_numpy()), table["assessed"].to_numpy()
    found = _overlapping(shapes, ours)
    won = _won(shapes, ours, involved=found.involved)
    mine = ours[won.winner]
    owner = np.concatenate([found.free, won.winner[mine]]).astype(np.intp)
    subjects = subjects_from(
        as_shapes([*shapes[found.free], *won.parts[mine]]),
        table.crs,
        land_use=table["land_use"].to_numpy()[owner],
        origin=[ORIGIN] * len(owner),
    )
    return subjects.astype({"land_use": "str", "origin": "str"}), won.covered_m2


def _overlapping(shapes: Shapes, ours: Flags) -> _Overlapping:
    """Find overlaps; of other land only what is smaller than construction land can win there."""
    wanted = np.flatnonzero(ours)
    which, other = shapely.STRtree(shapes).query(shapes[wanted], predicate="intersects")
    one = wanted[which]
    counts = (one != other) & (ours[other] | (other < one))
    one, other = one[counts], other[counts]
    share = shapely.relate_pattern(shapes[one], shapes[other], "T********")
    involved = np.unique(np.concatenate([one[share], other[share]]))
    return _Overlapping(involved, np.setdiff1d(wanted, involved))


def _won(shapes: Shapes, ours: Flags, *, involved: Places) -> _Won:
    """Give each face of overlapping polygons to the first one over it: the smallest."""
    chosen = as_shapes(shapes[involved])
    found = faces(as_shapes(shapely.boundary(chosen)))
    area, point = shapely.STRtree(shapely.point_on_surface(found)).query(
        chosen, predicate="contains"
    )
    above = involved[area]
    owner = np.full(len(found), len(shapes), dtype=np.intp)
    np.minimum.at(owner, point, above)
    lost = ours[above] & (owner[point] != above)
    covered_m2 = float(shapely.area(found[point[lost]]).sum())
    parts, winner = dissolve(found, np.where(owner < len(shapes), owner, -1))
    return _Won(parts, winner, covered_m2)
