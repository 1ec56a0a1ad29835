"""What every product says about the study it belongs to."""

from __future__ import annotations

from pydantic import Field

from landuse.core.settings import Settings
from landuse.indicators.measured import Limit
from landuse.scores.model import ScoreModel


class ProductSettings(Settings):
    """The study's names, stamps and score model, and what it lacks.

    ``absent``, ``years``, ``role_names`` go by role; ``legend`` by land-cover column stem;
    ``plan_rules``: limits of potential, quota, receiving sites and plan, by ``section.name``;
    ``tiles`` is (address template, attribution) when the study names web tiles.
    """

    name: str
    title_zh: str
    title_en: str
    adcode: str = ""
    crs: str
    as_of: str
    stamp_zh: str
    stamp_en: str
    score_model: ScoreModel
    village_model: ScoreModel | None = None
    plan_rules: dict[str, Limit] = Field(default_factory=dict)
    absent: dict[str, tuple[str, str]]
    years: dict[str, str]
    legend: dict[str, tuple[str, str]]
    role_names: dict[str, tuple[str, str]]
    tiles: tuple[str, str] | None = None
