"""CSV lists: every parcel, machine names on the first row, the same bytes for the same table."""

from __future__ import annotations

import csv
import hashlib
import io
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from landuse.products.safety import changed_cells, csv_text, is_text

DECIMALS = 6
"""Digits kept of a fraction: 1e-6 degree is 0.1 m, and noise below that would change bytes."""


def csv_bytes(table: pd.DataFrame, columns: Iterable[str]) -> bytes:
    """Return a table as CSV: UTF-8 with BOM, line feeds, one header row of machine names.

    Text passes ``safety.csv_text``; numbers keep six decimals; a boolean is True or False; null
    is an empty cell. Codes stay text: read them back with ``dtype=str``.

    Raises
    ------
    KeyError
        If a column is not in the table.
    """
    names = list(columns)
    cells = [_cells(table[name]) for name in names]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(zip(*cells, strict=True))
    return text.getvalue().encode("utf-8-sig")


def table_digest(table: pd.DataFrame) -> str:
    """Return the SHA-256 of a table's names and values, fractions to six decimals as in its CSV."""
    digest = hashlib.sha256()
    for name in table.columns:
        column = table[name]
        if pd.api.types.is_float_dtype(column.dtype):
            column = pd.Series(column.to_numpy("float64", na_value=np.nan).round(DECIMALS) + 0.0)
        digest.update(str(name).encode())
        digest.update(pd.util.hash_pandas_object(column, index=False).to_numpy("<u8").tobytes())
    return digest.hexdigest()


def write_csv(table: pd.DataFrame, path: Path, columns: Iterable[str]) -> Path:
    """Write ``csv_bytes`` to a file that appears whole or not at all; return its path."""
    data = csv_bytes(table, columns)
    return write_whole(path, lambda part: part.write_bytes(data))


def write_whole(path: Path, write: Callable[[Path], object]) -> Path:
    """Let ``write`` fill a file beside ``path``, then move it there in one step."""
    part = path.with_name(f".part-{path.name}")
    part.parent.mkdir(parents=True, exist_ok=True)
    try:
        write(part)
        os.replace(part, path)  # noqa: PTH105 - one atomic step, also over an old file on Windows
    finally:
        part.unlink(missing_ok=True)
    return path


def write_text(text: str, path: Path) -> Path:
    """Write a text as UTF-8 to a file that appears whole or not at all; return its path."""
    return write_whole(path, lambda part: part.write_text(text, encoding="utf-8", newline="\n"))


def _cells(column: pd.Series) -> list[Any]:
    """Return the cells of a column; None, which is written as nothing, where null."""
    if is_text(column):
        return changed_cells(column, csv_text)
    if pd.api.types.is_float_dtype(column.dtype):
        values = column.to_numpy(dtype="float64", na_value=np.nan).round(DECIMALS) + 0.0
        shown = values.astype(object)
        shown[~np.isfinite(values)] = None
    else:
        shown = column.to_numpy(dtype=object, na_value=None)
    cells: list[Any] = shown.tolist()
    return cells
