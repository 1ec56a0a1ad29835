"""Construction-land plots: street blocks in zones and towns, clusters in villages, lone factories.

Plots are laid out in straight local frames, where not overlapping is plain to see, and then bent
by one smooth one-to-one warp, which keeps it so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from landuse.sources.demo.frame import TERRAIN_M, Array, Frame, Warp
from landuse.sources.demo.roads import HALF_WIDTH_M, Roads
from landuse.sources.demo.settle import Settlements
from landuse.sources.demo.terrain import Terrain

IND, RES, COMM, VIL, GOV, SCI, UTIL, PARK, ROAD, RAIL = range(10)
DLBM = ("0601", "0701", "05H1", "0702", "08H1", "08H2", "0809", "0810", "1003", "1001")
DLMC = (
    "工业用地", "城镇住宅用地", "商业服务业设施用地", "农村宅基地", "机关团体新闻出版用地",
    "科教文卫用地", "公用设施用地", "公园与绿地", "公路用地", "铁路用地",
)  # fmt: skip
URBAN = (IND, RES, COMM)
SEAT_SITE, TOWN_SITE, ZONE_SITE, HAMLET_SITE, LONE_SITE, ROAD_SITE = range(6)
# Corners and mid-sides of a plot; mid-sides are pushed inward by `notch`, so a plot stays inside
# the rectangle that was reserved for it.
_RING = np.array([(-1, -1), (0, -1), (1, -1), (1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0)], float)


@dataclass(frozen=True)
class Lots:
    """Plots as rectangles in local frames: centre, half sides, heading, use and site."""

    xy: Array
    half: Array
    angle: Array
    kind: Array
    site_kind: Array
    site: Array

    def __len__(self) -> int:
        """Return the number of plots."""
        return len(self.kind)

    def take(self, index: Array) -> Lots:
        """Return the plots chosen by a mask or an index."""
        return Lots(*(getattr(self, name)[index] for name in self.__dataclass_fields__))

    def to_world(self, owner: Array, local: Array) -> Array:
        """Turn local offsets (n, k, 2) metres of plots `owner` (n,) into coordinates."""
        cos, sin = np.cos(self.angle[owner])[:, None], np.sin(self.angle[owner])[:, None]
        x = local[..., 0] * cos - local[..., 1] * sin
        y = local[..., 0] * sin + local[..., 1] * cos
        return np.stack([x, y], -1) + self.xy[owner][:, None, :]


def stack(parts: list[Lots]) -> Lots:
    """Join several sets of plots."""
    names = Lots.__dataclass_fields__
    return Lots(*(np.concatenate([getattr(p, n) for p in parts]) for n in names))


@dataclass(frozen=True)
class Blocks:
    """Street blocks of a seat or zone: the paved extent around the plots."""

    xy: Array
    half: Array
    angle: Array
    site: Array


def street_plots(frame: Frame, terrain: Terrain, town: Settlements) -> tuple[Lots, Blocks]:
    """Lay street grids in the seats and zones and split the blocks to plots."""
    rng = frame.rng("streets")
    lots, blocks = [], []
    compact = 0.6 if frame.plan.side_m < 10_000 else 1.0
    for site, (xy, radius) in enumerate(zip(town.seats.xy, town.seats.radius_m, strict=True)):
        size = (132, 96, 18) if site == 0 else (104, 76, 14)
        block = np.array(size) * (0.75 if compact < 1 else 1.0)
        grid = _grid(rng, terrain, frame, xy, radius, block, site)
        blocks.append(grid)
        seat = SEAT_SITE if site == 0 else TOWN_SITE
        lots.append(_split(rng, grid, seat, radius, xy, columns=(2, 3), rows=(1, 2)))
    for site, (xy, radius) in enumerate(zip(town.zones.xy, town.zones.radius_m, strict=True)):
        block = np.array([278, 172, 26]) * (0.46 if compact < 1 else 1.0)
        grid = _grid(rng, terrain, frame, xy, radius, block, site)
        blocks.append(grid)
        lots.append(_split(rng, grid, ZONE_SITE, radius, xy, columns=(1, 4), rows=(1, 2)))
    fields = Blocks.__dataclass_fields__
    paved = Blocks(*(np.concatenate([getattr(b, n) for b in blocks]) for n in fields))
    return stack(lots), paved


def _grid(
    rng: np.random.Generator,
    terrain: Terrain,
    frame: Frame,
    centre: Array,
    radius: float,
    block: Array,
    site: int,
) -> Blocks:
    """Keep the blocks of a turned grid that lie in a lobed disk, on dry and gentle ground."""
    width, depth, street = block
    angle = rng.uniform(-0.6, 0.6)
    reach = int(np.ceil(1.3 * radius / (depth + street)))
    i, j = np.meshgrid(np.arange(-reach, reach + 1), np.arange(-reach, reach + 1))
    local = np.stack([i.ravel() * (width + street), j.ravel() * (depth + street)], 1)
    theta = np.arctan2(local[:, 1], local[:, 0])
    lobes = (
        1
        + 0.13 * np.sin(2 * theta + rng.uniform(0, 6.3))
        + 0.10 * np.sin(3 * theta + rng.uniform(0, 6.3))
    )
    local = local[np.hypot(*local.T) < radius * lobes * rng.normal(0.97, 0.06, len(local))]
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    xy = centre + local @ turn
    good = np.ones(len(xy), dtype=bool)
    for dx, dy in ((0, 0), (-1, -1), (1, -1), (1, 1), (-1, 1)):
        corner = xy + np.array([dx * width, dy * depth]) / 2 @ turn
        row, col = frame.index(corner[:, 0], corner[:, 1], TERRAIN_M)
        good &= ~terrain.wet[row, col] & terrain.inside[row, col]
        good &= terrain.slope_deg[row, col] < 13
    xy = xy[good]
    count = len(xy)
    return Blocks(
        xy,
        np.tile([(width + street) / 2, (depth + street) / 2], (count, 1)),
        np.full(count, angle),
        np.full(count, site),
    )


def _split(
    rng: np.random.Generator,
    grid: Blocks,
    site_kind: int,
    radius: float,
    centre: Array,
    *,
    columns: tuple[int, int],
    rows: tuple[int, int],
) -> Lots:
    """Split each block by straight cuts to columns x rows plots; rows share their cuts."""
    count = len(grid.xy)
    street = 26.0 if site_kind == ZONE_SITE else 16.0
    if grid.half.size and grid.half[0, 0] < 90 and site_kind == ZONE_SITE:
        street = 12.0
    inner = grid.half - street / 2
    across = rng.integers(columns[0], columns[1] + 1, count)
    down = rng.integers(rows[0], rows[1] + 1, count)
    block = np.repeat(np.arange(count), across * down)
    at = np.arange(block.size) - np.repeat(np.cumsum(across * down) - across * down, across * down)
    i, j = at % across[block], at // across[block]
    cuts = np.linspace(-1, 1, 5)
    edges = np.stack([np.interp(np.arange(5) / k, cuts / 2 + 0.5, cuts) for k in range(1, 5)])
    shift = rng.uniform(-0.3, 0.3, (count, 5)) / across[:, None]
    shift[:, 0] = 0.0
    shift[np.arange(count), across] = 0.0
    left = edges[across[block] - 1, i] + shift[block, i]
    right = edges[across[block] - 1, i + 1] + shift[block, i + 1]
    low, high = -1 + 2 * j / down[block], -1 + 2 * (j + 1) / down[block]
    half = np.stack([(right - left) / 2, (high - low) / 2], 1) * inner[block]
    local = np.stack([(left + right) / 2, (low + high) / 2], 1) * inner[block]
    cos, sin = np.cos(grid.angle[block]), np.sin(grid.angle[block])
    turned = np.stack(
        [local[:, 0] * cos - local[:, 1] * sin, local[:, 0] * sin + local[:, 1] * cos], 1
    )
    xy = grid.xy[block] + turned
    kind = _uses(rng, site_kind, np.hypot(*(xy - centre).T) / radius, grid.xy.shape[0], block)
    fence = np.array([1.0, 1.0])
    return Lots(
        xy,
        np.maximum(half - fence, 6.0),
        grid.angle[block],
        kind,
        np.full(block.size, site_kind),
        grid.site[block],
    )


def _uses(
    rng: np.random.Generator, site_kind: int, distance: Array, count: int, block: Array
) -> Array:
    """Draw the use of plots: shops in the middle, factories at the rim, schools in between."""
    pick = rng.random(block.size)
    if site_kind == ZONE_SITE:
        shares = np.array([0.925, 0.0, 0.025, 0.0, 0.01, 0.01, 0.02, 0.01])
        return np.searchsorted(np.cumsum(shares), pick).clip(0, PARK)
    whole = rng.random(count)[block]
    pick = np.where(whole < 0.5, whole * 2, pick)
    near = np.clip(1 - distance, 0, 1)
    comm = 0.04 + 0.26 * near
    ind = 0.015 + 0.15 * np.clip(distance - 0.65, 0, 1)
    bounds = np.stack([ind, ind + comm, ind + comm + 0.025, ind + comm + 0.065])
    kind = np.full(block.size, RES)
    kind[pick < bounds[3]] = SCI
    kind[pick < bounds[2]] = GOV
    kind[pick < bounds[1]] = COMM
    kind[pick < bounds[0]] = IND
    kind[pick > 0.985] = PARK
    kind[(pick > 0.972) & (pick <= 0.985)] = UTIL
    return kind


def village_plots(frame: Frame, town: Settlements) -> Lots:
    """Lay each village out as clusters of homesteads on a small turned grid of lanes."""
    rng = frame.rng("clusters")
    hamlets, homes = town.hamlets, town.households
    count = len(homes)
    angle = rng.uniform(0, np.pi, count)
    cluster = np.clip(homes / 4.0, 5, 16) * rng.uniform(0.8, 1.25, count)
    need = np.maximum(1, np.round(homes / cluster)).astype(int)
    area = homes / need * 330.0
    ratio = rng.uniform(1.1, 1.9, count)
    width, depth, lane = np.sqrt(area * ratio), np.sqrt(area / ratio), rng.uniform(5, 9, count)
    span = np.arange(-4, 5)
    i, j = (g.ravel() for g in np.meshgrid(span, span))
    dx, dy = i * (width + lane)[:, None], j * (depth + lane)[:, None]
    order = np.argsort(np.hypot(dx, dy) + rng.normal(0, 9, dx.shape), axis=1, kind="stable")
    rank = np.argsort(order, axis=1, kind="stable")
    # A cluster must lie in the disk reserved for its village, with half its diagonal to spare.
    room = hamlets.radius_m + 12.0
    fits = np.hypot(np.abs(dx) + width[:, None] / 2, np.abs(dy) + depth[:, None] / 2)
    site, cell = np.nonzero((rank < need[:, None]) & ((fits < room[:, None]) | (rank == 0)))
    local = np.stack([dx[site, cell], dy[site, cell]], 1)
    shrink = rng.uniform(0.0, 0.14, (site.size, 2))
    local += rng.uniform(-1, 1, local.shape) * shrink / 2 * np.stack([width, depth], 1)[site]
    cos, sin = np.cos(angle[site]), np.sin(angle[site])
    turned = np.stack(
        [local[:, 0] * cos - local[:, 1] * sin, local[:, 0] * sin + local[:, 1] * cos], 1
    )
    return Lots(
        hamlets.xy[site] + turned,
        (1 - shrink) * np.stack([width, depth], 1)[site] / 2,
        angle[site],
        np.where((rank[site, cell] == 1) & (homes[site] > 80), SCI, VIL),
        np.full(site.size, HAMLET_SITE),
        site,
    )


def lone_factories(frame: Frame, town: Settlements, trunk: Roads, taken: Array) -> Lots:
    """Set factories along the trunk roads and at village edges, clear of all other plots."""
    rng, plan = frame.rng("factories"), frame.plan
    tries = 9 * plan.factories
    roads = trunk.of("primary", "secondary")
    line = rng.choice(len(roads), tries, p=shapely.length(roads) / shapely.length(roads).sum())
    at = shapely.line_interpolate_point(roads[line], rng.random(tries), normalized=True)
    near_road = shapely.get_coordinates(at)
    hamlet = rng.integers(0, len(town.hamlets.xy), tries)
    heading = rng.uniform(0, 2 * np.pi, tries)
    edge = town.hamlets.xy[hamlet] + (town.hamlets.radius_m[hamlet] + 70)[:, None] * np.stack(
        [np.cos(heading), np.sin(heading)], 1
    )
    offset = rng.uniform(60, 420, tries)[:, None] * np.stack([np.cos(heading), np.sin(heading)], 1)
    xy = np.where(rng.random((tries, 1)) < 0.7, near_road + offset, edge)
    half = np.clip(rng.lognormal(np.log(32), 0.42, (tries, 2)), 14, 95)
    lots = Lots(
        xy,
        half,
        rng.uniform(0, np.pi, tries),
        rng.choice([IND, COMM, UTIL], tries, p=[0.87, 0.07, 0.06]),
        np.full(tries, LONE_SITE),
        np.arange(tries),
    )
    reach = shapely.buffer(shapely.points(xy), np.hypot(*half.T) + 6)
    tree = shapely.STRtree(taken)
    clear = np.ones(tries, dtype=bool)
    clear[np.unique(tree.query(reach, predicate="intersects")[0])] = False
    first, second = shapely.STRtree(reach).query(reach, predicate="intersects")
    clear[np.unique(first[first > second])] = False
    return lots.take(np.flatnonzero(clear)[: plan.factories])


def polygons(rng: np.random.Generator, lots: Lots, warp: Warp | None) -> Array:
    """Draw plots as eight-cornered polygons with slightly bent-in sides; bend them if asked."""
    ring = np.broadcast_to(_RING, (len(lots), 8, 2)).copy()
    notch = rng.uniform(0.0, 0.07, (len(lots), 4)) * (rng.random((len(lots), 4)) < 0.5)
    ring[:, 1::2, :] *= (1 - notch)[..., None]
    xy = lots.to_world(np.arange(len(lots)), ring * lots.half[:, None, :])
    if warp is not None:
        xy = warp(xy.reshape(-1, 2)).reshape(xy.shape)
    return np.asarray(shapely.polygons(xy))


def standing(frame: Frame, terrain: Terrain, shapes: Array, roads: Array) -> Array:
    """Return a mask of the plots that stand on dry county ground and clear of trunk roads."""
    point = shapely.get_coordinates(shapely.centroid(shapes))
    row, col = frame.index(point[:, 0], point[:, 1], TERRAIN_M)
    keep = terrain.inside[row, col] & ~terrain.wet[row, col]
    for barrier in (roads, np.array(terrain.water, dtype=object)):
        hit = shapely.STRtree(barrier).query(shapes, predicate="intersects")[0]
        keep[np.unique(hit)] = False
    return keep


def road_corridors(trunk: Roads, *, margin_m: float) -> Array:
    """Return the land of every trunk line, widened by `margin_m` (shapely array)."""
    half = np.array([HALF_WIDTH_M[k] for k in trunk.highway]) + margin_m
    land = shapely.buffer(trunk.lines, half, cap_style="flat", join_style="round")
    return np.asarray(land)


def road_land(trunk: Roads, towns: Array, *, rail: bool) -> Array:
    """Cut the road (or rail) corridors at town borders to polygons that do not overlap."""
    is_rail = trunk.highway == "rail"
    land = road_corridors(trunk, margin_m=0.0)
    own = shapely.union_all(land[is_rail == rail], grid_size=0.01)
    if rail:
        own = shapely.difference(own, shapely.union_all(land[~is_rail]).buffer(2.0))
    pieces = shapely.intersection(own, towns, grid_size=0.01)
    parts = shapely.get_parts(pieces)
    keep = (shapely.get_type_id(parts) == 3) & (shapely.area(parts) > 800)
    # Close corners, so that bending moves both sides of a border alike.
    return np.asarray(shapely.segmentize(parts[keep], 15.0))
