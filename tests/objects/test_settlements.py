"""Natural villages: clusters by their gaps, parted by village lines, named by the bureau."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pytest
from geopandas.testing import assert_geodataframe_equal
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pydantic import ValidationError
from shapely.geometry import Point, box

from landuse.core.errors import LanduseError
from landuse.core.findings import Finding
from landuse.core.grid import Grid
from landuse.core.layers import Layer
from landuse.objects.derived.mask import BuiltCellSettings
from landuse.objects.ids import IdSettings
from landuse.objects.overlay import overlaps
from landuse.objects.settlements import COLUMNS, SettlementSettings, build_settlements

CRS = "EPSG:4549"
X, Y = 451_000.0, 3_231_000.0
CELL = 10.0
IDS = IdSettings(adcode="330781")
BUILT = BuiltCellSettings(built_codes=(50,))
NONE: dict[str, Any] = dict.fromkeys(
    ("landcover", "built_surface", "buildings", "settlements", "towns", "villages", "zones",
     "growth_boundary", "previous")
)  # fmt: skip
few = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def cover(*patches: tuple[int, int, int, int], size: int = 60) -> Layer:
    """Return land cover with built patches (column, row, columns, rows) counted from (X, Y)."""
    built = np.zeros((size, size), dtype=bool)
    for column, row, width, height in patches:
        built[size - row - height : size - row, column : column + width] = True
    return from_mask(built)


def from_mask(built: NDArray[np.bool_]) -> Layer:
    rows, columns = built.shape
    grid = Grid.covering((X, Y, X + columns * CELL, Y + rows * CELL), resolution_m=CELL, crs=CRS)
    return Layer(grid, np.where(built, 50, 40).astype(np.uint8), nodata=0, year=2021)


def layer(shapes: list[Any], **columns: Any) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS)


def around(x: float, y: float, width: float, height: float) -> Any:
    return box(X + x, Y + y, X + x + width, Y + y + height)


def found(**given_: Any) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    chosen = SettlementSettings(ids=IDS, built=BUILT, **given_.pop("chosen", {}))
    done = build_settlements(**(NONE | given_), settings=chosen)
    return done["settlements"], done["findings"]


def texts(findings: list[Finding], kind: str) -> list[str]:
    return [finding.message_en for finding in findings if finding.kind == kind]


def test_patches_within_the_gap_are_one_village_and_beyond_it_two() -> None:
    """60 x 60 m each; gaps of 50 m and 60 m; gaps up to 30 m are closed, wider ones stay."""
    table, _ = found(landcover=cover((0, 0, 6, 6), (11, 0, 6, 6), (23, 0, 6, 6)))
    assert tuple(table.columns) == COLUMNS
    assert table["settlement_id"].tolist() == ["330781-000-Z0001", "330781-000-Z0002"]
    assert table.geometry.area.tolist() == pytest.approx([7_200, 3_600])
    assert table["area_m2"].tolist() == pytest.approx([7_200, 3_600], rel=1e-4)
    assert table["area_mu"][1] == pytest.approx(3_600 * 15 / 10_000, rel=1e-4)
    closed, _ = found(landcover=cover((0, 0, 6, 6), (9, 0, 6, 6)))
    assert closed.geometry.area.tolist() == pytest.approx([150 * 60])


def test_buildings_outside_built_cells_belong_to_the_cluster_and_are_counted() -> None:
    """A 60 x 60 m patch with two houses on it, one 10 x 10 m house 20 m away, one 100 m away."""
    spots = [(5, 5), (35, 5), (80, 0), (160, 0)]
    houses = layer([around(x, y, 10, 10) for x, y in spots])
    table, findings = found(landcover=cover((0, 0, 6, 6)), buildings=houses)
    # the gap of 20 m x 10 m between patch and house is closed
    assert table.geometry.area.tolist() == pytest.approx([3_600 + 100 + 200])
    assert table["building_count"].tolist() == [3]
    assert "1 clusters below 2000 m2 (0.0 ha) are no natural villages" in texts(findings, "dropped")
    without, _ = found(landcover=cover((0, 0, 6, 6)))
    assert without["building_count"].isna().tolist() == [True]


def test_towns_by_size_zone_or_growth_boundary_are_no_villages_but_counted() -> None:
    """100 x 100 m patches; one of 200 x 200 m is over 3 ha; one in a zone, one half in growth."""
    patches = [(0, 0, 20, 20), (30, 0, 10, 10), (30, 20, 10, 10), (30, 40, 10, 10)]
    zone, growth = layer([around(290, -10, 130, 130)]), layer([around(300, 200, 50, 100)])
    table, findings = found(
        landcover=cover(*patches), zones=zone, growth_boundary=growth, chosen={"urban_area_ha": 3}
    )
    assert len(table) == 1
    assert table.geometry.area.tolist() == pytest.approx([10_000])
    assert texts(findings, "dropped") == [
        "1 towns by size (4.0 ha) are no natural villages",
        "2 clusters in a zone or growth boundary (2.0 ha) are no natural villages",
    ]


def test_a_cluster_is_parted_by_the_line_of_two_villages_and_takes_their_codes() -> None:
    """120 x 60 m; the line runs 65 m from the west, through cells, and outlines end on it."""
    west, east = around(-9, -9, 74, 99), around(65, -9, 99, 99)
    villages = layer(
        [east, west], village_code=["330781001202", "330781001201"], village_name=["乙村", "甲村"]
    )
    table, _ = found(
        landcover=cover((0, 0, 12, 6)), villages=villages, chosen={"minimum_area_m2": 1000}
    )
    assert table["village_name"].tolist() == ["甲村", "乙村"]
    assert table["town_code"].tolist() == ["330781001"] * 2
    assert table["settlement_id"].tolist() == ["330781-001-Z0001", "330781-001-Z0002"]
    assert table.geometry.area.tolist() == pytest.approx([65 * 60, 55 * 60])


def test_a_town_is_large_even_where_village_lines_part_it() -> None:
    villages = layer([around(-9, -9, 109, 500), around(100, -9, 400, 500)], village_code=["1", "2"])
    table, findings = found(
        landcover=cover((0, 0, 20, 20)), villages=villages, chosen={"urban_area_ha": 3}
    )
    assert table.empty
    assert texts(findings, "dropped") == ["1 towns by size (4.0 ha) are no natural villages"]


def test_ground_outside_every_town_is_passed_over() -> None:
    towns = layer([around(-9, -9, 150, 150)], town_code=["330781102"], town_name=["游埠镇"])
    table, _ = found(landcover=cover((0, 0, 6, 6), (30, 0, 6, 6)), towns=towns)
    assert table[["town_code", "town_name"]].to_numpy().tolist() == [["330781102", "游埠镇"]]


def test_a_point_names_the_cluster_it_lies_in_or_the_nearest_within_reach() -> None:
    """Two points lie in the western cluster: the middle one names it. The third is 150 m away."""
    points = layer(
        [Point(X + 5, Y + 5), Point(X + 30, Y + 30), Point(X + 550, Y + 30), Point(X, Y + 590)],
        settlement_name=["边上", "当中", "近旁", "远处"],
        village_code=["330781001201"] * 4,
    )
    table, findings = found(landcover=cover((0, 0, 6, 6), (30, 0, 10, 6)), settlements=points)
    assert table["name"].tolist() == ["当中", "近旁"]
    assert table["village_code"].tolist() == ["330781001201"] * 2
    (doubt,) = [finding for finding in findings if finding.kind == "doubt"]
    assert (doubt.value, doubt.object_id) == ("2", "边上, 远处")


def test_polygons_of_the_bureau_count_before_any_cluster_and_keep_their_ids() -> None:
    drawn = layer(
        [around(0, 0, 50, 50), around(100, 0, 80, 50)],
        settlement_id=["ZRC2", "ZRC1"],
        settlement_name=["乙", "甲"],
        village_code=["330781001202", "330781001201"],
    )
    table, _ = found(landcover=cover((20, 20, 9, 9)), settlements=drawn)
    assert table["settlement_id"].tolist() == ["ZRC1", "ZRC2"]
    assert table["name"].tolist() == ["甲", "乙"]
    assert set(table["origin"]) == {"bureau"}
    assert table.geometry.area.tolist() == pytest.approx([4_000, 2_500])
    unnamed, _ = found(settlements=drawn.assign(settlement_id="x"))
    assert unnamed["settlement_id"].tolist() == ["330781-001-Z0001", "330781-001-Z0002"]


def test_of_two_layers_built_surface_counts_unless_its_cells_are_larger() -> None:
    land, surface = cover((0, 0, 6, 6)), cover((20, 0, 6, 6))
    fine = Layer(surface.grid, np.where(surface.values == 50, 60.0, 0.0), year=2018)
    coarse = Layer(surface.grid.coarsen(10), np.full((6, 6), 1e4), year=2020)
    for built_surface, source in ((fine, "share of built-up surface"), (coarse, "land cover")):
        _, findings = found(landcover=land, built_surface=built_surface)
        assert source in texts(findings, "note")[0]


def test_buildings_alone_are_enough_and_nothing_at_all_is_a_missing_source() -> None:
    table, findings = found(buildings=layer([around(0, 0, 50, 50), around(70, 0, 50, 50)]))
    assert table.geometry.area.tolist() == pytest.approx([120 * 50])
    assert "by footprints alone: no built-up cells" in texts(findings, "absent")
    with pytest.raises(LanduseError, match="no built-up surface") as caught:
        found()
    assert caught.value.exit_code == 3


def test_nothing_built_gives_an_empty_table_of_the_same_form() -> None:
    full, _ = found(landcover=cover((0, 0, 6, 6)))
    table, findings = found(landcover=cover())
    assert table.empty
    assert table.dtypes.equals(full.dtypes)
    assert table.crs == full.crs
    assert "no natural village was found" in texts(findings, "absent")


def test_closing_wider_than_the_gap_is_refused() -> None:
    with pytest.raises(ValidationError, match="villages would overlap"):
        SettlementSettings(ids=IDS, gap_m=20, closing_m=30)


masks = st.builds(
    lambda seed, share: np.random.default_rng(seed).random((20, 20)) < share,
    st.integers(0, 2**32 - 1),
    st.sampled_from([0.0, 0.02, 0.1, 0.5]),
).map(lambda coarse: np.kron(coarse, np.ones((3, 3), dtype=bool)).astype(bool))
spots = st.lists(st.tuples(st.integers(0, 580), st.integers(0, 580)), max_size=20)


@given(built=masks, houses=spots, line=st.integers(50, 550), seed=st.integers(0, 99))
@few
def test_laws_of_natural_villages(
    built: NDArray[np.bool_], houses: Any, line: int, seed: int
) -> None:
    villages = layer(
        [around(-9, -9, line + 9, 700), around(line, -9, 700, 700)], village_code=["01", "02"]
    )
    buildings = layer([around(x, y, 12, 9) for x, y in houses]) if houses else None
    given_ = {"landcover": from_mask(built), "villages": villages, "chosen": {"urban_area_ha": 9}}
    table, findings = found(buildings=buildings, **given_.copy())
    assert table["settlement_id"].is_unique
    assert (table.geometry.area >= 2000 - 1e-6).all()
    assert table.geometry.is_valid.all()
    itself = overlaps(table, table)
    assert itself.shared_m2[itself.objects != itself.areas].sum() < 1e-6
    touching = overlaps(table, villages)
    assert np.bincount(touching.objects[touching.shared_m2 > 1e-6]).max(initial=0) <= 1
    mixed = None if buildings is None else buildings.sample(frac=1, random_state=seed)
    again, told = found(buildings=mixed, **(given_ | {"villages": villages.iloc[::-1]}))
    assert_geodataframe_equal(again, table)
    assert [*again.geometry.to_wkb()] == [*table.geometry.to_wkb()]
    assert told == findings
    kept, _ = found(buildings=mixed, previous=table, **given_)
    assert_geodataframe_equal(kept, table)
