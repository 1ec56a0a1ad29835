"""Where people settled: seats, zones, natural villages, lone factories, and who governs them."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from scipy import ndimage

from landuse.sources.demo import names
from landuse.sources.demo.frame import TERRAIN_M, WORK_CRS, Array, Frame, Warp
from landuse.sources.demo.terrain import Terrain

SEAT_UV = (0.53, 0.455)
ZONE_UV = ((0.67, 0.53), (0.36, 0.30), (0.77, 0.20))


@dataclass(frozen=True)
class Sites:
    """Disks of one kind of settlement: centres (n, 2) in metres and radii (n,)."""

    xy: Array
    radius_m: Array

    def disks(self, *, margin_m: float = 0.0) -> Array:
        """Return the disks as polygons, `margin_m` wider."""
        return np.asarray(shapely.buffer(shapely.points(self.xy), self.radius_m + margin_m))


@dataclass(frozen=True)
class Settlements:
    """Everything that is placed before streets and plots are drawn."""

    seats: Sites
    zones: Sites
    hamlets: Sites
    households: Array
    remoteness: Array
    towns: gpd.GeoDataFrame
    villages: gpd.GeoDataFrame


class _Ground:
    """Keeps the disks already given away and hands out free ones."""

    def __init__(self, frame: Frame, weight: Array) -> None:
        self.frame, self.weight = frame, weight
        self.xy = np.empty((0, 2))
        self.radius = np.empty(0)

    def free(self, point: Array, radius: float) -> bool:
        """Tell whether a disk touches none of those taken."""
        gap = np.hypot(*(self.xy - point).T) - self.radius - radius
        return bool((gap > 0).all())

    def take(self, xy: Array, radius: Array) -> None:
        """Mark disks as taken."""
        self.xy = np.concatenate([self.xy, np.atleast_2d(xy)])
        self.radius = np.concatenate([self.radius, np.atleast_1d(radius)])

    def draw(self, rng: np.random.Generator, count: int) -> Array:
        """Draw `count` points, denser where the weight is high."""
        share = np.cumsum(self.weight, dtype="float64", axis=None)
        cell = np.searchsorted(share, rng.random(count) * share[-1])
        row, col = np.unravel_index(cell, self.weight.shape)
        jitter = rng.random((count, 2)) * TERRAIN_M
        x = self.frame.west + col * TERRAIN_M + jitter[:, 0]
        return np.stack([x, self.frame.north - row * TERRAIN_M - jitter[:, 1]], 1)

    def scatter(self, rng: np.random.Generator, radius: Array, *, gap_m: float = 0.0) -> Sites:
        """Place disks one after the other, large ones first; those with no room are left out."""
        candidates = self.draw(rng, 12 * radius.size)
        kept, sizes, at = [], [], 0
        for size in np.sort(radius)[::-1]:
            for tried in range(at, min(at + 30, len(candidates))):
                if self.free(candidates[tried], size + gap_m):
                    self.take(candidates[tried], size)
                    kept.append(candidates[tried])
                    sizes.append(size)
                    at = tried + 1
                    break
        return Sites(np.array(kept).reshape(-1, 2), np.array(sizes))


def habitability(terrain: Terrain) -> Array:
    """Weigh each 30 m cell for settling: flat, dry, inside, and in the hills near a brook."""
    flat = np.exp(-terrain.slope_deg / 4.0)
    high = terrain.elevation_m > 140
    valley = np.exp(-terrain.stream_m / 700.0)
    weight = np.where(high, 0.03 + 0.75 * np.sqrt(flat) * valley, flat)
    return np.asarray(np.where(terrain.inside & ~terrain.wet, weight, 0.0))


def settle(frame: Frame, terrain: Terrain) -> Settlements:
    """Place seats, zones and natural villages, then draw administrative boundaries."""
    weight = habitability(terrain)
    ground = _Ground(frame, weight)
    seats = _seats(frame, terrain, ground)
    zones = _zones(frame, terrain, ground)
    households = _households(frame)
    radius = 16 + 13.5 * np.sqrt(households)
    rng = frame.rng("hamlets")
    hamlets = ground.scatter(rng, radius, gap_m=25.0)
    placed = np.round(((hamlets.radius_m - 16) / 13.5) ** 2).astype(int)
    villages = _villages(frame, terrain, seats, weight)
    towns = villages.dissolve("town", as_index=False)[["town", "geometry"]].sort_values("town")
    towns = towns.reset_index(drop=True)
    names_now = names.TOWNS[: len(towns)]
    towns["XZQMC"] = list(names_now)
    towns["XZQDM"] = [names.town_code(i, n) for i, n in enumerate(names_now)]
    villages = _village_codes(frame, villages, towns)
    remote = _remoteness(frame, terrain, hamlets, seats)
    return Settlements(seats, zones, hamlets, placed, remote, towns, villages)


def _seats(frame: Frame, terrain: Terrain, ground: _Ground) -> Sites:
    """Place the county seat by the confluence and the town seats well apart."""
    rng, plan = frame.rng("seats"), frame.plan
    seat = frame.place(np.array(SEAT_UV) + rng.uniform(-0.012, 0.012, 2))
    radius = rng.uniform(*plan.town_radius_m, plan.towns - 1)
    points = [seat]
    candidates = ground.draw(rng, 6_000)
    row, col = frame.index(candidates[:, 0], candidates[:, 1], TERRAIN_M)
    level = ndimage.uniform_filter(terrain.slope_deg, round(600 / TERRAIN_M))[row, col] < 9
    candidates = candidates[level & (terrain.elevation_m[row, col] < 0.35 * plan.relief_m)]
    gap = plan.town_gap_m
    while len(points) < plan.towns:
        for point in candidates:
            if len(points) == plan.towns:
                break
            near = np.hypot(*(np.array(points) - point).T)
            if near.min() > gap and near[0] > gap + 0.5 * plan.seat_radius_m:
                points.append(point)
        gap *= 0.94
    sites = Sites(np.array(points), np.concatenate([[plan.seat_radius_m], radius]))
    ground.take(sites.xy, sites.radius_m * 1.15)
    return sites


def _zones(frame: Frame, terrain: Terrain, ground: _Ground) -> Sites:
    """Place each zone on the flattest free ground near its planned spot."""
    rng, plan = frame.rng("zones"), frame.plan
    points = []
    for uv, radius in zip(ZONE_UV, plan.zone_radius_m, strict=False):
        spots = frame.place(np.array(uv) + rng.normal(0, 0.045, (500, 2)))
        row, col = frame.index(spots[:, 0], spots[:, 1], TERRAIN_M)
        cost = terrain.slope_deg[row, col] + 50.0 * ~terrain.inside[row, col]
        # Mean share of unfit ground (wet, steep, outside) in a box about the zone.
        unfit = terrain.wet | (terrain.slope_deg > 9) | ~terrain.inside
        share = ndimage.uniform_filter(unfit.astype("float32"), round(2.2 * radius / TERRAIN_M))
        cost += 60.0 * share[row, col]
        order = np.argsort(cost, kind="stable")
        free = [i for i in order if ground.free(spots[i], radius * 0.95)]
        best = spots[free[0] if free else order[0]]
        ground.take(best, np.array(radius * 1.12))
        points.append(best)
    return Sites(np.array(points), np.array(plan.zone_radius_m))


def _households(frame: Frame) -> Array:
    """Draw households per natural village: median 32, a fifth under 15, a few over 200."""
    rng = frame.rng("households")
    draw = rng.lognormal(np.log(32), 0.80, frame.plan.settlements)
    return np.clip(np.round(draw), 5, 260).astype(int)


def _villages(frame: Frame, terrain: Terrain, seats: Sites, weight: Array) -> gpd.GeoDataFrame:
    """Part the county among administrative villages and give each to its nearest seat."""
    rng, plan = frame.rng("villages"), frame.plan
    ground = _Ground(frame, np.sqrt(weight) + 0.03 * (weight > 0))
    ground.take(seats.xy, np.full(len(seats.xy), 0.0))
    gap = 0.36 * np.sqrt(terrain.county.area / plan.villages)
    while len(ground.xy) < plan.villages:
        for point in ground.draw(rng, 8 * plan.villages):
            if len(ground.xy) < plan.villages and ground.free(point, gap):
                ground.take(point, np.array(0.0))
        gap *= 0.9
    cells = shapely.voronoi_polygons(
        shapely.multipoints(ground.xy), extend_to=terrain.county.buffer(4_000), ordered=True
    )
    wave = plan.side_m / 9
    warp = Warp.draw(frame.rng("borders"), amplitude_m=0.1 * wave, wave_m=wave)
    fine = shapely.segmentize(np.array(shapely.get_parts(cells)), plan.side_m / 240)
    bent = shapely.set_precision(shapely.transform(fine, warp), 0.01)
    parts = shapely.intersection(bent, terrain.county, grid_size=0.01)
    offset = seats.xy[None, :, :] - ground.xy[:, None, :]
    town = np.argmin(np.hypot(offset[..., 0], offset[..., 1]) - 0.35 * seats.radius_m, axis=1)
    frame_ = gpd.GeoDataFrame({"town": town}, geometry=parts, crs=WORK_CRS)
    frame_["seat"] = np.arange(len(frame_)) < len(seats.xy)
    return frame_[~frame_.geometry.is_empty].reset_index(drop=True)


def _village_codes(
    frame: Frame, villages: gpd.GeoDataFrame, towns: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Give villages codes: the nine digits of their town, then 201, 202, ... in turn."""
    villages = villages.sort_values("town", kind="stable").reset_index(drop=True)
    serial = villages.groupby("town").cumcount() + 201
    prefix = towns["XZQDM"].to_numpy()[villages["town"].to_numpy()]
    villages["ZLDWDM"] = [f"{p}{s:03d}" for p, s in zip(prefix, serial, strict=True)]
    base = names.village_names(frame.rng("village names"), len(villages), suffix="村")
    villages["ZLDWMC"] = [
        n[:-1] + "社区" if seat else n for n, seat in zip(base, villages["seat"], strict=True)
    ]
    return villages


def _remoteness(frame: Frame, terrain: Terrain, hamlets: Sites, seats: Sites) -> Array:
    """Rate hamlets 0-1: far from every seat, steep and high is remote."""
    row, col = frame.index(hamlets.xy[:, 0], hamlets.xy[:, 1], TERRAIN_M)
    offset = hamlets.xy[:, None, :] - seats.xy[None, :, :]
    far = np.hypot(offset[..., 0], offset[..., 1]).min(axis=1) / (0.14 * frame.plan.side_m)
    high = terrain.elevation_m[row, col] / (0.6 * frame.plan.relief_m)
    steep = terrain.slope_deg[row, col] / 18.0
    return np.asarray(np.clip(0.35 * far + 0.40 * high + 0.25 * steep, 0, 1))
