"""The project table made fit for matching: what each project asks of land, every fault at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from pydantic import Field

from landuse.core.errors import Fault, LanduseError, data_fault
from landuse.core.findings import Finding
from landuse.core.settings import Settings
from landuse.plans.matching.industries import sector

STAGE = "projects"
NUMBERS: Mapping[str, tuple[float, float]] = {
    "area_mu": (0.01, 20_000), "width_m": (0, 5_000), "length_m": (0, 10_000),
    "slope_most_deg": (0, 90), "ramp_most_km": (0, 500), "far_min": (0, 10),
    "sensitive_least_m": (0, 20_000), "priority": (1, 99),
}  # fmt: skip
"""Least and most of each number; what lies outside is more likely another unit than a wish."""
TEXTS = ("project_id", "project_name", "industry_code", "zone_need")
ZONE_WORDS = {
    "in": ("区内", "开发区内", "园区内", "区内外:区内", "是", "须在区内", "in"),
    "out": ("区外", "开发区外", "园区外", "须在区外", "out"),
    "": ("不限", "否", "无", "均可", "区内外均可", "any"),
}
_SHOWN = 10
Said = tuple[str, str, str, str]
"""What is wrong and what to do, in Chinese and English."""
BLANK_ID: Said = ("项目编号为空", "blank project ids", "补全编号", "fill in the ids")
TWICE: Said = ("项目编号重复", "project ids used twice", "改正编号", "mend the ids")
NO_AREA: Said = ("没有写用地面积", "no area is given", "每个项目须写面积（亩）",
                 "give the area of every project, in mu")  # fmt: skip
NO_ZONE_WORD: Said = ("没有这种区内外要求", "no such wish for a zone", "写 区内、区外 或 不限",
                      "write 区内, 区外 or 不限")  # fmt: skip
NO_CODE: Said = ("行业代码读不懂", "an industry code cannot be read",
                 "写 GB/T 4754 代码，如 C17 或 1711",
                 "give a GB/T 4754 code: C17 or 1711")  # fmt: skip


class RequestSettings(Settings):
    """What the file is called and how it heads our columns, so that a message can name them."""

    file: str = "projects"
    headings: dict[str, str] = Field(default_factory=dict)


def read_projects(*, projects: pd.DataFrame, settings: RequestSettings) -> dict[str, Any]:
    """Check the project table and put its words into ours.

    Parameters
    ----------
    projects : ``project_id``, ``area_mu`` and what there is of ``project_name``, ``width_m``,
        ``length_m`` (sides of a rectangle the site must hold), ``slope_most_deg``,
        ``ramp_most_km`` (to a motorway ramp), ``industry_code`` (GB/T 4754, with or without its
        letter), ``far_min``, ``zone_need`` (区内, 区外, 不限), ``sensitive_least_m`` (from homes
        and water sources), ``priority`` (1 = first).

    Returns
    -------
    ``projects``, by ``project_id``, with all these columns, ``division`` (the first two digits of
    the code; null = not given) and ``zone_need`` in, out or "". An empty cell asks for nothing.
    ``findings``: how many projects leave out what.

    Raises
    ------
    LanduseError
        Exit code 4, one fault a column: blank or double ids, no area, numbers out of their range,
        words and codes that are not known.
    """
    table = projects.reindex(columns=[*TEXTS, *NUMBERS]).reset_index(drop=True)
    for name in TEXTS:
        table[name] = table[name].astype("object").where(table[name].notna(), "").astype("str")
    zone, strange = _zone_need(table["zone_need"])
    division, unread = _divisions(table["industry_code"])
    table["zone_need"], table["division"] = zone, division
    faults = [
        *_id_faults(table["project_id"], settings),
        *_faults(table, table["area_mu"].isna(), "area_mu", NO_AREA, settings),
        *(fault for name in NUMBERS for fault in _range_faults(table, name, settings)),
        *_faults(table, strange, "zone_need", NO_ZONE_WORD, settings),
        *_faults(table, unread, "industry_code", NO_CODE, settings),
    ]
    if faults:
        raise LanduseError(faults)
    return {
        "projects": table.sort_values("project_id", ignore_index=True),
        "findings": _silent(table),
    }


def _zone_need(words: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return the wish as in, out or "", and which rows cannot be read."""
    meaning = {word: code for code, said in ZONE_WORDS.items() for word in said} | {"": ""}
    found = words.str.strip().str.lower().map(meaning)
    return found.fillna(""), found.isna()


