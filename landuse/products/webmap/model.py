"""What the map is drawn from: one frozen value, nothing read from disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import pandas as pd

Record = Mapping[str, Any]

CONTROL_LINES = ("eco_redline", "prime_farmland", "growth_boundary", "heritage", "hazard")
"""Lines drawn only when supplied; each keeps its legend row when it is not."""

CONTROL_NAMES = {
    "eco_redline": ("生态保护红线", "Eco red line"),
    "prime_farmland": ("永久基本农田", "Prime farmland"),
    "growth_boundary": ("城镇开发边界", "Urban boundary"),
    "heritage": ("文保与历史村落", "Heritage"),
    "hazard": ("地质灾害隐患", "Geological hazard"),
}


@dataclass(frozen=True, eq=False)
class Hillshade:
    """A grey relief picture.

    Attributes
    ----------
    data_uri : the picture as ``data:image/...``, its rows and columns even in EPSG:3857.
    bounds : (west, south, east, north), WGS84 degrees.
    """

    data_uri: str
    bounds: tuple[float, float, float, float]


@dataclass(frozen=True)
class WebTiles:
    """Web tiles under the map, only when a study names them.

    ``url`` is a template with ``{z}``, ``{x}`` and ``{y}``. A map with tiles is no longer offline.
    """

    url: str
    attribution: str


@dataclass(frozen=True, kw_only=True, eq=False)
class VillageInput:
    """Candidate villages and the plan, as the map shows them.

    Attributes
    ----------
    villages : candidates in the order of the list, with outlines or points: ``village_id, kind``
        and the columns of `scores.villages` and `plans.quota` that are there.
    kinds : ``zh, en`` of the kinds in their order; ``kind`` is one of the ``zh``.
    criteria : of the village model, with ``year``; ``contributions`` : ``village_id`` and points in
        columns ``<score>_<code>``.
    every : how many natural villages there are.
    moves : ``village_id, site_id, step, way_m, households``; ``sites`` : with outlines,
        ``site_id, capacity_households, area_mu, unchecked``; ``ladder`` : rows of `plans.ladder`.
    relax, reach : of `plans.proposal`.
    """

    villages: gpd.GeoDataFrame
    kinds: Sequence[Record]
    criteria: Sequence[Record] = ()
    contributions: pd.DataFrame | None = None
    every: int = 0
    moves: pd.DataFrame | None = None
    sites: gpd.GeoDataFrame | None = None
    ladder: pd.DataFrame | None = None
    relax: Sequence[Record] = ()
    reach: Record | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class SiteInput:
    """Sites as the map shows them.

    Attributes
    ----------
    sites : of `plans.sites.find`, with outlines, in any order.
    refused : of `plans.sites.refused`.
    uses, grades : ``code, zh, en`` of the uses; of the grades with ``minimum``, best first.
    projects : of `products.map_projects`, in the order they are listed.
    """

    sites: gpd.GeoDataFrame
    refused: pd.DataFrame
    uses: Sequence[Record]
    grades: Sequence[Record]
    projects: Sequence[Record] = ()


@dataclass(frozen=True, eq=False)
class Judged:
    """What is told of each parcel, packed.

    Attributes
    ----------
    head : places of its arrays; ``body`` : the bytes of those that list and map need.
    details : the bytes of all others, as a text of the page; ``still`` : a still picture.
    """

    head: Record
    body: bytes
    details: str
    still: str


@dataclass(frozen=True, kw_only=True, eq=False)
class GroundInput:
    """What the map shows of the ground, whatever was judged.

    Attributes
    ----------
    crs : CRS of every layer, e.g. ``EPSG:4549``; layers in another CRS are transformed.
    parcels : the outlines, one row a parcel.
    county, towns, zones, roads, water, buildings : context layers, each may be None. Columns
        used: ``town_code, town_name, town_name_en``, ``zone_name``, ``road_class`` or ``highway``
        (OSM values; roads may be lines or areas).
    control_lines : layer by name of ``CONTROL_LINES``. None = wanted but not supplied: greyed in
        the legend and named as not checked. A name left out is not known to this study at all.
    hillshade : from ``hillshade_picture``.
    """

    crs: str
    parcels: gpd.GeoDataFrame
    county: gpd.GeoDataFrame | None = None
    towns: gpd.GeoDataFrame | None = None
    zones: gpd.GeoDataFrame | None = None
    roads: gpd.GeoDataFrame | None = None
    water: gpd.GeoDataFrame | None = None
    buildings: gpd.GeoDataFrame | None = None
    control_lines: Mapping[str, gpd.GeoDataFrame | None] = field(default_factory=dict)
    hillshade: Hillshade | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class MapInput(GroundInput):
    """Everything the map shows.

    Attributes
    ----------
    ground : ``ground_text`` of the same layers, made before; None = made from them now. Outlines
        and context are then read from it alone.
    judged : `judged_parcels` of the same parcels, made before; None = made from them now.
    title_zh, title_en, subtitle_zh, subtitle_en : header texts.
    run_code : short hash of the run.
    result_date : date of the result as text.
    data_note_zh, data_note_en : sources and years for the status bar.
    notice_zh, notice_en : what must be known of the parcels before one is looked at; "" for none.
    attribution : licence and source lines, plain text.
    parcels : one row a parcel with the columns of the parcel table. Needed: ``parcel_id, flag``
        and geometry; every other column may be absent. ``decided_by`` (``les`` or ``idle``) names
        the score that speaks; without it the flag decides, then the larger score.
    contributions : long table ``parcel_id, score, criterion, value, deficit, weight_effective,
        contribution, available, reason_zh, reason_en``; None = no criteria on the cards.
    criteria : ``code, score, zh, en, unit, decimals, family, weight, threshold_zh, threshold_en``
        (or ``limit_zh, limit_en``), ``source, mark, year``. A unit of ``%`` means shares of 0 to 1.
    grades : ``code, zh, en, minimum``, the most urgent first.
    veto_rules : ``code, zh, en, layer, limit, unit, mark, area_mu_removed, checked``; with
        ``column`` naming a parcel column, the card states the measured value of every rule.
    absences : ``zh, en, cost_zh, cost_en`` of every input that was not there.
    families : ``code, zh, en`` of the evidence families.
    score_model : the score model as JSON takes it, for the what-if of the browser; None = no
        what-if.
    yearly : ``parcel_id`` and columns ``impervious_<year>`` (0 to 1) and ``light_<year>``
        (nW/cm2/sr); None = no trend lines.
    agree_at : deficit from which a criterion agrees with the suspicion (drawn semibold).
    villages : candidate villages and plan; None = no natural village was judged.
    tiles : web tiles; None = none, and nothing is asked of the network.
    """

    title_zh: str
    title_en: str
    ground: str | None = None
    judged: Judged | None = None
    subtitle_zh: str = ""
    subtitle_en: str = ""
    run_code: str = ""
    result_date: str = ""
    data_note_zh: str = ""
    data_note_en: str = ""
    notice_zh: str = ""
    notice_en: str = ""
    attribution: tuple[str, ...] = ()
    contributions: pd.DataFrame | None = None
    criteria: Sequence[Record] = ()
    grades: Sequence[Record] = ()
    veto_rules: Sequence[Record] | pd.DataFrame = ()
    absences: Sequence[Record] = ()
    families: Sequence[Record] = ()
    score_model: Record | None = None
    yearly: pd.DataFrame | None = None
    agree_at: float = 0.5
    villages: VillageInput | None = None
    opportunities: SiteInput | None = None
    tiles: WebTiles | None = None

    def rules(self) -> list[Record]:
        """Return the veto rules as records, whichever way they came."""
        if isinstance(self.veto_rules, pd.DataFrame):
            return list(self.veto_rules.to_dict(orient="records"))
        return list(self.veto_rules)
