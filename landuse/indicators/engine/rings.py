"""Polygons made ready for the sweep: arrays, boxes, turning of rings; bad ones are refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from landuse.compiled import kept
from landuse.core.errors import data_fault, fail
from landuse.indicators.engine.trace import BAND, Floats, Frame, Index, Ints, Rings
from landuse.indicators.engine.validity import surely_valid

_LARGE = 512
"""Vertices from which a polygon gets an index of its edges."""
_POLYGON = 3
_CHECKED_AT_ONCE = 8192


def rings_of(geometry: NDArray[Any], *, threads: int = 2) -> Rings:
    """Return polygons and multipolygons as arrays; missing and empty ones have no rings.

    Raises
    ------
    LanduseError
        If a polygon is not valid (exit code 4): its cover would depend on who reads it.
    """
    xy = np.ascontiguousarray(shapely.get_coordinates(geometry))
    ring, hole, zone = _offsets(geometry)
    sign, box = np.empty(len(ring) - 1, np.int8), np.empty((len(geometry), 4))
    measure(xy, ring, hole, zone, sign, box)
    rings = Rings(xy, ring, zone, sign, box)
    _refuse_invalid(geometry, rings, hole, threads=threads)
    return rings


def _offsets(geometry: NDArray[Any]) -> tuple[Ints, NDArray[np.bool_], Ints]:
    """Return the first vertex of each ring, which rings are holes, the first ring of each zone."""
    vertices = shapely.get_num_coordinates(geometry).astype(np.int64)
    plain = (shapely.get_type_id(geometry) == _POLYGON) & (vertices > 0)
    plain &= shapely.get_num_interior_rings(geometry) == 0
    other = np.flatnonzero(~plain & (vertices > 0))
    parts, of_part = shapely.get_parts(geometry[other], return_index=True)
    loops, of_loop = shapely.get_rings(parts, return_index=True)
    count = plain.astype(np.int64)
    count[other] = np.bincount(of_part[of_loop], minlength=len(other))
    zone = np.concatenate([[0], np.cumsum(count)])
    length, hole = np.zeros(zone[-1], np.int64), np.zeros(zone[-1], bool)
    length[zone[:-1][plain]] = vertices[plain]
    among = np.repeat(~plain & (vertices > 0), count)
    length[among] = shapely.get_num_coordinates(loops)
    hole[among] = np.concatenate([[False], of_loop[1:] == of_loop[:-1]])[: len(loops)]
    return np.concatenate([[0], np.cumsum(length)]), hole, zone


def _measure(
    xy: Floats, ring: Ints, hole: NDArray[np.bool_], zone: Ints, sign: Any, box: Floats
) -> None:
    """Fill the sign of each ring and the box of each zone."""
    for one in range(zone.shape[0] - 1):
        x0, y0, x1, y1 = np.inf, np.inf, -np.inf, -np.inf
        for part in range(zone[one], zone[one + 1]):
            first, twice = ring[part], 0.0
            for vertex in range(first, ring[part + 1]):
                x, y = xy[vertex, 0], xy[vertex, 1]
                x0, y0, x1, y1 = min(x0, x), min(y0, y), max(x1, x), max(y1, y)
                if vertex > first:
                    u, v = xy[vertex - 1, 0] - xy[first, 0], xy[vertex - 1, 1] - xy[first, 1]
                    twice += u * (y - xy[first, 1]) - v * (x - xy[first, 0])
            turn = 1 if twice > 0.0 else (-1 if twice < 0.0 else 0)
            sign[part] = -turn if hole[part] else turn
        box[one, 0], box[one, 1], box[one, 2], box[one, 3] = x0, y0, x1, y1


def _refuse_invalid(
    geometry: NDArray[Any], rings: Rings, hole: NDArray[np.bool_], *, threads: int
) -> None:
    starts = range(0, len(geometry), _CHECKED_AT_ONCE)
    with ThreadPoolExecutor(threads) as pool:
        bad = np.concatenate(
            [np.empty(0, np.int64),
             *pool.map(lambda start: _invalid(geometry, rings, hole, start), starts)]
        )  # fmt: skip
    if len(bad):
        raise _invalid_fault(geometry, bad)


def _invalid(geometry: NDArray[Any], rings: Rings, hole: NDArray[np.bool_], start: int) -> Ints:
    """Return which zones of a stretch are not valid; GEOS is asked where a quick look is unsure."""
    stop = min(start + _CHECKED_AT_ONCE, len(geometry))
    sure = np.empty(stop - start, bool)
    surely_valid(rings.xy, rings.ring, hole, rings.zone, start, sure)
    unsure = start + np.flatnonzero(~sure)
    bad: Ints = unsure[~shapely.is_valid(geometry[unsure])]
    return bad


def _invalid_fault(geometry: NDArray[Any], bad: Ints) -> Exception:
    some = "; ".join(f"#{one}: {shapely.is_valid_reason(geometry[one])}" for one in bad[:3])
    return fail(
        data_fault(
            f"{len(bad)} 个面的几何无效, 无法计算覆盖比例",
            f"{len(bad)} polygons are not valid: what they cover is not defined",
            found=some,
            todo_zh="先修复几何 (如 make_valid), 再统计",
            todo_en="repair them first, e.g. with make_valid",
        )
    )


def index_of(rings: Rings, frame: Frame) -> Index:
    """Return the index of the edges of large polygons on a grid; small ones have none."""
    vertices = rings.ring[rings.zone[1:]] - rings.ring[rings.zone[:-1]]
    bands = -(-frame.rows // BAND)
    slot, band = np.full(len(vertices), -1, np.int64), np.zeros(len(vertices), np.int64)
    large = np.flatnonzero(vertices >= _LARGE)
    rows = (rings.box[large][:, [1, 3]] - frame.y0) / frame.dy // BAND
    first = np.clip(rows.min(axis=1), 0, bands - 1).astype(np.int64)
    last = np.clip(rows.max(axis=1), 0, bands - 1).astype(np.int64)
    ends = np.cumsum(last - first + 1)
    slot[large], band[large] = ends - (last - first + 1), first
    start = np.zeros((ends[-1] if len(ends) else 0) + 1, np.int64)
    nothing = np.empty(0, np.int64), np.empty(0, np.int8)
    tell_bands(rings, large, slot, band, frame, start, *nothing)
    start[1:] = np.cumsum(start[1:])
    edge, sign = np.empty(start[-1], np.int64), np.empty(start[-1], np.int8)
    tell_bands(rings, large, slot, band, frame, start[:-1].copy(), edge, sign)
    return Index(slot, band, start, edge, sign)


def _tell_bands(
    rings: Any, large: Ints, slot: Ints, band: Ints, frame: Any, start: Ints, edge: Ints, sign: Any
) -> None:
    """Count edges by band (at ``start[1:]``) or, if ``edge`` has room, write them there."""
    top = (frame.rows - 1) // BAND
    for zone in large:
        for ring in range(rings.zone[zone], rings.zone[zone + 1]):
            for vertex in range(rings.ring[ring], rings.ring[ring + 1] - 1):
                y = (rings.xy[vertex, 1] - frame.y0) / frame.dy / BAND
                y_next = (rings.xy[vertex + 1, 1] - frame.y0) / frame.dy / BAND
                low, high = min(y, y_next), max(y, y_next)
                if y == y_next or high <= 0.0 or low >= top + 1:
                    continue
                for one in range(int(max(low, 0.0)), min(int(high), top) + 1):
                    at = slot[zone] + one - band[zone]
                    if edge.shape[0] == 0:
                        start[at + 1] += 1
                    else:
                        edge[start[at]], sign[start[at]] = vertex, rings.sign[ring]
                        start[at] += 1


measure = kept(_measure)
tell_bands = kept(_tell_bands)
