"""A quick look that most polygons pass: no two edges come near each other, holes lie inside.

GEOS needs about 10 microseconds for a polygon of 34 vertices, more than its zonal statistics take.
Here every pair of edges of a polygon with few of them is told apart by boxes or, failing that, by
the side on which ends lie, with a margin for rounding. Whatever is not told apart (rings that
touch, repeated vertices, many edges, several parts) is left to GEOS: the look never passes a
polygon that GEOS would refuse.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from landuse.compiled import inner, kept

_MOST_VERTICES = 160
_MARGIN = 1e-14
"""Times the size of the products: several roundings of a two by two determinant."""


def _side(xy: Any, a: int, b: int, c: int) -> int:
    """Return +1 or -1 for the side of the line a-b on which c lies, 0 where rounding decides."""
    # Coordinates that are not finite end here too: a comparison with NaN is never true.
    left = (xy[b, 0] - xy[a, 0]) * (xy[c, 1] - xy[a, 1])
    right = (xy[b, 1] - xy[a, 1]) * (xy[c, 0] - xy[a, 0])
    margin = MARGIN * (abs(left) + abs(right))
    return 1 if left - right > margin else (-1 if right - left > margin else 0)


def _apart(xy: Any, a: int, c: int) -> bool:
    """Tell whether the edges from a and from c surely share no point."""
    ax0, ax1 = min(xy[a, 0], xy[a + 1, 0]), max(xy[a, 0], xy[a + 1, 0])
    cx0, cx1 = min(xy[c, 0], xy[c + 1, 0]), max(xy[c, 0], xy[c + 1, 0])
    if ax1 < cx0 or cx1 < ax0:
        return True
    ay0, ay1 = min(xy[a, 1], xy[a + 1, 1]), max(xy[a, 1], xy[a + 1, 1])
    cy0, cy1 = min(xy[c, 1], xy[c + 1, 1]), max(xy[c, 1], xy[c + 1, 1])
    if ay1 < cy0 or cy1 < ay0:
        return True
    if side(xy, a, a + 1, c) * side(xy, a, a + 1, c + 1) > 0:
        return True
    return bool(side(xy, c, c + 1, a) * side(xy, c, c + 1, a + 1) > 0)


def _inside(xy: Any, point: int, first: int, last: int) -> bool:
    """Tell whether a vertex lies inside a ring that it does not touch."""
    found, px, py = False, xy[point, 0], xy[point, 1]
    for vertex in range(first, last):
        if (xy[vertex, 1] > py) != (xy[vertex + 1, 1] > py):
            part = (py - xy[vertex, 1]) / (xy[vertex + 1, 1] - xy[vertex, 1])
            if px < xy[vertex, 0] + part * (xy[vertex + 1, 0] - xy[vertex, 0]):
                found = not found
    return found


def _ring_is_simple(xy: Any, first: int, last: int) -> bool:
    """Tell whether the edges first .. last - 1 surely form a simple ring."""
    if last - first < 3:
        return False
    for a in range(first, last):
        b = a + 1 if a + 1 < last else first
        if side(xy, a, a + 1, b + 1) == 0:
            return False
        for c in range(a + 2, last if a > first else last - 1):
            if not apart(xy, a, c):
                return False
    return True


def _holes_fit(xy: Any, ring: Any, begin: int, end: int) -> bool:
    """Tell whether the rings after the first lie inside it, outside each other, touching none."""
    for one in range(begin, end):
        for other in range(one + 1, end):
            for a in range(ring[one], ring[one + 1] - 1):
                for c in range(ring[other], ring[other + 1] - 1):
                    if not apart(xy, a, c):
                        return False
            within = inside(xy, ring[other], ring[one], ring[one + 1] - 1)
            if within != (one == begin):
                return False
            if one > begin and inside(xy, ring[one], ring[other], ring[other + 1] - 1):
                return False
    return True


def _surely_valid(
    xy: Any, ring: Any, hole: NDArray[np.bool_], zone: Any, start: int, sure: NDArray[np.bool_]
) -> None:
    """Fill for the zones from ``start`` on whether they are surely valid (none has no vertex)."""
    for place in range(sure.shape[0]):
        begin, end = zone[start + place], zone[start + place + 1]
        sure[place] = begin == end
        if begin == end or ring[end] - ring[begin] > MOST_VERTICES:
            continue
        fine = True
        for one in range(begin, end):
            fine = fine and hole[one] == (one > begin)
            fine = fine and ring_is_simple(xy, ring[one], ring[one + 1] - 1)
        sure[place] = fine and holes_fit(xy, ring, begin, end)


MOST_VERTICES, MARGIN = _MOST_VERTICES, _MARGIN
side = inner(_side)
apart = inner(_apart)
inside = inner(_inside)
ring_is_simple = inner(_ring_is_simple)
holes_fit = inner(_holes_fit)
surely_valid = kept(_surely_valid)
