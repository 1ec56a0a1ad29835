"""Transformers: a shorter look through the registries finds the same way between two CRS."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from pyproj import CRS, Transformer

from landuse.core.crs import between

ALBERS = "+proj=aea +lat_0=0 +lon_0=105 +lat_1=25 +lat_2=47 +x_0=0 +y_0=0 +datum=WGS84 +type=crs"
BOUND = "+proj=tmerc +lon_0=120 +x_0=500000 +ellps=krass +towgs84=15.8,-154.4,-82.3 +type=crs"
"""Beijing 1954 as a bureau may write it, with its own way to WGS 84."""
PLACES = ("EPSG:4326", "EPSG:4490", "EPSG:4549", "EPSG:4528", "EPSG:32650", "EPSG:3857",
          "ESRI:54009", ALBERS, "EPSG:2437", "EPSG:4610", BOUND)  # fmt: skip
"""Among them Beijing 1954 (2437) and Xian 1980 (4610), whose datums other registries know too."""


@pytest.mark.parametrize(("source", "target"), list(permutations(PLACES, 2)))
def test_the_way_found_is_the_one_of_all_registries(source: str, target: str) -> None:
    random = np.random.default_rng(7)
    lonlat = random.uniform(118, 121, 200), random.uniform(28, 31, 200)
    there = Transformer.from_crs("EPSG:4326", source, always_xy=True).transform(*lonlat)
    wide = Transformer.from_crs(CRS.from_user_input(source), target, always_xy=True)
    np.testing.assert_array_equal(between(source, target).transform(*there), wide.transform(*there))
