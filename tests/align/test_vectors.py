"""Attributes and ids of a vector layer, and all faults of a file told at once."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import LineString, Point, box

from landuse.align.vectors import VectorAlign, align_vector
from landuse.core.errors import LanduseError
from landuse.sources.spec import VectorSource
from tests.align.layers import CRS, X, Y, kinds, squares, wanted, written


def test_columns_come_under_our_names_as_clean_text(raw: Path) -> None:
    layer = squares().assign(
        DLMC=["工业用地  ", "\u3000公路", None], DLBM=[601, 1003, 601], TBMJ=[1.5, None, 2]
    )
    fields = {"parcel_id": "BSM", "land_use": "DLBM", "declared_area_m2": "TBMJ", "name": "DLMC"}
    aligned = align_vector(file=written(layer, raw / "a.gpkg"), settings=wanted(fields=fields))
    table = aligned["layer"]
    assert table["land_use"].tolist() == ["601", "1003", "601"]
    assert table["name"].iloc[:2].tolist() == ["工业用地", "公路"]
    assert table["name"].isna().tolist() == [False, False, True]
    assert table["declared_area_m2"].dtype == "float64"
    assert table.crs == CRS
    (finding,) = aligned["findings"]
    assert (finding.kind, finding.value) == ("repaired", "2")


def test_float_codes_lose_their_point(raw: Path) -> None:
    layer = squares().assign(XZQDM=[330781001.0, 330781002.0, None])
    fields = {"parcel_id": "BSM", "town": "XZQDM"}
    table = align_vector(file=written(layer, raw / "a.gpkg"), settings=wanted(fields=fields))
    assert table["layer"]["town"].iloc[:2].tolist() == ["330781001", "330781002"]


def test_duplicate_ids_are_refused_with_ids_and_rows(raw: Path) -> None:
    layer = squares(25).assign(BSM=[f"P{k % 12}" for k in range(25)])
    with pytest.raises(LanduseError, match="duplicate ids") as caught:
        align_vector(file=written(layer, raw / "a.gpkg"), settings=wanted())
    (fault,) = caught.value.faults
    assert (fault.exit_code, fault.field) == (4, "BSM")
    # P0 stands in rows 1, 13, 25; all 12 ids repeat and 10 are listed
    assert fault.found.startswith("12 ids: P0 (rows 1, 13, 25)")
    assert fault.found.count("rows") == 10


def test_duplicate_ids_get_a_suffix_when_the_study_says_so(raw: Path) -> None:
    layer = squares(4).assign(BSM=["A", "A", "A-2", "A"])
    aligned = align_vector(
        file=written(layer, raw / "a.gpkg"), settings=wanted(duplicates="suffix")
    )
    assert aligned["layer"]["parcel_id"].tolist() == ["A", "A-3", "A-2", "A-4"]
    assert aligned["findings"][0].value == "2"


@pytest.mark.parametrize("duplicates", ["refuse", "suffix"])
def test_blank_ids_are_refused_whatever_the_study_says(raw: Path, duplicates: str) -> None:
    layer = squares().assign(BSM=["A", "  ", None])
    with pytest.raises(LanduseError, match="blank ids") as caught:
        align_vector(file=written(layer, raw / "a.gpkg"), settings=wanted(duplicates=duplicates))
    assert caught.value.faults[0].found == "rows 2, 3"


def test_all_faults_of_the_attributes_are_told_at_once(raw: Path) -> None:
    layer = squares().assign(BSM=["A", "A", None], TBMJ=["1", "约二亩", "3"])
    fields = {"parcel_id": "BSM", "declared_area_m2": "TBMJ"}
    with pytest.raises(LanduseError) as caught:
        align_vector(file=written(layer, raw / "a.gpkg"), settings=wanted(fields=fields))
    assert [fault.field for fault in caught.value.faults] == ["TBMJ", "BSM", "BSM"]
    assert "row 2: 约二亩" in caught.value.faults[0].found


def test_a_role_needs_its_id_mapped(raw: Path) -> None:
    with pytest.raises(LanduseError, match="must map the column parcel_id") as caught:
        align_vector(file=raw / "a.gpkg", settings=wanted(fields={}))
    assert caught.value.exit_code == 2
    assert caught.value.faults[0].field == "sources.parcels.fields.parcel_id"


def test_a_town_drawn_in_pieces_becomes_one(raw: Path) -> None:
    layer = squares(3).assign(XZQDM=["990781101", "990781100", "990781101"])
    source = VectorSource.model_validate({"path": "x", "fields": {"town_code": "XZQDM"}})
    settings = VectorAlign.for_role("towns", source, crs=CRS, duplicates="refuse")
    aligned = align_vector(file=written(layer, raw / "a.gpkg"), settings=settings)
    towns = aligned["layer"]
    assert towns["town_code"].tolist() == ["990781101", "990781100"]
    assert towns.geometry.area.tolist() == [20_000.0, 10_000.0]  # 2 and 1 squares of 100 m
    assert aligned["findings"][0].value == "1"


def test_repairs_name_the_id_and_rows_stay_in_file_order(raw: Path) -> None:
    bow = [(X, Y), (X + 2, Y + 2), (X + 2, Y), (X, Y + 2)]
    layer = squares(3)
    layer.loc[1, "geometry"] = gpd.GeoSeries.from_wkt(
        ["POLYGON ((" + ", ".join(f"{x} {y}" for x, y in [*bow, bow[0]]) + "))"]
    )[0]
    layer.loc[2, "geometry"] = None
    layer.loc[3] = ["last", box(X, Y, X + 1, Y + 1)]
    aligned = align_vector(file=written(layer, raw / "a.gpkg"), settings=wanted())
    assert aligned["layer"]["parcel_id"].tolist() == [*layer["BSM"][:2], "last"]
    assert aligned["layer"].index.tolist() == [0, 1, 2]
    named = [(finding.object_id, finding.kind) for finding in aligned["findings"]]
    assert named == [(layer["BSM"][2], "dropped"), (layer["BSM"][1], "repaired")]


def test_a_layer_of_the_wrong_kind_is_refused(raw: Path) -> None:
    layer = gpd.GeoDataFrame({"BSM": ["1"]}, geometry=[Point(X, Y)], crs=CRS)
    with pytest.raises(LanduseError, match="no usable polygon") as caught:
        align_vector(file=written(layer, raw / "a.gpkg"), settings=wanted())
    assert caught.value.exit_code == 4


def test_an_empty_layer_is_refused(raw: Path) -> None:
    with pytest.raises(LanduseError, match="no usable polygon"):
        align_vector(file=written(squares().iloc[:0], raw / "a.gpkg"), settings=wanted())


@pytest.mark.parametrize("areas", [True, False])
def test_roads_may_be_lines_or_areas_the_more_frequent_counts(raw: Path, areas: bool) -> None:
    line, area = LineString([(X, Y), (X + 9, Y)]), box(X, Y, X + 9, Y + 3)
    shapes = [area, area, line] if areas else [line, line, area]
    layer = gpd.GeoDataFrame(geometry=shapes, crs=CRS)
    source = VectorSource.model_validate({"path": "x"})
    settings = VectorAlign.for_role("roads", source, crs=CRS)
    aligned = align_vector(file=written(layer, raw / "a.gpkg"), settings=settings)
    assert len(aligned["layer"]) == 2
    assert kinds(aligned["findings"]) == ["dropped"]
