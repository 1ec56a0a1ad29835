"""The map page: a folium map in a frame, one file, nothing fetched."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from html import escape
from typing import Any, cast
from urllib.parse import urlsplit

import folium
import numpy as np
from branca.element import Element, Figure, MacroElement
from jinja2 import Environment, PackageLoader

from landuse.products.safety import plain_text
from landuse.products.webmap.columns import (
    kinds,
    numbers_of,
    plain,
    plain_records,
    texts_of,
)
from landuse.products.webmap.judged import judged_parcels
from landuse.products.webmap.layers import control_lines, ground_text, home_bounds
from landuse.products.webmap.model import MapInput
from landuse.products.webmap.pack import Payload
from landuse.products.webmap.sites import add_sites
from landuse.products.webmap.vendored import (
    RemoteAddressError,
    leaflet_css,
    leaflet_js,
    refuse_addresses,
    refuse_links,
)
from landuse.products.webmap.villages import add_plan, add_villages
from landuse.sources.tile_rules import KEY_FIELD, tile_faults

MODULES = (
    "i18n", "i18n_evidence", "i18n_villages", "i18n_sites", "i18n_projects", "i18n_whatif",
    "i18n_tools", "format", "data", "index", "facets", "state", "canvas", "ground", "tiles",
    "modes", "parcels", "overlay", "view", "list", "filters", "search", "card", "evidence",
    "whynot", "legend", "export", "whatif", "whatif_apply", "whatif_share", "whatif_panel",
    "whatif_draw", "trend", "compare", "measure", "print", "tasks", "villages", "village_paint",
    "village_card", "plan", "sites", "site_paint", "site_projects", "site_card", "keys", "main",
)  # fmt: skip
"""Script files in the order they are joined, inside one function."""
DECODING = ("decode", "blocks")
"""Script files that run first, before the packed texts."""
NO_SCRIPT_ROWS = 20
_PACKED = re.compile(r'<script type="text/plain" id="landuse-[a-z]+">[^<]*</script>')
"""Packed letters: they may spell anything."""
_HOST = re.compile(r"(\*\.)?[A-Za-z0-9.-]+(:\d+)?")
MAP_ID = "landuse"
_NO_ENLARGING = ", maximum-scale=1.0, user-scalable=no"
_ENVIRONMENT = Environment(loader=PackageLoader(__package__), autoescape=False)


class Part(MacroElement):
    """A piece of the page from a template with ``header``, ``html`` or ``script`` macros.

    Branca compiles what a macro returns as a template once more: scripts and styles therefore
    stand in ``raw`` blocks, and texts from data carry no brace (``_inert``).
    """

    def __init__(self, template: str, **values: Any) -> None:
        super().__init__()
        self._name = template.partition(".")[0]
        self._template = _ENVIRONMENT.get_template(template)
        self.values = values


class Page(Figure):
    """A figure with a language, a content policy and no links of its own.

    ``packed`` : the packed texts by name. They are put in once the page is rendered: Branca would
    read each of their millions of letters for template marks.
    """

    def __init__(self, *, title: str, policy: str, packed: Mapping[str, str]) -> None:
        super().__init__(title=title)
        self._template = _ENVIRONMENT.get_template("page.html")
        self.policy = policy
        self.packed = packed

    def render(self, **kwargs: Any) -> str:
        """Return the page; folium forbids to enlarge it by hand, which readers may need."""
        page: str = super().render(**kwargs).replace(_NO_ENLARGING, "")
        for name, text in self.packed.items():
            before, mark, after = page.partition(f'id="landuse-{name}">')
            page = before + mark + text + after
        return page


def payload_text(inputs: MapInput) -> str:
    """Return what list and map tell of the parcels, and the plans, as one compressed text."""
    judged = inputs.judged or judged_parcels(inputs)
    payload, of_parcels = Payload(judged.body), judged.head
    payload.head = {
        "meta": _meta(inputs),
        "grades": plain_records(inputs.grades) or [_SINGLE_GRADE],
        "families": plain_records(inputs.families),
        "rules": plain_records(inputs.rules()),
        "absences": plain_records(inputs.absences),
        "criteria": of_parcels["criteria"],
        "parcels": of_parcels["parcels"],
        "control": control_lines(inputs),
        "agree_at": inputs.agree_at,
        **{name: of_parcels[name] for name in ("words", "whatif", "yearly")},
    }
    if inputs.villages is not None:
        towns = payload.head["parcels"]["towns"]
        payload.head["villages"] = add_villages(
            payload, inputs.villages, crs=inputs.crs, towns=towns
        )
        payload.head["plan"] = add_plan(payload, inputs.villages, crs=inputs.crs)
    if inputs.opportunities is not None:
        payload.head["sites"] = add_sites(
            payload, inputs.opportunities, crs=inputs.crs, towns=payload.head["parcels"]["towns"]
        )
    return payload.text()


_SINGLE_GRADE = {"code": "", "zh": "疑似", "en": "Suspected", "minimum": None}


def _meta(inputs: MapInput) -> dict[str, Any]:
    names = (
        "title_zh", "title_en", "subtitle_zh", "subtitle_en", "crs", "run_code", "result_date",
        "data_note_zh", "data_note_en", "notice_zh", "notice_en",
    )  # fmt: skip
    meta: dict[str, Any] = {name: plain(getattr(inputs, name)) for name in names}
    meta["attribution"] = [plain_text(line) for line in inputs.attribution]
    meta["home"] = home_bounds(inputs)
    if inputs.tiles is not None:
        tiles_attribution = plain_text(inputs.tiles.attribution)
        meta["attribution"].append(tiles_attribution)
        meta["tiles"] = {
            "attribution": tiles_attribution,
            "key": KEY_FIELD in inputs.tiles.url,
        }
    return meta


def build_map(inputs: MapInput) -> folium.Map:
    """Build the folium map; ``map.save(path)`` writes the same page as ``render_map``."""
    fmap = folium.Map(
        location=[0, 0], zoom_start=2, tiles=None, zoom_control=False, attribution_control=False,
        zoom_snap=0.25, max_zoom=19, wheel_px_per_zoom_level=90, prefer_canvas=True,
        inertia=False, zoom_animation_threshold=3,
    )  # fmt: skip
    fmap.default_js, fmap.default_css = [], []  # the page carries its own Leaflet, and no more
    tiles = _tile_layer(inputs)
    if tiles is not None:
        tiles.add_to(fmap)
    ground = inputs.ground if inputs.ground is not None else ground_text(inputs)
    judged = inputs.judged or judged_parcels(inputs)
    data = payload_text(replace(inputs, judged=judged))
    packed = {"details": judged.details, "ground": ground, "data": data}  # the longest first
    title = _inert(plain_text(inputs.title_zh))
    figure = Page(title=title, policy=_policy(inputs), packed=packed)
    figure.add_child(Part("data.html", js=_modules(DECODING), blocks=list(packed)))
    figure.add_child(Part("assets.html", css=_style(), leaflet_css=leaflet_css(), js=leaflet_js()))
    figure.add_child(Part("frame.html"))
    figure.add_child(fmap)
    figure.add_child(Part("panel.html", rows=_first_rows(inputs), still=judged.still))
    app = Part("app.js", modules=_modules(MODULES), map=f"map_{MAP_ID}", tiles="null")
    figure.add_child(app)
    _name_stably(figure, fmap)
    if tiles is not None:
        app.values["tiles"] = tiles.get_name()
    return fmap


def _tile_layer(inputs: MapInput) -> folium.TileLayer | None:
    """Return the web tiles of a study; those that need a key wait for it, off the map."""
    if inputs.tiles is None:
        return None
    return folium.TileLayer(
        tiles=inputs.tiles.url, attr="web tiles", control=False, max_zoom=19, key="",
        show=KEY_FIELD not in inputs.tiles.url,
    )  # fmt: skip


def render_map(inputs: MapInput) -> str:
    """Return the map as one HTML text: the same input gives the same bytes.

    Raises
    ------
    RemoteAddressError
        If anything in the page would be fetched by address.
    """
    figure = cast(Figure, build_map(inputs).get_root())
    page: str = figure.render()
    refuse_links(figure)
    refuse_addresses(_PACKED.sub("", page), allowed=_tile_addresses(inputs))
    return page


def _name_stably(figure: Figure, fmap: folium.Map) -> None:
    """Replace the random ids of folium by names that are the same on every run."""
    waiting: list[tuple[Element, str]] = [(figure, "page")]
    while waiting:
        element, name = waiting.pop()
        element._id = name
        waiting += [
            (child, f"{name}_{place}") for place, child in enumerate(element._children.values())
        ]
    fmap._id = MAP_ID


def _policy(inputs: MapInput) -> str:
    """Return the content policy: the browser itself refuses whatever would leave the file."""
    pictures = "".join(f" {address}" for address in _tile_addresses(inputs)[:1])
    return (
        "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
        f"worker-src blob:; img-src data: blob:{pictures}; base-uri 'none'; form-action 'none'"
    )


def _tile_addresses(inputs: MapInput) -> list[str]:
    """Return scheme and host of the web tiles, first as a policy writes it; none without tiles.

    Raises
    ------
    RemoteAddressError
        If the template names no plain host, one with shifted tiles, or holds a key.
    """
    if inputs.tiles is None:
        return []
    faults = tile_faults(inputs.tiles.url)
    if faults:
        raise RemoteAddressError("; ".join(english for _, english in faults))
    parts = urlsplit(inputs.tiles.url)
    host = parts.netloc.replace("{s}", "*")
    if parts.scheme not in {"http", "https"} or not _HOST.fullmatch(host):
        msg = f"web tiles: not an address with a plain host: {inputs.tiles.url!r}"
        raise RemoteAddressError(msg)
    return [f"{parts.scheme}://{host}", f"{parts.scheme}://{parts.netloc}"]


def _style() -> str:
    return _source("style.css") + _source("print.css")


def _modules(names: tuple[str, ...]) -> str:
    return "\n".join(_source(f"js/{name}.js") for name in names)


def _source(name: str) -> str:
    loader = _ENVIRONMENT.loader
    if loader is None:
        msg = "templates cannot be found"
        raise FileNotFoundError(msg)
    return loader.get_source(_ENVIRONMENT, name)[0]


def _first_rows(inputs: MapInput) -> list[dict[str, str]]:
    """Return the first parcels as escaped texts, for a browser that runs no script."""
    table = inputs.parcels
    listed = kinds(table, list(inputs.grades)) < max(len(inputs.grades), 1)
    rank = np.where(listed, numbers_of(table, "rank"), np.nan)
    order = np.argsort(rank, kind="stable")[: min(NO_SCRIPT_ROWS, int(np.isfinite(rank).sum()))]
    texts = {
        name: texts_of(table, name).iloc[order] for name in ("parcel_id", "town_name", "grade")
    }
    area, score = (numbers_of(table, name)[order] for name in ("area_mu", "score"))
    columns = [
        [f"{value:.0f}" for value in rank[order]], texts["parcel_id"], texts["town_name"],
        texts["grade"], [_fixed(value, 2) for value in area], [_fixed(value, 1) for value in score],
    ]  # fmt: skip
    names = ("rank", "id", "town", "grade", "area_mu", "score")
    return [
        {name: _inert(str(cell)) for name, cell in zip(names, row, strict=True)}
        for row in zip(*columns, strict=True)
    ]


def _fixed(value: float, digits: int) -> str:
    return f"{value:,.{digits}f}" if np.isfinite(value) else "—"


def _inert(text: str) -> str:
    """Return text for HTML that holds no markup, no template mark and no readable address."""
    return escape(text).replace("://", "&#58;//").replace("{", "&#123;").replace("}", "&#125;")
