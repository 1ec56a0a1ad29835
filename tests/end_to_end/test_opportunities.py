"""Projects, work lists, towns and incentive of the demo county: one set of figures everywhere."""

from __future__ import annotations

import re
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from playwright.sync_api import Browser

from landuse.cli import app
from landuse.core.errors import LanduseError
from landuse.products.map_projects import project_records
from landuse.sheets_of_sites import export_site, export_town, opportunity_tables
from landuse.tasks import study_status
from tests.made import Made

SHEETS = ["退低进高地块", "项目", "备选地块", "落不下的项目", "区内清单", "区外清单", "区内分园区",
          "区内外分乡镇", "全域整治分乡镇", "乡镇激励", "激励参数变动", "未入选及原因", "字段说明",
          "参数与依据", "缺失与发现", "说明"]  # fmt: skip


def table(made: Made, name: str) -> pd.DataFrame:
    return pd.read_parquet(made.out / "tables" / f"{name}.parquet")


def sheet_rows(made: Made, name: str) -> list[dict[str, object]]:
    book = openpyxl.load_workbook(made.out / "opportunities.xlsx", read_only=True)
    _, codes, *rows = book[name].iter_rows(values_only=True)
    return [dict(zip(codes, row, strict=True)) for row in rows]


def test_every_project_has_one_outcome_and_no_plot_two_projects_sites(demo: Made) -> None:
    projects, sites = table(demo, "projects"), table(demo, "sites").set_index("site_id")
    assert projects["status"].isin(["placed", "outbid", "nowhere"]).all()
    placed = projects[projects["status"] == "placed"]
    assert len(placed) > 0
    plots = [
        one for site in placed["site_id"].unique() for one in sites.loc[site, "members"].split(";")
    ]
    assert len(plots) == len(set(plots))
    used = placed.groupby("site_id")["area_mu"].sum()
    assert (used <= sites.loc[used.index, "area_mu"] + 0.01).all()
    assert (sites.loc[used.index, "veto"] == "").all()
    planned = set(table(demo, "plan")["site_id"])
    assert not planned & set(plots), "a plot given to a village and to a project"
    misfits = table(demo, "project_misfits")
    assert set(misfits["project_id"]) == set(projects.query("status == 'nowhere'")["project_id"])


def test_the_workbook_tells_what_the_tables_hold(demo: Made) -> None:
    book = openpyxl.load_workbook(demo.out / "opportunities.xlsx", read_only=True)
    assert book.sheetnames == SHEETS
    projects = table(demo, "projects")
    rows = sheet_rows(demo, "项目")
    given = {row["project_id"]: row["site_id"] or "" for row in rows}
    assert given == dict(zip(projects["project_id"], projects["site_id"], strict=True))
    for row in rows:
        assert bool(row["why_zh"]) == (row["status_zh"] == "没有一处地满足全部条件")
    plots = table(demo, "worklist")
    for side, name in (("in", "区内清单"), ("out", "区外清单")):
        ids = {row["parcel_id"] for row in sheet_rows(demo, name)}
        assert ids == set(plots.loc[plots["side"] == side, "parcel_id"])
    total = next(row for row in sheet_rows(demo, "区内外分乡镇") if row["town_name"] == "合计")
    assert total["area_mu"] == pytest.approx(plots["area_mu"].sum())
    reward = next(row for row in sheet_rows(demo, "乡镇激励") if row["town_name"] == "合计")
    assert reward["reward"] == pytest.approx(100)
    dictionary = {(row["sheet"], row["code"]) for row in sheet_rows(demo, "字段说明")}
    assert ("退低进高地块", "ops") in dictionary
    marks = {str(row["mark"]).split("（", maxsplit=1)[0] for row in sheet_rows(demo, "参数与依据")}
    assert marks <= {"V", "V-weak", "M", "P"}
    assert {"V-weak", "P"} <= marks


def test_the_layer_carries_the_projects_of_each_site(demo: Made) -> None:
    layer = gpd.read_file(demo.out / "candidates.gpkg", layer="opportunities", use_arrow=False)
    flows = table(demo, "project_flows")
    given = layer.set_index("site_id")["given_to"].fillna("").loc[lambda one: one != ""]
    told = {site: ";".join(sorted(rows["project_id"])) for site, rows in flows.groupby("site_id")}
    assert given.to_dict() == told


