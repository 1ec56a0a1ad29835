"""The demo county's map in Firefox, without a network: it opens, and every tool works."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.firefox import Firefox, find_firefox, firefox
from tests.made import Made

FIREFOX = find_firefox()
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(FIREFOX is None, reason="no firefox or firefox-esr on the PATH"),
]
PAINTED = """[[0x8C, 0x2D, 0x04], [0xD9, 0x60, 0x0E], [0xF7, 0xB8, 0x4B]].every((grade) =>
  [...document.querySelectorAll('.leaflet-map-pane canvas')].some((sheet) => {
    const data = sheet.getContext('2d').getImageData(0, 0, sheet.width, sheet.height).data;
    for (let k = 0; k < data.length; k += 4)
      if (data[k + 3] > 200 && grade.every((part, at) => Math.abs(data[k + at] - part) <= 3))
        return true;
    return false;
  }))"""
"""True once all three grades are painted; fills let a little through, so colours are near."""


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    assert FIREFOX is not None
    with firefox(FIREFOX, tmp_path_factory.mktemp("firefox") / "profile") as opened:
        yield opened


@pytest.fixture
def opened(driver: Firefox, demo: Made) -> Iterator[Firefox]:
    """The map, ready, in a wide window; what it did must have left no error in the console."""
    address = (demo.out / "map.html").as_uri()
    driver.size(1440, 900)
    driver.send("WebDriver:Navigate", {"url": "about:blank"})
    driver.send("WebDriver:Navigate", {"url": address})
    driver.wait("document.documentElement.dataset.ready === '1'")
    yield driver
    assert driver.errors(address) == []


def test_the_map_is_drawn_and_a_parcel_opens_its_card(opened: Firefox) -> None:
    assert opened.ask("document.getElementById('broken').hidden")
    opened.wait(PAINTED)
    opened.click("#rows .row")
    opened.wait("!document.getElementById('right').hidden")
    assert opened.ask("landuse.state().selected") == opened.ask("landuse.ids()[0]")
    assert opened.ask("document.querySelectorAll('#right section').length") >= 4


def test_filter_and_what_if_move_the_list(opened: Firefox) -> None:
    whole = opened.ask("landuse.count().list")
    first = opened.ask("landuse.count().kinds[0]")
    opened.click("[data-kind='0']")
    opened.wait(f"landuse.count().list === {whole - first}")
    opened.click("[data-kind='0']")
    opened.click("#weights")
    opened.wait("document.querySelector('#right .w-track input')")
    order = opened.ask("landuse.ids().join()")
    opened.ask("""(() => {
      const slider = document.querySelector('#right .w-track input');
      slider.value = slider.max;
      slider.dispatchEvent(new Event('input', { bubbles: true }));
      window.before = landuse.ids().join();
    })()""")
    opened.wait("landuse.ids().join() !== window.before")
    opened.click("#w-reset")
    opened.wait("landuse.ids().join() === window.before")
    assert opened.ask("landuse.ids().join()") == order


@pytest.mark.parametrize(("tab", "rows"), [("villages", "#v-rows"), ("sites", "#o-rows"),
                                           ("plan", "#v-rows")])  # fmt: skip
def test_every_tab_opens_a_card(opened: Firefox, tab: str, rows: str) -> None:
    opened.click(f"#tab-{tab}")
    opened.wait(f"document.querySelector('{rows} .row')")
    opened.click(f"{rows} .row")
    opened.wait("!document.getElementById('right').hidden && landuse.task().name === '" + tab + "'")
    assert opened.ask("document.querySelector('#right h2').textContent.length") > 0


def test_language_and_print_and_phone(opened: Firefox) -> None:
    opened.click("#lang-en")
    opened.wait("document.documentElement.lang === 'en'")
    assert "Idle" in opened.ask("document.getElementById('tab-idle').textContent")
    opened.ask("window.dispatchEvent(new Event('beforeprint'))")
    opened.wait("document.body.classList.contains('printing')")
    assert opened.ask("document.querySelector('#print-picture canvas').width") > 1000
    opened.ask("window.dispatchEvent(new Event('afterprint'))")
    opened.wait("!document.body.classList.contains('printing')")
    opened.size(500, 844)
    opened.wait("innerWidth < 768 && landuse.map.getSize().x === innerWidth")
    assert opened.ask("getComputedStyle(document.getElementById('weights')).display") != "none"
    opened.size(1440, 900)


def test_an_error_of_a_page_would_be_seen(driver: Firefox, tmp_path: Path) -> None:
    """Else "no error in the console" would say nothing."""
    file = tmp_path / "坏.html"
    file.write_text("<meta charset=utf-8><script>missing();</script>", encoding="utf-8")
    driver.send("WebDriver:Navigate", {"url": file.as_uri()})
    assert any("missing" in text for text in driver.errors(file.as_uri()))


def test_pages_of_the_report_open(driver: Firefox, demo: Made) -> None:
    address = (demo.out / "report.html").as_uri()
    driver.send("WebDriver:Navigate", {"url": address})
    assert "资料清单" in driver.ask("document.body.textContent")
    assert driver.errors(address) == []
