from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landuse.core.errors import LanduseError
from landuse.products import workbook
from landuse.products.sheet_rows import MOST_ROWS
from landuse.products.sheets import Sheet, SheetColumn
from landuse.products.workbook import write_sheets

KINDS = ("text", "long", "number", "percent")
TEXTS = (
    "甲", "乙", "=1+1", "＝1", " 前", "后\n", "<b>&\"'", "<r>rich</r>", "_x0041_", "\x01",
    "𠮷" * 20_000, "证据：" + "长" * 200, "rank", "-",
)  # fmt: skip
cells = (
    st.none()
    | st.sampled_from(TEXTS)
    | st.text(max_size=6).filter(bool)
    | st.integers(-(10**17), 10**17)
    | st.floats(allow_nan=False, allow_infinity=False)
)


@st.composite
def sheets(draw, name):
    columns = tuple(
        SheetColumn(code, code.upper(), draw(st.sampled_from(KINDS)), draw(st.integers(0, 2)))
        for code in draw(st.permutations(["rank", "grade", "stability", "=x"]))
    )
    rows = draw(st.lists(st.tuples(*[cells] * len(columns)), max_size=40))
    return Sheet(
        name=name,
        columns=columns,
        rows=tuple(rows),
        totals=draw(st.none() | st.tuples(*[cells] * len(columns))),
        notes=draw(st.sampled_from([(), ("注",), tuple(map(str, range(20)))])),
        printed=draw(st.sampled_from([None, 1, 3])),
    )


@settings(max_examples=60, deadline=None)
@given(sheets("一"), sheets("二"), st.integers(0, 50))
def test_the_file_has_the_bytes_it_has_when_xlsxwriter_writes_every_cell(tmp_path_factory, a, b, n):
    folder = tmp_path_factory.mktemp("book")
    b = Sheet(name=b.name, columns=b.columns, rows=(*b.rows, *[(None,) * 4] * n, *a.rows))
    made = write_sheets([a, b], folder / "made.xlsx", title="甲", grades=("I", "II"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workbook, "first_cells", _every_cell)
        patch.setattr(workbook, "first_heights", _every_height)
        patch.setattr(workbook, "complete_rows", _as_written)
        plain = write_sheets([a, b], folder / "plain.xlsx", title="甲", grades=("I", "II"))
    assert made.read_bytes() == plain.read_bytes()


def _every_cell(sheet, seen):
    for row, values in enumerate(sheet.rows, start=sheet.first_row):
        for column, value in enumerate(values):
            if value is not None:
                yield row, column, value


def _every_height(sheet, lines):
    return {row: count for row, count in enumerate(lines, start=sheet.first_row) if count > 1}


def _as_written(written, path, sheets, lines):
    path.write_bytes(written.getvalue())


COLUMN = SheetColumn("a", "A", "number")


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_refused_wherever_it_stands(tmp_path, value):
    sheet = Sheet(name="一", columns=(COLUMN,), rows=((1.0,), (2.0,), (value,), (3.0,)))
    with pytest.raises(ValueError, match="A5"):
        write_sheets([sheet], tmp_path / "a.xlsx", title="甲")
    assert not list(tmp_path.iterdir())


def test_a_sheet_too_long_for_the_format_is_refused_before_anything_is_written(tmp_path):
    sheet = Sheet(name="一", columns=(COLUMN,), rows=((1.0,),) * (MOST_ROWS - 1))
    with pytest.raises(LanduseError, match="more rows"):
        write_sheets([sheet], tmp_path / "a.xlsx", title="甲")
    assert not list(tmp_path.iterdir())
