"""The still map of candidate villages, by kind, as inline SVG."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
from markupsafe import Markup

from landuse.products.report_map import Frame, Ground, bounds_of, circle, compose
from landuse.products.village_lists import candidates
from landuse.scores.villages import KINDS

LABEL = "村庄整合候选分布图 / map of candidate villages"
MARKS = tuple((f"k{place}", zh, en) for place, (zh, en) in enumerate(KINDS.values()))
"""(CSS class, Chinese, English) of each kind; the classes differ in fill and line, also in grey."""


def draw_villages(villages: pd.DataFrame | None, ground: Ground, *, crs: str) -> Markup | None:
    """Return the picture of the candidate villages; None where there is no candidate.

    Parameters
    ----------
    villages : of `scores.villages`, with ``lon, lat`` (CGCS2000, degrees), ``kind``, ``area_mu``.
    crs : metric CRS of the ground.
    """
    if villages is None or not {"lon", "lat"} <= set(villages.columns):
        return None
    shown = candidates(villages)
    shown = shown[shown["lon"].notna() & shown["lat"].notna()]
    if shown.empty:
        return None
    frame = Frame.around(bounds_of(ground))
    points = gpd.GeoSeries.from_xy(shown["lon"], shown["lat"], crs="EPSG:4490").to_crs(crs)
    css = {zh: name for name, zh, _ in MARKS}
    area = shown["area_mu"].fillna(0.0) if "area_mu" in shown else [0.0] * len(shown)
    rows = sorted(zip(area, points.x, points.y, shown["kind"], strict=True), reverse=True)
    marks = [circle(frame.place(x, y), mu, css=css[kind]) for mu, x, y, kind in rows]
    return compose(ground, frame, marks, label=LABEL)
