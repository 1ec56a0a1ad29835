"""Villages and the plan on the map, as a planner clicks through them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from landuse.products.webmap import MapInput
from tests.browser.conftest import Opened
from tests.browser.map_factory import HOSTILE, map_input
from tests.browser.village_factory import (
    EVERY,
    NOBODY,
    STEPS,
    VILLAGES,
    village_input,
    village_map,
)

pytestmark = pytest.mark.browser
Opener = Callable[..., Opened]


@pytest.fixture(scope="session")
def villages(saved: Callable[[MapInput, str], Path]) -> Path:
    return saved(village_map(), "villages")


def test_a_map_without_villages_keeps_its_tabs_closed_and_says_why(
    open_map: Opener, small_map: Path
) -> None:
    opened = open_map(small_map, fragment="#k=plan")
    assert opened.page.is_disabled("#tab-villages")
    assert opened.page.get_attribute("#tab-villages", "title") == "本次没有自然村"
    assert opened.ask("landuse.task().name") == "idle"
    assert opened.errors == []


def test_candidates_are_listed_by_kind_and_rank_and_the_others_are_counted(
    open_map: Opener, villages: Path
) -> None:
    opened = open_map(villages)
    opened.page.click("#tab-villages")
    table = village_input().villages
    assert opened.ask("landuse.villages()") == table["village_id"].tolist()
    assert opened.page.inner_text("#v-sum-n") == str(VILLAGES)
    assert f"另 {EVERY - VILLAGES} 个" in opened.page.inner_text("#v-shown")
    opened.page.click("#v-chips [data-kind='0']")
    assert len(opened.ask("landuse.villages()")) == VILLAGES * 2 // 3
    opened.page.select_option("#v-town", "1")
    left = table[(table["kind"] != "下山搬迁村") & (table["town_code"] == "990781101")]
    assert opened.ask("landuse.villages()") == left["village_id"].tolist()
    assert opened.page.inner_text("#v-sum-homes") == f"{left['households_est'].sum():.0f}"
    opened.page.fill("#v-text", "没有这个村")
    assert opened.ask("landuse.villages()") == []
    assert "没有符合条件" in opened.page.inner_text("#v-list")
    assert opened.errors == []
    assert opened.requests == []


def test_a_village_clicked_on_the_map_shows_why_and_that_moving_is_voluntary(
    open_map: Opener, villages: Path
) -> None:
    opened = open_map(villages)
    opened.page.click("#tab-villages")
    wanted = opened.ask("landuse.villages()")[0]
    x, y = opened.ask(f"landuse.villagePosition('{wanted}')")
    box = opened.page.locator(".folium-map").bounding_box()
    assert box is not None
    opened.page.mouse.click(box["x"] + x, box["y"] + y)
    assert opened.ask("landuse.task().selected") == wanted
    card = opened.page.inner_text("#right")
    assert "候选" in card
    assert "无户籍数据，仅为相对排序" in card
    assert "意愿" in card
    assert "聚落坡度" in card
    assert "无数据" in card  # C03 has no value
    assert "村庄密度" not in card  # a criterion of points does not apply to an outline
    opened.page.keyboard.press("Escape")
    assert opened.ask("landuse.task().selected") == ""
    assert opened.page.is_hidden("#right")


def test_ledger_list_and_ladder_are_one_calculation_at_every_step(
    open_map: Opener, villages: Path
) -> None:
    opened = open_map(villages)
    given = village_input()
    assert given.moves is not None
    assert given.ladder is not None
    opened.page.click("#tab-plan")
    seen: set[str] = set()
    for step in range(1, STEPS + 1):
        opened.page.locator("#v-step").fill(str(step))
        chosen = set(opened.ask("landuse.chosen()"))
        here = given.moves[given.moves["step"] <= step]
        assert chosen == set(here["village_id"])
        assert chosen >= seen  # a village once in the plan stays
        seen = chosen
        net = opened.page.inner_text("[data-area='net_quota_mu'] .num")
        assert float(net) == pytest.approx(here["quota_mu"].sum(), abs=0.005)
        assert float(net) == pytest.approx(given.ladder["quota_mu"][step - 1], abs=0.005)
        assert opened.page.inner_text("#v-sum-n") == str(len(here))
        cut = opened.page.locator("#v-rows .cut").count()
        assert cut == (0 if step == STEPS else 1) or len(here) > 12
    parts = {name: float(opened.page.inner_text(f"[data-area='{name}'] .num").replace("−", "-"))
             for name in ("reclaimed_cropland_mu", "reclaimed_other_mu", "resettlement_mu",
                          "reserved_mu", "net_quota_mu")}  # fmt: skip
    net = parts.pop("net_quota_mu")
    assert sum(parts.values()) == pytest.approx(net, abs=0.005)
    assert "另列，不与上项相加" in opened.page.inner_text(".ledger")
    assert opened.errors == []


def test_where_no_home_is_estimated_nobody_is_shown_on_the_way(
    open_map: Opener, villages: Path
) -> None:
    opened = open_map(villages)
    opened.page.click("#tab-plan")
    texts = opened.page.locator("#v-rows .row").all_inner_texts()
    numbers = [text.split("\n")[-2].strip() for text in texts]
    assert [number for number in numbers if "." in number] == [], "homes are whole"
    nobody = NOBODY // 3
    assert "未估出住户，先核实有无人住" in texts[nobody]
    assert "→" not in texts[nobody]
    assert all("→" in text for place, text in enumerate(texts) if place != nobody)
    opened.page.locator("#v-rows .row").nth(nobody).click()
    assert "先核实有无人住" in opened.page.inner_text("#right")
    assert opened.errors == []


def test_the_slider_moves_by_keys_and_the_link_brings_the_step_back(
    open_map: Opener, villages: Path
) -> None:
    opened = open_map(villages)
    opened.page.click("#tab-plan")
    opened.page.focus("#v-step")
    opened.page.keyboard.press("ArrowLeft")
    opened.page.keyboard.press("ArrowLeft")
    assert opened.ask("landuse.task().step") == 1
    opened.page.wait_for_timeout(400)
    assert "k=plan&p=1" in opened.ask("location.hash")
    again = open_map(villages, fragment=opened.ask("location.hash"))
    assert again.ask("landuse.task()")["name"] == "plan"
    assert again.ask("landuse.task().step") == 1
    assert "受预算限制" in again.page.inner_text("#right")
    assert "5 公里（下山搬迁 20 公里）内" in again.page.inner_text("#right")
    assert "未核对：坡度" in again.page.inner_text("#right")


def test_town_totals_close_with_the_county(open_map: Opener, villages: Path) -> None:
    opened = open_map(villages)
    opened.page.click("#tab-villages")
    opened.page.click("#v-panel")
    rows = opened.page.locator(".towns tbody tr").all_inner_texts()
    cells = [[float(cell.replace(",", "")) for cell in row.split("\t")[1:]] for row in rows]
    for column in zip(*cells, strict=True):
        assert sum(column[:-1]) == pytest.approx(column[-1], abs=1)
    assert cells[-1][:3] == [20, 20, 20]
    opened.page.locator(".towns button").first.click()
    assert len(opened.ask("landuse.villages()")) == VILLAGES // 2


def test_keyboard_from_tab_to_list_to_card_and_back(open_map: Opener, villages: Path) -> None:
    opened = open_map(villages)
    opened.page.focus("#tab-idle")
    opened.page.keyboard.press("ArrowRight")
    assert opened.ask("landuse.task().name") == "villages"
    opened.page.focus("#v-list")
    for key in ("ArrowDown", "ArrowDown", "Enter"):
        opened.page.keyboard.press(key)
    assert opened.ask("landuse.task().selected") == opened.ask("landuse.villages()")[1]
    opened.page.keyboard.press("Escape")
    assert opened.ask("document.activeElement.id") == "v-list"


def test_english_hostile_names_and_words_that_never_appear(
    open_map: Opener, villages: Path
) -> None:
    opened = open_map(villages)
    opened.page.click("#lang-en")
    for tab in ("#tab-villages", "#tab-plan"):
        opened.page.click(tab)
        text = opened.page.inner_text("body")
        assert "voluntary" in text
        assert "拆除" not in text
        assert "demolish" not in text.lower()
    assert opened.ask("window.hacked") is None
    opened.page.click("#tab-villages")
    assert HOSTILE[:20] in opened.page.inner_text("#v-rows")
    rows = list(csv.reader(io.StringIO(opened.ask("landuse.villageCsv()").lstrip("\ufeff"))))
    assert len(rows) == VILLAGES + 1
    assert rows[0][0] == "village_id"
    assert opened.errors == []


def test_a_plan_that_cannot_be_says_what_to_relax(
    open_map: Opener, saved: Callable[[MapInput, str], Path]
) -> None:
    relax = ({"option": 1, "zh": "预算", "en": "budget", "limit": 1_000.0, "needed": 1_600.0},)
    path = saved(replace(map_input(60), villages=replace(village_input(), relax=relax)), "relax")
    opened = open_map(path, fragment="#k=plan")
    assert "至少需放宽：预算（现 1,000，需 1,600）" in opened.page.inner_text("#right")


def test_on_a_phone_the_tasks_stand_at_the_foot(open_map: Opener, villages: Path) -> None:
    opened = open_map(villages, size=(390, 800))
    opened.page.click("#tab-plan")
    assert opened.ask("landuse.task().name") == "plan"
    foot = opened.page.locator(".tabs").bounding_box()
    assert foot is not None
    assert foot["y"] + foot["height"] == pytest.approx(800)
    assert opened.page.is_visible("#v-step")
