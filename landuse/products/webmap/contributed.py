"""What every criterion adds to every parcel, column by column, for the browser."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from landuse.products.webmap.columns import (
    SCORES,
    coded_texts,
    digits_of,
    numbers_of,
    plain_records,
    times_of,
)
from landuse.products.webmap.model import MapInput, Record
from landuse.products.webmap.pack import Payload

_MOST_REASONS = 250

Rows = NDArray[np.intp]
Name = TypeVar("Name", bound=Hashable)


@dataclass(frozen=True, kw_only=True, eq=False)
class Contributed:
    """The long table of contributions, its n texts as numbers.

    Attributes
    ----------
    table : the n rows.
    place : row of the parcel in the parcel table, -1 where it is not there.
    criterion : rows of known parcels by code of the criterion; ``pair`` : by score and code.
    reason : number of the reason why there is no value, in ``reasons``, (zh, en) each.
    """

    table: pd.DataFrame
    place: Rows
    criterion: Mapping[str, Rows]
    pair: Mapping[tuple[str, str], Rows]
    reason: Rows
    reasons: list[list[str]]

    @classmethod
    def of(cls, rows: pd.DataFrame, parcels: pd.DataFrame) -> Self:
        """Read the contributions of a parcel table."""
        ids, named = coded_texts(rows, "parcel_id")
        own, own_names = coded_texts(parcels, "parcel_id")
        place = pd.Index(np.array(own_names, dtype="object")[own]).get_indexer(pd.Index(named))[ids]
        criterion, codes = coded_texts(rows, "criterion")
        score, scores = coded_texts(rows, "score")
        zh, en = coded_texts(rows, "reason_zh"), coded_texts(rows, "reason_en")
        reason, both = pd.factorize(zh[0] * len(en[1]) + en[0])
        pairs = [(name, code) for name in scores for code in codes]
        return cls(
            table=rows, place=place, reason=reason,
            criterion=_rows_by(criterion, codes, place >= 0),
            pair=_rows_by(score * len(codes) + criterion, pairs, place >= 0),
            reasons=[[zh[1][item // len(en[1])], en[1][item % len(en[1])]] for item in both],
        )  # fmt: skip


def _rows_by(group: Rows, names: Sequence[Name], wanted: NDArray[np.bool_]) -> dict[Name, Rows]:
    """Return the wanted rows of every group, in their order; groups without any are left out."""
    order = np.argsort(group, kind="stable")
    ends = np.searchsorted(group[order], np.arange(len(names)), side="right")
    parts = np.split(order, ends[:-1])
    held = {name: part[wanted[part]] for name, part in zip(names, parts, strict=True)}
    return {name: part for name, part in held.items() if len(part)}


def add_contributions(
    payload: Payload, inputs: MapInput, rows: Contributed | None
) -> list[dict[str, Any]]:
    """Add one entry a criterion: its words and, where there are rows, its columns by parcel.

    ``state`` is 0 where the criterion does not apply to the parcel, 1 where it has a value and
    from 2 on where it has none: 2 + number of the reason.
    """
    entries = plain_records(inputs.criteria)
    if rows is None:
        return entries
    available = numbers_of(rows.table, "available") > 0
    for entry, criterion in zip(entries, inputs.criteria, strict=True):
        for score in [criterion["score"]] if "score" in criterion else SCORES:
            chosen = rows.pair.get((str(score), str(criterion["code"])))
            if chosen is not None:
                held = _points(payload, rows, chosen, inputs, criterion)
                held |= _states(payload, rows, chosen, available[chosen], len(inputs.parcels))
                entry.setdefault("of", {})[score] = held
    return entries


def _points(
    payload: Payload, rows: Contributed, chosen: Rows, inputs: MapInput, criterion: Record
) -> dict[str, Any]:
    """Add value, deficit and contribution, unless the browser works them out by the model."""
    if inputs.score_model is not None:
        return {}
    digits = {"contribution": 2, "deficit": 2, "value": digits_of(criterion, 2)}
    held: dict[str, Any] = {}
    for name, decimals in digits.items():
        column = np.full(len(inputs.parcels), np.nan)
        factor = times_of(criterion) if name == "value" else 1.0
        column[rows.place[chosen]] = numbers_of(rows.table, name)[chosen] * factor
        held[name] = payload.numbers(column, decimals=decimals)
    return held


def _states(
    payload: Payload, rows: Contributed, chosen: Rows, available: NDArray[np.bool_], count: int
) -> dict[str, Any]:
    reasons, distinct = pd.factorize(rows.reason[chosen])
    state = np.zeros(count, dtype=np.uint8)
    state[rows.place[chosen]] = np.where(available, 1, np.minimum(reasons, _MOST_REASONS) + 2)
    return {
        "state": payload.array(state),
        "reasons": [rows.reasons[item] for item in distinct[: _MOST_REASONS + 1]],
    }
