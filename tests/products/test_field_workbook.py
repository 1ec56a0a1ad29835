"""The field workbook: blind, the same bytes, read back whole, and every fault by its row."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from landuse.core.errors import LanduseError
from landuse.products.checks import join_checks
from landuse.products.field_sheet import read_field_workbook
from landuse.products.field_workbook import (
    DESIGN_SHEET,
    FIELD_SHEET,
    HELP_SHEET,
    FieldSample,
    write_field_workbook,
)
from landuse.products.words import CHECK_STATES
from tests.products.filled import Answer, fill, seen

TODAY = date(2025, 6, 1)
FLAG_WORDS = ("疑似", "未列入", "否决", "接近门槛", "suspected", "vetoed", "near_miss")


def sample(*, blind: bool = True) -> FieldSample:
    ids = [f"990781001-{number:04d}" for number in range(1, 7)]
    parcels = pd.DataFrame(
        {
            "parcel_id": ids, "town_name": "甲山街道", "lon": 119.5, "lat": 29.2,
            "land_use_zh": "工业用地", "area_mu": 12.345, "stratum": ["S01", "S02"] * 3,
            "flag": ["suspected_idle", "none"] * 3, "score": 71.0,
        }
    )  # fmt: skip
    design = pd.DataFrame(
        {
            "stratum": ["S01", "S02"], "run_class": ["suspected_idle", "near_miss"],
            "group": "IND_IN", "zone": "in", "population": [9, 30], "sample": [3, 3],
            "weight": [3.0, 10.0],
        }
    )  # fmt: skip
    return FieldSample(title="示例", parcels=parcels, design=design, seed=7, run_code="ab12",
                       blind=blind)  # fmt: skip


@pytest.fixture
def blank(tmp_path: Path) -> Path:
    return write_field_workbook(sample(), tmp_path / "外业 抽样.xlsx")


def texts(file: Path, sheet: str) -> list[str]:
    rows = openpyxl.load_workbook(file)[sheet].iter_rows(values_only=True)
    return [str(value) for row in rows for value in row if value is not None]


def test_nothing_tells_the_crew_what_was_flagged(blank: Path, tmp_path: Path) -> None:
    for sheet in (FIELD_SHEET, DESIGN_SHEET):
        assert not [text for text in texts(blank, sheet) if any(w in text for w in FLAG_WORDS)]
    book = openpyxl.load_workbook(blank)
    assert book.sheetnames == [FIELD_SHEET, DESIGN_SHEET, HELP_SHEET]
    assert all(sheet.sheet_state == "visible" for sheet in book)
    shown = write_field_workbook(sample(blind=False), tmp_path / "open.xlsx")
    assert "疑似闲置" in texts(shown, FIELD_SHEET)
    assert "疑似闲置" in texts(shown, DESIGN_SHEET)


def test_the_same_sample_gives_the_same_bytes(blank: Path, tmp_path: Path) -> None:
    again = write_field_workbook(sample(), tmp_path / "again.xlsx")
    assert again.read_bytes() == blank.read_bytes()


def test_a_cell_offers_only_the_words_allowed(blank: Path) -> None:
    rules = openpyxl.load_workbook(blank)[FIELD_SHEET].data_validations.dataValidation
    lists = {rule.formula1 for rule in rules if rule.type == "list"}
    assert lists == {'"未核,属实,不属实"', '"闲置,低效,正常使用,不适用"'}
    assert any(rule.type == "date" for rule in rules)


def test_an_unfilled_workbook_reads_as_unchecked(blank: Path) -> None:
    found = read_field_workbook(blank, today=TODAY)
    assert set(found.rows["check_status"]) == {"未核"}
    assert found.checked.empty
    assert found.design["population"].tolist() == [9.0, 30.0]
    assert (found.seed, found.run_code) == ("7", "ab12")
    assert found.rows["parcel_id"].tolist() == sample().parcels["parcel_id"].tolist()


def test_what_was_filled_in_comes_back(blank: Path, tmp_path: Path) -> None:
    words = dict(zip(sample().parcels["parcel_id"], ("闲置", "低效", "正常使用", "不适用"),
                     strict=False))  # fmt: skip
    full = fill(blank, tmp_path / "f.xlsx", lambda p: seen(words[p]) if p in words else {})
    found = read_field_workbook(full, today=TODAY)
    assert found.checked["truth"].tolist() == [True, True, False, False]
    assert found.checked["checked_on"].dt.strftime("%Y-%m-%d").unique().tolist() == ["2025-03-01"]


def test_every_fault_is_told_at_once_with_its_row(blank: Path, tmp_path: Path) -> None:
    """Rows 2 to 7: unknown state; contradiction; future date; nobody named; unknown stratum; -."""
    ids = sample().parcels["parcel_id"].tolist()
    wrong: dict[str, Answer] = {
        ids[0]: {**seen("闲置"), "核实状态": "属实吗"},
        ids[1]: {**seen("闲置"), "核实状态": "不属实"},
        ids[2]: {**seen("低效"), "核实日期": "2025-12-31"},
        ids[3]: {**seen("低效"), "核实人": None},
        ids[4]: {**seen("低效"), "抽样层": "S99"},
        ids[5]: {"核实状态": "未核", "实际情况": "闲置"},
    }
    file = fill(blank, tmp_path / "坏.xlsx", lambda parcel: wrong[parcel])
    with pytest.raises(LanduseError) as caught:
        read_field_workbook(file, today=TODAY)
    assert caught.value.exit_code == 4
    told = {fault.field: fault.found for fault in caught.value.faults}
    assert "row 2" in told["核实状态"]
    assert {"row 3", "row 7"} <= {part.split(":")[0] for part in told["实际情况"].split("; ")}
    assert "row 4" in told["核实日期"]
    assert "row 5" in told["核实人"]
    assert "row 6" in told["抽样层"]
    assert all(fault.zh and fault.en and fault.todo_zh for fault in caught.value.faults)


def test_an_id_used_twice_is_a_fault(blank: Path, tmp_path: Path) -> None:
    ids = sample().parcels["parcel_id"].tolist()
    file = fill(blank, tmp_path / "t.xlsx", lambda p: {"地块编号": ids[0]} if p == ids[1] else {})
    with pytest.raises(LanduseError, match="rows 2, 3"):
        read_field_workbook(file, today=TODAY)


# --- the checks beside the parcels ---

PARCELS = pd.DataFrame({"parcel_id": ["b", "a", "c"]})
AS_OF = date(2024, 12, 31)


def checks(*rows: tuple[str | None, str | None, str | None]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["parcel_id", "check_status", "checked_on"])
    return table.assign(checked_on=pd.to_datetime(table["checked_on"]), checked_by="甲")


def test_no_checks_is_all_unchecked() -> None:
    columns, findings = join_checks(PARCELS, None, as_of=AS_OF)
    assert columns["parcel_id"].tolist() == ["b", "a", "c"]
    assert set(columns["check_status"]) == {CHECK_STATES[0]}
    assert set(columns["checked_on"]) == {""}
    assert findings == []


def test_status_goes_by_id_and_not_by_row() -> None:
    rows = [("a", "属实", "2025-01-02"), ("c", "不属实", None), ("b", None, None)]
    for order in (rows, rows[::-1]):
        columns, findings = join_checks(PARCELS, checks(*order), as_of=AS_OF)
        assert columns["check_status"].tolist() == ["未核", "属实", "不属实"]
        assert columns["checked_on"].tolist() == ["", "2025-01-02", ""]
        assert findings == []


def test_a_lost_check_is_listed_and_not_dropped() -> None:
    _, findings = join_checks(PARCELS, checks(("gone", "属实", "2025-01-02")), as_of=AS_OF)
    assert [(item.object_id, item.value) for item in findings] == [("gone", "属实 2025-01-02")]
    assert "核实记录未对上" in findings[0].message_zh
    assert "previous_parcels" in findings[0].message_zh


def test_the_later_of_two_counts_and_a_tie_counts_for_nothing() -> None:
    twice = checks(("a", "属实", "2025-01-02"), ("a", "不属实", "2025-02-02"),
                   ("b", "属实", "2025-01-02"), ("b", "不属实", "2025-01-02"))  # fmt: skip
    columns, findings = join_checks(PARCELS, twice, as_of=AS_OF)
    assert columns["check_status"].tolist() == ["未核", "不属实", "未核"]
    assert [item.object_id for item in findings] == ["a", "b"]


def test_wrong_words_late_dates_and_blank_ids_are_findings() -> None:
    odd = checks(("a", "大概", "2025-01-02"), ("b", "属实", "2099-01-01"), (None, "属实", None))
    columns, findings = join_checks(PARCELS, odd, as_of=AS_OF)
    assert columns["check_status"].tolist() == ["属实", "未核", "未核"]
    assert sorted(item.object_id for item in findings) == ["", "a", "b"]
