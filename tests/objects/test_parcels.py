"""Parcels: town and zone by overlap, peer group by code and zone, areas in three units."""

from __future__ import annotations

import time
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
from geopandas.testing import assert_geodataframe_equal
from shapely import affinity
from shapely.geometry import Polygon, box

from landuse.core.errors import LanduseError
from landuse.core.findings import Finding
from landuse.objects.parcels import COLUMNS, ParcelSettings, build_parcels

CRS = "EPSG:4549"
X, Y = 451_000.0, 3_231_000.0
SD3 = ParcelSettings(class_system="SD3")


def square(column: float, row: float = 0, *, side: float = 100) -> Polygon:
    return box(X + column * 100, Y + row * 100, X + column * 100 + side, Y + row * 100 + side)


def layer(shapes: list[Any], **columns: Any) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS)


def parcels(**columns: Any) -> gpd.GeoDataFrame:
    count = len(next(iter(columns.values()), ["0601"] * 3))
    ids = [f"P{k}" for k in range(count)]
    return layer([square(k) for k in range(count)], **({"parcel_id": ids} | columns))


def towns() -> gpd.GeoDataFrame:
    """Two towns that meet at 1.4 squares: the second parcel lies 40 % in A and 60 % in B."""
    west, east = box(X, Y, X + 140, Y + 100), box(X + 140, Y, X + 300, Y + 100)
    return layer([east, west], town_code=["990781101", "990781001"], town_name=["乙镇", "甲街道"])


def zones() -> gpd.GeoDataFrame:
    """A zone over the first parcel and half of the second, drawn twice over each other."""
    shape = box(X - 10, Y - 10, X + 150, Y + 110)
    return layer([shape, shape], zone_name=["示例开发区", "示例开发区"])


