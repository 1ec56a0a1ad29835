"""The latest layer of a series, for indicators that ask about one year only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from landuse.core.layers import Layer
from landuse.core.settings import Settings


def latest(*, layers: Sequence[Layer], settings: Settings) -> dict[str, Any]:
    """Return ``layer``: the layer of the latest year; layers without a year come first."""
    return {"layer": max(layers, key=lambda layer: -1 if layer.year is None else layer.year)}
