"""OpenStreetMap-like layers: good roads, waters, and buildings that some towns lack."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from landuse.sources.demo.county import County
from landuse.sources.demo.frame import WORK_CRS, Array
from landuse.sources.demo.parcels import COMM, IND, RES, VIL

WGS84 = "EPSG:4326"
_TAG = {IND: "industrial", RES: "apartments", COMM: "commercial", VIL: "house"}


def osm_layers(county: County) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers roads, buildings, landuse and water in EPSG:4326."""
    return {
        "roads": _roads(county),
        "buildings": _buildings(county),
        "landuse": _landuse(county),
        "water": _water(county),
    }


def _water(county: County) -> gpd.GeoDataFrame:
    """Gather rivers and ponds, the planted canals last."""
    shapes = np.array([*county.terrain.water, *county.planted.canals], dtype=object)
    return _degrees(pd.DataFrame({"natural": ["water"] * len(shapes)}), shapes)


def completeness(county: County) -> Array:
    """Return the share of buildings mapped in each town: 0.1-0.95, nearer 1 at low noise."""
    towns = len(county.town.towns)
    share = np.linspace(0.10, 0.95, towns)
    share = county.frame.rng("osm completeness").permutation(share)
    return np.clip(1 - (1 - share) * county.frame.noise, 0.03, 1.0)


def _degrees(table: pd.DataFrame, shapes: Array) -> gpd.GeoDataFrame:
    """Turn metric shapes to WGS84 degrees, rounded to 1e-7 as OSM stores them."""
    layer = gpd.GeoDataFrame(table, geometry=shapes, crs=WORK_CRS).to_crs(WGS84)
    rounded = shapely.transform(layer.geometry.to_numpy(), lambda xy: np.round(xy, 7))
    return layer.set_geometry(rounded, crs=WGS84)


def _roads(county: County) -> gpd.GeoDataFrame:
    """Gather trunk roads, lanes and town streets; noise loses some lanes."""
    rng = county.frame.rng("osm roads")
    on = county.trunk.highway != "rail"
    trunk, kind = county.trunk.lines[on], county.trunk.highway[on]
    lanes = county.lanes.lines
    lanes = lanes[rng.random(len(lanes)) >= 0.10 * county.frame.noise]
    streets = _streets(county)
    label = {"motorway": "示例高速", "primary": "示例大道", "secondary": "县道"}
    names = [label[k] for k in kind] + [None] * (len(lanes) + len(streets))
    highway = [*kind, *["unclassified"] * len(lanes), *["residential"] * len(streets)]
    table = pd.DataFrame({"highway": highway, "name": names})
    return _degrees(table, np.concatenate([trunk, lanes, streets]))


def _streets(county: County) -> Array:
    """Return two sides of every street block as centre lines, joined where they meet."""
    ring = shapely.get_coordinates(county.streets).reshape(-1, 5, 2)
    sides = np.concatenate([ring[:, [0, 1]], ring[:, [0, 3]]])
    return np.asarray(shapely.linestrings(np.round(sides, 2)))


def _buildings(county: County) -> gpd.GeoDataFrame:
    """Map part of the footprints, few with levels, fewer with height; slightly shifted."""
    frame, houses = county.frame, county.buildings
    rng = frame.rng("osm buildings")
    towns = county.town.villages["town"].to_numpy()[county.plots["village"].to_numpy()]
    share = completeness(county)[towns[houses.plot]]
    # Mappers work plot by plot: half of what is missing is missing by whole plots.
    luck = rng.random(len(county.plots))[houses.plot]
    kept = (luck < np.sqrt(share)) & (rng.random(len(houses)) < np.sqrt(share))
    built = county.plots["built_year"].to_numpy()[houses.plot] <= 2023
    kept &= built
    kind = county.lots.kind[houses.plot[kept]]
    count = int(kept.sum())
    offset = rng.normal(0, 1.2 * frame.noise, (len(county.town.towns), 2))[towns[houses.plot[kept]]]
    ring = shapely.get_coordinates(county.footprints[kept]).reshape(-1, 5, 2)[:, :4]
    shapes = shapely.polygons(ring + offset[:, None, :])
    levels = pd.array(houses.storeys[kept], dtype="Int32")
    levels[rng.random(count) < min(0.5 * frame.noise, 0.95)] = pd.NA
    error = 1 + 0.06 * frame.noise * rng.standard_normal(count)
    height = np.round(np.maximum(houses.height_m[kept] * error, 2.0), 1)
    height[rng.random(count) < min(0.65 * frame.noise, 0.97)] = np.nan
    tag = pd.Series(kind).map(_TAG).fillna("yes")
    tag[rng.random(count) < min(0.6 * frame.noise, 1.0)] = "yes"
    table = pd.DataFrame({"building": tag, "levels": levels, "height_m": height})
    return _degrees(table, shapes)


def _landuse(county: County) -> gpd.GeoDataFrame:
    """Map the zones as industrial and some town bodies as residential."""
    zones = list(county.zone_areas)
    count = len(county.town.seats.xy)
    bodies = shapely.get_parts(shapely.union_all(shapely.buffer(county.streets, 20)).simplify(5))
    seats = shapely.points(county.town.seats.xy)
    near = shapely.STRtree(bodies).query_nearest(seats, all_matches=False)[1]
    town = list(bodies[np.unique(near)][: max(1, count // 2)])
    table = pd.DataFrame({"landuse": ["industrial"] * len(zones) + ["residential"] * len(town)})
    return _degrees(table, np.array([*zones, *town], dtype=object))
