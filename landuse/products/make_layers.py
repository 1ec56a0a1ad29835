"""The GeoPackage: parcels, districts and findings, styled and named in Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from landuse.core.product import FileProduct
from landuse.products.columns import column_names, describe, heading
from landuse.products.facts import RunFacts
from landuse.products.gather import gather
from landuse.products.geopackage import LayerLabels, NamedStyle, write_geopackage
from landuse.products.settings import ProductSettings
from landuse.products.styles import (
    district_style,
    parcel_style,
    robustness_style,
    table_style,
    village_style,
)
from landuse.products.totals import total_columns, town_totals, zone_totals
from landuse.products.village_lists import ALIASES


def make_geopackage(
    *,
    settings: ProductSettings,
    geometry: gpd.GeoDataFrame,
    towns: gpd.GeoDataFrame | None,
    zones: gpd.GeoDataFrame | None,
    settlements: gpd.GeoDataFrame | None = None,
    **tables: Any,
) -> dict[str, Any]:
    """Return ``candidates``: a GeoPackage with the layers that this run has."""
    run = gather(settings, **tables)
    parcels = gpd.GeoDataFrame(run.parcels, geometry=geometry.geometry.array, crs=geometry.crs)
    layers = {
        "parcels": parcels,
        "districts": districts(run, towns=towns, zones=zones),
        "villages": village_layer(settlements, run.villages),
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
    if _has_outlines(layers["villages"]):
        styles["villages"] = village_style(aliases=labels["villages"].aliases)
    robust = _robustness(parcels, labels["parcels"].aliases)

    def write(path: Path) -> None:
        write_geopackage(
            layers, path, styles=styles, labels=labels, metadata=run.study.manifest,
            more_styles=robust,
        )  # fmt: skip

    return {"candidates": FileProduct(".gpkg", write)}


def _robustness(parcels: pd.DataFrame, aliases: Mapping[str, str]) -> tuple[NamedStyle, ...]:
    """Return the style by probability and stability, where the run computed them."""
    if not {"p_flag", "stability"} <= set(parcels.columns):
        return ()
    return (NamedStyle("parcels", "稳健性 robustness", robustness_style(aliases=aliases)),)


def _has_outlines(layer: gpd.GeoDataFrame | None) -> bool:
    """Tell whether a layer is drawn as polygons, as its style needs; points keep QGIS's own."""
    return layer is not None and not layer.geom_type.eq("Point").any()


def village_layer(
    settlements: gpd.GeoDataFrame | None, villages: pd.DataFrame | None
) -> gpd.GeoDataFrame | None:
    """Return the judged villages with their outlines or points; None where there are none."""
    if settlements is None or villages is None:
        return None
    shape = settlements.set_index("settlement_id").geometry.reindex(villages["village_id"])
    return gpd.GeoDataFrame(villages, geometry=shape.to_numpy(), crs=settlements.crs)


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
    "findings": ("发现", "修复、剔除、缺项与疑点"),
}


def _labels(
    run: RunFacts, layers: dict[str, gpd.GeoDataFrame | pd.DataFrame | None]
) -> dict[str, LayerLabels]:
    names = column_names(run.names) | {item.name: item for item in total_columns(run.grades)}
    labels = {}
    for layer, table in layers.items():
        plain = _PLAIN | (ALIASES if layer == "villages" else {})
        columns = [] if table is None else [name for name in table.columns if name != "geometry"]
        aliases = {name: plain.get(name) or heading(describe(name, names)) for name in columns}
        title, text = _TITLES[layer]
        labels[layer] = LayerLabels(title=title, description=text, aliases=aliases)
    return labels
