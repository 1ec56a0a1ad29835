"""The context layers of the map, packed: outlines, ground, roads, control lines."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from landuse.products.webmap.columns import texts_of
from landuse.products.webmap.model import CONTROL_LINES, CONTROL_NAMES, GroundInput
from landuse.products.webmap.pack import Payload
from landuse.products.webmap.shapes import (
    CONTEXT_SIMPLIFY_M,
    LINES,
    SIMPLIFY_M,
    add_lines,
    add_outlines,
    add_polygons,
    web_points,
    web_shapes,
)

ROAD_CLASSES = (
    ("motorway", "trunk", "motorway_link", "trunk_link"),
    ("primary", "secondary", "primary_link", "secondary_link"),
    ("tertiary", "tertiary_link", "unclassified"),
)
"""OSM ``highway`` values by width; all others are streets, drawn from zoom 14."""


def ground_text(inputs: GroundInput) -> str:
    """Return outlines, context layers and relief as one compressed text.

    They stand apart from what was judged: where only a threshold changed they are not packed anew.
    """
    payload = Payload()
    payload.head = {
        "layers": add_layers(payload, inputs), "control": _supplied_lines(payload, inputs),
    }  # fmt: skip
    if inputs.hillshade is not None:
        payload.head["hillshade"] = {
            "src": inputs.hillshade.data_uri, "bounds": list(inputs.hillshade.bounds),
        }  # fmt: skip
    return payload.text()


def add_layers(payload: Payload, inputs: GroundInput) -> dict[str, Any]:
    """Add parcels and every context layer given; a layer that is None has no entry."""
    shapes = web_shapes(inputs.parcels, crs=inputs.crs, simplify_m=SIMPLIFY_M)
    layers: dict[str, Any] = {"parcels": add_polygons(payload, shapes)}
    layers["parcels"]["order"] = payload.array(_large_first(shapes))
    for name in ("county", "towns", "zones", "buildings", "water"):
        frame: gpd.GeoDataFrame | None = getattr(inputs, name)
        if frame is not None:
            layers[name] = add_outlines(
                payload, frame, crs=inputs.crs, simplify_m=CONTEXT_SIMPLIFY_M
            )
    _name_towns(layers, inputs)
    if inputs.zones is not None:
        layers["zones"]["name"] = texts_of(inputs.zones, "zone_name").tolist()
    if inputs.roads is not None:
        layers |= _roads(payload, inputs.roads, inputs.crs)
    if inputs.water is not None:
        lines = np.isin(shapely.get_type_id(inputs.water.geometry), LINES)
        layers["streams"] = add_lines(payload, _context(inputs.water[lines], inputs.crs))
    return layers


def control_lines(inputs: GroundInput) -> list[dict[str, Any]]:
    """Return one entry a control line the input knows; ``count`` where it was supplied."""
    entries: list[dict[str, Any]] = []
    for name in (name for name in CONTROL_LINES if name in inputs.control_lines):
        zh, en = CONTROL_NAMES[name]
        frame = inputs.control_lines[name]
        known = {} if frame is None else {"count": len(frame)}
        entries.append({"code": name, "zh": zh, "en": en} | known)
    return entries


def _supplied_lines(payload: Payload, inputs: GroundInput) -> dict[str, Any]:
    return {
        name: add_lines(payload, _context(frame, inputs.crs))
        for name, frame in inputs.control_lines.items()
        if frame is not None
    }


def home_bounds(inputs: GroundInput) -> list[float] | None:
    """Return (west, south, east, north) of what the first view shows, in EPSG:3857 metres."""
    for frame in (inputs.county, inputs.towns, inputs.parcels):
        if frame is not None and len(frame):
            points, _ = web_points(frame.geometry, crs=inputs.crs)
            if len(points) and np.isfinite(points).all():
                return [float(value) for value in (*points.min(axis=0), *points.max(axis=0))]
    return None


def _context(frame: gpd.GeoDataFrame, crs: str) -> NDArray[np.object_]:
    return web_shapes(frame, crs=crs, simplify_m=CONTEXT_SIMPLIFY_M)


def _large_first(shapes: NDArray[np.object_]) -> NDArray[np.int32]:
    """Return the drawing order: large before small, so that small ones stay in reach."""
    return np.argsort(-shapely.area(shapes), kind="stable").astype(np.int32)


def _name_towns(layers: dict[str, Any], inputs: GroundInput) -> None:
    if inputs.towns is None:
        return
    code, name = texts_of(inputs.towns, "town_code"), texts_of(inputs.towns, "town_name")
    layers["towns"]["code"] = code.where(code != "", name).tolist()
    layers["towns"]["name"] = name.tolist()


def _roads(payload: Payload, roads: gpd.GeoDataFrame, crs: str) -> dict[str, Any]:
    """Return lines by class and, where a source draws carriageways as areas, those areas."""
    shapes = _context(roads, crs)
    line = np.isin(shapely.get_type_id(shapes), LINES)
    lines = add_lines(payload, shapes[line])
    lines["class"] = payload.array(_road_class(roads)[line])
    areas = {} if line.all() else {"road_areas": add_polygons(payload, shapes[~line])}
    return {"roads": lines} | areas


def _road_class(roads: gpd.GeoDataFrame) -> NDArray[np.uint8]:
    named = [name for name in ("road_class", "highway") if name in roads.columns]
    if not named:
        return np.ones(len(roads), dtype=np.uint8)
    kind = texts_of(roads, named[0]).to_numpy()
    chosen = np.select([np.isin(kind, names) for names in ROAD_CLASSES], [0, 1, 2], default=3)
    return np.asarray(chosen, dtype=np.uint8)
