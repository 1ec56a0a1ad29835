"""Reader of tables: CSV and workbooks, as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyogrio

from landuse.core.errors import data_fault, fail
from landuse.sources.decode import Misread, misread
from landuse.sources.field_names import match_fields, same_field
from landuse.sources.read import layer_name, opened, require_file, texts_of, unreadable
from landuse.sources.spec import TableSource

_WORKBOOKS = {".xlsx", ".xls", ".ods"}
_HEADINGS = 2


@dataclass(frozen=True, eq=False)
class RawTable:
    """A table as its file has it.

    Attributes
    ----------
    table : text columns under our names; the index is the row number in the file, so that
        messages can name it (the heading is row 1).
    columns : our column name to the heading in the file.
    aliases : name the study asks for to the heading, where it is another name of it.
    skipped : optional columns that the file does not have.
    misread : what speaks for the text having been read in a wrong encoding.
    """

    table: pd.DataFrame
    columns: dict[str, str]
    aliases: dict[str, str]
    skipped: tuple[str, ...]
    misread: Misread | None


def read_table(path: Path, source: TableSource) -> pd.DataFrame:
    """Read a CSV or a workbook as text, with the columns the study maps, named as it names them.

    The index is the row number in the file (the heading is row 1), so that messages can name it.

    Raises
    ------
    LanduseError
        As `read_raw_table`.
    """
    return read_raw_table(path, source).table


def read_raw_table(path: Path, source: TableSource) -> RawTable:
    """Read a CSV or a workbook as text, and tell how its columns were found.

    A second heading row is left out where each of its cells names the same field as the cell
    above it, such as 地类编码 over DLBM, or where it holds our own column names, as the lists that
    a run writes do: a filled list can be read back.

    Raises
    ------
    LanduseError
        Exit code 3 if the file is absent, 4 if it cannot be read or decoded, 2 if the sheet or
        a column the study names does not exist, or several columns fit one name.
    """
    require_file(path)
    workbook = path.suffix.lower() in _WORKBOOKS
    table = _read_sheet(path, source) if workbook else _read_csv(path, source)
    table.columns = [str(name).strip() for name in table.columns]
    matched = match_fields(source.fields, list(table.columns), file=path.name)
    table = table.set_axis(pd.RangeIndex(2, len(table) + 2), axis=0)
    again = _names_again(table) or _codes_below(table, matched.columns)
    table = table.iloc[1:] if again else table
    picked = table[list(matched.columns.values())].set_axis(list(matched.columns), axis=1)
    doubt = misread([*matched.columns.values(), *texts_of(picked)])
    return RawTable(picked, matched.columns, matched.aliases, matched.skipped, doubt)


def _names_again(table: pd.DataFrame) -> bool:
    """Tell whether the first row says in other words what the heading says."""
    if table.empty:
        return False
    cells = {head: str(cell) for head, cell in table.iloc[0].items() if str(cell).strip()}
    return len(cells) >= _HEADINGS and all(same_field(str(h), c) for h, c in cells.items())


def _codes_below(table: pd.DataFrame, columns: Mapping[str, str]) -> bool:
    """Tell whether the first row holds our own name of every column."""
    if table.empty or len(columns) < _HEADINGS:
        return False
    first = table.iloc[0]
    return all(str(first[theirs]).strip() == ours for ours, theirs in columns.items())


def _read_csv(path: Path, source: TableSource) -> pd.DataFrame:
    for encoding in (source.encoding,) if source.encoding else ("utf-8-sig", "gb18030"):
        try:
            return pd.read_csv(
                path, dtype="str", encoding=_with_mark(encoding), keep_default_na=False,
                skip_blank_lines=False,
            )  # fmt: skip
        except (UnicodeDecodeError, LookupError):
            continue
        except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
            raise fail(unreadable(path, str(error))) from error
    raise fail(
        data_fault(
            "表格文字无法按此编码读出", "the text of the table cannot be decoded",
            file=path.name, field="encoding", found=source.encoding or "UTF-8, GB 18030",
            todo_zh="在研究文件里写对 encoding，例如 GBK",
            todo_en="set the right encoding in the study file, e.g. GBK",
        )
    )  # fmt: skip


def _with_mark(encoding: str) -> str:
    """Return an encoding that takes the byte-order mark off where spreadsheets write one."""
    return "utf-8-sig" if encoding.casefold().replace("-", "") == "utf8" else encoding


def _sheet_of(path: Path, wanted: str | tuple[str, ...] | None) -> str:
    """Return the sheet to read: of several names the first that the workbook has."""
    if wanted is None or isinstance(wanted, str):
        return layer_name(path, wanted)
    held = {str(name) for name in opened(path, pyogrio.list_layers)[:, 0]}
    return layer_name(path, next((name for name in wanted if name in held), wanted[0]))


def _read_sheet(path: Path, source: TableSource) -> pd.DataFrame:
    sheet = _sheet_of(path, source.sheet)
    with _all_text():
        table = opened(path, pyogrio.read_dataframe, layer=sheet, read_geometry=False)
    return table.astype("str").fillna("")


@contextmanager
def _all_text() -> Iterator[None]:
    """Let GDAL read a heading row and text from every sheet, and put its settings back after.

    As options of the dataset they hold for its first sheet only (GDAL 3.12): in the others a
    heading over text would be a row, and codes would be numbers.
    """
    wanted = {f"OGR_{form}_{name}": value for form in ("XLSX", "XLS", "ODS")
              for name, value in (("HEADERS", "FORCE"), ("FIELD_TYPES", "STRING"))}  # fmt: skip
    before = {name: pyogrio.get_gdal_config_option(name) for name in wanted}
    pyogrio.set_gdal_config_options(wanted)
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options(before)
