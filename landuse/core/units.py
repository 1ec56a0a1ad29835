"""Units of Chinese land administration."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import pandas as pd

M2_PER_HA = 10_000.0
MU_PER_HA = 15.0
M2_PER_MU = M2_PER_HA / MU_PER_HA

Number = TypeVar("Number", float, "np.ndarray", "pd.Series")


def m2_to_mu(area_m2: Number) -> Number:
    """Convert square metres to mu (亩): 1 ha = 15 mu (`domain.md` §6.1)."""
    return area_m2 / M2_PER_MU


def m2_to_ha(area_m2: Number) -> Number:
    """Convert square metres to hectares."""
    return area_m2 / M2_PER_HA
