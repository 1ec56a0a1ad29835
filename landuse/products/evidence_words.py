"""The words and colours of the evidence columns: robustness, ledger state, signals, hot spots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

Words = tuple[str, str]

STABILITY: Final[dict[str, Words]] = {
    "stable": ("稳健", "robust"),
    "fragile": ("易变", "fragile"),
}
HOT_SPOTS: Final[dict[str, Words]] = {
    "hot": ("热点", "hot spot"),
    "cold": ("冷点", "cold spot"),
}
SIGNALS: Final[dict[str, Words]] = {
    "greened_over": ("绿覆返荒", "greened over"),
    "paved_in_use": ("硬化在用", "paved and in use"),
}
LAND_STATES: Final[dict[str, Words]] = {
    "供地": ("供地", "supplied"),
    "农转用": ("农转用", "converted from farmland"),
    "供而未用": ("供而未用", "supplied, not used"),
    "已供已用": ("已供已用", "supplied and used"),
    "用而未尽": ("用而未尽", "used in part"),
    "闲置土地": ("闲置土地", "idle land by the ledger"),
    "批而未供": ("批而未供", "approved, not supplied"),
    "低效用地": ("低效用地", "low-efficiency land by the ledger"),
}
"""The eight states of a bureau's screen (domain.md §1.1); only a ledger row says one of them."""

STATE_COLOURS: Final[dict[str, str]] = {
    "供地": "#9ECAE1", "农转用": "#C7B7DC", "供而未用": "#F1A340", "已供已用": "#5AAE61",
    "用而未尽": "#D8B365", "闲置土地": "#A61B1B", "批而未供": "#6A3D9A", "低效用地": "#8C510A",
}  # fmt: skip
HOT_COLOURS: Final[dict[str, str]] = {"hot": "#B2182B", "cold": "#4393C3"}


@dataclass(frozen=True)
class ShareClass:
    """One class of a share from ``low`` (included) up to the next class, with its colour."""

    low: float
    fill: str


P_CLASSES: Final = (
    ShareClass(0.0, "#F7FCCB"),
    ShareClass(0.2, "#A8DDB5"),
    ShareClass(0.4, "#4EB3D3"),
    ShareClass(0.6, "#2B77B0"),
    ShareClass(0.8, "#253494"),
)
"""Classes of the probability of being listed; lightness falls evenly in grey print."""


def zh_of(words: dict[str, Words], code: str) -> str:
    """Return the Chinese words of a code; an unknown code stays as it is.

    Codes joined by ";" are named one by one.

    >>> zh_of(SIGNALS, "greened_over;other")
    '绿覆返荒；other'
    """
    parts = [part for part in code.split(";") if part]
    return "；".join(words[part][0] if part in words else part for part in parts)


def texts_by_code(codes: str, text: str) -> list[str]:
    """Return the sentences of codes joined by ";", one a code where the text divides so.

    A text that does not divide into as many sentences as there are codes stays whole, so that a
    semicolon within a sentence tears nothing apart.

    >>> texts_by_code("C1;C2", "有灯光；有建筑")
    ['有灯光', '有建筑']
    >>> texts_by_code("C1", "有灯光；但无建筑")
    ['有灯光；但无建筑']
    """
    wanted = len([code for code in codes.split(";") if code])
    parts = [part.strip() for part in text.replace("；", ";").split(";") if part.strip()]
    if len(parts) == wanted:
        return parts
    return [text.strip()] if text.strip() else []
