"""Write layers to a GeoPackage that has the same bytes every time."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd
import pyogrio

FORMAT_VERSION = "1.2"
"""Version of the format: what older desktop programs read without a warning."""
FIXED_TIME = "2026-01-01T00:00:00.000Z"
"""Time written into every file: the real one would change the bytes of equal layers."""


def write_layers(
    path: Path,
    layers: Mapping[str, gpd.GeoDataFrame],
    *,
    geometry: Mapping[str, str],
    metadata: Mapping[str, str],
) -> Path:
    """Write layers to one GeoPackage, whole or not at all.

    Parameters
    ----------
    layers : layer name -> features; written in this order, an empty layer too.
    geometry : layer name -> geometry type, for a layer of single and multiple parts or of none.
    metadata : facts of the file, such as licence and attribution.

    Raises
    ------
    OSError
        If the folder cannot be written to.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}.", suffix=".gpkg")
    os.close(handle)
    part = Path(name)
    try:
        part.unlink()
        with fixed_clock():
            for layer, table in layers.items():
                _append(part, table, layer=layer, geometry=geometry[layer], metadata=metadata)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path


def _append(
    part: Path,
    table: gpd.GeoDataFrame,
    *,
    layer: str,
    geometry: str,
    metadata: Mapping[str, str],
) -> None:
    first = not part.exists()
    options = {"dataset_metadata": dict(metadata), "dataset_options": {"VERSION": FORMAT_VERSION}}
    pyogrio.write_dataframe(
        table, part, layer=layer, driver="GPKG", append=not first, geometry_type=geometry,
        promote_to_multi=geometry.startswith("Multi"),
        layer_options={"FID": "fid", "GEOMETRY_NAME": "geom"}, **(options if first else {}),
    )  # fmt: skip


@contextmanager
def fixed_clock() -> Iterator[None]:
    """Let GDAL write ``FIXED_TIME`` instead of now, and put its setting back afterwards."""
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": FIXED_TIME})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})
