"""The true county before any sensor looks at it: ground, people, plots, buildings, surface."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from landuse.sources.demo.buildings import Buildings, Masses, build, footprints, masses
from landuse.sources.demo.fate import activity, plant, village_fates
from landuse.sources.demo.frame import TERRAIN_M, Array, Frame, Warp
from landuse.sources.demo.parcels import (
    HAMLET_SITE,
    LONE_SITE,
    RAIL,
    ROAD,
    SEAT_SITE,
    TOWN_SITE,
    ZONE_SITE,
    Lots,
    lone_factories,
    polygons,
    road_corridors,
    road_land,
    stack,
    standing,
    street_plots,
    village_plots,
)
from landuse.sources.demo.planted import Planted, plant_sites
from landuse.sources.demo.roads import Roads, trunk_roads, village_lanes
from landuse.sources.demo.settle import Settlements, settle
from landuse.sources.demo.surface import Surface, street_shapes, true_surface
from landuse.sources.demo.terrain import Terrain, make_terrain

_CZCSXM = {
    SEAT_SITE: "201", TOWN_SITE: "202", ZONE_SITE: "202", HAMLET_SITE: "203", LONE_SITE: "203",
}  # fmt: skip


@dataclass(frozen=True)
class County:
    """The planted truth: `plots` has one row per parcel, in the order of `lots`, roads last."""

    frame: Frame
    terrain: Terrain
    town: Settlements
    trunk: Roads
    lanes: Roads
    lots: Lots
    plots: gpd.GeoDataFrame
    buildings: Buildings
    footprints: Array
    masses: Masses
    masses_2018: Masses
    surface: Surface
    activity: Array
    streets: Array
    zone_areas: Array
    hamlets: pd.DataFrame
    hazards: Array
    planted: Planted


def make_county(frame: Frame) -> County:
    """Build the county from the ground up; the same frame gives the same county."""
    terrain = make_terrain(frame)
    town = settle(frame, terrain)
    trunk = trunk_roads(frame, terrain, town)
    lanes = village_lanes(frame, terrain, town, trunk)
    warp = Warp.draw(frame.rng("plot warp"), amplitude_m=14.0, wave_m=420.0)
    lots, shapes, streets, zone_areas = _plots(frame, terrain, town, trunk, warp)
    fates = village_fates(frame, town)
    table = plant(frame, lots, hollow=fates["hollow"].to_numpy())
    houses = build(frame, lots, table)
    built = table["built_year"].to_numpy()[houses.plot]
    outlines = footprints(houses, lots, warp)
    now, before = masses(frame, houses, outlines, chosen=(built <= 2021, built <= 2018))
    surface = true_surface(
        frame,
        terrain,
        shapes=shapes,
        table=_as_of_2021(table),
        streets=streets,
        roads=road_corridors(trunk, margin_m=0.0),
        masses=now,
    )
    decline = np.zeros(len(lots))
    rural = lots.site_kind == HAMLET_SITE
    decline[rural] = fates["decline"].to_numpy()[lots.site[rural]]
    hazards = _hazards(frame, terrain, town)
    plots = _parcel_table(town, trunk, lots, shapes, table)
    planted = plant_sites(
        frame, terrain, town, trunk=trunk, lanes=lanes, plots=plots, hazards=hazards, warp=warp
    )
    return County(
        frame=frame,
        terrain=terrain,
        town=town,
        trunk=trunk,
        lanes=lanes,
        lots=lots,
        plots=plots,
        buildings=houses,
        footprints=outlines,
        masses=now,
        masses_2018=before,
        surface=surface,
        activity=activity(table, decline=decline),
        streets=streets,
        zone_areas=zone_areas,
        hamlets=_hamlet_table(town, fates, hazards),
        hazards=hazards,
        planted=planted,
    )


def _plots(
    frame: Frame, terrain: Terrain, town: Settlements, trunk: Roads, warp: Warp
) -> tuple[Lots, Array, Array, Array]:
    """Lay out all plots, bend them, and leave out those on water, roads or each other."""
    street, blocks = street_plots(frame, terrain, town)
    lots = stack([street, village_plots(frame, town)])
    straight = polygons(frame.rng("straight"), lots, None)
    lone = lone_factories(frame, town, trunk, straight)
    lots = stack([lots, lone])
    shapes = polygons(frame.rng("notches"), lots, warp)
    keep = standing(frame, terrain, shapes, road_corridors(trunk, margin_m=4.0))
    lots, shapes = lots.take(keep), shapes[keep]
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    alone = np.ones(len(lots), dtype=bool)
    alone[np.unique(first[first > second])] = False
    lots, shapes = lots.take(alone), shapes[alone]
    paved = street_shapes(blocks, warp)
    return lots, shapes, paved, _zone_areas(town, lots, shapes)


def _zone_areas(town: Settlements, lots: Lots, shapes: Array) -> Array:
    """Draw each zone's border around its plots and streets."""
    areas = []
    for zone in range(len(town.zones.xy)):
        mine = shapes[(lots.site_kind == ZONE_SITE) & (lots.site == zone)]
        body = shapely.union_all(shapely.buffer(mine, 32, quad_segs=2)).buffer(40, quad_segs=2)
        parts = shapely.get_parts(body.buffer(-50, quad_segs=2))
        largest = parts[np.argmax(shapely.area(parts))]
        areas.append(shapely.Polygon(largest.exterior).simplify(4))
    return np.array(areas, dtype=object)


