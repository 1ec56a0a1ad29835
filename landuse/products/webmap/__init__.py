"""The offline map: one HTML file a planner opens without a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from landuse.products.webmap.hillshade import hillshade_picture
from landuse.products.webmap.judged import judged_parcels
from landuse.products.webmap.layers import ground_text
from landuse.products.webmap.model import (
    GroundInput,
    Hillshade,
    Judged,
    MapInput,
    SiteInput,
    VillageInput,
    WebTiles,
)
from landuse.products.webmap.vendored import RemoteAddressError

if TYPE_CHECKING:
    import folium

__all__ = [
    "GroundInput",
    "Hillshade",
    "Judged",
    "MapInput",
    "RemoteAddressError",
    "SiteInput",
    "VillageInput",
    "WebTiles",
    "build_map",
    "ground_text",
    "hillshade_picture",
    "judged_parcels",
    "render_map",
]


def build_map(inputs: MapInput) -> folium.Map:
    """Build the folium map; ``map.save(path)`` writes the same page as ``render_map``."""
    from landuse.products.webmap import page  # folium takes long to import

    return page.build_map(inputs)


def render_map(inputs: MapInput) -> str:
    """Return the map as one HTML text: the same input gives the same bytes.

    Raises
    ------
    RemoteAddressError
        If anything in the page would be fetched by address.
    """
    from landuse.products.webmap import page  # folium takes long to import

    return page.render_map(inputs)
