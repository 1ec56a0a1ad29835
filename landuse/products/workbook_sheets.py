"""The sheets of the workbook, each made from the facts of a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import pandas as pd

from landuse.products.columns import column_names, ordered_columns
from landuse.products.crosswalk_sheet import decision_sheets
from landuse.products.dictionary_sheet import dictionary_sheet
from landuse.products.evidence_words import HOT_SPOTS, SIGNALS, STABILITY, zh_of
from landuse.products.facts import RunFacts
from landuse.products.ground_note import ground_note
from landuse.products.guard_rails import guard_rails
from landuse.products.method import mark_text, parameter_table, veto_value
from landuse.products.numbers import grade_sign, number, percent
from landuse.products.report_stairs import vetoes_only
from landuse.products.sheets import Sheet, SheetColumn, from_names, sheet_of
from landuse.products.source_page import overlap_words
from landuse.products.source_sheet import SheetLimits, all_doubts, origin
from landuse.products.totals import county_totals, total_columns, town_totals, zone_totals
from landuse.products.words import (
    FLAGS,
    GROUPS,
    KINDS,
    MARKS,
    NOTE_EN,
    NOTE_ZH,
    OUTSIDE_ZH,
    RELEASE_EN,
    RELEASE_ZH,
    SCORES,
    UNASSIGNED_ZH,
    ZONES_UNKNOWN_ZH,
    flag_words,
)
from landuse.products.zone_intensity_sheet import zone_intensity_sheets

Note = tuple[str, str, str]
"""A row of the sheet of notes: item, Chinese, English."""
FINDINGS_SHOWN = 50_000
PARTLY_TOLD: Note = (
    "发现", "只列本册内容所依据的各环节的发现；全部发现见 opportunities.xlsx 与 candidates.gpkg",
    "of the stages this book tells of; all are in opportunities.xlsx and candidates.gpkg",
)  # fmt: skip
CHECK_COLUMNS = (
    SheetColumn("check_status", "核实状态", "check_state", width=11),
    SheetColumn("checked_by", "核实人", width=10),
    SheetColumn("checked_on", "核实日期", "check_date", width=12),
    SheetColumn("check_note", "备注", "text", width=24),
)
FIRST = (
    "rank", "parcel_id", "town_name", "zone_in", "zone_name", "land_use_zh", "area_mu", "flag",
    "grade", "score", "coverage", "families", "p_flag", "stability", "rank_p10", "rank_p90",
    "evidence_zh",
)  # fmt: skip
"""What a list says first; with the columns of the field check, this is what goes on paper."""
THEN = (
    "suggestion", "contradictions_zh", "tipping_zh", "land_state", "ledger_zh", "signal",
    "hot_spot", "cluster_id", "cluster_parcels", "cluster_area_mu",
)  # fmt: skip
NOT_LISTED = (
    SheetColumn("parcel_id", "地块编号", width=22),
    SheetColumn("town_name", "乡镇"),
    SheetColumn("zone_in", "区内外", width=9),
    SheetColumn("zone_name", "开发区"),
    SheetColumn("land_use_zh", "地类"),
    SheetColumn("area_mu", "面积（亩）", "number", 2),
    SheetColumn("flag", "判定", width=18),
    SheetColumn("veto", "否决规则"),
    SheetColumn("veto_zh", "否决原因", width=28),
    SheetColumn("veto_layer", "否决图层", width=16),
    SheetColumn("veto_value", "实测值", width=11),
    SheetColumn("veto_limit_text", "门槛", width=11),
    SheetColumn("coverage", "证据覆盖", "percent"),
    SheetColumn("families_available", "可用的独立证据（类）", "number"),
    SheetColumn("evidence_zh", "说明", "long", width=60),
    SheetColumn("whynot_zh", "未列入原因", "long", width=60),
)


def workbook_sheets(run: RunFacts) -> tuple[Sheet, ...]:
    """Return the sheets of the workbook in the order they stand in the file."""
    return (
        candidate_sheet(run),
        not_listed_sheet(run),
        *total_sheets(run),
        *zone_intensity_sheets(run.intensity, run.intensity_zones),
        waterfall_sheet(run),
        *decision_sheets(run),
        dictionary_sheet(run),
        parameter_sheet(run),
        source_sheet(run),
        finding_sheet(run),
        note_sheet(run, also=(PARTLY_TOLD,)),
    )


def candidate_sheet(run: RunFacts) -> Sheet:
    """Return the flagged parcels in rank order, with the columns of the field check to fill in."""
    table = people_table(run.candidates())
    first = [code for code in FIRST if code in table.columns]
    taken = {*first, *(column.code for column in CHECK_COLUMNS)}
    rest = [code for code in THEN if code in table.columns]
    rest += ordered_columns(table.columns, run.known_names())
    rest = [code for code in dict.fromkeys(rest) if code not in taken]
    rest = [code for code in rest if not code.startswith(("veto", "whynot"))]
    names = column_names(run.known_names())
    columns = (
        *from_names(first, table, names=names),
        *CHECK_COLUMNS,
        *from_names(rest, table, names=names),
    )
    sheet = sheet_of("候选地块", table, columns, frozen_columns=2)
    return replace(sheet, printed=len(first) + len(CHECK_COLUMNS))


def people_table(table: pd.DataFrame) -> pd.DataFrame:
    """Return parcels with the words people read for places, flags, grades, groups and scores."""
    words: dict[str, Callable[[Any], str]] = {
        "zone_in": lambda inside: "区内" if inside else OUTSIDE_ZH,
        "flag": flag_words,
        "grade": grade_sign,
        "group": lambda code: GROUPS.get(code, code),
        "decided_by": lambda score: SCORES[score][0] if score in SCORES else score,
        "stability": lambda code: zh_of(STABILITY, code),
        "signal": lambda code: zh_of(SIGNALS, code),
        "hot_spot": lambda code: zh_of(HOT_SPOTS, code),
    }
    held = {name: word for name, word in words.items() if name in table.columns}
    return table.assign(
        **{name: table[name].map(word, na_action="ignore") for name, word in held.items()}
    )


def not_listed_sheet(run: RunFacts) -> Sheet:
    """Return vetoed and not graded parcels with rule, layer, measured value and limit."""
    raw = run.not_listed()
    layers = {veto.code: veto.data for veto in run.model.vetoes}
    limits = {veto.code: veto.limit for veto in run.model.vetoes}
    codes, measured = raw["veto"].tolist(), raw["veto_share"].tolist()
    table = people_table(raw).assign(
        veto_layer=[layers.get(code, "") for code in codes],
        veto_value=[
            veto_value(value, code, run.model) if code else ""
            for value, code in zip(measured, codes, strict=True)
        ],
        veto_limit_text=[
            f"> {veto_value(limits[code], code, run.model)}" if code in limits else ""
            for code in codes
        ],
    )
    columns = [item for item in NOT_LISTED if item.code in table or item.code != "whynot_zh"]
    return sheet_of("未列入原因", table, columns, frozen_columns=1)


def total_sheets(run: RunFacts) -> tuple[Sheet, Sheet]:
    """Return the totals by town and by zone, each closed by the county's total."""
    total = county_totals(run.parcels, grades=run.grades)
    measured = tuple(
        SheetColumn(
            column.name,
            column.zh if column.unit == "%" else f"{column.zh}（{column.unit}）",
            "percent" if column.unit == "%" else "number",
            column.decimals,
            width=15,
        )
        for column in total_columns(run.grades)
    )
    towns = town_totals(run.parcels, grades=run.grades)
    towns["town_name"] = towns["town_name"].mask(towns["town_name"] == "", UNASSIGNED_ZH)
    zones = people_zones(zone_totals(run.parcels, grades=run.grades))
    town_keys = (SheetColumn("town_name", "乡镇"), SheetColumn("town_code", "乡镇代码"))
    zone_keys = (
        SheetColumn("zone_name", "开发区", width=20),
        SheetColumn("zone_in", "区内外", width=9),
    )
    return (
        sheet_of("乡镇汇总", towns, (*town_keys, *measured), totals=total, frozen_columns=2),
        sheet_of("开发区汇总", zones, (*zone_keys, *measured), totals=total, frozen_columns=2),
    )


