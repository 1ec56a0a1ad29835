"""A raw folder with a Chinese name and a space in it, as offices have."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    folder = tmp_path / "原始 数据"
    folder.mkdir()
    return folder
