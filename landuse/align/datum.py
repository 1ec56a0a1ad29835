"""GCJ-02 and BD-09, the shifted datums of Chinese web maps, to WGS84."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from landuse.sources.spec import Datum

Floats = NDArray[np.float64]

SHIFTED: tuple[Datum, ...] = ("GCJ02", "BD09")
_AXIS_M = 6378245.0
_ECCENTRICITY2 = 0.00669342162296594323
_TURNS = 30
_CLOSE_DEG = 1e-10
_BD_ANGLE = np.pi * 3000.0 / 180.0


def wgs84_to_gcj02(lonlat: Floats) -> Floats:
    """Shift WGS84 longitude and latitude (n, 2), degrees, to GCJ-02.

    The shift is a published sum of sines on the Krasovsky ellipsoid (`domain.md` §6.2).
    """
    x, y = lonlat[:, 0] - 105.0, lonlat[:, 1] - 35.0
    ripple = 20 * np.sin(6 * x * np.pi) + 20 * np.sin(2 * x * np.pi)
    root = np.sqrt(np.abs(x))
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north = north + (ripple + _waves(y, (1, 20), (3, 40))) * 2 / 3
    north = north + (160 * np.sin(y / 12 * np.pi) + 320 * np.sin(y * np.pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east = east + (ripple + _waves(x, (1, 20), (3, 40))) * 2 / 3
    east = east + _waves(x, (12, 150), (30, 300)) * 2 / 3
    latitude = np.radians(lonlat[:, 1])
    magic = 1 - _ECCENTRICITY2 * np.sin(latitude) ** 2
    meridian_m = _AXIS_M * (1 - _ECCENTRICITY2) / magic**1.5
    parallel_m = _AXIS_M / np.sqrt(magic) * np.cos(latitude)
    shift = np.stack([np.degrees(east / parallel_m), np.degrees(north / meridian_m)], axis=1)
    return np.asarray(lonlat + shift)


def _waves(values: Floats, *terms: tuple[float, float]) -> Floats:
    """Return the sum of height * sin(value * pi / period)."""
    total = np.zeros_like(values)
    for period, height in terms:
        total = total + height * np.sin(values * np.pi / period)
    return total


def gcj02_to_bd09(lonlat: Floats) -> Floats:
    """Shift GCJ-02 longitude and latitude (n, 2), degrees, to BD-09."""
    x, y = lonlat[:, 0], lonlat[:, 1]
    radius = np.hypot(x, y) + 2e-5 * np.sin(y * _BD_ANGLE)
    angle = np.arctan2(y, x) + 3e-6 * np.cos(x * _BD_ANGLE)
    shifted = [radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006]
    return np.stack(shifted, axis=1)


def shift(lonlat: Floats, *, datum: Datum) -> Floats:
    """Return where a datum shows WGS84 points (n, 2), degrees; unshifted datums where they are."""
    if datum not in SHIFTED:
        return lonlat
    gcj = wgs84_to_gcj02(lonlat)
    return gcj02_to_bd09(gcj) if datum == "BD09" else gcj


def unshift(lonlat: Floats, *, datum: Datum) -> Floats:
    """Return the WGS84 points that a datum shows at ``lonlat`` (n, 2), degrees.

    Fixed-point iteration: the shift changes by less than a thousandth of the distance moved, so
    each turn gains two to three digits; it stops below 1e-10 degrees (10 micrometres).
    """
    if datum not in SHIFTED:
        return lonlat
    guess = lonlat.copy()
    for _ in range(_TURNS):
        miss = lonlat - shift(guess, datum=datum)
        guess += miss
        if np.abs(miss).max(initial=0.0) < _CLOSE_DEG:
            break
    return guess


def redeclared(lonlat: Floats, *, declared: Datum, really: Datum) -> Floats:
    """Return where points (n, 2), degrees WGS84 as declared, lie if the file has another datum.

    The declared conversion is undone and the other applied. Swap the two for the way back.
    """
    return unshift(shift(lonlat, datum=declared), datum=really)


def to_wgs84(layer: gpd.GeoDataFrame, *, datum: Datum) -> gpd.GeoDataFrame:
    """Return a layer with its GCJ-02 or BD-09 coordinates converted, in EPSG:4326.

    Other datums return the layer as it is.
    """
    if datum not in SHIFTED:
        return layer
    lonlat = layer.to_crs("EPSG:4326")
    geometry = shapely.transform(
        lonlat.geometry.to_numpy(), lambda points: unshift(points, datum=datum)
    )
    return lonlat.set_geometry(gpd.GeoSeries(geometry, index=lonlat.index, crs="EPSG:4326"))
