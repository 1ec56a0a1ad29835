"""Truth joins by id or by area overlap, never by proximity."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import box

from landuse.validation import by_overlap, by_part

CRS = "EPSG:4549"


def layer(*boxes: tuple[float, float, float, float], **columns: list[object]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=[box(*bounds) for bounds in boxes], crs=CRS)


def test_half_covered_is_labelled_and_neighbours_are_not() -> None:
    """a is half inside true (label), b is 1 m from it (no label), c lies in false (label)."""
    parcels = layer((0, 0, 10, 10), (11, 0, 21, 10), (30, 0, 40, 10), parcel_id=["a", "b", "c"])
    truth = layer((0, 0, 5, 10), (30, 0, 40, 10), truth=[True, False])
    joined = by_overlap(parcels, truth)
    assert joined.to_dict("list") == {"parcel_id": ["a", "c"], "truth": [True, False]}


@pytest.mark.parametrize(("covered", "found"), [(5.01, True), (4.99, False)])
def test_the_limit_is_half_of_the_parcel(covered: float, found: bool) -> None:
    parcels = layer((0, 0, 10, 10), parcel_id=["a"])
    joined = by_overlap(parcels, layer((0, 0, covered, 10), truth=[True]))
    assert (len(joined) == 1) == found


def test_overlapping_truth_counts_once() -> None:
    """Two polygons over the same 40 % make 40 %, not 80 %."""
    parcels = layer((0, 0, 10, 10), parcel_id=["a"])
    twice = layer((0, 0, 4, 10), (0, 0, 4, 10), truth=[True, True])
    assert by_overlap(parcels, twice).empty


def test_parts_of_a_county_by_hand() -> None:
    """IND_IN: a, b flagged, a true. VILLAGE: none flagged, d true, zone side not known."""
    joined = pd.DataFrame(
        {
            "group": ["IND_IN", "IND_IN", "VILLAGE", "VILLAGE"],
            "zone_in": pd.array([True, True, pd.NA, pd.NA], dtype="boolean"),
            "truth": [True, False, False, True],
        }
    )
    lines, data = by_part(joined, np.array([True, True, False, False]))
    parts = data["strata"]
    assert set(parts) == {"group:IND_IN", "group:VILLAGE", "zone:in", "zone:unknown"}
    assert parts["group:IND_IN"]["precision"]["value"] == 0.5
    assert parts["group:IND_IN"]["recall"]["value"] == 1.0
    assert parts["group:VILLAGE"]["precision"]["value"] is None
    assert parts["group:VILLAGE"]["recall"]["value"] == 0.0
    assert any("村庄" in line for line in lines)
