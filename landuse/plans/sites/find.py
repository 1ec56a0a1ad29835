"""The stage: flagged plots in, sites with score, uses and advice out, and what was refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from landuse.core.findings import Finding
from landuse.core.layers import Layer
from landuse.core.units import m2_to_mu
from landuse.indicators.overlay import overlap_area_m2
from landuse.indicators.villages.reclaim import ReclaimSettings, measure_village_reclaim
from landuse.plans.reclaim import ReclaimRules, reclamation
from landuse.plans.sites.assemblies import Shapes, join_plots, list_sites, outlines
from landuse.plans.sites.choose import first_choice
from landuse.plans.sites.judge import judge, model_findings, unchecked
from landuse.plans.sites.measure import ground_of, nearest_homes, shape_of
from landuse.plans.sites.members import from_members, owner_of
from landuse.plans.sites.refused import refused_table
from landuse.plans.sites.schema import ordered
from landuse.plans.sites.settings import SiteSettings

STAGE = "sites"
_HALF = 0.5


def find_sites(
    *,
    parcels: pd.DataFrame,
    geometry: gpd.GeoDataFrame,
    neighbours: pd.DataFrame,
    owners: pd.DataFrame | None = None,
    elevation: Layer | None = None,
    landcover: Layer | None = None,
    villages: pd.DataFrame | None = None,
    settlements: gpd.GeoDataFrame | None = None,
    legend: Mapping[int, str] | None = None,
    settings: SiteSettings,
    **layers: gpd.GeoDataFrame | None,
) -> dict[str, Any]:
    """Find the sites where better use can go, and say what stands against the others.

    Vetoes come first. A plot that a line takes out joins no assembly, but is looked at alone, so
    that the line, its layer and share are told.

    Parameters
    ----------
    parcels, geometry : of `products.results`, in the same order; metres.
    neighbours : pairs of `objects.neighbours`.
    owners : ``parcel_id, owner_name``; None = not known.
    villages, settlements : judged villages and outlines; a site within a candidate is told so.
    layers : aligned layers by role: ``roads, water, eco_redline, prime_farmland,
        growth_boundary, hazard, heritage, water_source``; None where the study has none.

    Returns
    -------
    ``sites``: one row a site, see `schema.COLUMNS`; overlapping alternatives are all rows, and
    ``first_choice`` marks the selection in which no plot is twice. ``layer``: outlines by
    ``site_id``, same order. ``refused``: see `refused.refused_table`. ``findings``.

    Source: domain.md §4.1-4.4, §8 E.
    """
    plots = _candidates(parcels, geometry, owners, settings)
    barriers = _barriers(parcels, geometry, layers, settings)
    joined = join_plots(
        plots[plots["joins"]], neighbours, barriers, gap_m=settings.limits.gap_m.value
    )
    listed = list_sites(plots, joined.pairs, most_grouped=settings.limits.most_grouped)
    outline = outlines(listed, plots)
    sites, found = _measured(listed, outline, plots, parcels, geometry, owners, layers,
                             elevation, settings)  # fmt: skip
    sites = sites.join(_reclaim(sites, outline, layers, landcover, legend, settings))
    sites["candidate_village"] = _in_candidate(outline, villages, settlements)
    held = {**layers, "elevation": elevation}
    told = unchecked(settings.score_model, held, settings.layer_names)
    for place, name in enumerate(("unchecked", "unchecked_en")):
        sites[name] = ";".join(words[place] for words in told)
    sites = sites.join(judge(sites, settings))
    sites["first_choice"] = first_choice(sites, most_owners=settings.limits.most_owners.value)
    refused = refused_table(sites, joined=joined.pairs, parted=joined.parted, settings=settings)
    return {
        "sites": ordered(sites),
        "layer": outline,
        "refused": refused,
        "findings": [*found, *_findings(sites, refused, owners), *model_findings(sites, STAGE)],
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


def _measured(
    listed: pd.DataFrame, outline: gpd.GeoDataFrame, plots: gpd.GeoDataFrame,
    parcels: pd.DataFrame, geometry: gpd.GeoDataFrame, owners: pd.DataFrame | None,
    layers: Mapping[str, gpd.GeoDataFrame | None], elevation: Layer | None,
    settings: SiteSettings,
) -> tuple[pd.DataFrame, list[Finding]]:  # fmt: skip
    limits = settings.limits
    sites = listed.join(from_members(listed, parcels, owners))
    planar = dict(zip(plots["parcel_id"], shapely.area(np.asarray(plots.geometry.array)),
                      strict=True))  # fmt: skip
    summed = np.array([sum(planar[one] for one in text.split(";")) for text in sites["members"]])
    united = shapely.area(np.asarray(outline.geometry.array))
    sites["area_m2"] = sites.pop("plots_area_m2") * united / np.maximum(summed, 1e-9)
    sites["area_mu"] = m2_to_mu(sites["area_m2"])
    sites["merge_mu"] = sites.groupby("group_id")["area_mu"].transform("max")
    ground, found = ground_of(outline, layers, elevation=elevation, limits=limits)
    sites = sites.join(shape_of(outline, seam_m=limits.seam_m.value)).join(ground)
    homes = parcels["group"].isin(settings.rules.home_groups).to_numpy(dtype=bool)
    sites["sensitive_m"] = nearest_homes(
        outline, sites, homes_known=bool(homes.any()),
        homes=gpd.GeoDataFrame(parcels.loc[homes, ["parcel_id"]],
                               geometry=geometry.geometry.array[homes], crs=geometry.crs),
        water_source=layers.get("water_source"),
    )  # fmt: skip
    return sites.rename(columns={"growth_boundary_share": "growth_share"}), found


def _reclaim(
    sites: pd.DataFrame, outline: gpd.GeoDataFrame,
    layers: Mapping[str, gpd.GeoDataFrame | None], landcover: Layer | None,
    legend: Mapping[int, str] | None, settings: SiteSettings,
) -> pd.DataFrame:  # fmt: skip
    """Return ``rsi`` (0-100, null where not known), ``forest_around_share``, ``reclaim_zh``."""
    as_villages = outline.rename(columns={"site_id": "settlement_id"})
    measured = measure_village_reclaim(
        settlements=as_villages, landcover=landcover, water=layers.get("water"), legend=legend,
        settings=ReclaimSettings(),
    )["table"]  # fmt: skip
    facts = sites.rename(columns={"site_id": "village_id", "road_m": "road_distance_m"})
    facts = facts[["village_id", "area_mu", "slope_deg", "road_distance_m"]]
    found = reclamation(
        villages=facts, measured=measured,
        settings=ReclaimRules(score_model=settings.reclaim_model),
    )["reclaim"]  # fmt: skip
    forest = measured.reindex(columns=["forest_around_share"])["forest_around_share"]
    return pd.DataFrame(
        {"rsi": found["rsi"].to_numpy(), "reclaim_zh": found["reclaim_to"].to_numpy(),
         "forest_around_share": forest.to_numpy("float64")},
        index=sites.index,
    )  # fmt: skip


def _in_candidate(
    outline: gpd.GeoDataFrame, villages: pd.DataFrame | None,
    settlements: gpd.GeoDataFrame | None,
) -> pd.Series:  # fmt: skip
    """Tell (1 or 0) which sites lie mostly in a candidate village; null where nobody judged."""
    if villages is None or settlements is None:
        return pd.Series(np.nan, index=outline.index)
    kinds = villages["kinds"].str.split(";")
    asked = villages["village_id"][[bool(set(one) & set(CANDIDATES)) for one in kinds]]
    areas = settlements[settlements["settlement_id"].isin(asked)]
    areas = areas[shapely.get_dimensions(np.asarray(areas.geometry.array)) == 2]
    whole = np.maximum(shapely.area(np.asarray(outline.geometry.array)), 1e-9)
    share = overlap_area_m2(outline, areas) / whole
    return pd.Series((share >= _HALF).astype("float64"), index=outline.index)


CANDIDATES = ("空心村", "下山搬迁")


def _findings(
    sites: pd.DataFrame, refused: pd.DataFrame, owners: pd.DataFrame | None
) -> list[Finding]:
    chosen = sites[sites["first_choice"]]
    told = [
        ("note", f"{len(chosen)} / {len(sites)}", "入选地块（含重叠方案共计）",
         "sites chosen, of all that overlap"),
        ("note", f"{chosen['area_mu'].sum():.1f}", "入选地块面积（亩），每宗只计一次",
         "area of the sites chosen, mu, each plot once"),
        ("note", str(len(refused)), "未入选及原因见清单", "refused, with reasons"),
    ]  # fmt: skip
    if owners is None:
        told.append(("absent", "", "没有权利人表，权属数未知", "no table of owners: not known"))
    return [
        Finding(stage=STAGE, kind=kind, object_id="", value=value, message_zh=zh, message_en=en)
        for kind, value, zh, en in told
    ]
