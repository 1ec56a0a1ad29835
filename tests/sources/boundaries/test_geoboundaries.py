"""The open route by a stand-in of the provider: note, release, the county at a point."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from landuse.core.errors import LanduseError
from landuse.sources.boundaries import centres, geoboundaries
from landuse.sources.boundaries.fetch import NOTE, fetch_release
from landuse.sources.boundaries.geoboundaries import (
    Release,
    ask_release,
    county_from_release,
    read_release,
)
from landuse.sources.remote.http import Client
from landuse.sources.remote.refusal import RefusalError
from landuse.sources.remote.spec import HttpSettings
from tests.sources.boundaries.made import (
    API,
    FILE,
    POINTER,
    SIMPLE,
    note,
    release_of,
    serve,
    squares,
)
from tests.sources.remote.provider import Dropped, Instead, Plan, Provider, Stall, Status, Truncated

DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "zhejiang"
real = pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data/zhejiang is not here")
PINNED = "https://github.com/wmgeolab/geoBoundaries/raw/9469f09/releaseData/a.geojson"


def quiet(_name: str, _have: int, _of: int | None) -> None:
    """Show no progress."""


@pytest.fixture
def release(provider: Provider) -> Release:
    return read_release(json.dumps(note(provider)).encode())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "CHN-ADM3.geojson"
    path.write_bytes(release_of(squares()))
    return path


def test_from_the_note_to_the_county(
    provider: Provider, http: HttpSettings, tmp_path: Path
) -> None:
    api = serve(provider, squares())
    release, file = fetch_release(tmp_path / "原始", http=http, progress=quiet, url=api)
    county = county_from_release(file, "330781", release=release, point=(119.45, 29.2))
    assert (county.adcode, county.name, county.year) == ("330781", "Lanxi City", 2017)
    assert county.datum == "WGS84"
    assert county.licence == "Open Data Commons Open Database License 1.0"
    assert county.attribution == (
        "geoBoundaries CHN-ADM3-62558664 (2017), Lee Beryman, OpenStreetMap"
    )
    assert county.bounds == (119.2, 29.0, 119.7, 29.5)
    assert "2017" in county.note_zh
    assert provider.seen(SIMPLE).requests == 0


def test_a_second_run_asks_nobody(provider: Provider, http: HttpSettings, tmp_path: Path) -> None:
    api = serve(provider, squares())
    first = fetch_release(tmp_path, http=http, progress=quiet, url=api, simplified=True)
    asked = provider.requests
    again = fetch_release(tmp_path, http=http, progress=quiet, url=api, simplified=True)
    assert again == first
    assert provider.requests == asked
    assert provider.seen(FILE).requests == 0


@pytest.mark.parametrize(
    "fault",
    [
        Status(403), Status(404), Status(500), Instead(), Stall(silent=True, seconds=2),
        Truncated(20), Dropped(20), Instead(b"[]", "application/json"),
        Instead(b'{"boundaryISO": "CHN"}', "application/json"), Instead(b"{", "application/json"),
    ],
    ids=str,
)  # fmt: skip
def test_no_bad_note_is_kept(
    provider: Provider, http: HttpSettings, tmp_path: Path, fault: Plan
) -> None:
    api = serve(provider, squares())
    provider.plan(API, fault, for_ever=True)
    with pytest.raises(LanduseError) as caught:
        fetch_release(tmp_path, http=http, progress=quiet, url=api, sleep=lambda _: None)
    assert caught.value.exit_code == 3
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "fault",
    [Status(404), Status(500), Instead(), Instead(POINTER, "text/plain"),
     Stall(100, seconds=2), Truncated(0)],
    ids=str,
)  # fmt: skip
def test_no_bad_release_is_kept(
    provider: Provider, http: HttpSettings, tmp_path: Path, fault: Plan
) -> None:
    api = serve(provider, squares())
    body = release_of(squares())
    # without an ETag nothing ties a rest to its beginning, so a stalled try brings nothing new
    provider.serve(FILE, body, content_type="application/json", etag="", ranges=False)
    provider.plan(FILE, fault, for_ever=True)
    with pytest.raises(LanduseError) as caught:
        fetch_release(tmp_path, http=http, progress=quiet, url=api, sleep=lambda _: None)
    assert caught.value.exit_code == 3
    assert list(tmp_path.glob("*.geojson")) == []
    provider.plan(FILE)
    _, file = fetch_release(tmp_path, http=http, progress=quiet, url=api)
    assert file.read_bytes() == body


def test_a_note_of_another_country_or_level_is_refused(
    provider: Provider, http: HttpSettings
) -> None:
    for changes in ({"boundaryISO": "LAO"}, {"boundaryType": "ADM1"}, {"boundaryLicense": ""}):
        url = provider.serve(API, json.dumps(note(provider, **changes)).encode())
        with Client.open(http) as client, pytest.raises(LanduseError) as caught:
            ask_release(client, url=url)
        assert caught.value.exit_code == 3
    said = json.dumps([note(provider)]).encode()
    assert read_release(said).boundary_id == "CHN-ADM3-62558664"
    with pytest.raises(RefusalError, match="boundaryID"):
        read_release(b"{}")


def test_a_spoilt_note_in_the_folder_is_told(http: HttpSettings, tmp_path: Path) -> None:
    (tmp_path / NOTE).write_text("<html>", encoding="utf-8")
    with pytest.raises(LanduseError, match="delete it and download again") as caught:
        fetch_release(tmp_path, http=http, progress=quiet)
    assert caught.value.exit_code == 4


def test_the_second_address_is_where_git_lfs_keeps_the_file(provider: Provider) -> None:
    said = note(provider, gjDownloadURL=PINNED)
    remote = read_release(json.dumps(said).encode()).remote()
    assert remote.urls == (
        PINNED,
        "https://media.githubusercontent.com/media/wmgeolab/geoBoundaries/9469f09/releaseData/"
        "a.geojson",
    )
    assert remote.name == "CHN-ADM3-62558664.geojson"


@pytest.mark.parametrize(
    ("point", "said"),
    [
        ((29.2, 119.45), "no county holds this point"),  # latitude first
        ((118.0, 29.2), "no county holds this point"),
        ((120.0, 29.2), "more than one county holds this point"),
        ((119.7, 29.2), "more than one county holds this point"),  # on the line between two
    ],
)
def test_no_county_or_several_are_told(
    file: Path, release: Release, point: tuple[float, float], said: str
) -> None:
    with pytest.raises(LanduseError, match=said) as caught:
        county_from_release(file, "330781", release=release, point=point)
    assert caught.value.exit_code == 4
    assert caught.value.faults[0].field == "point"


def test_files_that_are_no_release_are_told(tmp_path: Path, release: Release) -> None:
    file = tmp_path / "a.geojson"
    for body, said in (
        (POINTER, "Git LFS pointer"),
        (b'{"type": "FeatureCollection"', "cannot be read"),
        (squares().to_json().encode(), "not a file of geoBoundaries"),
    ):
        file.write_bytes(body)
        with pytest.raises(LanduseError, match=said) as caught:
            county_from_release(file, "330781", release=release, point=(119.45, 29.2))
        assert caught.value.exit_code == 4


def test_without_a_point_the_seat_is_taken_and_doubted_near_an_edge(
    file: Path, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    # 0.005 degrees of longitude at 29 N are 487 m, 0.01 are 973 m
    seats = {"330781": (119.695, 29.2), "330782": (119.71, 29.2)}
    monkeypatch.setattr(geoboundaries, "seat_of", seats.get)
    near = county_from_release(file, "330781", release=release)
    assert near.name == "Lanxi City"
    assert "within 600 m of the edge" in near.note_en
    far = county_from_release(file, "330782", release=release, name="义乌")
    assert far.name == "义乌"
    assert "600 m" not in far.note_en
    with pytest.raises(LanduseError, match="a point inside the county is needed") as caught:
        county_from_release(file, "330783", release=release)
    assert caught.value.exit_code == 2


def test_the_table_of_seats_is_read_without_the_package_s_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "adcodes.csv"
    with table.open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(["adcode", "name", "longitude", "latitude"])
        rows.writerow(["330781000000", "兰溪市", "119.460472", "29.2084"])
        rows.writerow(["330783000000", "东阳市", "", ""])

    class Package:
        def locate_file(self, _path: str) -> Path:
            return table

    monkeypatch.setattr(centres, "distribution", lambda _name: Package())
    centres._seats.cache_clear()
    assert centres.seat_of("330781") == (119.460472, 29.2084)
    assert centres.seat_of("330783") is None
    centres._seats.cache_clear()


def test_without_the_package_no_seat_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(name: str) -> None:
        raise centres.PackageNotFoundError(name)

    monkeypatch.setattr(centres, "distribution", none)
    centres._seats.cache_clear()
    assert centres.seat_of("330781") is None
    centres._seats.cache_clear()


@real
def test_every_county_of_zhejiang_is_found_by_a_point_inside_it(
    tmp_path: Path, release: Release
) -> None:
    table = gpd.read_file(DATA / "zhejiang_counties_amap_wgs84.gpkg")
    file = tmp_path / "CHN-ADM3.geojson"
    file.write_bytes(release_of(table.rename(columns={"district_name": "name"})))
    inside = table.geometry.representative_point()
    for row in range(0, len(table), 6):  # every sixth: a file of 10 MB is read for each
        code = str(table["district_adcode"].iloc[row])
        point = (inside.iloc[row].x, inside.iloc[row].y)
        county = county_from_release(file, code, release=release, point=point)
        assert county.name == table["district_name"].iloc[row]
        assert county.polygon.geometry.iloc[0].equals(table.geometry.iloc[row])


@real
@pytest.mark.skipif(centres.seat_of("330781") is None, reason="cpca is not installed")
def test_where_the_seats_of_zhejiang_lie() -> None:
    """83 seats lie in their county, one in another, one at sea, six of 90 codes have none.

    The table is of 2020: 临平, 钱塘 (2021) and 龙港 (2019) are not in it, nor three counties
    that had become districts or a city by 2017; the seat of 余杭 lies in what is 临平 today.
    """
    table = gpd.read_file(DATA / "zhejiang_counties_amap_wgs84.gpkg")
    table["code"] = table["district_adcode"].astype(str)
    absent, elsewhere = set(), {}
    for code, name in zip(table["code"], table["district_name"], strict=True):
        seat = centres.seat_of(code)
        if seat is None:
            absent.add(name)
            continue
        held = table.loc[shapely.contains(table.geometry.to_numpy(), shapely.Point(seat))]
        if held["code"].tolist() != [code]:
            elsewhere[name] = held["district_name"].tolist()
    assert absent == {"临安区", "临平区", "钱塘区", "奉化区", "龙港市", "玉环市"}
    assert elsewhere == {"余杭区": ["临平区"], "岱山县": []}
