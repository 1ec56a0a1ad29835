"""Made sites and projects, as the stage of sites and the reader of projects give them."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from landuse.core.layers import Layer
from landuse.indicators.villages.fields import FieldSettings, join_fields
from landuse.plans.sites.find import find_sites
from landuse.plans.sites.ground import measure_outlines
from landuse.plans.sites.listing import outline_sites
from landuse.plans.sites.settings import SiteSettings

USES = ("industry;small_enterprise_park", "small_enterprise_park;mixed_use", "mixed_use;industry",
        "reclaim;regreen", "")  # fmt: skip


def site(site_id: str, members: str = "", **more: object) -> dict[str, object]:
    """Return a site of 100 mu that suits nearly everything, with what is said of it put in."""
    plots = members or f"p_{site_id}"
    row: dict[str, object] = {
        "site_id": site_id, "kind": "assembly" if ";" in plots else "plot", "members": plots,
        "plots": plots.count(";") + 1, "town_code": "330781101", "town_name": "甲镇",
        "zone_in": True, "zone_name": "东区", "area_mu": 100.0, "rect_length_m": 300.0,
        "rect_width_m": 200.0, "min_width_m": 200.0, "growth_share": 1.0, "slope_deg": 2.0,
        "road_m": 100.0, "ramp_m": 3_000.0, "sensitive_m": 500.0, "ops": 60.0, "grade": "II",
        "veto": "", "uses": "industry;small_enterprise_park", "best_use": "industry",
    }  # fmt: skip
    made = row | more
    return made | {"area_m2": float(str(made["area_mu"])) * 1e4 / 15}


def project(project_id: str, **more: object) -> dict[str, object]:
    """Return a project that asks for 50 mu and nothing else, with what it asks put in."""
    row: dict[str, object] = {
        "project_id": project_id, "project_name": f"项目{project_id}", "area_mu": 50.0,
        "width_m": np.nan, "length_m": np.nan, "slope_most_deg": np.nan, "ramp_most_km": np.nan,
        "industry_code": "", "far_min": np.nan, "zone_need": "", "sensitive_least_m": np.nan,
        "priority": np.nan, "division": pd.NA,
    }  # fmt: skip
    return row | more


def table(*rows: dict[str, object]) -> pd.DataFrame:
    """Return rows as a table with the dtypes of the stages."""
    made = pd.DataFrame(list(rows))
    if "division" in made:
        return made.astype({"division": "Int64"})
    return made.astype({"zone_in": "boolean"})


def portfolio(
    seed: int, *, projects: int = 5, sites: int = 6, plots: int = 5
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return random projects and random sites with plots in common, unknowns among them."""
    rng = np.random.default_rng(seed)

    def maybe(value: float, chance: float = 0.2) -> float:
        return float("nan") if rng.random() < chance else round(value, 2)

    offered = [
        site(
            f"S{k:03d}",
            ";".join(f"P{m}" for m in sorted(set(rng.integers(0, plots, rng.integers(1, 3))))),
            area_mu=round(float(rng.uniform(5, 120)), 3), rect_width_m=maybe(rng.uniform(20, 200)),
            slope_deg=maybe(rng.uniform(0, 14)), ramp_m=maybe(rng.uniform(0, 2e4)),
            sensitive_m=maybe(rng.uniform(0, 800)), ops=maybe(rng.uniform(0, 100)),
            zone_in=[True, False, pd.NA][int(rng.integers(0, 3))],
            uses=USES[int(rng.integers(0, len(USES)))],
        )
        for k in range(sites)
    ]  # fmt: skip
    asked = [
        project(
            f"J{k:03d}", area_mu=round(float(rng.uniform(3, 70)), 3),
            width_m=maybe(rng.uniform(10, 90), 0.5), slope_most_deg=maybe(8.0, 0.5),
            ramp_most_km=maybe(12.0, 0.6), sensitive_least_m=maybe(100.0, 0.7),
            zone_need=["", "", "in", "out"][int(rng.integers(0, 4))],
            division=[pd.NA, 17, 65, 33][int(rng.integers(0, 4))],
            far_min=maybe(rng.uniform(0.4, 2)),
            priority=float(rng.integers(1, 5)),
        )
        for k in range(projects)
    ]  # fmt: skip
    return table(*asked), table(*offered)


def fields_of(landcover: Layer | None, legend: dict[int, str] | None) -> Layer | None:
    """Return the joined fields of a land cover."""
    made = join_fields(landcover=landcover, legend=legend, settings=FieldSettings())
    return made.get("cells")


def search_sites(
    *, parcels: pd.DataFrame, geometry: gpd.GeoDataFrame, neighbours: pd.DataFrame,
    settings: SiteSettings, owners: pd.DataFrame | None = None, elevation: Layer | None = None,
    **layers: Any,
) -> dict[str, Any]:  # fmt: skip
    """List, measure and judge sites as the three stages do one after the other."""
    held = {name: layers.get(name) for name in ("roads", "water")}
    made = outline_sites(parcels=parcels, geometry=geometry, neighbours=neighbours, owners=owners,
                         settings=settings, **held)  # fmt: skip
    outline = made.pop("layer")
    fields = fields_of(layers.get("landcover"), layers.get("legend"))
    ground = measure_outlines(outline=outline, elevation=elevation, settings=settings.ground(),
                              fields=fields, **layers)  # fmt: skip
    every = {**layers, "elevation": elevation}
    found = find_sites(
        parcels=parcels, geometry=geometry, outline=outline, ground=ground["table"],
        owners=owners, water_source=layers.get("water_source"), settings=settings,
        present=[name for name, layer in every.items() if layer is not None], **made,
    )  # fmt: skip
    return {**found, "ground": ground["table"]}
