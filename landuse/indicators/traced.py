"""Polygons traced once for the whole process: stages that measure the same parcels share it."""

from __future__ import annotations

import threading
from collections import deque
from operator import is_
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from landuse.core.grid import Grid

if TYPE_CHECKING:  # the compiler takes a second to import
    from landuse.indicators.engine.cover import Cover
    from landuse.indicators.engine.trace import Frame, Rings

_KEPT = 2
"""Sets of polygons kept: a county's parcels and one more."""


class Traced:
    """Polygons as arrays, and what they cover of each grid asked for."""

    def __init__(self, geometry: NDArray[Any]) -> None:
        self._geometry = geometry.copy()
        self._lock = threading.RLock()
        self._rings: Rings | None = None
        self._covers: dict[Grid, Cover] = {}

    def is_of(self, geometry: NDArray[Any]) -> bool:
        """Tell whether these are the very same polygons; a polygon itself never changes."""
        if len(geometry) != len(self._geometry):
            return False
        return all(map(is_, geometry.tolist(), self._geometry.tolist()))

    def rings(self) -> Rings:
        """Return the polygons as arrays.

        Raises
        ------
        LanduseError
            If one is not valid (exit code 4).
        """
        from landuse.indicators.engine.rings import rings_of

        with self._lock:
            if self._rings is None:
                self._rings = rings_of(self._geometry)
            return self._rings

    def cover(self, grid: Grid) -> Cover:
        """Return what the polygons cover of a grid in the same CRS."""
        from landuse.indicators.engine.cover import cover_of

        with self._lock:
            if grid not in self._covers:
                self._covers[grid] = cover_of(self.rings(), frame_of(grid))
            return self._covers[grid]


_LATEST: deque[Traced] = deque(maxlen=_KEPT)
_LOOKING = threading.Lock()


def traced(geometry: NDArray[Any]) -> Traced:
    """Return the polygons traced so far; of sets of polygons the last two asked for are kept."""
    with _LOOKING:
        found = next((one for one in _LATEST if one.is_of(geometry)), None)
        if found is None:
            found = Traced(geometry)
        else:
            _LATEST.remove(found)
        _LATEST.append(found)
        return found


def frame_of(grid: Grid) -> Frame:
    """Return a grid as the engine takes it."""
    from landuse.indicators.engine.trace import Frame

    affine, (rows, columns) = grid.transform, grid.shape
    return Frame(affine.c, affine.f, affine.a, affine.e, rows, columns)


def forget() -> None:
    """Let go of all polygons traced so far."""
    with _LOOKING:
        _LATEST.clear()
