"""Robustness, ledger, contradictions, pattern and checks, clicked as a planner clicks them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest

from landuse.products.evidence_words import LAND_STATES, P_CLASSES
from landuse.products.webmap import MapInput
from tests.browser.conftest import Opened
from tests.browser.map_factory import HOSTILE, map_input, parcel_table
from tests.products.made_evidence import COLUMNS, with_evidence

pytestmark = pytest.mark.browser
Opener = Callable[..., Opened]
COUNT = 300


def table() -> gpd.GeoDataFrame:
    made: gpd.GeoDataFrame = with_evidence(parcel_table(COUNT))
    return made


def suspected(parcels: pd.DataFrame) -> pd.DataFrame:
    return parcels[parcels["flag"].str.startswith("suspected")]


@pytest.fixture(scope="module")
def evidence_map(saved: Callable[[MapInput, str], Path]) -> Path:
    return saved(map_input(COUNT, parcels=table()), "evidence")


def choose(opened: Opened, facet: str, value: str) -> list[str]:
    if opened.page.is_hidden("#more"):
        opened.page.click("#more-open")
    opened.page.select_option(f"[data-facet='{facet}']", value)
    return list(opened.ask("landuse.ids()"))


def open_card(opened: Opened, parcel_id: str) -> str:
    assert opened.ask(f"landuse.select({json.dumps(parcel_id)})")
    return opened.page.inner_text("#right")


CHOICES: list[tuple[str, str, Callable[[pd.DataFrame], pd.Series]]] = [
    ("stability", "fragile", lambda t: t["stability"] == "fragile"),
    ("land_state", "闲置土地", lambda t: t["land_state"] == "闲置土地"),
    ("land_state", "-", lambda t: t["land_state"].isna()),
    ("against", "yes", lambda t: t["contradictions"] != ""),
    ("against", "no", lambda t: t["contradictions"] == ""),
    ("hot_spot", "hot", lambda t: t["hot_spot"] == "hot"),
    ("cluster", "1", lambda t: t["cluster_id"] == ""),
    ("cluster", "5", lambda t: t["cluster_parcels"] >= 5),
    ("cluster", "50mu", lambda t: t["cluster_area_mu"] >= 50),
    ("check", "属实", lambda t: t["check_status"] == "属实"),
    ("check", "未核", lambda t: t["check_status"] == "未核"),
    ("group", "IND_OUT", lambda t: t["group"] == "IND_OUT"),
]


def test_every_filter_gives_the_parcels_that_python_gives(
    open_map: Opener, evidence_map: Path
) -> None:
    opened, parcels = open_map(evidence_map), suspected(table())
    for facet, value, rule in CHOICES:
        wanted = set(parcels.loc[rule(parcels), "parcel_id"])
        assert wanted, f"{facet} {value} must filter something"
        assert set(choose(opened, facet, value)) == wanted, f"{facet} {value}"
        count = opened.ask("landuse.count()")
        assert count["list"] == count["shapes"] == len(wanted)
        option = opened.page.inner_text(f"[data-facet='{facet}'] option:checked")
        assert option.split()[-1] == str(len(wanted)), "the choice says how many it leaves"
        choose(opened, facet, "")
    assert opened.ask("landuse.count().list") == len(parcels)


def test_filters_hold_together_and_clear_together(open_map: Opener, evidence_map: Path) -> None:
    opened, parcels = open_map(evidence_map), suspected(table())
    choose(opened, "stability", "stable")
    choose(opened, "hot_spot", "hot")
    opened.page.click("[data-where='in']")
    wanted = parcels[
        (parcels["stability"] == "stable") & (parcels["hot_spot"] == "hot") & parcels["zone_in"]
    ]
    assert set(opened.ask("landuse.ids()")) == set(wanted["parcel_id"])
    assert "2" in opened.page.inner_text("#more-open")
    offered = opened.page.locator("[data-facet='cluster'] option").all_inner_texts()
    assert not any(text.endswith(" 0") for text in offered), "no choice that leaves nothing"
    for kind in range(3):
        opened.page.click(f"[data-kind='{kind}']")
    opened.page.click("#clear")
    assert opened.ask("landuse.count().list") == len(parcels)
    assert opened.ask("landuse.state().facets") == {}


def test_the_card_shows_probability_band_and_what_tips(
    open_map: Opener, evidence_map: Path
) -> None:
    opened, parcels = open_map(evidence_map), suspected(table())
    row = parcels[parcels["stability"] == "fragile"].iloc[3]
    card = open_card(opened, str(row["parcel_id"]))
    assert f"{row['p_flag'] * 100:.0f}%" in card
    assert f"区间 {row['rank_p10']}–{row['rank_p90']}" in card
    assert "易变" in card
    assert row["tipping_zh"] in card
    bar = opened.page.locator(".robust .meter.p").bounding_box()
    filled = opened.page.locator(".robust .meter.p i").bounding_box()
    assert bar
    assert filled
    # The frame of the bar takes a pixel on each side.
    assert filled["width"] / (bar["width"] - 2) == pytest.approx(row["p_flag"], abs=0.02)


def test_parts_of_the_card_stand_in_the_order_of_their_weight(
    open_map: Opener, evidence_map: Path
) -> None:
    parcels = suspected(table())
    full = parcels[
        (parcels["contradictions"] != "") & parcels["land_state"].notna()
        & (parcels["signal"] != "") & (parcels["cluster_id"] != "")
    ]  # fmt: skip
    card = open_card(open_map(evidence_map), str(full["parcel_id"].iloc[0]))
    order = ["该地块建筑密度", "稳健性", "台账状态", "矛盾", "信号与空间", "核实状态", "逐项证据"]
    places = [card.index(words) for words in order]
    assert places == sorted(places)
    assert "但有灯光但没有建筑" in card
    assert "绿覆返荒" in card


def test_a_state_of_the_ledger_stands_only_where_the_ledger_has_a_row(
    open_map: Opener, evidence_map: Path
) -> None:
    opened, parcels = open_map(evidence_map), suspected(table())
    for _, row in parcels.head(40).iterrows():
        card = open_card(opened, str(row["parcel_id"]))
        named = {state for state in LAND_STATES if state in card.replace("疑似闲置", "")}
        assert named == ({row["land_state"]} if pd.notna(row["land_state"]) else set())


def test_without_a_ledger_the_page_names_no_legal_state(
    open_map: Opener, saved: Callable[[MapInput, str], Path]
) -> None:
    bare = table().assign(land_state=None, ledger_zh="", ledger_en="")
    opened = open_map(saved(map_input(COUNT, parcels=bare), "no ledger"))
    source = opened.ask("document.documentElement.outerHTML")
    for words in ("闲置土地", "闲置费", "收回"):
        assert words not in source
    card = open_card(opened, str(suspected(bare)["parcel_id"].iloc[0]))
    assert "未导入供地台账，仅为疑似" in card
    opened.page.click("#more-open")
    assert opened.page.locator("[data-facet='land_state']").count() == 0


def test_a_click_selects_the_cluster_and_a_click_clears_it(
    open_map: Opener, evidence_map: Path
) -> None:
    opened, parcels = open_map(evidence_map), suspected(table())
    row = parcels[parcels["cluster_parcels"] >= 3].iloc[0]
    card = open_card(opened, str(row["parcel_id"]))
    # Parcels of 14,400 m2 = 21.60 mu each.
    assert f"相邻 {row['cluster_parcels']} 宗成片，合 {row['cluster_parcels'] * 21.6:.2f}亩" in card
    opened.page.click("#cluster-select")
    wanted = set(parcels.loc[parcels["cluster_id"] == row["cluster_id"], "parcel_id"])
    assert set(opened.ask("landuse.ids()")) == wanted
    opened.page.click("#cluster-on")
    assert opened.ask("landuse.count().list") == len(parcels)


def pixel(opened: Opened, parcel_id: str) -> list[int]:
    found: list[int] = opened.ask(
        """(id) => { const [x, y] = landuse.position(id);
        const c = document.querySelector('.leaflet-parcels-pane canvas');
        const box = c.getBoundingClientRect();
        const map = landuse.map.getContainer().getBoundingClientRect(), k = c.width / box.width;
        return [...c.getContext('2d').getImageData((x + map.left - box.left) * k,
        (y + map.top - box.top) * k, 1, 1).data]; }""",
        parcel_id,
    )
    return found


def test_colours_follow_probability_and_the_legend_counts_them(
    open_map: Opener, evidence_map: Path
) -> None:
    opened, parcels = open_map(evidence_map), suspected(table())
    opened.page.select_option("#mode", "p_flag")
    lows = [item.low for item in P_CLASSES]
    cuts = pd.cut(parcels["p_flag"], [*lows, 1.01], right=False, labels=False)
    counts = {item["label"]: item["count"] for item in opened.ask("landuse.classes()")}
    for place, low in enumerate(lows):
        assert counts[f"{low * 100:.0f}–{low * 100 + 20:.0f}%"] == int((cuts == place).sum())
    for place in sorted(set(cuts)):
        name = str(parcels.loc[cuts == place, "parcel_id"].iloc[-1])
        fill = P_CLASSES[place].fill.lstrip("#")
        wanted = [int(fill[k : k + 2], 16) for k in (0, 2, 4)]
        assert pixel(opened, name)[:3] == pytest.approx(wanted, abs=40)
    choose(opened, "stability", "stable")
    total = sum(item["count"] for item in opened.ask("landuse.classes()"))
    assert total == int((parcels["stability"] == "stable").sum()), "the legend follows the filter"


@pytest.mark.parametrize("mode", ["land_state", "hot_spot"])
def test_colours_by_state_and_by_hot_spot(open_map: Opener, evidence_map: Path, mode: str) -> None:
    opened, parcels = open_map(evidence_map), suspected(table())
    opened.page.select_option("#mode", mode)
    counts = [item["count"] for item in opened.ask("landuse.classes()")]
    assert sum(counts) == len(parcels)
    assert counts[-1] == int((parcels[mode].fillna("") == "").sum())
    assert opened.errors == []


def test_the_link_brings_back_filters_and_colours(open_map: Opener, evidence_map: Path) -> None:
    first = open_map(evidence_map)
    choose(first, "stability", "fragile")
    choose(first, "cluster", "2")
    first.page.select_option("#mode", "p_flag")
    first.page.wait_for_timeout(300)
    second = open_map(evidence_map, fragment="#" + first.page.url.partition("#")[2])
    assert second.ask("landuse.state()") == first.ask("landuse.state()")
    assert second.ask("landuse.ids()") == first.ask("landuse.ids()")


def test_the_list_shows_probability_band_and_stability(
    open_map: Opener, evidence_map: Path
) -> None:
    opened, parcels = open_map(evidence_map), table().set_index("parcel_id")
    row = parcels.loc[opened.ask("landuse.ids()")[1]]
    text = opened.page.inner_text(".row >> nth=1")
    assert f"P {row['p_flag'] * 100:.0f}%" in text
    assert {"stable": "稳健", "fragile": "易变"}[row["stability"]] in text
    assert opened.page.is_visible("#col-p")


def test_a_parcel_off_the_list_says_why_and_has_a_row_when_asked(
    open_map: Opener, evidence_map: Path
) -> None:
    opened, parcels = open_map(evidence_map), table()
    for flag in ("none", "vetoed", "insufficient_evidence"):
        row = parcels[parcels["flag"] == flag].iloc[0]
        assert "两项得分均低于 45 分" in open_card(opened, str(row["parcel_id"]))
    for kind in range(5):
        if kind < 3:
            opened.page.click(f"[data-kind='{kind}']")
    opened.page.click("[data-kind='5']")
    wanted = parcels.loc[parcels["flag"] == "none", "parcel_id"]
    assert set(opened.ask("landuse.ids()")) == set(wanted)


GONE = {
    "all": COLUMNS,
    "probability": ("p_flag", "tipping_zh", "tipping_en"),
    "band and stability": ("rank_p10", "rank_p90", "stability"),
    "words": [name for name in COLUMNS if name.endswith(("_zh", "_en"))],
    "codes": ("contradictions", "signal", "hot_spot", "cluster_id", "land_state"),
    "figures": ("cluster_area_mu", "cluster_parcels", "checked_on", "check_note"),
}


@pytest.mark.parametrize("dropped", list(GONE))
def test_columns_that_are_not_there_leave_no_empty_box(
    open_map: Opener, saved: Callable[[MapInput, str], Path], dropped: str
) -> None:
    parcels = table().drop(columns=list(GONE[dropped]))
    opened = open_map(saved(map_input(COUNT, parcels=parcels), f"without {dropped}"))
    opened.page.click("#more-open")
    for place in (0, 7, 21, 6, 8, 9):
        card = open_card(opened, str(parcels["parcel_id"].iloc[place]))
        for word in ("NaN", "null", "undefined", "Infinity"):
            assert word not in card
        empty = opened.ask(
            """[...document.querySelectorAll('#right section, #right .badge, #right .fact > div')]
            .filter((n) => !n.textContent.trim() && !n.querySelector('[role=img]')).length"""
        )
        assert empty == 0
    opened.page.click("#lang-en")
    assert opened.errors == []


def test_hostile_evidence_stays_text(
    open_map: Opener, saved: Callable[[MapInput, str], Path]
) -> None:
    texts = ("stability", "tipping_zh", "land_state", "ledger_zh", "contradictions",
             "contradictions_zh", "signal", "hot_spot", "cluster_id", "check_status",
             "checked_on", "check_note", "whynot_zh", "group")  # fmt: skip
    parcels = table().assign(**dict.fromkeys(texts, HOSTILE))
    opened = open_map(saved(map_input(COUNT, parcels=parcels), "hostile evidence"))
    opened.page.click("#more-open")
    for mode in ("p_flag", "land_state", "hot_spot"):
        opened.page.select_option("#mode", mode)
    card = open_card(opened, str(suspected(parcels)["parcel_id"].iloc[0]))
    assert "<script>window.hacked=1</script>" in card
    opened.page.click("#cluster-select")
    assert opened.ask("window.hacked === undefined")
    assert opened.ask("document.images.length") <= 1
    assert opened.errors == []


def test_the_csv_of_the_list_carries_the_evidence(open_map: Opener, evidence_map: Path) -> None:
    opened, parcels = open_map(evidence_map), table().set_index("parcel_id")
    rows: list[dict[str, Any]] = list(
        csv.DictReader(io.StringIO(str(opened.ask("landuse.csv()")).removeprefix("\ufeff")))
    )
    assert len(rows) == len(suspected(parcels))
    for row in rows[:40]:
        source = parcels.loc[row["地块编号"]]
        assert float(row["入选概率"]) == pytest.approx(source["p_flag"], abs=5e-4)
        assert row["台账状态"] == ("" if pd.isna(source["land_state"]) else source["land_state"])
        assert row["成片编号"] == source["cluster_id"]
        assert row["核实状态"] == source["check_status"]


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_of_the_evidence_is_cut_off(
    open_map: Opener, evidence_map: Path, size: tuple[int, int], lang: str
) -> None:
    opened = open_map(evidence_map, fragment=f"#l={lang}", size=size)
    if size[0] < 768:
        opened.page.click("#sheet-filter")
    opened.page.click("#more-open")
    open_card(opened, str(suspected(table())["parcel_id"].iloc[0]))
    cut = opened.ask(
        """[...document.querySelectorAll(`#right .badge, #right h3, #right .fact > span, .cols b,
        .more label > span, #more-open, #right button`)].filter((n) => n.offsetParent &&
        n.scrollWidth > n.clientWidth + 1 && n.clientWidth).map((n) => n.textContent)"""
    )
    assert cut == []
    assert opened.ask("document.documentElement.scrollWidth") <= size[0]
    wide = opened.ask("document.querySelector('#right .scroll').scrollWidth")
    assert wide <= opened.ask("document.querySelector('#right .scroll').clientWidth")
