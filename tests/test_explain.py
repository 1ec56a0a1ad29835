"""Laws of ``explain``: every printed and every JSON number can be added up again."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from landuse.core.errors import LanduseError
from landuse.explain import derive, explain_parcel
from landuse.scores.derivation import Origins, apportion
from landuse.scores.derivation_rule import flag_by_rule
from landuse.scores.derivation_text import rule_lines
from landuse.study import OpenStudy, Study, shipped_rules
from tests.products.county import model, run
from tests.products.made_evidence import COLUMNS

NOTED = "模型或规则在该次运行之后改过"


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> OpenStudy:
    """A finished run over the invented county, in a folder whose name is not ASCII."""
    facts, _ = run(120)
    root = tmp_path_factory.mktemp("成果")
    (root / "tables").mkdir()
    facts.parcels.to_parquet(root / "tables" / "parcels.parquet")
    facts.contributions.to_parquet(root / "tables" / "contributions.parquet")
    sources = pd.DataFrame({"role": ["landcover", "landcover"], "year": ["2020", "2021"],
                            "file": ["b.tif", "a.tif"]})  # fmt: skip
    sources.to_parquet(root / "tables" / "sources.parquet")
    head = {"name": "t", "title_zh": "测", "title_en": "t", "crs": "EPSG:4549",
            "as_of": "2024-12-31"}  # fmt: skip
    made = Study.model_validate({"study": head, "sources": {}})
    return OpenStudy(
        made, model(), model(), model(), Path("t.toml"), root, root, declared=made.sources,
        opportunity_model=model(), site_rules=shipped_rules(),
    )  # fmt: skip


def ids(study: OpenStudy) -> list[str]:
    return pd.read_parquet(study.out / "tables" / "parcels.parquet")["parcel_id"].tolist()


def through_json(study: OpenStudy, parcel_id: str) -> tuple[list[str], dict]:
    lines, data = explain_parcel(study, parcel_id)
    return lines, json.loads(json.dumps(data, ensure_ascii=False, allow_nan=False))


def test_scores_are_recomputed_from_the_json_alone(study: OpenStudy) -> None:
    """Ramps and weights of the JSON, numpy, and no code of ours: score and coverage to 1e-9."""
    checked = 0
    for parcel_id in ids(study):
        _, data = through_json(study, parcel_id)
        for score, column in (("idle", "idle_score"), ("les", "les")):
            mine = [item for item in data["criteria"] if item["score"] == score]
            used = [item for item in mine if item["available"]]
            weight = np.array([item["weight"] for item in used])
            deficit = [np.interp(item["value"], *np.array(item["ramp"]).T) for item in used]
            total = 100 * (weight * deficit).sum() / weight.sum() if used else 0.0
            asked = sum(item["weight"] for item in mine)
            facts = data["scores"][score]
            assert facts["sum_of_points"] == pytest.approx(total, abs=1e-9)
            assert facts["coverage"] == pytest.approx(weight.sum() / asked, abs=1e-9)
            stored = data["parcel"][column]
            if stored is not None:
                assert stored == pytest.approx(total, abs=1e-9)
                checked += 1
    assert checked > 100


def test_the_rule_line_by_line_makes_the_flag_of_the_run(study: OpenStudy) -> None:
    seen = set()
    for parcel_id in ids(study):
        lines, data = through_json(study, parcel_id)
        assert flag_by_rule(data["flag_rule"]) == data["parcel"]["flag"]
        assert data["notes"] == []
        hits = [veto["code"] for veto in data["vetoes"] if veto["state"] == "hit"]
        assert (data["parcel"]["veto"] in hits) if hits else data["parcel"]["veto"] == ""
        assert data["parcel"]["evidence_zh"] in lines
        seen.add(data["parcel"]["flag"])
    assert seen == {"suspected_idle", "suspected_low_efficiency", "none", "vetoed",
                    "insufficient_evidence"}  # fmt: skip


def test_printed_additions_add_up_as_printed(study: OpenStudy) -> None:
    for parcel_id in ids(study)[:60]:
        lines, data = through_json(study, parcel_id)
        sums = [line for line in lines if line.startswith("  得分 score = ")]
        assert len(sums) == 2
        for line, score in zip(sums, ("idle", "les"), strict=True):
            left, right = re.findall(r"= ([^=（]+)", line)
            parts = [float(part) for part in left.split(" + ")]
            assert sum(parts) == pytest.approx(float(right), abs=1e-9)
            assert float(right) == pytest.approx(data["scores"][score]["sum_of_points"], abs=0.005)
            assert printed_points(lines, score) == parts


def printed_points(lines: list[str], score: str) -> list[float]:
    """Return the points behind each criterion of one score, in the order printed."""
    starts = [at for at, line in enumerate(lines) if line.startswith("  得分 score = ")]
    begin, end = (0, starts[0]) if score == "idle" else (starts[0], starts[1])
    found = [re.search(r"= ([\d.]+) 分 points", line) for line in lines[begin:end]]
    return [float(one[1]) for one in found if one] or [0.0]


def test_printed_ramps_are_arithmetic(study: OpenStudy) -> None:
    """y0 + (x - x0) / (x1 - x0) * (y1 - y0) of the line equals the deficit behind it."""
    lines = [line for one in ids(study)[:40] for line in through_json(study, one)[0]]
    written = [line.split("缺口 deficit = ")[1] for line in lines if " 在 between " in line]
    assert len(written) > 50
    for text in written:
        left, right = text.rsplit(" = ", maxsplit=1)
        plain = left.replace("÷", "/").replace("×", "*").replace("−", "-")
        assert set(plain) <= set("0123456789.e+-*/() ")
        assert arithmetic(plain) == pytest.approx(float(right), abs=1e-3)


def arithmetic(text: str) -> float:
    """Return y0 + (x - x0) / (x1 - x0) * (y1 - y0) of six numbers read from a line."""
    number = r"\(?(-?[\d.e]+(?:-\d+)?)\)?"
    pattern = rf"{number} \+ \({number} - {number}\) / \({number} - {number}\) \* "
    found = re.fullmatch(pattern + rf"\({number} - {number}\)", text)
    assert found is not None, text
    y0, x, x0, x1, _, y1, _ = map(float, found.groups())
    return y0 + (x - x0) / (x1 - x0) * (y1 - y0)


def test_data_carry_files_years_and_layer_names(study: OpenStudy) -> None:
    _, data = through_json(study, ids(study)[0])
    one = next(item for item in data["criteria"] if item["data"] == "landcover")
    assert (one["years"], one["files"]) == ("2020–2021", ["a.tif", "b.tif"])
    assert one["data_zh"] != "landcover"


def test_a_veto_without_a_layer_is_not_checked_and_never_passed(study: OpenStudy) -> None:
    lines, data = through_json(study, ids(study)[0])
    states = {veto["code"]: veto["state"] for veto in data["vetoes"]}
    assert states["V01"] == "not_checked"
    assert any("V01" in line and "未核对" in line for line in lines)


def test_older_run_without_the_new_columns(study: OpenStudy, tmp_path: Path) -> None:
    """Columns not in the run: said so, never invented; no sources table: no files named."""
    (tmp_path / "tables").mkdir()
    parcels = pd.read_parquet(study.out / "tables" / "parcels.parquet")
    bare = parcels.drop(columns=[name for name in COLUMNS if name in parcels])
    bare.to_parquet(tmp_path / "tables" / "parcels.parquet")
    parts = pd.read_parquet(study.out / "tables" / "contributions.parquet")
    parts.to_parquet(tmp_path / "tables" / "contributions.parquet")
    lines, data = through_json(replace(study, out=tmp_path), ids(study)[3])
    assert [data[name] for name in ("ledger", "robustness", "pattern", "field_check")] == [None] * 4
    assert sum("本次没有此项" in line for line in lines) == 4
    assert any("本次未核对 not computed" in line for line in lines)


def test_a_model_changed_after_the_run_is_said(study: OpenStudy) -> None:
    criteria = tuple(
        item.model_copy(update={"ramp": ((0.0, 0.0), (1e6, 1.0))}) for item in study.model.criteria
    )
    changed = study.model.model_copy(update={"criteria": criteria})
    lines, data = through_json(replace(study, model=changed), ids(study)[0])
    assert NOTED in data["notes"][0]["zh"]
    assert any(NOTED in line for line in lines)


def test_a_criterion_that_left_the_model_is_told_not_hidden(study: OpenStudy) -> None:
    fewer = study.model.model_copy(update={"criteria": study.model.criteria[2:]})
    told = [line for one in ids(study)[:20]
            for line in through_json(replace(study, model=fewer), one)[0]]  # fmt: skip
    assert any("评价模型中已无此指标" in line for line in told)


@dataclass(frozen=True)
class Against:
    code: str = "C01"
    zh: str = "有灯光但没有建筑"
    en: str = "lit but no building"
    against: str = "both"
    when: tuple[tuple[str, str, float], ...] = (("ntl_nw", ">", 1.0),)


@dataclass(frozen=True)
class WithBars:
    """A model that has contradictions, whatever the shipped one holds."""

    model: object
    contradictions: tuple[Against, ...] = (Against(),)

    def __getattr__(self, name: str) -> object:
        return getattr(object.__getattribute__(self, "model"), name)


def test_contradiction_is_told_with_its_values_and_fails_its_line(study: OpenStudy) -> None:
    parcels = pd.read_parquet(study.out / "tables" / "parcels.parquet")
    row = parcels[parcels["flag"] == "suspected_idle"].iloc[0].to_dict()
    row |= {"contradictions": "C01", "ntl_nw": 3.0, "flag": "none"}
    parts = pd.read_parquet(study.out / "tables" / "contributions.parquet")
    mine = parts[parts["parcel_id"] == row["parcel_id"]]
    data = derive(row, mine, WithBars(study.model), origins=Origins())
    failed = [line for line in data["flag_rule"] if line["value"] == "C01"]
    assert [line["passed"] for line in failed] == [False, False]
    assert any("但 C01 有灯光但没有建筑" in line and "ntl_nw 3.0 > 1.0" in line
               for line in rule_lines(data))  # fmt: skip


def test_unknown_id_names_near_ones(study: OpenStudy) -> None:
    known = ids(study)[5]
    with pytest.raises(LanduseError) as caught:
        explain_parcel(study, known[:-1] + "x")
    assert caught.value.exit_code == 2
    assert "near: " in str(caught.value)


def test_every_parcel_is_told_how_to_disagree(study: OpenStudy) -> None:
    for parcel_id in ids(study)[:30]:
        _, data = through_json(study, parcel_id)
        text = "".join(item["zh"] for item in data["disagree"])
        assert parcel_id in text
        assert "地类" in text


@example([0.065])  # 6.5 hundredths: half up in decimal, half even in hundredths
@given(st.lists(st.floats(0, 100), max_size=12))
def test_rounded_parts_sum_to_the_rounded_sum(points: list[float]) -> None:
    """No part moves by more than one unit of the last digit."""
    made = apportion(points)
    assert round(sum(made), 2) == pytest.approx(round(sum(points), 2), abs=1e-6)
    assert all(abs(a - b) <= 0.01 + 1e-9 for a, b in zip(made, points, strict=True))
