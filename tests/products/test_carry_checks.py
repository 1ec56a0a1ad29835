"""A check follows the ground where ids change, by 80 % of both outlines, and says so."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

from landuse.products.checks import CheckSettings, merge_checks


def layer(**sides: tuple[float, float]) -> gpd.GeoDataFrame:
    """Return strips 100 m high from x = first to x = second, by id."""
    shapes = [box(low, 0, high, 100) for low, high in sides.values()]
    return gpd.GeoDataFrame({"parcel_id": list(sides)}, geometry=shapes, crs="EPSG:4549")


def checks(*ids: str) -> pd.DataFrame:
    return pd.DataFrame({"parcel_id": ids, "check_status": "属实"}).astype("str")


def run(
    now: gpd.GeoDataFrame, before: gpd.GeoDataFrame | None, found: pd.DataFrame
) -> tuple[dict[str, str], list[str]]:
    made = merge_checks(
        parcels=now, checks=found, previous=before, settings=CheckSettings(as_of=date(2025, 12, 31))
    )
    table = made["checks"].set_index("parcel_id")["check_status"]
    return table.to_dict(), [item.message_en for item in made["findings"]]


@pytest.mark.parametrize(("end", "carried"), [(100, True), (125, True), (126, False), (79, False)])
def test_a_check_goes_on_where_both_outlines_share_four_fifths(end: float, carried: bool) -> None:
    """0 to 100 m before; 0 to 125 m now shares 100 / 125 = 80 %, 0 to 126 m 79.4 %."""
    status, told = run(layer(new=(0, end)), layer(old=(0, 100)), checks("old"))
    assert status == {"new": "属实" if carried else "未核"}
    assert len(told) == 1
    assert ("the check of the old id old holds here" in told[0]) == carried
    assert ("a check matches no parcel" in told[0]) != carried


def test_an_id_that_is_still_there_is_never_rewritten() -> None:
    """The ids swapped places: each check stays with its id, and both are doubted."""
    before, now = layer(a=(0, 100), b=(100, 200)), layer(a=(100, 200), b=(0, 100))
    status, told = run(now, before, checks("a"))
    assert status == {"a": "属实", "b": "未核"}
    assert [text.split(",")[0] for text in told] == ["the outline changed since it was checked"]


def test_without_an_earlier_layer_a_lost_check_is_told_and_kept_out() -> None:
    status, told = run(layer(new=(0, 100)), None, checks("old"))
    assert status == {"new": "未核"}
    assert "a check matches no parcel" in told[0]


def test_unchanged_ground_says_nothing() -> None:
    status, told = run(layer(a=(0, 100)), layer(a=(0, 100)), checks("a"))
    assert (status, told) == ({"a": "属实"}, [])
