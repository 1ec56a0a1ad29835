"""One small demo county and one browser a session."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright

from tests.made import Made, made_once, make

# A loaded machine is slow, not wrong: no test is timed.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# Commands that tests start compile the libraries once, not each time.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Tests run side by side already; those of the second process ask for it.
os.environ.setdefault("LANDUSE_PROCESSES", "1")

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")


@pytest.fixture(autouse=True)
def compiler_at_rest() -> Iterator[None]:
    """Let loops that a test began to compile be ready before the next: see `landuse.warm`."""
    yield
    for thread in threading.enumerate():
        if thread.name == "warm":
            thread.join()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return a headless Chromium."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        pytest.fail(
            "the browser tests need Chromium on the PATH; on Debian: apt-get install chromium "
            "fonts-noto-cjk",
            pytrace=False,
        )
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Made:
    """Return a small demo county, run once; tests must leave it as it is."""
    folder = tmp_path_factory.mktemp("示例 县")
    if worker_id == "master":
        return make(folder)
    return made_once(tmp_path_factory.getbasetemp().parent, folder)
