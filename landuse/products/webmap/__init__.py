"""The offline map: one HTML file a planner opens without a network."""

from landuse.products.webmap.hillshade import hillshade_picture
from landuse.products.webmap.layers import ground_text
from landuse.products.webmap.model import (
    GroundInput,
    Hillshade,
    MapInput,
    SiteInput,
    VillageInput,
    WebTiles,
)
from landuse.products.webmap.page import build_map, render_map
from landuse.products.webmap.vendored import RemoteAddressError

__all__ = [
    "GroundInput",
    "Hillshade",
    "MapInput",
    "RemoteAddressError",
    "SiteInput",
    "VillageInput",
    "WebTiles",
    "build_map",
    "ground_text",
    "hillshade_picture",
    "render_map",
]
