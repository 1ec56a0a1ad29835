"""What a missing source costs: criteria, coverage still within reach, families, vetoes.

Read from the score model alone, before any parcel is measured. The coverage is an upper bound:
what a parcel reaches when every source that is there has a value for it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from landuse.scores.engine import CLOSE, count_families
from landuse.scores.model import Criterion, Family, ScoreModel, ScoreName, Veto

Flags = NDArray[np.bool_]
Ways = Mapping[str, Sequence[Collection[str]]]
"""Column to the sets of roles that give it, for columns that need more, or less, than one role."""

SCORES: tuple[ScoreName, ...] = ("idle", "les")
EVERYONE = ""
"""Stands for parcels of a group that no criterion names."""


@dataclass(frozen=True, kw_only=True)
class Reach:
    """What one score can still know of a parcel of one group.

    Attributes
    ----------
    group : peer group; "" stands for every group that no criterion names.
    coverage : largest evidence coverage within reach, 0 to 1.
    families : evidence families within reach, in the model's order.
    enough : whether coverage and families reach the model's minimum, so that a parcel can be
        flagged by this score at all.
    """

    score: ScoreName
    group: str
    coverage: float
    families: tuple[str, ...]
    enough: bool


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What a model lacks when some roles are absent.

    Attributes
    ----------
    roles : the absent roles, in alphabetical order.
    criteria : criteria that drop out, in the model's order.
    vetoes : vetoes that are not checked.
    families : families that no criterion of any score is left in.
    reach : one row a score and group that the score applies to.
    """

    roles: tuple[str, ...]
    criteria: tuple[Criterion, ...]
    vetoes: tuple[Veto, ...]
    families: tuple[Family, ...]
    reach: tuple[Reach, ...]

    @property
    def can_flag(self) -> bool:
        """Tell whether a parcel of any group can still be flagged."""
        return any(item.enough for item in self.reach)

    @property
    def silent_groups(self) -> tuple[str, ...]:
        """Return the groups of which no parcel can be flagged any more."""
        heard = {item.group for item in self.reach if item.enough}
        return tuple(dict.fromkeys(r.group for r in self.reach if r.group not in heard))

    def coverage(self, score: ScoreName) -> float:
        """Return the largest coverage of a score over all groups; 0 where it has no criterion."""
        return max((item.coverage for item in self.reach if item.score == score), default=0.0)


def cost_of(
    absent: Collection[str], model: ScoreModel, *, ways: Ways | None = None,
    scores: Sequence[ScoreName] = SCORES,
) -> Cost:  # fmt: skip
    """Return what the absence of roles costs.

    .. math:: C_{max}(s, g) = \\sum_{known} w_j / \\sum_{applicable} w_j

    Parameters
    ----------
    absent : roles that are not there; roles the model does not read cost nothing.
    model : the score model.
    ways : column to sets of roles, each of which gives it, e.g. floor area from footprints that
        a built surface confirms, or from built surface and height. A column not listed is given
        by the one role that its criterion names.
    scores : the scores that the model has.

    Laws: with nothing absent every coverage is 1; one more absence never raises one; the order
    of the roles does not matter.
    """
    gone = frozenset(absent)
    lost = tuple(item for item in model.criteria if is_lost(item, gone, ways=ways))
    left = {item.family for item in model.criteria if item not in lost}
    named = {item.family for item in model.criteria}
    return Cost(
        roles=tuple(sorted(gone)),
        criteria=lost,
        vetoes=tuple(item for item in model.vetoes if is_lost(item, gone, ways=ways)),
        families=tuple(item for item in model.families if item.code in named - left),
        reach=tuple(row for score in scores for row in _reach(score, lost, model)),
    )


def is_lost(item: Criterion | Veto, absent: Collection[str], *, ways: Ways | None = None) -> bool:
    """Tell whether a criterion or veto can have no value when roles are absent."""
    given_by = (ways or {}).get(item.column, ((item.data,),))
    return all(any(role in absent for role in roles) for roles in given_by)


def groups_of(model: ScoreModel) -> tuple[str, ...]:
    """Return the peer groups of a model in order; "" for the rest where a criterion names none."""
    named = dict.fromkeys(group for item in model.criteria for group in item.groups)
    open_to_all = any(not item.groups for item in model.criteria)
    return (*named, *((EVERYONE,) if open_to_all else ()))


def _reach(score: ScoreName, lost: tuple[Criterion, ...], model: ScoreModel) -> list[Reach]:
    """Return the rows of one score; a group that it does not apply to has none."""
    criteria, groups = model.of_score(score), groups_of(model)
    if not criteria:
        return []
    weights = np.array([item.weight for item in criteria], dtype="float64")
    applies = np.array([[_applies(item, g) for item in criteria] for g in groups], dtype=bool)
    known = applies & np.array([item not in lost for item in criteria], dtype=bool)
    asked = (applies * weights).sum(axis=1)
    coverage = np.divide(
        (known * weights).sum(axis=1), asked, out=np.zeros(len(groups)), where=asked > 0
    )
    families = count_families(known, criteria)
    enough = (coverage >= model.minimum_coverage - CLOSE) & (families >= model.minimum_families)
    return [
        Reach(
            score=score, group=group, coverage=float(coverage[row]),
            families=_families(known[row], criteria, model=model), enough=bool(enough[row]),
        )
        for row, group in enumerate(groups)
        if asked[row] > 0
    ]  # fmt: skip


def _applies(item: Criterion, group: str) -> bool:
    return not item.groups or group in item.groups


def _families(
    known: Flags, criteria: tuple[Criterion, ...], *, model: ScoreModel
) -> tuple[str, ...]:
    held = {item.family for item, there in zip(criteria, known, strict=True) if there}
    return tuple(family.code for family in model.families if family.code in held)
