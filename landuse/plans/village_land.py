"""The land of a village that a plan may count on."""

from __future__ import annotations

import numpy as np
import pandas as pd


def village_land_m2(villages: pd.DataFrame) -> pd.Series:
    """Return homestead land where homesteads are mapped, else the area of the outline, m2.

    An outline of built ground holds lanes, yards and fields between the houses, which a project
    cannot clear and reclaim; only plots in the cadastre can.

    Parameters
    ----------
    villages : ``area_m2`` and, where measured, ``homestead_m2``. Null stays null.
    """
    outline = villages["area_m2"].astype("float64")
    if "homestead_m2" not in villages:
        return outline
    return villages["homestead_m2"].astype("float64").fillna(outline)


def whole_households(estimated: pd.Series) -> pd.Series:
    """Return estimated households as whole ones, rounded up: nobody is a third of a household."""
    return np.ceil((estimated.astype("float64") - 1e-9).clip(lower=0))
