"""Sums over rasters that stay on disk: every block that holds a zone is read once, and let go."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from landuse.indicators.engine.codes import Codes, slots_of
from landuse.indicators.engine.cover import TOGETHER, measures
from landuse.indicators.engine.rings import index_of
from landuse.indicators.engine.stats import add_classes, add_numbers, merge_numbers
from landuse.indicators.engine.trace import Floats, Frame, Index, Ints, Rings, Runs
from landuse.indicators.engine.tracing import Window, passing_runs

Read = Callable[[Window], NDArray[Any]]
"""Returns the cells of a window (rows from, to, columns from, to); called from several threads."""
_AHEAD = 3
"""Blocks in flight for each thread."""
_A_FEW = 4
"""A grid of so few blocks is read at once, and its zones are shared out instead."""
_Job = tuple[Window, Ints]


@dataclass(frozen=True)
class Classes:
    """A layer of class codes; the sums are (n, classes + 2), see ``Codes``."""

    read: Read
    codes: Codes

    @property
    def columns(self) -> int:
        """Return the number of columns of the sums."""
        return self.codes.columns

    def add(self, values: NDArray[Any]) -> Callable[[Runs, Floats], Any]:
        """Return what adds the cells of a block to the sums of its zones."""
        cells, slot = slots_of(values.ravel(), self.codes)
        return lambda runs, out: add_classes(runs, cells, slot, out)

    @staticmethod
    def merge(whole: Floats, at: Ints, part: Floats) -> None:
        """Add the sums of a block to those of the whole."""
        whole[at] += part


@dataclass(frozen=True)
class Numbers:
    """A layer of measures; the sums are (n, 6), see ``stats``."""

    read: Read
    nodata: float | None
    columns: int = 6

    def add(self, values: NDArray[Any]) -> Callable[[Runs, Floats], Any]:
        """Return what adds the cells of a block to the sums of its zones."""
        given = measures(values, self.nodata)
        return lambda runs, out: add_numbers(runs, *given, out)

    @staticmethod
    def merge(whole: Floats, at: Ints, part: Floats) -> None:
        """Add the sums of a block to those of the whole."""
        merge_numbers(whole, at, part)


def sums_of(
    rings: Rings, frame: Frame, layers: Sequence[Classes | Numbers], *,
    block: tuple[int, int] = (1024, 1024), threads: int = 2,
) -> list[Floats]:  # fmt: skip
    """Return the sums of each zone over all layers of one grid, in one pass.

    Parameters
    ----------
    layers : read block by block; at most ``3 threads`` blocks of each are in memory.
    block : rows and columns of a block; best a multiple of the tiles of the files.

    Notes
    -----
    Blocks are merged in their own order, so the number of threads changes no bit. Another block
    size adds in another order: covers agree to 1e-10 of a cell for each block a zone crosses,
    means to 1e-12 of the greatest difference between two values, minimum and maximum exactly
    (but for cells covered by less than 1e-10, which one way may count and the other not).
    """
    whole = [np.zeros((len(rings.box), layer.columns)) for layer in layers]
    index = index_of(rings, frame)
    rows, columns = -(-frame.rows // block[0]), -(-frame.columns // block[1])
    jobs = _by_block(rings, frame, block)
    if rows * columns <= _A_FEW:
        everything = (0, frame.rows, 0, frame.columns)
        ready = [layer.add(layer.read(everything)) for layer in layers]
        jobs = _by_zones(rings, everything)

    def work(job: _Job) -> tuple[Ints, list[Floats]]:
        window, zones = job
        adders = ready if rows * columns <= _A_FEW else [la.add(la.read(window)) for la in layers]
        return zones, _sums_in(rings, index, job, frame=frame, adders=adders, whole=whole)

    for zones, parts in _in_order(work, jobs, threads=threads):
        for layer, total, part in zip(layers, whole, parts, strict=True):
            layer.merge(total, zones, part)
    return whole


def _sums_in(
    rings: Rings, index: Index, job: _Job, *,
    frame: Frame, adders: Sequence[Callable[[Runs, Floats], Any]], whole: Sequence[Floats],
) -> list[Floats]:  # fmt: skip
    """Return the sums of the zones of a job over the cells of its window."""
    window, zones = job
    parts = [np.zeros((len(zones), total.shape[1])) for total in whole]
    for at in range(0, len(zones), TOGETHER):
        some = slice(at, at + TOGETHER)
        runs = passing_runs(rings, index, zones[some], frame=frame, window=window)
        for add, part in zip(adders, parts, strict=True):
            add(runs, part[some])
    return parts


def _by_zones(rings: Rings, window: Window) -> Iterator[_Job]:
    for at in range(0, len(rings.box), 4 * TOGETHER):
        yield window, np.arange(at, min(at + 4 * TOGETHER, len(rings.box)))


def _by_block(rings: Rings, frame: Frame, block: tuple[int, int]) -> Iterator[_Job]:
    """Yield each block that the box of a zone meets, with those zones, row by row."""
    tops, bottoms = _blocks(rings.box[:, [1, 3]], frame.y0, frame.dy, frame.rows, block[0])
    lefts, rights = _blocks(rings.box[:, [0, 2]], frame.x0, frame.dx, frame.columns, block[1])
    columns = -(-frame.columns // block[1])
    wide = np.maximum(rights - lefts, 0)
    many = np.maximum(bottoms - tops, 0) * wide
    zone = np.repeat(np.arange(len(many)), many)
    inside = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
    number = (tops[zone] + inside // wide[zone]) * columns + lefts[zone] + inside % wide[zone]
    order = np.argsort(number, kind="stable")
    zone, number = zone[order], number[order]
    starts = np.flatnonzero(np.diff(number, prepend=-1))
    for first, zones in zip(starts, np.split(zone, starts[1:]), strict=False):
        row, column = divmod(int(number[first]), columns)
        top, left = row * block[0], column * block[1]
        bottom, right = min(top + block[0], frame.rows), min(left + block[1], frame.columns)
        yield (top, bottom, left, right), zones


def _blocks(edges: Floats, start: float, step: float, cells: int, block: int) -> tuple[Ints, Ints]:
    """Return the first block and the last + 1 that each pair of coordinates meets."""
    found = (edges - start) / step
    low, high = found.min(axis=1), found.max(axis=1)
    outside = ~((high > 0) & (low < cells) & (low <= high))
    first = np.where(outside, 0, np.clip(low, 0, cells) // block)
    last = np.where(outside, 0, -(-np.minimum(np.ceil(high), cells) // block))
    return first.astype(np.int64), last.astype(np.int64)


def _in_order(
    work: Callable[[_Job], tuple[Ints, list[Floats]]], jobs: Iterable[_Job], *, threads: int
) -> Iterator[tuple[Ints, list[Floats]]]:
    """Yield the results in the order of the jobs, a few jobs ahead of the reader."""
    waiting: deque[Future[tuple[Ints, list[Floats]]]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        for job in jobs:
            waiting.append(pool.submit(work, job))
            if len(waiting) >= _AHEAD * threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
