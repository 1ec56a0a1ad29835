"""Candidate villages and the consolidation plan, packed for the map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from landuse.products.webmap.columns import coded_texts, numbers_of, plain_records, texts_of
from landuse.products.webmap.model import VillageInput
from landuse.products.webmap.pack import Payload
from landuse.products.webmap.shapes import SIMPLIFY_M, add_inner_points, add_polygons, web_shapes

AREAS = (
    "cleared_mu", "reclaimed_cropland_mu", "reclaimed_paddy_mu", "reclaimed_other_mu",
    "resettlement_mu", "reserved_mu", "net_quota_mu", "net_cropland_mu",
)  # fmt: skip
"""Columns of the quota ledger the map sums up, in the order in which the panel shows them."""
_NUMBERS = {
    "area_mu": 2, "score": 1, "coverage": 3, "rank": 0, "hvs": 1, "mrs": 1, "scattered": 1,
    "households_est": 1, "population_est": 0,
} | dict.fromkeys(AREAS, 2)  # fmt: skip
_TEXTS = (
    "village_id", "name", "village_name", "grade", "evidence_zh", "evidence_en",
    "basis_zh", "basis_en", "suggestion_zh", "suggestion_en", "reclaim_zh",
)  # fmt: skip


def add_villages(
    payload: Payload, given: VillageInput, *, crs: str, towns: Sequence[Mapping[str, str]]
) -> dict[str, Any]:
    """Add the candidates with their outlines; ``town`` is the place in ``towns``, -1 unknown."""
    table = pd.DataFrame(given.villages.drop(columns=given.villages.geometry.name))
    kinds = {str(kind["zh"]): place for place, kind in enumerate(given.kinds)}
    held: dict[str, Any] = {"n": len(table), "every": given.every}
    held["kinds"] = plain_records(given.kinds)
    held |= {name: payload.coded(*coded_texts(table, name)) for name in _TEXTS}
    held |= {name: payload.numbers(numbers_of(table, name), decimals=digits)
             for name, digits in _NUMBERS.items()}  # fmt: skip
    kind = texts_of(table, "kind").map(kinds).fillna(len(kinds)).to_numpy()
    held["kind"] = payload.array(kind.astype(np.uint8))
    place = {str(town["code"]): number for number, town in enumerate(towns)}
    town = texts_of(table, "town_code").map(place).fillna(-1).to_numpy()
    held["town"] = payload.array(town.astype(np.int32))
    shapes = web_shapes(given.villages, crs=crs, simplify_m=SIMPLIFY_M)
    held["shape"] = add_polygons(payload, shapes)
    held["x"], held["y"] = add_inner_points(payload, given.villages, crs=crs)
    held["criteria"] = _criteria(payload, given, table)
    return held


def add_plan(payload: Payload, given: VillageInput, *, crs: str) -> dict[str, Any] | None:
    """Add sites, moves and the ladder; None where nothing was proposed."""
    if given.moves is None or given.sites is None or given.ladder is None:
        return None
    sites = given.sites
    numbers = {str(name): place for place, name in enumerate(texts_of(sites, "site_id"))}
    rows = {str(name): place for place, name in enumerate(texts_of(given.villages, "village_id"))}
    moves = given.moves
    plan: dict[str, Any] = {
        "areas": list(AREAS),
        "ladder": plain_records(given.ladder.to_dict("records")),
        "relax": plain_records(given.relax),
        "reach": plain_records([given.reach])[0] if given.reach else None,
        "village": [rows[str(name)] for name in moves["village_id"]],
        "site": [numbers[str(name)] for name in moves["site_id"]],
    }
    plan |= {name: payload.numbers(numbers_of(moves, name), decimals=digits)
             for name, digits in (("step", 0), ("way_m", 0), ("households", 6))}  # fmt: skip
    plan["sites"] = {
        "n": len(sites),
        "site_id": payload.coded(*coded_texts(sites, "site_id")),
        "unchecked": payload.coded(*coded_texts(sites, "unchecked")),
        "town": payload.coded(*coded_texts(sites, "town_name")),
        "capacity": payload.numbers(numbers_of(sites, "capacity_households"), decimals=0),
        "area_mu": payload.numbers(numbers_of(sites, "area_mu"), decimals=2),
        "shape": add_polygons(payload, web_shapes(sites, crs=crs, simplify_m=SIMPLIFY_M)),
    }
    plan["sites"]["x"], plan["sites"]["y"] = add_inner_points(payload, sites, crs=crs)
    return plan


def _criteria(payload: Payload, given: VillageInput, table: pd.DataFrame) -> list[dict[str, Any]]:
    """Add one entry a criterion with its value, in the unit shown, and points by village."""
    entries = plain_records(given.criteria)
    if given.contributions is None:
        return []
    points = given.contributions.set_index("village_id").reindex(texts_of(table, "village_id"))
    for entry, item in zip(entries, given.criteria, strict=True):
        times = 100.0 if item.get("unit") == "%" else 1.0
        digits = item.get("decimals")
        value = numbers_of(table, str(item["column"])) * times
        entry["value"] = payload.numbers(value, decimals=2 if digits is None else int(digits))
        entry["points"] = payload.numbers(_points(points, item), decimals=2)
    return entries


def _points(points: pd.DataFrame, item: Mapping[str, Any]) -> NDArray[np.float64]:
    return numbers_of(points, f"{item['score']}_{item['code']}")
