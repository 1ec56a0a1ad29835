"""The still map of the report: outline, towns, zones and candidates as inline SVG."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd
import shapely
from markupsafe import Markup, escape

from landuse.products.safety import plain_text
from landuse.products.words import SUSPECTED, grade_colours

WIDTH_PX, MOST_HEIGHT_PX, MARGIN_PX, FOOT_PX = 700.0, 640.0, 12.0, 14.0
SIMPLIFY_PX = 0.5
CIRCLES_SHOWN = 3000
BUDGET_CHARACTERS = 150_000
"""Most characters the outlines of one layer may take; beyond it they are simplified further."""
_ROUND = (1, 2, 5, 10, 20, 50)


@dataclass(frozen=True)
class Ground:
    """Geometry of the picture, all in the study's metric CRS; what is absent is None.

    ``parcels`` carries ``parcel_id``; the report joins what it shows of them. ``towns`` carries
    ``town_name``; without it they are drawn unnamed.
    """

    parcels: gpd.GeoDataFrame
    county: gpd.GeoDataFrame | None = None
    towns: gpd.GeoDataFrame | None = None
    zones: gpd.GeoDataFrame | None = None


@dataclass(frozen=True)
class Frame:
    """From metres to pixels of the picture."""

    x0: float
    y1: float
    px_per_m: float
    height_px: float

    @classmethod
    def around(cls, bounds: Sequence[float]) -> Frame:
        """Return the frame that fits bounds (x0, y0, x1, y1) into the picture."""
        x0, y0, x1, y1 = bounds
        wide, high = max(x1 - x0, 1.0), max(y1 - y0, 1.0)
        inner = WIDTH_PX - 2 * MARGIN_PX
        scale = min(inner / wide, (MOST_HEIGHT_PX - 2 * MARGIN_PX) / high)
        slack_m = (inner / scale - wide) / 2
        return cls(x0 - slack_m, y1, scale, high * scale + 2 * MARGIN_PX + FOOT_PX)

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Return the pixel (right, down) of a point."""
        return (
            MARGIN_PX + (x - self.x0) * self.px_per_m,
            MARGIN_PX + (self.y1 - y) * self.px_per_m,
        )


def draw_map(ground: Ground, *, grades: Sequence[str]) -> Markup:
    """Return the picture as SVG: the same geometry gives the same text, below 300 kB.

    ``ground.parcels`` carries ``flag, grade, rank, area_mu``.

    Circles have the area of the parcel in proportion (radius 0.8 times the root of its mu, at
    least 2, at most 14 px); at most ``CIRCLES_SHOWN``, in rank order. Big ones lie lowest.
    """
    frame = Frame.around(bounds_of(ground))
    marks = _circles(ground.parcels, frame, grades=grades)
    return compose(ground, frame, marks, label="疑似地块分布图 / map of suspected parcels")


def compose(ground: Ground, frame: Frame, marks: Sequence[str], *, label: str) -> Markup:
    """Return a picture as SVG: outlines, the marks on them, names of towns, scale and north.

    Parameters
    ----------
    marks : pieces of SVG that hold numbers and fixed words only.
    label : fixed words that say what the picture shows.
    """
    parts = [
        *_outlines(ground.county, frame, css="county"),
        *_outlines(ground.towns, frame, css="towns"),
        *_outlines(ground.zones, frame, css="zones"),
        *marks,
        *_labels(ground.towns, frame, name="town_name"),
        *furniture(frame),
    ]
    head = (
        f'<svg class="map" viewBox="0 0 {WIDTH_PX:.0f} {frame.height_px:.0f}" role="img" '
        f'xmlns="http://www.w3.org/2000/svg" aria-label="{escape(label)}">'
    )
    # Every piece is numbers, fixed words or text escaped in _labels.
    return Markup(head + "".join(parts) + "</svg>")


def bounds_of(ground: Ground) -> Sequence[float]:
    """Return the bounds (x0, y0, x1, y1) of the study area, metres; a square where unknown."""
    for layer in (ground.county, ground.towns, ground.parcels):
        if layer is not None and len(layer):
            bounds: Sequence[float] = layer.total_bounds
            if all(math.isfinite(value) for value in bounds):
                return bounds
    return (0.0, 0.0, 1.0, 1.0)


def _outlines(layer: gpd.GeoDataFrame | None, frame: Frame, *, css: str) -> list[str]:
    if layer is None or layer.empty:
        return []
    tolerance_m = SIMPLIFY_PX / frame.px_per_m
    path = outline_path(layer.geometry, frame, tolerance_m=tolerance_m)
    while len(path) > BUDGET_CHARACTERS:
        tolerance_m *= 2
        path = outline_path(layer.geometry, frame, tolerance_m=tolerance_m)
    return [f'<path class="{css}" fill-rule="evenodd" d="{path}"/>']


