"""Pieces too small or too thin to stand alone: joined to a neighbour, or dropped by name."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray
from pydantic import Field

from landuse.core.settings import Settings
from landuse.objects.derived.arrangement import (
    Borders,
    Floats,
    Places,
    Shapes,
    dissolve,
    shared_borders,
)

_TOUCH_M = 1e-6


class MergeSettings(Settings):
    """When a piece cannot stand alone (P): below an area, or nowhere wider than a width."""

    minimum_area_m2: float = Field(ge=0)
    sliver_width_m: float = Field(ge=0)


@dataclass(frozen=True)
class Merged:
    """Pieces after merging.

    ``lead``: the position of the largest piece that went into each. ``joined``, ``joined_m2``:
    pieces that went into a neighbour. ``dropped_m2``: by reason, "small" and "sliver".
    """

    shapes: Shapes
    lead: Places
    joined: int
    joined_m2: float
    dropped: dict[str, int]
    dropped_m2: dict[str, float]


def merge_small(shapes: Shapes, label: Places, settings: MergeSettings) -> Merged:
    """Join each piece that cannot stand alone to the neighbour with the longest shared border.

    Pieces of one arrangement; only pieces of one ``label`` are joined. The smallest go first; of
    equal borders the neighbour earlier in the order wins. What has no neighbour is dropped.
    """
    area_m2 = np.asarray(shapely.area(shapes), dtype=np.float64)
    thin = slivers(shapes, settings.sliver_width_m)
    weak = thin | (area_m2 < settings.minimum_area_m2)
    clusters = _Clusters(area_m2, thin, settings.minimum_area_m2)
    clusters.link(_near(shapes, label, weak))
    group = clusters.settle(weak)
    whole, lead = dissolve(shapes, _leads(group, area_m2))
    return _sorted_out(whole, lead, group=group, area_m2=area_m2, settings=settings)


def slivers(shapes: Shapes, width_m: float) -> NDArray[np.bool_]:
    """Tell which polygons are nowhere wider than ``width_m``: no circle of that width fits in.

    The radius of the largest circle is at least area / perimeter, so only thin ones are tried.
    """
    out = np.zeros(len(shapes), dtype=bool)
    if width_m <= 0:
        return out
    narrow = np.flatnonzero(shapely.area(shapes) < shapely.length(shapes) * width_m / 2)
    out[narrow] = shapely.is_empty(shapely.buffer(shapes[narrow], -width_m / 2, quad_segs=2))
    return out


def _near(shapes: Shapes, label: Places, weak: NDArray[np.bool_]) -> Borders:
    """Return the borders between pieces of one label; none where every piece is strong."""
    if not weak.any():
        none = np.empty(0, dtype=np.intp)
        return Borders(none, none, np.empty(0))
    found = shared_borders(shapes)
    same = (label[found.one] == label[found.other]) & (found.length_m > _TOUCH_M)
    return Borders(found.one[same], found.other[same], found.length_m[same])


@dataclass
class _Clusters:
    """Pieces growing together; a cluster is named by one of its pieces."""

    area_m2: Floats
    thin: NDArray[np.bool_]
    minimum_m2: float
    borders: dict[int, dict[int, float]] = field(default_factory=dict)

    def link(self, borders: Borders) -> None:
        for one, other, length in zip(
            borders.one.tolist(), borders.other.tolist(), borders.length_m.tolist(), strict=True
        ):
            self.borders.setdefault(one, {})[other] = length
            self.borders.setdefault(other, {})[one] = length

    def settle(self, weak: NDArray[np.bool_]) -> Places:
        """Merge until no weak cluster has a neighbour; return the cluster of each piece."""
        area, thin = self.area_m2.copy(), self.thin.copy()
        parent = np.arange(len(area))
        queue = [(float(area[place]), int(place)) for place in np.flatnonzero(weak)]
        heapq.heapify(queue)
        while queue:
            size, place = heapq.heappop(queue)
            if parent[place] != place or size != area[place] or not self.borders.get(place):
                continue
            target = self._best(place)
            self._join(place, target)
            parent[place] = target
            area[target] += area[place]
            thin[target] &= thin[place]
            if thin[target] or area[target] < self.minimum_m2:
                heapq.heappush(queue, (float(area[target]), target))
        return _roots(parent)

    def _best(self, place: int) -> int:
        near = self.borders[place]
        return min(near, key=lambda other: (-near[other], other))

    def _join(self, place: int, target: int) -> None:
        near = self.borders.pop(place)
        del self.borders[target][place]
        for other, length in near.items():
            if other != target:
                longer = self.borders[target].get(other, 0.0) + length
                del self.borders[other][place]
                self.borders[target][other] = self.borders[other][target] = longer


def _roots(parent: NDArray[np.intp]) -> Places:
    while True:
        above = parent[parent]
        if (above == parent).all():
            return np.asarray(parent, dtype=np.intp)
        parent = above


def _leads(group: Places, area_m2: Floats) -> Places:
    """Name each cluster by its largest piece, the first of equals."""
    order = np.lexsort((np.arange(len(group)), -area_m2, group))
    names, first, which = np.unique(group[order], return_index=True, return_inverse=True)
    out = np.empty(len(group), dtype=np.intp)
    out[order] = order[first][which] if len(names) else order
    return out


def _sorted_out(
    whole: Shapes, lead: Places, *, group: Places, area_m2: Floats, settings: MergeSettings
) -> Merged:
    """Drop what still cannot stand alone."""
    size = shapely.area(whole)
    small = size < settings.minimum_area_m2
    sliver = ~small & slivers(whole, settings.sliver_width_m)
    stays = ~small & ~sliver
    inside = np.isin(_leads(group, area_m2), lead[stays])
    joined = inside & ~np.isin(np.arange(len(group)), lead)
    return Merged(
        shapes=whole[stays],
        lead=lead[stays],
        joined=int(joined.sum()),
        joined_m2=float(area_m2[joined].sum()),
        dropped={"small": int(small.sum()), "sliver": int(sliver.sum())},
        dropped_m2={"small": float(size[small].sum()), "sliver": float(size[sliver].sum())},
    )
