"""Hostile text through the lists and pages of a province: it stays text and starts nothing."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
import shapely
from playwright.sync_api import Browser, Page

from landuse.products.province.county import FIGURES, County, Failed
from landuse.products.province.page import TOP
from landuse.products.province.write import write_province
from landuse.products.safety import FORMULA_STARTS, plain_text
from tests.products.poisoned import TEXTS, is_number

ROW = ("title_zh", "title_en", "adcode", "as_of", "run_code", "landuse", "outline_basis")
HELD = ("parcel_id", "town_name", "zone_name", "grade", "evidence_zh", "evidence_en", "land_use_zh")
POLICY = 'http-equiv="Content-Security-Policy"'
LOOK = """() => {
  const all = [...document.querySelectorAll('*')];
  return { tags: all.map((e) => e.localName),
           attributes: all.flatMap((e) => [...e.attributes].map((a) => e.localName + ' ' + a.name)),
           text: document.body.textContent, hacked: window.hacked || '' };
}"""


def county(name: str, texts: list[str], *, x: float) -> County:
    """Return a county with a suspected parcel and a village a text; every cell is that text."""
    figures: dict[str, Any] = dict.fromkeys(FIGURES, 100.0) | {"suspected_share": 0.1}
    counts = ("villages_count", "relocation_count", "hollow_count", "scattered_count")
    row = figures | dict.fromkeys(counts, 1) | {
        "county": name, "model": "m1", "sources_count": 9, "coverage": 0.8,
    } | dict.fromkeys(ROW, texts[0])  # fmt: skip
    column = pd.Series(texts, dtype=object)
    suspected = pd.DataFrame(dict.fromkeys(HELD, column)).assign(
        score=80.0, area_mu=2.0, flag="suspected_idle", rank=1, coverage=0.8, lon=x + 0.1, lat=29.1,
    )  # fmt: skip
    villages = pd.DataFrame({"village_id": column, "name": column}).assign(
        kind="空心村", score=70.0,
    )  # fmt: skip
    return County(name, Path("nowhere"), row, suspected, villages,
                  shapely.box(x, 29.0, x + 0.2, 29.2))  # fmt: skip


def written(folder: Path, texts: list[str]) -> Path:
    """Write a province whose text is ``texts``: counties, parcels, villages, and what failed."""
    failed = [Failed(f"f{k}", text, text, text, (text,)) for k, text in enumerate(texts)]
    held = [county("c01", texts, x=119.0), county("c02", texts[::-1], x=119.3)]
    write_province(folder, held, failed, title=(texts[0], texts[-1]))
    return folder


def looked_at(page: Page, file: Path) -> dict[str, Any]:
    """Open a page of the province without its policy, so that only escaping protects it."""
    html = file.read_text(encoding="utf-8")
    assert html.count(POLICY) == 1
    page.set_content(html.replace(POLICY, "data-policy"), wait_until="domcontentloaded")
    told: dict[str, Any] = page.evaluate(LOOK)
    return told


@pytest.mark.browser
def test_every_string_stays_text_in_lists_and_pages_of_a_province(
    browser: Browser, tmp_path: Path
) -> None:
    context = browser.new_context(offline=True)
    context.add_init_script("for (const n of ['alert', 'open']) window[n] = () => { hacked = n; }")
    page, dialogs = context.new_page(), []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    plain = [text for text in TEXTS if plain_text(text).strip()]
    for start in range(0, len(plain), TOP // 2):
        texts = plain[start : start + TOP // 2]
        usual = written(tmp_path / f"a{start}", ["甲"] * len(texts))
        hostile = written(tmp_path / f"b{start}", texts)
        for name in ("map.html", "report.html"):
            before, after = looked_at(page, usual / name), looked_at(page, hostile / name)
            assert Counter(after["tags"]) == Counter(before["tags"]), name
            assert set(after["attributes"]) == set(before["attributes"]), name
            assert after["hacked"] == ""
            assert all(plain_text(text) in after["text"] for text in texts)
        check_lists(hostile)
    assert dialogs == []
    context.close()


def check_lists(folder: Path) -> None:
    """No cell of a CSV or of the workbook starts a formula."""
    for name in ("counties.csv", "candidates.csv", "villages.csv"):
        text = (folder / name).read_text(encoding="utf-8-sig")
        for row in csv.reader(io.StringIO(text, newline="")):
            starts = [cell.lstrip()[:1] for cell in row if not is_number(cell)]
            assert not [start for start in starts if start and start in FORMULA_STARTS]
    for sheet in openpyxl.load_workbook(folder / "candidates.xlsx"):
        cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
        assert {cell.data_type for cell in cells} <= {"s", "n", "inlineStr"}
        risky = [cell for cell in cells if str(cell.value)[0] in FORMULA_STARTS
                 and isinstance(cell.value, str)]  # fmt: skip
        assert all(cell.quotePrefix and cell.hyperlink is None for cell in risky)
