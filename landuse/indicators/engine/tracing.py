"""Calls the sweep with scratch and room for its runs."""

from __future__ import annotations

import threading

import numpy as np

from landuse.indicators.engine.trace import Frame, Index, Ints, Rings, Runs, Strip, trace

Window = tuple[int, int, int, int]
_STRIP = 1 << 16
"""Cells of a strip: half a megabyte of scratch."""
_RUNS = 1 << 16
_OWN = threading.local()


def runs_of(rings: Rings, index: Index, zones: Ints, *, frame: Frame, window: Window) -> Runs:
    """Return the runs of some zones in a window (rows from, to, columns from, to) of the grid."""
    passing = passing_runs(rings, index, zones, frame=frame, window=window)
    return Runs(passing.of, passing.cell.copy(), passing.length.copy(), passing.weight.copy())


def passing_runs(rings: Rings, index: Index, zones: Ints, *, frame: Frame, window: Window) -> Runs:
    """Return the same as ``runs_of`` in scratch, which the next call on this thread overwrites."""
    strip, runs, place = _scratch(window), _room(len(zones)), 0
    while True:
        place = trace(rings, index, zones, place, frame, window, strip, runs)
        if place == len(zones):
            count = int(runs.of[-1])
            return Runs(runs.of, runs.cell[:count], runs.length[:count], runs.weight[:count])
        runs = _OWN.runs = _more(runs, int(runs.of[place]))


def _scratch(window: Window) -> Strip:
    """Return the scratch of this thread, wide enough for a window."""
    wide, tall = max(_STRIP, window[3] - window[2] + 1), min(window[1] - window[0], _STRIP)
    strip: Strip | None = getattr(_OWN, "strip", None)
    if strip is None or len(strip.steps) != wide or len(strip.low) < tall:
        strip = Strip(np.zeros(wide), np.empty(tall, np.int64), np.empty(tall, np.int64))
        _OWN.strip = strip
    return strip


def _room(zones: int) -> Runs:
    """Return this thread's room for runs, with a place for each zone."""
    room: Runs | None = getattr(_OWN, "runs", None)
    if room is None:
        room = _empty(_RUNS)
    room = _OWN.runs = Runs(np.zeros(zones + 1, np.int64), *room[1:])
    return room


def _empty(size: int) -> Runs:
    return Runs(
        np.zeros(1, np.int64), np.empty(size, np.int64), np.empty(size, np.int32), np.empty(size)
    )


def _more(runs: Runs, count: int) -> Runs:
    """Return twice the room, with the first ``count`` runs."""
    more = _empty(2 * len(runs.cell))
    more.cell[:count], more.length[:count] = runs.cell[:count], runs.length[:count]
    more.weight[:count] = runs.weight[:count]
    return more._replace(of=runs.of)
