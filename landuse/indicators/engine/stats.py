"""What the runs of a zone add up to on the cells of a layer."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from landuse.compiled import inner, kept
from landuse.indicators.engine.trace import Floats, Runs

COUNT, ORIGIN, SUM, SQUARES, LEAST, MOST = range(6)
"""Columns of the sums of a number layer: covered known cells; a value near the mean; the sum of
the differences to it, and of their squares; the least and the greatest value."""
_ROUNDING = 1e-6


def _add_classes(runs: Any, values: Any, slot: Any, out: Floats) -> None:
    """Add the cover of each zone by class: ``out`` (n x classes), ``slot`` the column of a code."""
    for zone in range(runs.of.shape[0] - 1):
        for run in range(runs.of[zone], runs.of[zone + 1]):
            first, weight = runs.cell[run], runs.weight[run]
            for cell in range(first, first + runs.length[run]):
                out[zone, slot[values[cell]]] += weight


def _mark(runs: Any, seen: Any) -> None:
    """Mark every cell of the runs."""
    for run in range(runs.cell.shape[0]):
        first = runs.cell[run]
        for cell in range(first, first + runs.length[run]):
            seen[cell] = True


def _add_numbers(runs: Any, values: Any, nodata: Any, has_nodata: bool, out: Floats) -> None:
    """Fill the sums of each zone, ``out`` (n x 6); NaN and nodata are left out.

    Squares are of differences to the zone's first value: of the values themselves they would
    cancel.
    """
    for zone in range(runs.of.shape[0] - 1):
        count, total, squares, origin, least, most = 0.0, 0.0, 0.0, 0.0, np.inf, -np.inf
        for run in range(runs.of[zone], runs.of[zone + 1]):
            first, weight = runs.cell[run], runs.weight[run]
            for cell in range(first, first + runs.length[run]):
                found = values[cell]
                value = float(found)
                if value != value or (has_nodata and found == nodata):
                    continue
                if count == 0.0:
                    origin = value
                away = value - origin
                count += weight
                total += weight * away
                squares += weight * away * away
                least, most = min(least, value), max(most, value)
        out[zone, 0], out[zone, 1], out[zone, 2] = count, origin, total
        out[zone, 3], out[zone, 4], out[zone, 5] = squares, least, most


def _sift(value: Floats, weight: Floats, low: int, high: int) -> tuple[int, int]:
    """Split values low .. high - 1 about the middle of three; return where equal ones lie."""
    a, b, c = value[low], value[(low + high) // 2], value[high - 1]
    pivot = max(min(a, b), min(max(a, b), c))
    less, at, more = low, low, high
    while at < more:
        if value[at] < pivot:
            value[at], value[less] = value[less], value[at]
            weight[at], weight[less] = weight[less], weight[at]
            less, at = less + 1, at + 1
        elif value[at] > pivot:
            more -= 1
            value[at], value[more] = value[more], value[at]
            weight[at], weight[more] = weight[more], weight[at]
        else:
            at += 1
    return less, more


def _added(weight: Floats, low: int, high: int) -> float:
    total = 0.0
    for at in range(low, high):
        total += weight[at]
    return total


def _middle(value: Floats, weight: Floats, count: int, rank: float) -> float:
    """Return the least value with at least ``rank`` of the weight at or below it."""
    low, high, below = 0, count, 0.0
    while high - low > 1:
        less, more = sift(value, weight, low, high)
        lower, equal = added(weight, low, less), added(weight, less, more)
        if less > low and below + lower >= rank:
            high = less
        elif below + lower + equal >= rank or more == high:
            return float(value[less])
        else:
            low, below = more, below + lower + equal
    return float(value[low])


def _fill_medians(
    runs: Any,
    values: Any,
    nodata: Any,
    has_nodata: bool,
    value: Floats,
    weight: Floats,
    out: Floats,
) -> None:
    """Fill the weighted median of each zone, NaN where nothing is known.

    ``value`` and ``weight`` are scratch, as long as the most cells that a zone touches.
    """
    for zone in range(runs.of.shape[0] - 1):
        count, total = 0, 0.0
        for run in range(runs.of[zone], runs.of[zone + 1]):
            first = runs.cell[run]
            for cell in range(first, first + runs.length[run]):
                found = values[cell]
                if found != found or (has_nodata and found == nodata):
                    continue
                value[count], weight[count] = found, runs.weight[run]
                total, count = total + weight[count], count + 1
        rank = 0.5 * total - ROUNDING * min(1.0, total)
        out[zone] = middle(value, weight, count, rank) if count > 0 else np.nan


def most_cells(runs: Runs) -> int:
    """Return the most cells that one zone touches."""
    ends = np.concatenate([[0], np.cumsum(runs.length, dtype=np.int64)])[runs.of]
    return int(np.diff(ends).max(initial=0))


def merge_numbers(whole: Floats, at: NDArray[np.int64], part: Floats) -> None:
    """Merge the sums of a part of the cells of zones ``at`` into those of the whole, in place.

    The origin of what is merged moves to that of the whole: with :math:`d = o_b - o_a`,
    :math:`S = S_a + S_b + n_b d` and :math:`Q = Q_a + Q_b + 2 d S_b + n_b d^2`.
    """
    here = part[:, COUNT] > 0
    at, part = at[here], part[here]
    into = whole[at]
    new = into[:, COUNT] == 0
    into[new] = part[new]
    old = ~new
    d = part[old, ORIGIN] - into[old, ORIGIN]
    n, s = part[old, COUNT], part[old, SUM]
    into[old, SQUARES] += part[old, SQUARES] + 2 * d * s + n * d * d
    into[old, SUM] += s + n * d
    into[old, COUNT] += n
    into[old, LEAST] = np.minimum(into[old, LEAST], part[old, LEAST])
    into[old, MOST] = np.maximum(into[old, MOST], part[old, MOST])
    whole[at] = into


ROUNDING = _ROUNDING
sift = inner(_sift)
added = inner(_added)
middle = inner(_middle)
mark = kept(_mark)
add_classes = kept(_add_classes)
add_numbers = kept(_add_numbers)
fill_medians = kept(_fill_medians)
