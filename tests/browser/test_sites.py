"""Sites for better use on the map, as a planner clicks through them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from landuse.products.webmap import MapInput
from tests.browser.conftest import Opened
from tests.browser.site_factory import LONE, site_map, site_table

pytestmark = pytest.mark.browser
Opener = Callable[..., Opened]


@pytest.fixture(scope="session")
def sites(saved: Callable[[MapInput, str], Path]) -> Path:
    return saved(site_map(), "sites")


def number(text: str) -> float:
    return float(text.replace(",", ""))


def test_without_sites_the_tab_is_closed_and_says_why(open_map: Opener, small_map: Path) -> None:
    opened = open_map(small_map, fragment="#k=sites")
    assert opened.page.is_disabled("#tab-sites")
    assert opened.page.get_attribute("#tab-sites", "title") == "本次没有退低进高地块"
    assert opened.ask("landuse.task().name") == "idle"
    assert opened.errors == []


def test_chosen_sites_are_listed_by_score_and_no_plot_counts_twice(
    open_map: Opener, sites: Path
) -> None:
    opened = open_map(sites)
    opened.page.click("#tab-sites")
    table = site_table()
    chosen = table[table["first_choice"]].sort_values("ops", ascending=False)
    assert opened.ask("landuse.sites().items") == chosen["site_id"].tolist()
    assert opened.page.inner_text("#tab-sites-count") == str(LONE + 1)
    assert number(opened.page.inner_text("#o-sum-mu")) == pytest.approx(
        chosen["area_mu"].sum(), abs=0.05
    )
    grades = opened.page.locator("#legend .item .count").all_inner_texts()[:3]
    assert [int(text) for text in grades] == [
        (chosen["grade"] == g).sum() for g in ("I", "II", "III")
    ]
    opened.page.click("#o-chips [data-use='industry']")
    kept = chosen[chosen["best_use"] != "industry"]["site_id"].tolist()
    assert opened.ask("landuse.sites().items") == kept
    opened.page.select_option("#o-town", "1")
    town = chosen[(chosen["best_use"] != "industry") & (chosen["town_code"] == "990781101")]
    assert opened.ask("landuse.sites().items") == town["site_id"].tolist()
    opened.page.fill("#o-text", "nowhere")
    assert "没有符合条件" in opened.page.inner_text("#o-list")
    assert opened.errors == []
    assert opened.requests == []


def test_overlapping_ways_are_shown_but_never_added_up(open_map: Opener, sites: Path) -> None:
    opened = open_map(sites)
    opened.page.click("#tab-sites")
    opened.page.click("[data-show='all']")
    items = opened.ask("landuse.sites().items")
    assert {"A-P001-beef", "S-P001", "S-P002"} <= set(items)
    assert "S-P900" not in items
    assert opened.page.inner_text("#o-sum-mu") == "—"
    assert "不可相加" in opened.page.inner_text("#o-shown")
    opened.page.click("#o-row-0")
    assert "任选其一" in opened.page.inner_text("#right")
    opened.page.click("#right [data-site='S-P002']")
    assert opened.ask("landuse.sites().selected") == "S-P002"


def test_the_card_tells_uses_advice_basis_mark_and_what_people_check_first(
    open_map: Opener, sites: Path
) -> None:
    opened = open_map(sites)
    opened.page.click("#tab-sites")
    wanted = opened.ask("landuse.sites().items")[0]
    x, y = opened.ask(f"landuse.sitePosition('{wanted}')")
    box = opened.page.locator(".folium-map").bounding_box()
    assert box is not None
    opened.page.mouse.click(box["x"] + x, box["y"] + y)
    assert opened.ask("landuse.sites().selected") == wanted
    card = opened.page.inner_text("#right")
    told = ["复垦为耕地", "80%", "拆除复垦，纳入增减挂钩", "依据：条例 第28条"]
    for text in [*told, "首先核实：核实权属", "未核对三区三线"]:
        assert text in card, text
    assert opened.page.inner_text("#right [data-fact='o_growth'] b") == "无数据"
    assert opened.page.inner_text("#right .advice .tag") == "V"
    opened.page.keyboard.press("Escape")
    assert opened.ask("landuse.sites().selected") == ""
    assert opened.page.is_hidden("#right")
    assert opened.errors == []


def test_refusals_are_listed_with_reason_and_lead_to_the_place(
    open_map: Opener, sites: Path
) -> None:
    opened = open_map(sites)
    opened.page.click("#tab-sites")
    opened.page.click("[data-show='refused']")
    assert opened.ask("landuse.sites().items") == ["S-P900", "A-P010-cafe"]
    assert "被河流隔成 2 片" in opened.page.inner_text("#o-list")
    opened.page.click("#o-why")
    rules = opened.page.eval_on_selector_all(".refusal", "all => all.map(one => one.dataset.rule)")
    assert rules == ["parted", "V01"]  # larger first
    opened.page.click("[data-rule='V01'] button")
    assert opened.ask("landuse.sites().selected") == "S-P900"
    assert "不入选" in opened.page.inner_text("#right")


def test_keys_link_language_and_csv(open_map: Opener, sites: Path) -> None:
    opened = open_map(sites)
    opened.page.focus("#tab-idle")
    opened.page.keyboard.press("ArrowRight")
    assert opened.ask("landuse.task().name") == "sites"
    opened.page.focus("#o-list")
    for key in ("ArrowDown", "ArrowDown", "Enter"):
        opened.page.keyboard.press(key)
    picked = opened.ask("landuse.sites().selected")
    assert picked == opened.ask("landuse.sites().items")[1]
    opened.page.click("#lang-en")
    assert "Check first: check rights" in opened.page.inner_text("#right")
    assert "three lines not checked" in opened.page.inner_text("#right")
    opened.page.wait_for_timeout(400)
    again = open_map(sites, fragment=opened.ask("location.hash"))
    assert again.ask("landuse.task().name") == "sites"
    assert again.ask("landuse.sites().selected") == picked
    rows = list(csv.reader(io.StringIO(opened.ask("landuse.siteCsv()").lstrip("\ufeff"))))
    assert len(rows) == LONE + 2
    assert opened.ask("window.hacked") is None
    opened.page.keyboard.press("Escape")
    assert opened.ask("document.activeElement.id") == "o-list"
    opened.page.click("#tab-idle")
    assert opened.page.is_visible("#list")
    assert opened.page.is_hidden("#o-list")
    assert opened.errors == []


def test_on_a_phone_the_tab_stands_at_the_foot(open_map: Opener, sites: Path) -> None:
    opened = open_map(sites, size=(390, 800))
    opened.page.click("#tab-sites")
    assert opened.page.is_visible("#o-list")
    assert opened.errors == []
