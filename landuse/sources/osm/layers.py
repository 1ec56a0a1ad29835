"""From OpenStreetMap objects and their tags to the five layers the program reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from landuse.core.findings import Finding
from landuse.core.grid import Bounds
from landuse.sources.osm.classes import fclass
from landuse.sources.osm.values import Numbers, heights_m, levels

LICENCE = "ODbL 1.0"
ATTRIBUTION = "© OpenStreetMap contributors"
CRS = "EPSG:4326"
STAGE = "osm"
LAYERS = ("roads", "buildings", "water", "landuse", "places")
PLACES = ("city", "town", "suburb", "village", "hamlet", "isolated_dwelling", "locality")
AREA_TAGS = (
    "name", "building", "building:levels", "height", "natural", "waterway", "landuse", "leisure",
    "boundary", "place",
)  # fmt: skip
LINE_TAGS = ("name", "highway", "surface")
POINT_TAGS = ("name", "place")
_NOT_ROADS = ("proposed", "planned", "abandoned", "razed", "no")


@dataclass(frozen=True, eq=False)
class OsmLayers:
    """The layers of one window, and what had to be decided about them.

    Attributes
    ----------
    layers : ``roads`` (highway, name, surface), ``buildings`` (building, levels, height_m, name),
        ``water`` (natural, name), ``landuse`` (landuse, fclass, name), ``places`` (place, name);
        each with ``osm_id`` ("way/1", "relation/2", "node/3"), sorted by it, EPSG:4326. A layer
        without objects is there, with no rows.
    findings : counts of texts that were mended or could not be read, and layers without objects.
    """

    layers: dict[str, gpd.GeoDataFrame]
    findings: tuple[Finding, ...]


def make_layers(
    *, points: gpd.GeoDataFrame, lines: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, bounds: Bounds
) -> OsmLayers:
    """Sort objects into layers; keep whole every object that touches the bounds.

    Parameters
    ----------
    points, lines, areas : geometry in EPSG:4326, ``osm_id`` and one text column for each tag of
        ``POINT_TAGS``, ``LINE_TAGS``, ``AREA_TAGS``; null where an object lacks the tag.
    bounds : west, south, east, north, degrees.
    """
    points, lines, areas = (_touching(table, bounds) for table in (points, lines, areas))
    buildings, findings = _buildings(areas)
    roads = lines[lines["highway"].notna() & ~lines["highway"].isin(_NOT_ROADS)]
    made = {
        "roads": roads[["osm_id", "highway", "name", "surface", "geometry"]],
        "buildings": buildings,
        "water": _water(areas),
        "landuse": _land_use(areas),
        "places": _places(points, areas),
    }
    layers = {name: _sorted(made[name]) for name in LAYERS}
    return OsmLayers(layers, (*findings, *_absent(layers)))


def _touching(table: gpd.GeoDataFrame, bounds: Bounds) -> gpd.GeoDataFrame:
    shapes = table.geometry.to_numpy()
    return table[shapely.intersects(shapes, shapely.box(*bounds)) & ~shapely.is_empty(shapes)]


def _sorted(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Sort by kind and number and round to 1e-7 degrees, as OpenStreetMap stores coordinates.

    So neither the order of a file's blocks nor the format it came in shows.
    """
    keys = [(kind, int(number)) for kind, _, number in map(_parted, table["osm_id"])]
    order = sorted(range(len(keys)), key=keys.__getitem__)
    ordered = table.iloc[order].reset_index(drop=True)
    shapes = shapely.transform(ordered.geometry.to_numpy(), lambda xy: np.round(xy, 7))
    return gpd.GeoDataFrame(ordered.drop(columns="geometry"), geometry=shapes, crs=CRS)


def _parted(osm_id: str) -> tuple[str, str, str]:
    return osm_id.partition("/")


def _buildings(areas: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    built = areas[areas["building"].notna() & (areas["building"] != "no")]
    storeys = levels(built["building:levels"].tolist())
    height = heights_m(built["height"].tolist())
    table = built[["osm_id", "building", "name", "geometry"]].assign(
        levels=storeys.values, height_m=height.values
    )
    findings = [*_doubts("building:levels", storeys), *_doubts("height", height)]
    return table[["osm_id", "building", "levels", "height_m", "name", "geometry"]], findings


def _doubts(tag: str, numbers: Numbers) -> list[Finding]:
    """Tell how many texts of a tag were mended and how many no number was read from."""
    found = []
    if numbers.mended:
        shown = _examples(numbers.mended)
        found.append(
            Finding(
                stage=STAGE, kind="repaired", object_id="buildings", value=str(len(numbers.mended)),
                message_zh=f"OSM 标签 {tag} 不是纯数字，已换算，例如 {shown}",
                message_en=f"OSM tag {tag} was not a plain number and was converted, e.g. {shown}",
            )
        )  # fmt: skip
    if numbers.unread:
        shown = _examples(numbers.unread)
        found.append(
            Finding(
                stage=STAGE, kind="dropped", object_id="buildings", value=str(len(numbers.unread)),
                message_zh=f"OSM 标签 {tag} 读不出数值，记为缺失，例如 {shown}",
                message_en=f"OSM tag {tag} could not be read and was left unknown, e.g. {shown}",
            )
        )  # fmt: skip
    return found


def _examples(texts: tuple[str, ...]) -> str:
    return ", ".join(repr(text[:20]) for text in sorted(set(texts))[:3])


def _water(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Take standing and running water drawn as areas; reservoirs count at their full extent."""
    by_natural = areas["natural"] == "water"
    by_way = areas["waterway"].isin(("riverbank", "dock"))
    by_use = areas["landuse"].isin(("reservoir", "basin"))
    wet = areas[by_natural | by_way | by_use]
    kind = wet["natural"].where(wet["natural"] == "water")
    kind = kind.fillna(wet["waterway"]).fillna(wet["landuse"])
    return wet.assign(water=kind)[["osm_id", "water", "name", "geometry"]]


def _land_use(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Take every mapped use; ``fclass`` is the class of Geofabrik's free shapefiles."""
    classes = fclass(areas)
    used = areas[areas["landuse"].notna() | classes.notna()]
    table = used.assign(fclass=classes.loc[used.index])
    table = table.assign(landuse=table["landuse"].fillna(table["fclass"]))
    return table[["osm_id", "landuse", "fclass", "name", "geometry"]]


def _places(points: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Take named places; one drawn as an area is set at a point inside it."""
    columns = ["osm_id", "place", "name", "geometry"]
    drawn = areas[areas["place"].isin(PLACES)][columns]
    drawn = drawn.set_geometry(drawn.geometry.representative_point())
    named = points[points["place"].isin(PLACES)][columns]
    stacked = pd.concat([named, drawn], ignore_index=True) if len(drawn) else named
    return gpd.GeoDataFrame(stacked, geometry="geometry", crs=CRS)


def _absent(layers: Mapping[str, gpd.GeoDataFrame]) -> list[Finding]:
    return [
        Finding(
            stage=STAGE, kind="absent", object_id=name,
            message_zh=f"范围内 OSM 没有 {name} 图层的对象",
            message_en=f"OSM has no object of layer {name} within the bounds",
        )
        for name, table in layers.items()
        if table.empty
    ]  # fmt: skip
