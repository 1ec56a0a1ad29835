"""The columns of the parcel list: order, names, units, digits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from landuse.indicators.dictionary import PARCEL_COLUMNS


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


CONTRACT: tuple[ColumnLike, ...] = PARCEL_COLUMNS
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
        ("owner_code", "权属性质代码", "ownership code"),
        ("village_code", "坐落单位代码", "village code"),
        ("settlement_class", "城镇村属性码", "settlement class code"),
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


def stored_heading(column: ColumnLike) -> str:
    """Return the Chinese name with the unit of the value as a file stores it: a share is 0 to 1."""
    return f"{column.zh}（0–1）" if column.unit == "%" else heading(column)
