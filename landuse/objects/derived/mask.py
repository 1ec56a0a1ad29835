"""Built-up cells: which layer tells them, and their outlines."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import geopandas as gpd
import numpy as np
import scipy
from pydantic import Field
from rasterio.features import rasterize

from landuse.core.errors import fail, missing_fault
from landuse.core.grid import Grid
from landuse.core.layers import Layer, of_codes
from landuse.core.settings import Settings
from landuse.objects.derived.arrangement import Shapes
from landuse.objects.derived.cell_outlines import Mask, traced

BuiltSource = Literal["landcover", "built_surface"]
_EIGHT = np.ones((3, 3), dtype=bool)


class BuiltCellSettings(Settings):
    """What counts as built up.

    ``built_codes``: the built class of the land cover declared (50 in WorldCover, 8 in CLCD).
    ``built_share_minimum``: without land cover, built surface over cell area; a tenth, that is
    10 m2 of a 10 m cell (P, domain.md §3.2).
    """

    built_codes: tuple[int, ...] = ()
    built_share_minimum: float = Field(0.1, gt=0, le=1)


@dataclass(frozen=True, eq=False)
class BuiltCells:
    """Built-up cells of a grid, which layer they come from, and which cells are known at all."""

    grid: Grid
    built: Mask
    known: Mask
    source: BuiltSource
    year: int | None


def built_cells(
    *,
    landcover: Layer | None,
    built_surface: Layer | None,
    prefer: BuiltSource,
    settings: BuiltCellSettings,
) -> BuiltCells:
    """Return the built-up cells, by the built class of land cover or by the share of built surface.

    Of two layers the one with smaller cells counts; of equals, the one preferred.

    Raises
    ------
    LanduseError
        Exit code 3 if there is neither layer.
    ValueError
        If land cover comes without the codes of its built class.
    """
    if landcover is not None and not _is_better(built_surface, landcover, prefer=prefer):
        if not settings.built_codes:
            msg = "land cover needs built_codes"
            raise ValueError(msg)
        known = landcover.known()
        built = known & of_codes(landcover.values, settings.built_codes)
        return BuiltCells(landcover.grid, built, known, "landcover", landcover.year)
    if built_surface is not None:
        known = built_surface.known()
        least = settings.built_share_minimum * built_surface.grid.cell_area_m2
        built = known & (built_surface.values >= least)
        return BuiltCells(built_surface.grid, built, known, "built_surface", built_surface.year)
    raise fail(
        missing_fault(
            "没有土地覆盖，也没有建成面，无法得到建成区像元",
            "no land cover and no built-up surface: there are no built-up cells",
            field="sources.landcover", todo_zh="给出其中一个", todo_en="give one of them",
        )
    )  # fmt: skip


def _is_better(built_surface: Layer | None, landcover: Layer, *, prefer: BuiltSource) -> bool:
    if built_surface is None:
        return False
    ours, theirs = built_surface.grid.resolution_m, landcover.grid.resolution_m
    return ours < theirs or (ours == theirs and prefer == "built_surface")


def keep_within(cells: BuiltCells, areas: gpd.GeoDataFrame) -> BuiltCells:
    """Return the cells with nothing built where a cell's centre lies in none of ``areas``."""
    inside = rasterize(
        areas.geometry.tolist(), out_shape=cells.grid.shape, transform=cells.grid.transform,
        dtype="uint8",
    )  # fmt: skip
    return replace(cells, built=cells.built & inside.view(bool))


def fill_holes(cells: BuiltCells, *, largest_m2: float) -> Mask:
    """Return the cells of small holes: not built, known, walled in by built cells on all sides.

    A hole that reaches the edge of the grid or holds an unknown cell stays one.
    """
    most = int(largest_m2 // cells.grid.cell_area_m2)
    if most < 1 or cells.built.all():
        return np.zeros_like(cells.built)
    hole, count = scipy.ndimage.label(~cells.built, structure=_EIGHT)
    size = np.bincount(hole.ravel(), minlength=count + 1)
    fits = (size <= most) & (np.arange(count + 1) > 0)
    for edge in (hole[0], hole[-1], hole[:, 0], hole[:, -1], hole[~cells.known]):
        fits[edge] = False
    return np.asarray(fits[hole])


def polygons(mask: Mask, grid: Grid) -> Shapes:
    """Return the outline of every patch of cells that meet at a side.

    Outlines run along cell sides, so an area is exactly that of its cells.
    """
    return traced(mask).drawn(grid)
