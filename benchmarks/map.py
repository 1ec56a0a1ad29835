"""Time the map beside plain folium and Leaflet.VectorGrid on the same polygons, in one run.

    python benchmarks/map.py [--demo FOLDER] [--parcels 20000 100000] [--repeat 3] [--pages FOLDER]

FOLDER holds the products of ``landuse demo``; without it the full demo is made first. ``--pages``
keeps the pages of the peers for the next call: folium takes ten minutes to write 100,000 parcels.
Ours is written each time. Parcels are
those of the demo, laid out several times beside each other; in every copy each measured value is
off by a few percent and judged anew, so that no two parcels are alike. Our page carries all
attributes of the parcel table, the texts in both languages, ten years of built share and the score
model; the peers carry six attributes and a popup. Chromium runs headless, without a GPU. Pages are
opened in turn, and the median of the rounds is printed. Leaflet.VectorGrid comes from the npm
registry through ``npm pack`` into a temporary folder; where that fails its row says so.
Nothing here decides whether a test passes.
"""

from __future__ import annotations

import argparse
import json
import platform
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
from branca.element import Element
from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from landuse.products.webmap import MapInput, render_map
from landuse.products.webmap.page import leaflet_css, leaflet_js
from landuse.scores.assess import AssessSettings, assess
from landuse.scores.model import ScoreModel
from landuse.scores.texts import tell
from landuse.toml_file import read_toml

ROOT = Path(__file__).resolve().parents[1]
MODEL = ROOT / "landuse" / "scores" / "models" / "china.toml"
VECTOR_GRID = "leaflet.vectorgrid@1.3.0"
COPY_M = 40_000.0
COLOURS = {"I": "#8C2D04", "II": "#D9600E", "III": "#F7B84B"}
SHOWN = ["parcel_id", "flag", "grade", "score", "coverage", "area_mu", "geometry"]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
         "--js-flags=--expose-gc"]  # fmt: skip
WATCH = """
window.__long = []; window.__gaps = [];
new PerformanceObserver((list) => { for (const e of list.getEntries())
  window.__long.push([e.startTime, e.startTime + e.duration]); })
  .observe({type: 'longtask', buffered: true});
(function beat(last) { requestAnimationFrame((now) => {
  window.__gaps.push([now, now - last]); beat(now); }); })(performance.now());
window.__lastLong = () => window.__long.reduce((end, [, to]) => Math.max(end, to), 0);
"""
QUIET = """async (from) => {
  for (;;) { await new Promise((r) => setTimeout(r, 50));
    const end = Math.max(window.__lastLong(), from);
    if (performance.now() - end > 400 || performance.now() - from > 60000) return end; } }"""


def demo_tables(folder: Path) -> tuple[gpd.GeoDataFrame, ScoreModel]:
    parcels = pd.read_parquet(folder / "tables" / "parcels.parquet")
    geometry = gpd.read_parquet(folder / "tables" / "geometry.parquet")
    shapes = geometry.set_index("parcel_id").geometry.reindex(parcels["parcel_id"])
    model = ScoreModel.model_validate(read_toml(MODEL))
    return gpd.GeoDataFrame(parcels, geometry=shapes.to_numpy(), crs=geometry.crs), model


