"""All four tabs of the demo county, wide, narrow and on a phone: what shows, and that it fits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.conftest import Opened
from tests.made import Made

pytestmark = pytest.mark.browser
Opener = Callable[..., Opened]
TABS = ("idle", "villages", "sites", "plan")
SIZES = ((1440, 900), (1024, 768), (390, 844), (360, 740))
PANEL = "#right .w-row"
FRAME = """[...document.querySelectorAll(`.tabs button, .btn, .stamp, .summary p, .summary label,
  .seg button, .foot > span, .cols b, .note, .caution, .figures div`)]
  .filter((n) => n.offsetParent && n.scrollWidth > n.clientWidth + 1).map((n) => n.textContent)"""
FOOT = """[...document.querySelectorAll('.foot')].filter((n) => n.offsetParent).map((n) => {
  const box = n.getBoundingClientRect(), span = n.querySelector('span');
  return { lines: span.getClientRects().length && span.offsetHeight / 16,
           out: [...n.children].some((e) => e.getBoundingClientRect().right > box.right + 1) };
})[0]"""
ROWS = """[...document.querySelectorAll('.row > div:not(.num) p:last-child')]
  .filter((n) => n.offsetParent).map((n) => n.scrollWidth / n.clientWidth)"""

WHOLE_ROWS = """[...document.querySelectorAll('.row')].filter((n) => n.offsetParent
  && n.getBoundingClientRect().bottom <= n.closest('.list').getBoundingClientRect().bottom)
  .length"""


@pytest.fixture(scope="module")
def file(demo: Made) -> Path:
    return demo.out / "map.html"


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("size", SIZES)
def test_every_tab_fits(open_map: Opener, file: Path, size: tuple[int, int], lang: str) -> None:
    opened = open_map(file, fragment=f"#l={lang}", size=size)
    for tab in TABS:
        opened.page.click(f"#tab-{tab}")
        assert opened.ask(FRAME) == [], tab
        if opened.page.is_hidden("#left"):  # On a phone the ladder lies over the list.
            opened.page.click("#right .close")
        if opened.page.get_attribute("#sheet-filter", "aria-expanded") == "false" and size[0] < 768:
            opened.page.click("#sheet-filter")
        foot = opened.ask(FOOT)
        assert foot["lines"] <= 2, tab
        assert not foot["out"], tab
        rows = opened.ask(ROWS)
        assert rows, "a row is in sight"
        # The last word of a long row may be cut (its title has it all); never half of it.
        assert max(rows) < 1.25, tab
        assert opened.ask("document.documentElement.scrollWidth") <= size[0]
    assert opened.errors == []


@pytest.mark.parametrize("size", SIZES)
def test_the_what_if_is_offered_only_where_it_works(
    open_map: Opener, file: Path, size: tuple[int, int]
) -> None:
    opened = open_map(file, size=size)
    page = opened.page

    def pressed() -> str | None:
        return page.get_attribute("#weights", "aria-pressed")

    assert page.is_visible("#weights")
    page.click("#weights")
    assert page.is_visible(PANEL)
    assert pressed() == "true"
    for tab in TABS[1:]:
        page.click(f"#tab-{tab}")
        assert page.is_hidden("#weights")
        assert page.is_hidden(PANEL)
        assert pressed() == "false"
    page.click("#tab-idle")
    assert page.is_visible("#weights")
    assert (pressed() == "true") == page.is_visible(PANEL)
    opened.ask("landuse.select(landuse.ids()[0])")
    assert pressed() == "false", "the card has taken the panel's place"
    page.click("#weights")
    assert pressed() == "true"
    page.keyboard.press("Escape")
    assert pressed() == "false"
    assert page.is_hidden(PANEL)
    assert opened.errors == []


def test_weights_move_ranks_on_a_phone(open_map: Opener, file: Path) -> None:
    opened = open_map(file, size=(390, 844))
    page = opened.page
    box = page.locator("#weights").bounding_box()
    assert box is not None
    assert box["height"] >= 44, "a finger's width"
    page.click("#weights")
    before = opened.ask("landuse.ids().join()")
    slider = page.locator("#right .w-track input").first
    slider.focus()
    for _ in range(6):
        page.keyboard.press("PageUp")
    page.wait_for_function("before => landuse.ids().join() !== before", arg=before)
    page.click("#w-reset")
    page.wait_for_function("before => landuse.ids().join() === before", arg=before)
    page.click("#right .close")
    assert page.is_visible("#left")
    assert opened.errors == []


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("size", SIZES[2:])
def test_a_phone_shows_rows_first_and_hides_no_filter_in_use(
    open_map: Opener, file: Path, size: tuple[int, int], lang: str
) -> None:
    opened = open_map(file, fragment=f"#l={lang}", size=size)
    page = opened.page
    legend, button = (page.locator(name).bounding_box() for name in ("#legend", "#sheet-filter"))
    assert legend is not None
    assert button is not None
    assert legend["x"] + legend["width"] < button["x"], "nothing lies over the legend"
    assert opened.ask(WHOLE_ROWS) >= 4
    for hidden in ("#search", "#town", "#csv"):
        assert page.is_hidden(hidden)
    page.click("#sheet-filter")
    page.select_option("#town", index=1)
    page.click("#sheet-filter")
    assert page.is_visible("#town"), "a filter in use stays in sight"
    page.click("#tab-villages")
    assert page.is_visible(".filters.v .caution")
    assert opened.ask(WHOLE_ROWS) >= 3
    page.click("#sheet")
    assert page.is_visible("#v-town")
    assert opened.errors == []


def test_what_the_feet_of_lists_leave_out_stands_in_the_notes(open_map: Opener, file: Path) -> None:
    opened = open_map(file, fragment="#k=sites")
    assert "只计一次" in (opened.page.get_attribute("#o-shown", "title") or "")
    opened.page.click("#about-open")
    text = opened.page.inner_text("#about")
    assert "每宗地在入选中只计一次" in text
    assert "个自然村未列入" in text


FREE = """([x, y]) => { const map = document.querySelector('#map_landuse').getBoundingClientRect();
  const at = document.elementsFromPoint(map.left + x, map.top + y);
  return at.length && !at[0].closest('#legend, #right, #left, #note'); }"""
SEEN = {
    "idle": "landuse.position(landuse.state().selected)",
    "villages": "landuse.villagePosition(landuse.task().selected)",
    "sites": "landuse.sitePosition(landuse.sites().selected)",
    "plan": "landuse.villagePosition(landuse.task().selected)",
}


@pytest.mark.parametrize("size", [(1600, 900), (1440, 900), (1280, 720), (1024, 768)])
@pytest.mark.parametrize("tab", SEEN)
def test_what_is_chosen_from_a_list_lies_free_of_panels(
    open_map: Opener, file: Path, tab: str, size: tuple[int, int]
) -> None:
    opened = open_map(file, size=size)
    page = opened.page
    page.click(f"#tab-{tab}")
    rows = {"idle": "#rows .row", "sites": "#o-rows .row"}.get(tab, "#v-rows .row:not(.cut)")
    for place in range(3):
        page.locator(rows).nth(place).click()
        assert opened.ask(FREE, opened.ask(SEEN[tab])), place
    if tab == "idle":
        page.wait_for_timeout(300)  # the sentence of the one before fades
        popup, legend = (
            page.locator(name).bounding_box() for name in (".leaflet-popup-content", "#legend")
        )
        assert popup is not None
        assert legend is not None
        below = legend["y"] > popup["y"] + popup["height"]
        assert below or popup["x"] + popup["width"] <= legend["x"], "the sentence can be read"
    folded = "document.getElementById('legend').classList.contains('closed')"
    page.click("#right .close")
    if page.is_visible("#right"):
        page.click("#right .close")
    assert not opened.ask(folded), "the legend is back"
    assert opened.errors == []
