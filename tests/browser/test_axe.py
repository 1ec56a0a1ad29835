"""Accessibility, checked by axe-core in every task and state.

axe-core (MPL-2.0) comes from the npm registry and is kept in the cache of pytest; where npm or the
network is missing the tests are skipped and say so.
"""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from landuse.products.webmap import MapInput
from tests.browser.conftest import Opened
from tests.browser.map_factory import map_input, parcel_table
from tests.browser.village_factory import village_input
from tests.made import Made
from tests.products.made_evidence import with_evidence

pytestmark = pytest.mark.browser
Opener = Callable[..., Opened]
PACKAGE = "axe-core@4.14.1"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
PICK = "landuse.select(landuse.ids()[1])"
CLICK = "document.getElementById('{}').click()"
STATES = {
    "overview": "1",
    "filters": CLICK.format("more-open"),
    "compare": CLICK.format("compare-open"),
    "measure": CLICK.format("measure-open"),
    "card": "landuse.select(landuse.ids()[1])",
    "village card": CLICK.format("tab-villages")
    + "; document.querySelector('#v-rows .row').click()",
    "plan": CLICK.format("tab-plan"),
    "empty": CLICK.format("tab-idle") + "; [0, 1, 2].forEach(k => "
    "document.querySelector(`[data-kind='${k}']`).click())",
    "about": CLICK.format("about-open"),
}
"""One page goes through them in this order."""
ON_PHONES = ("overview", "filters", "card", "plan")


@pytest.fixture(scope="session")
def axe(request: pytest.FixtureRequest) -> str:
    folder = Path(request.config.cache.mkdir("axe"))
    file = folder / f"{PACKAGE.replace('@', '-')}.js"
    if not file.exists():
        npm = shutil.which("npm")
        if npm is None:
            pytest.skip("npm is not installed: axe-core cannot be fetched")
        done = subprocess.run(
            [npm, "pack", "--silent", PACKAGE], cwd=folder, capture_output=True, text=True,
            check=False, timeout=120,
        )  # fmt: skip
        if done.returncode:
            pytest.skip(f"axe-core cannot be fetched: {done.stderr.strip()[-200:]}")
        with tarfile.open(folder / done.stdout.strip()) as packed:
            member = packed.extractfile("package/axe.min.js")
            assert member is not None
            file.write_bytes(member.read())
    return file.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def rich(saved: Callable[[MapInput, str], Path]) -> Path:
    parcels = with_evidence(parcel_table(200))
    yearly = parcels[["parcel_id"]].assign(impervious_2015=0.1, impervious_2024=0.3)
    return saved(
        replace(map_input(200, parcels=parcels), villages=village_input(), yearly=yearly), "axe"
    )


def violations(opened: Opened, axe: str) -> list[str]:
    if not opened.ask("Boolean(window.axe)"):
        opened.page.add_script_tag(content=axe)
    found: dict[str, Any] = opened.ask("rules => axe.run(document, rules)", RULES)
    return [
        f"{item['id']}: {node['target']} {node.get('failureSummary', '')[:160]}"
        for item in found["violations"]
        for node in item["nodes"]
    ]


@pytest.mark.parametrize(
    ("lang", "size"), [("zh", (1600, 900)), ("en", (390, 844))], ids=["desk-zh", "phone-en"]
)
def test_axe_finds_nothing(
    open_map: Opener, rich: Path, axe: str, lang: str, size: tuple[int, int]
) -> None:
    opened, found = open_map(rich, fragment=f"#l={lang}", size=size), []
    for name, step in STATES.items():
        if size[0] > 768 or name in ON_PHONES:
            opened.ask(step)
            found += [f"{name}: {text}" for text in violations(opened, axe)]
    assert found == []
    assert opened.errors == []


def test_axe_finds_nothing_in_the_what_if(open_map: Opener, demo: Made, axe: str) -> None:
    opened = open_map(demo.out / "map.html")
    opened.page.click("#weights")
    opened.ask("landuse.setTrial({w: {A02: 0.6}})")
    assert violations(opened, axe) == []
    opened.ask(STATES["card"])
    assert violations(opened, axe) == []
