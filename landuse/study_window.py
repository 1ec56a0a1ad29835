"""Where a study is, in longitude and latitude: the window that its open data must cover."""

from __future__ import annotations

from landuse.align.grid import GridSettings, study_grid
from landuse.align.vectors import VectorAlign, align_vector
from landuse.core.crs import between
from landuse.core.errors import fail, study_fault
from landuse.core.grid import Bounds, Grid
from landuse.study import OpenStudy

MARGIN_M = 1000.0
FRAMES = ("county", "parcels", "land_use_map", "settlements")


def study_window(study: OpenStudy) -> Bounds:
    """Return west, south, east, north in degrees: its bounds, else its frame and 1 km.

    Raises
    ------
    LanduseError
        Exit code 2 if the study names no bounds and no layer that tells them; 3 or 4 if that layer
        cannot be read.
    """
    head = study.study.study
    bounds = head.bounds or _frame_bounds(study)
    return grid_window(bounds, crs=head.crs, resolution_m=head.resolution_m)


def grid_window(bounds: Bounds, *, crs: str, resolution_m: float) -> Bounds:
    """Return the degrees that the working grid over ``bounds`` reaches: its edges lie further out.

    Parameters
    ----------
    bounds : working bounds in ``crs``, metres.
    """
    settings = GridSettings(crs=crs, resolution_m=resolution_m, bounds=bounds)
    grid: Grid = study_grid(frame=None, settings=settings)["grid"]
    west, south, east, north = between(crs, "EPSG:4326").transform_bounds(*grid.bounds)
    return (west, south, east, north)


def _frame_bounds(study: OpenStudy) -> Bounds:
    sources = study.study.sources
    role = next((name for name in FRAMES if getattr(sources, name)), None)
    if role is None:
        raise fail(
            study_fault(
                "不知道研究区在哪里，无从下载", "nothing tells where the study is: what to fetch?",
                file=study.file.name, field="study.bounds", found="-",
                todo_zh="写 bounds = [西, 南, 东, 北]（米），或用 landuse new 新建研究",
                todo_en="write bounds = [west, south, east, north] in metres, or make the study "
                "with landuse new",
            )
        )  # fmt: skip
    source = getattr(sources, role)
    settings = VectorAlign.for_role(role, source, crs=study.study.study.crs, duplicates="suffix")
    layer = align_vector(file=study.raw / source.path, settings=settings)["layer"]
    x0, y0, x1, y1 = (float(value) for value in layer.total_bounds)
    return (x0 - MARGIN_M, y0 - MARGIN_M, x1 + MARGIN_M, y1 + MARGIN_M)
