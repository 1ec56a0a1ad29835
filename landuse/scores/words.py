"""The words of flags, scores and peer groups that sentences share, Chinese first."""

from __future__ import annotations

from typing import Final

from landuse.scores.model import Criterion, ScoreModel, ScoreName

Words = tuple[str, str]

FLAG_WORDS: Final[dict[str, Words]] = {
    "suspected_idle": ("疑似闲置", "Suspected idle"),
    "suspected_low_efficiency": ("疑似低效", "Suspected low efficiency"),
}
SCORE_WORDS: Final[dict[ScoreName, Words]] = {
    "idle": ("疑似闲置", "idle score"),
    "les": ("疑似低效", "low-efficiency score"),
}
FLAG_OF: Final[dict[ScoreName, str]] = {
    "idle": "suspected_idle",
    "les": "suspected_low_efficiency",
}
PEER_GROUPS: Final[dict[str, Words]] = {
    "IND_IN": ("区内工业", "industry in zones"),
    "IND_OUT": ("区外工业", "industry outside zones"),
    "URBAN_RES": ("城镇住宅", "urban housing"),
    "COMM": ("商业服务", "commerce"),
    "VILLAGE": ("村庄宅基地", "village homesteads"),
    "OTHER": ("其他用地", "other uses"),
    "LOT_SMALL": ("小宗地（用途不明）", "small parcels (use unknown)"),
    "LOT_LARGE": ("大宗地（用途不明）", "large parcels (use unknown)"),
    "ALL": ("全部用地（用途不明）", "all land (use unknown)"),
}
STABILITY_WORDS: Final[dict[str, Words]] = {
    "stable": ("稳健", "stable"),
    "fragile": ("易变", "fragile"),
}


def shown(
    value: float, criterion: Criterion, *, unit: str | None = None, decimals: int | None = None
) -> str:
    """Return a value as people read it: shares as percent, a real minus sign, unit behind."""
    factor = 100.0 if criterion.unit == "%" else 1.0
    digits = criterion.decimals if decimals is None else decimals
    number = f"{value * factor:,.{digits}f}".replace("-", "\N{MINUS SIGN}")
    return f"{number}{with_unit(criterion.unit if unit is None else unit)}"


def with_unit(unit: str) -> str:
    """Return a unit as it stands behind a number, "" where there is none."""
    return unit if unit in {"%", "°", ""} else ("" if unit == "–" else f" {unit}")


def short(value: float) -> str:
    """Return a limit or a weight as short as it can be written, with a real minus sign.

    >>> short(0.30), short(-2.0)
    ('0.3', '−2')
    """
    return f"{value:.10g}".replace("-", "\N{MINUS SIGN}")


def family_names(model: ScoreModel) -> dict[str, Words]:
    """Return family code -> (zh, en)."""
    return {family.code: (family.zh, family.en) for family in model.families}


def named(items: list[str], *, most: int, language: str) -> str:
    """Return names in a row; beyond ``most`` of them how many there are.

    >>> named(["a", "b", "c"], most=2, language="zh")
    'a、b等 3 项'
    >>> named(["a", "b", "c"], most=2, language="en")
    'a, b and others, 3 in all'
    """
    more = len(items) > most
    if language == "zh":
        return "、".join(items[:most]) + (f"等 {len(items)} 项" if more else "")
    return ", ".join(items[:most]) + (f" and others, {len(items)} in all" if more else "")
