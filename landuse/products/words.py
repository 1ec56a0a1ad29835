"""The words and colours every list and report shares, Chinese first."""

from __future__ import annotations

from typing import Final

NOTE_ZH: Final = "疑似：由公开数据推断，非法定认定"
NOTE_EN: Final = "Suspected: inferred from open data; not a legal finding"
RELEASE_ZH: Final = "内部工作用图，不公开；无审图号"
RELEASE_EN: Final = "Internal use; not for release; no map approval number"
OUTSIDE_ZH: Final = "区外"
ZONES_UNKNOWN_ZH: Final = "区内外未知"
ZONES_UNKNOWN_EN: Final = "zones not supplied"
OUTSIDE_EN: Final = "outside zones"
UNASSIGNED_ZH: Final = "未归属"

FLAGS: Final = {
    "suspected_idle": ("疑似闲置", "suspected idle"),
    "suspected_low_efficiency": ("疑似低效", "suspected low efficiency"),
    "none": ("未列入", "not listed"),
    "insufficient_evidence": ("证据不足，不评级", "not graded: evidence"),
    "vetoed": ("否决（见原因）", "vetoed (see reason)"),
}
SUSPECTED: Final = ("suspected_idle", "suspected_low_efficiency")
GROUPS: Final = {
    "IND_IN": "工业（区内）",
    "IND_OUT": "工业（区外）",
    "URBAN_RES": "城镇住宅",
    "COMM": "商业服务",
    "VILLAGE": "村庄宅基地",
    "LOT_SMALL": "小宗地",
    "LOT_LARGE": "大宗地",
    "OTHER": "其他",
    "SETTLEMENT": "有轮廓的自然村",
    "SETTLEMENT_POINT": "仅有点位的自然村",
    "ALL": "全部",
}
SCORES: Final = {
    "idle": ("疑似闲置得分", "suspected idleness score"),
    "les": ("疑似低效得分", "suspected low-efficiency score"),
    "hvs": ("空心村得分", "hollow-village score"),
    "mrs": ("下山搬迁得分", "mountain-relocation score"),
    "scattered": ("零星自然村得分", "scattered-hamlet score"),
    "ops": ("机会得分", "opportunity score"),
    "rsi": ("复垦适宜性", "suitability for reclamation"),
}
CHECK_STATES: Final = ("未核", "属实", "不属实")
MARKS: Final = {
    "V": ("已核原文", "read in source"),
    "V-weak": ("转引待核", "second-hand"),
    "M": ("记忆待核", "from memory"),
    "P": ("本方案建议", "proposed here"),
}
KINDS: Final = {
    "repaired": ("已修复", "repaired"),
    "dropped": ("已剔除", "dropped"),
    "absent": ("缺失", "absent"),
    "doubt": ("存疑", "doubt"),
    "note": ("说明", "note"),
}
GRADE_COLOURS: Final = (
    ("#8C2D04", "#FFFFFF"),
    ("#D9600E", "#1A0F05"),
    ("#F7B84B", "#2B1D05"),
)
"""(fill, text) of the grades from the most urgent down; lightness falls evenly in grey print."""
OTHER_GRADE: Final = ("#FBE3B5", "#2B1D05")


def grade_colours(codes: tuple[str, ...]) -> dict[str, tuple[str, str]]:
    """Return {grade code: (fill, text colour)} for codes in falling urgency."""
    shades = [*GRADE_COLOURS, *[OTHER_GRADE] * max(0, len(codes) - len(GRADE_COLOURS))]
    return dict(zip(codes, shades, strict=False))


def flag_words(flag: str) -> str:
    """Return the Chinese words of a flag."""
    return FLAGS.get(flag, (flag, flag))[0]
