"""Sum-preserving resampling of counts (people, built square metres) between two CRS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS

from landuse.compiled import inner, kept
from landuse.core.crs import between
from landuse.core.errors import Fault, data_fault, fail
from landuse.core.grid import Grid
from landuse.core.side_by_side import each_part

Floats = NDArray[np.float64]
_KNOT_CELLS = 32
_MAX_SPLIT = 8
_SMALL_CELLS = 250_000
_TOGETHER = 128
"""Rows or columns of one call."""


@dataclass(frozen=True)
class _Knots:
    """Where a coarse lattice of source points lies in the target, in target cells."""

    columns: Floats
    rows: Floats
    x: Floats
    y: Floats


def resample_counts(
    values: NDArray[Any],
    *,
    transform: Affine,
    crs: str,
    grid: Grid,
) -> NDArray[np.float32]:
    """Bring counts per cell onto a grid so that their sum is kept.

    Two passes of one-dimensional rebinning: along each source row the running sum is read off at
    the target's column lines, then along each target column at its row lines. A running sum read
    at cell lines loses nothing, so what lies inside the grid arrives whole, and a source cell on
    the edge gives the share of its area that lies inside. Method: two-pass separable resampling
    (Catmull and Smith 1980) on running sums; 0.5 % is what `domain.md` §7 asks for.

    Parameters
    ----------
    values : array (rows, columns) of counts per source cell; no NaN.
    transform, crs : of the source; north-up.
    grid : target.

    Returns
    -------
    Counts per target cell, shape ``grid.shape``.

    Raises
    ------
    LanduseError
        Exit code 4 if the source's columns do not run east, or its rows south, on the grid.
    """
    knots = _knots(values.shape, transform=transform, crs=crs, grid=grid)
    split = _row_split(values.shape, knots)
    rows = np.arange(values.shape[0] * split + 1) / split
    half = _first_pass(values, knots, split=split, columns=grid.shape[1])
    return _second_pass(half, knots, row_edges=rows, shape=grid.shape)


def _knots(shape: tuple[int, ...], *, transform: Affine, crs: str, grid: Grid) -> _Knots:
    """Transform every 32nd cell corner; between them straight lines err by millimetres.

    The error is curvature * h**2 / 8, for h = 320 m and a radius of 6.4e6 m: 2 mm.
    """
    columns = _steps(shape[1])
    rows = _steps(shape[0])
    x, y = np.meshgrid(transform.c + transform.a * columns, transform.f + transform.e * rows)
    east, north = _onto(grid.crs, crs, x, y)
    cell, origin = grid.resolution_m, grid.transform
    knots = _Knots(columns, rows, (east - origin.c) / cell, (origin.f - north) / cell)
    upright = (np.diff(knots.x, axis=1) > 0).all() and (np.diff(knots.y, axis=0) > 0).all()
    if not upright:
        raise fail(_turned(crs))
    return knots


def _onto(target: str, source: str, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Transform places from one CRS to another.

    From metres by the way back of the transformer that reading the file took, which gives the same
    digits: a second one takes PROJ a second to find. From degrees the last digit would differ.
    """
    if CRS.from_user_input(source).is_geographic:
        east, north = between(source, target).transform(x, y)
    else:
        east, north = between(target, source).transform(x, y, direction="INVERSE")
    return east, north


def _turned(crs: str) -> Fault:
    return data_fault(
        "栅格的坐标系与工作坐标系方向相差过大",
        "the raster's CRS is turned too far from the working CRS",
        field="crs",
        found=crs[:80],
        todo_zh="先把栅格投影到工作坐标系",
        todo_en="warp the raster to the working CRS first",
    )


