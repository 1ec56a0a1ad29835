"""What the search for sites reads: score model, rules as data, limits with source and mark."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from pydantic import Field, model_validator

from landuse.core.settings import Mark, Settings
from landuse.indicators.measured import Limit, LimitSettings
from landuse.objects.neighbours import Gap
from landuse.scores.model import Comparison, ScoreModel

Condition = tuple[str, Comparison, float]
WIDEST_GAP_M = Gap().value_m


class Fit(Settings):
    """One thing that makes a use fit: a measured column, its ramp to 0-1, its weight."""

    column: str
    weight: float = Field(gt=0, le=1)
    ramp: tuple[tuple[float, float], ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _rises(self) -> Self:
        values = [value for value, _ in self.ramp]
        if values != sorted(set(values)):
            msg = f"{self.column}: ramp values must rise strictly / 斜坡的取值须依次增大"
            raise ValueError(msg)
        return self


class Use(Settings):
    """A use that a site may have: allowed where all of ``when`` hold, ranked by ``fit``."""

    code: str = Field(pattern=r"^[a-z_]+$")
    zh: str
    en: str
    when: tuple[Condition, ...] = ()
    fit: tuple[Fit, ...] = Field(min_length=1)
    source: str
    mark: Mark


class Advice(Settings):
    """What to look into for a site: all of ``when`` hold, and one of ``either`` if there is any.

    Rules stand in the order in which they win: the first that holds is the advice. ``basis`` is
    the text of law or policy it rests on; ``check`` is what people must establish first.
    """

    code: str = Field(pattern=r"^[a-z_0-9]+$")
    zh: str
    en: str
    when: tuple[Condition, ...] = ()
    either: tuple[Condition, ...] = ()
    check_zh: str
    check_en: str
    basis_zh: str
    basis_en: str
    mark: Mark


class Barriers(Settings):
    """What parts two plots: classes of the road layer, land-use codes by class system."""

    road_classes: tuple[str, ...]
    land_use: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    source: str
    mark: Mark


class SiteRules(Settings):
    """Rules of sites as data: barriers, uses, advice in the order in which it wins."""

    name: str
    barriers: Barriers
    home_groups: tuple[str, ...] = Field(description="peer groups whose parcels are homes")
    uses: tuple[Use, ...] = Field(min_length=1)
    advice: tuple[Advice, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _codes_are_unique(self) -> Self:
        for rules in (self.uses, self.advice):
            codes = [rule.code for rule in rules]
            if len(codes) != len(set(codes)):
                msg = f"duplicate code among {', '.join(codes)} / 代码重复"
                raise ValueError(msg)
        if self.advice[-1].when or self.advice[-1].either:
            msg = "the last advice must hold for every site / 最后一条建议须无条件"
            raise ValueError(msg)
        return self


class SiteLimits(LimitSettings):
    """The planner's choices, ``[opportunity]`` of the study file."""

    gap_m: Limit = Limit(value=30, unit="m", source="domain.md §4.2", mark="P")
    seam_m: Limit = Limit(
        value=3, unit="m", mark="P",
        source="proposed here: walls and ditches between plots do not part a building ground",
    )  # fmt: skip
    least_width_m: Limit = Limit(
        value=20, unit="m", mark="P",
        source="proposed here: one bay of a works hall and its fire lane",
    )  # fmt: skip
    least_area_m2: Limit = Limit(value=2e3, unit="m²", source="domain.md §1.1: 3 mu", mark="P")
    most_owners: Limit = Limit(
        value=1, unit="owners", mark="P",
        source="proposed here: who owns alone is asked first; more owners must all agree",
    )  # fmt: skip
    least_need: Limit = Limit(
        value=45, unit="points", mark="P",
        source="the lowest grade of the default model: vetoed plots below it are no candidates",
    )  # fmt: skip
    most_grouped: int = Field(
        60, ge=1, description="plots of a group up to which single plots are listed too"
    )
    arterial_classes: tuple[str, ...] = ("motorway", "trunk", "primary", "secondary")
    ramp_classes: tuple[str, ...] = ("motorway_link", "motorway_junction")
    flags: tuple[str, ...] = ("suspected_idle", "suspected_low_efficiency")

    @model_validator(mode="after")
    def _gap_is_measured(self) -> Self:
        if self.gap_m.value > WIDEST_GAP_M:
            msg = (
                f"gap_m: gaps are measured to {WIDEST_GAP_M:g} m / 相邻间距只量算到 "
                f"{WIDEST_GAP_M:g} m"
            )
            raise ValueError(msg)
        return self


class GroundSettings(Settings):
    """What the measuring of outlines reads of the planner's choices."""

    seam_m: Limit
    arterial_classes: tuple[str, ...]
    ramp_classes: tuple[str, ...]


class SiteSettings(Settings):
    """Everything the stage reads."""

    limits: SiteLimits = SiteLimits()
    score_model: ScoreModel
    reclaim_model: ScoreModel
    rules: SiteRules
    class_system: str = ""
    layer_names: Mapping[str, tuple[str, str]] = Field(default_factory=dict)

    def ground(self) -> GroundSettings:
        """Return what the measuring of outlines reads."""
        chosen = self.limits
        return GroundSettings(seam_m=chosen.seam_m, arterial_classes=chosen.arterial_classes,
                              ramp_classes=chosen.ramp_classes)  # fmt: skip
