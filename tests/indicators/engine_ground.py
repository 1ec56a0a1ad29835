"""Polygons that are hard on a zonal engine, on a grid of 120 x 150 cells of 10 m at X, Y."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from landuse.indicators.engine.trace import Frame
from tests.indicators.ground import X, Y

ROWS, COLUMNS, CELL = 120, 150, 10.0
FRAME = Frame(X, Y + ROWS * CELL, CELL, -CELL, ROWS, COLUMNS)
WHOLE = shapely.box(X, Y, X + COLUMNS * CELL, Y + ROWS * CELL)
Rng = np.random.Generator
Points = NDArray[np.float64]


def placed(cells: Points | list[tuple[float, float]]) -> Points:
    """Return points given in cells from the lower left corner, in metres."""
    return np.asarray(cells, float) * CELL + [X, Y]


def _somewhere(rng: Rng) -> Points:
    return rng.uniform((-5, -5), (COLUMNS + 5, ROWS + 5))


def sliver(rng: Rng) -> BaseGeometry:
    a, turn = _somewhere(rng), rng.uniform(0, 2 * np.pi)
    along = np.array([np.cos(turn), np.sin(turn)])
    width = 10 ** rng.uniform(-6, np.log10(0.3))
    side, b = width * np.array([-along[1], along[0]]), a + along * rng.uniform(0.5, 60)
    return shapely.Polygon(placed([a, b, b + side, a + side]))


def star(rng: Rng, *, points: int = 24) -> BaseGeometry:
    turn = np.sort(rng.uniform(0, 2 * np.pi, points))
    away = rng.uniform(0.1, 12, (points, 1))
    return shapely.Polygon(placed(_somewhere(rng) + away * np.c_[np.cos(turn), np.sin(turn)]))


def speck(rng: Rng) -> BaseGeometry:
    corner = np.floor(_somewhere(rng)) + rng.uniform(0, 0.6, 2)
    return shapely.Polygon(placed(corner + rng.uniform(0, 0.4, (3, 2))))


def grid_box(rng: Rng) -> BaseGeometry:
    a, size = np.floor(_somewhere(rng)), rng.integers(1, 20, 2)
    return shapely.box(*placed([a])[0], *placed([a + size])[0])


def hull(rng: Rng, *, step: float = 1.0) -> BaseGeometry:
    points = np.floor(_somewhere(rng)) + rng.integers(-8, 9, (7, 2)) * step
    return shapely.MultiPoint(placed(points)).convex_hull


def half_hull(rng: Rng) -> BaseGeometry:
    return hull(rng, step=0.5)


def holed(rng: Rng) -> BaseGeometry:
    outer = star(rng, points=12).buffer(0)
    inner = shapely.affinity.scale(outer.convex_hull, 0.3, 0.3)
    return outer.difference(inner)


def several(rng: Rng) -> BaseGeometry:
    return shapely.union_all([star(rng).buffer(0), star(rng).buffer(0), grid_box(rng)])


def comb(rng: Rng) -> BaseGeometry:
    teeth, (x, y) = int(rng.integers(3, 40)), _somewhere(rng)
    step, deep = rng.uniform(0.05, 1.5), rng.uniform(1, 15)
    zigzag = [(x + k * step, y + deep * (k % 2)) for k in range(2 * teeth)]
    return shapely.Polygon(placed([*zigzag, (x + 2 * teeth * step, y - 1), (x, y - 1)]))


def flower(vertices: int, *, size: float = 50.0) -> BaseGeometry:
    turn = np.linspace(0, 2 * np.pi, vertices, endpoint=False)
    away = size * (1 + 0.2 * np.sin(37 * turn) + 0.02 * np.sin(991 * turn))[:, None]
    return shapely.Polygon(
        placed(np.array([75.3, 60.7]) + away * np.c_[np.cos(turn), np.sin(turn)])
    )


def large_flower(rng: Rng) -> BaseGeometry:
    return flower(20_000)


def border(rng: Rng) -> BaseGeometry:
    """Return a box that touches the border from outside, crosses it or lies on it within."""
    across = rng.choice([-8.0, -3.5, -1.0, 0.0])
    low, length = rng.uniform(0, ROWS - 20), rng.uniform(0.3, 18)
    edge = placed([(across, low), (across + 8.0 * rng.choice([0.5, 1.0]), low + length)])
    return shapely.box(*edge[0], *edge[1])


def outside(rng: Rng) -> BaseGeometry:
    return shapely.affinity.translate(star(rng), rng.choice([-4000.0, 4000.0]), 0)


def huge(rng: Rng) -> BaseGeometry:
    around = WHOLE.buffer(10 ** rng.uniform(1, 6.3), join_style="mitre")
    return around.difference(hull(rng).buffer(5))


def whole(rng: Rng) -> BaseGeometry:
    return WHOLE


SETS: dict[str, tuple[Callable[[Rng], BaseGeometry], int]] = {
    "slivers": (sliver, 400), "stars": (star, 500), "specks": (speck, 400),
    "grid boxes": (grid_box, 300), "hulls on corners": (hull, 300),
    "hulls on half corners": (half_hull, 300), "holes": (holed, 250),
    "multipolygons": (several, 200), "combs": (comb, 200), "borders": (border, 100),
    "outside": (outside, 40), "huge": (huge, 40), "whole grid": (whole, 1),
    "flower": (large_flower, 1),
}  # fmt: skip


def polygons_of(name: str) -> NDArray[Any]:
    """Return the valid polygons of a set, rings turned either way."""
    make, count = SETS[name]
    rng = np.random.default_rng(len(name) * 1000 + count)
    made = np.array([make(rng) for _ in range(count)], dtype=object)
    made = made[np.isin(shapely.get_type_id(made), (3, 6)) & shapely.is_valid(made)]
    turned = rng.random(len(made)) < 0.5
    made[turned] = shapely.reverse(made[turned])
    return made
