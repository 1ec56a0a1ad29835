"""A calibrated score model as the text of a TOML file that extends the one it came from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from landuse.scores.model import Criterion, ScoreModel, ScoreName

_SAME = ("code", "weight", "ramp", "limit_zh", "limit_en", "source", "mark")


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where a calibrated model comes from: what the file says of itself."""

    extends: str
    source: str
    notes: tuple[str, ...]


def limit_text(item: Criterion, *, agree_at: float) -> str:
    """Return where a ramp crosses the deficit from which it agrees, e.g. ``<15%``; "" if never."""
    at = [point[0] for point in item.ramp]
    worth = [point[1] for point in item.ramp]
    rising = worth[-1] >= worth[0]
    if not min(worth) <= agree_at <= max(worth):
        return ""
    pairs = list(zip(at, worth, strict=True))[:: 1 if rising else -1]
    for (x0, d0), (x1, d1) in pairwise(pairs):
        if d0 <= agree_at <= d1:
            value = x0 if d1 == d0 else x0 + (x1 - x0) * (agree_at - d0) / (d1 - d0)
            shown = (
                f"{value * 100:.3g}%" if item.unit == "%" else f"{value:.3g} {item.unit}".strip()
            )
            return (">" if rising else "<") + shown
    return ""


def model_text(old: ScoreModel, new: ScoreModel, *, score: ScoreName, origin: Origin) -> str:
    """Return the TOML text of ``new``, which differs from ``old`` in the criteria of one score.

    Read back through `study.open_study` it gives ``new``: only what changed is written, weights
    and limits, never a label.
    """
    before = {item.code: item for item in old.criteria}
    kept = {item.code for item in new.criteria}
    lines = [*(f"# {note}" for note in origin.notes), f"extends = {_value(origin.extends)}"]
    lines += [f"{name} = {_value(getattr(new, name))}" for name in ("name", "title_zh", "title_en")]
    lines += [f"source = {_value(origin.source)}", 'mark = "P"']
    lines.append(f"leave_out = {_value([code for code in before if code not in kept])}")
    lines.append(f"flag_minimum = {_value(dict(new.flag_minimum))}")
    if new.grades != old.grades:
        changed = [
            {"code": b.code, "minimum": b.minimum}
            for a, b in zip(old.grades, new.grades, strict=True)
            if a != b
        ]
        lines.append(f"grades = {_value(changed)}")
    for item in new.of_score(score):
        if before.get(item.code) == item:
            continue
        text = limit_text(item, agree_at=new.agree_at)
        row = item.model_dump() | {
            "limit_zh": text, "limit_en": text, "source": origin.source, "mark": "P",
        }  # fmt: skip
        wanted = _SAME if item.code in before else tuple(k for k in row if row[k] is not None)
        lines += ["", "[[criteria]]", *(f"{name} = {_value(row[name])}" for name in wanted)]
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    """Return a value as TOML writes it."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_value(part)}" for key, part in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(part) for part in value) + "]"
    if isinstance(value, float):
        return repr(value)
    return json.dumps(value, ensure_ascii=False)
