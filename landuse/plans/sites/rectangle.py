"""The largest rectangle inside a polygon, at any angle.

Turned by an angle, a polygon is cut by level lines through all its corners and some more. Between
two neighbouring lines its sides are straight, so the widths that are free all the way are plain
intervals, and the best rectangle between two lines is a running intersection of intervals. Every
rectangle found is therefore wholly inside; only angle and level of its sides are searched.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import shapely
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LEVELS, STEPS, BEST, ROUNDS = 20, 18, 4, 7
"""Level lines beside those through corners; angles in 90 degrees; angles refined; refinements."""
_MANY_CORNERS = 240
_SLACK = 0.001
"""A polygon of very many corners is simplified, and drawn in by as much so that it stays inside:
this part of the root of its area."""


class Rectangle(NamedTuple):
    """Centre (m), long and short side (m), and the heading of the long side (radians)."""

    x: float
    y: float
    length_m: float
    width_m: float
    angle: float

    @property
    def area_m2(self) -> float:
        """Return the area."""
        return self.length_m * self.width_m

    def polygon(self) -> shapely.Polygon:
        """Return the rectangle as a polygon."""
        half = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) / 2
        local = half * (self.length_m, self.width_m)
        return shapely.Polygon(_turned(local, self.angle) + np.array([self.x, self.y]))


NONE = Rectangle(np.nan, np.nan, 0.0, 0.0, 0.0)


def largest_rectangle(shape: Any) -> Rectangle:
    """Return the largest rectangle inside a polygon or multipolygon, any rotation.

    Parameters
    ----------
    shape : valid polygon or multipolygon in metres; holes are kept out.

    Returns
    -------
    A rectangle that lies inside ``shape``; sides 0 for an empty shape. It is the largest to the
    fineness of the search: on rectangles, triangles, discs and ellipses within 0.5 % of the
    closed form, on random polygons no smaller than what a fine raster finds.
    """
    parts = [part for part in shapely.get_parts(shape) if part.area > 0]
    best = NONE
    for part in sorted(parts, key=lambda one: -one.area):
        if part.area > best.area_m2:
            best = max(best, _in_polygon(part), key=lambda one: one.area_m2)
    return best


def _in_polygon(polygon: shapely.Polygon) -> Rectangle:
    origin = np.asarray(shapely.get_coordinates(polygon.centroid))[0]
    start, end = _sides(_few_corners(polygon), origin)
    if not len(start):
        return NONE
    angles = _angles(start, end)
    found = [(_at_angle(start, end, angle, np.empty(0)), angle) for angle in angles]
    found = sorted(found, key=lambda one: (-one[0][0], one[1]))[:BEST]
    best = max((_refined(start, end, *one) for one in found), key=lambda one: one[0][0])
    (area, x0, x1, y0, y1), angle = best
    if area <= 0:
        return NONE
    middle = _turned(np.array([[(x0 + x1) / 2, (y0 + y1) / 2]]), angle)[0] + origin
    across, up = x1 - x0, y1 - y0
    heading = angle if across >= up else angle + np.pi / 2
    sides = float(max(across, up)), float(min(across, up))
    return Rectangle(float(middle[0]), float(middle[1]), *sides, float(heading % np.pi))


def _few_corners(polygon: shapely.Polygon) -> Any:
    if shapely.get_num_coordinates(polygon) <= _MANY_CORNERS:
        return polygon
    slack = _SLACK * float(np.sqrt(polygon.area))
    return shapely.buffer(shapely.simplify(polygon, slack), -slack, join_style="mitre")


def _sides(shape: Any, origin: Floats) -> tuple[Floats, Floats]:
    """Return start and end of every side, (n, 2), about the origin."""
    rings = shapely.get_rings(shapely.get_parts(shape))
    points, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    points = points - origin
    return points[:-1][same], points[1:][same]


def _angles(start: Floats, end: Floats) -> Floats:
    """Return angles to try, in [0, 90) degrees as radians: even steps and the longest sides."""
    side = end - start
    length = np.hypot(*side.T)
    heading = np.mod(np.arctan2(side[:, 1], side[:, 0]), np.pi / 2)
    longest = heading[np.argsort(-length, kind="stable")[:STEPS]]
    even = np.arange(STEPS) * np.pi / 2 / STEPS
    return np.unique(np.round(np.concatenate([even, longest]), 6))


def _refined(start: Floats, end: Floats, found: Floats, angle: float) -> tuple[Floats, float]:
    """Return a better rectangle near one found: finer angles, finer levels about its sides."""
    step = np.pi / 2 / STEPS / 2
    for _ in range(ROUNDS):
        reach = (found[4] - found[3]) * 0.5 * step / (np.pi / 2 / STEPS)
        fine = np.linspace(-reach, reach, 9)
        levels = np.concatenate([found[3] + fine, found[4] + fine])
        tried = [(found, angle)]
        tried += [(_at_angle(start, end, angle + turn, levels), angle + turn)
                  for turn in (-step, 0.0, step)]  # fmt: skip
        found, angle = max(tried, key=lambda one: one[0][0])
        step /= 2
    return found, angle


def _at_angle(start: Floats, end: Floats, angle: float, levels: Floats) -> Floats:
    """Return (area, x0, x1, y0, y1) of the best rectangle whose sides run at an angle."""
    first, last = _turned(start, -angle), _turned(end, -angle)
    height = first[:, 1]
    even = np.linspace(height.min(), height.max(), LEVELS + 1)
    inside = levels[(levels > even[0]) & (levels < even[-1])]
    lines = np.unique(np.concatenate([height, even, inside]))
    made: Floats = best_between(first, last, lines)
    return made


def _turned(points: Floats, angle: float) -> Floats:
    cos, sin = np.cos(angle), np.sin(angle)
    return np.stack([points[:, 0] * cos - points[:, 1] * sin,
                     points[:, 0] * sin + points[:, 1] * cos], axis=1)  # fmt: skip


def _free_widths(start: Floats, end: Floats, low: float, high: float) -> Floats:
    """Return the intervals that are inside all the way from one line to the next, (k, 2)."""
    count = 0
    left, right = np.empty(len(start)), np.empty(len(start))
    for side in range(len(start)):
        y0, y1 = start[side, 1], end[side, 1]
        if min(y0, y1) <= low and max(y0, y1) >= high and y0 != y1:
            rate = (end[side, 0] - start[side, 0]) / (y1 - y0)
            left[count] = start[side, 0] + (low - y0) * rate
            right[count] = start[side, 0] + (high - y0) * rate
            count += 1
    order = np.argsort(left[:count] + right[:count], kind="mergesort")
    out, kept = np.empty((count // 2, 2)), 0
    for pair in range(count // 2):
        one, other = order[2 * pair], order[2 * pair + 1]
        begin, stop = max(left[one], right[one]), min(left[other], right[other])
        if stop > begin:
            out[kept, 0], out[kept, 1] = begin, stop
            kept += 1
    return out[:kept]


def _common(one: Floats, other: Floats) -> Floats:
    """Return what two rows of intervals, each sorted and disjoint, have in common."""
    out, kept, i, j = np.empty((len(one) + len(other), 2)), 0, 0, 0
    while i < len(one) and j < len(other):
        begin, stop = max(one[i, 0], other[j, 0]), min(one[i, 1], other[j, 1])
        if stop > begin:
            out[kept, 0], out[kept, 1] = begin, stop
            kept += 1
        if one[i, 1] < other[j, 1]:
            i += 1
        else:
            j += 1
    return out[:kept]


def _best_between(start: Floats, end: Floats, lines: Floats) -> Floats:
    best = np.zeros(5)
    bands = [free_widths(start, end, lines[k], lines[k + 1]) for k in range(len(lines) - 1)]
    widest = 0.0
    for band in bands:
        for k in range(len(band)):
            widest = max(widest, band[k, 1] - band[k, 0])
    for low in range(len(bands)):
        if widest * (lines[-1] - lines[low]) <= best[0]:
            break
        free = bands[low]
        for high in range(low, len(bands)):
            if high > low:
                free = common(free, bands[high])
            if not len(free):
                break
            tall = lines[high + 1] - lines[low]
            for k in range(len(free)):
                if (free[k, 1] - free[k, 0]) * tall > best[0]:
                    best[0] = (free[k, 1] - free[k, 0]) * tall
                    best[1], best[2] = free[k, 0], free[k, 1]
                    best[3], best[4] = lines[low], lines[high + 1]
    return best


def _compiled(function: Callable[..., Any]) -> Any:
    try:
        return njit(nogil=True, cache=True)(function)
    except RuntimeError:  # no folder can be written: every process compiles for itself
        return njit(nogil=True)(function)


free_widths = _compiled(_free_widths)
common = _compiled(_common)
best_between = _compiled(_best_between)
