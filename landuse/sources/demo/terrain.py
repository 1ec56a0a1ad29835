"""Relief, rivers and the county outline of the demo county."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
import shapely.ops
from rasterio.features import rasterize
from scipy import ndimage
from scipy.interpolate import CubicSpline

from landuse.sources.demo.frame import (
    TERRAIN_M,
    Array,
    Frame,
    fractal,
    smooth_noise,
    smoothstep,
)

RIVER_UV = (
    (0.74, -0.03),
    (0.66, 0.12),
    (0.55, 0.25),
    (0.47, 0.40),
    (0.39, 0.53),
    (0.30, 0.68),
    (0.22, 0.84),
    (0.17, 1.03),
)
BRANCH_UV = ((1.03, 0.36), (0.86, 0.30), (0.70, 0.37), (0.58, 0.35), (0.47, 0.40))


@dataclass(frozen=True)
class Terrain:
    """Ground of the county on a 30 m lattice, with its waters and its outline."""

    county: shapely.Polygon
    elevation_m: Array
    slope_deg: Array
    inside: Array
    wet: Array
    stream_m: Array
    river: shapely.LineString
    streams: tuple[shapely.LineString, ...]
    water: tuple[shapely.Geometry, ...]


def make_terrain(frame: Frame) -> Terrain:
    """Raise mountains in the north, carve valleys, lay the river and its branch."""
    county = county_outline(frame)
    river, branch = _river(frame, RIVER_UV), _river(frame, BRANCH_UV)
    streams = _streams(frame, river, branch)
    river_m = _distance(frame, [river, branch])
    stream_m = _distance(frame, [river, branch, *streams])
    elevation = _relief(frame, river_m, stream_m)
    water = _waters(frame, elevation, (river, branch), streams)
    wet = _burn(frame, [w.buffer(35.0) for w in water])
    rise, run = np.gradient(elevation, TERRAIN_M)
    return Terrain(
        county=county,
        elevation_m=elevation,
        slope_deg=np.degrees(np.arctan(np.hypot(rise, run))).astype("float32"),
        inside=_burn(frame, [county.buffer(-250.0)]),
        wet=wet,
        stream_m=stream_m,
        river=river,
        streams=streams,
        water=water,
    )


def county_outline(frame: Frame) -> shapely.Polygon:
    """Draw a rounded square whose edge wanders inward like a natural watershed."""
    rng = frame.rng("outline")
    theta = np.linspace(0, 2 * np.pi, 720, endpoint=False)
    order = np.arange(3, 60)
    amplitude = rng.normal(0, 1, order.size) / order**0.9
    wander = np.sin(np.outer(theta, order) + rng.uniform(0, 6.3, order.size)) @ amplitude
    wander = (wander - wander.min()) / np.ptp(wander)
    # A superellipse of power 6 fills most of the square and has no sharp corner.
    radius = (np.abs(np.cos(theta)) ** 6 + np.abs(np.sin(theta)) ** 6) ** (-1 / 6)
    reach = radius * (frame.plan.side_m / 2 * 0.988) * (1 - 0.062 * wander)
    xy = np.stack([np.cos(theta), np.sin(theta)], 1) * reach[:, None]
    middle = frame.place(np.array([0.5, 0.5]))
    return shapely.Polygon(np.round(xy + middle, 2))


def _river(frame: Frame, points: tuple[tuple[float, float], ...]) -> shapely.LineString:
    """Bend a line through fixed points with meanders that fade at both ends."""
    rng = frame.rng(f"river{len(points)}")
    knots = np.array(points)
    spline = CubicSpline(np.linspace(0, 1, len(knots)), knots)
    t = np.linspace(0, 1, 260)
    line, pace = spline(t), spline(t, 1)
    normal = np.stack([-pace[:, 1], pace[:, 0]], 1) / np.hypot(*pace.T)[:, None]
    swing = sum(
        rng.uniform(0.4, 1.0) / k * np.sin(2 * np.pi * k * t + rng.uniform(0, 6.3))
        for k in (3, 5, 8, 13)
    )
    fade = np.minimum(1, 6 * np.minimum(t, 1 - t))
    return shapely.LineString(frame.place(line + normal * (0.03 * swing * fade)[:, None]))


def _streams(
    frame: Frame, river: shapely.LineString, branch: shapely.LineString
) -> tuple[shapely.LineString, ...]:
    """Grow brooks from the rivers uphill: each runs to the nearest water already there."""
    rng = frame.rng("streams")
    north = rng.random(frame.plan.streams) < 0.78
    v = np.where(north, rng.uniform(0.58, 0.98, north.size), rng.uniform(0.03, 0.16, north.size))
    sources = frame.place(np.stack([rng.uniform(0.03, 0.97, north.size), v], 1))
    waters = shapely.MultiLineString([river, branch])
    order = np.argsort(shapely.distance(shapely.points(sources), waters), kind="stable")
    lines: list[shapely.LineString] = []
    for start in sources[order]:
        end = np.asarray(shapely.shortest_line(shapely.Point(start), waters).coords)[1]
        # A brook meets its river at a slant, downstream of the nearest point.
        slant = end + 0.35 * np.hypot(*(end - start)) * np.array([-0.25, -1.0])
        end = np.asarray(shapely.shortest_line(shapely.Point(slant), waters).coords)[1]
        brook = _sway(rng, start, end)
        crossing = shapely.intersection(brook, waters)
        if not crossing.is_empty:
            brook = shapely.ops.substring(
                brook, 0.0, min(brook.project(p) for p in _points(crossing))
            )
        if brook.length > 0.02 * frame.plan.side_m:
            lines.append(brook)
            waters = shapely.union(waters, brook)
    return tuple(lines)


def _points(geometry: shapely.Geometry) -> list[shapely.Point]:
    """Return the corner points of any geometry."""
    return [shapely.Point(xy) for xy in shapely.get_coordinates(geometry)]


def _sway(rng: np.random.Generator, start: Array, end: Array) -> shapely.LineString:
    """Draw a wavering line between two points."""
    t = np.linspace(0, 1, 60)[:, None]
    span = end - start
    normal = np.array([-span[1], span[0]])
    wave = np.sin(2 * np.pi * rng.uniform(0.8, 1.6) * t + rng.uniform(0, 6.3))
    ripple = 0.35 * np.sin(2 * np.pi * rng.uniform(3, 5) * t + rng.uniform(0, 6.3))
    aside = 0.09 * np.sin(np.pi * t) * (wave + ripple) * normal
    return shapely.LineString(start + t * span + aside)


def _burn(frame: Frame, shapes: list[shapely.Geometry]) -> Array:
    """Return a boolean 30 m mask of the shapes."""
    size = frame.cells(TERRAIN_M)
    mask = rasterize(shapes, (size, size), transform=frame.transform(TERRAIN_M), dtype="uint8")
    return np.asarray(mask, dtype=bool)


def _distance(frame: Frame, lines: list[shapely.LineString]) -> Array:
    """Return the distance in metres from every 30 m cell to the nearest line."""
    size = frame.cells(TERRAIN_M)
    on = rasterize(
        lines, (size, size), transform=frame.transform(TERRAIN_M), all_touched=True, dtype="uint8"
    )
    return np.asarray(ndimage.distance_transform_edt(on == 0) * TERRAIN_M, dtype="float32")


def _relief(frame: Frame, river_m: Array, stream_m: Array) -> Array:
    """Compose plain, hills and mountains, then lower everything along the waters."""
    rng = frame.rng("relief")
    size = frame.cells(TERRAIN_M)
    shape, side = (size, size), frame.plan.side_m
    axis = (np.arange(size, dtype="float32") + 0.5) / size
    east, north = axis[None, :], 1 - axis[:, None]
    broad = fractal(rng, shape, cells=size / 4, octaves=3)
    ridges = 1 - np.abs(fractal(rng, shape, cells=size / 13, octaves=6)) / 1.9
    swell = fractal(rng, shape, cells=size / 7, octaves=2)
    mountain = smoothstep(0.50, 0.86, north + 0.055 * broad)
    corner = np.minimum(np.hypot(east, north - 0.03), np.hypot(1 - east, north - 0.02))
    hills = 0.45 * smoothstep(0.68, 0.93, 1 - corner + 0.05 * broad)
    upland = np.maximum(mountain, hills)
    peaks = np.clip(ridges, 0, 1) ** 1.6 * np.clip(0.72 + 0.24 * swell, 0.2, None)
    height = frame.plan.relief_m * upland * (0.14 + 0.86 * peaks)
    knolls = np.clip(smooth_noise(rng, shape, cells=size / 40), 0.9, None) - 0.9
    plain = 38 + 6 * np.clip(broad, -2, 2) + 0.0006 * river_m + 26 * knolls * (1 - upland)
    floor = 30 + 0.004 * np.minimum(river_m, 0.25 * side)
    ground = plain + height
    reach = np.float32(side / 36_000 * 0.75 + 0.25)
    keep = 1 - 0.97 * np.exp(-((river_m / (900 * reach)) ** 2))
    keep *= 1 - 0.80 * np.exp(-((stream_m / (330 * reach)) ** 2))
    return np.asarray(floor + (ground - floor) * keep, dtype="float32")


def _waters(
    frame: Frame,
    elevation: Array,
    rivers: tuple[shapely.LineString, shapely.LineString],
    streams: tuple[shapely.LineString, ...],
) -> tuple[shapely.Geometry, ...]:
    """Give the rivers width, dam two brooks to reservoirs, strew ponds over the plain."""
    rng = frame.rng("waters")
    scale = 1.0 if frame.plan.side_m > 10_000 else 0.45
    beds = [rivers[0].buffer(95 * scale), rivers[1].buffer(60 * scale)]
    lakes = []
    for stream in streams[:: max(1, len(streams) // 3)][:3]:
        dam = np.asarray(stream.interpolate(rng.uniform(0.35, 0.55), normalized=True).coords)[0]
        part = shapely.intersection(stream, shapely.Point(dam).buffer(900 * scale))
        lakes.append(part.buffer(rng.uniform(110, 230) * scale).simplify(8))
    xy = frame.place(rng.random((frame.plan.ponds * 3, 2)))
    row, col = frame.index(xy[:, 0], xy[:, 1], TERRAIN_M)
    flat = xy[elevation[row, col] < 62][: frame.plan.ponds]
    ponds = shapely.buffer(shapely.points(flat), rng.gamma(3.0, 9.0, len(flat)) + 8, quad_segs=3)
    union = shapely.union_all([*beds, *lakes, *ponds])
    return tuple(shapely.get_parts(union))