def _divisions(codes: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return the two digits of GB/T 4754 (null where none is given), and the rows unread."""
    digits = codes.str.strip().str.extract(r"^[A-Ta-t]?(\d{2})\d{0,2}(?:\D.*)?$")[0]
    division = pd.to_numeric(digits).astype("Int64")
    known = division.map(lambda value: sector(int(value)) is not None, na_action="ignore")
    unread = (codes.str.strip() != "") & ~known.astype("boolean").fillna(value=False)
    return division.mask(unread), unread.astype("bool")


def _id_faults(ids: pd.Series, settings: RequestSettings) -> list[Fault]:
    faults = []
    blank = np.flatnonzero(ids == "")
    if len(blank):
        shown = "、".join(f"第 {row + 1} 条 (record {row + 1})" for row in blank[:_SHOWN])
        faults.append(_fault(BLANK_ID, "project_id", shown, settings))
    twice = sorted(set(ids[ids.duplicated() & (ids != "")]))
    if twice:
        faults.append(_fault(TWICE, "project_id", "、".join(twice[:_SHOWN]), settings))
    return faults


def _range_faults(table: pd.DataFrame, name: str, settings: RequestSettings) -> list[Fault]:
    low, high = NUMBERS[name]
    value = table[name].astype("float64")
    said = ("数值超出合理范围，疑为单位不对", "numbers out of range: another unit?",
            f"应在 {low:g}–{high:g} 之间", f"should lie between {low:g} and {high:g}")  # fmt: skip
    return _faults(table, (value < low) | (value > high), name, said, settings)


def _faults(
    table: pd.DataFrame, bad: pd.Series, name: str, said: Said, settings: RequestSettings
) -> list[Fault]:
    """Return one fault that names up to 10 projects and what they hold; none where all is well."""
    rows = table[bad.to_numpy(dtype="bool")]
    if rows.empty:
        return []
    shown = "; ".join(
        f"{one or '（无编号）'}: {'—' if pd.isna(value) else value}"
        for one, value in zip(rows["project_id"][:_SHOWN], rows[name][:_SHOWN], strict=True)
    )
    zh, en, todo_zh, todo_en = said
    told = (f"{zh}（{len(rows)} 处）", f"{en} ({len(rows)})", todo_zh, todo_en)
    return [_fault(told, name, shown, settings)]


def _fault(said: Said, name: str, found: str, settings: RequestSettings) -> Fault:
    zh, en, todo_zh, todo_en = said
    return data_fault(zh, en, file=settings.file, field=settings.headings.get(name, name),
                      found=found, todo_zh=todo_zh, todo_en=todo_en)  # fmt: skip


def _silent(table: pd.DataFrame) -> list[Finding]:
    """Return a note a column that projects leave empty: nothing is asked of them there."""
    asked = table.assign(zone_need=table["zone_need"].replace("", "any"))
    told = []
    for name in ("width_m", "slope_most_deg", "ramp_most_km", "division", "priority"):
        empty = int(asked[name].isna().sum())
        if empty:
            told.append(Finding(
                stage=STAGE, kind="note", object_id=name, value=f"{empty} / {len(table)}",
                message_zh="项目表此项为空，视为没有此项要求",
                message_en="empty in the project table: nothing is asked there",
            ))  # fmt: skip
    return told
