"""Rasters in tiles and in the archives they came in."""

from __future__ import annotations

import gzip
import shutil
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from numpy.typing import NDArray

from landuse.core.errors import LanduseError
from landuse.sources.archives import as_dropped
from landuse.sources.read_raster import read_raster

BOUNDS = (500_000.0, 3_000_000.0, 500_100.0, 3_000_100.0)
CRS = "EPSG:4549"


def tile(file: Path, values: NDArray[Any], *, west: float, north: float, **changes: Any) -> Path:
    """Write cells of 10 m (or ``cell``) with their north-west corner there."""
    cell = changes.pop("cell", 10)
    profile = {"driver": "GTiff", "count": 1, "crs": CRS, "dtype": values.dtype} | changes
    rows, columns = values.shape
    transform = Affine(cell, 0, west, 0, -cell, north)
    with rasterio.open(file, "w", height=rows, width=columns, transform=transform, **profile) as to:
        to.write(values, 1)
    return file


def read(*paths: Path, **options: Any) -> Any:
    return read_raster(paths, bounds=BOUNDS, bounds_crs=CRS, **options)


def full(value: float, shape: tuple[int, int] = (10, 5), dtype: str = "uint8") -> NDArray[Any]:
    return np.full(shape, value, dtype)


def test_two_halves_make_the_whole(raw: Path) -> None:
    west = tile(raw / "w.tif", full(1), west=500_000, north=3_000_100)
    east = tile(raw / "e.tif", full(2), west=500_050, north=3_000_100)
    for order in ((west, east), (east, west)):
        got = read(*order)
        np.testing.assert_array_equal(got.values, np.hstack([full(1), full(2)]))
        assert (got.transform.c, got.transform.f) == (500_000, 3_000_100)
        assert (got.covered_share, got.nodata, got.values.dtype) == (1, None, np.uint8)


def test_where_tiles_overlap_the_first_that_knows_goes_first(raw: Path) -> None:
    first = full(1, (10, 8))
    first[:, 7] = 0
    a = tile(raw / "a.tif", first, west=500_000, north=3_000_100, nodata=0)
    b = tile(raw / "b.tif", full(2, (10, 6)), west=500_040, north=3_000_100, nodata=0)
    # a: columns 0-7, its last unknown; b: columns 4-9
    assert read(a, b).values[0].tolist() == [1] * 7 + [2] * 3
    assert read(b, a).values[0].tolist() == [1] * 4 + [2] * 6


def test_a_gap_between_tiles_is_unknown_and_its_share_is_told(raw: Path) -> None:
    """Two tiles of 10 x 4 cells with 2 columns between them: 80 of 100 cells are covered."""
    a = tile(raw / "a.tif", full(1, (10, 4)), west=500_000, north=3_000_100)
    b = tile(raw / "b.tif", full(2, (10, 4)), west=500_060, north=3_000_100)
    got = read(a, b, nodata=255)
    assert got.values[0].tolist() == [1] * 4 + [255] * 2 + [2] * 4
    assert (got.nodata, got.covered_share) == (255, pytest.approx(0.8))
    # Whole numbers with no value to spare become fractional numbers with NaN.
    unnamed = read(a, b)
    assert np.isnan(unnamed.values[:, 4:6]).all()
    assert np.isnan(unnamed.nodata)
    # A value for which bytes have no room
    wide = read(a, b, nodata=-200)
    assert (wide.values[:, 4:6] == -200).all()


def test_tiles_with_other_words_for_unknown_agree_on_one(raw: Path) -> None:
    known = full(7, (10, 5), "int16")
    known[0, 0] = -1
    a = tile(raw / "a.tif", known, west=500_000, north=3_000_100, nodata=-1)
    known[0, 0] = -32768
    b = tile(raw / "b.tif", known, west=500_050, north=3_000_100, nodata=-32768)
    got = read(a, b)
    assert got.nodata == -1
    assert (got.values[0, 0], got.values[0, 5]) == (-1, -1)


