"""GeoParquet: a layer with its CRS and Chinese column names inside the file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from landuse.products.geopackage import storable
from landuse.products.safety import plain_text
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
            column.with_metadata({"title": plain_text(aliases[column.name])})
            if column.name in aliases
            else column
            for column in held.schema
        ]
        about = {**(held.schema.metadata or {}), b"title": plain_text(title).encode()}
        whole = held.cast(pa.schema(fields, metadata=about))
        pq.write_table(whole, part, compression="zstd")

    return write_whole(path, fill)
