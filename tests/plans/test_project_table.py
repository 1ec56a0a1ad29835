"""The project table: what a clerk types is read or refused with every fault, ids named."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter

from landuse.align.tables import TableAlign, align_table
from landuse.core.errors import LanduseError
from landuse.plans.matching.requests import RequestSettings, read_projects
from landuse.sources.spec import TableSource

HEADS = {
    "project_id": "项目编号", "project_name": "项目名称", "area_mu": "用地面积(亩)",
    "width_m": "最小宽度(m)", "industry_code": "行业代码", "zone_need": "区内外要求",
    "slope_most_deg": "最大坡度(°)", "priority": "优先级",
}  # fmt: skip
SETTINGS = RequestSettings(file="项目 表.xlsx", headings=HEADS)


def rows(*listed: tuple[object, ...]) -> pd.DataFrame:
    names = ["project_id", "area_mu", "industry_code", "zone_need", "priority"]
    return pd.DataFrame(listed, columns=names)


def test_words_and_codes_of_a_clerk_are_read() -> None:
    found = read_projects(
        projects=rows(("B", 30.0, "C1711 棉纺", "区内", 1.0), ("A", 5.0, "65", None, None),
                      ("C", 8.0, "", "不限", 3.0), ("D", 8.0, "c33", "区外", 2.0)),
        settings=SETTINGS,
    )["projects"]  # fmt: skip
    assert found["project_id"].tolist() == ["A", "B", "C", "D"]
    assert found["division"].tolist() == [65, 17, pd.NA, 33]
    assert found["zone_need"].tolist() == ["", "in", "", "out"]


def test_every_fault_is_told_at_once_with_the_heading_and_the_ids() -> None:
    bad = rows(("A", None, "C17", "", 1), ("A", -3.0, "C17", "园区旁", 1), ("", 5.0, "0", "", 0),
               ("D", 66_667.0, "C99", "区内", 1))  # fmt: skip
    with pytest.raises(LanduseError) as caught:
        read_projects(projects=bad, settings=SETTINGS)
    told = {(fault.field, fault.zh.split("（")[0]) for fault in caught.value.faults}
    assert told == {
        ("项目编号", "项目编号为空"), ("项目编号", "项目编号重复"),
        ("用地面积(亩)", "没有写用地面积"), ("用地面积(亩)", "数值超出合理范围，疑为单位不对"),
        ("优先级", "数值超出合理范围，疑为单位不对"), ("区内外要求", "没有这种区内外要求"),
        ("行业代码", "行业代码读不懂"),
    }  # fmt: skip
    assert caught.value.exit_code == 4
    assert all(fault.file == "项目 表.xlsx" and fault.todo_zh for fault in caught.value.faults)
    assert "D: 66667" in str(caught.value)


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_file_with_chinese_headings_and_dirt_becomes_a_clean_table(
    tmp_path: Path, ending: str
) -> None:
    """Full-width digits, a thousands comma and blanks are numbers; an empty row is no project."""
    listed = [list(HEADS.values()), ["X1", "甲", "１２.５", " 40 ", "C17", "区内", "", "1"],
              ["X2", "乙", "1,200", "", "", "", "8", ""], [""] * 8]  # fmt: skip
    file = tmp_path / f"项目 表.{ending}"
    if ending == "csv":
        text = "\n".join(",".join(f'"{cell}"' for cell in row) for row in listed)
        file.write_text(text, encoding="gbk")
    else:
        with xlsxwriter.Workbook(file) as book:
            sheet = book.add_worksheet("项目")
            for number, row in enumerate(listed):
                sheet.write_row(number, 0, row)
    source = TableSource(path=file.name, fields=HEADS)
    table = align_table(file=file, settings=TableAlign.for_role("projects", source))["table"]
    found = read_projects(projects=table, settings=SETTINGS)["projects"]
    assert found["area_mu"].tolist() == [12.5, 1200.0]
    assert found["width_m"].iloc[0] == 40
    assert found["slope_most_deg"].iloc[1] == 8


def test_a_project_list_without_wishes_says_what_is_not_asked() -> None:
    found = read_projects(projects=rows(("A", 5.0, "", "", None)), settings=SETTINGS)
    told = {item.object_id for item in found["findings"]}
    assert {"width_m", "division", "priority"} <= told
