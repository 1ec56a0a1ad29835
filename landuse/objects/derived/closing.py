"""Closing the gaps of shapes with square corners: by cells where shapes are made of cells."""

from __future__ import annotations

from functools import partial

import numpy as np
import scipy
import shapely

from landuse.core.grid import Grid
from landuse.core.side_by_side import side_by_side
from landuse.objects.derived.arrangement import Floats, Places, Shapes, as_shapes
from landuse.objects.derived.cell_outlines import Mask, traced

_MITRE_LIMIT = 2.0


def closed(shapes: Shapes, *, gap_m: float, grid: Grid | None) -> Shapes:
    """Return each shape with gaps up to ``gap_m`` closed, normalised: (multi)polygons.

    Closed by growing and shrinking with square corners: a rectangle stays what it is. Shapes made
    of whole cells of ``grid`` come out the same from their cells, in a fraction of the time.
    """
    out = as_shapes(shapes)
    other = np.ones(len(shapes), dtype=bool)
    if grid is not None:
        other = ~_of_cells(shapes, grid)
        by_cells = partial(_closed_cells, gap_m=gap_m, grid=grid)
        out[~other] = side_by_side(by_cells, out[~other])
    out[other] = side_by_side(partial(_grown_and_shrunk, distance_m=gap_m / 2), out[other])
    return as_shapes(shapely.normalize(out))


def _grown_and_shrunk(shapes: Shapes, *, distance_m: float) -> Shapes:
    square = partial(shapely.buffer, join_style="mitre", mitre_limit=_MITRE_LIMIT)
    return as_shapes(square(square(shapes, distance_m), -distance_m))


def _of_cells(shapes: Shapes, grid: Grid) -> Mask:
    """Tell which shapes have all their sides along sides of cells."""
    corners, ring, shape = _corners(shapes)
    cells = _in_cells(corners, grid)
    off = (cells != np.round(cells)).any(axis=1)
    off[1:] |= (cells[1:] != cells[:-1]).all(axis=1) & (ring[1:] == ring[:-1])
    whole = np.bincount(shape, weights=off, minlength=len(shapes)) == 0
    return np.asarray(whole & ~shapely.is_empty(shapes))


def _corners(shapes: Shapes) -> tuple[Floats, Places, Places]:
    """Return the corners of rings, the ring of each, and its shape."""
    parts, shape = shapely.get_parts(shapes, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    return corners, ring, shape[part[ring]]


def _in_cells(corners: Floats, grid: Grid) -> Floats:
    """Return x and y as columns and rows."""
    x0, _, _, y1 = grid.bounds
    return np.asarray((corners - [x0, y1]) / [grid.resolution_m, -grid.resolution_m])


def _closed_cells(shapes: Shapes, *, gap_m: float, grid: Grid) -> Shapes:
    """Close shapes made of cells, each in a window of its own, one below the other.

    What is not closed is what squares one cell wider than the widest gap cover outside the shape.
    """
    if not len(shapes):
        return shapes
    wide = int(gap_m // grid.resolution_m) + 1
    corners, ring, shape = _corners(shapely.orient_polygons(shapes))
    place = _in_cells(corners, grid).astype(np.intp)
    shift, end = _windows(place, shape, margin=wide)
    free = ~_filled(place - shift[shape], ring, margin=wide)
    outline = traced(~scipy.ndimage.binary_opening(free, np.ones((wide, wide))))
    window = np.searchsorted(end, outline.corner[:, 1], side="right")
    first = np.searchsorted(outline.patch[outline.ring], np.arange(outline.patch[-1] + 1))
    return _together(outline.drawn(grid, shift[window]), window[first])


def _windows(place: Places, shape: Places, *, margin: int) -> tuple[Places, Places]:
    """Return column and row of each window less those in the strip; and the row of the next.

    Places are columns and rows of corners, for shapes that ascend.
    """
    _, first = np.unique(shape, return_index=True)
    low, high = np.minimum.reduceat(place, first), np.maximum.reduceat(place, first)
    end = np.cumsum(high[:, 1] - low[:, 1] + margin)
    top = np.concatenate([[0], end[:-1]])
    shift = low - margin
    shift[:, 1] -= top
    return shift, end + margin


def _together(parts: Shapes, owner: Places) -> Shapes:
    """Return the parts of each owner as one shape."""
    whole = shapely.multipolygons(parts, indices=owner)
    alone = np.bincount(owner) == 1
    whole[alone] = parts[alone[owner]]
    return as_shapes(whole)


def _filled(place: Places, ring: Places, *, margin: int) -> Mask:
    """Return the cells within rings of corners, exteriors turning one way and holes the other."""
    side = np.zeros(place.max(axis=0)[::-1] + margin, dtype=np.int16)
    column, row = place.T
    begin = np.flatnonzero((ring[1:] == ring[:-1]) & (row[1:] != row[:-1]))
    np.add.at(side, (row[begin], column[begin]), 1)
    np.add.at(side, (row[begin + 1], column[begin + 1]), -1)
    for axis in (0, 1):
        np.cumsum(side, axis=axis, out=side)
    return np.asarray(side != 0)
