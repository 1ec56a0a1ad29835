"""The sweep: from the edges of a polygon to the cells it covers, and how much of each.

Every edge is cut at the lines of the grid. In a cell with column ``c`` a piece of edge that climbs
``d`` rows at mean column ``x`` covers ``d (c + 1 - x)`` of the cell and ``d`` of every cell to its
right; summed over the pieces with their signs that is the covered fraction of each cell, exactly.
The two numbers are added as differences along the row (``d (c + 1 - x)`` at ``c``, the rest at
``c + 1``), so one running sum from left to right gives the fraction of every cell, and cells
between the pieces need no work: they come out as runs of equal weight.

A window is a part of the grid; what lies left of it is added at its first column, what lies above,
below or right of it is left out. Cutting at the window is exact, so a polygon that crosses many
blocks is the sum of its visits. Tall windows are worked in strips: the scratch row stays small.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from landuse.compiled import inner, kept

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BAND = 64
"""Rows of a band in the index of edges of large polygons."""
SPECK = 1e-11
"""A smaller cover is rounding, not land; a cell that lacks less than this is whole."""


class Rings(NamedTuple):
    """Polygons as arrays: vertices, where rings and zones start, which way a ring turns.

    Attributes
    ----------
    xy : (V, 2) vertices in the CRS of the grid, rings closed.
    ring : (R + 1) first vertex of each ring.
    zone : (n + 1) first ring of each zone.
    sign : (R) +1 or -1, so that land lies on the same side of every edge; 0 for no area.
    box : (n, 4) x0, y0, x1, y1 of each zone; an empty one is inside out.
    """

    xy: Floats
    ring: Ints
    zone: Ints
    sign: NDArray[np.int8]
    box: Floats


class Frame(NamedTuple):
    """Where the cells are: (x0, y0) the outer corner of cell (0, 0), dx and dy signed steps."""

    x0: float
    y0: float
    dx: float
    dy: float
    rows: int
    columns: int


class Index(NamedTuple):
    """Edges of large polygons by bands of rows, so that a visit looks at few of them.

    Attributes
    ----------
    slot : (n) place of a zone's first band in ``start``; -1 for a zone without an index.
    band : (n) the first band a zone reaches.
    start : first edge of each band; edge : first vertex of each edge; sign : that of its ring.
    """

    slot: Ints
    band: Ints
    start: Ints
    edge: Ints
    sign: NDArray[np.int8]


class Runs(NamedTuple):
    """Neighbouring cells of a row that a zone covers alike.

    Attributes
    ----------
    of : (n + 1) first run of each zone asked for.
    cell : row-major position of the first cell in the window.
    length : how many cells.
    weight : covered fraction of each, 0 to 1.
    """

    of: Ints
    cell: Ints
    length: NDArray[np.int32]
    weight: Floats


class Strip(NamedTuple):
    """Scratch for some rows of a window: differences along rows, and the columns touched."""

    steps: Floats
    low: Ints
    high: Ints


def _add_piece(strip: Any, row: int, width: int, xa: float, xb: float, d: float) -> None:
    """Add a piece of edge inside one row: columns ``xa`` to ``xb``, ``d`` rows with its sign."""
    left, right = min(xa, xb), max(xa, xb)
    base, steps = row * (width + 1), strip.steps
    if left >= width:
        return
    if left < 0.0:
        share = d if right <= 0.0 else d * (-left / (right - left))
        steps[base] += share
        strip.low[row] = 0
        strip.high[row] = max(strip.high[row], 0)
        if right <= 0.0:
            return
        d, left = d - share, 0.0
    if right > width:
        d, right = d * ((width - left) / (right - left)), float(width)
    first, last = int(left), int(right)
    if last == right and last > first:
        last -= 1
    strip.low[row] = min(strip.low[row], first)
    strip.high[row] = max(strip.high[row], last + 1)
    if first == last:
        area = d * (first + 1 - 0.5 * (left + right))
        steps[base + first] += area
        steps[base + first + 1] += d - area
    else:
        add_across(steps, base, left, right, first, last, d / (right - left))


def _add_across(
    steps: Floats, base: int, left: float, right: float, first: int, last: int, rate: float
) -> None:
    """Add a piece that crosses the columns ``first`` to ``last``, ``rate`` rows for each column."""
    part = rate * (first + 1 - left)
    area = 0.5 * part * (first + 1 - left)
    steps[base + first] += area
    steps[base + first + 1] += part - area
    for column in range(first + 1, last):
        steps[base + column] += 0.5 * rate
        steps[base + column + 1] += 0.5 * rate
    part = rate * (right - last)
    area = part * (1.0 - 0.5 * (right - last))
    steps[base + last] += area
    steps[base + last + 1] += part - area


def _add_edge(
    strip: Any, rows: int, width: int, x0: float, y0: float, x1: float, y1: float, d: float
) -> None:
    """Add an edge in cells of the strip; level edges carry nothing."""
    if y0 == y1:
        return
    if y0 > y1:
        x0, y0, x1, y1, d = x1, y1, x0, y0, -d
    low, high = min(x0, x1), max(x0, x1)
    if y1 <= 0.0 or y0 >= rows or low >= width:
        return
    slope = (x1 - x0) / (y1 - y0)
    y, x = y0, x0
    if y < 0.0:
        y, x = 0.0, min(high, max(low, x0 - y0 * slope))
    end = min(y1, float(rows))
    row = int(y)
    while y < end:
        # From the edge's own end, not from the last row: errors do not add up along an edge.
        y_next = min(row + 1.0, end)
        x_next = x1 if y_next == y1 else min(high, max(low, x0 + (y_next - y0) * slope))
        add_piece(strip, row, width, x, x_next, (y_next - y) * d)
        y, x, row = y_next, x_next, row + 1


def _add_rings(strip: Any, rings: Any, zone: int, frame: Any, at: Any, turn: int) -> None:
    """Add every edge of a zone; ``at`` is (first row, first column, rows, columns)."""
    xy = rings.xy
    for ring in range(rings.zone[zone], rings.zone[zone + 1]):
        d = float(turn * rings.sign[ring])
        first, last = rings.ring[ring], rings.ring[ring + 1] - 1
        x = (xy[first, 0] - frame.x0) / frame.dx - at[1]
        y = (xy[first, 1] - frame.y0) / frame.dy - at[0]
        for vertex in range(first + 1, last + 1):
            x_next = (xy[vertex, 0] - frame.x0) / frame.dx - at[1]
            y_next = (xy[vertex, 1] - frame.y0) / frame.dy - at[0]
            add_edge(strip, at[2], at[3], x, y, x_next, y_next, d)
            x, y = x_next, y_next


def _add_bands(
    strip: Any, rings: Any, index: Any, zone: int, frame: Any, at: Any, turn: int
) -> None:
    """Add the edges of a zone that reach the strip, found through its index."""
    xy = rings.xy
    top, bottom = at[0] // BAND, (at[0] + at[2] - 1) // BAND
    for band in range(top, bottom + 1):
        slot = index.slot[zone] + band - index.band[zone]
        for item in range(index.start[slot], index.start[slot + 1]):
            vertex = index.edge[item]
            y = (xy[vertex, 1] - frame.y0) / frame.dy
            y_next = (xy[vertex + 1, 1] - frame.y0) / frame.dy
            # An edge stands in every band it reaches and is taken in the first of them.
            if band > top and min(y, y_next) < band * BAND:
                continue
            x = (xy[vertex, 0] - frame.x0) / frame.dx - at[1]
            x_next = (xy[vertex + 1, 0] - frame.x0) / frame.dx - at[1]
            d = float(turn * index.sign[item])
            add_edge(strip, at[2], at[3], x, y - at[0], x_next, y_next - at[0], d)


def _sweep(strip: Any, row: int, width: int, base: int, runs: Any, count: int) -> int:
    """Turn the differences of a row into runs, clear them, and return the number of runs."""
    steps, at = strip.steps, row * (width + 1)
    cover, weight, begin = 0.0, 0.0, 0
    for column in range(strip.low[row], min(strip.high[row] + 1, width)):
        step = steps[at + column]
        if step == 0.0:
            continue
        steps[at + column] = 0.0
        cover += step
        now = 0.0 if cover < SPECK else (1.0 if cover > 1.0 - SPECK else cover)
        if now != weight:
            count = put(runs, count, base + begin, column - begin, weight)
            weight, begin = now, column
    steps[at + width] = 0.0
    return int(put(runs, count, base + begin, width - begin, weight))


def _put(runs: Any, count: int, cell: int, length: int, weight: float) -> int:
    """Write a run unless it has no weight; return the number of runs."""
    if weight > 0.0:
        runs.cell[count], runs.length[count], runs.weight[count] = cell, length, weight
        count += 1
    return count


def _spread(low: float, high: float, start: float, step: float, count: int) -> tuple[int, int]:
    """Return the first and the last cell + 1 between two coordinates, within 0 .. count."""
    a, b = (low - start) / step, (high - start) / step
    a, b = min(a, b), max(a, b)
    if not (b > 0.0 and a < count):
        return 0, 0
    return int(max(0.0, np.floor(a))), int(min(float(count), np.ceil(b)))


def _trace(
    rings: Any, index: Any, zones: Ints, begin: int, frame: Any, window: Any, strip: Any, runs: Any
) -> int:
    """Write the runs of ``zones[begin:]`` in ``window`` (rows from, to, columns from, to).

    Return the place of the zone for whose runs there was no room, or the number of zones.
    ``strip`` comes clean and is left clean.
    """
    row0, row1, column0, column1 = window
    turn = -1 if frame.dx * frame.dy > 0 else 1
    wide, count = column1 - column0, runs.of[begin]
    for place in range(begin, zones.shape[0]):
        zone = zones[place]
        left, right = spread(rings.box[zone, 0], rings.box[zone, 2], frame.x0, frame.dx, column1)
        top, bottom = spread(rings.box[zone, 1], rings.box[zone, 3], frame.y0, frame.dy, row1)
        left, top = max(left, column0), max(top, row0)
        width = right - left
        tall = max(1, strip.steps.shape[0] // (max(width, 0) + 1))
        for first in range(top, bottom if width > 0 else top, tall):
            at = (first, left, min(tall, bottom - first), width)
            for row in range(at[2]):
                strip.low[row], strip.high[row] = width, -1
            if index.slot[zone] >= 0:
                add_bands(strip, rings, index, zone, frame, at, turn)
            else:
                add_rings(strip, rings, zone, frame, at, turn)
            need = 0
            for row in range(at[2]):
                need += max(0, strip.high[row] - strip.low[row] + 2)
            if count + need > runs.cell.shape[0]:
                strip.steps[: at[2] * (width + 1)] = 0.0
                return place
            for row in range(at[2]):
                if strip.high[row] >= 0:
                    base = (first + row - row0) * wide + left - column0
                    count = sweep(strip, row, width, base, runs, count)
        runs.of[place + 1] = count
    return int(zones.shape[0])


add_across = inner(_add_across)
add_piece = inner(_add_piece)
add_edge = inner(_add_edge)
add_rings = inner(_add_rings)
add_bands = inner(_add_bands)
put = inner(_put)
sweep = inner(_sweep)
spread = inner(_spread)
trace = kept(_trace)
