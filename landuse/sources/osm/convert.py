"""Read a local OpenStreetMap file (.osm.pbf, .osm) through GDAL, and write the layers.

GDAL and not pyosmium: it comes with pyogrio, and a file of 1.1 million nodes and 180,000 ways took
1.0 s against 3.1 s; 7.7 million nodes and 1.3 million ways (34 MB) took 22 s and 534 MB of memory.
A relation of which a way is missing, as at the edge of an extract, is left out by GDAL.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, GeometryError

from landuse.core.errors import Fault, data_fault, fail, missing_fault
from landuse.core.grid import Bounds
from landuse.sources.osm import layers as osm
from landuse.sources.read import near_file
from landuse.sources.write_layers import write_layers

CONFIG = Path(__file__).with_name("osmconf.ini")
GEOMETRY = {
    "roads": "MultiLineString",
    "buildings": "MultiPolygon",
    "water": "MultiPolygon",
    "landuse": "MultiPolygon",
    "places": "Point",
}
SUFFIXES = (".pbf", ".osm")


def osm_layers(path: Path, *, bounds: Bounds) -> osm.OsmLayers:
    """Read roads, buildings, water, land use and places of a window.

    Every object that touches the bounds is kept whole, relations with holes included. GDAL's
    driver reads the file three times (points, lines, areas) and builds areas from the whole file,
    so an object cut by the bounds is not cut.

    Parameters
    ----------
    path : ``.osm.pbf`` or ``.osm`` file.
    bounds : west, south, east, north, degrees (EPSG:4326).

    Raises
    ------
    LanduseError
        Exit code 3 if the file is absent, 4 if it cannot be read to its end, or if nothing in it
        touches the bounds.
    """
    _require(path)
    with _own_config():
        points = _read(path, "points", bounds, osm.POINT_TAGS)
        lines = _read(path, "lines", bounds, osm.LINE_TAGS)
        areas = _read(path, "multipolygons", bounds, osm.AREA_TAGS)
    made = osm.make_layers(points=points, lines=lines, areas=areas, bounds=bounds)
    if all(table.empty for table in made.layers.values()):
        raise fail(nothing_there(path.name, bounds))
    return made


def write_osm(path: Path, layers: dict[str, gpd.GeoDataFrame]) -> Path:
    """Write the layers to one GeoPackage; the same layers give the same bytes.

    Empty layers are written too, so that a study may name them. Licence and credit lie in the
    file's metadata: ODbL asks for both, and for tables made from it to be kept apart.
    """
    tables = {name: layers[name] for name in osm.LAYERS}
    facts = {"LICENCE": osm.LICENCE, "ATTRIBUTION": osm.ATTRIBUTION}
    return write_layers(path, tables, geometry=GEOMETRY, metadata=facts)


def nothing_there(file: str, bounds: Bounds) -> Fault:
    """Return the fault of an OpenStreetMap source that has no object within the bounds."""
    west, south, east, north = bounds
    return data_fault(
        "OSM 数据与范围没有交集",
        "the OSM data have nothing within the bounds",
        file=file,
        field="bounds",
        found=f"{west:.3f}..{east:.3f} E, {south:.3f}..{north:.3f} N",
        todo_zh="检查是否下载了本省的文件，以及经纬度顺序",
        todo_en="check that it is the file of this province, and the order of the bounds",
    )


def _require(path: Path) -> None:
    if not path.is_file():
        near = near_file(path)
        raise fail(
            missing_fault(
                "OSM 文件不存在", "the OSM file does not exist", file=path.name,
                todo_zh=f"是不是 {near}？" if near else "先下载，或改路径",
                todo_en=f"did you mean {near}?" if near else "download it or change the path",
            )
        )  # fmt: skip
    if path.suffix.lower() not in SUFFIXES:
        raise fail(
            data_fault(
                "不是 OSM 文件", "not an OSM file", file=path.name, found=path.suffix,
                todo_zh="需要 .osm.pbf 或 .osm", todo_en="a .osm.pbf or .osm file is needed",
            )
        )  # fmt: skip


def _read(path: Path, layer: str, bounds: Bounds, tags: tuple[str, ...]) -> gpd.GeoDataFrame:
    try:
        table = pyogrio.read_dataframe(path, layer=layer, bbox=bounds, use_arrow=False)
    except (DataSourceError, DataLayerError, FeatureError, GeometryError, OSError) as error:
        raise fail(
            data_fault(
                "OSM 文件读不到结尾，可能没有下载完",
                "the OSM file cannot be read to its end; the download may be cut short",
                file=path.name,
                found=str(error).replace(str(path), path.name)[:200],
                todo_zh="重新下载，或与旁边的 .md5 核对",
                todo_en="download it again, or compare it with the .md5 beside it",
            )
        ) from error
    return _identified(table, layer)[["osm_id", *tags, "geometry"]]


def _identified(table: gpd.GeoDataFrame, layer: str) -> gpd.GeoDataFrame:
    """Write ``osm_id`` as node/1, way/2, relation/3: the three count separately."""
    if layer != "multipolygons":
        prefix = {"points": "node/", "lines": "way/"}[layer]
        return table.assign(osm_id=prefix + table["osm_id"].astype("str"))
    relation, way = table["osm_id"].astype("str"), table["osm_way_id"].astype("str")
    number = ("relation/" + relation).where(table["osm_id"].notna(), "way/" + way)
    return table.assign(osm_id=pd.Series(number, index=table.index, dtype="str"))


@contextmanager
def _own_config() -> Iterator[None]:
    """Let GDAL's driver follow our osmconf.ini, and put its settings back afterwards.

    What does not fit in 100 MB of memory it writes to the working folder, if nobody names another.
    """
    wanted = {"OSM_CONFIG_FILE": str(CONFIG), "CPL_TMPDIR": tempfile.gettempdir()}
    before = {name: pyogrio.get_gdal_config_option(name) for name in wanted}
    pyogrio.set_gdal_config_options(wanted)
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options(before)
