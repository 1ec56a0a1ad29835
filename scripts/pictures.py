"""Take the pictures of the map for the documentation anew.

    python scripts/pictures.py MAP.html [--out docs/images]

MAP.html is the map of ``landuse demo``. Headless Chromium opens it, goes where a planner would go
and saves what is on the screen as PNG of 256 colours. The printed sheet is drawn through PDF by
``pdftoppm`` (Debian: poppler-utils); without it that picture is left as it is, and said so.
"""

from __future__ import annotations

import argparse
import io
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DESK, LAPTOP, PHONE = (1440, 900), (1280, 720), (390, 844)


def _first_card(page: Page) -> None:
    page.locator("#rows .row").first.click()


def _moved_weights(page: Page) -> None:
    page.click("#weights")
    slider = page.locator("#right .w-track input").first
    slider.focus()
    for _ in range(4):
        page.keyboard.press("PageUp")


def _tab(name: str) -> Callable[[Page], None]:
    return lambda page: page.click(f"#tab-{name}")


def _first_site(page: Page) -> None:
    page.click("#tab-sites")
    page.locator("#o-rows .row").first.click()


SHOTS: dict[str, tuple[tuple[int, int], str, Callable[[Page], None]]] = {
    "demo-map": (DESK, "zh", _first_card),
    "map-overview": (LAPTOP, "zh", lambda _: None),
    "map-card": (LAPTOP, "en", _first_card),
    "map-what-if": (LAPTOP, "zh", _moved_weights),
    "map-villages": (LAPTOP, "zh", _tab("villages")),
    "map-sites": (LAPTOP, "zh", _first_site),
    "map-plan": (LAPTOP, "zh", _tab("plan")),
    "map-phone": (PHONE, "zh", lambda _: None),
}


def _opened(browser: Browser, file: Path, size: tuple[int, int], lang: str) -> Page:
    page = browser.new_page(viewport={"width": size[0], "height": size[1]})
    page.goto(f"{file.resolve().as_uri()}#l={lang}")
    page.wait_for_selector("html[data-ready]", state="attached")
    return page


def _save(data: bytes, path: Path) -> None:
    with Image.open(io.BytesIO(data)) as picture:
        picture.convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE).save(path, optimize=True)


def _printed_sheet(browser: Browser, file: Path, path: Path) -> None:
    tool = shutil.which("pdftoppm")
    if tool is None:
        print(f"{path.name}: left as it is, pdftoppm is not installed")
        return
    page = _opened(browser, file, DESK, "zh")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    shown = [tool, "-png", "-singlefile", "-scale-to-x", "1280", "-scale-to-y", "-1", "-"]
    _save(subprocess.run(shown, input=pdf, check=True, capture_output=True).stdout, path)
    page.close()


def main() -> None:
    """Take every picture, one after another."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("map", type=Path)
    parser.add_argument("--out", type=Path, default=Path("docs/images"))
    chosen = parser.parse_args()
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        for name, (size, lang, go) in SHOTS.items():
            page = _opened(browser, chosen.map, size, lang)
            go(page)
            page.wait_for_timeout(500)
            _save(page.screenshot(), chosen.out / f"{name}.png")
            page.close()
        _printed_sheet(browser, chosen.map, chosen.out / "map-print-a3.png")


if __name__ == "__main__":
    main()
