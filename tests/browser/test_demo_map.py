"""The map of a real run, as a planner opens it: no network, find, read, switch off."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from tests.browser.conftest import Opened
from tests.made import Made

pytestmark = pytest.mark.browser
Opener = Callable[..., Opened]


def test_a_planner_finds_reads_and_switches(open_map: Opener, demo: Made) -> None:
    table = pd.read_parquet(demo.out / "tables" / "parcels.parquet")
    first = table.loc[table["rank"] == 1].iloc[0]
    opened = open_map(demo.out / "map.html")
    assert opened.ask("landuse.count().list") == int(table["rank"].notna().sum())
    opened.page.fill("#search", first["parcel_id"])
    opened.page.press("#search", "Enter")
    opened.page.wait_for_selector(".leaflet-popup")
    card = opened.page.inner_text("#right")
    assert f"{first['area_mu']:,.2f}" in opened.page.inner_text(".leaflet-popup")
    assert f"{first['score']:.1f}" in card
    assert f"{first['coverage']:.0%}" in card
    assert first["evidence_zh"] in card.replace("\n", "")
    opened.page.uncheck("[data-layer='parcels']")
    assert not opened.page.is_checked("[data-layer='parcels']")
    assert opened.requests == []
    assert opened.errors == []


def test_vetoed_parcel_has_a_reason_and_no_score(open_map: Opener, demo: Made) -> None:
    table = pd.read_parquet(demo.out / "tables" / "parcels.parquet")
    vetoed = table[table["veto"].str.startswith("V")].iloc[0]
    opened = open_map(demo.out / "map.html")
    assert opened.ask("id => landuse.select(id)", str(vetoed["parcel_id"]))
    card = opened.page.inner_text("#right")
    assert vetoed["veto_zh"] in card
    assert "/100" not in card
    assert opened.errors == []


def test_every_town_of_the_run_is_in_the_filter(open_map: Opener, demo: Made) -> None:
    table = pd.read_parquet(demo.out / "tables" / "parcels.parquet")
    opened = open_map(demo.out / "map.html")
    options = opened.page.locator("select option").all_inner_texts()
    assert set(table["town_name"].dropna()) <= {text.split("（")[0].strip() for text in options}
