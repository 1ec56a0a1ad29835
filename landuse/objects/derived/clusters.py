"""Clusters of built ground: patches of built cells and buildings outside them, by their gaps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from landuse.core.grid import Grid
from landuse.core.side_by_side import pairs_within
from landuse.objects.derived.arrangement import (
    Floats,
    Places,
    Shapes,
    as_shapes,
    canonical,
    holding,
)
from landuse.objects.derived.closing import closed
from landuse.objects.derived.mask import BuiltCells, polygons

Flags = NDArray[np.bool_]
_POLYGON = 3
_ROUNDING_M2 = 1e-3


@dataclass(frozen=True, eq=False)
class Footprints:
    """Buildings, and a point inside each."""

    shapes: Shapes
    inside: Shapes

    def at(self, kept: Flags) -> Footprints:
        """Return those that are kept."""
        return Footprints(as_shapes(self.shapes[kept]), as_shapes(self.inside[kept]))

    def single(self) -> Footprints:
        """Return the single polygons they are made of."""
        if (shapely.get_type_id(self.shapes) == _POLYGON).all():
            return self
        parts = shapely.get_parts(self.shapes)
        return footprints(parts[shapely.get_type_id(parts) == _POLYGON])


def footprints(shapes: Shapes) -> Footprints:
    """Return polygons with a point inside each."""
    return Footprints(as_shapes(shapes), as_shapes(shapely.point_on_surface(shapes)))


@dataclass(frozen=True)
class Clusters:
    """Members of clusters: patches and buildings, none of which lies in two villages.

    ``village``: position of the member's village, -1 in none. ``whole``: the cluster it is in;
    ``cluster``: its part of that in one village.
    """

    members: Shapes
    village: Places
    whole: Places
    cluster: Places


def cluster_built(
    cells: BuiltCells | None, buildings: Footprints, *, villages: Shapes, gap_m: float
) -> Clusters:
    """Cluster built ground: what lies within ``gap_m`` of each other belongs together.

    Patches are cut by village lines; a building belongs to the village that holds its inner point,
    and counts of its own only where no built cell is under that.
    """
    patches, village = _patches(cells, villages)
    loose = _loose(cells, buildings)
    members = as_shapes([*patches, *loose])
    of_loose = holding(villages, as_shapes(shapely.point_on_surface(loose)))
    where = np.concatenate([village, of_loose]).astype(np.intp)
    one, other = pairs_within(members, distance_m=gap_m)
    same = where[one] == where[other]
    return Clusters(
        members,
        where,
        _connected(one, other, count=len(members)),
        _connected(one[same], other[same], count=len(members)),
    )


def outlines(
    members: Shapes, cluster: Places, *, closing_m: float, grid: Grid | None
) -> tuple[Shapes, Places]:
    """Return each cluster as one geometry, gaps up to ``closing_m`` closed, and its number."""
    order = np.argsort(cluster, kind="stable")
    names, which = np.unique(cluster[order], return_inverse=True)
    if not len(names):
        return as_shapes([]), names
    together = as_shapes(shapely.multipolygons(members[order], indices=which))
    return closed(together, gap_m=closing_m, grid=grid), names


def within(shapes: Shapes, village: Places, villages: Shapes) -> Shapes:
    """Return shapes cut to their own village, or to the ground of none.

    One that does not even touch the lines of its village is that already.
    """
    out = as_shapes(shapes)
    area, inner = shapely.STRtree(shapes).query(villages, predicate="contains_properly")
    cut = village >= 0
    cut[inner[village[inner] == area]] = False
    out[cut] = shapely.intersection(shapes[cut], villages[village[cut]])
    apart = village < 0
    if len(villages) and apart.any():
        out[apart] = shapely.difference(shapes[apart], shapely.union_all(villages))
    return _polygonal(out)


def _polygonal(shapes: Shapes) -> Shapes:
    """Drop points and lines that an intersection leaves behind."""
    mixed = np.flatnonzero(~np.isin(shapely.get_type_id(shapes), (3, 6)))
    for place in mixed:
        parts = shapely.get_parts(shapes[place])
        shapes[place] = shapely.multipolygons(parts[shapely.get_type_id(parts) == 3])
    return as_shapes(shapely.normalize(shapes))


def _patches(cells: BuiltCells | None, villages: Shapes) -> tuple[Shapes, Places]:
    """Return patches of built cells, cut by village lines, in a fixed order."""
    if cells is None:
        return as_shapes([]), np.empty(0, dtype=np.intp)
    shapes, village = _parted(polygons(cells.built, cells.grid), villages)
    words = shapely.to_wkb(shapes)
    order = sorted(range(len(shapes)), key=lambda place: bytes(words[place]))
    return as_shapes(shapes[order]), village[order]


def _parted(patches: Shapes, villages: Shapes) -> tuple[Shapes, Places]:
    """Return the parts of patches in villages and outside them; the village, -1 for none."""
    area, inner = shapely.STRtree(patches).query(villages, predicate="covers")
    inner, first = np.unique(inner, return_index=True)
    across = as_shapes(np.delete(patches, inner))
    which, hit = shapely.STRtree(across).query(villages, predicate="intersects")
    parts = shapely.intersection(across[hit], villages[which])
    rest = _beyond(across, villages[np.unique(which)])
    pieces = _polygonal(as_shapes([*patches[inner], *parts, *rest]))
    owner = np.concatenate([area[first], which, np.full(len(rest), -1)]).astype(np.intp)
    single, place = shapely.get_parts(pieces, return_index=True)
    real = shapely.area(single) > _ROUNDING_M2
    return as_shapes(shapely.normalize(single[real])), owner[place[real]]


def _beyond(shapes: Shapes, areas: Shapes) -> Shapes:
    """Return what lies in none of the areas, of the shapes that reach out of them."""
    if not len(areas):
        return shapes
    whole = shapely.union_all(areas)
    out = np.delete(shapes, shapely.STRtree(shapes).query(whole, predicate="covers"))
    return as_shapes(shapely.difference(out, whole))


def _loose(cells: BuiltCells | None, buildings: Footprints) -> Shapes:
    """Return the buildings that stand on no built cell, in a fixed order."""
    if cells is None or not len(buildings.shapes):
        return canonical(buildings.shapes)
    points: Floats = shapely.get_coordinates(buildings.inside)
    return canonical(buildings.at(~_built_at(cells, points)).shapes)


def _built_at(cells: BuiltCells, points: Floats) -> Flags:
    grid: Grid = cells.grid
    x0, _, _, y1 = grid.bounds
    column = np.floor((points[:, 0] - x0) / grid.resolution_m).astype(np.intp)
    row = np.floor((y1 - points[:, 1]) / grid.resolution_m).astype(np.intp)
    rows, columns = grid.shape
    on = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
    built = np.zeros(len(points), dtype=bool)
    built[on] = cells.built[row[on], column[on]]
    return built


def _connected(one: Places, other: Places, *, count: int) -> Places:
    if not count:
        return np.empty(0, dtype=np.intp)
    graph = coo_array((np.ones(len(one), dtype=bool), (one, other)), shape=(count, count))
    _, label = connected_components(graph, directed=False)
    return np.asarray(label, dtype=np.intp)
