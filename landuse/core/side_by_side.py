"""Work on the rows of arrays on two threads, for functions that release the interpreter lock."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

THREADS = 2
_TOGETHER = 256
_ROUNDING = 1.001
_LARGE = 100
"""Vertices from which preparing a shape pays for the few it is held against."""


def side_by_side(function: Callable[..., NDArray[Any]], *arrays: NDArray[Any]) -> NDArray[Any]:
    """Return ``function(*arrays)`` for a function whose rows follow those of the arrays.

    What it makes of a row must depend on that row alone, as in the vectorised functions of
    shapely: then the number of threads changes nothing.
    """
    length = len(arrays[0])
    if length <= _TOGETHER:
        return function(*arrays)
    starts = range(0, length, _TOGETHER)
    with ThreadPoolExecutor(THREADS) as pool:
        parts = pool.map(lambda at: function(*(one[at : at + _TOGETHER] for one in arrays)), starts)
        return np.concatenate(list(parts))


def pairs_within(
    shapes: NDArray[Any], *, distance_m: float, kinds: NDArray[Any] | None = None
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the positions of all pairs of shapes at most so far apart: each once, ascending.

    ``kinds`` : one for each shape; then both shapes of a pair are of the same kind.
    """
    placed = np.flatnonzero(~(shapely.is_missing(shapes) | shapely.is_empty(shapes)))
    x0, y0, x1, y1 = shapely.bounds(shapes[placed]).T
    reach = distance_m * _ROUNDING
    boxes = shapely.box(x0 - reach, y0 - reach, x1 + reach, y1 + reach)
    one, other = shapely.STRtree(shapes).query(boxes)
    one = placed[one]
    order = np.lexsort((other, one))
    one, other = one[order], other[order]
    asked = one < other if kinds is None else (one < other) & (kinds[one] == kinds[other])
    one, other = one[asked], other[asked]
    close = _are_within(shapes, one, other, distance_m=distance_m)
    return one[close], other[close]


def _are_within(
    shapes: NDArray[Any], one: NDArray[np.intp], other: NDArray[np.intp], *, distance_m: float
) -> NDArray[np.bool_]:
    """Return which pairs of shapes lie that close; the larger of a pair is prepared if large."""
    vertices = shapely.get_num_coordinates(shapes)
    turned = vertices[one] < vertices[other]
    smaller, larger = np.where(turned, one, other), np.where(turned, other, one)
    by_larger = np.argsort(larger, kind="stable")
    smaller, larger = smaller[by_larger], larger[by_larger]
    close = np.zeros(len(one), dtype=bool)

    def work(first: int) -> None:
        # What is prepared may be used by one thread alone.
        rows = slice(first, first + _TOGETHER)
        large = shapes[rows][vertices[rows] >= _LARGE]
        shapely.prepare(large)
        at = slice(*np.searchsorted(larger, [rows.start, rows.stop]))
        pairs = shapes[larger[at]], shapes[smaller[at]]
        # The distance of shapes that just meet may be told a rounding above 0.
        meet = (
            shapely.intersects(*pairs) if distance_m == 0 else shapely.dwithin(*pairs, distance_m)
        )
        close[by_larger[at]] = meet
        shapely.destroy_prepared(large)

    each_part(work, len(shapes), together=_TOGETHER)
    return close


def nearest_m(shapes: NDArray[Any], targets: NDArray[Any]) -> NDArray[np.float64]:
    """Return the distance of each shape to the nearest target; NaN for an empty one or without any.

    A tree finds the nearest sooner among straight pieces: lines and borders are searched as such,
    and a shape that meets an area is 0 from it.
    """
    parts = shapely.get_parts(targets[~shapely.is_missing(targets)])
    parts = parts[~shapely.is_empty(parts)]
    if not len(parts):
        return np.full(len(shapes), np.nan)
    tree = shapely.STRtree(_pieces(parts))

    def nearest(part: NDArray[Any]) -> NDArray[Any]:
        distance = np.full(len(part), np.nan)
        (at, _), found = tree.query_nearest(part, return_distance=True, all_matches=False)
        distance[at] = found
        return distance

    distance = side_by_side(nearest, shapes)
    areas = shapely.STRtree(parts[shapely.get_dimensions(parts) == 2])
    distance[areas.query(shapes, predicate="intersects")[0]] = 0.0
    return distance


def _pieces(parts: NDArray[Any]) -> NDArray[Any]:
    """Return points as they are, lines and the borders of areas as straight pieces."""
    kind = shapely.get_dimensions(parts)
    lines = np.concatenate([parts[kind == 1], shapely.get_rings(parts[kind == 2])])
    corners, line = shapely.get_coordinates(lines, return_index=True)
    same = line[1:] == line[:-1]
    ends = np.stack([corners[:-1][same], corners[1:][same]], axis=1)
    return np.concatenate([parts[kind == 0], shapely.linestrings(ends)])


def each_part(
    work: Callable[[int], None], length: int, *, together: int, threads: int = THREADS
) -> None:
    """Call ``work`` on the first of every ``together`` rows; every row is worked by itself."""
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, range(0, length, together)))
