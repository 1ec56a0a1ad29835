from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point, box

from landuse.products.numbers import number
from landuse.products.report import css_text, render_report, write_report
from landuse.products.report_evidence import contradictions, histogram
from landuse.products.report_map import Frame, Ground, draw_map, scale_length_m
from landuse.products.report_stairs import stairs, vetoes_only
from landuse.products.totals import county_totals
from tests.products import county
from tests.products.made_evidence import COLUMNS


class Page(HTMLParser):
    """Tags and attributes of a page, and its visible text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


@pytest.fixture(scope="module")
def made():
    facts, ground = county.run(300)
    return facts, Ground(parcels=ground[["parcel_id", "geometry"]], **county.districts(ground))


@pytest.fixture(scope="module")
def html(made):
    return render_report(*made)


def test_page_opens_no_address_and_runs_no_script(html):
    page = Page(html)
    names = {name for _, attributes in page.tags for name in attributes}
    assert not names & {"src", "href", "action", "srcset", "data", "onload", "onclick"}
    assert not {tag for tag, _ in page.tags} & {"script", "link", "iframe", "img", "object"}
    # The name of the SVG language is the only thing that looks like an address.
    assert html.replace("http://www.w3.org/2000/svg", "").count("://") == 0
    assert "url(" not in html


def test_what_was_found_comes_first_with_stamp_and_split(made, html):
    total = county_totals(made[0].parcels)
    text = Page(html).text
    head = text[: text.index("二、前 20 位")]
    for value in ("suspected_count", "suspected_mu", "suspected_in_mu", "suspected_out_mu"):
        assert number(total[value], 2 if value.endswith("mu") else 0) in head
    assert "内部工作用图，不公开" in head
    assert "无审图号" in head
    assert "非法定认定" in head
    assert "未核对：位于生态保护红线内" in head


@pytest.mark.parametrize(("share", "warned"), [(0.02, True), (0.1, False), (0.3, True)])
def test_an_implausible_share_is_said_in_the_open(made, share, warned):
    facts, ground = made
    table = facts.parcels.assign(flag="none", grade="", rank=None, area_mu=1.0)
    flagged = table.index < round(share * len(table))
    table.loc[flagged, ["flag", "grade"]] = ["suspected_idle", "I"]
    doubtful = replace(facts, parcels=table, findings=facts.findings.head(0))
    text = Page(render_report(doubtful, ground)).text
    assert ("超出 3%–20% 的合理区间" in text) == warned


def test_report_holds_method_sources_absences_and_rules_generated_from_the_model(made, html):
    facts, text = made[0], Page(html).text
    for criterion in facts.model.criteria:
        assert criterion.code in text
        assert criterion.source in text
    for veto in facts.model.vetoes:
        assert veto.zh in text
    assert "A08 亩均税收（权重 13%）在 100% 的适用地块上缺失" in text
    assert "企业亩均效益表：未提供亩均税收表" in text
    assert "© ESA WorldCover project 2021" in text
    assert "禁止强迫农村村民搬迁退出宅基地" in text
    assert text.count("990781") >= 20


def test_a_study_without_adcode_quotes_no_chinese_law(made):
    facts, ground = made
    text = Page(render_report(replace(facts, study=replace(facts.study, adcode="")), ground)).text
    assert "宅基地面积" not in text
    assert "第 53 号" not in text
    assert "不以零代替" in text


def test_no_verdict_without_suspicion(made):
    facts, ground = made
    table = facts.parcels.assign(land_state=None)
    text = Page(render_report(replace(facts, parcels=table), ground)).text
    assert "没有地块对应供地台账的记录" in text
    for word in ("拆除", "demolish"):
        assert word not in text
    allowed = ("疑似闲置", "闲置证据", "用地是否闲置", "闲置土地：")
    for piece in allowed:
        text = text.replace(piece, "")
    assert "闲置" not in text


def test_legal_states_are_counted_where_the_ledger_has_rows(made, html):
    table, text = made[0].parcels, Page(html).text
    idle = table[table["land_state"] == "闲置土地"]
    assert len(idle) > 0
    row = text[text.index("闲置土地 idle land") :].split("\n")[0]
    assert row.endswith(f"{len(idle)}{number(idle['area_mu'].sum(), 2)}")


def test_robustness_is_counted_drawn_and_the_least_certain_named(made, html):
    table = made[0].candidates()
    text = Page(html).text
    part = text[text.index("四、稳健性") : text.index("五、台账状态")]
    for code, name in (("stable", "稳健 robust"), ("fragile", "易变 fragile")):
        rows = table[table["stability"] == code]
        assert f"{name}{len(rows)}{number(rows['area_mu'].sum(), 2)}" in part
    least = table.sort_values(["p_flag", "parcel_id"])["parcel_id"].head(10)
    assert all(name in part for name in least)
    assert "容积率权重由 20% 降到 12%" in part


@given(st.lists(st.floats(0, 1), max_size=60))
def test_every_parcel_stands_in_one_bar_of_the_histogram(values):
    bars = histogram(pd.Series(values, dtype="float64"))
    assert sum(bar["count"] for bar in bars) == len(values)
    assert max((bar["height"] for bar in bars), default=0) <= 120
    # The first bar is [0, 0.1), the last [0.9, 1] with 1 in it.
    assert bars[-1]["count"] == sum(int(value * 10) >= 9 for value in values)


def test_contradictions_are_counted_once_a_code(made):
    listed = pd.DataFrame({
        "parcel_id": ["a", "b", "c"], "area_mu": [10.0, 20.0, 30.0],
        "contradictions": ["C1;C2", "C2", ""], "contradictions_zh": ["甲；乙", "乙二", ""],
        "contradictions_en": ["one; two", "two", ""],
    })  # fmt: skip
    found = contradictions(listed, names={})
    assert found["parcels"] == 2
    assert [(row["code"], row["zh"], row["count"], row["mu"]) for row in found["rows"]] == [
        ("C1", "甲", 1, 10.0),
        ("C2", "乙", 2, 30.0),  # 10 mu of a and 20 mu of b
    ]
    assert contradictions(listed.drop(columns="contradictions"), names={}) is None


def test_stairs_lead_from_all_land_to_the_list_and_hang_together(made):
    facts = made[0]
    rows = stairs(facts)
    assert rows[0]["area_mu"] == pytest.approx(facts.parcels["area_mu"].sum())
    removed = sum(row["area_mu"] for row in rows if row["step"] == "removed")
    listed = [row for row in rows[1:] if row["step"] == "ends"]
    assert rows[0]["area_mu"] - removed == pytest.approx(sum(row["area_mu"] for row in listed))
    assert sum(row["parcels"] for row in listed) == len(facts.candidates())
    for row in rows:
        assert row["area_mu_in"] + row["area_mu_out"] == pytest.approx(row["area_mu"])
    # The last removal ends where the list begins.
    last = [row for row in rows if row["step"] == "removed"][-1]
    assert last["x"] == pytest.approx(sum(row["width"] for row in listed), abs=1e-6)


def test_a_waterfall_that_names_its_kinds_is_taken_as_it_is(made):
    given_rows = pd.DataFrame({
        "kind": ["all", "veto", "listed"], "veto": ["", "V01", ""],
        "veto_zh": ["全部", "水域", "清单"], "veto_en": ["all", "water", "list"],
        "parcels": [3, 1, 2], "area_mu": [100.0, 25.0, 75.0], "parcels_in": [1, 0, 1],
        "parcels_out": [2, 1, 1], "area_mu_in": [40.0, 0.0, 40.0],
        "area_mu_out": [60.0, 25.0, 35.0],
    })  # fmt: skip
    rows = stairs(replace(made[0], waterfall=given_rows))
    assert [(row["x"], row["width"]) for row in rows] == [(0, 100), (75, 25), (0, 75)]
    assert vetoes_only(given_rows)["veto"].tolist() == ["V01"]


def test_a_run_without_evidence_says_what_was_not_computed(made):
    facts, ground = made
    bare = replace(facts, parcels=facts.parcels.drop(columns=list(COLUMNS)))
    bare = replace(bare, parcels=bare.parcels.assign(rank_p10=None, rank_p90=None))
    text = Page(render_report(bare, ground)).text
    for words in (
        "本次未计算稳健性",
        "没有地块对应供地台账",
        "本次未核对矛盾",
        "本次未计算热点与成片",
    ):
        assert words in text


def test_missing_is_a_dash_and_never_nan(html):
    text = Page(html).text
    assert "—" in text
    for word in ("nan", "NaN", "None", "<NA>", "NaT"):
        assert word not in text.replace("finance", "")


def test_hostile_text_stays_text(made):
    facts, ground = made
    towns = ground.towns.assign(town_name=["<script>alert(1)</script>", "&<b>", "</svg>"])
    html = render_report(county.with_hostile(facts), replace(ground, towns=towns))
    assert "<script" not in html.lower()
    assert html.count("</style>") == 1
    page = Page(html)
    assert not {name for _, attributes in page.tags for name in attributes if name[:2] == "on"}
    assert {tag for tag, _ in page.tags} <= {
        "html", "head", "meta", "title", "style", "body", "header", "div", "h1", "p", "br",
        "small", "main", "section", "h2", "h3", "span", "strong", "b", "i", "em", "table",
        "thead", "tbody", "tr", "th", "td", "figure", "figcaption", "svg", "path", "circle",
        "rect", "text", "ol", "li", "code", "ul", "u", "input", "label",
    }  # fmt: skip
    assert not any(mark in html for mark in "\u202e\x00\x1b\x07")


def test_report_is_the_same_twice_and_small(made, html, tmp_path):
    assert render_report(*made) == html
    file = write_report(html, tmp_path / "成果 甲" / "report.html")
    assert file.read_text(encoding="utf-8") == html
    assert len(draw_map(_joined(made), grades=("I", "II", "III"))) < 300_000


def test_a_county_with_nothing_but_parcels_still_gets_a_report(made):
    facts, ground = made
    bare = Ground(parcels=ground.parcels.head(0))
    empty = replace(
        facts, parcels=facts.parcels.head(0), waterfall=facts.waterfall.head(0),
        findings=facts.findings.head(0), contributions=facts.contributions.head(0),
        sources=(), absences=(),
    )  # fmt: skip
    text = Page(render_report(empty, bare)).text
    assert "没有列入的地块" in text


def test_detailed_outlines_are_simplified_below_the_budget():
    shore = Point(0, 0).buffer(20_000, quad_segs=40_000)
    towns = gpd.GeoDataFrame({"town_name": ["甲"]}, geometry=[shore], crs="EPSG:4549")
    parcels = gpd.GeoDataFrame(
        {"parcel_id": ["1"], "flag": ["suspected_idle"], "grade": ["I"], "rank": [1],
         "area_mu": [9.0]},
        geometry=[box(0, 0, 100, 100)], crs="EPSG:4549",
    )  # fmt: skip
    picture = draw_map(Ground(parcels=parcels, county=towns, towns=towns), grades=("I",))
    assert len(picture) < 300_000
    # 0.8 * sqrt(9 mu) = 2.4 px
    assert 'r="2.4"' in picture


def test_frame_puts_the_corners_inside_the_picture():
    frame = Frame.around((0, 0, 1000, 500))
    left, top = frame.place(0, 500)
    right, bottom = frame.place(1000, 0)
    assert (left, top) == pytest.approx((12, 12))
    assert right == pytest.approx(688)
    assert bottom == pytest.approx(12 + 338)  # 676 px for 1000 m, so 338 px for 500 m


@given(st.floats(1, 1e6))
def test_scale_bar_is_round_and_never_too_long(longest):
    length = scale_length_m(longest)
    assert longest / 2.5 <= length <= longest


@given(st.text(max_size=20))
def test_css_text_cannot_leave_its_quotes(text):
    coded = css_text(text)
    assert coded[0] == coded[-1] == '"'
    assert not set(coded[1:-1]) & set("\"'<>{};\n")


def _joined(made):
    facts, ground = made
    parcels = gpd.GeoDataFrame(facts.parcels, geometry=ground.parcels.geometry)
    return replace(ground, parcels=parcels)
