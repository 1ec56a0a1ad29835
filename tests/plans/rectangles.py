"""Other ways to the largest rectangle: a fine raster at every degree, and all pairs of lines."""

from __future__ import annotations

import itertools

import numpy as np
import shapely
from shapely import affinity


def raster_rectangle_m2(shape: shapely.Geometry, *, cells: int = 90, degrees: float = 2.0) -> float:
    """Return the area of the largest rectangle of raster cells, over headings ``degrees`` apart.

    A cell counts where its four corners lie inside; rows of such cells are heights of a histogram
    whose largest rectangle a stack finds. Nothing is shared with the method under test.
    """
    best = 0.0
    for angle in np.arange(0, 90, degrees):
        turned = affinity.rotate(shape, -angle, origin=(0, 0))
        x0, y0, x1, y1 = turned.bounds
        xs, ys = np.linspace(x0, x1, cells + 1), np.linspace(y0, y1, cells + 1)
        shapely.prepare(turned)
        corner = shapely.contains_xy(turned, *np.meshgrid(xs, ys))
        whole = corner[:-1, :-1] & corner[1:, :-1] & corner[:-1, 1:] & corner[1:, 1:]
        cell = (xs[1] - xs[0]) * (ys[1] - ys[0])
        best = max(best, _cells(whole) * cell)
    return best


def _cells(whole: np.ndarray) -> int:
    best, height = 0, np.zeros(whole.shape[1], dtype=int)
    for row in whole:
        height = np.where(row, height + 1, 0)
        stack: list[tuple[int, int]] = []
        for place, tall in enumerate([*height.tolist(), 0]):
            start = place
            while stack and stack[-1][1] >= tall:
                start, last = stack.pop()
                best = max(best, last * (place - start))
            stack.append((start, tall))
    return best


def plain_rectangle_m2(sides: np.ndarray, angle: float, *, levels: int) -> float:
    """Return the area of the largest rectangle at an angle, each two level lines looked at.

    ``sides`` : (x0, y0, x1, y1) of a polygon. Lines run through its corners and at even steps.
    """
    cos, sin = np.cos(-angle), np.sin(-angle)
    x, y = sides[:, 0::2], sides[:, 1::2]
    x, y = x * cos - y * sin, x * sin + y * cos
    lines = np.unique([*y[:, 0], *np.linspace(y.min(), y.max(), levels + 1)])
    bands = [_free(x, y, low, high) for low, high in itertools.pairwise(lines)]
    best = 0.0
    for low in range(len(bands)):
        free = [(-np.inf, np.inf)]
        for high in range(low, len(bands)):
            both = [(max(a, c), min(b, d)) for a, b in free for c, d in bands[high]]
            free = [(begin, stop) for begin, stop in both if stop > begin]
            widths = [stop - begin for begin, stop in free]
            best = max(best, max(widths, default=0.0) * (lines[high + 1] - lines[low]))
    return best


def _free(x: np.ndarray, y: np.ndarray, low: float, high: float) -> list[tuple[float, float]]:
    """Return the intervals inside all the way from one line to the next."""
    crossed = (y.min(axis=1) <= low) & (y.max(axis=1) >= high) & (y[:, 0] != y[:, 1])
    (x0, x1), (y0, y1) = x[crossed].T, y[crossed].T
    ends = [x0 + (line - y0) * (x1 - x0) / (y1 - y0) for line in (low, high)]
    ends = np.array(ends)[:, np.argsort(np.sum(ends, axis=0))]
    pairs = zip(ends[:, 0::2].max(axis=0), ends[:, 1::2].min(axis=0), strict=True)
    return [(begin, stop) for begin, stop in pairs if stop > begin]
