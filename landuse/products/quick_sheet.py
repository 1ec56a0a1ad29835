"""A worksheet that takes and writes rows of plain values in few steps; the file is the same.

XlsxWriter goes through seven calls a cell for what may be any of ten kinds of cell. Here a cell is
a text or a number with a format of its own, which takes two. Everything else is XlsxWriter's, and
a test compares the bytes with those of its own worksheet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import CellNumberTuple, CellStringTuple, Worksheet

from landuse.products.safety import FORMULA_STARTS

Value = str | float | int | None
LONG = 16_000
"""Letters from which XlsxWriter itself looks whether a text is too long for a cell."""


@dataclass(frozen=True)
class Look:
    """The format of a column, and how to get that of risky text in it."""

    plain: Format
    quoted: Callable[[], Format]


class QuickSheet(Worksheet):  # type: ignore[misc]  # XlsxWriter carries no types
    """A worksheet of a workbook that is not written in constant memory."""

    def __init__(self) -> None:
        super().__init__()
        self._starts: list[str] = []
        self._ends: dict[Format, tuple[str, str]] = {}

    def write_values(
        self, first_row: int, rows: Iterable[Sequence[Value]], looks: Sequence[Look]
    ) -> None:
        """Write texts and finite numbers from column 0 on; None leaves a cell as it is.

        ``looks`` : the format of each column, and that of a text in it that `is_risky`.
        """
        place_of = self.str_table._get_shared_string_index
        for row, values in enumerate(rows, start=first_row):
            held = self.table[row]
            for column, (value, look) in enumerate(zip(values, looks, strict=True)):
                if value is None:
                    continue
                if not isinstance(value, str):
                    held[column] = CellNumberTuple(value, look.plain)
                    continue
                chosen = look.quoted() if is_risky(value) else look.plain
                if len(value) < LONG:
                    held[column] = CellStringTuple(place_of(value), chosen)
                else:
                    self.write_string(row, column, value, chosen)
            for column in (min(held), max(held)) if held else ():
                self._check_dimensions(row, column)

    def _write_cell(self, row: int, col: int, cell: Any) -> None:
        """Write the element of a cell; XlsxWriter calls this for each."""
        look, kind = cell.format, type(cell)
        if look is None or kind not in (CellNumberTuple, CellStringTuple):
            super()._write_cell(row, col, cell)
            return
        while col >= len(self._starts):
            self._starts.append(f'<c r="{xl_col_to_name(len(self._starts))}')
        if look not in self._ends:
            style = f'" s="{look._get_xf_index()}"'
            self._ends[look] = (f"{style}><v>", f'{style} t="s"><v>')
        if kind is CellNumberTuple:
            end = self._ends[look][0]
            self.fh.write(f"{self._starts[col]}{row + 1}{end}{cell.number:.16G}</v></c>")
        else:
            end = self._ends[look][1]
            self.fh.write(f"{self._starts[col]}{row + 1}{end}{cell.string}</v></c>")


def is_risky(text: str) -> bool:
    """Tell whether text like "=1+1" needs the prefix that keeps it text when someone edits it."""
    return bool(text) and text[0] in FORMULA_STARTS
