"""The plane cut by lines: faces, what they lie in, and the borders they share.

All lines are noded at once, so two neighbouring faces carry the very same border points. Their
areas then add up to that of the whole, and shared borders are found by comparing points.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Shapes = NDArray[np.object_]
Places = NDArray[np.intp]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Borders:
    """Pairs of shapes (``one`` < ``other``) with a common border, and its length in metres."""

    one: Places
    other: Places
    length_m: Floats


def as_shapes(geometries: Any) -> Shapes:
    """Return geometries as an object array, also where there are none."""
    out = np.empty(len(geometries), dtype=object)
    out[:] = geometries
    return out


def canonical(shapes: Shapes) -> Shapes:
    """Return shapes normalised and sorted, so that the order they came in leaves no trace."""
    shapes = shapely.normalize(shapes)
    words = shapely.to_wkb(shapes)
    return as_shapes(shapes[sorted(range(len(shapes)), key=lambda place: bytes(words[place]))])


def faces(lines: Shapes) -> Shapes:
    """Return every face that lines enclose, holes of other faces among them, in a fixed order."""
    if not len(lines):
        return as_shapes([])
    noded = shapely.get_parts(shapely.union_all(canonical(lines)))
    return canonical(shapely.get_parts(shapely.polygonize(noded)))


def holding(areas: Shapes, points: Shapes) -> Places:
    """Return for each point the first area that holds it; -1 for none."""
    out = np.full(len(points), -1, dtype=np.intp)
    area, point = shapely.STRtree(points).query(areas, predicate="contains")
    order = np.argsort(-area, kind="stable")
    out[point[order]] = area[order]
    return out


def shared_borders(shapes: Shapes) -> Borders:
    """Return the borders that polygons of one arrangement share, by their common segments."""
    rings, owner = shapely.get_rings(shapes, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    inner = ring[1:] == ring[:-1]
    start, end, mine = points[:-1][inner], points[1:][inner], owner[ring[1:][inner]]
    turned = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    forth, back = np.concatenate([start, end], axis=1), np.concatenate([end, start], axis=1)
    ends: Floats = np.where(turned[:, None], back, forth)
    order = np.lexsort((mine, *ends.T))
    ends, mine = ends[order], mine[order]
    twice = np.flatnonzero((ends[1:] == ends[:-1]).all(axis=1) & (mine[1:] != mine[:-1]))
    pair = mine[twice].astype(np.int64) * len(shapes) + mine[twice + 1]
    length = np.hypot(*(ends[twice, 2:] - ends[twice, :2]).T)
    pairs, which = np.unique(pair, return_inverse=True)
    total = np.bincount(which, weights=length, minlength=len(pairs))
    one, other = np.divmod(pairs, max(len(shapes), 1))
    return Borders(one.astype(np.intp), other.astype(np.intp), total.astype(np.float64))


def dissolve(shapes: Shapes, group: Places) -> tuple[Shapes, Places]:
    """Join the shapes of each group; return single polygons and the group of each.

    Shapes must come from one arrangement. Group -1 is left out.
    """
    kept = np.flatnonzero(group >= 0)
    order = kept[np.argsort(group[kept], kind="stable")]
    names, first, count = np.unique(group[order], return_index=True, return_counts=True)
    whole = as_shapes(shapes[order[first]])
    for place in np.flatnonzero(count > 1):
        members = shapes[order[first[place] : first[place] + count[place]]]
        whole[place] = shapely.coverage_union_all(members)
    parts, owner = shapely.get_parts(whole, return_index=True)
    return as_shapes(parts), np.asarray(names[owner], dtype=np.intp)
