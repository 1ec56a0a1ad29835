from __future__ import annotations

from dataclasses import replace

import openpyxl
import pandas as pd
import pytest
from openpyxl.utils import get_column_letter

from landuse.core.errors import LanduseError
from landuse.products.numbers import grade_sign
from landuse.products.sheets import Sheet, SheetColumn
from landuse.products.words import CHECK_STATES, flag_words
from landuse.products.workbook import MOST_ROWS, write_sheets, write_workbook
from landuse.products.workbook_sheets import workbook_sheets
from tests.products import county
from tests.products.hostile import HOSTILE
from tests.products.made_evidence import COLUMNS

SHEETS = [
    "候选地块", "未列入原因", "乡镇汇总", "开发区汇总", "否决面积", "指标字典", "参数与依据",
    "数据来源", "缺失与发现", "说明",
]  # fmt: skip


@pytest.fixture(scope="module")
def facts():
    return county.run(300)[0]


@pytest.fixture(scope="module")
def book(facts, tmp_path_factory):
    file = tmp_path_factory.mktemp("成果 甲") / "candidates.xlsx"
    write_workbook(facts, file)
    return openpyxl.load_workbook(file)


def test_every_cell_is_the_cell_of_the_sheet_value(facts, book):
    sheets = workbook_sheets(facts)
    assert [sheet.name for sheet in sheets] == SHEETS == book.sheetnames
    for sheet in sheets:
        rows = [[column.head for column in sheet.columns], [c.code for c in sheet.columns]]
        rows += [list(row) for row in sheet.rows]
        rows += [list(sheet.totals)] if sheet.totals else []
        read = [list(row) for row in book[sheet.name].iter_rows(values_only=True)]
        assert read == [list(row) for row in rows]


def test_candidates_equal_the_table_in_rank_order(facts, book):
    sheet = book["候选地块"]
    codes = [cell.value for cell in sheet[2]]
    table = facts.candidates()
    body = pd.DataFrame(sheet.iter_rows(min_row=3, values_only=True), columns=codes)
    assert len(body) == len(table) > 20
    for code in ("parcel_id", "town_name", "land_use", "evidence_zh", "suggestion", "town_code"):
        assert body[code].tolist() == table[code].tolist()
    for code in ("rank", "score", "les", "coverage", "area_mu", "far", "veg_bare_share"):
        assert body[code].astype(float).tolist() == pytest.approx(
            table[code].astype(float).tolist(), abs=1e-6, nan_ok=True
        )
    assert body["flag"].tolist() == [flag_words(flag) for flag in table["flag"]]
    assert body["grade"].tolist() == [grade_sign(grade) for grade in table["grade"]]
    assert set(body["zone_in"]) == {"区内", "区外"}
    for code in ("rank_p10", "rank_p90", "p_flag", "cluster_area_mu"):
        assert body[code].astype(float).tolist() == pytest.approx(
            table[code].astype(float).tolist(), abs=1e-6, nan_ok=True
        )
    for code in ("check_status", "check_note", "land_state", "contradictions_zh", "tipping_zh"):
        assert body[code].fillna("").tolist() == table[code].fillna("").tolist()
    assert set(body["stability"]) == {"稳健", "易变"}
    assert set(body["signal"].dropna()) == {"绿覆返荒", "硬化在用"}


def test_evidence_columns_stand_beside_the_judgement_with_chinese_heads(book):
    sheet = book["候选地块"]
    heads = dict(zip([c.value for c in sheet[2]], [c.value for c in sheet[1]], strict=True))
    assert len(heads) == len(sheet[2]), "no column stands twice"
    wanted = {
        "p_flag": "入选概率", "stability": "稳健性", "tipping_zh": "翻转条件",
        "land_state": "台账状态", "contradictions_zh": "矛盾", "signal": "信号",
        "hot_spot": "热点", "cluster_area_mu": "成片面积（亩）", "check_status": "核实状态",
    }  # fmt: skip
    assert wanted.items() <= heads.items()
    assert not [code for code in heads if code.startswith("whynot")]


def test_a_run_without_evidence_columns_leaves_no_empty_ones(facts, tmp_path):
    bare = replace(facts, parcels=facts.parcels.drop(columns=list(COLUMNS)))
    file = tmp_path / "bare.xlsx"
    write_workbook(bare, file)
    book = openpyxl.load_workbook(file)
    codes = {cell.value for cell in book["候选地块"][2]}
    # The four columns to fill in at the field check stand in any case.
    assert codes & set(COLUMNS) == {"check_status", "checked_by", "checked_on", "check_note"}
    assert "whynot_zh" not in {cell.value for cell in book["未列入原因"][2]}


def test_dictionary_says_meaning_source_and_mark(book):
    rows = list(book["指标字典"].iter_rows(min_row=2, values_only=True))
    table = pd.DataFrame(rows[1:], columns=rows[0]).set_index("code")
    assert table.loc["p_flag", "unit"] == "%"
    assert "次数占比" in table.loc["p_flag", "meaning_zh"]
    assert table.loc["p_flag", "mark"] == "P（本方案建议）"
    assert table.loc["land_state", "mark"] == "V（已核原文）"
    assert set(COLUMNS) <= set(table.index)


def test_field_check_is_a_choice_of_three(book):
    rules = {rule.type: rule for rule in book["候选地块"].data_validations.dataValidation}
    columns = [cell.value for cell in book["候选地块"][2]]
    letter = get_column_letter(columns.index("check_status") + 1)
    assert str(rules["list"].sqref).startswith(f"{letter}3:")
    assert rules["list"].formula1.strip('"').split(",") == list(CHECK_STATES)
    assert "date" in rules


