"""The extract of a county's province, its checksum, and the classes of the free shapefiles."""

from __future__ import annotations

import hashlib
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from landuse.core.errors import LanduseError
from landuse.sources.boundaries.codes import PROVINCES
from landuse.sources.osm.classes import FCLASS_CODE, FCLASS_OF, LANDUSE_OF_FCLASS, landuse_of_fclass
from landuse.sources.osm.geofabrik import EXTRACTS, extract_for, remote_at, remote_for
from landuse.sources.remote.http import Client
from landuse.sources.remote.spec import HttpSettings
from tests.sources.remote.provider import Instead, Plan, Provider, Status

DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "hangzhou_osm"
FILE = "/asia/china/zhejiang-latest.osm.pbf"


def test_every_province_has_one_extract() -> None:
    assert sorted(EXTRACTS) == sorted(PROVINCES)
    paths = [extract.path for extract in EXTRACTS.values()]
    assert len(set(paths)) == len(paths)


def test_the_county_names_the_file() -> None:
    remote = remote_for("330781")
    assert remote.urls == ("https://download.geofabrik.de/asia/china/zhejiang-latest.osm.pbf",)
    assert (remote.name, remote.access) == ("zhejiang-latest.osm.pbf", "whole")
    assert remote.licence == "ODbL 1.0"
    # Shanxi 14 and Shaanxi 61 differ by a letter
    assert extract_for("140902").path == "china/shanxi"
    assert extract_for("610103").path == "china/shaanxi"


def test_the_md5_beside_the_file_becomes_its_checksum(
    provider: Provider, http: HttpSettings
) -> None:
    body = b"osm"
    digest = hashlib.md5(body, usedforsecurity=False).hexdigest()
    url = provider.serve(FILE, body)
    provider.serve(f"{FILE}.md5", f"{digest.upper()}  zhejiang-latest.osm.pbf\n".encode())
    with Client.open(http) as client:
        assert remote_at(url, client=client).checksum == f"md5:{digest}"


@pytest.mark.parametrize("fault", [Status(404), Status(500), Instead(), Instead(b"", "text/plain")])
def test_a_checksum_that_is_none_stops(provider: Provider, http: HttpSettings, fault: Plan) -> None:
    url = provider.serve(FILE, b"osm")
    provider.plan(f"{FILE}.md5", fault, for_ever=True)
    with Client.open(http) as client, pytest.raises(LanduseError) as caught:
        remote_at(url, client=client)
    assert caught.value.exit_code == 3


def test_another_file_is_refused() -> None:
    with pytest.raises(LanduseError, match=r"no \.osm\.pbf") as caught:
        remote_at("https://example.org/zhejiang-latest-free.shp.zip")
    assert caught.value.exit_code == 2


def test_every_class_named_by_a_tag_has_a_code_and_a_land_use() -> None:
    named = {name for values in FCLASS_OF.values() for name in values.values()}
    assert named <= set(FCLASS_CODE)
    assert set(LANDUSE_OF_FCLASS) == set(FCLASS_CODE)
    assert len(set(FCLASS_CODE.values())) == len(FCLASS_CODE)


def test_classes_become_land_use_and_unknown_ones_stay() -> None:
    column = pd.Series(["industrial", "farm", "basin", None], index=[4, 3, 2, 1])
    use = landuse_of_fclass(column)
    assert use.index.equals(column.index)
    assert use.tolist()[:3] == ["industrial", "farmland", "basin"]
    assert use.isna().tolist() == [False, False, False, True]


@pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data/hangzhou_osm is not on this machine")
def test_the_real_classes_have_the_codes_of_the_table() -> None:
    table = gpd.read_file(DATA / "osm_hangzhou.gpkg", layer="landuse", ignore_geometry=True)
    pairs = table[["fclass", "code"]].drop_duplicates()
    assert {name: FCLASS_CODE[name] for name in pairs["fclass"]} == dict(pairs.to_numpy())
    assert (landuse_of_fclass(table["fclass"]) == "industrial").sum() == 540
