"""What the report tells of robustness, ledger states, contradictions and spatial pattern."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from landuse.products import numbers
from landuse.products.evidence_words import HOT_SPOTS, LAND_STATES, STABILITY, texts_by_code
from landuse.products.facts import RunFacts
from landuse.products.words import SUSPECTED

BINS, FRAGILE_SHOWN, CLUSTERS_SHOWN = 10, 10, 10
LIKELY = 0.5
"""From this probability an unlisted parcel would be listed in most draws."""
_TOLD = (
    "parcel_id", "town_name", "area_mu", "rank", "rank_p10", "rank_p90", "p_flag", "stability",
    "tipping_zh", "tipping_en", "contradictions", "contradictions_zh", "contradictions_en",
    "cluster_id",
)  # fmt: skip
"""Columns of listed parcels that are told of here."""
Rows = list[dict[str, Any]]


def evidence_context(run: RunFacts) -> dict[str, Any]:
    """Return the parts of the report on evidence; a part not computed is None.

    Returns
    -------
    ``robust``: counts by stability, histogram of the probability of being listed, the most
    fragile; ``ledger``: the eight states; ``against``: contradictions; ``pattern``: hot spots and
    largest clusters.
    """
    told = [name for name in _TOLD if name in run.parcels]
    listed = run.parcels.loc[run.parcels["flag"].isin(SUSPECTED), told]
    return {
        "robust": robustness(run.parcels, listed),
        "ledger": ledger(run.parcels),
        "against": contradictions(listed, names=contradiction_names(run)),
        "pattern": pattern(run.parcels, listed),
    }


def robustness(parcels: pd.DataFrame, listed: pd.DataFrame) -> dict[str, Any] | None:
    """Return counts by stability, ten bars of the probability, and the most fragile parcels."""
    if not holds(parcels, "p_flag"):
        return None
    p = listed["p_flag"]
    others = parcels["p_flag"].drop(index=listed.index)
    return {
        "stability": _by_code(listed, "stability", STABILITY),
        "unknown": int(p.isna().sum()),
        "bars": histogram(p),
        "likely": int((others >= LIKELY).sum()),
        "fragile": _fragile(listed),
    }


def histogram(p: pd.Series) -> Rows:
    """Return the parcels in each tenth of the probability, the last tenth with 1 included."""
    place = (p.dropna() * BINS).clip(0, BINS - 1).astype("int64")
    counts = place.value_counts().reindex(range(BINS), fill_value=0)
    most = max(int(counts.max()), 1)
    return [
        {
            "label": f"{bin_ * 100 // BINS}–{(bin_ + 1) * 100 // BINS}%",
            "x": 40 + bin_ * 62, "count": int(count), "height": 120 * int(count) / most,
        }
        for bin_, count in counts.items()
    ]  # fmt: skip


def _fragile(listed: pd.DataFrame) -> Rows:
    known = listed[listed["p_flag"].notna()]
    least = known.sort_values(["p_flag", "parcel_id"], ignore_index=True).head(FRAGILE_SHOWN)
    rows: Rows = least.reindex(
        columns=["parcel_id", "town_name", "area_mu", "rank", "rank_p10", "rank_p90", "p_flag",
                 "tipping_zh", "tipping_en"],
    ).to_dict("records")  # fmt: skip
    for row in rows:
        row["band"] = numbers.interval(row["rank_p10"], row["rank_p90"])
        row |= {name: _word(row[name]) for name in ("tipping_zh", "tipping_en")}
    return rows


def ledger(parcels: pd.DataFrame) -> Rows | None:
    """Return parcels and mu of each of the eight states; None where no parcel has a row."""
    if not holds(parcels, "land_state"):
        return None
    return _by_code(parcels, "land_state", LAND_STATES)


def contradiction_names(run: RunFacts) -> dict[str, tuple[str, str]]:
    """Return the names of the contradictions by code, where the score model lists them."""
    rules = getattr(run.model, "contradictions", ())
    return {rule.code: (rule.zh, rule.en) for rule in rules}


def contradictions(
    listed: pd.DataFrame, *, names: dict[str, tuple[str, str]]
) -> dict[str, Any] | None:
    """Return how many listed parcels each contradiction speaks against; None = not looked for.

    A code without a name in the model is described by the sentence of the first parcel it hit.
    """
    if "contradictions" not in listed:
        return None
    wanted = ["contradictions", "contradictions_zh", "contradictions_en", "area_mu", "parcel_id"]
    table = listed.reindex(columns=wanted)
    hits = [
        (code, *_sentence(row, place), row["area_mu"])
        for row in table[table["contradictions"].fillna("") != ""].to_dict("records")
        for place, code in enumerate(str(row["contradictions"]).split(";"))
    ]
    frame = pd.DataFrame(hits, columns=["code", "zh", "en", "mu"])
    rows: Rows = (
        frame.groupby("code", sort=True)
        .agg(zh=("zh", "first"), en=("en", "first"), count=("mu", "size"), mu=("mu", "sum"))
        .reset_index()
        .to_dict("records")
    )
    for row in rows:
        row["zh"], row["en"] = names.get(row["code"], (row["zh"], row["en"]))
    return {"rows": rows, "parcels": len({*table.index[table["contradictions"].fillna("") != ""]})}


def _sentence(row: dict[str, Any], place: int) -> tuple[str, str]:
    parts = []
    for name in ("contradictions_zh", "contradictions_en"):
        texts = texts_by_code(str(row["contradictions"]), _word(row[name]))
        parts.append(texts[min(place, len(texts) - 1)] if texts else "")
    return parts[0], parts[1]


def pattern(parcels: pd.DataFrame, listed: pd.DataFrame) -> dict[str, Any] | None:
    """Return hot and cold spots of all parcels and the largest clusters of listed ones."""
    hot = _by_code(parcels, "hot_spot", HOT_SPOTS) if holds(parcels, "hot_spot") else None
    clusters = _clusters(listed) if holds(parcels, "cluster_id") else None
    return None if hot is None and clusters is None else {"hot": hot, "clusters": clusters}


def _clusters(listed: pd.DataFrame) -> Rows:
    """Return the clusters of two parcels and more with most land, largest first."""
    named = listed[listed["cluster_id"].fillna("").astype("str") != ""]
    groups = named.groupby("cluster_id", sort=True)
    table = pd.DataFrame({
        "parcels": groups["parcel_id"].size(), "mu": groups["area_mu"].sum(),
        "first": groups["parcel_id"].min(),
    }).reset_index()  # fmt: skip
    table = table[table["parcels"] > 1].sort_values(["mu", "cluster_id"], ascending=[False, True])
    rows: Rows = table.head(CLUSTERS_SHOWN).to_dict("records")
    for row in rows:
        row["towns"] = _joined(groups["town_name"].get_group(row["cluster_id"]))
    return rows


def _joined(names: pd.Series) -> str:
    return "、".join(sorted({_word(name) for name in names} - {""}))


def _by_code(table: pd.DataFrame, column: str, words: dict[str, tuple[str, str]]) -> Rows:
    """Return parcels and mu of each code, known codes in their order, then those found besides."""
    codes = table.reindex(columns=[column])[column].fillna("").astype("str")
    codes_at, found = pd.factorize(codes)
    places = {str(code): codes_at == number for number, code in enumerate(found)}
    nowhere = np.zeros(len(table), dtype=bool)
    order = [*words, *sorted(set(places) - set(words) - {""})]
    return [
        {
            "code": code,
            "zh": words.get(code, (code, code))[0],
            "en": words.get(code, (code, code))[1],
            "count": int(np.count_nonzero(places.get(code, nowhere))),
            "mu": float(table["area_mu"][places.get(code, nowhere)].sum()),
        }
        for code in order
    ]


def holds(table: pd.DataFrame, column: str) -> bool:
    """Tell whether a column is there and some row has a value in it."""
    if column not in table.columns:
        return False
    values = table[column]
    return bool((values.notna() & (values.astype("object") != "")).any())


def _word(value: Any) -> str:
    return "" if numbers.is_missing(value) else str(value)
