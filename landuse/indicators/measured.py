"""What every indicator returns, and the three things it may have to say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypedDict

import geopandas as gpd
import pandas as pd
from numpy.typing import ArrayLike
from pydantic import model_validator

from landuse.core.findings import Finding
from landuse.core.settings import Mark, Settings

_NAMED_AT_MOST = 100


class Measured(TypedDict):
    """A table with the index of the parcels and ``parcel_id`` first, and findings."""

    table: pd.DataFrame
    findings: list[Finding]


class Limit(Settings):
    """A number of law or of ours: its value, unit, where it comes from and how well it is known."""

    value: float
    unit: str = ""
    source: str
    mark: Mark

    def set_to(self, value: float, *, source: str = "study file") -> Limit:
        """Return the limit with a value chosen by someone else, who is then its source."""
        if value == self.value:
            return self
        return Limit(value=value, unit=self.unit, source=source, mark="P")


class LimitSettings(Settings):
    """Settings whose limits a study file may set by a bare number, or with source and mark.

    A bare number keeps unit and takes "study file" as its source and P as its mark.
    """

    @model_validator(mode="before")
    @classmethod
    def _take_numbers(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        return {name: cls._limit(name, value) for name, value in given.items()}

    @classmethod
    def _limit(cls, name: str, value: Any) -> Any:
        known = cls.model_fields.get(name)
        default = known.default if known else None
        if not isinstance(default, Limit):
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return default.set_to(value)
        return {"unit": default.unit} | value if isinstance(value, dict) else value


MINIMUM_KNOWN = Limit(
    value=0.5,
    unit="share of parcel area",
    source="proposed here: a parcel less than half seen is not measured",
    mark="P",
)


def limits(settings: Settings) -> dict[str, Limit]:
    """Return every limit of a settings object by name; nested ones as ``name.key``."""
    found: dict[str, Limit] = {}
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, Limit):
            found[name] = value
        elif isinstance(value, dict):
            found |= {f"{name}.{k}": v for k, v in value.items() if isinstance(v, Limit)}
    return found


def start(parcels: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return a new table with the index of the parcels and their ids."""
    return pd.DataFrame({"parcel_id": parcels["parcel_id"]}, index=parcels.index)


def are_among(column: pd.Series, ids: pd.Series) -> pd.Series:
    """Tell of each text whether it is one of some ids, none of which comes twice.

    pandas' ``isin`` takes every text out of Arrow by itself, ten times as long.
    """
    return pd.Series(pd.Index(ids).get_indexer(column) >= 0, index=column.index)


def absent(stage: str, role: str, columns: Sequence[str]) -> Finding:
    """Return the finding that a source is absent and which columns that costs."""
    names = ", ".join(columns)
    return Finding(
        stage=stage,
        kind="absent",
        object_id=role,
        value=names,
        message_zh=f"缺少数据源 {role}，以下指标未计算：{names}",
        message_en=f"source {role} is absent; not computed: {names}",
    )


def gaps(
    stage: str, ids: pd.Series, where: ArrayLike, *, zh: str, en: str, kind: str = "doubt"
) -> list[Finding]:
    """Return a finding for each parcel in ``where``; above 100 parcels one finding counts them."""
    hit = ids[pd.Series(where, index=ids.index).astype(bool)]
    if len(hit) > _NAMED_AT_MOST:
        count = f"{len(hit)} / {len(ids)}"
        return [Finding(stage=stage, kind=kind, value=count, message_zh=zh, message_en=en)]
    return [
        Finding(stage=stage, kind=kind, object_id=str(one), message_zh=zh, message_en=en)
        for one in hit
    ]


def hide_unknown(
    values: pd.DataFrame, *, known: pd.Series, minimum: Limit, ids: pd.Series, stage: str, role: str
) -> tuple[pd.DataFrame, list[Finding]]:
    """Make values null where too little of a parcel lies on known cells, and say so."""
    hidden = known < minimum.value
    found = hidden_gaps(ids, hidden, minimum=minimum, stage=stage, role=role)
    return values.mask(hidden), found


def hidden_gaps(
    ids: pd.Series, hidden: ArrayLike, *, minimum: Limit, stage: str, role: str
) -> list[Finding]:
    """Return a finding for each parcel that lies too little on known cells; see `gaps`."""
    return gaps(
        stage,
        ids,
        hidden,
        zh=f"数据 {role} 覆盖地块不足 {minimum.value:.0%}，该指标置空",
        en=f"{role} is known for less than {minimum.value:.0%} of the parcel: left null",
    )
