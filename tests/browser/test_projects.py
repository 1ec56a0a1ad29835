"""Projects on the map of a real run: the list, a card, its sites, and what each site suits."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from tests.browser.conftest import Opened
from tests.made import Made

pytestmark = pytest.mark.browser
Opener = Callable[..., Opened]


def table(made: Made, name: str) -> pd.DataFrame:
    return pd.read_parquet(made.out / "tables" / f"{name}.parquet")


def test_a_planner_reads_a_project_and_follows_it_to_its_site_and_back(
    open_map: Opener, demo: Made
) -> None:
    projects = table(demo, "projects")
    placed = projects[projects["status"] == "placed"].iloc[0]
    opened = open_map(demo.out / "map.html", fragment="#k=sites")
    page = opened.page
    page.click("#o-projects")
    count = (projects["status"] == "placed").sum()
    assert page.inner_text("#o-projects") == f"项目 {count}/{len(projects)}"
    assert page.locator("#right [data-project]").count() == len(projects)
    page.click(f"#right [data-project='{placed['project_id']}'] button")
    card = page.inner_text("#right")
    assert placed["project_name"] in card
    assert f"{placed['area_mu']:,.1f}" in card
    assert "不是供地决定" in card
    others = table(demo, "project_alternatives")
    others = others[(others["project_id"] == placed["project_id"]) & (others["state"] != "given")]
    assert page.locator("#right [data-site]").count() == 1 + len(others)
    page.click(f"#right [data-site='{placed['site_id']}']")
    assert placed["site_id"] in page.inner_text("#right header")
    assert placed["project_id"] in page.inner_text("#right")
    page.click("#right .close")
    assert placed["project_name"] in page.inner_text("#right h2"), "back at the project"
    page.click("#j-back")
    page.click("#right .close")
    assert page.is_hidden("#right")
    assert (opened.requests, opened.errors) == ([], [])


def test_a_project_that_fits_nowhere_says_by_how_much_in_both_languages(
    open_map: Opener, demo: Made
) -> None:
    misfits = table(demo, "project_misfits")
    # Every twentieth project of the demo county asks for more than it has in one piece.
    misfit = misfits[misfits["condition"] == "area"].iloc[0]
    opened = open_map(demo.out / "map.html", fragment="#k=sites")
    page = opened.page
    page.click("#o-projects")
    page.click(f"#right [data-project='{misfit['project_id']}'] button")
    assert f"差 {misfit['by']:,.1f} {misfit['unit']}" in page.inner_text("#right")
    opened = open_map(demo.out / "map.html", fragment="#k=sites&l=en")
    opened.page.click("#o-projects")
    opened.page.click(f"#right [data-project='{misfit['project_id']}'] button")
    assert f"{misfit['by']:,.1f}" in opened.page.inner_text("#right")
    assert "short" in opened.page.inner_text("#right")
    assert (opened.requests, opened.errors) == ([], [])
