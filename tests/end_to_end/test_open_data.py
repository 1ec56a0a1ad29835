"""From a county code to a run: new, fetch, check, run, against a provider on this machine."""

from __future__ import annotations

import json
import shutil
import socket
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

from landuse.sources.products import PRODUCTS
from landuse.study import open_study
from tests.end_to_end.broken import Told, call
from tests.end_to_end.open_data import same_cells, serve_study, stand_in, with_mirrors
from tests.made import ROOT
from tests.sources.remote.provider import (
    Dropped,
    Instead,
    Plan,
    Provider,
    Stall,
    Status,
    Truncated,
)

HOSTS = (
    "esa-worldcover.s3.eu-central-1.amazonaws.com", "copernicus-dem-30m.s3.amazonaws.com",
    "jeodpp.jrc.ec.europa.eu", "data.worldpop.org", "zenodo.org", "download.geofabrik.de",
)  # fmt: skip
COUNTY = box(119.405, 29.205, 119.455, 29.255)
RASTERS = ROOT.parent / "shared" / "data" / "rasters"
COVER, DEM = "ESA_WorldCover_10m_2021_v200_N27E117_Map.tif", "Copernicus_DSM_COG"


class Place:
    """A working folder with a study made by `new`, and a provider that serves what it names."""

    def __init__(
        self, folder: Path, provider: Provider, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.folder, self.provider, self.capsys = folder, provider, capsys
        self.study, self.raw = folder / "研究 一.toml", folder / "原始 数据"
        county = gpd.GeoDataFrame({"adcode": ["330781"]}, geometry=[COUNTY], crs=4326)
        county.to_file(folder / "县界.geojson")
        told = self.call("new", "330781", "--name", "shi", "--file", str(self.study),
                         "--county", str(folder / "县界.geojson"), "--datum", "WGS84",
                         "--as-of", "2026-11-24")  # fmt: skip
        assert (told.code, told.err) == (0, "")
        text = self.study.read_text(encoding="utf-8")
        self.study.write_text(with_mirrors(text, provider, hosts=HOSTS), encoding="utf-8")
        opened = open_study(self.study, raw=self.raw)
        self.paths = serve_study(provider, opened, folder=folder)

    def call(self, *words: str) -> Told:
        return call([*words, "--raw", str(self.raw)], self.capsys)

    def fetch(self, *words: str) -> Told:
        return self.call("fetch", str(self.study), *words)

    def requests(self) -> int:
        every = [*self.paths.values(), f"{self.paths['zhejiang-latest.osm.pbf']}.md5"]
        return sum(self.provider.seen(path).requests for path in every)

    def bytes(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in sorted(self.raw.glob("*.*"))}


@pytest.fixture
def place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Any:
    """Yield the place; no name but that of this machine can be looked up."""
    real = socket.getaddrinfo

    def only_here(host: Any, *more: Any, **named: Any) -> Any:
        if host not in ("127.0.0.1", "localhost"):
            raise socket.gaierror(socket.EAI_NONAME, "no such host")
        return real(host, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", only_here)
    folder = tmp_path / "试验 县"
    folder.mkdir()
    with Provider() as provider:
        yield Place(folder, provider, capsys)


def test_from_the_code_to_the_products(place: Place) -> None:
    told = place.fetch()
    assert (told.code, told.err) == (0, ""), told.err
    for words in ("CC BY 4.0", "© OpenStreetMap contributors", "ODbL", "eogdata.mines.edu",
                  "收到 received"):  # fmt: skip
        assert words in told.out, words
    here = {path.name for path in place.raw.glob("*.*")}
    assert set(place.paths) | {"osm.gpkg", "county.gpkg", "fetched.json"} <= here
    assert not [name for name in here if ".part" in name]

    before, asked = place.bytes(), place.requests()
    again = place.fetch("--json")
    offline = place.fetch("--offline")
    assert (again.code, offline.code) == (0, 0)
    assert place.requests() == asked
    assert place.bytes() == before
    how = {row["file"]: row["how"] for row in json.loads(again.out)["files"]}
    assert {how[name] for name in place.paths if name in how} == {"kept"}
    assert how["osm.gpkg"] == "kept"

    told = place.call("check", str(place.study))
    assert (told.code, told.err) == (0, "")
    out = place.folder / "成果 目录"
    told = place.call("run", str(place.study), "--out", str(out))
    assert (told.code, told.err) == (0, ""), told.err
    parcels = pd.read_csv(out / "parcels.csv", encoding="utf-8-sig", dtype={"parcel_id": "str"})
    assert parcels["parcel_id"].str.fullmatch(r"330781-000-\d{4}").all()
    assert len(parcels) > 0
    assert len(pd.read_parquet(out / "tables" / "settlements.parquet")) > 0
    sources = pd.read_parquet(out / "tables" / "sources.parquet").set_index("file")
    assert (
        "amazonaws" in sources.loc[COVER, "fetched_url"]
        or "127.0.0.1" in (sources.loc[COVER, "fetched_url"])
    )


RECOVERS: dict[str, Plan] = {
    "500 then fine": Status(500),
    "503 with Retry-After": Status(503, {"Retry-After": "0"}),
    "truncated": Truncated(700),
    "dropped": Dropped(900),
    "a stall": Stall(600, seconds=3),
}


@pytest.mark.parametrize("name", RECOVERS)
def test_what_passes_is_met_again_and_the_bytes_are_right(place: Place, name: str) -> None:
    paths = {file: place.paths[file] for file in (COVER, "chn_pop_2025_CN_100m_R2025A_v1.tif",
                                                  "zhejiang-latest.osm.pbf")}  # fmt: skip
    for path in paths.values():
        place.provider.plan(path, RECOVERS[name])
    told = place.fetch()
    assert (told.code, told.err) == (0, ""), told.err
    window = open_study(place.study, raw=place.raw)
    assert window.study.sources.landcover is not None
    whole = place.raw / "chn_pop_2025_CN_100m_R2025A_v1.tif"
    served = stand_in(PRODUCTS["worldpop_r2025a"], None, study_bounds(place))  # type: ignore[arg-type]
    assert whole.read_bytes() == served


def study_bounds(place: Place) -> Any:
    from landuse.study_window import study_window

    return study_window(open_study(place.study, raw=place.raw))


FINAL: dict[str, Plan] = {
    "404": Status(404), "403": Status(403), "HTML instead of a file": Instead(),
}  # fmt: skip


@pytest.mark.parametrize("name", FINAL)
def test_what_cannot_be_had_is_one_fault_and_the_rest_comes(place: Place, name: str) -> None:
    lost = next(file for file in place.paths if file.startswith(DEM))
    for file in (lost, COVER):
        place.provider.plan(place.paths[file], FINAL[name], for_ever=True)
    told = place.fetch()
    assert told.code == 3
    assert lost in told.err
    assert COVER in told.err
    here = {path.name for path in place.raw.glob("*.*")}
    assert here >= set(place.paths) - {lost, COVER}
    assert not {lost, COVER} & here
    for file in (lost, COVER):
        place.provider.plan(place.paths[file])
    asked = place.requests()
    told = place.fetch("--json")
    assert told.code == 0
    came = {row["file"] for row in json.loads(told.out)["files"] if row["how"] == "fetched"}
    assert came == {lost, COVER}
    assert place.requests() > asked


def test_a_wrong_checksum_is_never_kept(place: Place) -> None:
    extract = place.paths["zhejiang-latest.osm.pbf"]
    place.provider.serve(f"{extract}.md5", b"0" * 32 + b"  zhejiang-latest.osm.pbf\n")
    told = place.fetch()
    assert told.code == 3
    assert "zhejiang-latest.osm.pbf" in told.err
    assert not (place.raw / "zhejiang-latest.osm.pbf").exists()
    assert not (place.raw / "osm.gpkg").exists()


def test_a_file_of_the_users_own_wins(place: Place) -> None:
    window = study_bounds(place)
    own = place.raw / COVER
    own.write_bytes(stand_in(PRODUCTS["esa_worldcover"], None, window))  # type: ignore[arg-type]
    archive = "GHS_BUILT_H_ANBH_E2018_GLOBE_R2023A_54009_100_V1_0_R6_C30"
    shutil.copyfile(place.folder / "served.osm.pbf", place.raw / "本地.osm.pbf")
    content = place.provider.seen(place.paths[f"{archive}.tif"])
    packed = stand_in_zip(archive, window)
    (place.raw / f"{archive}.zip").write_bytes(packed)
    before = own.read_bytes()
    told = place.fetch("--json")
    assert told.code == 0
    rows = {row["file"]: row for row in json.loads(told.out)["files"]}
    assert rows[COVER]["how"] == "local"
    assert len(rows[COVER]["sha256"]) == 64
    assert rows[f"{archive}.zip"]["how"] == "local"
    assert (own.read_bytes(), content.requests) == (before, 0)
    assert place.provider.seen(place.paths[COVER]).requests == 0
    assert place.provider.seen(place.paths["zhejiang-latest.osm.pbf"]).requests == 0
    assert rows["osm.gpkg"]["how"] == "made"
    told = place.call("run", str(place.study), "--out", str(place.folder / "成果"))
    assert (told.code, told.err) == (0, ""), told.err


def stand_in_zip(stem: str, window: Any) -> bytes:
    from landuse.sources.remote.spec import Remote

    remote = Remote(name=f"{stem}.tif", urls=(), access="zip", member=f"{stem}.tif")
    return stand_in(PRODUCTS["ghs_built_h"], remote, window)


@pytest.mark.skipif(not RASTERS.is_dir(), reason="no genuine tiles in ../shared/data here")
def test_a_window_of_the_genuine_tile_is_small_and_right(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "ESA_WorldCover_10m_2021_v200_N00E006_Map.tif"
    host = HOSTS[0]
    path = f"/{host}/v200/2021/map/{name}"
    place.provider.serve(path, RASTERS / name)
    study = place.folder / "st.toml"
    frame = gpd.GeoDataFrame(geometry=[box(6.45, 0.1, 6.75, 0.4)], crs=4326)
    raw = place.folder / "st"
    raw.mkdir()
    frame.to_file(raw / "county.geojson")
    text = f'''[study]
name = "st"
title_zh = "圣多美"
title_en = "Sao Tome"
crs = "EPSG:32632"
as_of = 2026-11-24
[sources.county]
path = "county.geojson"
datum = "WGS84"
[sources.landcover]
product = "esa_worldcover"
path = "{name}"
year = 2021
'''
    study.write_text(with_mirrors(text, place.provider, hosts=HOSTS), encoding="utf-8")
    told = call(["fetch", str(study), "--raw", str(raw), "--json"], capsys)
    assert told.code == 0, told.err
    (row,) = [item for item in json.loads(told.out)["files"] if item["file"] == name]
    whole = (RASTERS / name).stat().st_size
    assert (row["how"], row["remote_bytes"]) == ("fetched", whole)
    # the island holds most bytes of a tile that is nearly all sea
    assert row["received_bytes"] < 0.25 * whole
    assert same_cells(raw / name, RASTERS / name, (6.45, 0.1, 6.75, 0.4))
    both = text.replace("[sources.landcover]", "[sources.landcover_series]").replace(
        f'path = "{name}"\nyear = 2021', 'series = { 2020 = "a.tif", 2021 = "b.tif" }'
    )
    study.write_text(both, encoding="utf-8")
    told = call(["check", str(study), "--raw", str(raw)], capsys)
    assert told.code == 2
    assert "landcover_series" in told.err
