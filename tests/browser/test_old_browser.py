"""A browser that cannot show the map says so in both languages: never a blank page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Opened

pytestmark = pytest.mark.browser
SAID = ("此浏览器版本较旧", "This browser is too old")


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(offline=True)
    yield context.new_page()
    context.close()


def told(page: Page) -> str:
    page.wait_for_selector("#broken:not([hidden])")
    assert page.is_visible("#broken")
    return page.inner_text("#broken")


def test_without_decompression_a_sentence_stands_there(page: Page, small_map: Path) -> None:
    page.add_init_script("delete window.DecompressionStream")
    page.goto(small_map.as_uri())
    text = told(page)
    assert all(part in text for part in SAID)


def test_where_the_script_cannot_be_read_a_sentence_stands_there(
    page: Page, small_map: Path, tmp_path: Path
) -> None:
    """As in a browser that does not know the syntax: the whole script is one syntax error."""
    html = small_map.read_text(encoding="utf-8")
    start = '(function (map, tileLayer) {\n"use strict";'
    assert html.count(start) == 1
    file = tmp_path / "旧 浏览器.html"
    file.write_text(html.replace(start, start + "\nlet old browser;"), encoding="utf-8")
    page.goto(file.as_uri())
    text = told(page)
    assert all(part in text for part in SAID)


def test_where_something_else_is_lacking_its_name_is_told(page: Page, small_map: Path) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.add_init_script("delete window.ResizeObserver")
    page.goto(small_map.as_uri())
    text = told(page)
    assert "ResizeObserver" in text
    assert "地图未能显示" in text
    assert errors, "the fault is in the console too"


def test_a_map_that_opens_shows_no_such_sentence(
    open_map: Callable[..., Opened], small_map: Path
) -> None:
    opened = open_map(small_map)
    assert opened.page.is_hidden("#broken")
    assert opened.errors == []


NO_WORKER = {
    "unknown": "delete window.Worker",
    "refused": "window.Worker = class { constructor() { throw new Error('refused'); } }",
    "forbidden": "window.Worker = class { postMessage() { setTimeout(() => "
    "this.onerror && this.onerror(new Event('error', {cancelable: true})), 20); } terminate() {} }",
    "reads nothing": "window.Worker = class { postMessage(sent) { setTimeout(() => "
    "this.onmessage({data: {id: sent.id}}), 20); } terminate() {} }",
}


@pytest.mark.parametrize("how", NO_WORKER)
def test_where_no_worker_runs_the_page_unpacks_itself(
    page: Page, small_map: Path, how: str
) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.add_init_script(NO_WORKER[how])
    page.goto(small_map.as_uri())
    page.wait_for_selector("html[data-ready]", state="attached")
    assert page.evaluate("landuse.count().parcels") == 60
    assert page.is_hidden("#broken")
    assert errors == []


def test_where_the_policy_forbids_workers_the_page_unpacks_itself(
    page: Page, small_map: Path, tmp_path: Path
) -> None:
    html = small_map.read_text(encoding="utf-8")
    assert html.count("worker-src blob:; ") == 1
    file = tmp_path / "无 线程.html"
    file.write_text(html.replace("worker-src blob:; ", "worker-src 'none'; "), encoding="utf-8")
    page.goto(file.as_uri())
    page.wait_for_selector("html[data-ready]", state="attached")
    assert page.evaluate("landuse.count().parcels") == 60


@pytest.mark.parametrize("part", ["data", "details", "ground"])
def test_a_damaged_file_says_so(page: Page, small_map: Path, tmp_path: Path, part: str) -> None:
    html = small_map.read_text(encoding="utf-8")
    start = html.index(f'id="landuse-{part}">') + 2000
    file = tmp_path / "损坏 图.html"
    file.write_text(html[:start] + "!" * 400 + html[start + 400 :], encoding="utf-8")
    page.goto(file.as_uri())
    text = told(page)
    assert "地图" in text
    assert not any(part in text for part in SAID)
