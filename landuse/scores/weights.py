"""Weights from elsewhere: pairwise comparison (AHP), entropy, and both together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from pydantic import Field

from landuse.core.errors import Fault, LanduseError, data_fault, fail, study_fault
from landuse.core.settings import Settings
from landuse.scores.engine import Floats, add_derived, evaluate
from landuse.scores.model import Criterion, ScoreModel, ScoreName

RANDOM_INDEX = (
    0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59,
)  # fmt: skip
"""Mean consistency index of random matrices, n = 1 to 15 (Saaty 1980, The Analytic Hierarchy
Process). n up to 10: domain specification §2.5 (M). n = 11 to 15: as public code cites Saaty
(V-weak); other tables give 1.53 or 1.54 at n = 12, where 1.48 is the odd one out."""
LARGEST = len(RANDOM_INDEX)
RECIPROCAL_TO = 0.02
"""Entries typed with two or three digits (0.33 against 3) count as reciprocal."""


@dataclass(frozen=True, eq=False)
class Ahp:
    """Weights of a pairwise matrix (sum 1) and how consistent its judgements are."""

    weights: Floats
    lambda_max: float
    ci: float
    cr: float


class EntropySettings(Settings):
    """Percentiles to which values are drawn in inside each peer group (P)."""

    lower: float = Field(0.02, ge=0, lt=0.5)
    upper: float = Field(0.98, gt=0.5, le=1)


def ahp(
    matrix: ArrayLike,
    *,
    codes: Sequence[str] = (),
    largest_cr: float = 0.1,
    accept_inconsistent: bool = False,
) -> Ahp:
    """Return the principal eigenvector of a pairwise matrix and its consistency.

    ``CI = (lambda_max - n) / (n - 1)``, ``CR = CI / RI(n)``, both 0 for n up to 2 (Saaty 1980).

    Parameters
    ----------
    matrix : n x n, n from 1 to 15; entry (i, j) says how much more criterion i matters than j.
    codes : the criteria compared, to check the size.

    Raises
    ------
    LanduseError
        Wrong size; an entry that is not positive; not reciprocal; CR at or over ``largest_cr``
        unless ``accept_inconsistent``.
    """
    pairs = np.asarray(matrix, dtype="float64")
    faults = _shape_faults(pairs, codes) or _entry_faults(pairs)
    if faults:
        raise LanduseError(faults)
    count = len(pairs)
    values, vectors = np.linalg.eig(pairs)
    principal = int(np.argmax(values.real))
    weights = np.abs(vectors[:, principal].real)
    largest = float(values[principal].real)
    ci = (largest - count) / (count - 1) if count > 1 else 0.0
    cr = ci / RANDOM_INDEX[count - 1] if count > 2 else 0.0
    if cr >= largest_cr and not accept_inconsistent:
        raise fail(_inconsistent(cr, largest_cr))
    return Ahp(weights=weights / weights.sum(), lambda_max=largest, ci=ci, cr=cr)


def entropy_weights(share: ArrayLike) -> Floats:
    """Return entropy weights (sum 1) of a non-negative matrix, parcels x criteria.

    ``p_ij = x_ij / sum_i x_ij``, ``e_j = -1 / ln(m) sum_i p_ij ln p_ij`` with ``0 ln 0 = 0``,
    ``w_j = (1 - e_j) / sum_j (1 - e_j)`` (domain specification §2.5). m counts the parcels whose
    value is known. A column that tells no two parcels apart has weight 0.

    Raises
    ------
    LanduseError
        No column tells two parcels apart, or a value is negative.
    """
    matrix = np.asarray(share, dtype="float64")
    if (matrix < 0).any():
        raise fail(data_fault(
            "熵权法的取值须不小于 0", "entropy weights need values of at least 0",
            todo_zh="先做极差标准化", todo_en="scale the values to 0-1 first",
        ))  # fmt: skip
    told = np.array([_redundancy(column[~np.isnan(column)]) for column in matrix.T])
    if told.sum() == 0:
        raise fail(data_fault(
            "各指标在所有地块上取值相同，熵权无从确定",
            "every criterion has one value for all parcels: entropy gives no weights",
            todo_zh="改用默认权重或 AHP 权重", todo_en="use the default or the AHP weights",
        ))  # fmt: skip
    return np.asarray(told / told.sum(), dtype="float64")


def entropy(
    table: pd.DataFrame,
    model: ScoreModel,
    *,
    score: ScoreName,
    settings: EntropySettings | None = None,
) -> dict[str, float]:
    """Return entropy weights (code = weight, sum 1) of one score from the table itself.

    Values are winsorised inside each peer group, then scaled to 0-1 over all parcels to which the
    criterion applies, so that 1 is the worst; missing values are left out of their column.
    """
    limits = settings or EntropySettings()
    evaluation = evaluate(add_derived(table, model.derived), model, score=score)
    values = np.where(evaluation.applies, evaluation.values, np.nan)
    groups = table["group"].to_numpy()
    columns = [
        _scaled(winsorised(values[:, place], groups, settings=limits), item)
        for place, item in enumerate(evaluation.criteria)
    ]
    weights = entropy_weights(np.column_stack(columns))
    codes = [item.code for item in evaluation.criteria]
    return dict(zip(codes, weights.tolist(), strict=True))


def winsorised(
    values: Floats, groups: np.ndarray[tuple[int], np.dtype[np.object_]], *,
    settings: EntropySettings,
) -> Floats:  # fmt: skip
    """Return values drawn in to the percentiles of their peer group; null stays null."""
    result = values.copy()
    for group in sorted(set(groups.tolist())):
        rows = (groups == group) & ~np.isnan(values)
        if rows.any():
            low, high = np.quantile(values[rows], [settings.lower, settings.upper])
            result[rows] = np.clip(values[rows], low, high)
    return result


def combined(
    first: Mapping[str, float], second: Mapping[str, float], *, share: float = 0.5
) -> dict[str, float]:
    """Return ``share * first + (1 - share) * second``, both scaled to sum 1 (share 0.5: P)."""
    one, two = _same_codes(first, second)
    return {code: share * one[code] + (1 - share) * two[code] for code in one}


def product(first: Mapping[str, float], second: Mapping[str, float]) -> dict[str, float]:
    """Return weights in proportion to ``sqrt(first * second)``, sum 1."""
    one, two = _same_codes(first, second)
    roots = {code: float(np.sqrt(one[code] * two[code])) for code in one}
    if sum(roots.values()) == 0:
        raise fail(study_fault(
            "两组权重没有共同的非零指标，乘积权重无从确定",
            "the two sets share no criterion with weight: their product gives none",
        ))  # fmt: skip
    return _to_one(roots)


def _redundancy(column: Floats) -> float:
    if len(column) < 2 or np.ptp(column) == 0:
        return 0.0
    part = column / column.sum()
    part = part[part > 0]
    return float(1 + (part * np.log(part)).sum() / np.log(len(column)))


def _scaled(values: Floats, item: Criterion) -> Floats:
    known = values[~np.isnan(values)]
    if not len(known) or np.ptp(known) == 0:
        return np.where(np.isnan(values), np.nan, 0.0)
    share = (values - known.min()) / np.ptp(known)
    return np.asarray(share if item.ramp[-1][1] >= item.ramp[0][1] else 1 - share)


def _to_one(weights: Mapping[str, float]) -> dict[str, float]:
    total = sum(weights.values())
    return {code: weight / total for code, weight in weights.items()}


def _same_codes(
    first: Mapping[str, float], second: Mapping[str, float]
) -> tuple[dict[str, float], dict[str, float]]:
    odd = sorted(set(first) ^ set(second))
    if odd:
        raise fail(study_fault(
            "两组权重的指标不一致", "the two sets of weights name different criteria",
            found=", ".join(odd),
        ))  # fmt: skip
    return _to_one(first), _to_one(second)


def _shape_faults(pairs: Floats, codes: Sequence[str]) -> list[Fault]:
    shape = " x ".join(str(length) for length in pairs.shape)
    square = pairs.ndim == 2 and pairs.shape[0] == pairs.shape[1]
    fits = square and 1 <= len(pairs) <= LARGEST and (not codes or len(codes) == len(pairs))
    if fits:
        return []
    wanted = f"{len(codes)} x {len(codes)}" if codes else f"n x n, n = 1..{LARGEST}"
    return [
        study_fault(
            "判断矩阵的大小不对", "the pairwise matrix has the wrong size", field="matrix",
            found=shape, todo_zh=f"须为 {wanted}（最多 {LARGEST} 项）",
            todo_en=f"give {wanted} (at most {LARGEST} criteria)",
        )
    ]  # fmt: skip


def _entry_faults(pairs: Floats) -> list[Fault]:
    wrong = np.argwhere(~(np.isfinite(pairs) & (pairs > 0)))
    faults = [
        study_fault(
            "判断矩阵的元素须为正数", "entries of the pairwise matrix must be positive",
            field=f"matrix[{row + 1}, {column + 1}]", found=f"{pairs[row, column]:g}",
        )
        for row, column in wrong
    ]  # fmt: skip
    if faults:
        return faults
    odd = np.argwhere(np.triu(np.abs(pairs * pairs.T - 1) > RECIPROCAL_TO))
    return [
        study_fault(
            "判断矩阵不互反", "the pairwise matrix is not reciprocal",
            field=f"matrix[{row + 1}, {column + 1}]",
            found=f"{pairs[row, column]:g}, {pairs[column, row]:g}",
            todo_zh="须 a_ij · a_ji = 1（对角线为 1）",
            todo_en="make a_ij * a_ji = 1 (1 on the diagonal)",
        )
        for row, column in odd
    ]  # fmt: skip


def _inconsistent(cr: float, largest: float) -> Fault:
    return study_fault(
        f"判断矩阵不一致：CR = {cr:.3f}，须 < {largest:g}",
        f"the judgements contradict each other: CR = {cr:.3f}, must be < {largest:g}",
        field="matrix", found=f"CR = {cr:.3f}",
        todo_zh="修改判断矩阵，或明确接受不一致（accept_inconsistent）",
        todo_en="revise the comparisons, or say that you accept them (accept_inconsistent)",
    )  # fmt: skip
