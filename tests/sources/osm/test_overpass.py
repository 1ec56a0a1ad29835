"""Overpass by a stand-in: the same layers as from the file, and no bad answer is taken for data."""

from __future__ import annotations

import json
import socket
import sys
from pathlib import Path
from urllib.parse import parse_qs

import osmnx
import pytest
import shapely

from landuse.core.errors import LanduseError
from landuse.sources.osm.convert import osm_layers
from landuse.sources.osm.layers import LAYERS
from landuse.sources.osm.overpass import TAGS, OverpassSettings, overpass_layers
from landuse.sources.remote.spec import HttpSettings
from tests.sources.osm.made import BOUNDS, overpass_answer
from tests.sources.remote.provider import Instead, Plan, Provider, Stall, Status

ASK = "/api/interpreter"


@pytest.fixture
def settings(provider: Provider, http: HttpSettings) -> OverpassSettings:
    def answer(_path: str, said: bytes) -> tuple[int, str, bytes]:
        query = parse_qs(said.decode())["data"][0]
        assert query.startswith("[out:json]")
        assert all(f"['{key}'" in query for key in TAGS)
        return 200, "application/json", json.dumps(overpass_answer(set(TAGS))).encode()

    provider.answer(ASK, answer)
    return OverpassSettings(
        urls=(provider.url("/api"),), rate_limit=False, query_timeout_s=1, http=http
    )


def test_the_layers_are_those_of_the_file(pbf: Path, settings: OverpassSettings) -> None:
    asked, read = overpass_layers(BOUNDS, settings=settings), osm_layers(pbf, bounds=BOUNDS)
    for name in LAYERS:
        one, other = asked.layers[name], read.layers[name]
        assert list(one.columns) == list(other.columns)
        same = shapely.equals(one.geometry.to_numpy(), other.geometry.to_numpy())
        assert same.all()
        assert one.drop(columns="geometry").equals(other.drop(columns="geometry"))
    assert asked.findings == read.findings


def test_nothing_of_osmnx_is_left_changed_and_nothing_is_cached(
    provider: Provider, settings: OverpassSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = dict(vars(osmnx.settings)), socket.getaddrinfo
    for _ in range(2):
        overpass_layers(BOUNDS, settings=settings)
    provider.plan(ASK, Status(400), for_ever=True)
    with pytest.raises(LanduseError):
        overpass_layers(BOUNDS, settings=settings)
    assert (dict(vars(osmnx.settings)), socket.getaddrinfo) == before
    assert list(tmp_path.iterdir()) == []
    assert provider.seen(ASK).requests == 3


@pytest.mark.parametrize(
    ("fault", "said", "requests"),
    [
        (Status(400, body=b"parse error"), "HTTP 400", 1),
        (Status(404), "HTTP 404", 1),
        (Status(429), "HTTP 429", 2),
        (Status(500, body=b'{"elements": []}'), "HTTP 500", 2),
        (Status(504), "HTTP 504", 2),
        (Instead(), "no Overpass answer", 1),
        (Instead(b'{"version": 0.6}', "application/json"), "no Overpass answer", 1),
        (Instead(b"[]", "application/json"), "no Overpass answer", 1),
        (Instead(b'{"elements": [{"type"', "application/json"), "no Overpass answer", 1),
        (
            Instead(
                json.dumps(overpass_answer(set(TAGS)) | {"remark": "runtime error: out of memory"})
                .encode(),
                "application/json",
            ),
            "answered in part: runtime error",
            2,
        ),
        (Stall(silent=True, seconds=4), "time-out", 2),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_a_bad_answer_is_an_error_never_data(
    provider: Provider, settings: OverpassSettings, fault: Plan, said: str, requests: int
) -> None:
    provider.plan(ASK, fault, for_ever=True)
    with pytest.raises(LanduseError, match=said) as caught:
        overpass_layers(BOUNDS, settings=settings, sleep=lambda _: None)
    assert caught.value.exit_code == 3
    assert provider.seen(ASK).requests == requests


def test_what_passes_is_asked_again_and_a_mirror_stands_in(
    provider: Provider, settings: OverpassSettings
) -> None:
    provider.plan(ASK, Status(503))
    assert len(overpass_layers(BOUNDS, settings=settings).layers["roads"]) == 4
    dead = settings.model_copy(update={"urls": (provider.url("/dead"), *settings.urls)})
    assert len(overpass_layers(BOUNDS, settings=dead).layers["roads"]) == 4
    assert provider.seen("/dead/interpreter").requests == 1


def test_a_server_that_is_not_there_is_told_without_a_pause(settings: OverpassSettings) -> None:
    gone = settings.model_copy(update={"urls": ("http://127.0.0.1:9/api",), "rate_limit": True})
    with pytest.raises(LanduseError, match="cannot be reached") as caught:
        overpass_layers(BOUNDS, settings=gone)
    assert caught.value.exit_code == 3


def test_slots_are_asked_for_where_the_server_keeps_them(
    provider: Provider, settings: OverpassSettings
) -> None:
    page = b"Connected as: 1\nCurrent time: x\nRate limit: 2\nEndpoint: y\n2 slots available now.\n"
    provider.serve("/api/status", page)
    limited = settings.model_copy(update={"rate_limit": True})
    assert len(overpass_layers(BOUNDS, settings=limited).layers["roads"]) == 4
    assert provider.seen("/api/status").requests == 2  # ours, to see that it is there; osmnx's


def test_an_empty_window_is_told(provider: Provider, settings: OverpassSettings) -> None:
    provider.plan(ASK, Instead(b'{"elements": []}', "application/json"), for_ever=True)
    with pytest.raises(LanduseError, match="nothing within the bounds") as caught:
        overpass_layers(BOUNDS, settings=settings)
    assert caught.value.exit_code == 4


def test_without_osmnx_the_extra_is_named(
    settings: OverpassSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "osmnx", None)
    with pytest.raises(LanduseError, match=r"landuse\[osm\]") as caught:
        overpass_layers(BOUNDS, settings=settings)
    assert caught.value.exit_code == 3
