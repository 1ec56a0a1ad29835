"""Faces: the smallest areas that all lines of a polygon layer and of its frame cut out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

Shapes = NDArray[np.object_]
Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

UNIT_M = 1e-6
"""Lines meet on a lattice of one micrometre: noding cannot fail there, and no survey is finer."""


@dataclass(frozen=True, eq=False)
class Faces:
    """Faces with who claims them and who lies beside whom.

    Attributes
    ----------
    shapes : (f,) polygons that tile the lines, in an order that depends on their shape only.
    area_m2 : (f,) planar areas.
    claims : (f, towns) whether the town covers the face.
    drawn : (f, parts) whether a single polygon of a town covers the face.
    part_town, part_m2 : (parts,) the town and the area of each such polygon.
    inside : (f,) whether the face lies in the frame.
    edges : (e, 4) segments x0, y0, x1, y1 of two faces each.
    sides : (e, 2) the two faces of each segment.
    """

    shapes: Shapes
    area_m2: Floats
    claims: NDArray[np.bool_]
    drawn: NDArray[np.bool_]
    part_town: Ints
    part_m2: Floats
    inside: NDArray[np.bool_]
    edges: Floats
    sides: Ints

    def length_m(self) -> Floats:
        """Return the length of each segment."""
        across = self.edges[:, 2:] - self.edges[:, :2]
        return np.asarray(np.hypot(across[:, 0], across[:, 1]))

    def borders(self) -> tuple[Ints, Floats]:
        """Return the pairs of neighbouring faces (n, 2), smaller first, and their border length."""
        pairs, row = np.unique(self.sides, axis=0, return_inverse=True)
        total = np.bincount(row.ravel(), weights=self.length_m(), minlength=len(pairs))
        return pairs, np.asarray(total, dtype=np.float64)


def cut_faces(
    towns: Shapes, *, frame: shapely.Geometry | None, extra: Sequence[shapely.Geometry] = ()
) -> Faces:
    """Cut the plane into faces along the lines of towns, frame and ``extra``.

    Parameters
    ----------
    towns : valid polygons, metres.
    frame : the polygon to be tiled; None: all that the towns cover or enclose.
    extra : further lines to cut along.
    """
    parts, part_town = shapely.get_parts(towns, return_index=True)
    lines = [*shapely.boundary(parts), *extra]
    if frame is not None:
        lines.append(shapely.boundary(frame))
    noded = shapely.unary_union(np.array(lines, dtype=object), grid_size=UNIT_M)
    found = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    found = shapely.normalize(found)
    shapes = found[np.argsort(np.array(shapely.to_wkb(found), dtype=object), kind="stable")]
    points = shapely.point_on_surface(shapes)
    inside = np.ones(len(shapes), dtype=bool)
    if frame is not None:
        shapely.prepare(frame)
        inside = shapely.intersects(frame, points)
    edges, sides = _edges(shapes)
    drawn = covered_by(points, parts)
    return Faces(
        shapes=shapes,
        area_m2=shapely.area(shapes),
        claims=drawn @ (part_town[:, None] == np.arange(len(towns))),
        drawn=drawn,
        part_town=part_town,
        part_m2=shapely.area(parts),
        inside=inside,
        edges=edges,
        sides=sides,
    )


def covered_by(points: Shapes, areas: Shapes) -> NDArray[np.bool_]:
    """Return (points, areas): whether the area covers the point."""
    covered = np.zeros((len(points), len(areas)), dtype=bool)
    area, point = shapely.STRtree(points).query(areas, predicate="intersects")
    covered[point, area] = True
    return covered


def _edges(shapes: Shapes) -> tuple[Floats, Ints]:
    """Return the segments that two faces share, and the two faces, smaller first."""
    rings, owner = shapely.get_parts(shapely.boundary(shapes), return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    one = ring[1:] == ring[:-1]
    start, end, face = xy[:-1][one], xy[1:][one], owner[ring[:-1][one]]
    back = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    keys = np.where(back[:, None], np.hstack([end, start]), np.hstack([start, end]))
    order = np.lexsort((face, *keys.T))
    keys, face = keys[order], face[order]
    twin = (keys[1:] == keys[:-1]).all(axis=1)
    return keys[:-1][twin], np.stack([face[:-1][twin], face[1:][twin]], axis=1)


def restore(shapes: Shapes, sources: Sequence[Shapes]) -> Shapes:
    """Put vertices that came from the sources back to where those have them, under 1 µm away.

    Where two sources differ below the lattice the first in ``sources`` wins. Lines that would
    cross by it keep to the lattice instead.
    """
    known = np.concatenate([shapely.get_coordinates(source) for source in sources])
    # GEOS rounds them, as it rounded the lines: it has its own mind about halves.
    lattice = shapely.set_precision(shapely.points(known), UNIT_M)
    cells, first = np.unique(_cells(shapely.get_coordinates(lattice)), return_index=True)
    known = known[first]

    def moved(points: Floats) -> Floats:
        wanted = _cells(points)
        at = np.minimum(np.searchsorted(cells, wanted), len(cells) - 1)
        return np.where((cells[at] == wanted)[:, None], known[at], points)

    back = shapely.transform(shapes, moved)
    fits = shapely.is_valid(back).all() and shapely.coverage_is_valid(back)
    return np.asarray(back if fits else shapes)


def _cells(points: Floats) -> NDArray[np.complex128]:
    """Return the lattice cell of each point as one sortable value, exact below 9e9 m."""
    cells = np.rint(points / UNIT_M)
    return np.asarray(cells[:, 0] + 1j * cells[:, 1])


def is_tiling(towns: Shapes, *, frame: shapely.Geometry | None, hole_m2: float) -> bool:
    """Tell whether towns share no area, meet vertex on vertex and fill the frame to its line.

    Without a frame they may leave holes that are `wide` by ``hole_m2``.
    """
    if not shapely.coverage_is_valid(towns):
        return False
    whole = shapely.coverage_union_all(towns)
    if frame is None:
        return bool(wide(_holes(whole), area_m2=hole_m2).all())
    near = 2 * UNIT_M
    ring = shapely.boundary(frame)
    if abs(whole.area - frame.area) > near * ring.length:
        return False
    corners = shapely.points(np.unique(shapely.get_coordinates(frame), axis=0))
    ends = shapely.points(np.unique(shapely.get_coordinates(whole), axis=0))
    met = shapely.STRtree(ends).query(corners, predicate="dwithin", distance=near)[0]
    shapely.prepare(ring)
    return len(np.unique(met)) == len(corners) and bool(shapely.dwithin(ring, ends, near).all())


def _holes(shape: shapely.Geometry) -> Shapes:
    rings = [ring for part in shapely.get_parts(shape) for ring in part.interiors]
    return np.asarray(shapely.polygons(np.array(rings, dtype=object)), dtype=object)


def wide(shapes: Shapes, *, area_m2: float) -> NDArray[np.bool_]:
    """Tell which shapes have an area and are no mere strips.

    A shape is wide if a circle fits into it with a quarter of the radius of the circle of that
    area (a strip along the county line may be as large as a town, but is not one).
    """
    radius = np.sqrt(area_m2 / np.pi) / 4
    found = shapely.area(shapes) >= area_m2
    found[found] = ~shapely.is_empty(shapely.buffer(shapes[found], -radius))
    return np.asarray(found)
