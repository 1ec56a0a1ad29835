"""The overview map of a province as inline SVG: counties by share suspected, and candidates."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from urllib.parse import quote

import geopandas as gpd
import pandas as pd
import pyproj
import shapely
from markupsafe import Markup, escape

from landuse.products import numbers
from landuse.products.province.county import LONLAT, County
from landuse.products.report_map import SIMPLIFY_PX, WIDTH_PX, Frame, furniture, outline_path
from landuse.products.safety import plain_text

SHADES = ("#EFF3F8", "#CFDCE9", "#A3BFD6", "#6E9BC0", "#3D74A3")
LIMITS = (0.02, 0.05, 0.10, 0.20)
"""Limits of the shades, share suspected of the assessed area; fixed, so that years compare."""
UNKNOWN = "#FFFFFF"
POINTS_SHOWN = 5000


def shade(share: float | None) -> str:
    """Return the fill of a county; white where its share is not known."""
    if share is None or numbers.is_missing(share):
        return UNKNOWN
    return SHADES[bisect_right(LIMITS, share)]


def legend() -> list[tuple[str, str]]:
    """Return (fill, words) of every shade."""
    edges = [0.0, *LIMITS]
    words = [f"{low:.0%}–{high:.0%}" for low, high in zip(edges, LIMITS, strict=False)]
    return list(zip(SHADES, [*words, f"≥ {LIMITS[-1]:.0%}"], strict=True))


def draw_province(
    counties: Sequence[County], table: pd.DataFrame, candidates: pd.DataFrame, *,
    links: Mapping[str, str],
) -> Markup:  # fmt: skip
    """Return the picture: the same counties give the same text.

    Parameters
    ----------
    counties : with outlines in degrees. ``table``, ``candidates`` : of `province.tables`; at most
        ``POINTS_SHOWN`` candidates are drawn, in the order of the table.
    links : {county: address of its own map}, relative to the page.

    Drawn in an equal-area projection (Lambert azimuthal) around the middle of the counties.
    """
    outlines = gpd.GeoSeries([county.outline for county in counties], crs=LONLAT)
    crs = _around(outlines)
    shapes = outlines.to_crs(crs)
    frame = Frame.around(shapes.total_bounds)
    rows = table.set_index("county")
    parts = [
        _county(shape, frame, rows.loc[county.name], county.name, link=links.get(county.name))
        for county, shape in zip(counties, shapes, strict=True)
    ]
    parts += _points(candidates, frame, crs)
    parts += [_label(shape, frame, rows.loc[county.name])
              for county, shape in zip(counties, shapes, strict=True)]  # fmt: skip
    head = (
        f'<svg class="map" viewBox="0 0 {WIDTH_PX:.0f} {frame.height_px:.0f}" role="img" '
        'xmlns="http://www.w3.org/2000/svg" '
        'aria-label="各县疑似用地占比 / share suspected by county">'
    )
    # Every piece is numbers, fixed words or text escaped below.
    return Markup(head + "".join([*parts, *furniture(frame)]) + "</svg>")


def _around(outlines: gpd.GeoSeries) -> pyproj.CRS:
    west, south, east, north = outlines.total_bounds
    text = f"+proj=laea +lat_0={(south + north) / 2:.4f} +lon_0={(west + east) / 2:.4f} +units=m"
    return pyproj.CRS(text)


def _county(
    shape: shapely.Geometry, frame: Frame, row: pd.Series, name: str, *, link: str | None
) -> str:
    path = outline_path(gpd.GeoSeries([shape]), frame, tolerance_m=SIMPLIFY_PX / frame.px_per_m)
    title = plain_text(f"{row['title_zh']} {name}: {numbers.percent(row['suspected_share'])}, "
                       f"{numbers.number(row['suspected_mu'])} 亩 mu")  # fmt: skip
    drawn = (f'<path class="area" fill="{shade(row["suspected_share"])}" fill-rule="evenodd" '
             f'd="{path}"><title>{escape(title)}</title></path>')  # fmt: skip
    return f'<a href="{escape(quote(link))}">{drawn}</a>' if link else drawn


def _points(candidates: pd.DataFrame, frame: Frame, crs: pyproj.CRS) -> list[str]:
    shown = candidates.head(POINTS_SHOWN).dropna(subset=["lon", "lat"])
    places = gpd.GeoSeries(gpd.points_from_xy(shown["lon"], shown["lat"]), crs=LONLAT).to_crs(crs)
    pixels = dict.fromkeys(
        "{:.0f} {:.0f}".format(*frame.place(point.x, point.y)) for point in places
    )
    marks = "".join(f"M{pixel}h0" for pixel in pixels)
    return [f'<path class="dots" d="{marks}"/>'] if marks else []


def _label(shape: shapely.Geometry, frame: Frame, row: pd.Series) -> str:
    point = shape.representative_point()
    x, y = frame.place(point.x, point.y)
    rank = "–" if pd.isna(row["rank"]) else f"{row['rank']}"
    return f'<text class="town" x="{x:.1f}" y="{y:.1f}">{escape(rank)}</text>'
