"""What the relaxed programme tells of the whole: a plan near the best, and what to leave out.

Both are proven, so the answer keeps the solver's guarantee and costs a fraction of its search.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray
from scipy.sparse import csc_matrix, vstack

Floats = NDArray[np.float64]
WHOLE, SLACK = 1e-6, 1e-9


@dataclass(frozen=True, eq=False)
class Rounded:
    """A 0/1 plan of n pairs, its distance from the best, and bounds that hold every better plan.

    ``taken`` is None where no plan was found; ``low`` and ``high`` are then the bounds given.
    """

    taken: Floats | None
    gap: float
    low: Floats
    high: Floats


def rounded(
    weights: Floats, rules: Sequence[scipy.optimize.LinearConstraint], low: Floats
) -> Rounded:
    """Round the relaxed programme (0 <= x <= 1, maximise ``weights``) to a whole plan.

    What the relaxed optimum takes whole is taken; the rest is filled up greedily, fractions first,
    then by worth for the room it needs. The optimum :math:`b` bounds every plan, so a plan worth
    :math:`w` is within :math:`(b - w) / |w|` of the best; and a pair whose reduced cost exceeds
    :math:`b - w` cannot change sides in a better plan.

    Parameters
    ----------
    weights : (n,). ``low`` : (n,), 1 = must be taken. ``rules`` : upper rules with coefficients
        not below 0, or lower rules.
    """
    every = Rounded(None, np.inf, low, np.ones_like(low))
    upper = [rule for rule in rules if np.isfinite(rule.ub).all()]
    lower = [rule for rule in rules if np.isfinite(rule.lb).all()]
    matrix = csc_matrix(vstack([csc_matrix(rule.A) for rule in upper]))
    room = np.concatenate([np.broadcast_to(rule.ub, rule.A.shape[0]) for rule in upper])
    relaxed = scipy.optimize.linprog(
        -weights, bounds=np.stack([low, every.high], axis=1), method="highs",
        A_ub=vstack([matrix, *(csc_matrix(-rule.A) for rule in lower)]),
        b_ub=np.concatenate([room, *(np.atleast_1d(-rule.lb) for rule in lower)]),
    )  # fmt: skip
    if relaxed.x is None:
        return every
    taken = _filled(weights, relaxed.x, matrix, room, low)
    if taken is None or any((rule.A @ taken < rule.lb - SLACK).any() for rule in lower):
        return every
    worth = float(weights @ taken)
    distance = max(float(-relaxed.fun) - worth, 0.0)
    apart = distance + SLACK * max(1.0, abs(worth))
    return Rounded(
        taken, distance / max(abs(worth), SLACK),
        low=np.where(-relaxed.upper.marginals > apart, 1.0, low),
        high=np.where((relaxed.lower.marginals > apart) & (low == 0), 0.0, 1.0),
    )  # fmt: skip


def _filled(
    weights: Floats, share: Floats, matrix: csc_matrix, room: Floats, low: Floats
) -> Floats | None:
    """Return the whole part of a relaxed plan, filled up; None where even that breaks a rule."""
    taken = np.where(share > 1 - WHOLE, 1.0, low)
    left = room - matrix @ taken
    if (left < -SLACK * np.maximum(1.0, np.abs(room))).any():
        return None
    # Lists: a pair has three or four rules, too few for arrays to pay.
    starts, rows, needs = (held.tolist() for held in (matrix.indptr, matrix.indices, matrix.data))
    free, put = left.tolist(), taken.tolist()
    for pair in _order(weights, share, matrix, room).tolist():
        if put[pair]:
            continue
        part = range(starts[pair], starts[pair + 1])
        for at in part:
            if needs[at] > free[rows[at]]:
                break
        else:
            put[pair] = 1.0
            for at in part:
                free[rows[at]] -= needs[at]
    return np.array(put)


def _order(weights: Floats, share: Floats, matrix: csc_matrix, room: Floats) -> NDArray[np.int64]:
    """Return the pairs worth trying: larger fractions first, then the more worth for its room."""
    scarce = matrix.T @ (1 / np.maximum(room, SLACK))
    density = weights / np.maximum(scarce, SLACK)
    order = np.lexsort((np.arange(len(weights)), -density, -np.round(share, 6)))
    return order[weights[order] > 0]