def many(one: gpd.GeoDataFrame, model: ScoreModel, count: int) -> MapInput:
    """Return ``count`` parcels in copies of the demo, each judged anew on values of its own."""
    rng, parts = np.random.default_rng(5), []
    measured = [name for name in model.columns() if name in one and one[name].dtype.kind == "f"]
    for copy in range(-(-count // len(one))):
        part = one.iloc[: count - copy * len(one)].copy()
        part.geometry = part.geometry.translate(COPY_M * (copy % 3), COPY_M * (copy // 3))
        part["parcel_id"] = [f"{copy}{name[1:]}" for name in part["parcel_id"]]
        for name in measured:
            part[name] = part[name] * (1 + rng.normal(0, 0.03, len(part)))
        parts.append(part)
    table = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=one.crs)
    table = table.sort_values("parcel_id", ignore_index=True)
    settings = AssessSettings(score_model=model)
    judged = assess(table=table, settings=settings)
    texts = tell(table=table, scores=judged["scores"], settings=settings)["texts"]
    for name, values in (*judged["scores"].items(), *texts.items()):
        if values.notna().any():
            table[name] = values.to_numpy()
    return MapInput(
        title_zh="基准", title_en="Benchmark", crs=str(one.crs), parcels=table,
        contributions=judged["contributions"],
        criteria=[item.model_dump(mode="json") for item in model.criteria],
        grades=[grade.model_dump() for grade in model.grades],
        families=[family.model_dump() for family in model.families],
        score_model=model.model_dump(mode="json"), yearly=yearly(table, rng),
    )  # fmt: skip


def yearly(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return ten years on the line from the first to the last share, each off by 2 points."""
    first, last = (table[f"impervious_{end}_share"].to_numpy() for end in ("first", "last"))
    years = {
        f"impervious_{year}": np.clip(
            first + (last - first) * step / 9 + rng.normal(0, 0.02, len(table)), 0, 1
        )
        for step, year in enumerate(range(2015, 2025))
    }
    return table[["parcel_id"]].assign(**years)


def peer_frame(inputs: MapInput) -> gpd.GeoDataFrame:
    shown = inputs.parcels[SHOWN].to_crs("EPSG:4326")
    shown.geometry = shown.geometry.set_precision(1e-6)
    return shown


def folium_page(frame: gpd.GeoDataFrame, *, canvas: bool) -> str:
    fmap = folium.Map(location=middle(frame), zoom_start=11, tiles=None, prefer_canvas=canvas)
    fmap.default_js, fmap.default_css = [], []
    root = fmap.get_root()
    root.header.add_child(Element("{% raw %}<style>" + leaflet_css() + "</style><script>"
                                  + leaflet_js() + "</script>{% endraw %}"))  # fmt: skip
    folium.GeoJson(
        frame, popup=folium.GeoJsonPopup(["parcel_id", "score", "coverage"]),
        style_function=lambda item: {
            "fillColor": COLOURS.get(item["properties"]["grade"], "#DDE2EA"),
            "color": "#3A1603", "weight": 0.6, "fillOpacity": 0.9,
        },
    ).add_to(fmap)  # fmt: skip
    # The scripts of folium run in the order of the page: what stands behind them runs last.
    name = fmap.get_name()
    ended = f"<script>window.__map = {name}; window.__ready = performance.now();</script>"
    return str(root.render()) + ended


def middle(frame: gpd.GeoDataFrame) -> list[float]:
    west, south, east, north = frame.total_bounds
    return [float(south + north) / 2, float(west + east) / 2]


def vector_grid_page(frame: gpd.GeoDataFrame, script: str) -> str:
    style = (
        f"p => ({{fill: true, fillColor: ({json.dumps(COLOURS)})[p.grade] || '#DDE2EA', "
        "fillOpacity: 0.9, color: '#3A1603', weight: 0.6})"
    )
    return f"""<!DOCTYPE html><meta charset="utf-8"><style>{leaflet_css()}
html, body, #map {{ height: 100%; margin: 0 }}</style><script>{leaflet_js()}</script>
<script>{script}</script><div id="map"></div><script>
const data = {frame.to_json()};
const map = window.__map = L.map('map', {{preferCanvas: true}}).setView({middle(frame)}, 11);
L.vectorGrid.slicer(data, {{rendererFactory: L.canvas.tile, interactive: true, maxZoom: 18,
  vectorTileLayerStyles: {{sliced: {style}}}}})
  .on('click', (e) => L.popup().setContent(e.layer.properties.parcel_id)
  .setLatLng(e.latlng).openOn(map)).addTo(map);
window.__ready = performance.now();</script>"""


def vector_grid_script(folder: Path) -> str | None:
    """Return the bundled script of Leaflet.VectorGrid, or None where npm cannot bring it."""
    npm = shutil.which("npm")
    if npm is None:
        return None
    done = subprocess.run([npm, "pack", "--silent", VECTOR_GRID], cwd=folder, check=False,
                          capture_output=True, text=True)  # fmt: skip
    if done.returncode:
        return None
    with tarfile.open(folder / done.stdout.strip()) as packed:
        member = packed.extractfile("package/dist/Leaflet.VectorGrid.bundled.js")
        return member.read().decode("utf-8") if member else None


def measure(browser: Browser, path: Path, target: list[float]) -> dict[str, float]:
    """Open a page once; times in ms, memory in MB."""
    context = browser.new_context(viewport={"width": 1600, "height": 900})
    context.set_offline(True)
    page = context.new_page()
    page.set_default_timeout(180_000)
    page.add_init_script(WATCH)
    page.goto(path.as_uri(), wait_until="commit")
    ready = wait_until_ready(page)
    page.evaluate("void (window.__map = window.__map || landuse.map)")
    found = {"ready": ready, "settled": page.evaluate(QUIET, ready)}
    found["pan"] = pan(page)
    found["zoom"] = max(zoom(page, step) for step in (1, 1, 1, -1, -1, -1))
    found["click"] = click(page, target)
    if page.evaluate("Boolean(window.landuse)"):
        trial = "landuse.setTrial({w: {A02: 0.4 + Math.random() / 5}})"
        found["whatif"] = max(page.evaluate(trial) for _ in range(3))
        page.evaluate("landuse.setTrial({})")
    found["heap"] = heap(page)
    context.close()
    return found


def wait_until_ready(page: Page) -> float:
    """Return when the page was ready, ms after it was asked for; it has three minutes.

    The page notes the moment itself; a question put to it while it loads would hold it up.
    """
    page.wait_for_timeout(1500)
    for _ in range(1800):
        ready = page.evaluate("window.__ready || (window.landuse && landuse.readyAt) || 0")
        if ready:
            return float(ready)
        page.wait_for_timeout(100)
    msg = "not ready after three minutes"
    raise TimeoutError(msg)


def pan(page: Page) -> float:
    page.evaluate("window.__gaps = []")
    page.mouse.move(900, 300)
    page.mouse.down()
    for step in range(1, 31):
        page.mouse.move(900 - step * 8, 300 + step * 5)
        page.wait_for_timeout(16)
    page.mouse.up()
    page.wait_for_timeout(300)
    return float(page.evaluate("Math.max(...window.__gaps.slice(1).map(([, gap]) => gap))"))


def zoom(page: Page, step: int) -> float:
    began = page.evaluate(
        "step => { const t = performance.now(); const c = window.__map.getCenter(); "
        "window.__map.setView(c, window.__map.getZoom() + step, {animate: false}); return t; }",
        step,
    )
    page.evaluate("() => new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))")
    now = page.evaluate("performance.now()")
    return float(max(page.evaluate(QUIET, now), now) - began)


def click(page: Page, target: list[float]) -> float:
    """Return ms from a click on a parcel to the frame after its card or popup stands."""
    page.evaluate("""() => { window.__card = 0; const began = {};
      addEventListener('click', (e) => { began.at = performance.now(); }, true);
      new MutationObserver(() => { if (!window.__card && began.at
        && document.querySelector('.leaflet-popup, #right:not([hidden]) header'))
        requestAnimationFrame(() => { window.__card = performance.now() - began.at; }); })
        .observe(document.body, {subtree: true, childList: true, attributes: true}); }""")
    page.evaluate("at => void window.__map.setView(at, 15, {animate: false})", target)
    page.evaluate(QUIET, page.evaluate("performance.now()"))
    spot = page.evaluate(
        "at => { const p = window.__map.latLngToContainerPoint(at);"
        "const b = window.__map.getContainer().getBoundingClientRect();"
        "return [p.x + b.left, p.y + b.top]; }",
        target,
    )
    page.mouse.click(*spot)
    for _ in range(100):
        page.wait_for_timeout(50)
        took = page.evaluate("window.__card")
        if took:
            return float(took)
    return float("nan")


def heap(page: Page) -> float:
    session = page.context.new_cdp_session(page)
    page.evaluate("window.gc && window.gc()")
    used = session.send("Runtime.getHeapUsage")
    return float(used["usedSize"] + used.get("backingStorageSize", 0)) / 1e6


def pages(inputs: MapInput, script: str | None) -> dict[str, Callable[[], str]]:
    frame = peer_frame(inputs)
    made: dict[str, Callable[[], str]] = {
        "landuse": lambda: render_map(inputs),
        "folium.GeoJson, SVG": lambda: folium_page(frame, canvas=False),
        "folium.GeoJson, canvas": lambda: folium_page(frame, canvas=True),
    }
    if script:
        made["Leaflet.VectorGrid"] = lambda: vector_grid_page(frame, script)
    return made


COLUMNS = ("ready", "settled", "pan", "zoom", "click", "whatif", "heap")


def row(name: str, size: float, runs: list[dict[str, float]]) -> str:
    cells = [f"{size / 1e6:.1f}"]
    for column in COLUMNS:
        values = [run[column] for run in runs if column in run]
        scale, digits = (1000, 2) if column in {"ready", "settled", "zoom"} else (1, 0)
        cells.append(f"{statistics.median(values) / scale:.{digits}f}" if values else "–")
    return f"| {name} | " + " | ".join(cells) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--demo", type=Path)
    parser.add_argument("--parcels", type=int, nargs="+", default=[20_000, 100_000])
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--pages", type=Path, help="where pages of peers are kept")
    parser.add_argument("--ours", action="store_true", help="leave the peers out")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as made, sync_playwright() as playwright:
        folder = Path(made)
        demo = chosen.demo or make_demo(folder)
        script = None if chosen.ours else vector_grid_script(folder)
        one, model = demo_tables(demo)
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        print(f"{platform.machine()}, Chromium {browser.version}, {time.strftime('%Y-%m-%d')}")
        for count in chosen.parcels:
            inputs = many(one, model, count)
            report(browser, pages(inputs, script), folder, chosen, inputs=inputs)


def written(
    made: dict[str, Callable[[], str]], folder: Path, chosen: argparse.Namespace, count: int
) -> dict[str, Path]:
    files = {}
    for name, build in made.items():
        if chosen.ours and name != "landuse":
            continue
        kept = folder if name == "landuse" else chosen.pages or folder
        files[name] = kept / f"{count} {name}.html"
        if name == "landuse" or not files[name].exists():
            files[name].write_text(build(), encoding="utf-8")
    return files


def report(
    browser: Browser, made: dict[str, Callable[[], str]], folder: Path,
    chosen: argparse.Namespace, *, inputs: MapInput,
) -> None:  # fmt: skip
    count = len(inputs.parcels)
    best = inputs.parcels.loc[inputs.parcels["rank"] == 1].to_crs("EPSG:4326")
    point = best.geometry.representative_point().iloc[0]
    target = [point.y, point.x]
    files = written(made, folder, chosen, count)
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in files}
    failed: dict[str, str] = {}
    for _ in range(chosen.repeat):
        for name, path in files.items():
            if name in failed:
                continue
            try:
                runs[name].append(measure(browser, path, target))
                print(f"{count} {name}: {runs[name][-1]}", file=sys.stderr, flush=True)
            except (
                PlaywrightError,
                TimeoutError,
            ) as error:  # a peer that crashes is a result, not an end
                failed[name] = str(error).splitlines()[0]
    print(f"\n{count:,} parcels\n")
    print("| page | MB | ready s | settled s | worst pan frame ms | worst zoom s "
          "| click to card ms | what-if ms | heap MB |")  # fmt: skip
    print("|---|---|---|---|---|---|---|---|---|")
    for name, path in files.items():
        if runs[name]:
            print(row(name, path.stat().st_size, runs[name]))
        if name in failed:
            print(f"| {name} | crashed: {failed[name]} |" + " |" * 7)
    print(flush=True)


def make_demo(folder: Path) -> Path:
    out = folder / "products"
    demo = [sys.executable, "-m", "landuse.cli", "demo", "--raw", folder / "raw", "--out", out]
    subprocess.run(demo, check=True, stdout=subprocess.DEVNULL)
    return out


if __name__ == "__main__":
    main()
