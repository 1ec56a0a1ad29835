"""A list that a run wrote and someone filled in serves as the field checks of the next run."""

from __future__ import annotations

import tomllib
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from landuse.align.tables import TableAlign, align_table
from landuse.products.checks import join_checks
from landuse.products.workbook import write_workbook
from landuse.sources.spec import TableSource
from tests.made import ROOT
from tests.products import county

SHEET = "候选地块"


def as_a_new_study_names_it() -> TableSource:
    """Return the field checks as the file that `landuse new` writes has them."""
    study = tomllib.loads((ROOT / "studies" / "lanxi.toml").read_text(encoding="utf-8"))
    return TableSource.model_validate(study["sources"]["field_checks"])


@pytest.mark.parametrize("dated", [datetime(2025, 3, 1), "2025-03-01"])  # noqa: DTZ001 - a cell
def test_a_filled_candidate_list_is_read_under_its_two_heading_rows(
    tmp_path: Path, dated: object
) -> None:
    """Two rows are filled in, the others say what they said before, and no finding is made."""
    facts, _ = county.run(300)
    file = tmp_path / "成果 甲" / "field_checks.xlsx"
    file.parent.mkdir()
    write_workbook(facts, file)
    book = openpyxl.load_workbook(file)
    place = {cell.value: cell.column for cell in book[SHEET][1]}
    answers = {"核实状态": "属实", "核实人": "甲", "核实日期": dated, "备注": "厂房已停"}
    first = 3  # under the Chinese names and the codes
    said = [
        row[place["核实状态"] - 1] for row in book[SHEET].iter_rows(first + 2, values_only=True)
    ]
    for row in (first, first + 1):
        for head, value in answers.items():
            book[SHEET].cell(row, place[head]).value = value
    filled = [book[SHEET].cell(row, place["地块编号"]).value for row in (first, first + 1)]
    book.save(file)
    settings = TableAlign.for_role("field_checks", as_a_new_study_names_it())
    table = align_table(file=file, settings=settings)["table"]
    parcels = facts.parcels.sort_values("parcel_id", ignore_index=True)
    joined, findings = join_checks(parcels, table, as_of=date(2025, 12, 31))
    assert findings == []
    done = joined.set_index("parcel_id").loc[filled]
    assert done["check_status"].tolist() == ["属实", "属实"]
    assert set(done["checked_on"]) == {"2025-03-01"}
    assert set(done["check_note"]) == {"厂房已停"}
    others = sum(status in ("属实", "不属实") for status in said)
    assert (joined["check_status"] != "未核").sum() == others + 2


def test_of_several_sheet_names_the_first_that_is_there_is_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "乙"
    book.create_sheet("甲")
    for sheet, value in (("乙", "2"), ("甲", "1")):
        book[sheet].append(["地块编号", "核实状态"])
        book[sheet].append([value, "属实"])
    file = tmp_path / "表.xlsx"
    book.save(file)
    fields = {"parcel_id": "地块编号", "check_status": "核实状态"}
    for names, told in ((("甲", "乙"), "1"), (("丙", "乙"), "2")):
        source = TableSource(path="", sheet=names, fields=fields)
        settings = TableAlign.for_role("field_checks", source)
        assert align_table(file=file, settings=settings)["table"]["parcel_id"].tolist() == [told]
