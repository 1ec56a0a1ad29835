"""Another way to the largest rectangle: a fine raster at every degree, and Monte Carlo for none."""

from __future__ import annotations

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
