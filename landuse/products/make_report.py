"""The report as a stage product."""

from __future__ import annotations

from typing import Any

import geopandas as gpd

from landuse.products.gather import gather
from landuse.products.report import render_report
from landuse.products.report_map import Ground
from landuse.products.settings import ProductSettings


def make_report(
    *,
    settings: ProductSettings,
    geometry: gpd.GeoDataFrame,
    county: gpd.GeoDataFrame | None,
    towns: gpd.GeoDataFrame | None,
    zones: gpd.GeoDataFrame | None,
    **tables: Any,
) -> dict[str, Any]:
    """Return ``report``: one HTML page that opens no file and no address."""
    ground = Ground(parcels=geometry, county=county, towns=towns, zones=zones)
    return {"report": render_report(gather(settings, **tables), ground)}
