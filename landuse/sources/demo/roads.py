"""Roads by least cost over the ground: trunk roads between seats, lanes to the villages."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from rasterio.features import rasterize
from scipy import sparse
from scipy.sparse.csgraph import dijkstra, minimum_spanning_tree

from landuse.sources.demo.frame import TERRAIN_M, Array, Frame, Warp
from landuse.sources.demo.settle import Settlements
from landuse.sources.demo.terrain import Terrain

HALF_WIDTH_M = {"motorway": 14.0, "primary": 9.0, "secondary": 7.0, "rail": 7.0}
_STEPS = ((0, 1), (1, 0), (1, 1), (1, -1))


@dataclass(frozen=True)
class Roads:
    """Road lines (EPSG:4549) and their OSM class; `trunk` marks those with land of their own."""

    lines: Array
    highway: Array

    def of(self, *kinds: str) -> Array:
        """Return the lines of the classes named."""
        return np.asarray(self.lines[np.isin(self.highway, kinds)])


class _Net:
    """A lattice graph over the county in which a step costs its length times the ground."""

    def __init__(self, frame: Frame, cost: Array) -> None:
        self.frame, self.cell_m = frame, frame.plan.road_cell_m
        self.size = cost.shape[0]
        node = np.arange(cost.size).reshape(cost.shape)
        starts, ends, prices = [], [], []
        for down, right in _STEPS:
            rows = slice(0, self.size - down)
            left = slice(max(0, -right), self.size - max(0, right))
            a = node[rows, left]
            b = node[down:, max(0, right) : self.size + min(0, right)]
            starts.append(a.ravel())
            ends.append(b.ravel())
            mean = (cost.ravel()[a] + cost.ravel()[b]) / 2
            prices.append((mean * np.hypot(down, right) * self.cell_m).ravel())
        pairs = (np.concatenate(starts), np.concatenate(ends))
        shape = (cost.size, cost.size)
        self.graph = sparse.csr_array((np.concatenate(prices), pairs), shape=shape)

    def node(self, xy: Array) -> Array:
        """Return the lattice node nearest each point."""
        row, col = self.frame.index(xy[:, 0], xy[:, 1], self.cell_m)
        return np.asarray(row * self.size + col)

    def xy(self, node: Array) -> Array:
        """Return the coordinates of nodes."""
        row, col = np.divmod(node, self.size)
        x = self.frame.west + (col + 0.5) * self.cell_m
        return np.stack([x, self.frame.north - (row + 0.5) * self.cell_m], axis=-1)

    def lines(self, edges: set[tuple[int, int]]) -> Array:
        """Merge edges to lines between junctions and round their corners."""
        pairs = np.array(sorted(edges), dtype=int).reshape(-1, 2)
        merged = shapely.line_merge(shapely.multilinestrings(shapely.linestrings(self.xy(pairs))))
        bend = Warp.draw(
            self.frame.rng("road bends"), amplitude_m=0.5 * self.cell_m, wave_m=6 * self.cell_m
        )
        smooth = [_chaikin(line) for line in shapely.get_parts(merged)]
        return np.asarray(shapely.transform(np.array(smooth, dtype=object), bend))


def _chaikin(line: shapely.LineString) -> shapely.LineString:
    """Round the corners of a line, its ends kept."""
    xy = np.asarray(line.simplify(60.0).coords)
    for _ in range(2):
        cut = np.empty((2 * len(xy) - 2, 2))
        cut[0::2], cut[1::2] = 0.75 * xy[:-1] + 0.25 * xy[1:], 0.25 * xy[:-1] + 0.75 * xy[1:]
        xy = np.concatenate([xy[:1], cut, xy[-1:]])
    return shapely.LineString(xy)


def _walk(before: Array, start: int, done: set[int], edges: set[tuple[int, int]]) -> None:
    """Follow predecessors from `start` until the tree already walked is met."""
    at = start
    while at not in done and before[at] >= 0:
        done.add(at)
        step = int(before[at])
        edges.add((min(at, step), max(at, step)))
        at = step


def ground_cost(frame: Frame, terrain: Terrain, disks: list[shapely.Geometry]) -> Array:
    """Price each road cell: slope and water are dear, settled disks are passed by."""
    step = max(1, round(frame.plan.road_cell_m / TERRAIN_M))
    size = terrain.slope_deg.shape[0] // step
    take = slice(0, size * step)

    def block(a: Array) -> Array:
        """Average `step` x `step` cells."""
        return np.asarray(a[take, take].reshape(size, step, size, step).mean(axis=(1, 3)))

    cost = 1 + (block(terrain.slope_deg) / 7) ** 2 + 14 * block(terrain.wet.astype(float))
    if disks:
        on = rasterize(disks, (size, size), transform=frame.transform(frame.plan.road_cell_m))
        cost = cost + 5.0 * (on > 0)
    # Uneven ground in small: without it every road of the plain keeps to the lattice lines.
    rough = frame.rng("rough ground").standard_normal(cost.shape)
    return np.asarray(cost * np.exp(0.55 * rough))


def trunk_roads(frame: Frame, terrain: Terrain, town: Settlements) -> Roads:
    """Join the seats by a tree of roads, and cross the county by a motorway and a railway."""
    core = [disk for sites in (town.seats, town.zones) for disk in sites.disks(margin_m=200.0)]
    net = _Net(frame, ground_cost(frame, terrain, []))
    ends = net.node(np.concatenate([town.seats.xy, town.zones.xy]))
    cost, before = dijkstra(net.graph, directed=False, indices=ends, return_predecessors=True)
    links = minimum_spanning_tree(sparse.csr_array(cost[:, ends])).tocoo()
    pairs = {(int(a), int(b)) for a, b in zip(links.row, links.col, strict=True)}
    pairs |= {(0, int(k)) for k in np.argsort(cost[0, ends])[1:6]}
    edges: dict[str, set[tuple[int, int]]] = {"primary": set(), "secondary": set()}
    for a, b in sorted(pairs):
        kind = "primary" if 0 in (a, b) else "secondary"
        _walk(before[a], int(ends[b]), set(), edges[kind])
    edges["secondary"] -= edges["primary"]
    lines = {kind: net.lines(found) for kind, found in edges.items() if found}
    around = _Net(frame, ground_cost(frame, terrain, core))
    gates = {"motorway": ((0.02, 0.20), (0.98, 0.58)), "rail": ((0.30, 0.02), (0.98, 0.44))}
    for kind, (start, end) in gates.items():
        nodes = around.node(frame.place(np.array([start, end])))
        _, back = dijkstra(
            around.graph, directed=False, indices=int(nodes[0]), return_predecessors=True
        )
        path: set[tuple[int, int]] = set()
        _walk(back, int(nodes[1]), set(), path)
        lines[kind] = net.lines(path)
    return _gather(lines)


def village_lanes(frame: Frame, terrain: Terrain, town: Settlements, trunk: Roads) -> Roads:
    """Grow lanes from the trunk roads to the villages; the remotest have none."""
    rng = frame.rng("lanes")
    hamlets = town.hamlets
    net = _Net(frame, ground_cost(frame, terrain, list(hamlets.disks())))
    road = shapely.segmentize(trunk.of("primary", "secondary"), frame.plan.road_cell_m / 2)
    sources = np.unique(net.node(shapely.get_coordinates(road)))
    _, before, _ = dijkstra(
        net.graph, directed=False, indices=sources, min_only=True, return_predecessors=True
    )
    served = rng.random(len(hamlets.xy)) > np.clip(town.remoteness - 0.55, 0, 0.6)
    done: set[int] = set()
    edges: set[tuple[int, int]] = set()
    for node in net.node(hamlets.xy)[served]:
        _walk(before, int(node), done, edges)
    return _gather({"unclassified": net.lines(edges)}) if edges else _gather({})


def _gather(lines: dict[str, Array]) -> Roads:
    """Stack lines of several classes into one set."""
    kinds = [np.full(len(found), kind, dtype=object) for kind, found in lines.items()]
    return Roads(
        np.concatenate(list(lines.values())) if lines else np.empty(0, dtype=object),
        np.concatenate(kinds) if kinds else np.empty(0, dtype=object),
    )
