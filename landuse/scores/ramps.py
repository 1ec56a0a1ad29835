"""Ramps read backwards: which value makes which deficit."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from landuse.scores.engine import Floats
from landuse.scores.model import Criterion


def rises(criterion: Criterion) -> bool:
    """Tell whether a larger value is worse."""
    return criterion.ramp[-1][1] >= criterion.ramp[0][1]


def value_at(criterion: Criterion, deficit: ArrayLike) -> Floats:
    """Return the mildest value whose deficit is at least the one asked for.

    That is the smallest value of a rising ramp, the largest of a falling one. NaN where no value
    is that bad; the first point of the ramp where every value is.
    """
    turn = 1.0 if rises(criterion) else -1.0
    points = sorted((turn * value, worth) for value, worth in criterion.ramp)
    at, worth = np.array(points, dtype="float64").T
    asked = np.asarray(deficit, dtype="float64")
    right = np.searchsorted(worth, asked, side="left")
    last, first = np.clip(right, 0, len(at) - 1), np.clip(right - 1, 0, len(at) - 1)
    width = np.where(last > first, worth[last] - worth[first], 1.0)
    between = at[first] + (at[last] - at[first]) * (asked - worth[first]) / width
    result = np.where(right == 0, at[0], between)
    return np.where((right == len(at)) | np.isnan(asked), np.nan, turn * result)
