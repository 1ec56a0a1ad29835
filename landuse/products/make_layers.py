"""The GeoPackage: parcels, districts and findings, styled and named in Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from landuse.core.product import FileProduct
from landuse.products.columns import column_names, describe, stored_heading
from landuse.products.facts import PlanFacts, RunFacts
from landuse.products.gather import gather
from landuse.products.geopackage import LayerLabels, NamedStyle, write_geopackage
from landuse.products.plan_layers import (
    MOVE_NAMES,
    MOVES_NOTE,
    SITE_NAMES,
    move_layer,
    site_layer,
    with_plan,
)
from landuse.products.qgis_project import ProjectFacts, project_layers, qgis_project
from landuse.products.settings import ProductSettings
from landuse.products.site_layers import NAMES as OPPORTUNITY_NAMES
from landuse.products.site_layers import TITLE as OPPORTUNITY_TITLE
from landuse.products.site_layers import opportunity_layer
from landuse.products.styles import (
    district_style,
    move_style,
    opportunity_style,
    parcel_style,
    robustness_style,
    site_style,
    table_style,
    village_style,
)
from landuse.products.tables import write_text
from landuse.products.totals import total_columns, town_totals, zone_totals
from landuse.products.village_lists import ALIASES
from landuse.products.words import NOTE_ZH

GEOPACKAGE = "candidates.gpkg"
"""Name under which the layers are published, beside the project that opens them."""


def make_geopackage(
    *,
    settings: ProductSettings,
    geometry: gpd.GeoDataFrame,
    towns: gpd.GeoDataFrame | None,
    zones: gpd.GeoDataFrame | None,
    settlements: gpd.GeoDataFrame | None = None,
    opportunity_outlines: gpd.GeoDataFrame | None = None,
    **tables: Any,
) -> dict[str, Any]:
    """Return the layers of a run.

    Returns
    -------
    ``candidates``: a GeoPackage with the layers that this run has; ``project``: a QGIS project
    that opens them all styled, from the same folder.
    """
    run = gather(settings, **tables)
    parcels = gpd.GeoDataFrame(run.parcels, geometry=geometry.geometry.array, crs=geometry.crs)
    villages = village_layer(settlements, run)
    layers = {
        "parcels": parcels,
        "districts": districts(run, towns=towns, zones=zones),
        "villages": villages,
        **plan_layers(run.proposal, villages, parcels),
        "opportunities": opportunity_layer(
            run.chances.with_projects() if run.chances else run.opportunities,
            opportunity_outlines,
        ),
        "findings": run.findings,
    }
    labels = _labels(run, layers)
    styles = {
        "parcels": parcel_style(
            [
                (grade.code, grade.zh)
                for grade in sorted(run.model.grades, key=lambda g: -g.minimum)
            ],
            aliases=labels["parcels"].aliases,
        ),
        "districts": district_style(aliases=labels["districts"].aliases),
        "findings": table_style(aliases=labels["findings"].aliases),
    }
    if villages is not None:
        styles["villages"] = village_style(
            aliases=labels["villages"].aliases, points=has_points(villages)
        )
    if layers["opportunities"] is not None:
        styles["opportunities"] = opportunity_style(aliases=labels["opportunities"].aliases)
    if "receiving_sites" in layers:
        styles["receiving_sites"] = site_style(aliases=labels["receiving_sites"].aliases)
    if "moves" in layers:
        styles["moves"] = move_style(aliases=labels["moves"].aliases)
    robust = _robustness(parcels, labels["parcels"].aliases)

    def write(path: Path) -> None:
        write_geopackage(
            layers, path, styles=styles, labels=labels, metadata=run.study.manifest,
            more_styles=robust,
        )  # fmt: skip

    project = qgis_project(
        _project_facts(run, layers),
        project_layers(
            layers, titles={name: label.title for name, label in labels.items()}, styles=styles,
            more=[(style.layer, style.name, style.qml) for style in robust],
        ),
        geopackage=GEOPACKAGE,
    )  # fmt: skip
    return {
        "candidates": FileProduct(".gpkg", write),
        "project": FileProduct(".qgs", partial(write_text, project)),
    }


def _project_facts(
    run: RunFacts, layers: Mapping[str, gpd.GeoDataFrame | pd.DataFrame | None]
) -> ProjectFacts:
    drawn = [layer for layer in layers.values() if isinstance(layer, gpd.GeoDataFrame)]
    corners = np.array([layer.total_bounds for layer in drawn if len(layer)]).reshape(-1, 4)
    x0, y0 = corners[:, :2].min(axis=0, initial=np.inf)
    x1, y1 = corners[:, 2:].max(axis=0, initial=-np.inf)
    thanks = dict.fromkeys(fact.attribution for fact in run.sources if fact.attribution)
    study = run.study
    return ProjectFacts(
        title=study.title_zh,
        crs=study.crs,
        bounds=(float(x0), float(y0), float(x1), float(y1)) if len(corners) else (0, 0, 1, 1),
        label="　".join([f"{study.stamp_zh}；无审图号", NOTE_ZH, *thanks]),
    )


def _robustness(parcels: pd.DataFrame, aliases: Mapping[str, str]) -> tuple[NamedStyle, ...]:
    """Return the style by probability and stability, where the run computed them."""
    if not {"p_flag", "stability"} <= set(parcels.columns):
        return ()
    return (NamedStyle("parcels", "稳健性 robustness", robustness_style(aliases=aliases)),)


def has_points(layer: gpd.GeoDataFrame) -> bool:
    """Tell whether a layer is drawn as points, not as outlines."""
    return bool(layer.geom_type.eq("Point").any())


def village_layer(settlements: gpd.GeoDataFrame | None, run: RunFacts) -> gpd.GeoDataFrame | None:
    """Return the judged villages with their outlines or points; None where there are none."""
    if settlements is None or run.villages is None:
        return None
    shape = settlements.set_index("settlement_id").geometry.reindex(run.villages["village_id"])
    layer = gpd.GeoDataFrame(run.villages, geometry=shape.to_numpy(), crs=settlements.crs)
    return layer if run.proposal is None else with_plan(layer, run.proposal.plan)


def plan_layers(
    proposal: PlanFacts | None, villages: gpd.GeoDataFrame | None, parcels: gpd.GeoDataFrame
) -> dict[str, gpd.GeoDataFrame]:
    """Return receiving sites and moves, each only where the plan has one."""
    if proposal is None or villages is None:
        return {}
    layers = {
        "receiving_sites": site_layer(proposal, parcels),
        "moves": move_layer(proposal, villages, parcels),
    }
    return {name: layer for name, layer in layers.items() if len(layer)}


def districts(
    run: RunFacts, *, towns: gpd.GeoDataFrame | None, zones: gpd.GeoDataFrame | None
) -> gpd.GeoDataFrame | None:
    """Return towns and zones as one layer with their totals; None when the study has neither."""
    parts = []
    if towns is not None:
        named = towns.assign(level="town", code=towns["town_code"])
        named["name"] = towns["town_name"] if "town_name" in towns else towns["town_code"]
        totals = town_totals(run.parcels, grades=run.grades).drop(columns="town_name")
        parts.append(_with_totals(named, totals.rename(columns={"town_code": "code"}), on="code"))
    if zones is not None and "zone_name" in zones:
        named = zones.assign(level="zone", name=zones["zone_name"])
        named["code"] = zones.get("zone_code", "")
        totals = zone_totals(run.parcels, grades=run.grades)
        totals = totals[totals["zone_in"].astype(bool)].drop(columns="zone_in")
        parts.append(_with_totals(named, totals.rename(columns={"zone_name": "name"}), on="name"))
    if not parts:
        return None
    layer = pd.concat(parts, ignore_index=True)
    return gpd.GeoDataFrame(layer, geometry="geometry", crs=parts[0].crs)


def _with_totals(named: gpd.GeoDataFrame, totals: pd.DataFrame, *, on: str) -> gpd.GeoDataFrame:
    kept = named[["level", "code", "name", "geometry"]]
    joined = kept.merge(totals, on=on, how="left", validate="many_to_one")
    figures = [
        name
        for name in totals.columns
        if name.endswith(("_count", "_mu")) and totals[name].notna().any()
    ]
    return joined.assign(**{name: joined[name].fillna(0) for name in figures})


_PLAIN = {
    "level": "层级", "code": "代码", "name": "名称", "stage": "步骤", "object_id": "对象",
    "kind": "类别", "value": "值", "message_zh": "说明", "message_en": "说明（英文）",
}  # fmt: skip
_TITLES = {
    "parcels": ("参评地块", "疑似：由公开数据推断，非法定认定"),
    "districts": ("乡镇与开发区", "各乡镇、开发区合计"),
    "villages": (
        "自然村与整合候选",
        "部门图层，或由建成像元与建筑聚成，可能含村外厂房；候选仅供意愿调查",
    ),
    "receiving_sites": ("可能的安置点", "疑似闲置地块中按坡度、管控线、开发边界、距离筛出"),
    "moves": ("可能的去向", MOVES_NOTE),
    "opportunities": OPPORTUNITY_TITLE,
    "findings": ("发现", "修复、剔除、缺项与疑点"),
}
_NAMES = {
    "villages": ALIASES,
    "receiving_sites": SITE_NAMES,
    "moves": MOVE_NAMES,
    "opportunities": OPPORTUNITY_NAMES,
}


def _labels(
    run: RunFacts, layers: dict[str, gpd.GeoDataFrame | pd.DataFrame | None]
) -> dict[str, LayerLabels]:
    names = column_names(run.names) | {item.name: item for item in total_columns(run.grades)}
    labels = {}
    for layer, table in layers.items():
        plain = _PLAIN | _NAMES.get(layer, {})
        columns = [] if table is None else [name for name in table.columns if name != "geometry"]
        aliases = {
            name: plain.get(name) or stored_heading(describe(name, names)) for name in columns
        }
        title, text = _TITLES[layer]
        labels[layer] = LayerLabels(title=title, description=text, aliases=aliases)
    return labels
