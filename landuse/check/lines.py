"""What a terminal shows of a check: absences with cost, sources, drift, findings by kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from rich.cells import cell_len, set_cell_size

from landuse.products.emptied import NOTHING
from landuse.products.numbers import MISSING, number, percent
from landuse.products.source_sheet import host, size_text
from landuse.products.words import KINDS

Row = Mapping[str, Any]
HEADS = (
    "角色 role", "文件 file", "摘要 digest", "大小 size", "年份 year", "年龄 age",
    "对象 objects", "与研究区 overlap", "修/剔/疑", "来源 origin", "依据 mark", "许可 licence",
)  # fmt: skip
WIDEST = 44
CHANGED = {
    "new": ("新增", "new"),
    "removed": ("不再提供", "removed"),
    "bytes": ("文件大小", "bytes"),
    "features": ("对象数", "objects"),
    "cells": ("栅格行列", "raster cells"),
    "content": ("内容已变、大小未变", "same size, other content"),
}


def check_lines(data: Row) -> list[str]:
    """Return the lines; Chinese first, English beside or below."""
    return [
        _headline(data),
        *_absences(data),
        *_sources(data["sources"]),
        *_unread(data["unread"]),
        *_drift(data["drift"]),
        *_findings(data["findings"]),
    ]


def _headline(data: Row) -> str:
    count = len(data["faults"])
    if count:
        return f"有 {count} 处问题须先改正 / {count} fault(s) to mend first: {data['file']}"
    return f"研究文件与全部图层可用 / study and layers are usable: {data['file']}"


def _absences(data: Row) -> Iterator[str]:
    rows, cover = data["absences"], data["coverage"]
    if cover is None:
        yield from ("", "缺项的代价未知：评分模型有误 / cost of absences unknown: see the faults")
        return
    yield from ("", f"缺项与代价 Absences and what they cost ({len(rows)})")
    free = [row for row in rows if (row["cost_zh"], row["cost_en"]) == NOTHING]
    for row in rows:
        if row not in free:
            yield f"  缺 {row['name_zh']} {row['name_en']}：{row['reason_zh']} / {row['reason_en']}"
            yield f"      {row['cost_zh']}"
            yield f"      {row['cost_en']}"
    if free:
        names = "、".join(f"{row['name_zh']} {row['name_en']}" for row in free)
        yield f"  缺 {names}：{NOTHING[0]} / {NOTHING[1]}"
    for row in data["partly"]:
        yield f"  部分缺 {row['zh']} / {row['en']}"
    shown = {score: percent(share, 0) for score, share in cover["coverage"].items()}
    yield (
        f"  合计：证据覆盖最高 疑似闲置 {shown['idle']}、疑似低效 {shown['les']} / all together: "
        f"coverage at most idle {shown['idle']}, les {shown['les']}"
    )
    yield f"  → {cover['verdict_zh']}"
    yield f"    {cover['verdict_en']}"


def _sources(sources: Sequence[Row]) -> Iterator[str]:
    yield from ("", f"资料 Sources ({len(sources)})")
    if not sources:
        return
    table = [HEADS, *(_cells(row) for row in sources)]
    widths = [min(WIDEST, max(cell_len(row[at]) for row in table)) for at in range(len(HEADS))]
    for at, cells in enumerate(table):
        yield "  " + "  ".join(map(_fit, cells, widths)).rstrip()
        if at:
            said = sources[at - 1]["doubts"]
            yield from (f"      存疑 doubt: {item['zh']} / {item['en']}" for item in said)
    lines = dict.fromkeys((row["attribution"], row["licence"]) for row in sources)
    yield "  署名 credits:"
    yield from (
        f"    {text}{f' ({licence})' if licence else ''}" for text, licence in lines if text
    )


def _unread(roles: Sequence[str]) -> Iterator[str]:
    if roles:
        listed = ", ".join(roles)
        yield f"  未能核对，先改正上列问题 / not read, mend the faults first: {listed}"


def _cells(row: Row) -> tuple[str, ...]:
    objects = row["features"]
    counts = [row["repaired"], row["dropped"], row["doubt"]]
    defects = f" 缺陷×{row['defects']}" if row["defects"] else ""
    return (
        row["key"],
        row["file"],
        row["digest"][:12],
        size_text(row["size_bytes"]),
        row["year"] + ("*" if row["projected"] else "") or MISSING,
        number(row["age_years"], 1),
        row["cells"] or number(objects),
        row["overlap_zh"],
        "/".join(map(str, counts)) if any(counts) else "",
        "本地文件 local" if row["local"] else f"下载 fetched {host(row['url'])}",
        row["mark"] + defects,
        row["licence"] or MISSING,
    )


def _fit(text: str, width: int) -> str:
    """Return text padded to a width in columns; what is too long ends in an ellipsis."""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return f"{set_cell_size(text, width - 1)}…"


def _drift(drift: Row) -> Iterator[str]:
    yield ""
    if drift["state"] == "none":
        yield "与上次运行相比：没有上次运行 / Against the last run: no earlier run"
        return
    if drift["state"] == "unreadable":
        yield "与上次运行相比：清单读不懂 / Against the last run: its manifest cannot be read"
        return
    changes = drift["changes"]
    yield f"与上次运行 {drift['run_code']} 相比 Against the last run ({len(changes)})"
    if not changes:
        yield "  没有变化 nothing changed"
    for row in changes:
        zh, en = CHANGED[row["what"]]
        share = row["share"]
        by = "" if share is None else f" ({'+' if share > 0 else ''}{percent(share)})"
        steps = " → ".join(part for part in (row["before"], row["now"]) if part)
        doubt = " 存疑 doubt" if row["doubt"] else ""
        yield f"  {row['key']}: {zh} {en} {steps}{by}{doubt}"


def _findings(findings: Sequence[Row]) -> Iterator[str]:
    """Yield one line a kind and stage, with the first message of each as an example."""
    yield from ("", f"发现 Findings ({len(findings)})，全部见 --json / all with --json")
    order = {kind: place for place, kind in enumerate(("doubt", "dropped", "repaired", "absent"))}

    def group(row: Row) -> tuple[int, str, str]:
        return (order.get(row["kind"], len(order)), row["kind"], row["stage"])

    for (_, kind, stage), rows in groupby(sorted(findings, key=group), key=group):
        alike = list(rows)
        zh, en = KINDS.get(kind, (kind, kind))
        yield f"  {zh} {en} {stage} ×{len(alike)}"
        yield f"      例 e.g. {alike[0]['message_zh']} / {alike[0]['message_en']}"
