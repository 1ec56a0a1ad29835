"""Sum-preserving resampling of counts (people, built square metres) between two CRS."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from affine import Affine
from numpy.typing import NDArray

from landuse.core.errors import Fault, data_fault, fail
from landuse.core.grid import Grid
from landuse.sources.read_raster import between

Floats = NDArray[np.float64]
_KNOT_CELLS = 32
_MAX_SPLIT = 8
_SMALL_CELLS = 250_000


@dataclass(frozen=True)
class _Knots:
    """Where a coarse lattice of source points lies in the target, in target cells."""

    columns: Floats
    rows: Floats
    x: Floats
    y: Floats


def resample_counts(
    values: NDArray[np.floating],
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
    east, north = between(crs, grid.crs).transform(x, y)
    cell, origin = grid.resolution_m, grid.transform
    knots = _Knots(columns, rows, (east - origin.c) / cell, (origin.f - north) / cell)
    upright = (np.diff(knots.x, axis=1) > 0).all() and (np.diff(knots.y, axis=0) > 0).all()
    if not upright:
        raise fail(_turned(crs))
    return knots


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
    values: NDArray[np.floating], knots: _Knots, *, split: int, columns: int
) -> NDArray[np.float32]:
    """Rebin every source row (cut in strips) onto the target's columns."""
    out = np.empty((values.shape[0] * split, columns), dtype=np.float32)
    source_lines = np.arange(values.shape[1] + 1)
    target_lines = np.arange(columns + 1)
    running = np.zeros(values.shape[1] + 1)
    for row in range(values.shape[0]):
        np.cumsum(values[row], out=running[1:], dtype=np.float64)
        for part in range(split):
            place = row + (part + 0.5) / split
            lines = np.interp(source_lines, knots.columns, _row_at(knots, place))
            at_lines = np.interp(target_lines, lines, running)
            out[row * split + part] = np.diff(at_lines) / split
    return out


def _row_at(knots: _Knots, place: float) -> Floats:
    """Return target x of the knot columns along one source row."""
    after = int(np.clip(np.searchsorted(knots.rows, place), 1, len(knots.rows) - 1))
    start, end = knots.rows[after - 1], knots.rows[after]
    share = (place - start) / (end - start)
    return np.asarray(knots.x[after - 1] * (1 - share) + knots.x[after] * share)


def _second_pass(
    half: NDArray[np.float32], knots: _Knots, *, row_edges: Floats, shape: tuple[int, int]
) -> NDArray[np.float32]:
    """Rebin every column of the half-way array onto the target's rows."""
    rows, columns = shape
    middles = np.arange(columns) + 0.5
    y_at = np.stack([np.interp(middles, x, y) for x, y in zip(knots.x, knots.y, strict=True)])
    by_column = np.ascontiguousarray(half.T)
    out = np.empty((columns, rows), dtype=np.float32)
    target_lines = np.arange(rows + 1)
    running = np.zeros(len(row_edges))
    for column in range(columns):
        np.cumsum(by_column[column], out=running[1:], dtype=np.float64)
        lines = np.interp(row_edges, knots.rows, y_at[:, column])
        out[column] = np.diff(np.interp(target_lines, lines, running))
    return np.ascontiguousarray(out.T)
