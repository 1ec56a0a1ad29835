"""The saved map, opened from a folder with the network cut."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely

from landuse.products.webmap import MapInput
from tests.browser.conftest import Opened
from tests.browser.map_factory import FORMULA, HOSTILE, SIDE_M, map_input, parcel_table

pytestmark = pytest.mark.browser
Opener = Callable[..., Opened]

# 60 parcels, states repeat every 10: 6 suspected, 1 insufficient, 1 vetoed, 2 others.
SUSPECTED, INSUFFICIENT, VETOED = 36, 6, 6


def parcel_with(flag: str, count: int = 60) -> str:
    table = parcel_table(count)
    return str(table.loc[table["flag"] == flag, "parcel_id"].iloc[0])


def test_nothing_leaves_the_file_and_nothing_fails(open_map: Opener, small_map: Path) -> None:
    opened = open_map(small_map)
    for script in ("landuse.select(landuse.ids()[0])", "landuse.map.zoomIn(3)"):
        opened.ask(script)
    opened.page.click("#lang-en")
    opened.page.click("#about-open")
    opened.page.wait_for_timeout(300)
    assert opened.requests == []
    assert opened.errors == []
    assert opened.page.is_hidden("#broken")


def test_the_policy_refuses_what_a_hostile_page_would_fetch(
    open_map: Opener, small_map: Path
) -> None:
    opened = open_map(small_map)
    opened.ask(
        "document.body.append(Object.assign(new Image(), {src: 'https://example.org/x.png'}))"
    )
    opened.page.wait_for_timeout(200)
    assert opened.requests == []
    assert any("Content Security Policy" in text for text in opened.errors)


def test_list_and_shapes_agree_under_every_filter(open_map: Opener, large_map: Path) -> None:
    opened = open_map(large_map)
    table = parcel_table(2000)
    suspected = table["flag"].str.startswith("suspected")
    expected = {
        "": suspected,
        "[data-kind='0']": suspected & (table["grade"] != "I"),
        "[data-where='in']": suspected & (table["grade"] != "I") & table["zone_in"],
        "[data-where='out']": suspected & (table["grade"] != "I") & ~table["zone_in"],
    }
    for click, wanted in expected.items():
        if click:
            opened.page.click(click)
        count = opened.ask("landuse.count()")
        assert count["list"] == count["shapes"] == int(wanted.sum())
        assert opened.page.inner_text("#sum-n").replace(",", "") == str(int(wanted.sum()))


def test_only_the_rows_in_sight_exist(open_map: Opener, large_map: Path) -> None:
    opened = open_map(large_map)
    assert opened.ask("landuse.count().list") == 1200  # 2,000 x 6 / 10
    assert opened.ask("document.querySelectorAll('.row').length") < 40
    opened.ask("document.getElementById('list').scrollTop = 1e9")
    opened.page.wait_for_selector("[aria-posinset='1200']")


def test_search_by_id_opens_card_and_popup(open_map: Opener, small_map: Path) -> None:
    opened = open_map(small_map)
    wanted = parcel_table(60)["parcel_id"].iloc[12]
    opened.page.fill("#search", wanted[-6:])
    opened.page.press("#search", "Enter")
    assert opened.ask("landuse.state().selected") == wanted
    assert wanted in opened.page.inner_text("#right")
    popup = opened.page.inner_text(".leaflet-popup")
    # 120 m x 120 m = 14,400 m2 = 21.60 mu
    assert "21.60亩" in popup
    assert "75%" in popup
    assert "该地块建筑密度 6.9%" in popup
    assert "容积率" not in popup, "only the first clause"
    box, size = opened.page.locator(".leaflet-popup").bounding_box(), opened.page.viewport_size
    assert box is not None
    assert size is not None
    assert box["width"] * box["height"] < 0.03 * size["width"] * size["height"]


def test_search_by_town_filters(open_map: Opener, small_map: Path) -> None:
    opened = open_map(small_map)
    opened.page.fill("#search", "乙溪")
    opened.page.press("#search", "Enter")
    table = parcel_table(60)
    wanted = (table["town_name"] == "乙溪街道") & table["flag"].str.startswith("suspected")
    assert opened.ask("landuse.state().town") == "990781101"
    assert opened.ask("landuse.count().list") == int(wanted.sum())


def test_card_contributions_add_to_the_score(open_map: Opener, small_map: Path) -> None:
    opened = open_map(small_map)
    table = parcel_table(60)
    row = table[table["flag"] == "suspected_low_efficiency"].iloc[0]
    opened.ask(f"landuse.select({json.dumps(row['parcel_id'])})")
    cells = opened.page.locator(".criteria tbody tr td:last-child").all_inner_texts()
    # L1 adds 0.6 and L2 0.4 of the score; L3 (tax) is missing and stands last.
    assert cells == [f"{row['score'] * 0.6:.1f}", f"{row['score'] * 0.4:.1f}", "—"]
    assert "未提供亩均税收表" in opened.page.inner_text(".criteria tbody tr:last-child")
    assert opened.page.locator(".criteria tr.missing .hatch").count() == 1
    assert "未核对" in opened.page.inner_text(".checks .warn")


@pytest.mark.parametrize("flag", ["vetoed", "insufficient_evidence"])
def test_why_not_card_shows_no_score_and_no_rank(
    open_map: Opener, small_map: Path, flag: str
) -> None:
    opened = open_map(small_map)
    assert opened.ask(f"landuse.select({json.dumps(parcel_with(flag))})")
    text = opened.page.inner_text("#right")
    assert "/100" not in text
    assert opened.page.locator("#right .figures").count() == 0
    assert "怎样改变这一结论" in text
    if flag == "vetoed":
        assert "18.40%" in text
        assert "未导入，未核对" in text


def pixels(opened: Opened, point: list[float]) -> list[int]:
    """Return the colour of the parcel sheet at a point of the map."""
    return opened.ask(
        """([x, y]) => { const c = document.querySelector('.leaflet-parcels-pane canvas');
        const box = c.getBoundingClientRect();
        const map = landuse.map.getContainer().getBoundingClientRect();
        const k = c.width / box.width;
        return [...c.getContext('2d').getImageData((x + map.left - box.left) * k,
        (y + map.top - box.top) * k, 1, 1).data]; }""",
        point,
    )  # type: ignore[no-any-return]


def pixels_at(opened: Opened, name: str) -> list[int]:
    return pixels(opened, opened.ask(f"landuse.position({json.dumps(name)})"))


def test_a_layer_toggles_on_the_canvas(open_map: Opener, small_map: Path) -> None:
    opened = open_map(small_map)
    name = opened.ask("landuse.ids()[1]")
    before = pixels_at(opened, name)
    assert before[3] > 200
    assert before[0] > before[2], "grade I is a red brown"
    opened.page.uncheck("[data-layer='parcels']")
    assert pixels_at(opened, name)[3] == 0
    assert opened.ask("landuse.state().hidden") == ["parcels"]
    opened.page.check("[data-layer='parcels']")
    assert pixels_at(opened, name) == before


def test_missing_layer_is_said_in_three_places(open_map: Opener, small_map: Path) -> None:
    opened = open_map(small_map)
    opened.ask(f"landuse.select({json.dumps(parcel_with('vetoed'))})")
    assert "生态保护红线" in opened.page.inner_text("#unchecked")
    assert "未导入" in opened.page.inner_text("#legend .off:has-text('生态保护红线')")
    assert "生态保护红线" in opened.page.inner_text("#right tr:has(.warn)")
    assert "地质灾害" not in opened.page.inner_text("#legend"), "unknown to this study"


def test_click_on_a_shape_opens_its_card(open_map: Opener, small_map: Path) -> None:
    opened = open_map(small_map)
    name = opened.ask("landuse.ids()[5]")
    x, y = opened.ask(f"landuse.position({json.dumps(name)})")
    box = opened.page.locator("#map_landuse").bounding_box()
    assert box
    opened.page.mouse.click(box["x"] + x, box["y"] + y)
    opened.page.wait_for_selector("#right:not([hidden])")
    assert opened.ask("landuse.state().selected") == name


def test_keyboard_list_to_card_and_back(open_map: Opener, small_map: Path) -> None:
    opened = open_map(small_map)
    ids = opened.ask("landuse.ids()")
    opened.page.focus("#list")
    for key in ("ArrowDown", "ArrowDown", "Enter"):
        opened.page.keyboard.press(key)
    assert opened.ask("landuse.state().selected") == ids[1]
    opened.page.keyboard.press("Escape")
    assert opened.ask("landuse.state().selected") == ""
    assert opened.page.is_hidden("#right")
    assert opened.ask("document.activeElement.id") == "list"
    opened.page.keyboard.press("ArrowDown")
    opened.page.keyboard.press("Enter")
    assert opened.ask("landuse.state().selected") == ids[2], "the row is remembered"
    opened.page.keyboard.press("Alt+l")
    assert opened.ask("landuse.state().lang") == "en"


def test_language_switch_leaves_no_chinese_in_the_frame(open_map: Opener, small_map: Path) -> None:
    opened = open_map(small_map)
    opened.page.click("#lang-en")
    assert opened.page.inner_text("#title") == "Demo county land review"
    assert opened.ask("document.documentElement.lang") == "en"
    for place in ("header.bar .tabs", ".filters .name", "#legend", "#status", ".cols"):
        text = opened.page.inner_text(place)
        assert not any("一" <= letter <= "鿿" for letter in text), f"{place}: {text}"


def test_both_languages_name_the_same_words(open_map: Opener, small_map: Path) -> None:
    opened = open_map(small_map)
    script = Path("landuse/products/webmap/templates/js/i18n.js").read_text(encoding="utf-8")
    table = script[: script.index("function t(")].replace("const WORDS", "globalThis.WORDS")
    opened.page.add_script_tag(content=table)
    names = opened.ask("[Object.keys(WORDS.zh).sort(), Object.keys(WORDS.en).sort()]")
    assert names[0] == names[1]
    blank = opened.ask("Object.entries(WORDS.zh).filter(([k, v]) => !v).map(([k]) => k)")
    assert blank == []


def test_hostile_names_stay_text(open_map: Opener, small_map: Path) -> None:
    opened = open_map(small_map)
    table = parcel_table(60)
    hostile = table[(table["town_name"] == HOSTILE) & (table["flag"] == "suspected_idle")]
    opened.ask(f"landuse.select({json.dumps(hostile['parcel_id'].iloc[0])})")
    opened.page.fill("#search", "<script>")
    opened.page.wait_for_selector("#found li")
    opened.page.click("#about-open", force=True)
    assert HOSTILE in opened.page.inner_text("#right h2")
    assert HOSTILE in opened.page.inner_text("#about")
    assert opened.ask("window.hacked === undefined")
    assert opened.ask("document.images.length") <= 1, "the hillshade only"


def test_hash_brings_back_what_was_chosen(open_map: Opener, small_map: Path) -> None:
    first = open_map(small_map)
    first.page.click("[data-kind='1']")
    first.page.click("[data-where='in']")
    first.page.uncheck("[data-layer='roads']")
    first.ask("landuse.select(landuse.ids()[2])")
    first.page.click("#lang-en")
    first.page.wait_for_timeout(300)
    fragment = "#" + first.page.url.partition("#")[2]
    second = open_map(small_map, fragment=fragment)
    assert second.ask("landuse.state()") == first.ask("landuse.state()")


def test_empty_filter_says_so_and_clears(open_map: Opener, small_map: Path) -> None:
    opened = open_map(small_map)
    for kind in range(3):
        opened.page.click(f"[data-kind='{kind}']")
    assert opened.ask("landuse.count().list") == 0
    assert opened.page.is_visible("#none")
    assert opened.page.is_disabled("#csv")
    opened.page.click("#clear")
    assert opened.ask("landuse.count().list") == SUSPECTED


def test_insufficient_and_vetoed_have_rows_of_their_own(open_map: Opener, small_map: Path) -> None:
    opened = open_map(small_map)
    opened.page.click("[data-kind='3']")
    opened.page.click("[data-kind='4']")
    count = opened.ask("landuse.count()")
    assert count["list"] == count["shapes"] == SUSPECTED + INSUFFICIENT + VETOED
    assert opened.page.inner_text("#sum-n") == str(SUSPECTED), "the sum counts suspected only"


def download(opened: Opened, button: str) -> bytes:
    with opened.page.expect_download() as waiting:
        opened.page.click(button)
    return Path(waiting.value.path()).read_bytes()


def test_csv_holds_the_filtered_list(
    open_map: Opener, saved: Callable[[MapInput, str], Path]
) -> None:
    parcels = parcel_table(60)
    parcels["zone_name"] = FORMULA
    opened = open_map(saved(map_input(60, parcels=parcels), "formula"))
    opened.page.click("[data-kind='1']")
    data = download(opened, "#csv")
    assert data.startswith(b"\xef\xbb\xbf"), "spreadsheets need the mark to read UTF-8"
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    wanted = parcels[parcels["grade"].isin(["I", "III"])].sort_values("rank")
    assert [row["地块编号"] for row in rows] == wanted["parcel_id"].tolist()
    assert [row["得分"] for row in rows] == [f"{v:.1f}".removesuffix(".0") for v in wanted["score"]]
    assert {row["开发区"] for row in rows} == {"'" + FORMULA}
    assert {row["面积（亩）"] for row in rows} == {"21.6"}


def test_geojson_keeps_shape_and_place(open_map: Opener, small_map: Path) -> None:
    opened = open_map(small_map)
    found: dict[str, Any] = json.loads(download(opened, "#geojson"))
    frame = gpd.GeoDataFrame.from_features(found["features"], crs="EPSG:4326").to_crs("EPSG:4549")
    source = parcel_table(60).set_index("parcel_id").geometry.loc[frame["parcel_id"].to_list()]
    apart = shapely.hausdorff_distance(frame.geometry.to_numpy(), source.to_numpy())
    # Simplified by at most 0.5 m, rounded by 0.125 m and to 1e-6 degree (0.1 m).
    assert apart.max() < 0.8
    assert frame.area.mean() == pytest.approx(SIDE_M**2, rel=0.01)


def test_no_rank_interval_is_drawn_where_none_was_computed(
    open_map: Opener, small_map: Path, saved: Callable[[MapInput, str], Path]
) -> None:
    without = open_map(small_map)
    assert without.page.is_hidden("#col-interval")
    parcels = parcel_table(60)
    parcels["rank_p10"], parcels["rank_p90"] = parcels["rank"], parcels["rank"] + 2
    opened = open_map(saved(map_input(60, parcels=parcels), "interval"))
    assert opened.page.inner_text(".row .int >> nth=0") == "1–3"


@pytest.mark.parametrize("size", [(1600, 900), (1280, 800), (900, 700), (390, 844)])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_frame_text_is_cut(
    open_map: Opener, small_map: Path, size: tuple[int, int], lang: str
) -> None:
    opened = open_map(small_map, fragment=f"#l={lang}", size=size)
    cut = opened.ask(
        """[...document.querySelectorAll(`.tabs button, .btn, .stamp, .summary p, .seg button,
        .chips button, .cols span, .legend .word`)].filter((n) => n.offsetParent &&
        n.scrollWidth > n.clientWidth + 1).map((n) => n.textContent)"""
    )
    assert cut == []
    assert opened.ask("document.documentElement.scrollWidth") <= size[0]


def test_without_scripts_a_table_stands_in(browser: Any, small_map: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(small_map.as_uri())
    assert page.locator(".noscript tbody tr").count() == 20
    picture = page.locator(".noscript svg")
    assert picture.is_visible()
    assert picture.locator("circle").count() == SUSPECTED
    assert picture.locator("path").count() == 3, "study area, towns and zones"
    assert HOSTILE in page.inner_text(".noscript tbody")
    context.close()


def test_a_map_of_almost_nothing_opens(
    open_map: Opener, saved: Callable[[MapInput, str], Path]
) -> None:
    bare = parcel_table(12)[["parcel_id", "flag", "geometry"]]
    opened = open_map(saved(MapInput(title_zh="空", title_en="Bare", crs="EPSG:4549", parcels=bare),
                            "bare"))  # fmt: skip
    assert opened.ask("landuse.count().list") == 8  # 6 of the first ten, 2 of the last two
    assert opened.page.is_hidden("#where"), "no zones, nothing to choose"
    assert opened.page.is_hidden("#town")
    opened.ask("landuse.select(landuse.ids()[0])")
    assert opened.errors == []
    assert opened.requests == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_notice_stands_on_the_map_in_both_languages(
    open_map: Opener, saved: Callable[[MapInput, str], Path], language: str
) -> None:
    inputs = replace(map_input(20), notice_zh="地块不是地籍", notice_en="No cadastre")
    opened = open_map(saved(inputs, "notice"))
    opened.page.click(f"#lang-{language}")
    words = {"zh": "地块不是地籍", "en": "No cadastre"}[language]
    assert opened.page.locator("#notice").is_visible()
    assert opened.page.inner_text("#notice") == words


def test_a_map_without_parcels_says_so_and_offers_no_filter_to_clear(
    open_map: Opener, saved: Callable[[MapInput, str], Path]
) -> None:
    bare = map_input(20)
    inputs = replace(
        bare, parcels=bare.parcels.iloc[:0], contributions=None, notice_zh="证据不足",
        notice_en="No data",
    )  # fmt: skip
    opened = open_map(saved(inputs, "nothing"))
    assert opened.page.inner_text("#none h2") == "没有可评价的地块"
    assert opened.page.inner_text("#none-near") == "证据不足"
    assert not opened.page.locator("#clear").is_visible()
