"""What a list or report says about the run itself: study, sources, absences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from landuse.indicators.measured import Limit
from landuse.products.absence_cost import AbsenceBill, absence_bill, joined
from landuse.products.columns import ColumnLike, ColumnName
from landuse.products.emptied import NOTHING
from landuse.products.numbers import percent
from landuse.products.words import SUSPECTED
from landuse.scores.model import Criterion, ScoreModel, Veto


@dataclass(frozen=True, kw_only=True)
class StudyFacts:
    """What is assessed, as of when, and by which run.

    ``manifest`` holds a few facts in the order shown: program version, zonal engine, parcels,
    parameter digest.
    """

    name: str
    title_zh: str
    title_en: str
    as_of: str
    crs: str
    adcode: str = ""
    run_code: str = ""
    stamp_zh: str = "内部工作用图，不公开"
    stamp_en: str = "Internal use, not for release"
    manifest: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class SourceFact:
    """One input: which file (its digest), of which year, under which licence.

    Attributes
    ----------
    mark : how well the facts of its product are known (V, V-weak, M, P); "" for a user's file.
    defects : known defects of its product, counted.
    projected : the year was computed ahead by the makers, not observed.
    cells : "rows x columns" of the file, for a raster.
    features : objects, or rows of a table, after alignment.
    overlap, overlap_kind : share of the study area (0 to 1) with values (known) or covered by it
        (area), or share of its objects that lie there (inside); None = not measured.
    extent : share of the study's bounds within the layer's bounds.
    url : where it was downloaded from; "" = a local file.
    age_years : at the analysis date, from the middle of its last year.
    """

    role: str
    title_zh: str
    title_en: str
    file: str
    digest: str = ""
    year: str = ""
    licence: str = ""
    attribution: str = ""
    key: str = ""
    product: str = ""
    mark: str = ""
    defects: int = 0
    projected: bool = False
    size_bytes: int = 0
    cells: str = ""
    features: int | None = None
    overlap: float | None = None
    overlap_kind: str = ""
    extent: float | None = None
    url: str = ""
    age_years: float | None = None


@dataclass(frozen=True, kw_only=True)
class Absence:
    """An input that is not there, why, and what the result lacks for it."""

    role: str
    reason_zh: str
    reason_en: str
    cost_zh: str
    cost_en: str


def absences(
    absent: Mapping[str, tuple[str, str]],
    *,
    model: ScoreModel,
    contributions: pd.DataFrame | None = None,
    robustness: bool = False,
    role_names: Mapping[str, tuple[str, str]] | None = None,
    village_model: ScoreModel | None = None,
) -> tuple[Absence, ...]:
    """Return every named absence with what it costs: criteria, weight, vetoes, empty columns.

    Parameters
    ----------
    absent : role -> (zh, en) reason.
    model : the score model, which says what rests on each role.
    contributions : long table of `scores.assess`; with it each cost says how many parcels lack
        the criterion, and criteria that another source could still fill are left out.
    robustness : whether rank intervals were computed; where not, that is an absence too.
    role_names : role -> (zh, en) name of the layer.
    village_model : the model of natural villages; what it loses is told too.
    """
    named = role_names or {}
    bill = absence_bill(absent, model=model, role_names=named, village_model=village_model)
    billed = {item.role: item for item in bill.roles}
    known = None if contributions is None else availability(contributions)
    rows = []
    for role, (zh, en) in absent.items():
        name_zh, name_en = named.get(role, (role, role))
        parts = _cost(role, model, known)
        if role in billed:
            parts = [*parts, *billed[role].village_parts()] or [billed[role].words()]
        cost_zh, cost_en = joined(parts or [NOTHING])
        rows.append(
            Absence(
                role=role, reason_zh=f"{name_zh}：{zh}", reason_en=f"{name_en}: {en}",
                cost_zh=cost_zh, cost_en=cost_en,
            )
        )  # fmt: skip
    return (*rows, *(() if robustness else (_NO_ROBUSTNESS,)), _NOT_YET)


_NO_ROBUSTNESS = Absence(
    role="robustness",
    reason_zh="位次区间：本次未计算稳健性",
    reason_en="rank interval: robustness was not computed in this run",
    cost_zh="位次 P10、P90 为空，位次的稳健程度未知",
    cost_en="rank P10 and P90 are empty; how stable a rank is remains unknown",
)


_NOT_YET = Absence(
    role="not_computed",
    reason_zh="退低进高、整治平衡：本版本尚未计算",
    reason_en="opportunities and land balance: not computed by this version",
    cost_zh="没有机会地块和整治平衡；不表示没有",
    cost_en="no opportunity sites and no balance are listed; that does not mean none",
)


def _cost(role: str, model: ScoreModel, known: Mapping[str, float] | None) -> list[tuple[str, str]]:
    """Return what a role's absence costs; ``known`` None means that shares were not computed."""
    lost = [item for item in model.criteria if item.data == role]
    if known is not None:
        lost = [item for item in lost if known.get(item.code, 0.0) < 1]
    parts = [_criterion_cost(item, known) for item in lost]
    return parts + [_veto_cost(veto) for veto in model.vetoes if veto.data == role]


