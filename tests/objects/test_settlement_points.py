"""Villages known as points: nothing invented, repeats merged, ids that clash refused."""

from __future__ import annotations

import geopandas as gpd
import pytest
from shapely.geometry import Point, box

from landuse.core.errors import LanduseError
from landuse.objects.ids import IdSettings
from landuse.objects.settlement_points import settlements_from_points, take_settlements
from landuse.objects.settlements import COLUMNS, SettlementSettings

CRS = "EPSG:4549"
X, Y = 451_000.0, 3_231_000.0


def points(*places: tuple[str, float], **columns: object) -> gpd.GeoDataFrame:
    shapes = [Point(X + x, Y) for _, x in places]
    frame = {"settlement_id": [name for name, _ in places]} | columns
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=CRS)


def test_points_become_villages_without_area() -> None:
    towns = gpd.GeoDataFrame({"town_code": ["990781001"], "town_name": ["甲镇"]},
                             geometry=[box(X - 9, Y - 9, X + 9, Y + 9)], crs=CRS)  # fmt: skip
    given = points(("b", 0), ("a", 500), elevation_m=[10.0, 20.0])
    made = settlements_from_points(settlements=given, towns=towns)
    table = made["settlements"]
    assert table["settlement_id"].tolist() == ["a", "b"]
    assert table["town_name"].tolist() == ["", "甲镇"]
    assert table["area_m2"].isna().all()
    assert table["elevation_m"].tolist() == [20, 10]
    assert set(COLUMNS) <= set(table)
    assert [f.kind for f in made["findings"]] == ["note"]


def test_repeats_of_id_and_place_are_one_village_and_told() -> None:
    made = settlements_from_points(settlements=points(("a", 0), ("a", 0), ("b", 9)), towns=None)
    assert made["settlements"]["settlement_id"].tolist() == ["a", "b"]
    assert next((f.kind, f.value) for f in made["findings"]) == ("repair", "1")


def test_an_id_at_two_places_is_refused_and_a_village_without_a_place_left_out() -> None:
    with pytest.raises(LanduseError, match="a"):
        settlements_from_points(settlements=points(("a", 0), ("a", 7)), towns=None)
    given = points(("a", 0), ("b", 5))
    given.loc[1, "geometry"] = Point()
    assert len(settlements_from_points(settlements=given, towns=None)["settlements"]) == 1


def test_outlines_of_the_bureau_go_the_common_way() -> None:
    drawn = gpd.GeoDataFrame({"settlement_id": ["z"]}, geometry=[box(X, Y, X + 90, Y + 90)],
                             crs=CRS)  # fmt: skip
    chosen = SettlementSettings(ids=IdSettings(adcode="990781"))
    made = take_settlements(
        settlements=drawn, towns=None, villages=None, previous=None, settings=chosen
    )
    assert made["settlements"]["area_m2"].iloc[0] > 8_000
