"""The map as a stage product: what the run knows, handed to the Folium page."""

from __future__ import annotations

import json
from typing import Any

import geopandas as gpd
import pandas as pd

from landuse.core.layers import Layer
from landuse.core.settings import Settings
from landuse.products.checks import with_checks
from landuse.products.facts import Absence
from landuse.products.gather import gather
from landuse.products.ground_note import ground_note
from landuse.products.map_sites import site_input
from landuse.products.map_villages import village_input
from landuse.products.report_stairs import vetoes_only
from landuse.products.settings import ProductSettings
from landuse.products.webmap import (
    GroundInput,
    Judged,
    MapInput,
    WebTiles,
    ground_text,
    hillshade_picture,
    judged_parcels,
    render_map,
)
from landuse.products.webmap.model import CONTROL_LINES
from landuse.scores.model import ScoreModel


class MapGroundSettings(Settings):
    """What the ground of the map needs to know."""

    crs: str


def make_ground(
    *,
    settings: MapGroundSettings,
    geometry: gpd.GeoDataFrame,
    elevation: Layer | None,
    county: gpd.GeoDataFrame | None,
    towns: gpd.GeoDataFrame | None,
    zones: gpd.GeoDataFrame | None,
    roads: gpd.GeoDataFrame | None,
    water: gpd.GeoDataFrame | None,
    buildings: gpd.GeoDataFrame | None,
    **control_lines: gpd.GeoDataFrame | None,
) -> dict[str, Any]:
    """Return ``ground``: outlines, context and relief, packed for the page; nothing judged."""
    relief = hillshade_picture(elevation.values, grid=elevation.grid) if elevation else None
    inputs = GroundInput(
        crs=settings.crs, parcels=geometry, county=county, towns=towns, zones=zones, roads=roads,
        water=water, buildings=buildings, control_lines=control_lines, hillshade=relief,
    )  # fmt: skip
    return {"ground": ground_text(inputs)}


def make_judged(
    *,
    settings: ProductSettings,
    parcels: pd.DataFrame,
    geometry: gpd.GeoDataFrame,
    contributions: pd.DataFrame,
    county: gpd.GeoDataFrame | None,
    towns: gpd.GeoDataFrame | None,
    zones: gpd.GeoDataFrame | None,
    checks: pd.DataFrame | None = None,
    yearly: pd.DataFrame | None = None,
) -> dict[str, Any]:
    """Return ``judged``, one row: what the map tells of each parcel, packed for `make_map`."""
    model, table = settings.score_model, with_checks(parcels, checks)
    told = judged_parcels(
        MapInput(
            title_zh="", title_en="", crs=settings.crs, contributions=contributions,
            parcels=gpd.GeoDataFrame(table, geometry=geometry.geometry.array, crs=geometry.crs),
            criteria=_criteria(model, settings.years), grades=_grades(model),
            veto_rules=[
                {"code": veto.code, "column": veto.column, "unit": veto.unit}
                for veto in model.vetoes
            ],
            score_model=model.model_dump(mode="json"), yearly=yearly, county=county, towns=towns,
            zones=zones,
        )
    )  # fmt: skip
    row = {"head": json.dumps(told.head, ensure_ascii=False), "body": told.body}
    return {"judged": pd.DataFrame([row | {"details": told.details, "still": told.still}])}


def _judged(told: pd.DataFrame) -> Judged:
    row = told.iloc[0]
    return Judged(json.loads(row["head"]), row["body"], row["details"], row["still"])