def people_zones(zones: pd.DataFrame) -> pd.DataFrame:
    """Return zone totals in words; the last row is what lies outside all zones."""
    inside = zones["zone_in"].astype("bool")
    unknown = zones["zone_name"] == ZONES_UNKNOWN_ZH
    unnamed = zones["zone_name"].mask(zones["zone_name"] == "", "（未命名）")
    return zones.assign(
        zone_name=unnamed.where(inside | unknown, OUTSIDE_ZH),
        zone_in=inside.map({True: "区内", False: OUTSIDE_ZH}).mask(unknown, ZONES_UNKNOWN_ZH),
    )


def waterfall_sheet(run: RunFacts) -> Sheet:
    """Return the area each veto took out, the first rule that hit counting."""
    columns = (
        SheetColumn("veto", "否决规则"),
        SheetColumn("veto_zh", "原因", width=32),
        SheetColumn("parcels", "宗数（宗）", "number"),
        SheetColumn("area_mu", "面积（亩）", "number", 2),
        SheetColumn("veto_en", "英文", width=36),
    )
    vetoes = vetoes_only(run.waterfall)
    return sheet_of("否决面积", vetoes, columns, totals=vetoes[["parcels", "area_mu"]].sum())


def parameter_columns() -> tuple[SheetColumn, ...]:
    """Return the columns of a sheet of parameters."""
    return (
        SheetColumn("kind", "类别", width=10),
        SheetColumn("score", "所属得分", width=14),
        SheetColumn("code", "代码", width=8),
        SheetColumn("zh", "名称", width=22),
        SheetColumn("groups", "适用同类组", width=20),
        SheetColumn("family", "证据类", width=8),
        SheetColumn("weight", "权重", "percent", 0, width=8),
        SheetColumn("ramp", "数值 → 缺口（0 好，1 差）", "long", width=44),
        SheetColumn("limit", "门槛", width=14),
        SheetColumn("data", "资料", width=16),
        SheetColumn("available", "有值地块占比", "percent", 0, width=12),
        SheetColumn("mark", "依据等级", width=18),
        SheetColumn("source", "依据", "long", width=60),
        SheetColumn("en", "英文名", width=28),
    )