def test_the_report_tells_the_same_counts(demo: Made) -> None:
    page = (demo.out / "report.html").read_text(encoding="utf-8")
    summary = table(demo, "matching").iloc[0]
    assert f"<b>{summary['placed']:.0f}</b> / {summary['projects']:.0f}" in page
    assert "不是供地、收回或搬迁决定" in page
    assert "本版本尚未计算" not in page


def test_towns_balance(demo: Made) -> None:
    towns, plan = table(demo, "whole_area"), table(demo, "plan")
    assert towns["households_out"].sum() == pytest.approx(plan["households"].sum())
    assert towns["households_in"].sum() == pytest.approx(plan["households"].sum())
    parts = ["reclaimed_cropland_mu", "reclaimed_other_mu", "steep_mu", "not_reclaimed_mu"]
    assert towns[parts].sum(axis=1).tolist() == pytest.approx(towns["cleared_mu"].tolist())
    assert towns["reward"].sum() == pytest.approx(100)
    cleared = table(demo, "quota").query("project != ''")["cleared_mu"].sum()
    assert towns["cleared_mu"].sum() == pytest.approx(cleared)


def printed(browser: Browser, file: Path) -> int:
    """Return on how many A4 pages a file prints."""
    page = browser.new_page()
    page.goto(file.as_uri())
    data = page.pdf(prefer_css_page_size=True)
    page.close()
    return len(re.findall(rb"/Type\s*/Page\b", data))


@pytest.mark.browser
def test_every_site_and_every_town_prints_on_one_page(
    demo: Made, browser: Browser, tmp_path: Path
) -> None:
    sites, study = table(demo, "sites"), demo.open()
    largest = sites.sort_values(["plots", "site_id"], ascending=[False, True])["site_id"].iloc[0]
    vetoed = sites.loc[sites["veto"] != "", "site_id"].iloc[0]
    given = table(demo, "project_flows")["site_id"].iloc[0]
    for number, site in enumerate({largest, vetoed, given}):
        file = export_site(study, tmp_path / f"地块 单 {number}.html", site)
        text = file.read_text(encoding="utf-8")
        assert site in text
        assert "http" not in re.sub(r"http-equiv", "", text), "the sheet opens no address"
        assert printed(browser, file) == 1
    for town in table(demo, "whole_area")["town_code"]:
        assert printed(browser, export_town(study, tmp_path / f"镇 {town}.html", town)) == 1


def test_the_command_writes_a_sheet_and_refuses_an_unknown_site(
    demo: Made, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site = table(demo, "sites")["site_id"].iloc[0]
    place = ["--raw", str(demo.raw), "--out", str(demo.out)]
    file = tmp_path / "一 页.html"
    app(["export", "demo", str(file), "--site", site, *place], standalone_mode=False)
    assert file.is_file()
    assert "已导出" in capsys.readouterr().out
    with pytest.raises(LanduseError) as caught:
        app(["export", "demo", str(file), "--site", "A-1", *place], standalone_mode=False)
    assert caught.value.exit_code == 2
    with pytest.raises(LanduseError, match="html"):
        app(["export", "demo", str(tmp_path / "x.csv"), "--site", site, *place],
            standalone_mode=False)  # fmt: skip


def test_a_second_run_would_redo_nothing(demo: Made) -> None:
    _, data = study_status(demo.open())
    assert {row["state"] for row in data["stages"]} == {"kept"}


def test_the_map_holds_every_project_with_words_of_both_languages(demo: Made) -> None:
    records = project_records(opportunity_tables(demo.open()))
    projects = table(demo, "projects")
    assert sorted(one["id"] for one in records) == projects["project_id"].tolist()
    for one in records:
        for zh, en in (("zh", "en"), ("why_zh", "why_en"), ("asks_zh", "asks_en")):
            assert bool(one[zh]) == bool(one[en])
        assert bool(one["site"]) == (one["status"] == "placed")
