"""Reader of tables: CSV and workbooks, as text."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyogrio

from landuse.core.errors import data_fault, fail
from landuse.sources.read import layer_name, match_fields, opened, require_file, unreadable
from landuse.sources.spec import TableSource

_WORKBOOKS = {".xlsx", ".xls", ".ods"}


def read_table(path: Path, source: TableSource) -> pd.DataFrame:
    """Read a CSV or a workbook as text, with the columns the study maps, named as it names them.

    The index is the row number in the file (the heading is row 1), so that messages can name it.

    Raises
    ------
    LanduseError
        Exit code 3 if the file is absent, 4 if it cannot be read or decoded, 2 if the sheet or
        a column the study names does not exist.
    """
    require_file(path)
    workbook = path.suffix.lower() in _WORKBOOKS
    table = _read_sheet(path, source) if workbook else _read_csv(path, source)
    table.columns = [str(name).strip() for name in table.columns]
    columns = match_fields(source.fields, list(table.columns), file=path.name)
    picked = table[list(columns.values())].set_axis(list(columns), axis=1)
    return picked.set_axis(pd.RangeIndex(2, len(picked) + 2), axis=0)


def _read_csv(path: Path, source: TableSource) -> pd.DataFrame:
    for encoding in (source.encoding,) if source.encoding else ("utf-8-sig", "gb18030"):
        try:
            return pd.read_csv(
                path, dtype="str", encoding=encoding, keep_default_na=False,
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


def _read_sheet(path: Path, source: TableSource) -> pd.DataFrame:
    sheet = layer_name(path, source.sheet)
    table = opened(
        path, pyogrio.read_dataframe, layer=sheet, read_geometry=False,
        HEADERS="FORCE", FIELD_TYPES="STRING",
    )  # fmt: skip
    return table.astype("str").fillna("")