def built(
    table: gpd.GeoDataFrame, settings: ParcelSettings = SD3, **layers: Any
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    layers = {"towns": None, "zones": None} | layers
    done = build_parcels(parcels=table, settings=settings, **layers)
    return done["parcels"], done["findings"]


def test_every_column_stands_in_order_and_rows_by_id() -> None:
    table = parcels(parcel_id=["b", "a"], land_use=["0601", "0701"], village_code=["1", "2"])
    out, _ = built(table, towns=towns(), zones=zones())
    assert tuple(out.columns) == (*COLUMNS, "village_code", "geometry")
    assert out["parcel_id"].tolist() == ["a", "b"]
    assert out["village_code"].tolist() == ["2", "1"]
    assert out.index.tolist() == [0, 1]


def test_the_order_of_the_file_does_not_matter() -> None:
    table = parcels(land_use=["0601", "0701", "0702"])
    forth, _ = built(table, towns=towns(), zones=zones())
    back, _ = built(table.iloc[::-1], towns=towns().iloc[::-1], zones=zones())
    assert_geodataframe_equal(forth, back)


def test_a_parcel_belongs_to_the_town_it_shares_most_with() -> None:
    out, _ = built(parcels(land_use=["0601"] * 3), towns=towns())
    assert out["town_name"].tolist() == ["甲街道", "乙镇", "乙镇"]
    assert out["town_code"].tolist() == ["990781001", "990781101", "990781101"]


def test_a_parcel_in_a_gap_goes_to_the_nearest_town_within_reach() -> None:
    """They begin 100 m and 900 m beyond the last town's edge; the reach is 500 m."""
    table = layer([square(4), square(12)], parcel_id=["near", "far"], land_use=["0601"] * 2)
    settings = ParcelSettings(class_system="SD3", town_gap_m=500)
    out, findings = built(table, settings, towns=towns())
    assert out.set_index("parcel_id")["town_name"].to_dict() == {"near": "乙镇", "far": ""}
    told = {finding.kind: finding.object_id for finding in findings if "town" in finding.message_en}
    assert told == {"repaired": "near", "doubt": "far"}


def test_zone_share_counts_ground_once_and_half_is_enough() -> None:
    out, _ = built(parcels(land_use=["0601", "0601", "0601"]), zones=zones())
    # the zone ends 50 m into the second square: 1, 0.5, 0, though it is drawn twice
    np.testing.assert_allclose(out["zone_share"], [1, 0.5, 0])
    assert out["zone_in"].tolist() == [True, True, False]
    assert out["zone_name"].tolist() == ["示例开发区", "示例开发区", ""]


def test_industry_is_split_by_zone_and_nothing_else_is() -> None:
    table = parcels(land_use=["0601", "0701", "0508"])
    out, _ = built(table, zones=zones())
    assert out["group"].tolist() == ["IND_IN", "URBAN_RES", "IND_OUT"]
    assert out["land_use_zh"].tolist() == ["工业用地", "城镇住宅用地", "物流仓储用地"]


def test_what_is_no_construction_land_is_dropped_and_told() -> None:
    out, findings = built(parcels(land_use=["0601", "1006", "0101"]))
    assert out["parcel_id"].tolist() == ["P0"]
    (dropped,) = [finding for finding in findings if finding.kind == "dropped"]
    assert dropped.value == "2"
    assert "0101 (1), 1006 (1)" in dropped.message_en
    assert "30.0 mu" in dropped.message_en  # 2 ha x 15


def test_unknown_and_null_codes_are_kept_as_other_with_findings() -> None:
    out, findings = built(parcels(land_use=["0601", "XX", None]))
    assert out["group"].tolist() == ["IND_OUT", "OTHER", "OTHER"]
    assert out["land_use"].tolist() == ["0601", "XX", ""]
    assert sorted(f.value for f in findings if f.kind == "doubt") == ["1", "1"]


def test_without_codes_all_parcels_are_one_group() -> None:
    out, findings = built(parcels(parcel_id=["a", "b"]), ParcelSettings())
    assert out["group"].tolist() == ["ALL", "ALL"]
    assert {finding.kind for finding in findings} == {"absent"}
    assert len(findings) == 3  # codes, towns, zones


def test_codes_without_a_declared_system_are_refused() -> None:
    with pytest.raises(LanduseError, match="no class system is declared") as caught:
        built(parcels(land_use=["0601"]), ParcelSettings())
    assert caught.value.exit_code == 2


def test_areas_are_geodesic_and_a_hectare_is_15_mu() -> None:
    out, _ = built(parcels(land_use=["0601"]))
    assert out["area_m2"][0] == pytest.approx(10_000, rel=1e-4)
    assert out["area_mu"][0] == pytest.approx(out["area_m2"][0] * 15 / 10_000)
    assert 119 < out["lon"][0] < 120
    assert 29 < out["lat"][0] < 30


def test_small_parcels_are_dropped_and_none_left_is_refused() -> None:
    table = layer([square(0), square(1, side=10)], parcel_id=["a", "b"], land_use=["0601"] * 2)
    out, findings = built(table, ParcelSettings(class_system="SD3", minimum_area_m2=200))
    assert out["parcel_id"].tolist() == ["a"]
    assert [f.object_id for f in findings if f.kind == "dropped"] == ["b"]
    with pytest.raises(LanduseError, match="no parcel is left"):
        built(table, ParcelSettings(class_system="SD3", minimum_area_m2=1e6))


def test_a_stated_area_in_mu_is_noticed() -> None:
    """15 where 10 000 m2 are drawn: ratio 0.0015."""
    table = parcels(land_use=["0601", "0601"], declared_area_m2=[15.0, 10_000.0])
    _, findings = built(table)
    (doubt,) = [finding for finding in findings if finding.kind == "doubt"]
    assert (doubt.object_id, doubt.value) == ("P0", "1")


def test_ground_that_two_parcels_claim_is_told_largest_first() -> None:
    """b shares 20 m x 100 m with a, c shares 50 m x 100 m with b; touching is no overlap."""
    shapes = [square(0), square(0.8), square(1.3), square(2.3)]
    table = layer(shapes, parcel_id=list("abcd"), land_use=["0601"] * 4)
    _, findings = built(table)
    (doubt,) = [finding for finding in findings if finding.kind == "doubt"]
    assert (doubt.object_id, doubt.value) == ("b+c, a+b", "7000")


def test_the_input_is_left_alone() -> None:
    table = parcels(land_use=["0601", "0701"])
    before = table.copy()
    built(table, towns=towns(), zones=zones())
    assert_geodataframe_equal(table, before)


def test_twenty_thousand_parcels_take_seconds() -> None:
    """The limit is ten times what it takes: it catches a loop over rows, not a slow machine."""
    rng = np.random.default_rng(0)
    cells = [
        affinity.rotate(square(k % 150, k // 150, side=90), rng.uniform(0, 20))
        for k in range(20_000)
    ]
    table = layer(cells, parcel_id=[f"{k:05d}" for k in range(20_000)], land_use=["0601"] * 20_000)
    blocks = [box(X + a * 4000, Y + b * 4000, X + (a + 1) * 4000, Y + (b + 1) * 4000)
              for a in range(4) for b in range(4)]  # fmt: skip
    where = layer(blocks, town_code=[f"{k:02d}" for k in range(16)])
    start = time.perf_counter()
    out, _ = built(table, towns=where, zones=zones())
    assert time.perf_counter() - start < 20
    assert len(out) == 20_000
