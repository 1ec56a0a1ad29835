"""The columns of the parcel list: order, names, units, digits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

import pandas as pd


class ColumnLike(Protocol):
    """What a product needs to know of a column; ``indicators.dictionary.Column`` fits."""

    @property
    def name(self) -> str:
        """Machine name."""

    @property
    def zh(self) -> str:
        """Chinese name."""

    @property
    def en(self) -> str:
        """English name."""

    @property
    def unit(self) -> str:
        """Unit; ``%`` means a share stored as 0 to 1."""

    @property
    def decimals(self) -> int:
        """Digits shown, in the unit shown."""


@dataclass(frozen=True)
class ColumnName:
    """A column that is no indicator."""

    name: str
    zh: str
    en: str
    unit: str = ""
    decimals: int = 0


CONTRACT = tuple(
    ColumnName(*entry)
    for entry in (
        ("parcel_id", "地块编号", "parcel id"),
        ("town_code", "乡镇代码", "town code"),
        ("town_name", "乡镇", "town"),
        ("zone_in", "区内", "in a development zone"),
        ("zone_name", "开发区", "development zone"),
        ("land_use", "地类代码", "land-use code"),
        ("land_use_zh", "地类", "land use (Chinese)"),
        ("land_use_en", "地类（英文）", "land use"),
        ("group", "同类组", "peer group"),
        ("area_m2", "面积", "area", "m²", 2),
        ("area_mu", "面积", "area", "亩", 2),
        ("idle_score", "疑似闲置得分", "suspected idleness score", "分", 1),
        ("les", "疑似低效得分", "suspected low-efficiency score", "分", 1),
        ("score", "得分", "score", "分", 1),
        ("grade", "等级", "grade"),
        ("flag", "判定", "flag"),
        ("coverage", "证据覆盖", "evidence coverage", "%", 0),
        ("families", "一致的独立证据", "independent families that agree", "类", 0),
        ("families_available", "可用的独立证据", "independent families available", "类", 0),
        ("evidence_zh", "证据", "evidence (Chinese)"),
        ("evidence_en", "证据（英文）", "evidence"),
        ("veto", "否决规则", "veto rule"),
        ("veto_zh", "否决原因", "reason of the veto (Chinese)"),
        ("veto_en", "否决原因（英文）", "reason of the veto"),
        ("veto_share", "否决项实测值", "measured value of the veto", "", 4),
        ("suggestion", "建议", "what to look into first (Chinese)"),
        ("rank", "位次", "rank"),
        ("rank_p10", "位次 P10", "rank, 10th percentile"),
        ("rank_p90", "位次 P90", "rank, 90th percentile"),
        ("lon", "经度", "longitude, CGCS2000", "°", 6),
        ("lat", "纬度", "latitude, CGCS2000", "°", 6),
    )
)
"""The contract's columns in the contract's order."""

BESIDE = tuple(
    ColumnName(*entry)
    for entry in (
        ("veto_limit", "否决门槛", "limit of the veto", "", 4),
        ("veto_layer", "否决图层", "layer of the veto"),
        ("suggestion_en", "建议（英文）", "what to look into first"),
        ("decided_by", "起决定作用的得分", "score that decided"),
        ("idle_coverage", "闲置证据覆盖", "coverage of the idleness score", "%", 0),
        ("les_coverage", "低效证据覆盖", "coverage of the low-efficiency score", "%", 0),
        ("zone_share", "区内面积占比", "share of the area in a zone", "%", 1),
    )
)
"""Columns a run may add to the contract's."""


def ordered_columns(present: Iterable[str], indicators: Iterable[str] = ()) -> list[str]:
    """Return the contract's columns first, then the companions, then indicators, then the rest.

    Only columns in ``present`` are returned; ``geometry`` is left out.
    """
    held = dict.fromkeys(name for name in present if name != "geometry")
    first = [column.name for column in (*CONTRACT, *BESIDE)]
    wanted = [*first, *indicators, *held]
    return [name for name in dict.fromkeys(wanted) if name in held]


def column_names(indicators: Mapping[str, ColumnLike] | None = None) -> dict[str, ColumnLike]:
    """Return every known column by machine name: indicators, overruled by the contract."""
    known: dict[str, ColumnLike] = dict(indicators or {})
    known |= {column.name: column for column in (*CONTRACT, *BESIDE)}
    return known


def describe(name: str, names: Mapping[str, ColumnLike]) -> ColumnLike:
    """Return what is known of a column; an unknown one keeps its machine name."""
    return names.get(name) or ColumnName(name, name, name, "", 4)


def heading(column: ColumnLike) -> str:
    """Return the Chinese name with its unit, as a table head shows it."""
    return f"{column.zh}（{column.unit}）" if column.unit not in {"", "–"} else column.zh


def missing_contract_columns(table: pd.DataFrame) -> list[str]:
    """Return the contract's columns that a parcel table lacks."""
    return [column.name for column in CONTRACT if column.name not in table.columns]
