"""Tables as offices keep them: headings with breaks, two heading rows, codes with a point."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from landuse.align.tables import TableAlign, align_table
from landuse.core.errors import LanduseError
from landuse.sources.read_table import read_raw_table, read_table
from landuse.sources.spec import TableSource


def source(**fields: str) -> TableSource:
    return TableSource.model_validate({"path": "x", "fields": fields})


def test_headings_with_blanks_breaks_and_other_names_are_found(raw: Path) -> None:
    file = raw / "人口.csv"
    text = '"行政村\n代码", 户籍 人口 ,常住人口数\n330781001001,"1,204",980\n'
    file.write_text(text, encoding="gbk")
    wanted = source(
        village_code="行政村代码", registered_population="户籍人口", resident_population="CZRK"
    )
    read = read_raw_table(file, wanted)
    assert read.table.iloc[0].tolist() == ["330781001001", "1,204", "980"]
    assert read.aliases == {"CZRK": "常住人口数"}
    aligned = align_table(file=file, settings=TableAlign.for_role("register_population", wanted))
    row = aligned["table"].iloc[0]
    assert row["village_code"] == "330781001001"
    assert (row["registered_population"], row["resident_population"]) == (1204.0, 980.0)
    (note,) = aligned["findings"]
    assert (note.kind, note.value) == ("note", "1")


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_second_heading_of_field_codes_is_no_row(raw: Path, form: str) -> None:
    rows = [["BSM", "DLBM"], ["001", "0601"], ["002", "0701"]]
    frame = pd.DataFrame(rows, columns=["标识码", "地类编码"])
    file = raw / f"清单.{form}"
    if form == "csv":
        frame.to_csv(file, index=False, encoding="utf-8-sig")
    else:
        frame.to_excel(file, index=False, engine="xlsxwriter")
    table = read_table(file, source(parcel_id="BSM", land_use="DLBM"))
    assert table["parcel_id"].tolist() == ["001", "002"]
    assert table.index.tolist() == [3, 4]  # rows as a spreadsheet numbers them


def test_a_first_row_that_names_no_field_stays(raw: Path) -> None:
    file = raw / "a.csv"
    file.write_text("标识码,地类编码\nBSM,0601\n", encoding="utf-8")
    assert read_table(file, source(parcel_id="BSM"))["parcel_id"].tolist() == ["BSM"]


def test_codes_lose_the_point_a_spreadsheet_gave_them(raw: Path) -> None:
    file = raw / "普查.csv"
    file.write_text("区划代码,人口数_合计\n330781.0,574801\n330702,\n,5\n", encoding="utf-8")
    settings = TableAlign(role="census", source=source(adcode="XZQDM", population="人口数_合计"),
                          required=("adcode",), numbers=("population",))  # fmt: skip
    aligned = align_table(file=file, settings=settings)
    assert aligned["table"]["adcode"].iloc[:2].tolist() == ["330781", "330702"]
    assert [(item.kind, item.value) for item in aligned["findings"]] == [
        ("note", "1"), ("repaired", "1"),
    ]  # fmt: skip


@pytest.mark.parametrize("values", [["3.0", "4.0"], ["330781.0", "甲"], ["330781.5", "330702.0"]])
def test_what_is_no_column_of_codes_keeps_its_points(raw: Path, values: list[str]) -> None:
    file = raw / "a.csv"
    file.write_text("区划代码\n" + "\n".join(values) + "\n", encoding="utf-8")
    settings = TableAlign(role="census", source=source(adcode="区划代码"))
    assert align_table(file=file, settings=settings)["table"]["adcode"].tolist() == values


def test_two_columns_that_fit_are_a_fault(raw: Path) -> None:
    file = raw / "a.csv"
    file.write_text("行政村代码,村代码\n1,2\n", encoding="utf-8")
    with pytest.raises(LanduseError, match="several fields may be XZCDM"):
        read_table(file, source(village_code="XZCDM"))


def test_a_declared_utf8_table_may_begin_with_a_mark(raw: Path) -> None:
    file = raw / "a.csv"
    file.write_text("编号\n1\n", encoding="utf-8-sig")
    wanted = TableSource.model_validate(
        {"path": "x", "encoding": "UTF-8", "fields": {"id": "编号"}}
    )
    assert read_table(file, wanted)["id"].tolist() == ["1"]


def test_a_table_read_in_a_wrong_declared_encoding_is_doubted(raw: Path) -> None:
    file = raw / "a.csv"
    file.write_text("BSM,等级\n1,工业用地\n2,商业\n", encoding="utf-8")
    wanted = TableSource.model_validate(
        {"path": "x", "encoding": "GBK", "fields": {"parcel_id": "BSM", "emp_class": "等级"}}
    )
    with pytest.raises(LanduseError, match=r"no field 等级|cannot be decoded"):
        read_table(file, wanted)
    file.write_text("BSM,LB\n1,工业用地\n2,商业\n", encoding="utf-8")
    named = wanted.model_copy(update={"fields": {"parcel_id": "BSM", "emp_class": "LB"}})
    doubt = read_raw_table(file, named).misread
    assert doubt is not None
    assert doubt.likely == "UTF-8"


REAL = Path(__file__).parents[2].parent / "shared" / "data" / "zhejiang"


@pytest.mark.skipif(not REAL.is_dir(), reason="needs ../shared/data/zhejiang")
@pytest.mark.parametrize(
    ("year", "population", "households", "row"),
    # the 2010 table heads all people 合计, and family households 户数
    [
        (2010, "合计", "户数", (560514.0, 201372.0)),
        (2020, "总人口", "家庭户数", (574801.0, 224501.0)),
    ],
)
def test_the_real_census_is_read(
    year: int, population: str, households: str, row: tuple[float, float]
) -> None:
    file = REAL / f"zhejiang_census_county_{year}_leiii.csv"
    wanted = source(adcode="XZQDM", population=population, households=households)
    table = align_table(file=file, settings=TableAlign.for_role("census", wanted))["table"]
    (lanxi,) = table.loc[table["adcode"] == "330781", ["population", "households"]].to_numpy()
    assert tuple(lanxi) == row
