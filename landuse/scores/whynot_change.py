"""What would change the answer: one value, the layers that are missing, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from landuse.scores.engine import CLOSE, Evaluation, Flags, Floats, deficits
from landuse.scores.model import Criterion, ScoreModel, ScoreName
from landuse.scores.ramps import rises, value_at
from landuse.scores.words import Words, named

TOLERANCE = 1e-9
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class OneValue:
    """Which criterion, at which value, lets a score stand; ``column`` -1 = none does."""

    column: Ints
    value: Floats


@dataclass(frozen=True, kw_only=True)
class Reach:
    """Which missing sources suffice for a score, and what coverage and families they give."""

    roles: tuple[str, ...]
    criteria: tuple[Criterion, ...]
    coverage: float
    families: int
    enough: bool


def one_value(evaluation: Evaluation, model: ScoreModel, *, score: ScoreName) -> OneValue:
    """Find the one known criterion that needs the least more deficit for the score to stand.

    With gap g to the limit, known weight W and own weight w the deficit must rise by
    ``g W / (100 w)``; where one more family must agree, to ``agree_at`` at least. The value is
    rounded in the digits shown to the side that is worse, so that the printed number holds.
    """
    known = ~np.isnan(evaluation.deficit)
    weights = np.array([item.weight for item in evaluation.criteria])
    gap = np.maximum(model.flag_minimum[score] - evaluation.score, 0.0)
    total = (known * weights).sum(axis=1)
    asked = evaluation.deficit + (gap * total)[:, None] / (100 * weights)
    few = evaluation.families_agreeing < model.minimum_families
    one_short = evaluation.families_agreeing == model.minimum_families - 1
    new = ~_family_agrees(evaluation, model)
    asked = np.where(few[:, None], np.maximum(asked, model.agree_at), asked)
    possible = known & (asked <= 1 + TOLERANCE) & (~few | one_short)[:, None]
    possible &= ~few[:, None] | new
    values = np.full(asked.shape, np.nan)
    for column, item in enumerate(evaluation.criteria):
        values[:, column] = _printed(item, np.minimum(asked[:, column], 1.0))
    reached = deficits(values, evaluation.criteria) >= np.minimum(asked, 1.0) - TOLERANCE
    change = np.where(possible & reached, asked - evaluation.deficit, np.inf)
    if not change.shape[1]:
        return OneValue(np.full(len(change), -1), np.full(len(change), np.nan))
    best = np.argmin(change, axis=1)
    rows = np.arange(len(best))
    found = np.isfinite(change[rows, best])
    return OneValue(np.where(found, best, -1), np.where(found, values[rows, best], np.nan))


def _printed(item: Criterion, asked: Floats) -> Floats:
    """Return the value of each deficit, rounded in the digits shown to the worse side."""
    scale = 10.0**item.decimals * (100.0 if item.unit == "%" else 1.0)
    exact = value_at(item, asked) * scale
    turned = np.ceil(exact - TOLERANCE) if rises(item) else np.floor(exact + TOLERANCE)
    return np.asarray(turned / scale, dtype="float64")


def _family_agrees(evaluation: Evaluation, model: ScoreModel) -> Flags:
    """Tell of each cell (n x k) whether the family of its criterion agrees already."""
    agreeing = np.nan_to_num(evaluation.deficit, nan=-1.0) >= model.agree_at - CLOSE
    families = np.array([item.family for item in evaluation.criteria])
    result = np.zeros(agreeing.shape, dtype=bool)
    for family in dict.fromkeys(families.tolist()):
        columns = families == family
        result[:, columns] = agreeing[:, columns].any(axis=1, keepdims=True)
    return result


def score_range(evaluation: Evaluation) -> tuple[Floats, Floats]:
    """Return the score if all that is missing were best, and if all of it were worst."""
    weights = np.array([item.weight for item in evaluation.criteria])
    known = (~np.isnan(evaluation.deficit) * weights).sum(axis=1)
    asked = (evaluation.applies * weights).sum(axis=1)
    share = np.divide(known, asked, out=np.zeros(len(known)), where=asked > 0)
    low = evaluation.score * share
    return low, low + 100.0 * (1.0 - share)


def reach(
    applies: Flags, known: Flags, *, criteria: tuple[Criterion, ...], model: ScoreModel
) -> Reach:
    """Return the fewest missing sources, the heaviest first, that give a parcel a score.

    ``applies`` and ``known`` hold one value a criterion. Where even all of them do not suffice
    ``enough`` is False and ``roles`` names them all.
    """
    gaps = [item for at, item in enumerate(criteria) if applies[at] and not known[at]]
    weight: dict[str, float] = {}
    for item in gaps:
        weight[item.data] = weight.get(item.data, 0.0) + item.weight
    order = sorted(weight, key=lambda role: -weight[role])

    def with_roles(roles: tuple[str, ...]) -> Reach:
        added = tuple(item for item in gaps if item.data in roles)
        have = [item for at, item in enumerate(criteria) if known[at]] + list(added)
        asked = sum(item.weight for at, item in enumerate(criteria) if applies[at])
        coverage = sum(item.weight for item in have) / asked if asked else 0.0
        families = len({item.family for item in have})
        enough = coverage >= model.minimum_coverage - TOLERANCE
        enough &= families >= model.minimum_families
        return Reach(roles=roles, criteria=added, coverage=coverage, families=families,
                     enough=enough)  # fmt: skip

    sets = [(role,) for role in order] + [tuple(order[:n]) for n in range(2, len(order) + 1)]
    tried = [with_roles(roles) for roles in sets]
    return next((one for one in tried if one.enough), tried[-1] if tried else with_roles(()))


def missing_words(gaps: list[Criterion], absent: Mapping[str, Words]) -> Words:
    """Return the missing criteria by reason, e.g. ``亩均税收、亩均等级（未提供亩均税收表）``."""
    by_reason: dict[Words, list[Criterion]] = {}
    for item in gaps:
        reason = absent.get(item.data, (item.missing_zh, item.missing_en))
        by_reason.setdefault(reason, []).append(item)
    zh = [
        named([item.zh for item in items], most=4, language="zh") + (f"（{why}）" if why else "")
        for (why, _), items in by_reason.items()
    ]
    en = [
        named([item.en for item in items], most=4, language="en") + (f" ({why})" if why else "")
        for (_, why), items in by_reason.items()
    ]
    return "、".join(zh), ", ".join(en)
