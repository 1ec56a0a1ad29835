"""A headless Chromium, and a page whose every request is recorded and refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from landuse.products.webmap import MapInput, render_map
from tests.browser.map_factory import map_input


@dataclass
class Opened:
    """A page with what went wrong in it."""

    page: Page
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def ask(self, script: str, argument: Any = None) -> Any:
        return self.page.evaluate(script, argument)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as planners name them: Chinese, with a space."""
    path = tmp_path_factory.mktemp("map") / "存量 用地"
    path.mkdir()
    return path


@pytest.fixture(scope="session")
def saved(folder: Path) -> Callable[[MapInput, str], Path]:
    def save(inputs: MapInput, name: str) -> Path:
        path = folder / f"{name} 图.html"
        path.write_text(render_map(inputs), encoding="utf-8", newline="\n")
        return path

    return save


@pytest.fixture(scope="session")
def small_map(saved: Callable[[MapInput, str], Path]) -> Path:
    return saved(map_input(60), "small")


@pytest.fixture(scope="session")
def large_map(saved: Callable[[MapInput, str], Path]) -> Path:
    return saved(map_input(2000), "large")


@pytest.fixture
def open_map(browser: Browser) -> Iterator[Callable[..., Opened]]:
    """Open a saved map offline; anything but the file itself is recorded and refused."""
    contexts = []

    def opener(path: Path, *, fragment: str = "", size: tuple[int, int] = (1600, 900)) -> Opened:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, accept_downloads=True
        )
        contexts.append(context)
        context.set_offline(True)
        opened = Opened(context.new_page())
        own = path.as_uri()

        def judge(route: Route) -> None:
            if route.request.url.split("#")[0] == own:
                route.continue_()
            else:
                opened.requests.append(route.request.url)
                route.abort()

        context.route("**/*", judge)
        opened.page.on("console", lambda m: m.type == "error" and opened.errors.append(m.text))
        opened.page.on("pageerror", lambda error: opened.errors.append(str(error)))
        opened.page.on("dialog", lambda dialog: opened.errors.append(dialog.message))
        opened.page.goto(own + fragment)
        opened.page.wait_for_selector("html[data-ready]", state="attached")
        return opened

    yield opener
    for context in contexts:
        context.close()
