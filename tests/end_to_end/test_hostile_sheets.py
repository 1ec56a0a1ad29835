"""Hostile text through the sheets of sites and towns and the workbooks of sites and villages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from markupsafe import Markup
from playwright.sync_api import Browser, Page

from landuse.explain import read_product
from landuse.plan import Plan
from landuse.products.facts import PlanFacts, StudyFacts
from landuse.products.opportunity_book import opportunity_book
from landuse.products.opportunity_facts import OpportunityFacts
from landuse.products.safety import FORMULA_STARTS, plain_text
from landuse.products.site_page import site_page, town_page
from landuse.products.village_book import village_book
from landuse.products.workbook import write_sheets
from landuse.sheets_of_sites import opportunity_tables
from tests.made import Made
from tests.products import county
from tests.products.hostile import SCRIPTS
from tests.products.poisoned import TEXTS, all_cycled, filled

CALLS = "for (const n of ['alert', 'confirm', 'prompt', 'open']) window[n] = () => { hacked = n; }"
CELL, BATCH = 32_767, 20
SHEET_TAGS = {
    "html", "head", "meta", "title", "style", "body", "header", "footer", "section", "div", "h1",
    "h2", "p", "b", "i", "span", "br", "table", "thead", "tbody", "tr", "th", "td", "svg",
}  # fmt: skip
POLICY = 'http-equiv="Content-Security-Policy"'
READ = """(pages) => pages.map((html) => {
  const read = html === null ? document : new DOMParser().parseFromString(html, 'text/html');
  const all = [...read.querySelectorAll('*')];
  return { tags: all.map((e) => e.localName),
           names: [...new Set(all.flatMap(
             (e) => [...e.attributes].map((a) => e.localName + ' ' + a.name)))],
           links: read.querySelectorAll('[href], [src], [action], [data]').length,
           head: read.querySelector('h1').textContent, hacked: window.hacked || '' };
})"""


@pytest.fixture(scope="module")
def facts(demo: Made) -> OpportunityFacts:
    return opportunity_tables(demo.open())


def tables_of(held: Any) -> dict[str, pd.DataFrame]:
    named = {item.name: getattr(held, item.name) for item in fields(held)}
    return {name: one for name, one in named.items() if isinstance(one, pd.DataFrame)}


def study_of(text: str) -> StudyFacts:
    return replace(county.study_facts(), title_zh=text, as_of=text, run_code=text, stamp_zh=text)


def sheets_of(facts: OpportunityFacts, text: str) -> dict[str, str]:
    """Return a site's and a town's page of which every text from outside is ``text``."""
    one = replace(facts, **{name: filled(table.head(1), text)
                            for name, table in tables_of(facts).items()})  # fmt: skip
    study = study_of(text)
    return {
        "site": site_page(one, text, study=study, plan=Markup("<svg></svg>"), place=text),
        "town": town_page(one, one.towns.iloc[0], study=study),
    }


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(offline=True)
    context.add_init_script(CALLS)
    yield context.new_page()
    context.close()


def shown(page: Page, html: str) -> dict[str, Any]:
    """Open a sheet without its policy, so that only escaping protects it."""
    assert html.count(POLICY) == 1
    page.set_content(html.replace(POLICY, "data-policy"), wait_until="domcontentloaded")
    told: dict[str, Any] = page.evaluate(READ, [None])[0]
    return told


@pytest.mark.browser
def test_no_string_makes_an_element_in_a_sheet(facts: OpportunityFacts, page: Page) -> None:
    """Whatever the names are, a sheet has the elements of a sheet whose names are harmless."""
    usual = dict(zip(("site", "town"), page.evaluate(READ, list(sheets_of(facts, "甲").values())),
                     strict=True))  # fmt: skip
    for start in range(0, len(TEXTS), BATCH):
        texts = TEXTS[start : start + BATCH]
        pages = [(text, kind, html) for text in texts
                 for kind, html in sheets_of(facts, text).items()]  # fmt: skip
        read = page.evaluate(READ, [html for _, _, html in pages])
        for (text, kind, _), told in zip(pages, read, strict=True):
            found, expected = Counter(told["tags"]), Counter(usual[kind]["tags"])
            assert not found - expected, repr(text[:80])
            if plain_text(text) and ";" not in text:  # Blanks are left out; ";" parts a list.
                assert found == expected, repr(text[:80])
            assert set(told["names"]) <= set(usual[kind]["names"]), repr(text[:80])
            assert plain_text(text) in told["head"]
            assert told["links"] == 0


@pytest.mark.browser
@pytest.mark.parametrize("order", [1, -1])
def test_nothing_runs_when_a_sheet_full_of_scripts_is_opened(
    facts: OpportunityFacts, page: Page, order: int
) -> None:
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    scripts = " ".join(SCRIPTS[::order])
    for kind, html in sheets_of(facts, scripts).items():
        told = shown(page, html)
        page.wait_for_timeout(100)
        assert told["links"] == 0, kind
        assert set(told["tags"]) <= SHEET_TAGS
        assert page.evaluate("window.hacked || ''") == ""
    assert dialogs == []


def test_every_text_of_the_workbook_of_opportunities_stays_text(
    facts: OpportunityFacts, tmp_path: Path
) -> None:
    tables = all_cycled(tables_of(facts))
    tables |= {name: tables[name].head(len(TEXTS)).assign(site_id=unique())
               for name in ("sites", "uses")}  # fmt: skip
    hostile = replace(facts, **tables)
    run = replace(county.with_hostile(county.run(60)[0]), chances=hostile)
    check_book(opportunity_book(run), tmp_path / "opportunities.xlsx")


def village_tables(demo: Made) -> dict[str, pd.DataFrame]:
    """Return villages, potential and ledger with the corpus in every text, joined by one id."""
    study = demo.open()
    named = {"villages": "villages", "potential": "village_potential", "quota": "quota"}
    held = {name: read_product(study, file) for name, file in named.items()}
    reclaim = read_product(study, "reclaim")
    held["potential"] = held["potential"].merge(reclaim, on="village_id", validate="1:1")
    return {name: one.head(len(TEXTS)).assign(village_id=unique())
            for name, one in all_cycled(held).items()}  # fmt: skip


def unique() -> list[str]:
    """Return an id a string of the corpus: hostile, and no two alike."""
    return [f"{text[:40]}{number}" for number, text in enumerate(TEXTS)]


def test_every_text_of_the_workbook_of_villages_stays_text(demo: Made, tmp_path: Path) -> None:
    study, plan = demo.open(), Plan(demo.open())
    files = {"plan": "plan", "ladder": "plan_ladder", "front": "plan_front",
             "sites": "receiving_sites", "refused": "receiving_refused"}  # fmt: skip
    proposal = all_cycled({name: read_product(study, file) for name, file in files.items()})
    relax = pd.DataFrame(dict.fromkeys(("option", "rule", "zh", "en"), TEXTS), dtype=object)
    proposal["relax"] = relax.assign(limit=1.0, needed=2.0, by=1.0)
    proposal["reach"] = pd.DataFrame({"candidates": [1]})
    run = replace(
        county.with_hostile(county.run(60)[0]), **village_tables(demo),
        proposal=PlanFacts(**proposal), plan_rules=plan.plan_rules(),
        village_model=study.village_model,
    )  # fmt: skip
    check_book(village_book(run), tmp_path / "villages.xlsx")


def check_book(sheets: Iterable[Any], path: Path) -> None:
    """No cell of a workbook is a formula or a link, and every string is there as it was."""
    sheets = tuple(sheets)
    book = openpyxl.load_workbook(write_sheets(sheets, path, title=TEXTS[1]))
    wanted = {as_held(text) for text in TEXTS} - {""}
    full = 0
    for name in book.sheetnames:
        cells = [cell for row in book[name].iter_rows() for cell in row]
        assert {cell.data_type for cell in cells} <= {"s", "n", "inlineStr"}
        assert all(cell.hyperlink is None for cell in cells)
        texts = [cell for cell in cells if isinstance(cell.value, str)]
        risky = [cell for cell in texts if cell.value[:1] in {*FORMULA_STARTS}]
        assert all(cell.quotePrefix for cell in risky), name
        full += wanted <= {cell.value for cell in texts}
    assert full >= 6, "most sheets list what they were given, a string a cell"


def as_held(text: str) -> str:
    """Return a text as a cell holds it: printable, and no longer than a cell may be."""
    text = plain_text(text)
    return text if len(text) <= CELL else text[: CELL - 1] + "…"