def outline_path(shapes: gpd.GeoSeries, frame: Frame, *, tolerance_m: float) -> str:
    """Return the rings of shapes, simplified, as the data of an SVG path."""
    simple = shapely.simplify(shapes.to_numpy(), tolerance_m)
    return "".join(_ring(ring, frame) for shape in simple for ring in _rings(shape))


def _rings(shape: shapely.Geometry | None) -> Iterator[shapely.Geometry]:
    for part in shapely.get_parts(shape) if shape is not None else ():
        if part.geom_type == "Polygon" and not part.is_empty:
            yield part.exterior
            yield from part.interiors


def _ring(ring: shapely.Geometry, frame: Frame) -> str:
    pixels = [frame.place(x, y) for x, y in shapely.get_coordinates(ring)]
    written = dict.fromkeys(f"{x:.1f} {y:.1f}" for x, y in pixels)
    return f"M{'L'.join(written)}Z" if len(written) > 2 else ""


def _circles(parcels: gpd.GeoDataFrame, frame: Frame, *, grades: Sequence[str]) -> list[str]:
    listed = parcels[parcels["flag"].isin(SUSPECTED)].sort_values("rank").head(CIRCLES_SHOWN)
    listed = listed.sort_values("area_mu", ascending=False, kind="stable")
    points = listed.geometry.representative_point()
    rows = zip(points.x, points.y, listed["area_mu"], listed["grade"], strict=True)
    known = {code: f"g{index}" for index, code in enumerate(grades)}
    return [circle(frame.place(x, y), mu, css=known.get(grade, "g9")) for x, y, mu, grade in rows]


def circle(place: tuple[float, float], area_mu: float, *, css: str) -> str:
    """Return a circle whose area follows an area in mu, between 2 and 14 px of radius."""
    radius = min(max(2.0, 0.8 * math.sqrt(max(area_mu, 0.0))), 14.0)
    return f'<circle class="{css}" cx="{place[0]:.1f}" cy="{place[1]:.1f}" r="{radius:.1f}"/>'


def _labels(layer: gpd.GeoDataFrame | None, frame: Frame, *, name: str) -> list[str]:
    """Return labels that do not touch each other; those that would are left out."""
    if layer is None or name not in layer.columns:
        return []
    taken: list[tuple[float, float, float]] = []
    parts = []
    for text, point in zip(layer[name], layer.geometry.representative_point(), strict=True):
        words = plain_text("" if pd.isna(text) else str(text))[:12]
        x, y = frame.place(point.x, point.y)
        half = 6.5 * len(words) + 2
        if any(abs(x - a) < half + w and abs(y - b) < 15 for a, b, w in taken):
            continue
        taken.append((x, y, half))
        parts.append(f'<text class="town" x="{x:.1f}" y="{y:.1f}">{escape(words)}</text>')
    return parts


def furniture(frame: Frame) -> list[str]:
    """Return a scale bar of a round length and a north arrow (grid north)."""
    length_m = scale_length_m(WIDTH_PX / 5 / frame.px_per_m)
    wide, y = length_m * frame.px_per_m, frame.height_px - 8
    x = MARGIN_PX
    words = f"{length_m / 1000:g} 公里 km" if length_m >= 1000 else f"{length_m:g} 米 m"
    return [
        f'<path class="scale" d="M{x:.1f} {y - 5:.1f}V{y:.1f}H{x + wide:.1f}V{y - 5:.1f}"/>',
        f'<text class="note" x="{x + wide + 6:.1f}" y="{y:.1f}">{words}</text>',
        f'<path class="north" d="M{WIDTH_PX - 20:.0f} 34L{WIDTH_PX - 14:.0f} 14'
        f'L{WIDTH_PX - 8:.0f} 34L{WIDTH_PX - 14:.0f} 29Z"/>',
        f'<text class="note middle" x="{WIDTH_PX - 14:.0f}" y="46">北 N</text>',
    ]


def scale_length_m(longest_m: float) -> float:
    """Return the longest of 1, 2, 5 times a power of ten that is no longer than asked, metres.

    >>> scale_length_m(7300.0)
    5000.0
    """
    # One power lower than the logarithm says: just below a power of ten it rounds up.
    power = 10.0 ** (math.floor(math.log10(longest_m)) - 1)
    return max(step * power for step in _ROUND if step * power <= longest_m)


def colour_rules(grades: Sequence[str]) -> Mapping[str, str]:
    """Return {CSS class: fill} of the circles."""
    colours = grade_colours(tuple(grades)).values()
    return {f"g{index}": fill for index, (fill, _) in enumerate(colours)} | {"g9": "#FFFFFF"}
