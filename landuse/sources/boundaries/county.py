"""The boundary of one county as a value, with where it comes from and what may be done with it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import shapely

from landuse.core.crs import GRS80
from landuse.core.errors import data_fault, fail
from landuse.sources.spec import Datum
from landuse.sources.write_layers import write_layers

LAYER = "county"
CRS = "EPSG:4326"


@dataclass(frozen=True, kw_only=True, eq=False)
class CountyBoundary:
    """One county.

    Attributes
    ----------
    adcode, name : six digits; the name as the source writes it.
    polygon : one row: adcode, name, MultiPolygon; EPSG:4326 (axes longitude, latitude).
    datum : what the longitudes and latitudes refer to; nothing is shifted here.
    source : data set and version.
    licence : empty where the data have no open licence; ``note_zh`` then says so.
    year : year the boundary describes; None where the source names none.
    note_zh, note_en : known limits, for the reader of the study file.
    """

    adcode: str
    name: str
    polygon: gpd.GeoDataFrame
    datum: Datum
    source: str
    licence: str
    attribution: str
    year: int | None
    note_zh: str
    note_en: str

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Return west, south, east, north, degrees."""
        west, south, east, north = (float(value) for value in self.polygon.total_bounds)
        return west, south, east, north

    @property
    def area_km2(self) -> float:
        """Return the area on the GRS80 ellipsoid, square kilometres."""
        shape = shapely.orient_polygons(self.polygon.geometry.iloc[0])
        return abs(float(GRS80.geometry_area_perimeter(shape)[0])) / 1e6


def county_frame(shape: shapely.Geometry, *, adcode: str, name: str, file: str) -> gpd.GeoDataFrame:
    """Return the one-row table of a county; parts are kept, anything but areas is an error.

    Raises
    ------
    LanduseError
        Exit code 4 if the shape is empty, no area, or outside longitudes and latitudes of China.
    """
    west, south, east, north = shape.bounds if not shape.is_empty else (0.0,) * 4
    inside = 70 <= west <= east <= 140 and 0 <= south <= north <= 56
    if shape.geom_type not in ("Polygon", "MultiPolygon") or not inside:
        raise fail(
            data_fault(
                "县界不是中国范围内经纬度表示的面",
                "the county is no area in longitudes and latitudes of China",
                file=file,
                field="geometry",
                found=f"{shape.geom_type} {west:.3f}..{east:.3f}, {south:.3f}..{north:.3f}",
                todo_zh="确认图层是县界面，坐标系声明无误",
                todo_en="check that the layer is the county's area and its CRS is right",
            )
        )
    whole = shapely.multipolygons(shapely.get_parts(shape))
    return gpd.GeoDataFrame({"adcode": [adcode], "name": [name]}, geometry=[whole], crs=CRS)


def write_county(path: Path, boundary: CountyBoundary) -> Path:
    """Write layer ``county`` to a GeoPackage; the same boundary gives the same bytes.

    Source, datum, licence and credit lie in the file's metadata.
    """
    facts = {
        "SOURCE": boundary.source,
        "DATUM": boundary.datum,
        "LICENCE": boundary.licence or boundary.note_en,
        "ATTRIBUTION": boundary.attribution,
        "YEAR": str(boundary.year or ""),
    }
    return write_layers(
        path, {LAYER: boundary.polygon}, geometry={LAYER: "MultiPolygon"}, metadata=facts
    )
