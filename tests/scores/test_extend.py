"""A model that extends another: what it names changes, the rest stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from landuse.core.errors import LanduseError
from landuse.scores.extend import extend
from landuse.study import open_study
from tests.made import DEMO_STUDY

BASE = {"name": "b", "criteria": [{"code": "A", "weight": 0.5}, {"code": "B", "weight": 0.5}]}


def test_named_item_changes_in_the_keys_given_only() -> None:
    made = extend(BASE, {"name": "c", "criteria": [{"code": "B", "weight": 0.2}, {"code": "C"}]})
    assert made["name"] == "c"
    assert made["criteria"] == [
        {"code": "A", "weight": 0.5}, {"code": "B", "weight": 0.2}, {"code": "C"},
    ]  # fmt: skip


def test_nothing_named_changes_nothing() -> None:
    made = extend(BASE, {})
    assert {key: made[key] for key in BASE} == BASE


def test_left_out_codes_go_and_unknown_ones_are_refused() -> None:
    assert [item["code"] for item in extend(BASE, {"leave_out": ["A"]})["criteria"]] == ["B"]
    with pytest.raises(KeyError, match="Z"):
        extend(BASE, {"leave_out": ["Z"]})


def test_study_takes_a_model_of_its_own(tmp_path: Path) -> None:
    own = tmp_path / "本县 模型.toml"
    own.write_text(
        'extends = "china.toml"\nname = "own"\nleave_out = ["A07"]\n'
        '[[criteria]]\ncode = "A08"\nweight = 0.20\n',
        encoding="utf-8",
    )
    study = open_study(DEMO_STUDY, model=own)
    criteria = {item.code: item for item in study.model.criteria}
    assert criteria["A08"].weight == 0.20
    assert criteria["A08"].ramp[0] == (0.5, 1.0)
    assert "A07" not in criteria


@pytest.mark.parametrize("text", ['extends = "me.toml"', 'extends = "no.toml"',
                                  'extends = "china.toml"\nleave_out = ["A99"]'])  # fmt: skip
def test_wrong_extension_is_one_clear_fault(tmp_path: Path, text: str) -> None:
    own = tmp_path / "me.toml"
    own.write_text(text, encoding="utf-8")
    with pytest.raises(LanduseError) as caught:
        open_study(DEMO_STUDY, model=own)
    assert caught.value.exit_code == 2
    assert len(caught.value.faults) == 1
