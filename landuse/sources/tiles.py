"""Which tiles of a product cover a study area."""

from __future__ import annotations

import math
from collections.abc import Iterator

from landuse.core.crs import between
from landuse.core.grid import Bounds
from landuse.sources.raster_product import Tiling

_LONLAT, _MOLLWEIDE = "EPSG:4326", "ESRI:54009"
_GHSL_WEST_M, _GHSL_NORTH_M, _GHSL_SIDE_M = -18_041_000, 9_000_000, 1_000_000
# The centres of the cells, not their edges, lie on whole degrees: a tile begins half a cell
# west and ends half a cell north of them.
_GLO30_SHIFT_DEG = 0.5 / 3600


def tiles_over(bounds: Bounds, *, tiling: Tiling) -> tuple[str, ...]:
    """Return the names of the tiles that cover the bounds, in a fixed order.

    Parameters
    ----------
    bounds : west, south, east, north, degrees.

    Returns
    -------
    ``("",)`` for a product that comes in one file for the world or for a country.
    """
    if tiling == "wgs84_3deg":
        return tuple(f"{_hemisphere(*corner)}" for corner in _corners(bounds, step_deg=3))
    if tiling == "wgs84_1deg":
        corners = _corners(bounds, step_deg=1, shift_deg=_GLO30_SHIFT_DEG)
        return tuple(_hemisphere(*corner, joint="_00_") + "_00" for corner in corners)
    if tiling == "ghsl":
        return tuple(f"R{row}_C{column}" for row, column in _ghsl(bounds))
    return ("",)


def _hemisphere(south: int, west: int, *, joint: str = "") -> str:
    """Return the name of a south-west corner: N27E117, or N27_00_E117."""
    latitude = f"{'S' if south < 0 else 'N'}{abs(south):02d}"
    return f"{latitude}{joint}{'W' if west < 0 else 'E'}{abs(west):03d}"


def _corners(bounds: Bounds, *, step_deg: int, shift_deg: float = 0.0) -> Iterator[tuple[int, int]]:
    """Yield (south, west) of the square tiles over the bounds, from south to north."""
    west, south, east, north = bounds
    for row in _span(south - shift_deg, north - shift_deg, step_deg):
        for column in _span(west + shift_deg, east + shift_deg, step_deg):
            yield row * step_deg, column * step_deg


def _span(low: float, high: float, step: float) -> range:
    """Return the numbers of the steps from low to high; a step that is only touched is left out."""
    first = math.floor(low / step)
    return range(first, max(first + 1, math.ceil(high / step)))


def _ghsl(bounds: Bounds) -> Iterator[tuple[int, int]]:
    """Yield (row, column) of the tiles of 1000 km in Mollweide.

    Row = floor((9 000 000 - y) / 10^6) + 1, column = floor((x + 18 041 000) / 10^6) + 1
    (domain.md §7). Parallels are level in Mollweide, and a meridian is farthest out at the
    equator; so the reach of the bounds within a row of tiles is found at the row's two ends, and
    at the equator where it lies between them.
    """
    west, south, east, north = bounds
    to_mollweide = between(_LONLAT, _MOLLWEIDE)
    (_, top), (_, bottom) = (to_mollweide.transform(0.0, lat) for lat in (north, south))
    for row in _span(_GHSL_NORTH_M - top, _GHSL_NORTH_M - bottom, _GHSL_SIDE_M):
        upper = min(top, _GHSL_NORTH_M - row * _GHSL_SIDE_M)
        lower = max(bottom, _GHSL_NORTH_M - (row + 1) * _GHSL_SIDE_M)
        levels = [lower, upper, *([0.0] if lower < 0 < upper else [])]
        reach = [_x_at(lon, y) for lon in (west, east) for y in levels]
        for column in _span(min(reach) - _GHSL_WEST_M, max(reach) - _GHSL_WEST_M, _GHSL_SIDE_M):
            yield row + 1, column + 1


def _x_at(longitude_deg: float, y_m: float) -> float:
    """Return x of a meridian at a height in Mollweide, metres."""
    _, latitude = between(_MOLLWEIDE, _LONLAT).transform(0.0, y_m)
    return float(between(_LONLAT, _MOLLWEIDE).transform(longitude_deg, latitude)[0])
