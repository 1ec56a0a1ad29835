"""One small demo county a session, in a folder with a Chinese name and a space."""

from __future__ import annotations

import pytest

from tests.made import Made, make


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Return a small demo county, run once; tests must leave it as it is."""
    return make(tmp_path_factory.mktemp("示例 县"))