def _criterion_cost(item: Criterion, known: Mapping[str, float] | None) -> tuple[str, str]:
    weight = percent(item.weight, 0)
    if known is None:
        return (
            f"{item.code} {item.zh}（权重 {weight}）可能缺失",
            f"{item.code} {item.en} (weight {weight}) may be missing",
        )
    share = percent(1 - known.get(item.code, 0.0), 0)
    return (
        f"{item.code} {item.zh}（权重 {weight}）在 {share} 的适用地块上缺失",
        f"{item.code} {item.en} (weight {weight}) is missing for {share} of its parcels",
    )


def availability(contributions: pd.DataFrame) -> Mapping[str, float]:
    """Return, per criterion, the share of the parcels it applies to that have a value."""
    if contributions.empty:
        return {}
    shares = contributions["available"].astype("float64").groupby(contributions["criterion"]).mean()
    return {str(code): float(share) for code, share in shares.items()}


def _veto_cost(veto: Veto) -> tuple[str, str]:
    return (f"未核对：{veto.zh}", f"not checked: {veto.en}")


@dataclass(frozen=True, kw_only=True, eq=False)
class PlanFacts:
    """The consolidation plan as tables of `plans.proposal` and `plans.receiving`.

    ``reach`` : one row: how many candidates could be in it. ``front`` : quota against households;
    ``sites``, ``refused`` : receiving sites as screened.
    """

    plan: pd.DataFrame
    ladder: pd.DataFrame
    front: pd.DataFrame
    relax: pd.DataFrame
    reach: pd.DataFrame
    sites: pd.DataFrame
    refused: pd.DataFrame


@dataclass(frozen=True, kw_only=True)
class RunFacts:
    """Everything a workbook or report is made of; tables as values, no file.

    Attributes
    ----------
    parcels : the parcel table, every parcel, with the contract's columns and the indicators;
        geometry is not needed.
    waterfall : area taken out per veto: ``veto, veto_zh, veto_en, parcels, area_mu``.
    findings : rows of ``core.findings``.
    contributions : long table of `scores.assess`, for the availability of each criterion.
    bill : what the absences cost by the score model alone; None where it was not asked.
    names : indicator name -> its names, unit, digits and roles.
    decisions : land-use codes left to decide, of `objects.crosswalk`; None where not asked.
    village_model : the score model of natural villages; None where none was judged.
    plan_rules : the limits the plan rests on, by ``section.name`` of the study file.
    proposal : the consolidation plan; None where no village was judged.
    quota, potential : of `plans`, by village; None where there is no natural village.
    villages : of `scores.villages`; None where there is no natural village.
    intensity, intensity_zones : of `indicators.zone_intensity`; None where not asked.
    frame : area, towns, villages and people of the county, of `objects.frame`; null = not known.
    """

    study: StudyFacts
    model: ScoreModel
    parcels: pd.DataFrame
    waterfall: pd.DataFrame
    findings: pd.DataFrame
    contributions: pd.DataFrame
    sources: tuple[SourceFact, ...] = ()
    absences: tuple[Absence, ...] = ()
    bill: AbsenceBill | None = None
    names: Mapping[str, ColumnLike] = field(default_factory=dict)
    decisions: pd.DataFrame | None = None
    frame: Mapping[str, float | None] = field(default_factory=dict)
    intensity: pd.DataFrame | None = None
    intensity_zones: pd.DataFrame | None = None
    villages: pd.DataFrame | None = None
    quota: pd.DataFrame | None = None
    village_model: ScoreModel | None = None
    proposal: PlanFacts | None = None
    potential: pd.DataFrame | None = None
    plan_rules: Mapping[str, Limit] = field(default_factory=dict)

    @property
    def grades(self) -> tuple[str, ...]:
        """Return the grade codes from the most urgent down."""
        ordered = sorted(self.model.grades, key=lambda grade: -grade.minimum)
        return tuple(grade.code for grade in ordered)

    def known_names(self) -> dict[str, ColumnLike]:
        """Return the names of the indicators, those derived by the score model included."""
        derived = {
            item.column: ColumnName(item.column, item.zh, item.en, item.unit, 1)
            for item in self.model.derived
        }
        return dict(self.names) | derived

    def candidates(self) -> pd.DataFrame:
        """Return the flagged parcels in rank order."""
        listed = self.parcels[self.parcels["flag"].isin(SUSPECTED)]
        return listed.sort_values(["rank", "parcel_id"], ignore_index=True)

    def not_listed(self) -> pd.DataFrame:
        """Return vetoed parcels, then those without enough evidence, by rule and id."""
        out = self.parcels[self.parcels["flag"].isin(["vetoed", "insufficient_evidence"])]
        keys = ["flag", "veto", "parcel_id"]
        return out.sort_values(keys, ascending=[False, True, True], ignore_index=True)
