"""Candidate villages and the plan put together for the map."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import pandas as pd

from landuse.products.facts import RunFacts
from landuse.products.plan_lists import used_sites
from landuse.products.village_lists import candidates
from landuse.products.webmap import VillageInput
from landuse.scores.villages import KINDS


def village_input(
    run: RunFacts,
    *,
    settlements: gpd.GeoDataFrame | None,
    contributions: pd.DataFrame | None,
    parcels: gpd.GeoDataFrame,
    years: Mapping[str, str],
) -> VillageInput | None:
    """Return the candidates in the order of the list and the plan; None where none was judged."""
    if run.villages is None or settlements is None or run.village_model is None:
        return None
    listed = candidates(run.villages)
    for extra in (run.quota, run.potential):
        if extra is not None:
            fresh = [name for name in extra if name == "village_id" or name not in listed]
            listed = listed.merge(extra[fresh], on="village_id", how="left", validate="1:1")
    shape = settlements.set_index("settlement_id").geometry.reindex(listed["village_id"])
    criteria = [item.model_dump(mode="json") | {"year": years.get(item.data, "")}
                for item in run.village_model.criteria]  # fmt: skip
    proposal = run.proposal
    return VillageInput(
        villages=gpd.GeoDataFrame(listed, geometry=shape.to_numpy(), crs=settlements.crs),
        kinds=[{"zh": zh, "en": en} for zh, en in KINDS.values()],
        criteria=criteria,
        contributions=contributions,
        every=len(run.villages),
        moves=proposal.plan if proposal else None,
        sites=None if proposal is None else _sites(run, parcels),
        ladder=proposal.ladder if proposal else None,
        relax=proposal.relax.to_dict("records") if proposal else (),
        reach=proposal.reach.to_dict("records")[0] if proposal else None,
    )


def _sites(run: RunFacts, parcels: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the sites that the map draws, with outline and town, those of the plan first."""
    if run.proposal is None:
        return parcels.iloc[:0]
    sites = used_sites(run.proposal).sort_values(["used_households", "site_id"],
                                                 ascending=[False, True])  # fmt: skip
    placed = parcels.set_index("parcel_id").reindex(sites["site_id"])
    town = placed["town_name"].to_numpy() if "town_name" in placed else ""
    return gpd.GeoDataFrame(
        sites.assign(town_name=town), geometry=placed.geometry.to_numpy(), crs=parcels.crs
    )
