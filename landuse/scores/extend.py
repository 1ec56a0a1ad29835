"""A score model that changes another: what it names is replaced, added or left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

KEYED = {
    "criteria": "code", "vetoes": "code", "families": "code", "grades": "code",
    "contradictions": "code", "derived": "column",
}  # fmt: skip
LEAVE_OUT = "leave_out"


def extend(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Return the base model with the changes of another.

    Criteria, vetoes, contradictions, families and grades go by ``code``, derived columns by
    ``column``: an item the base has is changed in the keys given, another is added behind.
    ``leave_out`` lists codes of the base to drop. Every other key of ``own`` replaces that of the
    base.

    Raises
    ------
    KeyError
        If a code to leave out is not in the base.
    """
    merged = {**base, **own}
    unwanted = list(merged.pop(LEAVE_OUT, []))
    for name, key in KEYED.items():
        merged[name] = _merged(base.get(name, []), own.get(name, []), key=key)
    rules = ("criteria", "vetoes", "contradictions")
    known = {item["code"] for name in rules for item in base.get(name, [])}
    strange = [code for code in unwanted if code not in known]
    if strange:
        raise KeyError(", ".join(map(str, strange)))
    for name in rules:
        merged[name] = [item for item in merged[name] if item.get("code") not in unwanted]
    return merged


def _merged(
    base: list[dict[str, Any]], own: list[dict[str, Any]], *, key: str
) -> list[dict[str, Any]]:
    changes = {item.get(key): item for item in own}
    kept = [item | changes.pop(item.get(key), {}) for item in base]
    return [*kept, *changes.values()]
