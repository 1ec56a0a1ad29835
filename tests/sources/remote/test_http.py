"""Asking: what passes is met again, what does not is not, and the error tells all of it."""

from __future__ import annotations

import socket
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
import requests

import landuse
from landuse.core.errors import LanduseError
from landuse.sources.remote.http import Client, with_mirrors
from landuse.sources.remote.refusal import RefusalError, public, refused_page, retry_after_s
from landuse.sources.remote.spec import HttpSettings
from tests.sources.remote.provider import (
    Dropped,
    Fine,
    Plan,
    Provider,
    Slow,
    Stall,
    Status,
    Truncated,
)

BODY = bytes(range(256)) * 40


def get(http: HttpSettings, *urls: str, waits: list[float] | None = None) -> bytes:
    sleep = (waits if waits is not None else []).append
    with Client.open(http, sleep=sleep) as client:
        return client.get("a.tif", urls)


@pytest.mark.parametrize(
    "fault",
    [
        *(Status(code) for code in (429, 500, 502, 503, 504)),
        Truncated(100),
        Dropped(0),
        Dropped(5000),
        Stall(10, seconds=3),
        Stall(silent=True, seconds=3),
    ],
    ids=str,
)
def test_what_may_pass_is_asked_again(provider: Provider, http: HttpSettings, fault: Plan) -> None:
    url = provider.serve("/a.tif", BODY)
    provider.plan("/a.tif", fault, fault)
    assert get(http, url) == BODY
    assert provider.seen("/a.tif").requests == 3


@pytest.mark.parametrize("code", [400, 401, 403, 404, 410, 501])
def test_what_will_not_pass_goes_to_the_mirror_at_once(
    provider: Provider, http: HttpSettings, code: int
) -> None:
    urls = [provider.serve(path, BODY) for path in ("/a.tif", "/mirror/a.tif")]
    provider.plan("/a.tif", Status(code), for_ever=True)
    waits: list[float] = []
    assert get(http, *urls, waits=waits) == BODY
    assert provider.seen("/a.tif").requests == 1
    assert waits == []


def test_a_busy_provider_is_left_for_its_mirror_before_anything_is_waited_for(
    provider: Provider, http: HttpSettings
) -> None:
    urls = [provider.serve(path, BODY) for path in ("/a.tif", "/mirror/a.tif")]
    provider.plan("/a.tif", Status(503), for_ever=True)
    waits: list[float] = []
    assert get(http, *urls, waits=waits) == BODY
    assert (provider.seen("/a.tif").requests, waits) == (1, [])


def test_waits_double_up_to_the_cap_and_retry_after_is_honoured(provider: Provider) -> None:
    url = provider.serve("/a.tif", BODY)
    settings = HttpSettings(retries=6, backoff_s=1, backoff_max_s=6)
    asked = [Status(503, {"Retry-After": "3"}), Status(503, {"Retry-After": "3600"})]
    provider.plan("/a.tif", *[Status(500)] * 4, *asked)
    waits: list[float] = []
    assert get(settings, url, waits=waits) == BODY
    # 1, 2, 4, then 8 cut to 6; the provider asks for 3, then for an hour, cut to 6
    assert waits == [1, 2, 4, 6, 3, 6]


def test_retry_after_may_be_a_date() -> None:
    soon = datetime.now(UTC) + timedelta(seconds=100)
    assert 90 < (retry_after_s(format_datetime(soon, usegmt=True)) or 0) <= 100
    assert retry_after_s(format_datetime(soon - timedelta(days=1))) == 0
    assert retry_after_s("soon") is None


def test_the_error_tells_every_refusal_of_every_url(provider: Provider, http: HttpSettings) -> None:
    urls = [provider.serve(path, BODY) for path in ("/a.tif", "/b/a.tif", "/c/a.tif")]
    provider.plan("/a.tif", Status(500), Stall(seconds=3), Stall(seconds=3), Dropped(9))
    denied = b"<Error><Code>AccessDenied</Code></Error>"
    provider.plan("/b/a.tif", Status(403, body=denied))
    provider.plan("/c/a.tif", Status(401))
    with pytest.raises(LanduseError) as caught:
        get(http, *urls)
    assert caught.value.exit_code == 3
    assert [fault.field for fault in caught.value.faults] == urls
    assert {fault.file for fault in caught.value.faults} == {"a.tif"}
    first, second, third = caught.value.faults
    assert "HTTP 500" in first.found
    assert "time-out: no data for 0.3 s (×2)" in first.found
    assert "dropped" in first.en
    assert "AccessDenied" in second.found
    assert "log in" in third.todo_en


def test_a_closed_port_and_a_time_out_are_told_apart(http: HttpSettings) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    with pytest.raises(LanduseError, match="cannot be reached"):
        get(http, f"http://127.0.0.1:{port}/a.tif")
    with pytest.raises(LanduseError, match="unknown host"):
        get(http, "http://no-such-host.invalid/a.tif")
    with pytest.raises(LanduseError, match="malformed"):
        get(http, "nonsense")


