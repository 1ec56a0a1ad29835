"""The loops over heights: a 3 x 3 median, Horn's differences, the lowest cell around a place."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from landuse.compiled import inner, kept
from landuse.indicators.engine.trace import Floats

_ROWS = 256
"""Rows of one call; every row is worked by itself, so that threads cannot change a digit."""
# Nineteen exchanges leave the median of nine in place 4 (Smith 1996, after Paeth 1990).
_NETWORK = np.array(
    [(1, 2), (4, 5), (7, 8), (0, 1), (3, 4), (6, 7), (1, 2), (4, 5), (7, 8), (0, 3), (5, 8), (4, 7),
     (3, 6), (1, 4), (2, 5), (4, 7), (4, 2), (6, 4), (4, 2)]
)  # fmt: skip


def slope_degrees(heights: Floats, *, cell_m: float, threads: int = 2) -> Floats:
    """Return the slope in degrees of heights (metres) that reach two cells beyond each edge."""
    rows, columns = heights.shape[0] - 4, heights.shape[1] - 4
    out = np.empty((rows, columns))

    def work(first: int) -> None:
        last = min(first + _ROWS, rows)
        room, nine = np.empty((3, columns + 2)), np.empty((9, columns + 2))
        fill_slopes(heights, first, last, 1.0 / (8.0 * cell_m), room, nine, out)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, range(0, rows, _ROWS)))
    return out


def medians_3x3(heights: Floats, *, threads: int = 2) -> Floats:
    """Return the 3 x 3 medians of heights that reach one cell beyond each edge; none is NaN."""
    rows, columns = heights.shape[0] - 2, heights.shape[1] - 2
    out = np.empty((rows, columns))

    def work(first: int) -> None:
        last = min(first + _ROWS, rows)
        fill_medians(heights, first, last, np.empty((9, columns)), out)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, range(0, rows, _ROWS)))
    return out


def lowest_within(heights: Floats, places: Floats, *, cell_m: float, radius_m: float) -> Floats:
    """Return the lowest height whose cell's middle lies within a radius of each place.

    Parameters
    ----------
    places : (n, 2) column and row, in cells from the corner of the grid.

    Returns
    -------
    Infinite where no cell is near.
    """
    out = np.empty(len(places))
    fill_lowest(heights, places, cell_m, radius_m, out)
    return out


def _fill_row(heights: Floats, row: int, nine: Floats, out: Floats) -> None:
    """Fill the 3 x 3 medians of a row and its neighbours above and below."""
    width = out.shape[0]
    for place in range(9):
        above, left = place // 3, place % 3
        for column in range(width):
            nine[place, column] = heights[row + above, column + left]
    for exchange in range(19):
        low, high = NETWORK[exchange, 0], NETWORK[exchange, 1]
        for column in range(width):
            a, b = nine[low, column], nine[high, column]
            nine[low, column] = b if b < a else a
            nine[high, column] = a if b < a else b
    for column in range(width):
        out[column] = nine[4, column]


def _fill_slopes(
    heights: Floats, first: int, last: int, scale: float, room: Floats, nine: Floats, out: Floats
) -> None:
    """Fill the slopes of rows ``first`` to ``last``; ``room`` keeps three rows of medians."""
    fill_row(heights, first, nine, room[first % 3])
    fill_row(heights, first + 1, nine, room[(first + 1) % 3])
    for row in range(first, last):
        fill_row(heights, row + 2, nine, room[(row + 2) % 3])
        a, b, c = room[row % 3], room[(row + 1) % 3], room[(row + 2) % 3]
        for column in range(out.shape[1]):
            right = a[column + 2] + 2.0 * b[column + 2] + c[column + 2]
            across = right - (a[column] + 2.0 * b[column] + c[column])
            low = c[column] + 2.0 * c[column + 1] + c[column + 2]
            down = low - (a[column] + 2.0 * a[column + 1] + a[column + 2])
            rise = math.sqrt(across * across + down * down) * scale
            out[row, column] = math.degrees(math.atan(rise))


def _fill_medians(heights: Floats, first: int, last: int, nine: Floats, out: Floats) -> None:
    """Fill the medians of rows ``first`` to ``last``."""
    for row in range(first, last):
        fill_row(heights, row, nine, out[row])


def _fill_lowest(
    heights: Floats, places: Floats, cell_m: float, radius_m: float, out: Floats
) -> None:
    """Fill the lowest heights around places."""
    rows, columns = heights.shape
    reach = radius_m / cell_m + 1.0
    for place in range(places.shape[0]):
        x, y, lowest = places[place, 0], places[place, 1], np.inf
        top, left = max(0, math.floor(y - reach)), max(0, math.floor(x - reach))
        for row in range(top, min(rows, math.floor(y + reach) + 1)):
            down = row + 0.5 - y
            for column in range(left, min(columns, math.floor(x + reach) + 1)):
                # Few cells are lower than all before them: the distance of the others is not asked.
                if heights[row, column] < lowest:
                    across = column + 0.5 - x
                    if math.hypot(across, down) * cell_m <= radius_m:
                        lowest = heights[row, column]
        out[place] = lowest


NETWORK = _NETWORK
fill_row = inner(_fill_row)
fill_lowest = kept(_fill_lowest)
fill_medians = kept(_fill_medians)
fill_slopes = kept(_fill_slopes)
