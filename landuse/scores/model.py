"""The score model as data: one object that runs, is drawn, is documented and is explained.

A model holds the criteria of two need scores, ``les`` (low efficiency) and ``idle`` (suspected
idleness), the vetoes, the grades and the least evidence asked for. Nothing in it is bound to one
country: codes, names and limits come from its TOML file.
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from landuse.core.settings import Mark, Settings

ScoreName = Literal["les", "idle", "hvs", "mrs", "scattered", "rsi", "ops"]
Operation = Literal["sum", "min", "max"]
Comparison = Literal["<", "<=", ">", ">="]


class Family(Settings):
    """A family of evidence: criteria of one family are not independent of each other."""

    code: str
    zh: str
    en: str


class Derived(Settings):
    """A column made from measured ones before scoring; null where any part is null."""

    column: str
    zh: str
    en: str
    unit: str
    operation: Operation
    of: tuple[str, ...] = Field(min_length=1)


class Error(Settings):
    """The measurement error of a source, as one standard deviation.

    Of a value v on a parcel of area A:
    ``sqrt(absolute^2 + (relative v)^2 + v (1 - v) support_m2 / A)``, the last part only for
    shares with a ``support_m2``: a share counted on A / support_m2 independent cells.
    """

    absolute: float = Field(0, ge=0)
    relative: float = Field(0, ge=0)
    support_m2: float = Field(0, ge=0)
    source: str
    mark: Mark


class Criterion(Settings):
    """One sign of need.

    ``ramp`` is a list of (value, deficit) points, deficit 0 to 1, 1 = worst; between the points
    it is linear, beyond them constant. ``column`` names an indicator (unit in the name). A column
    of shares (0 to 1) has the unit ``%`` and is shown times 100.
    """

    code: str
    score: ScoreName
    column: str
    zh: str
    en: str
    unit: str
    family: str
    weight: float = Field(gt=0, le=1)
    ramp: tuple[tuple[float, float], ...] = Field(min_length=2)
    groups: tuple[str, ...] = Field((), description="peer groups; empty = all")
    limit_zh: str = ""
    limit_en: str = ""
    source: str
    mark: Mark
    data: str = Field("", description="role of the source that decides the year")
    unit_en: str = Field("", description="unit in English, where it differs")
    decimals: int = Field(1, ge=0, le=6, description="digits shown, in the unit shown")
    missing_zh: str = Field("", description="why a value can be missing though the layer is there")
    missing_en: str = ""
    error: Error | None = Field(None, description="None = taken as exact in the robustness draws")

    @model_validator(mode="after")
    def _ramp_is_monotone(self) -> Self:
        values = [point[0] for point in self.ramp]
        deficits = [point[1] for point in self.ramp]
        if values != sorted(set(values)):
            msg = f"{self.code}: ramp values must rise strictly / 斜坡的取值须依次增大"
            raise ValueError(msg)
        if min(deficits) < 0 or max(deficits) > 1:
            msg = f"{self.code}: deficits must lie between 0 and 1 / 缺口须在 0 与 1 之间"
            raise ValueError(msg)
        if deficits not in (sorted(deficits), sorted(deficits, reverse=True)):
            msg = f"{self.code}: a ramp must rise or fall, not both / 斜坡只能一直升或一直降"
            raise ValueError(msg)
        return self


class Veto(Settings):
    """A rule that takes a parcel out whatever its score: ``column`` > ``limit``."""

    code: str
    column: str
    zh: str
    en: str
    limit: float
    unit: str
    source: str
    mark: Mark
    data: str = Field(description="role of the layer that decides; absent = not checked")
    groups: tuple[str, ...] = ()


class Contradiction(Settings):
    """Signs that do not go together: all of ``when`` hold for a parcel.

    It is told beside the evidence; ``against`` names the flag that it bars, "" for none.
    """

    code: str = Field(pattern=r"^[^;]+$", description="codes are listed with ; between them")
    zh: str
    en: str
    when: tuple[tuple[str, Comparison, float], ...] = Field(min_length=1)
    against: Literal["", "idle", "les", "both"] = ""
    groups: tuple[str, ...] = ()
    source: str
    mark: Mark


class Suggestion(Settings):
    """What people should look into first; never a decision. ``zone_in`` None = both."""

    flag: Literal["suspected_idle", "suspected_low_efficiency"]
    zone_in: bool | None = None
    zh: str
    en: str
    source: str
    mark: Mark


class Grade(Settings):
    """A class of urgency: score >= minimum."""

    code: str
    zh: str
    en: str
    minimum: float = Field(ge=0, le=100)


class ScoreModel(Settings):
    """Criteria, vetoes, grades and the evidence asked for."""

    name: str
    title_zh: str
    title_en: str
    families: tuple[Family, ...]
    derived: tuple[Derived, ...] = ()
    criteria: tuple[Criterion, ...] = Field(min_length=1)
    vetoes: tuple[Veto, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    grades: tuple[Grade, ...] = Field(min_length=1)
    suggestions: tuple[Suggestion, ...] = ()
    minimum_coverage: float = Field(0.6, ge=0, le=1)
    minimum_families: int = Field(2, ge=1)
    agree_at: float = Field(0.5, ge=0, le=1, description="deficit from which a criterion agrees")
    flag_minimum: dict[ScoreName, float] = Field(default={"les": 45.0, "idle": 60.0})
    minimum_area_m2: float = Field(0, ge=0)
    source: str
    mark: Mark

    @model_validator(mode="after")
    def _references_hold(self) -> Self:
        told = [rule.code for rule in self.contradictions]
        codes = [criterion.code for criterion in self.criteria]
        families = {family.code for family in self.families}
        repeated = sorted({code for code in codes if codes.count(code) > 1})
        repeated += sorted({code for code in told if told.count(code) > 1})
        wrong = [(f"duplicate code {code}", f"代码重复 {code}") for code in repeated]
        wrong += [
            (
                f"{item.code}: unknown family {item.family}",
                f"{item.code}：没有证据类别 {item.family}",
            )
            for item in self.criteria
            if item.family not in families
        ]
        if wrong:
            english, chinese = zip(*wrong, strict=True)
            msg = "; ".join(english) + " / " + "；".join(chinese)
            raise ValueError(msg)
        return self

    def of_score(self, score: ScoreName) -> tuple[Criterion, ...]:
        """Return the criteria of one score, in file order."""
        return tuple(criterion for criterion in self.criteria if criterion.score == score)

    def columns(self) -> tuple[str, ...]:
        """Return every measured column the model reads, in alphabetical order."""
        derived = {item.column: item.of for item in self.derived}
        named = {criterion.column for criterion in self.criteria}
        named |= {veto.column for veto in self.vetoes}
        named |= {column for item in self.contradictions for column, _, _ in item.when}
        parts = {part for column in named for part in derived.get(column, (column,))}
        return tuple(sorted(parts))
