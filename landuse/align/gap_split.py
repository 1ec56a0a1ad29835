"""A gap between towns cut along the line of equal distance to them."""

from __future__ import annotations

import numpy as np
import scipy
import shapely

from landuse.align.faces import Faces, Floats, Ints, Shapes
from landuse.align.owners import NOBODY, gap_neighbours

_NEAREST_M, _FARTHEST_M = 5.0, 50.0
_FRAME_TIMES = 100.0


def gaps_to_split(faces: Faces, owner: Ints, *, area_m2: float, length_m: float) -> Ints:
    """Return the gaps with several towns beside them that are too large to go to one.

    Too large: from ``area_m2`` on, or ``length_m`` across. A strip along the county line, a few
    metres wide and kilometres long, would otherwise follow one town past all its neighbours.
    """
    gaps, border = gap_neighbours(faces, owner)
    x0, y0, x1, y1 = shapely.bounds(faces.shapes[gaps]).T
    large = (faces.area_m2[gaps] >= area_m2) | (np.hypot(x1 - x0, y1 - y0) >= length_m)
    return np.asarray(gaps[large & ((border > 0).sum(axis=1) > 1)])


def split_lines(faces: Faces, owner: Ints, gaps: Ints) -> Shapes:
    """Return, for each gap, the lines inside it that are equally far from two of its towns.

    Edges of the Voronoi cells of points along the towns' borders, 5 to 50 m apart by the width
    of the gap, that lie between the points of two towns. A pair of points close to either side
    of the place where two towns meet makes the line begin there.
    """
    town = owner[faces.sides]
    lines = []
    for gap in gaps:
        at_gap = faces.sides == gap
        other = np.where(at_gap[:, 0], town[:, 1], town[:, 0])
        chosen = at_gap.any(axis=1) & (other != NOBODY)
        shape = faces.shapes[gap]
        middle = shapely.get_coordinates(shape.centroid)[0]
        edges = faces.edges[chosen] - np.tile(middle, 2)
        width = 2 * shape.area / shape.length
        step = float(np.clip(width / 2, _NEAREST_M, _FARTHEST_M))
        points, towns = _samples(edges, other[chosen], step=step)
        lines.append(_between(points, towns, middle=middle, shape=shape, step=step))
    return np.array(lines, dtype=object)


def _samples(edges: Floats, towns: Ints, *, step: float) -> tuple[Floats, Ints]:
    """Return points along the segments with the town of each."""
    start, end = edges[:, :2], edges[:, 2:]
    length = np.hypot(*(end - start).T)
    count = np.maximum(np.ceil(length / step).astype(int), 1)
    row = np.repeat(np.arange(len(edges)), count)
    place = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    share = [(place + 0.5) / count[row]]
    rows = [row]
    close = step / 20
    long = np.flatnonzero(length > 4 * close)
    for near in (close / length[long], 1 - close / length[long]):
        rows.append(long)
        share.append(near)
    row, along = np.concatenate(rows), np.concatenate(share)[:, None]
    return start[row] * (1 - along) + end[row] * along, towns[row]


def _between(
    points: Floats, towns: Ints, *, middle: Floats, shape: shapely.Geometry, step: float
) -> shapely.Geometry:
    """Return the Voronoi edges between points of two towns, within the shape."""
    reach = _FRAME_TIMES * float(np.ptp(points, axis=0).max() + step)
    far = reach * np.array([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]])
    cells = scipy.spatial.Voronoi(np.vstack([points, far]))
    label = np.concatenate([towns, np.full(4, NOBODY)])
    pair = label[cells.ridge_points]
    ends = np.array(cells.ridge_vertices)
    wanted = (pair[:, 0] != pair[:, 1]) & (pair != NOBODY).all(axis=1) & (ends >= 0).all(axis=1)
    segments = cells.vertices[ends[wanted]] + middle
    lines = shapely.linestrings(segments)
    joined = shapely.line_merge(shapely.multilinestrings(lines))
    return shapely.intersection(shapely.simplify(joined, step / 2), shape)
