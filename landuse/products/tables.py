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
from numpy.typing import NDArray

from landuse.products.safety import csv_text
from landuse.sources.files import write_in_parts

DECIMALS = 6
"""Digits kept of a fraction: 1e-6 degree is 0.1 m, and noise below that would change bytes."""
TEXT = pa.large_string()
SMALL, LARGE = 1e-4, 1e9
"""Numbers below and from which on Python or Arrow may write an exponent."""
_TO_QUOTE = re.compile('[",\n]')


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
    rows = pc.binary_join_element_wise(
        *cells, pa.scalar(",", TEXT), null_handling="replace", null_replacement=""
    )
    rows = pc.if_else(pc.equal(rows, ""), pa.scalar('""', TEXT), rows)  # or it is read as no row
    head = codecs.BOM_UTF8 + ",".join(_quoted(name) for name in names).encode()
    return b"\n".join([head, *rows.cast(pa.large_binary()).to_pylist(), b""])


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

    def fill(part: Path) -> None:
        with part.open("wb") as stream:
            write_in_parts(stream, data)

    return write_whole(path, fill)


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


def _cells(column: pd.Series) -> pa.Array:
    """Return the cells of a column as they are written; null where null."""
    if pd.api.types.is_float_dtype(column.dtype):
        values = column.to_numpy(dtype="float64", na_value=np.nan).round(DECIMALS) + 0.0
        return number_texts(values)
    codes, distinct = pd.factorize(column)
    written = [_quoted(csv_text(value) if isinstance(value, str) else str(value))
               for value in distinct.astype(object)]  # fmt: skip
    return pa.array(written, TEXT).take(pa.array(codes, mask=codes < 0))


def number_texts(values: NDArray[np.float64]) -> pa.Array:
    """Return numbers as Python writes them, the fewest digits that tell them; null if not finite.

    Arrow finds the same digits in a quarter of the time. It leaves out the ".0" of a whole number
    and has an exponent from another size on.
    """
    size = np.abs(values)
    known = np.isfinite(values)
    texts = pc.cast(pa.array(values, mask=~known), TEXT)
    whole = pc.binary_join_element_wise(texts, pa.scalar(".0", TEXT), pa.scalar("", TEXT))
    texts = pc.if_else(pa.array(values == np.trunc(values)), whole, texts)
    odd = known & ((size >= LARGE) | ((size < SMALL) & (size > 0)))
    return pc.replace_with_mask(texts, odd, pa.array([repr(x) for x in values[odd].tolist()], TEXT))


def _quoted(text: str) -> str:
    """Return a cell as CSV holds it: in quotes if it has a comma, a quote or a line feed."""
    return '"' + text.replace('"', '""') + '"' if _TO_QUOTE.search(text) else text
