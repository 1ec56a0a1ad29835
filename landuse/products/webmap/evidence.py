"""The words and colours of the evidence columns, as far as the parcels hold them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from landuse.products.evidence_words import (
    HOT_COLOURS,
    HOT_SPOTS,
    LAND_STATES,
    P_CLASSES,
    SIGNALS,
    STABILITY,
    STATE_COLOURS,
    Words,
)
from landuse.products.webmap.columns import texts_of

UNKNOWN_COLOUR = "#7C8898"


def evidence_words(parcels: pd.DataFrame) -> dict[str, Any]:
    """Return what the browser needs to name and colour the evidence columns.

    Only codes that some parcel holds are sent: a page without a ledger names no legal state. An
    unknown code keeps its own name.

    Returns
    -------
    ``land_state``, ``stability``, ``hot_spot``, ``signal``: ``code, zh, en`` and, for what the map
    colours, ``fill``; ``p_flag``: ``low, fill`` of each class.
    """
    return {
        "land_state": _named(parcels, "land_state", LAND_STATES, fills=STATE_COLOURS),
        "stability": _named(parcels, "stability", STABILITY),
        "hot_spot": _named(parcels, "hot_spot", HOT_SPOTS, fills=HOT_COLOURS),
        "signal": _named(parcels, "signal", SIGNALS),
        "p_flag": [{"low": item.low, "fill": item.fill} for item in P_CLASSES],
    }


def _named(
    parcels: pd.DataFrame,
    column: str,
    words: Mapping[str, Words],
    *,
    fills: Mapping[str, str] | None = None,
) -> list[dict[str, str]]:
    """Return the codes a column holds, known ones in the order of the words, then the others."""
    held = {part for text in texts_of(parcels, column).unique() for part in text.split(";")} - {""}
    order = [code for code in words if code in held] + sorted(held - set(words))
    named = []
    for code in order:
        zh, en = words.get(code, (code, code))
        entry = {"code": code, "zh": zh, "en": en}
        if fills is not None:
            entry["fill"] = fills.get(code, UNKNOWN_COLOUR)
        named.append(entry)
    return named
