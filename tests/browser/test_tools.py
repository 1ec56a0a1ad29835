"""A planner's tools, clicked through on the saved file: 2,000 and 20,000 parcels, zh and en."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pyproj import Geod

from landuse.products.webmap import MapInput
from tests.browser.conftest import Opened
from tests.browser.map_factory import map_input, parcel_table
from tests.browser.village_factory import village_input
from tests.products.made_evidence import with_evidence

pytestmark = pytest.mark.browser
Opener = Callable[..., Opened]
YEARS = range(2015, 2025)
CASES = [(2000, "zh"), (2000, "en"), (20_000, "zh"), (20_000, "en")]


def yearly(parcels: pd.DataFrame) -> pd.DataFrame:
    """Return a built share that rises by 2 points a year from 10 %, and a steady light."""
    columns = {f"impervious_{year}": 0.1 + 0.02 * (year - 2015) for year in YEARS}
    light = {f"light_{year}": 2.9 for year in YEARS if year % 2}
    return parcels[["parcel_id"]].assign(**columns, **light)


def rich_input(count: int) -> MapInput:
    parcels = with_evidence(parcel_table(count))
    return replace(
        map_input(count, parcels=parcels), villages=village_input(), yearly=yearly(parcels)
    )


@pytest.fixture(scope="module")
def rich(saved: Callable[[MapInput, str], Path]) -> Callable[[int], Path]:
    made: dict[int, Path] = {}

    def give(count: int) -> Path:
        if count not in made:
            made[count] = saved(rich_input(count), f"tools-{count}")
        return made[count]

    return give


@pytest.fixture
def opened(
    request: pytest.FixtureRequest, open_map: Opener, rich: Callable[[int], Path]
) -> Iterator[Opened]:
    count, lang = request.param
    page = open_map(rich(count), fragment=f"#l={lang}")
    yield page
    assert page.requests == []
    assert page.errors == []


def filter_and_search(opened: Opened, table: pd.DataFrame, lang: str) -> None:
    page, listed = opened.page, table["flag"].str.startswith("suspected")
    page.click("#more-open")
    wanted = {
        "kind": ("kind_idle", listed & (table["flag"] == "suspected_idle")),
        "use": ("工业用地", listed & (table["land_use_zh"] == "工业用地")),
        "area": ("area_50", listed & table["area_mu"].between(20, 50, inclusive="left")),
        "cover": ("cover_75", listed & (table["coverage"] >= 0.75)),
        "p": ("p_80", listed & (table["p_flag"] >= 0.8)),
        "stability": ("stable", listed & (table["stability"] == "stable")),
    }
    for facet, (value, mask) in wanted.items():
        assert page.locator(f"[data-facet='{facet}']").count() == 1, facet
        if mask.any():
            page.select_option(f"[data-facet='{facet}']", value)
            count = opened.ask("landuse.count()")
            assert count["list"] == count["shapes"] == int(mask.sum()), facet
            page.select_option(f"[data-facet='{facet}']", "")
    page.click("#more-open")
    page.click("[data-where='in']")
    assert opened.ask("landuse.count().list") == int((listed & table["zone_in"]).sum())
    page.click("[data-where='all']")
    page.fill("#search", "上塘4")
    page.wait_for_selector("#found li")
    page.press("#search", "Enter")
    assert opened.ask("landuse.task().name") == "villages"
    page.click("#tab-idle")
    page.fill("#search", str(table.loc[table["rank"] == 3, "parcel_id"].iloc[0]))
    page.press("#search", "Enter")
    assert opened.ask("landuse.state().selected") == opened.ask("landuse.ids()[2]")
    assert ("Suspected" if lang == "en" else "疑似") in page.inner_text("#right")


def read_the_card(opened: Opened, lang: str) -> None:
    card = opened.page.inner_text("#right")
    words = {
        "zh": "得分 位次 证据覆盖 门槛 依据 贡献 稳健性 趋势 2015 2024",
        "en": "Score Rank Coverage Limit Mark Adds Robustness Trend 2015 2024",
    }
    assert [word for word in words[lang].split() if word not in card] == []
    assert opened.page.locator("#right .spark").count() == 2
    assert "28.0%" in opened.page.inner_text("#right .trend >> nth=0")  # 10 % + 9 x 2 %
    with opened.page.expect_download() as waiting:
        opened.page.click("#card-export")
    alone = json.loads(Path(waiting.value.path()).read_text(encoding="utf-8"))
    assert [f["id"] for f in alone["features"]] == [opened.ask("landuse.state().selected")]
    opened.page.keyboard.press("Escape")


def colour_at(opened: Opened, x: float, y: float) -> list[int]:
    return opened.ask(
        """([x, y]) => { const c = document.querySelector('.leaflet-parcels-pane canvas');
        const b = c.getBoundingClientRect(), m = landuse.map.getContainer().getBoundingClientRect();
        return [...c.getContext('2d').getImageData((x + m.left - b.left) * c.width / b.width,
        (y + m.top - b.top) * c.height / b.height, 1, 1).data]; }""",
        [x, y],
    )  # type: ignore[no-any-return]


def compare_two_years(opened: Opened) -> None:
    page = opened.page
    page.click("#compare-open")
    assert page.locator("#compare-0").input_value() == "y2015"
    assert page.locator("#compare-1").input_value() == "y2024"
    page.select_option("#compare-0", "grade")
    name = opened.ask("landuse.ids()[0]")
    opened.ask("name => landuse.map.setView(landuse.middle(name), 15, {animate: false})", name)
    x, y = opened.ask("name => landuse.position(name)", name)
    page.focus("#swipe")
    page.keyboard.press("Home")
    right = colour_at(opened, x + 4, y)  # built share 28 %: light blue
    page.keyboard.press("End")
    left = colour_at(opened, x + 4, y)  # grade: red brown
    assert right[2] > right[0]
    assert left[0] > left[2]
    page.wait_for_timeout(300)
    assert "c=grade_y2024_" in opened.ask("location.hash")
    page.click("#compare-close")
    assert page.is_hidden("#swipe")


def measure_a_square(opened: Opened, lang: str) -> None:
    page = opened.page
    page.click("#measure-open")
    box = page.locator("#map_landuse").bounding_box()
    assert box
    corners = [(300, 300), (420, 300), (420, 400), (300, 400)]
    for x, y in corners:
        page.mouse.click(box["x"] + x, box["y"] + y)
    where = "p => { const q = landuse.map.containerPointToLatLng(p); return [q.lng, q.lat]; }"
    spots = [opened.ask(where, list(corner)) for corner in corners]
    lon, lat = np.array(spots).T
    area, _ = Geod(ellps="GRS80").polygon_area_perimeter(lon, lat)
    text = page.inner_text("#measure-text")
    head, unit = ("面积 ", "亩") if lang == "zh" else ("Area ", " mu")
    mu = float(text.split(head)[1].split(unit)[0].replace(",", ""))
    assert mu == pytest.approx(abs(area) * 15 / 10_000, rel=1e-3)
    assert opened.ask("landuse.state().selected") == "", "a click measures and selects nothing"
    page.keyboard.press("Escape")
    assert page.is_hidden("#measure")


def list_print_and_export(opened: Opened, table: pd.DataFrame, lang: str) -> None:
    page = opened.page
    page.click("[data-kind='1']")
    ids = opened.ask("landuse.ids()")
    assert ids == table[table["grade"].isin(["I", "III"])].sort_values("rank")["parcel_id"].tolist()
    rows = list(csv.reader(io.StringIO(opened.ask("landuse.csv()").lstrip("\ufeff"))))
    assert [row[0] for row in rows[1:]] == ids
    assert len(json.loads(opened.ask("landuse.geojson()"))["features"]) == len(ids)
    opened.ask("window.dispatchEvent(new Event('beforeprint'))")
    sheet = page.inner_text("body")
    stamp = {
        "zh": ["内部工作用图", "比例尺 1:", "成果 2026-11-23", "无审图号", "图例", "未核对"],
        "en": ["INTERNAL USE", "Scale 1:", "Result 2026-11-23", "approval", "Legend"],
    }
    assert [word for word in stamp[lang] if word not in sheet] == []
    assert page.locator("#print-side tbody >> nth=0").locator("tr").count() == 10
    assert "A3 landscape" in page.locator("#page-size").inner_html()
    opened.ask("window.dispatchEvent(new Event('afterprint'))")
    page.wait_for_timeout(300)
    assert page.locator("#print-side").inner_text() == ""
    page.click("[data-kind='1']")


@pytest.mark.parametrize("opened", CASES, indirect=True, ids=[f"{n}-{w}" for n, w in CASES])
def test_every_tool_on_the_saved_file(opened: Opened) -> None:
    lang = opened.ask("landuse.state().lang")
    table = with_evidence(parcel_table(opened.ask("landuse.count().parcels")))
    filter_and_search(opened, table, lang)
    read_the_card(opened, lang)
    compare_two_years(opened)
    measure_a_square(opened, lang)
    list_print_and_export(opened, table, lang)
    opened.page.keyboard.press("Alt+l")
    assert opened.ask("landuse.state().lang") != lang


def test_a_printed_scale_is_round_and_true(open_map: Opener, rich: Callable[[int], Path]) -> None:
    opened = open_map(rich(2000))
    opened.ask("window.dispatchEvent(new Event('beforeprint'))")
    foot = opened.page.inner_text("#print-foot").replace(" ", "")
    scale = int(foot.split("1:")[1].split("（")[0])
    left, right = opened.ask(
        "[[100, 300], [1000, 300]].map(p => { const q = landuse.map.containerPointToLatLng(p); "
        "return [q.lng, q.lat]; })"
    )
    _, _, metres = Geod(ellps="WGS84").inv(*left, *right)
    # 900 CSS pixels are 900 / 96 inch of paper; Web Mercator is a sphere: 0.4 % at 29 degrees.
    assert metres / (900 / 96 * 0.0254) == pytest.approx(scale, rel=0.005)
    assert str(scale).rstrip("0") in {"1", "2", "5", "25"}


def test_a_trial_prints_that_it_is_one(open_map: Opener, demo: object) -> None:
    path = demo.out / "map.html"  # type: ignore[attr-defined]
    opened = open_map(path)
    opened.ask("landuse.setTrial({w: {A02: 0.9}})")
    opened.ask("window.dispatchEvent(new Event('beforeprint'))")
    assert "试算，非基线" in opened.page.inner_text("#print-head")
    assert opened.errors == []


def test_keyboard_measures_without_a_pointer(open_map: Opener, rich: Callable[[int], Path]) -> None:
    opened = open_map(rich(2000))
    opened.page.click("#measure-open")
    opened.page.focus("#map_landuse")
    for key in ("Enter", "ArrowRight", "Enter", "ArrowDown", "Enter"):
        opened.page.keyboard.press(key)
        opened.page.wait_for_timeout(350)
    assert "亩" in opened.page.inner_text("#measure-text")
    opened.page.keyboard.press("Backspace")
    assert "亩" not in opened.page.inner_text("#measure-text")
