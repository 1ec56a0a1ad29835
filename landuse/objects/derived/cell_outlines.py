"""Outlines of cells, along their sides: every patch of cells that meet at a side is a polygon.

A ring is a cycle of horizontal sides, each joined to the next by a vertical one. Sides end at
corners; where two patches touch at a corner, or one touches itself, two sides of each kind end.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, depth_first_order

from landuse.core.grid import Grid
from landuse.objects.derived.arrangement import Places, Shapes, as_shapes

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Outlines:
    """Corners of rings as columns and rows from the upper left, and the patch of each ring.

    Rings ascend; those of a patch follow each other, the exterior before the holes.
    """

    corner: Places
    ring: Places
    patch: Places

    def drawn(self, grid: Grid, shift: Places | int = 0) -> Shapes:
        """Return each patch as a polygon; ``shift``: columns and rows to add to each corner."""
        if not len(self.patch):
            return as_shapes([])
        (x0, _, _, y1), size = grid.bounds, grid.resolution_m
        xy = np.array([x0, y1]) + (self.corner + shift) * np.array([size, -size])
        rings = shapely.linearrings(xy, indices=self.ring)
        return as_shapes(shapely.polygons(rings, indices=self.patch))


@dataclass(frozen=True, eq=False)
class _Ends:
    """Ends of horizontal sides in reading order, so 2k and 2k + 1 are those of one side.

    ``column_major``: by column, then row: there 2k and 2k + 1 are the ends of a vertical side.
    ``below``: for each horizontal side, whether the cells lie below it.
    """

    row: Places
    column: Places
    column_major: Places
    below: Mask

    def following(self) -> Places:
        """Return for each horizontal side the next one of its ring, cells to the left."""
        other = np.empty_like(self.column_major)
        other[self.column_major] = self.column_major.reshape(-1, 2)[:, ::-1].ravel()
        return np.asarray(other[2 * np.arange(len(self.below)) + ~self.below] // 2)


def traced(cells: Mask) -> Outlines:
    """Return the outlines of all patches; no ring passes a corner twice."""
    inside = np.pad(cells, 1)
    row, column, crossing = _corners(inside)
    below = inside[row[::2] + 1, column[::2] + 1]
    # Where cells meet at a corner alone, rings first keep to their own cell.
    upper_left = inside[row[crossing], column[crossing]]
    apart = _Ends(row, column, _by_column(row, column, crossing[~upper_left]), below)
    ring = _rings(apart.following())
    patch = _patches(inside, apart, ring)
    same = ring[crossing // 2] == ring[crossing // 2 + 1]
    ends = _Ends(row, column, _by_column(row, column, crossing[~upper_left ^ same]), below)
    return _in_order(ends, patch[ring])


def _corners(inside: Mask) -> tuple[Places, Places, Places]:
    """Return row and column of the ends of horizontal sides, and where two ends share a corner.

    There the end of the side to the left comes first; its position is returned.
    """
    side = inside[1:] != inside[:-1]
    left, right = side[:, :-1], side[:, 1:]
    through = np.flatnonzero(left & right)
    row, column = np.divmod(through, left.shape[1])
    twice = through[inside[row, column] != inside[row, column + 1]]
    corner = np.sort(np.concatenate([np.flatnonzero(left ^ right), twice, twice]))
    row, column = np.divmod(corner, left.shape[1])
    return row, column, np.searchsorted(corner, twice)


def _by_column(row: Places, column: Places, turned: Places) -> Places:
    """Return the ends by column and row; of two at a ``turned`` corner the second is the upper."""
    order = np.arange(len(row))
    order[turned], order[turned + 1] = turned + 1, turned
    tall = int(row.max(initial=0)) + 1
    return np.asarray(order[np.argsort((column * tall + row)[order], kind="stable")])


def _rings(following: Places) -> Places:
    """Return the ring of each horizontal side, numbered by their first sides."""
    _, label = connected_components(_graph(following), directed=False)
    _, first, ring = np.unique(label, return_index=True, return_inverse=True)
    return np.asarray(np.argsort(np.argsort(first))[ring], dtype=np.intp)


def _graph(following: Places) -> coo_array:
    count = len(following)
    sides = np.ones(count, dtype=bool), (np.arange(count), following)
    return coo_array(sides, shape=(count, count))


def _patches(inside: Mask, ends: _Ends, ring: Places) -> Places:
    """Return the patch of each ring: an exterior's own, that of the cells left of a hole."""
    _, first = np.unique(ring, return_index=True)
    hole = np.flatnonzero(~ends.below[first])
    row, column = ends.row[2 * first[hole]], ends.column[2 * first[hole]]
    west = [at - inside[down + 1, at::-1].argmin() for down, at in zip(row, column, strict=True)]
    upper = ends.column_major[::2]
    tall = int(ends.row.max(initial=0)) + 1
    key = np.asarray(west, dtype=np.intp) * tall + row
    found = np.searchsorted(ends.column[upper] * tall + ends.row[upper], key, side="right") - 1
    patch = np.cumsum(ends.below[first]) - 1
    # A ring left of a hole comes before it in reading order.
    for this, beside in zip(hole, ring[upper[found] // 2], strict=True):
        patch[this] = patch[beside]
    return np.asarray(patch, dtype=np.intp)


def _in_order(ends: _Ends, patch: Places) -> Outlines:
    """Return the corners ring by ring, for the patch of each horizontal side."""
    following = ends.following()
    ring = _rings(following)
    _, first = np.unique(ring, return_index=True)
    sequence = np.lexsort((~ends.below[first], patch[first]))
    side = _chained(following, first[sequence])
    end = np.stack([2 * side + ends.below[side], 2 * side + ~ends.below[side]], axis=1).ravel()
    corner = np.stack([ends.column[end], ends.row[end]], axis=1)
    place = np.argsort(sequence)[ring[side]]
    return Outlines(corner, np.repeat(place, 2), patch[first][sequence])


def _chained(following: Places, first: Places) -> Places:
    """Return the sides of rings, from the first of each on, one ring after the other."""
    if not len(first):
        return first
    before = np.empty_like(following)
    before[following] = np.arange(len(following))
    chain = following.copy()
    chain[before[first]] = np.roll(first, -1)
    return np.asarray(
        depth_first_order(_graph(chain).tocsr(), first[0], return_predecessors=False),
        dtype=np.intp,
    )
