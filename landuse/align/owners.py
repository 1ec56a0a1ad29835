"""Each face gets one town: the rules by which overlaps, gaps and cut-off slivers are given."""

from __future__ import annotations

import heapq
from collections.abc import Iterator

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from landuse.align.faces import Faces, Floats, Ints, Shapes

NOBODY = -1


def give_overlaps(faces: Faces, *, nested_share: float, sliver_m2: float) -> Ints:
    """Return the owner of each face in the frame, ``NOBODY`` for gaps and for what lies outside.

    A face that one town claims is its own. A face in dispute goes to the claimant with which it
    shares the longest border not in dispute; equal borders to the smaller code. Before that, a
    polygon drawn on top of others, so that less than ``nested_share`` of it is undisputed, is
    kept against polygons that have land of their own, if it is no sliver: by the border alone
    an enclave would vanish into the town around it.
    """
    claims = faces.claims & faces.inside[:, None]
    count = claims.sum(axis=1)
    owner = np.where(count == 1, claims.argmax(axis=1), NOBODY)
    nested = claims & _nested(faces, count, share=nested_share, sliver_m2=sliver_m2)
    on_top = (count > 1) & (nested.sum(axis=1) == 1)
    owner[on_top] = nested[on_top].argmax(axis=1)
    pairs, length = faces.borders()
    while (open_ := (count > 1) & (owner == NOBODY)).any():
        border = _border_by_town(owner, pairs, length, towns=claims.shape[1])
        border[~claims] = -1.0
        ready = open_ & (border.max(axis=1) > 0)
        # Disputed faces that touch none but each other: the smaller code begins.
        given = ready if ready.any() else open_
        owner[given] = border[given].argmax(axis=1)
    return owner


def _nested(faces: Faces, count: Ints, *, share: float, sliver_m2: float) -> NDArray[np.bool_]:
    """Return (faces, towns): whether a polygon of the town drawn on top of others covers it."""
    own = (faces.area_m2 * (count == 1)) @ faces.drawn
    whole = (faces.area_m2 * faces.inside) @ faces.drawn
    on_top = (own < share * whole) & (faces.part_m2 >= sliver_m2)
    return _by_town(faces, faces.drawn & on_top[None, :])


