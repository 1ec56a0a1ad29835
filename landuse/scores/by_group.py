"""A model whose criteria are each for one peer group, so that every group can learn its own."""

from __future__ import annotations

from collections.abc import Sequence

from landuse.scores.model import Criterion, ScoreModel, ScoreName


def split_by_group(
    model: ScoreModel,
    trial: Sequence[Criterion],
    groups: Sequence[str],
    *,
    score: ScoreName,
) -> tuple[ScoreModel, tuple[Criterion, ...]]:
    """Return model and trial criteria with one copy of each for every group it applies to.

    Scores do not change: a copy says of its group what the criterion said (test). A criterion that
    already is for one group keeps its code, the others get the group behind it, B01-LOT_SMALL.
    Criteria of groups that are not among ``groups`` stay as they are.
    """
    own = tuple(
        copy
        for item in model.criteria
        for copy in (_copies(item, groups) if item.score == score else (item,))
    )
    return model.model_copy(update={"criteria": own}), tuple(
        copy for item in trial for copy in _copies(item, groups)
    )


def _copies(item: Criterion, groups: Sequence[str]) -> tuple[Criterion, ...]:
    asked = item.groups or tuple(groups)
    if len(asked) == 1:
        return (item.model_copy(update={"groups": asked}),)
    return tuple(
        item.model_copy(update={"code": f"{item.code}-{group}", "groups": (group,)})
        for group in asked
    )


def group_keys(criteria: Sequence[Criterion]) -> list[str]:
    """Return the groups of each criterion as a key under which weights sum to 1.

    Where sets of groups overlap, or a criterion is for all, no such sums exist: the key is "" for
    all.
    """
    sets = {item.groups for item in criteria}
    named = [group for groups in sets for group in groups]
    apart = all(sets) and len(named) == len(set(named))
    return [",".join(item.groups) if apart else "" for item in criteria]
