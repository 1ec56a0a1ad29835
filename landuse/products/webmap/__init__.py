"""The offline map: one HTML file a planner opens without a network."""

from landuse.products.webmap.hillshade import hillshade_picture
from landuse.products.webmap.model import Hillshade, MapInput, SiteInput, VillageInput, WebTiles
from landuse.products.webmap.page import build_map, render_map
from landuse.products.webmap.vendored import RemoteAddressError

__all__ = [
    "Hillshade",
    "MapInput",
    "RemoteAddressError",
    "SiteInput",
    "VillageInput",
    "WebTiles",
    "build_map",
    "hillshade_picture",
    "render_map",
]
