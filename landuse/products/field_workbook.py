"""The workbook a field crew fills in: blind sheet, sample design, instructions; no hidden sheet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from landuse.products.safety import plain_text
from landuse.products.sheets import Cell, SheetColumn, cell
from landuse.products.tables import write_whole
from landuse.products.words import CHECK_STATES, GROUPS, OUTSIDE_ZH, RELEASE_ZH, flag_words
from landuse.products.workbook import CREATED

EARLIEST = datetime(1990, 1, 1)  # noqa: DTZ001 - a workbook date has no zone
FIELD_SHEET, DESIGN_SHEET, HELP_SHEET = "现场核实", "抽样设计", "填写说明"
OBSERVED = {"闲置": "属实", "低效": "属实", "正常使用": "不属实", "不适用": "不属实"}
"""What is seen on the ground, and what it means for 「该地块闲置或低效」."""
ZONES = {"in": "区内", "out": OUTSIDE_ZH, "unknown": "区内外未知"}
CLASSES = {"near_miss": "未列入（接近门槛）"}

FIELD_COLUMNS = (
    SheetColumn("parcel_id", "地块编号", width=24),
    SheetColumn("town_name", "乡镇"),
    SheetColumn("lon", "经度（CGCS2000）", "number", 6, 15),
    SheetColumn("lat", "纬度（CGCS2000）", "number", 6, 15),
    SheetColumn("land_use_zh", "地类", width=16),
    SheetColumn("area_mu", "面积（亩）", "number", 2),
    SheetColumn("stratum", "抽样层", width=9),
    SheetColumn("check_status", "核实状态", "check_state", width=11),
    SheetColumn("observed", "实际情况", width=12),
    SheetColumn("checked_by", "核实人"),
    SheetColumn("checked_on", "核实日期", "check_date", width=13),
    SheetColumn("check_note", "备注", width=28),
    SheetColumn("photo", "照片", width=18),
)
OPEN_COLUMNS = (
    SheetColumn("flag_zh", "判定（非盲）", width=18),
    SheetColumn("score", "得分（非盲）", "number", 1),
)
DESIGN_COLUMNS = (
    SheetColumn("stratum", "抽样层", width=9),
    SheetColumn("group", "同类组代码"),
    SheetColumn("group_zh", "同类组", width=16),
    SheetColumn("zone_zh", "区内外"),
    SheetColumn("population", "总体宗数", "number"),
    SheetColumn("sample", "抽样宗数", "number"),
    SheetColumn("weight", "权重（总体÷抽样）", "number", 4, 18),
    SheetColumn("seed", "随机种子"),
    SheetColumn("run_code", "运行编号", width=20),
)
CLASS_COLUMN = SheetColumn("class_zh", "判定类别（非盲）", width=20)
HELP: tuple[tuple[str, str, str], ...] = (
    (
        "先看",
        "只填黄色的列；不增删行，不改地块编号、抽样层和其他工作表；可在手机或 WPS 中填写",
        "fill the yellow columns only; add or delete no row; change no id, stratum or other sheet",
    ),
    (
        "盲核",
        "本表不列判定和得分，也不说明抽样层的判定类别：请只写看到的情况",
        "neither flag nor score is shown, nor what a stratum stands for: write what you see",
    ),
    (
        "实际情况",
        "闲置：长期无人使用、未建或停用；"
        "低效：在用但明显低于同类（大片空地、厂房大半空置、危旧）；正常使用；"
        "不适用：并非建设用地，或本不应评价（道路、水面、公园、在建工地等）",
        "闲置 = unused for long, never built or shut; 低效 = used, but clearly below its kind; "
        "正常使用 = in normal use; 不适用 = not built land or not to be assessed",
    ),
    (
        "核实状态",
        "回答的是「该地块闲置或低效」这句话：闲置、低效 → 属实；正常使用、不适用 → 不属实；"
        "没去或看不清 → 未核（实际情况留空）。与系统是否列入该地块无关",
        "answers one statement, 'this parcel is idle or of low efficiency': 属实 if so, 不属实 if "
        "not, 未核 if not visited; whether the run listed the parcel plays no part",
    ),
    (
        "核实日期",
        "如 2026-01-31；核实过的地块须填核实人和核实日期",
        "e.g. 2026-01-31; who and when are needed for each checked parcel",
    ),
    ("照片", "写文件名或编号", "file name or number"),
    (
        "填好之后",
        "landuse validate 研究文件 --checks 本文件；另存到原始数据目录（field_checks.xlsx），"
        "核实状态即随地块编号保留",
        "landuse validate STUDY --checks THIS FILE; saved in the raw folder (field_checks.xlsx), "
        "the status stays with the parcel id",
    ),
    (
        "性质",
        "核实结果用于检验与存档，不进入评分；法定认定须另行调查",
        "checks test and document the list and never enter a score; no legal finding",
    ),
)

_FONT = {"font_name": "Microsoft YaHei", "font_size": 11, "valign": "vcenter"}
_HEAD = _FONT | {"bold": True, "bg_color": "#17324D", "font_color": "#FFFFFF", "text_wrap": True}
_FILL = {"bg_color": "#FFF6D6", "border": 1, "border_color": "#D8C88A"}
TO_FILL = ("check_status", "observed", "checked_by", "checked_on", "check_note", "photo")


@dataclass(frozen=True, kw_only=True)
class FieldSample:
    """A drawn sample, ready to be written.

    Attributes
    ----------
    parcels : the sampled parcels in the order of the sheet, with ``stratum``.
    design : one row a stratum of the run, see `scores.sampling.design_of`.
    blind : whether flag, score and the class of each stratum stay off the sheets.
    """

    title: str
    parcels: pd.DataFrame
    design: pd.DataFrame
    seed: int
    run_code: str
    blind: bool = True


def write_field_workbook(sample: FieldSample, path: Path) -> Path:
    """Write the workbook; the same sample gives the same bytes. Return its path."""

    def fill(part: Path) -> None:
        options = {"strings_to_formulas": False, "strings_to_urls": False}
        with xlsxwriter.Workbook(part, options) as book:
            book.set_properties({"title": plain_text(sample.title), "created": CREATED})
            _write(book, FIELD_SHEET, field_table(sample), _field_columns(sample))
            _rules(book.get_worksheet_by_name(FIELD_SHEET), rows=len(sample.parcels))
            _write(book, DESIGN_SHEET, design_table(sample), _design_columns(sample))
            rows = pd.DataFrame(HELP, columns=["item", "zh", "en"])
            texts = (
                SheetColumn("item", "项目", width=14),
                SheetColumn("zh", "说明", "long", width=70),
                SheetColumn("en", "英文", "long", width=70),
            )
            _write(book, HELP_SHEET, rows, texts)

    return write_whole(path, fill)


def field_table(sample: FieldSample) -> pd.DataFrame:
    """Return the rows of the field sheet: status 未核, everything else to be filled is empty."""
    table = sample.parcels.assign(check_status=CHECK_STATES[0])
    return table if sample.blind else table.assign(flag_zh=table["flag"].map(flag_words))


def design_table(sample: FieldSample) -> pd.DataFrame:
    """Return the rows of the design sheet, by stratum; the class only where it is not blind."""
    design = sample.design.sort_values("stratum", ignore_index=True)
    return design.assign(
        group_zh=[GROUPS.get(code, code) for code in design["group"]],
        zone_zh=[ZONES[code] for code in design["zone"]],
        class_zh=[CLASSES.get(code) or flag_words(code) for code in design["run_class"]],
        seed=str(sample.seed),
        run_code=sample.run_code,
    )


def _field_columns(sample: FieldSample) -> tuple[SheetColumn, ...]:
    return FIELD_COLUMNS if sample.blind else (*FIELD_COLUMNS, *OPEN_COLUMNS)


def _design_columns(sample: FieldSample) -> tuple[SheetColumn, ...]:
    return DESIGN_COLUMNS if sample.blind else (*DESIGN_COLUMNS, CLASS_COLUMN)


def _write(
    book: xlsxwriter.Workbook, name: str, table: pd.DataFrame, columns: tuple[SheetColumn, ...]
) -> None:
    """Write one sheet: a single header row, frozen; the cells a crew fills in are yellow."""
    target = book.add_worksheet(name)
    head = book.add_format(_HEAD)
    for index, column in enumerate(columns):
        look = book.add_format(_look(column))
        target.set_column(index, index, column.width, book.add_format(_FONT))
        target.write_string(0, index, column.head, head)
        values = table[column.code].tolist() if column.code in table else [None] * len(table)
        for row, value in enumerate(values, start=1):
            _put(target, (row, index), cell(value, column), look)
    target.freeze_panes(1, 1)
    target.set_landscape()
    target.set_paper(9)
    target.fit_to_pages(1, 0)
    target.repeat_rows(0)
    target.set_header(f"&L{name}&R{RELEASE_ZH}")


def _look(column: SheetColumn) -> dict[str, object]:
    look: dict[str, object] = dict(_FONT) | (_FILL if column.code in TO_FILL else {})
    digits = "." + "0" * column.decimals if column.decimals else ""
    formats = {"number": f"0{digits}", "check_date": "yyyy-mm-dd"}
    look["num_format"] = formats.get(column.kind, "@")
    look["text_wrap"] = column.kind == "long"
    return look


def _put(target: Worksheet, place: tuple[int, int], value: Cell, look: object) -> None:
    if value is None:
        target.write_blank(*place, None, look)
    elif isinstance(value, str):
        target.write_string(*place, value, look)
    else:
        target.write_number(*place, value, look)


def _rules(target: Worksheet, *, rows: int) -> None:
    """Offer only the allowed words and dates in the cells a crew fills in."""
    codes = [column.code for column in FIELD_COLUMNS]
    words = {"check_status": list(CHECK_STATES), "observed": list(OBSERVED)}
    for code, allowed in words.items():
        rule = {"validate": "list", "source": allowed, "error_title": "只能选择",
                "error_message": "请选择：" + "、".join(allowed)}  # fmt: skip
        target.data_validation(1, codes.index(code), max(rows, 1), codes.index(code), rule)
    dates = {
        "validate": "date", "criteria": ">=",
        "value": EARLIEST,
        "error_title": "核实日期", "error_message": "请填日期，如 2026-01-31",
    }  # fmt: skip
    place = codes.index("checked_on")
    target.data_validation(1, place, max(rows, 1), place, dates)
    target.autofilter(0, 0, max(rows, 1), len(codes) - 1)
