"""A corpus of hostile strings in every text the map shows: all stay text."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from landuse.products.safety import FORMULA_STARTS
from landuse.products.webmap import MapInput
from tests.browser.conftest import Opened
from tests.browser.hostile_names import NAMES
from tests.browser.map_factory import contribution_table, map_input, parcel_table
from tests.browser.village_factory import village_input
from tests.products.made_evidence import with_evidence

pytestmark = pytest.mark.browser
Opener = Callable[..., Opened]
TEXTS = (
    "town_name", "zone_name", "land_use_zh", "land_use_en", "evidence_zh", "evidence_en", "veto_zh",
    "suggestion", "tipping_zh", "ledger_zh", "contradictions_zh", "whynot_zh", "check_note",
    "cluster_id", "signal", "hot_spot", "land_state", "check_status",
)  # fmt: skip
MADE = "document.querySelectorAll('script, iframe, object, embed, img, video, base, form, marquee')"


def as_they_are(texts: Sequence[str]) -> pd.Series:
    """Return texts no string type would hold: halves of a surrogate pair among them."""
    return pd.Series(list(texts), dtype="object")


def hostile_input() -> MapInput:
    parcels = with_evidence(parcel_table(len(NAMES)))
    for shift, name in enumerate(TEXTS):
        parcels[name] = as_they_are(NAMES[11 * shift :] + NAMES[: 11 * shift])
    parcels["parcel_id"] = as_they_are([f"{text[:60]}{k}" for k, text in enumerate(NAMES)])
    parcels["town_code"] = as_they_are([f"T{k}{text[:20]}" for k, text in enumerate(NAMES)])
    villages = village_input()
    for name in ("name", "village_name", "evidence_zh", "suggestion_zh", "reclaim_zh"):
        villages.villages[name] = as_they_are(NAMES[::-1][: len(villages.villages)])
    criteria = [
        {"code": "L1", "score": "les", "zh": NAMES[0], "en": NAMES[1], "unit": NAMES[2],
         "family": "form", "weight": 1.0, "threshold_zh": NAMES[3], "threshold_en": NAMES[4],
         "source": NAMES[5], "mark": NAMES[6], "year": NAMES[7]},
    ]  # fmt: skip
    absences = [{"zh": text, "en": text, "cost_zh": text, "cost_en": text} for text in NAMES]
    return replace(
        map_input(len(NAMES), parcels=parcels), villages=villages, attribution=NAMES,
        title_zh=NAMES[0], subtitle_zh=NAMES[1], data_note_zh=" ".join(NAMES[:40]),
        notice_zh=NAMES[2], criteria=criteria, absences=absences,
        contributions=contribution_table(parcels),
    )  # fmt: skip


def test_two_hundred_hostile_strings_stay_text(
    open_map: Opener, saved: Callable[[MapInput, str], Path]
) -> None:
    assert len(set(NAMES)) >= 200
    opened = open_map(saved(hostile_input(), "hostile"))
    made, title = opened.ask(f"{MADE}.length"), opened.ask("document.title")
    for kind in (3, 4, 5):
        opened.page.click(f"[data-kind='{kind}']")
    ids = opened.ask("landuse.ids()")
    assert len(ids) == len(NAMES)
    opened.ask("ids => ids.forEach(id => landuse.select(id))", ids)
    opened.page.click("#more-open")
    for text in NAMES[::9]:
        opened.page.fill("#search", " ".join(text.split())[:40])
    opened.page.fill("#search", "")
    for tab in ("#tab-villages", "#tab-plan", "#tab-idle"):
        opened.page.click(tab)
        opened.ask("document.querySelectorAll('#v-rows .row').forEach(row => row.click())")
    opened.page.click("#lang-en")
    opened.ask("window.dispatchEvent(new Event('beforeprint'))")
    opened.ask("window.dispatchEvent(new Event('afterprint'))")
    opened.page.click("#about-open")
    opened.page.wait_for_timeout(300)
    assert opened.ask("window.hacked === undefined")
    assert opened.ask("document.title") != "x"
    assert title != "x"
    assert opened.ask(f"{MADE}.length") == made, "no element came from a name"
    assert opened.ask("[...document.querySelectorAll('[onerror], [onload]')].length") == 0
    assert opened.errors == []
    assert opened.requests == []
    for text in (opened.ask("landuse.csv()"), opened.ask("landuse.villageCsv()")):
        for row in csv.reader(io.StringIO(text.lstrip("\ufeff"))):
            cells = [cell.lstrip(" \u00a0\u3000") for cell in row]
            bad = [cell for cell in cells if cell[:1] in FORMULA_STARTS and not _number(cell)]
            assert [cell for cell in bad if cell] == []


def _number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return cell == ""
    return True
