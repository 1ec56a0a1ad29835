"""The search for the largest rectangle as compiled loops; `rectangle` tells what they look for.

A best so far bounds what is looked at: no rectangle that starts on a line can be larger than the
widest interval still free above it times all the height that is left. What is passed over could
not have won, so that the result is the one of the whole search.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from landuse.compiled import inner, kept

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
LEVELS, STEPS, BEST, ROUNDS = 36, 36, 12, 7
"""Level lines beside those through corners; angles in 90 degrees; angles refined; refinements."""
FINE = 9
"""Levels tried about each of the two level sides of a rectangle that is refined."""


def scratch(sides: int) -> tuple[Floats, Floats, Ints, Floats, Floats, Floats, Floats]:
    """Return room for one search over a polygon of so many sides."""
    lines = sides + LEVELS + 1 + 2 * FINE
    widths = sides // 2 + 1
    return (np.empty((sides, 4)), np.empty(lines), np.empty(lines, dtype=np.int64),
            np.empty((lines * widths, 2)), np.empty((2, 2 * widths, 2)), np.empty((sides, 2)),
            np.empty((BEST + 2, 6)))  # fmt: skip


def _sort(values: Floats, count: int) -> None:
    """Sort the first values in place (Shell 1959, gaps of Ciura)."""
    for gap in (132, 57, 23, 10, 4, 1):
        for place in range(gap, count):
            value, at = values[place], place
            while at >= gap and values[at - gap] > value:
                values[at] = values[at - gap]
                at -= gap
            values[at] = value


def _copy(source: Floats, target: Floats) -> None:
    """Copy a row; a slice would ask for room of numba's own."""
    for place in range(len(source)):
        target[place] = source[place]


def _turn(sides: Floats, first: int, last: int, angle: float, turned: Floats) -> None:
    """Fill (x0, y0, x1, y1) of the sides, turned back by an angle."""
    cos, sin = math.cos(-angle), math.sin(-angle)
    for side in range(first, last):
        for end in (0, 2):
            x, y = sides[side, end], sides[side, end + 1]
            turned[side - first, end] = x * cos - y * sin
            turned[side - first, end + 1] = x * sin + y * cos


def _draw(turned: Floats, count: int, about: Floats, reach: float, lines: Floats) -> int:
    """Fill the level lines, rising, each once; return how many.

    They run through every corner, at even steps and, where ``reach`` is positive, close to the two
    level sides of the rectangle ``about``.
    """
    low = high = turned[0, 1]
    for side in range(count):
        lines[side] = turned[side, 1]
        low, high = min(low, turned[side, 1]), max(high, turned[side, 1])
    found, step = count, (high - low) / LEVELS
    for level in range(LEVELS + 1):
        lines[found] = high if level == LEVELS else level * step + low
        found += 1
    if reach >= 0:
        for place in (3, 4):
            for fine in range(FINE):
                off = reach if fine == FINE - 1 else fine * (2 * reach / (FINE - 1)) - reach
                line = about[place] + off
                if low < line < high:
                    lines[found] = line
                    found += 1
    sort(lines, found)
    once = 1
    for place in range(1, found):
        if lines[place] != lines[once - 1]:
            lines[once] = lines[place]
            once += 1
    return once