def test_the_program_is_named_and_bytes_are_asked_for_as_they_lie(
    provider: Provider, http: HttpSettings
) -> None:
    get(http, provider.serve("/a.tif", BODY))
    headers = provider.seen("/a.tif").headers[0]
    assert headers["User-Agent"] == f"landuse/{landuse.__version__}"
    assert headers["Accept-Encoding"] == "identity"


def test_a_proxy_of_the_environment_is_used(
    provider: Provider, http: HttpSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider.serve("/a.tif", BODY)
    for name in ("NO_PROXY", "no_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", provider.url(""))
    assert get(http, "http://provider.invalid/a.tif") == BODY


def test_a_try_that_advanced_does_not_count(http: HttpSettings) -> None:
    left = [3]

    def once(_: str) -> str:
        left[0] -= 1
        if left[0]:
            raise RefusalError("断", "cut", passing=True, advanced=True)
        return "done"

    settings = http.model_copy(update={"retries": 0})
    with Client.open(settings) as client:
        assert client.first_of("a.tif", ["u"], once) == "done"


def test_bytes_and_requests_are_counted(provider: Provider, http: HttpSettings) -> None:
    url = provider.serve("/a.tif", BODY)
    provider.plan("/a.tif", Fine(), Slow(0.01))
    with Client.open(http) as client:
        client.get("a.tif", [url])
        client.get("a.tif", [url])
    assert (client.sent_requests, client.received_bytes) == (2, 2 * len(BODY))
    assert provider.seen("/a.tif").sent_bytes == 2 * len(BODY)


def test_a_body_without_length_is_read_to_its_end(provider: Provider, http: HttpSettings) -> None:
    assert get(http, provider.serve("/a.tif", BODY, length=False)) == BODY


def test_a_posted_question_is_answered(provider: Provider, http: HttpSettings) -> None:
    url = provider.answer("/api", lambda path, body: (200, "text/plain", path.encode() + body))
    with Client.open(http) as client:
        assert client.get("answer", [f"{url}?a=1"], data=b"!") == b"/api?a=1!"


def test_a_folder_is_served_under_a_prefix(
    provider: Provider, http: HttpSettings, tmp_path: Path
) -> None:
    (tmp_path / "县 1").mkdir()
    (tmp_path / "县 1" / "a.tif").write_bytes(BODY)
    prefix = provider.serve_folder("/p", tmp_path)
    assert get(http, f"{prefix}/县 1/a.tif") == BODY
    with pytest.raises(LanduseError, match="HTTP 404"):
        get(http, f"{prefix}/b.tif")


@pytest.mark.parametrize(
    ("content_type", "start", "named"),
    [
        ("text/html", b"oops", "web page"),
        ("application/octet-stream", b"\n<!DOCTYPE HTML><p>moved</p>", "web page"),
        ("text/html", b"<html><input type='password'>", "login page"),
        ("application/xml", b"<Error><Code>NoSuchKey</Code></Error>", "XML message.*NoSuchKey"),
        ("", b"<?xml version='1.0'?><Error/>", "XML"),
        ("", b'{"message": "gone"}', "JSON.*gone"),
    ],
)
def test_a_page_instead_of_a_file_is_named(content_type: str, start: bytes, named: str) -> None:
    refusal = refused_page("http://a/b.tif", content_type, start)
    assert refusal is not None
    assert not refusal.passing
    with pytest.raises(RefusalError, match=named):
        raise refusal


def test_a_password_in_a_url_is_not_shown() -> None:
    assert public("https://user:secret@host:8/a?b=c") == "https://host:8/a?b=c"


def test_a_given_session_is_left_open(provider: Provider, http: HttpSettings) -> None:
    url = provider.serve("/a.tif", BODY)
    with requests.Session() as session:
        for _ in range(2):
            with Client.open(http, session=session) as client:
                assert client.get("a.tif", [url]) == BODY


def test_mirrors_come_before_the_provider_with_the_same_path() -> None:
    urls = ("https://a/x/1.tif", "https://b/2.tif")
    mirrors = {"https://a/x": ["http://m", "https://b/2"], "https://": ["http://"]}
    assert with_mirrors(urls, mirrors) == (
        "http://m/1.tif", "https://b/2/1.tif", "http://a/x/1.tif", "http://b/2.tif",
        "https://a/x/1.tif", "https://b/2.tif",
    )  # fmt: skip
    assert with_mirrors(urls, {}) == urls


def test_a_file_without_a_url_is_said_to_need_a_visit(http: HttpSettings) -> None:
    with pytest.raises(LanduseError, match="no URL") as caught:
        get(http)
    assert "put it into the raw folder" in caught.value.faults[0].todo_en