def test_tiles_apart_from_the_study_are_passed_over(raw: Path) -> None:
    here = tile(raw / "a.tif", full(1, (10, 10)), west=500_000, north=3_000_100)
    far = tile(raw / "far.tif", full(2), west=700_000, north=3_000_100)
    np.testing.assert_array_equal(read(far, here).values, full(1, (10, 10)))
    with pytest.raises(LanduseError, match="does not overlap") as caught:
        read(far)
    assert caught.value.faults[0].file == "far.tif"
    # A tile that lies in the margin alone helps the cells at the edge, and does not do alone.
    beside = tile(raw / "beside.tif", full(3, (10, 10)), west=500_100, north=3_000_100)
    assert read(here, beside).values.shape == (10, 14)
    with pytest.raises(LanduseError, match="does not overlap"):
        read(beside)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"west": 500_053.0}, "0.30 cell"),
        ({"cell": 20}, "10 x 10 / 20 x 20"),
        ({"crs": "EPSG:4548", "west": 792_000.0}, "CGCS2000"),
    ],
)
def test_tiles_that_do_not_fit_are_one_fault_that_names_both(
    raw: Path, changes: dict[str, Any], found: str
) -> None:
    a = tile(raw / "a.tif", full(1), west=500_000, north=3_000_100)
    placed: dict[str, Any] = {"west": 500_050.0, "north": 3_000_100.0} | changes
    # 2000 x 800 cells, to lie on the study in the neighbouring zone too
    shape = (2000, 800) if "crs" in changes else (10, 5)
    if "crs" in changes:
        placed["north"] = 3_010_000.0
    b = tile(raw / "b.tif", full(2, shape), **placed)
    with pytest.raises(LanduseError, match="do not lie on one lattice") as caught:
        read(a, b)
    (fault,) = caught.value.faults
    assert (fault.exit_code, fault.file) == (4, "a.tif, b.tif")
    assert found in fault.found


def test_every_tile_that_is_missing_or_broken_is_told_at_once(raw: Path) -> None:
    good = tile(raw / "a.tif", full(1), west=500_000, north=3_000_100)
    broken = raw / "b.tif"
    broken.write_text("<html>login</html>")
    with pytest.raises(LanduseError) as caught:
        read(good, broken, raw / "absent.tif")
    assert [fault.file for fault in caught.value.faults] == ["b.tif", "absent.tif"]


def packed(file: Path, *members: Path) -> Path:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in members:
            archive.write(member, f"文件夹/{member.name}")
    return file


def gzipped(file: Path) -> Path:
    to = file.with_name(f"{file.name}.gz")
    with file.open("rb") as source, gzip.open(to, "wb") as target:
        shutil.copyfileobj(source, target)
    return to


def test_a_raster_is_read_in_its_archive_and_nothing_is_written_beside_it(raw: Path) -> None:
    values = np.arange(100, dtype=np.uint8).reshape(10, 10)
    file = tile(raw / "夜 光.tif", values, west=500_000, north=3_000_100)
    notes = raw / "说明.txt"
    notes.write_text("readme", encoding="utf-8")
    archives = [packed(raw / "a.zip", file, notes), gzipped(file)]
    before = sorted(raw.iterdir())
    for archive in archives:
        np.testing.assert_array_equal(read(archive).values, values)
    assert sorted(raw.iterdir()) == before


def test_an_archive_with_none_or_two_rasters_is_refused(raw: Path) -> None:
    a = tile(raw / "a.tif", full(1), west=500_000, north=3_000_100)
    b = tile(raw / "b.tif", full(1), west=500_000, north=3_000_100)
    with pytest.raises(LanduseError, match=r"one \.tif and no other") as caught:
        read(packed(raw / "two.zip", a, b))
    assert caught.value.exit_code == 4
    with pytest.raises(LanduseError, match=r"one \.tif and no other"):
        read(packed(raw / "none.zip"))


@pytest.mark.parametrize("name", ["a.zip", "a.tif.gz", "a.tif"])
def test_a_page_saved_under_the_name_of_an_archive_is_refused(raw: Path, name: str) -> None:
    (raw / name).write_text("<html>please log in</html>")
    with pytest.raises(LanduseError, match="cannot be read") as caught:
        read(raw / name)
    assert caught.value.exit_code == 4


def test_a_cut_archive_is_refused(raw: Path) -> None:
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 255, (200, 200)).astype(np.uint8)
    whole = gzipped(tile(raw / "a.tif", noise, west=499_000, north=3_001_000))
    (raw / "cut.tif.gz").write_bytes(whole.read_bytes()[:9000])
    with pytest.raises(LanduseError, match="cannot be read"):
        read(raw / "cut.tif.gz")


def test_a_file_is_found_in_the_form_in_which_it_was_dropped(raw: Path) -> None:
    wanted = raw / "R6_C30.tif"
    assert as_dropped(wanted) == wanted
    for form in ("R6_C30.zip", "R6_C30.tif.gz", "R6_C30.tif"):
        (raw / form).touch()
        assert as_dropped(wanted).name == form
