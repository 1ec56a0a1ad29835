"""Years that may be compared, years that may not, and years nobody has observed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine

from landuse.align.difference import difference_faults, series_findings, year_findings
from landuse.align.rasters import RasterAlign, align_raster, align_series
from landuse.core.errors import LanduseError
from landuse.core.grid import Grid
from landuse.sources.products import PRODUCTS

GRID = Grid("EPSG:4549", Affine(10, 0, 450_000, 0, -10, 3_231_000), (150, 150))


def flat(file: Path, value: int, *, cell: float = 10, dtype: str = "uint8") -> Path:
    """Write a raster of one value that covers the grid."""
    size = int(2000 / cell)
    with rasterio.open(
        file, "w", driver="GTiff", height=size, width=size, count=1, dtype=dtype,
        crs="EPSG:4549", transform=Affine(cell, 0, 449_800, 0, -cell, 3_231_200),
    ) as target:  # fmt: skip
        target.write(np.full((size, size), value, dtype), 1)
    return file


def test_worldcover_2020_and_2021_refuse_to_be_differenced(raw: Path) -> None:
    files = {year: flat(raw / f"{year}.tif", 10) for year in (2020, 2021)}
    chosen = RasterAlign(role="landcover_series", product="esa_worldcover")
    with pytest.raises(LanduseError, match="v100 and v200 are different algorithms") as caught:
        align_series(files=files, grid=GRID, settings=chosen)
    (fault,) = caught.value.faults
    assert fault.exit_code == 2
    assert fault.field == "sources.landcover_series.series"
    assert fault.found == "2020 v100, 2021 v200"
    assert "算法不同" in fault.todo_zh
    for year in (2020, 2021):
        alone = align_series(files={year: files[year]}, grid=GRID, settings=chosen)
        assert alone["layers"][0].year == year


@pytest.mark.parametrize(
    ("product", "years"),
    [
        ("clcd", range(1985, 2026)),
        ("viirs_vnl", range(2012, 2025)),
        ("ghs_built_s_100m", range(1975, 2031, 5)),
        ("worldpop_r2025a", range(2015, 2031)),
        ("esa_worldcover", (2021,)),
        ("copernicus_glo30", (2000, 2001)),
    ],
)
def test_series_of_one_method_may_be_differenced(product: str, years: Any) -> None:
    assert difference_faults(PRODUCTS[product], years, role="r") == []


def test_a_step_between_versions_is_noted_and_not_refused(raw: Path) -> None:
    files = {
        year: flat(raw / f"{year}.tif", 5, cell=500, dtype="float32") for year in (2020, 2021, 2022)
    }
    chosen = RasterAlign(role="night_light", product="viirs_vnl")
    done = align_series(files=files, grid=GRID, settings=chosen)
    (note,) = done["findings"]
    assert (note.kind, note.value) == ("note", "V2.1, V2.2")
    assert "2020-2021 V2.1, 2022 V2.2" in note.message_zh
    assert "break" in note.message_en
    del files[2022]
    assert align_series(files=files, grid=GRID, settings=chosen)["findings"] == []


def test_the_order_of_years_makes_no_difference() -> None:
    light = PRODUCTS["viirs_vnl"]
    assert series_findings(light, [2022, 2014, 2021], stage="s") == series_findings(
        light, [2014, 2021, 2022], stage="s"
    )


@pytest.mark.parametrize(("year", "told"), [(2015, 0), (2020, 0), (2025, 1), (2030, 1)])
def test_a_projection_is_said_to_be_one(raw: Path, year: int, told: int) -> None:
    file = flat(raw / "a.tif", 3, cell=100, dtype="float32")
    chosen = RasterAlign(role="built_surface", product="ghs_built_s_100m", year=year)
    findings = align_raster(file=file, grid=GRID, settings=chosen)["findings"]
    assert [finding.value for finding in findings] == [str(year)] * told
    assert all("推算" in finding.message_zh for finding in findings)
    assert year_findings(PRODUCTS["ghs_pop"], None, stage="s") == []
