"""The map page as bytes: what is in it, what is not, and that packing loses nothing seen."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import branca.element
import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st

from landuse.core.errors import LanduseError
from landuse.core.grid import Grid
from landuse.products.webmap import (
    MapInput,
    RemoteAddressError,
    WebTiles,
    build_map,
    ground_text,
    hillshade_picture,
    render_map,
)
from landuse.products.webmap.columns import DETAILS, kinds
from landuse.products.webmap.evidence import evidence_words
from landuse.products.webmap.hillshade import BRIGHTEST, DARKEST, shade
from landuse.products.webmap.judged import judged_parcels
from landuse.products.webmap.pack import LETTERS, Payload, base91, varint_bytes
from landuse.products.webmap.page import payload_text
from landuse.products.webmap.shapes import QUANTUM_M, SIMPLIFY_M, add_polygons
from landuse.products.webmap.vendored import refuse_addresses, refuse_links
from landuse.sources.tile_rules import tile_faults
from landuse.study import Tiles
from landuse.toml_file import validate
from tests.browser.map_factory import GRADES, HOSTILE, map_input, parcel_table
from tests.products.made_evidence import COLUMNS, with_evidence

PACKAGE = Path("landuse/products/webmap")


@pytest.fixture(scope="module")
def page() -> str:
    return render_map(map_input(60))


def unpack(text: str) -> tuple[dict[str, Any], bytes]:
    count, _, letters = text.partition("\n")
    data = from_base91(letters, int(count))
    data = gzip.decompress(data)
    size = int.from_bytes(data[:8], "little")
    return json.loads(data[8 : 8 + size]), data[8 + size :]


def from_base91(letters: str, count: int) -> bytes:
    """Decode 13 bits from two letters."""
    place = np.zeros(128, dtype=np.int64)
    place[LETTERS] = np.arange(91)
    values = place[np.frombuffer(letters.encode("ascii"), dtype=np.uint8)].reshape(-1, 2)
    bits = (values[:, :1] * 91 + values[:, 1:]) >> np.arange(12, -1, -1) & 1
    return np.packbits(bits.astype(np.uint8).ravel()).tobytes()[:count]


def read_varints(data: bytes, place: list[Any]) -> np.ndarray:
    """Decode as written in the format, one number at a time."""
    _, offset, count, _ = place
    out = []
    for _ in range(count):
        value = shift = 0
        while True:
            byte = data[offset]
            offset += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                break
        out.append(value >> 1 if value % 2 == 0 else -(value >> 1) - 1)
    return np.array(out, dtype=np.int64)


def test_page_names_no_address(page: str) -> None:
    found = set(re.findall(r"(?i)(?:https?|ftp|wss?)://[^\s\"'<>)]*", page))
    assert found <= {"http://www.w3.org/2000/svg"}, "the name of a namespace is never fetched"
    assert not re.search(r"(?i)<(?:link|script|img|iframe)[^>]+(?:src|href)=(?!\"data:)", page)
    assert not re.search(r"\burl\((?!data:|#)", page)
    assert "bootstrap" not in page.lower()
    assert "jquery" not in page.lower()


def test_same_input_gives_same_bytes(page: str) -> None:
    assert render_map(map_input(60)) == page
    assert not re.search(r"\b[0-9a-f]{32}\b", page), "no random id is left"


def test_build_map_is_a_folium_map_that_saves_the_same_page(page: str, tmp_path: Path) -> None:
    built = build_map(map_input(60))
    assert isinstance(built, folium.Map)
    built.save(str(tmp_path / "地图.html"))
    assert (tmp_path / "地图.html").read_text(encoding="utf-8") == page


def test_a_plugin_with_links_is_refused() -> None:
    figure = build_map(map_input(12)).get_root()
    figure.header.add_child(branca.element.JavascriptLink("local/unknown.js"))
    figure.render()
    with pytest.raises(RemoteAddressError, match="unknown"):
        refuse_links(figure)


@pytest.mark.parametrize(
    "text",
    ["see http" + "://example.org/a.js", '<img src="//example.org/x">', "@import 'a.css'",
     "url(//example.org/f.woff)"],
)  # fmt: skip
def test_addresses_are_refused(text: str) -> None:
    with pytest.raises(RemoteAddressError):
        refuse_addresses(f"<html>{text}</html>")


def test_names_that_look_like_addresses_do_not_stop_the_map() -> None:
    parcels = parcel_table(12)
    parcels["town_name"] = "http" + "://example.org/x.js"
    title = "见 http" + "://example.org </title><script>"
    assert "<script>alert" not in render_map(map_input(12, parcels=parcels, title_zh=title))


def test_web_tiles_only_where_a_study_names_them() -> None:
    address = "http" + "s://{s}.tiles.example/{z}/{x}/{y}.png"
    page = render_map(map_input(12, tiles=WebTiles(url=address, attribution="Example")))
    assert address in page
    assert "img-src data: blob: http" + "s://*.tiles.example;" in page
    for wrong in ("javascript:alert(1)", "http" + "s://a b;x/{z}/{x}/{y}", "file:///{z}/{x}/{y}"):
        with pytest.raises(RemoteAddressError):
            render_map(map_input(12, tiles=WebTiles(url=wrong, attribution="")))


KEY = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("webrd01.is.autonavi.com/appmaptile?x={x}&y={y}&z={z}", "GCJ-02"),
        ("mt2.google.cn/vt/lyrs=m&x={x}&y={y}&z={z}", "GCJ-02"),
        ("online1.map.bdimg.com/tile/?x={x}&y={y}&z={z}", "BD-09"),
        (f"t0.tianditu.gov.cn/vec_w/wmts?x={{x}}&y={{y}}&z={{z}}&tk={KEY}", "{key}"),
        (f"tiles.example/{KEY}/{{z}}/{{x}}/{{y}}.png", "{key}"),
        ("tiles.example/{z}/{x}.png", "lacks {y}"),
    ],
)
def test_shifted_tiles_and_keys_are_refused(address: str, why: str) -> None:
    url = "http" + "s://" + address
    assert any(why in english for _, english in tile_faults(url))
    with pytest.raises(RemoteAddressError, match=re.escape(why)):
        render_map(map_input(12, tiles=WebTiles(url=url, attribution="x")))
    with pytest.raises(LanduseError, match="url"):
        validate(Tiles, {"url": url, "attribution": "x"}, file="study.toml")


def test_a_key_is_a_field_and_never_a_value() -> None:
    url = "http" + "s://t0.tianditu.gov.cn/vec_w/wmts?x={x}&y={y}&z={z}&tk={key}"
    assert tile_faults(url) == []
    page = render_map(map_input(12, tiles=WebTiles(url=url, attribution="Tianditu")))
    assert "tk={key}" in page
    head, _ = unpack(payload_text(map_input(12, tiles=WebTiles(url=url, attribution="Tianditu"))))
    assert head["meta"]["tiles"] == {"attribution": "Tianditu", "key": True}


def test_hostile_text_reaches_no_markup(page: str) -> None:
    assert HOSTILE not in page
    assert "<script>window.hacked" not in page


def test_no_file_of_the_package_names_a_script_host() -> None:
    files = [p for p in PACKAGE.rglob("*") if p.suffix in {".py", ".js", ".css", ".html"}]
    own = [p for p in files if "vendor" not in p.parts]
    assert len(own) > 20
    for path in own:
        found = set(re.findall(r"https?://[\w./]+", path.read_text(encoding="utf-8")))
        assert found <= {"http://www.w3.org/2000/svg", "https://leafletjs.com"}, path
    assert (PACKAGE / "vendor/leaflet/LICENSE").read_text(encoding="utf-8").startswith("BSD 2")


def test_the_licence_of_leaflet_travels_with_its_code(page: str) -> None:
    assert "Redistribution and use in source and binary forms" in page


@given(st.binary(max_size=60))
def test_base91_comes_back_and_holds_no_markup(data: bytes) -> None:
    letters = base91(data)
    assert from_base91(letters, len(data)) == data
    assert not set("<>&") & set(letters)
    assert len(letters) == -(-len(data) // 13) * 16


@given(st.lists(st.integers(-(2**31), 2**31 - 1), max_size=50))
def test_varints_come_back(values: list[int]) -> None:
    data = varint_bytes(np.array(values, dtype=np.int64))
    back = read_varints(data, ["v", 0, len(values), 0])
    assert back.tolist() == values


def test_small_steps_take_one_byte() -> None:
    # Zigzag maps -64..63 to 0..127, which fits 7 bits.
    assert len(varint_bytes(np.arange(-64, 64))) == 128
    assert len(varint_bytes(np.array([64, -65]))) == 4


def unpacked_rings(data: bytes, layer: dict[str, Any]) -> list[np.ndarray]:
    sizes = read_varints(data, layer["sizes"])
    steps = np.column_stack([np.cumsum(read_varints(data, layer[axis])) for axis in "xy"])
    points = np.array(layer["origin"]) + steps * layer["quantum"]
    return np.split(points, np.cumsum(sizes)[:-1])


@given(
    st.lists(
        st.tuples(st.floats(-4e5, 4e5), st.floats(-4e5, 4e5), st.floats(5, 5e4)),
        min_size=1, max_size=6,
    )
)  # fmt: skip
def test_packed_vertices_move_by_half_a_quantum_at_most(
    boxes: list[tuple[float, float, float]],
) -> None:
    shapes = np.array([
        shapely.Polygon(
            [(x, y), (x + s, y), (x + s, y + s), (x, y + s)],
            [[(x + s / 4, y + s / 4), (x + s / 2, y + s / 4), (x + s / 2, y + s / 2)]],
        )
        for x, y, s in boxes
    ])  # fmt: skip
    payload = Payload()
    payload.head = {"layer": add_polygons(payload, shapes)}
    head, data = unpack(payload.text())
    assert read_varints(data, head["layer"]["rings"]).tolist() == [2] * len(boxes)
    rings = shapely.get_rings(shapes)
    for packed, ring in zip(unpacked_rings(data, head["layer"]), rings, strict=True):
        vertices = shapely.get_coordinates(ring)[:-1]
        assert len(packed) == len(vertices)
        assert np.abs(packed - vertices).max() <= QUANTUM_M / 2 + 1e-6


def test_simplified_parcels_stay_within_tolerance() -> None:
    circle = shapely.Point(450_000, 3_230_000).buffer(80, quad_segs=64)
    parcels = gpd.GeoDataFrame(
        {"parcel_id": ["a"], "flag": ["none"]}, geometry=[circle], crs="EPSG:4549"
    )
    head, data = unpack(ground_text(_bare(parcels)))
    (ring,) = unpacked_rings(data, head["layers"]["parcels"])
    exact = parcels.geometry.to_crs("EPSG:3857").iloc[0]
    moved = shapely.hausdorff_distance(shapely.Polygon(ring), exact)
    assert moved <= SIMPLIFY_M + QUANTUM_M  # half a quantum on each axis is 0.18 m
    assert len(ring) < 64 * 4


def _bare(parcels: gpd.GeoDataFrame) -> MapInput:
    return MapInput(title_zh="图", title_en="Map", crs="EPSG:4549", parcels=parcels)


def test_null_empty_and_mixed_shapes_are_carried() -> None:
    square = shapely.box(450_000, 3_230_000, 450_100, 3_230_100)
    shapes = [
        None,
        shapely.Polygon(),
        shapely.MultiPolygon([square, shapely.affinity.translate(square, 500)]),
        shapely.GeometryCollection([square, shapely.LineString([(450_000, 3_230_000), (0, 0)])]),
    ]
    parcels = gpd.GeoDataFrame(
        {"parcel_id": list("abcd"), "flag": "none"}, geometry=shapes, crs="EPSG:4549"
    )
    parcels["lon"], parcels["lat"] = 119.5, 29.2
    head, data = unpack(ground_text(_bare(parcels)))
    assert read_varints(data, head["layers"]["parcels"]["rings"]).tolist() == [0, 0, 2, 1]


def test_numbers_are_stored_at_the_digits_shown() -> None:
    payload = Payload()
    payload.head = {"a": payload.numbers(np.array([0.069, np.nan, -3.25, 1e4]), decimals=2)}
    head, data = unpack(payload.text())
    kind, offset, length = head["a"]["n"]
    stored = np.frombuffer(data, dtype=np.dtype(kind), count=length, offset=offset)
    # 10,000.00 needs 1,000,000: four bytes; null is the least number of the type.
    assert kind == "i4"
    assert stored.tolist() == [7, -(2**31), -325, 1_000_000]


def test_kind_follows_flag_before_grade() -> None:
    table = pd.DataFrame({
        "flag": ["suspected_idle", "suspected_low_efficiency", "none", "vetoed",
                 "insufficient_evidence", "suspected_idle"],
        "grade": ["I", "III", "I", "I", "II", "unknown"],
    })  # fmt: skip
    # Grades 0 1 2, then 3 insufficient, 4 vetoed, 5 not listed; an unknown grade is the last one.
    assert kinds(table, list(GRADES)).tolist() == [0, 2, 5, 4, 3, 2]


def test_flat_ground_is_one_grey_and_a_slope_is_not() -> None:
    flat = shade(np.full((8, 8), 500.0), cell_m=30)
    assert np.unique(flat).tolist() == [239]  # 206 + 0.75 x 44
    north_west = np.add.outer(np.arange(8.0), np.arange(8.0)) * 10
    lit, unlit = shade(north_west, cell_m=30), shade(-north_west, cell_m=30)
    assert (lit > 239).all(), "ground that falls to the north-west faces the light"
    assert (unlit < 239).all()
    assert min(unlit.min(), lit.min()) >= DARKEST
    assert max(unlit.max(), lit.max()) <= BRIGHTEST


def test_hillshade_covers_its_grid() -> None:
    grid = Grid("EPSG:4549", Affine(100, 0, 450_000, 0, -100, 3_236_000), (60, 50))
    elevation = np.random.default_rng(1).random((60, 50)) * 50
    elevation[:5] = np.nan
    picture = hillshade_picture(elevation, grid=grid)
    assert picture.data_uri.startswith("data:image/webp;base64,")
    corners = gpd.GeoSeries([shapely.box(*grid.bounds)], crs="EPSG:4549").to_crs("EPSG:4326")
    assert np.allclose(picture.bounds, corners.total_bounds, atol=2e-3)


def test_the_ground_packed_before_makes_the_same_page_and_knows_no_judgment() -> None:
    inputs = map_input(60)
    ground = ground_text(inputs)
    assert render_map(replace(inputs, ground=ground)) == render_map(inputs)
    bare = inputs.parcels[["parcel_id", inputs.parcels.geometry.name]]
    assert ground_text(replace(inputs, parcels=bare)) == ground


def test_contributions_keep_state_and_reason() -> None:
    inputs = map_input(60)
    judged = judged_parcels(inputs)
    _, data = unpack(judged.details)
    tax = next(item for item in judged.head["criteria"] if item["code"] == "L3")["of"]["les"]
    kind, offset, length = tax["state"]
    state = np.frombuffer(data, dtype=np.dtype(kind), count=length, offset=offset)
    assert (state >= 2).all(), "missing everywhere"
    assert tax["reasons"][int(state[0]) - 2] == ["未提供亩均税收表", "No tax table supplied"]


def test_evidence_codes_are_packed_as_codes_and_named_only_where_held() -> None:
    parcels = with_evidence(parcel_table(60))
    head, data = unpack(payload_text(map_input(60, parcels=parcels)))
    for name in ("stability", "land_state", "hot_spot", "signal", "check_status"):
        column = head["parcels"][name]
        assert len(column["t"]) <= 9, "eight states and none"
        kind, offset, length = column["c"]
        codes = np.frombuffer(data, dtype=np.dtype(kind), count=length, offset=offset)
        found = [column["t"][code] for code in codes]
        assert found == parcels[name].fillna("").tolist()
    held = {entry["code"] for entry in head["words"]["land_state"]}
    assert held == set(parcels["land_state"].dropna())
    assert all(entry["fill"].startswith("#") for entry in head["words"]["land_state"])


def test_a_checker_is_not_named_on_the_map() -> None:
    parcels = with_evidence(parcel_table(60)).assign(checked_by="some person")
    head, _ = unpack(payload_text(map_input(60, parcels=parcels)))
    assert "checked_by" not in head["parcels"]
    assert "some person" not in json.dumps(head, ensure_ascii=False)


def test_what_cards_alone_read_is_a_text_of_its_own() -> None:
    judged = judged_parcels(map_input(60))
    head, data = unpack(judged.details)
    assert head == {}, "its places stand in the head of the other"
    kind, offset, length = judged.head["parcels"]["lon"]["n"]
    lon = np.frombuffer(data, dtype=np.dtype(kind), count=length, offset=offset) / 1e6
    assert ((lon > 100) & (lon < 130)).all()
    assert set(judged.head["parcels"]["details"]) == set(DETAILS)


def test_columns_that_are_absent_cost_next_to_nothing() -> None:
    # Twenty-odd columns of 2,000 equal values: a gzip run each, and a name in the head.
    parcels = parcel_table(2000)
    columns = {name: "" for name in COLUMNS if not name.startswith(("rank_", "p_", "cluster_"))}
    given = render_map(map_input(2000, parcels=parcels.assign(**columns)))
    assert abs(len(given) - len(render_map(map_input(2000, parcels=parcels)))) < 200


def test_a_code_nobody_knows_keeps_its_name_and_a_plain_colour() -> None:
    words = evidence_words(parcel_table(12).assign(hot_spot="warm", signal="greened_over;new"))
    assert words["hot_spot"] == [{"code": "warm", "zh": "warm", "en": "warm", "fill": "#7C8898"}]
    assert [entry["zh"] for entry in words["signal"]] == ["绿覆返荒", "new"]


def test_roads_keep_their_width_class_and_areas_are_filled() -> None:
    line = shapely.LineString([(450_000, 3_230_000), (451_000, 3_230_500)])
    shapes = [line, line.buffer(5), shapely.affinity.translate(line, 50)]
    for name in ("highway", "road_class"):
        roads = gpd.GeoDataFrame(
            {name: ["motorway", "primary", "residential"]}, geometry=shapes, crs="EPSG:4549"
        )
        head, data = unpack(ground_text(map_input(12, roads=roads)))
        assert head["layers"]["road_areas"]["count"] == 1
        kind, offset, length = head["layers"]["roads"]["class"]
        found = np.frombuffer(data, dtype=np.dtype(kind), count=length, offset=offset)
        assert found.tolist() == [0, 3], "motorway and street; the area has no width"


def test_no_two_modules_of_the_page_declare_the_same_name() -> None:
    """The modules are joined inside one function: of two equal names the later one would win."""
    scripts = sorted((PACKAGE / "templates" / "js").glob("*.js"))
    declared = re.compile(r"^(?:async )?(?:function|const|let|class) (\w+)", re.MULTILINE)
    names = [name for script in scripts for name in declared.findall(script.read_text("utf-8"))]
    assert len(names) > 100
    assert sorted({name for name in names if names.count(name) > 1}) == []
