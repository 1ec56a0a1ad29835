"""What a project may ask of a site, how well a pair suits, and what the planner may choose."""

from __future__ import annotations

from typing import NamedTuple

from pydantic import Field

from landuse.core.settings import Settings
from landuse.indicators.measured import Limit

_SOURCE = "domain.md §4.3; weights proposed here"
STATUS = {
    "placed": ("有地可落", "a site is proposed"),
    "outbid": ("有适合的地，但都给了别的项目", "sites fit, all given to other projects"),
    "nowhere": ("没有一处地满足全部条件", "no site meets every condition"),
}


class Condition(NamedTuple):
    """One condition of a project on a site; ``least`` is whether the site must have at least it."""

    code: str
    zh: str
    en: str
    unit: str
    wish: str
    has: str
    least: bool = True
    scale: float = 1.0
    """What the site's number is multiplied by to have the unit."""


CONDITIONS = (
    Condition("area", "面积", "area", "亩", "area_mu", "area_mu"),
    Condition("width", "可容矩形宽", "width of the rectangle", "m", "width_m", "rect_width_m"),
    Condition("length", "可容矩形长", "length of the rectangle", "m", "length_m", "rect_length_m"),
    Condition("slope", "坡度", "slope", "°", "slope_most_deg", "slope_deg", least=False),
    Condition("ramp", "到高速互通", "to a motorway ramp", "km", "ramp_most_km", "ramp_m",
              least=False, scale=1e-3),
    Condition("sensitive", "到敏感目标", "to homes and water sources", "m", "sensitive_least_m",
              "sensitive_m"),
)  # fmt: skip
"""Conditions that are numbers; beside them stand those of ``WORDS``."""
WORDS = {
    "zone": ("区内外", "in or out of a zone"),
    "use": ("适宜用途", "suitable use"),
    "far": ("行业容积率下限", "least floor-area ratio of the industry"),
    "veto": ("管控线或面积否决", "barred by a control line or its size"),
    "reserved": ("已列入安置点方案", "planned as a receiving site"),
}
ORDER = (*(item.code for item in CONDITIONS), *WORDS)


class MatchSettings(Settings):
    """What the planner may choose: ``[matching]`` of the study file."""

    fit_weights: dict[str, Limit] = Field(
        default_factory=lambda: {
            "ops": Limit(value=0.50, source=_SOURCE, mark="P"),
            "size": Limit(value=0.20, source=_SOURCE, mark="P"),
            "use": Limit(value=0.20, source=_SOURCE, mark="P"),
            "boundary": Limit(value=0.10, source=_SOURCE, mark="P"),
        },
        description="how well a pair suits: score of the site, no land left over, first use, "
        "share in the growth boundary",
    )
    fit_share: Limit = Limit(
        value=0.5, source="proposed here: so that placing one more project of a rank outweighs "
        "any better fit of one other of that rank", mark="P",
    )  # fmt: skip
    priority_weight: dict[int, float] = Field(
        default_factory=lambda: {1: 4.0, 2: 2.0, 3: 1.0},
        description="worth of a project by its priority; later or no priority counts as the last "
        "(P) / 优先级权重",
    )
    share_assemblies: bool = Field(
        default=True, description="projects may share an assembly / 成片地可分给几个项目"
    )
    receiving_first: bool = Field(
        default=True, description="plots that the consolidation plan gives to villages are not "
        "given to projects / 安置点方案用到的地块不再给项目",
    )  # fmt: skip
    unknown_bars: bool = Field(
        default=False, description="a condition that is not known bars / 未知的条件视为不满足"
    )
    far_bars: bool = Field(
        default=False, description="a project below its industry's least FAR is not placed"
    )
    alternatives: int = Field(8, ge=1, le=50, description="alternative sites told of a project")
    gap: float = Field(1e-2, ge=0, description="relative gap at which the solver may stop (P)")
    nodes: int = Field(200, ge=1, description="branches after which the best plan is told (P)")
