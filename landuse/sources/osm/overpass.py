"""Ask an Overpass server for the objects of a window, through the osmnx package."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import geopandas as gpd
import pandas as pd
import requests
import shapely
from pydantic import Field

from landuse.core.errors import fail, missing_fault
from landuse.core.grid import Bounds
from landuse.core.settings import Settings
from landuse.sources.osm import layers as osm
from landuse.sources.osm.convert import nothing_there
from landuse.sources.remote.http import USER_AGENT, Client, Sleep
from landuse.sources.remote.refusal import RefusalError, refused_connection, refused_status
from landuse.sources.remote.spec import HttpSettings

OVERPASS_URL = "https://overpass-api.de/api"
TAGS: dict[str, bool | str | list[str]] = {
    "highway": True,
    "building": True,
    "landuse": True,
    "natural": ["water", "wood", "scrub", "heath", "grassland"],
    "waterway": ["riverbank", "dock"],
    "leisure": ["park", "common", "nature_reserve", "recreation_ground"],
    "boundary": ["national_park"],
    "place": list(osm.PLACES),
}
_GLOBAL_STATE = threading.Lock()


class OverpassSettings(Settings):
    """Which server is asked, and how patiently."""

    urls: tuple[str, ...] = Field(
        (OVERPASS_URL,), min_length=1, description="the server's API, without /interpreter; mirrors"
    )
    query_timeout_s: int = Field(180, gt=0, description="time the server gives one query")
    rate_limit: bool = Field(True, description="ask /status when a slot is free, as public servers")
    http: HttpSettings = HttpSettings()


def overpass_layers(
    bounds: Bounds, *, settings: OverpassSettings | None = None, sleep: Sleep = time.sleep
) -> osm.OsmLayers:
    """Return the same layers as ``osm_layers``, asked for object by object.

    osmnx cuts large windows into several queries and builds the geometries; its cache is off. An
    answer that is an error page, or that carries a server's remark (a query that ran out of time
    or memory is answered 200 with the objects found so far), is refused.

    Parameters
    ----------
    bounds : west, south, east, north, degrees (EPSG:4326).

    Raises
    ------
    LanduseError
        Exit code 3 if osmnx is not installed or no server answers well, 4 if the answer has
        nothing within the bounds.
    """
    asked = settings or OverpassSettings()
    osmnx = _osmnx()

    def once(url: str) -> gpd.GeoDataFrame | None:
        limited = asked.rate_limit and _has_status(client, url)
        with _configured(osmnx, url, limited=limited, settings=asked):
            return _features(osmnx, bounds, http=asked.http)

    with Client.open(asked.http, sleep=sleep) as client:
        features = client.first_of("overpass", asked.urls, once)
    if features is None:
        raise fail(nothing_there("overpass", bounds))
    return _layered(features, bounds)


def _osmnx() -> ModuleType:
    try:
        import osmnx
    except ImportError as error:
        raise fail(
            missing_fault(
                "没有安装 osmnx，不能用 Overpass", "osmnx is not installed: no Overpass",
                field="osm", found="import osmnx",
                todo_zh="安装附加依赖 landuse[osm]，或改用 .osm.pbf 文件",
                todo_en="install the extra landuse[osm], or use a .osm.pbf file",
            )
        ) from error  # fmt: skip
    module: ModuleType = osmnx
    return module


def _has_status(client: Client, url: str) -> bool:
    """Tell whether the server keeps slots; raises its refusal where there is no server at all."""
    with client.ask(f"{url.rstrip('/')}/status", allow=(404,)) as answer:
        return bool(answer.ok)


@contextmanager
def _configured(
    osmnx: ModuleType, url: str, *, limited: bool, settings: OverpassSettings
) -> Iterator[None]:
    """Set osmnx's global settings for one query, and put back all that it changes.

    osmnx also swaps ``socket.getaddrinfo`` for the whole process, to stay with one server.
    """
    wanted: dict[str, Any] = {
        "overpass_url": url.rstrip("/"),
        "overpass_rate_limit": limited,
        "requests_timeout": settings.query_timeout_s,
        "requests_kwargs": {"hooks": {"response": _require_answer}},
        "http_user_agent": USER_AGENT,
        "http_referer": "",
        "use_cache": False,
        "cache_only_mode": False,
        "doh_url_template": None,
        "log_console": False,
        "log_file": False,
    }
    with _GLOBAL_STATE:
        before = {name: getattr(osmnx.settings, name) for name in wanted}
        resolve = socket.getaddrinfo
        try:
            for name, value in wanted.items():
                setattr(osmnx.settings, name, value)
            yield
        finally:
            for name, value in before.items():
                setattr(osmnx.settings, name, value)
            socket.getaddrinfo = resolve


def _require_answer(answer: requests.Response, **_: object) -> None:
    """Refuse what is no whole Overpass answer, before osmnx makes objects of it."""
    if not answer.ok:
        raise refused_status(answer, start=answer.content[:2048])
    if not answer.url.endswith("/interpreter"):
        return
    try:
        said = answer.json()
    except requests.exceptions.JSONDecodeError as error:
        raise RefusalError(
            "来的不是 Overpass 结果", "what came is no Overpass answer", passing=False
        ) from error
    if not isinstance(said, dict) or not isinstance(said.get("elements"), list):
        raise RefusalError("来的不是 Overpass 结果", "what came is no Overpass answer")
    if said.get("remark"):
        remark = str(said["remark"])[:200]
        raise RefusalError(
            f"Overpass 只返回了一部分：{remark}", f"Overpass answered in part: {remark}",
            passing=True,
        )  # fmt: skip


def _features(osmnx: ModuleType, bounds: Bounds, *, http: HttpSettings) -> gpd.GeoDataFrame | None:
    """Return the objects, indexed by kind and number; None where there are none."""
    try:
        return osmnx.features.features_from_bbox(bounds, TAGS)
    except requests.RequestException as error:
        raise refused_connection(error, http=http) from error
    except osmnx._errors.InsufficientResponseError:  # _require_answer has seen a good answer
        return None


def _layered(features: gpd.GeoDataFrame, bounds: Bounds) -> osm.OsmLayers:
    """Bring osmnx's objects into the form GDAL gives, then sort them the same way."""
    wanted = dict.fromkeys((*osm.POINT_TAGS, *osm.LINE_TAGS, *osm.AREA_TAGS, "area"))
    tags = {tag: features.get(tag, pd.Series(None, features.index, dtype="str")) for tag in wanted}
    kinds = features.index.get_level_values("element").astype("str")
    numbers = features.index.get_level_values("id").astype("str")
    table = pd.DataFrame({tag: column.astype("str").to_numpy() for tag, column in tags.items()})
    table["osm_id"] = [f"{kind}/{number}" for kind, number in zip(kinds, numbers, strict=True)]
    shapes = [_areas_only(shape) for shape in features.geometry]
    whole = gpd.GeoDataFrame(table, geometry=shapes, crs=osm.CRS)
    types = whole.geometry.geom_type
    return osm.make_layers(
        points=whole[types == "Point"],
        # a closed way of area=yes is a square, not a road
        lines=whole[(types == "LineString") & (whole["area"] != "yes")],
        areas=whole[types.isin(("Polygon", "MultiPolygon"))],
        bounds=bounds,
    )


def _areas_only(shape: shapely.Geometry) -> shapely.Geometry:
    """Return the areas of a collection, which mending a broken ring may leave; else the shape."""
    if shape.geom_type != "GeometryCollection":
        return shape
    return shapely.multipolygons(
        [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    )
