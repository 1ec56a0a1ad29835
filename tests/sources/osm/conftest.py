"""A small map as a file, and a provider for one test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from landuse.sources.remote.spec import HttpSettings
from tests.sources.osm.made import write_map
from tests.sources.remote.provider import Provider


@pytest.fixture(scope="session")
def pbf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_map(tmp_path_factory.mktemp("原始 数据") / "兰溪.osm.pbf")


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider() as running:
        yield running


@pytest.fixture
def http() -> HttpSettings:
    return HttpSettings(connect_timeout_s=2, stall_timeout_s=0.5, retries=1, backoff_s=0)
