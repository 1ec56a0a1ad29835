"""Openly licensed county boundaries: geoBoundaries gbOpen, level ADM3 of China.

Known defects: the counties are those of 2017 as OpenStreetMap contributors drew them; the API
names 2 867 units, the file has 2 864; no feature carries a county code, and names are in several
scripts. So the county is the area that holds a given point. What was merged or split after 2017
has another outline today.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pyogrio
import shapely
from pydantic import Field, ValidationError

from landuse.core.crs import GRS80
from landuse.core.errors import data_fault, fail
from landuse.core.settings import Settings
from landuse.sources.boundaries.centres import seat_of
from landuse.sources.boundaries.codes import require_county_code
from landuse.sources.boundaries.county import CountyBoundary, county_frame
from landuse.sources.boundaries.points import no_county_here, no_point, several_counties_here
from landuse.sources.read import opened, require_file
from landuse.sources.remote.http import Client
from landuse.sources.remote.refusal import RefusalError
from landuse.sources.remote.spec import Remote

API = "https://www.geoboundaries.org/api/current/gbOpen/CHN/ADM3/"
CITATION = (
    "Runfola et al. 2020, geoBoundaries: A global database of political administrative boundaries, "
    "PLoS ONE 15(4): e0231866, doi:10.1371/journal.pone.0231866"
)
NEAR_EDGE_M = 600.0
"""A seat in GCJ-02 stands up to about 600 m from where it is in WGS84."""
_RAW = re.compile(r"https://github\.com/([^/]+)/([^/]+)/raw/([^/]+)/(.+)")
_POINTER = b"version https://git-lfs.github.com/spec/"


class Release(Settings):
    """What the API says of one release; what it says besides is left aside."""

    boundary_id: str = Field(alias="boundaryID")
    iso3: str = Field(alias="boundaryISO")
    level: str = Field(alias="boundaryType")
    year: str = Field(alias="boundaryYearRepresented")
    source: str = Field(alias="boundarySource")
    licence: str = Field(alias="boundaryLicense", min_length=1)
    built: str = Field("", alias="buildDate")
    units: str = Field("", alias="admUnitCount")
    url: str = Field(alias="gjDownloadURL", pattern=r"^https?://")
    simplified_url: str = Field(alias="simplifiedGeometryGeoJSON", pattern=r"^https?://")

    def remote(self, *, simplified: bool = False) -> Remote:
        """Return the download: the full file (about 89 MB) or the simplified one.

        The provider keeps its files in Git LFS. Where the address leads to a pointer of a few
        lines instead of the file, the second one of the same file serves it.
        """
        url = self.simplified_url if simplified else self.url
        return Remote(
            name=f"{self.boundary_id}{'_simplified' if simplified else ''}.geojson",
            urls=(url, *_media_url(url)), access="whole", licence=self.licence,
            attribution=self.attribution,
        )  # fmt: skip

    @property
    def attribution(self) -> str:
        """Return the credit line."""
        return f"geoBoundaries {self.boundary_id} ({self.year}), {self.source}"


def ask_release(client: Client, *, url: str = API) -> Release:
    """Ask the API for the current release.

    Raises
    ------
    LanduseError
        Exit code 3 if there is no answer, or none that is a release of this level.
    """

    def check(_content_type: str, body: bytes) -> None:
        read_release(body)

    return read_release(client.get("geoBoundaries API", (url,), check=check))


def read_release(body: bytes) -> Release:
    """Return the release an answer of the API describes: an object, or a list of one.

    Raises
    ------
    RefusalError
        If the answer is no JSON, lacks a field, or is of another country or level.
    """
    try:
        said = json.loads(body)
        entry: Any = said[0] if isinstance(said, list) and len(said) == 1 else said
        names = {field.alias for field in Release.model_fields.values()}
        known = {key: value for key, value in dict(entry).items() if key in names}
        release = Release.model_validate(known)
    except (ValueError, TypeError) as error:
        lacking = _lacking(error) if isinstance(error, ValidationError) else ""
        raise RefusalError(
            f"来的不是 geoBoundaries 的说明{lacking}", f"no geoBoundaries release came{lacking}"
        ) from error
    if (release.iso3, release.level) != ("CHN", "ADM3"):
        found = f"{release.iso3} {release.level}"
        raise RefusalError(f"来的是 {found}，不是 CHN ADM3", f"{found} came, not CHN ADM3")
    return release


def _lacking(error: ValidationError) -> str:
    return f" ({', '.join(str(part['loc'][0]) for part in error.errors()[:4])})"


def _media_url(url: str) -> tuple[str, ...]:
    """Return where GitHub serves the content of a file kept in Git LFS."""
    found = _RAW.fullmatch(url)
    owner, name, ref, path = found.groups() if found else ("", "", "", "")
    address = f"https://media.githubusercontent.com/media/{owner}/{name}/{ref}/{path}"
    return (address,) if found else ()


def county_from_release(
    path: Path, adcode: str, *, release: Release, point: tuple[float, float] | None = None,
    name: str = "",
) -> CountyBoundary:  # fmt: skip
    """Return the county whose area holds a point.

    Parameters
    ----------
    path : the release's GeoJSON.
    point : longitude and latitude inside the county, WGS84 degrees; without it the seat of the
        code is taken from the optional package cpca (GCJ-02, of 2020).
    name : the county's name, where the caller knows it; else the feature's.

    Raises
    ------
    LanduseError
        Exit code 2 if the code is no county code, or no point is known for it; 3 if the file is
        absent; 4 if it cannot be read, is a pointer instead of the file, or if no area or more
        than one holds the point.
    """
    code = require_county_code(adcode)
    place = point or seat_of(code)
    if place is None:
        raise no_point(code)
    feature = _feature_at(path, place)
    polygon = county_frame(feature.geometry, adcode=code, name=name or feature.name, file=path.name)
    near = point is None and _edge_m(feature.geometry, place) < NEAR_EDGE_M
    zh, en = _notes(feature.name, release, near=near)
    return CountyBoundary(
        adcode=code, name=name or feature.name, polygon=polygon, datum="WGS84",
        source=f"geoBoundaries gbOpen {release.boundary_id}", licence=release.licence,
        attribution=release.attribution, year=int(release.year) if release.year.isdigit() else None,
        note_zh=zh, note_en=en,
    )  # fmt: skip


def _notes(feature: str, release: Release, *, near: bool) -> tuple[str, str]:
    zh = (
        f"按点选中“{feature}”，请核对；边界为 {release.year} 年，此后的撤并未反映；"
        f"由 OSM 志愿者绘制，不是勘界成果"
    )
    en = (
        f"taken by a point that lies in {feature!r}: please check; the outline is that of "
        f"{release.year}, before later mergers; drawn by OSM volunteers, no survey"
    )
    if near:
        zh += f"；所用驻地点离边界不到 {NEAR_EDGE_M:.0f} 米，可能落在邻县"
        en += f"; the seat used lies within {NEAR_EDGE_M:.0f} m of the edge: it may be a neighbour"
    return zh, en


class _Feature(NamedTuple):
    name: str
    geometry: shapely.Geometry


def _feature_at(path: Path, point: tuple[float, float]) -> _Feature:
    """Return the one feature that holds the point."""
    require_file(path)
    _require_no_pointer(path)
    lon, lat = point
    table = opened(
        path, pyogrio.read_dataframe, bbox=(lon, lat, lon, lat), columns=["shapeName"],
        use_arrow=False,
    )  # fmt: skip
    if not isinstance(table, gpd.GeoDataFrame) or "shapeName" not in table:
        raise fail(
            data_fault(
                "不是 geoBoundaries 的文件", "not a file of geoBoundaries", file=path.name,
                field="shapeName", found=", ".join(map(str, table.columns)) or "-",
                todo_zh="重新下载", todo_en="download it again",
            )
        )  # fmt: skip
    shapes = shapely.make_valid(table.geometry.to_numpy())
    held = np.flatnonzero(shapely.intersects(shapes, shapely.Point(lon, lat)))
    if len(held) == 0:
        raise no_county_here(path.name, point)
    names = [str(table["shapeName"].iloc[row]) for row in held]
    if len(held) > 1:
        raise several_counties_here(path.name, point, names)
    return _Feature(names[0], _areas_only(shapes[held[0]]))


def _areas_only(shape: shapely.Geometry) -> shapely.Geometry:
    parts = shapely.get_parts(shapely.get_parts(shape))
    return shapely.multipolygons([part for part in parts if part.geom_type == "Polygon"])


def _require_no_pointer(path: Path) -> None:
    with path.open("rb") as stream:
        start = stream.read(len(_POINTER))
    if start == _POINTER:
        raise fail(
            data_fault(
                "这是 Git LFS 指针，不是边界文件", "a Git LFS pointer, not the boundaries",
                file=path.name, found=start.decode(), todo_zh="删除后重新下载",
                todo_en="delete it and download it again",
            )
        )  # fmt: skip


def _edge_m(shape: shapely.Geometry, point: tuple[float, float]) -> float:
    """Return the distance of a point to the nearest edge, metres on the ellipsoid."""
    line = shapely.shortest_line(shapely.Point(point), shapely.boundary(shape))
    (lon0, lat0), (lon1, lat1) = shapely.get_coordinates(line)
    return float(GRS80.inv(lon0, lat0, lon1, lat1)[2])
