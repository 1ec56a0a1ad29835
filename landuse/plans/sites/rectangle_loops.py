"""The search for the largest rectangle as compiled loops; `rectangle` tells what they look for.

A best so far bounds what is looked at: no rectangle that starts on a line can be larger than the
widest interval still free above it times all the height that is left, none that reaches a band
larger than the width of that band times all the height. What is passed over could not have won, so
that the result is the one of the whole search. Between two neighbouring corners all lines cross the
same sides, so that these are looked up once.
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


def scratch(sides: int) -> tuple[Floats, Floats, Floats, Ints, Floats, Floats, Floats, Floats]:
    """Return room for one search over a polygon of so many sides."""
    lines = sides + LEVELS + 1 + 2 * FINE
    widths = sides // 2 + 1
    return (np.empty((sides, 4)), np.empty((2, sides + 2 * FINE)), np.empty(lines),
            np.empty(lines, dtype=np.int64), np.empty((lines * widths, 2)),
            np.empty((2, 2 * widths, 2)), np.empty((sides, 6)),
            np.empty((BEST + 2, 6)))  # fmt: skip


def _sort(rows: Floats, row: int, count: int) -> None:
    """Sort the first values of a row in place (Shell 1959, gaps of Ciura)."""
    for gap in (132, 57, 23, 10, 4, 1):
        for place in range(gap, count):
            value, at = rows[row, place], place
            while at >= gap and rows[row, at - gap] > value:
                rows[row, at] = rows[row, at - gap]
                at -= gap
            rows[row, at] = value


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


def _draw(
    turned: Floats, count: int, about: Floats, reach: float, marks: Floats, lines: Floats
) -> int:
    """Fill the level lines, rising, each once; return how many. Row 0 of ``marks``: the corners.

    They run through every corner, at even steps and, where ``reach`` is positive, close to the two
    level sides of the rectangle ``about``.
    """
    for side in range(count):
        marks[0, side] = turned[side, 1]
    sort(marks, 0, count)
    for side in range(count):
        marks[1, side] = marks[0, side]
    found = count
    if reach >= 0:
        found = mark_fine(about, reach, marks, count)
        sort(marks, 1, found)
    drawn: int = merge(marks, found, marks[0, 0], marks[0, count - 1], lines)
    return drawn


def _mark_fine(about: Floats, reach: float, marks: Floats, count: int) -> int:
    """Append levels close to the level sides of a rectangle to row 1; return how many there are."""
    found = count
    for place in (3, 4):
        for fine in range(FINE):
            off = reach if fine == FINE - 1 else fine * (2 * reach / (FINE - 1)) - reach
            line = about[place] + off
            if marks[0, 0] < line < marks[0, count - 1]:
                marks[1, found] = line
                found += 1
    return found


def _merge(marks: Floats, count: int, low: float, high: float, lines: Floats) -> int:
    """Fill row 1 of ``marks`` and levels at even steps, rising, each once; return how many."""
    step, level, mark, found = (high - low) / LEVELS, 0, 0, 0
    even = low
    while level <= LEVELS or mark < count:
        if mark < count and (level > LEVELS or marks[1, mark] <= even):
            line = marks[1, mark]
            mark += 1
        else:
            line = even
            level += 1
            even = high if level >= LEVELS else min(level * step + low, high)
        if found == 0 or line != lines[found - 1]:
            lines[found] = line
            found += 1
    return found


def _cross(turned: Floats, count: int, low: float, high: float, crossing: Floats) -> int:
    """Fill what is crossed by all lines from one corner to the next; return how many sides.

    Columns: start of the side (x, y), its rate (x by y), where the lowest line crosses it.
    """
    crossed = 0
    for side in range(count):
        y0, y1 = turned[side, 1], turned[side, 3]
        if min(y0, y1) <= low and max(y0, y1) >= high and y0 != y1:
            rate = (turned[side, 2] - turned[side, 0]) / (y1 - y0)
            crossing[crossed, 0], crossing[crossed, 1] = turned[side, 0], y0
            crossing[crossed, 2] = rate
            crossing[crossed, 3] = turned[side, 0] + (low - y0) * rate
            crossed += 1
    return crossed


def _free_widths(crossing: Floats, crossed: int, high: float, out: Floats, start: int) -> int:
    """Append the intervals that are inside all the way from one line to the next, from left.

    Column 3 of ``crossing`` goes along, from the crossings of the one line to those of the next.
    """
    for side in range(crossed):
        left = crossing[side, 3]
        right = crossing[side, 0] + (high - crossing[side, 1]) * crossing[side, 2]
        crossing[side, 3] = right
        at = side
        while at > 0 and crossing[at - 1, 4] + crossing[at - 1, 5] > left + right:
            crossing[at, 4], crossing[at, 5] = crossing[at - 1, 4], crossing[at - 1, 5]
            at -= 1
        crossing[at, 4], crossing[at, 5] = left, right
    for pair in range(crossed // 2):
        begin = max(crossing[2 * pair, 4], crossing[2 * pair, 5])
        stop = min(crossing[2 * pair + 1, 4], crossing[2 * pair + 1, 5])
        if stop > begin:
            out[start, 0], out[start, 1] = begin, stop
            start += 1
    return start


def _between_two(
    crossing: Floats, first: int, last: int, lines: Floats, starts: Ints, out: Floats
) -> None:
    """Do as `_free_widths` for all bands between two corners that two sides alone pass."""
    x0, y0, rate0, left0 = crossing[0, 0], crossing[0, 1], crossing[0, 2], crossing[0, 3]
    x1, y1, rate1, left1 = crossing[1, 0], crossing[1, 1], crossing[1, 2], crossing[1, 3]
    start = starts[first]
    for band in range(first, last):
        right0 = x0 + (lines[band + 1] - y0) * rate0
        right1 = x1 + (lines[band + 1] - y1) * rate1
        if left0 + right0 > left1 + right1:
            begin, stop = max(left1, right1), min(left0, right0)
        else:
            begin, stop = max(left0, right0), min(left1, right1)
        if stop > begin:
            out[start, 0], out[start, 1] = begin, stop
            start += 1
        starts[band + 1] = start
        left0, left1 = right0, right1


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
    begin, stop, above, high = -np.inf, np.inf, lines[count - 1] - lines[low], low
    while high < count - 1 and starts[high + 1] - starts[high] == 1:
        begin, stop = max(begin, bands[starts[high], 0]), min(stop, bands[starts[high], 1])
        wide, tall = stop - begin, lines[high + 1] - lines[low]
        if wide * tall > best[0]:
            best[0], best[1], best[2] = wide * tall, begin, stop
            best[3], best[4] = lines[low], lines[high + 1]
        if wide * above <= best[0]:
            return
        high += 1
    if high < count - 1:
        best_among(low, high, begin, stop, count, lines, starts, bands, free, best)


def _best_among(
    low: int, high: int, begin: float, stop: float, count: int, lines: Floats, starts: Ints,
    bands: Floats, free: Floats, best: Floats,
) -> None:  # fmt: skip
    """Go on upward from a line where several intervals, or none, may be free.

    Up to there the one from ``begin`` to ``stop`` is.
    """
    half, held, above = 0, 1, lines[count - 1] - lines[low]
    free[0, 0, 0], free[0, 0, 1] = begin, stop
    for line in range(high, count - 1):
        held = common(free, half, held, bands, starts[line], starts[line + 1])
        half = 1 - half
        tall, widest = lines[line + 1] - lines[low], 0.0
        for k in range(held):
            wide = free[half, k, 1] - free[half, k, 0]
            widest = max(widest, wide)
            if wide * tall > best[0]:
                best[0] = wide * tall
                best[1], best[2] = free[half, k, 0], free[half, k, 1]
                best[3], best[4] = lines[low], lines[line + 1]
        if widest * above <= best[0]:
            return


def _fill_bands(
    turned: Floats, count: int, marks: Floats, lines: Floats, drawn: int, starts: Ints,
    bands: Floats, crossing: Floats,
) -> None:  # fmt: skip
    """Fill the free intervals between neighbouring lines, from the lowest."""
    corner, band = 0, 0
    starts[0] = 0
    while band < drawn - 1:
        low = lines[band]
        while marks[0, corner] == low:
            corner += 1
        crossed = cross(turned, count, low, marks[0, corner], crossing)
        last = band + 1
        while lines[last] < marks[0, corner]:
            last += 1
        if crossed == 2:
            between_two(crossing, band, last, lines, starts, bands)
        else:
            for one in range(band, last):
                starts[one + 1] = free_widths(crossing, crossed, lines[one + 1], bands, starts[one])
        band = last


def _at_angle(
    sides: Floats, first: int, last: int, angle: float, about: Floats, reach: float, best: Floats,
    turned: Floats, marks: Floats, lines: Floats, starts: Ints, bands: Floats, free: Floats,
    crossing: Floats,
) -> None:  # fmt: skip
    """Put the best rectangle at an angle into ``best`` (area, x0, x1, y0, y1) if it is larger."""
    turn(sides, first, last, angle, turned)
    count = draw(turned, last - first, about, reach, marks, lines)
    fill_bands(turned, last - first, marks, lines, count, starts, bands, crossing)
    bottom, top = within_reach(lines, count, starts, bands, best[0])
    widest = widest_of(starts[bottom], starts[top], bands)
    for low in range(bottom, top):
        if widest * (lines[top] - lines[low]) <= best[0]:
            break
        best_from(low, top + 1, lines, starts, bands, free, best)


def _within_reach(
    lines: Floats, count: int, starts: Ints, bands: Floats, floor: float
) -> tuple[int, int]:
    """Return the lowest and the highest line of rectangles that may be larger than a floor.

    A rectangle in the uppermost or the lowest band is no wider than that band and no taller than
    all that is left; bands that cannot hold a larger one are given up until none is.
    """
    bottom, top, before = 0, count - 1, -1
    while top - bottom != before:
        before = top - bottom
        while top > bottom and floor >= (
            widest_of(starts[top - 1], starts[top], bands) * (lines[top] - lines[bottom])
        ):
            top -= 1
        while top > bottom and floor >= (
            widest_of(starts[bottom], starts[bottom + 1], bands) * (lines[top] - lines[bottom])
        ):
            bottom += 1
    return bottom, top


def _widest_of(first: int, last: int, bands: Floats) -> float:
    """Return the width of the widest of some intervals; 0 of none."""
    widest = 0.0
    for one in range(first, last):
        widest = max(widest, bands[one, 1] - bands[one, 0])
    return widest


def _refine(
    sides: Floats, first: int, last: int, about: Floats, best: Floats,
    turned: Floats, marks: Floats, lines: Floats, starts: Ints, bands: Floats, free: Floats,
    crossing: Floats,
) -> None:  # fmt: skip
    """Better the rectangle ``best``, (area, x0, x1, y0, y1, angle): finer angles, finer levels."""
    step = math.pi / 2 / STEPS / 2
    for _ in range(ROUNDS):
        copy(best, about)
        reach = (about[4] - about[3]) * 0.5 * step / (math.pi / 2 / STEPS)
        for turned_by in (-step, 0.0, step):
            before, angle = best[0], about[5] + turned_by
            at_angle(sides, first, last, angle, about, reach, best,
                     turned, marks, lines, starts, bands, free, crossing)  # fmt: skip
            if best[0] > before:
                best[5] = angle
        step /= 2


def _search(
    sides: Floats, first: int, last: int, angles: Floats, angle_first: int, angle_last: int,
    out: Floats, turned: Floats, marks: Floats, lines: Floats, starts: Ints, bands: Floats,
    free: Floats, crossing: Floats, found: Floats,
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
                 turned, marks, lines, starts, bands, free, crossing)  # fmt: skip
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
               turned, marks, lines, starts, bands, free, crossing)  # fmt: skip
        if found[place, 0] > out[0]:
            copy(found[place], out)


def _search_each(
    sides: Floats, side_starts: Ints, angles: Floats, angle_starts: Ints, first: int, last: int,
    out: Floats, turned: Floats, marks: Floats, lines: Floats, starts: Ints, bands: Floats,
    free: Floats, crossing: Floats, found: Floats,
) -> None:  # fmt: skip
    """Fill the rows ``first`` to ``last`` of ``out``, one a polygon; see `_search`."""
    for one in range(first, last):
        out[one, :] = 0.0
        if side_starts[one + 1] > side_starts[one]:
            search(sides, side_starts[one], side_starts[one + 1], angles, angle_starts[one],
                   angle_starts[one + 1], out[one], turned, marks, lines, starts, bands, free,
                   crossing, found)  # fmt: skip


sort = inner(_sort)
copy = inner(_copy)
turn = inner(_turn)
merge = inner(_merge)
mark_fine = inner(_mark_fine)
draw = inner(_draw)
cross = inner(_cross)
free_widths = inner(_free_widths)
common = inner(_common)
best_among = inner(_best_among)
best_from = inner(_best_from)
between_two = inner(_between_two)
fill_bands = inner(_fill_bands)
widest_of = inner(_widest_of)
within_reach = inner(_within_reach)
at_angle = inner(_at_angle)
refine = inner(_refine)
search = inner(_search)
search_each = kept(_search_each)
