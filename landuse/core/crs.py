"""CRS facts: the CGCS2000 3-degree zones and how to tell them by their eastings."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from pyproj import CRS, Geod, Transformer

CGCS2000_GEOGRAPHIC = "EPSG:4490"
ZONE_PREFIX_EASTING_M = 1e7
FIRST_MERIDIAN_DEG, LAST_MERIDIAN_DEG = 75, 135
_EPSG_CM_75E, _EPSG_ZONE_25 = 4534, 4513
GRS80 = Geod(ellps="GRS80")
_EPSG_DATUMS = {"World Geodetic System 1984", "China 2000"}


def cgcs2000_3_degree(longitude_deg: float) -> str:
    """Return the CGCS2000 3-degree Gauss-Kruger CRS (no zone number) that holds a longitude.

    119.5 E lies in the zone of 120 E, hence EPSG:4549. Source: EPSG registry, 4534 (75 E) to
    4554 (135 E), one code for each 3 degrees.

    Raises
    ------
    ValueError
        If the longitude is outside the 3-degree zones of China (73.5 to 136.5 E).
    """
    meridian = int(3 * np.floor(longitude_deg / 3 + 0.5))
    if not FIRST_MERIDIAN_DEG <= meridian <= LAST_MERIDIAN_DEG:
        msg = f"longitude {longitude_deg} is outside the CGCS2000 3-degree zones; name a CRS"
        raise ValueError(msg)
    return f"EPSG:{_EPSG_CM_75E + (meridian - FIRST_MERIDIAN_DEG) // 3}"


def zone_prefixed_twin(easting_m: float) -> str | None:
    """Return the CRS whose eastings carry the zone number, from one easting; None if unprefixed.

    An easting of 40 422 047 m belongs to zone 40, EPSG:4528. Zones 25 to 45 exist.
    """
    if easting_m < ZONE_PREFIX_EASTING_M:
        return None
    zone = int(easting_m // 1_000_000)
    return f"EPSG:{_EPSG_ZONE_25 + zone - 25}" if 25 <= zone <= 45 else None


def is_metric(crs: CRS) -> bool:
    """Tell whether a CRS is projected in metres."""
    return bool(crs.is_projected) and all(axis.unit_name == "metre" for axis in crs.axis_info[:2])


@lru_cache(maxsize=64)
def between(source: str | CRS, target: str | CRS) -> Transformer:
    """Return the transformer from one CRS to another, x before y; made once, it takes 0.1 s.

    Between WGS 84 and CGCS2000 only what EPSG registers is looked through, which is where both
    datums stand: among all registries a quarter of a second longer, to find the same.
    """
    here, there = CRS.from_user_input(source), CRS.from_user_input(target)
    authority = "EPSG" if {_datum(here), _datum(there)} <= _EPSG_DATUMS else None
    return Transformer.from_crs(here, there, always_xy=True, authority=authority)


def _datum(crs: CRS) -> str:
    """Return the name of a CRS's datum; none where it brings its own way to another."""
    if crs.is_bound or crs.datum is None:
        return ""
    return str(crs.datum.name).removesuffix(" ensemble")


def to_lonlat(x: Sequence[float], y: Sequence[float], *, crs: str) -> tuple[np.ndarray, np.ndarray]:
    """Transform coordinates to CGCS2000 longitude and latitude, degrees (WGS84 within 1 m)."""
    lon, lat = between(crs, CGCS2000_GEOGRAPHIC).transform(np.asarray(x), np.asarray(y))
    return np.asarray(lon), np.asarray(lat)
