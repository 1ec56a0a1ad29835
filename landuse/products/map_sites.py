"""Sites for better use put together for the map."""

from __future__ import annotations

import geopandas as gpd

from landuse.products.facts import RunFacts
from landuse.products.map_projects import project_records
from landuse.products.settings import ProductSettings
from landuse.products.site_layers import opportunity_layer
from landuse.products.webmap import SiteInput


def site_input(
    run: RunFacts, settings: ProductSettings, outlines: gpd.GeoDataFrame | None
) -> SiteInput | None:
    """Return the sites with names of uses and grades; None where none was looked for or found."""
    layer = opportunity_layer(run.opportunities, outlines)
    model = settings.opportunity_model
    if layer is None or model is None or run.opportunities_refused is None:
        return None
    best = sorted(model.grades, key=lambda grade: -grade.minimum)
    return SiteInput(
        sites=layer,
        refused=run.opportunities_refused,
        uses=[{"code": code, "zh": zh, "en": en} for code, zh, en in settings.site_uses],
        grades=[grade.model_dump() for grade in best],
        projects=project_records(run.chances),
    )