def parameter_sheet(run: RunFacts) -> Sheet:
    """Return criteria, vetoes, grades and evidence rules with source and mark."""
    table = parameter_table(run.model, run.contributions)
    return sheet_of("参数与依据", table, parameter_columns(), frozen_columns=4)


def source_sheet(run: RunFacts) -> Sheet:
    """Return every input file with its digest, year, age, overlap, origin, licence and credit."""
    columns = (
        SheetColumn("role", "角色", width=18),
        SheetColumn("title_zh", "资料", width=30),
        SheetColumn("year", "年份", width=12),
        SheetColumn("age_years", "年龄（年）", "number", 1, width=11),
        SheetColumn("overlap_text", "与研究区", width=16),
        SheetColumn("features", "对象数", "number", width=11),
        SheetColumn("doubt", "存疑", width=30),
        SheetColumn("file", "文件", width=40),
        SheetColumn("size_bytes", "字节", "number", width=14),
        SheetColumn("digest", "文件摘要", width=20),
        SheetColumn("origin", "来源", width=30),
        SheetColumn("licence", "许可", width=20),
        SheetColumn("attribution", "署名", "long", width=60),
        SheetColumn("mark", "依据等级", width=10),
        SheetColumn("title_en", "英文名", width=30),
    )
    rows = [
        asdict(fact)
        | {"overlap_text": overlap_words(fact)[0], "origin": origin(fact)[0]}
        | {"doubt": "；".join(zh for zh, _ in found)}
        for fact, found in zip(run.sources, all_doubts(run.sources, SheetLimits()), strict=True)
    ]
    return sheet_of(
        "数据来源", pd.DataFrame(rows, columns=[column.code for column in columns]), columns
    )


def finding_sheet(run: RunFacts) -> Sheet:
    """Return the named absences with what they cost, then the findings."""
    columns = (
        SheetColumn("kind", "类别", width=10),
        SheetColumn("stage", "环节", width=16),
        SheetColumn("object_id", "对象", width=24),
        SheetColumn("value", "数值", width=16),
        SheetColumn("message_zh", "说明", "long", width=70),
        SheetColumn("message_en", "英文", "long", width=70),
    )
    gaps = pd.DataFrame(
        [
            ("absent", "inputs", gap.role, "", f"{gap.reason_zh}。影响：{gap.cost_zh}",
             f"{gap.reason_en}. Cost: {gap.cost_en}")
            for gap in run.absences
        ],
        columns=[column.code for column in columns], dtype=object,
    )  # fmt: skip
    table = pd.concat([gaps, run.findings.head(FINDINGS_SHOWN)], ignore_index=True)
    kinds = table["kind"].map(lambda kind: KINDS.get(kind, (kind, kind))[0])
    return sheet_of("缺失与发现", table.assign(kind=kinds), columns)


def note_sheet(run: RunFacts, *, first: Note | None = None, also: tuple[Note, ...] = ()) -> Sheet:
    """Return what a reader must know: stamp, counts, sentences, marks, the run.

    ``first`` : a row that goes before all others; ``also`` : rows about this book alone.
    """
    study, flags = run.study, run.parcels["flag"]
    share = county_totals(run.parcels, grades=run.grades)["suspected_share"]
    rows = [
        *([first] if first else []),
        ("题名", study.title_zh, study.title_en),
        ("图件", RELEASE_ZH, RELEASE_EN),
        ("性质", NOTE_ZH, NOTE_EN),
        ("分析基准日", study.as_of, "as of"),
        ("运行编号", study.run_code, "run"),
        (
            "坐标系",
            f"{study.crs}；经纬度为 CGCS2000",
            "working CRS; longitude and latitude CGCS2000",
        ),
        *([("地块", *ground_note(run.parcels))] if ground_note(run.parcels)[0] else []),
        ("空白单元格", "表示缺失，不是零", "an empty cell is missing, not zero"),
        ("疑似占参评面积", percent(share), "suspected share of the area that was not vetoed"),
    ]
    rows += [(f"宗数：{zh}", number((flags == flag).sum()), en) for flag, (zh, en) in FLAGS.items()]
    rows += [("须知", zh, en) for zh, en in guard_rails(adcode=study.adcode)]
    rows += [("依据等级", mark_text(mark), MARKS[mark][1]) for mark in MARKS]
    if len(run.findings) > FINDINGS_SHOWN:
        rows.append(("发现", f"仅列前 {FINDINGS_SHOWN} 条", "only the first findings are listed"))
    rows += also
    rows += [("运行信息", f"{key}：{value}", "") for key, value in study.manifest.items()]
    columns = (
        SheetColumn("item", "项目", width=18),
        SheetColumn("zh", "说明", "long", width=80),
        SheetColumn("en", "英文", "long", width=80),
    )
    return sheet_of("说明", pd.DataFrame(rows, columns=["item", "zh", "en"], dtype=object), columns)
