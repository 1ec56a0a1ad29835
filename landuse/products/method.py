"""The score model told as table rows: what the workbook and the report print as the method."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from landuse.products.facts import availability
from landuse.products.numbers import MISSING, in_unit, percent, plain_number
from landuse.products.words import GROUPS, MARKS, SCORES
from landuse.scores.model import Criterion, ScoreModel, Veto

PARAMETER_COLUMNS = (
    "kind", "score", "code", "zh", "en", "groups", "family", "weight", "ramp", "limit", "data",
    "available", "source", "mark",
)  # fmt: skip


def parameter_table(
    model: ScoreModel, contributions: pd.DataFrame | None = None
) -> pd.DataFrame:  # fmt: skip
    """Return one row a criterion, veto, grade and evidence rule, with ``PARAMETER_COLUMNS``.

    ``weight`` and ``available`` are shares of 0 to 1 (null where they do not apply); all else is
    text. ``available`` is the share of parcels the criterion applies to that have a value; null
    without ``contributions``.
    """
    known = {} if contributions is None else availability(contributions)
    families = {family.code: family.zh for family in model.families}
    rows = [_criterion(item, families=families, known=known) for item in model.criteria]
    rows += [_veto(veto) for veto in model.vetoes]
    rows += [
        {"kind": "等级", "code": grade.code, "zh": grade.zh, "en": grade.en,
         "limit": f"得分 ≥ {plain_number(grade.minimum)}"}
        for grade in model.grades
    ]  # fmt: skip
    rows += _evidence_rules(model)
    return parameter_rows(rows)


def parameter_rows(rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    """Return rows with ``PARAMETER_COLUMNS``: what a row does not name is "" or null."""
    table = pd.DataFrame(rows, columns=list(PARAMETER_COLUMNS), dtype=object)
    numeric = ["weight", "available"]
    texts = [name for name in PARAMETER_COLUMNS if name not in numeric]
    table[texts] = table[texts].fillna("").astype("str")
    return table.astype(dict.fromkeys(numeric, "float64"))


def groups_text(groups: tuple[str, ...]) -> str:
    """Return peer groups in words; none named means all."""
    return "、".join(GROUPS.get(group, group) for group in groups or ("ALL",))


def ramp_text(criterion: Criterion) -> str:
    """Return the ramp as "value → deficit" pairs in the unit shown.

    A criterion in % with ramp (0.3, 1), (0.4, 0) reads "30% → 1；40% → 0".
    """
    return "；".join(
        f"{_exact(value, criterion.unit)} → {plain_number(deficit)}"
        for value, deficit in criterion.ramp
    )


def mark_text(mark: str) -> str:
    """Return a mark with its meaning: P（本方案建议）."""
    return f"{mark}（{MARKS[mark][0]}）" if mark in MARKS else mark


def veto_value(value: object, code: str, model: ScoreModel) -> str:
    """Return the measured value or limit of a veto in its own unit."""
    units = {veto.code: veto.unit for veto in model.vetoes}
    if code not in units:
        return MISSING
    return in_unit(value, unit=units[code], decimals=2)


def _exact(value: float, unit: str) -> str:
    if unit == "%":
        return f"{plain_number(value * 100)}%"
    return plain_number(value) + (unit if unit == "°" else "")


def _criterion(
    item: Criterion, *, families: Mapping[str, str], known: Mapping[str, float]
) -> dict[str, object]:
    return {
        "kind": "指标",
        "score": SCORES[item.score][0],
        "code": item.code,
        "zh": item.zh,
        "en": item.en,
        "groups": groups_text(item.groups),
        "family": families[item.family],
        "weight": item.weight,
        "ramp": ramp_text(item),
        "limit": item.limit_zh,
        "data": item.data,
        "available": known.get(item.code),
        "source": item.source,
        "mark": mark_text(item.mark),
    }


def _veto(veto: Veto) -> dict[str, object]:
    return {
        "kind": "否决",
        "code": veto.code,
        "zh": veto.zh,
        "en": veto.en,
        "groups": groups_text(veto.groups),
        "limit": f"> {_exact(veto.limit, veto.unit)}",
        "data": veto.data,
        "source": veto.source,
        "mark": mark_text(veto.mark),
    }


def _evidence_rules(model: ScoreModel) -> list[dict[str, object]]:
    basis: dict[str, object] = {
        "kind": "评定要求",
        "source": model.source,
        "mark": mark_text(model.mark),
    }
    rules = [
        ("最低证据覆盖", "least coverage", f"≥ {percent(model.minimum_coverage, 0)}"),
        ("最少独立证据", "least independent families", f"≥ {model.minimum_families} 类"),
        ("视为一致的缺口", "deficit that agrees", f"≥ {plain_number(model.agree_at)}"),
        ("最小参评面积", "least area", f"≥ {plain_number(model.minimum_area_m2)} m²"),
    ]
    rules += [
        (
            f"列入的{SCORES[score][0]}",
            f"{SCORES[score][1]} to be listed",
            f"≥ {plain_number(least)}",
        )
        for score, least in sorted(model.flag_minimum.items())
    ]
    return [basis | {"zh": zh, "en": en, "limit": limit} for zh, en, limit in rules]
