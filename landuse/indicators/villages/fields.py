"""Fields joined where little lies between them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import scipy

from landuse.core.layers import Layer
from landuse.core.settings import Settings
from landuse.indicators.measured import Limit

CROP = "crop"
_ROWS = 512


class FieldSettings(Settings):
    """How near fields count as joined."""

    gap_m: Limit = Limit(value=20, unit="m", source="domain.md §3.6", mark="V")


def join_fields(
    *, landcover: Layer | None, legend: Mapping[int, str] | None, settings: FieldSettings
) -> dict[str, Any]:
    """Join fields less than ``gap_m`` apart, once for all outlines that will be asked about.

    Returns
    -------
    ``cells`` : for each crop cell, the number of crop cells of the field it is part of; 0 for
    other ground. Nothing without land cover. ``findings`` : none.
    """
    if landcover is None or not legend:
        return {"findings": []}
    crop = cells_of(landcover, CROP, legend)
    reach = max(1, round(settings.gap_m.value / landcover.grid.resolution_m / 2))
    field, count = scipy.ndimage.label(_widened(crop, reach), structure=np.ones((3, 3), dtype=int))
    sizes = _sizes(field, crop, count).astype("int32")
    for first in range(0, len(field), _ROWS):
        rows = slice(first, first + _ROWS)
        field[rows] = np.where(crop[rows], sizes[field[rows]], 0)
    return {"cells": Layer(landcover.grid, field, year=landcover.year), "findings": []}


def cells_of(layer: Layer, key: str, legend: Mapping[int, str]) -> np.ndarray:
    """Return which cells are of a class of the legend {code: key}; none where it is not listed."""
    code = next((code for code, name in legend.items() if name == key), None)
    return np.zeros(layer.values.shape, dtype=bool) if code is None else layer.values == code


def _widened(mask: np.ndarray, reach: int) -> np.ndarray:
    """Return the cells with one of the mask at most ``reach`` rows and columns away."""
    tall = mask.copy()
    for step in range(1, reach + 1):
        tall[step:] |= mask[:-step]
        tall[:-step] |= mask[step:]
    wide = tall.copy()
    for step in range(1, reach + 1):
        wide[:, step:] |= tall[:, :-step]
        wide[:, :-step] |= tall[:, step:]
    return wide


def _sizes(field: np.ndarray, crop: np.ndarray, count: int) -> np.ndarray:
    """Return how many crop cells each field holds, counted some rows at a time."""
    sizes = np.zeros(count + 1, dtype=np.int64)
    for first in range(0, len(field), _ROWS):
        rows = slice(first, first + _ROWS)
        sizes += np.bincount(field[rows][crop[rows]], minlength=count + 1)
    return sizes
