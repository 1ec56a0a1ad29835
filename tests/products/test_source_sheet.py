"""The source sheet: ages, doubts, overlaps and credits, worked by hand; one page of A4."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landuse.products.absence_cost import absence_bill
from landuse.products.facts import SourceFact
from landuse.products.report import render_report
from landuse.products.report_map import Ground
from landuse.products.source_page import overlap_words, source_page
from landuse.products.source_sheet import (
    SheetLimits,
    age_years,
    doubts,
    merged,
    origin,
    source_facts,
)
from landuse.products.workbook_sheets import source_sheet
from landuse.sources.products import PRODUCTS
from landuse.sources.roles import ROLE_NAMES
from tests.products import county
from tests.products.test_report import Page

LIMITS = SheetLimits()
OSM = "© OpenStreetMap contributors"
HERE = ("county", "towns", "zones", "parcels", "roads", "buildings", "water", "eco_redline",
        "prime_farmland", "growth_boundary", "enterprises", "ledger")  # fmt: skip
RASTERS = {
    "landcover": "esa_worldcover", "built_surface": "ghs_built_s", "built_height": "ghs_built_h",
    "population": "worldpop", "elevation": "copernicus_glo30", "night_light": "viirs_vnl",
    "landcover_series": "clcd",
}  # fmt: skip


def fact(role="landcover", **more):
    return SourceFact(role=role, title_zh="甲", title_en="a", file="a.tif", **more)


def described(*rows):
    base = {"role": "landcover", "title_zh": "甲", "title_en": "a", "file": "a.tif", "year": "2021",
            "sha256": "ab", "size_bytes": 10, "licence": "", "attribution": ""}  # fmt: skip
    return pd.DataFrame([base | row for row in rows])


def test_age_counts_from_the_middle_of_the_last_year():
    """1 July 2021 to 31 December 2024: 1279 days / 365.25 = 3.5 years."""
    assert age_years("2021", "2024-12-31") == 3.5
    assert age_years("2014–2023", "2023-07-01") == 0.0
    assert age_years("2030", "2024-07-01") == pytest.approx(-6.0)
    assert (age_years("", "2024-12-31"), age_years("2021", "")) == (None, None)


@given(st.integers(1990, 2030), st.integers(1990, 2029))
def test_a_later_year_is_never_older(year, other):
    assert age_years(str(year + 1), f"{other}-06-30") < age_years(str(year), f"{other}-06-30")


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (fact(age_years=5.1), "已 5.1 年，超过 5.0 年"),
        (fact("parcels", age_years=2.5), "超过 2.0 年"),
        (fact("elevation", age_years=10.0), ""),
        (fact(age_years=-1.5), "晚于基准日"),
        (fact(projected=True), "推算值"),
        (fact(overlap=0.9, overlap_kind="known"), "只有 90.0% 研究区内有值"),
        (fact("towns", overlap=0.95, overlap_kind="area"), "研究区被覆盖"),
        (fact("roads", overlap=0.4, overlap_kind="inside"), "对象在研究区内"),
        (fact("roads", overlap=1.0, overlap_kind="inside", extent=0.3), "范围只占研究区 30.0%"),
        (fact("zones", overlap=1.0, overlap_kind="inside", extent=0.01), ""),
        (fact(overlap=0.99, overlap_kind="known", age_years=1.0), ""),
    ],
)
def test_what_is_in_doubt(source, says):
    found = doubts(source, LIMITS)
    assert len(found) == bool(says)
    assert says in "".join(zh for zh, _ in found)
    assert all(en.isascii() for _, en in found)


def test_overlap_is_found_by_key_and_tiles_share_their_layer():
    table = described(
        {"key": "landcover:a.tif"}, {"key": "night_light:2014"}, {"key": "roads", "role": "roads"}
    )
    overlap = pd.DataFrame(
        {"key": ["landcover", "night_light:2014"], "known_share": [0.5, 0.7],
         "area_share": [None, None], "inside_share": [None, None], "extent_share": [None, None],
         "features": [None, None]}
    ).astype({"known_share": "float64", "area_share": "float64", "inside_share": "float64",
              "extent_share": "float64", "features": "Int64"})  # fmt: skip
    found = source_facts(table, overlap=overlap, as_of="2024-12-31")
    assert [item.overlap for item in found] == [0.5, 0.7, None]
    assert [item.overlap for item in source_facts(table)] == [None] * 3


def test_only_the_whole_is_written_as_100_percent():
    almost = fact(overlap=0.9999, overlap_kind="known")
    assert overlap_words(almost)[0] == "有值 99.9%"
    assert overlap_words(replace(almost, overlap=1.0))[0] == "有值 100%"
    assert overlap_words(fact())[0] == "—"


def test_the_years_of_a_series_stand_on_one_line_and_its_worst_cover_counts():
    years = [fact("night_light", year=str(year), overlap=share, overlap_kind="known",
                  size_bytes=10, age_years=float(2024 - year), digest=str(year))
             for year, share in ((2014, 1.0), (2015, 0.8), (2016, 0.9))]  # fmt: skip
    (one,) = merged(years)
    assert (one.year, one.overlap, one.size_bytes, one.age_years) == ("2014–2016", 0.8, 30, 8.0)
    assert one.digest == ""
    assert merged(years[:1]) == years[:1]
    fetched = replace(years[0], url="https://example.org/a")
    assert len(merged([fetched, *years[1:]])) == 2


def test_origin_is_the_whole_address():
    assert origin(fact()) == ("本地文件", "local file")
    address = "https://example.org/a.tif"
    assert origin(fact(url=address)) == (f"下载 {address}", f"fetched from {address}")


def ordinary():
    """An ordinary county: 12 layers and tables, 5 rasters, 2 series of ten years, 14 absences."""
    layers = [
        SourceFact(
            role=role, key=role, title_zh=ROLE_NAMES[role][0], title_en=ROLE_NAMES[role][1],
            file=f"兰溪市_{role}_2023.gpkg", digest=f"{index:08x}77ab", year="2023", age_years=1.5,
            licence="ODbL 1.0" if role in {"roads", "buildings", "water"} else "",
            attribution=OSM if role in {"roads", "buildings", "water"} else "",
            size_bytes=12_345_678, features=12_345, overlap=0.987, overlap_kind="inside",
            url="https://download.geofabrik.de/asia/china.osm.pbf" if role == "roads" else "",
        )
        for index, role in enumerate(HERE)
    ]  # fmt: skip
    rasters = [
        SourceFact(
            role=role, key=f"{role}:{year}", file=f"{product.id}_{year}_R6_C30_V1_0.tif",
            title_zh=f"{ROLE_NAMES[role][0]}：{product.title_zh}",
            title_en=f"{ROLE_NAMES[role][1]}: {product.title_en}", product=product.short,
            digest="9d0c41aa77ab01fe", year=str(year), age_years=2024.5 - year, mark=product.mark,
            licence=product.licence, attribution=product.attribution.replace("{year}", str(year)),
            size_bytes=98_765_432, cells="36000 x 36000", overlap=0.9997, overlap_kind="known",
            url=product.url_template if hasattr(product, "url_template") else "https://x.org/a",
        )
        for role, name in RASTERS.items()
        for product in [PRODUCTS[name]]
        for year in (range(2014, 2024) if role in {"night_light", "landcover_series"} else [2018])
    ]  # fmt: skip
    return (*layers, *rasters)


@pytest.fixture(scope="module")
def run():
    facts, ground = county.run(60)
    there = {*HERE, *RASTERS, "surfaces", "land_use_map", "previous_parcels",
             "previous_settlements"}  # fmt: skip
    absent = {
        role: (f"未提供{zh}", f"{en} not supplied")
        for role, (zh, en) in ROLE_NAMES.items()
        if role not in there
    }
    bill = absence_bill(absent, model=facts.model, role_names=ROLE_NAMES)
    whole = replace(facts, sources=ordinary(), bill=bill)
    return whole, Ground(parcels=ground[["parcel_id", "geometry"]], **county.districts(ground))


@pytest.fixture(scope="module")
def html(run):
    return render_report(*run)


def test_sheet_names_sources_absences_verdict_and_credits_verbatim(run, html):
    text = Page(html).text
    sheet = text[text.index("十二、资料清单") :]
    assert f"{OSM}（ODbL 1.0）" in sheet
    for name in RASTERS.values():
        line = PRODUCTS[name].attribution
        if "{year}" in line:
            line = line.replace("{year}", "2018")
        assert line in sheet, name
    assert sheet.count(OSM) == 1
    assert "未核对 V03" in sheet
    assert run[0].bill.verdict[0] in sheet
    assert "下载 download.geofabrik.de" in sheet
    assert "2014–2023" in sheet
    assert "0000000b" in sheet


def test_page_of_a_run_without_a_bill_says_nothing_of_cost(run):
    facts, _ = run
    page = source_page(replace(facts, bill=None, sources=()))
    assert (page["rows"], page["credits"], page["absences"], page["verdict"]) == ([], [], [], None)


def test_the_workbook_lists_every_file_with_its_whole_digest(run):
    facts, _ = run
    sheet = source_sheet(facts)
    assert len(sheet.rows) == len(facts.sources)
    codes = [column.code for column in sheet.columns]
    assert {row[codes.index("digest")] for row in sheet.rows} == {s.digest for s in facts.sources}


def pages(browser, html, tmp_path, *, keep, tongue="both"):
    """Return how many A4 pages the kept part of a report prints on, as it is read."""
    file = tmp_path / "报告 一.html"
    file.write_text(html, encoding="utf-8")
    page = browser.new_page()
    page.goto(file.as_uri())
    page.click(f"label[for=tongue-{tongue}]")
    page.evaluate(
        "keep => document.querySelectorAll('header, main > section').forEach("
        "part => { if (!part.matches(keep)) part.remove() })",
        keep,
    )
    data = page.pdf(prefer_css_page_size=True)
    page.close()
    (tmp_path / "page.pdf").write_bytes(data)
    return len(re.findall(rb"/Type\s*/Page\b", data))


@pytest.mark.browser
@pytest.mark.parametrize("tongue", ["both", "zh", "en"])
def test_an_ordinary_study_has_its_sheet_on_one_page(browser, html, tmp_path, tongue):
    assert pages(browser, html, tmp_path, keep=".sheet", tongue=tongue) == 1
