"""Annual layers: in the order of their years, cell by cell, and whether they rise."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from landuse.core.grid import Grid
from landuse.core.layers import Layer


def in_order(series: Sequence[Layer]) -> tuple[NDArray[np.float64], list[Layer]]:
    """Return the years, rising, and the layers in their order.

    Raises
    ------
    ValueError
        If a layer has no year, two have the same, or they lie on different grids.
    """
    years = [layer.year for layer in series]
    known = [year for year in years if year is not None]
    if len(known) < len(years):
        msg = "a layer of a series has no year"
        raise ValueError(msg)
    if len(set(known)) < len(known):
        msg = f"two layers of a series have the same year: {sorted(known)}"
        raise ValueError(msg)
    if len({layer.grid for layer in series}) > 1:
        msg = "the layers of a series lie on different grids"
        raise ValueError(msg)
    order = np.argsort(known)
    return np.array(known, dtype=float)[order], [series[position] for position in order]


def values_at(layer: Layer, cells: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the values of some cells of a layer; NaN where not known."""
    values = layer.values.ravel()[cells].astype(float)
    if layer.nodata is not None:
        values[values == layer.nodata] = np.nan
    return values


def sampled_at(layer: Layer, grid: Grid, cells: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return what a layer on another grid says at the centres of some cells of `grid`.

    NaN outside the layer and where it is not known. Both grids must be in one CRS.

    Raises
    ------
    ValueError
        If they are not.
    """
    if layer.grid.crs != grid.crs:
        msg = f"layer in {layer.grid.crs}, cells in {grid.crs}: align them first"
        raise ValueError(msg)
    if layer.grid == grid:
        return values_at(layer, cells)
    row, column = np.divmod(cells, grid.shape[1])
    x = grid.transform.c + (column + 0.5) * grid.transform.a
    y = grid.transform.f + (row + 0.5) * grid.transform.e
    there = layer.grid.transform
    column = np.floor((x - there.c) / there.a).astype(np.int64)
    row = np.floor((y - there.f) / there.e).astype(np.int64)
    rows, columns = layer.grid.shape
    inside = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
    found = np.full(len(cells), np.nan)
    found[inside] = values_at(layer, row[inside] * columns + column[inside])
    return found


def known_mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean of the known values of each column; NaN where none is."""
    known = ~np.isnan(values)
    count = known.sum(axis=0)
    total = np.where(known, values, 0.0).sum(axis=0)
    average = np.full(len(count), np.nan)
    np.divide(total, count, out=average, where=count > 0)
    return average


def mann_kendall_p(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the two-sided p of a trend of each column of ``values`` (years x objects).

    .. math:: S = \\sum_{i<j} sign(x_j - x_i), \\quad p = P(|S_0| \\ge |S|)

    Exact: S of all orders of n different values. Ties lower ``|S|``; where that leaves a value S
    never takes, the next lower one is read, so that ties never sharpen p.
    NaN years are left out; NaN where fewer than two are known. Source: Mann 1945, Econometrica
    13; Kendall 1975.
    """
    score = np.zeros(values.shape[1])
    for first, second in combinations(range(len(values)), 2):
        score += np.nan_to_num(np.sign(values[second] - values[first]))
    count = (~np.isnan(values)).sum(axis=0)
    p = np.full(len(score), np.nan)
    for years in np.unique(count[count > 1]):
        mine = count == years
        at_least = _two_sided(int(years))
        p[mine] = at_least[np.abs(score[mine]).astype(int)]
    return p


def _two_sided(years: int) -> NDArray[np.float64]:
    """Return P(|S| >= s) for s = 0, 1, 2 … of orders of ``years`` different values."""
    inversions = np.ones(1)
    for length in range(2, years + 1):
        inversions = np.convolve(inversions, np.full(length, 1 / length))
    pairs = years * (years - 1) // 2
    score = np.abs(pairs - 2 * np.arange(pairs + 1))
    chance = np.bincount(score, weights=inversions, minlength=pairs + 1)
    at_least = np.minimum(np.cumsum(chance[::-1])[::-1], 1.0)
    never = np.flatnonzero(np.arange(pairs + 1) % 2 != pairs % 2)
    at_least[never] = at_least[np.maximum(never - 1, 0)]
    return at_least
