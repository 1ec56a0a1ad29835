"""CSV lists: every parcel, machine names on the first row, the same bytes for the same table."""

from __future__ import annotations

import codecs
import hashlib
import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from landuse.products.safety import changed_cells, csv_text, is_text

DECIMALS = 6
"""Digits kept of a fraction: 1e-6 degree is 0.1 m, and noise below that would change bytes."""
_TEXT = pa.large_string()
_TO_QUOTE = re.compile('[,"\n\r]')
_ARROW_ALIKE = 1e-4, 1e9
"""Sizes of numbers, from and below, that Arrow and Python write in the same digits."""


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
    fields = [_fields(table[name]) for name in names]
    head = ",".join(_quoted(name) for name in names).encode()
    rows = _rows(fields).cast(pa.large_binary()).to_pylist()
    return codecs.BOM_UTF8 + b"\n".join([head, *rows, b""])


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


def _rows(fields: list[pa.Array]) -> pa.Array:
    """Return the lines of a CSV; a single empty field is quoted, or its line would be no row."""
    if len(fields) == 1:
        lonely = fields[0].fill_null("")
        return pc.if_else(pc.equal(lonely, ""), pa.scalar('""', _TEXT), lonely)
    return _joined([field.fill_null("") for field in fields], by=",")


def _joined(texts: list[pa.Array | pa.Scalar], *, by: str) -> pa.Array:
    return pc.binary_join_element_wise(*texts, pa.scalar(by, _TEXT))


def _fields(column: pd.Series) -> pa.Array:
    """Return the fields of a column as the standard library writes them; null where null."""
    if column.dtype == "str":
        return _texts(column)
    if not is_text(column) and pd.api.types.is_float_dtype(column.dtype):
        return _reals(column.to_numpy("float64", na_value=np.nan).round(DECIMALS) + 0.0)
    shown = column.to_numpy(dtype=object, na_value=None).tolist()
    cells = changed_cells(column, _text_field) if is_text(column) else shown
    return pa.array([None if cell is None else str(cell) for cell in cells], _TEXT)


def _texts(column: pd.Series) -> pa.Array:
    """Return text fields, each distinct text looked at once."""
    held = pa.chunked_array(pa.array(column)).combine_chunks()
    coded = pc.dictionary_encode(held)
    written = [_text_field(text) for text in coded.dictionary.to_pylist()]
    return pa.array(written, _TEXT).take(coded.indices)


def _text_field(text: str) -> str:
    return _quoted(csv_text(text))


def _quoted(text: str) -> str:
    """Return a field as it stands in a line: quoted where a comma, quote or line end is in it."""
    if _TO_QUOTE.search(text):
        return '"' + text.replace('"', '""') + '"'
    return text


def _reals(values: np.ndarray) -> pa.Array:
    """Return numbers in the shortest digits that read back the same; null where not finite.

    Arrow writes most of them as Python does, but for the ``.0`` of whole ones; very small and
    large ones, whose exponent it writes otherwise, are written by Python.
    """
    finite, size = np.isfinite(values), np.abs(values)
    plain = (size == 0) | ((size >= _ARROW_ALIKE[0]) & (size < _ARROW_ALIKE[1]))
    text = pa.array(values, mask=~(finite & plain)).cast(_TEXT)
    whole = pa.array(values == np.floor(values))
    text = pc.if_else(whole, _joined([text, pa.scalar(".0", _TEXT)], by=""), text)
    others = [repr(value) for value in values[finite & ~plain].tolist()]
    return pc.replace_with_mask(text, pa.array(finite & ~plain), pa.array(others, _TEXT))