def _steps(cells: int) -> Floats:
    """Return cell lines 0 to ``cells`` about 32 apart, both ends included."""
    return np.linspace(0, cells, max(2, -(-cells // _KNOT_CELLS) + 1))


def _row_split(shape: tuple[int, ...], knots: _Knots) -> int:
    """Return in how many strips to cut a source row, so that its slant stays below a cell."""
    height = np.diff(knots.rows)[:, None]
    slant = float(np.abs(np.diff(knots.x, axis=0) / height).max())
    reach = float(np.abs(np.diff(knots.y, axis=0) / height).max())
    fine = 8 if shape[0] * shape[1] <= _SMALL_CELLS else 1
    return int(np.clip(np.ceil(max(slant, reach, 1) * fine / 2), 1, _MAX_SPLIT))


def _first_pass(
    values: NDArray[Any], knots: _Knots, *, split: int, columns: int
) -> NDArray[np.float32]:
    """Rebin every source row (cut in strips) onto the target's columns."""
    strips = values.shape[0] * split
    lines_at = _rows_at(
        knots, (np.arange(strips) % split + 0.5) / split + np.arange(strips) // split
    )
    out = np.empty((strips, columns), dtype=np.float32)
    places = np.arange(values.shape[1] + 1.0)

    def work(first: int) -> None:
        part = slice(first * split, (first + _TOGETHER) * split)
        rows = values[first : first + _TOGETHER]
        _rebin(rows, split, places, knots.columns, lines_at[part], out[part])

    each_part(work, len(values), together=_TOGETHER)
    return out


def _rows_at(knots: _Knots, places: Floats) -> Floats:
    """Return target x of the knot columns along source rows (places, knots)."""
    after = np.clip(np.searchsorted(knots.rows, places), 1, len(knots.rows) - 1)
    start, end = knots.rows[after - 1], knots.rows[after]
    share = ((places - start) / (end - start))[:, None]
    return np.asarray(knots.x[after - 1] * (1 - share) + knots.x[after] * share)


def _second_pass(
    half: NDArray[np.float32], knots: _Knots, *, row_edges: Floats, shape: tuple[int, int]
) -> NDArray[np.float32]:
    """Rebin every column of the half-way array onto the target's rows."""
    rows, columns = shape
    middles = np.arange(columns) + 0.5
    y_at = np.stack([np.interp(middles, x, y) for x, y in zip(knots.x, knots.y, strict=True)])
    lines_at = np.ascontiguousarray(y_at.T)
    out = np.empty(shape, dtype=np.float32)

    def work(first: int) -> None:
        part = slice(first, first + _TOGETHER)
        turned = np.empty((len(lines_at[part]), rows), dtype=np.float32)
        by_column = np.ascontiguousarray(half[:, part].T)
        _rebin(by_column, 1, row_edges, knots.rows, lines_at[part], turned)
        out[:, part] = turned.T

    each_part(work, columns, together=_TOGETHER)
    return out


def _rebin(
    values: NDArray[Any], split: int, places: Floats, knot_at: Floats, lines_at: Floats,
    out: NDArray[np.float32],
) -> None:  # fmt: skip
    """Fill ``out`` with the rows of ``values``, each cut in ``split``, on lines 0, 1, 2 …

    The edges of a row's cells are ``places``; those of ``knot_at`` lie at its row of ``lines_at``.
    """
    fill_rebinned(values, split, places, knot_at, lines_at, np.empty(len(places)),
                  np.empty(len(places)), out)  # fmt: skip


def _read_at(x: float, low: int, at: Floats, worth: Floats) -> float:
    """Return a piecewise straight line at ``x``, ``low`` the last knot not beyond it; as numpy's.

    Beyond the ends it is flat.
    """
    if low < 0:
        return float(worth[0])
    if low >= at.shape[0] - 1:
        return float(worth[-1])
    slope = (worth[low + 1] - worth[low]) / (at[low + 1] - at[low])
    return float(slope * (x - at[low]) + worth[low])


def _fill_rebinned(
    values: Any, split: int, places: Floats, knot_at: Floats, lines_at: Floats, lines: Floats,
    running: Floats, out: Any,
) -> None:  # fmt: skip
    """Work ``_rebin``; ``lines`` and ``running`` are scratch as long as ``places``."""
    for row in range(out.shape[0]):
        total, low = 0.0, -1
        running[0] = 0.0
        for cell in range(values.shape[1]):
            total += values[row // split, cell]
            running[cell + 1] = total
        for line in range(places.shape[0]):
            while low + 1 < knot_at.shape[0] and knot_at[low + 1] <= places[line]:
                low += 1
            lines[line] = read_at(places[line], low, knot_at, lines_at[row])
        before, low = 0.0, -1
        for line in range(out.shape[1] + 1):
            while low + 1 < lines.shape[0] and lines[low + 1] <= line:
                low += 1
            now = read_at(float(line), low, lines, running)
            if line > 0:
                out[row, line - 1] = (now - before) / split
            before = now


read_at = inner(_read_at)
fill_rebinned = kept(_fill_rebinned)
