"""The sentence of a vetoed parcel: rule, share or value against its limit, layer, years, mark."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from landuse.scores.model import ScoreModel, Veto
from landuse.scores.vetoes import NOT_ASSESSED, TOO_SMALL
from landuse.scores.words import PEER_GROUPS, Words, short, with_unit

_END = ("；不评级、不排位。", "; no grade, no rank.")
_NO_NAME: Words = ("", "")


def veto_sentences(
    vetoed: pd.DataFrame,
    *,
    table: pd.DataFrame,
    model: ScoreModel,
    years: Mapping[str, str],
    layers: Mapping[str, Words],
) -> pd.DataFrame:
    """Return ``evidence_zh`` and ``evidence_en`` of the vetoed rows, "" for the others.

    E.g. ``否决：压占永久基本农田 12.3%（门槛 1%，永久基本农田图层 2023，P）；不评级、不排位。``
    Other rules that hit the same parcel are named behind the first.

    Parameters
    ----------
    vetoed : ``veto, veto_zh, veto_en, veto_share, veto_limit`` of `vetoes.apply_vetoes`.
    table : same rows: ``area_m2``, ``group`` and the columns of the vetoes.
    years, layers : role of a source -> its years; its name in (zh, en).
    """
    made = pd.DataFrame({"evidence_zh": "", "evidence_en": ""}, index=vetoed.index, dtype="str")
    _tell_groups(made, vetoed, table)
    _tell_small(made, vetoed, table, model)
    hits = _hits(table, model)
    for veto in model.vetoes:
        rows = np.flatnonzero((vetoed["veto"] == veto.code).to_numpy())
        values = vetoed["veto_share"].to_numpy("float64")[rows]
        words = [veto_words(value, veto, years=years, layers=layers) for value in values]
        also = [_also(int(row), veto.code, hits, model) for row in rows]
        for place, column in enumerate(made.columns):
            texts = [one[place] + more[place] for one, more in zip(words, also, strict=True)]
            made.iloc[rows, place] = [_start(column) + text + _END[place] for text in texts]
    return made


def veto_words(
    value: float, veto: Veto, *, years: Mapping[str, str], layers: Mapping[str, Words]
) -> Words:
    """Return rule, value with unit, limit, layer, years and mark, in Chinese and in English."""
    factor = 100.0 if veto.unit == "%" else 1.0
    unit, year = with_unit(veto.unit), years.get(veto.data, "")
    names = layers.get(veto.data, _NO_NAME)
    number = past(value * factor, veto.limit * factor)
    limit = f"{short(veto.limit * factor)}{unit}"
    origin = [" ".join(part for part in (name, year) if part) for name in names]
    zh = "，".join(part for part in (f"门槛 {limit}", origin[0], veto.mark) if part)
    en = ", ".join(part for part in (f"limit {limit}", origin[1], veto.mark) if part)
    return (f"{veto.zh} {number}{unit}（{zh}）", f"{veto.en} {number}{unit} ({en})")


def past(value: float, limit: float) -> str:
    """Return a number with as many digits as show that it is past its limit, one at least."""
    digits = next((n for n in range(1, 7) if round(value, n) > limit), 7)
    return f"{value:,.{digits}f}".replace("-", "\N{MINUS SIGN}")


def _start(column: str) -> str:
    return "否决：" if column == "evidence_zh" else "Vetoed: "


def _hits(table: pd.DataFrame, model: ScoreModel) -> dict[str, np.ndarray]:
    """Return, per veto whose layer is there, where it hits."""
    result = {}
    for veto in model.vetoes:
        if veto.column not in table.columns:
            continue
        hit = (table[veto.column].astype("float64") > veto.limit).to_numpy()
        asked = table["group"].isin(veto.groups).to_numpy() if veto.groups else True
        result[veto.code] = hit & asked
    return result


def _also(row: int, first: str, hits: Mapping[str, np.ndarray], model: ScoreModel) -> Words:
    others = [
        veto
        for veto in model.vetoes
        if veto.code != first and veto.code in hits and hits[veto.code][row]
    ]
    if not others:
        return ("", "")
    return (
        "；另" + "、".join(veto.zh for veto in others),
        "; also " + ", ".join(veto.en for veto in others),
    )


def _tell_groups(made: pd.DataFrame, vetoed: pd.DataFrame, table: pd.DataFrame) -> None:
    rows = (vetoed["veto"] == NOT_ASSESSED).to_numpy()
    if not rows.any():
        return
    groups = [str(group) for group in table["group"].to_numpy()[rows]]
    for place, (column, bar) in enumerate((("veto_zh", "："), ("veto_en", ": "))):
        names = [PEER_GROUPS.get(group, (group, group))[place] for group in groups]
        texts = vetoed[column].to_numpy()[rows]
        made.iloc[np.flatnonzero(rows), place] = [
            f"{_start(made.columns[place])}{text}{bar}{name}{_END[place]}"
            for text, name in zip(texts, names, strict=True)
        ]


def _tell_small(
    made: pd.DataFrame, vetoed: pd.DataFrame, table: pd.DataFrame, model: ScoreModel
) -> None:
    rows = np.flatnonzero((vetoed["veto"] == TOO_SMALL).to_numpy())
    limit = short(model.minimum_area_m2)
    for place, text in enumerate(
        ("面积 {:,.1f} m²，小于最小评价面积 {} m²（{}）", "area {:,.1f} m², below {} m² ({})")
    ):
        made.iloc[rows, place] = [
            _start(made.columns[place]) + text.format(area, limit, model.mark) + _END[place]
            for area in table["area_m2"].to_numpy("float64")[rows]
        ]
