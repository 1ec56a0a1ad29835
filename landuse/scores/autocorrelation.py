"""Gi* and global Moran's I in closed form: what PySAL gives, without the seconds of its import.

The tests compare both with `esda` to the last digits.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.sparse import csr_array, dia_array, eye_array
from scipy.special import ndtr

from landuse.scores.engine import Floats


def gi_star(values: Floats, weights: csr_array) -> Floats:
    """Return z of Gi* of each place (Ord and Getis 1995), binary weights, itself included.

    ``weights`` : n x n, 1 where two are neighbours, no diagonal.
    """
    with_self = csr_array(weights + eye_array(len(values), format="csr"))
    # G is a ratio to the sum of all values; its z does not change when all of them are lifted.
    lifted = values - values.min() + 1
    n = len(lifted)
    mean = lifted.sum() / n
    variance = (lifted**2).sum() / n - mean**2
    near = np.asarray(with_self.sum(axis=1))
    spread = near * (n - near) / (n - 1) * (1 / n**2) * (variance / mean**2)
    found: Floats = ((with_self @ lifted) / lifted.sum() - near / n) / np.sqrt(spread)
    return found


def morans_i(values: Floats, weights: csr_array) -> tuple[float, float]:
    """Return global Moran's I with row-standardised weights, and its two-sided p.

    The p is that of the closed form under randomisation (Cliff and Ord 1981). Four places or more,
    not all alike, some of them neighbours. ``weights`` as for `gi_star`.
    """
    n, z = len(values), values - values.mean()
    rows = np.asarray(weights.sum(axis=1))
    shares = dia_array((1 / np.where(rows > 0, rows, 1)[None, :], [0]), shape=(n, n))
    even = csr_array(shares @ weights)
    s0, squares = float(even.sum()), float((z * z).sum())
    found = n / s0 * float((z * (even @ z)).sum()) / squares
    expected = -1.0 / (n - 1)
    distance = (found - expected) / math.sqrt(_variance(z, even, s0, expected))
    return found, float(2.0 * ndtr(-abs(distance)))


def _variance(z: Floats, even: csr_array, s0: float, expected: float) -> float:
    """Return the variance of Moran's I when the values are dealt at random."""
    n, both = len(z), even.T + even
    s1 = float((both * both).sum()) / 2.0
    s2 = float(((even.sum(axis=1) + even.sum(axis=0)) ** 2).sum())
    kurtosis = float((z**4).sum()) / n / (float((z**2).sum()) / n) ** 2
    fixed = n * ((n * n - 3 * n + 3) * s1 - n * s2 + 3 * s0**2)
    peaked = kurtosis * ((n * n - n) * s1 - 2 * n * s2 + 6 * s0**2)
    return (fixed - peaked) / ((n - 1) * (n - 2) * (n - 3) * s0**2) - expected**2
