"""geoBoundaries as its provider serves it: the API's note, the release, and its Git LFS pointer."""

from __future__ import annotations

import json
from typing import Any

import geopandas as gpd
import shapely

from tests.sources.remote.provider import Provider

API = "/api/current/gbOpen/CHN/ADM3/"
FILE = "/releaseData/gbOpen/CHN/ADM3/geoBoundaries-CHN-ADM3.geojson"
SIMPLE = "/releaseData/gbOpen/CHN/ADM3/geoBoundaries-CHN-ADM3_simplified.geojson"
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:3cc7\nsize 88780624\n"


def note(provider: Provider, **changes: Any) -> dict[str, Any]:
    """Return the answer of the API, its fields as the provider names them."""
    return {
        "boundaryID": "CHN-ADM3-62558664",
        "boundaryName": "China",
        "boundaryISO": "CHN",
        "boundaryYearRepresented": "2017",
        "boundaryType": "ADM3",
        "boundaryCanonical": "Unknown",
        "boundarySource": "Lee Beryman, OpenStreetMap",
        "boundaryLicense": "Open Data Commons Open Database License 1.0",
        "licenseDetail": "nan",
        "licenseSource": "www.openstreetmap.org/copyright",
        "buildDate": "Dec 12, 2023",
        "admUnitCount": "2867",
        "meanVertices": "1102.0",
        "staticDownloadLink": provider.url("/all.zip"),
        "gjDownloadURL": provider.url(FILE),
        "tjDownloadURL": provider.url("/topojson"),
        "simplifiedGeometryGeoJSON": provider.url(SIMPLE),
    } | changes


def release_of(counties: gpd.GeoDataFrame) -> bytes:
    """Return counties (name, geometry) as a GeoJSON with the properties of a release."""
    table = gpd.GeoDataFrame(
        {
            "shapeName": counties["name"].to_numpy(),
            "shapeISO": "",
            "shapeID": [f"62558664B{row}" for row in range(len(counties))],
            "shapeGroup": "CHN",
            "shapeType": "ADM3",
        },
        geometry=counties.geometry.to_numpy(),
        crs="EPSG:4326",
    )
    return table.to_json(ensure_ascii=False).encode()


def squares() -> gpd.GeoDataFrame:
    """Return three counties of 0.5 x 0.5 degrees; the third lies half over the second."""
    shapes = {
        "Lanxi City": shapely.box(119.2, 29.0, 119.7, 29.5),
        "义乌市": shapely.box(119.7, 29.0, 120.2, 29.5),
        "Doubtful County": shapely.box(119.95, 29.0, 120.45, 29.5),
    }
    return gpd.GeoDataFrame({"name": list(shapes)}, geometry=list(shapes.values()), crs="EPSG:4326")


def serve(provider: Provider, counties: gpd.GeoDataFrame) -> str:
    """Serve the API and both files; return the URL of the API."""
    body = release_of(counties)
    provider.serve(FILE, body, content_type="application/json")
    provider.serve(SIMPLE, body, content_type="application/json")
    said = json.dumps(note(provider)).encode()
    return provider.serve(API, said, content_type="application/json")
