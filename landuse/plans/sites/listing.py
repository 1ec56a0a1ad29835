"""The stage that lists possible sites: flagged plots joined, and every outline worth a look."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from landuse.plans.sites.assemblies import Shapes, join_plots, list_sites, outlines
from landuse.plans.sites.members import owner_of
from landuse.plans.sites.settings import SiteSettings


def outline_sites(
    *,
    parcels: pd.DataFrame,
    geometry: gpd.GeoDataFrame,
    neighbours: pd.DataFrame,
    owners: pd.DataFrame | None = None,
    settings: SiteSettings,
    **layers: gpd.GeoDataFrame | None,
) -> dict[str, Any]:
    """List the plots that may be sites, alone and together, with their outlines.

    Vetoes come first. A plot that a line takes out joins no assembly, but is looked at alone, so
    that the line, its layer and share are told.

    Parameters
    ----------
    parcels, geometry : of `products.results`, in the same order; metres.
    neighbours : pairs of `objects.neighbours`.
    owners : ``parcel_id, owner_name``; None = not known.
    layers : ``roads, water``, which part plots; None where the study has none.

    Returns
    -------
    ``listed`` : see `assemblies.list_sites`, with ``planar_m2``, the sum of the areas of the plots
    as drawn. ``layer`` : outlines by ``site_id``, same order. ``joined``, ``parted`` : pairs of
    `assemblies.join_plots`.

    Source: domain.md §4.1, §4.2.
    """
    plots = _candidates(parcels, geometry, owners, settings)
    barriers = _barriers(parcels, geometry, layers, settings)
    joined = join_plots(
        plots[plots["joins"]], neighbours, barriers, gap_m=settings.limits.gap_m.value
    )
    listed = list_sites(plots, joined.pairs, most_grouped=settings.limits.most_grouped)
    planar = dict(zip(plots["parcel_id"], shapely.area(np.asarray(plots.geometry.array)),
                      strict=True))  # fmt: skip
    summed = [sum(planar[one] for one in text.split(";")) for text in listed["members"]]
    return {
        "listed": listed.assign(planar_m2=np.array(summed, dtype="float64")),
        "layer": outlines(listed, plots),
        "joined": joined.pairs,
        "parted": joined.parted,
    }


def _candidates(
    parcels: pd.DataFrame, geometry: gpd.GeoDataFrame, owners: pd.DataFrame | None,
    settings: SiteSettings,
) -> gpd.GeoDataFrame:  # fmt: skip
    """Return flagged plots, which join, and plots in need that a line takes out, which do not."""
    limits, named = settings.limits, {veto.code for veto in settings.score_model.vetoes}
    flagged = parcels["flag"].isin(limits.flags)
    need = parcels[["les", "idle_score"]].astype("float64").max(axis=1)
    out = (parcels["flag"] == "vetoed") & parcels["veto"].isin(named)
    out &= need >= limits.least_need.value
    shape = np.asarray(geometry.geometry.array)
    real = ~(shapely.is_missing(shape) | shapely.is_empty(shape))
    keep = (flagged | out).to_numpy(dtype=bool) & real
    ids = parcels.loc[keep, "parcel_id"].reset_index(drop=True)
    made = gpd.GeoDataFrame(
        {"parcel_id": ids, "joins": flagged.to_numpy(dtype=bool)[keep],
         "owner": owner_of(ids, owners)},
        geometry=shape[keep], crs=geometry.crs,
    )  # fmt: skip
    return made.sort_values("parcel_id", ignore_index=True)


def _barriers(
    parcels: pd.DataFrame, geometry: gpd.GeoDataFrame,
    layers: Mapping[str, gpd.GeoDataFrame | None], settings: SiteSettings,
) -> dict[str, Shapes]:  # fmt: skip
    rules, found = settings.rules.barriers, {}
    water, roads = layers.get("water"), layers.get("roads")
    if water is not None:
        found["water"] = np.asarray(water.geometry.array)
    if roads is not None and "road_class" in roads:
        wide = roads["road_class"].isin(rules.road_classes).to_numpy()
        found["roads"] = np.asarray(roads.geometry.array)[wide]
    codes = rules.land_use.get(settings.class_system, ())
    cut = parcels["land_use"].isin(codes).to_numpy(dtype=bool)
    found["land_use"] = np.asarray(geometry.geometry.array)[cut]
    return found