def _free_widths(
    turned: Floats, count: int, low: float, high: float, crossing: Floats, out: Floats, start: int
) -> int:
    """Append the intervals that are inside all the way from one line to the next, from left."""
    crossed = 0
    for side in range(count):
        y0, y1 = turned[side, 1], turned[side, 3]
        if min(y0, y1) <= low and max(y0, y1) >= high and y0 != y1:
            rate = (turned[side, 2] - turned[side, 0]) / (y1 - y0)
            left = turned[side, 0] + (low - y0) * rate
            right = turned[side, 0] + (high - y0) * rate
            at = crossed
            while at > 0 and crossing[at - 1, 0] + crossing[at - 1, 1] > left + right:
                crossing[at, 0], crossing[at, 1] = crossing[at - 1, 0], crossing[at - 1, 1]
                at -= 1
            crossing[at, 0], crossing[at, 1] = left, right
            crossed += 1
    for pair in range(crossed // 2):
        begin = max(crossing[2 * pair, 0], crossing[2 * pair, 1])
        stop = min(crossing[2 * pair + 1, 0], crossing[2 * pair + 1, 1])
        if stop > begin:
            out[start, 0], out[start, 1] = begin, stop
            start += 1
    return start


def _common(
    free: Floats, one: int, count: int, bands: Floats, first: int, last: int
) -> int:  # fmt: skip
    """Keep in the other half of ``free`` what intervals have in common with those of a band."""
    kept, i, j, other = 0, 0, first, 1 - one
    while i < count and j < last:
        begin, stop = max(free[one, i, 0], bands[j, 0]), min(free[one, i, 1], bands[j, 1])
        if stop > begin:
            free[other, kept, 0], free[other, kept, 1] = begin, stop
            kept += 1
        if free[one, i, 1] < bands[j, 1]:
            i += 1
        else:
            j += 1
    return kept


def _best_from(
    low: int, count: int, lines: Floats, starts: Ints, bands: Floats, free: Floats, best: Floats
) -> None:
    """Put a rectangle that stands on a line into ``best`` if it is larger than what is there."""
    half, held, above = 0, starts[low + 1] - starts[low], lines[count - 1] - lines[low]
    for k in range(held):
        free[0, k, 0], free[0, k, 1] = bands[starts[low] + k, 0], bands[starts[low] + k, 1]
    for high in range(low, count - 1):
        if high > low:
            held = common(free, half, held, bands, starts[high], starts[high + 1])
            half = 1 - half
        tall, widest = lines[high + 1] - lines[low], 0.0
        for k in range(held):
            wide = free[half, k, 1] - free[half, k, 0]
            widest = max(widest, wide)
            if wide * tall > best[0]:
                best[0] = wide * tall
                best[1], best[2] = free[half, k, 0], free[half, k, 1]
                best[3], best[4] = lines[low], lines[high + 1]
        if widest * above <= best[0]:
            break


def _at_angle(
    sides: Floats, first: int, last: int, angle: float, about: Floats, reach: float, best: Floats,
    turned: Floats, lines: Floats, starts: Ints, bands: Floats, free: Floats, crossing: Floats,
) -> None:  # fmt: skip
    """Put the best rectangle at an angle into ``best`` (area, x0, x1, y0, y1) if it is larger."""
    turn(sides, first, last, angle, turned)
    count = draw(turned, last - first, about, reach, lines)
    widest = 0.0
    starts[0] = 0
    for band in range(count - 1):
        starts[band + 1] = free_widths(turned, last - first, lines[band], lines[band + 1],
                                       crossing, bands, starts[band])  # fmt: skip
        for k in range(starts[band], starts[band + 1]):
            widest = max(widest, bands[k, 1] - bands[k, 0])
    for low in range(count - 1):
        if widest * (lines[count - 1] - lines[low]) <= best[0]:
            break
        best_from(low, count, lines, starts, bands, free, best)


def _refine(
    sides: Floats, first: int, last: int, about: Floats, best: Floats,
    turned: Floats, lines: Floats, starts: Ints, bands: Floats, free: Floats, crossing: Floats,
) -> None:  # fmt: skip
    """Better the rectangle ``best``, (area, x0, x1, y0, y1, angle): finer angles, finer levels."""
    step = math.pi / 2 / STEPS / 2
    for _ in range(ROUNDS):
        copy(best, about)
        reach = (about[4] - about[3]) * 0.5 * step / (math.pi / 2 / STEPS)
        for turned_by in (-step, 0.0, step):
            before, angle = best[0], about[5] + turned_by
            at_angle(sides, first, last, angle, about, reach, best,
                     turned, lines, starts, bands, free, crossing)  # fmt: skip
            if best[0] > before:
                best[5] = angle
        step /= 2


def _search(
    sides: Floats, first: int, last: int, angles: Floats, angle_first: int, angle_last: int,
    out: Floats, turned: Floats, lines: Floats, starts: Ints, bands: Floats, free: Floats,
    crossing: Floats, found: Floats,
) -> None:  # fmt: skip
    """Fill ``out`` with area, x0, x1, y0, y1 and angle of the largest rectangle of one polygon.

    Of all angles the few with the largest rectangles, of equal ones the smaller angle, are
    refined; ``found`` holds them in order, then two rows to work with.
    """
    held, about, best = 0, found[BEST], found[BEST + 1]
    for number in range(angle_first, angle_last):
        floor = found[BEST - 1, 0] if held == BEST else 0.0
        best[:] = 0.0
        best[0] = floor
        at_angle(sides, first, last, angles[number], about, -1.0, best,
                 turned, lines, starts, bands, free, crossing)  # fmt: skip
        best[5] = angles[number]
        if held < BEST or best[0] > floor:
            held = min(held + 1, BEST)
            place = held - 1
            while place > 0 and found[place - 1, 0] < best[0]:
                copy(found[place - 1], found[place])
                place -= 1
            copy(best, found[place])
    out[0] = 0.0
    for place in range(held):
        refine(sides, first, last, about, found[place],
               turned, lines, starts, bands, free, crossing)  # fmt: skip
        if found[place, 0] > out[0]:
            copy(found[place], out)


def _search_each(
    sides: Floats, side_starts: Ints, angles: Floats, angle_starts: Ints, first: int, last: int,
    out: Floats, turned: Floats, lines: Floats, starts: Ints, bands: Floats, free: Floats,
    crossing: Floats, found: Floats,
) -> None:  # fmt: skip
    """Fill the rows ``first`` to ``last`` of ``out``, one a polygon; see `_search`."""
    for one in range(first, last):
        out[one, :] = 0.0
        if side_starts[one + 1] > side_starts[one]:
            search(sides, side_starts[one], side_starts[one + 1], angles, angle_starts[one],
                   angle_starts[one + 1], out[one], turned, lines, starts, bands, free, crossing,
                   found)  # fmt: skip


sort = inner(_sort)
copy = inner(_copy)
turn = inner(_turn)
draw = inner(_draw)
free_widths = inner(_free_widths)
common = inner(_common)
best_from = inner(_best_from)
at_angle = inner(_at_angle)
refine = inner(_refine)
search = inner(_search)
search_each = kept(_search_each)
