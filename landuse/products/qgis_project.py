"""A QGIS project that opens every layer of the GeoPackage styled, by paths relative to itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree as Xml

import geopandas as gpd
import pandas as pd
import pyproj

from landuse.products.safety import plain_text

VERSION = "3.22.0"
MARGIN = 0.05
"""Part of the extent left free around it when the project opens."""
ORDER: Final = (
    "moves", "receiving_sites", "opportunities", "districts", "parcels", "villages", "findings",
)  # fmt: skip
"""Layers from the top down: lines and outlines over areas; a layer not named here goes on top."""
STYLE_FLAGS: Final = ("labelsEnabled",)
"""What a style file says on its first element, and a project on the layer's."""
CLOSED: Final = ("findings",)
GEOMETRIES: Final = {
    "Point": "Point", "MultiPoint": "Point", "LineString": "Line", "MultiLineString": "Line",
    "Polygon": "Polygon", "MultiPolygon": "Polygon",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class ProjectLayer:
    """One line of the layer panel: which table of the GeoPackage, its title, how it is drawn.

    ``geometry`` is Point, Line, Polygon or "No geometry"; ``qml`` "" leaves QGIS its own look;
    ``shown`` tells whether it is switched on when the project opens.
    """

    table: str
    title: str
    geometry: str
    qml: str = ""
    shown: bool = True


@dataclass(frozen=True, kw_only=True)
class ProjectFacts:
    """Title of the project, its CRS (``EPSG:4549``), where it opens, what is always written on it.

    ``bounds`` are (x0, y0, x1, y1) in that CRS, metres.
    """

    title: str
    crs: str
    bounds: tuple[float, float, float, float]
    label: str


def project_layers(
    layers: Mapping[str, gpd.GeoDataFrame | pd.DataFrame | None],
    *,
    titles: Mapping[str, str],
    styles: Mapping[str, str],
    more: Iterable[tuple[str, str, str]] = (),
) -> tuple[ProjectLayer, ...]:
    """Return the layers that exist, from the top down.

    ``more`` : further (table, name, qml), each a layer of its own below the table's first, off.
    """
    place = {name: index for index, name in enumerate(ORDER)}
    listed = []
    for name in sorted(layers, key=lambda name: place.get(name, -1)):
        table = layers[name]
        if table is None:
            continue
        kind = _geometry(table)
        title = titles.get(name) or name
        drawn = kind != "No geometry"
        listed.append(
            ProjectLayer(table=name, title=title, geometry=kind, qml=styles.get(name, ""),
                         shown=drawn and name not in CLOSED)
        )  # fmt: skip
        listed += [
            ProjectLayer(table=name, title=f"{title}：{other}", geometry=kind, qml=qml, shown=False)
            for owner, other, qml in more
            if owner == name
        ]
    return tuple(listed)


def _geometry(table: gpd.GeoDataFrame | pd.DataFrame) -> str:
    if not isinstance(table, gpd.GeoDataFrame):
        return "No geometry"
    kinds = {GEOMETRIES[kind] for kind in table.geom_type.dropna().unique() if kind in GEOMETRIES}
    return kinds.pop() if len(kinds) == 1 else "Polygon"


def qgis_project(facts: ProjectFacts, layers: Sequence[ProjectLayer], *, geopackage: str) -> str:
    """Return the project as XML text, to lie in the same folder as the GeoPackage.

    Parameters
    ----------
    geopackage : file name of the GeoPackage, without a folder.

    Returns
    -------
    Text of a ``.qgs`` file that QGIS 3.22 and later open; paths are relative, so that the folder
    can be copied or moved. The same facts give the same text.
    """
    root = Xml.Element("qgis", {"projectname": facts.title, "version": VERSION})
    Xml.SubElement(root, "homePath", {"path": ""})
    Xml.SubElement(root, "title").text = facts.title
    _crs(Xml.SubElement(root, "projectCrs"), facts.crs)
    # QGIS throws away an id of ten characters or fewer, and the layer panel then finds no layer.
    ids = [f"landuse_layer_{number:02d}_{layer.table}" for number, layer in enumerate(layers)]
    sources = [f"./{geopackage}|layername={layer.table}" for layer in layers]
    tree = Xml.SubElement(root, "layer-tree-group")
    Xml.SubElement(tree, "customproperties")
    held = Xml.SubElement(root, "projectlayers")
    order = Xml.SubElement(root, "layerorder")
    for layer, key, source in zip(layers, ids, sources, strict=True):
        about = {
            "id": key, "name": layer.title, "source": source, "providerKey": "ogr",
            "checked": "Qt::Checked" if layer.shown else "Qt::Unchecked",
            "expanded": "1" if layer.shown else "0",
        }  # fmt: skip
        Xml.SubElement(tree, "layer-tree-layer", about)
        Xml.SubElement(order, "layer", {"id": key})
        held.append(_map_layer(layer, key=key, source=source, crs=facts.crs))
    _view(root, facts)
    _properties(root, facts)
    return _text(root)


def _map_layer(layer: ProjectLayer, *, key: str, source: str, crs: str) -> Xml.Element:
    element = Xml.Element("maplayer", {"type": "vector", "geometry": layer.geometry})
    Xml.SubElement(element, "id").text = key
    Xml.SubElement(element, "datasource").text = source
    Xml.SubElement(element, "layername").text = layer.title
    Xml.SubElement(element, "provider", {"encoding": "UTF-8"}).text = "ogr"
    if layer.geometry != "No geometry":
        _crs(Xml.SubElement(element, "srs"), crs)
    if layer.qml:
        # What a style file holds is what a project holds within the layer.
        style = Xml.fromstring(layer.qml.split("\n", 1)[1])
        element.attrib.update(
            {key: style.attrib[key] for key in STYLE_FLAGS if key in style.attrib}
        )
        element.extend(style)
    return element


def _crs(parent: Xml.Element, crs: str) -> None:
    system = Xml.SubElement(parent, "spatialrefsys", {"nativeFormat": "Wkt"})
    Xml.SubElement(system, "wkt").text = pyproj.CRS.from_user_input(crs).to_wkt()
    Xml.SubElement(system, "authid").text = crs


def _view(root: Xml.Element, facts: ProjectFacts) -> None:
    x0, y0, x1, y1 = facts.bounds
    spare = MARGIN * max(x1 - x0, y1 - y0)
    corners = {"xmin": x0 - spare, "ymin": y0 - spare, "xmax": x1 + spare, "ymax": y1 + spare}
    canvas = Xml.SubElement(root, "mapcanvas", {"name": "theMapCanvas", "annotationsVisible": "1"})
    Xml.SubElement(canvas, "units").text = "meters"
    extent = Xml.SubElement(canvas, "extent")
    for name, value in corners.items():
        Xml.SubElement(extent, name).text = f"{value:.2f}"
    _crs(Xml.SubElement(canvas, "destinationsrs"), facts.crs)
    whole = {name: f"{value:.2f}" for name, value in corners.items()}
    settings = Xml.SubElement(root, "ProjectViewSettings", {"UseProjectScales": "0"})
    _crs(Xml.SubElement(settings, "DefaultViewExtent", whole), facts.crs)


def _properties(root: Xml.Element, facts: ProjectFacts) -> None:
    """Write relative paths, and the label that QGIS draws into a corner of the map."""
    properties = Xml.SubElement(root, "properties")
    paths = Xml.SubElement(properties, "Paths")
    Xml.SubElement(paths, "Absolute", {"type": "bool"}).text = "false"
    system = Xml.SubElement(properties, "SpatialRefSys")
    # Without this QGIS reads no CRS of the project at all.
    Xml.SubElement(system, "ProjectionsEnabled", {"type": "int"}).text = "1"
    label = Xml.SubElement(properties, "CopyrightLabel")
    entries = (
        ("Enabled", "bool", "true"), ("Label", "QString", facts.label), ("Placement", "int", "0"),
        ("MarginH", "int", "2"), ("MarginV", "int", "2"),
    )  # fmt: skip
    for name, kind, value in entries:
        Xml.SubElement(label, name, {"type": kind}).text = value


def _text(root: Xml.Element) -> str:
    for element in root.iter():
        element.attrib.update({key: plain_text(value) for key, value in element.attrib.items()})
        element.text = plain_text(element.text) if element.text else element.text
    Xml.indent(root)
    head = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
    return head + Xml.tostring(root, encoding="unicode") + "\n"
