"""Rules of the partition, each on a few squares with its arithmetic."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from shapely.geometry import box

from landuse.align.partition import partition_towns
from landuse.align.partition_settings import PartitionSettings
from landuse.core.errors import LanduseError
from landuse.core.findings import Finding
from tests.align.layers import CRS, X, Y


def km(x0: float, y0: float, x1: float, y1: float) -> Any:
    """Return a rectangle of kilometres east and north of the corner of the tests."""
    return box(X + 1000 * x0, Y + 1000 * y0, X + 1000 * x1, Y + 1000 * y1)


def run(county: Any, *towns: Any, **chosen: Any) -> dict[str, Any]:
    """Partition with towns A, B, C … in the order given."""
    frame = None if county is None else gpd.GeoDataFrame(geometry=[county], crs=CRS)
    codes = [chr(ord("A") + at) for at in range(len(towns))]
    layer = gpd.GeoDataFrame({"town_code": codes}, geometry=list(towns), crs=CRS)
    settings = PartitionSettings(**chosen)
    return partition_towns(county=frame, towns=layer, codes=None, settings=settings)


def areas_km2(done: dict[str, Any]) -> list[float]:
    return [round(area / 1e6, 6) for area in done["layer"].area]


def changes(done: dict[str, Any]) -> list[tuple[str, str, str, float]]:
    rows = done["changes"][["kind", "town_code", "from_code", "area_m2"]]
    return [(k, now, was, area / 1e6) for k, now, was, area in rows.itertuples(index=False)]


def found(findings: list[Finding], kind: str) -> list[str]:
    return [finding.object_id for finding in findings if finding.kind == kind]


def fault(county: Any, *towns: Any) -> str:
    with pytest.raises(LanduseError) as caught:
        run(county, *towns)
    assert caught.value.exit_code == 4
    return str(caught.value)


COUNTY = km(0, 0, 4, 2)


def test_towns_that_tile_come_back_as_they_are() -> None:
    # a corner at (4, 1) on the county's line that the county itself has not
    towns = [km(0, 0, 2, 2), km(2, 0, 4, 1), km(2, 1, 4, 2)]
    corner = shapely.Point(X + 2000, Y + 1000)
    towns[0] = shapely.union_all([towns[0]]).union(shapely.Polygon())
    with_node = shapely.Polygon(
        [(X, Y), (X + 2000, Y), corner.coords[0], (X + 2000, Y + 2000), (X, Y + 2000)]
    )
    done = run(COUNTY, with_node, *towns[1:])
    assert [a.wkb for a in done["layer"].geometry] == [with_node.wkb, *(t.wkb for t in towns[1:])]
    assert done["changes"].empty
    assert done["findings"] == []


def test_land_outside_the_county_is_cut() -> None:
    done = run(COUNTY, km(-1, 0, 2, 2), km(2, 0, 4, 2))
    assert areas_km2(done) == [4.0, 4.0]
    assert changes(done) == [("overhang", "", "A", 2.0)]  # 1 x 2 km
    # 2 of A's 6 km2 are gone, which is over 5 %
    assert found(done["findings"], "doubt") == ["", "A"]
    assert "-500 m E" in done["findings"][0].value  # 5 km across, middle half a kilometre west


def test_an_overlap_goes_to_the_longest_border_not_in_dispute() -> None:
    # B reaches over A from x = 1 to 2 and y = 0 to 1: the overlap has A on two sides (2 km) and
    # B on one (1 km)
    over = km(1, 0, 2, 1).union(km(2, 0, 4, 2))
    done = run(COUNTY, km(0, 0, 2, 2), over)
    assert changes(done) == [("overlap", "A", "B", 1.0)]
    assert areas_km2(done) == [4.0, 4.0]


def test_equal_borders_go_to_the_smaller_code() -> None:
    done = run(COUNTY, km(0, 0, 2.5, 2), km(1.5, 0, 4, 2))
    assert changes(done) == [("overlap", "A", "B", 2.0)]
    assert areas_km2(done) == [5.0, 3.0]


def test_a_town_drawn_on_top_of_another_keeps_its_land() -> None:
    done = run(COUNTY, COUNTY, km(1, 0.5, 2, 1.5))
    assert areas_km2(done) == [7.0, 1.0]
    assert changes(done) == [("overlap", "B", "A", 1.0)]


def test_an_exclave_drawn_on_top_of_a_neighbour_stays() -> None:
    exclave = km(3, 0.5, 3.5, 1)  # 0.25 km2, in B
    done = run(COUNTY, shapely.union_all([km(0, 0, 2, 2), exclave]), km(2, 0, 4, 2))
    assert areas_km2(done) == [4.25, 3.75]
    assert changes(done) == [("overlap", "A", "B", 0.25)]


def test_a_small_gap_goes_whole_to_the_longest_border() -> None:
    # 80 x 100 m, notched out of B: B on three sides (260 m), A on one (100 m)
    notched = km(2, 0, 4, 2).difference(km(2, 1, 2.08, 1.1))
    done = run(COUNTY, km(0, 0, 2, 2), notched)
    assert changes(done) == [("gap", "B", "", 0.008)]
    assert areas_km2(done) == [4.0, 4.0]


def test_a_large_gap_is_cut_half_way() -> None:
    done = run(COUNTY, km(0, 0, 1.8, 2), km(2.2, 0, 4, 2))
    assert areas_km2(done) == [4.0, 4.0]
    assert [row[:3] for row in changes(done)] == [("split", "A", ""), ("split", "B", "")]


def test_a_strip_along_the_county_line_is_shared_at_the_towns_border() -> None:
    # 20 m x 4 km = 8 ha: each town gets its half, none a tentacle past the other
    done = run(COUNTY, km(0, 0, 2, 1.98), km(2, 0, 4, 1.98))
    assert areas_km2(done) == [4.0, 4.0]
    assert changes(done) == [("split", "A", "", 0.04), ("split", "B", "", 0.04)]


def test_a_part_of_the_county_without_a_town_goes_to_the_nearest() -> None:
    county = shapely.union_all([COUNTY, km(4.5, 0, 4.6, 0.1)])
    done = run(county, km(0, 0, 2, 2), km(2, 0, 4, 2))
    assert changes(done) == [("gap", "B", "", 0.01)]
    assert done["layer"].geom_type.tolist() == ["Polygon", "MultiPolygon"]


def test_a_sliver_that_a_cut_leaves_goes_to_the_town_beside_it() -> None:
    # A reaches along the top behind B's land and outside the county but for 50 x 100 m
    county = COUNTY.union(km(3, 2, 3.1, 2.05))
    hook = shapely.union_all([km(0, 0, 2, 2), km(1, 2, 3.1, 2.05)])
    done = run(county, hook, km(2, 0, 4, 2))
    assert ("sliver", "B", "A", 0.005) in changes(done)
    assert done["layer"].geom_type.tolist() == ["Polygon", "Polygon"]
    kept = run(county, hook, km(2, 0, 4, 2), sliver_m2=4999)
    assert areas_km2(kept) == [4.005, 4.0]


def test_pieces_of_one_code_are_one_town() -> None:
    frame = gpd.GeoDataFrame(geometry=[COUNTY], crs=CRS)
    shapes = [km(0, 0, 2, 2), km(2, 0, 4, 1), km(2, 1, 4, 2)]
    layer = gpd.GeoDataFrame({"town_code": ["A", "B", "B"]}, geometry=shapes, crs=CRS)
    done = partition_towns(county=frame, towns=layer, codes=None, settings=PartitionSettings())
    assert list(done["layer"]["town_code"]) == ["A", "B"]
    assert areas_km2(done) == [4.0, 4.0]


def test_small_changes_are_one_finding_and_large_ones_each_their_own() -> None:
    notches = [km(2, y, 2.05, y + 0.05) for y in (0.5, 1.0, 1.5)]  # 2500 m2 each
    towns = km(0, 0, 2, 2), km(2, 0, 4, 2).difference(shapely.union_all(notches))
    done = run(COUNTY, *towns)
    values = [f.value for f in done["findings"] if f.kind == "repaired"]
    assert values == ["7500 m2 = 11.25 mu"]  # 7500 / 666.67
    done = run(COUNTY, *towns, listed_m2=2500)
    values = [f.value for f in done["findings"] if f.kind == "repaired"]
    assert values == ["2500 m2 = 3.75 mu"] * 3
    assert len(done["changes"]) == 3


def test_a_missing_town_is_not_given_to_its_neighbours() -> None:
    text = fault(COUNTY, km(0, 0, 2, 2), km(2, 0, 4, 1))  # 2 km2 left; half the median is 1.5
    assert "2.0 km2" in text


def test_a_strip_as_large_as_a_town_is_no_missing_town() -> None:
    # 0.28 x 8 km = 2.24 km2 is over a fifth of a town, 1.376 km2; such a town has a circle of
    # sqrt(1.376 / pi) / 4 km = 165 m in it, the strip one of 140 m
    strip = run(km(0, 0, 8, 2), km(0, 0, 4, 1.72), km(4, 0, 8, 1.72), gap_share=0.2)
    assert areas_km2(strip) == [8.0, 8.0]
    # 0.5 x 4 km = 2 km2 is over half a town, 1.5 km2: 173 m, and 250 m
    assert "2.0 km2" in fault(COUNTY, km(0, 0, 2, 1.5), km(2, 0, 4, 1.5))


def test_layers_that_do_not_belong_together_are_refused() -> None:
    assert "outside" in fault(COUNTY, km(5, 0, 6, 2), km(6, 0, 7, 2))
    assert "25.0% of the county covered" in fault(COUNTY, km(0, 0, 1, 2))
    assert "claimed twice" in fault(COUNTY, *[COUNTY] * 3)


def test_a_town_that_would_keep_no_land_is_named() -> None:
    assert "found: C" in fault(COUNTY, km(0, 0, 2, 2), km(2, 0, 4, 2), km(9, 0, 10, 1))


def test_towns_beside_the_county_raise_a_doubt_of_their_datum() -> None:
    shift = 0.4  # GCJ-02 moves about half a kilometre
    moved = [km(shift, 0, 2 + shift, 2), km(2 + shift, 0, 4 + shift, 2)]
    doubt = run(COUNTY, *moved)["findings"][0]
    assert (doubt.kind, doubt.value) == ("doubt", "+400 m E, +0 m N")


def test_without_a_county_an_enclosed_gap_is_filled_unless_it_is_a_town() -> None:
    ring = km(0, 0, 3, 3).difference(km(1.45, 1.45, 1.55, 1.55))  # 1 ha: parted in the middle
    halves = ring.intersection(km(0, 0, 1.5, 3)), ring.intersection(km(1.5, 0, 3, 3))
    assert areas_km2(run(None, *halves)) == [4.5, 4.5]
    ring = km(0, 0, 3, 3).difference(km(0.4, 0.4, 2.6, 2.6))  # 4.84 of 9 km2
    halves = ring.intersection(km(0, 0, 1.5, 3)), ring.intersection(km(1.5, 0, 3, 3))
    assert areas_km2(run(None, *halves)) == [2.08, 2.08]


def test_codes_come_from_the_list_and_name_the_changes() -> None:
    frame = gpd.GeoDataFrame(geometry=[COUNTY], crs=CRS)
    shapes = [km(0, 0, 2.5, 2), km(1.5, 0, 4, 2)]
    layer = gpd.GeoDataFrame({"town_name": ["乙乡", "甲镇 "]}, geometry=shapes, crs=CRS)
    codes = pd.DataFrame({"town_code": ["990781100", "990781200"], "town_name": ["甲镇", "乙镇"]})
    done = partition_towns(county=frame, towns=layer, codes=codes, settings=PartitionSettings())
    assert list(done["layer"].columns) == ["town_code", "town_name", "geometry"]
    assert list(done["layer"]["town_name"]) == ["甲镇", "乙镇"]
    assert changes(done) == [("overlap", "990781100", "990781200", 2.0)]
    assert any("乙镇 990781200 → 甲镇 990781100" in f.message_zh for f in done["findings"])


def test_layers_of_two_crs_are_a_fault_of_the_caller() -> None:
    frame = gpd.GeoDataFrame(geometry=[COUNTY], crs="EPSG:4547")
    layer = gpd.GeoDataFrame({"town_code": ["A"]}, geometry=[COUNTY], crs=CRS)
    with pytest.raises(ValueError, match="county is in"):
        partition_towns(county=frame, towns=layer, codes=None, settings=PartitionSettings())