def make_map(
    *,
    settings: ProductSettings,
    geometry: gpd.GeoDataFrame,
    ground: str,
    judged: pd.DataFrame,
    county: gpd.GeoDataFrame | None,
    towns: gpd.GeoDataFrame | None,
    zones: gpd.GeoDataFrame | None,
    settlements: gpd.GeoDataFrame | None = None,
    village_contributions: pd.DataFrame | None = None,
    opportunity_outlines: gpd.GeoDataFrame | None = None,
    contributions: pd.DataFrame,
    waterfall: pd.DataFrame,
    sources: pd.DataFrame,
    **more: Any,
) -> dict[str, Any]:
    """Return ``map``: the whole map as one HTML text that asks nothing of the network.

    ``ground`` is that of `make_ground` from the same layers, ``judged`` that of `make_judged`.
    """
    lines = _wanted_lines({name: more.pop(name) for name in CONTROL_LINES}, settings.score_model)
    tables = {"contributions": contributions, "waterfall": waterfall, "sources": sources}
    run = gather(settings, **tables, **more)
    model = settings.score_model
    parcels = gpd.GeoDataFrame(run.parcels, geometry=geometry.geometry.array, crs=geometry.crs)
    notice_zh, notice_en = ground_note(run.parcels)
    inputs = MapInput(
        title_zh=settings.title_zh,
        title_en=settings.title_en,
        crs=settings.crs,
        parcels=parcels,
        subtitle_zh=f"分析基准日 {settings.as_of}",
        subtitle_en=f"as of {settings.as_of}",
        run_code=run.study.run_code,
        result_date=settings.as_of,
        data_note_zh=f"数据 {_data_note(sources)}",
        data_note_en=f"Data {_data_note(sources)}",
        notice_zh=notice_zh,
        notice_en=notice_en,
        attribution=tuple(dict.fromkeys(text for text in sources["attribution"] if text)),
        contributions=contributions,
        criteria=_criteria(model, settings.years),
        grades=_grades(model),
        veto_rules=_veto_rules(settings, vetoes_only(waterfall)),
        absences=[_absence(item) for item in run.absences],
        families=[family.model_dump() for family in model.families],
        score_model=model.model_dump(mode="json"),
        agree_at=model.agree_at,
        county=county,
        towns=towns,
        zones=zones,
        ground=ground,
        judged=_judged(judged),
        control_lines=lines,
        villages=village_input(
            run,
            settlements=settlements,
            contributions=village_contributions,
            parcels=parcels,
            years=settings.years,
        ),
        opportunities=site_input(run, settings, opportunity_outlines),
        tiles=WebTiles(*settings.tiles) if settings.tiles else None,
    )
    return {"map": render_map(inputs)}


def _wanted_lines(
    lines: dict[str, gpd.GeoDataFrame | None], model: ScoreModel
) -> dict[str, gpd.GeoDataFrame | None]:
    """Return the control lines that are supplied, and those the model asks for and lacks."""
    asked = {veto.data for veto in model.vetoes} | {item.data for item in model.criteria}
    return {name: line for name, line in lines.items() if line is not None or name in asked}


def _data_note(sources: pd.DataFrame) -> str:
    """Return the open products with their years; the parcels where there is no product."""
    products = sources[sources["product"] != ""]
    named = products if len(products) else sources[sources["role"] == "parcels"]
    notes = []
    for _, rows in named.groupby("role", sort=False):
        years = sorted(year for year in rows["year"] if year)
        span = years[0] if years and years[0] == years[-1] else "–".join(years[:1] + years[-1:])
        notes.append(f"{rows['product'].iloc[0] or rows['file'].iloc[0]} {span}".strip())
    return "・".join(notes)


def _criteria(model: ScoreModel, years: dict[str, str]) -> list[dict[str, Any]]:
    return [
        item.model_dump(mode="json") | {"year": years.get(item.data, "")} for item in model.criteria
    ]


def _grades(model: ScoreModel) -> list[dict[str, Any]]:
    return [grade.model_dump() for grade in sorted(model.grades, key=lambda g: -g.minimum)]


def _veto_rules(settings: ProductSettings, waterfall: pd.DataFrame) -> list[dict[str, Any]]:
    """Return every rule that hit or could have hit, with the area it took out."""
    model = settings.score_model
    removed = dict(zip(waterfall["veto"], waterfall["area_mu"], strict=True))
    rules = [
        {
            "code": veto.code, "zh": veto.zh, "en": veto.en, "column": veto.column,
            "limit": veto.limit, "unit": veto.unit, "mark": veto.mark,
            "area_mu_removed": float(removed.get(veto.code, 0.0)),
            "checked": veto.data not in settings.absent,
        }
        | _layer(veto.data, settings)
        for veto in model.vetoes
    ]  # fmt: skip
    named = {veto.code for veto in model.vetoes}
    rules += [
        {
            "code": row["veto"], "zh": row["veto_zh"], "en": row["veto_en"], "limit": 0.0,
            "unit": "", "mark": model.mark, "area_mu_removed": float(row["area_mu"]),
            "checked": True,
        }
        | _layer("parcels", settings)
        for row in waterfall.to_dict("records")
        if row["veto"] not in named
    ]  # fmt: skip
    return rules


def _layer(role: str, settings: ProductSettings) -> dict[str, str]:
    zh, en = settings.role_names[role]
    return {"layer": role, "layer_zh": zh, "layer_en": en}


def _absence(item: Absence) -> dict[str, str]:
    return {
        "role": item.role, "zh": item.reason_zh, "en": item.reason_en,
        "cost_zh": item.cost_zh, "cost_en": item.cost_en,
    }  # fmt: skip
