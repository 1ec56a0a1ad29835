"""Vetoes: rules that take a parcel out whatever its score, each with layer, share and limit."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from landuse.core.findings import Finding
from landuse.scores.model import ScoreModel, Veto

NOT_ASSESSED = "not_assessed"
UNKNOWN_USES = ("ALL", "LOT_SMALL", "LOT_LARGE")
"""Group of parcels whose use nobody told: not out of scope, but without evidence by group."""
TOO_SMALL = "too_small"


def apply_vetoes(table: pd.DataFrame, model: ScoreModel) -> pd.DataFrame:
    """Return the first veto that hits each parcel, in the model's order.

    Parameters
    ----------
    table : one row a parcel with ``group``, ``area_m2`` and the columns of the vetoes.

    Returns
    -------
    Columns ``veto`` (code, "" = none), ``veto_zh``, ``veto_en``, ``veto_share`` (the value that
    hit, a share for overlaps), ``veto_limit``, ``veto_layer``; index of the table.
    """
    rules = list(_measured(table, model))
    first, share = np.full(len(table), -1), np.full(len(table), np.nan)
    for place, (veto, measured) in enumerate(rules):
        value = measured.to_numpy("float64")
        hit = (value > veto.limit) & (first < 0)
        if veto.groups:
            hit &= table["group"].isin(veto.groups).to_numpy(dtype=bool)
        first[hit], share[hit] = place, value[hit]
    limits = np.array([*(veto.limit for veto, _ in rules), np.nan], dtype="float64")
    texts = {"veto": "code", "veto_zh": "zh", "veto_en": "en", "veto_layer": "data"}
    words = {
        column: pd.array([*(getattr(veto, name) for veto, _ in rules), ""], dtype="str").take(first)
        for column, name in texts.items()  # the last word, of place -1, is that of no veto
    }
    columns = words | {"veto_share": share, "veto_limit": limits[first]}
    return pd.DataFrame(columns, index=table.index)


def _measured(table: pd.DataFrame, model: ScoreModel) -> Iterator[tuple[Veto, pd.Series[float]]]:
    common = {"limit": 0.0, "unit": "", "data": "parcels"}
    common |= {"source": model.source, "mark": model.mark}
    if all(criterion.groups for criterion in model.criteria):
        asked = {group for criterion in model.criteria for group in criterion.groups}
        outside = (~table["group"].isin({*asked, *UNKNOWN_USES})).astype("float64")
        words = {"zh": "该地类不在评价范围", "en": "land use not assessed by this model"}
        yield Veto(code=NOT_ASSESSED, column="group", **words, **common), outside
    if model.minimum_area_m2 > 0:
        small = (table["area_m2"] < model.minimum_area_m2).astype("float64")
        words = {
            "zh": f"面积不足 {model.minimum_area_m2:g} m²",
            "en": f"smaller than {model.minimum_area_m2:g} m²",
        }
        yield Veto(code=TOO_SMALL, column="area_m2", **words, **common), small
    for veto in model.vetoes:
        yield veto, table.reindex(columns=[veto.column])[veto.column].astype("float64")


def unchecked(table: pd.DataFrame, model: ScoreModel) -> list[Finding]:
    """Return a finding for every veto whose layer was not supplied: it was not checked."""
    return [
        Finding(
            stage="scores", kind="absent", object_id=veto.data, value=veto.code,
            message_zh=f"未核对：{veto.zh}（未导入该图层）",
            message_en=f"not checked: {veto.en} (layer not supplied)",
        )
        for veto in model.vetoes
        if veto.column not in table.columns
    ]  # fmt: skip