def _by_town(faces: Faces, drawn: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return np.asarray(drawn @ (faces.part_town[:, None] == np.arange(faces.claims.shape[1])))


def _border_by_town(owner: Ints, pairs: Ints, length: Floats, *, towns: int) -> Floats:
    """Return (faces, towns): the length of border each face shares with each town's land."""
    border = np.zeros((len(owner), towns))
    for here, there in ((0, 1), (1, 0)):
        town = owner[pairs[:, there]]
        known = town != NOBODY
        np.add.at(border, (pairs[known, here], town[known]), length[known])
    return border


def gap_neighbours(faces: Faces, owner: Ints) -> tuple[Ints, Floats]:
    """Return the gap faces and (gaps, towns) the length of border with each town."""
    gaps = np.flatnonzero(faces.inside & (owner == NOBODY))
    pairs, length = faces.borders()
    border = _border_by_town(owner, pairs, length, towns=faces.claims.shape[1])
    return gaps, border[gaps]


def give_gaps(faces: Faces, owner: Ints, *, split: Shapes) -> Ints:
    """Return the owners with every gap given.

    A gap goes to the neighbour of its longest border, equal ones to the smaller code. A face
    inside one of ``split`` (the gaps cut along nearest-town lines), or one that touches no town,
    goes to the nearest town's land.
    """
    given = owner.copy()
    gaps, border = gap_neighbours(faces, owner)
    points = shapely.point_on_surface(faces.shapes[gaps])
    nearest = inside_any(points, split) | (border.max(axis=1, initial=0.0) == 0)
    given[gaps[~nearest]] = border[~nearest].argmax(axis=1)
    held = np.flatnonzero(owner != NOBODY)
    tree = shapely.STRtree(faces.shapes[held])
    point, face = tree.query_nearest(points[nearest], all_matches=True)
    town = np.full(int(nearest.sum()), faces.claims.shape[1])
    np.minimum.at(town, point, owner[held[face]])
    given[gaps[nearest]] = town
    return given


def inside_any(points: Shapes, areas: Shapes) -> NDArray[np.bool_]:
    """Tell which points lie in one of the areas."""
    inside = np.zeros(len(points), dtype=bool)
    if len(points) and len(areas):
        inside[shapely.STRtree(points).query(areas, predicate="intersects")[1]] = True
    return inside


def merge_slivers(faces: Faces, owner: Ints, *, sliver_m2: float) -> Ints:
    """Return the owners with pieces that cleaning cut off given to the town beside them.

    A piece is land of one town that hangs together. It is given, smallest first, to the
    neighbour of its longest border if it is smaller than ``sliver_m2`` or holds no land that
    its town alone claims. A town's largest piece stays, and so does a piece that is just as the
    input draws it: an exclave is no sliver.
    """
    pieces = _Pieces(faces, owner)
    loose = pieces.loose(faces, sliver_m2=sliver_m2)
    pieces.merge(loose)
    return pieces.owners(owner)


class _Pieces:
    """Land of one town that hangs together, merged step by step."""

    def __init__(self, faces: Faces, owner: Ints) -> None:
        pairs, length = faces.borders()
        held = (owner[pairs] != NOBODY).all(axis=1)
        pairs, length = pairs[held], length[held]
        same = owner[pairs[:, 0]] == owner[pairs[:, 1]]
        graph = coo_array(
            (np.ones(same.sum()), (pairs[same, 0], pairs[same, 1])), shape=(len(owner), len(owner))
        )
        _, self.piece = connected_components(graph, directed=False)
        count = int(self.piece.max()) + 1
        self.area = np.bincount(self.piece, weights=faces.area_m2, minlength=count)
        self.town = np.full(count, NOBODY)
        self.town[self.piece] = owner
        self.into = np.arange(count)
        self.border: list[dict[int, float]] = [{} for _ in range(count)]
        ends = self.piece[pairs[~same]]
        for (one, other), metres in zip(ends.tolist(), length[~same].tolist(), strict=True):
            for here, there in ((one, other), (other, one)):
                self.border[here][there] = self.border[here].get(there, 0.0) + metres

    def loose(self, faces: Faces, *, sliver_m2: float) -> NDArray[np.bool_]:
        """Tell which pieces cleaning cut off."""
        alone = faces.inside & (faces.claims.sum(axis=1) == 1)
        own = alone & faces.claims[np.arange(len(alone)), self.town[self.piece]]
        held = np.bincount(self.piece, weights=own, minlength=len(self.area)) > 0
        small = self.area < sliver_m2
        loose = np.asarray((self.town != NOBODY) & (small | ~held))
        for town in np.unique(self.town[self.town != NOBODY]):
            mine = np.flatnonzero(self.town == town)
            loose[mine[np.argmax(self.area[mine])]] = False
        for piece in np.flatnonzero(loose & (held | ~small)):
            loose[piece] = not self._as_drawn(faces, int(piece))
        return loose

    def _as_drawn(self, faces: Faces, piece: int) -> bool:
        face = np.flatnonzero(self.piece == piece)[0]
        parts = faces.drawn[face] & (faces.part_town == self.town[piece])
        same = np.isclose(faces.part_m2[parts], self.area[piece], rtol=1e-6, atol=1e-3)
        return bool(same.any())

    def merge(self, loose: NDArray[np.bool_]) -> None:
        """Give loose pieces to their neighbours, the smallest first."""
        queue = [(self.area[piece], int(piece)) for piece in np.flatnonzero(loose)]
        heapq.heapify(queue)
        while queue:
            area, piece = heapq.heappop(queue)
            if self.into[piece] != piece or area != self.area[piece] or not self.border[piece]:
                continue
            town = self._longest(piece)
            for other in [near for near in self._near(piece) if self.town[near] == town]:
                self._join(piece, other, loose)
            self.town[piece] = town
            if loose[piece]:
                heapq.heappush(queue, (self.area[piece], piece))

    def _near(self, piece: int) -> Iterator[int]:
        yield from sorted(self.border[piece])

    def _longest(self, piece: int) -> int:
        """Return the town with the longest border; the smaller code of equals."""
        by_town: dict[int, float] = {}
        for other in self._near(piece):
            town = int(self.town[other])
            by_town[town] = by_town.get(town, 0.0) + self.border[piece][other]
        return min(by_town, key=lambda town: (-by_town[town], town))

    def _join(self, piece: int, other: int, loose: NDArray[np.bool_]) -> None:
        """Take another piece into this one."""
        self.into[other] = piece
        self.area[piece] += self.area[other]
        loose[piece] &= loose[other]
        for third, metres in self.border[other].items():
            del self.border[third][other]
            if third != piece:
                self.border[piece][third] = self.border[piece].get(third, 0.0) + metres
                self.border[third][piece] = self.border[piece][third]
        self.border[other] = {}

    def owners(self, owner: Ints) -> Ints:
        """Return the owner of each face."""
        root = self.into[self.piece]
        while (root != self.into[root]).any():
            root = self.into[root]
        return np.where(owner == NOBODY, NOBODY, self.town[root])
