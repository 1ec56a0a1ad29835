"""The report in a browser: its switch of tongues, its pages, and foreign text that stays text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from landuse.products.report import render_report, write_report
from landuse.products.report_map import Ground
from tests.made import Made
from tests.products import county

pytestmark = pytest.mark.browser
HAN = re.compile("[\u4e00-\u9fff]")
A4_WIDTH_PX = 703
"""Printable width of A4 with the margins of the page, 186 mm at 96 dots an inch."""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page(viewport={"width": 1180, "height": 900})
    opened.route("http**", lambda route: route.abort())
    yield opened
    opened.close()


def show(page: Page, file: Path) -> list[str]:
    """Open a file; return what went wrong or out: dialogs, errors, requests."""
    seen: list[str] = []
    page.on("dialog", lambda dialog: (seen.append(dialog.message), dialog.dismiss()))
    page.on("pageerror", lambda error: seen.append(str(error)))
    page.on("request", lambda asked: asked.url.startswith("file:") or seen.append(asked.url))
    page.goto(file.as_uri())
    return seen


def visible(page: Page, selector: str) -> list[str]:
    """Return the texts in sight of all elements of a kind."""
    return [text for text in page.locator(selector).all_inner_texts() if text.strip()]


def test_the_switch_shows_one_tongue_or_both(page: Page, demo: Made) -> None:
    assert show(page, demo.out / "report.html") == []
    assert visible(page, "main [lang=en]")
    assert visible(page, "main [lang=zh]")
    page.click("label[for=tongue-zh]")
    assert page.locator("main [lang=en]:visible").count() == 0
    assert "资料清单" in page.inner_text("main")
    page.click("label[for=tongue-en]")
    assert page.locator("main [lang=zh]:visible").count() == 0
    assert not [text for text in visible(page, "h1, h2, h3, th") if HAN.search(text)]
    assert "Source sheet" in page.inner_text("main")
    assert "内部工作用图" in page.inner_text(".stamp"), (
        "the stamp stays in Chinese, whatever is read"
    )


def test_the_switch_is_reached_by_keyboard(page: Page, demo: Made) -> None:
    show(page, demo.out / "report.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "tongue-both"
    page.keyboard.press("ArrowRight")
    assert page.locator("main [lang=en]:visible").count() == 0


@pytest.mark.parametrize("tongue", ["both", "zh", "en"])
def test_pages_are_as_wide_as_the_paper(page: Page, demo: Made, tongue: str) -> None:
    """A wider page would be shrunk by the browser until nobody can read it."""
    show(page, demo.out / "report.html")
    page.click(f"label[for=tongue-{tongue}]")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": A4_WIDTH_PX, "height": 1000})
    assert page.evaluate("document.documentElement.scrollWidth") <= A4_WIDTH_PX
    assert page.locator("label:visible").count() == 0
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")


@pytest.mark.parametrize("guarded", [True, False])
def test_foreign_text_runs_nothing_even_without_the_page_policy(
    page: Page, tmp_path: Path, guarded: bool
) -> None:
    facts, ground = county.run(300)
    layers = Ground(parcels=ground[["parcel_id", "geometry"]], **county.districts(ground))
    html = render_report(county.with_hostile(facts), layers)
    if not guarded:
        html, count = re.subn(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", html)
        assert count == 1
    seen = show(page, write_report(html, tmp_path / "成果 甲" / "report.html"))
    page.mouse.move(300, 400)
    page.wait_for_timeout(200)
    assert seen == []
    assert page.locator("script, iframe, object, embed, img, form, link, base").count() == 0
    assert "<script>alert(1)</script>" in page.inner_text("main")
