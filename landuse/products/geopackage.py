"""GeoPackage whose layers open styled and named in Chinese, the same bytes every time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio

from landuse.products.safety import is_text, plain_text, plain_texts
from landuse.products.tables import write_whole

FORMAT_VERSION = "1.2"
"""Version of the format: what older desktop programs read without a warning."""
FIXED_TIME = "2026-01-01T00:00:00.000Z"
"""Time written into every file: the real one would change the bytes of equal results."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS gpkg_extensions (
  table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL,
  scope TEXT NOT NULL, CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name));
CREATE TABLE IF NOT EXISTS gpkg_data_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT, description TEXT,
  mime_type TEXT, constraint_name TEXT, CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),
  CONSTRAINT gdc_tn UNIQUE (table_name, name));
CREATE TABLE IF NOT EXISTS gpkg_data_column_constraints (
  constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL, value TEXT, min NUMERIC,
  min_is_inclusive BOOLEAN, max NUMERIC, max_is_inclusive BOOLEAN, description TEXT,
  CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value));
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT, f_table_schema TEXT,
  f_table_name TEXT, f_geometry_column TEXT, styleName TEXT, styleQML TEXT, styleSLD TEXT,
  useAsDefault BOOLEAN, description TEXT, owner TEXT, ui TEXT, update_time DATETIME);
"""
_EXTENSION = "http://www.geopackage.org/spec121/#extension_schema"


@dataclass(frozen=True)
class LayerLabels:
    """How a layer is called: title and description of the layer, Chinese names of its columns."""

    title: str = ""
    description: str = ""
    aliases: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class NamedStyle:
    """A style of a layer under a name a person can choose it by."""

    layer: str
    name: str
    qml: str


def write_geopackage(
    layers: Mapping[str, gpd.GeoDataFrame | pd.DataFrame | None],
    path: Path,
    *,
    styles: Mapping[str, str],
    labels: Mapping[str, LayerLabels],
    metadata: Mapping[str, str],
    more_styles: Sequence[NamedStyle] = (),
) -> Path:
    """Write the layers that exist, with spatial index, style, column aliases and metadata.

    Parameters
    ----------
    layers : layer name -> table; without a geometry column it becomes an attribute table; None
        means that this run has no such layer, and nothing is written for it.
    styles : layer name -> QML text; stored in ``layer_styles``, which QGIS reads by itself.
    labels : layer name -> title and aliases (``gpkg_data_columns``, schema extension).
    metadata : facts of the run, stored as the file's metadata.
    more_styles : further styles to choose from; ``styles`` stay what a layer opens with.
    """
    present = {name: table for name, table in layers.items() if table is not None}

    def fill(part: Path) -> None:
        part.unlink(missing_ok=True)
        with _fixed_clock():
            for name, table in present.items():
                _write_layer(table, part, name=name, label=labels.get(name), metadata=metadata)
        with closing(sqlite3.connect(part)) as base, base:
            _describe(base, {name: labels[name] for name in present if name in labels})
            first = [NamedStyle(name, name, styles[name]) for name in present if name in styles]
            others = [style for style in more_styles if style.layer in present]
            _style(base, first, others)

    return write_whole(path, fill)


@contextmanager
def _fixed_clock() -> Iterator[None]:
    """Let GDAL write ``FIXED_TIME`` instead of now, and put its setting back afterwards."""
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": FIXED_TIME})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _write_layer(
    table: gpd.GeoDataFrame | pd.DataFrame,
    path: Path,
    *,
    name: str,
    label: LayerLabels | None,
    metadata: Mapping[str, str],
) -> None:
    label = label or LayerLabels()
    spatial = isinstance(table, gpd.GeoDataFrame)
    about = {
        "IDENTIFIER": plain_text(label.title) or name,
        "DESCRIPTION": plain_text(label.description),
    }
    options = {"SPATIAL_INDEX": "YES", "GEOMETRY_NAME": "geom"} if spatial else {}
    shape = shape_of(table) if isinstance(table, gpd.GeoDataFrame) else {}
    version = {"VERSION": FORMAT_VERSION}
    facts = {key: plain_text(value) for key, value in metadata.items()}
    pyogrio.write_dataframe(
        storable(table),
        path,
        layer=name,
        driver="GPKG",
        append=path.exists(),
        **({} if path.exists() else {"dataset_metadata": facts, "dataset_options": version}),
        layer_options={"FID": "fid", **options, **about},
        use_arrow=True,  # columns at once, not cell by cell
        **shape,
    )


def shape_of(table: gpd.GeoDataFrame) -> dict[str, Any]:
    """Return how a layer's geometry is written: polygons always as multipolygons."""
    for plain in ("Point", "LineString"):
        if len(table) and table.geom_type.eq(plain).all():
            return {"geometry_type": plain}
    return {"geometry_type": "MultiPolygon", "promote_to_multi": True}


def storable(table: gpd.GeoDataFrame | pd.DataFrame) -> gpd.GeoDataFrame | pd.DataFrame:
    """Return a copy in types a GeoPackage column keeps: text, integers, reals and booleans."""
    kept = plain_texts(table).reset_index(drop=True)
    for name in kept.columns:
        if is_text(kept[name]) and name != "geometry":
            kept[name] = kept[name].astype("str")
    return kept


def _describe(base: sqlite3.Connection, labels: Mapping[str, LayerLabels]) -> None:
    base.executescript(_SCHEMA)
    for layer, label in labels.items():
        held = [row[1] for row in base.execute("SELECT * FROM pragma_table_info(?)", (layer,))]
        names = _unique({name: label.aliases[name] for name in held if name in label.aliases})
        base.executemany(
            "INSERT INTO gpkg_data_columns (table_name, column_name, name, title) "
            "VALUES (?, ?, ?, ?)",
            [(layer, column, name, name) for column, name in names.items()],
        )
    base.executemany(
        "INSERT INTO gpkg_extensions VALUES (?, NULL, 'gpkg_schema', ?, 'read-write')",
        [(name, _EXTENSION) for name in ("gpkg_data_columns", "gpkg_data_column_constraints")],
    )


def _unique(names: Mapping[str, str]) -> dict[str, str]:
    """Return names made different within a layer, as the format asks, by adding the column."""
    listed = list(names.values())
    return {
        column: plain_text(name if listed.count(name) == 1 else f"{name} {column}")
        for column, name in names.items()
    }


def _style(
    base: sqlite3.Connection, first: Sequence[NamedStyle], others: Sequence[NamedStyle]
) -> None:
    geometry = dict(base.execute("SELECT table_name, column_name FROM gpkg_geometry_columns"))
    base.executemany(
        "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, "
        "f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description, owner, ui, "
        "update_time) VALUES ('', '', ?, ?, ?, ?, '', ?, '', '', '', ?)",
        [
            (style.layer, geometry.get(style.layer, ""), style.name, style.qml, opens, FIXED_TIME)
            for opens, listed in ((1, first), (0, others))
            for style in listed
        ],
    )
    base.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, "
        "srs_id) VALUES ('layer_styles', 'attributes', 'layer_styles', '', ?, 0)",
        (FIXED_TIME,),
    )
