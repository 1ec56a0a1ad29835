"""How each kind of value lies on disk, with the same bytes for the same value."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from affine import Affine

from landuse.core.findings import Finding, to_table
from landuse.core.grid import Grid
from landuse.core.layers import Layer
from landuse.core.product import FileProduct
from landuse.sources.cells import CELLS, read_cells, write_cells


def write_value(value: Any, stem: Path) -> Path:
    """Write a value next to ``stem`` and return the file.

    Tables and findings go to Parquet, layers and stacks of layers to files of cells, text to HTML,
    other plain data to JSON.

    Raises
    ------
    TypeError
        If the kind of value is not known.
    """
    if isinstance(value, list):
        value = _as_stack_or_table(value)
    for kind, suffix, write in _WRITERS:
        if isinstance(value, kind):
            file = stem.with_name(stem.name + (suffix or value.suffix))
            write(value, file)
            return file
    msg = f"no way to keep a {type(value).__name__}"
    raise TypeError(msg)


def read_value(folder: Path, name: str) -> Any:
    """Read the value kept under a name; files of other kinds come back as their path."""
    file = next(folder.glob(f"{name}.*"))
    reader = _READERS.get("".join(file.suffixes[-2:])) or _READERS.get(file.suffix)
    return reader(file) if reader else file


def _as_stack_or_table(values: list[Any]) -> tuple[Layer, ...] | pd.DataFrame:
    if values and all(isinstance(item, Layer) for item in values):
        return tuple(values)
    if all(isinstance(item, Finding) for item in values):
        return to_table(values)
    msg = f"no way to keep a list of {type(values[0]).__name__}"
    raise TypeError(msg)


def _write_geo(value: gpd.GeoDataFrame, file: Path) -> None:
    value.to_parquet(file, index=False, compression="lz4", use_dictionary=False)


def _write_table(value: pd.DataFrame, file: Path) -> None:
    # Most columns hold measures: looking for values that come again takes longer than all the rest.
    value.to_parquet(file, index=False, compression="lz4", use_dictionary=False)


def _grid_data(grid: Grid) -> dict[str, Any]:
    return {"crs": grid.crs, "transform": list(grid.transform)[:6], "shape": list(grid.shape)}


def _read_grid(file: Path) -> Grid:
    data = json.loads(file.read_text(encoding="utf-8"))
    return Grid(data["crs"], Affine(*data["transform"]), tuple(data["shape"]))


def _write_json(value: Any, file: Path) -> None:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, indent=1, default=_plain)
    file.write_text(text, encoding="utf-8", newline="\n")


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    msg = f"{type(value).__name__} is not plain data"
    raise TypeError(msg)


def _write_text(value: str, file: Path) -> None:
    file.write_text(value, encoding="utf-8", newline="\n")


_WRITERS: tuple[tuple[Any, str, Callable[[Any, Path], None]], ...] = (
    (FileProduct, "", lambda value, file: value.write(file)),
    (gpd.GeoDataFrame, ".geo.parquet", _write_geo),
    (pd.DataFrame, ".parquet", _write_table),
    (Layer, f".layer{CELLS}", lambda value, file: write_cells([value], file)),
    (tuple, f".stack{CELLS}", write_cells),
    (Grid, ".grid.json", lambda value, file: _write_json(_grid_data(value), file)),
    (str, ".html", _write_text),
    (dict, ".json", _write_json),
)
_READERS: dict[str, Callable[[Path], Any]] = {
    ".geo.parquet": gpd.read_parquet,
    ".parquet": pd.read_parquet,
    f".layer{CELLS}": lambda file: read_cells(file)[0],
    f".stack{CELLS}": read_cells,
    ".grid.json": _read_grid,
    ".json": lambda file: json.loads(file.read_text(encoding="utf-8")),
    ".html": lambda file: file.read_text(encoding="utf-8"),
}
