"""A still picture of the county for a browser that runs no script."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from landuse.products.webmap.columns import kinds, numbers_of
from landuse.products.webmap.model import MapInput
from landuse.products.webmap.shapes import Geometries, web_points, web_shapes

WIDTH_PX, MOST_CIRCLES = 720, 400
FILLS = ("#8C2D04", "#D9600E", "#F7B84B", "#FDE3A7", "#FFF4D6")
_OUTLINES = (("county", "#465364", "1.6"), ("towns", "#8A95A5", "0.7"), ("zones", "#2E3F55", "1.2"))


def still_picture(inputs: MapInput) -> str:
    """Return an SVG of the outlines and of the first suspected parcels as circles; "" of nothing.

    A circle has the radius of the interactive map: 0.8 times the root of the area in mu, 2 px at
    least. Numbers only: no text of the data is in it.
    """
    layers = [(name, getattr(inputs, name)) for name, _, _ in _OUTLINES]
    bounds = _bounds([frame for _, frame in layers if frame is not None], inputs)
    if bounds is None:
        return ""
    west, south, east, north = bounds
    scale = WIDTH_PX / (east - west)
    height = round((north - south) * scale)
    lines = "".join(
        f'<path stroke="{ink}" stroke-width="{width}" d="{_path(frame, inputs, bounds, scale)}"/>'
        for (_, frame), (_, ink, width) in zip(layers, _OUTLINES, strict=True)
        if frame is not None and len(frame)
    )
    circles = _circles(inputs, bounds, scale)
    return (
        f'<svg viewBox="0 0 {WIDTH_PX} {height}" width="{WIDTH_PX}" height="{height}" role="img" '
        'aria-label="疑似地块分布 suspected parcels">'
        f'<rect width="{WIDTH_PX}" height="{height}" fill="#F4F5F3"/>'
        f'<g fill="none">{lines}</g>'
        f'<g stroke="#3A1603" stroke-width="0.7">{circles}</g></svg>'
    )


def _parcels(inputs: MapInput, chosen: NDArray[Any]) -> Geometries:
    return web_shapes(inputs.parcels.geometry[chosen], crs=inputs.crs, simplify_m=5.0)


def _bounds(
    frames: list[gpd.GeoDataFrame], inputs: MapInput
) -> tuple[float, float, float, float] | None:
    """Return the bounds of what is drawn, EPSG:3857; None of nothing or a line.

    A simplified outline lies within its own bounds: a parcel inside those of the layers cannot
    widen them, and is not simplified to find that out.
    """
    shapes = [web_shapes(frame, crs=inputs.crs, simplify_m=50.0) for frame in frames]
    outlines = np.concatenate([np.empty(0, dtype=np.object_), *shapes])
    held = shapely.total_bounds(outlines) if len(outlines) else np.full(4, np.nan)
    every = np.concatenate([outlines, _parcels(inputs, _beyond(held, inputs))])
    if not len(every):
        return None
    found = shapely.total_bounds(every)
    if not np.isfinite(found).all() or found[2] <= found[0] or found[3] <= found[1]:
        return None
    return float(found[0]), float(found[1]), float(found[2]), float(found[3])


def _beyond(bounds: NDArray[np.float64], inputs: MapInput) -> NDArray[np.bool_]:
    """Return which parcels have a vertex outside the bounds (EPSG:3857); of NaN, all."""
    points, parcel = web_points(inputs.parcels, crs=inputs.crs)
    inside = ((points >= bounds[:2]) & (points <= bounds[2:])).all(axis=1)
    beyond = np.zeros(len(inputs.parcels), dtype=np.bool_)
    beyond[parcel[~inside]] = True
    return beyond


def _path(
    frame: gpd.GeoDataFrame, inputs: MapInput, bounds: tuple[float, ...], scale: float
) -> str:
    shapes = web_shapes(frame, crs=inputs.crs, simplify_m=1 / scale)
    parts = []
    for ring in shapely.get_rings(shapely.get_parts(shapes)):
        points = np.round((shapely.get_coordinates(ring) - [bounds[0], bounds[3]]) * scale, 1)
        parts.append("M" + "L".join(f"{x:g} {-y:g}" for x, y in points) + "Z")
    return "".join(parts)


def _circles(inputs: MapInput, bounds: tuple[float, ...], scale: float) -> str:
    table = inputs.parcels
    kind = kinds(table, list(inputs.grades))
    rank = np.where(kind < max(len(inputs.grades), 1), numbers_of(table, "rank"), np.nan)
    order = np.argsort(rank, kind="stable")[: min(MOST_CIRCLES, int(np.isfinite(rank).sum()))]
    centre = shapely.get_coordinates(shapely.centroid(_parcels(inputs, order)))
    if len(centre) < len(order):
        return ""
    radius = np.maximum(2.0, 0.8 * np.sqrt(np.nan_to_num(numbers_of(table, "area_mu")[order])))
    return "".join(
        f'<circle cx="{(x - bounds[0]) * scale:.1f}" cy="{(bounds[3] - y) * scale:.1f}" '
        f'r="{r:.1f}" fill="{FILLS[min(k, len(FILLS) - 1)]}"/>'
        for (x, y), r, k in zip(centre[::-1], radius[::-1], kind[order][::-1], strict=True)
    )
