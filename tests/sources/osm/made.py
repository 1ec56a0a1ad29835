"""One small map as OpenStreetMap objects: a real .osm.pbf, and the same as an Overpass answer.

Degrees from 119.4 E, 29.2 N in steps of 0.001; every square is given by its south-west corner.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import osmium
from osmium.osm.mutable import Node, Relation, Way

BOUNDS = (119.4, 29.2, 119.5, 29.3)
WEST, SOUTH, STEP = 119.4, 29.2, 0.001

AREAS: dict[int, tuple[tuple[float, float, float], dict[str, str]]] = {
    101: ((1, 1, 2), {"building": "industrial", "building:levels": "3;4", "name": "一号厂房"}),
    102: ((5, 1, 2), {"building": "yes", "building:levels": "2层", "height": "12 m"}),
    103: ((9, 1, 2), {"building": "yes", "building:levels": "许多", "height": "高"}),
    104: ((13, 1, 2), {"building": "yes"}),
    105: ((17, 1, 2), {"building": "no"}),
    106: ((1, 20, 8), {"landuse": "industrial", "name": "兰江工业园"}),
    107: ((20, 20, 8), {"landuse": "farm"}),
    108: ((30, 20, 8), {"leisure": "park", "name": "兰荫山公园"}),
    109: ((40, 20, 8), {"natural": "water", "name": "池塘"}),
    110: ((50, 20, 8), {"waterway": "riverbank"}),
    111: ((60, 20, 8), {"landuse": "reservoir", "name": "芝堰水库"}),
    112: ((70, 20, 4), {"landuse": "greenhouse_horticulture"}),
    113: ((80, 20, 6), {"place": "village", "name": "诸葛村"}),
    # straddles the eastern bound at 119.5: kept whole
    114: ((98, 40, 4), {"building": "yes", "building:levels": "6"}),
    # outside: 119.51
    115: ((110, 40, 4), {"building": "yes", "building:levels": "9"}),
    # the members of the relations below, without tags of their own
    201: ((20, 60, 20), {}),
    202: ((25, 65, 5), {}),
    203: ((50, 60, 5), {}),
    204: ((60, 60, 5), {}),
}
LINES: dict[int, tuple[list[tuple[float, float]], dict[str, str]]] = {
    301: ([(0, 10), (50, 10)], {"highway": "primary", "name": "兰溪大道", "surface": "asphalt"}),
    302: ([(0, 12), (5, 12), (5, 14)], {"highway": "track"}),
    303: ([(0, 50), (200, 50)], {"highway": "motorway", "name": "高速"}),
    304: ([(0, 55), (9, 55)], {"highway": "proposed"}),
    305: ([(0, 56), (9, 56)], {"waterway": "stream"}),
    # a ring that is a road, not an area
    306: ([(5, 80), (8, 80), (8, 83), (5, 80)], {"highway": "residential"}),
}
RELATIONS: dict[int, tuple[list[tuple[int, str]], dict[str, str]]] = {
    1: ([(201, "outer"), (202, "inner")], {"landuse": "industrial", "name": "带天井的园区"}),
    2: ([(203, "outer"), (204, "outer")], {"building": "school", "building:levels": "５"}),
    # way 999 is not in the file, as at the edge of an extract
    3: ([(999, "outer")], {"landuse": "forest"}),
}
PLACES: dict[int, tuple[tuple[float, float], dict[str, str]]] = {
    9001: ((15, 15), {"place": "hamlet", "name": "下王村"}),
    9002: ((16, 90), {"place": "town", "name": "游埠镇"}),
    9003: ((17, 90), {"amenity": "bank"}),
}


def nodes() -> dict[int, tuple[tuple[float, float], dict[str, str]]]:
    """Return {node: ((steps east, steps north), tags)}: corners first, then places."""
    found: dict[int, tuple[tuple[float, float], dict[str, str]]] = {}
    for way, corners in _corners().items():
        for number, corner in enumerate(corners):
            found[way * 10 + number] = (corner, {})
    return found | PLACES


def ways() -> dict[int, tuple[list[int], dict[str, str]]]:
    """Return {way: (nodes, tags)}; an area and a ring end where they begin."""
    tags = {way: entry[1] for way, entry in (*AREAS.items(), *LINES.items())}
    found = {}
    for way, corners in _corners().items():
        refs = [way * 10 + number for number in range(len(corners))]
        closed = way in AREAS or way == 306
        found[way] = (refs + refs[:1] if closed else refs, tags[way])
    return found


def _corners() -> dict[int, list[tuple[float, float]]]:
    squares = {
        way: [(x, y), (x + side, y), (x + side, y + side), (x, y + side)]
        for way, ((x, y, side), _) in AREAS.items()
    }
    lines = {way: points[:-1] if way == 306 else points for way, (points, _) in LINES.items()}
    return dict(sorted((squares | lines).items()))


def degrees(corner: tuple[float, float]) -> tuple[float, float]:
    return round(WEST + corner[0] * STEP, 7), round(SOUTH + corner[1] * STEP, 7)


def write_map(path: Path) -> Path:
    """Write the map as ``.osm.pbf`` or ``.osm``, by the ending."""
    with osmium.SimpleWriter(str(path)) as out:
        for number, (corner, tags) in sorted(nodes().items()):
            out.add_node(Node(id=number, location=degrees(corner), tags=tags, version=1))
        for number, (refs, tags) in sorted(ways().items()):
            out.add_way(Way(id=number, nodes=refs, tags=tags, version=1))
        for number, (members, tags) in sorted(RELATIONS.items()):
            listed = [("w", way, role) for way, role in members]
            kind = tags | {"type": "multipolygon"}
            out.add_relation(Relation(id=number, members=listed, tags=kind, version=1))
    return path


def overpass_answer(keys: set[str]) -> dict[str, Any]:
    """Return what Overpass says when asked for objects with any of these keys, and their nodes."""
    return {"version": 0.6, "generator": "stand-in", "elements": list(_elements(keys))}


def _elements(keys: set[str]) -> Iterator[dict[str, Any]]:
    table = ways()
    wanted = {way for way, (_, tags) in table.items() if keys & tags.keys()}
    relations = {n: entry for n, entry in RELATIONS.items() if keys & entry[1].keys()}
    held = {way for members, _ in relations.values() for way, _ in members if way in table}
    for number, (members, tags) in relations.items():
        listed = [{"type": "way", "ref": way, "role": role} for way, role in members]
        kind = tags | {"type": "multipolygon"}
        yield {"type": "relation", "id": number, "members": listed, "tags": kind}
    used = set()
    for way in sorted(wanted | held):
        refs, tags = table[way]
        used |= set(refs)
        yield {"type": "way", "id": way, "nodes": refs} | ({"tags": tags} if tags else {})
    for number, (corner, tags) in sorted(nodes().items()):
        if number in used or keys & tags.keys():
            lon, lat = degrees(corner)
            body = {"type": "node", "id": number, "lon": lon, "lat": lat}
            yield body | ({"tags": tags} if tags else {})
