"""Areas cut by roads, water, town and zone lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from pydantic import Field

from landuse.core.settings import Settings
from landuse.objects.derived.arrangement import (
    Floats,
    Places,
    Shapes,
    as_shapes,
    canonical,
    faces,
    holding,
)
from landuse.objects.overlay import same_crs

_ARC_SEGMENTS = 4
_LINES = (1, 5)
ROAD_HALF_WIDTH_M = {
    "motorway": 15.0,
    "trunk": 13.0,
    "primary": 10.0,
    "secondary": 8.0,
    "tertiary": 6.0,
    "unclassified": 0.0,
    "residential": 0.0,
}


class CutSettings(Settings):
    """What cuts an area, and what is taken out of it.

    ``road_half_width_m``: road class to half its width (P). 0 cuts along the centre line and takes
    nothing out: a lane is narrower than a 10 m cell. A class that is not listed does not cut;
    ``_link`` roads count as the class they link. Every road cuts where roads carry no class.
    """

    road_half_width_m: dict[str, float] = Field(default=ROAD_HALF_WIDTH_M)


@dataclass(frozen=True)
class Context:
    """The layers that cut; None where the study lacks one."""

    roads: gpd.GeoDataFrame | None = None
    water: gpd.GeoDataFrame | None = None
    towns: gpd.GeoDataFrame | None = None
    zones: gpd.GeoDataFrame | None = None


@dataclass(frozen=True)
class Pieces:
    """Areas after the cut.

    ``subject``: which area a piece came from. ``town``, ``zone``: positions in ``town_codes`` and
    among the zones; -1 in none. ``removed_m2``: area taken out, by what took it.
    """

    shapes: Shapes
    subject: Places
    town: Places
    zone: Places
    town_codes: tuple[str, ...]
    removed_m2: dict[str, float]


@dataclass(frozen=True)
class _Cutters:
    roads: Shapes
    centre_lines: Shapes
    water: Shapes
    towns: Shapes
    zones: Shapes
    town_codes: tuple[str, ...]

    def lines(self) -> Shapes:
        areas = np.concatenate([self.roads, self.water, self.towns, self.zones])
        return as_shapes(np.concatenate([self.centre_lines, shapely.boundary(areas)]))


def cut(subjects: gpd.GeoDataFrame, context: Context, settings: CutSettings) -> Pieces:
    """Cut areas that do not overlap into pieces; the pieces and what is removed add up to them.

    Water is taken out first, then roads of some width. Where there are towns, what lies in none
    of them is taken out as "outside".

    Raises
    ------
    ValueError
        If the CRS differ.
    """
    cutters = _cutters(subjects, context, settings)
    shapes = as_shapes(subjects.geometry.to_numpy())
    pieces, subject = _pieces(shapes, cutters.lines())
    points = shapely.point_on_surface(pieces)
    town = holding(cutters.towns, points)
    reasons = {
        "water": holding(cutters.water, points) >= 0,
        "road": holding(cutters.roads, points) >= 0,
        "outside": (town < 0) & (context.towns is not None),
    }
    area_m2 = shapely.area(pieces)
    free = np.ones(len(pieces), dtype=bool)
    removed = {}
    for reason, here in reasons.items():
        removed[reason] = float(area_m2[here & free].sum())
        free &= ~here
    return Pieces(
        as_shapes(pieces[free]),
        subject[free],
        town[free],
        holding(cutters.zones, points)[free],
        cutters.town_codes,
        removed,
    )


def _pieces(subjects: Shapes, lines: Shapes) -> tuple[Shapes, Places]:
    """Return the faces that lie in subjects; a subject no line meets is one piece as it stands."""
    tree = shapely.STRtree(subjects)
    line, met = tree.query(lines, predicate="intersects")
    touched = np.zeros(len(subjects), dtype=bool)
    touched[met] = True
    ours = np.flatnonzero(touched)
    borders = shapely.boundary(subjects[ours])
    found = faces(as_shapes(np.concatenate([borders, lines[np.unique(line)]])))
    owner = holding(as_shapes(subjects[ours]), shapely.point_on_surface(found))
    found, owner = found[owner >= 0], ours[owner[owner >= 0]]
    whole = np.flatnonzero(~touched)
    pieces = as_shapes(np.concatenate([shapely.normalize(subjects[whole]), found]))
    return pieces, np.concatenate([whole, owner]).astype(np.intp)


def _cutters(subjects: gpd.GeoDataFrame, context: Context, settings: CutSettings) -> _Cutters:
    for layer in (context.roads, context.water, context.towns, context.zones):
        if layer is not None:
            same_crs(subjects, layer)
    towns, town_codes = _towns(context.towns)
    roads, centre_lines = _roads(context.roads, settings.road_half_width_m)
    return _Cutters(
        roads=roads,
        centre_lines=centre_lines,
        water=_polygons(context.water),
        towns=towns,
        zones=_zones(context.zones),
        town_codes=town_codes,
    )


def _polygons(layer: gpd.GeoDataFrame | None) -> Shapes:
    if layer is None:
        return as_shapes([])
    return canonical(shapely.get_parts(layer.geometry.to_numpy()))


def _towns(towns: gpd.GeoDataFrame | None) -> tuple[Shapes, tuple[str, ...]]:
    if towns is None:
        return as_shapes([]), ()
    towns = towns.sort_values("town_code", kind="stable")
    codes = tuple(towns["town_code"].astype("str"))
    return as_shapes(shapely.normalize(towns.geometry.to_numpy())), codes


def _zones(zones: gpd.GeoDataFrame | None) -> Shapes:
    """Return zones, those of one name as one: a zone is often drawn in pieces, or twice."""
    if zones is None or zones.empty:
        return as_shapes([])
    if "zone_name" not in zones.columns:
        return as_shapes([shapely.normalize(zones.geometry.union_all())])
    names = zones["zone_name"].fillna("").astype("str")
    groups = [zones.geometry[names == name] for name in sorted(names.unique())]
    return as_shapes([shapely.union_all(canonical(group.to_numpy())) for group in groups])


def _roads(
    roads: gpd.GeoDataFrame | None, half_width_m: Mapping[str, float]
) -> tuple[Shapes, Shapes]:
    """Return road land as polygons, and the centre lines that only cut."""
    if roads is None or roads.empty:
        return as_shapes([]), as_shapes([])
    shapes, place = shapely.get_parts(roads.geometry.to_numpy(), return_index=True)
    half = _half_widths(roads, half_width_m)[place]
    line = np.isin(shapely.get_type_id(shapes), _LINES) & ~np.isnan(half)
    wide, thin = line & (half > 0), line & (half == 0)
    land = shapely.buffer(
        shapely.normalize(shapes[wide]), half[wide], quad_segs=_ARC_SEGMENTS, join_style="round"
    )
    drawn = shapes[shapely.get_type_id(shapes) == 3]
    return canonical(as_shapes([*land, *drawn])), canonical(as_shapes(shapes[thin]))


def idle_classes(roads: gpd.GeoDataFrame | None, settings: CutSettings) -> dict[str, int]:
    """Return the road classes that do not cut, with the number of roads; null is ""."""
    if roads is None or "road_class" not in roads.columns:
        return {}
    idle = np.isnan(_half_widths(roads, settings.road_half_width_m))
    lines = np.isin(shapely.get_type_id(roads.geometry.to_numpy()), _LINES)
    counts = roads["road_class"].fillna("")[idle & lines].astype("str").value_counts()
    return {str(name): int(count) for name, count in counts.sort_index().items()}


def _half_widths(roads: gpd.GeoDataFrame, half_width_m: Mapping[str, float]) -> Floats:
    """Return half the width of each road; NaN where it does not cut."""
    if "road_class" not in roads.columns:
        return np.zeros(len(roads))
    classes = roads["road_class"].astype("str").str.removesuffix("_link")
    return np.asarray(classes.map(dict(half_width_m)), dtype=np.float64)