def test_sheets_are_frozen_filtered_unmerged_and_named_short(book):
    for sheet in book:
        assert len(sheet.title) <= 31
        assert not sheet.merged_cells.ranges
        assert sheet.freeze_panes is not None
        assert sheet.freeze_panes.endswith("3")
        assert sheet.auto_filter.ref is not None
        assert "内部工作用图" in sheet.oddHeader.right.text


def test_grades_are_coloured_by_rules(book):
    rules = [rule for area in book["候选地块"].conditional_formatting for rule in area.rules]
    assert [rule.formula for rule in rules[:3]] == [['"Ⅰ"'], ['"Ⅱ"'], ['"Ⅲ"']]


def test_robust_and_fragile_carry_a_sign_before_their_words(book):
    rules = [rule for area in book["候选地块"].conditional_formatting for rule in area.rules]
    signs = {rule.formula[0]: rule.dxf.numFmt.formatCode for rule in rules if rule.dxf.numFmt}
    assert signs == {'"稳健"': '"● "@', '"易变"': '"◇ "@'}


def test_totals_close_the_sheets(facts, book):
    for name in ("乡镇汇总", "开发区汇总"):
        rows = list(book[name].iter_rows(min_row=2, values_only=True))
        mu = rows[0].index("suspected_mu")
        assert rows[-1][0] == "合计"
        assert sum(row[mu] for row in rows[1:-1]) == pytest.approx(rows[-1][mu], abs=1e-4)
    vetoed = facts.parcels.loc[facts.parcels["flag"] == "vetoed", "area_mu"].sum()
    assert list(book["否决面积"].values)[-1][3] == pytest.approx(vetoed, abs=1e-5)


def test_why_not_rows_name_rule_layer_value_and_limit(facts, book):
    rows = list(book["未列入原因"].iter_rows(min_row=2, values_only=True))
    table = pd.DataFrame(rows[1:], columns=rows[0]).set_index("parcel_id")
    slope = table[table["veto"] == "V05"]
    assert len(slope) > 0
    # 1.5 times the limit of 25 degrees was planted.
    assert set(slope["veto_value"]) == {"37.50°"}
    assert set(slope["veto_limit_text"]) == {"> 25.00°"}
    assert set(slope["veto_layer"]) == {"elevation"}


def test_equal_runs_give_equal_files(facts, tmp_path):
    files = [tmp_path / name / "c.xlsx" for name in ("甲", "b")]
    for file in files:
        write_workbook(facts, file)
    assert files[0].read_bytes() == files[1].read_bytes()


def test_hostile_text_stays_text(facts, tmp_path):
    hostile = county.with_hostile(facts)
    file = tmp_path / "hostile.xlsx"
    write_workbook(hostile, file)
    book = openpyxl.load_workbook(file)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "inlineStr"}
    assert all(cell.hyperlink is None for cell in cells)
    texts = {cell.value for cell in cells if cell.data_type == "s"}
    assert {"=1+1", "@SUM(1+1)*cmd", "001", "330781002000001234", "<!--"} <= texts
    assert not any("\u202e" in text or "\x00" in text for text in texts)
    assert max(len(text) for text in texts) <= 32_767
    dangerous = [cell for cell in cells if isinstance(cell.value, str) and cell.value[:1] in "=+@"]
    assert dangerous
    assert all(cell.quotePrefix for cell in dangerous if cell.value)


def test_an_empty_county_still_gives_every_sheet(facts, tmp_path):
    empty = replace(
        facts,
        parcels=facts.parcels.head(0),
        findings=facts.findings.head(0),
        contributions=facts.contributions.head(0),
        waterfall=facts.waterfall.head(0),
    )
    file = tmp_path / "empty.xlsx"
    write_workbook(empty, file)
    assert openpyxl.load_workbook(file).sheetnames == SHEETS
    assert len(HOSTILE) > 60


def test_dictionary_leaves_no_column_of_the_list_unexplained(facts, book):
    rows = list(book["指标字典"].iter_rows(min_row=2, values_only=True))
    table = pd.DataFrame(rows[1:], columns=rows[0]).set_index("code")
    for item in facts.model.criteria:
        if item.column in table.index:
            assert item.code in table.loc[item.column, "meaning_zh"], item.column
            assert item.source in table.loc[item.column, "source"]
    for code in ("les", "idle_score", "coverage", "families", "grade", "veto", "area_mu"):
        assert table.loc[code, "meaning_zh"], code
        assert table.loc[code, "meaning_en"], code


def test_a_row_is_as_high_as_its_longest_wrapped_text_and_no_higher_than_eight_lines(facts, book):
    sheet = book["候选地块"]
    codes = [cell.value for cell in sheet[2]]
    place = codes.index("evidence_zh")
    width = sheet.column_dimensions[get_column_letter(place + 1)].width
    for number, row in enumerate(sheet.iter_rows(min_row=3, values_only=True), start=3):
        # A Chinese letter is two wide: a text of 100 in a column of 60 takes ceil(200 / 60) = 4.
        lines = -(-len(row[place].encode("gb18030")) // int(width))
        assert sheet.row_dimensions[number].height == pytest.approx(
            14 * min(max(lines, 1), 8), abs=1
        )


def test_a_sheet_too_long_for_the_format_is_refused_before_anything_is_written(tmp_path):
    column = SheetColumn("a", "A", "number")
    sheet = Sheet(name="一", columns=(column,), rows=((1.0,),) * (MOST_ROWS - 1))
    with pytest.raises(LanduseError, match="more rows"):
        write_sheets([sheet], tmp_path / "a.xlsx", title="甲")
    assert not list(tmp_path.iterdir())
