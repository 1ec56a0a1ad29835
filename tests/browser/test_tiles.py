"""Web tiles: nothing is asked before there is a key, and the key is never kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from landuse.products.webmap import MapInput, WebTiles
from tests.browser.conftest import Opened
from tests.browser.map_factory import map_input

pytestmark = pytest.mark.browser
Opener = Callable[..., Opened]


def test_tiles_wait_for_a_key_that_is_never_kept(
    open_map: Opener, saved: Callable[[MapInput, str], Path]
) -> None:
    url = "http" + "s://tiles.example/{z}/{x}/{y}.png?tk={key}"
    path = saved(
        replace(map_input(20), tiles=WebTiles(url=url, attribution="底图 © 示例")), "tiles"
    )
    opened = open_map(path)
    assert opened.requests == [], "no key, no request"
    opened.page.fill("#tiles-key", "secret-7")
    opened.page.press("#tiles-key", "Enter")
    opened.page.wait_for_timeout(300)
    assert opened.requests
    assert all("tk=secret-7" in address for address in opened.requests)
    assert "底图 © 示例" in opened.page.inner_text("#tiles-by")
    assert "secret-7" not in opened.ask("location.href")
    assert opened.ask("localStorage.length + sessionStorage.length") == 0
