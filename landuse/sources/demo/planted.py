"""Sites planted for the search of better use: good ones, and traps that must be refused.

They stand on open ground and come after every other draw, from a random stream of their own: no
other parcel, building, cell or name changes by them.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from landuse.sources.demo.frame import TERRAIN_M, Array, Frame, Warp
from landuse.sources.demo.parcels import HAMLET_SITE
from landuse.sources.demo.roads import Roads
from landuse.sources.demo.settle import Settlements
from landuse.sources.demo.terrain import Terrain

TRIES = 6_000
ROOM_M = 45.0
"""Kept free around a planted site: farther than plots that adjoin."""
STEEPEST_DEG = 7.0


@dataclass(frozen=True)
class Layout:
    """A site in a straight local frame: plots as (x, y, width, depth), owners, and its trap."""

    name: str
    trap: str
    plots: tuple[tuple[float, float, float, float], ...]
    owners: tuple[str, ...]
    in_growth: bool = True
    canal: tuple[float, float, float, float] | None = None
    redline: tuple[float, float, float, float] | None = None


# Metres. Every plot is larger than 3 mu (2,000 m2), so that none is refused for its area.
LAYOUTS = (
    Layout(
        "good_large", "",
        tuple((x, y, 86.0, 72.0) for x in (-88.0, 0.0, 88.0) for y in (-37.0, 37.0)),
        ("兰江甲机械厂",) * 6,
    ),
    Layout("good_one_owner", "", ((-33.0, 0.0, 64.0, 58.0), (33.0, 0.0, 64.0, 58.0)),
           ("兰江乙纺织厂",) * 2),
    Layout("two_owners", "several_owners", ((-33.0, 0.0, 64.0, 58.0), (33.0, 0.0, 64.0, 58.0)),
           ("兰江丙建材厂", "兰江丁塑料厂")),
    Layout("across_river", "parted", ((-42.0, 0.0, 64.0, 58.0), (42.0, 0.0, 64.0, 58.0)),
           ("兰江戊五金厂",) * 2, canal=(0.0, 0.0, 9.0, 170.0)),
    Layout("in_redline", "V01", ((-34.0, 0.0, 62.0, 58.0), (34.0, 0.0, 62.0, 58.0)),
           ("兰江己木器厂",) * 2, in_growth=False, redline=(-70.0, 0.0, 138.0, 120.0)),
    Layout("too_narrow", "too_narrow", ((0.0, 0.0, 176.0, 14.0),), ("兰江庚窑厂",)),
)  # fmt: skip


@dataclass(frozen=True)
class Planted:
    """Plots (``site, trap, owner, area`` and geometry), and the lines drawn for them."""

    plots: gpd.GeoDataFrame
    growth: Array
    redline: Array
    canals: Array


def plant_sites(
    frame: Frame, terrain: Terrain, town: Settlements, *, trunk: Roads, lanes: Roads,
    plots: gpd.GeoDataFrame, hazards: Array, warp: Warp,
) -> Planted:  # fmt: skip
    """Find room for every layout, near a trunk road, on gentle dry ground, clear of all else."""
    rng = frame.rng("planted sites")
    hamlets = shapely.buffer(shapely.points(town.hamlets.xy), town.hamlets.radius_m * 1.1 + 20)
    barred = [*plots.geometry.to_numpy(), *hazards, *hamlets, *terrain.water,
              *shapely.buffer(lanes.lines, 4.0)]  # fmt: skip
    taken = shapely.STRtree(np.array(barred, dtype=object))
    rows: list[dict[str, object]] = []
    lines: dict[str, list[shapely.Polygon]] = {"growth": [], "redline": [], "canals": []}
    ours: list[shapely.Polygon] = []
    for layout in LAYOUTS:
        place = _place(rng, layout, frame, terrain, trunk, taken, ours)
        if place is None:
            continue
        shapes = [_box(*place, *plot) for plot in layout.plots]
        ours.append(shapely.union_all(shapes).convex_hull.buffer(2 * ROOM_M))
        rows += [
            {"site": layout.name, "trap": layout.trap, "owner": owner, "geometry": shape}
            for owner, shape in zip(layout.owners, shapes, strict=True)
        ]
        if layout.in_growth:
            lines["growth"].append(shapely.union_all(shapes).convex_hull.buffer(20))
        for name, local in (("redline", layout.redline), ("canals", layout.canal)):
            if local is not None:
                lines[name].append(_box(*place, *local))
    table = pd.DataFrame(rows, columns=["site", "trap", "owner", "geometry"])
    made = gpd.GeoDataFrame(table, geometry="geometry", crs=plots.crs)
    bent = {name: shapely.transform(np.array(parts, dtype=object), warp)
            for name, parts in lines.items()}  # fmt: skip
    moved = shapely.transform(made.geometry.to_numpy(), warp)
    return Planted(made.set_geometry(moved, crs=plots.crs), **bent)


def _place(
    rng: np.random.Generator, layout: Layout, frame: Frame, terrain: Terrain, trunk: Roads,
    taken: shapely.STRtree, ours: list[shapely.Polygon],
) -> tuple[float, float, float] | None:  # fmt: skip
    """Return the centre and heading of the first place that is free, or None."""
    roads = trunk.of("primary", "secondary")
    length = shapely.length(roads)
    line = roads[rng.choice(len(roads), TRIES, p=length / length.sum())]
    at = shapely.get_coordinates(
        shapely.line_interpolate_point(line, rng.random(TRIES), normalized=True)
    )
    away, angle = rng.uniform(90, 700, TRIES), rng.uniform(0, 2 * np.pi, TRIES)
    xy = at + away[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1)
    heading = rng.uniform(0, np.pi, TRIES)
    row, col = frame.index(xy[:, 0], xy[:, 1], TERRAIN_M)
    good = terrain.inside[row, col] & ~terrain.wet[row, col]
    good &= terrain.slope_deg[row, col] < STEEPEST_DEG
    inner = terrain.county.buffer(-250)
    for k in np.flatnonzero(good):
        place = float(xy[k, 0]), float(xy[k, 1]), float(heading[k])
        reach = shapely.union_all([_box(*place, *one) for one in _drawn(layout)])
        wide = reach.convex_hull.buffer(ROOM_M)
        free = not len(taken.query(wide, predicate="intersects"))
        if free and inner.contains(wide) and not any(one.intersects(wide) for one in ours):
            return place
    return None


def _drawn(layout: Layout) -> list[tuple[float, float, float, float]]:
    lines = [line for line in (layout.canal, layout.redline) if line is not None]
    return [*layout.plots, *lines]


def _box(
    x: float, y: float, heading: float, dx: float, dy: float, wide: float, deep: float
) -> shapely.Polygon:
    """Return a rectangle of a local frame as a polygon with points along its sides."""
    corner = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * (wide / 2, deep / 2) + (dx, dy)
    cos, sin = np.cos(heading), np.sin(heading)
    turned = np.stack([corner[:, 0] * cos - corner[:, 1] * sin,
                       corner[:, 0] * sin + corner[:, 1] * cos], 1)  # fmt: skip
    return shapely.segmentize(shapely.Polygon(turned + np.array([x, y])), 40.0)


def sites_truth(planted: Planted, ids: Array) -> pd.DataFrame:
    """Return the planted truth: BSM, site, trap ("" = a good site)."""
    return pd.DataFrame({"BSM": ids, "site": planted.plots["site"], "trap": planted.plots["trap"]})


def owners(plots: gpd.GeoDataFrame, ids: Array, planted: Planted, more: Array) -> pd.DataFrame:
    """Return who holds each plot, as a bureau's table: 地块编号, 权利人.

    Homesteads and public land stand in no such table; of the others one row each.
    """
    held = (plots["site_kind"] != HAMLET_SITE).to_numpy() & (plots["kind"] <= 2).to_numpy()
    names = [f"权利人{k:05d}" for k in range(1, int(held.sum()) + 1)]
    table = pd.DataFrame({"地块编号": ids[held], "权利人": names})
    ours = pd.DataFrame({"地块编号": more, "权利人": planted.plots["owner"].to_numpy()})
    return pd.concat([table, ours], ignore_index=True).sort_values("地块编号", ignore_index=True)
