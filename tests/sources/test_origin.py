"""A file is a download only while it still is what was downloaded."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
import rasterio

from landuse.core.errors import LanduseError
from landuse.sources.describe import DescribeSettings, SourceNote, describe_sources
from landuse.sources.origin import complete_notes, with_origins
from landuse.sources.remote.fetched import RECORD, write_record
from landuse.sources.remote.spec import Fetched
from landuse.sources.spec import Sources

URL = "https://example.org/a.tif"


def note(**more):
    return SourceNote(role="landcover", title_zh="甲", title_en="a", **more)


@pytest.fixture
def raw(tmp_path):
    folder = tmp_path / "原始 数据"
    folder.mkdir()
    (folder / "a.csv").write_text("1", encoding="utf-8")
    return folder


def record(raw):
    known = Fetched(
        name="a.csv", url=URL, file_sha256=hashlib.sha256(b"1").hexdigest(), file_bytes=1,
        received_bytes=1, requests=1,
    )  # fmt: skip
    write_record(raw, {"a.csv": known})


def described(raw):
    files = {"landcover": raw / "a.csv"}
    settings = with_origins(DescribeSettings(notes={"landcover": note()}), files=files, raw=raw)
    return describe_sources(files=files, settings=settings)["sources"].iloc[0]


def test_a_file_without_a_record_is_local(raw):
    assert described(raw)["fetched_url"] == ""


def test_a_downloaded_file_names_its_address_until_it_is_replaced(raw):
    record(raw)
    assert described(raw)["fetched_url"] == URL
    (raw / "a.csv").write_text("2", encoding="utf-8")
    assert described(raw)["fetched_url"] == ""


@pytest.mark.parametrize("text", ["{", "[]", '{"a.csv": 3}'])
def test_a_spoilt_record_is_a_fault_of_the_data(raw, text):
    (raw / RECORD).write_text(text, encoding="utf-8")
    with pytest.raises(LanduseError) as error:
        described(raw)
    assert error.value.exit_code == 4
    assert error.value.faults[0].file == RECORD


def test_a_raster_tells_its_cells_and_a_shapefile_counts_its_parts(raw):
    with rasterio.open(
        raw / "b.tif", "w", driver="GTiff", width=4, height=3, count=1, dtype="uint8",
        crs="EPSG:4549", transform=rasterio.Affine(10, 0, 0, 0, -10, 0),
    ) as target:  # fmt: skip
        target.write(np.ones((1, 3, 4), dtype="uint8"))
    (raw / "c.shp").write_bytes(b"12")
    (raw / "c.dbf").write_bytes(b"345")
    files = {"landcover": raw / "b.tif", "towns": raw / "c.shp"}
    notes = {"landcover": note(product="X"), "towns": note()}
    rows = describe_sources(files=files, settings=DescribeSettings(notes=notes))["sources"]
    assert rows["cells"].tolist() == ["3 x 4", ""]
    assert rows["size_bytes"].tolist()[1] == 5
    before = rows["sha256"].tolist()[1]
    (raw / "c.dbf").write_bytes(b"346")
    again = describe_sources(files=files, settings=DescribeSettings(notes=notes))["sources"]
    assert again["sha256"].tolist()[1] != before


def test_a_broken_raster_has_no_shape_here_and_its_fault_elsewhere(raw):
    files = {"landcover": raw / "a.csv"}
    settings = DescribeSettings(notes={"landcover": note(product="X")})
    assert describe_sources(files=files, settings=settings)["sources"]["cells"].tolist() == [""]


def test_a_product_brings_its_mark_its_defects_and_which_years_nobody_observed(raw):
    """GHSL of 2020 is observed, of 2030 computed ahead; a bureau's layer has none of these."""
    sources = Sources.model_validate(
        {
            "built_surface_series": {
                "product": "ghs_built_s_100m", "series": {2020: "a.csv", 2030: "a.csv"}
            },
            "zones": {"path": "a.csv"},
        }
    )  # fmt: skip
    notes = {
        f"built_surface_series:{year}": SourceNote(
            role="built_surface_series", title_zh="甲", title_en="a", year=str(year)
        )
        for year in (2020, 2030)
    } | {"zones": SourceNote(role="zones", title_zh="乙", title_en="b", year="2030")}
    done = complete_notes(DescribeSettings(notes=notes), sources=sources, files={}, raw=raw).notes
    assert [note.projected for note in done.values()] == [False, True, False]
    assert done["zones"] == notes["zones"]
    assert done["built_surface_series:2020"].defects > 0
    assert done["built_surface_series:2020"].mark == "V"
