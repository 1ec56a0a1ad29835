"""Geofabrik's free shapefiles: their land-use classes, and what they are in OpenStreetMap tags."""

from __future__ import annotations

import pandas as pd

FCLASS_CODE: dict[str, int] = {
    "forest": 7201,
    "park": 7202,
    "residential": 7203,
    "industrial": 7204,
    "farm": 7205,
    "cemetery": 7206,
    "allotments": 7207,
    "meadow": 7208,
    "commercial": 7209,
    "nature_reserve": 7210,
    "recreation_ground": 7211,
    "retail": 7212,
    "military": 7213,
    "quarry": 7214,
    "orchard": 7215,
    "vineyard": 7216,
    "scrub": 7217,
    "grass": 7218,
    "heath": 7219,
    "national_park": 7220,
    "farmland": 7228,
    "farmyard": 7229,
}
"""``fclass`` = ``code`` of layer gis_osm_landuse_a_free_1. Marks: 7201 to 7219 without 7215 read in
a real file (V), the others from memory (M). Newer files have farmland where older have farm."""

FCLASS_OF: dict[str, dict[str, str]] = {
    "landuse": {
        **{
            name: name
            for name in FCLASS_CODE
            if name not in {"park", "nature_reserve", "national_park", "heath", "farm"}
        },
        "farm": "farmland",
        "wood": "forest",
    },
    "leisure": {
        "park": "park",
        "common": "park",
        "nature_reserve": "nature_reserve",
        "recreation_ground": "recreation_ground",
    },
    "boundary": {"national_park": "national_park"},
    "natural": {"wood": "forest", "scrub": "scrub", "heath": "heath", "grassland": "grass"},
}
"""Tag -> value -> ``fclass``; the first tag that has a class decides."""

LANDUSE_OF_FCLASS: dict[str, str] = {
    name: "farmland" if name == "farm" else name for name in FCLASS_CODE
}
"""``fclass`` -> the ``landuse`` value of the layer made here, so that both files read alike."""


def fclass(areas: pd.DataFrame) -> pd.Series:
    """Return the Geofabrik class of each object; null where its files have none.

    A landuse value that Geofabrik does not list (``greenhouse_horticulture``, ``construction``)
    has no ``fclass``, and natural vegetation does not override a mapped use.
    """
    found = pd.Series(pd.NA, index=areas.index, dtype="str")
    for tag, classes in FCLASS_OF.items():
        found = found.fillna(areas[tag].map(classes).astype("str"))
        if tag == "landuse":
            found = found.where(areas["landuse"].isna() | found.notna(), "")
    return found.replace("", pd.NA)


def landuse_of_fclass(classes: pd.Series) -> pd.Series:
    """Return the ``landuse`` values of a Geofabrik ``fclass`` column; unknown classes stay.

    Index kept. ``farm`` of older files becomes ``farmland``.
    """
    known = classes.map(LANDUSE_OF_FCLASS)
    return known.where(known.notna(), classes).astype("str")
