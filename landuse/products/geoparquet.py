"""GeoParquet: a layer with its CRS and Chinese column names inside the file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq

from landuse.products.geopackage import storable
from landuse.products.tables import write_whole

VERSION = "1.1.0"


def write_parquet(
    table: gpd.GeoDataFrame | pd.DataFrame, path: Path, *, aliases: Mapping[str, str], title: str
) -> Path:
    """Write a table as Parquet; with geometry as GeoParquet 1.1 (WKB, CRS as PROJJSON).

    The Chinese name of a column is its field metadata ``title``; the file's is ``title`` too.
    """
    plain = storable(table)

    def fill(part: Path) -> None:
        if isinstance(plain, gpd.GeoDataFrame):
            plain.to_parquet(part, index=False, schema_version=VERSION, write_covering_bbox=True)
        else:
            plain.to_parquet(part, index=False)
        held = pq.read_table(part)
        fields = [
            field.with_metadata({"title": aliases[field.name]}) if field.name in aliases else field
            for field in held.schema
        ]
        about = {**(held.schema.metadata or {}), b"title": title.encode()}
        schema = held.schema.empty_table().schema
        for place, field in enumerate(fields):
            schema = schema.set(place, field)
        pq.write_table(held.cast(schema).replace_schema_metadata(about), part, compression="zstd")

    return write_whole(path, fill)
