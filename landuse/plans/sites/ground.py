"""The stage that measures outlines: each once, for as long as its shape and the layers last."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from landuse.core.layers import Layer
from landuse.indicators.measured import hidden_gaps
from landuse.indicators.terrain import STAGE as TERRAIN
from landuse.indicators.terrain import TerrainSettings
from landuse.indicators.villages.reclaim import ReclaimSettings, measure_village_reclaim
from landuse.plans.sites.measure import ground_of, shape_of
from landuse.plans.sites.settings import GroundSettings

MARK = "outline"


def measure_outlines(
    *,
    outline: gpd.GeoDataFrame,
    elevation: Layer | None = None,
    landcover: Layer | None = None,
    fields: Layer | None = None,
    legend: Mapping[int, str] | None = None,
    known: pd.DataFrame | None = None,
    settings: GroundSettings,
    **layers: gpd.GeoDataFrame | None,
) -> dict[str, Any]:
    """Measure what rests on the outline of a site and on layers alone, never on a score.

    Parameters
    ----------
    outline : ``site_id`` and polygons, metres. ``layers`` : as of `measure.ground_of`.
    fields : of `join_fields` with the same land cover.
    known : a table this function made with the same layers and settings. Every measure is of one
        outline by itself, so rows of outlines that are in it are taken over: it saves time and
        changes nothing.

    Returns
    -------
    ``table`` : ``site_id``, ``outline`` (digest of the shape), the columns of `measure.shape_of`
    and `measure.ground_of`, and those of `measure_village_reclaim` that the study can tell.
    ``findings``.
    """
    marks = pd.Series([_mark(shape) for shape in shapely.to_wkb(outline.geometry.array)],
                      index=outline.index, dtype="str")  # fmt: skip
    fresh = np.ones(len(outline), dtype=bool) if known is None else ~marks.isin(known[MARK])
    parts = [] if known is None else [known.drop(columns="site_id")]
    if known is None or fresh.any():
        some = outline[fresh].reset_index(drop=True)
        made = shape_of(some, seam_m=settings.seam_m.value)
        made = made.join(ground_of(some, layers, elevation=elevation, settings=settings))
        made = made.join(_reclaim(some, landcover, fields, legend, layers.get("water")))
        parts.append(made.astype("float64").assign(**{MARK: marks[fresh].to_numpy()}))
    table = pd.concat(parts, ignore_index=True).drop_duplicates(MARK).set_index(MARK)
    table = table.reindex(marks.to_numpy()).reset_index().astype({MARK: "str"})
    table.insert(0, "site_id", outline["site_id"].to_numpy())
    hidden = table["slope_deg"].isna() if elevation is not None else np.zeros(len(table), bool)
    found = hidden_gaps(table["site_id"], hidden, minimum=TerrainSettings().minimum_known,
                        stage=TERRAIN, role="elevation")  # fmt: skip
    return {"table": table, "findings": found}


def _mark(shape: bytes) -> str:
    return hashlib.sha256(shape).hexdigest()[:32]


def _reclaim(
    outline: gpd.GeoDataFrame, landcover: Layer | None, fields: Layer | None,
    legend: Mapping[int, str] | None, water: gpd.GeoDataFrame | None,
) -> pd.DataFrame:  # fmt: skip
    """Return what speaks for and against farmland, by the index of ``outline``."""
    measured = measure_village_reclaim(
        settlements=outline.rename(columns={"site_id": "settlement_id"}), landcover=landcover,
        fields=fields, water=water, legend=legend, settings=ReclaimSettings(),
    )["table"]  # fmt: skip
    return measured.drop(columns="settlement_id")
