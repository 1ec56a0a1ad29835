"""What a division of industry may use, and the floor-area ratio it must reach at least.

Divisions are the two digits of GB/T 4754.
"""

from __future__ import annotations

from typing import NamedTuple

from landuse.indicators.measured import Limit

FLOOR_SOURCE = (
    "工业项目建设用地控制指标（国土资发〔2008〕24号）, domain.md §1.3; the edition of 2023 raised "
    "the floors and was not at hand"
)
INDUSTRY, PARK, MIXED = "industry", "small_enterprise_park", "mixed_use"
PLANT = (INDUSTRY, PARK)
FAR_FLOORS = {
    13: 1.0, 14: 1.0, 15: 1.0, 16: 1.0, 17: 0.8, 18: 1.0, 19: 1.0, 20: 0.8, 21: 0.8, 22: 0.8,
    23: 0.8, 24: 1.0, 25: 0.5, 26: 0.6, 27: 0.7, 28: 0.8, 29: 0.8, 30: 1.0, 31: 0.7, 32: 0.6,
    33: 0.6,
}  # fmt: skip
"""Of the divisions of the older edition; no floor is named for the others."""


class Sector(NamedTuple):
    """Divisions ``first`` to ``last`` and the uses of land that they may take."""

    first: int
    last: int
    zh: str
    en: str
    uses: tuple[str, ...]


SECTORS = (
    Sector(1, 5, "农、林、牧、渔业", "farming, forestry and fishing", (PARK, MIXED)),
    Sector(6, 12, "采矿业", "mining", (INDUSTRY,)),
    Sector(13, 43, "制造业", "manufacturing", PLANT),
    Sector(44, 46, "电力、热力、燃气及水", "power, heat, gas and water", (INDUSTRY, MIXED)),
    Sector(47, 50, "建筑业", "construction", PLANT),
    Sector(51, 62, "批发零售、运输仓储、住宿餐饮", "trade, transport and catering",
           (MIXED, INDUSTRY, PARK)),
    Sector(63, 97, "信息、科研、服务业等", "information, research and services",
           (MIXED, PARK)),
)  # fmt: skip
"""Which use suits which sector is proposed here (P)."""


def sector(division: int) -> Sector | None:
    """Return the sector of a division of GB/T 4754; None where there is no such division."""
    return next((item for item in SECTORS if item.first <= division <= item.last), None)


def far_floor(division: int) -> Limit | None:
    """Return the least floor-area ratio of a division; None where none is named."""
    value = FAR_FLOORS.get(division)
    return None if value is None else Limit(value=value, source=FLOOR_SOURCE, mark="V-weak")
