"""The stage that judges sites: score, uses and advice of each, and what was refused."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from landuse.core.findings import Finding
from landuse.core.units import m2_to_mu
from landuse.indicators.overlay import overlap_area_m2
from landuse.plans.reclaim import ReclaimRules, reclamation
from landuse.plans.sites.choose import first_choice
from landuse.plans.sites.judge import judge, model_findings, unchecked
from landuse.plans.sites.measure import nearest_homes
from landuse.plans.sites.members import from_members
from landuse.plans.sites.refused import refused_table
from landuse.plans.sites.schema import ordered
from landuse.plans.sites.settings import SiteSettings

STAGE = "sites"
CANDIDATES = ("空心村", "下山搬迁")
_HALF = 0.5
_FARMLAND = ("crop_joined_ha", "crop_around_share", "forest_around_share", "water_distance_m")


def find_sites(
    *,
    parcels: pd.DataFrame,
    geometry: gpd.GeoDataFrame,
    listed: pd.DataFrame,
    outline: gpd.GeoDataFrame,
    ground: pd.DataFrame,
    joined: pd.DataFrame,
    parted: pd.DataFrame,
    owners: pd.DataFrame | None = None,
    water_source: gpd.GeoDataFrame | None = None,
    villages: pd.DataFrame | None = None,
    settlements: gpd.GeoDataFrame | None = None,
    present: Collection[str] = (),
    settings: SiteSettings,
) -> dict[str, Any]:
    """Find the sites where better use can go, and say what stands against the others.

    Parameters
    ----------
    parcels, geometry : of `products.results`, in the same order; metres.
    listed, outline, joined, parted : of `listing.outline_sites`.
    ground : of `ground.measure_outlines`, in the order of ``listed``.
    owners : ``parcel_id, owner_name``; None = not known.
    villages, settlements : judged villages and outlines; a site within a candidate is told so.
    present : roles of the layers that the study has.

    Returns
    -------
    ``sites``: one row a site, see `schema.COLUMNS`; overlapping alternatives are all rows, and
    ``first_choice`` marks the selection in which no plot is twice. ``layer``: ``outline``.
    ``refused``: see `refused.refused_table`. ``findings``.

    Source: domain.md §4.1-4.4, §8 E.
    """
    sites = _with_ground(listed, outline, ground, parcels, owners)
    sites["sensitive_m"] = _homes(sites, outline, parcels, geometry, water_source, settings)
    sites = sites.join(_reclaim(sites, ground, settings))
    sites["candidate_village"] = _in_candidate(outline, villages, settlements)
    told = unchecked(settings.score_model, dict.fromkeys(present, True), settings.layer_names)
    for place, name in enumerate(("unchecked", "unchecked_en")):
        sites[name] = ";".join(words[place] for words in told)
    sites = sites.join(judge(sites, settings))
    sites["first_choice"] = first_choice(sites, most_owners=settings.limits.most_owners.value)
    refused = refused_table(sites, joined=joined, parted=parted, settings=settings)
    return {
        "sites": ordered(sites),
        "layer": outline,
        "refused": refused,
        "findings": [*_findings(sites, refused, owners), *model_findings(sites, STAGE)],
    }


def _with_ground(
    listed: pd.DataFrame, outline: gpd.GeoDataFrame, ground: pd.DataFrame, parcels: pd.DataFrame,
    owners: pd.DataFrame | None,
) -> pd.DataFrame:  # fmt: skip
    """Return what plots and ground tell of each site; area that plots share counts once."""
    sites = listed.join(from_members(listed, parcels, owners))
    united = shapely.area(np.asarray(outline.geometry.array))
    planar = np.maximum(sites.pop("planar_m2"), 1e-9)
    sites["area_m2"] = sites.pop("plots_area_m2") * united / planar
    sites["area_mu"] = m2_to_mu(sites["area_m2"])
    sites["merge_mu"] = sites.groupby("group_id")["area_mu"].transform("max")
    sites = sites.join(ground.drop(columns=["site_id", "outline", *_FARMLAND], errors="ignore"))
    return sites.rename(columns={"growth_boundary_share": "growth_share"})


def _homes(
    sites: pd.DataFrame, outline: gpd.GeoDataFrame, parcels: pd.DataFrame,
    geometry: gpd.GeoDataFrame, water_source: gpd.GeoDataFrame | None, settings: SiteSettings,
) -> pd.Series:  # fmt: skip
    homes = parcels["group"].isin(settings.rules.home_groups).to_numpy(dtype=bool)
    return nearest_homes(
        outline, sites, homes_known=bool(homes.any()),
        homes=gpd.GeoDataFrame(parcels.loc[homes, ["parcel_id"]],
                               geometry=geometry.geometry.array[homes], crs=geometry.crs),
        water_source=water_source,
    )  # fmt: skip


def _reclaim(sites: pd.DataFrame, ground: pd.DataFrame, settings: SiteSettings) -> pd.DataFrame:
    """Return ``rsi`` (0-100, null where not known), ``forest_around_share``, ``reclaim_zh``."""
    facts = sites.rename(columns={"site_id": "village_id", "road_m": "road_distance_m"})
    facts = facts[["village_id", "area_mu", "slope_deg", "road_distance_m"]]
    measured = ground.reindex(columns=["site_id", *_FARMLAND])
    found = reclamation(
        villages=facts, measured=measured.rename(columns={"site_id": "settlement_id"}),
        settings=ReclaimRules(score_model=settings.reclaim_model),
    )["reclaim"]  # fmt: skip
    return pd.DataFrame(
        {"rsi": found["rsi"].to_numpy(), "reclaim_zh": found["reclaim_to"].to_numpy(),
         "forest_around_share": measured["forest_around_share"].to_numpy("float64")},
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
