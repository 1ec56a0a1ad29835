"""How far a layer lies from what it should lie on: a free translation, searched and refined.

Points are read on fields of loss. Sums of loss are kept apart for spatial blocks of points, so
that every difference has a standard error that knows neighbouring points err together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

_REFINE_STEPS = 4
_REFINE_STEP_M = 25.0
_LEAST_SE_M = 5.0


@dataclass(frozen=True, eq=False)
class Field:
    """What it costs to lie at a place.

    Attributes
    ----------
    origin : x and y of the south-west corner of the lattice, metres.
    cell_m : side of a lattice cell, metres.
    coarse : (rows from the south, columns) loss at the cells, for the search.
    outside : loss beyond the lattice.
    exact : loss at points (n, 2), for what is reported.
    """

    origin: tuple[float, float]
    cell_m: float
    coarse: NDArray[np.float32]
    outside: float
    exact: Callable[[Floats], Floats]


@dataclass(frozen=True, eq=False)
class Term:
    """Points (n, 2) on a field; ``sign`` tells which way an offset of the layer moves them.

    The layer's own points go home by -1 times its offset; points of the reference, read on the
    field of the layer, meet it by +1 times the offset. ``block`` of each point: ascending.
    """

    field: Field
    points: Floats
    block: Ints
    sign: int

    @classmethod
    def of(cls, field: Field, points: Floats, *, block: Ints, sign: int) -> Term:
        """Return a term with its points in the order of their blocks."""
        order = np.argsort(block, kind="stable")
        return cls(field, points[order], block[order], sign)


@dataclass(frozen=True)
class Offset:
    """Where a layer lies against its reference, and how well that is known.

    Attributes
    ----------
    east_m, north_m : the layer's place minus the reference's.
    se_m : standard error along the worse direction (jackknife over blocks), never below 5 m;
        infinite where the loss has no clear minimum.
    loss : mean loss at that place.
    rival_z : how many standard errors the best place is better than the best rival farther off
        than the rival distance; 0 where it lies at the edge of the search.
    """

    east_m: float
    north_m: float
    se_m: float
    loss: float
    rival_z: float

    @property
    def length_m(self) -> float:
        """Return the length of the offset, metres."""
        return float(np.hypot(self.east_m, self.north_m))


def spatial_blocks(points: Floats, *, halvings: int) -> Ints:
    """Return the block (0 to 2**halvings - 1) of each point (n, 2), halving the longer side.

    Blocks of 2**halvings points or more hold equal numbers, give or take one.
    """
    groups = [np.arange(len(points))]
    for _ in range(halvings):
        groups = [half for members in groups for half in _halves(points, members)]
    block = np.empty(len(points), dtype=np.intp)
    for number, members in enumerate(groups):
        block[members] = number
    return block


def _halves(points: Floats, members: Ints) -> tuple[Ints, Ints]:
    if len(members) < 2:
        return members, members[:0]
    longer = int(np.argmax(np.ptp(points[members], axis=0)))
    order = members[np.argsort(points[members, longer], kind="stable")]
    half = (len(order) + 1) // 2
    return order[:half], order[half:]


def blocks_like(points: Floats, *, known: Floats, block: Ints) -> Ints:
    """Return for each point (n, 2) the block of the nearest known point."""
    _, nearest = scipy.spatial.KDTree(known).query(points)
    return np.asarray(block[nearest], dtype=np.intp)


def losses(terms: Sequence[Term], shifts: Floats, *, blocks: int) -> Floats:
    """Return the share (shifts, blocks) that each block has in the loss of offsets (n, 2) metres.

    A row sums to the mean loss, the mean over the terms.
    """
    total = np.zeros((len(shifts), blocks))
    for term in terms:
        values = [term.field.exact(term.points + term.sign * offset) for offset in shifts]
        total += _by_block(np.array(values), term, blocks=blocks)
    return total / len(terms)


def moved_losses(terms: Sequence[Term], moved: Sequence[Floats], *, blocks: int) -> Floats:
    """Return the share (blocks,) that each block has in the loss of points already moved."""
    total = np.zeros(blocks)
    for term, points in zip(terms, moved, strict=True):
        total += _by_block(term.field.exact(points)[None, :], term, blocks=blocks)[0]
    return total / len(terms)


def z_of(differences: Floats) -> Floats:
    """Return sum over standard error of differences (..., blocks) between two places.

    Blocks count as independent draws: the error of their sum is sqrt(blocks) times their standard
    deviation. No difference anywhere is 0.
    """
    blocks = differences.shape[-1]
    total = differences.sum(axis=-1)
    error = np.sqrt(blocks) * differences.std(axis=-1, ddof=1)
    tiny = np.finfo(float).eps * np.abs(differences).sum(axis=-1)
    return np.asarray(np.where(total == 0, 0.0, total / np.maximum(error, np.maximum(tiny, 1e-12))))


def measure_offset(terms: Sequence[Term], *, reach_m: float, rival_m: float, blocks: int) -> Offset:
    """Find the translation of a layer that costs least, and how sure it is.

    A lattice of offsets up to ``reach_m`` each way is searched; around the best one a paraboloid
    is fitted to exact losses, and refitted without each block in turn.
    """
    shifts, table = _searched(terms, reach_m=reach_m, blocks=blocks)
    best = int(np.argmin(table.sum(axis=1)))
    far = np.hypot(*(shifts - shifts[best]).T) > rival_m
    rival_z = float(z_of(table[far] - table[best]).min())
    if np.abs(shifts[best]).max() >= np.abs(shifts).max():
        rival_z = 0.0
    place, se_m = _refined(terms, shifts[best], blocks=blocks)
    loss = float(losses(terms, place[None, :], blocks=blocks).sum())
    return Offset(float(place[0]), float(place[1]), se_m, loss, rival_z)


def _searched(
    terms: Sequence[Term], *, reach_m: float, blocks: int
) -> tuple[Floats, NDArray[np.float64]]:
    """Return offsets (n, 2) of the search lattice and their losses (n, blocks)."""
    cell = terms[0].field.cell_m
    reach = int(np.ceil(reach_m / cell))
    side = np.arange(-reach, reach + 1)
    steps = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    total = np.zeros((len(steps), blocks))
    for term in terms:
        total += _coarse_losses(term, reach=reach, blocks=blocks)
    return np.asarray(steps * cell, dtype=np.float64), total / len(terms)


def _coarse_losses(term: Term, *, reach: int, blocks: int) -> Floats:
    """Read the lattice of a term around all its points, ``reach`` cells each way; see `_searched`.

    What lies around a point are whole rows of the lattice: laid upon each other block by block,
    not fetched cell by cell for every step.
    """
    field, side = term.field, 2 * reach + 1
    padded = np.pad(field.coarse, side, constant_values=field.outside)
    cells = np.floor((term.points - np.asarray(field.origin)) / field.cell_m) + reach + 1
    column, row = np.clip(cells, 0, np.add(field.coarse.shape[::-1], side)).astype(np.intp).T
    around = np.lib.stride_tricks.sliding_window_view(padded, (side, side))
    sums = np.zeros((blocks, side, side))
    for block, x, y in zip(term.block, column, row, strict=True):
        sums[block] += around[y, x]
    return sums[:, :: term.sign, :: term.sign].reshape(blocks, -1).T / len(term.block)


def _by_block(values: NDArray[np.floating], term: Term, *, blocks: int) -> Floats:
    """Return the sums (n, blocks) of values (n, points), over the number of points."""
    starts = np.searchsorted(term.block, np.arange(blocks))
    there = np.unique(starts[np.diff(np.append(starts, len(term.block))) > 0])
    sums = np.zeros((len(values), blocks))
    sums[:, term.block[there]] = np.add.reduceat(values, there, axis=1, dtype=np.float64)
    return np.asarray(sums / len(term.block))


def _refined(terms: Sequence[Term], start: Floats, *, blocks: int) -> tuple[Floats, float]:
    """Return the lowest point of a paraboloid around ``start`` and its standard error, metres."""
    side = np.arange(-_REFINE_STEPS, _REFINE_STEPS + 1) * _REFINE_STEP_M
    window = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    table = losses(terms, start + window, blocks=blocks)
    centre = window[int(np.argmin(table.sum(axis=1)))]
    x, y = ((window - centre) / side.max()).T
    design = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1)
    weight = np.exp(-2.0 * (x * x + y * y))[:, None]
    fitted = np.linalg.lstsq(design * weight, table * weight, rcond=None)[0]
    whole = _lowest(fitted.sum(axis=1))
    without = [_lowest(fitted.sum(axis=1) - fitted[:, block]) for block in range(blocks)]
    if whole is None or any(place is None for place in without):
        return start + centre, float("inf")
    left = np.array([place for place in without if place is not None]) * side.max()
    spread = (left - left.mean(axis=0)).T @ (left - left.mean(axis=0)) * (blocks - 1) / blocks
    se_m = float(np.sqrt(np.linalg.eigvalsh(spread)[-1]))
    return start + centre + whole * side.max(), max(se_m, _LEAST_SE_M)


def _lowest(fitted: Floats) -> Floats | None:
    """Return where a paraboloid is lowest; None where it has no lowest point in the window."""
    _, gx, gy, xx, xy, yy = fitted
    curve = np.array([[2 * xx, xy], [xy, 2 * yy]])
    if np.linalg.eigvalsh(curve)[0] <= 0:
        return None
    place = np.linalg.solve(curve, [-gx, -gy])
    return place if np.abs(place).max() <= 1.0 else None