def _as_of_2021(table: pd.DataFrame) -> pd.DataFrame:
    """Show plots not yet built in 2021 as grass, field and bare ground."""
    table = table.copy()
    later = ((table["built_year"] > 2021) & (table["built_year"] < 9999)).to_numpy()
    table.loc[later, ["paved", "grass", "bare", "crop", "tree"]] = [0.02, 0.40, 0.30, 0.20, 0.08]
    return table


def _parcel_table(
    town: Settlements, trunk: Roads, lots: Lots, shapes: Array, table: pd.DataFrame
) -> gpd.GeoDataFrame:
    """Join plots and road land to one table with village, town and settlement class."""
    plots = gpd.GeoDataFrame(table, geometry=shapes, crs=town.villages.crs)
    plots["site_kind"], plots["site"] = lots.site_kind, lots.site
    borders = town.towns.geometry.to_numpy()
    extra = []
    for kind, rail in ((ROAD, False), (RAIL, True)):
        land = road_land(trunk, borders, rail=rail)
        kinds = {"kind": np.full(len(land), kind)}
        extra.append(gpd.GeoDataFrame(kinds, geometry=land, crs=plots.crs))
    roads = pd.concat(extra, ignore_index=True)
    roads = roads.assign(cause="transport", truth="in_use", built_year=2005, site_kind=5, site=-1)
    both = pd.concat([plots, roads], ignore_index=True)
    point = shapely.point_on_surface(both.geometry.to_numpy())
    both["village"] = nearest_polygon(town.villages.geometry.to_numpy(), point)
    both["CZCSXM"] = both["site_kind"].map(_CZCSXM).fillna("")
    return both


def nearest_polygon(areas: Array, points: Array) -> Array:
    """Return for each point the number of the polygon it lies in, or the nearest one."""
    tree = shapely.STRtree(areas)
    pairs = tree.query_nearest(points, all_matches=False)
    found = np.empty(len(points), dtype=int)
    found[pairs[0]] = pairs[1]
    return found


def _hazards(frame: Frame, terrain: Terrain, town: Settlements) -> Array:
    """Draw geological-hazard areas on steep ground, a good part of them above hamlets."""
    rng = frame.rng("hazards")
    xy, count = town.hamlets.xy, frame.plan.hazards
    row, col = frame.index(xy[:, 0], xy[:, 1], TERRAIN_M)
    weight = (terrain.slope_deg[row, col] + 0.02) ** 2
    chosen = rng.choice(len(xy), min(count // 2, len(xy)), replace=False, p=weight / weight.sum())
    steep = np.argwhere((terrain.slope_deg > 18) & terrain.inside)
    cells = steep[rng.integers(0, len(steep), count - len(chosen))]
    x = frame.west + (cells[:, 1] + 0.5) * TERRAIN_M
    wild = np.stack([x, frame.north - (cells[:, 0] + 0.5) * TERRAIN_M], 1)
    centre = np.concatenate([xy[chosen] + rng.normal(0, 25, (len(chosen), 2)), wild])
    theta = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    radius = rng.gamma(6, 16, len(centre))[:, None] * (
        1 + 0.25 * np.sin(2 * theta + rng.uniform(0, 6.3, (len(centre), 1)))
    )
    ring = np.stack([np.cos(theta), np.sin(theta)], -1)[None] * radius[..., None]
    return np.asarray(shapely.polygons(centre[:, None, :] + ring))


def _hamlet_table(town: Settlements, fates: pd.DataFrame, hazards: Array) -> pd.DataFrame:
    """Describe the natural villages, with the hazard test on their centre."""
    table = fates.copy()
    points = shapely.points(town.hamlets.xy)
    hit = shapely.STRtree(hazards).query(points, predicate="intersects")[0]
    table["in_hazard"] = np.isin(np.arange(len(points)), hit)
    table["households"] = town.households
    table["village"] = nearest_polygon(town.villages.geometry.to_numpy(), points)
    table["x"], table["y"] = town.hamlets.xy.T
    return table
