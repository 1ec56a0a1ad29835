"""A provider for one test, and settings that do not wait."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from landuse.sources.remote.spec import HttpSettings
from tests.sources.remote.provider import Provider


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider() as running:
        yield running


@pytest.fixture
def http() -> HttpSettings:
    return HttpSettings(connect_timeout_s=2, stall_timeout_s=0.3, retries=2, backoff_s=0)
