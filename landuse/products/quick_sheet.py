"""A worksheet whose cells are numbers and texts with a look, in large numbers.

XlsxWriter collects the attributes of each cell in a list and escapes them one by one: half the time
of a workbook, where a place and the number of a look need no escaping. Other cells are left to it.
The bytes are its own, as a test makes sure.
"""

from __future__ import annotations

from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell_fast
from xlsxwriter.worksheet import CellNumberTuple, CellStringTuple, Worksheet


class QuickSheet(Worksheet):  # type: ignore[misc]  # XlsxWriter tells no types
    """A worksheet of `xlsxwriter.Workbook.add_worksheet` that writes such cells in one step."""

    def put_number(self, row: int, column: int, number: float, look: Format) -> None:
        """Set a number; as `write_number`, which would also take a place like "A1"."""
        self._write_number(row, column, number, look)

    def put_text(self, row: int, column: int, text: str, look: Format) -> None:
        """Set a text; as `write_string`, which would also take a place like "A1"."""
        self._write_string(row, column, text, look)

    def _write_cell(self, row: int, col: int, cell: Any) -> None:
        kind = type(cell)
        if cell.format is None or kind not in (CellNumberTuple, CellStringTuple):
            super()._write_cell(row, col, cell)
            return
        place, look = xl_rowcol_to_cell_fast(row, col), cell.format._get_xf_index()
        if kind is CellNumberTuple:
            self.fh.write(f'<c r="{place}" s="{look}"><v>{cell.number:.16G}</v></c>')
        else:
            self.fh.write(f'<c r="{place}" s="{look}" t="s"><v>{cell.string}</v></c>')
