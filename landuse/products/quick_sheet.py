"""A worksheet whose rows are numbers and texts with a look, in large numbers.

XlsxWriter keeps an object a cell, then collects the attributes of each in a list and escapes them
one by one: most of the time of a workbook, where a place and the number of a look need no escaping.
Here a row is written in one step; other cells are left to it. The bytes are its own, as a test
makes sure.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from landuse.products.sheets import Cell


class _Row(NamedTuple):
    """What follows the look in each cell, None where it is empty; and the looks of all."""

    endings: list[str | None]
    looks: Sequence[Format]


_WRITTEN = object()
"""Last cell of a row that was written with its first; the library asks where a row ends."""


class QuickSheet(Worksheet):  # type: ignore[misc]  # XlsxWriter tells no types
    """A worksheet of `xlsxwriter.Workbook.add_worksheet` that writes such rows in one step."""

    def __init__(self) -> None:
        super().__init__()
        self._of_looks: dict[int, list[tuple[str, str]]] = {}

    def put_row(self, row: int, cells: Sequence[Cell], looks: Sequence[Format]) -> None:
        """Set a row that has no cells yet: `write_number`, `write_string`, nothing for None.

        ``looks`` : of each cell; a list that rows share is looked at once.

        Raises
        ------
        TypeError
            If a number is not finite.
        ValueError
            If the row has cells already, or lies beyond what a sheet holds.
        """
        if self.table.get(row):
            msg = f"row {row} has cells already"
            raise ValueError(msg)
        endings = [None if cell is None else self._ending(cell, row) for cell in cells]
        filled = [column for column, ending in enumerate(endings) if ending is not None]
        if not filled:
            return
        if any(self._check_dimensions(row, end) for end in (filled[0], filled[-1])):
            msg = f"row {row}, column {filled[-1]}: beyond what a sheet holds"
            raise ValueError(msg)
        self.table[row] = {filled[-1]: _WRITTEN} | {filled[0]: _Row(endings, looks)}

    def _ending(self, cell: float | str, row: int) -> str:
        """Return what a cell writes behind its look."""
        if not isinstance(cell, str):
            if not math.isfinite(cell):
                msg = f"{cell} is no number that a cell can hold"
                raise TypeError(msg)
            return f'"><v>{cell:.16G}</v></c>'
        if len(cell) > self.xls_strmax // 2:  # may be too long for a cell: the library cuts it
            self._write_string(row, 0, cell)
            return f'" t="s"><v>{self.table[row].pop(0).string}</v></c>'
        return f'" t="s"><v>{self.str_table._get_shared_string_index(cell)}</v></c>'

    def _write_cell(self, row: int, col: int, cell: Any) -> None:
        if isinstance(cell, _Row):
            places = zip(self._starts(cell.looks), cell.endings, strict=True)
            written = [f"{place}{row + 1}{look}{end}" for (place, look), end in places if end]
            self.fh.write("".join(written))
        elif cell is not _WRITTEN:
            super()._write_cell(row, col, cell)

    def _starts(self, looks: Sequence[Format]) -> list[tuple[str, str]]:
        """Return of each column what stands before the number of the row, and behind it."""
        if id(looks) not in self._of_looks:
            self._of_looks[id(looks)] = [
                (f'<c r="{xl_col_to_name(column)}', f'" s="{look._get_xf_index()}')
                for column, look in enumerate(looks)
            ]
        return self._of_looks[id(looks)]
