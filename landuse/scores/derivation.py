"""The derivation of one parcel as data: values, ramps, weights, points, rules, each re-addable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from landuse.scores.draws import standard_deviation
from landuse.scores.engine import CLOSE, deficits
from landuse.scores.model import Criterion, ScoreModel, ScoreName
from landuse.scores.words import Words, family_names

SCORES: tuple[ScoreName, ...] = ("idle", "les")
TOLERANCE = 1e-9
Row = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Origins:
    """Of each role of a source: its name in (zh, en), the years of its data, its files."""

    names: Mapping[str, Words] = field(default_factory=dict)
    years: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def of(self, role: str) -> dict[str, Any]:
        """Return what is known of one role; empty texts where nothing is."""
        zh, en = self.names.get(role, (role, role))
        return {
            "data": role, "data_zh": zh, "data_en": en, "years": self.years.get(role, ""),
            "files": list(self.files.get(role, ())),
        }  # fmt: skip


def derive_criteria(
    parts: pd.DataFrame, row: Row, model: ScoreModel, *, origins: Origins
) -> list[dict[str, Any]]:
    """Return every applicable criterion of one parcel with its arithmetic.

    Parameters
    ----------
    parts : the rows of ``contributions`` of this parcel.
    row : the parcel.

    Returns
    -------
    The columns of ``parts`` and: ``column, ramp, weight, weight_known, weight_share, family,
    limit_zh, mark, source``, the source of the values, ``between`` (the ramp points around the
    value), ``error_sd`` (null = no error stated), ``agrees``, and ``as_computed``: whether the
    model as it is now gives the deficit that the run stored. ``contribution`` =
    100 * ``weight`` / ``weight_known`` * ``deficit``; a criterion that the model no longer holds
    carries only what the run stored.
    """
    criteria = {item.code: item for item in model.criteria}
    records: list[dict[str, Any]] = parts.to_dict("records")
    known: dict[str, float] = {
        score: sum(
            criteria[record["criterion"]].weight
            for record in records
            if record["score"] == score and record["available"] and record["criterion"] in criteria
        )
        for score in SCORES
    }
    ordered = sorted(records, key=lambda record: (record["score"], -record["contribution"]))
    return [
        record | _more(record, criteria.get(record["criterion"]), known, row, model, origins)
        for record in ordered
    ]


def _more(
    record: Row,
    item: Criterion | None,
    known: Mapping[str, float],
    row: Row,
    model: ScoreModel,
    origins: Origins,
) -> dict[str, Any]:
    if item is None:
        return {"as_computed": False, "weight": None}
    available, value = bool(record["available"]), float(record["value"])
    families = family_names(model)
    facts = item.model_dump(mode="json", include={
        "zh", "en", "unit", "column", "ramp", "weight", "limit_zh", "limit_en", "mark", "source",
        "decimals",
    })  # fmt: skip
    total = known[record["score"]]
    again = float(deficits(np.array([[value]]), (item,))[0, 0])
    return (
        facts
        | origins.of(item.data)
        | {
            "family": item.family,
            "family_zh": families[item.family][0],
            "family_en": families[item.family][1],
            "weight_known": total,
            "weight_share": item.weight / total if available and total else None,
            "between": between(item, value) if available else [],
            "error_sd": _error(item, value, row) if available else None,
            "agrees": available and float(record["deficit"]) >= model.agree_at - CLOSE,
            "as_computed": not available or abs(again - float(record["deficit"])) <= TOLERANCE,
        }
    )


def between(item: Criterion, value: float) -> list[list[float]]:
    """Return the two ramp points around a value; one point where it lies at or beyond an end."""
    first, last = item.ramp[0], item.ramp[-1]
    if value <= first[0]:
        return [list(first)]
    if value >= last[0]:
        return [list(last)]
    return next([list(a), list(b)] for a, b in pairwise(item.ramp) if a[0] <= value <= b[0])


def _error(item: Criterion, value: float, row: Row) -> float | None:
    if getattr(item, "error", None) is None:
        return None
    area = np.array([float(row["area_m2"])])
    return float(standard_deviation(item, np.array([value]), area)[0])


def derive_score(
    criteria: Sequence[Row], row: Row, model: ScoreModel, *, score: ScoreName
) -> dict[str, Any]:
    """Return the sum of points, coverage and families of one score, as the criteria make them."""
    mine = [item for item in criteria if item["score"] == score and item["weight"] is not None]
    available = [item for item in mine if item["available"]]
    known = float(sum(item["weight"] for item in available))
    asked = float(sum(item["weight"] for item in mine))
    total = float(sum(item["contribution"] for item in available))
    families = list(dict.fromkeys(item["family"] for item in available))
    agreeing = [
        code
        for code in families
        if any(item["agrees"] for item in available if item["family"] == code)
    ]
    coverage = row.get(f"{score}_coverage", known / asked if asked else 0.0)
    stored = row["idle_score" if score == "idle" else "les"]
    return {
        "score": None if pd.isna(stored) else float(stored),
        "sum_of_points": total,
        "minimum": model.flag_minimum[score],
        "weight_known": known,
        "weight_applicable": asked,
        "coverage": float(coverage),
        "minimum_coverage": model.minimum_coverage,
        "families_known": families,
        "families_agreeing": agreeing,
        "minimum_families": model.minimum_families,
        "sufficient": not pd.isna(stored),
        "missing": [item["criterion"] for item in mine if not item["available"]],
    }


def apportion(points: Sequence[float], *, decimals: int = 2) -> list[float]:
    """Round numbers so that what is printed adds up to their rounded sum (largest remainder).

    >>> apportion([33.333, 33.333, 33.334])
    [33.33, 33.33, 33.34]
    """
    scale = 10**decimals
    exact = np.asarray(points, dtype="float64") * scale
    whole = np.floor(exact + TOLERANCE)
    rest = round(round(sum(points), decimals) * scale) - round(float(whole.sum()))
    order = np.argsort(-(exact - whole), kind="stable")
    whole[order[: max(rest, 0)]] += 1
    return [float(value) / scale for value in whole]
