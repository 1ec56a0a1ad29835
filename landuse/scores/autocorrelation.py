"""Closed forms of spatial autocorrelation: Gi* of each place, global Moran's I and its p.

PySAL (esda) computes the same and is what the tests compare with; importing it takes longer than
all of the stage that needs these two formulas.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array
from scipy.special import ndtr

Floats = NDArray[np.float64]


def gi_star(values: Floats, weights: csr_array) -> Floats:
    """Return the standardised Gi* of each place, itself included.

    .. math:: z_i = (x_i + \\sum_j w_{ij} x_j - W_i \\bar x) /
        (S \\sqrt{W_i (n - W_i) / (n - 1)}), \\quad W_i = 1 + \\sum_j w_{ij}

    S the standard deviation of all n values (divided by n). Lifting every value changes nothing.

    Parameters
    ----------
    values : (n,), not all equal. ``weights`` : (n, n), 0 or 1, nothing on the diagonal.

    Returns
    -------
    (n,), without unit; NaN for a place whose neighbours are all others. Source: Ord and Getis 1995.
    """
    n, own = len(values), values - values.mean()
    around = 1 + np.asarray(weights.sum(axis=1))
    spread = own.std() * np.sqrt(around * (n - around) / (n - 1))
    found = np.full(n, np.nan)
    np.divide(own + weights @ own, spread, out=found, where=spread > 0)
    return found


def morans_i(values: Floats, weights: csr_array) -> tuple[float, float]:
    """Return global Moran's I of row-standardised weights and its two-sided p.

    .. math:: I = (n / S_0) \\sum_{ij} w_{ij} z_i z_j / \\sum_i z_i^2, \\quad E = -1 / (n - 1)

    The p is that of the normal approximation, with the variance under randomisation:

    .. math:: (n ((n^2 - 3n + 3) S_1 - n S_2 + 3 S_0^2) - k ((n^2 - n) S_1 - 2n S_2 + 6 S_0^2))
        / ((n - 1)(n - 2)(n - 3) S_0^2) - E^2

    with :math:`S_0 = \\sum w_{ij}`, :math:`S_1 = \\sum (w_{ij} + w_{ji})^2 / 2`,
    :math:`S_2 = \\sum_i (w_{i.} + w_{.i})^2` and k the kurtosis of the values.

    Parameters
    ----------
    values : (n,), n at least 4 and not all equal. ``weights`` : (n, n), not negative, not all 0;
        each row is divided by its sum, a row of zeros stays.

    Source: Cliff and Ord 1981, Spatial Processes, ch. 2.
    """
    n, z = len(values), values - values.mean()
    sums = np.asarray(weights.sum(axis=1), dtype="float64")
    parts = np.divide(1.0, sums, out=np.zeros(n), where=sums > 0)
    standard = csr_array(diags_array(parts) @ weights)
    s0, expected = float(standard.sum()), -1.0 / (n - 1)
    found = n / s0 * float(z @ (standard @ z)) / float(z @ z)
    variance = _variance(standard, s0=s0, kurtosis=n * float((z**4).sum()) / float(z @ z) ** 2)
    away = (found - expected) / np.sqrt(variance - expected**2)
    return found, float(2 * ndtr(-abs(away)))


def _variance(weights: csr_array, *, s0: float, kurtosis: float) -> float:
    """Return the expectation of I squared under randomisation."""
    n = weights.shape[0]
    both = weights + weights.T
    s1 = float(both.multiply(both).sum()) / 2
    s2 = float((np.asarray(both.sum(axis=1)) ** 2).sum())
    drawn = n * ((n**2 - 3 * n + 3) * s1 - n * s2 + 3 * s0**2)
    tailed = kurtosis * ((n**2 - n) * s1 - 2 * n * s2 + 6 * s0**2)
    return float((drawn - tailed) / ((n - 1) * (n - 2) * (n - 3) * s0**2))
