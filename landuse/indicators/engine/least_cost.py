"""Least-cost paths over a grid: costs are lowered, wave by wave, until none can be."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from landuse.compiled import inner, kept
from landuse.indicators.engine.trace import Floats, Ints

Queues = NDArray[np.int32]
Marks = NDArray[np.bool_]


def least_costs(
    steps: Floats, away: Ints, *, starts: Ints, start_costs: Floats, ends: Ints, wave: float
) -> Floats:
    """Return the least cost of each end: that of a start and of the steps from there.

    Costs are summed from the start on and the least sum is kept, so that neither the order of the
    steps nor ``wave`` can change a digit of what Dijkstra's algorithm finds.

    Parameters
    ----------
    steps : (cells, ways) cost from a cell to its neighbours, 0 or more; infinite where no way
        leads, as over an edge. ``away`` : (ways,) the number of a neighbour less that of the cell.
    starts, ends : cells. ``wave`` : costs up to so much more than the least are settled together,
        above 0; that of some steps is quick. What costs more than the last end is left alone.

    Returns
    -------
    Infinite where no way leads.
    """
    costs = np.full(len(steps), np.inf)
    np.minimum.at(costs, starts, start_costs)
    first = np.flatnonzero(np.isfinite(costs))
    queues, waits = np.empty((2, len(steps)), np.int32), np.zeros((2, len(steps)), np.bool_)
    queues[1, : len(first)], waits[1, first] = first, True
    spread(steps, away, ends, wave, len(first), queues, waits, costs)
    return np.asarray(costs[ends])


def _spread(
    steps: Floats, away: Ints, ends: Ints, wave: float, late: int, queues: Queues, waits: Marks,
    costs: Floats,
) -> None:  # fmt: skip
    """Lower the costs of cells until those of all ends are final.

    ``queues`` : first the cells of this wave, a ring, then the ``late`` ones of waves to come.
    """
    done, limit, open_ends = -np.inf, -np.inf, len(ends)
    while late and open_ends:
        least = np.inf
        for place in range(late):
            least = min(least, costs[queues[1, place]])
        done, limit = limit, max(limit, least) + wave
        late, count = sift(queues, late, waits, costs, done, limit)
        late = settle(steps, away, queues, count, late, waits, costs, limit)
        while open_ends and costs[ends[open_ends - 1]] <= limit:
            open_ends -= 1


def _sift(
    queues: Queues, late: int, waits: Marks, costs: Floats, done: float, limit: float
) -> tuple[int, int]:
    """Move the cells of the next wave over; return how many stay behind and how many went."""
    stay, count = 0, 0
    for place in range(late):
        cell = queues[1, place]
        if costs[cell] > limit:
            queues[1, stay] = cell
            stay += 1
            continue
        waits[1, cell] = False
        if costs[cell] > done:
            queues[0, count], waits[0, cell] = cell, True
            count += 1
    return stay, count


def _settle(
    steps: Floats, away: Ints, queues: Queues, count: int, late: int, waits: Marks, costs: Floats,
    limit: float,
) -> int:  # fmt: skip
    """Lower the costs around the ``count`` cells of this wave; return how many wait for others."""
    head, size = 0, queues.shape[1]
    while count:
        cell = queues[0, head]
        head, count, waits[0, cell] = (head + 1) % size, count - 1, False
        for way in range(len(away)):
            cost = costs[cell] + steps[cell, way]
            if not cost < np.inf or cost >= costs[cell + away[way]]:
                continue
            there = cell + away[way]
            costs[there] = cost
            if cost > limit:
                if not waits[1, there]:
                    queues[1, late], waits[1, there] = there, True
                    late += 1
            elif not waits[0, there]:
                queues[0, (head + count) % size], waits[0, there] = there, True
                count += 1
    return late


sift = inner(_sift)
settle = inner(_settle)
spread = kept(_spread)
