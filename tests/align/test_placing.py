"""The CRS of a layer: declared, doubted, told by its eastings, or refused with one message."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely.geometry import box

from landuse.align.vectors import align_vector
from landuse.core.errors import LanduseError
from tests.align.layers import CRS, FRAME, kinds, moved, shifted, squares, wanted, written

LOCAL = (
    'LOCAL_CS["city grid",LOCAL_DATUM["local",0],UNIT["metre",1],AXIS["x",EAST],AXIS["y",NORTH]]'
)


def flipped(shape: shapely.Geometry) -> shapely.Geometry:
    return shapely.transform(shape, lambda points: points[:, ::-1])


def assert_lies_as(layer: gpd.GeoDataFrame, *, like: gpd.GeoDataFrame, within_m: float) -> None:
    assert layer.crs == like.crs
    np.testing.assert_allclose(layer.total_bounds, like.total_bounds, rtol=0, atol=within_m)


def test_a_missing_crs_is_one_fault_that_says_what_to_write(raw: Path) -> None:
    file = written(squares(), raw / "地块.shp", crs=False)
    with pytest.raises(LanduseError) as caught:
        align_vector(file=file, settings=wanted())
    (fault,) = caught.value.faults
    assert (fault.exit_code, fault.file, fault.field) == (4, "地块.shp", "crs")
    assert "declare crs" in fault.todo_en
    assert "研究文件" in fault.todo_zh


def test_a_declared_crs_stands_in_for_a_missing_one(raw: Path) -> None:
    file = written(squares(), raw / "a.shp", crs=False)
    aligned = align_vector(file=file, settings=wanted(crs=CRS))
    assert_lies_as(aligned["layer"], like=squares(), within_m=1e-6)
    assert aligned["findings"] == []


def test_a_declared_crs_wins_over_the_file_and_is_told(raw: Path) -> None:
    file = written(squares().set_crs("EPSG:32650", allow_override=True), raw / "a.gpkg")
    aligned = align_vector(file=file, settings=wanted(crs=CRS), frame=FRAME)
    assert_lies_as(aligned["layer"], like=squares(), within_m=1e-6)
    assert kinds(aligned["findings"]) == ["doubt"]


def test_a_local_crs_is_refused_unless_the_study_declares_one(raw: Path) -> None:
    file = written(squares(), raw / "a.shp")
    file.with_suffix(".prj").write_text(LOCAL)
    with pytest.raises(LanduseError, match="engineering") as caught:
        align_vector(file=file, settings=wanted())
    assert caught.value.exit_code == 4
    aligned = align_vector(file=file, settings=wanted(crs=CRS))
    assert_lies_as(aligned["layer"], like=squares(), within_m=1e-6)
    assert kinds(aligned["findings"]) == ["doubt"]


def test_a_crs_that_does_not_exist_is_a_fault_of_the_study(raw: Path) -> None:
    file = written(squares(), raw / "a.shp")
    with pytest.raises(LanduseError, match="does not exist") as caught:
        align_vector(file=file, settings=wanted(crs="EPSG:454999"))
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("suffix", ["shp", "gpkg"])
def test_zone_prefixed_eastings_are_read_in_the_prefixed_twin(raw: Path, suffix: str) -> None:
    """x 451 400 in EPSG:4549 is x 40 451 400 in EPSG:4528: the file says 4549, the x say 4528."""
    file = written(moved(squares(), shifted(40_000_000)), raw / f"a.{suffix}")
    aligned = align_vector(file=file, settings=wanted(), frame=FRAME)
    assert_lies_as(aligned["layer"], like=squares(), within_m=1e-3)
    assert kinds(aligned["findings"]) == ["repaired"]
    assert aligned["findings"][0].value == "EPSG:4549 -> EPSG:4528"


def test_plain_eastings_under_a_prefixed_crs_are_read_in_the_plain_twin(raw: Path) -> None:
    file = written(squares().set_crs("EPSG:4528", allow_override=True), raw / "a.gpkg")
    aligned = align_vector(file=file, settings=wanted(), frame=FRAME)
    assert_lies_as(aligned["layer"], like=squares(), within_m=1e-3)
    assert aligned["findings"][0].value == "EPSG:4528 -> EPSG:4549"


def test_a_true_prefixed_layer_needs_no_finding(raw: Path) -> None:
    file = written(squares().to_crs("EPSG:4528"), raw / "a.gpkg")
    aligned = align_vector(file=file, settings=wanted(), frame=FRAME)
    assert_lies_as(aligned["layer"], like=squares(), within_m=1e-3)
    assert aligned["findings"] == []


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4549", "EPSG:4528", "EPSG:32650"])
def test_swapped_axes_are_put_right_when_that_brings_the_layer_into_the_frame(
    raw: Path, crs: str
) -> None:
    file = written(moved(squares().to_crs(crs), flipped), raw / "a.gpkg")
    aligned = align_vector(file=file, settings=wanted(), frame=FRAME)
    assert_lies_as(aligned["layer"], like=squares(), within_m=1e-3)
    assert kinds(aligned["findings"]) == ["repaired"]


def test_swapped_axes_of_a_place_where_both_readings_exist_need_the_frame(raw: Path) -> None:
    """-71, 42 is a city; 42, -71 is a place off Antarctica: only the frame can tell."""
    city = gpd.GeoDataFrame({"BSM": ["1"]}, geometry=[box(-71.2, 42.3, -71.1, 42.4)], crs=4326)
    file = written(moved(city, flipped), raw / "a.gpkg")
    frame = (-71.3, 42.2, -71.0, 42.5)
    settings = wanted().model_copy(update={"crs": "EPSG:26986"})
    aligned = align_vector(file=file, settings=settings, frame=frame)
    assert_lies_as(aligned["layer"], like=city.to_crs(26986), within_m=1e-3)
    assert kinds(aligned["findings"]) == ["repaired"]


def test_a_neighbouring_zone_is_refused_and_the_fitting_one_named(raw: Path) -> None:
    """EPSG:4548 is the zone of 117 E: the layer would land three degrees west."""
    file = written(squares().set_crs("EPSG:4548", allow_override=True), raw / "a.gpkg")
    with pytest.raises(LanduseError, match="EPSG:4549 would place it") as caught:
        align_vector(file=file, settings=wanted(), frame=FRAME)
    assert caught.value.exit_code == 4


@pytest.mark.parametrize(
    ("crs", "shape", "message"),
    [
        ("EPSG:4549", box(119.4, 29.1, 119.5, 29.2), "degrees under a projected"),
        ("EPSG:4490", box(451_400, 3_231_500, 451_500, 3_231_600), "metres under a geographic"),
        ("EPSG:4490", box(10.0, 50.0, 10.1, 50.1), "outside the CRS's area of use"),
        ("EPSG:4549", box(4e6, 9e6, 5e6, 9.5e6), "outside the CRS's area of use"),
    ],
)
def test_coordinates_that_cannot_be_in_the_crs_are_refused(
    raw: Path, crs: str, shape: shapely.Geometry, message: str
) -> None:
    file = written(gpd.GeoDataFrame({"BSM": ["1"]}, geometry=[shape], crs=crs), raw / "a.gpkg")
    with pytest.raises(LanduseError, match=message) as caught:
        align_vector(file=file, settings=wanted())
    assert caught.value.exit_code == 4
    assert len(caught.value.faults) == 1


def test_the_frame_may_be_the_county_layer_and_what_lies_outside_is_counted(raw: Path) -> None:
    layer = squares()
    far = moved(squares(1), shifted(100_000)).assign(BSM="far")
    both = gpd.GeoDataFrame(
        {"BSM": [*layer["BSM"], "far"]}, geometry=[*layer.geometry, *far.geometry], crs=CRS
    )
    aligned = align_vector(file=written(both, raw / "a.gpkg"), settings=wanted(), frame=squares())
    assert len(aligned["layer"]) == 4
    (finding,) = aligned["findings"]
    assert (finding.kind, finding.value) == ("note", "1")


def test_a_declared_gcj02_layer_is_moved_back_and_told(raw: Path) -> None:
    from landuse.align.datum import shift

    shapes = squares().to_crs(4326)
    gcj = moved(shapes, lambda s: shapely.transform(s, lambda p: shift(p, datum="GCJ02")))
    file = written(gcj, raw / "a.geojson")
    aligned = align_vector(file=file, settings=wanted(datum="GCJ02"), frame=FRAME)
    # GeoJSON keeps 7 decimals or more: a centimetre
    assert_lies_as(aligned["layer"], like=squares(), within_m=0.02)
    assert aligned["findings"][0].value == "GCJ02"
