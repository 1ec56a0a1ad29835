"""A small plan of one site: its plots, its largest rectangle's place, roads and neighbours."""

from __future__ import annotations

from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import shapely
from markupsafe import Markup

SIDE_PX, MARGIN_SHARE, LEAST_M = 420.0, 0.35, 160.0
_STEPS = (20, 50, 100, 200, 500, 1_000)


def draw_site(site: shapely.Geometry, parcels: gpd.GeoDataFrame, members: Iterable[str]) -> Markup:
    """Return the plan of a site as SVG, north up, with a scale bar.

    Parameters
    ----------
    site : outline, metres. ``parcels`` : ``parcel_id`` with outlines in the same CRS; those near
        are drawn pale, the members strongly.
    """
    x0, y0, x1, y1 = _window(site)
    scale = SIDE_PX / (x1 - x0)
    window = shapely.box(x0, y0, x1, y1)
    outlines = np.asarray(parcels.geometry.array)
    near = np.flatnonzero(shapely.intersects(outlines, window))
    mine = set(members)
    inside = [number for number in near if parcels["parcel_id"].iloc[number] in mine]
    around = [number for number in near if parcels["parcel_id"].iloc[number] not in mine]
    parts = [
        *(_path(shapely.intersection(outlines[n], window), x0, y1, scale, "near") for n in around),
        *(_path(outlines[n], x0, y1, scale, "mine") for n in inside),
        _path(site, x0, y1, scale, "whole"),
        _bar(x1 - x0, scale),
        f'<path class="north" d="M{SIDE_PX - 18} 26 l-6 14 6-4 6 4z"/>'
        f'<text x="{SIDE_PX - 18}" y="20" text-anchor="middle">北 N</text>',
    ]
    size = f"{SIDE_PX:g}"
    return Markup(
        f'<svg class="plan" viewBox="0 0 {size} {size}" role="img" '
        f'aria-label="地块平面图 plan of the site">{"".join(parts)}</svg>'
    )


def _window(site: shapely.Geometry) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = (float(value) for value in site.bounds)
    side = max(x1 - x0, y1 - y0) * (1 + 2 * MARGIN_SHARE)
    half, cx, cy = max(side, LEAST_M) / 2, (x0 + x1) / 2, (y0 + y1) / 2
    return cx - half, cy - half, cx + half, cy + half


def _path(shape: shapely.Geometry, x0: float, y1: float, scale: float, css: str) -> str:
    rings = []
    for part in shapely.get_parts(shape):
        if shapely.get_dimensions(part) != 2 or shapely.is_empty(part):
            continue
        for ring in (part.exterior, *part.interiors):
            xy = shapely.get_coordinates(ring)
            right, down = (xy[:, 0] - x0) * scale, (y1 - xy[:, 1]) * scale
            places = zip(right.round(1).tolist(), down.round(1).tolist(), strict=True)
            rings.append("M" + "L".join(f"{x:g} {y:g}" for x, y in places) + "Z")
    return f'<path class="{css}" d="{"".join(rings)}"/>' if rings else ""


def _bar(width_m: float, scale: float) -> str:
    length = max((step for step in _STEPS if step <= width_m / 3), default=_STEPS[0])
    y, right = SIDE_PX - 14, 14 + length * scale
    return (
        f'<path class="scale" d="M14 {y - 5}V{y}H{right:.1f}V{y - 5}"/>'
        f'<text x="{right + 5:.1f}" y="{y}">{length} m</text>'
    )
