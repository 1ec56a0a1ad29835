"""The parcel table, column by column, for the browser."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from landuse.products.safety import plain_text
from landuse.products.webmap.model import MapInput, Record
from landuse.products.webmap.pack import Payload

FLAGS = (
    "none", "suspected_idle", "suspected_low_efficiency", "insufficient_evidence", "vetoed",
)  # fmt: skip
SUSPECTED = FLAGS[1:3]
SCORES = ("les", "idle")
_NUMBERS = {
    "area_mu": 2, "idle_score": 1, "les": 1, "score": 1, "coverage": 3, "families": 0,
    "families_available": 0, "veto_share": 4, "rank": 0, "rank_p10": 0, "rank_p90": 0,
    "p_flag": 3, "cluster_area_mu": 2, "cluster_parcels": 0, "lon": 6, "lat": 6,
}  # fmt: skip
_TEXTS = (
    "parcel_id", "zone_name", "land_use", "land_use_zh", "land_use_en", "group", "grade",
    "evidence_zh", "evidence_en", "veto", "veto_zh", "veto_en", "suggestion", "suggestion_en",
    "stability", "tipping_zh", "tipping_en", "land_state", "ledger_zh", "ledger_en",
    "contradictions", "contradictions_zh", "contradictions_en", "signal", "hot_spot", "cluster_id",
    "check_status", "checked_on", "check_note", "whynot_zh", "whynot_en",
)  # fmt: skip

DETAILS = (
    "evidence_zh", "evidence_en", "veto_zh", "veto_en", "suggestion", "suggestion_en", "tipping_zh",
    "tipping_en", "ledger_zh", "ledger_en", "contradictions_zh", "contradictions_en", "checked_on",
    "check_note", "whynot_zh", "whynot_en", "veto_share", "lon", "lat",
)  # fmt: skip
"""Columns that only cards and exports read."""


def plain(value: Any) -> Any:
    """Return a value as JSON can carry it: no NaN, no NumPy scalar, no unprintable text."""
    if value is None or value is pd.NA:
        return None
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, float, np.number)):
        return _plain_number(float(value))
    return plain_text(str(value))


def _plain_number(number: float) -> int | float | None:
    if not np.isfinite(number):
        return None
    return int(number) if number.is_integer() else number


def plain_records(records: Any) -> list[dict[str, Any]]:
    """Return records whose values ``plain`` accepted, keys as text."""
    return [plain(record) for record in records]


def numbers_of(table: pd.DataFrame, name: str) -> NDArray[np.float64]:
    """Return a column as float64 with NaN for null; all NaN where the column is absent."""
    if name not in table.columns:
        return np.full(len(table), np.nan)
    values = pd.to_numeric(table[name], errors="coerce")
    return np.asarray(values.to_numpy(dtype="float64", na_value=np.nan))


def texts_of(table: pd.DataFrame, name: str) -> pd.Series:
    """Return a column as printable text, empty where null or absent."""
    if name not in table.columns:
        return pd.Series("", index=range(len(table)), dtype="object")
    codes, words = coded_texts(table, name)
    return pd.Series(np.array(words, dtype="object")[codes], dtype="object")


def coded_texts(table: pd.DataFrame, name: str) -> tuple[NDArray[np.intp], list[str]]:
    """Return a column as `texts_of` does, by code: the distinct texts in the order they come in."""
    if name not in table.columns:
        return np.zeros(len(table), dtype=np.intp), [""] * min(len(table), 1)
    codes, distinct = table[name].factorize(use_na_sentinel=False)
    found = zip(distinct.tolist(), pd.isna(distinct).tolist(), strict=True)
    words = ["" if null else str(value) for value, null in found]
    if not "".join(words).isprintable():  # asked of all at once: nearly all texts are
        words = [plain_text(word) for word in words]
    again, plainly = pd.factorize(np.array(words, dtype="object"))
    return np.asarray(again)[codes], [str(word) for word in plainly]


def kinds(parcels: pd.DataFrame, grades: list[Record]) -> NDArray[np.uint8]:
    """Return how each parcel is drawn: 0.. by grade, then insufficient, vetoed, not listed.

    A suspected parcel whose grade the list of grades does not know takes the last grade.
    """
    count = max(len(grades), 1)
    flag = texts_of(parcels, "flag").to_numpy()
    places = {str(grade["code"]): place for place, grade in enumerate(grades)}
    grade = texts_of(parcels, "grade").map(places).fillna(count - 1).to_numpy(dtype="int64")
    chosen = np.select(
        [np.isin(flag, SUSPECTED), flag == FLAGS[3], flag == FLAGS[4]],
        [grade, count, count + 1],
        default=count + 2,
    )
    return np.asarray(chosen, dtype=np.uint8)


def add_parcels(payload: Payload, details: Payload, inputs: MapInput) -> dict[str, Any]:
    """Add the parcel table, columns of ``DETAILS`` to ``details``, and return their places."""
    parcels = inputs.parcels
    table = pd.DataFrame(parcels.drop(columns=parcels.geometry.name))
    table = _with_position(table, parcels, crs=inputs.crs)
    flags = texts_of(table, "flag").map({name: code for code, name in enumerate(FLAGS)})
    zone_in = numbers_of(table, "zone_in") > 0
    columns: dict[str, Any] = {"n": len(table), "details": list(DETAILS)}
    into = dict.fromkeys(DETAILS, details)
    columns |= {name: into.get(name, payload).coded(*coded_texts(table, name)) for name in _TEXTS}
    columns |= {
        name: into.get(name, payload).numbers(numbers_of(table, name), decimals=digits)
        for name, digits in _NUMBERS.items()
    }
    columns["kind"] = payload.array(kinds(table, list(inputs.grades)))
    columns["flag"] = payload.array(flags.fillna(0).to_numpy(dtype=np.uint8))
    columns["zone_in"] = payload.array(zone_in.astype(np.uint8))
    columns["spoken"] = payload.array(_spoken(table))
    columns["town"], columns["towns"] = _towns(payload, table, inputs.towns)
    columns["measured"] = _measured(payload, table, inputs.rules())
    return columns


def _with_position(table: pd.DataFrame, parcels: gpd.GeoDataFrame, *, crs: str) -> pd.DataFrame:
    if {"lon", "lat"} <= set(table.columns):
        return table
    placed = parcels.geometry if parcels.crs is not None else parcels.geometry.set_crs(crs)
    point = placed.representative_point().to_crs("EPSG:4326")
    return table.assign(lon=point.x.to_numpy(), lat=point.y.to_numpy())


def _spoken(table: pd.DataFrame) -> NDArray[np.uint8]:
    """Return which score the card shows: 0 low efficiency, 1 idleness."""
    idle, les = (np.nan_to_num(numbers_of(table, name), nan=-1) for name in ("idle_score", "les"))
    flag = texts_of(table, "flag").to_numpy()
    chosen = np.select([flag == SUSPECTED[0], flag == SUSPECTED[1]], [True, False], idle > les)
    if "decided_by" in table.columns:
        named = texts_of(table, "decided_by").to_numpy()
        chosen = np.where(np.isin(named, SCORES), named == "idle", chosen)
    return np.asarray(chosen, dtype=np.uint8)


def _towns(
    payload: Payload, table: pd.DataFrame, layer: gpd.GeoDataFrame | None
) -> tuple[list[Any], list[dict[str, str]]]:
    """Return the place of each parcel's town number, and the towns in order of their code."""
    name, code = texts_of(table, "town_name"), texts_of(table, "town_code")
    key = code.where(code != "", name)
    numbers, distinct = pd.factorize(key, sort=True)
    first = name.groupby(numbers).first()
    english = _english_names(layer)
    towns = [
        {"code": str(item), "zh": str(first[place]), "en": english.get(str(item), "")}
        for place, item in enumerate(distinct)
    ]
    return payload.array(numbers.astype(np.int32)), towns


def _english_names(layer: gpd.GeoDataFrame | None) -> dict[str, str]:
    if layer is None or "town_name_en" not in layer.columns:
        return {}
    return dict(zip(texts_of(layer, "town_code"), texts_of(layer, "town_name_en"), strict=True))


def _measured(payload: Payload, table: pd.DataFrame, rules: list[Record]) -> dict[str, Any]:
    """Add what each veto rule measured, in the unit shown, for rules that name a column."""
    named = {str(rule["code"]): rule for rule in rules if rule.get("column") in table.columns}
    return {
        code: payload.numbers(
            numbers_of(table, str(rule["column"])) * times_of(rule), decimals=digits_of(rule, 2)
        )
        for code, rule in named.items()
    }


def times_of(record: Record) -> float:
    """Return by what a value is multiplied to be shown: 100 where the unit is %."""
    return 100.0 if record.get("unit") == "%" else 1.0


def digits_of(record: Record, default: int) -> int:
    """Return how many decimals a value is shown with."""
    value = record.get("decimals")
    return default if value is None else int(value)
