"""Tables: codes stay text, 1900 is empty, blanks go, wrong numbers are named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from landuse.align.tables import TableAlign, align_table
from landuse.core.errors import LanduseError
from landuse.sources.spec import TableSource


def wanted(role: str, **fields: str) -> TableAlign:
    source = TableSource.model_validate({"path": "x", "encoding": "GBK", "fields": fields})
    return TableAlign.for_role(role, source)


def table(raw: Path, text: str) -> Path:
    file = raw / "台账.csv"
    file.write_text(text, encoding="gbk")
    return file


def test_a_ledger_is_read_as_it_is_meant(raw: Path) -> None:
    text = "地块编号,面积(公顷),约定开工时间\n007 ,1.5,1900-01-01\n008,,2019年06月27日\n,,\n"
    settings = wanted(
        "ledger", parcel_id="地块编号", area_ha="面积(公顷)", start_due_date="约定开工时间"
    )
    done: dict[str, Any] = align_table(file=table(raw, text), settings=settings)
    read = done["table"]
    assert read["parcel_id"].tolist() == ["007", "008"]  # the row without any value is gone
    assert read["area_ha"].iloc[0] == 1.5
    assert read["start_due_date"].isna().tolist() == [True, False]
    assert [finding.value for finding in done["findings"]] == ["1", "1"]  # one 1900, one blank


def test_every_wrong_column_is_told_at_once(raw: Path) -> None:
    text = "BSM,税收,年份\n1.2E+11,很多,2023\n2,5,去年\n"
    settings = wanted("enterprises", parcel_id="BSM", tax_10k_yuan="税收", year="年份")
    with pytest.raises(LanduseError) as caught:
        align_table(file=table(raw, text), settings=settings)
    assert {fault.field for fault in caught.value.faults} == {"BSM", "税收", "年份"}
    assert caught.value.exit_code == 4
    by_field = {fault.field: fault.found for fault in caught.value.faults}
    assert by_field["年份"] == "row 3: 去年"  # the heading is row 1


def test_the_key_must_be_mapped(raw: Path) -> None:
    with pytest.raises(LanduseError, match="village_code") as caught:
        align_table(file=raw / "a.csv", settings=wanted("register_population"))
    assert caught.value.exit_code == 2


def test_day_numbers_and_placeholders_are_told_apart(raw: Path) -> None:
    text = "地块编号,约定开工时间\n007,43643\n008,9999-12-31\n009,2019-06-27\n"
    settings = wanted("ledger", parcel_id="地块编号", start_due_date="约定开工时间")
    done: dict[str, Any] = align_table(file=table(raw, text), settings=settings)
    days = done["table"]["start_due_date"]
    assert days[0] == days[2]
    assert days.isna().tolist() == [False, True, False]
    assert ["序号" in f.message_zh for f in done["findings"]] == [False, True]
    assert [f.value for f in done["findings"]] == ["1", "1"]
