"""Villages of the demo county end to end: one set of figures in every product, and a bare run."""

from __future__ import annotations

import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest

from landuse.cli import app
from landuse.explain_village import explain_village
from landuse.plans.quota import AREAS
from landuse.study import open_study
from landuse.tasks import run_study
from tests.made import DEMO_STUDY, Made, silent

KINDS = ("下山搬迁村", "空心村", "零星自然村")
KEPT = ("county", "towns", "villages", "built_surface")


def table(made: Made, name: str) -> pd.DataFrame:
    return pd.read_parquet(made.out / "tables" / f"{name}.parquet")


def test_a_village_is_derived_to_the_last_point(demo: Made) -> None:
    villages = table(demo, "villages")
    first = villages[villages["kind"].isin(KINDS)].iloc[0]
    lines, data = explain_village(demo.open(), first["village_id"])
    for score in ("mrs", "hvs", "scattered"):
        facts = data["scores"][score]
        known = [item for item in facts["criteria"] if item["points"] is not None]
        if pd.isna(first[score]):
            assert facts["score"] is None
            continue
        assert sum(item["points"] for item in known) == pytest.approx(first[score])
        assert sum(item["weight_share"] for item in known) == pytest.approx(1)
        assert facts["coverage"] == pytest.approx(first[f"{score}_coverage"])
    assert first["evidence_zh"] in lines
    assert any("自愿" in line for line in lines)


def test_the_command_explains_a_village_too(demo: Made, capsys: pytest.CaptureFixture[str]) -> None:
    village = table(demo, "villages")["village_id"].iloc[0]
    app(["explain", "demo", village, "--raw", str(demo.raw), "--out", str(demo.out)],
        standalone_mode=False)  # fmt: skip
    assert village in capsys.readouterr().out


def test_every_product_tells_the_same_plan(demo: Made) -> None:
    plan, ladder, quota = (table(demo, name) for name in ("plan", "plan_ladder", "quota"))
    planned = quota[quota["project"] != ""]
    assert set(planned["village_id"]) == set(plan["village_id"])
    assert planned["net_quota_mu"].sum() == pytest.approx(plan["quota_mu"].sum())
    if len(ladder):
        assert ladder["quota_mu"].iloc[-1] == pytest.approx(plan["quota_mu"].sum())
    book = openpyxl.load_workbook(demo.out / "villages.xlsx", read_only=True)
    assert {"村庄候选", "村庄分乡镇", "整合方案", "预算阶梯", "指标台账", "指标分年度",
            "指标分项目区", "可能的安置点", "字段说明", "说明"} <= set(book.sheetnames)  # fmt: skip
    rows = list(book["整合方案"].iter_rows(min_row=3, values_only=True))
    assert [row[1] for row in rows] == plan["village_id"].tolist()
    layer = gpd.read_file(demo.out / "candidates.gpkg", layer="villages", use_arrow=False)
    assert layer["plan_step"].notna().sum() == len(plan)
    if len(plan):
        moves = gpd.read_file(demo.out / "candidates.gpkg", layer="moves")
        assert moves["village_id"].tolist() == plan["village_id"].tolist()
        assert moves.length.to_numpy() == pytest.approx(plan["way_m"].to_numpy(), abs=1)


def test_sums_by_town_year_and_project_are_the_sums_by_village(demo: Made) -> None:
    book = openpyxl.load_workbook(demo.out / "villages.xlsx", read_only=True)
    quota = table(demo, "quota")
    for name in ("指标分乡镇", "指标分年度", "指标分项目区"):
        rows = list(book[name].iter_rows(values_only=True))
        codes = rows[1]
        for column in AREAS:
            place = codes.index(column)
            listed = sum(float(row[place] or 0) for row in rows[2:-1])
            assert listed == pytest.approx(quota[column].sum(), abs=0.005), (name, column)
            assert float(rows[-1][place] or 0) == pytest.approx(listed, abs=0.005)


def test_words_that_must_never_appear(demo: Made) -> None:
    for name in ("map.html", "report.html", "villages.csv"):
        text = (demo.out / name).read_text(encoding="utf-8-sig")
        assert "拆除" not in text
        assert "demolish" not in text.lower()
    book = openpyxl.load_workbook(demo.out / "villages.xlsx", read_only=True)
    for sheet in book.worksheets:
        for row in sheet.iter_rows(values_only=True):
            assert not any("拆除" in str(value) for value in row if value), sheet.title


def test_everything_but_boundaries_and_built_cells_taken_away(demo: Made, tmp_path: Path) -> None:
    """Nothing can be known of people, hills or hazards then, and every product says so."""
    text = DEMO_STUDY.read_text(encoding="utf-8")
    for role in re.findall(r"(?m)^\[sources\.(\w+)\]$", text):
        if role not in KEPT:
            text = re.sub(rf"(?ms)^\[sources\.{role}\]$.*?(?=^\[|^# ---|\Z)", "", text)
    study = tmp_path / "只有 边界.toml"
    study.write_text(text, encoding="utf-8")
    opened = open_study(study, raw=demo.raw, out=tmp_path / "成果 一")
    run_study(opened, progress=silent)
    out = opened.out
    villages = pd.read_csv(out / "villages.csv", encoding="utf-8-sig")
    assert len(villages) > 0
    assert (villages["town_code"].notna()).all()
    assert set(villages["kind"]) == {"证据不足"}
    assert villages[["hvs", "mrs", "scattered", "population_est"]].isna().all(axis=None)
    assert (villages["basis_zh"] == "无户籍数据，仅为相对排序").all()
    assert not np.isclose(villages["scattered_coverage"], 0).any()  # area and distance are known
    parcels = pd.read_csv(out / "parcels.csv", encoding="utf-8-sig")
    assert not parcels["flag"].str.startswith("suspected").any()
    report = (out / "report.html").read_text(encoding="utf-8")
    for told in ("未提供地质灾害", "未提供户籍人口表", "下山搬迁村少 C03", "证据不足"):
        assert told in report, told
    assert (out / "map.html").stat().st_size > 1000
    assert pd.read_parquet(out / "tables" / "plan.parquet").empty
