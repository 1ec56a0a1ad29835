"""Footprints inside the plots: sheds and blocks, slabs of flats, rows of village houses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from landuse.sources.demo.frame import CELL_M, Array, Frame, Warp
from landuse.sources.demo.parcels import COMM, IND, RES, VIL, Lots

INSET = 0.90


@dataclass(frozen=True)
class Buildings:
    """Footprints: plot each stands on, local rectangle (x0, y0, x1, y1) m, height, storeys."""

    plot: Array
    local: Array
    height_m: Array
    storeys: Array

    def __len__(self) -> int:
        """Return the number of buildings."""
        return len(self.plot)


def build(frame: Frame, lots: Lots, table: pd.DataFrame) -> Buildings:
    """Put buildings on the plots so that each reaches its planned coverage."""
    rng = frame.rng("buildings")
    in_rows = np.isin(lots.kind, (RES, VIL)) & (table["coverage"] > 0.05).to_numpy()
    shed_plot, shed = _sheds(rng, lots, table, np.flatnonzero(~in_rows))
    row_plot, row = _rows(rng, lots, table, np.flatnonzero(in_rows))
    plot, local = np.concatenate([shed_plot, row_plot]), np.concatenate([shed, row])
    kind, cause = lots.kind[plot], table["cause"].to_numpy()[plot]
    storeys = table["storeys"].to_numpy()[plot]
    spread = (rng.random(plot.size) < 0.35) & (storeys > 1) & (storeys < 10)
    storeys = np.where(spread, storeys - 1, storeys)
    per_floor = np.select([kind == IND, kind == COMM], [4.5, 4.0], 3.1)
    height = storeys * per_floor + rng.uniform(0.2, 1.6, plot.size)
    # One-storey halls of working plants are tall: over 8 m, which counts their floor twice.
    hall = (kind == IND) & (storeys == 1) & (cause == "normal_industry")
    hall &= rng.random(plot.size) < 0.75
    height = np.where(hall, rng.uniform(8.4, 12.5, plot.size), height)
    return Buildings(plot, local, height, storeys)


def _sheds(
    rng: np.random.Generator, lots: Lots, table: pd.DataFrame, chosen: Array
) -> tuple[Array, Array]:
    """Stand one to four sheds side by side; their sum is the planned coverage."""
    coverage = table["coverage"].to_numpy()[chosen]
    chosen, coverage = chosen[coverage > 0.004], coverage[coverage > 0.004]
    half = lots.half[chosen]
    count = np.clip(np.round(half[:, 0] * rng.uniform(0.02, 0.045, chosen.size)), 1, 4).astype(int)
    share = np.minimum(coverage / INSET**2, 0.86)
    wide = np.clip(np.sqrt(share) * rng.uniform(0.95, 1.25, chosen.size), share / 0.93, 0.93)
    deep = share / wide
    who = np.repeat(np.arange(chosen.size), count)
    k = np.arange(who.size) - np.repeat(np.cumsum(count) - count, count)
    slack_y = (1 - deep)[who] * np.repeat(rng.uniform(-1, 1, chosen.size), count)
    slack_x = (1 - wide)[who] / count[who] * rng.uniform(-1, 1, who.size)
    mid_x = (2 * k + 1) / count[who] - 1 + slack_x
    half_x, half_y = wide[who] / count[who], deep[who]
    box = np.stack([mid_x - half_x, slack_y - half_y, mid_x + half_x, slack_y + half_y], 1)
    return chosen[who], box * INSET * np.tile(half[who], 2)


def _rows(
    rng: np.random.Generator, lots: Lots, table: pd.DataFrame, chosen: Array
) -> tuple[Array, Array]:
    """Stand rows of flats or houses; rows are as deep as the planned coverage asks."""
    half = lots.half[chosen] * INSET
    flats = lots.kind[chosen] == RES
    pitch, piece = np.where(flats, 27.0, 15.5), np.where(flats, 46.0, 21.0)
    rows = np.maximum(1, np.floor(2 * half[:, 1] / pitch)).astype(int)
    across = np.maximum(1, np.round(2 * half[:, 0] / piece)).astype(int)
    fill = np.where(flats, 0.86, 0.84)
    want = table["coverage"].to_numpy()[chosen] * 4 * lots.half[chosen].prod(axis=1)
    room = 4 * half.prod(axis=1)
    deep = np.clip(want / room / fill / 0.93, 0.12, 0.88)
    total = rows * across
    who = np.repeat(np.arange(chosen.size), total)
    at = np.arange(who.size) - np.repeat(np.cumsum(total) - total, total)
    i, j = at % across[who], at // across[who]
    width, depth = 2 * half[who, 0] / across[who], 2 * half[who, 1] / rows[who]
    x0 = -half[who, 0] + (i + (1 - fill[who]) / 2) * width
    y0 = -half[who, 1] + (j + (1 - deep[who]) * rng.uniform(0.2, 0.8, who.size)) * depth
    box = np.stack([x0, y0, x0 + fill[who] * width, y0 + deep[who] * depth], 1)
    # Gaps in the rows, but no plot of flats or homes without a single house.
    stands = (rng.random(who.size) < 0.93) | (at == 0)
    return chosen[who][stands], box[stands]


def footprints(buildings: Buildings, lots: Lots, warp: Warp) -> Array:
    """Return the footprints as polygons in EPSG:4549 (shapely array)."""
    x0, y0, x1, y1 = buildings.local.T
    ring = np.stack([x0, y0, x1, y0, x1, y1, x0, y1], 1).reshape(-1, 4, 2)
    world = lots.to_world(buildings.plot, ring)
    return np.asarray(shapely.polygons(warp(world.reshape(-1, 2)).reshape(-1, 4, 2)))


@dataclass(frozen=True)
class Masses:
    """Built surface (m2 per 10 m cell, 0-100) and volume (m3 per cell) on the square."""

    area_m2: Array
    volume_m3: Array


def masses(
    frame: Frame, buildings: Buildings, shapes: Array, *, chosen: tuple[Array, ...]
) -> tuple[Masses, ...]:
    """Pour the buildings on the 10 m cells, once for each mask of buildings in `chosen`.

    Every footprint is cut to pieces under 3.5 m wide and each piece falls in the cell of its
    centre, so the sum over the cells is the sum of the footprints.
    """
    ring = shapely.get_coordinates(shapes).reshape(-1, 5, 2)
    box = buildings.local
    size = np.stack([box[:, 2] - box[:, 0], box[:, 3] - box[:, 1]], 1)
    pieces = np.ceil(size / 3.5).astype(np.int32)
    total = pieces.prod(axis=1)
    who = np.repeat(np.arange(len(total), dtype=np.int32), total)
    at = np.arange(who.size) - np.repeat(np.cumsum(total) - total, total)
    across = pieces[who, 0]
    u = ((at % across + 0.5) / across)[:, None]
    v = ((at // across + 0.5) / pieces[who, 1])[:, None]
    a, b, c = ring[:, 0], ring[:, 1] - ring[:, 0], ring[:, 3] - ring[:, 0]
    d = ring[:, 2] - ring[:, 1] - c
    xy = a[who] + u * b[who] + v * (c[who] + u * d[who])
    row, col = frame.index(xy[:, 0], xy[:, 1], CELL_M)
    cell = (row * frame.cells(CELL_M) + col).astype(np.int32)
    area = (size.prod(axis=1) / total)[who]
    volume = area * buildings.height_m[who]
    return tuple(_pour(frame, cell[m[who]], area[m[who]], volume[m[who]]) for m in chosen)


def _pour(frame: Frame, cell: Array, area: Array, volume: Array) -> Masses:
    """Sum pieces by cell; a cell holds at most its 100 m2."""
    cells = frame.cells(CELL_M)
    poured = np.bincount(cell, area, cells * cells).reshape(cells, cells)
    high = np.bincount(cell, volume, cells * cells).reshape(cells, cells)
    return Masses(np.minimum(poured, 100.0).astype("float32"), high.astype("float32"))
