"""A chosen part of a list, in the format its file name asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from landuse.core.errors import LanduseError, fail, study_fault
from landuse.products.columns import ColumnLike, describe, stored_heading
from landuse.products.geopackage import LayerLabels, storable, write_geopackage
from landuse.products.geoparquet import write_parquet
from landuse.products.shapefile import write_shapefile
from landuse.products.sheets import from_names, sheet_of
from landuse.products.tables import write_csv, write_whole
from landuse.products.workbook import write_sheets
from landuse.products.workbook_sheets import people_table

SUFFIXES = (".csv", ".xlsx", ".gpkg", ".parquet", ".shp", ".geojson")
DRAWN = (".gpkg", ".shp", ".geojson")
"""Formats that are nothing without geometry."""


@dataclass(frozen=True, kw_only=True)
class ListLook:
    """What a list is called and how it is shown.

    Attributes
    ----------
    layer : name of the layer in a GeoPackage. sheet : name of the sheet in a workbook.
    title : of the study. names : machine name -> names and unit of a column.
    grades : codes from the most urgent down, which a workbook colours.
    style : QML made from the Chinese names of the columns; None = QGIS's own look. style_needs :
        columns its rules read; a selection without them keeps QGIS's own look.
    """

    layer: str
    sheet: str
    title: str
    names: Mapping[str, ColumnLike] = field(default_factory=dict)
    grades: tuple[str, ...] = ()
    style: Callable[[Mapping[str, str]], str] | None = None
    style_needs: tuple[str, ...] = ()

    def aliases(self, table: pd.DataFrame) -> dict[str, str]:
        """Return the Chinese name of each column, with the unit its values are stored in."""
        return {name: stored_heading(describe(name, self.names)) for name in plain_columns(table)}


def known_suffix(path: Path) -> str:
    """Return the ending of a file name, in small letters.

    Raises
    ------
    LanduseError
        If no list is written in such a format (exit code 2).
    """
    suffix = path.suffix.lower()
    if suffix in SUFFIXES:
        return suffix
    raise _fault(
        "不支持的导出格式", "no such export format", field="FILE", found=path.name,
        todo_zh="改用 " + " ".join(SUFFIXES), todo_en="use one of " + " ".join(SUFFIXES),
    )  # fmt: skip


def write_selection(table: pd.DataFrame, path: Path, look: ListLook) -> Path:
    """Write a selection as CSV, XLSX, GPKG, GeoParquet, Shapefile or GeoJSON, by its ending.

    GeoJSON is in longitude and latitude with seven decimals (RFC 7946); the others keep the CRS.

    Raises
    ------
    LanduseError
        If the ending is another, or a map format is asked for without geometry (exit code 2).
    """
    suffix = known_suffix(path)
    if suffix == ".csv":
        return write_csv(table, path, plain_columns(table))
    if suffix == ".xlsx":
        return _write_sheet(table, path, look)
    if suffix == ".parquet":
        return write_parquet(table, path, aliases=look.aliases(table), title=look.title)
    if not isinstance(table, gpd.GeoDataFrame):
        raise _fault(
            "没有图形，不能导出为地图格式", "no geometry to write", field=path.name,
            todo_zh="改用 .csv、.xlsx 或 .parquet", todo_en="use .csv, .xlsx or .parquet",
        )  # fmt: skip
    if suffix == ".gpkg":
        return _write_layer(table, path, look)
    if suffix == ".shp":
        return write_shapefile(table, path, aliases=look.aliases(table))
    return _write_geojson(table, path)


def plain_columns(table: pd.DataFrame) -> list[str]:
    """Return the columns of a table other than its geometry."""
    held = table.geometry.name if isinstance(table, gpd.GeoDataFrame) else None
    return [name for name in table.columns if name != held]


def _write_sheet(table: pd.DataFrame, path: Path, look: ListLook) -> Path:
    plain = people_table(pd.DataFrame(table[plain_columns(table)]))
    columns = from_names(plain.columns, plain, names=dict(look.names))
    sheet = sheet_of(look.sheet, plain, columns, frozen_columns=1)
    return write_sheets([sheet], path, title=look.title, grades=look.grades)


def _write_layer(table: gpd.GeoDataFrame, path: Path, look: ListLook) -> Path:
    aliases = look.aliases(table)
    drawable = look.style is not None and set(look.style_needs) <= set(table.columns)
    styles = {look.layer: look.style(aliases)} if look.style and drawable else {}
    labels = {look.layer: LayerLabels(title=look.title, aliases=aliases)}
    return write_geopackage({look.layer: table}, path, styles=styles, labels=labels, metadata={})


def _write_geojson(table: gpd.GeoDataFrame, path: Path) -> Path:
    shown = storable(table.to_crs("EPSG:4326"))
    options = {"RFC7946": "YES", "COORDINATE_PRECISION": "7", "WRITE_NAME": "NO",
               "AUTODETECT_JSON_STRINGS": "NO"}  # fmt: skip
    return write_whole(
        path,
        lambda part: pyogrio.write_dataframe(shown, part, driver="GeoJSON", layer_options=options),
    )


def _fault(zh: str, en: str, **details: str) -> LanduseError:
    return fail(study_fault(zh, en, **details))
