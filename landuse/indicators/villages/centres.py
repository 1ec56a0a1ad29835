"""Town centres: those the study gives, else where the land of a town is built most densely."""

from __future__ import annotations

from typing import Any

import geopandas as gpd

from landuse.core.findings import Finding
from landuse.indicators.access import AccessSettings, town_centres

STAGE = "town_centres"


def find_town_centres(
    *, parcels: gpd.GeoDataFrame, centres: gpd.GeoDataFrame | None, settings: AccessSettings
) -> dict[str, Any]:
    """Return ``layer``: a point a town; ``findings`` say where they come from.

    Parameters
    ----------
    parcels : polygons with ``town_code``. ``centres`` : points of the study; they go first.
    """
    if centres is not None:
        return {"layer": centres, "findings": []}
    if "town_code" not in parcels or parcels.empty:
        empty = gpd.GeoDataFrame({"town_code": []}, geometry=[], crs=parcels.crs)
        return {
            "layer": empty,
            "findings": [_told("无从确定城镇中心", "no town centre is known", 0)],
        }
    layer = town_centres(parcels, cell_m=settings.town_centre_cell_m.value)
    zh = "城镇中心取各乡镇建设用地最密处"
    en = "town centres are where the construction land of a town lies most densely"
    return {"layer": layer, "findings": [_told(zh, en, len(layer))]}


def _told(zh: str, en: str, count: int) -> Finding:
    return Finding(stage=STAGE, kind="note", object_id="centres", value=str(count),
                   message_zh=zh, message_en=en)  # fmt: skip
