"""A score model read from JSON, as the map writes it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from landuse.core.errors import LanduseError
from landuse.scores.model import ScoreModel
from landuse.study import SHIPPED_MODELS
from landuse.toml_file import read_model, read_toml

CHINA = SHIPPED_MODELS / "china.toml"


def test_a_model_comes_back_from_json_as_it_was(tmp_path: Path) -> None:
    model = ScoreModel.model_validate(read_toml(CHINA))
    file = tmp_path / "试算 模型.JSON"
    file.write_text(json.dumps(model.model_dump(mode="json")), encoding="utf-8")
    assert ScoreModel.model_validate(read_model(file)) == model
    assert read_model(CHINA) == read_toml(CHINA)


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"{", "parsed"), (b"[1]", "not a score model"), (b"\xff\xfe", "UTF-8"),
     (b"[" * 100_000, "parsed")],
)  # fmt: skip
def test_what_is_no_model_is_said_with_its_file(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "bad.json"
    file.write_bytes(content)
    with pytest.raises(LanduseError) as caught:
        read_model(file)
    assert said in str(caught.value)
    assert "bad.json" in str(caught.value)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(LanduseError, match="does not exist"):
        read_model(tmp_path / "none.json")
